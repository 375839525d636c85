/* Shell patterns over names. Pure. */
#ifndef SHMLENS_CORE_GLOB_H
#define SHMLENS_CORE_GLOB_H

#include <stdbool.h>

/* Does the whole text match? `*` is any run of characters, `?` one character, `[a-z]` one of a set,
 * `[!a-z]` one of the others; a `[` without its `]` is itself. Sets are of single bytes. A
 * backslash is itself, so that a name in its shown form (`\x0a`) can be typed as it stands; `[*]`
 * is a star. Takes no longer than the product of the two lengths. */
bool glob_match(const char *pattern, const char *text);

#endif
