/* Who maps or holds objects: one pass over the processes for any number of them. Per system. */
#ifndef SHMLENS_BACKEND_MAPPERS_H
#define SHMLENS_BACKEND_MAPPERS_H

#include "backend/sys.h"

/* An object looked for. */
struct wanted {
    uint64_t dev, ino; /* identity */
    size_t tag;        /* the caller's: its number */
};

/* Found rows, with the tag of the object each is about. */
struct found_mapper {
    size_t tag;
    struct seg_mapper row;
};

struct found_holder {
    size_t tag;
    struct seg_holder row;
};

struct found {
    struct found_mapper *mappers;
    size_t mappers_count, mappers_cap;
    struct found_holder *holders;
    size_t holders_count, holders_cap;
    size_t unreadable; /* processes that could not be read (not: that ended, nor threads of the
                          kernel) */
};

/* Sorts `wanted` and fills `out`, rows ascending by tag, then in the order found. The caller frees
 * with found_free, also after an error. */
SHM_MUST struct oserr mappers_find(struct backend *be, struct wanted *wanted, size_t n,
                                   struct found *out);
void found_free(struct found *f);

#endif
