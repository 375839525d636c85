/* What is done to the selection: filling, saving, replacing in it, and undoing that. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 8192 };

static const char *name;
static uint8_t *memory;

/* In edit mode, with 0x10 to 0x1f selected. */
static struct e2e *open_selected(const char *text)
{
    name = e2e_name("selection");
    memory = scene_segment(name, SIZE);
    for (unsigned i = 0; i < 3; i++)
        memcpy(memory + 16 * i, text, strlen(text));
    struct e2e *t = scene_open(name);
    scene_press(t, "i", "EDIT");
    scene_press(t, "<Down>", "\u2500 0x10");
    e2e_keys(t, "<S-Down><S-Left>");
    e2e_wait_text(t, "selected 0x10 to 0x1f: 16 bytes (0x10)", 0);
    return t;
}

TEST(it_is_filled_and_saved)
{
    char path[96], line[160], got[64];
    uint8_t row[16];
    struct e2e *t = open_selected("abcdefghijklmnop");
    snprintf(path, sizeof path, "/tmp/%s.bin", name + 1);
    snprintf(line, sizeof line, ":save %s<Enter>", path);
    scene_press(t, line, "saved 16 bytes to");
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(got, 1, sizeof got, f), 16);
    fclose(f);
    unlink(path);
    ck_assert_mem_eq(got, memory + 16, 16);
    scene_press(t, ":fill 0x2a<Enter>", "filled 16 bytes at 0x10");
    memset(row, 0x2a, sizeof row);
    ck_assert_mem_eq(memory + 16, row, 16);
    ck_assert_mem_eq(memory, "abcdefghijklmnop", 16);
    ck_assert_mem_eq(memory + 32, "abcdefghijklmnop", 16);
    scene_press(t, ":fill 0x40 2 7<Enter>", "filled 2 bytes at 0x40"); /* as it is typed */
    scene_quit(t);
}

TEST(matches_in_it_are_replaced)
{
    struct e2e *t = open_selected("one two one .... ");
    scene_press(t, ":replace one ONE<Enter>", "replace 2 \u00d7 \"one\" by \"ONE\" in ");
    ck_assert_mem_eq(memory + 16, "one two one .... ", 16); /* asked, not done */
    scene_press(t, "n", "EDIT");
    e2e_wait_no_text(t, "[y/N]", 0);
    ck_assert_mem_eq(memory + 16, "one two one .... ", 16);
    scene_press(t, ":replace one ONE<Enter>", "replace 2 \u00d7 \"one\" by \"ONE\" in ");
    scene_press(t, "y", "2 replaced; u takes them back one by one");
    ck_assert_mem_eq(memory, "one two one .... ", 16);
    ck_assert_mem_eq(memory + 16, "ONE two ONE .... ", 16);
    ck_assert_mem_eq(memory + 32, "one two one .... ", 16);
    e2e_keys(t, "uuuu"); /* each match was stored as two words */
    scene_memory(t, memory + 16, "one two one .... ", 16);
    scene_press(t, ":replace one four<Enter>", "nothing was replaced");
    scene_press(t, ":replace nothing NOTHING<Enter>", "not found");
    scene_quit(t);
}

/* A match that its writer changes while the user thinks is not overwritten. */
TEST(what_changed_meanwhile_is_no_match_any_more)
{
    struct e2e *t = open_selected("one two one .... ");
    scene_press(t, "<Left>", "\u2500 0x1e"); /* nothing is selected */
    scene_press(t, ":replace one ONE<Enter>", "replace 6 \u00d7 \"one\" by \"ONE\" in ");
    memory[16] = 'O';
    scene_press(t, "y", "5 replaced");
    ck_assert_mem_eq(memory, "ONE two ONE .... ", 16);
    ck_assert_mem_eq(memory + 16, "One two ONE .... ", 16);
    scene_quit(t);
}

SUITE(test_e2e_selection, TESTS(it_is_filled_and_saved, matches_in_it_are_replaced,
                                what_changed_meanwhile_is_no_match_any_more));
