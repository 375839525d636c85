/* Waiting for what a sampler brings, in suites that have a `sampler` and a `sample`. */
#ifndef SHMLENS_TESTS_SUPPORT_AWAIT_H
#define SHMLENS_TESTS_SUPPORT_AWAIT_H

#include <check.h>
#include <string.h>

#include "backend/os.h"
#include "live/jobs.h"

enum { MS = 1000000 };

/* Takes samples until the condition holds, so many seconds at most. */
#define AWAIT_FOR(seconds, condition)                          \
    do {                                                       \
        int64_t deadline = os_now() + (seconds)*1000LL * MS;   \
        bool met_;                                             \
        while (!(met_ = (condition)) && os_now() < deadline) { \
            (void)worker_take(sampler_worker(sampler), NULL);  \
            (void)sampler_take(sampler, &sample);              \
            (void)os_sleep_until(os_now() + MS / 4);           \
        }                                                      \
        ck_assert_msg(met_, "%s", #condition);                 \
    } while (0)

/* Where the result of the job under way goes, and its size; NULL: there is none. */
struct awaited {
    void *arg;
    size_t size;
};

static struct awaited awaited;

static inline void take_result(void *owner, void *arg, bool cancelled)
{
    (void)owner;
    ck_assert(!cancelled);
    if (awaited.size > 0)
        memcpy(awaited.arg, arg, awaited.size);
    awaited = (struct awaited){NULL, 0};
}

/* Runs a job on *arg, which gets its result. */
#define RUN_JOB(fn, argument)                                                        \
    do {                                                                             \
        awaited = (struct awaited){argument, sizeof *(argument)};                    \
        struct sampler_job *job =                                                    \
            sampler_job_new(sampler, fn, argument, sizeof *(argument), take_result); \
        ck_assert_ptr_nonnull(job);                                                  \
        worker_post(sampler_worker(sampler), &job->job);                             \
        AWAIT_FOR(20, awaited.arg == NULL);                                          \
    } while (0)

#endif
