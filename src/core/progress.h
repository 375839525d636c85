/* How work that takes long stays responsive. It calls progress_yield every few milliseconds: the
 * one who started it then runs what is due meanwhile (the sampler takes a sample, the command line
 * looks for SIGINT), notes how far the work is, and says whether to go on. */
#ifndef SHMLENS_CORE_PROGRESS_H
#define SHMLENS_CORE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    /* Returns at once when `deadline` (os_now's clock) is 0, else sleeps until then. `done` of
     * `total` is the position of the work; total 0: unknown. False: give up. */
    bool (*yield)(void *ctx, int64_t deadline, uint64_t done, uint64_t total);
    void *ctx;
};

static inline bool progress_yield(const struct progress *p, uint64_t done, uint64_t total)
{
    return p->yield(p->ctx, 0, done, total);
}

static inline bool progress_sleep(const struct progress *p, int64_t deadline)
{
    return p->yield(p->ctx, deadline, 0, 0);
}

#endif
