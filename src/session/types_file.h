/* The file of types: what the tree shows for each locator. One line for each file with types and
 * each type that was placed by hand, with a tab before it, since locators and names hold blanks:
 *
 *     file posix:/ring<TAB>/src/ring.h
 *     type posix:/ring<TAB>ring_header@0x40
 *
 * Text in, text out: the caller reads and writes the file. Lines that are not understood belong to
 * another version and are kept. */
#ifndef SHMLENS_SESSION_TYPES_FILE_H
#define SHMLENS_SESSION_TYPES_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "attributes.h"

enum { KEPT_FILES = 8, KEPT_TYPES = 16, KEPT_PATH = 1024, KEPT_TYPE = 320, KEPT_LINES = 2000 };

struct kept_types {
    size_t files, types;
    char file[KEPT_FILES][KEPT_PATH]; /* raw */
    char type[KEPT_TYPES][KEPT_TYPE]; /* as `type` takes it: NAME[N]@OFFSET */
};

/* Adds one, if there is room and it is not there yet. False: it cannot be kept (too long, or with a
 * control character). */
bool kept_add_file(struct kept_types *k, const char *path);
bool kept_add_type(struct kept_types *k, const char *type);

/* Adds what one session changed, from `was` to `is`, to what is kept by now. */
void kept_types_merge(struct kept_types *kept, const struct kept_types *was,
                      const struct kept_types *is);

/* What the file has for a locator (as it is shown). */
void kept_types_read(const char *text, size_t n, const char *locator, struct kept_types *out);

/* The text with this locator's lines replaced, malloc'd; NULL: out of memory. */
MUST_USE char *kept_types_write(const char *text, size_t n, const char *locator,
                                const struct kept_types *k, size_t *length);

#endif
