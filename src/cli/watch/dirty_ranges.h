/* The ranges that one look at a recording touched, in whole units, so that each is reported once,
 * when the look is complete. */
#ifndef SHMLENS_CLI_WATCH_DIRTY_RANGES_H
#define SHMLENS_CLI_WATCH_DIRTY_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

struct dirty_ranges {
    struct dirty_ranges_range {
        uint64_t from, to;
    } * list; /* as they came: ascending as a rule */
    size_t count, cap;
};

/* Adds [from, to) widened to whole units and cut at `end`; merges it with the last one if they
 * touch. False: out of memory. */
MUST_USE bool dirty_ranges_add(struct dirty_ranges *t, uint64_t from, uint64_t to, uint64_t unit,
                               uint64_t end);
void dirty_ranges_free(struct dirty_ranges *t);

#endif
