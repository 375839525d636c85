/* Locators as typed and as shown. The backend takes raw ones, whose names are the system's bytes;
 * these two functions are the only conversion between the two forms. */
#ifndef SHMLENS_CORE_LOCATOR_H
#define SHMLENS_CORE_LOCATOR_H

#include <stddef.h>

#include "attributes.h"

/* Longest raw locator, with the NUL: a path of 4096 bytes and a prefix. */
enum { LOCATOR_MAX = 4128 };

/* From what the user typed to the raw locator: undoes `\xNN` and `\\`; in `win:`, `Local\` and
 * `Global\` the backslash after Local or Global is literal. `/name` and `/dev/shm/name` become
 * `posix:/name`; a path never becomes file: by itself. NULL on success, else why not (a static
 * sentence fragment). */
MUST_USE const char *locator_typed(const char *typed, char raw[LOCATOR_MAX]);

/* The escaped form of a raw locator: what ls prints and locator_typed reads back. Returns what
 * text_escape returns. */
size_t locator_shown(const char *raw, char *out, size_t cap);

#endif
