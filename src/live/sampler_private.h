/* What sampler.c and its jobs share. */
#ifndef SHMLENS_LIVE_SAMPLER_PRIVATE_H
#define SHMLENS_LIVE_SAMPLER_PRIVATE_H

#include "core/change/ages.h"
#include "live/baseline.h"
#include "live/jobs.h"
#include "time/moment.h"

/* What settling needs (sampler_settle.c). */
struct settle {
    uint8_t *again;  /* SAMPLE_MAX bytes: a second reading */
    uint8_t *mark;   /* SAMPLE_MAX: how long a byte stays marked, 255 is MARK_NS */
    uint64_t offset; /* of mark[0] */
    size_t length;   /* bytes of mark that count */
    bool any;        /* some are not 0 */
    int64_t last;    /* when marks were last aged */
};

bool settle_request_equal(const struct settle_request *a, const struct settle_request *b);
bool rows_request_equal(const struct rows_request *a, const struct rows_request *b);

bool settle_alloc(struct settle *t);
void settle_free(struct settle *t);

/* seg_sample into s->work as `want` asks. *news: the marks are others than before. */
struct oserr settle_sample(struct sampler *s, const struct settle_request *want, uint64_t offset,
                           size_t n, struct seg_stat *stat, bool *news);

/* sampler_sample.c: one look at the segment, into s->work. True: worth drawing. */
bool sampler_look_at(struct sampler *s, const struct sample_request *want);

/* sampler_rows.c: lists the rows when it is time, and reads those that are shown into s->work.
 * *news: they are others than before, or something in them changed. */
struct oserr rows_sample(struct sampler *s, const struct rows_request *want, struct seg_stat *stat,
                         bool *news);

struct sampler {
    struct worker *worker;
    struct backend *be;
    struct os_wake *wake;

    /* The sampler's thread only. */
    struct seg *seg; /* NULL: jobs only */
    struct ages *diff;
    struct sweep *map; /* NULL: jobs only. Every change goes through its pages: listen there */
    struct recorder *rewind;   /* NULL: jobs only */
    struct baseline *baseline; /* NULL: none */
    int64_t base_time;         /* when taking it began */
    struct rows_request rows;  /* what work.rows was listed for */
    int64_t rows_due;          /* when they are listed again */
    bool found;                /* the last find found something, */
    uint64_t found_at;         /* there */
    int64_t step_at;           /* the moment that the last step through time came to; 0: now */
    struct settle settle;
    struct sample work; /* the sample being made; its arrays are swapped with `out` */
    int64_t due;        /* of the next tick */
    int64_t second;     /* start of the second over which hz is measured */
    unsigned ticks;     /* samples in it */
    bool told;          /* `out` holds news for the UI */

    /* Guarded by gate. */
    struct os_monitor *gate;
    struct sample_request request;
    bool release;      /* what is frozen is let go at the next tick */
    struct sample out; /* the newest complete sample */
};

/* A find that runs. */
struct finder {
    struct sampler *sampler;
    struct seg *seg; /* the segment, or what it was */
    struct find_job *job;
    const struct progress *progress;
};

/* find_change.c: FIND_CHANGE_NEXT and _PREV. */
void find_change(struct finder *f);

/* After a sample was taken (sampler_past.c): feeds the history, and puts the moment wished for in
 * the sample. `around`: the map goes around the segment. True: worth drawing. */
bool sampler_show_past(struct sampler *s, const struct history_request *wish, bool around);

#endif
