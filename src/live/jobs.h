/* What the sampler does for the UI besides sampling: find a place, store a value, freeze it, copy
 * bytes, set the baseline, step through time.
 *
 * A job is a function and a struct that is both its argument and its result. sampler_job_new copies
 * the struct; the function runs on the sampler's thread, between two samples; then the owner's
 * `done` gets the same struct back on the owner's thread. Jobs run in the order in which they were
 * posted. Long ones yield, so that samples go on meanwhile, and give up when they are cancelled. */
#ifndef SHMLENS_LIVE_JOBS_H
#define SHMLENS_LIVE_JOBS_H

#include <stddef.h>

#include "live/replace.h"
#include "live/sampler.h"

/* On the sampler's thread. */
typedef void sampler_run(struct sampler *s, void *arg, const struct progress *p);

/* On the owner's thread; `arg` is freed afterwards. `cancelled`: the job was given up, perhaps
 * before it ran. */
typedef void sampler_done(void *owner, void *arg, bool cancelled);

struct sampler_job {
    struct job job;
    struct sampler *sampler;
    sampler_run *run;
    sampler_done *done;
    max_align_t arg[];
};

/* A job on a copy of the `size` bytes of `arg`, for worker_post. NULL: out of memory. */
struct sampler_job *sampler_job_new(struct sampler *s, sampler_run *run, const void *arg,
                                    size_t size, sampler_done *done);

/* ---- finding a place ---- */

enum find_kind {
    FIND_FORWARD,     /* `pattern` from `from` on, wrapping at the end */
    FIND_BACKWARD,    /* its last match before `from`, wrapping at the start */
    FIND_DATA_NEXT,   /* start of the data extent after the one that `from` is in */
    FIND_DATA_PREV,   /* start of the data extent before `from` */
    FIND_CHANGE_NEXT, /* byte after `from` that changed (with a baseline: that differs from it) */
    FIND_CHANGE_PREV  /* and before */
};

enum { FIND_PATTERN_MAX = 1024 };

struct find_job {
    enum find_kind kind;
    char pattern[FIND_PATTERN_MAX]; /* as find_compile takes it */
    uint64_t from;
    bool follows; /* posted while a find was pending: continues from where that one ends */
    int64_t past; /* as it was at this moment; 0: now */
    /* out */
    bool found, wrapped;
    uint64_t offset;  /* of what was found, */
    size_t length;    /* and its bytes (of a pattern) */
    uint64_t unknown; /* bytes of that moment that are not known */
    struct oserr error;
    char why[256]; /* not empty: the pattern is not valid, or takes too long */
};
sampler_run job_find;

/* Counts the matches of a pattern in the whole segment, after a find. Posted `aside`: it gives up
 * when another job waits, and continues where it stopped when it is posted again with `ended`
 * false.
 */
enum { COUNT_MOST = 1000 };

struct count_job {
    char pattern[FIND_PATTERN_MAX];
    uint64_t match;  /* whose number is asked for */
    int64_t past;    /* as it was at this moment; 0: now */
    uint64_t next;   /* matches before this are counted; 0 at first */
    int64_t took;    /* ns so far */
    unsigned count;  /* matches so far, at most COUNT_MOST */
    unsigned number; /* of `match` among them, from 1; 0: not (yet) met */
    bool more;       /* out: it gave up counting, there may be more */
    bool ended;      /* out */
};
sampler_run job_count;

/* ---- the baseline ---- */

enum baseline_change { BASELINE_TOGGLE, BASELINE_SET, BASELINE_CLEAR };

struct baseline_job {
    enum baseline_change change; /* out: not BASELINE_TOGGLE, but what was done */
    int64_t past;                /* the segment as it was at this moment; 0: now */
    /* out */
    bool done;
    uint64_t covered; /* bytes from the start that it covers, up to BASELINE_MAX of data */
    struct oserr error;
};
sampler_run job_baseline;

/* ---- values ---- */

/* Raises the access to SEG_WRITE (edit mode), or lowers it, which unfreezes all values. */
struct access_job {
    enum seg_access access;
    struct oserr error; /* out */
};
sampler_run job_access;

/* Releases the segment, so that we are no user of it (seg_release): no samples are taken until it
 * is taken again, with the access it had. */
struct release_job {
    bool take_again;
    struct oserr error; /* out */
};
sampler_run job_release;

/* Stores one value of 1 to 8 bytes. */
struct poke_job {
    struct poke poke; /* cas: only if `expect` is there. Compared first where no compare-and-swap
                         is possible (unaligned, or not 1, 2, 4 or 8 bytes) */
    bool unseen;      /* nobody knows what is there: `expect` is what the job finds */
    /* out */
    bool stored;
    struct poke_done done; /* done.old: what was there, also when it was not stored (`lost`) */
    bool lost;             /* what was there is not `expect` */
    struct oserr error;    /* SEG_E_BEYOND: the segment ends before it */
};
sampler_run job_poke;

/* Stores a range, bytewise. Or matches that were replaced, in words, each by compare-and-swap: one
 * that is not as expected stays, and the others are stored. */
struct range_job {
    uint64_t offset;
    size_t length;
    const uint8_t *expect, *value; /* length bytes each, the owner's, until the job has ended */
    const uint64_t *at;            /* NULL: a range; else matches, which are here, the owner's, */
    size_t each;                   /* of this many bytes */
    bool force;                    /* whatever is there */
    bool backward;                 /* the last match first */
    /* out */
    uint64_t differ, first; /* bytes that are not `expect`: then nothing is stored; the first one.
                               Of matches: how many stayed, and the first one's offset */
    bool stored;            /* of matches: at least one, and there was no error */
    size_t left;            /* of a match: bytes that changed all the same, see replace_done */
    size_t done;            /* bytes stored */
    struct oserr error;
};
sampler_run job_range;

/* Replaces one match, if it is asked to, and finds the next one. */
struct replace_job {
    char pattern[FIND_PATTERN_MAX]; /* as find_compile takes it */
    uint32_t run;                   /* the owner's: which of its runs this belongs to */
    uint64_t from, to;              /* the next match lies within */
    size_t n;                       /* bytes of `new`, and of a match that can be replaced */
    uint8_t new[REPLACE_MOST];
    bool store; /* the match at `at`, as it was seen: `old` */
    uint64_t at;
    uint8_t old[REPLACE_MOST];
    /* out */
    bool stored; /* false after `store`, without an error: another process has changed it */
    size_t left; /* bytes of it that are replaced all the same, see replace_done */
    bool found;  /* the next one: where it is, its bytes, */
    uint64_t offset;
    size_t length; /* and, if they are n, what they were when they matched */
    uint8_t seen[REPLACE_MOST];
    bool shrank;     /* there is none, and the segment became shorter meanwhile: */
    uint64_t ends;   /* its end */
    const char *why; /* it cannot be looked for; NULL: it can */
    struct oserr error;
};
sampler_run job_replace;

/* Can a value be stored by one compare-and-swap? */
bool poke_swappable(uint64_t offset, uint32_t size);

/* Unfreezes the values in a range, or freezes one when there are none. */
struct freeze_job {
    uint64_t offset,
        length; /* values that overlap this are unfrozen; if none does, `value` is frozen */
    struct frozen value; /* size 0: freeze nothing. Out: one of the unfrozen */
    /* out */
    size_t dropped; /* how many were unfrozen */
    struct oserr error;
};
sampler_run job_freeze;

/* Copies the selection. */
struct bytes_job {
    uint64_t offset;
    size_t length; /* out: less at the end of the segment */
    int64_t past;  /* as it was at this moment; 0: now */
    /* out */
    uint8_t *bytes; /* malloc'd; `done` frees them. NULL: see error */
    struct oserr error;
};
sampler_run job_bytes;

/* ---- time, counts ---- */

/* A step through time. */
struct time_job {
    uint64_t offset, length; /* changes of [offset, offset + length) count */
    int64_t from;            /* the moment that is shown; INT64_MAX: now */
    int steps;               /* changes forward, or back (negative) */
    bool follows;            /* posted while a step was pending: continues from where that one
                                ends */
    /* out */
    int64_t time;  /* the moment there; 0: now */
    bool moved;    /* false: there is no such change, and time is `from` */
    int64_t since; /* since when such changes are known; INT64_MAX: they are not */
};
sampler_run job_time;

/* Resets the counts of changes of the window and of the map; no argument. */
sampler_run job_reset_counts;

#endif
