/* Frozen values: the list, putting back by compare-and-swap, and the sampler that does it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "live/freeze.h"
#include "live/sampler.h"
#include "session/command_job.h"
#include "support/await.h"
#include "support/remover.h"
#include "support/suite.h"

enum { SIZE = 8192 };

static struct backend *be;
static struct seg *ours, *other; /* other: another program's handle */
static char locator[64];
static struct freeze list;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(locator, sizeof locator, "posix:/shmlens-freeze-%u", os_pid());
    remover_segment(locator + sizeof "posix:" - 1);
    ck_assert(!oserr_is(seg_create(be, locator, SIZE, 0600, &other)));
    ck_assert(!oserr_is(seg_open(be, locator, SEG_WRITE, &ours)));
    list.count = 0;
}

static void tear_down(void)
{
    seg_close(ours);
    seg_close(other);
    (void)!oserr_is(
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL));
    backend_free(be);
}

static struct frozen value(uint64_t offset, uint32_t size, uint8_t first)
{
    return (struct frozen){.offset = offset, .size = size, .value = {first}};
}

static void put(uint64_t offset, uint8_t byte)
{
    struct poke p = {.offset = offset, .size = 1, .value = {byte}};
    struct poked done;
    ck_assert(!oserr_is(seg_poke(other, &p, &done)));
}

static uint8_t get(uint64_t offset)
{
    uint8_t byte = 0xee;
    size_t got = 0;
    ck_assert(!oserr_is(seg_read(other, offset, &byte, 1, &got)) && got == 1);
    return byte;
}

static void add(uint64_t offset, uint32_t size, uint8_t first)
{
    struct frozen v = value(offset, size, first);
    ck_assert(!oserr_is(freeze_add(&list, &v)));
}

TEST(the_list_is_sorted_and_has_no_overlaps)
{
    static const struct {
        uint64_t offset;
        uint32_t size;
    } bad[] = {{8, 8}, {12, 4}, {15, 1}, {16, 2}, {2, 4}, {0, 3}, {0, 16}, {0, 0}, {1, 8}};
    add(16, 1, 1);
    add(12, 4, 2);
    add(100, 2, 3);
    ck_assert_uint_eq(list.value[0].offset, 12);
    ck_assert_uint_eq(list.value[1].offset, 16);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct frozen v = value(bad[i].offset, bad[i].size, 0);
        ck_assert_msg(freeze_add(&list, &v).code == SEG_E_ALIGN, "row %zu", i);
    }
    struct frozen last;
    ck_assert_uint_eq(freeze_drop(&list, 13, 4, &last), 2);
    ck_assert_uint_eq(last.offset, 16);
    ck_assert_uint_eq(freeze_drop(&list, 0, 100, NULL), 0);
    ck_assert_uint_eq(freeze_drop(&list, 0, UINT64_MAX, NULL), 1);
    for (unsigned i = 0; i < FROZEN_MAX; i++)
        add(i * 8ull, 8, 0);
    struct frozen more = value(4096, 8, 0);
    ck_assert_uint_eq(freeze_add(&list, &more).code, SEG_E_MEMORY);
}

TEST(within_a_window)
{
    struct frozen v = value(16, 8, 0);
    size_t from = 99, to = 99;
    ck_assert(frozen_within(&v, 0, 64, &from, &to) && from == 16 && to == 24);
    ck_assert(frozen_within(&v, 20, 2, &from, &to) && from == 0 && to == 2);
    ck_assert(frozen_within(&v, 23, 64, &from, &to) && from == 0 && to == 1);
    ck_assert(!frozen_within(&v, 24, 64, &from, &to) && !frozen_within(&v, 0, 16, &from, &to));
}

TEST(only_what_differs_is_stored)
{
    bool fought = true;
    struct oserr why;
    add(8, 4, 7);
    ck_assert_uint_eq(freeze_keep(&list, ours, 5, &fought, &why), 0);
    ck_assert(fought && get(8) == 7 && get(12) == 0);
    ck_assert_uint_eq(list.value[0].fights, 1);
    ck_assert_int_eq(list.value[0].other[0], 0);
    ck_assert_int_eq(list.value[0].last, 5);
    ck_assert_uint_eq(freeze_keep(&list, ours, 6, &fought, &why), 0);
    ck_assert(!fought && list.value[0].fights == 1);
    put(10, 9);
    ck_assert_uint_eq(freeze_keep(&list, ours, 7, &fought, &why), 0);
    ck_assert(fought && get(10) == 0 && list.value[0].other[2] == 9);
    put(12, 3); /* the neighbour is none of its business */
    ck_assert_uint_eq(freeze_keep(&list, ours, 8, &fought, &why), 0);
    ck_assert(!fought && get(12) == 3);
}

/* A value 0 in a hole: nothing to store, the hole stays one. */
TEST(a_hole_stays_a_hole)
{
    bool fought = true;
    struct oserr why;
    struct seg_stat st;
    add(4096, 8, 0);
    ck_assert_uint_eq(freeze_keep(&list, ours, 1, &fought, &why), 0);
    ck_assert(!oserr_is(seg_refresh(ours, &st)));
    ck_assert(!fought && st.resident == 0);
}

TEST(let_go_when_it_cannot_be_kept)
{
    bool fought = true;
    struct oserr why;
    add(0, 8, 1);
    add(4096, 8, 1);
    ck_assert(!oserr_is(seg_resize(other, 4100))); /* half of it is left: none */
    ck_assert_uint_eq(freeze_keep(&list, ours, 1, &fought, &why), 1);
    ck_assert_uint_eq(why.code, SEG_E_BEYOND);
    ck_assert_uint_eq(list.count, 1);
    ck_assert(get(0) == 1 && get(4096) == 0);
    ck_assert(!oserr_is(seg_set_access(ours, SEG_READ)));
    put(0, 2);
    ck_assert_uint_eq(freeze_keep(&list, ours, 1, &fought, &why), 1);
    ck_assert(why.code == SEG_E_READ_ONLY && list.count == 0 && get(0) == 2);
}

TEST(our_own_stores_are_kept)
{
    static const uint8_t bytes[] = {1, 2, 3, 4};
    add(8, 8, 7);
    add(0, 4, 7);
    freeze_follow(&list, 6, bytes, sizeof bytes);
    ck_assert_int_eq(list.value[1].value[0], 3);
    ck_assert_int_eq(list.value[1].value[1], 4);
    ck_assert_int_eq(list.value[1].value[2], 0);
    ck_assert_int_eq(list.value[0].value[0], 7);
}

/* ---- the sampler ---- */

static struct sampler *sampler;
static struct os_wake *wake;
static struct sample sample;
static bool finished;

#define AWAIT(condition) AWAIT_FOR(10, condition)

static void command_done(struct job *job, void *owner)
{
    (void)owner;
    finished = ((struct command_job *)job)->status == EXIT_DONE;
    command_job_free((struct command_job *)job);
}

static void run(struct job *j)
{
    finished = false;
    worker_post(sampler_worker(sampler), j);
    AWAIT(finished);
}

static void start(void)
{
    struct oserr e;
    set_up();
    wake = os_wake_new();
    ck_assert(wake != NULL && sample_alloc(&sample));
    sampler = sampler_start(ours, 250, wake, &e);
    ours = NULL;
    ck_assert_ptr_nonnull(sampler);
    sampler_request(sampler,
                    &(struct sample_request){.length = 256, .hz = 250, .cpu = CPU_DEFAULT});
    struct freeze_job j = {.offset = 0, .length = 8, .value = value(0, 8, 42)};
    RUN_JOB(job_freeze, &j);
    ck_assert(!oserr_is(j.error));
    AWAIT(get(0) == 42 && sample.freeze.count == 1);
}

static void stop(void)
{
    sampler_stop(sampler, NULL);
    sample_free(&sample);
    os_wake_free(wake);
    tear_down();
}

/* A job that goes on until it is told otherwise. */
static void linger(struct job *j, const struct progress *p)
{
    (void)j;
    while (progress_sleep(p, os_now() + MS))
        continue;
}

static void linger_done(struct job *j, void *owner)
{
    (void)j;
    (void)owner;
}

TEST(they_are_let_go_while_a_job_runs)
{
    static struct job job = {.run = linger, .finish = linger_done};
    worker_post(sampler_worker(sampler), &job);
    put(0, 1);
    AWAIT(get(0) == 42); /* also meanwhile */
    sampler_release(sampler);
    AWAIT(sample.freeze.count == 0);
    put(0, 1);
    uint64_t seq = sample.seq;
    AWAIT(sample.seq > seq + 3);
    ck_assert_uint_eq(get(0), 1);
    sampler_release(NULL);
    worker_cancel(sampler_worker(sampler));
}

TEST(the_sampler_puts_back_and_counts)
{
    for (uint8_t i = 1; i < 10; i++) {
        put(3, i);
        AWAIT(get(3) == 0);
    }
    AWAIT(sample.freeze.count == 1 && sample.freeze.value[0].fights == 10);
    put(100, 1);
    AWAIT(sample.arrays->bytes[100] == 1);
}

TEST(a_poke_changes_what_is_kept)
{
    struct command_job *c = command_job_new(be, sampler, "poke 0 43 --as u8", command_done);
    ck_assert_ptr_nonnull(c);
    run(&c->job);
    AWAIT(sample.freeze.count == 1 && sample.freeze.value[0].value[0] == 43);
    put(0, 1);
    AWAIT(get(0) == 43);
}

TEST(the_end_of_editing_lets_go)
{
    struct access_job j = {.access = SEG_READ};
    RUN_JOB(job_access, &j);
    ck_assert(!oserr_is(j.error));
    AWAIT(sample.freeze.count == 0);
    uint64_t seq = sample.seq;
    put(0, 1);
    AWAIT(sample.seq > seq + 3);
    ck_assert(get(0) == 1);
}

TEST(shrinking_below_lets_go_and_says_so)
{
    ck_assert(!oserr_is(seg_resize(other, 4)));
    AWAIT(sample.freeze.count == 0);
    bool told = false;
    for (uint64_t i = 0; i < sample.events && i < SAMPLE_EVENTS; i++)
        told = told || (sample.event[i].kind == SEEN_LET_GO && sample.event[i].value == 1 &&
                        sample.event[i].error.code == SEG_E_BEYOND);
    ck_assert(told);
}

TEST(leaving_lets_go)
{
    sampler_stop(sampler, NULL);
    sampler = NULL;
    put(0, 1);
    (void)os_sleep_until(os_now() + 20LL * MS);
    ck_assert(get(0) == 1);
}

SUITE_PART(sampler_tests, .set_up = start, .tear_down = stop,
           TESTS(the_sampler_puts_back_and_counts, they_are_let_go_while_a_job_runs,
                 a_poke_changes_what_is_kept, the_end_of_editing_lets_go,
                 shrinking_below_lets_go_and_says_so, leaving_lets_go));

SUITE(test_program_freeze, .set_up = set_up, .tear_down = tear_down, .next = &sampler_tests,
      TESTS(the_list_is_sorted_and_has_no_overlaps, within_a_window, only_what_differs_is_stored,
            a_hole_stays_a_hole, let_go_when_it_cannot_be_kept, our_own_stores_are_kept));
