/* A text over the bytes, and the keys of the whole program: what a key does where. */
#include <string.h>

#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void set_up(void)
{
    st = stage_new(24, 80, 0x1000);
    stage_draw(st);
}

static void press(const char *name)
{
    struct event ev = {.kind = EVENT_KEY};
    ck_assert_msg(key_parse(name, &ev.key), "%s", name);
    ui_event(&st->ui, &ev);
}

/* Keys that are not for the text do nothing to what lies behind it, and say so. */
TEST(a_text_lets_no_key_through)
{
    static const char *const keys[] = {"i", "v", "F6", "/", "F4", "z", "s", "F3", "^T", "u"};
    bool edit = session_editing(&st->ui.s);
    const struct view *view = st->ui.s.set.view;
    bool strip = st->ui.s.set.strip;
    int depth = st->ui.depth;
    pager_open(&st->ui.host, "text", "one\ntwo", true);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char said[64];
        press(keys[i]);
        (void)snprintf(said, sizeof said, "%s is not for this text; Esc closes it", keys[i]);
        ck_assert_str_eq(st->ui.status, said);
        ck_assert_ptr_nonnull(st->ui.pager);
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    }
    ck_assert(session_editing(&st->ui.s) == edit);
    ck_assert_ptr_eq(st->ui.s.set.view, view);
    ck_assert(st->ui.s.set.strip == strip);
    ck_assert_int_eq(st->ui.depth, depth);
    ui_draw(&st->ui); /* the bar has only what works */
    ck_assert_int_ge(frame_find(&st->ui.canvas, "Esc Close F1Help"), 0);
    ck_assert_int_lt(frame_find(&st->ui.canvas, "F4Edit"), 0);
    press("Esc");
    ck_assert_ptr_null(st->ui.pager);
}

/* What is of no segment works on every screen. */
TEST(keys_of_the_whole_program_work_on_every_screen)
{
    static const char *const lines[] = {"calls", "help", "lab"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int depth = st->ui.depth;
        ui_run(&st->ui, lines[i]);
        ck_assert_msg(ui_screen(&st->ui) != &screen_inspect, "%s", lines[i]);
        press(":");
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
        press("Esc");
        press("F2");
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_MENU);
        ck_assert_str_eq(st->ui.prompt.opened_by, "options");
        press("F2");
        press("F9");
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_MENU);
        ck_assert_str_eq(st->ui.prompt.opened_by, "menu");
        press("F9");
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
        press("F3");
        ck_assert_ptr_eq(ui_screen(&st->ui), &screen_segments);
        press("q");
        while (st->ui.depth > depth)
            ui_back(&st->ui);
    }
}

SUITE(test_ui_over_text, .set_up = set_up, .tear_down = stage_tear_down,
      TESTS(a_text_lets_no_key_through, keys_of_the_whole_program_work_on_every_screen));
