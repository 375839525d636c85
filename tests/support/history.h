/* A segment whose history is known, through a sampler: what the suites of the past start from. Each
 * suite includes it once. */
#ifndef SHMLENS_TESTS_SUPPORT_HISTORY_H
#define SHMLENS_TESTS_SUPPORT_HISTORY_H

#include "support/sampled.h"

enum { SIZE = 64 * 1024, STORES = 30, BUDGET = 1 << 20 };

static int64_t when[STORES + 1]; /* value k was seen then */

/* A segment whose byte 5 was 0 to STORES, each seen; byte 9 is 1 from the start. */
static void set_up(void)
{
    make_segment(SIZE);
    poke(9, 1);
    start_sampler(1000);
    ask_sweep(0, 0); /* only the window is looked at: its times are those seen */
    want.past = (struct history_request){.budget = BUDGET, .cells = 40, .offset = 5, .size = 1};
    ask();
    AWAIT(sample.length == 256 && sample.past.kept);
    for (unsigned k = 1; k <= STORES; k++) {
        poke(5, (uint8_t)k);
        AWAIT(sample.arrays->bytes[5] == k);
        when[k] = sample.arrays->changed[5];
    }
}

static void show(int64_t time)
{
    want.past.time = time;
    ask();
    AWAIT(sample.past.time == time);
}

#endif
