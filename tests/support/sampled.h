/* A segment and a sampler of it: what the suites of the sampler start from. Each suite includes it
 * once. */
#ifndef SHMLENS_TESTS_SUPPORT_SAMPLED_H
#define SHMLENS_TESTS_SUPPORT_SAMPLED_H

#include <check.h>
#include <stdio.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "live/sampler.h"
#include "support/await.h"
#include "support/remover.h"

static struct backend *be;
static struct os_wake *wake;
static struct sampler *sampler;
static struct sample_request want; /* what it is asked for: ask() after a change */
static struct sample sample;
static struct seg *other; /* another program's handle */
static char locator[64];

#define AWAIT(condition) AWAIT_FOR(20, condition)

static void poke(uint64_t offset, uint8_t value)
{
    struct poke p = {.offset = offset, .size = 1, .value = {value}};
    struct poked done;
    ck_assert(!oserr_is(seg_poke(other, &p, &done)));
}

static inline void ask(void)
{
    sampler_request(sampler, &want);
}

static inline void ask_window(uint64_t offset, size_t length)
{
    want.offset = offset;
    want.length = length;
    ask();
}

static inline void ask_sweep(size_t cells, double cpu)
{
    want.cells = cells;
    want.cpu = cpu;
    ask();
}

/* A backend and a segment of this size, all a hole; no sampler yet. */
static void make_segment(uint64_t size)
{
    be = backend_new();
    wake = os_wake_new();
    ck_assert(be != NULL && wake != NULL && sample_alloc(&sample));
    (void)snprintf(locator, sizeof locator, "posix:/shmlens-sampled-%u", os_pid());
    remover_segment(locator + sizeof "posix:" - 1);
    ck_assert(!oserr_is(seg_create(be, locator, size, 0600, &other)));
}

/* A sampler of it, of its first 256 bytes. */
static void start_sampler(unsigned hz)
{
    struct seg *seg = NULL;
    struct oserr e = seg_open(be, locator, SEG_READ, &seg);
    ck_assert(!oserr_is(e));
    sampler = sampler_start(seg, hz, wake, &e);
    ck_assert_ptr_nonnull(sampler);
    want = (struct sample_request){.hz = hz, .cpu = CPU_DEFAULT};
    want.past.budget = (size_t)HISTORY_MIB << 20;
    ask_window(0, 256);
}

static void tear_down(void)
{
    sampler_stop(sampler, NULL);
    seg_close(other);
    (void)!oserr_is(
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL));
    sample_free(&sample);
    os_wake_free(wake);
    backend_free(be);
}

#endif
