/* What is done to the selection: filling, saving, replacing in it, and undoing that. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 8192, UNDO_STEPS = 256 };

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
    e2e_keys(t, "uu"); /* a step for each match, of two words here */
    scene_memory(t, memory + 16, "one two one .... ", 16);
    scene_press(t, ":replace one four<Enter>", "nothing was replaced");
    scene_press(t, ":replace nothing NOTHING<Enter>", "not found, nothing replaced: nothing");
    e2e_wait_no_text(t, "nothing NOTHING", 0);
    scene_quit(t);
}

static const char asks[] = "y yes, n no, a all the rest, q or Esc stops";

/* OLD and NEW are asked for; then each match is, and the answers are counted. */
TEST(matches_are_replaced_one_by_one)
{
    struct e2e *t = open_selected("one two one .... ");
    scene_press(t, "<Left>", "\u2500 0x1e"); /* nothing is selected */
    scene_press(t, "%", "OLD: text, i:text, x:de");
    scene_press(t, "one<Enter>", "NEW, 3 bytes: text, x:de");
    scene_press(t, "four<Enter>", "NEW has 4 bytes, OLD has 3: bytes are not moved");
    scene_press(t, "<C-u>ONE<Enter>", "0x0: replace one by ONE?");
    e2e_wait_text(t, asks, 0);
    scene_press(t, "x", "that is no answer: y yes,");
    scene_press(t, "y", "0x8: replace one by ONE?");
    ck_assert_mem_eq(memory, "ONE two one .... ", 16);
    scene_press(t, "n", "0x10: replace one by ONE?");
    memory[16] = 'O'; /* while it asks */
    e2e_wait_text(t, "4f 6e", 0);
    scene_press(t, "y", "0x10 had changed, not written; y yes, n no");
    e2e_wait_text(t, "0x18: replace one by ONE?", 0);
    scene_press(t, "a", "u takes 3 back at once, then one by one");
    e2e_wait_no_text(t, asks, 0);
    ck_assert_mem_eq(memory, "ONE two one .... ", 16);
    ck_assert_mem_eq(memory + 16, "One two ONE .... ", 16);
    ck_assert_mem_eq(memory + 32, "ONE two ONE .... ", 16);
    scene_press(t, "u", "undo: 3 matches put back"); /* what `a` replaced */
    scene_memory(t, memory, "ONE two one .... ", 16);
    e2e_keys(t, "u"); /* a step for each other match */
    scene_memory(t, memory, "one two one .... ", 16);
    scene_memory(t, memory + 16, "One two one .... ", 16);
    scene_memory(t, memory + 32, "one two one .... ", 16);
    scene_press(t, "u", "nothing to undo");
    scene_press(t, "%<C-u>two<Enter>", "replace two by:");
    e2e_keys(t, "TWO<Enter>yyy"); /* nobody has seen what they would be for */
    e2e_wait_text(t, "0x4: replace two by TWO?", 0);
    e2e_wait_text(t, "answered too early, not counted; y yes,", 0);
    scene_press(t, "n", "0x14: replace two by TWO?");
    scene_press(t, "y", "0x24: replace two by TWO?");
    scene_press(t, "n", "1 replaced, 2 skipped; u takes it back");
    memory[0x15] = '!'; /* one of its two words */
    scene_press(t, "u", "the match at 0x14 changed since: undo anyway? s: skip [y/N]");
    e2e_keys(t, "n");
    e2e_wait_no_text(t, "undo anyway?", 0);
    scene_memory(t, memory + 0x14, "T!O", 3);
    scene_press(t, "u", "undo anyway? s: skip [y/N]");
    scene_press(t, "y", "undo 0x14: 3 bytes put back");
    scene_memory(t, memory + 0x14, "two", 3);
    scene_quit(t);
}

/* The key asks for edit mode as all that writes, keeps to the selection, and stops when it is told
 * to. `:replace` asks about each match too. */
TEST(one_by_one_in_the_selection_and_stopped)
{
    struct e2e *t = open_selected("one two one .... ");
    scene_press(t, "i", "READ-ONLY");
    scene_press(t, "%", "replace in the 16 selected bytes:");
    scene_press(t, "zzz<Enter>", "replace zzz by:");
    scene_press(t, "ZZZ<Enter>", "read-only: turn editing on? [y/N]");
    scene_press(t, "n", "nothing written");
    scene_press(t, "%", "replace in the 16 selected bytes:");
    scene_press(t, "zzz<Enter>", "replace zzz by:");
    e2e_keys(t, "ZZZ<Enter>yyy"); /* the first one is for edit mode */
    e2e_wait_text(t, "not found, nothing replaced: zzz", 0);
    scene_press(t, "%", "replace in the 16 selected bytes:");
    scene_press(t, "one<Enter>", "replace one by:");
    scene_press(t, "ONE<Enter>", "0x10: replace one by ONE?");
    scene_press(t, "y", "0x18: replace one by ONE?");
    scene_press(t, "<Esc>", "stopped: 1 replaced; u takes it back");
    scene_memory(t, memory + 16, "ONE two one .... ", 16);
    scene_press(t, "%<C-u>two<Enter>", "replace two by:"); /* another pattern */
    scene_press(t, "TWO<Enter>", "0x4: replace two by TWO?");
    scene_press(t, "<Esc>", "stopped: 0 replaced");
    scene_press(t, ":replace one ONE 0x20 16<Enter>", "o: one by one [y/N]");
    scene_press(t, "o", "0x20: replace one by ONE?");
    scene_press(t, "n", "0x28: replace one by ONE?");
    scene_press(t, "y", "1 replaced, 1 skipped; u takes it back");
    scene_memory(t, memory + 32, "one two ONE .... ", 16);
    scene_quit(t);
}

/* More than undo has steps for: all are replaced, and undone. */
TEST(more_matches_than_steps_of_undo)
{
    enum { MATCHES = 300 };
    static uint8_t was[SIZE];
    struct e2e *t = open_selected("one two one .... ");
    scene_press(t, "<Left>", "\u2500 0x1e"); /* nothing is selected */
    for (unsigned i = 0; i < MATCHES; i++)
        memcpy(memory + 64 + 5 * i, "three", 5);
    memcpy(was, memory, SIZE);
    scene_press(t, ":replace three THREE<Enter>", "replace 300 \u00d7 \"three\" by \"THREE");
    scene_press(t, "y", "300 replaced; u takes 45 back at once, then one by one");
    for (unsigned i = 0; i < MATCHES; i++)
        ck_assert_mem_eq(memory + 64 + 5 * i, "THREE", 5);
    memory[64 + 5 * (MATCHES - 1) + 4] = '!'; /* the end of the last one */
    was[64 + 5 * (MATCHES - 1) + 4] = '!';
    memcpy(was + 64 + 5 * (MATCHES - 1), "THREE", 4);
    scene_press(t, "u", "undo: 44 matches put back; 1 had changed and stays");
    for (unsigned i = 0; i < UNDO_STEPS - 1; i++)
        e2e_keys(t, "u");
    scene_memory(t, memory, was, 64 + 5 * MATCHES);
    scene_press(t, "u", "nothing to undo");
    scene_press(t, ":replace --yes three THREE<Enter>", "299 replaced; u takes them back at once");
    ck_assert_mem_eq(memory + 64, "THREETHREE", 10);
    scene_press(t, "u", "undo: 299 matches put back");
    scene_memory(t, memory, was, 64 + 5 * MATCHES);
    scene_quit(t);
}

/* What it took for OLD and NEW is said when the words cannot be right. */
TEST(replace_says_what_it_took)
{
    struct e2e *t = open_selected("one two one .... ");
    scene_press(t, ":replace one<Enter>", "\"one\", NEW is missing"); /* wrapped */
    e2e_wait_text(t, "[OFFSET [LENGTH]]; OLD is", 0);
    scene_press(t, "<Esc>:replace one two ONE<Enter>", "\"two\": quote a text with blanks");
    e2e_wait_text(t, "OFFSET: ONE: not an offset", 0);
    e2e_keys(t, "<Esc>");
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

SUITE(test_e2e_selection,
      TESTS(it_is_filled_and_saved, matches_in_it_are_replaced, matches_are_replaced_one_by_one,
            one_by_one_in_the_selection_and_stopped, more_matches_than_steps_of_undo,
            replace_says_what_it_took, what_changed_meanwhile_is_no_match_any_more));
