/* Several processors for one loop: the parts of a call run at the same time, one here and each of
 * the others on a thread of its own, which lives as long as the call. (A thread costs about as much
 * as 200 KiB of memory cost to read; a thread that stays would have to be stopped by somebody.) */
#ifndef SHMLENS_BACKEND_BULK_CREW_H
#define SHMLENS_BACKEND_BULK_CREW_H

#include <stdbool.h>
#include <stddef.h>

enum { CREW_MOST = 16 };

typedef void crew_part(void *ctx, size_t number);

/* Runs part(ctx, 0) to part(ctx, n - 1), n at most CREW_MOST, and returns when all have ended. A
 * part whose thread cannot be started runs here, after the first. */
void crew_run(crew_part *part, void *ctx, size_t n);

/* A chunk, done by the hand `hand`; false: it did not come to its end. */
typedef bool crew_chunk(void *ctx, size_t hand, size_t number);

struct crew_end {
    size_t chunk; /* the first that did not come to its end; their number: all did */
    size_t hand;  /* who did that one; it began none after it */
};

/* Does chunks 0 to n - 1 with `hands` threads (at most CREW_MOST), each of which takes the next one
 * as soon as it is free: so one that a busy processor delays does not delay the others. After a
 * chunk that did not come to its end none after it is begun. */
struct crew_end crew_share(crew_chunk *chunk, void *ctx, size_t hands, size_t n);

#endif
