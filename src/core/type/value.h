/* Leaves as values: read, written as text for people and for JSON, and parsed back. Pure. */
#ifndef SHMLENS_CORE_TYPE_VALUE_H
#define SHMLENS_CORE_TYPE_VALUE_H

#include "core/type/tree.h"

enum type_value_kind {
    VALUE_BYTES, /* text, bytes, and what has no reading */
    VALUE_UNSIGNED,
    VALUE_SIGNED,
    VALUE_FLOAT,
    VALUE_BOOL,
};

struct type_value {
    enum type_value_kind kind;
    uint64_t bits; /* sign-extended when signed */
    double real;
};

/* What the leaf's bytes mean (p: leaf->size of them). */
void type_value_get(const struct type_source *s, const struct type_node *leaf, const uint8_t *p,
                    struct type_value *out);

/* Orders two values of one leaf: <0, 0, >0; NaN: 2. */
int type_value_compare(const struct type_value *a, const struct type_value *b);

/* The name that belongs to a value: of an enumerator, of flags `URGENT|LAST`, a time as
 * `2026-11-28 21:48:33Z`, of a process. Like snprintf; 0: there is none. */
size_t type_value_name(const struct type_source *s, const struct type_node *leaf, uint64_t bits,
                       char *out, size_t cap);

/* The leaf as peek prints it: `77123`, `"RINGv2"`, `RING_READY (2)`, `URGENT|LAST`, `true`,
 * `812 (ringd)`, `0x7f12a0200000 -> +0x200000`, `de ad be ef`. Like snprintf, ASCII and printable
 * UTF-8. TYPE_VALUE_MAX holds every leaf. */
enum { TYPE_VALUE_MAX = 6 * TYPE_TEXT_MAX + 16 };
size_t type_value_format(const struct type_source *s, const struct type_node *leaf,
                         const uint8_t *p, char *out, size_t cap);

/* Text up to its first NUL with the escapes of type_value_format, without the quotes. */
size_t type_value_text(enum text_encoding enc, const uint8_t *p, size_t n, char *out, size_t cap);
enum text_encoding type_value_encoding(const struct type_source *s, const struct type_node *leaf);

/* The inverse: a number, a name, text with or without quotes, `+0x40` for where a pointer or link
 * is to lead. Fills leaf->size bytes; those of a
 * text that it does not need become NUL. For a bitfield `mask` has the bits that count, else all.
 * False: `why`, printable. */
MUST_USE bool type_value_parse(const struct type_source *s, const struct type_node *leaf,
                               const char *text, uint8_t *out, uint8_t *mask,
                               char why[TYPE_WHY_MAX]);

/* How a bitfield is stored: the aligned word of 1, 2, 4 or 8 bytes that holds it, and which of its
 * bits. False: no such word lies in a segment of this size. */
struct type_store {
    uint64_t offset;
    uint32_t size;
    uint8_t value[8], mask[8];
};
MUST_USE bool type_value_store(const struct type_node *leaf, const uint8_t *value,
                               const uint8_t *mask, uint64_t segment, struct type_store *out);

#endif
