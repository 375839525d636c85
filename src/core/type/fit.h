/* Which struct of a program could this be? Guesses, by what the bytes say. Pure.
 *
 * Every leaf of a struct is held against the live bytes. A pointer that leads into memory of the
 * process, an enumerator, a text that ends before zeros and a float of a usual size speak for the
 * struct; a pointer to nowhere, a bool of 7, text in a number and padding that is not zero speak
 * against it. What says nothing (null, zero, false, a number) counts nothing, so that over zeros
 * and plain counters every struct is as good as any other: then nothing fits. */
#ifndef SHMLENS_CORE_TYPE_FIT_H
#define SHMLENS_CORE_TYPE_FIT_H

#include "core/type/tree.h"

enum {
    FIT_SIZE_MIN = 24,  /* smaller structs fit too much */
    FIT_ENOUGH = 50,    /* a lower score says nothing */
    FIT_ELEMENTS = 8,   /* of an array that are looked at */
    FIT_LEAVES = 16384, /* a struct with more is left out */
    FIT_MAX = 8,
};

/* Memory of the process that has the types. */
struct fit_range {
    uint64_t start, end;
    bool code;    /* executable */
    bool segment; /* what is looked at, as this process maps it */
};

struct type_fit {
    type_id type;
    int32_t score; /* tenths */
};

/* How well it fits at an offset; false: it is not there whole, not known, or too large. `range` is
 * sorted by address. */
bool type_fit(const struct type_source *s, type_id type, uint64_t offset,
              const struct fit_range *range, size_t n, int32_t *score);

/* Those of the structs `id` that fit best, best first: their number, 0 when nothing fits. Keeps
 * what is in out[0, had) as far as it is better, which are of the same set of types. */
size_t type_fits(const struct type_source *s, const type_id *id, size_t ids, uint64_t offset,
                 const struct fit_range *range, size_t n, struct type_fit out[FIT_MAX], size_t had);

#endif
