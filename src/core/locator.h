/* Locators as they are typed and shown. The backend takes raw ones: the bytes of a name as
 * the system has them. These two functions are the only way between the two forms. */
#ifndef SHMLENS_CORE_LOCATOR_H
#define SHMLENS_CORE_LOCATOR_H

#include <stddef.h>

#include "attributes.h"

/* Longest raw locator, with the NUL: a path of 4096 bytes and a prefix. */
enum { LOCATOR_MAX = 4128 };

/* From what the user typed to the raw locator: `\xNN` and `\\` undone; in `win:`, `Local\` and
 * `Global\` the backslash behind Local or Global is literal. `/name` and `/dev/shm/name` become
 * `posix:/name`; a relative or absolute path never becomes file: by itself. NULL on success, else
 * why not (a static sentence fragment such as "not a locator: ..."). */
MUST_USE const char *locator_typed(const char *typed, char raw[LOCATOR_MAX]);

/* The escaped form of a raw locator: what ls prints and locator_typed reads back. As text_escape's
 * result. */
size_t locator_shown(const char *raw, char *out, size_t cap);

#endif
