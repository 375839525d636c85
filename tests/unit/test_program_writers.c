/* Who stores into a field: by a plain store, through the C library, in a function that is inlined,
 * in a program without debug information, in a thread that is started later. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "backend/boxed.h"
#include "backend/os.h"
#include "backend/oscall.h"
#include "core/progress.h"
#include "core/text.h"
#include "propose/watch.h"
#include "propose/writers.h"
#include "support/debug_peer.h"
#include "support/go_on.h"

enum { TEXT = 8, BEAT = 72, WORD = 8 }; /* of tests/types/writes.c */

static struct backend *be;
static struct seg *seg;
static struct seg_who who;
static struct debug_peer peer;
static const char *name;
static struct writers found;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    boxed_use(SHMLENS_BINARY);
    name = run_name("writes");
}

static void tear_down(void)
{
    if (peer.pid > 0)
        peer_ends(&peer);
    writers_free(&found);
    seg_who_free(&who);
    seg_close(seg);
    backend_free(be);
    (void)shm_unlink(name);
    run_end();
}

static bool started(const char *flags)
{
    char locator[256];
    const char *path = run_path("writes");
    if (!compiled("cc", flags, "writes.c", path))
        return false;
    peer = peer_on(path, name);
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    ck_assert(!oserr_is(seg_who(seg, NULL, &who)));
    return true;
}

/* The way by which most stores came; NULL: it cannot be seen here who stores, which was said. */
static const struct field_writer *look(const char *test, uint64_t offset,
                                       const struct progress *progress)
{
    const struct propose_ask ask = {
        .seg = seg, .who = &who, .offset = offset, .progress = progress};
    ck_assert(!oserr_is(writers_find(be, &ask, WORD, 10 * INT64_C(1000000000), &found)));
    if (!found.watched) {
        suite_skip(test, "%s", found.notes.note[0]);
        return NULL;
    }
    ck_assert_uint_eq(found.stores, WRITERS_STORES);
    ck_assert_uint_ge(found.count, 1);
    ck_assert_uint_eq(found.row[0].pid, (uint32_t)peer.pid);
    return &found.row[0];
}

static const struct progress going = {go_on, NULL};

#define WRITER(flags)                                        \
    do {                                                     \
        SKIP_WITHOUT_DEBUG();                                \
        if (!started(flags))                                 \
            SKIP("no C compiler here makes such a program"); \
    } while (0)

static void is_in(const struct writer_frame *f, const char *function)
{
    ck_assert_str_eq(f->function, function);
    ck_assert_str_eq(text_last_part(f->file), "writes.c");
    ck_assert_uint_gt(f->line, 0);
}

static const char *const forms[] = {"-g -O0", "-g -O2", "-g -O2 -gsplit-dwarf"};

TEST_LOOP(a_plain_store, SUITE_ROWS(forms))
{
    WRITER(forms[_i]);
    const struct field_writer *w = look(__func__, BEAT, &going);
    if (w == NULL)
        return;
    ck_assert_uint_ge(w->frames, 3);
    is_in(&w->frame[0], "put");
    is_in(&w->frame[1], "store_on");
    is_in(&w->frame[2], "main");
}

/* The function of the library is known by its debug information or symbol, or not at all; who has
 * called it is. */
TEST(the_library_stores)
{
    WRITER("-g -O2 -DCOPY");
    const struct field_writer *w = look(__func__, TEXT, &going);
    if (w == NULL)
        return;
    ck_assert_uint_ge(w->frames, 3);
    ck_assert(w->frame[0].function[0] == '\0' || strstr(w->frame[0].function, "mem") != NULL);
    is_in(&w->frame[1], "put");
    is_in(&w->frame[2], "store_on");
}

/* The kernel stores, for a read() of the program: root sees it, and who has called that. */
TEST(the_kernel_stores)
{
    if (os_uid() != 0)
        SKIP("what the kernel stores is seen by root only");
    WRITER("-g -O0 -DREAD");
    const struct field_writer *w = look(__func__, BEAT, &going);
    if (w == NULL)
        return;
    ck_assert(found.kernel && w->kernel);
    ck_assert_uint_ge(w->frames, 3);
    ck_assert(w->frame[0].function[0] == '\0' || strstr(w->frame[0].function, "read") != NULL);
    is_in(&w->frame[1], "put");
    is_in(&w->frame[2], "store_on");
}

/* As somebody who may not look into the kernel: that is tried once, and then as before. */
static void refuse_kernel(void *ctx, const char *call)
{
    unsigned *calls = ctx; /* the first one asks whether breakpoints fire at all */
    bool now = strcmp(call, "perf_event_open") == 0 && ++*calls == 2;
    backend_fail_at(be, now, EACCES);
}

TEST(the_kernel_may_not_be_looked_into)
{
    unsigned calls = 0;
    WRITER("-g -O0");
    backend_before_call(be, refuse_kernel, &calls);
    const struct field_writer *w = look(__func__, BEAT, &going);
    backend_before_call(be, NULL, NULL);
    if (w == NULL)
        return;
    ck_assert_uint_gt(calls, 2);
    ck_assert(!found.kernel && !w->kernel);
    is_in(&w->frame[0], "put");
    for (size_t i = 0; i < found.notes.notes; i++) /* nobody was left out for it */
        ck_assert_ptr_null(strstr(found.notes.note[i], "not every thread"));
}

/* The function is the one that the code is in; the line is that of the store. */
TEST(an_inlined_function)
{
    WRITER("-g -O2 -DINLINED");
    const struct field_writer *w = look(__func__, BEAT, &going);
    if (w == NULL)
        return;
    ck_assert_uint_ge(w->frames, 2);
    is_in(&w->frame[0], "store_on");
    ck_assert_uint_lt(w->frame[0].line, 43); /* in `put` */
    is_in(&w->frame[1], "main");
}

/* Without debug information functions are those that it exports, by their symbols, and the way is
 * found by what exceptions are unwound with. */
TEST(a_stripped_program)
{
    WRITER("-O2 -rdynamic -s");
    const struct field_writer *w = look(__func__, BEAT, &going);
    if (w == NULL)
        return;
    ck_assert_uint_ge(w->frames, 3);
    ck_assert_str_eq(w->frame[0].function, "put");
    ck_assert_str_eq(w->frame[1].function, "store_on");
    ck_assert_str_eq(w->frame[2].function, "main");
    ck_assert_str_eq(w->frame[0].file, "");
}

/* Tells the program to start its thread when it is watched already. */
static bool tell(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    unsigned *go = ctx;
    (void)deadline;
    (void)done;
    (void)total;
    __atomic_store_n(go, 1, __ATOMIC_SEQ_CST);
    return true;
}

TEST(a_thread_that_is_started_later)
{
    WRITER("-g -O0 -pthread -DTHREAD");
    int fd = shm_open(name, O_RDWR, 0);
    unsigned *go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert(fd >= 0 && (void *)go != MAP_FAILED);
    close(fd);
    const struct progress telling = {tell, go};
    const struct field_writer *w = look(__func__, BEAT, &telling);
    munmap(go, 4096);
    if (w == NULL)
        return;
    ck_assert_uint_ne(w->tid, w->pid);
    ck_assert_uint_ge(w->frames, 2);
    is_in(&w->frame[0], "put");
    is_in(&w->frame[1], "store_on");
}

/* Refuses the first breakpoint of a thread that is started later. */
struct refusing {
    unsigned *go;
    bool watching, refused;
};

static bool tell_refusing(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    struct refusing *r = ctx;
    r->watching = true;
    return tell(r->go, deadline, done, total);
}

static void refuse(void *ctx, const char *call)
{
    struct refusing *r = ctx;
    bool now = r->watching && !r->refused && strcmp(call, "perf_event_open") == 0;
    backend_fail_at(be, now, EACCES);
    r->refused = r->refused || now;
}

TEST(a_later_thread_that_cannot_be_watched_is_said)
{
    WRITER("-g -O0 -pthread -DTHREAD");
    int fd = shm_open(name, O_RDWR, 0);
    struct refusing r = {.go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)};
    ck_assert(fd >= 0 && (void *)r.go != MAP_FAILED);
    close(fd);
    const struct progress telling = {tell_refusing, &r};
    backend_before_call(be, refuse, &r);
    const struct field_writer *w = look(__func__, BEAT, &telling);
    backend_before_call(be, NULL, NULL);
    munmap(r.go, 4096);
    if (w == NULL)
        return;
    ck_assert(r.refused);
    size_t said = 0;
    for (size_t i = 0; i < found.notes.notes; i++)
        said += strstr(found.notes.note[i], "not every thread was watched: ") != NULL;
    ck_assert_uint_eq(said, 1);
}

/* The second thread's breakpoint is somebody else's: `types --watch` says that it was left out. */
static void refuse_second(void *ctx, const char *call)
{
    unsigned *calls = ctx; /* the first one asks whether breakpoints fire at all */
    bool now = strcmp(call, "perf_event_open") == 0 && ++*calls == 3;
    backend_fail_at(be, now, ENOSPC);
}

TEST(a_thread_that_types_could_not_watch_is_said)
{
    unsigned calls = 0;
    static struct proposals out;
    bool said = false;
    WRITER("-g -O0 -pthread -DTHREAD");
    int fd = shm_open(name, O_RDWR, 0);
    unsigned *go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert(fd >= 0 && (void *)go != MAP_FAILED);
    close(fd);
    __atomic_store_n(go, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n((unsigned long *)(void *)((char *)go + BEAT), __ATOMIC_SEQ_CST) == 0)
        usleep(1000);
    const struct propose_ask ask = {.seg = seg, .who = &who, .progress = &going};
    backend_before_call(be, refuse_second, &calls);
    ck_assert(!oserr_is(propose_watch(be, &ask, os_now() + 10 * INT64_C(1000000000), &out)));
    backend_before_call(be, NULL, NULL);
    munmap(go, 4096);
    for (size_t i = 0; i < out.notes; i++)
        said |= strstr(out.note[i], "not every thread was watched: ") != NULL;
    bool armed = calls >= 3;
    if (!armed)
        suite_skip(__func__, "%s", out.notes > 0 ? out.note[0] : "nothing was armed");
    ck_assert(said || !armed);
    proposals_free(&out);
}

SUITE(test_program_writers, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_plain_store, the_library_stores, the_kernel_stores, the_kernel_may_not_be_looked_into,
            an_inlined_function, a_stripped_program, a_thread_that_is_started_later,
            a_later_thread_that_cannot_be_watched_is_said,
            a_thread_that_types_could_not_watch_is_said));
