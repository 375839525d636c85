/* The text columns: one column a byte, whatever the characters are and wherever a row cuts them. */
#include <stdio.h>
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"
#include "ui/inspect/inspect.h"

enum { TEXT_COL = 60, TEXT_END = 76, TEXT2_COL = 78 };

static struct stage *st;

static void setup(void)
{
    st = stage_new(24, 80, 256);
}

static void wide_setup(void)
{
    st = stage_new(24, 100, 256);
}

/* Puts a literal, its NUL left out, draws, and compares the text column of row 0 and 1. */
static void put(uint64_t offset, const char *bytes, size_t n)
{
    stage_put(st, offset, bytes, n);
}
#define PUT(offset, text) put(offset, text, sizeof(text) - 1)

static void expect(int row, const char *text)
{
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + row, TEXT_COL, TEXT_END), text);
}

/* A title that just fits 80 columns keeps its owner when TEXT appears in it. */
TEST(the_owner_stays_beside_text)
{
    struct seg_mapper writer = {.pid = UINT32_MAX, .write = true, .read = true};
    struct seg_stat *stat = &st->ui.s.sample.stat;
    (void)snprintf(st->ui.s.locator, sizeof st->ui.s.locator, "posix:/shmlens-demo-2");
    stat->known |= SEG_HAS_OWNER;
    stat->mode = 0600;
    st->ui.inspect->owner_known = true;
    (void)snprintf(st->ui.inspect->owner, sizeof st->ui.inspect->owner, "root");
    st->ui.s.walk.id = st->ui.s.id;
    st->ui.s.walk.survey.extra = (struct seg_who){.mappers = &writer, .mappers_count = 1};
    st->ui.s.focus = FOCUS_TEXT;
    stage_draw(st);
    ck_assert_str_eq(
        stage_text(st, 0, 0, 80),
        " posix:/shmlens-demo-2  256 B  rw------- root  LIVE 250 Hz  READ-ONLY TEXT  1 rw");
    st->ui.s.walk.survey.extra = (struct seg_who){.mappers = NULL};
}

TEST(test_ascii_nul_and_controls)
{
    PUT(0, "RING\0\1\x1b[31m\x7f\t\n~");
    expect(0, "RING···[31m···~·");
}

TEST(test_utf8_is_drawn_where_it_starts)
{
    PUT(0, "\xe6\x97\xa5\xc3\xa9\xf0\x9f\x98\x80z");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP, TEXT_COL, TEXT_COL + 10), "日·é·😀··z");
}

TEST(test_wide_at_the_row_edge_keeps_the_columns)
{
    PUT(15, "\xe6\x97\xa5x");
    stage_draw(st);
    const struct canvas *c = &st->ui.canvas;
    const struct cell *edge = &c->cells[STAGE_TOP * c->cols + TEXT_COL + 15];
    ck_assert_uint_eq(edge->cp, 0x65e5);
    ck_assert_uint_eq(edge[1].cp, 0);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, TEXT_COL, TEXT_COL + 4), "··x·");
}

TEST(test_tail_of_each_length_on_the_next_row)
{
    for (uint64_t start = 13; start <= 15; start++) {
        memset(st->bytes, 0, 64);
        PUT(start, "\xf0\x9f\x98\x80!");
        stage_draw(st);
        int tail = (int)start + 4 - 16;
        const char *next = stage_text(st, STAGE_TOP + 1, TEXT_COL + tail, TEXT_COL + tail + 1);
        ck_assert_str_eq(next, "!");
        for (int i = 0; i < tail; i++)
            ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, TEXT_COL + i, TEXT_COL + i + 1), "·");
    }
}

TEST(test_character_cut_by_the_window)
{
    st->size = 4096;
    PUT(15, "\xe6\x97\xa5x");
    st->ui.s.sample.stat.size = 4096;
    session_move_to(&st->ui.s, 2000, false);
    stage_draw(st);
    st->ui.s.top = 16;
    st->ui.s.cursor = 16;
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP, TEXT_COL, TEXT_COL + 3), "··x");
    const struct canvas *c = &st->ui.canvas;
    ck_assert_uint_ne(c->cells[STAGE_TOP * c->cols + TEXT_COL + 1].style, STYLE_INVALID);
}

TEST(test_invalid_bytes_have_a_style)
{
    PUT(0, "a\xff\xc3z\xe6\x97");
    expect(0, "a..z..··········");
    const struct cell *cells = &st->ui.canvas.cells[STAGE_TOP * st->ui.canvas.cols + TEXT_COL];
    ck_assert_int_eq(cells[1].style, STYLE_INVALID);
    ck_assert_int_eq(cells[2].style, STYLE_INVALID);
    ck_assert_int_eq(cells[3].style, STYLE_TEXT);
    ck_assert_int_eq(cells[6].style, STYLE_DIM);
}

TEST(test_combining_mark_has_a_base_of_its_own)
{
    PUT(0, "e\xcc\x81x");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP, TEXT_COL, TEXT_COL + 4), "e\xe2\x97\x8c\xcc\x81·x");
}

/* Nothing that moves the cursor, colours or turns text around is ever drawn. */
TEST(test_hostile_text_is_dots)
{
    PUT(0, "a\xe2\x80\xae\xe2\x81\xa6\xc2\x9b\xe2\x80\x8b\xef\xbb\xbf"
           "b");
    expect(0, "a··············b");
    for (int i = 0; i < st->ui.canvas.rows * st->ui.canvas.cols; i++) {
        const struct cell *cell = &st->ui.canvas.cells[i];
        ck_assert(cell->cp == 0 || text_printable(cell->cp));
    }
}

TEST(test_every_encoding_keeps_the_columns)
{
    static const uint8_t ends[] = {0xe6, 0x97, 0xa5, 0xf0, 0x9f, 0x98, 0x80, 0xd8,
                                   0x3d, 0xde, 0x00, 0xff, 0x1b, 0xcc, 0x81, 0x41};
    for (size_t i = 0; i < 256; i++)
        st->bytes[i] = ends[(i * 7 + i / 16) % sizeof ends];
    for (int enc = 0; enc < TEXT_ENCODINGS; enc++)
        for (int phase = 0; phase < 2; phase++)
            for (unsigned width = 13; width <= 16; width++) {
                st->ui.s.set.enc = (enum text_encoding)enc;
                st->ui.s.phase = phase == 1;
                session_set_width(&st->ui.s, width);
                stage_draw(st);
                int col = st->ui.inspect->at.text[0];
                for (int r = STAGE_TOP; r < 10; r++) {
                    const struct cell *row = &st->ui.canvas.cells[r * st->ui.canvas.cols];
                    ck_assert_uint_eq(row[col - 1].cp, ' ');
                    ck_assert_uint_ne(row[col].cp, 0);
                    for (int i = 0; i < (int)width; i++)
                        ck_assert_uint_ne(row[col + i].cp, ' ');
                    ck_assert_uint_eq(row[col + (int)width + 1].cp, ' ');
                }
            }
}

TEST(test_utf16_side_by_side_and_phase)
{
    PUT(0, "A\0B\0\x3d\xd8\x00\xde\xe5\x65");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP, TEXT2_COL, TEXT2_COL + 10), "A·B·😀··日");
    PUT(0x20, "\0A\0B\0");
    st->ui.s.phase = true;
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 2, TEXT2_COL, TEXT2_COL + 5), "·A·B·");
    st->ui.s.set.big = true;
    st->ui.s.phase = false;
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 2, TEXT2_COL, TEXT2_COL + 4), "A·B·");
}

/* With odd rows a UTF-16 unit and even a surrogate pair is cut; both halves are known. */
TEST(test_utf16_cut_by_odd_rows)
{
    session_set_width(&st->ui.s, 15);
    PUT(12, "\x3d\xd8\x00\xde"
            "A\0");
    stage_draw(st);
    const struct inspect_layout *at = &st->ui.inspect->at;
    ck_assert_uint_eq(at->width, 15);
    ck_assert_str_eq(stage_text(st, STAGE_TOP, at->text[1] + 12, at->text[1] + 15), "😀·");
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, at->text[1], at->text[1] + 3), "·A·");
}

TEST(test_holes_unknown_and_the_end)
{
    st->size = 40;
    memset(st->state + 16, BYTE_HOLE, 16);
    memset(st->state + 32, BYTE_UNKNOWN, 4);
    PUT(36, "end");
    st->ui.s.cursor = 0;
    expect(0, "················");
    expect(1, "················");
    expect(2, "????end·        ");
    const struct canvas *c = &st->ui.canvas;
    ck_assert_int_eq(c->cells[(STAGE_TOP + 1) * c->cols + TEXT_COL].style, STYLE_HOLE);
    ck_assert_int_eq(c->cells[(STAGE_TOP + 2) * c->cols + TEXT_COL].style, STYLE_UNKNOWN);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 2, 10, 33), "?? ?? ?? ?? 65 6e 64 00");
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 3, 0, 80), stage_text(st, STAGE_TOP + 9, 0, 80));
}

/* A character is never made of bytes that are not known. */
TEST(test_unknown_bytes_cut_characters)
{
    PUT(0, "\xe6\x97\xa5");
    st->state[2] = BYTE_UNKNOWN;
    expect(0, "..?·············");
}

SUITE_PART(two_columns, .set_up = wide_setup, .tear_down = stage_tear_down,
           TESTS(test_utf16_side_by_side_and_phase, test_utf16_cut_by_odd_rows));

SUITE(test_ui_text, .set_up = setup, .tear_down = stage_tear_down, .next = &two_columns,
      TESTS(the_owner_stays_beside_text, test_ascii_nul_and_controls,
            test_utf8_is_drawn_where_it_starts, test_wide_at_the_row_edge_keeps_the_columns,
            test_tail_of_each_length_on_the_next_row, test_character_cut_by_the_window,
            test_invalid_bytes_have_a_style, test_combining_mark_has_a_base_of_its_own,
            test_hostile_text_is_dots, test_every_encoding_keeps_the_columns,
            test_holes_unknown_and_the_end, test_unknown_bytes_cut_characters));
