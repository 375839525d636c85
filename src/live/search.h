/* Long looks at a segment, in slices: finding a pattern forwards and backwards, skipping holes.
 * Shared by the find command and the UI. */
#ifndef SHMLENS_LIVE_SEARCH_H
#define SHMLENS_LIVE_SEARCH_H

#include "backend/segment.h"
#include "cli/command.h"
#include "core/find/find.h"

enum search_result {
    SCAN_FOUND,
    SCAN_NONE,
    SCAN_CANCELLED,
    SCAN_ERROR,
    SCAN_STUCK /* the regular expression takes too many steps (find_gave_up) */
};

#define SCAN_STUCK_TEXT \
    "the regular expression takes too many steps: it was not looked for to the end"

/* First match at or after `from` (to the end of the segment); *offset and *length say where. */
enum search_result search_forward(struct command_env *env, struct seg *s, struct find *f,
                                  uint64_t from, uint64_t *offset, size_t *length,
                                  struct oserr *error);

/* Last match that starts before `before`. */
enum search_result search_backward(struct command_env *env, struct seg *s, struct find *f,
                                   uint64_t before, uint64_t *offset, size_t *length,
                                   struct oserr *error);

/* Every match in [from, to), in order, until `each` returns false. */
enum search_result search_all(struct command_env *env, struct seg *s, struct find *f, uint64_t from,
                              uint64_t to, bool (*each)(void *ctx, uint64_t offset, size_t length),
                              void *ctx, struct oserr *error);

#endif
