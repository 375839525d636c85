/* The sampler as its own files see it: the loop (sampler.c), one sample (sample.c, settle.c,
 * spans.c, changed_rows.c), the past (time_job.c), the jobs (jobs.c, find_job.c, find_change.c,
 * freeze.c). All of it runs on the sampler's thread; the UI's thread comes only through the calls
 * of sampler.h, and only to what `monitor` guards. */
#ifndef SHMLENS_LIVE_SAMPLER_PRIVATE_H
#define SHMLENS_LIVE_SAMPLER_PRIVATE_H

#include "core/change/ages.h"
#include "core/find/find.h"
#include "live/baseline.h"
#include "live/jobs.h"
#include "live/rest.h"
#include "time/moment.h"

bool settle_request_equal(const struct settle_request *a, const struct settle_request *b);
bool rows_request_equal(const struct rows_request *a, const struct rows_request *b);

/* Marks of bytes that two readings showed differently (settle.c). */
struct settle {
    uint8_t *again; /* SAMPLE_MAX bytes: a second reading */
    uint8_t *mark;  /* SAMPLE_MAX: how long each byte stays marked, 255 is MARK_NS */
    size_t length;  /* bytes of mark that are valid */
    bool any;       /* some are not 0 */
    int64_t last;   /* when the marks were last aged */
};

struct gauges;
struct trends;

struct sampler {
    struct worker *worker;
    struct os_wake *wake;

    /* The sampler's thread only. */
    struct seg *seg;
    bool released;               /* the segment, for a while: no samples are taken (job_release) */
    enum seg_access access;      /* that it had before */
    struct sample_request taken; /* what is asked for, as it was taken over last */
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
    bool aged;                 /* the ages are those of the pieces in `work` */
    struct settle settle;
    struct gauges *gauges;
    struct find *replacing;          /* of the last match replaced one by one; NULL: none */
    char replaced[FIND_PATTERN_MAX]; /* its pattern */
    struct sample work; /* the sample being made; its arrays are swapped with those of `out` */
    int64_t due;        /* of the next sample */
    int64_t news;       /* when something changed or was asked for last */
    int64_t whole;      /* when the last whole sample was taken */
    int64_t second;     /* start of the second over which hz is measured */
    unsigned ticks;     /* samples in it */

    struct sample_arrays *spare; /* the UI's thread only: sampler_take_still swaps them */

    /* Guarded by the monitor. */
    struct os_monitor *monitor;
    struct sample_request request;
    bool other;        /* it is another than `taken` */
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

/* The list alone, for pieces; true: it is different from before. */
bool rows_list(struct sampler *s, const struct rows_request *want);

/* spans.c: reads these pieces into s->work, one after the other, and feeds them to the map. */
struct oserr spans_read(struct sampler *s, const struct span_list *spans, struct seg_stat *stat);

/* The same with the age of each byte, and what is torn. *news: something in them changed, or they
 * are other pieces than before. */
struct oserr spans_sample(struct sampler *s, const struct sample_request *want,
                          struct seg_stat *stat, bool *news);

/* Which bytes of the pieces in s->work differ from the baseline; all 0 without one. */
void spans_compare(struct sampler *s, const struct span_list *spans);

/* settle.c: reads the pieces a second time; marks what differs in s->work. True: the marks are
 * different from before. `same`: they are the pieces of the last time. */
bool settle_spans(struct sampler *s, const struct span_list *spans, bool same);

/* guards.c: reads the guarded parts of the pieces in s->work again, under their counters. True: a
 * part became known, or unknown. */
bool guards_read(struct sampler *s, const struct guard_list *want);

/* gauges.c: after that, and after sampler_show_past, fills s->work.arrays->gauges. True: they
 * differ from those of the last sample. */
struct gauges *gauges_new(void); /* NULL: out of memory */
void gauges_free(struct gauges *m);
bool gauges_sample(struct sampler *s, const struct gauge_request *want);

/* trends.c: the trends of those gauges of *r that want one. */
struct trends *trends_new(void); /* NULL: out of memory */
void trends_free(struct trends *t);
void trends_make(struct sampler *s, struct trends *t, struct gauge_result *r);

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
