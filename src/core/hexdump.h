/* Rows in the form of hexdump -C. Pure. */
#ifndef SHMLENS_CORE_HEXDUMP_H
#define SHMLENS_CORE_HEXDUMP_H

#include <stddef.h>
#include <stdint.h>

enum { HEXDUMP_ROW = 16, HEXDUMP_ROW_MAX = 100 /* characters of a row, at most */ };

/* Writes the row of n (1 to HEXDUMP_ROW) bytes, with its newline and without a NUL; or only the
 * offset, at least 8 digits. Both return where it ends. */
char *hexdump_row(char *q, uint64_t offset, const uint8_t *p, size_t n);
char *hexdump_offset(char *q, uint64_t offset);

/* `rows` whole rows, fast. */
char *hexdump_rows(char *q, uint64_t offset, const uint8_t *p, size_t rows);

#endif
