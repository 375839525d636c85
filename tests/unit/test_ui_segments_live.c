/* The list of segments as it changes: what vanished, columns, the panel of users, the tagged. */
#include <string.h>

#include "session/settings.h"
#include "support/frames.h"
#include "support/listed.h"
#include "support/suite.h"

/* What vanished stays for a moment, greyed; nothing can be done with it. */
TEST(vanished_rows_stay_for_a_moment)
{
    struct gone *gone = &ui.s.gone[ui.s.gone_count++];
    ui.now = 10000000000;
    *gone = (struct gone){.time = ui.now};
    gone->info.locator = listed_copy("posix:/older");
    gone->info.name = listed_copy("older");
    ui_draw(&ui);
    int row = frame_find(&ui.canvas, "- posix:/older");
    ck_assert_int_eq(row, frame_find(&ui.canvas, "posix:/sem.lock") + 1); /* below the others */
    ck_assert_int_eq(frame_find(&ui.canvas, "1 gone"), 0);
    ck_assert_int_ge(frame_find(&ui.canvas, "1-5 of 5, a to z"), 1);
    ck_assert_int_eq(frame_find(&ui.canvas, "     gone"), row);
    ck_assert_int_eq(ui.canvas.cells[row * ui.canvas.cols + 4].style, STYLE_GONE);
    listed_press("End");
    listed_press("Enter");
    ck_assert_str_eq(ui.status, "that segment is gone");
    listed_press("d");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    listed_press("Space");
    ck_assert_uint_eq(ui.segments->tags, 0);
    ui.now += 3000000000;
    ui_draw(&ui);
    ck_assert_int_lt(frame_find(&ui.canvas, "posix:/older"), 0);
    ck_assert_str_eq(listed_cursor(), "posix:/sem.lock");
    ck_assert_uint_eq(ui.s.gone_count, 0);
}

static void vanish(const char *locator)
{
    struct gone *gone = &ui.s.gone[ui.s.gone_count++];
    *gone = (struct gone){.time = ui.now};
    gone->info.locator = listed_copy(locator);
    gone->info.name = listed_copy(locator);
}

/* Many that vanish at once do not crowd the list; the one that was highlighted stays where it is.
 */
TEST(what_vanished_is_gathered)
{
    char name[32];
    listed_press("Down");
    ck_assert_str_eq(listed_cursor(), "posix:/orphan");
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof name, "posix:/busy-%02d", i);
        vanish(name);
    }
    vanish("posix:/orphan");
    ui.s.walk.survey.segs[1].locator[0] = 'q'; /* it is another one now */
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_uint_eq(ui.segments->gone_shown, GONE_ROWS + 1);
    ck_assert_int_eq(frame_find(&ui.canvas, "21 gone"), 0);
    ck_assert_int_ge(frame_find(&ui.canvas, "- posix:/busy-19"), 7);
    ck_assert_int_lt(frame_find(&ui.canvas, "busy-16"), 0);
    ck_assert_int_eq(frame_find(&ui.canvas, "- posix:/orphan"), 3); /* where it was */
    ck_assert_str_eq(ui.segments->cursor, "posix:/orphan");
}

/* The row, its explanation below, and the panel of users have the same words. */
TEST(one_verdict)
{
    listed_press("Down");
    ck_assert_int_eq(frame_find(&ui.canvas, "orphan: no process uses it"), 22);
    listed_press("o");
    ck_assert_int_ge(frame_find(&ui.canvas, "no process uses it"), 1);
    ui.s.walk.survey.segs[1].stat.known |= SEG_HAS_SECTION; /* found by handles only */
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "no handle found; a process that only maps it"), 1);
    ui.s.walk.survey.segs[1].stat.known &= ~(unsigned)SEG_HAS_SECTION;
    ui.s.walk.survey.who.unreadable = 3;
    ui.s.walk.seq++;
    ui.status[0] = '\0';
    ui_draw(&ui);
    static const char why[] = "no user found, but 3 processes could not be read";
    int row = frame_find(&ui.canvas, why);
    ck_assert(row > 2 && row < 22); /* the panel */
    listed_press("o");
    ui.status[0] = '\0';
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, why), 22);
    ck_assert_int_eq(frame_find(&ui.canvas, "idle: no user found"), 22);
    ck_assert_int_ge(frame_find(&ui.canvas, "  idle"), 2);
    listed_press("Down");
    listed_press("Down");
    ck_assert_int_eq(frame_find(&ui.canvas, "in use by 2 processes"), 22);
    ui.s.walk.survey.segs[3].stat.state |= SEG_ST_SEALED;
    ui.s.walk.seq++;
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "; sealed: some changes are forbidden"), 22);
}

TEST(columns_are_chosen)
{
    ui_run(&ui, "columns size,NAME,locator");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "   SIZE NAME"), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, "OWNER"), 0);
    listed_press("s"); /* the next of those shown, from LOCATOR on */
    ck_assert_str_eq(ui.segments->sort->name, "SIZE");
    listed_press("s");
    ck_assert_str_eq(ui.segments->sort->name, "NAME");
    ui_run(&ui, "columns size,colour");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
    ck_assert_str_eq(ui.s.set.columns, "size,NAME,locator");
    ui.status[0] = '\0'; /* it names all columns */
    ui_run(&ui, "columns "
                "locator,kind,name,size,res,swap,mode,owner,procs,creator,last,key,mtime,state");
    ui_draw(&ui); /* more than fit: those chosen last are left out */
    ck_assert_int_ge(frame_find(&ui.canvas, "LOCATOR"), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, "STATE"), 0);
    ck_assert(canvas_resize(&ui.canvas, 24, 200));
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "STATE"), 1);
    ui_run(&ui, "columns auto");
    ui_draw(&ui); /* with PROCS, but without those that would be empty */
    ck_assert_int_ge(frame_find(&ui.canvas, "PROCS"), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, "CREATOR"), 0);
}

/* The locator in row i of those shown. */
static const char *listed_at(size_t i)
{
    bool gone = false;
    return segments_info(&ui, ui.segments->row[i], &gone)->locator;
}

/* The order is an option like others: it can be set, and what is pressed changes it. */
TEST(the_order_is_an_option)
{
    ui_run(&ui, "sort size");
    ui_draw(&ui);
    char first[LOCATOR_MAX], value[SETTINGS_VALUE];
    (void)snprintf(first, sizeof first, "%s", listed_at(0));
    ui_run(&ui, "set sort -size");
    ui_draw(&ui);
    ck_assert_str_eq(listed_at(ui.segments->count - 1), first);
    listed_press("I");
    ck_assert_str_eq(listed_at(0), first);
    size_t i = 0;
    while (strcmp(setting_name(i), "sort") != 0)
        i++;
    settings_value(&ui.s.set, i, value, sizeof value);
    ck_assert_str_eq(value, "size");
    ui_run(&ui, "set sort colour");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
    ck_assert_str_eq(ui.s.set.sort->name, "SIZE");
}

TEST(a_filter_finds_commands_and_kinds)
{
    ui_run(&ui, "filter WRIT");
    ck_assert_uint_eq(ui.segments->count, 1);
    ck_assert_str_eq(listed_cursor(), "posix:/ring");
    ui_run(&ui, "filter sem");
    ck_assert_uint_eq(ui.segments->count, 1);
    ui_run(&ui, "filter alice");
    ck_assert_uint_eq(ui.segments->count, 3);
}

/* The panel has a cursor of its own: Tab, arrows, Enter, Esc. */
TEST(the_panel_of_users)
{
    ui_run(&ui, "filter ring");
    listed_press("Tab"); /* as in the bytes, it opens nothing */
    ck_assert(!ui.who_panel);
    ck_assert_ptr_nonnull(strstr(ui.status, "o shows who uses this"));
    listed_press("o");
    listed_press("Tab");
    ck_assert(ui.who_panel && ui.who_focus);
    ck_assert_int_ge(frame_find(&ui.canvas, "> 4000001"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "Enter Go there"), 1);
    ui.s.walk.survey.who.unreadable = 11; /* the title leaves no room for all of the hint */
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "could not be read)"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, " Esc: back "), 1);
    ui.s.walk.survey.who.unreadable = 0;
    char styles[200]; /* one row alone is lit: the panel's */
    canvas_row_styles(&ui.canvas, frame_find(&ui.canvas, "> posix:/ring"), styles, sizeof styles);
    ck_assert_ptr_null(strchr(styles, style_letter(STYLE_ROW)));
    listed_press("S-Tab");
    ck_assert(ui.who_panel && !ui.who_focus);
    listed_press("S-Tab");
    listed_press("Down");
    ck_assert_int_ge(frame_find(&ui.canvas, "> 4000002"), 1);
    listed_press("Down");
    ck_assert_uint_eq(ui.who_at, 1);
    listed_press("Up");
    ck_assert_uint_eq(ui.who_at, 0);
    listed_press("G");
    ck_assert_uint_eq(ui.who_at, 1);
    listed_press("Esc");
    ck_assert(ui.who_panel && !ui.who_focus);
    listed_press("Esc");
    ck_assert(!ui.who_panel);
    listed_press("o");
    listed_press("Tab");
    listed_press("F1"); /* the screen's keys still do what they did */
    ck_assert_ptr_eq(ui_screen(&ui), &screen_help);
    ck_assert_int_ge(frame_find(&ui.canvas, "Keys of the screen: list"), 0);
}

/* The same letter goes somewhere on every screen: here to a name, while it is typed. */
TEST(g_goes_to_a_name)
{
    static const char *const keys[] = {"g", "F5"};
    for (size_t i = 0; i < 2; i++) {
        listed_press("Home");
        listed_press(keys[i]);
        ck_assert_int_eq(frame_find(&ui.canvas, "go to a segment"), 22);
        listed_type("RIN");
        ck_assert_str_eq(listed_cursor(), "posix:/ring");
        listed_type("x");
        ck_assert_int_ge(frame_find(&ui.canvas, "no segment here has this name"), 1);
        listed_press("Esc");
        ck_assert_str_eq(listed_cursor(), "posix:/ring");
    }
    listed_press("R"); /* reattaches in the bytes: nothing else here */
    ck_assert_ptr_nonnull(strstr(ui.status, "R is not used on this screen"));
    listed_press("Space");
    ck_assert_ptr_nonnull(strstr(ui.status, "1 tagged: d removes the tagged"));
}

/* What the users of a row are is not known between the name's appearance and the next reading. */
TEST(unasked_is_not_nobody)
{
    ui.s.walk.survey.segs[1].who_unasked = true;
    ui.s.walk.seq++;
    ui_draw(&ui);
    char text[512];
    (void)canvas_row_text(&ui.canvas, frame_find(&ui.canvas, "posix:/orphan"), text, sizeof text);
    ck_assert_ptr_null(strstr(text, "  orphan"));
    ck_assert_ptr_nonnull(strchr(text, '?'));
    ck_assert_uint_eq(ui.segments->orphan_count, 3);
}

/* Shown before the question: what goes and what stays, and why. */
TEST(the_tagged_are_listed_before)
{
    static const struct made changed[] = {
        {"posix:/orphan", "alice", SEG_POSIX, 64 * MIB, 64 * MIB, 0600, 0},
        {"posix:/ring", "alice", SEG_POSIX, 64 * KIB, 12 * KIB, 0640, 2},
    };
    for (int i = 0; i < 4; i++)
        listed_press("Space");
    ck_assert_uint_eq(ui.segments->tags, 4);
    ui.segments->tag[1].seen.ino = 5; /* posix:/orphan was another one when it was tagged */
    listed_survey(changed, 2);
    ui_draw(&ui);
    listed_press("Home");
    listed_press("d");
    ck_assert_int_ge(frame_find(&ui.canvas, "removing 0 of 4 tagged segments frees 0 B"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "posix:/orphan  replaced by another segment"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "posix:/ring  in use by 2 processes:"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "already gone"), 1);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE); /* nothing to ask */
    ck_assert_str_eq(ui.status, "none of the tagged segments can be removed");
    listed_press("Esc");
    ck_assert_ptr_null(ui.pager);
    ck_assert_uint_eq(ui.segments->tags, 4);
    ui.segments->tag[1].seen = ui.s.walk.survey.segs[0].stat;
    listed_press("d");
    ck_assert_int_ge(frame_find(&ui.canvas, "removing 1 of 4 tagged segments frees 64 MiB"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "Remove 1 of 4 tagged segments? Type yes:"), 1);
    listed_press("Esc");
}

SUITE(test_ui_segments_live, .set_up = listed_set_up, .tear_down = listed_tear_down,
      TESTS(vanished_rows_stay_for_a_moment, what_vanished_is_gathered, one_verdict,
            columns_are_chosen, the_order_is_an_option, a_filter_finds_commands_and_kinds,
            the_panel_of_users, g_goes_to_a_name, unasked_is_not_nobody,
            the_tagged_are_listed_before));
