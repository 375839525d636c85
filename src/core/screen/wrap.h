/* Wrapping: a text of one paragraph as lines of so many columns. Pure. */
#ifndef SHMLENS_CORE_SCREEN_WRAP_H
#define SHMLENS_CORE_SCREEN_WRAP_H

#include <stddef.h>

/* Bytes of the first line of a UTF-8 text when it may take this many columns (at least 2): up to
 * the last blank that fits, or through a word that is longer than a line. `*skip` is what comes
 * before the next line begins: these bytes and the blanks after them. An empty text is an empty
 * line. */
size_t wrap_line(const char *utf8, int columns, size_t *skip);

/* Bytes of the part of a UTF-8 text that takes the first so many columns. */
size_t wrap_skip(const char *utf8, int columns);

#endif
