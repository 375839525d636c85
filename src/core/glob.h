/* Shell patterns over names. Pure. */
#ifndef SHMLENS_CORE_GLOB_H
#define SHMLENS_CORE_GLOB_H

#include <stdbool.h>

/* Does the whole text match? `*` is any run of characters, `?` one character, `[a-z]` one of a set,
 * `[!a-z]` one not in it; a `[` without a `]` is literal. Sets are of single bytes. A backslash is
 * literal, so that a name in its shown form (`\x0a`) can be typed as is; `[*]` is a star. Takes
 * time at most proportional to the product of the two lengths. */
bool glob_match(const char *pattern, const char *text);

#endif
