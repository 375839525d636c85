/* core/hexdump: many rows at once are the rows one by one, whatever the processor can. */
#include <stdio.h>
#include <string.h>

#include "core/hexdump.h"
#include "core/hexdump_rows.h"
#include "support/suite.h"

enum { ROWS = 70, SIZE = ROWS * HEXDUMP_ROW };

static void fill(uint8_t *p, size_t n)
{
    uint32_t x = 12345;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = i < 256 ? (uint8_t)i : (uint8_t)(x >> 24);
    }
}

/* What the rows must be, by snprintf. */
static size_t expected(char *to, uint64_t offset, const uint8_t *p, size_t rows)
{
    char *q = to;
    for (size_t row = 0; row < rows; row++, p += HEXDUMP_ROW, offset += HEXDUMP_ROW) {
        q += snprintf(q, HEXDUMP_ROW_MAX, "%08llx  ", (unsigned long long)offset);
        for (int i = 0; i < HEXDUMP_ROW; i++)
            q += snprintf(q, HEXDUMP_ROW_MAX, "%02x %s", p[i], i % 8 == 7 ? " " : "");
        *q++ = '|';
        for (int i = 0; i < HEXDUMP_ROW; i++)
            *q++ = p[i] >= ' ' && p[i] <= '~' ? (char)p[i] : '.';
        q += snprintf(q, HEXDUMP_ROW_MAX, "|\n");
    }
    return (size_t)(q - to);
}

TEST(rows_at_once)
{
    static const uint64_t offsets[] = {0,           0x10,         0xabcdef0,
                                       0xfffffb90,  0xfffffba0,   0xfffffff0,
                                       0x100000000, 0xffffffffff, UINT64_MAX - SIZE + 1};
    static uint8_t bytes[SIZE];
    static char want[ROWS * HEXDUMP_ROW_MAX], have[ROWS * HEXDUMP_ROW_MAX];
    fill(bytes, sizeof bytes);
    for (size_t i = 0; i < COUNT(offsets); i++) {
        size_t n = expected(want, offsets[i], bytes, ROWS);
        ck_assert_uint_eq((size_t)(hexdump_rows(have, offsets[i], bytes, ROWS) - have), n);
        ck_assert_mem_eq(have, want, n);
        n = expected(want, offsets[i], bytes, 1);
        ck_assert_uint_eq((size_t)(hexdump_row(have, offsets[i], bytes, HEXDUMP_ROW) - have), n);
        ck_assert_mem_eq(have, want, n);
    }
    size_t n = expected(want, 0x1230, bytes, ROWS);
    ck_assert_uint_eq((size_t)(hexdump_rows_plain(have, 0x1230, bytes, ROWS) - have), n);
    ck_assert_mem_eq(have, want, n);
    ck_assert_ptr_eq(hexdump_rows(have, 0, bytes, 0), have);
}

SUITE(test_core_hexdump, TESTS(rows_at_once));
