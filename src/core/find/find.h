/* Finding a pattern in a stream of blocks: literal bytes, bytes with wildcards, values of a view,
 * text, regular expressions. Overlapping matches count. Pure: the caller feeds blocks. */
#ifndef SHMLENS_CORE_FIND_FIND_H
#define SHMLENS_CORE_FIND_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/progress.h"
#include "core/view.h"

struct find; /* a compiled pattern; opaque */

/* Longest match of a regular expression that is found for sure across block borders, in bytes. */
enum { FIND_REGEX_SPAN = 4096, FIND_LITERAL_MAX = 65536, FIND_WHY_MAX = 200 };

/* Compiles the UI's syntax: plain text (UTF-8), `x:de ad ?? ef`, `u32:100`, `f64:1.5`, `u16:text`,
 * `r:regex`. `utf16le:text`, any view name before the colon; a value in its view is a
 * literal of its bytes; `?` in `x:` and `hex:` is any nibble, but not all may be wild. `u16:TEXT`
 * (and u16le/u16be) is the text in UTF-16 unless TEXT parses as a number. A text whose prefix is no
 * view name is plain text with its colon. NULL and `why` (printable) on error. The caller frees. */
MUST_USE struct find *find_compile(const char *pattern, char why[FIND_WHY_MAX]);

/* The pattern as a value of one view (`find LOCATOR PATTERN --as VIEW`). */
MUST_USE struct find *find_compile_view(const struct view *v, const char *value,
                                        char why[FIND_WHY_MAX]);

/* PCRE2, on bytes: `.` matches any byte but newline, no UTF mode, `(?s)` and friends as PCRE2 has
 * them. */
MUST_USE struct find *find_compile_regex(const char *regex, char why[FIND_WHY_MAX]);

/* A literal of n bytes. */
MUST_USE struct find *find_compile_bytes(const uint8_t *bytes, size_t n, char why[FIND_WHY_MAX]);

void find_free(struct find *f);

/* Bytes of a match, 0 when it varies (regex). */
size_t find_length(const struct find *f);

/* How many bytes of the end of a block must be presented again at the start of the next one: the
 * next block starts at block + n - find_overlap (at block, when n is smaller). */
size_t find_overlap(const struct find *f);

/* Bytes that a regular expression looks at in front of a match (`^`, `\b`, look-behind); 0 for
 * literals. A block that does not start the segment is searched rightly when so many more bytes
 * are presented in front of the overlap and `from` is this number; without them its start looks
 * like the start of the segment. */
size_t find_context(const struct find *f);

/* A regular expression ran into its limits since it was compiled: it takes too many steps at some
 * place. Nothing is found any more, there or behind. */
bool find_gave_up(const struct find *f);

/* A regular expression yields to `p` every few milliseconds (with no position). When that gives up,
 * find_next and find_prev return SIZE_MAX at once, and find_stopped says why, until this is called
 * again. NULL: it never yields. */
void find_progress(struct find *f, const struct progress *p);
bool find_stopped(const struct find *f);

/* Next match in block[from, n): its start, or SIZE_MAX; `*length` is the match's. `last`: no block
 * follows. A regex match that starts in the last find_overlap bytes of a block that is not the last
 * is left to the next block, which sees more of it: so no match is reported twice. Matches of no
 * length are not reported. To go on, call again with from = start + 1. Literals run at memory
 * speed: search by the rarest byte, then compare. */
size_t find_next(struct find *f, const uint8_t *block, size_t n, size_t from, bool last,
                 size_t *length);

/* Last match that starts in block[0, before); SIZE_MAX: none. The block's end counts as the end
 * of the segment: present find_overlap bytes behind `before` where there are so many. */
size_t find_prev(struct find *f, const uint8_t *block, size_t n, size_t before, size_t *length);

/* A literal without wild bits: its bytes (the pattern's own), and the indices of the two that are
 * rarest in most data. False: it is none. */
bool find_literal_bytes(const struct find *f, const uint8_t **bytes, size_t *n, size_t rare[2]);

/* Can the pattern match inside a run of zero bytes? (Then holes must be looked at; else they are
 * skipped.) */
bool find_matches_zero(const struct find *f);

#endif
