/* A segment whose history is known, through a sampler: what the suites of the past start from. Each
 * suite includes it once. */
#ifndef SHMLENS_SUPPORT_HISTORY_H
#define SHMLENS_SUPPORT_HISTORY_H

#include <check.h>
#include <stdio.h>

#include "backend/os.h"
#include "sampler.h"

enum { MS = 1000000, SIZE = 64 * 1024, STORES = 30, BUDGET = 1 << 20 };

static struct backend *be;
static struct os_wake *wake;
static struct sampler *sampler;
static struct sample sample;
static struct seg *other; /* another program's handle */
static char locator[64];
static int64_t when[STORES + 1]; /* value k was seen then */
static struct past_wish wish;

/* Takes samples until the condition holds, 10 s at most. */
#define AWAIT(condition)                                      \
    do {                                                      \
        int64_t deadline = os_now() + 10000LL * MS;           \
        while (!(condition) && os_now() < deadline) {         \
            (void)worker_take(sampler_worker(sampler), NULL); \
            (void)sampler_take(sampler, &sample);             \
            (void)os_sleep_until(os_now() + MS / 4);          \
        }                                                     \
        ck_assert(condition);                                 \
    } while (0)

static void poke(uint64_t offset, uint8_t value)
{
    struct poke p = {.offset = offset, .size = 1, .value = {value}};
    struct poked done;
    ck_assert(!oserr_is(seg_poke(other, &p, &done)));
}

/* A segment whose byte 5 was 0 to STORES, each seen; byte 9 is 1 from the start. */
static void set_up(void)
{
    struct seg *seg = NULL;
    be = backend_new();
    wake = os_wake_new();
    ck_assert(be != NULL && wake != NULL && sample_alloc(&sample));
    (void)snprintf(locator, sizeof locator, "posix:/shmlens-rewind-%u", os_pid());
    ck_assert(!oserr_is(seg_create(be, locator, SIZE, 0600, &other)));
    poke(9, 1);
    struct oserr e = seg_open(be, locator, SEG_READ, &seg);
    ck_assert(!oserr_is(e));
    sampler = sampler_start(be, seg, 1000, wake, &e);
    ck_assert_ptr_nonnull(sampler);
    sampler_want(sampler, 0, 256, 1000);
    sampler_want_map(sampler, 0, 0); /* only the window is looked at: its times are those seen */
    wish = (struct past_wish){.budget = BUDGET, .cells = 40, .offset = 5, .size = 1};
    sampler_want_past(sampler, &wish);
    AWAIT(sample.length == 256 && sample.past.kept);
    for (unsigned k = 1; k <= STORES; k++) {
        poke(5, (uint8_t)k);
        AWAIT(sample.bytes[5] == k);
        when[k] = sample.changed[5];
    }
}

static void tear_down(void)
{
    sampler_stop(sampler, NULL);
    seg_close(other);
    (void)!oserr_is(seg_remove(be, locator, SEG_RM_FORCE, NULL));
    sample_free(&sample);
    os_wake_free(wake);
    backend_free(be);
}

static void show(int64_t time)
{
    wish.time = time;
    sampler_want_past(sampler, &wish);
    AWAIT(sample.past.time == time);
}

#endif
