/* The walker: threads that list segments and read /proc, where another process may make them wait
 * as long as it likes. Nothing else ever waits for them.
 *
 * /proc is read in slices of a few ms with rests between them: a pass takes at most a fifth of a
 * core, two thirds when it is the first one or somebody waits for it, and all passes together take
 * a 50th. A pass stops at once when the program ends, and begins anew when something is wanted that
 * it does not look for. What it found is handed over when it is complete, never before. */
#ifndef SHMLENS_LIST_WALKER_H
#define SHMLENS_LIST_WALKER_H

#include "backend/segment.h"
#include "worker.h"

struct walker;

/* What the walker saw. */
struct segment_list {
    uint64_t seq;             /* 0: none yet; counts up as walks are joined */
    int64_t time;             /* os_now's clock, when its list was begun */
    int64_t names;            /* the same of the names in it, which may be newer */
    unsigned kinds;           /* bits: what was listed */
    bool quick;               /* only names were read, not /proc */
    struct seg_survey survey; /* owned by the holder of the walk */
    struct seg_id id;         /* survey.also is about this (walker_want); dev 0: nothing */
    size_t hanging;           /* processes that could not be read because they hang, */
    uint32_t hanging_pid;     /* one of them */
};

void segment_list_free(struct segment_list *w);

/* A row that is not there any more. */
struct gone {
    struct seg_info info; /* locator and name are owned */
    int64_t time;         /* os_now's clock, when that was seen */
};

enum { GONE_MAX = 256 }; /* kept at most; of more that vanish at once the first are */

/* Puts *fresh to *walk, which then has the newer names and the newer knowledge of /proc of the two;
 * *fresh is used up. What vanished is added to gone, what came back leaves it. False: out of
 * memory, *walk is as it was. */
bool segment_list_merge(struct segment_list *walk, struct segment_list *fresh,
                        struct gone gone[GONE_MAX], size_t *count);

/* Drops those seen to vanish before `since`. True: there were some. */
bool gone_drop(struct gone gone[GONE_MAX], size_t *count, int64_t since);

/* For tests. */
struct walker_trial {
    void (*before)(void *ctx, const char *call); /* backend_before_call of all that read /proc */
    void *ctx;
    int64_t patience; /* ns; 0: the usual */
};

/* Starts: reads /proc every period (1 s until walker_want says otherwise) on one thread, and the
 * names of segments as they come and go on another one, which a /proc read that hangs does not hold
 * up. They have backends of their own, so that their thousands of reads do not drown the visible
 * call log. A thread that has been at one process for more than 2 s is left behind, four at most,
 * and another one goes on without that process, which counts as unreadable until the thread comes
 * back. `trial`: usually NULL. NULL: failed. */
struct walker *walker_start(struct os_wake *wake, const struct walker_trial *trial,
                            struct oserr *error);

/* Stops it, waiting at most until `deadline` (os_now's clock), and not at all for threads that were
 * left behind: a /proc read that another process holds up stays, with all that it uses. False: so
 * it was, and `wake` must stay too; only stopping it once more is possible then. */
bool walker_stop(struct walker *w, int64_t deadline, void *owner);

/* How often (ns), and which object the UI wants to know the users of whether it is in the list or
 * not (unlinked); dev 0: none. */
void walker_want(struct walker *w, int64_t period, struct seg_id id);

/* Which kinds to list (bits; usually all but files), and whether the names shall be followed. */
void walker_list(struct walker *w, unsigned kinds, bool live);
enum {
    WALK_KINDS = ((1 << SEG_KINDS) - 1) & ~(1 << SEG_FILE | 1 << SEG_REC),
    WALK_NAMES = 1 << SEG_POSIX | 1 << SEG_SEM | 1 << SEG_SYSV, /* known without reading /proc */
};

/* Moves the newest walk into *out, whose old contents are not looked at; first the one that was
 * begun first. False: nothing new. */
bool walker_take(struct walker *w, struct segment_list *out);

void walker_hurry(struct walker *w); /* both threads look at once */

/* How far the pass over /proc is that is under way. */
struct walk_progress {
    int64_t since; /* when it was begun, os_now's clock */
    size_t done;   /* processes behind it */
    size_t total;  /* about how many there are, at least 1 and `done` */
};
/* False: there is none. */
bool walker_progress(struct walker *w, struct walk_progress *out);

/* For passes of others (backend_pace), while the walker is there: leaves out what is known to hang,
 * stops when the walker is stopped. */
const struct seg_throttle *walker_pace(struct walker *w);

/* A thread for jobs that read /proc. */
struct worker *walker_worker(struct walker *w);

#endif
