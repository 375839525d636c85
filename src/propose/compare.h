/* Do the programs that share a segment mean the same by the types in it? */
#ifndef SHMLENS_PROPOSE_COMPARE_H
#define SHMLENS_PROPOSE_COMPARE_H

#include "core/type/skew.h"
#include "propose/propose.h"

/* What one program makes of a type, held against the first one that has it. */
struct comparison {
    const char *type;                        /* as it was asked for, raw */
    const struct seg_mapper *first, *second; /* a process of each; rows of the question's `who` */
    const struct types *t[2];                /* the type in them, [0] is the first's; they live as
                                                long as the notes */
    type_id id[2];
    bool agree;
    struct type_skew skew;
};

/* Compares one type between all programs that map the segment, each program once. Calls `each` for
 * every program but the first that has the type. *having: how many have it. What is not known is
 * noted in `notes`. */
MUST_USE struct oserr propose_compare(struct backend *be, const struct propose_ask *ask,
                                      const char *type, struct proposals *notes,
                                      void (*each)(void *ctx, const struct comparison *c),
                                      void *ctx, size_t *having);

#endif
