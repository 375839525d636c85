/* Attacks: what found faults that no suite had thought of. Each runs the real program among
 * processes that misbehave, for a bounded time, and ends the run with what it saw when a promise
 * (docs/SPEC.md 5) was broken. `attack --minutes N` runs them long; without it each takes seconds,
 * as the checks of every change do. */
#ifndef SHMLENS_TESTS_ATTACK_ATTACK_H
#define SHMLENS_TESTS_ATTACK_ATTACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct attack {
    const char *folder; /* a folder of this run's own */
    int64_t end;        /* ns, CLOCK_MONOTONIC: when it should have ended */
    uint64_t turns;     /* how much to do of what is counted, not timed */
    uint64_t *seed;     /* printed at the start, so that a run can be repeated */
};

const char *attack_program(void); /* the path of shmlens */
bool attack_ended(const struct attack *a);
uint32_t attack_random(const struct attack *a);
bool attack_leftovers(void); /* is there a /dev/shm/.shmlens-...? */

/* Says what was broken, and ends the run with status 1. */
_Noreturn void attack_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From now on it has so many seconds to call this again or to return, or else the run ends with
 * status 1. */
void attack_must_end(int64_t seconds, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* fork() of a process that ends with us, however we end. */
pid_t attack_fork(void);

/* Each returns 0, or does not return. */
int attack_calls(const struct attack *a);      /* every system call fails once */
int attack_storm(const struct attack *a);      /* segments change under all commands */
int attack_keys(const struct attack *a);       /* keys, pastes and reports without sense */
int attack_recordings(const struct attack *a); /* broken and hostile recordings */
int attack_removals(const struct attack *a);   /* removals against those who come and go */

#endif
