/* Waiting for what a sampler brings, in suites that have a `sampler` and a `sample`. */
#ifndef SHMLENS_TESTS_SUPPORT_AWAIT_H
#define SHMLENS_TESTS_SUPPORT_AWAIT_H

#include <check.h>

#include "backend/os.h"
#include "live/sampler.h"

enum { MS = 1000000 };

/* Takes samples until the condition holds, so many seconds at most. */
#define AWAIT_FOR(seconds, condition)                         \
    do {                                                      \
        int64_t deadline = os_now() + (seconds)*1000LL * MS;  \
        while (!(condition) && os_now() < deadline) {         \
            (void)worker_take(sampler_worker(sampler), NULL); \
            (void)sampler_take(sampler, &sample);             \
            (void)os_sleep_until(os_now() + MS / 4);          \
        }                                                     \
        ck_assert(condition);                                 \
    } while (0)

#endif
