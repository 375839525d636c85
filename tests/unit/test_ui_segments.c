/* The list of segments over a made-up survey. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/frames.h"
#include "ui/segments.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

static struct ui ui;

static char *copy(const char *text)
{
    size_t n = strlen(text) + 1;
    char *p = malloc(n);
    ck_assert_ptr_nonnull(p);
    memcpy(p, text, n);
    return p;
}

/* A made-up segment: who has it is rows of the survey from `first` on. */
struct made {
    const char *locator, *owner;
    enum seg_kind kind;
    uint64_t size, resident;
    uint32_t mode;
    size_t mappers;
};

static const struct made usual[] = {
    {"posix:/a\033[2Jname\n", "mallory", SEG_POSIX, 1, 4 * KIB, 0644, 0},
    {"posix:/orphan", "alice", SEG_POSIX, 64 * MIB, 64 * MIB, 0600, 0},
    {"posix:/psm_5b3f2a1c-with-a-very-long-name-indeed", "alice", SEG_POSIX, 300, 0, 0600, 0},
    {"posix:/ring", "alice", SEG_POSIX, 64 * KIB, 12 * KIB, 0640, 2},
    {"posix:/sem.lock", "bob", SEG_SEM, 32, 4 * KIB, 0600, 0},
};
enum { USUAL = sizeof usual / sizeof usual[0] };

/* A survey of these rows becomes the newest walk. */
static void survey(const struct made *made, size_t count)
{
    struct seg_survey *s = &ui.s.walk.survey;
    seg_survey_free(s);
    memset(s, 0, sizeof *s);
    s->segs = calloc(count + 1, sizeof *s->segs);
    s->who.mappers = calloc(3, sizeof *s->who.mappers);
    ck_assert(s->segs != NULL && s->who.mappers != NULL);
    s->who.mappers[0] = (struct seg_mapper){.pid = 4000001, .comm = "writer", .write = true};
    s->who.mappers[1] = (struct seg_mapper){.pid = 4000002, .comm = "read\033er", .read = true};
    s->who.mappers_count = 2;
    s->fs_free = 23ull << 30;
    s->fs_total = 32ull << 30;
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        struct seg_info *info = &s->segs[i];
        info->kind = made[i].kind;
        info->locator = copy(made[i].locator);
        info->name = copy(made[i].locator + 6);
        (void)snprintf(info->owner, sizeof info->owner, "%s", made[i].owner);
        info->stat.known = SEG_HAS_SIZE | SEG_HAS_RESIDENT | SEG_HAS_MODE | SEG_HAS_OWNER;
        info->stat.size = made[i].size;
        info->stat.resident = made[i].resident;
        info->stat.mode = made[i].mode;
        info->who_mappers = made[i].mappers;
    }
    ui.s.walk.kinds = WALK_KINDS;
    ui.s.walk.seq++;
}

static void set_up(void)
{
    struct oserr e = ui_init(&ui, NULL, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = 1000000000;
    survey(usual, USUAL);
    ui_draw(&ui);
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
    ui_draw(&ui);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct event ev = {.kind = EVENT_KEY, .key = {(uint32_t)*text, 0}};
        ui_event(&ui, &ev);
    }
    ui_draw(&ui);
}

static bool is_new(const char *locator)
{
    const struct seg_info *info = segments_find(&ui, locator);
    ck_assert_ptr_nonnull(info);
    return segments_is_new(&ui, info);
}

static const char *at_cursor(void)
{
    const struct seg_info *info = segments_at(&ui);
    return info != NULL ? info->locator : "";
}

/* A key may come between a new survey and the next frame. */
START_TEST(a_key_is_for_the_row_that_was_seen)
{
    press("Down");
    survey(usual, USUAL);
    type("  "); /* tags this row and the next, though the list is a new one */
    ck_assert_uint_eq(ui.segments->tags, 2);
    ck_assert(segments_tagged(ui.segments, "posix:/orphan"));
    survey(usual, 3); /* the row at the cursor is gone */
    type(" ");
    ck_assert_uint_eq(ui.segments->tags, 2);
    ck_assert_str_eq(ui.status, "the list has just changed: once more");
}
END_TEST

START_TEST(the_list)
{
    frame_check(&ui.canvas, "segments_80x24");
    ck_assert(canvas_resize(&ui.canvas, 12, 120));
    press("Down");
    frame_check(&ui.canvas, "segments_120x12");
    ck_assert(canvas_resize(&ui.canvas, 8, 40));
    ui_draw(&ui);
    frame_check(&ui.canvas, "segments_40x8");
}
END_TEST

START_TEST(the_cursor_stays_on_its_segment)
{
    static const struct made more[] = {
        {"posix:/0", "alice", SEG_POSIX, 10, 0, 0600, 0},
        {"posix:/1", "alice", SEG_POSIX, 10, 0, 0600, 0},
        {"posix:/ring", "alice", SEG_POSIX, 64 * KIB, 12 * KIB, 0640, 2},
    };
    press("Down");
    press("Down");
    press("Down");
    ck_assert_str_eq(at_cursor(), "posix:/ring");
    ui.now += 1000000000;
    survey(more, 3);
    ui_draw(&ui);
    ck_assert_str_eq(at_cursor(), "posix:/ring");
    ck_assert(is_new("posix:/0"));
    ck_assert(!is_new("posix:/ring"));
    ui.now += 5000000000;
    ck_assert(!is_new("posix:/0"));
    survey(more, 2); /* it is gone: the cursor stays in the list */
    ui_draw(&ui);
    ck_assert_str_eq(at_cursor(), "posix:/1");
    survey(more, 0);
    ui_draw(&ui);
    ck_assert_str_eq(at_cursor(), "");
    press("Enter");
    press("d");
    press("Space");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
}
END_TEST

START_TEST(sorting)
{
    press("s"); /* by size, the largest first */
    press("Home");
    ck_assert_str_eq(at_cursor(), "posix:/orphan");
    press("I");
    press("Home");
    ck_assert_str_eq(at_cursor(), usual[0].locator);
    ui_run(&ui, "sort procs");
    press("I");
    press("Home");
    ck_assert_str_eq(at_cursor(), "posix:/ring");
    press("S");
    ck_assert_str_eq(ui.segments->sort->name, "OWNER");
    ui_run(&ui, "sort nothing");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
}
END_TEST

START_TEST(filter_as_one_types)
{
    press("/");
    type("RI");
    ck_assert_uint_eq(ui.segments->count, 1);
    ck_assert_str_eq(at_cursor(), "posix:/ring");
    press("Backspace");
    ck_assert_uint_gt(ui.segments->count, 1);
    type("ing");
    press("Enter");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    ck_assert_uint_eq(ui.segments->count, 1);
    press("Esc");
    ck_assert_uint_eq(ui.segments->count, USUAL);
    press("/");
    type("nosuch");
    ck_assert_int_ge(frame_find(&ui.canvas, "none of 5 segments is like that"), 1);
    press("Esc");
    ck_assert_uint_eq(ui.segments->count, USUAL);
    ck_assert(!ui.quit);
}
END_TEST

START_TEST(orphans_only)
{
    press("a");
    ck_assert_uint_eq(ui.segments->count, 4);
    ui.s.walk.survey.who.unreadable = 1; /* then nothing is proved */
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_uint_eq(ui.segments->count, 0);
    press("a");
    ck_assert_uint_eq(ui.segments->count, USUAL);
    ck_assert_int_ge(frame_find(&ui.canvas, "idle"), 1);
}
END_TEST

START_TEST(removal_says_who_and_wants_the_name)
{
    ui_run(&ui, "filter ring");
    press("d");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_LINE);
    ck_assert_int_ge(frame_find(&ui.canvas, "2 processes have it: 4000001 writer 4000002"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "remove posix:/ring? its name or yes:"), 1);
    type("y");
    press("Enter");
    ck_assert_str_eq(ui.status, "nothing removed");
    press("d");
    press("Enter");
    ck_assert_str_eq(ui.status, "nothing removed");
    press("d");
    type("ring");
    press("Enter"); /* there is no walker in this test: it would run now */
    ck_assert_str_eq(ui.status, "nothing can be run now");
}
END_TEST

START_TEST(tagged_ones_need_yes)
{
    press("Space");
    press("Space");
    ck_assert_uint_eq(ui.segments->tags, 2);
    ck_assert_str_eq(at_cursor(), usual[2].locator);
    press("d");
    ck_assert_int_ge(frame_find(&ui.canvas, "remove 2 tagged segments (0 in use stay)?"), 1);
    press("Esc");
    ck_assert_uint_eq(ui.segments->tags, 2);
    press("Home");
    press("Space");
    ck_assert_uint_eq(ui.segments->tags, 1);
}
END_TEST

START_TEST(who_has_it)
{
    ui_run(&ui, "filter ring");
    press("o");
    ck_assert_int_ge(frame_find(&ui.canvas, "4000001"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "read\\x1ber"), 1);
    press("Esc");
    ck_assert(!ui.who_panel);
    ck_assert_str_eq(ui.segments->filter, "ring");
}
END_TEST

START_TEST(the_mouse)
{
    int row = frame_find(&ui.canvas, "posix:/ring");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = 5};
    ui_event(&ui, &ev);
    ck_assert_str_eq(at_cursor(), "posix:/ring");
    ev.mouse = MOUSE_WHEEL_UP;
    ui_event(&ui, &ev);
    ck_assert_str_eq(at_cursor(), usual[0].locator);
    ev = (struct event){.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = 23, .col = 1};
    ui_event(&ui, &ev); /* F1 of the key bar */
    ck_assert_ptr_eq(ui_screen(&ui), &screen_help);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ui_segments");
    TCase *t = tcase_create("segments");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, the_list);
    tcase_add_test(t, a_key_is_for_the_row_that_was_seen);
    tcase_add_test(t, the_cursor_stays_on_its_segment);
    tcase_add_test(t, sorting);
    tcase_add_test(t, filter_as_one_types);
    tcase_add_test(t, orphans_only);
    tcase_add_test(t, removal_says_who_and_wants_the_name);
    tcase_add_test(t, tagged_ones_need_yes);
    tcase_add_test(t, who_has_it);
    tcase_add_test(t, the_mouse);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
