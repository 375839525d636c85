/* The visible log of OS calls, a part of segment.h: the user sees what was asked of the system, and
 * tests make calls fail. */
#ifndef SHMLENS_BACKEND_OSCALL_H
#define SHMLENS_BACKEND_OSCALL_H

#include <stdbool.h>
#include <stdint.h>

struct backend;

enum { OSCALL_TEXT_MAX = 240 };

struct oscall {
    uint64_t seq;               /* 1, 2, ...: the number of the (first) call */
    uint64_t repeats;           /* equal calls in a row folded into this entry, >= 1 */
    int64_t first, last;        /* wall clock, ns since the epoch */
    char text[OSCALL_TEXT_MAX]; /* `shm_open("/ring", O_RDONLY | O_CLOEXEC, 0) = 5`; raw names:
                                   escape it */
};

/* Copies the entry with the smallest seq >= *seq that is still kept, and sets *seq past it, so that
 * the next call returns the next entry. False: none. The newest 1,000 entries are kept. */
bool backend_call(struct backend *be, uint64_t *seq, struct oscall *out);
uint64_t
backend_call_count(const struct backend *be); /* OS calls made so far, folded ones included */

/* Calls fn with every OS call as it ends (--calls), under the log's lock: it must not call the
 * backend. */
void backend_on_call(struct backend *be, void (*fn)(void *ctx, const struct oscall *call),
                     void *ctx);

/* For tests: the nth OS call from now (1 is the next) fails with `code` without being made, 0:
 * none. Allocations of the backend count as calls (`malloc`, ENOMEM). */
void backend_fail_at(struct backend *be, uint64_t nth, uint32_t code);

/* For tests: called with the name of every OS call before it is made; may block; not under the
 * lock. */
void backend_before_call(struct backend *be, void (*fn)(void *ctx, const char *call), void *ctx);

#endif
