/* The history of an attached segment, through the sampler: what was stored is shown at each moment,
 * copied as it was, and forgotten when no history is kept. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/bytes.h"
#include "support/history.h"
#include "support/suite.h"

TEST(every_moment_is_shown)
{
    for (unsigned k = STORES; k >= 1; k--) {
        show(when[k]);
        ck_assert_int_eq(sample.arrays->bytes[5], k);
        ck_assert(sample.arrays->changed[5] == when[k] && sample.arrays->changed[9] == 0);
        ck_assert_int_eq(sample.arrays->bytes[9], 1);
        show(when[k] - 1);
        ck_assert_int_eq(sample.arrays->bytes[5], k - 1);
        ck_assert_int_eq(sample.arrays->state[5], BYTE_DATA);
    }
    poke(9, 77); /* the past does not change */
    show(when[3]);
    ck_assert(sample.arrays->bytes[9] == 1 && sample.arrays->bytes[5] == 3);
    ask_window(4, 2); /* another window of the same moment */
    AWAIT(sample.offset == 4 && sample.length == 2);
    ck_assert_int_eq(sample.arrays->bytes[1], 3);
    show(0);
    AWAIT(sample.arrays->bytes[1] == STORES);
    show(1); /* before everything */
    ck_assert_int_eq(sample.arrays->state[1], BYTE_UNKNOWN);
}

static struct time_job result;

static void step(uint64_t offset, uint64_t n, int64_t from, int steps, bool follows)
{
    result = (struct time_job){
        .offset = offset, .length = n, .from = from, .steps = steps, .follows = follows};
    RUN_JOB(job_time, &result);
}

TEST(steps_come_to_the_moments_of_change)
{
    step(0, 256, INT64_MAX, -1, false);
    ck_assert(result.moved && result.time == when[STORES - 1]);
    step(0, 256, INT64_MAX, -10, true);
    ck_assert(result.moved && result.time == when[STORES - 11]);
    step(5, 1, result.time, 10, false);
    ck_assert(result.moved && result.time == when[STORES - 1]);
    step(5, 1, when[STORES], 1, false);
    ck_assert(result.moved && result.time == 0); /* now */
    step(0, 256, when[2], -5, false);
    ck_assert(result.moved && result.time == when[1] - 1);
    step(0, 256, result.time, -1, false);
    ck_assert(!result.moved && result.time == when[1] - 1);
    step(6, 10, INT64_MAX, -1, false);
    ck_assert(!result.moved && result.time == 0);
}

TEST(the_value_and_the_timeline)
{
    AWAIT(sample.past.values == VALUES_MAX && sample.past.value[0].bytes[0] == STORES);
    for (unsigned i = 0; i < VALUES_MAX; i++) {
        ck_assert_int_eq(sample.past.value[i].bytes[0], STORES - i);
        ck_assert(sample.past.value[i].known && sample.past.value[i].time == when[STORES - i]);
    }
    show(when[2]);
    ck_assert_uint_eq(sample.past.values, 3);
    ck_assert(sample.past.value[2].bytes[0] == 0 && sample.past.value[2].time == 0);
    uint64_t sum = 0;
    AWAIT(sample.past.about.changes == STORES);
    for (size_t i = 0; i < sample.past.cells; i++)
        sum += sample.past.cell[i];
    ck_assert_uint_eq(sample.past.cells, 40);
    ck_assert(sum > 0 && sum <= STORES);
    ck_assert_uint_le(sample.past.about.bytes, BUDGET);
}

static uint8_t copied[16];
static bool copied_found;

static void copy(int64_t past)
{
    struct bytes_job j = {.offset = 0, .length = 16, .past = past};
    RUN_JOB(job_bytes, &j);
    copied_found = j.bytes != NULL;
    if (copied_found)
        memcpy(copied, j.bytes, j.length < sizeof copied ? j.length : sizeof copied);
    free(j.bytes);
}

TEST(bytes_are_copied_as_they_were)
{
    copy(0);
    ck_assert(copied_found && copied[5] == STORES);
    copy(when[7]);
    ck_assert(copied_found && copied[5] == 7 && copied[9] == 1);
    copy(1);
    ck_assert(!copied_found); /* not known */
}

TEST(no_budget_no_history)
{
    want.past.budget = 0;
    show(when[5]);
    ck_assert(!sample.past.kept && sample.arrays->state[5] == BYTE_UNKNOWN);
    step(0, 256, INT64_MAX, -1, false);
    ck_assert(!result.moved);
    want.past.budget = BUDGET; /* a new one begins */
    show(0);
    AWAIT(sample.past.kept && sample.arrays->bytes[5] == STORES);
    poke(5, 99);
    AWAIT(sample.arrays->bytes[5] == 99);
    step(0, 256, INT64_MAX, -1, false);
    ck_assert(result.moved && result.time == sample.arrays->changed[5] - 1);
}

TEST(the_end_of_then)
{
    ck_assert(!oserr_is(seg_resize(other, 8)));
    AWAIT(sample.stat.size == 8);
    show(when[4]);
    ck_assert(sample.arrays->bytes[5] == 4 && sample.arrays->state[5] == BYTE_DATA);
    ck_assert_int_eq(sample.arrays->state[9],
                     BYTE_UNKNOWN); /* it was there; what is not known any more */
    ck_assert_int_eq(sample.arrays->state[200], BYTE_UNKNOWN);
    ck_assert_uint_eq(sample.past.total, SIZE);
    show(0);
    ck_assert_int_eq(sample.arrays->state[9], BYTE_BEYOND);
}

/* A page comes, and goes again: what was a hole then is one. */
TEST(holes_of_then)
{
    const uint64_t page = 8192;
    ask_window(page + 16, 64); /* a part of the page */
    AWAIT(sample.offset == page + 16 && sample.arrays->state[3] == BYTE_HOLE);
    poke(page + 16 + 3, 7);
    AWAIT(sample.arrays->bytes[3] == 7);
    int64_t came = sample.arrays->changed[3];
    ck_assert_int_eq(sample.arrays->state[0], BYTE_DATA);
    int fd = shm_open(strchr(locator, '/'), O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)page, 4096),
                     0);
    close(fd);
    AWAIT(sample.arrays->state[3] == BYTE_HOLE);
    int64_t went = sample.arrays->changed[3];
    ck_assert_int_gt(went, came);
    show(came - 1);
    ck_assert(sample.arrays->state[3] == BYTE_HOLE && sample.arrays->state[0] == BYTE_HOLE);
    show(came);
    ck_assert(sample.arrays->state[3] == BYTE_DATA && sample.arrays->bytes[3] == 7);
    ck_assert(sample.arrays->state[0] == BYTE_DATA && sample.arrays->bytes[0] == 0);
    show(went - 1);
    ck_assert(sample.arrays->state[0] == BYTE_DATA);
    show(went);
    ck_assert(sample.arrays->state[3] == BYTE_HOLE && sample.arrays->state[0] == BYTE_HOLE);
}

SUITE(test_program_recorder, .set_up = set_up, .tear_down = tear_down,
      TESTS(every_moment_is_shown, steps_come_to_the_moments_of_change, the_value_and_the_timeline,
            bytes_are_copied_as_they_were, no_budget_no_history, the_end_of_then, holes_of_then));
