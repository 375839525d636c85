/* The sampler as its own files see it: the loop (sampler.c), one sample (sample.c, settle.c,
 * changed_rows.c), the past (time_job.c), the jobs (jobs.c, find_job.c, find_change.c, freeze.c).
 * All of it runs on the sampler's thread; the UI's thread comes only through the calls of
 * sampler.h, and only to what `monitor` guards. */
#ifndef SHMLENS_LIVE_SAMPLER_PRIVATE_H
#define SHMLENS_LIVE_SAMPLER_PRIVATE_H

#include "core/change/ages.h"
#include "live/baseline.h"
#include "live/jobs.h"
#include "time/moment.h"

bool settle_request_equal(const struct settle_request *a, const struct settle_request *b);
bool rows_request_equal(const struct rows_request *a, const struct rows_request *b);

/* Marks of bytes that two readings showed differently (settle.c). */
struct settle {
    uint8_t *again;  /* SAMPLE_MAX bytes: a second reading */
    uint8_t *mark;   /* SAMPLE_MAX: how long each byte stays marked, 255 is MARK_NS */
    uint64_t offset; /* of mark[0] */
    size_t length;   /* bytes of mark that are valid */
    bool any;        /* some are not 0 */
    int64_t last;    /* when the marks were last aged */
};

struct sampler {
    struct worker *worker;
    struct os_wake *wake;

    /* The sampler's thread only. */
    struct seg *seg;
    bool released;          /* the segment, for a while: no samples are taken (job_release) */
    enum seg_access access; /* that it had before */
    struct ages *ages;
    struct sweep *map;         /* every change in the segment is reported by its pages */
    struct recorder *recorder; /* of the history */
    struct baseline *baseline; /* NULL: none */
    int64_t base_time;         /* when taking it began */
    struct rows_request rows;  /* what work.rows was listed for */
    int64_t rows_due;          /* when they are listed again */
    bool found;                /* the last find found something, */
    uint64_t found_at;         /* at this offset */
    int64_t step_at;           /* the moment that the last step through time came to; 0: now */
    struct settle settle;
    struct sample work; /* the sample being made; its arrays are swapped with those of `out` */
    int64_t due;        /* of the next sample */
    int64_t second;     /* start of the second over which hz is measured */
    unsigned ticks;     /* samples in it */

    /* Guarded by the monitor. */
    struct os_monitor *monitor;
    struct sample_request request;
    bool release;      /* unfreeze all values at the next tick */
    bool announced;    /* the UI was woken and has not taken `out` yet */
    struct sample out; /* the newest complete sample */
};

/* sample.c: takes one sample into s->work. True: worth drawing. */
bool sampler_look_at(struct sampler *s, const struct sample_request *want);

/* settle.c: the window, read as `want` says. *news: the marks are different from before. */
bool settle_alloc(struct settle *t);
void settle_free(struct settle *t);
struct oserr settle_sample(struct sampler *s, const struct settle_request *want, uint64_t offset,
                           size_t n, struct seg_stat *stat, bool *news);

/* changed_rows.c: lists the rows when it is time, and reads those that are shown. *news: they are
 * different from before, or something in them changed. */
struct oserr rows_sample(struct sampler *s, const struct rows_request *want, struct seg_stat *stat,
                         bool *news);

/* time_job.c: after a sample was taken, feeds the history and puts the moment that is asked for in
 * the place of the sample. `sweeping`: the whole segment is watched. True: worth drawing. */
bool sampler_show_past(struct sampler *s, const struct history_request *want, bool sweeping);

/* A find while it runs. */
struct finder {
    struct sampler *sampler;
    struct seg *seg; /* the segment, or what it was at that moment */
    struct find_job *job;
    const struct progress *progress;
};

/* find_change.c: FIND_CHANGE_NEXT and FIND_CHANGE_PREV. */
void find_change(struct finder *f);

#endif
