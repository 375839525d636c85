/* Types from text: C declarations, and the lines of layout files. Pure.
 *
 * What is understood is what a compiler would lay out: struct, union, enum and typedef with nested
 * and anonymous members, arrays with constant expressions, bitfields, pointers, functions, the
 * attributes `packed` and `aligned`, `_Alignas`, `#pragma pack`, `#define` without arguments, and
 * conditional lines. `#include` is skipped: the names of stdint.h and its kin are known. No bodies,
 * no C++. Beside them a layout file has lines of its own:
 *
 *     abi ilp32                                           as compilers of that system lay out
 *     at GLOB OFFSET: TYPE [N] size BYTES when CONDITION  where a type lies
 *     for TYPE.FIELD: HINT                                what a field means
 *
 * A file is parsed in one pass by recursive descent over tokens (lex.h), which expand macros on the
 * way. A struct is laid out when its closing brace and attributes have been read (abi.h). Lines
 * with `for` are applied at the end, when every type is known. Everything that grows with the input
 * is bounded: nesting, macro expansion, members, names, sizes. */
#ifndef SHMLENS_CORE_TYPE_PARSE_H
#define SHMLENS_CORE_TYPE_PARSE_H

#include "core/type/type.h"

enum { TYPE_FILE_MAX = 16 << 20 };

/* Adds the declarations of a text to the set. False: `why` is `FILE:LINE: what`, printable (`file`
 * is escaped there), and the set must not be used any more. */
MUST_USE bool types_parse(struct types *t, const char *file, const char *text, size_t n,
                          char why[TYPE_WHY_MAX]);

/* The names that every program has. */
MUST_USE bool types_parse_common(struct types *t, char why[TYPE_WHY_MAX]);

#endif
