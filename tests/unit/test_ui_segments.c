/* The list of segments over a made-up survey. */
#include <errno.h>
#include <string.h>

#include "session/settings.h"
#include "support/frames.h"
#include "support/listed.h"
#include "support/suite.h"

/* A key may come between a new survey and the next frame. */
TEST(a_key_is_for_the_row_that_was_seen)
{
    listed_press("Down");
    listed_survey(usual, USUAL);
    listed_type("  "); /* tags this row and the next, though the list is a new one */
    ck_assert_uint_eq(ui.segments->tags, 2);
    ck_assert(segments_tagged(ui.segments, "posix:/orphan"));
    listed_survey(usual, 3); /* the row at the cursor is gone */
    listed_type(" ");
    ck_assert_uint_eq(ui.segments->tags, 2);
    ck_assert_str_eq(ui.status, "the list just changed; press the key again");
}

TEST(the_list)
{
    frame_check(&ui.canvas, "segments_80x24");
    ck_assert(canvas_resize(&ui.canvas, 12, 120));
    listed_press("Down");
    frame_check(&ui.canvas, "segments_120x12");
    ck_assert(canvas_resize(&ui.canvas, 8, 40));
    ui_draw(&ui);
    frame_check(&ui.canvas, "segments_40x8");
}

TEST(the_list_at_every_size)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 59, "segments_59x24"},
                 {30, 120, "segments_120x30"},
                 {40, 120, "segments_120x40"},
                 {40, 132, "segments_132x40"},
                 {60, 200, "segments_200x60"}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ck_assert(canvas_resize(&ui.canvas, sizes[i].rows, sizes[i].cols));
        ui_draw(&ui);
        frame_check(&ui.canvas, sizes[i].name);
    }
}

TEST(an_empty_list_says_what_can_be_done)
{
    listed_survey(usual, 0);
    ui_draw(&ui);
    frame_check(&ui.canvas, "segments_empty_80x24");
    ui_run(&ui, "bind segments n");
    ui_run(&ui, "bind segments c prompt create");
    ui.status[0] = '\0';
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "    c   create a segment"), 1);
    ck_assert(canvas_resize(&ui.canvas, 8, 40));
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "No shared memory that you may see"), 1);
    ui.s.all_kinds = true;
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "No program that you may see"), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, "list mapped files"), 0);
    ui.s.walk.survey.error[SEG_SYSV] = (struct oserr){"shmctl", EACCES};
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "Nothing else is listed."), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, "No program"), 0);
}

TEST(the_cursor_stays_on_its_segment)
{
    static const struct made more[] = {
        {"posix:/0", "alice", SEG_POSIX, 10, 0, 0600, 0},
        {"posix:/1", "alice", SEG_POSIX, 10, 0, 0600, 0},
        {"posix:/ring", "alice", SEG_POSIX, 64 * KIB, 12 * KIB, 0640, 2},
    };
    listed_press("Down");
    listed_press("Down");
    listed_press("Down");
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
    ui.now += 1000000000;
    listed_survey(more, 3);
    ui_draw(&ui);
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
    ck_assert(listed_new("posix:/0"));
    ck_assert(!listed_new("posix:/ring"));
    ui.now += 5000000000;
    ck_assert(!listed_new("posix:/0"));
    listed_survey(more, 2); /* it is gone: the cursor stays in the list */
    ui_draw(&ui);
    ck_assert_str_eq(listed_cursor(), "posix:/1");
    listed_survey(more, 0);
    ui_draw(&ui);
    ck_assert_str_eq(listed_cursor(), "");
    static const char *const keys[] = {"Enter", "d", "Space", "o"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        ui.status[0] = '\0';
        listed_press(keys[i]);
        ck_assert_str_eq(ui.status, "no segment is highlighted");
    }
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    ck_assert(!ui.who_panel);
}

/* `s` on a segment: the list begins there, and stays there when it is listed anew. */
TEST(the_cursor_begins_where_one_comes_from)
{
    (void)snprintf(ui.s.locator, sizeof ui.s.locator, "posix:/ring");
    ui_push(&ui, &screen_inspect);
    ui_run(&ui, "segments");
    ui_draw(&ui);
    ui.s.locator[0] = '\0';
    for (int i = 0; i < 2; i++) {
        segments_rebuild(&ui);
        ck_assert_str_eq(listed_cursor(), "posix:/ring");
    }
}

/* What a look before a removal has proved holds for a minute, in the row, the counts and the
 * explanation, which says when that was. A user that is seen ends it for good. */
TEST(what_was_proved_has_an_age)
{
    struct seg_survey *s = &ui.s.walk.survey;
    s->who.unreadable = 1;
    s->segs[1].stat.dev = 7;
    s->segs[1].stat.ino = 99;
    s->who.unread = (struct seg_unreads){.count = 1, .row = {{.pid = 9, .comm = "in\x1bit"}}};
    ui.s.walk.seq++;
    listed_press("Down");
    ck_assert_int_eq(frame_find(&ui.canvas, "  in\\x1bit (9) not read"), 0);
    ck_assert_int_ge(frame_find(&ui.canvas, "idle: no user found, but 1 process"), 1);
    ck_assert_uint_eq(ui.segments->orphan_count, 0);
    segments_proved(&ui, seg_id_of(&s->segs[1].stat));
    segments_recount(&ui);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "orphan: no process uses it (asked just now)"), 1);
    ck_assert_int_eq(frame_find(&ui.canvas, " -              orphan"), 3); /* in the row */
    ck_assert_uint_eq(ui.segments->orphan_count, 1);
    ck_assert_uint_eq(ui.segments->idle_count, 3);
    ui.now += 30 * INT64_C(1000000000);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "orphan: no process uses it (asked 30 s ago)"), 1);
    s->segs[1].mappers.count = 2;
    s->segs[1].users = (struct seg_users){.rw = 1, .ro = 1};
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "in use by 2 processes"), 1);
    s->segs[1].mappers.count = 0;
    s->segs[1].users = (struct seg_users){0};
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "idle: no user found, but 1 process"), 1);
    segments_proved(&ui, seg_id_of(&s->segs[1].stat));
    ui.now += 61 * INT64_C(1000000000);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "idle: no user found, but 1 process"), 1);
}

TEST(numbers_in_names_are_numbers)
{
    static const struct made many[] = {
        {"posix:/many-10", "alice", SEG_POSIX, 10, 0, 0600, 0},
        {"posix:/many-2", "alice", SEG_POSIX, 10, 0, 0600, 0},
        {"posix:/many-9x", "alice", SEG_POSIX, 10, 0, 0600, 0},
    };
    listed_survey(many, 3);
    ui_draw(&ui);
    int ten = frame_find(&ui.canvas, "many-10");
    ck_assert_int_eq(frame_find(&ui.canvas, "many-2"), ten - 2);
    ck_assert_int_eq(frame_find(&ui.canvas, "many-9x"), ten - 1);
}

/* None was seen, as `ls` has it; that there may be others is said beside it. */
TEST(an_idle_segment_has_no_user_that_was_seen)
{
    static const char *const cells[][2] = {{"PROCS", "0"}, {"USERS", "?"}, {"STATE", "idle"}};
    struct segrow row = {.stat = NULL};
    bool gone = false, idle = false;
    ui.s.walk.survey.who.unreadable = 1;
    ui.s.walk.seq++;
    ui_draw(&ui);
    for (size_t k = 0; !idle && k < ui.segments->count; k++) {
        row = segments_row(&ui, segments_info(&ui, ui.segments->row[k], &gone));
        idle = segrow_is_idle(&row);
    }
    ck_assert(idle);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char cell[CELL_MAX];
        column_shown(column_find(cells[i][0], strlen(cells[i][0])), &row, cell);
        ck_assert_str_eq(cell, cells[i][1]);
    }
    row.unasked = true; /* nobody has looked */
    char cell[CELL_MAX];
    column_shown(column_find("PROCS", strlen("PROCS")), &row, cell);
    ck_assert_str_eq(cell, "?");
}

/* What is unused is said before what could not be read. */
TEST(the_title_keeps_what_is_unused)
{
    ui.s.walk.survey.who.unreadable = 3;
    ui.s.walk.seq++;
    ck_assert(canvas_resize(&ui.canvas, 39, 54));
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "  4 idle (64.0 MiB)"), 0);
    ck_assert_int_ne(frame_find(&ui.canvas, "not read"), 0);
}

/* The age is not that of the last store. */
TEST(an_age_says_what_it_is_of)
{
    ui_run(&ui, "sort age");
    ck_assert_str_eq(ui.status,
                     "sorted by AGE, newest first (later stores through a mapping do not move it)");
}

TEST(sorting)
{
    listed_press("s"); /* by size, the largest first */
    listed_press("Home");
    ck_assert_str_eq(listed_cursor(), "posix:/orphan");
    listed_press("I");
    listed_press("Home");
    ck_assert_str_eq(listed_cursor(), usual[0].locator);
    ui_run(&ui, "sort procs");
    listed_press("I");
    listed_press("Home");
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
    ui_run(&ui, "sort age");
    listed_press("S");
    ck_assert_str_eq(ui.segments->sort->name, "OWNER");
    ui_run(&ui, "sort nothing");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
}

/* Up is ascending, whatever the column. */
TEST(arrows_say_the_direction)
{
    ck_assert_int_eq(frame_find(&ui.canvas, "LOCATOR\u25b2"), 1);
    ui_run(&ui, "sort size");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "SIZE\u25bc"), 1); /* the largest first */
    ui.status[0] = '\0';
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "1-5 of 5, largest first"), 22);
    listed_press("I");
    ck_assert_int_eq(frame_find(&ui.canvas, "SIZE\u25b2"), 1);
    listed_press("I");
    ui_run(&ui, "sort age"); /* the newest first: ages ascend */
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "AGE\u25b2"), 1);
}

/* The words of the headers are those of the commands, of messages and of what is kept. */
TEST(headers_are_the_words_of_commands)
{
    static const char *const words[] = {"used-by", "USED_BY", "\"used by\"", "users"};
    char line[64], kept[SETTINGS_VALUE];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        ui_run(&ui, "sort locator");
        (void)snprintf(line, sizeof line, "sort %s", words[i]);
        ui_run(&ui, line);
        ck_assert_str_eq(ui.segments->sort->name, "USERS");
    }
    ck_assert_str_eq(ui.status, "sorted by USED BY, a to z");
    ui_run(&ui, "columns locator,age,used-by");
    ck_assert_int_ne(ui.status_style, STYLE_ERROR);
    ui_run(&ui, "sort age");
    settings_value(&ui.s.set, setting_find("sort"), kept, sizeof kept);
    ck_assert_str_eq(kept, "age");
    ui_run(&ui, "sort mtime"); /* the date of that, under a header of its own */
    settings_value(&ui.s.set, setting_find("sort"), kept, sizeof kept);
    ck_assert_str_eq(kept, "mtime");
    ui_run(&ui, "sort nothing");
    ck_assert_ptr_nonnull(strstr(ui.status, "AGE MTIME USED-BY"));
}

/* The style letter under the first character of `text` in this row. */
static char style_under(int row, const char *text)
{
    char line[600], styles[300] = "";
    canvas_row_text(&ui.canvas, row, line, sizeof line);
    size_t n = canvas_row_styles(&ui.canvas, row, styles, sizeof styles);
    char *at = strstr(line, text);
    ck_assert_msg(at != NULL, "%s", line);
    *at = '\0';
    size_t col = (size_t)canvas_width(line);
    return col < n ? styles[col] : ' ';
}

/* The column that the list is sorted by, and what may be removed, catch the eye. */
TEST(what_matters_catches_the_eye)
{
    ck_assert_int_eq(style_under(1, "LOCATOR"), style_letter(STYLE_KEY));
    ck_assert_int_eq(style_under(1, "SIZE"), style_letter(STYLE_HEADER));
    listed_press("s");
    ck_assert_int_eq(style_under(1, "LOCATOR"), style_letter(STYLE_HEADER));
    ck_assert_int_eq(style_under(1, "SIZE"), style_letter(STYLE_KEY));
    ui_run(&ui, "sort locator");
    ui_draw(&ui);
    ck_assert_int_eq(style_under(3, "orphan  "), style_letter(STYLE_TEXT)); /* the name */
    ck_assert_int_eq(style_under(6, "orphan"), style_letter(STYLE_WARN));   /* the state */
    ck_assert_int_eq(style_under(6, "posix:"), style_letter(STYLE_DIM));
    ck_assert_int_eq(style_under(6, "/sem"), style_letter(STYLE_TEXT));
    ck_assert_int_eq(style_under(2, "orphan"), style_letter(STYLE_ROW)); /* the cursor's row */
}

static void click(int row, const char *text)
{
    char line[600];
    canvas_row_text(&ui.canvas, row, line, sizeof line);
    const char *at = strstr(line, text);
    ck_assert_msg(at != NULL, "%s", line);
    struct event ev = {
        .kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = (int)(at - line)};
    ui_event(&ui, &ev);
    ui_draw(&ui);
}

TEST(a_click_on_a_header_sorts)
{
    ui_run(&ui, "sort size");
    ui_draw(&ui);
    click(1, "OWNER");
    ck_assert_str_eq(ui.segments->sort->name, "OWNER");
    ck_assert_int_eq(frame_find(&ui.canvas, "OWNER\u25b2"), 1);
    click(1, "OWNER");
    ck_assert_int_eq(frame_find(&ui.canvas, "OWNER\u25bc"), 1);
    listed_press("F6");
    ck_assert_int_ge(frame_find(&ui.canvas, "USED BY  commands of"), 2);
    listed_press("Enter"); /* it begins at the column that the list is sorted by */
    ck_assert_str_eq(ui.segments->sort->name, "OWNER");
}

TEST(sums_of_what_is_shown_and_tagged)
{
    listed_type("*");
    ck_assert_uint_eq(ui.segments->tags, USUAL);
    ck_assert_int_eq(frame_find(&ui.canvas, "5 tagged  64.1 MiB"), 0);
    listed_press("Home");
    listed_press("Space");
    listed_type("~");
    ck_assert_uint_eq(ui.segments->tags, 1);
    ck_assert_int_eq(frame_find(&ui.canvas, "1 tagged  1 B"), 0);
    listed_type("U");
    ck_assert_uint_eq(ui.segments->tags, 0);
    ui_run(&ui, "filter ring");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "1 of 5 shown  64 KiB"), 0);
    ck_assert_int_eq(frame_find(&ui.canvas, " filter \"ring\"  in use by 2 processes"), 22);
    listed_type("*");
    ck_assert_uint_eq(ui.segments->tags, 1);
    ck_assert(segments_tagged(ui.segments, "posix:/ring"));
}

/* The commands of the processes, not only how many there are. */
TEST(users_have_names)
{
    ck_assert_int_ge(frame_find(&ui.canvas, "writer rw, +1"), 2);
    ui_run(&ui, "columns users,locator");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "USED BY"), 1);
    ui_run(&ui, "columns auto");
}

TEST(filter_as_one_types)
{
    listed_press("/");
    listed_type("RI");
    ck_assert_uint_eq(ui.segments->count, 1);
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
    listed_press("Backspace");
    ck_assert_uint_gt(ui.segments->count, 1);
    listed_type("ing");
    listed_press("Enter");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    ck_assert_uint_eq(ui.segments->count, 1);
    listed_press("Esc");
    ck_assert_uint_eq(ui.segments->count, USUAL);
    listed_press("/");
    listed_type("nosuch");
    ck_assert_int_ge(frame_find(&ui.canvas, "no match among 5 segments"), 1);
    listed_press("Esc");
    ck_assert_uint_eq(ui.segments->count, USUAL);
    ck_assert(!ui.quit);
    char highlighted[LOCATOR_MAX];
    listed_press("End");
    (void)snprintf(highlighted, sizeof highlighted, "%s", listed_cursor());
    listed_press("/");
    listed_type("=");
    ck_assert_uint_eq(ui.segments->count, 0);
    listed_press("Esc");
    ck_assert_str_eq(listed_cursor(), highlighted);
}

/* Again: what is perhaps unused, too; where nothing is proved, that is what there is. */
TEST(orphans_only)
{
    listed_press("a");
    ck_assert_uint_eq(ui.segments->count, 4);
    listed_press("a"); /* none is idle */
    ck_assert_uint_eq(ui.segments->count, USUAL);
    listed_press("a");
    ui.s.walk.survey.who.unreadable = 1; /* then nothing is proved */
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_uint_eq(ui.segments->count, 0);
    listed_press("a");
    ck_assert_uint_eq(ui.segments->count, 4);
    ck_assert_int_eq(frame_find(&ui.canvas, "4 idle ("), 0);
    ck_assert_int_ge(frame_find(&ui.canvas, "?        idle"), 2);
    ck_assert_str_eq(ui.status,
                     "orphans, and idle: no user found, but 1 process could not be read");
    ui.status[0] = '\0';
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "orphans and idle only  idle: no user"), 22);
    listed_press("a");
    ck_assert_uint_eq(ui.segments->count, USUAL);
    listed_press("a");
    ck_assert_str_eq(ui.status, "orphans only; 4 idle hidden: a shows them, too");
    listed_press("a");
    listed_press("Esc");
    ck_assert_uint_eq(ui.segments->count, USUAL);
}

TEST(title_says_how_far_it_is_and_who_hangs)
{
    ck_assert_int_lt(frame_find(&ui.canvas, "/proc"), 0);
    ui.s.percent = 43;
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "/proc 43 %"), 0);
    ui.s.percent = 0;
    ui.s.walk.survey.who.unreadable = 3;
    ui.s.walk.hanging = 1;
    ui.s.walk.hanging_pid = 4711;
    ui_draw(&ui);
    ck_assert_int_lt(frame_find(&ui.canvas, "/proc"), 0);
    ck_assert_int_eq(frame_find(&ui.canvas, "3 processes not read (4711 hangs)"), 0);
    ui.s.walk.hanging = 2;
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "3 processes not read (2 hang)"), 0);
}

TEST(removal_says_who_and_wants_the_name)
{
    ui_run(&ui, "filter ring");
    listed_press("d");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_LINE);
    ck_assert_int_ge(frame_find(&ui.canvas, "in use by 2 processes: writer (4000001)"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "Remove posix:/ring? Type its name, or yes:"), 1);
    listed_type("y");
    listed_press("Enter");
    ck_assert_str_eq(ui.status, "nothing removed");
    listed_press("d");
    listed_press("Enter");
    ck_assert_str_eq(ui.status, "nothing removed");
    listed_press("d");
    listed_type("ring");
    listed_press("Enter"); /* there is no walker in this test: it would run now */
    ck_assert_str_eq(ui.status, "cannot run commands: no background thread");
}

TEST(tagged_ones_need_yes)
{
    listed_press("Space");
    listed_press("Space");
    ck_assert_uint_eq(ui.segments->tags, 2);
    ck_assert_str_eq(listed_cursor(), usual[2].locator);
    listed_press("d");
    ck_assert_int_ge(frame_find(&ui.canvas, "Remove 2 tagged segments?"), 1);
    listed_press("Esc");
    ck_assert_uint_eq(ui.segments->tags, 2);
    listed_press("Home");
    listed_press("Space");
    ck_assert_uint_eq(ui.segments->tags, 1);
}

TEST(who_has_it)
{
    ui_run(&ui, "filter ring");
    listed_press("o");
    ck_assert_int_ge(frame_find(&ui.canvas, "4000001"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "read\\x1ber"), 1);
    listed_press("Esc");
    ck_assert(!ui.who_panel);
    ck_assert_str_eq(ui.segments->filter, "ring");
}

/* The first survey after a click must not take the cursor back to the first row. */
TEST(a_click_stays_where_it_was_made)
{
    int row = frame_find(&ui.canvas, "posix:/ring");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = 5};
    ui_event(&ui, &ev);
    listed_survey(usual, USUAL);
    ui_draw(&ui);
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
}

TEST(the_wheel_stays_where_it_was_turned)
{
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_WHEEL_DOWN, .row = 5, .col = 5};
    ui_event(&ui, &ev);
    listed_survey(usual, USUAL);
    ui_draw(&ui);
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
}

TEST(an_empty_list_has_no_users)
{
    listed_press("o");
    ui_run(&ui, "filter zzzz");
    ui_draw(&ui);
    ck_assert_int_lt(frame_find(&ui.canvas, "looking"), 0);
    ck_assert_int_lt(frame_find(&ui.canvas, "who uses"), 0);
    ui_run(&ui, "filter ring");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "4000001"), 1);
}

TEST(the_mouse)
{
    int row = frame_find(&ui.canvas, "posix:/ring");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = 5};
    ui_event(&ui, &ev);
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
    ev.mouse = MOUSE_WHEEL_UP;
    ui_event(&ui, &ev);
    ck_assert_str_eq(listed_cursor(), usual[0].locator);
    ev = (struct event){.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = 23, .col = 1};
    ui_event(&ui, &ev); /* F1 of the key bar */
    ck_assert_ptr_eq(ui_screen(&ui), &screen_help);
}

SUITE(test_ui_segments, .set_up = listed_set_up, .tear_down = listed_tear_down,
      TESTS(what_was_proved_has_an_age, a_key_is_for_the_row_that_was_seen, the_list,
            the_list_at_every_size, an_empty_list_says_what_can_be_done,
            the_cursor_stays_on_its_segment, the_cursor_begins_where_one_comes_from, sorting,
            numbers_in_names_are_numbers, the_title_keeps_what_is_unused,
            an_idle_segment_has_no_user_that_was_seen, an_age_says_what_it_is_of,
            arrows_say_the_direction, headers_are_the_words_of_commands, a_click_on_a_header_sorts,
            sums_of_what_is_shown_and_tagged, users_have_names, what_matters_catches_the_eye,
            filter_as_one_types, orphans_only, title_says_how_far_it_is_and_who_hangs,
            removal_says_who_and_wants_the_name, tagged_ones_need_yes, who_has_it,
            a_click_stays_where_it_was_made, the_wheel_stays_where_it_was_turned,
            an_empty_list_has_no_users, the_mouse));
