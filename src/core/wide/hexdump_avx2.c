/* Whole rows of a dump with the vectors of x86: a byte shuffle looks sixteen digits up at once, and
 * others put blanks between them. Compiled with -mavx2, where CMake finds that it may be. */
#include <immintrin.h>
#include <string.h>

#include "core/hexdump_rows.h"

/* The digits of the low half of each byte. */
static inline __m128i digits(__m128i nibbles)
{
    const __m128i table = _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b',
                                        'c', 'd', 'e', 'f');
    return _mm_shuffle_epi8(table, _mm_and_si128(nibbles, _mm_set1_epi8(15)));
}

static inline void store(char *q, __m128i v)
{
    memcpy(q, &v, sizeof v);
}

static inline void store_half(char *q, __m128i v)
{
    memcpy(q, &v, 8);
}

/* `de ad be ef 01 23 45 67  ` of sixteen digits: 25 characters. */
static inline void spaced(char *q, __m128i pairs)
{
    const __m128i first = _mm_setr_epi8(0, 1, -1, 2, 3, -1, 4, 5, -1, 6, 7, -1, 8, 9, -1, 10);
    const __m128i rest =
        _mm_setr_epi8(11, -1, 12, 13, -1, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m128i first_blanks =
        _mm_setr_epi8(0, 0, ' ', 0, 0, ' ', 0, 0, ' ', 0, 0, ' ', 0, 0, ' ', 0);
    const __m128i rest_blanks = _mm_setr_epi8(0, ' ', 0, 0, ' ', 0, 0, ' ', 0, 0, 0, 0, 0, 0, 0, 0);
    store(q, _mm_or_si128(_mm_shuffle_epi8(pairs, first), first_blanks));
    store_half(q + 16, _mm_or_si128(_mm_shuffle_epi8(pairs, rest), rest_blanks));
    q[24] = ' ';
}

static inline __m128i printable(__m128i v)
{
    __m128i shown = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(0x1f)),
                                  _mm_cmplt_epi8(v, _mm_set1_epi8(0x7f)));
    return _mm_blendv_epi8(_mm_set1_epi8('.'), v, shown);
}

/* The offset, eight digits. */
static inline void put_offset(char *q, uint32_t offset)
{
    __m128i v = _mm_cvtsi32_si128((int)__builtin_bswap32(offset));
    store_half(q, _mm_unpacklo_epi8(digits(_mm_srli_epi16(v, 4)), digits(v)));
}

char *hexdump_rows_avx2(char *q, uint32_t offset, const uint8_t *p, size_t rows)
{
    for (size_t i = 0; i < rows; i++, offset += 16, p += 16) {
        __m128i v;
        memcpy(&v, p, sizeof v);
        __m128i high = digits(_mm_srli_epi16(v, 4)), low = digits(v);
        put_offset(q, offset);
        memcpy(q + 8, "  ", 2);
        spaced(q + 10, _mm_unpacklo_epi8(high, low));
        spaced(q + 35, _mm_unpackhi_epi8(high, low));
        q[60] = '|';
        store(q + 61, printable(v));
        memcpy(q + 77, "|\n", 2);
        q += 79;
    }
    return q;
}
