/* Going around a segment: what could not be looked at is not known, and no hole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "backend/oscall.h"
#include "backend/survey.h"
#include "live/sweep.h"
#include "support/remover.h"
#include "support/suite.h"

enum { PAGE = 4096, PAGES = 64, FAR = 40, MS = 1000000 };

static struct backend *be;
static struct seg *seg;
static struct sweep *map;
static char locator[64];

static void poke(uint64_t page)
{
    struct poke p = {.offset = page * PAGE, .size = 1, .value = {7}};
    struct poked done;
    ck_assert(!oserr_is(seg_poke(seg, &p, &done)));
}

/* Data at the start and far behind it. */
static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(locator, sizeof locator, "posix:/shmlens-sweep-%u", os_pid());
    remover_segment(strchr(locator, '/'));
    ck_assert(!oserr_is(seg_create(be, locator, (uint64_t)PAGES * PAGE, 0600, &seg)));
    poke(0);
    poke(FAR);
    seg_close(seg);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &seg)));
    map = sweep_new(seg);
    ck_assert_ptr_nonnull(map);
}

static void tear_down(void)
{
    sweep_free(map);
    seg_close(seg);
    (void)!oserr_is(
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL));
    backend_free(be);
}

static enum page_state state_of(uint64_t page)
{
    return pagemap_page(sweep_pages(map), page * PAGE).state;
}

/* One more lap, however many slices it takes. */
static void sweep_slice(int64_t due, double share)
{
    struct map_summary seen = {0};
    (void)sweep_show(map, 0, os_now(), &seen);
    for (uint64_t laps = seen.sweeps; seen.sweeps == laps;) {
        (void)os_sleep_until(due);
        due = sweep_work(map, os_now(), 4 * MS, share);
        (void)sweep_show(map, 0, os_now(), &seen);
    }
}

static bool no_breath(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)deadline;
    return done <= total;
}

TEST(a_whole_lap_knows_holes)
{
    ck_assert(sweep_complete(map, &(struct progress){no_breath, NULL}));
    ck_assert_int_eq(state_of(0), PAGE_DATA);
    ck_assert_int_eq(state_of(1), PAGE_HOLE);
    ck_assert_int_eq(state_of(FAR), PAGE_DATA);
    ck_assert_int_eq(state_of(FAR + 1), PAGE_HOLE);
}

TEST(what_fails_is_not_known)
{
    int64_t due = 0;
    backend_fail_at(be, 1, EIO); /* behind the first page, where what is mapped ends */
    due = sweep_work(map, os_now(), 4 * MS, 1);
    backend_fail_at(be, 0, 0);
    ck_assert_int_eq(state_of(1), PAGE_UNSEEN);
    ck_assert_int_eq(state_of(FAR), PAGE_UNSEEN);
    sweep_slice(due, 1);
    ck_assert_int_eq(state_of(1), PAGE_HOLE);
    ck_assert_int_eq(state_of(FAR), PAGE_DATA);
    ck_assert_uint_eq(pagemap_changes(sweep_pages(map)), 0); /* it was there before */
}

/* With a share of more than one processor. */
TEST(several_threads_see_every_change)
{
    enum { SIZE = 8 << 20, TURNS = 20 };
    uint64_t done = 0;
    seg_close(seg);
    ck_assert(!oserr_is(seg_open(be, locator, SEG_WRITE, &seg)));
    ck_assert(!oserr_is(seg_resize(seg, SIZE)));
    ck_assert(!oserr_is(seg_fill(seg, 0, SIZE, 1, &done)));
    sweep_free(map);
    map = sweep_new(seg);
    ck_assert_ptr_nonnull(map);
    sweep_slice(0, 3);
    for (uint64_t i = 0; i < TURNS; i++) {
        uint64_t was = pagemap_changes(sweep_pages(map)), page = SIZE / PAGE / TURNS * i + i;
        poke(page);
        sweep_slice(0, 3);
        ck_assert_uint_gt(pagemap_changes(sweep_pages(map)), was);
        ck_assert_int_gt(pagemap_page(sweep_pages(map), page * PAGE).changed, 0);
    }
}

SUITE(test_program_sweep, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_whole_lap_knows_holes, what_fails_is_not_known, several_threads_see_every_change));
