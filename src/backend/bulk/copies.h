/* Searching copies: each thread copies pieces into a buffer that stays in its processor's cache,
 * and searches them there. For segments that have no mapping in which holes stay holes. */
#ifndef SHMLENS_BACKEND_BULK_COPIES_H
#define SHMLENS_BACKEND_BULK_COPIES_H

#include <stdbool.h>

#include "backend/provider.h"

/* As seg_search, for places [off, last); `parts` threads. */
void search_copies(struct seg *s, const struct seg_needle *needle, uint64_t off, uint64_t last,
                   size_t parts, uint64_t *next, bool *found);

#endif
