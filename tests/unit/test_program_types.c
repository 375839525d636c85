/* The client of debug information and its box: names, variables, structs; what
 * the box may not do; hostile files. */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/boxed.h"
#include "backend/modules.h"
#include "backend/os.h"
#include "backend/segment.h"
#include "support/debug_peer.h"
#include "support/random.h"
#include "types/message.h"

static struct backend *be;
static char *path, *segment;
static struct debug_peer peer;
static struct types_client *client;

static char *dup_text(const char *s)
{
    char *copy = strdup(s);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

static void set_up(void)
{
    be = backend_new();
    client = types_client_new(be);
    ck_assert_ptr_nonnull(be);
    ck_assert_ptr_nonnull(client);
    boxed_use(SHMLENS_BINARY);
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("types"));
}

static void tear_down(void)
{
    if (peer.pid > 0)
        peer_ends(&peer);
    types_client_free(client);
    backend_free(be);
    run_end();
    free(path);
    free(segment);
}

#define PEER(compiler, flags, source)                      \
    do {                                                   \
        SKIP_WITHOUT_DEBUG();                              \
        if (!compiled(compiler, flags, source, path))      \
            SKIP("%s cannot compile that here", compiler); \
        peer = peer_on(path, segment);                     \
    } while (0)

static struct types_ask about_peer(void)
{
    static uint32_t pid;
    pid = (uint32_t)peer.pid;
    return (struct types_ask){.pid = &pid, .pids = 1};
}

/* ---- what others build on ---- */

TEST(names)
{
    struct types_answer a;
    PEER("g++", "-g -std=c++17", "peer.cc");
    struct types_ask ask = about_peer();
    ck_assert_int_eq(types_names(client, &ask, "acme::ipc::", 100, &a), TYPES_FOUND);
    ck_assert_uint_eq(a.names_count, 3);
    ck_assert_str_eq(a.names[0], "acme::ipc::Header");
    ck_assert_str_eq(a.names[1], "acme::ipc::Mode");
    ck_assert_str_eq(a.names[2], "acme::ipc::Shape");
    types_answer_free(&a);
    ck_assert_int_eq(types_names(client, &ask, "Que", 100, &a), TYPES_FOUND);
    ck_assert_str_eq(a.names[0], "Queue<acme::Sample, 4>");
    types_answer_free(&a);
    ck_assert_int_eq(types_names(client, &ask, "S", 2, &a), TYPES_FOUND);
    ck_assert_uint_eq(a.names_count, 2);
    types_answer_free(&a);
    ck_assert_int_eq(types_names(client, &ask, "nothing_has_this_name", 2, &a), TYPES_NOT);
    types_answer_free(&a);
}

static const struct types_variable *variable(const struct types_answer *a, const char *name)
{
    for (size_t i = 0; i < a->variables_count; i++)
        if (strcmp(a->variables[i].name, name) == 0)
            return &a->variables[i];
    return NULL;
}

/* Its address is the one in the process: what is there points into the segment.
 */
static void points_into(const struct types_variable *v, const struct types_answer *a,
                        const char *spelled)
{
    char name[256], place[64];
    uint64_t value = 0;
    ck_assert_ptr_nonnull(v);
    (void)types_spell(a->t, v->type, name, sizeof name);
    ck_assert_str_eq(name, spelled);
    (void)snprintf(place, sizeof place, "/proc/%d/mem", (int)peer.pid);
    int fd = open(place, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        suite_skip("variables_fn", "%s cannot be read here", place);
        return;
    }
    ck_assert_int_eq(pread(fd, &value, sizeof value, (off_t)v->address), sizeof value);
    close(fd);
    ck_assert_uint_gt(value, 4096);
    const struct type *p = types_get(a->t, types_real(a->t, v->type));
    ck_assert_int_eq(p->kind, TYPE_POINTER);
    ck_assert_uint_gt(types_size(a->t, p->target), 0); /* what it leads to is known too */
}

static void variables_with(const char *compiler, const char *flags)
{
    struct types_answer a;
    if (!has_program(compiler) || !compiled(compiler, flags, "peer.c", path)) {
        suite_skip("variables_fn", "no %s %s here", compiler, flags);
        return;
    }
    peer = peer_on(path, segment);
    struct types_ask ask = about_peer();
    ck_assert_msg(types_variables(client, &ask, 0, &a) == TYPES_FOUND, "%s", a.reason);
    points_into(variable(&a, "g_ring"), &a, "struct ring_header *");
    points_into(variable(&a, "s_pool"), &a, "node *");
    ck_assert(a.from.program);
    types_answer_free(&a);
    peer_ends(&peer);
    peer.pid = 0;
}

TEST(variables)
{
    SKIP_WITHOUT_DEBUG();
    variables_with("gcc", "-g");
    variables_with("gcc", "-g -no-pie");
    variables_with("gcc", "-gdwarf-4 -O2");
    variables_with("clang", "-g");
}

TEST(records)
{
    struct types_answer a;
    bool header = false, small = false;
    PEER("cc", "-g", "peer.c");
    struct types_ask ask = about_peer();
    ck_assert_int_eq(types_records(client, &ask, 24, 4096, &a), TYPES_FOUND);
    for (size_t i = 0; i < a.ids_count; i++) {
        const struct type *t = types_get(a.t, types_real(a.t, a.ids[i]));
        header |= strcmp(types_name(a.t, t->name), "ring_header") == 0 && t->count > 10;
        small |= t->size < 24;
    }
    ck_assert(header && !small);
    types_answer_free(&a);
}

/* The second question costs no second box, and needs no file again. */
TEST(warm)
{
    struct types_answer a;
    PEER("cc", "-g", "peer.c");
    struct types_ask ask = about_peer();
    ck_assert_int_eq(types_by_name(client, &ask, "ring_header", &a), TYPES_FOUND);
    types_answer_free(&a);
    uint64_t before = backend_call_count(be);
    ck_assert_int_eq(types_by_name(client, &ask, "struct node", &a), TYPES_FOUND);
    ck_assert_str_eq(types_name(a.t, types_get(a.t, a.id)->name), "node");
    types_answer_free(&a);
    struct oscall call;
    for (uint64_t seq = before; backend_call(be, &seq, &call);)
        if (call.seq > before)
            ck_assert_ptr_null(strstr(call.text, "fork"));
}

/* ---- the box itself ---- */

static struct boxed *box;

static uint64_t frame_at; /* the place that BOX_FRAME asks about, as linked */

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

static long rounds_of(long usual)
{
    const char *wanted = getenv("SHMLENS_MUTANTS");
    return wanted == NULL ? usual : strtol(wanted, NULL, 10);
}

/* Bytes of debug sections and of headers changed: the box answers, or ends; it
 * is never late, and nothing of ours dies. tools/fuzz says how many. */
TEST(mutants)
{
    const long rounds = rounds_of(400);
    static const char *const parts[] = {
        ".debug_info", ".debug_abbrev",   ".debug_str",      ".debug_line",
        ".eh_frame",   ".debug_loclists", ".debug_rnglists", NULL};
    uint8_t *good, *bad, *answer;
    char why[256];
    size_t n, size;
    int ended = 0, answered = 0;
    SKIP_WITHOUT_DEBUG();
    if (sizeof(void *) != 8 || !compiled("cc", "-g -O2", "peer.c", path))
        SKIP("no C compiler for 64 bits here");
    size = read_all(path, &good);
    frame_at = function_at(good, "main") + 12;
    bad = malloc(size);
    seed = 12;
    for (long round = 0; round < rounds; round++) {
        damage(bad, good, size, parts[round % (long)COUNT(parts)]);
        write_all(path, bad, size);
        bool ready = opens(path, why);
        static const enum box_word words[] = {BOX_FIND,    BOX_NEAR,  BOX_VARS,
                                              BOX_RECORDS, BOX_PARTS, BOX_FRAME};
        for (size_t k = 0; ready && k < COUNT(words); k++) {
            bool named = words[k] == BOX_FIND || words[k] == BOX_NEAR;
            ready = asked(words[k], -1, named ? "ring_header" : NULL, &answer, &n);
            answered += ready;
            ended += !ready;
            free(answer);
        }
    }
    ck_assert_int_gt(answered, rounds);
    printf("mutants: %d answers, %d ended\n", answered, ended);
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
    seed = 13;
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
    int64_t before = os_now();
    ck_assert(!opens(path, why));
    ck_assert_msg(strstr(why, "larger than 1.5 GiB") != NULL, "%s", why);
    ck_assert_int_lt(os_now() - before, 2000000000);
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

SUITE(test_program_types, .set_up = set_up, .tear_down = tear_down, .timeout = 180,
      TESTS(names, variables, records, warm, it_may_do_nothing_else, given_up, mutants,
            mutants_of_split, bomb, truncated));
