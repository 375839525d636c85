/* Finding, against a search that tries every place; whole buffers and in blocks fed as find.h says.
 */
#include <string.h>

#include "core/find/find.h"
#include "support/random.h"
#include "support/suite.h"

enum { BUFFER_MAX = 20000 };

static char why[FIND_WHY_MAX];

/* A literal with masks, and the obvious way to look for it. */
struct pattern {
    uint8_t value[64], mask[64];
    size_t size;
};

static bool naive_at(const struct pattern *p, const uint8_t *at)
{
    for (size_t i = 0; i < p->size; i++)
        if ((at[i] & p->mask[i]) != p->value[i])
            return false;
    return true;
}

/* Start of the first match at or after `from`; SIZE_MAX: none. */
static size_t naive_next(const struct pattern *p, const uint8_t *buffer, size_t n, size_t from)
{
    for (; from + p->size <= n; from++)
        if (naive_at(p, buffer + from))
            return from;
    return SIZE_MAX;
}

/* Every match of f in the buffer fed in blocks of `block` new bytes is the naive one. */
static void same_in_blocks(struct find *f, const struct pattern *p, const uint8_t *buffer, size_t n,
                           size_t block)
{
    size_t overlap = find_overlap(f), expected = naive_next(p, buffer, n, 0);
    for (size_t start = 0;;) {
        size_t length = 0, here = start + overlap + block < n ? overlap + block : n - start;
        bool last = start + here == n;
        for (size_t from = 0;;) {
            size_t at = find_next(f, buffer + start, here, from, last, &length);
            if (at == SIZE_MAX)
                break;
            if (start + at != expected || length != p->size)
                ck_abort_msg("%zu found at %zu, not %zu", length, start + at, expected);
            expected = naive_next(p, buffer, n, expected + 1);
            from = at + 1;
        }
        if (last)
            break;
        start += here - overlap;
    }
    ck_assert_uint_eq(expected, SIZE_MAX);
}

static void same_backwards(struct find *f, const struct pattern *p, const uint8_t *buffer, size_t n)
{
    size_t before = n, length = 0;
    for (size_t start = n; start-- > 0;) {
        if (start + p->size > n || !naive_at(p, buffer + start))
            continue;
        size_t found = find_prev(f, buffer, n, before, &length);
        if (found != start || length != p->size)
            ck_abort_msg("%zu found at %zu, not %zu", length, found, start);
        before = start;
    }
    ck_assert_uint_eq(find_prev(f, buffer, n, before, &length), SIZE_MAX);
}

/* A pattern over the letters of the buffer; `wild` of 10 nibbles are wild. */
static void draw_pattern(struct pattern *p, const uint8_t *letters, uint32_t count, uint32_t wild)
{
    p->size = 1 + draw(draw(3) ? 6 : 60);
    for (size_t i = 0; i < p->size; i++) {
        uint8_t high = draw(10) < wild ? 0 : 0xf0, low = draw(10) < wild ? 0 : 0x0f;
        p->mask[i] = high | low;
        p->value[i] = letters[draw(count)] & p->mask[i];
    }
    if (wild) { /* not all of it */
        p->mask[0] |= 0x0f;
        p->value[0] = (uint8_t)(p->value[0] & 0xf0) | (letters[0] & 0x0f);
    }
}

static struct find *compile_masked(const struct pattern *p)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 + 3 * 64 + 1] = "x:";
    size_t n = 2;
    for (size_t i = 0; i < p->size; i++) {
        text[n++] = p->mask[i] & 0xf0 ? digits[p->value[i] >> 4] : '?';
        text[n++] = p->mask[i] & 0x0f ? digits[p->value[i] & 15] : '?';
        if (draw(2))
            text[n++] = ' ';
    }
    text[n] = '\0';
    return find_compile(text, why);
}

/* Letters of few kinds, so that near misses and overlaps abound; sometimes mostly zeros. */
static void random_search(uint32_t wild)
{
    static uint8_t buffer[BUFFER_MAX];
    uint8_t letters[4];
    uint32_t count = 1 + draw(4), sparse = draw(2);
    struct pattern p;
    size_t n = draw(draw(2) ? 300 : BUFFER_MAX);
    for (uint32_t i = 0; i < 4; i++)
        letters[i] = draw(3) ? (uint8_t)draw(256) : 0;
    for (size_t i = 0; i < n; i++)
        buffer[i] = sparse && draw(20) ? 0 : letters[draw(count)];
    draw_pattern(&p, letters, count, wild);
    if (n > p.size && draw(2)) { /* one surely */
        size_t at = draw((uint32_t)(n - p.size));
        for (size_t i = 0; i < p.size; i++)
            buffer[at + i] = (uint8_t)(p.value[i] | (buffer[at + i] & ~p.mask[i]));
    }
    struct find *f = wild ? compile_masked(&p) : find_compile_bytes(p.value, p.size, why);
    ck_assert_msg(f != NULL, "%s", why);
    ck_assert_uint_eq(find_length(f), p.size);
    same_in_blocks(f, &p, buffer, n, BUFFER_MAX);
    same_in_blocks(f, &p, buffer, n, 1 + draw(400));
    if (n < 1000)
        same_backwards(f, &p, buffer, n);
    find_free(f);
}

TEST_LOOP(literals, 10)
{
    seed = (uint64_t)_i * 77 + 5;
    for (int k = 0; k < 40; k++)
        random_search(0);
}

TEST_LOOP(wildcards, 10)
{
    seed = (uint64_t)_i * 99 + 3;
    for (int k = 0; k < 40; k++)
        random_search(1 + (uint32_t)k % 9);
}

/* The first probe hits everywhere in vain: the search changes its way, and finds the needle. */
TEST(common_bytes)
{
    static uint8_t buffer[1 << 20];
    static const char *const patterns[] = {"x:0000000000000001", "x:0100000000000000", "x:01 ?? 01",
                                           "x:0? 01 0?", "u64:72057594037927936"};
    for (size_t fill = 0; fill < 2; fill++)
        for (size_t k = 0; k < sizeof patterns / sizeof patterns[0]; k++) {
            struct find *f = find_compile(patterns[k], why);
            struct pattern p = {.size = find_length(f)};
            size_t length, needle = sizeof buffer - 1000;
            for (size_t i = 0; i < sizeof buffer; i++)
                buffer[i] = fill ? (uint8_t)(i & 1 ? 1 : 2) : 0;
            memset(buffer + needle, 1, 8);
            memset(buffer + needle + 8, 0, 8);
            memset(buffer + needle + 16, 1, 8);
            ck_assert_ptr_nonnull(f);
            size_t at = find_next(f, buffer, sizeof buffer, 0, true, &length);
            ck_assert_uint_lt(at, needle + 24);
            ck_assert_uint_eq(length, p.size);
            ck_assert_uint_eq(find_next(f, buffer, needle > at ? at : needle, 0, true, &length),
                              SIZE_MAX);
            find_free(f);
        }
}

TEST(long_literals)
{
    static uint8_t bytes[FIND_LITERAL_MAX + 1], buffer[3 * FIND_LITERAL_MAX];
    size_t length;
    seed = 1;
    for (size_t i = 0; i < sizeof buffer; i++)
        buffer[i] = (uint8_t)draw(2);
    memcpy(bytes, buffer + 70001, FIND_LITERAL_MAX);
    ck_assert_ptr_null(find_compile_bytes(bytes, FIND_LITERAL_MAX + 1, why));
    ck_assert_ptr_null(find_compile_bytes(bytes, 0, why));
    struct find *f = find_compile_bytes(bytes, FIND_LITERAL_MAX, why);
    ck_assert_uint_eq(find_next(f, buffer, sizeof buffer, 0, true, &length), 70001);
    ck_assert_uint_eq(find_next(f, buffer, 1000, 0, true, &length), SIZE_MAX);
    ck_assert_uint_eq(find_next(f, buffer, 0, 0, true, &length), SIZE_MAX);
    ck_assert_uint_eq(find_prev(f, buffer, sizeof buffer, SIZE_MAX, &length), 70001);
    find_free(f);
}

SUITE(test_core_find, TESTS(literals, wildcards, common_bytes, long_literals));
