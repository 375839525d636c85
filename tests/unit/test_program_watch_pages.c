/* watch on long ranges against a naive oracle: what it tells, applied to what it saw first, is what
 * is in memory, whatever is stored, punched, cut and grown between looks; and it tells at once. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/watch/watch.h"
#include "support/go_on.h"
#include "support/remover.h"
#include "support/suite.h"

enum { PAGE = 4096, SIZE = 5 * 1024 * 1024 + 3 * PAGE + 100, LOOKS = 60 };

static struct backend *be;
static struct seg *seg;
static char name[64];
static int fd;
static uint8_t *memory, *image; /* the segment; what the sink knows of the range */
static struct command_env env;
static struct out err;
static struct command_run r;
static struct watch w;
static unsigned changes, flushes, flushed_at; /* changes told when it was first flushed */
static int64_t last_t;
static bool told_right;

/* ---- the sink ---- */

static void on_change(struct watch *x, int64_t t, uint64_t offset, const uint8_t *old,
                      const uint8_t *new, size_t n)
{
    uint8_t *at = image + (offset - x->range.offset);
    told_right = told_right && t >= last_t && offset >= x->range.offset && n % x->unit == 0 &&
                 (old == NULL || memcmp(at, old, n) == 0) && memcmp(at, new, n) != 0;
    memcpy(at, new, n);
    last_t = t;
    changes++;
}

/* Its bytes have changed to zeros before, and it was data. */
static unsigned holes;
static bool was_hole[SIZE / PAGE + 1];
static void on_hole(struct watch *x, int64_t t, uint64_t offset, size_t n)
{
    const uint8_t *at = image + (offset - x->range.offset);
    told_right = told_right && t >= last_t && !was_hole[offset / PAGE];
    for (size_t i = 0; i < n; i++)
        told_right = told_right && at[i] == 0;
    was_hole[offset / PAGE] = true;
    holes++;
}

/* A hole so far, as far as was told. */
static unsigned data;
static void on_data(struct watch *x, int64_t t, uint64_t offset, size_t n)
{
    const uint8_t *at = image + (offset - x->range.offset);
    (void)t;
    for (size_t i = 0; i < n; i++)
        told_right = told_right && at[i] == 0;
    was_hole[offset / PAGE] = false;
    data++;
}

static void on_gap(struct watch *x, int64_t t, int64_t missed)
{
    (void)x;
    (void)t;
    (void)missed;
}

static void on_state(struct watch *x, int64_t t, const struct seg_stat *now)
{
    (void)x;
    (void)t;
    (void)now;
}

static bool on_flush(struct watch *x)
{
    (void)x;
    if (flushes++ == 0)
        flushed_at = changes;
    return true;
}

static bool on_ended(const struct watch *x)
{
    (void)x;
    return false;
}

static const struct watch_sink joined = {
    .change = on_change, .gap = on_gap, .state = on_state, .flush = on_flush, .ended = on_ended};
static const struct watch_sink pieces = {.pieces = true,
                                         .change = on_change,
                                         .hole = on_hole,
                                         .data = on_data,
                                         .gap = on_gap,
                                         .state = on_state,
                                         .flush = on_flush,
                                         .ended = on_ended};
static const struct watch_sink *sink; /* of this test */

/* ---- */

static void set_up(void)
{
    (void)snprintf(name, sizeof name, "/shmlens-test-%d-pages", (int)getpid());
    remover_segment(name);
    fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    image = calloc(1, SIZE);
    ck_assert_ptr_nonnull(image);
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    ck_assert(!oserr_is(seg_open(be, name, SEG_READ, &seg)));
    out_text(&err, 4096);
    static const struct progress progress = {go_on, NULL};
    env = (struct command_env){.be = be, .progress = &progress, .err = &err, .out = &err};
    r = (struct command_run){.env = &env, .seg = seg};
    changes = flushes = flushed_at = 0;
    last_t = 0;
    told_right = true;
    sink = &joined;
    holes = data = 0;
    memset(was_hole, 0, sizeof was_hole);
    srand(7);
}

static void tear_down(void)
{
    watch_free(&w);
    seg_close(seg);
    backend_free(be);
    out_free(&err);
    free(image);
    munmap(memory, SIZE);
    close(fd);
    (void)shm_unlink(name);
}

static void begin(uint64_t offset, uint64_t length, size_t unit)
{
    static const struct view *view;
    view = view_find(unit == 8 ? "u64" : unit == 4 ? "u32" : unit == 2 ? "u16" : "hex");
    w = (struct watch){.r = &r, .sink = sink, .unit = unit, .view = unit > 1 ? view : NULL};
    w.range = (struct range){.offset = offset, .length = length};
    ck_assert(!oserr_is(watch_new(&w)));
    ck_assert_msg(watch_look(&w, os_now()) == EXIT_DONE, "%s", err.buf);
    memcpy(image, memory + offset, length);
    w.seen = true;
}

static void look(void)
{
    struct seg_stat st;
    ck_assert(!oserr_is(seg_refresh(seg, &st)));
    ck_assert_msg(watch_look(&w, os_now()) == EXIT_DONE, "%s", err.buf);
    ck_assert_msg(told_right, "told wrongly after %u changes", changes);
}

static void same(void)
{
    const uint8_t *now = memory + w.range.offset;
    uint64_t i = 0;
    if (memcmp(image, now, w.range.length) == 0)
        return;
    while (image[i] == now[i])
        i++;
    ck_abort_msg("byte %llu is %02x, told %02x", (unsigned long long)i, now[i], image[i]);
}

static size_t any(size_t n)
{
    return (((size_t)rand() << 16) ^ (size_t)rand()) % n;
}

static void punch(size_t at, size_t n)
{
    ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n),
                     0);
}

/* Some of everything that others do. */
static void disturb(void)
{
    for (size_t i = any(20); i > 0; i--)
        memory[any(SIZE)] ^= (uint8_t)(1 + any(255));
    if (any(3) == 0) {
        size_t at = any(SIZE), n = any(3 * 1024 * 1024);
        memset(memory + at, rand(), n < SIZE - at ? n : SIZE - at);
    }
    if (any(3) == 0)
        punch(any(SIZE), 1 + any(1024 * 1024));
    if (any(4) == 0)
        memory[PAGE * any(SIZE / PAGE) + PAGE - 1] ^= 1; /* values across pages */
}

static const struct {
    uint64_t offset, length;
    size_t unit;
} rows[] = {{0, SIZE, 1},           {0, SIZE - SIZE % 8, 8},     {1, 3 * 1024 * 1024 + 1, 1},
            {4094, 1024 * 1024, 4}, {3, 4 * 1024 * 1024 + 8, 8}, {PAGE, SEG_SMALL + 2, 2},
            {100, SEG_SMALL + 1, 1}};

TEST_LOOP(what_is_told_is_what_happened, 2 * SUITE_ROWS(rows))
{
    sink = _i % 2 == 0 || rows[_i / 2].unit > 1 ? &joined : &pieces;
    disturb();
    begin(rows[_i / 2].offset, rows[_i / 2].length, rows[_i / 2].unit);
    int looks = getenv("SHMLENS_MEMCHECK") != NULL ? LOOKS / 5 : LOOKS;
    for (int i = 0; i < looks; i++) {
        disturb();
        look();
        same();
    }
    ck_assert_uint_gt(changes, 0);
    unsigned before = changes;
    look();
    ck_assert_uint_eq(changes, before);
}

TEST(one_byte_is_one_change)
{
    memset(memory, 1, SIZE);
    begin(0, SIZE, 1);
    for (int i = 0; i < 50; i++) {
        unsigned before = changes;
        memory[any(SIZE)] ^= 0x80;
        look();
        ck_assert_uint_eq(changes, before + 1);
    }
    unsigned before = changes;
    memset(memory + 1000, 2, 4 * 1024 * 1024); /* across pages, pieces and batches: one run */
    look();
    ck_assert_uint_eq(changes, before + 1);
    same();
}

/* Told when it is found, not at the end of the way: the last page changed too. */
TEST(what_is_found_goes_out_at_once)
{
    memset(memory, 1, SIZE);
    begin(0, SIZE, 1);
    memory[10] = 9;
    memory[SIZE - 1] = 9;
    look();
    ck_assert_uint_eq(changes, 2);
    ck_assert_uint_ge(flushes, 1);
    ck_assert_uint_eq(flushed_at, 1);
}

/* Cut in the midst of a page and grown again: what was there is zero now, and that is told. */
TEST(cut_and_grown_again)
{
    static const off_t cuts[] = {PAGE + 100, 2 * PAGE, 1024 * 1024 + 1, 0};
    memset(memory, 1, SIZE);
    begin(0, SIZE, 1);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        ck_assert_int_eq(ftruncate(fd, cuts[i]), 0);
        look();
        ck_assert_int_eq(ftruncate(fd, SIZE), 0);
        look();
        same();
        memset(memory, (int)i + 2, SIZE);
        look();
        same();
    }
}

/* Cut below the range and grown again, and the engine told so: fresh, with the same contents. */
TEST(shrunk_ranges_forget)
{
    memset(memory, 1, SIZE);
    begin(0, SIZE, 1);
    ck_assert_int_eq(ftruncate(fd, 2 * PAGE), 0);
    watch_shrink(&w, 2 * PAGE);
    look();
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    memset(memory, 1, SIZE);
    w.range.length = SIZE;
    memset(image + 2 * PAGE, 0, SIZE - 2 * PAGE);
    look();
    same();
    ck_assert_uint_eq(changes, 1);
}

/* Once it was asked where the hole ends: the second page comes to life while the first is read. */
static void revive(void *ctx, const char *call)
{
    bool *asked = ctx;
    if (strcmp(call, "lseek") == 0) {
        *asked = true;
    } else if (*asked && strcmp(call, "fstat") == 0) {
        memory[11 * PAGE + 5] = 7;
        backend_before_call(be, NULL, NULL);
    }
}

TEST(what_comes_to_life_is_no_hole)
{
    bool asked = false;
    sink = &pieces;
    memset(memory + 10 * PAGE, 1, 2 * PAGE);
    begin(0, SIZE, 1);
    punch(10 * PAGE, 2 * PAGE);
    holes = 0;
    backend_before_call(be, revive, &asked);
    look();
    ck_assert_uint_eq(memory[11 * PAGE + 5], 7);
    ck_assert_uint_eq(holes, 1);
    look();
    same();
    punch(10 * PAGE, 2 * PAGE); /* and when it goes, that is seen too */
    look();
    same();
    ck_assert_uint_eq(holes, 2);
}

/* The segment has grown since the range was made as long as it: what lies behind the range in its
 * last page is told when the range has grown, too. */
TEST(the_rest_of_the_last_page)
{
    memset(memory, 1, SIZE);
    begin(0, 20 * PAGE + 100, 1);
    memory[20 * PAGE + 50] = 9;
    look();
    ck_assert_uint_eq(changes, 1);
    w.range.length = 21 * (uint64_t)PAGE;
    look();
    same();
    ck_assert_uint_eq(changes, 2);
}

/* A slow machine does not fill the output: a gap that goes on is told once. */
TEST(a_share_of_the_processor)
{
    memset(memory, 1, SIZE);
    w = (struct watch){.r = &r, .sink = sink, .unit = 1, .cpu = 50};
    w.range.length = SIZE;
    ck_assert(!oserr_is(watch_new(&w)));
    ck_assert_int_eq(watch_look(&w, os_now()), EXIT_DONE);
    ck_assert_int_gt(w.owed, 0);
    ck_assert_int_lt(w.owed, INT64_C(5000000000));
}

SUITE(test_program_watch_pages, .set_up = set_up, .tear_down = tear_down,
      TESTS(what_is_told_is_what_happened, one_byte_is_one_change, what_is_found_goes_out_at_once,
            cut_and_grown_again, shrunk_ranges_forget, what_comes_to_life_is_no_hole,
            the_rest_of_the_last_page, a_share_of_the_processor));
