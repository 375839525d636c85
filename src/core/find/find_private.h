/* Shared by the files of find: the compiled pattern, and the two matchers (literal, regular
 * expression). */
#ifndef SHMLENS_CORE_FIND_FIND_PRIVATE_H
#define SHMLENS_CORE_FIND_FIND_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/find/find.h"

/* One byte of the pattern that is searched for first, since few positions have it. */
struct probe {
    size_t at;     /* index in the pattern */
    uint8_t mask;  /* significant bits */
    uint8_t value; /* their value */
};

/* A literal, perhaps with wild bits. Owns its arrays. */
struct literal {
    uint8_t *value;        /* `size` bytes; wild bits are 0 */
    uint8_t *mask;         /* `size` bytes, significant bits; NULL: all */
    size_t size;           /* bytes, 1 to FIND_LITERAL_MAX */
    struct probe probe[2]; /* the rarest byte and the next rarest (equal if there is only one) */
    size_t filter_left; /* bytes still to search with both probes, because the first alone had too
                           many false hits */
};

struct regex; /* a compiled regular expression; opaque */

struct find {
    struct literal literal; /* size 0: a regular expression */
    struct regex *regex;    /* NULL: a literal */
};

/* Takes ownership of both arrays (also on failure); `mask` may be NULL. False: every bit is wild.
 */
bool literal_init(struct literal *l, uint8_t *value, uint8_t *mask, size_t size);

/* First match that starts in [from, end) and lies within block[0, n); SIZE_MAX: none. */
size_t literal_next(struct literal *l, const uint8_t *block, size_t n, size_t from, size_t end);

/* What each match begins with: these bits of so many bytes. 0: that is not known. */
enum { PREFIX_LONGEST = 64 };
size_t regex_prefix(const char *regex, uint8_t value[PREFIX_LONGEST], uint8_t mask[PREFIX_LONGEST]);

struct regex *regex_new(const char *pattern, char why[FIND_WHY_MAX]);
void regex_free(struct regex *r);

/* As literal_next; the match may end after `end`, up to n. */
size_t regex_next(struct regex *r, const uint8_t *block, size_t n, size_t from, size_t end,
                  size_t *length);
size_t regex_context(const struct regex *r);
bool regex_gave_up(const struct regex *r);
bool regex_stopped(const struct regex *r);
void regex_progress(struct regex *r, const struct progress *p);
bool regex_matches_zero(struct regex *r);
const struct literal *regex_begins(const struct regex *r); /* NULL: see find_begins */

#endif
