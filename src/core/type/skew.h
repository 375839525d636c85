/* Do two programs mean the same by a type of one name? Pure.
 *
 * Two programs that were built from different versions of a header, or by compilers that lay out
 * differently, disagree about a struct in silence. Both layouts are flattened to leaves (the first
 * elements of an array stand for all), which are compared by path: kind, size, offset and bits.
 * Names of scalar types are not compared, for compilers spell them differently. A struct that one
 * member fills is what is in it, under its own name: C has it as a struct of a struct, and what C++
 * and Rust say of it is read so already (types/dwarf.h). */
#ifndef SHMLENS_CORE_TYPE_SKEW_H
#define SHMLENS_CORE_TYPE_SKEW_H

#include "core/type/type.h"

enum { SKEW_PATH_MAX = 256, SKEW_LEAVES = 16384 };

struct type_skew {
    uint64_t size[2]; /* of the types, bytes */
    uint32_t leaves;  /* of both, each path once */
    uint32_t differ;  /* of them */
    bool cut;         /* there are more leaves than are compared */
    /* The first that differs, in the order of the first type, then of the second: */
    char path[SKEW_PATH_MAX]; /* without the members of such wrappers */
    bool has[2];              /* it exists */
    uint64_t offset[2], bytes[2];
    uint8_t bit[2];
    uint16_t bits[2];
    char type[2][64]; /* as C writes it */
};

/* Where a field that differs is in one of the two: `0xc+4`, `0x10.3:5` of a bitfield, `none`. */
enum { SKEW_PLACE_MAX = 48 };
void type_skew_place(const struct type_skew *skew, int which, char out[SKEW_PLACE_MAX]);

/* *skew is filled either way. False: out of memory. They agree when `differ` is 0 and the sizes are
 * equal. */
MUST_USE bool type_skew(const struct types *a, type_id x, const struct types *b, type_id y,
                        struct type_skew *skew);

/* The same, and calls `each` with every field that differs, by path: `one` has path, has, offset,
 * bytes, bit, bits and type of it. */
MUST_USE bool type_skew_each(const struct types *a, type_id x, const struct types *b, type_id y,
                             struct type_skew *skew,
                             void (*each)(void *ctx, const struct type_skew *one), void *ctx);

#endif
