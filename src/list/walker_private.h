/* What walker.c (the interface, the names) and proc_reader.c (the threads that scan) share.
 * proc_reader.c calls back into walker.c through two functions in struct walker. */
#ifndef SHMLENS_LIST_WALKER_PRIVATE_H
#define SHMLENS_LIST_WALKER_PRIVATE_H

#include "list/walker.h"

enum { READERS_LEFT = 4 }; /* abandoned at most */

/* A thread that scans, with what it uses. All but the last three are guarded by the walker's lock.
 */
struct proc_reader {
    struct walker *walker;
    struct worker *worker;
    uint32_t pid;       /* the process it reads, */
    int64_t since;      /* since when (os_now's clock); 0: none */
    bool abandoned;     /* it hangs and was replaced; it ends when it returns */
    bool returned;      /* it did: join it */
    struct seg_id want; /* what the current scan was asked for, */
    unsigned kinds;     /* and its kinds, */
    bool hurried;       /* and whether somebody waits for it */
    struct backend *be; /* its own */
    int64_t slice;      /* start of the current slice */
    int64_t work;       /* time spent in the slices before */
};

struct walker {
    struct worker *name_watcher; /* lists names, and watches the readers */
    struct worker *jobs;         /* runs jobs that scan */
    struct backend *be;          /* the name watcher's own */
    struct seg_events *events;   /* NULL: the system does not report names */
    struct os_wake *wake;
    struct walker_trial trial;
    struct seg_throttle pace; /* for scans of others */
    int64_t rest_until; /* the name watcher's: it does not list names before, os_now's clock, */
    int64_t due;        /* and then it does */

    /* For proc_reader.c: hands a result over; says that an abandoned reader has returned. */
    void (*deliver)(struct walker *w, struct segment_list *slot, struct segment_list *list);
    void (*reader_returned)(struct walker *w);

    struct os_monitor *lock;         /* guards what follows */
    struct segment_list full, quick; /* the newest results; seq 0: taken already */
    struct proc_reader *reader;
    struct proc_reader *left[READERS_LEFT];
    size_t left_count;
    int64_t period;
    struct seg_id want;
    unsigned kinds;
    bool live;
    bool stopping;   /* the threads are ending, and belong to walker_stop */
    int64_t stirred; /* when something happened last (walker_stir) */
    bool still;      /* the reader rests for longer because nothing has happened for a while */
    bool in_use;     /* what is wanted has other users, or no name: the reader does not */
    bool listed;     /* the names were listed, */
    uint64_t names;  /* and these they were (names_sum) */
    bool known;      /* a scan was completed before */
    int64_t begun;   /* start of the current scan; 0: there is none */
    int64_t said;    /* when its progress was last reported */
    size_t done;     /* processes it has read */
    size_t total;    /* about how many there are */
    size_t before;   /* how many the last complete scan read; 0: there was none */
};

/* Starts a reader: the first one, or the next after one was abandoned. */
MUST_USE struct oserr reader_start(struct walker *w);

/* Ends it; false: it still hangs at `deadline`, and everything it uses must stay. */
bool reader_stop(struct proc_reader *r, int64_t deadline);

/* Name watcher only: abandons a reader that hangs, joins abandoned ones that returned. Returns when
 * to call it again (os_now's clock). */
int64_t readers_watch(struct walker *w, int64_t now);

/* A throttle that only skips processes that hang; ctx is the walker. */
enum seg_pace_answer walker_avoid(void *ctx, const struct seg_at *at);

#endif
