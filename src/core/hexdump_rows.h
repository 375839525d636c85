/* Whole rows of a dump, many at once. */
#ifndef SHMLENS_CORE_HEXDUMP_ROWS_H
#define SHMLENS_CORE_HEXDUMP_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* `rows` rows of 16 bytes with offsets below 2^32; returns where they end. */
typedef char *hexdump_rows_fn(char *q, uint32_t offset, const uint8_t *p, size_t rows);
hexdump_rows_fn hexdump_rows_plain;
hexdump_rows_fn hexdump_rows_avx2; /* where it is built (SHMLENS_AVX2) and the processor has it */

#endif
