/* The session's arithmetic: cursor, window, selection, undo, ranges; no threads, no segment. */
#include <string.h>

#include "core/kept_range.h"
#include "session/session.h"
#include "support/suite.h"

static struct session s;

static void set_up(void)
{
    memset(&s, 0, sizeof s);
    ck_assert(!oserr_is(session_init(&s, NULL)));
    s.rows = 10;
    s.sample.stat.size = 1000;
}

static void tear_down(void)
{
    session_free(&s);
}

TEST(cursor_stays_inside)
{
    session_move_to(&s, 5000, false);
    ck_assert_uint_eq(s.cursor, 999);
    session_move(&s, 1, false);
    ck_assert_uint_eq(s.cursor, 999);
    session_move(&s, INT64_MIN, false);
    ck_assert_uint_eq(s.cursor, 0);
    session_move(&s, INT64_MAX, false);
    ck_assert_uint_eq(s.cursor, 999);
}

TEST(window_follows_the_cursor)
{
    session_move_to(&s, 159, false);
    ck_assert_uint_eq(s.top, 0);
    session_move_to(&s, 160, false);
    ck_assert_uint_eq(s.top, 16);
    session_move_to(&s, 999, false);
    ck_assert_uint_eq(s.top, 992 - 9 * 16);
    session_move_to(&s, 0, false);
    ck_assert_uint_eq(s.top, 0);
}

TEST(scrolling_takes_the_cursor_along)
{
    session_move_to(&s, 5, false);
    session_scroll(&s, 3);
    ck_assert_uint_eq(s.top, 48);
    ck_assert_uint_eq(s.cursor, 53);
    session_scroll(&s, 1000);
    ck_assert_uint_eq(s.top, 992 - 9 * 16);
    session_scroll(&s, -1000);
    ck_assert_uint_eq(s.top, 0);
    ck_assert_uint_lt(s.cursor, 160);
}

TEST(empty_and_tiny_segments)
{
    s.sample.stat.size = 0;
    session_move(&s, 100, false);
    ck_assert_uint_eq(s.cursor, 0);
    uint64_t from = 1, to = 2;
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(from, to);
    s.sample.stat.size = 1;
    session_scroll(&s, 5);
    session_move(&s, 100, false);
    ck_assert_uint_eq(s.cursor, 0);
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(to - from, 1);
}

TEST(offsets_near_the_top_of_the_range)
{
    s.sample.stat.size = INT64_MAX;
    session_move_to(&s, UINT64_MAX, false);
    ck_assert_uint_eq(s.cursor, (uint64_t)INT64_MAX - 1);
    session_move(&s, 16, false);
    ck_assert_uint_eq(s.cursor, (uint64_t)INT64_MAX - 1);
    session_move(&s, -16, false);
    ck_assert_uint_eq(s.cursor, (uint64_t)INT64_MAX - 17);
}

TEST(selection_grows_both_ways)
{
    uint64_t from, to;
    session_move_to(&s, 100, false);
    session_move(&s, 4, true);
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(from, 100);
    ck_assert_uint_eq(to, 105);
    session_move(&s, -10, true);
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(from, 94);
    ck_assert_uint_eq(to, 101);
    session_move(&s, 1, false);
    ck_assert(!s.selecting);
}

/* What is copied is what is drawn as selected: whole cells. */
TEST(selection_takes_whole_cells)
{
    uint64_t from, to;
    s.set.view = view_find("u32le");
    session_move_to(&s, 101, false);
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(from, 100);
    ck_assert_uint_eq(to, 104);
    session_move_to(&s, 104, true);
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(from, 100);
    ck_assert_uint_eq(to, 108);
    s.focus = FOCUS_TEXT;
    session_selection(&s, &from, &to);
    ck_assert_uint_eq(from, 100); /* from the start of the cell, where the cursor went */
    ck_assert_uint_eq(to, 105);
}

TEST(a_range_is_a_segment_of_its_own)
{
    s.range_offset = 100;
    s.range_length = 50;
    session_move_to(&s, 0, false);
    ck_assert_uint_eq(s.cursor, 100);
    ck_assert_uint_eq(s.top, 100);
    session_move(&s, 1000, false);
    ck_assert_uint_eq(s.cursor, 149);
    s.sample.stat.size = 120; /* it shrank into the range */
    session_move(&s, 0, false);
    ck_assert_uint_eq(s.cursor, 119);
    s.sample.stat.size = 10; /* and below it */
    session_move(&s, 0, false);
    ck_assert_uint_eq(s.cursor, 100);
    ck_assert_uint_eq(session_end(&s), 100);
}

TEST(width_keeps_the_cursor_in_view)
{
    session_move_to(&s, 999, false);
    for (unsigned width = 1; width <= WIDTH_MAX; width++) {
        session_set_width(&s, width);
        ck_assert_uint_eq(s.cursor, 999);
        ck_assert_uint_eq(s.top % width, 0);
        ck_assert(s.cursor >= s.top && s.cursor < s.top + (uint64_t)s.rows * width);
    }
    session_set_width(&s, 0); /* what fits, once a screen has said that */
    ck_assert_uint_eq(session_width(&s), WIDTH_AUTO);
    session_fit(&s, 64);
    ck_assert_uint_eq(session_width(&s), 64);
}

TEST(bytes_come_from_the_sample_only)
{
    uint8_t byte, state, out[8];
    int64_t changed;
    bool base;
    ck_assert(!session_byte(&s, 0, &byte, &state, &changed, &base));
    s.sample.seq = 1;
    s.sample.offset = 16;
    s.sample.length = 4;
    memcpy(s.sample.arrays->bytes, "abcd", 4);
    memset(s.sample.arrays->state, BYTE_DATA, 4);
    s.sample.arrays->state[3] = BYTE_BEYOND;
    s.sample.arrays->changed[1] = 77;
    ck_assert(!session_byte(&s, 15, &byte, &state, &changed, &base));
    ck_assert(!session_byte(&s, 20, &byte, &state, &changed, &base));
    ck_assert(session_byte(&s, 17, &byte, &state, &changed, &base));
    ck_assert_uint_eq(byte, 'b');
    ck_assert_int_eq(changed, 77);
    ck_assert_uint_eq(session_bytes(&s, 17, out, 8), 2); /* stops at the end */
    ck_assert_uint_eq(session_bytes(&s, 15, out, 8), 0);
}

/* Ranges may take UNDO_BYTES: the oldest steps are forgotten first. */
TEST(the_memory_of_undo_is_bounded)
{
    struct poke_done p = {.size = 1, .value = {1}};
    session_undo_push(&s, &p, NULL);
    for (uint64_t i = 0; i < 5; i++) {
        struct kept_range *k = kept_range_new(i, KEPT_RANGE_MOST / 4);
        ck_assert_ptr_nonnull(k);
        session_undo_push_range(&s, k);
    }
    ck_assert_uint_eq(s.undo_count, 4);
    ck_assert_uint_eq(s.undo[0].range->offset, 1);
    session_undo_went(&s, true);
    ck_assert_uint_eq(s.redo_count, 1);
    session_undo_push(&s, &p, NULL); /* what could be redone goes */
    ck_assert_uint_eq(s.undo_count, 4);
    ck_assert_uint_eq(s.redo_count, 0);
    session_undo_forget(&s);
    ck_assert_uint_eq(s.undo_count, 0);
}

TEST(undo_keeps_the_newest)
{
    struct poke_done p = {.size = 1, .value = {1}};
    for (uint64_t i = 0; i < UNDO_MAX + 10; i++) {
        p.offset = i;
        session_undo_push(&s, &p, NULL);
    }
    ck_assert_uint_eq(s.undo_count, UNDO_MAX);
    ck_assert_uint_eq(s.undo[UNDO_MAX - 1].one.offset, UNDO_MAX + 9);
    ck_assert_uint_eq(s.undo[0].one.offset, 10);
    for (int i = 0; i < 3; i++)
        session_undo_went(&s, true);
    ck_assert_uint_eq(s.redo_count, 3);
    session_undo_push(&s, &p, NULL);
    ck_assert_uint_eq(s.redo_count, 0);
}

/* Each object has steps of its own; `n` of it at this offset are made. */
static void stored_in(uint64_t ino, uint64_t offset, int n)
{
    struct poke_done p = {.offset = offset, .size = 1, .value = {1}};
    session_undo_turn(&s, (struct seg_id){1, ino, 0});
    while (n-- > 0)
        session_undo_push(&s, &p, NULL);
}

TEST(every_object_has_its_own_undo)
{
    stored_in(1, 10, 3);
    session_undo_went(&s, true);
    stored_in(2, 20, 1);
    ck_assert_uint_eq(s.undo_count, 1);
    ck_assert_uint_eq(s.redo_count, 0);
    stored_in(1, 0, 0);
    ck_assert_uint_eq(s.undo_count, 2);
    ck_assert_uint_eq(s.redo_count, 1);
    ck_assert_uint_eq(s.undo[2].one.offset, 10);
    session_undo_turn(&s, (struct seg_id){1, 1, 7}); /* the same numbers, of another space */
    ck_assert_uint_eq(s.undo_count + s.redo_count, 0);
    session_undo_forget(&s);
}

/* The values of one line are one step, in units that none of them is torn in; what was there before
 * is not part of it. */
TEST(a_line_is_one_step)
{
    const struct poke_done text[] = {
        {.offset = 8, .size = 8, .old = "aaaaaaaa", .value = "bbbbbbb"},
        {.offset = 16, .size = 4, .old = "aaaa", .value = "cccc"}};
    session_undo_push_line(&s, text, 2, NULL);
    ck_assert_uint_eq(s.undo_count, 1);
    const struct kept_range *k = s.undo[0].range;
    ck_assert(k->typed && k->each == 4 && k->count == 3 && k->at[2] == 16);
    session_undo_push_line(&s, text, 1, NULL); /* one value is as it was */
    ck_assert(s.undo_count == 2 && s.undo[1].range == NULL);
    struct poke_done bits[] = {text[0], text[1]};
    bits[1].mask[0] = 1; /* bits of a word are none of its bytes */
    session_undo_push_line(&s, bits, 2, NULL);
    ck_assert_uint_eq(s.undo_count, 4);
    session_undo_forget(&s);
}

TEST(what_changes_nothing_is_no_step)
{
    struct poke_done p = {.offset = 8, .size = 4, .old = "same", .value = "same"};
    const struct poke_done both[] = {p, p};
    session_undo_push(&s, &p, NULL);
    session_undo_push_typed(&s, &p, view_find("utf8"), 7);
    session_undo_push_line(&s, both, 2, NULL);
    struct kept_range *k = kept_range_new(0, 16);
    ck_assert_ptr_nonnull(k);
    k->length = 16;
    memset(k->old, 7, 16);
    memset(k->value, 7, 16);
    session_undo_push_range(&s, k);
    ck_assert_uint_eq(s.undo_count, 0);
}

/* An object that is not known is none that was before. */
TEST(no_object_has_no_undo)
{
    struct poke_done p = {.size = 1, .value = {1}};
    session_undo_turn(&s, (struct seg_id){0, 0, 0});
    session_undo_push(&s, &p, NULL);
    session_undo_turn(&s, (struct seg_id){0, 0, 0});
    ck_assert_uint_eq(s.undo_count, 0);
}

TEST(undo_of_the_last_few_objects_is_kept)
{
    for (uint64_t i = 1; i <= UNDO_LOGS + 2; i++)
        stored_in(i, i, 1);
    stored_in(1, 0, 0);
    ck_assert_uint_eq(s.undo_count, 0);
    stored_in(UNDO_LOGS + 1, 0, 0);
    ck_assert_uint_eq(s.undo_count, 1);
    session_undo_forget(&s);
    ck_assert_uint_eq(s.undo_logs, 0);
}

/* All objects together may take UNDO_BYTES. */
TEST(the_memory_of_undo_is_bounded_for_all_objects)
{
    for (uint64_t i = 1; i <= 6; i++) {
        stored_in(i, 0, 0);
        struct kept_range *k = kept_range_new(i, KEPT_RANGE_MOST / 4);
        ck_assert_ptr_nonnull(k);
        session_undo_push_range(&s, k);
    }
    stored_in(2, 0, 0);
    ck_assert_uint_eq(s.undo_count, 0);
    ck_assert_uint_eq(s.undo_given_up, 1); /* there was one */
    stored_in(3, 0, 0);
    ck_assert_uint_eq(s.undo[0].range->offset, 3);
    session_undo_forget(&s);
}

TEST(what_is_typed_in_a_row_is_bounded)
{
    struct poke_done p = {.size = 1, .value = "x"};
    for (; p.offset < UNDO_TYPED + 1; p.offset++)
        session_undo_push_typed(&s, &p, view_find("utf8"), 7);
    ck_assert_uint_eq(s.undo_count, 2);
    ck_assert_uint_eq(s.undo[0].range->length, UNDO_TYPED);
    ck_assert_uint_eq(s.undo[1].one.offset, UNDO_TYPED);
    session_undo_push_typed(&s, &p, view_find("utf8"), 8);
    ck_assert_uint_eq(s.undo_count, 3);
    session_undo_forget(&s);
}

SUITE(test_program_session, .set_up = set_up, .tear_down = tear_down,
      TESTS(cursor_stays_inside, window_follows_the_cursor, scrolling_takes_the_cursor_along,
            empty_and_tiny_segments, offsets_near_the_top_of_the_range, selection_grows_both_ways,
            selection_takes_whole_cells, a_range_is_a_segment_of_its_own,
            width_keeps_the_cursor_in_view, bytes_come_from_the_sample_only, undo_keeps_the_newest,
            the_memory_of_undo_is_bounded, every_object_has_its_own_undo, a_line_is_one_step,
            what_changes_nothing_is_no_step, no_object_has_no_undo,
            what_is_typed_in_a_row_is_bounded, undo_of_the_last_few_objects_is_kept,
            the_memory_of_undo_is_bounded_for_all_objects));
