/* Pieces of a segment whose bytes lie one after the other. */
#include <string.h>

#include "core/spans.h"
#include "support/random.h"
#include "support/suite.h"

enum { ROOM = 4096 };

static struct span_list list;

static void cover(const uint64_t (*piece)[2], size_t n, uint32_t gap)
{
    struct span some[SPANS_MAX];
    for (size_t i = 0; i < n; i++)
        some[i] = (struct span){piece[i][0], (uint32_t)piece[i][1], 0};
    spans_cover(&list, some, n, gap, ROOM);
}

TEST(pieces_that_touch_become_one)
{
    static const uint64_t piece[][2] = {{100, 8}, {0, 4}, {4, 4}, {106, 10}, {120, 1}};
    cover(piece, 5, 0);
    ck_assert_uint_eq(list.count, 3);
    ck_assert_uint_eq(list.at[1].offset, 100);
    ck_assert_uint_eq(list.at[1].length, 16);
    ck_assert_uint_eq(spans_index(&list, 3), 3);
    ck_assert_uint_eq(spans_index(&list, 8), SIZE_MAX);
    ck_assert_uint_eq(spans_index(&list, 100), 8);
    ck_assert_uint_eq(spans_index(&list, 120), 24);
    ck_assert_uint_eq(spans_length(&list), 25);
    cover(piece, 5, 4);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_uint_eq(spans_index(&list, 118), 26);
}

TEST(what_does_not_fit_is_left_out)
{
    static const uint64_t piece[][2] = {{0, 4000}, {8000, 200}, {9000, 50}};
    cover(piece, 3, 0);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_uint_eq(spans_index(&list, 8000), SIZE_MAX);
    ck_assert_uint_eq(spans_index(&list, 9049), 4049);
    ck_assert(!spans_append(&list, 8999, 1, ROOM));
    ck_assert(!spans_append(&list, 9050, 0, ROOM));
    ck_assert(spans_append(&list, 9050, 1, ROOM));
}

TEST(the_last_bytes_of_all_offsets)
{
    static const uint64_t piece[][2] = {{UINT64_MAX - 7, 8}};
    cover(piece, 1, 64);
    ck_assert_uint_eq(spans_index(&list, UINT64_MAX), 7);
    ck_assert_uint_eq(spans_index(&list, 0), SIZE_MAX);
    spans_set(&list, 5, 0);
    ck_assert_uint_eq(list.count, 0);
}

/* Any pieces: every byte of theirs is found, each at a place of its own, in order. */
TEST_LOOP(every_byte_has_its_place, 200)
{
    uint64_t piece[40][2];
    bool in[2000] = {false};
    seed = (uint64_t)_i + 1;
    size_t n = draw(40) + 1, next = 0;
    for (size_t i = 0; i < n; i++) {
        piece[i][0] = draw(1900);
        piece[i][1] = draw(60) + 1;
        memset(in + piece[i][0], 1, piece[i][1]);
    }
    cover((const uint64_t(*)[2])piece, n, 0);
    for (size_t at = 0; at < sizeof in; at++) {
        if (spans_index(&list, at) != (in[at] ? next : SIZE_MAX)) /* an assertion each takes long */
            ck_abort_msg("byte %zu has place %zu", at, spans_index(&list, at));
        next += in[at];
    }
    ck_assert_uint_eq(next, spans_length(&list));
}

SUITE(test_core_spans, TESTS(pieces_that_touch_become_one, what_does_not_fit_is_left_out,
                             the_last_bytes_of_all_offsets, every_byte_has_its_place));
