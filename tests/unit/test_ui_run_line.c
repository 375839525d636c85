/* Lines with everything behind them: threads, segments, the log of calls. */
#include <poll.h>
#include <string.h>

#include "backend/os.h"
#include "support/frames.h"
#include "support/remover.h"
#include "support/suite.h"
#include "ui/list/list.h"

enum { WAIT_MS = 20000 };

static struct backend *be;
static struct ui ui;
static char name[64];    /* `/shmlens-test-PID-ui` */
static char locator[80]; /* `posix:` and the name */

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(name, sizeof name, "/shmlens-test-%u-ui", (unsigned)os_pid());
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    remover_segment(name);
    struct oserr e = ui_init(&ui, be, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = os_now();
}

static void tear_down(void)
{
    ui_free(&ui);
    struct oserr e =
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL);
    (void)e; /* it may be gone already */
    backend_free(be);
}

/* What the loop does until `ready` says so. */
static void await(bool (*ready)(void))
{
    int64_t end = os_now() + (int64_t)WAIT_MS * 1000000;
    while (true) {
        (void)session_take(&ui.s);
        ui.now = os_now();
        ui_draw(&ui);
        session_request_sample(&ui.s);
        if (ready())
            return;
        ck_assert_msg(ui.now < end, "nothing came of it: %s", ui.status);
        struct pollfd fd = {.fd = os_wake_fd(ui.s.wake), .events = POLLIN};
        (void)poll(&fd, 1, 50);
    }
}

static const char *wanted;

static bool said(void)
{
    return strstr(ui.status, wanted) != NULL;
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

static bool editing(void)
{
    return ui.s.edit;
}

static bool busy(void)
{
    uint64_t done, total;
    int64_t since;
    return ui_busy(&ui, &done, &total, &since) && ui.now - since > 250 * 1000000;
}

static void await_said(const char *text)
{
    wanted = text;
    await(said);
}

static void await_shown(const char *text)
{
    wanted = text;
    await(shown);
}

static void press(const char *key)
{
    struct event ev = {.kind = EVENT_KEY};
    ck_assert(key_parse(key, &ev.key));
    ui_event(&ui, &ev);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct event ev = {.kind = EVENT_KEY, .key = {(uint32_t)*text, 0}};
        ui_event(&ui, &ev);
    }
}

static void run_named(const char *verb, const char *rest)
{
    char line[256];
    (void)snprintf(line, sizeof line, "%s %s%s", verb, name, rest);
    ui_run(&ui, line);
}

static void create_and_open(void)
{
    run_named("create", " 4K");
    await_said("created posix:");
    run_named("open", "");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_inspect);
    ck_assert_str_eq(ui.s.locator, locator);
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
    ck_assert_uint_eq(ui.s.undo[0].offset, 8);
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

SUITE(test_ui_run_line, .set_up = set_up, .tear_down = tear_down,
      TESTS(from_creation_to_removal, what_writes_asks_first, long_output_is_a_text,
            escape_gives_up_a_long_one, an_open_that_fails_says_why,
            the_log_shows_what_was_called));
