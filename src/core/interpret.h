/* The bytes at the cursor in every interpretation, for the inspector panel. Pure. */
#ifndef SHMLENS_CORE_INTERPRET_H
#define SHMLENS_CORE_INTERPRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INSPECT_ROWS = 23, INSPECT_VALUE_MAX = 64, INSPECT_BYTES = 16 };

/* One line: a label and its value, printable UTF-8. */
struct inspect_row {
    char label[12];
    char value[INSPECT_VALUE_MAX];
};

struct inspect {
    struct inspect_row row[INSPECT_ROWS];
    int count;
};

/* Fills rows for n <= INSPECT_BYTES bytes at p (fewer near the end; rows that need more are
 * absent): hex, bits, u8 i8 u16 i16 u32 i32 u64 i64 f32 f64 in the given order (big), then in the
 * other one, labelled `be u16` or `le u16`; `time (s)`, `time (ms)`, `time (us)` or `time (ns)`:
 * the time since 1970 as UTC in the given order, in the unit that makes it a date from 1990 to
 * 2099, else 32 bits of seconds; `utf8` and `utf16`: the character with its code point, `invalid`,
 * or `cut off`. */
void inspect_fill(struct inspect *in, const uint8_t *p, size_t n, bool big);

#endif
