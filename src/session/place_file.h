/* The file of places: what is kept for each locator. One line a mark or a look, with the locator at
 * the end, since it may hold blanks:
 *
 *     a 0x40 posix:/ring                 a mark: a letter without a view
 *     mark head 0x40 u64le posix:/ring   others; `-` for no view
 *     look view u32le posix:/ring
 *
 * Text in, text out: the caller reads and writes the file. Lines that are not understood belong to
 * another version and are kept. */
#ifndef SHMLENS_SESSION_PLACE_FILE_H
#define SHMLENS_SESSION_PLACE_FILE_H

#include "core/marks.h"
#include "session/looks.h"

enum { PLACE_FILE_LINES = 2000 /* the oldest are dropped first */ };

struct place {
    struct marks marks;
    struct looks looks;
};

/* Adds what is kept for one locator (as it is shown) to *out. */
void place_read(const char *text, size_t n, const char *locator, struct place *out);

/* The text with what is kept for this locator replaced, malloc'd; NULL: out of memory. */
MUST_USE char *place_write(const char *text, size_t n, const char *locator,
                           const struct place *place, size_t *length);

/* Adds what one session changed, from `was` to `is`, to what is kept by now. */
void place_merge(struct place *kept, const struct place *was, const struct place *is);

/* Did it change anything? */
bool place_changed(const struct place *was, const struct place *is);

#endif
