/* Questions: what is an answer, and when one counts. */
#include <string.h>

#include "support/frames.h"
#include "support/suite.h"
#include "ui/frame/ui.h"

static struct ui ui;
static char answer[EDIT_MAX];
static int answers, drops;

static void set_up(void)
{
    struct oserr e = ui_init(&ui, NULL, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = 1000000000;
    answer[0] = '\0';
    answers = drops = 0;
}

static void tear_down(void)
{
    ui_free(&ui);
}

static void press(const char *name)
{
    struct event ev = {.kind = EVENT_KEY};
    ck_assert_msg(key_parse(name, &ev.key), "%s", name);
    ui_event(&ui, &ev);
}

static void accepted(struct ui *u, const char *text, void *ctx)
{
    (void)u;
    (void)ctx;
    answers++;
    (void)snprintf(answer, sizeof answer, "%s", text);
}

static void was_dropped(struct ui *u, void *ctx)
{
    (void)u;
    (void)ctx;
    drops++;
}

TEST(only_y_says_yes)
{
    static const char *const no[] = {"n", "Enter", "Esc", "^Y", "Space", "M-y"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        prompt_confirm(&ui.host, "really?", accepted, NULL);
        if (i == 0) {
            ui_draw(&ui);
            ck_assert_int_eq(frame_find(&ui.canvas, "really? [y/N]"), 22);
        }
        struct event ev = {.kind = EVENT_KEY};
        ck_assert(key_parse(no[i], &ev.key));
        ui_event(&ui, &ev);
        ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    }
    ck_assert_int_eq(answers, 0);
    prompt_confirm(&ui.host, "really?", accepted, NULL);
    ui_draw(&ui);
    press("y");
    ck_assert_int_eq(answers, 1);
}

/* Nobody can say yes to what has not been on the screen; no can always be said. */
TEST(yes_counts_once_the_question_was_drawn)
{
    prompt_confirm(&ui.host, "really?", accepted, NULL);
    (void)snprintf(ui.prompt.note, sizeof ui.prompt.note, "it is written");
    press("y");
    press("Y");
    ck_assert_int_eq(answers, 0);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_CONFIRM);
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "answered too early, not counted; it is written"), 21);
    press("y");
    ck_assert_int_eq(answers, 1);
    prompt_confirm(&ui.host, "really?", accepted, NULL);
    ui.prompt.drop = was_dropped;
    press("n");
    ck_assert_int_eq(drops, 1);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
}

TEST(so_does_a_word_that_is_asked_for)
{
    prompt_insist(&ui.host, "type yes: ", accepted, NULL);
    press("y");
    press("e");
    press("s");
    press("Enter");
    press("Enter");
    ck_assert_int_eq(answers, 0);
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "answered too early, not counted"), 21);
    ck_assert_int_eq(frame_find(&ui.canvas, "type yes: yes"), 22);
    press("Enter");
    ck_assert_int_eq(answers, 1);
    ck_assert_str_eq(answer, "yes");
    prompt_insist(&ui.host, "type yes: ", accepted, NULL);
    ui.prompt.drop = was_dropped;
    press("Esc");
    ck_assert_int_eq(drops, 1);
}

SUITE(test_ui_questions, .set_up = set_up, .tear_down = tear_down,
      TESTS(only_y_says_yes, yes_counts_once_the_question_was_drawn,
            so_does_a_word_that_is_asked_for));
