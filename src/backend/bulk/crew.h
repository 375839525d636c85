/* Several processors for one loop: the parts of a call run at the same time, one here and each of
 * the others on a thread of its own, which lives as long as the call. (A thread costs about as much
 * as 200 KiB of memory cost to read; a thread that stays would have to be stopped by somebody.) */
#ifndef SHMLENS_BACKEND_BULK_CREW_H
#define SHMLENS_BACKEND_BULK_CREW_H

#include <stddef.h>

enum { CREW_MOST = 16 };

typedef void crew_part(void *ctx, size_t number);

/* Runs part(ctx, 0) to part(ctx, n - 1), n at most CREW_MOST, and returns when all have ended. A
 * part whose thread cannot be started runs here, after the first. */
void crew_run(crew_part *part, void *ctx, size_t n);

#endif
