/* A sample: bytes, what each of them is, and the state of the segment, all at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/os.h"
#include "backend/oscall.h"
#include "backend/segment.h"
#include "support/remover.h"
#include "support/suite.h"

enum { PAGE = 4096, SIZE = 8 * PAGE };

static struct backend *be;
static struct seg *seg;   /* as we look */
static int fd;            /* as another program has it */
static unsigned char *at; /* its mapping */
static char name[64], locator[80];
static unsigned char buf[SEG_SMALL];
static uint8_t state[SEG_SMALL];
static struct seg_stat stat_now;

static void set_up(void)
{
    (void)snprintf(name, sizeof name, "/shmlens-sample-%u", os_pid());
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    remover_segment(name);
    fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
}

static void tear_down(void)
{
    seg_close(seg);
    backend_free(be);
    munmap(at, SIZE);
    close(fd);
    shm_unlink(name);
}

static void sample(uint64_t off, size_t n)
{
    memset(buf, 0xee, sizeof buf);
    memset(state, 0xee, sizeof state);
    ck_assert(!oserr_is(seg_sample(seg, off, buf, state, n, &stat_now)));
    ck_assert_int_eq(buf[n], 0xee); /* not one byte more */
    ck_assert_int_eq(state[n], 0xee);
}

static void all(size_t from, size_t to, enum seg_byte kind)
{
    for (size_t i = from; i < to; i++)
        ck_assert_msg(state[i] == kind, "byte %zu is %d, not %d", i, state[i], (int)kind);
}

TEST(holes_stay_holes)
{
    for (int i = 0; i < 3; i++) {
        sample(100, 3 * PAGE);
        all(0, 3 * PAGE, SEG_BYTE_HOLE);
        ck_assert_uint_eq(stat_now.resident, 0);
    }
}

TEST(data_among_holes)
{
    at[2 * PAGE + 5] = 7;
    at[4 * PAGE - 1] = 9;
    for (int i = 0; i < 3; i++) { /* with and without remembering that there are holes */
        sample(PAGE / 2, 5 * PAGE);
        all(0, 3 * PAGE / 2, SEG_BYTE_HOLE);
        all(3 * PAGE / 2, 7 * PAGE / 2, SEG_BYTE_DATA);
        all(7 * PAGE / 2, 5 * PAGE, SEG_BYTE_HOLE);
        ck_assert_int_eq(buf[3 * PAGE / 2 + 5], 7);
        ck_assert_int_eq(buf[7 * PAGE / 2 - 1], 9);
        ck_assert_uint_eq(stat_now.resident, 2 * PAGE);
    }
}

TEST(a_hole_that_comes_to_life_and_back)
{
    sample(0, 64);
    all(0, 64, SEG_BYTE_HOLE);
    at[3] = 1;
    sample(0, 64);
    all(0, 64, SEG_BYTE_DATA);
    ck_assert_int_eq(buf[3], 1);
    sample(0, 64);
    all(0, 64, SEG_BYTE_DATA);
    ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE), 0);
    sample(0, 64);
    all(0, 64, SEG_BYTE_HOLE);
    ck_assert_int_eq(buf[3], 0);
    ck_assert_uint_eq(stat_now.resident, 0);
}

static void refuse_watching(void *ctx, const char *call)
{
    (void)ctx;
    if (strcmp(call, "userfaultfd") == 0)
        backend_fail_at(be, 1, EPERM);
}

static void store_before_read(void *ctx, const char *call)
{
    bool *stored = ctx;
    if (strcmp(call, "pread") == 0) {
        at[PAGE + 5] = 42;
        *stored = true;
    }
}

/* Where userfaultfd is refused, holes are asked for before the bytes are read. */
TEST(a_hole_that_comes_to_life_meanwhile)
{
    bool stored = false;
    seg_close(seg);
    backend_before_call(be, refuse_watching, NULL);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    backend_before_call(be, store_before_read, &stored);
    sample(10, 3 * PAGE);
    ck_assert(stored);
    backend_before_call(be, NULL, NULL);
    ck_assert_int_eq(buf[PAGE - 10 + 5], 42);
    all(0, PAGE - 10, SEG_BYTE_HOLE);
    all(PAGE - 10, 2 * PAGE - 10, SEG_BYTE_DATA);
    all(2 * PAGE - 10, 3 * PAGE, SEG_BYTE_HOLE);
}

TEST(the_end_and_behind_it)
{
    at[SIZE - 1] = 5;
    sample(SIZE - 10, 30);
    all(0, 10, SEG_BYTE_DATA);
    all(10, 30, SEG_BYTE_BEYOND);
    ck_assert_int_eq(buf[9], 5);
    ck_assert_int_eq(buf[10], 0);
    sample(SIZE, 10);
    all(0, 10, SEG_BYTE_BEYOND);
    sample(UINT64_MAX - 4, 10);
    all(0, 10, SEG_BYTE_BEYOND);
    ck_assert_int_eq(ftruncate(fd, 100), 0);
    sample(90, 30);
    all(10, 30, SEG_BYTE_BEYOND);
    ck_assert_uint_eq(stat_now.size, 100);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0); /* seen whole in the very sample that learns of it */
    sample(90, 30);
    ck_assert_int_ne(state[29], SEG_BYTE_BEYOND);
    ck_assert_uint_eq(stat_now.size, SIZE);
}

TEST(a_part_of_the_segment)
{
    at[PAGE] = 1;
    ck_assert(!oserr_is(seg_limit(seg, PAGE, PAGE)));
    sample(PAGE, 2 * PAGE);
    all(0, PAGE, SEG_BYTE_DATA);
    all(PAGE, 2 * PAGE, SEG_BYTE_BEYOND);
    sample(0, 16);
    all(0, 16, SEG_BYTE_BEYOND);
}

TEST(too_much_is_refused)
{
    struct oserr e = seg_sample(seg, 0, buf, state, SEG_SMALL + 1, &stat_now);
    ck_assert_uint_eq(e.code, SEG_E_UNSUPPORTED);
}

TEST(every_call_may_fail)
{
    at[PAGE] = 1;
    sample(0, 2 * PAGE);
    for (uint64_t nth = 1;; nth++) {
        backend_fail_at(be, nth, 5 /* EIO */);
        struct oserr e = seg_sample(seg, 0, buf, state, 2 * PAGE, &stat_now);
        if (!oserr_is(e)) {
            ck_assert_uint_gt(nth, 2);
            break;
        }
        ck_assert_ptr_nonnull(e.call);
    }
    backend_fail_at(be, 0, 0);
    sample(0, 2 * PAGE);
    all(PAGE, 2 * PAGE, SEG_BYTE_DATA);
}

/* A glance says no to everything that a sample would show differently. */
TEST(a_glance_at_what_was_there)
{
    memset(at, 'a', SIZE);
    sample(PAGE - 40, 100);
    if (!seg_unchanged(seg, PAGE - 40, buf, 100)) { /* no userfaultfd: it is never known */
        at[PAGE] = 'b';
        ck_assert(!seg_unchanged(seg, PAGE - 40, buf, 100));
        return;
    }
    at[PAGE + 60] = 'b'; /* right behind */
    ck_assert(seg_unchanged(seg, PAGE - 40, buf, 100));
    at[PAGE + 59] = 'b';
    ck_assert(!seg_unchanged(seg, PAGE - 40, buf, 100));
    at[PAGE + 59] = 'a';
    at[PAGE - 40] = 'b';
    ck_assert(!seg_unchanged(seg, PAGE - 40, buf, 100));
    at[PAGE - 40] = 'a';
    ck_assert(seg_unchanged(seg, PAGE - 40, buf, 100));
    ck_assert_int_eq(ftruncate(fd, PAGE), 0);
    ck_assert(!seg_unchanged(seg, PAGE - 40, buf, 100));
    ck_assert(!seg_unchanged(seg, SIZE - 10, buf, 20)); /* not in the mapping */
}

SUITE(test_backend_sample, .set_up = set_up, .tear_down = tear_down,
      TESTS(holes_stay_holes, data_among_holes, a_hole_that_comes_to_life_and_back,
            a_hole_that_comes_to_life_meanwhile, the_end_and_behind_it, a_glance_at_what_was_there,
            a_part_of_the_segment, too_much_is_refused, every_call_may_fail));
