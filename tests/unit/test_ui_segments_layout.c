/* The list of segments: how wide its columns are, and what is cut where there is not room for all.
 */
#include <string.h>

#include "support/frames.h"
#include "support/listed.h"
#include "support/suite.h"

/* A column that would say nothing of any row leaves its room to the names. */
TEST(empty_columns_give_their_room)
{
    ck_assert(canvas_resize(&ui.canvas, 24, 132));
    ui_draw(&ui);
    ck_assert_int_lt(frame_find(&ui.canvas, "CREATOR"), 0);
    struct seg_survey *s = &ui.s.walk.survey;
    s->segs[1].stat.known |= SEG_HAS_CREATOR;
    s->segs[1].stat.creator = 4242;
    ui.s.walk.seq++;
    ck_assert(canvas_resize(&ui.canvas, 24, 160));
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "CREATOR"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "   4242"), 1);
    s->segs[1].stat.state = SEG_ST_SEALED | SEG_ST_LOCKED;
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "orphan, sealed, locked"), 1);
    s->segs[1].stat.known &= ~(unsigned)SEG_HAS_CREATOR;
    ui.s.walk.seq++;
    ui_run(&ui, "columns LOCATOR,CREATOR,STATE"); /* who asks for it gets it */
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "CREATOR"), 1);
}

/* One name of the wanted width, the others short. */
static void survey_with_name(int cols, const char *letter)
{
    static char name[400];
    struct made made[USUAL];
    memcpy(made, usual, sizeof made);
    size_t n = (size_t)snprintf(name, sizeof name, "posix:/");
    for (int i = (int)n; i < cols; i += canvas_width(letter))
        n += (size_t)snprintf(name + n, sizeof name - n, "%s", letter);
    made[2].locator = name;
    listed_survey(made, USUAL);
    ui_draw(&ui);
}

/* Moves the cursor to the row whose locator begins so. */
static void highlight(const char *start)
{
    listed_press("Home");
    for (int i = 0; i < USUAL && strncmp(listed_cursor(), start, strlen(start)) != 0; i++)
        listed_press("Down");
    ck_assert_int_eq(strncmp(listed_cursor(), start, strlen(start)), 0);
}

static bool row_is_cut(const char *found)
{
    char line[800];
    canvas_row_text(&ui.canvas, frame_find(&ui.canvas, found), line, sizeof line);
    char *name = strstr(line, "posix:/"), *end = name != NULL ? strpbrk(name, " \u2026") : NULL;
    return end != NULL && *end != ' ';
}

/* Names come first: none is cut while something else has more room than it needs, and columns that
 * nobody asked for leave for them. */
TEST(names_come_first)
{
    static const struct {
        int cols, name; /* a name of so many columns is whole on this screen */
    } whole[] = {{59, 37}, {80, 23}, {120, 47}, {132, 59}, {200, 107}};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        ck_assert(canvas_resize(&ui.canvas, 24, whole[i].cols));
        survey_with_name(whole[i].name, "n");
        ck_assert_msg(!row_is_cut("posix:/nnn"), "%d at %d", whole[i].name, whole[i].cols);
        survey_with_name(whole[i].name, "\u732b"); /* takes two columns */
        ck_assert_msg(!row_is_cut("posix:/\u732b"), "%d at %d", whole[i].name, whole[i].cols);
    }
    ck_assert(canvas_resize(&ui.canvas, 24, 132));
    survey_with_name(20, "n");
    ck_assert_int_eq(frame_find(&ui.canvas, "writer rw, read\\x1ber r"), 5);
}

/* A value that gets shorter moves no column; other rows may. */
TEST(columns_stay_where_they_are)
{
    char before[600], after[600];
    struct seg_survey *s = &ui.s.walk.survey;
    canvas_row_text(&ui.canvas, 1, before, sizeof before);
    for (size_t i = 0; i < s->count; i++)
        s->segs[i].stat.size = s->segs[i].stat.resident = 1;
    memcpy(s->segs[0].owner, "bo", 3);
    s->segs[3].users = (struct seg_users){0};
    ui.s.walk.seq++;
    ui_draw(&ui);
    canvas_row_text(&ui.canvas, 1, after, sizeof after);
    ck_assert_str_eq(before, after);
    ui_run(&ui, "filter zzz"); /* nothing has it */
    ui_draw(&ui);
    canvas_row_text(&ui.canvas, 1, after, sizeof after);
    ck_assert_str_eq(before, after);
    ui_run(&ui, "filter");
    listed_press("Esc");
    s->segs[2].stat.size = 1023 * KIB; /* `1023 KiB` is no wider than what was there, */
    s->segs[2].stat.resident = 1023 * KIB + 512;
    memcpy(s->segs[2].owner, "a_longer", 9); /* and this is wider */
    ui.s.walk.seq++;
    ui_draw(&ui);
    canvas_row_text(&ui.canvas, 1, after, sizeof after);
    ck_assert_str_ne(before, after);
}

/* Names of a family differ at their ends. */
TEST(names_are_cut_in_the_middle)
{
    static const struct made feeds[] = {
        {"posix:/company-feed-eurusd-ring-001", "alice", SEG_POSIX, 1, 0, 0600, 2},
        {"posix:/company-feed-eurusd-ring-002", "alice", SEG_POSIX, 1, 0, 0600, 2},
        {"posix:/company-feed-\u732b\u732b\u732b\u732b\u732b\u732b\u732b\u732b\u732b-003", "alice",
         SEG_POSIX, 1, 0, 0600, 2},
    };
    listed_survey(feeds, 3);
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "ring-001 "), 2);
    ck_assert_int_eq(frame_find(&ui.canvas, "ring-002 "), 3);
    ck_assert_int_eq(frame_find(&ui.canvas, "-003 "), 4);
    ck_assert_int_eq(frame_find(&ui.canvas, " posix:/company"), 2);
}

/* A name that its row has to cut is whole in the bottom line, or the end of it is there. */
TEST(a_name_that_was_cut_is_below)
{
    char line[600];
    survey_with_name(60, "n");
    highlight("posix:/nn");
    ck_assert(row_is_cut("posix:/nnn"));
    canvas_row_text(&ui.canvas, 22, line, sizeof line);
    char *name = strstr(line, "posix:/");
    ck_assert_ptr_nonnull(name);
    ck_assert_int_eq((int)strcspn(name, " "), 60);
    survey_with_name(107, "\u732b");
    highlight("posix:/\u732b");
    canvas_row_text(&ui.canvas, 22, line, sizeof line);
    ck_assert_int_eq(strncmp(line, " \u2026\u732b", 7), 0);
    ck_assert_int_ge(canvas_width(line), 77);
    survey_with_name(20, "n");
    highlight("posix:/nn");
    canvas_row_text(&ui.canvas, 22, line, sizeof line);
    ck_assert_ptr_null(strstr(line, "posix:/"));
}

/* What does not fit is counted, and what the processes may do is never cut. */
TEST(users_that_do_not_fit_are_counted)
{
    static const struct {
        int cols;
        const char *cell;
    } cells[] = {{24, "writer rw, read\\x1ber r"},
                 {23, "writer rw, read\\x1ber r"},
                 {22, "writer rw, +1"},
                 {13, "writer rw, +1"},
                 {12, "writ\u2026 rw, +1"},
                 {9, "w\u2026 rw, +1"},
                 {4, "\u2026 rw, +1"}};
    char cell[CELL_MAX];
    struct segrow row = segments_row(&ui, segments_find(&ui, "posix:/ring"));
    struct layout at = {.column = {column_find("USERS", 5)}, .count = 1};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        at.end[0] = cells[i].cols;
        layout_cell(&at, 0, &row, cell);
        ck_assert_str_eq(cell, cells[i].cell);
    }
    row = segments_row(&ui, segments_find(&ui, "posix:/orphan"));
    layout_cell(&at, 0, &row, cell);
    ck_assert_str_eq(cell, "-");
}

SUITE(test_ui_segments_layout, .set_up = listed_set_up, .tear_down = listed_tear_down,
      TESTS(empty_columns_give_their_room, names_come_first, columns_stay_where_they_are,
            names_are_cut_in_the_middle, a_name_that_was_cut_is_below,
            users_that_do_not_fit_are_counted));
