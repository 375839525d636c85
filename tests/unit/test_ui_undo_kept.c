/* Undo after the segment was closed and opened again: real segments, with everything behind them.
 */
#include <string.h>

#include "support/live_ui.h"

static void set_up(void)
{
    live_set_up("kept");
}

static bool let_go(void)
{
    return inspect_let_go(&ui);
}

static bool asked(void)
{
    return ui.prompt.kind == PROMPT_CONFIRM && strstr(ui.prompt.label, wanted) != NULL;
}

static void await_asked(const char *text)
{
    wanted = text;
    await(asked);
}

static void create(void)
{
    run_named("create", " 4K");
    await_said("created posix:");
}

static void open_it(void)
{
    run_named("open", "");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_inspect);
    ck_assert_str_eq(ui.s.locator, locator);
    ck_assert(!ui.s.edit);
}

/* The list of segments, for which the open one is closed. */
static void go_to_the_list(void)
{
    press("F3");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
    await(let_go);
    ck_assert_str_eq(ui.s.locator, "");
}

/* In edit mode from then on. */
static void fill(void)
{
    create();
    open_it();
    ui_run(&ui, "fill 0 32 0x55");
    press("y");
    await_said("filled 32 bytes at 0x0 with 55");
}

static bool stored(void)
{
    return ui.s.edit && ui.inspect->stores_pending == 0 && ui.s.undo_count > 0;
}

/* Types a sentence of 12 bytes in the text column. */
static void type_sentence(void)
{
    create();
    open_it();
    press("F4");
    await(editing); /* it is drawn by then, too */
    press("Tab");
    for (const char *p = "hello, world"; *p != '\0'; p++)
        ui_event(&ui, &(struct event){.kind = EVENT_KEY, .key = {(uint32_t)*p, 0}});
    await(stored);
    ck_assert_uint_eq(ui.s.undo_count, 1);
}

static void bytes_are(const char *text)
{
    struct seg *other = NULL;
    uint8_t bytes[13];
    size_t got = 0;
    struct oserr e = seg_open(be, locator, SEG_READ, &other);
    ck_assert(!oserr_is(e));
    e = seg_read(other, 0, bytes, sizeof bytes, &got);
    ck_assert(!oserr_is(e));
    seg_close(other);
    ck_assert_mem_eq(bytes, text, sizeof bytes);
}

/* What a second process would do. */
static void others_write(uint64_t offset, const char *text)
{
    struct seg *other = NULL;
    size_t done = 0;
    struct oserr e = seg_open(be, locator, SEG_WRITE, &other);
    ck_assert(!oserr_is(e));
    e = seg_store(other, offset, text, strlen(text), &done);
    ck_assert(!oserr_is(e));
    seg_close(other);
}

TEST(a_sentence_is_one_step)
{
    type_sentence();
    bytes_are("hello, world");
    press("^O");
    await_said("undo 0x0: 12 typed bytes put back");
    bytes_are("\0\0\0\0\0\0\0\0\0\0\0\0");
    press("^R");
    await_said("redo 0x0: 12 typed bytes written again");
    bytes_are("hello, world");
}

TEST(what_others_changed_of_a_sentence_stays)
{
    type_sentence();
    others_write(7, "W");
    press("^O");
    await_said("undo 0x0: 11 typed bytes put back; 1 had changed and stays");
    bytes_are("\0\0\0\0\0\0\0W\0\0\0\0");
}

TEST(a_sentence_that_changed_is_asked_about)
{
    type_sentence();
    others_write(0, "HELLO. WORLD");
    others_write(6, "_");
    press("^O");
    await_asked("all 12 bytes typed at 0x0 changed since: undo anyway?");
    press("y");
    await_said("undo 0x0: 12 typed bytes put back");
    bytes_are("\0\0\0\0\0\0\0\0\0\0\0\0");
}

TEST(undo_outlives_a_look_at_the_list)
{
    fill();
    go_to_the_list();
    open_it();
    press("u");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_CONFIRM); /* it is open read-only */
    press("y");
    await_said("undo 0x0: 32 bytes put back");
    go_to_the_list();
    open_it();
    press("^R");
    press("y");
    await_said("redo 0x0: 32 bytes written again");
}

/* It has the name of the one that was filled, and is another object. */
TEST(a_new_segment_has_nothing_to_undo)
{
    fill();
    take_away();
    go_to_the_list();
    create();
    open_it();
    press("u");
    await_said("nothing to undo");
}

SUITE(test_ui_undo_kept, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_sentence_is_one_step, what_others_changed_of_a_sentence_stays,
            a_sentence_that_changed_is_asked_about, undo_outlives_a_look_at_the_list,
            a_new_segment_has_nothing_to_undo));
