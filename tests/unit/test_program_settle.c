/* Samples of one moment: what is read twice, what is read under a counter. Memory moves at every
 * call of the system that the sampler makes, which is between any two readings. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/os.h"
#include "live/sampler.h"
#include "session/session.h"
#include "support/suite.h"

enum { MS = 1000000, SIZE = 8192 };

static struct backend *be;
static struct os_wake *wake;
static struct sampler *sampler;
static struct sample sample;
static char locator[64];
static uint8_t *memory;
static int move_at, move_by; /* this byte by so much; by 0: nothing moves */

static void move(void *ctx, const char *call)
{
    (void)ctx;
    (void)call;
    int by = __atomic_load_n(&move_by, __ATOMIC_SEQ_CST);
    if (by != 0)
        __atomic_fetch_add(&memory[__atomic_load_n(&move_at, __ATOMIC_SEQ_CST)], (uint8_t)by,
                           __ATOMIC_SEQ_CST);
}

/* 256 bytes from there, read like this. */
static void ask(uint64_t offset, const struct settle_request *settle)
{
    struct sample_request r = {
        .offset = offset, .length = 256, .hz = 250, .cpu = CPU_DEFAULT, .settle = *settle};
    sampler_request(sampler, &r);
}

static void set_up(void)
{
    struct seg *seg = NULL;
    (void)snprintf(locator, sizeof locator, "/shmlens-settle-%u", os_pid());
    int fd = shm_open(locator, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    close(fd);
    memory[0] = 2;
    move_by = 0;
    be = backend_new();
    wake = os_wake_new();
    ck_assert(be != NULL && wake != NULL && sample_alloc(&sample));
    struct oserr e = seg_open(be, locator, SEG_READ, &seg);
    ck_assert(!oserr_is(e));
    backend_before_call(be, move, NULL);
    sampler = sampler_start(seg, 250, wake, &e);
    ck_assert_ptr_nonnull(sampler);
    ask(0, &(struct settle_request){.locked = false});
}

static void tear_down(void)
{
    sampler_stop(sampler, NULL);
    sample_free(&sample);
    os_wake_free(wake);
    backend_free(be);
    munmap(memory, SIZE);
    (void)shm_unlink(locator);
}

#define AWAIT(condition)                                       \
    do {                                                       \
        int64_t deadline = os_now() + 10000LL * MS;            \
        bool met_;                                             \
        while (!(met_ = (condition)) && os_now() < deadline) { \
            (void)sampler_take(sampler, &sample);              \
            (void)os_sleep_until(os_now() + MS / 4);           \
        }                                                      \
        ck_assert_msg(met_, "%s", #condition);                 \
    } while (0)

static void moving(int at, int by)
{
    __atomic_store_n(&move_at, at, __ATOMIC_SEQ_CST);
    __atomic_store_n(&move_by, by, __ATOMIC_SEQ_CST);
}

TEST(a_range_read_twice)
{
    struct settle_request want = {.from = 96, .to = 112};
    ask(0, &want);
    AWAIT(sample.settle.reads > 3 && sample.length == 256);
    ck_assert(sample.settle.torn == 0 && !sample.settle.any);
    moving(100, 1);
    AWAIT(sample.settle.torn > 3);
    ck_assert_int_ne(sample.arrays->torn[100], 0);
    ck_assert(sample.arrays->torn[99] == 0 && sample.arrays->torn[101] == 0);
    moving(100, 0);
    AWAIT(!sample.settle.any); /* it fades */
    ck_assert_int_eq(sample.arrays->torn[100], 0);
    ck_assert_uint_lt(sample.settle.torn, sample.settle.reads);
    want.to = 104;
    ask(0, &want); /* counted anew */
    AWAIT(sample.settle.want.to == 104 && sample.settle.torn == 0);
}

TEST(what_moves_elsewhere_is_no_matter)
{
    struct settle_request want = {.from = 96, .to = 112};
    ask(0, &want);
    moving(120, 1);
    AWAIT(sample.settle.reads > 5);
    ck_assert_uint_eq(sample.settle.torn, 0);
    if (getenv("SHMLENS_MEMCHECK") != NULL) /* so the window is read by calls, twice */
        SKIP("valgrind knows no userfaultfd");
    ck_assert(!sample.settle.any);
}

TEST(another_window_has_no_marks)
{
    struct settle_request want = {.from = 0, .to = SIZE};
    ask(0, &want);
    moving(100, 1);
    AWAIT(sample.settle.any && sample.arrays->torn[100] != 0);
    ask(4096, &want);
    AWAIT(sample.offset == 4096);
    ck_assert(!sample.settle.any && sample.arrays->torn[100] == 0);
}

/* Pieces, of which some lie in a range that a counter guards: these alone are not known while it is
 * written, and are of one moment else. */
TEST(guarded_pieces)
{
    static struct sample_request r = {.hz = 250, .cpu = CPU_DEFAULT};
    const struct guarded g = {.lock = {.offset = 0, .width = 4}, .from = 64, .to = 256};
    memory[64] = 'a';
    memory[200] = 'b';
    r.spans.count = 0;
    ck_assert(spans_append(&r.spans, 0, 8, SAMPLE_MAX) &&
              spans_append(&r.spans, 60, 8, SAMPLE_MAX) &&
              spans_append(&r.spans, 200, 4, SAMPLE_MAX));
    guards_add(&r.guards, &g);
    guards_add(&r.guards, &g);
    ck_assert_uint_eq(r.guards.count, 1);
    sampler_request(sampler, &r);
    AWAIT(sample.guards.count == 1 && sample.spans.count == 3);
    ck_assert(sample.guards.read[0] == GUARD_SETTLED && guards_find(&sample.guards, &g) == 0);
    ck_assert(sample.arrays->bytes[12] == 'a' && sample.arrays->bytes[16] == 'b');
    memory[0] = 3; /* being written */
    AWAIT(sample.guards.read[0] == GUARD_WRITTEN && sample.arrays->bytes[0] == 3);
    ck_assert(sample.arrays->state[0] == BYTE_DATA);
    ck_assert(sample.arrays->state[11] == BYTE_DATA);
    ck_assert(sample.arrays->state[12] == BYTE_UNKNOWN && sample.arrays->bytes[12] == 0);
    ck_assert(sample.arrays->state[16] == BYTE_UNKNOWN);
    memory[64] = 'c';
    memory[0] = 4;
    AWAIT(sample.guards.read[0] == GUARD_SETTLED);
    ck_assert(sample.arrays->bytes[12] == 'c' && sample.arrays->state[16] == BYTE_DATA);
    moving(0, 2); /* another record between any two readings */
    AWAIT(sample.guards.read[0] == GUARD_WRITTEN);
    ck_assert_int_eq(sample.arrays->state[12], BYTE_UNKNOWN);
}

/* Where the counter or the bytes cannot be read, nothing is shown that may be torn; what lies
 * between the pieces is not read. */
TEST(guarded_pieces_that_cannot_be_read)
{
    static struct sample_request r = {.hz = 250, .cpu = CPU_DEFAULT};
    struct guarded g = {.lock = {.offset = 0, .width = 4}, .from = 8, .to = UINT64_MAX};
    memory[8] = 'a';
    memory[SIZE - 8] = 'z';
    r.spans.count = 0;
    ck_assert(spans_append(&r.spans, 8, 8, SAMPLE_MAX) &&
              spans_append(&r.spans, SIZE - 8, 16, SAMPLE_MAX));
    guards_add(&r.guards, &g);
    sampler_request(sampler, &r);
    AWAIT(sample.guards.count == 1 && sample.guards.read[0] == GUARD_SETTLED);
    ck_assert(sample.arrays->bytes[0] == 'a' && sample.arrays->bytes[8] == 'z');
    ck_assert(sample.arrays->state[15] == BYTE_DATA && sample.arrays->state[16] == BYTE_BEYOND);
    r.guards.at[0].lock.offset = SIZE; /* the counter lies beyond the end */
    sampler_request(sampler, &r);
    AWAIT(sample.guards.read[0] == GUARD_FAILED);
    ck_assert(sample.arrays->state[0] == BYTE_UNKNOWN && sample.arrays->bytes[0] == 0);
    ck_assert(sample.arrays->state[15] == BYTE_UNKNOWN && sample.arrays->state[16] == BYTE_BEYOND);
}

TEST(under_a_counter)
{
    struct settle_request want = {.locked = true, .lock = {.offset = 0, .width = 4}};
    ask(0, &want);
    AWAIT(sample.settle.want.locked && !sample.settle.busy && sample.settle.counter == 2);
    memory[0] = 3; /* being written */
    AWAIT(sample.settle.busy);
    memory[0] = 4;
    AWAIT(!sample.settle.busy && sample.settle.counter == 4);
    moving(0, 2); /* even, but never the same twice */
    AWAIT(sample.settle.busy);
    moving(0, 0);
    AWAIT(!sample.settle.busy);
    ck_assert_uint_eq(sample.settle.reads, 0);
    want.lock.offset = SIZE; /* the segment shrank below it */
    ask(0, &want);
    AWAIT(sample.settle.busy);
    want.locked = false;
    ask(0, &want);
    AWAIT(!sample.settle.busy);
}

/* The selection is read twice, unless it lies in one word. */
TEST(the_session_asks_for_its_selection)
{
    struct session s = {0};
    ck_assert(!oserr_is(session_init(&s, NULL)));
    s.sampler = sampler;
    s.sample.stat.size = SIZE;
    static const struct {
        uint64_t anchor, cursor, from, to;
    } rows[] = {{16, 23, 0, 0}, {16, 24, 16, 25}, {22, 25, 22, 26}, {40, 16, 16, 41}, {5, 5, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s.selecting = true;
        s.anchor = rows[i].anchor;
        s.cursor = rows[i].cursor;
        session_request_sample(&s);
        AWAIT(sample.settle.want.from == rows[i].from && sample.settle.want.to == rows[i].to);
    }
    s.locked = true;
    s.lock = (struct seg_seqlock){.offset = 8, .width = 8};
    session_request_sample(&s);
    AWAIT(sample.settle.want.locked && sample.settle.want.lock.offset == 8);
    s.sampler = NULL;
    session_free(&s);
}

SUITE(test_program_settle, .set_up = set_up, .tear_down = tear_down,
      TESTS(guarded_pieces, guarded_pieces_that_cannot_be_read, a_range_read_twice,
            what_moves_elsewhere_is_no_matter, another_window_has_no_marks, under_a_counter,
            the_session_asks_for_its_selection));
