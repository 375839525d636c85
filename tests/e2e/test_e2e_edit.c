/* Writing from the UI: edit mode in every kind of column, the value that another process changed
 * meanwhile, the poke prompts, undo and redo, and the question before the first of it. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 4096 };

static const char *name;
static uint8_t *memory;

/* The segment with this at its start, and the program on it in edit mode. */
static struct e2e *edit(const void *bytes, size_t n, const char *view)
{
    name = e2e_name("edit");
    memory = scene_segment(name, SIZE);
    memcpy(memory, bytes, n);
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit", "--view", view));
    e2e_wait_text(t, "EDIT", 0);
    return t;
}

/* Leaves edit mode (in a text column Q is a letter), then quits. */
static void leave(struct e2e *t)
{
    scene_press(t, "<Esc>", "READ-ONLY");
    scene_quit(t);
}

/* Typed from the first cell on; what then is in memory. */
static const struct {
    const char *view, *keys;
    const char *bytes;
    size_t n;
} typed[] = {
    {"hex", "4a6F", "Jo", 2},
    {"hex", "4a<Right>6f", "J\0o", 3},
    {"u8", "255<Enter>7<Space>", "\xff\7", 2},
    {"i8", "-1<Enter>", "\xff", 1},
    {"u16be", "258<Enter>", "\1\2", 2},
    {"i32le", "-2<Enter>", "\xfe\xff\xff\xff", 4},
    {"u32le", "0x01020304<Enter>", "\4\3\2\1", 4},
    {"u64le", "1<Enter>", "\1\0\0\0\0\0\0\0", 8},
    {"f32le", "1.5<Enter>", "\0\0\xc0\x3f", 4},
    {"f64le", "-0.5<Enter>", "\0\0\0\0\0\0\xe0\xbf", 8},
    {"bits", "10000001", "\x81", 1},
    {"ptr", "1f<Enter>", "\x1f\0\0\0\0\0\0\0", 8},
    {"ascii", "Hi ?", "Hi ?", 4},
    {"latin1", "\xc3\xa9", "\xe9", 1},
    {"utf8", "\xe6\x97\xa5x", "\xe6\x97\xa5x", 4},
    {"utf16le", "hi", "h\0i\0", 4},
    {"utf16be", "h\xe6\x97\xa5", "\0h\x65\xe5", 4},
    {"hex", "<Tab>qQ 4", "qQ 4", 4},
    {"hex", "4<BS>5a", "Z", 1},
};

TEST_LOOP(what_is_typed_is_stored, SUITE_ROWS(typed))
{
    struct e2e *t = edit("", 0, typed[_i].view);
    e2e_keys(t, typed[_i].keys);
    scene_memory(t, memory, typed[_i].bytes, typed[_i].n);
    for (size_t i = typed[_i].n; i < SIZE; i++)
        ck_assert_msg(memory[i] == 0, "byte %zu is %02x", i, memory[i]);
    leave(t);
}

/* What is not a value of the view is not stored. */
static const struct {
    const char *view, *keys, *says;
} refused[] = {
    {"u8", "256<Enter>", "256"},
    {"i8", "-129<Enter>", "-129"},
    {"f32le", "1e99<Enter>", "1e99"},
    {"ascii", "\xc3\xa9", "U+00E9 is not in ascii"},
    {"latin1", "\xe6\x97\xa5", "U+65E5 is not in latin1"},
    {"hex", "4<Enter>", "type the second digit"},
    {"hex", "J", "J is not used on this screen"},
};

TEST_LOOP(what_does_not_fit_is_refused, SUITE_ROWS(refused))
{
    static const uint8_t zero[SIZE];
    struct e2e *t = edit("", 0, refused[_i].view);
    scene_press(t, refused[_i].keys, refused[_i].says);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, refused[_i].says, 0);
    ck_assert_mem_eq(memory, zero, SIZE);
    e2e_end(t);
}

TEST(esc_drops_then_leaves)
{
    struct e2e *t = edit("A", 1, "hex");
    scene_press(t, "7", "00000000  7_ ");
    scene_press(t, "<Esc>", "00000000  41 ");
    e2e_wait_text(t, "EDIT", 0);
    scene_press(t, "<Esc>", "READ-ONLY");
    scene_press(t, "7", "7 is not used on this screen");
    ck_assert_int_eq(memory[0], 'A');
    scene_press(t, "i", "EDIT");
    scene_press(t, "<F4>", "READ-ONLY");
    scene_quit(t);
}

TEST(keys_keep_their_meaning_while_editing)
{
    struct e2e *t = edit("A", 1, "hex");
    scene_press(t, "<F5>0x30<Enter>", "── 0x30 ");
    scene_press(t, "g0x20<Enter>", "── 0x20 ");
    scene_press(t, "<Tab>g", "g"); /* in the text column it is a letter */
    scene_memory(t, memory + 0x20, "g", 1);
    scene_press(t, "<F5>0x30<Enter>", "── 0x30 ");
    scene_press(t, "<C-d>", "── 0xb0 ");
    leave(t);
}

TEST(the_last_bytes)
{
    struct e2e *t = edit("", 0, "hex");
    scene_press(t, "G", "── 0xfff ");
    e2e_keys(t, "ff");
    scene_memory(t, memory + SIZE - 1, "\xff", 1);
    scene_at(t, SIZE - 1);
    scene_press(t, "<Tab>\xe6\x97\xa5", "only 1 byte before the end");
    ck_assert_int_eq(memory[SIZE - 1], 0xff);
    leave(t);
}

/* ---- another process is faster ---- */

static const struct {
    const char *view, *begin, *end;
    const char *theirs, *ours;
    size_t n;
    const char *shown, *asks;
} races[] = {
    {"hex", "7", "a", "{", "z", 1, "00000000  7_ ", "0x0 changed to 7b while you typed 7a"},
    {"u32le", "100", "<Enter>", "\5\0\0\0", "d\0\0\0", 4, "100_",
     "0x0 changed to 5 while you typed 100"},
    {"f64le", "1.5", "<Enter>", "\0\0\0\0\0\0\xe0\x3f", "\0\0\0\0\0\0\xf8\x3f", 8, "1.5_",
     "0x0 changed to 0.5 while you typed 1.5"},
};

/* Types, and between the first and the last key the value becomes another. */
static struct e2e *lose(int i)
{
    struct e2e *t = edit("", 0, races[i].view);
    scene_press(t, races[i].begin, races[i].shown);
    memcpy(memory, races[i].theirs, races[i].n);
    scene_press(t, races[i].end, races[i].asks);
    ck_assert_mem_eq(memory, races[i].theirs, races[i].n);
    return t;
}

TEST_LOOP(lost_then_enter_writes_anyway, SUITE_ROWS(races))
{
    struct e2e *t = lose(_i);
    e2e_keys(t, "<Enter>");
    scene_memory(t, memory, races[_i].ours, races[_i].n);
    scene_press(t, "u", "undo 0x0");
    scene_memory(t, memory, races[_i].theirs, races[_i].n);
    leave(t);
}

/* What is typed into a picture that stands would be meant for old bytes. */
TEST(typing_waits_while_paused)
{
    struct e2e *t = edit("A", 1, "hex");
    scene_press(t, "<Space>", "PAUSED");
    e2e_wait_text(t, "EDIT WAITS", 0);
    scene_press(t, "4", "the display is paused: press Space, then type");
    scene_press(t, "<Tab>b", "the display is paused: press Space, then type");
    scene_press(t, "<Space>", "LIVE");
    ck_assert_int_eq(memory[0], 'A');
    scene_press(t, "c", "; ^O takes it back");
    scene_memory(t, memory, "c", 1);
    leave(t);
}

/* A space between bytes is no pause, a stray letter no command. */
TEST(slips_do_no_harm)
{
    struct e2e *t = edit("", 0, "hex");
    e2e_keys(t, "42 43 4");
    scene_press(t, "z", "z is not a digit of hex: go on after 4, or Esc cancels");
    scene_press(t, "4", "00000000  42 43 44 ");
    scene_press(t, "<Down>4", "4_ ");
    scene_press(t, "<Down>", "the unfinished 4 was dropped, nothing written");
    e2e_wait_text(t, "LIVE", 0);
    scene_memory(t, memory, "\x42\x43\x44\0", 4);
    leave(t);
}

TEST_LOOP(lost_then_any_other_key_drops, 5)
{
    static const char *const keys[] = {"<Esc>", "x", "<Space>", "q", "<Right>"};
    struct e2e *t = lose(0);
    scene_press(t, keys[_i], "cancelled; nothing written");
    e2e_wait_text(t, "EDIT", 0);
    ck_assert_mem_eq(memory, races[0].theirs, races[0].n);
    scene_at(t, 0);
    leave(t);
}

/* ---- prompts ---- */

TEST(poke_prompt)
{
    struct e2e *t = edit("", 0, "u16le");
    scene_press(t, "p", "poke at 0x0 (u16le, now 0):");
    scene_press(t, "513<Enter>", "poke 0x0 u16le 513: 0 -> 513 (one store)");
    scene_memory(t, memory, "\1\2", 2);
    scene_press(t, "pu32be 1<Enter>", "(one store)");
    scene_memory(t, memory, "\0\0\0\1", 4);
    scene_press(t, "g0x11<Enter>", "── 0x11 ");
    scene_press(t, "putf8 \"a b\" c<Enter>", "poke 0x11 utf8: 7 bytes");
    scene_memory(t, memory + 0x11, "\"a b\" c", 7);
    scene_press(t, "p70000<Enter>", "70000");
    ck_assert_mem_eq(memory + 0x11, "\"a b\" c", 7);
    leave(t);
}

TEST(compare_and_swap_prompt)
{
    struct e2e *t = edit("\5", 1, "u8");
    scene_press(t, "P", "compare-and-swap OLD NEW at 0x0 (u8, now 5):");
    scene_press(t, "6<Enter>", "5 -> 6"); /* OLD is there already */
    scene_memory(t, memory, "\6", 1);
    scene_press(t, "P<C-u>5 7<Enter>", "0x0 holds 6, not 5: nothing was stored");
    ck_assert_int_eq(memory[0], 6);
    scene_press(t, "P<C-u>7<Enter>", "takes two values: OLD NEW");
    scene_press(t, "P<C-u>u32le 6 70000<Enter>", "6 -> 70000");
    scene_memory(t, memory, "\x70\x11\1\0", 4);
    leave(t);
}

/* ---- undo and redo ---- */

/* A range is one step; when another process changed it meanwhile, the question says how much. */
TEST(a_filled_range_is_put_back)
{
    struct e2e *t = edit("0123456789", 10, "hex");
    scene_press(t, ":fill 0 8 0x55<Enter>", "filled 8 bytes at 0x0 with 55");
    scene_memory(t, memory, "UUUUUUUU89", 10);
    scene_press(t, "u", "undo 0x0: 8 bytes put back (not atomic)");
    scene_memory(t, memory, "0123456789", 10);
    scene_press(t, "<C-r>", "redo 0x0: 8 bytes written again (not atomic)");
    memory[3] = 'x';
    scene_press(t, "u", "1 of the 8 bytes at 0x0 changed since (first 0x3): undo anyway?");
    ck_assert_mem_eq(memory, "UUUxUUUU89", 10);
    e2e_keys(t, "y");
    scene_memory(t, memory, "0123456789", 10);
    leave(t);
}

/* The answer of undo shows the value as it was written. */
TEST(undo_speaks_the_view_of_the_value)
{
    struct e2e *t = edit("", 0, "hex");
    scene_press(t, "pu32le 1<Enter>", "0 -> 1 (one store)");
    scene_press(t, "u", "undo 0x0 u32le 0: 1 -> 0 (one store)");
    leave(t);
}

TEST(undo_and_redo)
{
    struct e2e *t = edit("AB", 2, "hex");
    e2e_keys(t, "4344");
    scene_memory(t, memory, "CD", 2);
    scene_press(t, "u", "undo 0x1");
    scene_memory(t, memory, "CB", 2);
    scene_press(t, "u", "undo 0x0");
    scene_memory(t, memory, "AB", 2);
    scene_press(t, "u", "nothing to undo");
    scene_press(t, "<C-r>", "redo 0x0");
    scene_press(t, "<C-r>", "redo 0x1");
    scene_memory(t, memory, "CD", 2);
    scene_press(t, "<C-r>", "nothing to redo");
    e2e_keys(t, "uu"); /* as fast as one likes */
    scene_memory(t, memory, "AB", 2);
    leave(t);
}

TEST(undo_asks_when_the_value_has_moved_on)
{
    struct e2e *t = edit("A", 1, "hex");
    e2e_keys(t, "43");
    scene_memory(t, memory, "C", 1);
    memory[0] = 'X';
    scene_press(t, "u", "0x0 is now 58, not 43: undo anyway? s: skip [y/N]");
    e2e_keys(t, "n");
    e2e_wait_no_text(t, "[y/N]", 0);
    ck_assert_int_eq(memory[0], 'X');
    scene_press(t, "u", "[y/N]");
    e2e_keys(t, "y");
    scene_memory(t, memory, "A", 1);
    scene_press(t, "u", "nothing to undo");
    leave(t);
}

/* ---- read-only ---- */

static const struct {
    const char *keys;
    uint8_t first; /* byte then */
    off_t size;
} writing[] = {
    {"p42<Enter>", 0x42, SIZE},
    {"P41 43<Enter>", 0x43, SIZE},
    {":poke 0 0x44 --as u8<Enter>", 0x44, SIZE},
    {":fill 0 16 0x45<Enter>", 0x45, SIZE},
    {":load file<Enter>", 0x46, SIZE}, /* the file of the test */
    {":resize 8192<Enter>", 0x41, 8192},
};

/* Types a line of the table; `file` in it stands for a path of ours. */
static void type_writing(struct e2e *t, const char *keys)
{
    const char *file = strstr(keys, "file");
    char line[512];
    if (file == NULL)
        snprintf(line, sizeof line, "%s", keys);
    else
        snprintf(line, sizeof line, "%.*s%s/file%s", (int)(file - keys), keys, e2e_home(t),
                 file + 4);
    scene_press(t, line, "read-only: turn editing on? [y/N]");
}

/* A file of one byte to load. */
static void write_file(struct e2e *t, int byte)
{
    char path[512];
    snprintf(path, sizeof path, "%s/file", e2e_home(t));
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fputc(byte, f), byte);
    ck_assert_int_eq(fclose(f), 0);
}

TEST_LOOP(writing_asks_first, SUITE_ROWS(writing))
{
    name = e2e_name("readonly");
    memory = scene_segment(name, SIZE);
    memory[0] = 0x41;
    struct e2e *t = scene_open(name);
    write_file(t, 0x46);
    type_writing(t, writing[_i].keys);
    e2e_keys(t, "n");
    e2e_wait_no_text(t, "[y/N]", 0);
    ck_assert_int_eq(memory[0], 0x41);
    e2e_wait_text(t, "READ-ONLY", 0);
    type_writing(t, writing[_i].keys);
    scene_press(t, "y", "EDIT");
    if (writing[_i].size != SIZE)
        e2e_wait_text(t, "8 KiB", 0);
    scene_memory(t, memory, &writing[_i].first, 1);
    leave(t);
}

TEST(a_poke_asks_before_the_value)
{
    name = e2e_name("asks");
    memory = scene_segment(name, SIZE);
    struct e2e *t = scene_open(name);
    scene_press(t, "p", "read-only: turn editing on? [y/N]");
    e2e_keys(t, "n");
    e2e_wait_no_text(t, "[y/N]", 0);
    scene_press(t, "P", "read-only: turn editing on? [y/N]");
    scene_press(t, "y", "EDIT");
    e2e_wait_text(t, "compare-and-swap OLD NEW at 0x0 (hex, now 00):", 0);
    scene_press(t, "42<Enter>", "poke 0x0 hex 42: 00 -> 42 (one store)");
    ck_assert_int_eq(memory[0], 0x42);
    leave(t);
}

/* Keys that come in one piece do not wait for the access: nothing is asked for twice, nothing lost.
 */
static const struct {
    const char *keys, *says, *bytes;
} at_once[] = {
    {"pyu8 7<Enter>", "poke 0x0 u8 7: 0 -> 7 (one store)", "\7"},
    {"Py42<Enter>", "poke 0x0 hex 42: 00 -> 42 (one store)", "B"},
    {"i4142", "poke 0x1 hex 42: 00 -> 42 (one store)", "AB"},
    {"<F4>4142u", "undo 0x1", "A"},
};

TEST_LOOP(what_is_typed_at_once_is_asked_for_once, SUITE_ROWS(at_once))
{
    name = e2e_name("once");
    memory = scene_segment(name, SIZE);
    struct e2e *t = scene_open(name);
    scene_press(t, at_once[_i].keys, at_once[_i].says);
    e2e_wait_text(t, "EDIT ", 0);
    scene_memory(t, memory, at_once[_i].bytes, 2);
    leave(t);
}

SUITE(test_e2e_edit, .timeout = 120,
      TESTS(what_is_typed_is_stored, what_does_not_fit_is_refused, esc_drops_then_leaves,
            keys_keep_their_meaning_while_editing, the_last_bytes, lost_then_enter_writes_anyway,
            lost_then_any_other_key_drops, a_filled_range_is_put_back,
            undo_speaks_the_view_of_the_value, typing_waits_while_paused, slips_do_no_harm,
            poke_prompt, compare_and_swap_prompt, undo_and_redo,
            undo_asks_when_the_value_has_moved_on, writing_asks_first, a_poke_asks_before_the_value,
            what_is_typed_at_once_is_asked_for_once));
