/* What the box may not do, and hostile files: it answers or ends, is never late, and nothing of
 * ours dies or grows. */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "backend/boxed.h"
#include "backend/os.h"
#include "backend/segment.h"
#include "support/debug_peer.h"
#include "support/random.h"
#include "types/message.h"

static struct backend *be;
static char path[1024];
static struct boxed *box;
static uint64_t frame_at; /* the place that BOX_FRAME asks about, as linked */

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    boxed_use(SHMLENS_BINARY);
    (void)snprintf(path, sizeof path, "%s", run_path("peer"));
}

static void tear_down(void)
{
    boxed_stop(box);
    box = NULL;
    backend_free(be);
    run_end();
}

/* A frame there, with a stack of zeros into which its registers lead. */
static void put_frame(struct message *m)
{
    static const uint8_t stack[1024];
    message_number(m, frame_at, 8);
    message_number(m, frame_at, 8);
    message_number(m, (1 << TYPES_REGISTERS) - 1, 4);
    for (int i = 0; i < TYPES_REGISTERS; i++)
        message_number(m, 0x7000 + 8 * (uint64_t)i, 8);
    message_number(m, 1, 4); /* all is in the segment: each pointer is found */
    message_number(m, 0, 8);
    message_number(m, UINT64_MAX, 8);
    message_number(m, 0x7000, 8);
    message_bytes(m, stack, sizeof stack);
}

/* Asks; false: the box ended or was late, and is gone. */
static bool asked(enum box_word word, int fd, const char *text, uint8_t **answer, size_t *n)
{
    struct message m = {0};
    struct boxed_question q = {.fd = fd, .deadline = os_now() + 10000000000};
    message_number(&m, word, 1);
    message_number(&m, 0, 1);
    if (word == BOX_RECORDS) {
        message_number(&m, 1, 8);
        message_number(&m, 1 << 20, 8);
    }
    if (word == BOX_FRAME)
        put_frame(&m);
    if (text != NULL)
        message_text(&m, text);
    q.bytes = m.at;
    q.size = m.n;
    struct oserr e = box != NULL ? OSERR_NONE : boxed_start(be, &box);
    ck_assert(!oserr_is(e));
    e = boxed_ask(box, &q, answer, n);
    free(m.at);
    if (oserr_is(e)) {
        ck_assert_msg(e.code == SEG_E_BOXED, "%x", e.code); /* not: SEG_E_SLOW */
        boxed_stop(box);
        box = NULL;
    }
    return !oserr_is(e);
}

static bool opens(const char *file, char why[256])
{
    uint8_t *answer;
    size_t n;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    bool good = asked(BOX_OPEN, fd, NULL, &answer, &n);
    close(fd);
    why[0] = '\0';
    if (good) {
        struct message_in in = {.at = answer, .n = n};
        good = message_take(&in, 1) == BOX_READY;
        message_take_into(&in, why, 256);
    }
    free(answer);
    return good;
}

/* The line of /proc/PID/status that begins so. */
static void status_is(uint32_t pid, const char *line)
{
    char file[64], text[8192] = "";
    (void)snprintf(file, sizeof file, "/proc/%u/status", pid);
    FILE *f = fopen(file, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    ck_assert_uint_gt(n, 0);
    ck_assert_msg(strstr(text, line) != NULL, "%s is not in:\n%s", line, text);
}

/* The child of this process that runs the program. */
static uint32_t box_pid(void)
{
    char file[64], text[64] = "";
    (void)snprintf(file, sizeof file, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(file, "r");
    if (f == NULL)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    return n == 0 ? 0 : (uint32_t)strtoul(text, NULL, 10);
}

TEST(it_may_do_nothing_else)
{
    char why[256], file[64];
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g", "peer.c", path))
        SKIP("no C compiler here");
    ck_assert(opens(path, why));
    uint32_t pid = box_pid();
    if (pid == 0)
        SKIP("/proc does not list children here");
    status_is(pid, "Seccomp:\t2");
    status_is(pid, "NoNewPrivs:\t1");
    if (os_uid() == 0) {
        status_is(pid, "Uid:\t65534\t65534\t65534\t65534");
        status_is(pid, "CapEff:\t0000000000000000");
        (void)snprintf(file, sizeof file, "/proc/%u/environ", pid);
        int fd = open(file, O_RDONLY | O_CLOEXEC);
        char byte;
        ck_assert_int_eq(read(fd, &byte, 1), 0);
        close(fd);
    }
    boxed_stop(box);
    box = NULL;
}

static bool never(void *ctx)
{
    (void)ctx;
    return true;
}

/* A question that is given up ends the box; the deadline does too. */
TEST(given_up)
{
    uint8_t *answer;
    size_t n;
    char why[256];
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g", "peer.c", path))
        SKIP("no C compiler here");
    ck_assert(opens(path, why));
    uint32_t pid = box_pid();
    (void)kill((pid_t)pid, SIGSTOP); /* it does not answer */
    struct boxed_question q = {.bytes = "\x04\0", .size = 2, .fd = -1};
    q.deadline = os_now() + 100000000;
    ck_assert_uint_eq(boxed_ask(box, &q, &answer, &n).code, SEG_E_SLOW);
    q.deadline = os_now() + 60000000000;
    q.stop = never;
    int64_t before = os_now();
    ck_assert_uint_eq(boxed_ask(box, &q, &answer, &n).code, SEG_E_STOPPED);
    ck_assert_int_lt(os_now() - before, 5000000000);
    boxed_stop(box);
    box = NULL;
    ck_assert_int_eq(kill((pid_t)pid, 0), -1); /* it is gone, and waited for */
}

/* ---- hostile files ---- */

static size_t read_all(const char *file, uint8_t **bytes)
{
    struct stat st;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &st), 0);
    *bytes = malloc((size_t)st.st_size);
    ck_assert_int_eq(read(fd, *bytes, (size_t)st.st_size), st.st_size);
    close(fd);
    return (size_t)st.st_size;
}

static void write_all(const char *file, const uint8_t *bytes, size_t n)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
    close(fd);
}

/* The header of a section; NULL: it has none of that name. */
static Elf64_Shdr *section(uint8_t *bytes, const char *name)
{
    Elf64_Ehdr *e = (Elf64_Ehdr *)(void *)bytes;
    Elf64_Shdr *s = (Elf64_Shdr *)(void *)(bytes + e->e_shoff);
    const char *text = (const char *)bytes + s[e->e_shstrndx].sh_offset;
    for (int i = 0; i < e->e_shnum; i++)
        if (strcmp(text + s[i].sh_name, name) == 0)
            return &s[i];
    return NULL;
}

/* Where a function is, as linked. */
static uint64_t function_at(uint8_t *bytes, const char *name)
{
    const Elf64_Shdr *table = section(bytes, ".symtab"), *text = section(bytes, ".strtab");
    ck_assert(table != NULL && text != NULL);
    const Elf64_Sym *s = (const Elf64_Sym *)(const void *)(bytes + table->sh_offset);
    for (uint64_t i = 0; i < table->sh_size / sizeof *s; i++)
        if (strcmp((const char *)bytes + text->sh_offset + s[i].st_name, name) == 0)
            return s[i].st_value;
    return 0;
}

/* Changes some bytes of a copy: of this section, or of the whole when there is none. */
static void damage(uint8_t *bad, const uint8_t *good, size_t size, const char *part)
{
    enum { CHANGES = 6 };
    memcpy(bad, good, size);
    const Elf64_Shdr *s = part == NULL ? NULL : section(bad, part);
    uint64_t from = s == NULL ? 0 : s->sh_offset, span = s == NULL ? size : s->sh_size;
    for (int i = 0; i < CHANGES && span > 0; i++)
        bad[from + draw((uint32_t)span)] = (uint8_t)draw(256);
}

/* Another run of mutants has others: SHMLENS_SEED. */
static uint64_t first_seed(void)
{
    const char *wanted = getenv("SHMLENS_SEED");
    return wanted == NULL ? 0 : strtoull(wanted, NULL, 10) * 1000003;
}

static long rounds_of(long usual)
{
    const char *wanted = getenv("SHMLENS_MUTANTS");
    return wanted == NULL ? usual : strtol(wanted, NULL, 10);
}

/* A file in memory: tens of thousands are written. */
static int memory_file(char name[64])
{
    int fd = memfd_create("mutant", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    (void)snprintf(name, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static long resident_kib(uint32_t pid)
{
    char file[64];
    long pages = 0;
    (void)snprintf(file, sizeof file, "/proc/%u/statm", pid);
    FILE *f = fopen(file, "r");
    if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return pages * 4;
}

/* How it goes, now and then; we have not grown since it was asked first. */
static void watch_growth(const char *what, long round, int ended, int64_t slowest)
{
    enum { EVERY = 10000, GROWTH_KIB = 64 << 10 };
    static long warm;
    if (round % EVERY != EVERY - 1)
        return;
    long now = resident_kib((uint32_t)getpid()), theirs = box != NULL ? resident_kib(box_pid()) : 0;
    printf("%s: %ld mutants, %d ended the box, the slowest question %.3f s, we have %ld KiB, the "
           "box %ld KiB\n",
           what, round + 1, ended, (double)slowest / 1e9, now, theirs);
    (void)fflush(stdout);
    warm = warm == 0 ? now : warm;
    ck_assert_int_lt(now - warm, GROWTH_KIB);
}

/* Bytes of debug sections and of headers changed, of programs by several compilers. tools/fuzz says
 * how many. */
static const struct {
    const char *compiler, *flags, *source;
} mutated[] = {
    {"cc", "-g -O2", "peer.c"},
    {"clang", "-gdwarf-4 -O1", "peer.c"},
    {"g++", "-g -std=c++17", "peer.cc"},
    {"gcc", "-g -gz=zlib -fdebug-types-section", "peer.c"},
};

TEST_LOOP(mutants, SUITE_ROWS(mutated))
{
    const long rounds = rounds_of(100);
    static const char *const parts[] = {".debug_info",     ".debug_abbrev",   ".debug_str",
                                        ".debug_line",     ".debug_types",    ".eh_frame",
                                        ".debug_loclists", ".debug_rnglists", NULL};
    static const enum box_word words[] = {BOX_FIND,    BOX_NEAR,  BOX_VARS,
                                          BOX_RECORDS, BOX_PARTS, BOX_FRAME};
    uint8_t *good, *bad, *answer;
    char why[256], file[64];
    size_t n, size;
    int ended = 0, answered = 0;
    int64_t slowest = 0;
    SKIP_WITHOUT_DEBUG();
    if (sizeof(void *) != 8 || !has_program(mutated[_i].compiler) ||
        !compiled(mutated[_i].compiler, mutated[_i].flags, mutated[_i].source, path))
        SKIP("no %s %s for 64 bits here", mutated[_i].compiler, mutated[_i].flags);
    size = read_all(path, &good);
    frame_at = function_at(good, "main") + 12;
    bad = malloc(size);
    seed = 12 + (uint64_t)_i + first_seed();
    int fd = memory_file(file);
    for (long round = 0; round < rounds; round++) {
        damage(bad, good, size, parts[round % (long)COUNT(parts)]);
        write_all(file, bad, size);
        int64_t before = os_now();
        bool ready = opens(file, why);
        for (size_t k = 0; ready && k < COUNT(words); k++) {
            bool named = words[k] == BOX_FIND || words[k] == BOX_NEAR;
            ready = asked(words[k], -1, named ? "ring_header" : NULL, &answer, &n);
            answered += ready;
            ended += !ready;
            free(answer);
            int64_t took = os_now() - before;
            slowest = took > slowest ? took : slowest;
            before += took;
        }
        watch_growth(mutated[_i].flags, round, ended, slowest);
    }
    ck_assert_int_gt(answered, rounds);
    printf("mutants: %d answers, %d ended\n", answered, ended);
    close(fd);
    free(good);
    free(bad);
    boxed_stop(box);
    box = NULL;
}

/* Gives a split file to the unit that the program names first. False: the box ended. */
static bool gives_part(const char *file)
{
    uint8_t *answer;
    size_t n;
    struct message m = {0};
    if (!asked(BOX_PARTS, -1, NULL, &answer, &n))
        return false;
    struct message_in in = {.at = answer, .n = n};
    (void)message_take(&in, 5);
    free(message_take_text(&in));
    free(message_take_text(&in));
    message_number(&m, BOX_PART, 1);
    message_number(&m, 0, 1);
    message_number(&m, message_take(&in, 8), 8);
    message_number(&m, message_take(&in, 8), 8);
    free(answer);
    answer = NULL;
    struct boxed_question q = {.bytes = m.at, .size = m.n, .deadline = os_now() + 10000000000};
    q.fd = open(file, O_RDONLY | O_CLOEXEC);
    struct oserr e = boxed_ask(box, &q, &answer, &n);
    close(q.fd);
    free(answer);
    free(m.at);
    if (oserr_is(e)) {
        ck_assert_msg(e.code == SEG_E_BOXED, "%x", e.code);
        boxed_stop(box);
        box = NULL;
    }
    return !oserr_is(e);
}

/* Does this answer name a function by its debug information? */
static bool is_named(const uint8_t *answer, size_t n, const char *function)
{
    struct message_in in = {.at = answer, .n = n};
    char name[64];
    (void)message_take(&in, 4);
    for (int i = 0; i < TYPES_REGISTERS; i++)
        (void)message_take(&in, 8);
    message_take_into(&in, name, sizeof name);
    return message_take(&in, 1) == 0 && strcmp(name, function) == 0;
}

/* The same of a split file, and of what the program has for it. */
static const char *const split_forms[] = {"-gdwarf-5 -O2 -gsplit-dwarf",
                                          "-gdwarf-4 -O2 -gsplit-dwarf"};

TEST_LOOP(mutants_of_split, SUITE_ROWS(split_forms))
{
    const long rounds = rounds_of(200);
    static const char *const parts[] = {".debug_info.dwo",     ".debug_abbrev.dwo",
                                        ".debug_loclists.dwo", ".debug_rnglists.dwo",
                                        ".debug_loc.dwo",      NULL};
    static const char *const own[] = {".debug_info", ".debug_addr", ".debug_ranges"};
    uint8_t *good, *bad, *program, *other, *answer;
    char why[256], dwo[4096];
    size_t n, size;
    int named = 0;
    SKIP_WITHOUT_DEBUG();
    if (sizeof(void *) != 8 || !compiled("gcc", split_forms[_i], "stores.c", path))
        SKIP("gcc cannot split debug information here");
    (void)snprintf(dwo, sizeof dwo, "mv \"$(dirname %s)\"/*.dwo %s.dwo", path, path);
    ck_assert(shell_runs(dwo));
    (void)snprintf(dwo, sizeof dwo, "%s.dwo", path);
    size_t whole = read_all(path, &program);
    size = read_all(dwo, &good);
    frame_at = function_at(program, "put") + 12;
    bad = malloc(size);
    other = malloc(whole);
    seed = 13 + first_seed();
    for (long round = 0; round < rounds; round++) {
        bool hit = round % 3 == 2;
        damage(bad, good, size, parts[round % (long)COUNT(parts)]);
        damage(other, program, whole, own[round / 3 % (long)COUNT(own)]);
        write_all(path, hit ? other : program, whole);
        write_all(dwo, hit || round == 0 ? good : bad, size);
        if (!opens(path, why) || !gives_part(dwo))
            continue;
        if (asked(BOX_FRAME, -1, NULL, &answer, &n)) {
            bool found = is_named(answer, n, "put");
            ck_assert(found || round != 0);
            named += found;
            free(answer);
        }
    }
    ck_assert_int_gt(named, 0);
    printf("mutants: %d of %ld frames named\n", named, rounds);
    free(good);
    free(bad);
    free(program);
    free(other);
    if (box != NULL)
        boxed_stop(box);
    box = NULL;
}

/* A file that would unpack to more memory than there is is refused before
 * anything is unpacked. */
TEST(bomb)
{
    uint8_t *bytes;
    char why[256];
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g -gz=zlib", "peer.c", path))
        SKIP("no compiler here compresses debug information");
    size_t n = read_all(path, &bytes);
    Elf64_Shdr *s = section(bytes, ".debug_info");
    if (s == NULL || (s->sh_flags & SHF_COMPRESSED) == 0)
        SKIP("no compiler here compresses debug information");
    ((Elf64_Chdr *)(void *)(bytes + s->sh_offset))->ch_size = UINT64_C(5) << 30;
    write_all(path, bytes, n);
    int64_t best = INT64_MAX;
    for (int i = 0; i < 20 && best >= 50000000; i++) { /* the first one starts the box */
        int64_t before = os_now();
        ck_assert(!opens(path, why));
        ck_assert_msg(strstr(why, "larger than 1.5 GiB") != NULL, "%s", why);
        best = os_now() - before < best ? os_now() - before : best;
    }
    ck_assert_int_lt(best, 50000000);
    free(bytes);
    boxed_stop(box);
    box = NULL;
}

/* A file that is truncated while it is mapped ends the box and nothing else. */
TEST(truncated)
{
    uint8_t *answer;
    size_t n;
    char why[256];
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g", "peer.c", path))
        SKIP("no C compiler here");
    ck_assert(opens(path, why));
    ck_assert_int_eq(truncate(path, 64), 0);
    (void)asked(BOX_VARS, -1, NULL, &answer, &n);
    free(answer);
    if (box != NULL)
        boxed_stop(box);
    box = NULL;
    ck_assert(!opens(path, why));
    if (box != NULL)
        boxed_stop(box);
    box = NULL;
}

SUITE(test_program_types_hostile, .set_up = set_up, .tear_down = tear_down, .timeout = 180,
      TESTS(it_may_do_nothing_else, given_up, mutants, mutants_of_split, bomb, truncated));
