/* Marks: places of a segment that have a name, and maybe a view in which the value there is shown.
 * A list of them, sorted by offset, without two of the same name. Pure. */
#ifndef SHMLENS_CORE_MARKS_H
#define SHMLENS_CORE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum { MARKS_MAX = 64, MARK_NAME_MAX = 32, MARK_VIEW_MAX = 16 };

struct mark {
    char name[MARK_NAME_MAX]; /* `head`; one letter: also set by `m` */
    char view[MARK_VIEW_MAX]; /* the name of a view; empty: as the cells are shown */
    uint64_t offset;
};

struct marks {
    size_t count;
    struct mark at[MARKS_MAX];
};

/* A letter or `_` first, then letters, digits, `_` and `.`; not `end`, which is an offset. */
bool mark_name_ok(const char *name);

const struct mark *marks_find(const struct marks *m, const char *name); /* NULL: there is none */

/* Adds one, or replaces the one of this name. False: there are MARKS_MAX others. */
MUST_USE bool marks_set(struct marks *m, const struct mark *mark);
bool marks_delete(struct marks *m, const char *name); /* false: there is none */

bool mark_equal(const struct mark *a, const struct mark *b);

#endif
