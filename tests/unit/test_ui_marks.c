/* Marks: names for places, the watch list, names beside the rows, where an offset is asked for. */
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

enum { SECOND = 1000000000, MS = 1000000 };

static struct stage *st;

static void tear_down(void)
{
    stage_tear_down();
}

static const char *said(void)
{
    return st->ui.status;
}

static void mark(const char *arg)
{
    stage_act(st, act_mark, arg);
}

/* A ring: values of several kinds, one of them far from the window. */
static void open_ring(int rows, int cols)
{
    static const uint8_t head[] = {0x3c, 0x15}, tail[] = {0x3b, 0x15};
    const double price = -17.25;
    st = stage_new(rows, cols, 0x9000);
    stage_put(st, 0, "MDRING\0\1", 8);
    stage_put(st, 0x40, head, sizeof head);
    stage_put(st, 0x48, tail, sizeof tail);
    stage_put(st, 0x8000, &price, sizeof price);
    for (size_t i = 0; i < 8; i++) {
        st->changed[0x40 + i] = st->ui.now - 4 * MS;
        st->changed[0x8000 + i] = st->ui.now - (int64_t)90 * SECOND;
        st->state[0x700 + i] = BYTE_HOLE;
        st->state[0x708 + i] = BYTE_UNKNOWN;
    }
    st->trend.kept = true;
    st->trend.rate = 249.6;
    for (unsigned i = 0; i < TREND_CELLS; i++)
        st->trend.cell[i][0] = (uint8_t)(i % 16);
    st->trend.known = (UINT64_C(1) << TREND_CELLS) - 1 - 0x700000000;
    mark("head 0x40 u64");
    mark("tail 0x48 u64");
    mark("price 0x8000 f64");
    mark("magic 0 utf8");
    mark("a 0x700 u32");
    mark("secret 0x708 i16");
    mark("past end-2 u32");
    stage_draw(st);
}

TEST(the_watch_list_80x24)
{
    open_ring(24, 80);
    stage_type(st, "w");
    stage_draw(st);
    frame_check(&st->ui.canvas, "marks-80x24");
    stage_type(st, "w");
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "LAST"), -1);
    ck_assert_uint_eq(st->ui.s.gauges.count, 0); /* nobody reads what nobody sees */
}

TEST(the_watch_list_120x40)
{
    open_ring(40, 120);
    mark(""); /* `:mark` alone */
    stage_key(st, KEY_DOWN_, 0);
    stage_draw(st);
    frame_check(&st->ui.canvas, "marks-120x40");
}

TEST(small_screens_say_what_is_left_out)
{
    open_ring(14, 40);
    stage_type(st, "w");
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "watch list 1-"), 0);
    ck_assert_uint_lt(st->ui.s.gauges.count, 7);
    for (int rows = 8; rows < 30; rows++)
        for (int cols = 40; cols < 140; cols += 7) {
            open_ring(rows, cols);
            stage_type(st, "w");
            stage_draw(st);
        }
}

TEST(without_marks_it_says_how)
{
    st = stage_new(24, 80, 0x1000);
    stage_type(st, "w");
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, ":mark NAME OFFSET VIEW"), 0);
}

/* The row of the watch list with this name. */
static const char *row_of(const char *name)
{
    stage_draw(st);
    int row = frame_find(&st->ui.canvas, name);
    ck_assert_msg(row > 0, "no row for %s", name);
    return stage_text(st, row, 0, st->ui.canvas.cols);
}

TEST(keys_of_the_watch_list)
{
    open_ring(30, 80);
    mark("");
    ck_assert_int_eq(ui_mode(&st->ui), MODE_MARKS);
    stage_type(st, "jj"); /* magic, head, tail */
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x48);
    ck_assert_ptr_nonnull(strstr(row_of("tail   0x48"), " 5435 u64le"));
    stage_type(st, "v");
    ck_assert_ptr_nonnull(strstr(row_of("tail   0x48"), " u64be"));
    stage_type(st, "d");
    ck_assert_ptr_null(marks_find(&st->ui.s.marks, "tail"));
    ck_assert_str_eq(said(), "mark tail deleted; u brings it back");
    stage_type(st, "u");
    ck_assert_str_eq(said(), "undo: mark tail is 0x48 again");
    const struct mark *back = marks_find(&st->ui.s.marks, "tail");
    ck_assert(back != NULL && back->offset == 0x48 && strcmp(back->view, "u64be") == 0);
    stage_type(st, "u"); /* once */
    ck_assert_str_eq(said(), "nothing to undo");
    st->ui.s.redo_count = 1;
    mark("--delete tail");
    ck_assert_uint_eq(st->ui.s.redo_count, 0); /* something else was done */
    mark("tail 0x50");                         /* it is another one then */
    stage_type(st, "u");
    ck_assert_str_eq(said(), "undo: mark tail was set again meanwhile, and stays");
    stage_type(st, "G");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x8ffe);
    stage_key(st, KEY_TAB_, 0);
    ck_assert_int_eq(ui_mode(&st->ui), MODE_INSPECT);
    stage_key(st, KEY_TAB_, 0);
    stage_key(st, KEY_TAB_, 0);
    ck_assert_int_eq(ui_mode(&st->ui), MODE_MARKS);
    stage_key(st, KEY_ESC_, 0);
    stage_key(st, KEY_ESC_, 0); /* closes it */
    ck_assert(!st->ui.watch.shown);
}

/* Every view once, and again as the cells; the mark stays where it is in the list. */
TEST(v_goes_through_all_views)
{
    size_t count = 0;
    open_ring(30, 80);
    (void)view_table(&count);
    mark("");
    for (size_t i = 0; i <= count; i++) {
        ck_assert_str_eq(st->ui.s.marks.at[0].name, "magic");
        stage_type(st, "v");
        stage_draw(st);
    }
    ck_assert_str_eq(st->ui.s.marks.at[0].view, "utf8");
}

TEST(letters_are_marks_too)
{
    open_ring(24, 80);
    stage_at(st, 0x123);
    stage_type(st, "mb");
    ck_assert_str_eq(said(), "mark b is 0x123");
    stage_at(st, 0x10);
    stage_type(st, "ma"); /* it moves, and keeps its view */
    ck_assert_str_eq(said(), "mark a is 0x10, u32le");
    stage_type(st, "'b");
    ck_assert_uint_eq(st->ui.s.cursor, 0x123);
    stage_type(st, "'c");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.note, "no mark c; there are "));
    stage_key(st, KEY_ESC_, 0);
    stage_type(st, "mB");
    ck_assert_str_eq(said(), "marks of one key are a to z");
}

TEST(what_is_not_a_mark_is_refused)
{
    static const struct {
        const char *arg, *why;
    } rows[] = {
        {"1st 0x40", "mark: a name is up to 31"},
        {"end 0x40", "mark: a name is up to 31"},
        {"x\x1b[31m 0x40", "mark: a name is up to 31"},
        {"x nowhere",
         "mark: `nowhere` is not an offset (0x40, 64, end-16, +16, a mark) and no types"},
        {"x 0x40 u33", "mark: no such view or type: u33"},
        {"x 0x40 u32 more", "mark: no such view or type: u32 more"},
        {"x lock.owner", "mark: `lock.owner` is not an offset"},
        {"--delete", "mark --delete: which one?"},
        {"--delete nope", "there is no mark nope"},
    };
    open_ring(24, 80);
    for (size_t i = 0; i < COUNT(rows); i++) {
        mark(rows[i].arg);
        ck_assert_msg(strncmp(said(), rows[i].why, strlen(rows[i].why)) == 0, "%s: %s", rows[i].arg,
                      said());
        ck_assert_uint_eq(st->ui.s.marks.count, 7);
    }
    char arg[32];
    for (int i = 0; i < MARKS_MAX; i++) {
        (void)snprintf(arg, sizeof arg, "m%d %d", i, i);
        mark(arg);
    }
    ck_assert_str_eq(said(), "mark: there are 64 marks already; delete one first");
    ck_assert_uint_eq(st->ui.s.marks.count, MARKS_MAX);
}

/* Types that every program has need no file. */
TEST(types_by_name)
{
    static const struct {
        const char *arg, *view;
    } rows[] = {
        {"x 0x40 uint32_t", "u32le"}, {"x 0x40 unsigned int", "u32le"},
        {"x 0x40 double", "f64le"},   {"x 0x40 int16_t", "i16le"},
        {"x 0x40 char", "u8"},        {"x 0x40 _Bool", "u8"},
    };
    open_ring(24, 80);
    for (size_t i = 0; i < COUNT(rows); i++) {
        mark(rows[i].arg);
        const struct mark *made = marks_find(&st->ui.s.marks, "x");
        ck_assert_msg(made != NULL && strcmp(made->view, rows[i].view) == 0, "%s: %s", rows[i].arg,
                      said());
    }
}

static const char declared[] =
    "enum state { EMPTY, BUSY }; enum level { LOW = -1, HIGH = 1 };\n"
    "struct ring { char magic[8]; unsigned head, tail; struct { int owner; enum level level; } "
    "lock;\n"
    "  enum state state; unsigned low : 4, high : 4; float ratio; char16_t title[4];\n"
    "  struct { double price; } slots[4]; };\n"
    "for ring.tail: be\n";

TEST(fields_by_path)
{
    static const struct {
        const char *arg, *said;
    } rows[] = {
        {"h head", "mark h is 0x8, u32le"},
        {"t tail", "mark t is 0xc, u32be"},
        {"o lock.owner", "mark o is 0x10, i32le"},
        {"l lock.level", "mark l is 0x14, i32le"},
        {"s state", "mark s is 0x18, u32le"},
        {"r ratio", "mark r is 0x20, f32le"},
        {"p slots[2].price", "mark p is 0x40, f64le"},
        {"m magic", "mark m is 0x0, utf8"},
        {"w lock", "mark w is 0x10"},
        {"h head u8", "mark h is 0x8, u8"}, /* a view that is named comes first */
        {"b high", "mark: a bitfield has no view"},
        {"a slots[0..1].price", "mark: one field is meant, not several"},
    };
    char why[TYPE_WHY_MAX] = "";
    st = stage_new(24, 80, 0x1000);
    struct types *types = types_new(type_abi_machine(), false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "ring.h", declared, strlen(declared), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
    struct type_placed p = {.type = types_find(types, "struct ring"), .offset = 0};
    ck_assert(tree_open(&st->ui, st->ui.tree->stock, types, &p, 1, "", false));
    for (size_t i = 0; i < COUNT(rows); i++) {
        mark(rows[i].arg);
        ck_assert_msg(strcmp(said(), rows[i].said) == 0, "%s: %s", rows[i].arg, said());
    }
    mark("x lock.ovner");
    ck_assert_ptr_nonnull(strstr(said(), "owner")); /* a near name */
}

TEST(where_an_offset_is_asked_for)
{
    open_ring(24, 80);
    mark("near head+8");
    ck_assert_str_eq(said(), "mark near is 0x48");
    stage_type(st, "gpri");
    stage_key(st, KEY_TAB_, 0);
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x8000);
    stage_type(st, "gp");
    stage_key(st, KEY_TAB_, 0);
    ck_assert_str_eq(st->ui.prompt.hint, "price  past");
    stage_key(st, KEY_ESC_, 0);
    stage_type(st, ":jump ma");
    stage_key(st, KEY_TAB_, 0);
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0);
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "0x0 (0)  magic"),
                     0); /* the rule of the inspector */
}

/* What has not changed is at least as old as its changes are known. */
TEST(unchanged_is_older_than_it_was_watched)
{
    open_ring(30, 80);
    st->trend.since = st->ui.now - (int64_t)22 * SECOND;
    stage_type(st, "w");
    ck_assert_ptr_nonnull(strstr(row_of("tail  "), " >22.0 s "));
    ck_assert_ptr_nonnull(strstr(row_of("head  "), "  4 ms "));
    st->trend.since = INT64_MAX;
    stage_draw(st);
    ck_assert_ptr_null(strstr(row_of("tail  "), ">"));
}

/* In the past the sampler sends what was there then; what nobody knows is not shown as 0. */
TEST(unknown_is_unknown)
{
    open_ring(30, 80);
    stage_type(st, "w");
    ck_assert_ptr_nonnull(strstr(row_of("secret"), " ? i16le"));
    ck_assert_ptr_nonnull(strstr(row_of("past  "), " past the end u32le"));
    ck_assert_ptr_nonnull(strstr(row_of("a      0x700"), " 0 u32le"));
    st->trend = (struct gauge_trend){.kept = false};
    ck_assert_ptr_null(strstr(row_of("head  "), "250"));
    st->ui.s.sample.seq = 0;
    ui_draw(&st->ui);
    int row = frame_find(&st->ui.canvas, "head  ");
    ck_assert_ptr_null(strstr(stage_text(st, row, 0, 80), "5436"));
}

TEST(without_a_mark_there_is_nowhere_to_go)
{
    st = stage_small(false);
    stage_type(st, "'");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_str_eq(st->ui.status, "no mark is set yet: m and a letter set one here");
}

/* The style letter where the keys' own cursor of the bytes is drawn. */
static bool cursor_is_bright(void)
{
    char styles[600];
    stage_draw(st);
    canvas_row_styles(&st->ui.canvas, frame_find(&st->ui.canvas, "MDRING"), styles, sizeof styles);
    return strchr(styles, style_letter(STYLE_CURSOR)) != NULL;
}

/* Tab goes through what is open: the bytes, the users, the watch list, the texts. */
TEST(tab_goes_round_through_open_panels)
{
    static const struct {
        enum key_mode mode;
        enum focus column;
    } round[] = {{MODE_INSPECT, FOCUS_CELLS},
                 {MODE_WHO, FOCUS_CELLS},
                 {MODE_MARKS, FOCUS_CELLS},
                 {MODE_INSPECT, FOCUS_TEXT}};
    open_ring(40, 80);
    stage_type(st, "w");
    ui_run(&st->ui, "who");
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "Tab Panel"), 39);
    for (size_t i = 0; i < 9; i++) {
        const size_t at = i % 4;
        ck_assert_int_eq(ui_mode(&st->ui), round[at].mode);
        ck_assert(!ui_in_panel(&st->ui) || st->ui.s.focus == FOCUS_CELLS);
        ck_assert_int_eq(st->ui.s.focus, round[at].column);
        ck_assert(cursor_is_bright() == !ui_in_panel(&st->ui));
        ck_assert_int_eq(frame_find(&st->ui.canvas, "Tab: next, Esc: back") >= 0,
                         ui_in_panel(&st->ui));
        stage_key(st, KEY_TAB_, 0);
    }
    ck_assert_int_eq(ui_mode(&st->ui), MODE_WHO);
    stage_key(st, KEY_TAB_, KEY_SHIFT);
    ck_assert_int_eq(ui_mode(&st->ui), MODE_INSPECT);
    stage_key(st, KEY_TAB_, KEY_SHIFT);
    ck_assert_int_eq(st->ui.s.focus, FOCUS_TEXT);
    stage_key(st, KEY_TAB_, KEY_SHIFT);
    ck_assert_int_eq(ui_mode(&st->ui), MODE_MARKS);
    stage_key(st, KEY_ESC_, 0); /* back to where Tab came from, and nothing closes */
    ck_assert_int_eq(ui_mode(&st->ui), MODE_INSPECT);
    ck_assert_int_eq(st->ui.s.focus, FOCUS_TEXT);
    ck_assert(st->ui.who_panel && st->ui.watch.shown);
    stage_key(st, KEY_ESC_, 0); /* then they do */
    ck_assert(!st->ui.who_panel);
}

/* Where a low terminal has no rows for the users, Tab passes them by. */
TEST(tab_passes_by_what_is_not_drawn)
{
    int rows = 24;
    do {
        open_ring(--rows, 80);
        ui_run(&st->ui, "who");
        stage_draw(st);
    } while (st->ui.inspect->at.who_rows > 0);
    ck_assert(st->ui.who_panel && !ui_too_small(&st->ui));
    ck_assert_int_lt(frame_find(&st->ui.canvas, "Tab Panel"), 0);
    stage_key(st, KEY_TAB_, 0);
    ck_assert_int_eq(ui_mode(&st->ui), MODE_INSPECT);
    ck_assert_int_eq(st->ui.s.focus, FOCUS_TEXT);
    stage_key(st, KEY_TAB_, KEY_SHIFT);
    stage_key(st, KEY_TAB_, KEY_SHIFT);
    ck_assert_int_eq(ui_mode(&st->ui), MODE_INSPECT);
}

SUITE(test_ui_marks, .tear_down = tear_down,
      TESTS(tab_goes_round_through_open_panels, tab_passes_by_what_is_not_drawn,
            without_a_mark_there_is_nowhere_to_go, unchanged_is_older_than_it_was_watched,
            the_watch_list_80x24, the_watch_list_120x40, small_screens_say_what_is_left_out,
            without_marks_it_says_how, keys_of_the_watch_list, v_goes_through_all_views,
            letters_are_marks_too, what_is_not_a_mark_is_refused, types_by_name, fields_by_path,
            where_an_offset_is_asked_for, unknown_is_unknown));
