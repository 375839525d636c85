/* Lines with everything behind them: threads, segments, the log of calls. */
#include <string.h>

#include "backend/sys.h"
#include "support/frames.h"
#include "support/live_ui.h"
#include "ui/list/list.h"

static void set_up(void)
{
    live_set_up("ui");
}

static bool shown(void)
{
    return frame_find(&ui.canvas, wanted) >= 0;
}

static bool listed(void)
{
    const struct seg_info *info = segments_at(&ui);
    return info != NULL && strcmp(info->locator, locator) == 0;
}

static bool busy(void)
{
    uint64_t done, total;
    int64_t since;
    return ui_busy(&ui, &done, &total, &since) && ui.now - since > 250 * 1000000;
}

static void await_shown(const char *text)
{
    wanted = text;
    await(shown);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct event ev = {.kind = EVENT_KEY, .key = {(uint32_t)*text, 0}};
        ui_event(&ui, &ev);
    }
}

static void create_and_open(void)
{
    run_named("create", " 4K");
    await_said("created posix:");
    run_named("open", "");
    await_shown("00000010  ");
    ck_assert_str_eq(ui.s.locator, locator);
}

static bool asked(void)
{
    return ui.prompt.kind == PROMPT_CONFIRM;
}

TEST(from_creation_to_removal)
{
    press("n");
    press("Backspace");
    type(name);
    type(" 4K");
    press("Enter");
    await_said("created posix:");
    await(listed);
    ui_run(&ui, "poke 8 7 --as u32le");
    await(asked);
    press("y");
    await_said("-> 7");
    ck_assert_uint_eq(ui.s.undo_count, 0); /* that is the attached segment's */
    press("Enter");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_inspect);
    ck_assert_str_eq(ui.s.locator, locator);
    press("F3");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
    await(listed);
    press("d");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_LINE);
    type(name + 1);
    press("Enter");
    await_said("removed posix:");
    struct seg *seg = NULL;
    struct oserr e = seg_open(be, locator, SEG_READ, &seg);
    ck_assert_int_eq(oserr_kind(e), OSERR_K_MISSING);
}

TEST(what_writes_asks_first)
{
    create_and_open();
    ui_run(&ui, "poke 8 1 --as u32le");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_CONFIRM);
    press("n");
    ck_assert(!ui.s.edit);
    ui_run(&ui, "poke 8 7 --as u32le");
    press("y");
    await(editing);
    await_shown("00000000  ");
    wanted = "07 00 00 00";
    await(shown);
    ck_assert_uint_eq(ui.s.undo_count, 1);
    ck_assert_uint_eq(ui.s.undo[0].one.offset, 8);
}

static void holds(const char *hex)
{
    char line[64];
    (void)snprintf(line, sizeof line, "00000000  %s ", hex);
    await_shown(line);
}

/* Fills 32 bytes, in edit mode from then on. */
static void fill(void)
{
    create_and_open();
    ui_run(&ui, "fill 0 32 0x55");
    press("y");
    await_said("filled 32 bytes at 0x0 with 55");
    ck_assert_uint_eq(ui.s.undo_count, 1);
}

TEST(a_fill_is_one_step_of_undo)
{
    fill();
    holds("55 55");
    press("u");
    await_said("undo 0x0: 32 bytes put back (not atomic)");
    holds("00 00");
    press("^R");
    await_said("redo 0x0: 32 bytes written again (not atomic)");
    holds("55 55");
    ui_run(&ui, "poke 0 1 2 3 --as u32le");
    await_shown("poke 0x8 u32le 3:");
    press("Esc"); /* the three answers */
    ck_assert_uint_eq(ui.s.undo_count, 2);
    holds("01 00 00 00");
    press("u");
    await_said("undo 0x0: 12 bytes put back");
    holds("55 55");
    ui_run(&ui, "poke 3 \"a text\" --as utf8");
    await_said("6 bytes (not atomic)");
    press("u");
    await_said("undo 0x3: 6 bytes put back");
    holds("55 55 55 55");
}

static bool asks(void)
{
    return ui.prompt.kind == PROMPT_CONFIRM;
}

TEST(undo_of_a_range_asks_when_it_has_moved_on)
{
    struct seg *other = NULL;
    fill();
    struct oserr e = seg_open(be, locator, SEG_WRITE, &other);
    ck_assert(!oserr_is(e));
    size_t done = 0;
    e = seg_store(other, 7, "x", 1, &done);
    ck_assert(!oserr_is(e));
    press("u");
    await(asks);
    ck_assert_ptr_nonnull(strstr(
        ui.prompt.label, "1 of the 32 bytes at 0x0 changed since (first 0x7): undo anyway?"));
    press("n");
    ck_assert_uint_eq(ui.s.undo_count, 1);
    press("u");
    await(asks);
    press("y");
    await_said("32 bytes put back");
    holds("00 00");
    seg_close(other);
}

TEST(long_output_is_a_text)
{
    create_and_open();
    ui_run(&ui, "info");
    await_shown("locator:");
    ck_assert_ptr_nonnull(ui.pager);
    press("Esc");
    ck_assert_ptr_null(ui.pager);
    ui_run(&ui, "peek 0x1000 1");
    await_said("past the end");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
    ck_assert_ptr_null(strstr(ui.status, "shmlens:"));
}

/* What asks other processes may take its time, and the sampler goes on meanwhile. */
TEST(types_does_not_hold_up_the_sampler)
{
    create_and_open();
    ui_run(&ui, "types");
    ck_assert_int_eq(ui.inspect->stores_pending, 0);
    await_shown("nothing is known of what lies here");
}

TEST(escape_gives_up_a_long_one)
{
    create_and_open();
    ui_run(&ui, "wait 0 --as u8 --equals 9");
    await(busy);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "Esc cancels"), 1);
    press("Esc");
    await_said("cancelled");
}

TEST(an_open_that_fails_says_why)
{
    run_named("open", "");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
    ck_assert_ptr_nonnull(strstr(ui.status, "shm_open"));
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
    ck_assert_ptr_null(ui.s.sampler);
}

TEST(the_log_shows_what_was_called)
{
    create_and_open();
    press("@");
    await_shown("shm_open(\"/shmlens-test");
    await_shown("times"); /* the sampler asks for the size again and again */
    ck_assert(canvas_resize(&ui.canvas, 8, 80));
    press("Home");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "LIVE"), -1);
    press("End");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "LIVE"), 0);
}

/* The log in sections, with what the calls are for; names of calls are never cut. */
TEST(the_log_is_a_lesson)
{
    char section[128];
    create_and_open();
    ui_run(&ui, "poke 8 7 --as u32le");
    press("y");
    await(editing);
    await_shown("07 00 00 00");
    press("@");
    (void)snprintf(section, sizeof section, "\u2500\u2500 opening %s, to look \u2500", locator);
    await_shown(section);
    await_shown("open it by its name");
    await_shown("its pages, to write");
    await_shown("\u2500\u2500 poke 8 7 --as u32le \u2500");
    await_shown("store 4 bytes at +0x8: 0 -> 7, done");
    ck_assert_int_lt(frame_find(&ui.canvas, "userfaultfd"), 0);
    ck_assert(canvas_resize(&ui.canvas, 24, 46));
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "shm_open("), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "mmap("), 1);
    press("Home");
    press("Down");
    press("Enter");
    await_shown("the whole call");
    await_shown("first ");
    await_shown(" time");
    press("Esc");
    press("a");
    await_shown("  all ");
}

static int rows_with(const char *text)
{
    int n = 0;
    for (int row = 0; row < ui.canvas.rows; row++) {
        char line[512];
        (void)canvas_row_text(&ui.canvas, row, line, sizeof line);
        n += strstr(line, text) != NULL;
    }
    return n;
}

static void log_call(const char *text)
{
    char call[32];
    (void)snprintf(call, sizeof call, "%.*s", (int)strcspn(text, "("), text);
    struct oserr e = sys_leave(be, call, 0, 0, "%s", text);
    ck_assert(!oserr_is(e));
}

/* The sampler's looks are one row, whatever was done between them; and before anything was done,
 * the log says what will be in it. */
TEST(the_log_folds_what_is_done_again_and_again)
{
    press("@");
    await_shown("No call was made for you yet.");
    for (int i = 0; i < 6; i++) {
        struct oserr e = sys_leave(be, "fstat", 0, 0, "fstat(777) = 0   st_size %d", 4096 + i);
        ck_assert(!oserr_is(e));
        e = sys_leave(be, "shm_unlink", 0, 0, "shm_unlink(\"/ux%d\") = 0", i % 3);
        ck_assert(!oserr_is(e));
    }
    await_shown("6 times");
    ck_assert_int_eq(rows_with("fstat(777)"), 1);
    ck_assert_int_eq(rows_with("st_size 4101 "), 1); /* the newest */
    ck_assert_int_eq(rows_with("shm_unlink(\"/ux2"), 2);
    struct oserr e = sys_leave(be, "shm_open", 0, 0, "shm_open(\"/other\", O_RDONLY) = 777");
    ck_assert(!oserr_is(e));
    e = sys_leave(be, "fstat", 0, 0, "fstat(777) = 0   st_size 1");
    ck_assert(!oserr_is(e));
    await_shown("st_size 1 ");
    ck_assert_int_eq(rows_with("fstat(777)"), 2); /* another object */
    log_call("close(777) = 0");
    log_call("fstat(777) = 0   st_size 2"); /* opened in a call that the log has folded */
    await_shown("st_size 2 ");
    ck_assert_int_eq(rows_with("fstat(777)"), 3);
    log_call("lseek(777, 0, SEEK_DATA) = 0");
    log_call("lseek(777, 0, SEEK_HOLE) = 8192");
    log_call("lseek(777, 8192, SEEK_DATA) = 12288");
    await_shown("lseek(777, 8192, SEEK_DATA) = 12288");
    ck_assert_int_eq(rows_with("lseek(777, 0, SEEK_HOLE) = 8192"), 1);
    ck_assert_int_eq(rows_with("SEEK_DATA"), 1);
    press("/");
    type("SEEK_DATA"); /* finds them all */
    await_shown("lseek(777, 0, SEEK_DATA) = 0");
    ck_assert_int_eq(rows_with(", SEEK_DATA)"), 2);
}

/* What the log says while it shows nothing, within the columns. */
TEST(an_empty_log_says_what_it_will_have)
{
    ck_assert(canvas_resize(&ui.canvas, 24, 59));
    press("@");
    await_shown("No call was made for you yet.");
    await_shown("Enter in the list");
    await_shown("which are left");
    log_call("getpid() = 7");
    await_shown("None of the calls so far shares memory: a shows all.");
    ck_assert_int_lt(frame_find(&ui.canvas, "No call was made"), 0);
}

/* A name that is too long for the line of a section is cut in sight. */
TEST(sections_are_cut_in_sight)
{
    char text[200], cut[CALLS_CUT];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_str_eq(calls_cut("short", cut), "short");
    ck_assert_uint_eq(strlen(calls_cut(text, cut)), CALLS_CUT - 1);
    ck_assert_ptr_nonnull(strstr(cut, "xx\u2026"));
}

static enum style cell_style(const char *offset, unsigned byte)
{
    int row = frame_find(&ui.canvas, offset);
    ck_assert_int_ge(row, 0);
    int col = inspect_cell_col(&ui.inspect->at, inspect_view(&ui), byte);
    return ui.canvas.cells[row * ui.canvas.stride + col].style;
}

static bool lit(void)
{
    return ui.s.match_length > 0;
}

/* While it asks, the matches that would be replaced are seen, and they alone. */
TEST(replace_shows_what_it_asks_about)
{
    create_and_open();
    ui_run(&ui, "fill 0x10 4 9");
    press("y");
    await_said("filled 4 bytes");
    await_shown("00000010  09 09 09 09");
    ui_run(&ui, "replace x:09 x:0a");
    await(lit);
    ck_assert(asked());
    ck_assert_uint_eq(ui.s.match, 0x10);
    ck_assert_int_eq(cell_style("00000010", 1), STYLE_FOUND);
    ck_assert_int_eq(cell_style("00000010", 3), STYLE_FOUND);
    press("n");
    await_said("nothing replaced");
    ck_assert(!lit());
    ck_assert_int_ne(cell_style("00000010", 1), STYLE_FOUND);
    ui_run(&ui, "goto 0x40");
    ui_run(&ui, "replace x:09 x:0a 0x12 2");
    await(lit);
    ck_assert_uint_eq(ui.s.match, 0x12);
    ck_assert_int_ne(cell_style("00000010", 1), STYLE_FOUND);
    ck_assert_int_eq(cell_style("00000010", 3), STYLE_FOUND);
    press("y");
    await_said("2 replaced");
    ck_assert(!lit());
}

/* The question does not change what is searched for. */
TEST(replace_leaves_the_search)
{
    create_and_open();
    ui_run(&ui, "fill 0x10 1 9");
    press("y");
    await_said("filled 1 byte");
    ui_run(&ui, "search x:09");
    await(lit);
    ui_run(&ui, "replace x:00 x:0a 0x20 2");
    await(asked);
    await(lit);
    ck_assert_uint_eq(ui.s.match, 0x20);
    press("n");
    await_said("nothing replaced");
    ck_assert_str_eq(ui.inspect->pattern, "x:09");
    ck_assert_uint_eq(ui.s.match, 0x10);
    ck_assert_uint_eq(ui.s.match_length, 1);
}

/* Every word must be in the call or in what it is for; a section without such a call is left out.
 */
TEST(the_log_is_filtered)
{
    create_and_open();
    ui_run(&ui, "poke 8 7 --as u32le");
    press("y");
    await(editing);
    await_shown("07 00 00 00");
    press("@");
    await_shown("store 4 bytes");
    press("/");
    await_shown("calls with (words):");
    type("MMAP write");
    await_shown("with \"MMAP write\" (Esc: all)");
    await_shown("its pages, to write");
    ck_assert_int_lt(frame_find(&ui.canvas, "shm_open"), 0);
    ck_assert_int_lt(frame_find(&ui.canvas, "store 4 bytes"), 0);
    press("Enter");
    press("Esc"); /* all of them */
    await_shown("store 4 bytes");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_calls);
    ui_run(&ui, "filter userfaultfd");
    await_shown("no call that shares memory has \"userfaultfd\" (a shows all)");
    ui_run(&ui, "filter store 4");
    await_shown("store 4 bytes");
    await_shown("\u2500\u2500 poke 8 7 --as u32le \u2500");
    ck_assert_int_lt(frame_find(&ui.canvas, "opening"), 0);
    press("Esc");
    press("Esc");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_inspect);
}

/* Whatever the command: what is wrong is said before anything is asked. */
TEST(arguments_are_judged_first)
{
    static const char *const lines[][2] = {
        {"poke 0 --as u64le banana", "VALUE: `banana` is not a number"},
        {"poke 4095 --as u32le 1", "past the end"},
        {"fill 0 8K 1", "past the end"},
        {"fill 0 1 300", "does not fit a byte"},
        {"fill 0 1", "missing argument; usage: fill OFFSET LENGTH BYTE"},
        {"load /nosuch/file 8K", "past the end"},
        {"resize huge", "SIZE: huge: not a number"},
        {"replace a u32:x", "NEW: "},
    };
    create_and_open();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ui_run(&ui, lines[i][0]);
        ck_assert_msg(ui.prompt.kind == PROMPT_NONE, "%s", lines[i][0]);
        ck_assert_int_eq(ui.status_style, STYLE_ERROR);
        ck_assert_msg(strstr(ui.status, lines[i][1]) != NULL, "%s", ui.status);
    }
    ui_run(&ui, "poke 0 --as u64le 7");
    ck_assert_str_eq(ui.prompt.label, "read-only: turn editing on? [y/N]");
}

/* One question for all commands, which says how much is written; edit mode is the answer to it. */
TEST(a_range_is_asked_about)
{
    create_and_open();
    ui_run(&ui, "fill 0 32 0x55");
    ck_assert_str_eq(ui.prompt.label, "read-only: turn editing on? [y/N]");
    ck_assert_str_eq(ui.prompt.note, "fill writes 32 bytes at 0x0");
    press("y");
    await_said("filled 32 bytes at 0x0 with 55");
    ui_run(&ui, "fill 0x10 16 0x56");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    await_said("filled 16 bytes at 0x10 with 56");
    ui_run(&ui, "fill 0 8 0x57");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    await_said("filled 8 bytes at 0x0 with 57");
}

/* What lacks the size stays: what is typed next mends it, and is no key of the screen. */
TEST(a_wrong_line_stays_to_be_mended)
{
    ui_run(&ui, "prompt create");
    type(name + 1);
    press("Enter");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_LINE);
    ck_assert_ptr_nonnull(strstr(ui.prompt.note, "SIZE is missing, such as: "));
    type(" 3X");
    press("Enter");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_LINE);
    ck_assert_ptr_nonnull(strstr(ui.prompt.note, "SIZE: 3X: not a number"));
    press("Backspace");
    type("K");
    ck_assert_str_eq(ui.prompt.note, "");
    press("Enter");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    await_said("created ");
}

SUITE(test_ui_run_line, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_wrong_line_stays_to_be_mended, from_creation_to_removal, arguments_are_judged_first,
            a_range_is_asked_about, what_writes_asks_first, a_fill_is_one_step_of_undo,
            undo_of_a_range_asks_when_it_has_moved_on, long_output_is_a_text,
            types_does_not_hold_up_the_sampler, escape_gives_up_a_long_one,
            an_open_that_fails_says_why, the_log_shows_what_was_called, the_log_is_a_lesson,
            the_log_is_filtered, the_log_folds_what_is_done_again_and_again,
            an_empty_log_says_what_it_will_have, sections_are_cut_in_sight,
            replace_leaves_the_search, replace_shows_what_it_asks_about));
