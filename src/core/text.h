/* Text in memory and text on a screen: decoding with resynchronisation, encoding, width, and the
 * one escape that every byte of foreign origin passes through before it may reach a terminal or a
 * pipe. */
#ifndef SHMLENS_CORE_TEXT_H
#define SHMLENS_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum text_encoding {
    TEXT_ASCII,
    TEXT_LATIN1,
    TEXT_UTF8,
    TEXT_UTF16LE,
    TEXT_UTF16BE,
    TEXT_UTF32LE,
    TEXT_UTF32BE,
    TEXT_CP1252, /* of Windows: western Europe, */
    TEXT_CP1251, /* Cyrillic, */
    TEXT_CP932,  /* Japanese (Shift JIS) */
    TEXT_ENCODINGS
};

/* One decoded character, or one invalid unit. */
struct text_char {
    uint32_t cp;  /* the code point; undefined when !valid */
    uint8_t size; /* bytes it takes, 1 to 4; for an invalid sequence what must be skipped to
                     resynchronise */
    bool valid; /* false: overlong, surrogate, truncated, stray continuation, unpaired surrogate, >
                   U+10FFFF */
    bool cut;   /* invalid only because the buffer ends here: more bytes might make it valid */
};

/* Decodes the character at p (n >= 1 bytes are available). Always 1 <= size <= n (for UTF-16 and
 * UTF-32 with fewer bytes than a unit: size n, cut). Maximal-subpart resynchronisation (Unicode 15,
 * section 3.9, table 3-8). */
struct text_char text_decode(enum text_encoding enc, const uint8_t *p, size_t n);

/* Bytes of `cp` in `enc` into out (at most 4); 0 if the encoding cannot hold it (surrogates never).
 */
MUST_USE size_t text_encode(enum text_encoding enc, uint32_t cp, uint8_t out[4]);

/* Bytes of one code unit: 1, 2 or 4. */
size_t text_unit(enum text_encoding enc);

/* Columns as terminals count them: 0 for what is drawn onto the character before it (nonspacing and
 * enclosing marks, Hangul vowels and finals), otherwise 1 or 2 (utf8proc; East Asian ambiguous and
 * spacing marks are 1). For printable cp only. */
int text_width(uint32_t cp);

/* May this code point be sent to a terminal as is? False for C0/C1 controls, DEL, surrogates,
 * noncharacters, unassigned, private use, line and paragraph separators, every bidi control, other
 * format characters (zero width joiner, soft hyphen, tags and variation selectors stay invisible:
 * false), U+FEFF. */
bool text_printable(uint32_t cp);

/* Escapes n raw bytes as UTF-8 for people: printable UTF-8 stays, a backslash becomes `\\`, each
 * other byte `\xNN` (lower case). Writes at most cap bytes including the NUL, never half an escape
 * or character; returns the length of the full result (without NUL), like snprintf. */
size_t text_escape(char *out, size_t cap, const void *bytes, size_t n);

/* As text_escape, but newline, tab and backslash stay (for contents, not names). */
size_t text_escape_content(char *out, size_t cap, const void *bytes, size_t n);

/* Order for people: bytewise, but runs of digits by the number that they are (`a2` before `a10`). 0
 * only where the two are the same. */
int text_natural(const char *a, const char *b);

/* Bytes of UTF-8 that fit into `most`: whole characters, for `%.*s`. */
int text_fit(const char *text, size_t most);

/* The last part of a path: what is after its last slash. */
const char *text_last_part(const char *path);

int text_hex_digit(char c); /* its value; -1: not a hex digit */

/* Undoes text_escape: `\\` and `\xNN` (either case) become a byte, any other backslash is literal.
 * A `\x00` is refused. Returns the length, or SIZE_MAX if it does not fit cap or holds a NUL.
 * NUL-terminates. */
MUST_USE size_t text_unescape(char *out, size_t cap, const char *s);

/* Escaped copy of a NUL-terminated raw name in a malloc'd string (the caller frees); NULL: out of
 * memory. */
MUST_USE char *text_escaped(const char *raw);

#endif
