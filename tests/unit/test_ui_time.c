/* The past on the inspect screen: steps are asked for, the title says when, nothing can be written,
 * the timeline shows the place, the inspector the values that were. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/history/history.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static const int64_t second = 1000000000;

/* It is 18:48:56.323 in the title. */
static void set_clock(void)
{
    (void)setenv("TZ", "UTC0", 1);
    tzset();
    st->ui.wall = 67736323 * second / 1000;
}

static void set_up(void)
{
    static const uint8_t bytes[] = {0xd2, 4, 0, 0, 5, 6, 7, 8, 'r', 'i', 'n', 'g'};
    st = stage_new(24, 80, 4096);
    set_clock();
    stage_put(st, 0, bytes, sizeof bytes);
    stage_draw(st);
}

static const char *row(int at)
{
    return stage_text(st, at, 0, 80);
}

/* Presses a key whose step comes to so many ns ago. */
static void step_to(const char *key, int64_t ago)
{
    st->answer_time = ago > 0 ? st->ui.now - ago : ago;
    stage_type(st, key);
    stage_run(st);
    stage_draw(st);
}

TEST(keys_ask_for_steps)
{
    static const struct {
        const char *key;
        int steps;
        bool of_value;
    } rows[] = {{"[", -1, false}, {"]", 1, false}, {"{", -10, false},
                {"}", 10, false}, {"<", -1, true}, {">", 1, true}};
    ui_run(&st->ui, "view u32le");
    ui_run(&st->ui, "goto 0x25");
    stage_draw(st);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t shown = (uint64_t)st->ui.s.rows * 16;
        step_to(rows[i].key, 5 * second);
        const struct time_job *j = &st->last_step;
        ck_assert_int_eq(j->steps, rows[i].steps);
        ck_assert_uint_eq(j->offset, rows[i].of_value ? 0x25 : 0);
        ck_assert_uint_eq(j->length, rows[i].of_value ? 4 : shown);
        ck_assert(j->from == (i == 0 ? INT64_MAX : st->ui.now - 5 * second));
    }
    ui_run(&st->ui, "step back 7 value");
    stage_run(st);
    ck_assert_int_eq(st->last_step.steps, -7);
    static const char *const bad[] = {"step", "step up", "step back 0", "step on 64", "step on x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ui_run(&st->ui, bad[i]);
        ck_assert_int_eq(st->jobs, 0);
        ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    }
}

static bool follows(int job)
{
    const void *step = ((struct sampler_job *)st->job[job])->arg;
    return ((const struct time_job *)step)->follows;
}

TEST(a_second_press_goes_on_where_the_first_comes_to)
{
    st->answer_time = st->ui.now - second;
    stage_type(st, "[[");
    ck_assert_int_eq(st->jobs, 2);
    ck_assert(!follows(0));
    ck_assert(follows(1));
    stage_run(st);
    ck_assert_int_eq(st->ui.inspect->stepping, 0);
}

/* A past with something in it: a timeline, and values of the 32 bits at the start. */
static void fill_past(void)
{
    struct history_result *p = &st->ui.s.sample.past;
    p->kept = true;
    p->from = st->ui.now - 61 * second;
    p->to = st->ui.now;
    p->cells = st->ui.s.time_cells;
    for (size_t i = 0; i < p->cells; i++)
        p->cell[i] = i % 7 == 0 ? (uint64_t)1 << i % 20 : 0;
    p->offset = 0;
    p->size = 4;
    p->values = 4;
    for (unsigned i = 0; i < 4; i++)
        p->value[i] = (struct history_value){.time = st->ui.now - (3 + i) * second,
                                             .known = true,
                                             .bytes = {(uint8_t)(0xd2 - i), 4}};
    p->value[2].known = false;
    p->value[3].time = 0;
}

TEST(the_past_is_said_and_drawn)
{
    ui_run(&st->ui, "view u32le");
    step_to("[", 3200 * second / 1000);
    fill_past();
    st->state[0x20] = BYTE_UNKNOWN;
    st->state[0x30] = BYTE_UNKNOWN;
    ui_run(&st->ui, "view u32le");
    st->ui.status[0] = '\0';
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(row(0), "AT 18:48:53.123 (-3.2s)"));
    ck_assert_ptr_null(strstr(row(0), "LIVE"));
    int col = (int)(strstr(row(0), "AT 18:48:53.123 (-3.2s)") - row(0));
    ck_assert_int_eq(st->ui.canvas.cells[col].style, STYLE_PAUSED);
    ck_assert_ptr_nonnull(strchr(row(STAGE_TOP + 2), '?'));
    frame_check(&st->ui.canvas, "time-80x24");
    st->ui.now += 9 * second; /* the moment stays, its age grows */
    st->ui.wall += 9 * second;
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(row(0), "AT 18:48:53.123 (-12.2s)"));
    ck_assert_int_eq(st->ui.s.past, st->ui.now - 12200 * second / 1000);
}

/* A page that is data now and was a hole then, and one that it is the other way round. */
TEST(a_hole_of_then_is_a_hole)
{
    static const uint8_t zeros[HISTORY_PAGE];
    static uint8_t page[HISTORY_PAGE];
    memset(page, 0x41, sizeof page);
    st = stage_new(24, 80, (uint64_t)3 * HISTORY_PAGE);
    set_clock();
    stage_put(st, HISTORY_PAGE, page, HISTORY_PAGE);
    struct history *past = history_new(0);
    history_observe(past, 1, 0, (uint64_t)3 * HISTORY_PAGE);
    ck_assert(history_hole(past, 100, HISTORY_PAGE, HISTORY_PAGE, false));
    ck_assert(history_add(past, 100, HISTORY_PAGE, zeros, page, HISTORY_PAGE));
    ck_assert(history_add(past, 200, 0, page, zeros, 100));
    ck_assert(history_hole(past, 200, 0, HISTORY_PAGE, true));
    memset(st->state, BYTE_HOLE, HISTORY_PAGE);
    struct history_view v = {0, (size_t)2 * HISTORY_PAGE, st->bytes, st->state, st->changed, 0};
    ck_assert(history_at(past, 50, &v));
    history_free(past);
    session_move_to(&st->ui.s, HISTORY_PAGE - 0x80, false);
    step_to("[", 3 * second);
    session_move_to(&st->ui.s, HISTORY_PAGE + 8, false);
    st->ui.status[0] = '\0';
    stage_draw(st);
    frame_check(&st->ui.canvas, "time-hole");
}

TEST(beside_the_bytes_too)
{
    st = stage_new(40, 160, 4096);
    set_clock();
    ui_run(&st->ui, "view u32le");
    step_to("[", 3 * second);
    fill_past();
    st->ui.status[0] = '\0';
    stage_draw(st);
    frame_check(&st->ui.canvas, "time-160x40");
}

/* They are as close as their digits allow, in a view with wide cells too (f64 takes 24 columns). */
TEST(older_values_are_compact)
{
    st = stage_new(24, 80, 4096);
    set_clock();
    ui_run(&st->ui, "view f64le");
    step_to("[", 3 * second);
    fill_past();
    struct history_result *p = &st->ui.s.sample.past;
    p->size = 8;
    for (size_t i = 0; i < p->values; i++) {
        double v = 1.5 + (double)i;
        memcpy(p->value[i].bytes, &v, 8);
        p->value[i].known = true;
    }
    st->ui.status[0] = '\0';
    stage_draw(st);
    ck_assert_int_gt(frame_find(&st->ui.canvas, "was 2.5 3.5 4.5 "), 0);
}

TEST(live_again_by_every_way)
{
    static const char *const ways[] = {".", "]"};
    for (size_t i = 0; i < 2; i++) {
        step_to("[", 3 * second);
        ck_assert_int_ne(st->ui.s.past, 0);
        step_to(ways[i], 0);
        ck_assert_int_eq(st->ui.s.past, 0);
        ck_assert(!st->ui.s.paused);
        ck_assert_str_eq(st->ui.status, "live again");
        ck_assert_ptr_nonnull(strstr(row(0), "LIVE"));
    }
    step_to("[", 3 * second);
    stage_key(st, KEY_ESC_, 0);
    ck_assert_int_eq(st->ui.s.past, 0);
    stage_type(st, " ");
    ck_assert(st->ui.s.paused);
    step_to("[", 3 * second); /* from what stands there, and not paused any more */
    ck_assert_int_eq(st->last_step.from, st->ui.s.sample.time);
    ck_assert(!st->ui.s.paused && st->ui.s.past != 0);
    stage_type(st, ".");
    stage_type(st, " .");
    ck_assert(!st->ui.s.paused);
}

/* Space in the past plays on from there, at the pace of the clock, and stops there again. */
TEST(space_plays_the_past)
{
    step_to("[", 3 * second);
    int64_t then = st->ui.s.past;
    stage_type(st, " ");
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(row(0), "PLAY 18:48:53.323 (-3.0s)"));
    st->ui.now += second / 2;
    st->ui.wall += second / 2;
    stage_draw(st);
    ck_assert_int_eq(st->ui.s.past, then + second / 2);
    ck_assert_ptr_nonnull(strstr(row(0), "PLAY 18:48:53.823 (-3.0s)"));
    stage_type(st, " ");
    st->ui.now += second;
    st->ui.wall += second;
    stage_draw(st);
    ck_assert_int_eq(st->ui.s.past, then + second / 2);
    ck_assert_ptr_nonnull(strstr(row(st->ui.canvas.rows - 1), "Space Play"));
    ck_assert_ptr_nonnull(strstr(row(0), "AT 18:48:53.823 (-4.0s)"));
    stage_type(st, " ");
    stage_type(st, ".");
    ck_assert(!st->ui.s.playing && st->ui.s.past == 0);
    stage_type(st, " ");
    ck_assert(st->ui.s.paused); /* in the present it is a pause */
}

/* A recording that has not been read yet plays when it has been. */
TEST(space_waits_for_the_recording)
{
    struct session *s = &st->ui.s;
    struct history_result known = s->sample.past;
    uint64_t seq = s->sample.seq;
    s->caps |= SEG_CAP_TIMES;
    s->sample.past = (struct history_result){.time = 0};
    s->sample.seq = 0;
    stage_type(st, " ");
    ck_assert_str_eq(st->ui.status, "reading the recording: it plays when it has been read");
    inspect_play_on(&st->ui);
    ck_assert(!s->playing);
    stage_type(st, " ");
    ck_assert_str_eq(st->ui.status, "it will not play by itself; Space plays it");
    stage_type(st, " ");
    s->sample.seq = seq;
    s->sample.past = known;
    s->sample.past.kept = true;
    s->sample.past.end = st->ui.now;
    s->sample.past.length = 3 * second;
    s->sample.past.from = st->ui.now - 3 * second;
    inspect_play_on(&st->ui);
    ck_assert(s->playing);
    ck_assert_int_eq(s->past, st->ui.now - 3 * second);
    ck_assert_str_eq(st->ui.status, "playing; Space stops, . goes to the end");
    stage_draw(st);
    const char *bar = row(st->ui.canvas.rows - 1);
    ck_assert_ptr_nonnull(strstr(bar, "Space Stop"));
    ck_assert_ptr_null(strstr(bar, "Edit")); /* a recording is never written */
    stage_type(st, " ");
}

/* The changes of the value at the cursor have a colour of their own. */
TEST(the_timeline_marks_the_value)
{
    st->ui.s.timeline = true;
    stage_draw(st);
    fill_past();
    st->ui.s.sample.past.cell[3] = 1000000;
    st->ui.s.sample.past.cell[4] = 1;
    st->ui.s.sample.past.of_value[4] = true;
    stage_draw(st);
    int at = frame_find(&st->ui.canvas, "-61.0s");
    ck_assert_int_gt(at, 0);
    const struct cell *cell = &st->ui.canvas.cells[at * 80 + 8];
    ck_assert_int_eq(cell[3].style, STYLE_TEXT);
    ck_assert_int_eq(cell[4].style, STYLE_FRESH);
}

/* Below it: how long ago that was, in round numbers that do not touch. */
TEST(the_timeline_has_a_scale)
{
    st->ui.s.timeline = true;
    st->ui.s.sample.past.kept = true;
    stage_draw(st);
    fill_past();
    stage_draw(st);
    int at = frame_find(&st->ui.canvas, "-61.0s");
    ck_assert_int_gt(at, 0);
    ck_assert_str_eq(row(at + 1), "         \u2502-60s                 \u2502-40s                 "
                                  "\u2502-20s                      ");
    st->ui.s.sample.past.from -= 39 * second; /* 100 s: still in seconds, as the step is */
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(row(at + 1), "\u2502-80s "));
    ck_assert_ptr_nonnull(strstr(row(at + 1), "\u2502-20s "));
    st->ui.s.sample.past.from += 39 * second;
    st->ui.s.sample.past.end = st->ui.now; /* a recording: from its start on */
    stage_draw(st);
    at = frame_find(&st->ui.canvas, " end");
    ck_assert_ptr_nonnull(strstr(row(at), "     0s "));
    ck_assert_ptr_nonnull(strstr(row(at + 1), "\u250220s "));
    ck_assert(canvas_resize(&st->ui.canvas, 8, 80)); /* no room for it */
    stage_draw(st);
    ck_assert_int_lt(frame_find(&st->ui.canvas, "\u250220s"), 0);
}

TEST(no_step_says_why)
{
    step_to("[", -1);
    ck_assert_int_eq(st->ui.s.past, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "no earlier change of what is on"));
    step_to("<", -1);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "this value"));
    step_to("]", -1);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "already live"));
    ui_run(&st->ui, "set history 0");
    step_to("[", -1);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "history is off"));
}

TEST(the_past_cannot_be_written)
{
    static const char *const ways[] = {"p",          "P",    "u", "poke 0 1 --as u8",
                                       "fill 0 4 0", "redo", "i", "freeze"};
    step_to("[", 3 * second);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        st->ui.status[0] = '\0';
        if (strlen(ways[i]) == 1)
            stage_type(st, ways[i]);
        else
            ui_run(&st->ui, ways[i]);
        ck_assert_msg(strstr(st->ui.status, "read-only; press .") != NULL, "%s", ways[i]);
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
        ck_assert_int_eq(st->jobs, 0);
    }
    ck_assert(!st->ui.s.edit);
}

TEST(edit_mode_types_nothing_into_the_past)
{
    ui_run(&st->ui, "edit");
    stage_run(st);
    ck_assert(st->ui.s.edit);
    for (int focus = FOCUS_CELLS; focus <= FOCUS_TEXT; focus++) {
        st->ui.s.focus = FOCUS_CELLS;
        stage_type(st, "a"); /* half a byte: a step drops it */
        step_to("[", 3 * second);
        ck_assert(!st->ui.inspect->typing.active);
        st->ui.s.focus = (enum focus)focus;
        stage_type(st, "7f");
        ck_assert_int_eq(st->jobs, 0);
        ck_assert(!st->ui.inspect->typing.active);
        ck_assert_ptr_nonnull(strstr(st->ui.status, "read-only; press ."));
        step_to(".", 0); /* moves, though a text column could take it */
        ck_assert_int_eq(st->ui.s.past, 0);
    }
}

/* What changed after the moment is not fresh in it; heat and changed rows are of now, and say so.
 */
TEST(the_strip_is_of_then)
{
    struct sample *p = &st->ui.s.sample;
    const struct inspect_layout *at = &st->ui.inspect->at;
    step_to("[", 3 * second);
    p->map.cells = (size_t)at->rows;
    p->map.to = 4096;
    p->past.strip_cells = p->map.cells;
    for (size_t i = 0; i < p->map.cells; i++) {
        p->map.cell[i] =
            (struct page_sum){.changed = st->ui.now, .state = PAGE_DATA, .count = 5000};
        p->past.strip[i] = i == 1 ? p->past.time : i == 2 ? p->past.time - second : 0;
    }
    stage_type(st, "HF");
    st->ui.status[0] = '\0';
    stage_draw(st);
    ck_assert_int_gt(at->strip, 0);
    static const enum style styles[] = {STYLE_STRIP_QUIET, STYLE_STRIP_FRESH, STYLE_STRIP_WARM};
    for (int i = 0; i < 3; i++) {
        const struct canvas *c = &st->ui.canvas;
        ck_assert_int_eq(c->cells[(at->top + i) * c->cols + at->strip].style, styles[i]);
    }
    ck_assert_ptr_nonnull(strstr(row(22), "the past shows when, not how often"));
    ck_assert_ptr_null(strstr(row(0), "FOLLOW"));
    stage_type(st, "x");
    ck_assert(!st->ui.s.only && strstr(st->ui.status, "not available in the past") != NULL);
    step_to(".", 0);
    ck_assert_ptr_nonnull(strstr(row(0), "FOLLOW"));
}

/* `g -2s`, and a click on the timeline; further back than is known is the first known moment. */
TEST(a_moment_is_gone_to)
{
    struct session *s = &st->ui.s;
    s->timeline = true;
    stage_draw(st);
    ui_run(&st->ui, "goto -2s");
    ck_assert_int_eq(s->past, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "no past to go to"));
    fill_past();
    stage_draw(st);
    int at = frame_find(&st->ui.canvas, "-61.0s");
    stage_type(st, "g-2s");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_int_eq(s->past, st->ui.now - 2 * second);
    ui_run(&st->ui, "goto -16"); /* an offset still */
    ck_assert_int_eq(s->past, st->ui.now - 2 * second);
    ui_run(&st->ui, "goto -2m");
    ck_assert_int_eq(s->past, s->sample.past.from);
    ck_assert_str_eq(st->ui.status, "changes are known since -61.0s: moved there");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = at, .col = 8};
    ev.col += (int)s->sample.past.cells / 2;
    ui_event(&st->ui, &ev);
    int64_t ago = st->ui.now - s->past;
    ck_assert(ago > 29 * second && ago < 32 * second);
    ev.col = 8 + (int)s->sample.past.cells; /* `now` */
    ui_event(&st->ui, &ev);
    ck_assert_int_eq(s->past, 0);
}

TEST(a_moment_of_a_recording_is_gone_to)
{
    struct session *s = &st->ui.s;
    s->caps |= SEG_CAP_TIMES;
    fill_past();
    s->sample.past.end = st->ui.now;
    s->sample.past.length = 61 * second;
    ui_run(&st->ui, "goto 1.5s"); /* from its start */
    ck_assert_int_eq(s->past, st->ui.now - 59500 * (second / 1000));
    ui_run(&st->ui, "goto -1s"); /* from its end */
    ck_assert_int_eq(s->past, st->ui.now - second);
}

TEST(the_timeline_comes_and_goes)
{
    unsigned rows = st->ui.s.rows;
    ck_assert_uint_eq(st->ui.s.time_cells, 0);
    stage_type(st, "L");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.rows, rows - 1);
    ck_assert_uint_gt(st->ui.s.time_cells, 40);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "history is off"), 0);
    st->ui.s.sample.past.kept = true;
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "no change was seen yet"), 0);
    stage_type(st, "L");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.rows, rows);
    ck_assert_uint_eq(st->ui.s.time_cells, 0);
}

TEST(how_long_ago_in_few_columns)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{-5, "0.0s"},      {3249, "3.2s"},      {99949, "99.9s"},   {99951, "1m39s"},
                {125000, "2m05s"}, {5999000, "99m59s"}, {6000000, "1h40m"}, {360000000, "100h00m"}};
    char text[INSPECT_AGO];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        inspect_ago(rows[i].ms * 1000000, text);
        ck_assert_str_eq(text, rows[i].text);
    }
}

SUITE(test_ui_time, .set_up = set_up, .tear_down = stage_tear_down,
      TESTS(keys_ask_for_steps, a_second_press_goes_on_where_the_first_comes_to,
            the_past_is_said_and_drawn, a_hole_of_then_is_a_hole, beside_the_bytes_too,
            older_values_are_compact, live_again_by_every_way, space_plays_the_past,
            space_waits_for_the_recording, the_timeline_marks_the_value, the_timeline_has_a_scale,
            no_step_says_why, the_past_cannot_be_written, edit_mode_types_nothing_into_the_past,
            the_strip_is_of_then, a_moment_is_gone_to, a_moment_of_a_recording_is_gone_to,
            the_timeline_comes_and_goes, how_long_ago_in_few_columns));
