#include "core/hexdump.h"

#include <stdbool.h>
#include <string.h>

#include "core/hexdump_rows.h"

/* `de ` for every byte; entries have four bytes so that they can be copied as words. */
#define HEX_ROW(h)                                                                          \
    h "0 ", h "1 ", h "2 ", h "3 ", h "4 ", h "5 ", h "6 ", h "7 ", h "8 ", h "9 ", h "a ", \
        h "b ", h "c ", h "d ", h "e ", h "f "
static const char byte_text[256][4] = {HEX_ROW("0"), HEX_ROW("1"), HEX_ROW("2"), HEX_ROW("3"),
                                       HEX_ROW("4"), HEX_ROW("5"), HEX_ROW("6"), HEX_ROW("7"),
                                       HEX_ROW("8"), HEX_ROW("9"), HEX_ROW("a"), HEX_ROW("b"),
                                       HEX_ROW("c"), HEX_ROW("d"), HEX_ROW("e"), HEX_ROW("f")};
static const char digits[] = "0123456789abcdef";

static char shown(uint8_t byte)
{
    return (char)(byte >= 0x20 && byte < 0x7f ? byte : '.');
}

char *hexdump_offset(char *q, uint64_t offset)
{
    int n = 8;
    while (n < 16 && offset >> (4 * n) != 0)
        n++;
    for (int i = n - 1; i >= 0; i--)
        *q++ = digits[(offset >> (4 * i)) & 15];
    return q;
}

static char *put_whole_row(char *q, uint64_t offset, const uint8_t *p)
{
    q = hexdump_offset(q, offset);
    *q++ = ' ';
    *q++ = ' ';
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 8; i++) { /* the fourth byte is overwritten by the next entry */
            memcpy(q, byte_text[p[8 * half + i]], 4);
            q += 3;
        }
        *q++ = ' ';
    }
    *q++ = '|';
    for (int i = 0; i < HEXDUMP_ROW; i++)
        *q++ = shown(p[i]);
    *q++ = '|';
    *q++ = '\n';
    return q;
}

static char *put_short_row(char *q, uint64_t offset, const uint8_t *p, size_t n)
{
    q = hexdump_offset(q, offset);
    *q++ = ' ';
    *q++ = ' ';
    for (size_t i = 0; i < HEXDUMP_ROW; i++) {
        memcpy(q, i < n ? byte_text[p[i]] : "   ", 3);
        q += 3;
        if (i % 8 == 7)
            *q++ = ' ';
    }
    *q++ = '|';
    for (size_t i = 0; i < n; i++)
        *q++ = shown(p[i]);
    *q++ = '|';
    *q++ = '\n';
    return q;
}

char *hexdump_row(char *q, uint64_t offset, const uint8_t *p, size_t n)
{
    return n == HEXDUMP_ROW ? put_whole_row(q, offset, p) : put_short_row(q, offset, p, n);
}

char *hexdump_rows_plain(char *q, uint32_t offset, const uint8_t *p, size_t rows)
{
    for (size_t i = 0; i < rows; i++, p += HEXDUMP_ROW, offset += HEXDUMP_ROW)
        q = put_whole_row(q, offset, p);
    return q;
}

/* The fastest that this processor can. */
static hexdump_rows_fn *rows_kernel(void)
{
#ifdef SHMLENS_AVX2
    if (__builtin_cpu_supports("avx2"))
        return hexdump_rows_avx2;
#endif
    return hexdump_rows_plain;
}

char *hexdump_rows(char *q, uint64_t offset, const uint8_t *p, size_t rows)
{
    bool narrow = offset <= UINT32_MAX && rows <= (UINT32_MAX - offset) / HEXDUMP_ROW;
    if (narrow)
        return rows_kernel()(q, (uint32_t)offset, p, rows);
    for (size_t i = 0; i < rows; i++, p += HEXDUMP_ROW, offset += HEXDUMP_ROW)
        q = put_whole_row(q, offset, p);
    return q;
}
