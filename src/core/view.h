/* How bytes are read as values: one table, in which every row has an exact inverse. */
#ifndef SHMLENS_CORE_VIEW_H
#define SHMLENS_CORE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/bytes.h"
#include "core/text.h"

enum view_kind {
    VIEW_HEX,
    VIEW_UNSIGNED,
    VIEW_SIGNED,
    VIEW_FLOAT,
    VIEW_POINTER,
    VIEW_BITS,
    VIEW_TEXT
};

struct view {
    const char *name; /* `u32le`: canonical, with the byte order if there is one */
    enum view_kind kind;
    uint8_t unit;           /* bytes of one value: 1, 2, 4, 8 */
    bool big;               /* most significant byte first */
    enum text_encoding enc; /* VIEW_TEXT only */
    uint8_t columns;        /* columns of the widest formatted unit (0 for text) */
    const char *help;       /* a few words for lists of views */
};

/* Every view once, in the order `v` cycles through; `*count` rows. */
const struct view *view_table(size_t *count);

/* By name: `hex`, `u32le`, `u32` and `utf16` (the machine's order), `u8le` (u8), ...; NULL: no such
 * view. */
const struct view *view_find(const char *name);

/* The view of text in an encoding, which also has its name. */
const struct view *view_text(enum text_encoding enc);

/* The same kind and unit in the other byte order; itself if it has no order. */
const struct view *view_swapped(const struct view *v);

/* Formats one unit at p (v->unit bytes). Floats: the shortest form that reads back. ptr: 0x and 16
 * digits. bits: 8 binary digits. hex: two lower-case digits. Not for text views. Returns the
 * length; buf holds VIEW_UNIT_MAX. */
enum { VIEW_UNIT_MAX = 40 };
size_t view_format(const struct view *v, const uint8_t *p, char buf[VIEW_UNIT_MAX]);

/* The exact inverse. `s` is one value (numbers; for signed ones 0x, 0b and 0o may name the bit
 * pattern; ptr: hex with or without 0x; bits: 8 binary digits, or a number with 0b, 0o or 0x), any
 * run of hex digits with blanks between bytes (`de ad be ef`, `deadbeef`, `0xde 0xad`), or UTF-8
 * text (text views; empty text is 0 bytes). Writes at most cap bytes to out and their number to
 * `*size`. NULL on success, else a sentence fragment for the user ("256 does not fit u8", "odd
 * number of hex digits"), and out is unchanged. The fragment is stored in `why` (VIEW_WHY_MAX
 * bytes, supplied by the caller) and is printable. */
enum { VIEW_WHY_MAX = 160 };
MUST_USE const char *view_parse(const struct view *v, const char *s, uint8_t *out, size_t cap,
                                size_t *size, char why[VIEW_WHY_MAX]);

/* The value of a unit as an unsigned number of up to 8 bytes, sign-extended for signed kinds. */
uint64_t view_bits(const struct view *v, const uint8_t *p);

/* Compares two units as the view sees them: <0, 0, >0; NaN is unequal to everything (2). */
int view_compare(const struct view *v, const uint8_t *a, const uint8_t *b);

#endif
