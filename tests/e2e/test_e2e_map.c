/* The whole segment, live: its strip, changes found anywhere in it, followed, listed, counted. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>

enum { SIZE = 1 << 20, PAGE = 4096, FAR = 0x80040, STRIP = 79, ROWS = SCENE_ROWS };

static const char *name;
static uint8_t *memory;

/* A segment with data everywhere, looked at once. */
static struct e2e *open_map(void)
{
    name = e2e_name("map");
    memory = scene_segment(name, SIZE);
    for (size_t i = 0; i < SIZE; i += PAGE)
        memory[i] = 1;
    struct e2e *t = scene_open(name);
    e2e_wait_text(t, "whole segment seen", 0);
    e2e_wait_row(t, SCENE_TOP + ROWS - 1, "\u2592", 0);
    return t;
}

/* The cell of the strip beside this row says that something changed just now. */
static bool fresh(struct e2e *t, void *ctx)
{
    const int *row = ctx;
    return strcmp(e2e_cell(t, *row, STRIP).text, "\u2588") == 0;
}

static void await_fresh(struct e2e *t, uint64_t offset)
{
    int row = (int)((offset + 1) * ROWS / SIZE);
    e2e_wait(t, fresh, &(int){SCENE_TOP + (row < ROWS ? row : ROWS - 1)}, "fresh on the strip", 0);
}

TEST(changes_are_walked_across_pages)
{
    struct e2e *t = open_map();
    memory[FAR] = 7;
    await_fresh(t, FAR);
    scene_press(t, "c", "00080040");
    scene_at(t, FAR);
    memory[0x41] = 9;
    memory[SIZE - 1] = 9;
    await_fresh(t, SIZE - 1);
    scene_press(t, "<C-Home>", "00000040  00 09");
    scene_press(t, "c", "0x41 ");
    scene_press(t, "c", "0x80040 ");
    scene_press(t, "c", "0xfffff ");
    scene_press(t, "c", "wrapped to the");
    scene_at(t, 0x41);
    scene_press(t, "C", "0xfffff ");
    scene_press(t, "C", "0x80040 ");
    scene_quit(t);
}

TEST(the_strip_shows_where_and_goes_there)
{
    struct e2e *t = open_map();
    int at = FAR / (SIZE / ROWS);
    memory[FAR] = 7;
    await_fresh(t, FAR);
    e2e_click(t, E2E_LEFT, SCENE_TOP + at, STRIP);
    e2e_wait_no_text(t, "00000000  01", 0);
    scene_at(t, (uint64_t)(SIZE / ROWS * at + SIZE % ROWS * at / ROWS));
    e2e_click(t, E2E_LEFT, SCENE_TOP, STRIP);
    scene_at(t, 0);
    scene_press(t, "z", "00000000  01");
    e2e_wait_no_text(t, "\u2592", 0);
    scene_press(t, "z", "\u2592");
    scene_quit(t);
}

TEST(the_view_follows_changes)
{
    struct e2e *t = open_map();
    scene_press(t, "F", "FOLLOW");
    for (uint64_t i = 1; i < 200 && !e2e_find(t, "00080040", NULL, NULL); i++) {
        memory[FAR] = (uint8_t)i;
        e2e_pump(t, 50);
    }
    scene_at(t, FAR);
    scene_press(t, "F", "follow off");
    scene_quit(t);
}

TEST(only_changed_rows_are_shown)
{
    struct e2e *t = open_map();
    scene_press(t, ":set recent 1<Enter>", "recent is 1");
    scene_press(t, "x", "CHANGED ROWS");
    e2e_wait_text(t, "no other row changed", 0);
    memory[FAR + 0x20] = 7;
    memory[0x41] = 9;
    e2e_wait_row(t, SCENE_TOP + 1, "00000040", 0);
    e2e_wait_row(t, SCENE_TOP + 2, "00080060\u2026 07", 0);
    e2e_wait_no_text(t, "00080060", 0); /* a second later */
    scene_press(t, "b", "baseline");
    memory[FAR] = 0xab;
    e2e_wait_row(t, SCENE_TOP + 1, "00080040\u2026 ab", 0);
    e2e_wait_text(t, "no other row differs", 0);
    scene_press(t, "<Down>", "0x80040 ");
    e2e_wait_row(t, SCENE_TOP, "00080040", 0); /* the first row was there for the cursor only */
    memory[FAR] = 0;
    scene_press(t, "<C-Home>", "00000000");
    e2e_wait_no_text(t, "00080040", 0);
    scene_press(t, "x", "all rows");
    e2e_wait_text(t, "00000010", 0);
    scene_quit(t);
}

/* The cell of offset 0 + i. */
static bool marked(struct e2e *t, void *ctx)
{
    const int *i = ctx;
    return e2e_cell(t, SCENE_TOP, 10 + 3 * *i).underline ||
           e2e_cell(t, SCENE_TOP, 10 + 3 * *i).bold ||
           !e2e_cell(t, SCENE_TOP, 10 + 3 * *i).fg.standard;
}

TEST(heat_counts)
{
    struct e2e *t = open_map();
    scene_press(t, "H", "heat 1+ 10+ 100+ 1000+");
    memory[2] = 1;
    e2e_wait(t, marked, &(int){2}, "counted", 0);
    scene_press(t, ":heat reset<Enter>", "heat counts reset");
    scene_press(t, "H", "whole segment seen");
    e2e_wait_no_text(t, "heat 1+", 0);
    scene_quit(t);
}

SUITE(test_e2e_map, .timeout = 120,
      TESTS(changes_are_walked_across_pages, the_strip_shows_where_and_goes_there,
            the_view_follows_changes, only_changed_rows_are_shown, heat_counts));
