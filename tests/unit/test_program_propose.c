/* Proposals: the time that they may take. The program that reads debug information is one that
 * never answers. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/boxed.h"
#include "backend/os.h"
#include "backend/trap.h"
#include "core/progress.h"
#include "core/text.h"
#include "core/type/abi.h"
#include "core/type/parse.h"
#include "propose/compare.h"
#include "propose/propose_private.h"
#include "propose/writers.h"
#include "support/debug_peer.h"
#include "support/go_on.h"

enum { PEERS = 3, EACH = 100000000 };
#define LATE INT64_C(8000000000) /* ns: less than one process may take by itself */

static struct backend *be;
static struct seg *seg;
static struct seg_who who;
static struct debug_peer peer[PEERS];
static const char *name;

static bool start(void)
{
    static char box[4096];
    (void)snprintf(box, sizeof box, "%s", run_path("box.sh"));
    FILE *f = fopen(box, "w");
    ck_assert_ptr_nonnull(f);
    fputs("#!/bin/sh\nexec sleep 97\n", f);
    fclose(f);
    ck_assert_int_eq(chmod(box, 0700), 0);
    boxed_use(box);
    name = run_name("slow");
    for (int i = 0; i < PEERS; i++) {
        char file[16], locator[256];
        (void)snprintf(file, sizeof file, "slow%d", i);
        const char *path = run_path(file);
        if (!compiled("cc", "-g", "alone.c", path))
            return false;
        peer[i] = peer_on(path, name);
        (void)snprintf(locator, sizeof locator, "posix:%s", name);
        if (i == 0)
            ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    }
    ck_assert(!oserr_is(seg_who(seg, NULL, &who)));
    ck_assert_uint_ge(who.mappers_count, PEERS); /* and we do */
    return true;
}

static bool noted(const struct proposals *p, const char *text)
{
    for (size_t i = 0; i < p->notes; i++)
        if (strstr(p->note[i], text) != NULL)
            return true;
    return false;
}

static void nothing(void *ctx, const struct comparison *c)
{
    (void)ctx;
    (void)c;
}

/* In all phases together each process has its time once; what comes after the deadline of all is
 * left out; and both are said. */
TEST(time_runs_out)
{
    struct proposals p;
    size_t having = 0;
    SKIP_WITHOUT_DEBUG();
    if (!start())
        SKIP("no C compiler here makes debug information");
    struct propose_ask ask = {.seg = seg, .who = &who, .each = EACH, .fits = true};
    int64_t before = os_now();
    ck_assert(!oserr_is(propose(be, &ask, &p)));
    ck_assert_int_ge(os_now() - before, (int64_t)PEERS * EACH);
    ck_assert_int_lt(os_now() - before, LATE);
    ck_assert_uint_eq(p.count, 0);
    ck_assert(noted(&p, "took too long"));
    ck_assert_msg(noted(&p, "time ran out for 3 of 3 processes"), "%s", p.note[p.notes - 1]);
    proposals_free(&p);
    ask.each = 0;
    before = os_now();
    ask.deadline = before + EACH;
    ck_assert(!oserr_is(propose(be, &ask, &p)));
    ck_assert_int_lt(os_now() - before, LATE);
    ck_assert(noted(&p, "time ran out for 3 of 3 processes"));
    ask.deadline = os_now() + EACH;
    ck_assert(!oserr_is(propose_compare(be, &ask, "board", &p, nothing, NULL, &having)));
    ck_assert_uint_eq(having, 0);
    proposals_free(&p);
}

/* Files that the user named have a time of their own. */
TEST(own_structs_have_their_time)
{
    static const char text[] = "struct place { double x, y, z; char name[24]; };\n";
    static const struct {
        double x, y, z;
        char name[24];
    } place = {1, 2.5, -3, "north of the lake"};
    char why[TYPE_WHY_MAX], locator[256];
    struct proposals p;
    struct types *t = types_new(type_abi_machine(), false);
    ck_assert(t != NULL && types_parse(t, "pair.h", text, sizeof text - 1, why));
    name = run_name("own");
    int fd = shm_open(name, O_CREAT | O_RDWR, 0600);
    ck_assert(fd >= 0 && write(fd, &place, sizeof place) == (ssize_t)sizeof place);
    close(fd);
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    struct propose_ask ask = {.seg = seg, .who = &who, .fits = true, .types = t, .deadline = 1};
    ck_assert(!oserr_is(propose(be, &ask, &p)));
    ck_assert(p.count == 1 && p.row[0].kind == PROPOSAL_FIT && p.row[0].size == sizeof place);
    proposals_free(&p);
    ask.each = 1;
    ck_assert(!oserr_is(propose(be, &ask, &p)));
    ck_assert_uint_eq(p.count, 0);
    ck_assert(noted(&p, "time ran out: 0 of 1 structs"));
    proposals_free(&p);
    types_free(t);
}

/* What is most important stands first, and what does not fit is not dropped without a word. */
TEST(notes)
{
    static struct proposals p;
    for (int i = 0; i < 7; i++)
        proposals_note(&p, "reason %d", i);
    proposals_note(&p, "reason %d", 3);
    ck_assert_uint_eq(p.notes, 7);
    proposals_note_first(&p, "most");
    proposals_note_first(&p, "most");
    ck_assert_uint_eq(p.notes, 8);
    ck_assert_str_eq(p.note[0], "most");
    ck_assert_str_eq(p.note[6], "reason 5");
    ck_assert_str_eq(p.note[7], "and there is more that is not known");
    proposals_note(&p, "reason 9");
    ck_assert_uint_eq(p.notes, 8);
    ck_assert_str_eq(p.note[1], "reason 0");
    proposals_free(&p);
    proposals_note_first(&p, "alone");
    ck_assert_uint_eq(p.notes, 1);
    proposals_free(&p);
}

/* Looks for the writers of a field of tests/types/stores.c. */
static void find_writers(uint64_t offset, uint64_t n, int64_t wait, struct writers *out)
{
    static const struct progress progress = {go_on, NULL};
    const struct propose_ask ask = {
        .seg = seg, .who = &who, .offset = offset, .progress = &progress};
    ck_assert(!oserr_is(writers_find(be, &ask, n, wait, out)));
}

/* False: it cannot be seen here who stores, which was said. */
static bool look(uint64_t offset, uint64_t n, int64_t wait, struct writers *out)
{
    find_writers(offset, n, wait, out);
    if (!out->watched)
        suite_skip(__func__, "%s", out->notes.note[0]);
    return out->watched;
}

static bool start_writer_as(const char *compiler, const char *flags)
{
    char locator[256];
    const char *path = run_path("stores");
    boxed_use(SHMLENS_BINARY);
    name = run_name("stores");
    if (!compiled(compiler, flags, "stores.c", path))
        return false;
    peer[0] = peer_on(path, name);
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    ck_assert(!oserr_is(seg_who(seg, NULL, &who)));
    return true;
}

static bool start_writer(void)
{
    return start_writer_as("cc", "-g -O0");
}

/* samples[1].beat is written by put, which main calls. */
TEST(writers_of_a_field)
{
    static struct writers w;
    SKIP_WITHOUT_DEBUG();
    if (!start_writer())
        SKIP("no C compiler here makes debug information");
    if (look(0x348, 8, 10 * INT64_C(1000000000), &w)) {
        const struct field_writer *row = &w.row[0];
        ck_assert_uint_eq(w.count, 1);
        ck_assert_uint_eq(row->stores, WRITERS_STORES);
        ck_assert_uint_eq(row->pid, (uint32_t)peer[0].pid);
        ck_assert_uint_eq(row->tid, row->pid);
        ck_assert_str_eq(row->comm, "stores");
        ck_assert_uint_ge(row->frames, 2);
        ck_assert_str_eq(row->frame[0].function, "put");
        ck_assert_str_eq(text_last_part(row->frame[0].file), "stores.c");
        ck_assert_str_eq(row->frame[1].function, "main");
        ck_assert_uint_gt(row->frame[1].line, row->frame[0].line);
        ck_assert_uint_eq(w.bytes, 8);
    }
    writers_free(&w);
}

/* Goes on until the field was stored into some times. */
static bool until_stored(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    static uint64_t first;
    uint64_t beat = 0, *calls = ctx;
    size_t got = 0;
    (void)deadline;
    (void)done;
    (void)total;
    ck_assert(!oserr_is(seg_read(seg, 0x348, &beat, sizeof beat, &got)));
    first = (*calls)++ == 0 ? beat : first;
    return beat - first < 4;
}

/* What was seen until it was stopped is not lost. */
TEST(writers_until_it_is_stopped)
{
    static struct writers w;
    uint64_t calls = 0;
    const struct progress progress = {until_stored, &calls};
    SKIP_WITHOUT_DEBUG();
    if (!start_writer())
        SKIP("no C compiler here makes debug information");
    const struct propose_ask ask = {
        .seg = seg, .who = &who, .offset = 0x348, .progress = &progress};
    ck_assert(!oserr_is(writers_find(be, &ask, 8, INT64_MAX / 2, &w)));
    if (w.watched) {
        ck_assert(w.stopped);
        ck_assert_uint_ge(calls, 1);
        ck_assert(w.stores == 0 || (w.count == 1 && w.row[0].frames >= 1));
    } else {
        suite_skip(__func__, "%s", w.notes.note[0]);
    }
    writers_free(&w);
}

/* A field beside one that is written, in the same word; and a segment that nobody else maps. */
TEST(without_a_writer)
{
    static struct writers w;
    if (!start_writer())
        SKIP("no C compiler here");
    if (look(4, 4, 50000000, &w)) {
        ck_assert_uint_eq(w.stores, 0);
        ck_assert_int_ge(w.took, 50000000);
    }
    writers_free(&w);
    if (look(0x309, 40, 0, &w)) /* 1, 2, 4 and 8 bytes of it */
        ck_assert_uint_eq(w.bytes, 15);
    writers_free(&w);
    seg_who_free(&who);
    find_writers(4, 4, 50000000, &w);
    ck_assert(!w.watched);
    ck_assert(noted(&w.notes, "no other process is seen that maps it writable"));
    writers_free(&w);
}

/* A child that maps the segment: this program, as another shmlens is. */
static pid_t child_of_ours(int prot)
{
    int up[2];
    char ready = 0;
    ck_assert_int_eq(pipe(up), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = shm_open(name, O_RDWR, 0);
        void *at = fd >= 0 ? mmap(NULL, 4096, prot, MAP_SHARED, fd, 0) : MAP_FAILED;
        for (size_t i = 0; i < who.mappers_count; i++) /* ours, which it has inherited */
            if (who.mappers[i].pid == (uint32_t)getppid())
                munmap((void *)(uintptr_t)who.mappers[i].address, who.mappers[i].length);
        if (at == MAP_FAILED || write(up[1], "r", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(up[1]);
    ck_assert_int_eq(read(up[0], &ready, 1), 1);
    close(up[0]);
    return pid;
}

/* How many processes are asked while such a child maps the segment. */
static size_t asked_with(int prot)
{
    struct proposing_process process[PROPOSE_PROCESSES];
    struct proposals out = {0};
    seg_who_free(&who);
    ck_assert(!oserr_is(seg_who(seg, NULL, &who)));
    pid_t pid = child_of_ours(prot);
    seg_who_free(&who);
    ck_assert(!oserr_is(seg_who(seg, NULL, &who)));
    const struct propose_ask ask = {.seg = seg, .who = &who};
    struct proposing p = {.be = be, .ask = &ask, .out = &out};
    size_t n = propose_processes(&p, process), maps = 0;
    for (size_t i = 0; i < who.mappers_count; i++)
        maps += who.mappers[i].pid == (uint32_t)pid;
    ck_assert_uint_ge(maps, 1);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    proposals_free(&out);
    return n;
}

/* What shmlens itself is made of never lies in the segment: who only looks on with this program is
 * not asked. Who has it to write with it is the demo. */
TEST(our_own_program_is_no_source)
{
    char locator[256];
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        SKIP("under valgrind our own executable is valgrind");
    name = run_name("own");
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, 4096), 0);
    close(fd);
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    ck_assert_uint_eq(asked_with(PROT_READ), 0);
    ck_assert_uint_eq(asked_with(PROT_READ | PROT_WRITE), 1);
}

/* A store as a breakpoint shows it, without one: the peer is stopped in what `put` calls right
 * after it. False: that cannot be done here, which was said. */
#if defined(__x86_64__) && !defined(__ILP32__)
static bool caught(pid_t pid, struct trap_hit *hit)
{
    struct user_regs_struct r;
    char file[64];
    int status;
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0) {
        suite_skip(__func__, "processes cannot be stopped here");
        return false;
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq((int)ptrace(PTRACE_GETREGS, pid, NULL, &r), 0);
    const uint64_t reg[TRAP_REGISTERS] = {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi,
                                          r.rbp, r.rsp, r.r8,  r.r9,  r.r10, r.r11,
                                          r.r12, r.r13, r.r14, r.r15, r.rip};
    *hit = (struct trap_hit){.pid = (uint32_t)pid, .tid = (uint32_t)pid};
    memcpy(hit->reg, reg, sizeof reg);
    (void)snprintf(file, sizeof file, "/proc/%d/mem", (int)pid);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = pread(fd, hit->stack, sizeof hit->stack, (off_t)r.rsp);
    close(fd);
    ck_assert_int_gt(n, 0);
    hit->stack_n = (size_t)n;
    ck_assert_int_eq((int)ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
    return true;
}
#else
static bool caught(pid_t pid, struct trap_hit *hit)
{
    (void)pid;
    (void)hit;
    suite_skip(__func__, "stores can be watched on x86-64 only");
    return false;
}
#endif

static const struct proposal *via(const struct proposals *p, const char *text)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->row[i].via != NULL && strncmp(p->row[i].via, text, strlen(text)) == 0)
            return &p->row[i];
    return NULL;
}

/* The variables of the functions that led to a store. In split files (.dwo) all addresses are
 * numbers, and with -O2 variables and functions are in several places. */
static const struct store_form {
    const char *compiler, *flags, *sample;
} forms[] = {
    {"cc", "-gdwarf-5 -O0", "s in put"},
    {"cc", "-gdwarf-4 -O0", "s in put"},
    {"cc", "-gdwarf-5 -O2", "s in put"},
    {"cc", "-gdwarf-4 -O2 -DDEEP", "s in nest"},
    {"cc", "-gdwarf-5 -gsplit-dwarf -O0", "s in put"},
    {"cc", "-gdwarf-4 -gsplit-dwarf -O0", "s in put"},
    {"cc", "-gdwarf-5 -gsplit-dwarf -gz=zlib -O2 -ffunction-sections", "s in put"},
    {"cc", "-gdwarf-4 -gsplit-dwarf -O2", "s in put"},
    {"cc", "-gdwarf-5 -gsplit-dwarf -O2 -DDEEP", "s in nest"},
    {"cc", "-gdwarf-4 -gsplit-dwarf -O2 -DDEEP", "s in nest"},
    {"clang", "-gdwarf-5 -O0", "s in put"},
    {"clang", "-gdwarf-5 -gsplit-dwarf -O0", "s in put"},
    {"clang", "-gdwarf-4 -gsplit-dwarf -O0", "s in put"},
    {"clang", "-gdwarf-5 -gsplit-dwarf -O2", "s in put"},
    {"clang", "-gdwarf-5 -gsplit-dwarf -O2 -DDEEP", "s in nest"},
    {"clang", "-gdwarf-4 -gsplit-dwarf -O2 -DDEEP", "s in nest"},
};

/* Looks at what the program does until both variables are found. False: it cannot be stopped. */
static bool look_at_stores(struct proposing *p, struct trap_hit *hit, const char *sample,
                           size_t *leads)
{
    int seen = 0;
    for (int i = 0; i < 50 && (via(p->out, sample) == NULL || via(p->out, "b in main") == NULL);
         i++) {
        if (!caught(peer[0].pid, hit))
            break;
        seen++;
        ck_assert(!oserr_is(watch_hit(p, hit, leads))); /* it may be between two stores */
    }
    return seen > 0;
}

TEST_LOOP(what_a_store_shows, SUITE_ROWS(forms))
{
    static struct trap_hit hit;
    static struct proposals out;
    const struct store_form *form = &forms[_i];
    char text[64];
    size_t leads = 0;
    SKIP_WITHOUT_DEBUG();
    if (!start_writer_as(form->compiler, form->flags))
        SKIP("no %s here makes debug information with %s", form->compiler, form->flags);
    const struct propose_ask ask = {.seg = seg, .who = &who};
    struct proposing p = {
        .be = be, .ask = &ask, .out = &out, .client = types_client_new(be), .end = INT64_MAX};
    (void)snprintf(text, sizeof text, "%s (stores.c:", form->sample);
    if (look_at_stores(&p, &hit, text, &leads)) {
        const struct proposal *sample = via(&out, text), *board = via(&out, "b in main (stores.c:");
        ck_assert_msg(sample != NULL && board != NULL, "%s %s: %zu of %zu", form->compiler,
                      form->flags, out.count, leads);
        ck_assert(sample->offset == 0x338 && sample->size == 48);
        ck_assert(board->offset == 0 && board->size == 1160);
    }
    types_client_free(p.client);
    proposals_free(&out);
}

/* What is known by then is not found again, and that is said. */
TEST(a_store_shows_nothing_twice)
{
    static struct trap_hit hit;
    static struct proposals out;
    size_t leads = 0, again = 0;
    SKIP_WITHOUT_DEBUG();
    if (!start_writer())
        SKIP("no C compiler here makes debug information");
    const struct propose_ask ask = {.seg = seg, .who = &who};
    struct proposing p = {
        .be = be, .ask = &ask, .out = &out, .client = types_client_new(be), .end = INT64_MAX};
    if (look_at_stores(&p, &hit, "s in put (stores.c:", &leads)) {
        size_t count = out.count;
        ck_assert(!oserr_is(watch_hit(&p, &hit, &again)));
        ck_assert_uint_eq(again, leads);
        ck_assert_uint_eq(out.count, count);
        watch_note_nothing_new(&p, false, 1, 1, again);
        ck_assert(noted(&out, "lead only to what is known already"));
    }
    types_client_free(p.client);
    proposals_free(&out);
}

/* The lines stay in the program; the functions are in the split file, which is named when it is
 * gone. */
TEST(a_split_file_that_is_gone_is_named)
{
    static struct trap_hit hit;
    static struct proposals out;
    size_t leads = 0;
    SKIP_WITHOUT_DEBUG();
    if (!start_writer_as("cc", "-g -gsplit-dwarf -O0"))
        SKIP("no C compiler here splits debug information");
    char line[4096];
    (void)snprintf(line, sizeof line, "rm \"$(dirname %s)\"/*.dwo", run_path("stores"));
    ck_assert(shell_runs(line));
    const struct propose_ask ask = {.seg = seg, .who = &who};
    struct proposing p = {
        .be = be, .ask = &ask, .out = &out, .client = types_client_new(be), .end = INT64_MAX};
    if (caught(peer[0].pid, &hit)) {
        ck_assert(!oserr_is(watch_hit(&p, &hit, &leads)));
        ck_assert_uint_eq(out.count, 0);
        ck_assert(noted(&out, "stores.dwo: this file with types (split DWARF) cannot be opened"));
    }
    types_client_free(p.client);
    proposals_free(&out);
}

TEST(refusals)
{
    static struct proposals p;
    stores_refused(&p, (struct oserr){"perf_event_open", EACCES});
    ck_assert(noted(&p, "kernel.perf_event_paranoid"));
    ck_assert(noted(&p, "CAP_PERFMON"));
    stores_refused(&p, (struct oserr){"trap_arm", SEG_E_UNSUPPORTED});
    ck_assert(noted(&p, "on Linux on x86-64 only"));
    stores_refused(&p, (struct oserr){"trap_arm", SEG_E_NO_TRAPS});
    ck_assert(noted(&p, "they never fire"));
    proposals_free(&p);
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
}

static void tear_down(void)
{
    for (int i = 0; i < PEERS; i++)
        if (peer[i].pid > 0)
            peer_ends(&peer[i]);
    seg_who_free(&who);
    seg_close(seg);
    backend_free(be);
    if (name != NULL)
        (void)shm_unlink(name);
    run_end();
}

SUITE(test_program_propose, .set_up = set_up, .tear_down = tear_down,
      TESTS(time_runs_out, own_structs_have_their_time, notes, writers_of_a_field,
            writers_until_it_is_stopped, without_a_writer, our_own_program_is_no_source,
            what_a_store_shows, a_store_shows_nothing_twice, a_split_file_that_is_gone_is_named,
            refusals));
