/* Following values as offsets, and what is selected. */
#include <string.h>

#include "core/bytes.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void set_up(void)
{
    st = stage_new(24, 80, 0x9000);
}

static void tear_down(void)
{
    stage_tear_down();
}

static void put(uint64_t offset, unsigned size, uint64_t value)
{
    uint8_t bytes[8];
    store_le(bytes, value, size);
    stage_put(st, offset, bytes, size);
}

static void enter_at(uint64_t offset)
{
    stage_at(st, offset);
    stage_key(st, KEY_ENTER_, 0);
    stage_draw(st);
}

static void back(void)
{
    stage_key(st, KEY_BACKSPACE_, 0);
    stage_draw(st);
}

TEST(a_list_is_followed_and_back)
{
    put(0x10, 8, 0x8000);
    put(0x8000, 8, 0x100);
    put(0x100, 8, 0);
    enter_at(0x10);
    ck_assert_uint_eq(st->ui.s.cursor, 0x8000);
    ck_assert_str_eq(st->ui.status,
                     "went to 0x8000, the 8 bytes at 0x10 taken as an offset; Backspace returns");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x100);
    stage_draw(st);
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_str_eq(st->ui.status, "the value here is 0, which leads nowhere");
    back();
    ck_assert_uint_eq(st->ui.s.cursor, 0x8000);
    back();
    ck_assert_uint_eq(st->ui.s.cursor, 0x10);
    back();
    ck_assert_uint_eq(st->ui.s.cursor, 0x10);
    ck_assert_str_eq(st->ui.status, "there is nowhere to return to: no value was gone to");
}

/* In a view of numbers its size counts, in hex the largest that leads somewhere. */
TEST(how_many_bytes_count)
{
    put(0x20, 4, 0x300);
    put(0x24, 4, 0x7777);
    enter_at(0x20); /* as 8 bytes it is 0x777700000300 */
    ck_assert_uint_eq(st->ui.s.cursor, 0x300);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "went to 0x300, the 4 bytes at 0x20 "));
    st->ui.s.set.view = view_find("u16le");
    put(0x20, 4, 0x12340044);
    enter_at(0x20);
    ck_assert_uint_eq(st->ui.s.cursor, 0x44);
    st->ui.s.set.view = view_find("u64le");
    enter_at(0x20);
    ck_assert_uint_eq(st->ui.s.cursor, 0x20);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "0x777712340044 leads nowhere"));
    st->ui.s.set.view = view_find("u16be");
    put(0x20, 2, 0x5401);
    enter_at(0x20);
    ck_assert_uint_eq(st->ui.s.cursor, 0x154);
}

TEST(text_is_no_offset)
{
    put(0x50, 8, 0x0100474e49524d44); /* DMRING: past the end as 4 and as 8 bytes */
    enter_at(0x50);
    ck_assert_uint_eq(st->ui.s.cursor, 0x50);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_str_eq(st->ui.status, "no offset here: text");
}

/* Two bytes that may be an offset are asked about, and the way back stays on the screen. */
TEST(a_doubtful_offset_is_asked_about)
{
    put(0x50, 8, 0x0100474e89524d44); /* past the end as 4 and as 8 bytes */
    enter_at(0x50);
    ck_assert_uint_eq(st->ui.s.cursor, 0x50);
    ck_assert_str_eq(st->ui.prompt.label,
                     "go to 0x4d44, the 2 bytes here taken as an offset? [y/N]");
    stage_key(st, 'n', 0);
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.cursor, 0x50);
    ck_assert_uint_eq(st->ui.inspect->trail_count, 0);
    stage_key(st, KEY_ENTER_, 0);
    stage_type(st, "y");
    ck_assert_uint_eq(st->ui.s.cursor, 0x4d44);
    st->ui.status[0] = '\0';
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "Backspace returns to 0x50"), 22);
    back();
    ck_assert_uint_eq(st->ui.s.cursor, 0x50);
    st->ui.s.set.view = view_find("u16le"); /* there is no doubt about what that shows */
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x4d44);
}

TEST(a_pointer_of_a_process_is_followed)
{
    struct seg_mapper map[] = {{.pid = 7, .comm = "other", .address = 0x1000, .length = 0x100},
                               {.pid = 8,
                                .comm = "sixteen_letters_",
                                .address = 0x7f0000000000,
                                .length = 0x8000,
                                .offset = 0x1000}};
    struct seg_who who = {.mappers = map, .mappers_count = 2};
    st->ui.s.walk.survey.extra = who;
    st->ui.s.walk.id = st->ui.s.id;
    put(0x30, 8, 0x7f0000000040);
    enter_at(0x30);
    ck_assert_uint_eq(st->ui.s.cursor, 0x1040);
    ck_assert_str_eq(st->ui.status,
                     "0x7f0000000040 is 0x1040 for sixteen_letters_ (8); Backspace returns");
    st->ui.s.set.view = view_find("ptrle") != NULL ? view_find("ptrle") : view_find("u64le");
    put(0x30, 8, 0x7f0000008000); /* one past what it maps */
    enter_at(0x30);
    ck_assert_uint_eq(st->ui.s.cursor, 0x30);
    st->ui.s.walk.survey.extra = (struct seg_who){.mappers = NULL};
}

TEST(not_what_is_unknown_and_not_in_edit_mode)
{
    put(0x40, 8, 0x80);
    memset(st->state + 0x40, BYTE_UNKNOWN, 8);
    enter_at(0x40);
    ck_assert_uint_eq(st->ui.s.cursor, 0x40);
    ck_assert_str_eq(st->ui.status, "nothing to go to: what is here is not known");
    memset(st->state + 0x40, BYTE_DATA, 8);
    st->ui.s.edit = true;
    enter_at(0x40);
    ck_assert_uint_eq(st->ui.s.cursor, 0x40);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "outside of edit mode"));
}

/* A trail that is longer than what is kept loses its start. */
TEST(the_trail_has_an_end)
{
    for (unsigned i = 0; i < TRAIL_MAX + 5; i++)
        put(0x100 + 8 * i, 8, 0x100 + 8 * (i + 1));
    enter_at(0x100);
    for (unsigned i = 1; i < TRAIL_MAX + 5; i++) {
        stage_key(st, KEY_ENTER_, 0);
        stage_draw(st);
    }
    ck_assert_uint_eq(st->ui.s.cursor, 0x100 + 8 * (TRAIL_MAX + 5));
    for (unsigned i = 0; i < TRAIL_MAX; i++)
        back();
    ck_assert_uint_eq(st->ui.s.cursor, 0x100 + 8 * 5);
    st->ui.s.id.ino++; /* another object: its places are not ours */
    enter_at(0x100);
    ck_assert_uint_eq(st->ui.inspect->trail_count, 1);
}

TEST(the_size_of_the_selection_is_shown)
{
    stage_at(st, 0x40);
    st->ui.status[0] = '\0';
    stage_key(st, KEY_RIGHT_, KEY_SHIFT);
    stage_key(st, KEY_DOWN_, KEY_SHIFT);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, " selected 0x40 to 0x51: 18 bytes (0x12)"), 22);
    stage_key(st, KEY_ESC_, 0);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "selected"), -1);
}

SUITE(test_ui_visit, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_list_is_followed_and_back, how_many_bytes_count, text_is_no_offset,
            a_doubtful_offset_is_asked_about, a_pointer_of_a_process_is_followed,
            not_what_is_unknown_and_not_in_edit_mode, the_trail_has_an_end,
            the_size_of_the_selection_is_shown));
