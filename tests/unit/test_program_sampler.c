/* The sampler against real segments: changes, holes, events within one sample, jobs, baseline. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/survey.h"
#include "backend/sys.h"
#include "core/bytes.h"
#include "live/rest.h"
#include "session/command_job.h"
#include "support/sampled.h"
#include "support/suite.h"

enum { SIZE = 64 * 1024 };

static void set_up(void)
{
    make_segment(SIZE);
    start_sampler(250);
}

static bool seen(enum seg_event_kind kind)
{
    for (uint64_t i = 0; i < sample.events && i < SAMPLE_EVENTS; i++)
        if (sample.event[i].kind == kind)
            return true;
    return false;
}

TEST(a_store_is_seen_and_aged)
{
    AWAIT(sample.length == 256);
    ck_assert_int_eq(sample.arrays->state[0], BYTE_HOLE);
    ck_assert_int_eq(sample.arrays->changed[5], 0);
    poke(5, 42);
    AWAIT(sample.arrays->bytes[5] == 42);
    ck_assert_int_eq(sample.arrays->state[5], BYTE_DATA);
    ck_assert_int_eq(sample.arrays->state[200], BYTE_DATA); /* same page */
    ck_assert_int_ne(sample.arrays->changed[5], 0);
    ck_assert_int_eq(sample.arrays->changed[6], 0);
    ck_assert_uint_eq(sample.changes, 1);
    ck_assert_uint_eq(sample.stat.resident, 4096);
}

TEST(how_often_at_rest)
{
    const int64_t ms = 1000000, four = 4 * ms;
    ck_assert_int_eq(rest_period(0, four), four);
    ck_assert_int_eq(rest_period(REST_AFTER * ms - 1, four), four);
    ck_assert_int_eq(rest_period(REST_AFTER * ms, four), 8 * ms);
    ck_assert_int_eq(rest_period(REST_LONG * ms, four), 9 * ms); /* within 10 ms on the screen */
    ck_assert_int_eq(rest_period(REST_LONG * ms, ms), 2 * ms + ms / 4); /* fast stays fast */
    ck_assert_int_eq(rest_period(REST_LONG * ms, 20 * ms), 20 * ms);    /* slow does not change */
}

/* What was measured at one rate says nothing of the next. */
TEST(another_rate_is_measured_anew)
{
    uint8_t value = 0;
    AWAIT((poke(5, ++value), sample.hz > 50)); /* while something changes */
    want.hz = 20;
    ask();
    AWAIT(!(sample.hz > 0));
    AWAIT((poke(5, ++value), sample.hz > 0));
    ck_assert_double_lt(sample.hz, 40);
}

/* At rest a store, a new size, a removal and a hole are all seen, and the rest is over. */
TEST(what_ends_a_rest)
{
    poke(5, 1);
    AWAIT(sample.length == 256 && sample.arrays->bytes[5] == 1);
    int64_t changed = sample.arrays->changed[5];
    AWAIT(sample.time - changed > (REST_AFTER + 100) * INT64_C(1000000));
    uint64_t seq = sample.seq;
    AWAIT(sample.seq > seq); /* the time continues */
    poke(5, 2);
    AWAIT(sample.arrays->bytes[5] == 2);
    ck_assert_int_gt(sample.arrays->changed[5], changed);
    AWAIT(sample.time - sample.arrays->changed[5] > (REST_AFTER + 100) * INT64_C(1000000));
    ck_assert(!oserr_is(seg_resize(other, 100)));
    AWAIT(seen(SEEN_SHRUNK));
    ck_assert_int_eq(sample.arrays->state[100], BYTE_BEYOND);
}

TEST(the_window_moves_at_once)
{
    int64_t before = os_now();
    poke(40000, 9);
    ask_window(39990, 20);
    AWAIT(sample.offset == 39990);
    ck_assert_uint_eq(sample.length, 20);
    ck_assert_int_eq(sample.arrays->bytes[10], 9);
    /* No change, unless the scan saw it come; its look may have begun before the store did. */
    int64_t changed = sample.arrays->changed[10];
    ck_assert(changed == 0 || changed >= before - INT64_C(1000000000));
    ask_window(SIZE - 10, 30);
    AWAIT(sample.offset == SIZE - 10);
    ck_assert_int_eq(sample.arrays->state[9], BYTE_HOLE);
    ck_assert_int_eq(sample.arrays->state[10], BYTE_BEYOND);
    ask_window(100ull * SIZE, 30);
    AWAIT(sample.offset == 100ull * SIZE);
    ck_assert_int_eq(sample.arrays->state[0], BYTE_BEYOND);
}

/* The screen is paused, and another layout or a scrolled window is wanted. */
TEST(a_picture_that_stands_keeps_what_it_shows)
{
    poke(100, 1);
    AWAIT(sample.length == 256 && sample.arrays->bytes[100] == 1);
    int64_t time = sample.time, changed = sample.arrays->changed[100];
    struct gauge_request none = {.count = 0};
    poke(100, 2);
    poke(300, 7);
    ask_window(64, 512);
    int64_t end = os_now() + INT64_C(20000000000);
    while (sample.offset != 64 || sample.arrays->bytes[300 - 64] != 7) {
        (void)sampler_take_still(sampler, &sample, &none);
        ck_assert_int_lt(os_now(), end);
        ck_assert_int_eq(sample.arrays->bytes[sample_index(&sample, 100)], 1);
    }
    ck_assert_int_eq(sample.time, time);
    ck_assert_int_eq(sample.arrays->changed[100 - 64], changed);
    ck_assert_int_le(sample.arrays->changed[300 - 64], time);
    ck_assert_int_le(sample.map.looked, time); /* ages are of that time */
    ask_window(0, 256);
    AWAIT(sample.arrays->bytes[100] == 2); /* live again */
}

TEST(size_changes_are_events)
{
    AWAIT(sample.length == 256);
    ck_assert(!oserr_is(seg_resize(other, 100)));
    AWAIT(seen(SEEN_SHRUNK));
    ck_assert_uint_eq(sample.stat.size, 100);
    ck_assert_int_eq(sample.arrays->state[100], BYTE_BEYOND);
    ck_assert(!oserr_is(seg_resize(other, 2 * SIZE)));
    AWAIT(seen(SEEN_GROWN));
    ck_assert_uint_eq(sample.stat.size, 2 * SIZE);
}

TEST(unlink_and_replacement_are_events)
{
    AWAIT(sample.length == 256);
    ck_assert(!oserr_is(
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL)));
    AWAIT(seen(SEEN_UNLINKED));
    poke(3, 7); /* the object lives on */
    AWAIT(sample.arrays->bytes[3] == 7);
    struct seg *again = NULL;
    ck_assert(!oserr_is(seg_create(be, locator, 10, 0600, &again)));
    AWAIT(seen(SEEN_REPLACED));
    ck_assert_uint_eq(sample.stat.size, SIZE); /* still the old one */
    seg_close(again);
}

static struct find_job look(enum find_kind kind, uint64_t from, const char *pattern)
{
    struct find_job j = {.kind = kind, .from = from};
    if (pattern != NULL)
        (void)snprintf(j.pattern, sizeof j.pattern, "%s", pattern);
    RUN_JOB(job_find, &j);
    return j;
}

static void expect_at(enum find_kind kind, uint64_t from, const char *pattern, uint64_t at,
                      bool wrapped)
{
    struct find_job j = look(kind, from, pattern);
    ck_assert_msg(j.found, "%d from %llu", (int)kind, (unsigned long long)from);
    ck_assert_uint_eq(j.offset, at);
    ck_assert_int_eq(j.wrapped, wrapped);
}

static enum baseline_change change_baseline(enum baseline_change change)
{
    struct baseline_job j = {.change = change};
    RUN_JOB(job_baseline, &j);
    ck_assert(j.done);
    return j.change;
}

static struct bytes_job copy(uint64_t offset)
{
    struct bytes_job j = {.offset = offset, .length = 16};
    RUN_JOB(job_bytes, &j);
    ck_assert_ptr_nonnull(j.bytes);
    return j;
}

TEST(finding_wraps)
{
    poke(100, 'a');
    poke(9000, 'a');
    expect_at(FIND_FORWARD, 0, "a", 100, false);
    expect_at(FIND_FORWARD, 101, "a", 9000, false);
    expect_at(FIND_FORWARD, 9001, "a", 100, true);
    expect_at(FIND_BACKWARD, 9000, "a", 100, false);
    expect_at(FIND_BACKWARD, 100, "a", 9000, true);
    struct find_job j = look(FIND_FORWARD, 0, "nowhere");
    ck_assert(!j.found && !oserr_is(j.error) && j.why[0] == '\0');
    j = look(FIND_FORWARD, 0, "u8:300");
    ck_assert(!j.found && j.why[0] != '\0');
}

static struct count_job count(const char *pattern, uint64_t match)
{
    struct count_job j = {.match = match};
    (void)snprintf(j.pattern, sizeof j.pattern, "%s", pattern);
    RUN_JOB(job_count, &j);
    ck_assert(j.ended);
    return j;
}

TEST(matches_are_counted)
{
    poke(100, 'a');
    poke(102, 'A');
    poke(9000, 'a');
    struct count_job j = count("a", 9000);
    ck_assert(j.number == 2 && j.count == 2 && !j.more);
    j = count("i:a", 9000);
    ck_assert(j.number == 3 && j.count == 3);
    j = count("r:[aA]", 102);
    ck_assert(j.number == 2 && j.count == 3);
    j = count("a", 50); /* it went away meanwhile */
    ck_assert(j.number == 0 && j.count == 2);
    j = count("x:00", 3000);
    ck_assert(j.number == 0 && j.count == COUNT_MOST && j.more);
    j = count("x:00", 3);
    ck_assert(j.number == 4 && j.count == COUNT_MOST && j.more);
}

static struct count_job counted;
static bool came_back;

static void count_came_back(void *owner, void *arg, bool cancelled)
{
    (void)owner;
    ck_assert(!cancelled);
    counted = *(struct count_job *)arg;
    came_back = true;
}

static void post_count(void)
{
    struct sampler_job *job =
        sampler_job_new(sampler, job_count, &counted, sizeof counted, count_came_back);
    ck_assert_ptr_nonnull(job);
    job->job.aside = true;
    came_back = false;
    worker_post(sampler_worker(sampler), &job->job);
}

static atomic_bool hold;

static void held(struct sampler *s, void *arg, const struct progress *p)
{
    (void)s;
    (void)arg;
    while (atomic_load(&hold) && progress_sleep(p, os_now() + MS))
        ;
}

static void nothing_done(void *owner, void *arg, bool cancelled)
{
    (void)owner;
    (void)arg;
    (void)cancelled;
}

/* It makes room for a job that waits, and continues from where it was; each match counts once. */
TEST(a_count_that_is_interrupted_continues)
{
    static const char pattern[] = "r:(?:b|bb){1,8}\\x00";
    for (uint64_t at = 0; at < 10; at++)
        poke(at * 1300 + 5, 'b');
    counted = (struct count_job){.match = 5 * 1300 + 5};
    memcpy(counted.pattern, pattern, sizeof pattern);
    atomic_store(&hold, true);
    struct sampler_job *job = sampler_job_new(sampler, held, NULL, 0, nothing_done);
    ck_assert_ptr_nonnull(job);
    worker_post(sampler_worker(sampler), &job->job);
    post_count();
    job = sampler_job_new(sampler, held, NULL, 0, nothing_done); /* this one waits behind it */
    ck_assert_ptr_nonnull(job);
    worker_post(sampler_worker(sampler), &job->job);
    atomic_store(&hold, false);
    AWAIT(came_back);
    ck_assert(!counted.ended && counted.count == 0);
    post_count();
    AWAIT(came_back);
    ck_assert(counted.ended && counted.number == 6 && counted.count == 10 && !counted.more);
    counted.ended = false; /* as if it had been interrupted after the fourth */
    counted.count = 4;
    counted.number = 0;
    counted.next = 3 * 1300 + 6;
    post_count();
    AWAIT(came_back);
    ck_assert(counted.ended && counted.number == 6 && counted.count == 10 && !counted.more);
}

TEST(data_is_found_behind_holes)
{
    poke(8192, 1);
    poke(40960, 1);
    ask_window(0, 64);
    expect_at(FIND_DATA_NEXT, 0, NULL, 8192, false);
    expect_at(FIND_DATA_NEXT, 8192, NULL, 40960, false);
    expect_at(FIND_DATA_PREV, 40960, NULL, 8192, false);
    expect_at(FIND_DATA_PREV, 41000, NULL, 40960, false);
    struct find_job j = look(FIND_DATA_NEXT, 40960, NULL);
    ck_assert(!j.found);
}

TEST(changes_in_the_window_are_walked)
{
    AWAIT(sample.length == 256);
    poke(10, 1);
    poke(20, 1);
    AWAIT(sample.arrays->changed[10] != 0 && sample.arrays->changed[20] != 0);
    expect_at(FIND_CHANGE_NEXT, 0, NULL, 10, false);
    expect_at(FIND_CHANGE_NEXT, 10, NULL, 20, false);
    expect_at(FIND_CHANGE_NEXT, 20, NULL, 10, true);
    expect_at(FIND_CHANGE_PREV, 20, NULL, 10, false);
    expect_at(FIND_CHANGE_PREV, 10, NULL, 20, true);
}

TEST(the_baseline_covers_the_whole_segment)
{
    poke(5, 1);
    poke(50000, 1);
    ck_assert_int_eq(change_baseline(BASELINE_SET), BASELINE_SET);
    AWAIT(sample.has_base);
    struct find_job j = look(FIND_CHANGE_NEXT, 0, NULL);
    ck_assert(!j.found);
    poke(6, 2);
    poke(30000, 3); /* was a hole */
    poke(50000, 0);
    AWAIT(sample.arrays->base[6] == 1);
    ck_assert_int_eq(sample.arrays->base[5], 0);
    expect_at(FIND_CHANGE_NEXT, 0, NULL, 6, false);
    expect_at(FIND_CHANGE_NEXT, 6, NULL, 30000, false);
    expect_at(FIND_CHANGE_NEXT, 30000, NULL, 50000, false);
    expect_at(FIND_CHANGE_NEXT, 50000, NULL, 6, true);
    expect_at(FIND_CHANGE_PREV, 6, NULL, 50000, true);
    expect_at(FIND_CHANGE_PREV, 50000, NULL, 30000, false);
    expect_at(FIND_CHANGE_PREV, 30000, NULL, 6, false);
    poke(6, 0);
    AWAIT(sample.arrays->base[6] == 0);
    ck_assert_int_eq(change_baseline(BASELINE_CLEAR), BASELINE_CLEAR);
    AWAIT(!sample.has_base);
    static const enum baseline_change done[] = {BASELINE_SET, BASELINE_CLEAR, BASELINE_SET};
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        ck_assert_int_eq(change_baseline(BASELINE_TOGGLE), done[i]);
}

TEST(bytes_are_copied_for_the_selection)
{
    poke(3, 0xab);
    struct bytes_job j = copy(0);
    ck_assert_uint_eq(j.length, 16);
    ck_assert_int_eq(j.bytes[3], 0xab);
    free(j.bytes);
    j = copy(SIZE - 4);
    ck_assert_uint_eq(j.length, 4);
    free(j.bytes);
}

static struct command_job *ran;

static void command_finish(struct job *j, void *owner)
{
    (void)owner;
    ran = (struct command_job *)j;
}

static struct command_job *command(const char *line)
{
    struct command_job *j = command_job_new(be, sampler, line, command_finish);
    ck_assert_ptr_nonnull(j);
    ran = NULL;
    worker_post(sampler_worker(sampler), &j->job);
    AWAIT(ran != NULL);
    return ran;
}

TEST(a_poke_needs_access_and_is_remembered)
{
    struct access_job a = {.access = SEG_WRITE};
    RUN_JOB(job_access, &a);
    ck_assert(!oserr_is(a.error));
    struct command_job *j = command("poke 16 7 --as u32le --expect 0");
    ck_assert_msg(j->status == EXIT_DONE, "%s", j->err.buf);
    ck_assert_uint_eq(j->pokes_count, 1);
    ck_assert_uint_eq(j->pokes[0].offset, 16);
    ck_assert_int_eq(j->pokes[0].value[0], 7);
    command_job_free(j);
    AWAIT(sample.arrays->bytes[16] == 7);
    j = command("poke 16 8 --as u32le --expect 0");
    ck_assert_int_eq(j->status, EXIT_NO);
    ck_assert_uint_eq(j->pokes_count, 0);
    ck_assert_uint_gt(j->err.length, 0);
    command_job_free(j);
    j = command("poke 0xffff 8 --as u32le");
    ck_assert_int_eq(j->status, EXIT_ERROR);
    command_job_free(j);
}

static uint8_t byte_at(uint64_t offset)
{
    uint8_t byte = 0;
    size_t got = 0;
    ck_assert(!oserr_is(seg_read(other, offset, &byte, 1, &got)) && got == 1);
    return byte;
}

static struct range_job put_back(const uint64_t *at, size_t count)
{
    struct range_job j = {.offset = at[0],
                          .length = 3 * count,
                          .expect = (const uint8_t *)"ONEONE",
                          .value = (const uint8_t *)"oneone",
                          .at = at,
                          .each = 3};
    RUN_JOB(job_range, &j);
    return j;
}

static void store_at(uint64_t offset, const char *text)
{
    for (; *text != '\0'; text++)
        poke(offset++, (uint8_t)*text);
}

static volatile uint8_t *mapped;

/* As soon as the first word of a match was put back, its second one changes. */
static void change_the_second(void *ctx, const char *call)
{
    (void)call;
    if (mapped[0x11] == 'o' && mapped[0x12] == 'N') {
        mapped[0x12] = 'X';
        ++*(atomic_int *)ctx;
    }
}

/* Replaced matches are put back in words, each by compare-and-swap: one that another process has
 * changed stays as it is, as a whole. */
TEST(matches_are_put_back_by_compare_and_swap)
{
    static const uint64_t at[] = {0x11, 0x21};
    struct access_job a = {.access = SEG_WRITE};
    atomic_int changes = 0;
    RUN_JOB(job_access, &a);
    store_at(0x11, "ONE");
    store_at(0x21, "ONe");
    struct range_job j = put_back(at, 2);
    ck_assert(j.stored && !oserr_is(j.error));
    ck_assert_uint_eq(j.done, 3);
    ck_assert_uint_eq(j.differ, 1);
    ck_assert_uint_eq(j.first, 0x21);
    ck_assert_int_eq(byte_at(0x11), 'o');
    ck_assert_int_eq(byte_at(0x21), 'O');
    store_at(0x11, "ONE");
    int fd = shm_open(strchr(locator, '/'), O_RDWR, 0);
    mapped = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne((const void *)mapped, MAP_FAILED);
    close(fd);
    backend_before_call(be, change_the_second, &changes);
    j = put_back(at, 1);
    backend_before_call(be, NULL, NULL);
    ck_assert_int_eq(changes, 1);
    ck_assert_uint_eq(j.differ, 1);
    ck_assert_uint_eq(j.done, 0);
    ck_assert_int_eq(byte_at(0x11), 'O');
    ck_assert_int_eq(byte_at(0x12), 'X');
    ck_assert_int_eq(byte_at(0x13), 'E');
    munmap((void *)mapped, SIZE);
}

SUITE(test_program_sampler, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_store_is_seen_and_aged, how_often_at_rest, another_rate_is_measured_anew,
            what_ends_a_rest, the_window_moves_at_once, a_picture_that_stands_keeps_what_it_shows,
            size_changes_are_events, matches_are_put_back_by_compare_and_swap,
            unlink_and_replacement_are_events, finding_wraps, matches_are_counted,
            a_count_that_is_interrupted_continues, data_is_found_behind_holes,
            changes_in_the_window_are_walked, the_baseline_covers_the_whole_segment,
            bytes_are_copied_for_the_selection, a_poke_needs_access_and_is_remembered));
