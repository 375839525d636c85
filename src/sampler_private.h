/* What sampler.c and its jobs share. */
#ifndef SHMLENS_SAMPLER_PRIVATE_H
#define SHMLENS_SAMPLER_PRIVATE_H

#include "baseline.h"
#include "core/diff.h"
#include "sampler.h"

struct sampler {
    struct worker *worker;
    struct backend *be;
    struct os_wake *wake;

    /* The sampler's thread only. */
    struct seg *seg; /* NULL: jobs only */
    struct diff *diff;
    struct segmap *map; /* NULL: jobs only. Every change goes through its pages: listen there */
    struct baseline *baseline; /* NULL: none */
    bool look_found;           /* the last look for a place found one, */
    uint64_t look_at;          /* there */
    struct sample work;        /* the sample being made; its arrays are swapped with `out` */
    int64_t due;               /* of the next tick */
    int64_t second;            /* start of the second over which hz is measured */
    unsigned ticks;            /* samples in it */
    bool told;                 /* `out` holds news for the UI */

    /* Guarded by gate. */
    struct os_gate *gate;
    uint64_t want_offset;
    size_t want_length;
    double want_hz;
    size_t want_cells;
    double want_cpu;   /* percent */
    struct sample out; /* the newest complete sample */
};

#endif
