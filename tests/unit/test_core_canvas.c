/* The canvas: what is drawn, what is clipped, and that wide characters are never half there. */
#include <string.h>

#include "core/screen/canvas.h"
#include "core/text.h"
#include "support/suite.h"

static struct canvas c;
static char row[256];

static void setup(void)
{
    memset(&c, 0, sizeof c);
    ck_assert(canvas_resize(&c, 4, 12));
}

static void teardown(void)
{
    canvas_free(&c);
}

static const char *text_of(int r)
{
    canvas_row_text(&c, r, row, sizeof row);
    return row;
}

static const char *styles_of(int r)
{
    canvas_row_styles(&c, r, row, sizeof row);
    return row;
}

TEST(begins_blank)
{
    for (int r = 0; r < 4; r++)
        ck_assert_str_eq(text_of(r), "");
    ck_assert_int_eq(c.cursor_row, -1);
    ck_assert_int_eq(canvas_text(&c, 1, 2, 12, STYLE_DIM, "ab c"), 6);
    ck_assert_str_eq(text_of(1), "  ab c");
    ck_assert_str_eq(styles_of(1), "  bbbb");
    ck_assert_str_eq(text_of(0), "");
    canvas_clear(&c);
    ck_assert_str_eq(text_of(1), "");
}

TEST(sizes)
{
    ck_assert(canvas_resize(&c, 0, -7));
    ck_assert_int_eq(c.rows, 1);
    ck_assert_int_eq(c.cols, 1);
    ck_assert(canvas_resize(&c, 5, 99999));
    ck_assert_int_eq(c.cols, 4096);
    ck_assert_int_eq(canvas_text(&c, 4, 4090, 9999, STYLE_TEXT, "0123456789"), 4096);
}

/* What a text looks like on an empty row of 12, drawn at col with a limit. */
static const struct {
    int col, limit;
    const char *text, *seen;
    int next;
} clipped[] = {
    {0, 12, "hello", "hello", 5},
    {10, 12, "hello", "          he", 12},
    {10, 99, "hello", "          he", 12},
    {3, 5, "hello", "   he", 5},
    {5, 3, "hello", "", 5},
    {12, 99, "hello", "", 12},
    {-2, 12, "hello", "llo", 3},
    {-9, 12, "hello", "", -4},
    {0, 12, "日本", "日本", 4},
    {0, 3, "日本", "日", 3},
    {11, 12, "日", "", 12},
    {-1, 12, "日x", " x", 2},
    {-1, 0, "日x", "", 0},
    {0, 12, "e\u0301x", "e\u0301x", 2},
    {0, 1, "e\u0301x", "e\u0301", 1},
    {0, 12, "\u0301x", "x", 1},
    {0, 12, "日\u0301x", "日\u0301x", 3},
    {0, 12, "e\u0301\u0302\u0303x", "e\u0301\u0302x", 2},
    {0, 12, "a\x1b[31m\n", "a?[31m?", 7},
    {0, 12, "a\xff\xe6\x97z", "a??z", 4},
    {0, 12, "\u202e\u200b\u00a0", "??\u00a0", 3},
    {0, 12, "", "", 0},
};

TEST_LOOP(clipping, SUITE_ROWS(clipped))
{
    int next = canvas_text(&c, 2, clipped[_i].col, clipped[_i].limit, STYLE_TEXT, clipped[_i].text);
    ck_assert_str_eq(text_of(2), clipped[_i].seen);
    ck_assert_int_eq(next, clipped[_i].next);
    ck_assert_str_eq(text_of(1), "");
    ck_assert_str_eq(text_of(3), "");
}

TEST(rows_outside)
{
    canvas_text(&c, -1, 0, 12, STYLE_TEXT, "no\u0301");
    canvas_text(&c, 4, 0, 12, STYLE_TEXT, "no日");
    canvas_fill(&c, 4, 0, 5, STYLE_DIM, '-');
    canvas_style(&c, -1, 0, 5, STYLE_DIM);
    for (int r = 0; r < 4; r++) {
        ck_assert_str_eq(text_of(r), "");
        ck_assert_str_eq(styles_of(r), "");
    }
}

TEST(half_overwritten)
{
    canvas_text(&c, 0, 0, 12, STYLE_DIM, "日本語");
    canvas_char(&c, 0, 1, 12, STYLE_TEXT, 'x'); /* the right half of the first */
    ck_assert_str_eq(text_of(0), " x本語");
    canvas_char(&c, 0, 4, 12, STYLE_TEXT, 'y'); /* the left half of the third */
    ck_assert_str_eq(text_of(0), " x本y");
    canvas_text(&c, 0, 1, 12, STYLE_TEXT, "語"); /* x and the left half of the second */
    ck_assert_str_eq(text_of(0), " 語 y");
    canvas_text(&c, 0, 0, 12, STYLE_TEXT, "日");
    ck_assert_str_eq(text_of(0), "日  y");
}

TEST(marks_one_by_one)
{
    int col = canvas_char(&c, 0, 3, 12, STYLE_TEXT, 'e');
    ck_assert_int_eq(canvas_char(&c, 0, col, 12, STYLE_TEXT, 0x301), col);
    ck_assert_str_eq(text_of(0), "   e\u0301");
    canvas_char(&c, 0, 0, 12, STYLE_TEXT, 0x301); /* nothing to its left */
    ck_assert_str_eq(text_of(0), "   e\u0301");
    canvas_char(&c, 0, 3, 12, STYLE_TEXT, 'o'); /* takes the mark away with the letter */
    ck_assert_str_eq(text_of(0), "   o");
    ck_assert_int_eq(canvas_char(&c, 0, 12, 12, STYLE_TEXT, 'x'), 12);
    ck_assert_int_eq(canvas_char(&c, 0, 5, 5, STYLE_TEXT, 'x'), 5);
}

TEST(fills)
{
    canvas_fill(&c, 0, 2, 4, STYLE_DIM, 0xb7);
    ck_assert_str_eq(text_of(0), "  \u00b7\u00b7\u00b7\u00b7");
    canvas_fill(&c, 1, -3, 5, STYLE_DIM, '-');
    ck_assert_str_eq(text_of(1), "--");
    canvas_fill(&c, 2, 10, INT32_MAX, STYLE_DIM, '-');
    ck_assert_str_eq(text_of(2), "          --");
    canvas_fill(&c, 3, INT32_MIN, INT32_MAX, STYLE_DIM, '-');
    canvas_fill(&c, 3, 0, -5, STYLE_DIM, '-');
    ck_assert_str_eq(text_of(3), "");
    canvas_fill(&c, 3, -1, 3, STYLE_DIM, 0x65e5);
    ck_assert_str_eq(text_of(3), " 日日");
    canvas_fill(&c, 3, 2, 1, STYLE_DIM, ' ');
    ck_assert_str_eq(text_of(3), "   日");
}

TEST(styles)
{
    canvas_text(&c, 0, 0, 12, STYLE_TEXT, "a日b");
    canvas_style(&c, 0, 2, 1, STYLE_DIM); /* the right half: both change */
    ck_assert_str_eq(styles_of(0), " bb");
    canvas_style(&c, 0, 0, 2, STYLE_TITLE); /* up to the left half: both change */
    ck_assert_str_eq(styles_of(0), "ccc");
    canvas_style(&c, 0, -5, 6, STYLE_DIM);
    ck_assert_str_eq(styles_of(0), "bcc");
    canvas_style(&c, 0, 11, INT32_MAX, STYLE_PROMPT);
    canvas_style(&c, 0, -5, 5, STYLE_PROMPT);
    ck_assert_str_eq(styles_of(0), "bcc        E");
    ck_assert_str_eq(text_of(0), "a日b");
}

TEST(style_letters)
{
    bool used[128] = {false};
    for (int s = 0; s < STYLES; s++) {
        char letter = style_letter((enum style)s);
        ck_assert(letter >= ' ' && letter < 0x7f);
        ck_assert(!used[(int)letter]);
        used[(int)letter] = true;
    }
    ck_assert_int_eq(style_letter(STYLE_TEXT), ' ');
}

TEST(prints)
{
    char longer[600];
    ck_assert_int_eq(canvas_print(&c, 0, 1, 12, STYLE_TEXT, "%d of %s", 3, "日"), 8);
    ck_assert_str_eq(text_of(0), " 3 of 日");
    ck_assert(canvas_resize(&c, 1, 600));
    memset(longer, 'x', sizeof longer);
    memcpy(longer + 510, "日", 4); /* would be cut in the middle */
    ck_assert_int_eq(canvas_print(&c, 0, 0, 600, STYLE_TEXT, "%s", longer), 510);
    memcpy(longer + 508, "日z", 5); /* just fits */
    ck_assert_int_eq(canvas_print(&c, 0, 0, 600, STYLE_TEXT, "%s", longer), 510);
}

TEST(widths)
{
    ck_assert_int_eq(canvas_width(""), 0);
    ck_assert_int_eq(canvas_width("abc"), 3);
    ck_assert_int_eq(canvas_width("日本e\u0301"), 5);
    ck_assert_int_eq(canvas_width("\x1b\xff"), 2);
}

TEST(short_buffers)
{
    char out[6] = "-----";
    canvas_text(&c, 0, 0, 12, STYLE_DIM, "ab日c");
    ck_assert_uint_eq(canvas_row_text(&c, 0, out, 5), 2);
    ck_assert_str_eq(out, "ab");
    ck_assert_uint_eq(canvas_row_text(&c, 0, out, 6), 5);
    ck_assert_uint_eq(canvas_row_styles(&c, 0, out, 3), 2);
    ck_assert_str_eq(out, "bb");
    ck_assert_uint_eq(canvas_row_text(&c, 9, out, 6), 0);
    ck_assert_uint_eq(canvas_row_text(&c, 0, NULL, 0), 0);
}

/* Whatever is drawn, no half of a wide character is alone and every cell can be shown. */
/* The end of a text, whole characters; a text may be as long as somebody else likes. */
TEST(ends_of_texts)
{
    enum { LONG = 1 << 20 };
    ck_assert_str_eq(canvas_text_end("abcdef", 3), "def");
    ck_assert_str_eq(canvas_text_end("abc", 3), "abc");
    ck_assert_str_eq(canvas_text_end("abc", 0), "");
    ck_assert_str_eq(canvas_text_end("a\xe5\x85\xb1\xe5\x85\xb1", 3), "\xe5\x85\xb1");
    char *text = malloc(LONG + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    ck_assert_ptr_eq(canvas_text_end(text, 20), text + LONG - 20);
    free(text);
}

TEST_LOOP(never_half, 10)
{
    static const uint32_t letters[] = {'a', 0x65e5, 0x301, ' ', 0x1f600, 0x7f, 0, 0xac00};
    uint64_t seed = (uint64_t)_i;
    for (int step = 0; step < 2000; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t r = (uint32_t)(seed >> 32);
        int at = (int)(r % 5) - 1, col = (int)(r / 8 % 16) - 2, limit = (int)(r / 128 % 15);
        uint32_t cp = letters[r / 4096 % 8];
        if (r & 0x80000000)
            canvas_fill(&c, at, col, limit, STYLE_DIM, cp);
        else
            canvas_char(&c, at, col, limit, STYLE_TEXT, cp);
        canvas_style(&c, at, limit, col, STYLE_FRESH);
    }
    for (int i = 0; i < c.rows * c.cols; i++) {
        bool second = i % c.cols && c.cells[i - 1].cp && text_width(c.cells[i - 1].cp) == 2;
        ck_assert_int_eq(c.cells[i].cp == 0, second);
        ck_assert(c.cells[i].cp == 0 || text_printable(c.cells[i].cp));
        ck_assert(!second || c.cells[i].style == c.cells[i - 1].style);
    }
}

SUITE(test_core_canvas, .set_up = setup, .tear_down = teardown,
      TESTS(begins_blank, sizes, clipping, rows_outside, half_overwritten, marks_one_by_one, fills,
            styles, style_letters, prints, widths, short_buffers, ends_of_texts, never_half));
