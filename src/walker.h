/* The walker: the thread that lists segments and reads /proc, where another process may make it
 * wait as long as it likes. Nothing else ever waits for it. */
#ifndef SHMLENS_WALKER_H
#define SHMLENS_WALKER_H

#include "backend/segment.h"
#include "worker.h"

struct walker;

/* What the walker saw. */
struct walk {
    uint64_t seq;             /* 0: none yet */
    int64_t time;             /* os_now's clock, when it ended */
    struct seg_survey survey; /* owned by the holder of the walk */
    struct seg_id id;         /* what walker_want asked for and is not in the list; dev 0: none */
    struct seg_who who;       /* who has it */
};

void walk_free(struct walk *w);

/* Starts; surveys every period (1 s until walker_want says otherwise), at once when hurried. It has
 * a backend of its own, so that its thousands of /proc reads do not drown the visible call log.
 * NULL: failed. */
struct walker *walker_start(struct os_wake *wake, struct oserr *error);

/* Stops it, waiting at most until `deadline` (os_now's clock): a /proc read that another process
 * holds up is left behind, with all that it uses. False: so it was, and `wake` must stay too. */
bool walker_stop(struct walker *w, int64_t deadline, void *taker);

/* How often (ns), and which object the UI wants to know the users of when it is not in the list
 * (unlinked); dev 0: none. */
void walker_want(struct walker *w, int64_t period, struct seg_id id);

/* Moves the newest walk into *out (whose old contents are freed) when newer. False: nothing new. */
bool walker_take(struct walker *w, struct walk *out);

struct worker *walker_worker(struct walker *w);

#endif
