/* Segments as other programs leave them, byte by byte from the published facts, and what the
 * shipped layout must read there. */
#ifndef SHMLENS_TESTS_SUPPORT_LAYOUT_CASES_H
#define SHMLENS_TESTS_SUPPORT_LAYOUT_CASES_H

#include <stdint.h>

struct layout_case {
    const char *layout; /* its file, without `.layout` */
    const char *name;   /* of the segment, as it is shown */
    uint64_t size;      /* of the segment, bytes */
    /* Lines OFFSET KIND VALUE, KIND one of u8 u16 u32 u64 (negative numbers too), f32 f64, be16
     * be32, text utf16 utf32 (without a NUL). */
    const char *bytes;
    const char *lines; /* that peek prints among others */
    const char *sizes; /* lines TYPE SIZE: what was published */
    const char *type;  /* NULL: a line `at` finds it; else placed at 0 by this name */
    bool always;       /* it is known by its name alone */
};

/* Both end with a row without a layout. */
extern const struct layout_case layout_cases_linux[], layout_cases_windows[];

#endif
