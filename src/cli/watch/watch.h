/* The engine of watch and record: a range of a segment, sampled again and again, and what changed
 * in it reported to a sink that prints lines (watch) or writes a file (record).
 *
 * What changed is found by a page map without a limit (core/change/pagemap.h), which keeps a copy
 * of every page that holds something. watch_look.c reads the segment and feeds the map: a short
 * range whole and at one moment; of a long one the hashes of its pages, and then those pages whose
 * hash changed. watch_changes.c listens to the map and makes of the bytes that differ what the user
 * asked for: whole values, or runs of adjacent bytes. watch.c has the loop: when to look, and what
 * happened to the segment itself. watch_lines.c is the sink of watch, commands/record.c that of
 * record.
 *
 * The first look reports nothing; after it a page that the map does not know is a hole, so that all
 * that appears is a change. Bytes that the range gains when the segment grows were never seen:
 * their first change has no old value. */
#ifndef SHMLENS_CLI_WATCH_WATCH_H
#define SHMLENS_CLI_WATCH_WATCH_H

#include "backend/os.h"
#include "cli/commands/peek.h"
#include "core/change/pagemap.h"

/* Whole units in which something changed, adjacent ones, not reported yet. */
struct watch_held {
    uint8_t *old, *new;
    size_t n, cap;
    size_t run;   /* the first so many bytes are known to be one change */
    uint64_t at;  /* from the start of the range */
    int64_t time; /* os_now's clock */
};

struct watch;

/* Where changes go. Times are ns since w->start. */
struct watch_sink {
    bool pieces; /* each run of changed bytes of a page as it is found, not joined with others */

    /* The first look is over, w->map holds what was there. An exit status; EXIT_DONE: continue. */
    int (*begin)(struct watch *w); /* NULL: nothing to do */

    /* n bytes at `offset` of the segment were `old` and are `new`; old NULL: never seen before. */
    void (*change)(struct watch *w, int64_t t, uint64_t offset, const uint8_t *old,
                   const uint8_t *new, size_t n);

    /* With pieces: the n bytes of a page that had data are a hole now; after their change to 0. */
    void (*hole)(struct watch *w, int64_t t, uint64_t offset, size_t n); /* NULL: not wanted */

    /* With pieces: the n bytes of a page that was a hole are data now; before their change. */
    void (*data)(struct watch *w, int64_t t, uint64_t offset, size_t n); /* NULL: not wanted */

    /* No look was taken in the `missed` ns before t. */
    void (*gap)(struct watch *w, int64_t t, int64_t missed);

    /* The segment's own state, before the changes of this time; w->last is the state before. */
    void (*state)(struct watch *w, int64_t t, const struct seg_stat *now);

    /* After each look: writes out what was reported. False: that failed. */
    bool (*flush)(struct watch *w);

    bool (*ended)(const struct watch *w); /* it has enough */

    void (*end)(struct watch *w); /* the last look is over; NULL: nothing to do */
};

struct watch {
    struct command_run *r;
    const struct watch_sink *sink;
    void *ctx;               /* the sink's */
    const struct view *view; /* NULL: bytes, adjacent ones on one line */
    size_t unit;             /* bytes of one value */
    struct range range;      /* its length is a multiple of unit */
    bool to_end;             /* no LENGTH was given: the range grows with the segment */
    bool json;
    uint64_t count;   /* lines after which to end, 0: never */
    int64_t duration; /* ns, -1: for ever */
    int64_t period;   /* ns between samples */
    double cpu;       /* percent of a processor, 0: no limit */

    int64_t start;        /* of os_now */
    uint64_t printed;     /* lines */
    bool seen;            /* the first look is over: differences are changes */
    bool failed;          /* the last look at the segment's state failed */
    struct seg_stat last; /* of the segment, as last reported */

    struct pagemap *map;         /* what the range held when last looked at */
    uint64_t reached;            /* how far into the range this look has come */
    uint64_t known;              /* bytes of the range that were seen once */
    struct watch_held held;      /* what the listener has collected */
    bool no_memory;              /* for it: a change was lost */
    struct aligned_buffer block; /* for reading, */
    uint8_t *state;              /* and what is known of its bytes; SEG_SMALL of them */
    uint64_t joined;             /* the segment's offset after the pages read last, */
    int64_t joined_at;           /* and when that was: pages that follow have the same time */
    int64_t owed;                /* CPU debt: ns of work not yet slept off */
    int64_t missed;              /* ns of a gap that was reported and is not over; 0: none */
    uint64_t reported;           /* changes, */
    uint64_t flushed;            /* and how many when they were last flushed */
};

MUST_USE struct oserr watch_new(struct watch *w);
void watch_free(struct watch *w);

/* Looks until the sink has enough, the time is over or a stop is asked for; frees w's memory. r,
 * sink, view, unit, range, to_end, duration, period and cpu are set. An exit status; EXIT_NO: the
 * time was over before the sink had enough. */
int watch_run(struct watch *w);

/* --hz, --for, --cpu into period, duration and cpu. False: it was reported. */
bool watch_options(struct command_run *r, struct watch *w);

/* The range has at most `length` bytes now: what was known of the rest is forgotten. */
void watch_shrink(struct watch *w, uint64_t length);

/* watch of a recording: all changes of [0, `duration`), with their own times. An exit status. */
int watch_recording(struct watch *w);

/* ---- watch_look.c: reading; each returns an exit status ---- */

/* Looks once: reports what changed since the last look (the first time: nothing). */
int watch_look(struct watch *w, int64_t now);

/* Reads [from, to) of the segment, widened to whole units, feeds it to the map and reports. */
int watch_read(struct watch *w, int64_t now, uint64_t from, uint64_t to);

/* The n bytes at `offset` of the segment, whole units of the range, were read: the same. */
int watch_feed(struct watch *w, int64_t now, uint64_t offset, const uint8_t *bytes, size_t n);

/* ---- watch_changes.c: the listener ---- */

MUST_USE bool watch_listen(struct watch *w); /* to w->map; false: out of memory */

/* Reports what is held. `more`: a run that reaches its end is held back, because it may
 * continue. */
void watch_report(struct watch *w, bool more);

/* The sink that prints a line for each change (w->json, w->count, w->printed). */
extern const struct watch_sink watch_lines;

#endif
