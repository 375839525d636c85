/* The walker among its own files: walker.c (what the others see, the names), walker_reader.c (the
 * threads that read /proc). */
#ifndef SHMLENS_LIST_WALKER_PRIVATE_H
#define SHMLENS_LIST_WALKER_PRIVATE_H

#include "list/walker.h"

enum { READERS_LEFT = 4 }; /* left behind at most */

/* One thread that reads /proc, with what it uses. All but the last three are guarded by the
 * walker's gate. */
struct reader {
    struct walker *walker;
    struct worker *worker;
    uint32_t pid;       /* the process it reads, */
    int64_t since;      /* since when (os_now's clock); 0: it reads none */
    bool left;          /* hangs: another one goes on, it ends when it comes back */
    bool ended;         /* it has come back: to be joined */
    struct seg_id want; /* the pass under way is asked for this, */
    unsigned kinds;     /* and these, */
    bool hurried;       /* and somebody waits for it */
    struct backend *be; /* its own */
    int64_t slice;      /* begin of the slice under way */
    int64_t work;       /* time spent in slices, those before */
};

struct walker {
    struct worker *name_watcher; /* lists names, and looks after the readers */
    struct worker *jobs;         /* runs commands that read /proc */
    struct backend *be;          /* the name_watcher's own */
    struct seg_events *events;   /* NULL: the system does not tell of names */
    struct os_wake *wake;
    struct walker_trial trial;
    struct seg_throttle pace; /* for passes of others */
    int64_t rest_until; /* the name_watcher's: names are not looked at before, os_now's clock */
    int64_t due;        /* and then they are */

    struct os_monitor *gate;         /* guards what follows */
    struct segment_list full, quick; /* found last; seq 0: taken already */
    struct reader *reader;
    struct reader *left[READERS_LEFT];
    size_t left_count;
    int64_t period;
    struct seg_id want;
    unsigned kinds;
    bool live;
    bool stopping; /* the threads end, and are walker_stop's */
    bool known;    /* /proc was read to its end before */
    int64_t begun; /* begin of the pass under way; 0: there is none */
    int64_t said;  /* when it was last said how far it is */
    size_t done;   /* processes behind it */
    size_t total;  /* about how many there are */
    size_t before; /* how many the last complete pass had; 0: none yet */
};

/* Starts the first reader, or another one. */
MUST_USE struct oserr reader_start(struct walker *w);

/* Ends it; false: it hangs still, at `deadline`, and all it uses must stay. */
bool reader_stop(struct reader *r, int64_t deadline);

/* On the name_watcher: leaves behind the reader that hangs, puts away those that came back. Returns
 * when it has to be called again (os_now's clock). */
int64_t readers_watch(struct walker *w, int64_t now);

/* Does nothing but avoid what hangs; ctx is the walker. */
enum seg_pace_answer walker_avoid(void *ctx, const struct seg_at *at);

/* A reader that was left behind has come back: the name_watcher puts it away. */
void walker_returned(struct walker *w);

/* Hands a walk over; what was not taken is out of date. */
void walker_deliver(struct walker *w, struct segment_list *slot, struct segment_list *walk);

#endif
