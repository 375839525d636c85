/* A set of types as bytes, and back: how types come out of the process that reads debug
 * information. Pure.
 *
 * A pack has what a set holds beyond the names that every program has: names, types, members,
 * enumerators. Numbers are little-endian; a type is known by its number in the set, a name by its
 * place in the pack. It is made and read by one and the same program, so its form may change
 * freely; but whoever reads one believes nothing of it: every number, name and size is checked, and
 * that aliases lead to earlier types and contents to ones less deep, so that whatever walks over
 * the set comes to an end. */
#ifndef SHMLENS_CORE_TYPE_PACK_H
#define SHMLENS_CORE_TYPE_PACK_H

#include "core/type/type.h"

/* The pack of a set: *n bytes that the caller frees. NULL: out of memory. */
MUST_USE uint8_t *types_pack(const struct types *t, size_t *n);

/* A new set in *out, which the caller frees. Otherwise what is wrong with the pack, and *out is
 * NULL. The ids are those of the set that was packed; structs, unions, enums and typedefs are found
 * by their names. */
MUST_USE const char *types_unpack(const uint8_t *pack, size_t n, const struct type_abi *abi,
                                  struct types **out);

#endif
