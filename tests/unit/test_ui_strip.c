/* The map of the whole segment on the screen: the strip, heat, changed rows only, following. */
#include <stdio.h>
#include <string.h>

#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

enum { SECOND = 1000000000 };

static struct stage *st;

static struct map_summary *map(void)
{
    return &st->ui.s.sample.map;
}

/* A segment of 64 pages, as the sampler would have it: holes, zeros, quiet, warm and fresh data. */
static void open_map(int rows, int cols)
{
    st = stage_new(rows, cols, (uint64_t)64 * 4096);
    int64_t now = st->ui.now;
    struct map_summary *m = map();
    m->seq = m->sweeps = 1;
    m->looked = now - 3 * (SECOND / 10);
    m->to = st->size;
    m->cells = st->ui.s.rows;
    for (size_t i = 0; i < m->cells; i++) {
        m->cell[i].state = i < 3 ? PAGE_HOLE : i < 6 ? PAGE_ZERO : PAGE_DATA;
        if (i == 8)
            m->cell[i] = (struct page_sum){now - SECOND / 10, PAGE_DATA, 2000};
        if (i == 9)
            m->cell[i] = (struct page_sum){now - SECOND, PAGE_DATA, 20};
        if (i == 10)
            m->cell[i] = (struct page_sum){now - (int64_t)9 * SECOND, PAGE_DATA, 1};
    }
    stage_draw(st);
}

TEST(the_strip_is_a_picture_of_the_segment)
{
    open_map(24, 80);
    frame_check(&st->ui.canvas, "map-strip");
    st->ui.now += SECOND; /* fresh becomes warm, warm becomes quiet */
    stage_draw(st);
    int top = st->ui.inspect->at.top;
    ck_assert_str_eq(stage_text(st, top + 8, 79, 80), "\u2593");
    stage_key(st, 'z', 0);
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, top + 8, 78, 80), "  ");
    ck_assert(!st->ui.s.set.strip);
}

TEST(the_strip_takes_no_byte_away)
{
    for (int cols = 40; cols < 200; cols++) {
        open_map(24, cols);
        unsigned width = st->ui.inspect->at.width;
        bool strip = st->ui.inspect->at.strip != 0;
        st->ui.s.set.strip = false;
        stage_draw(st);
        ck_assert_uint_eq(st->ui.inspect->at.width, width);
        ck_assert(strip || cols < 80 || (cols >= 96 && cols < 98) ||
                  (cols >= 176 && cols < 179)); /* rows of 32 bytes just fit */
    }
}

static void click(int row, int col)
{
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = col};
    ui_event(&st->ui, &ev);
    stage_draw(st);
}

TEST(a_click_on_the_strip_goes_there)
{
    open_map(24, 80);
    int top = st->ui.inspect->at.top;
    uint64_t size = st->size, n = map()->cells;
    click(top + 9, 79);
    ck_assert_uint_eq(st->ui.s.cursor, size / n * 9 + size % n * 9 / n);
    ck_assert_str_eq(stage_text(st, top + 9, 78, 79), "\u2514"); /* the window is there now, */
    ck_assert_str_eq(stage_text(st, top + 8, 78, 79), "\u250c"); /* with some of what is before */
    click(top, 78);
    ck_assert_uint_eq(st->ui.s.cursor, 0);
    click(top + (int)n - 1, 79);
    ck_assert_uint_gt(st->ui.s.cursor, size / n * (n - 1));
}

TEST(heat_is_graded_and_has_a_legend)
{
    open_map(24, 80);
    struct sample *p = &st->ui.s.sample;
    static const uint32_t counts[] = {0, 1, 9, 10, 99, 100, 999, 1000, UINT32_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        p->arrays->count[i] = counts[i];
    stage_key(st, 'H', 0);
    ui_draw(&st->ui);
    frame_check(&st->ui.canvas, "map-heat");
    stage_key(st, 'H', 0);
    ui_draw(&st->ui);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "heat"), -1);
    ui_run(&st->ui, "heat reset");
    ck_assert_int_eq(st->jobs, 1);
    stage_run(st);
    ck_assert_int_eq(st->resets, 1);
    ui_run(&st->ui, "heat up");
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

/* Makes the sample one of these rows. */
static void list(const uint64_t *at, size_t n, size_t first, size_t shown)
{
    struct sample *p = &st->ui.s.sample;
    p->rows.on = true;
    p->rows.width = 16;
    p->rows.count = n;
    p->rows.first = first;
    p->rows.shown = shown;
    memcpy(p->rows.at, at, n * sizeof *at);
    p->offset = at[first];
    p->length = shown * 16;
    p->spans.count = 0;
    for (size_t r = 0; r < shown; r++)
        ck_assert(spans_append(&p->spans, at[first + r], 16, SAMPLE_MAX));
    for (size_t r = 0; r < shown; r++)
        for (size_t i = 0; i < 16; i++) {
            p->arrays->bytes[r * 16 + i] = (uint8_t)(at[first + r] >> 12);
            p->arrays->state[r * 16 + i] = BYTE_DATA;
            p->arrays->changed[r * 16 + i] = i < 4 ? st->ui.now - SECOND / 10 : 0;
        }
    ui_draw(&st->ui);
}

static const uint64_t rows[] = {0x0, 0x40, 0x50, 0x3010, 0x9000, 0x20000};

TEST(changed_rows_keep_their_offsets)
{
    open_map(24, 80);
    stage_key(st, 'x', 0);
    ck_assert(st->ui.s.only);
    list(rows, 6, 0, 6);
    st->ui.status[0] = '\0';
    ui_draw(&st->ui);
    frame_check(&st->ui.canvas, "map-rows");
    int top = st->ui.inspect->at.top;
    click(top + 3, 10); /* the row that stands there */
    ck_assert_uint_eq(st->ui.s.cursor, 0x3010);
    stage_key(st, 'x', 0);
    ck_assert(!st->ui.s.only);
}

TEST(the_cursor_goes_from_changed_row_to_changed_row)
{
    struct session *s = NULL;
    open_map(24, 80);
    s = &st->ui.s;
    stage_key(st, 'x', 0);
    list(rows, 6, 1, 3); /* one before, two behind */
    session_move_to(s, 0x45, false);
    static const struct {
        const char *how;
        uint64_t to;
    } steps[] = {
        {"down", 0x55},    {"down", 0x3015},  {"down", 0x9005}, {"up", 0x3015}, {"up", 0x55},
        {"row-end", 0x5f}, {"right", 0x3010}, {"left", 0x5f},   {"up", 0x4f},   {"up", 0xf},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char line[32];
        snprintf(line, sizeof line, "move %s", steps[i].how);
        ui_run(&st->ui, line);
        ck_assert_msg(s->cursor == steps[i].to, "step %zu %s: 0x%llx", i, steps[i].how,
                      (unsigned long long)s->cursor);
        list(rows, 6, 1, 3);
    }
    session_scroll(s, 2);
    ck_assert_uint_le(s->top, 0x9000);
    session_scroll(s, -10);
    ck_assert_uint_eq(s->top, 0);
    uint8_t byte, state;
    int64_t changed;
    bool base;
    ck_assert(session_byte(s, 0x3011, &byte, &state, &changed, &base));
    ck_assert_int_eq(byte, 3);
    ck_assert(!session_byte(s, 0x60, &byte, &state, &changed, &base));
    ck_assert_uint_eq(session_row(s, 3), UINT64_MAX);
}

TEST(following_stays_where_something_changes)
{
    open_map(24, 80);
    struct session *s = &st->ui.s;
    stage_key(st, 'F', 0);
    st->ui.now += (int64_t)10 * SECOND; /* long after the key */
    map()->hot = 0x20005;
    map()->hot_time = st->ui.now;
    st->changed[3] = st->ui.now - SECOND / 10; /* something on the screen changes too */
    stage_sample(st);
    stage_draw(st);
    ck_assert_uint_eq(s->cursor, 0);
    st->ui.now += SECOND;
    map()->hot_time = st->ui.now;
    stage_draw(st);
    ck_assert_uint_eq(s->cursor, 0x20005);
    ck_assert(session_shows(s, 0x20005));
    map()->hot = 0x8; /* not at once somewhere else */
    map()->hot_time = st->ui.now + 1;
    st->ui.now += SECOND / 10;
    stage_draw(st);
    ck_assert_uint_eq(s->cursor, 0x20005);
    st->ui.now += SECOND;
    map()->hot_time = st->ui.now;
    s->selecting = true; /* nor under the user's hands */
    stage_draw(st);
    ck_assert_uint_eq(s->cursor, 0x20005);
    s->selecting = false;
    stage_draw(st);
    ck_assert_uint_eq(s->cursor, 8);
}

SUITE(test_ui_strip, .tear_down = stage_tear_down,
      TESTS(the_strip_is_a_picture_of_the_segment, the_strip_takes_no_byte_away,
            a_click_on_the_strip_goes_there, heat_is_graded_and_has_a_legend,
            changed_rows_keep_their_offsets, the_cursor_goes_from_changed_row_to_changed_row,
            following_stays_where_something_changes));
