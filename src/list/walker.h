/* The walker: the threads that list segments and scan processes. Another process can block such a
 * scan for as long as it likes, so nothing else ever waits for these threads.
 *
 * How it works. One thread, the name watcher, lists the names as soon as the system reports a
 * change (or every second). A second one, the reader, surveys everything again and again: names,
 * users, and objects that only processes have. It scans in slices of a few ms with rests between
 * them, so that a scan takes at most a fifth of a core (two thirds when it is the first one or
 * somebody waits for it), and all scans together a 50th; when nothing has happened for a while
 * (walker_stir), they are further apart. All of that happens in the throttle that
 * the survey asks before each process (seg_throttle): resting, noting which process is being read,
 * giving up. A scan stops at once when the program ends, and starts over when a request comes that
 * it does not cover. A reader that has been at one
 * process for more than two seconds hangs; the name watcher abandons it and starts a new
 * one, which skips that process. A third thread runs jobs that scan (commands, removals). Only
 * complete results are handed over; segment_list_merge() combines newer names with older users. */
#ifndef SHMLENS_LIST_WALKER_H
#define SHMLENS_LIST_WALKER_H

#include "backend/survey.h"
#include "worker.h"

struct walker;

/* What the walker saw. */
struct segment_list {
    uint64_t seq;             /* 0: nothing yet; counts up with each merge */
    int64_t time;             /* os_now's clock, when its survey began */
    int64_t names;            /* the same for the names in it, which may be newer */
    unsigned kinds;           /* bits: what was listed */
    bool quick;               /* only names were listed, no process was scanned */
    struct seg_survey survey; /* owned by whoever has the list */
    struct seg_id id;         /* survey.extra is about this (walker_want); dev 0: nothing */
    size_t hanging;           /* processes that could not be read because the read hangs, */
    uint32_t hanging_pid;     /* and one of them */
};

void segment_list_free(struct segment_list *l);

/* A row that has vanished. */
struct gone {
    struct seg_info info; /* owns locator and name */
    int64_t time;         /* os_now's clock, when that was seen */
};

enum { GONE_MAX = 256 }; /* at most so many; when more vanish at once, the first ones */

/* Merges *fresh into *list, which then has the newer names and the newer users of the two; *fresh
 * is used up. What vanished is added to `gone`, what came back leaves it. False: out of memory,
 * *list is unchanged. */
bool segment_list_merge(struct segment_list *list, struct segment_list *fresh,
                        struct gone gone[GONE_MAX], size_t *count);

/* Drops those that vanished before `since`. True: there were some. */
bool gone_drop(struct gone gone[GONE_MAX], size_t *count, int64_t since);

/* For tests. */
struct walker_trial {
    void (*before)(void *ctx, const char *call); /* backend_before_call of all readers */
    void *ctx;
    int64_t patience; /* ns until a reader hangs, */
    int64_t still;    /* and without a walker_stir until scans are rarer; 0: the usual */
};

/* Starts the threads. They have backends of their own, so that their thousands of calls do not
 * drown the visible log. At most four readers are abandoned; while one is, its process counts as
 * unreadable. `trial`: usually NULL. NULL: failed. */
struct walker *walker_start(struct os_wake *wake, const struct walker_trial *trial,
                            struct oserr *error);

/* Stops it, waiting at most until `deadline` (os_now's clock), and not at all for abandoned
 * readers. False: a thread still hangs in a call; everything it uses stays allocated, `wake` must
 * stay too, and the only thing to do then is to call this once more. */
bool walker_stop(struct walker *w, int64_t deadline, void *owner);

/* How often to scan (ns; 1 s at first), and an object whose users are wanted whether it is listed
 * or not (unlinked); dev 0: none. */
void walker_want(struct walker *w, int64_t period, struct seg_id id);

/* Somebody is there, or something happened: scans are as frequent as walker_want says. After 30 s
 * without that they are five times further apart, unless what is wanted has other users or no name;
 * the next call makes up for it at once. A new request and a change of the names that are followed
 * count too. */
void walker_stir(struct walker *w);

/* Which kinds to list (bits), and whether to follow the names. */
void walker_list(struct walker *w, unsigned kinds, bool live);

/* The kinds that are usually listed: all but files. */
static inline unsigned walker_kinds(void)
{
    return seg_kinds() & ~(1U << SEG_FILE);
}

/* Moves the next result into *out, whose old contents are ignored: of two the one begun first.
 * False: nothing new. */
bool walker_take(struct walker *w, struct segment_list *out);

void walker_hurry(struct walker *w); /* survey and list names now */

/* Progress of the current scan. */
struct walk_progress {
    int64_t since; /* when it began, os_now's clock */
    size_t done;   /* processes read */
    size_t total;  /* about how many there are, at least 1 and `done` */
};
/* False: there is none. */
bool walker_progress(struct walker *w, struct walk_progress *out);

/* A throttle for scans of others, as long as the walker exists: skips processes that are known to
 * hang, and stops when the walker is stopped. */
const struct seg_throttle *walker_pace(struct walker *w);

/* The thread for jobs that scan. */
struct worker *walker_worker(struct walker *w);

#endif
