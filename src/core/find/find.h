/* Searching a stream of blocks for a pattern: literal bytes, bytes with wildcards, values of a
 * view, text, regular expressions. Overlapping matches count. Pure: the caller supplies the blocks,
 * and repeats the end of each at the start of the next (find_overlap). */
#ifndef SHMLENS_CORE_FIND_FIND_H
#define SHMLENS_CORE_FIND_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/progress.h"
#include "core/view.h"

struct find; /* a compiled pattern; opaque */

/* The longest regular expression match guaranteed to be found across block borders, in bytes. */
enum { FIND_REGEX_SPAN = 4096, FIND_LITERAL_MAX = 65536, FIND_WHY_MAX = 200 };

/* Compiles the UI's syntax: plain text (UTF-8), `i:text` (letters of ASCII match in both cases),
 * `x:de ad ?? ef`, `u32:100`, `f64:1.5`, `u16:text`, `r:regex`. Any view name may stand before the
 * colon; a value in that view is a literal of its bytes. `?` in `x:` and `hex:` is any nibble, but
 * not all may be wild. `u16:TEXT` (and u16le/u16be) is the text in UTF-16 unless TEXT parses as a
 * number. `i:` may stand before a text view: `i:u16:text`. A text whose prefix is not a view name
 * is plain text including its colon. NULL and `why` (printable) on error. The caller frees. */
MUST_USE struct find *find_compile(const char *pattern, char why[FIND_WHY_MAX]);

/* The pattern as a value of one view (`find LOCATOR PATTERN --as VIEW`). */
MUST_USE struct find *find_compile_view(const struct view *v, const char *value,
                                        char why[FIND_WHY_MAX]);

/* PCRE2 on bytes: `.` matches any byte but newline, no UTF mode, `(?s)` and the like as in PCRE2.
 */
MUST_USE struct find *find_compile_regex(const char *regex, char why[FIND_WHY_MAX]);

/* A literal of n bytes. */
MUST_USE struct find *find_compile_bytes(const uint8_t *bytes, size_t n, char why[FIND_WHY_MAX]);

void find_free(struct find *f);

/* Bytes of a match; 0 if it varies (regex). */
size_t find_length(const struct find *f);

/* How many bytes at the end of a block must be repeated at the start of the next one, which starts
 * at block + n - find_overlap (at block, if n is smaller). */
size_t find_overlap(const struct find *f);

/* Bytes that a regular expression may examine before a match (`^`, `\b`, look-behind); 0 for
 * literals. A block that does not start the segment must be preceded by this many bytes before the
 * overlap, with `from` set to their number; otherwise its start looks like the start of the
 * segment. */
size_t find_context(const struct find *f);

/* A regular expression has exceeded its limits since it was compiled: some position takes too many
 * steps. Nothing more is found, there or after it. */
bool find_gave_up(const struct find *f);

/* A regular expression yields to `p` every few milliseconds (with no position). If that says to
 * stop, find_next and find_prev return SIZE_MAX at once, and find_stopped is true until this is
 * called again. NULL: it never yields. */
void find_progress(struct find *f, const struct progress *p);
bool find_stopped(const struct find *f);

/* The next match in block[from, n): its start, or SIZE_MAX; `*length` is the match's. `last`: no
 * block follows. A regex match that starts in the last find_overlap bytes of a block that is not
 * the last is left to the next block, which sees more of it, so that no match is reported twice.
 * Empty matches are not reported. To continue, call again with from = start + 1. Literals are found
 * at memory speed: search for the rarest byte, then compare. */
size_t find_next(struct find *f, const uint8_t *block, size_t n, size_t from, bool last,
                 size_t *length);

/* The last match that starts in block[0, before); SIZE_MAX: none. The block's end counts as the end
 * of the segment, so include find_overlap bytes after `before` if there are that many. */
size_t find_prev(struct find *f, const uint8_t *block, size_t n, size_t before, size_t *length);

/* A literal: its bytes (the pattern's own; wild bits are 0), which bits of them count (NULL: all),
 * and the indices of the two that are rarest in typical data. False: not a literal. */
bool find_literal_bytes(const struct find *f, const uint8_t **bytes, const uint8_t **mask,
                        size_t *n, size_t rare[2]);

/* What each match of a regular expression begins with, in the form of find_literal_bytes, where
 * that is rare enough to be looked for first: at other places nothing starts. False: that is not
 * known.
 */
bool find_begins(const struct find *f, const uint8_t **bytes, const uint8_t **mask, size_t *n,
                 size_t rare[2]);

/* Can the pattern match within a run of zero bytes? (Otherwise holes are skipped.) */
bool find_matches_zero(const struct find *f);

#endif
