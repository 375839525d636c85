/* The `:` line: every command of the shell on the attached segment, completion, history; and the
 * menu, which starts such lines. */
#include "scene.h"
#include "support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 4096 };

static const char *name;
static uint8_t *memory;

static struct e2e *open_edit(void)
{
    name = e2e_name("line");
    memory = scene_segment(name, SIZE);
    memcpy(memory, "hello, world", 12);
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit"));
    e2e_wait_text(t, "EDIT", 0);
    return t;
}

/* Runs a line; what the screen then says. */
static const struct {
    const char *line, *says;
} lines[] = {
    {"info", NULL}, /* its name */
    {"peek 0 5 --as ascii", "hello"},
    {"peek 0 16", "68 65 6c 6c 6f 2c 20 77"},
    {"peek 4 --as u16", "0x4 11375"},
    {"poke 0 0x48 --as u8", "poke 0x0 u8 72: 104 -> 72 (one store)"},
    {"poke 0 1 --as u8 --expect 2", "0x0 holds 104, not 2: nothing was stored"},
    {"fill 0x100 16 0xee", "filled 16 bytes at 0x100 with ee"},
    {"wait 0 --as u8 --equals 104", "done: wait 0"},
    {"wait 0 --as u8 --equals 1 --timeout 10ms", "timed out"},
    {"find world", "0x7"},
    {"find zebra", "not found: zebra"},
    {"watch 0 8 --for 10ms", "done: watch "},
    {"resize 8192", "resized from 4096 to 8192 bytes"},
    {"chmod 640", "mode is 0640 now"},
    {"ls --columns LOCATOR,SIZE", "LOCATOR"},
    {"help peek", "peek LOCATOR"},
    {"peek 0x5000", "0x5000"},
    {"peek 0 --as nonsense", "nonsense"},
    {"demo --for 1s", "demo runs from the shell: quit, then `shmlens demo`"},
    {"nonsense", "nonsense: no such command; F1 and then / finds one"},
    {"peek 'open", "quote"},
    {"goto 0x40", "── 0x40 "},
    {"set hz 100", "hz is 100"},
    {"set hz 0", "hz"},
};

TEST_LOOP(every_command, SUITE_ROWS(lines))
{
    struct e2e *t = open_edit();
    e2e_keys(t, ":");
    e2e_keys(t, lines[_i].line);
    e2e_keys(t, "<Enter>");
    e2e_wait_text(t, _i == 0 ? name : lines[_i].says, 0);
    e2e_end(t);
}

TEST(what_the_lines_did)
{
    struct stat st;
    char path[512], line[600], got[SIZE];
    struct e2e *t = open_edit();
    scene_press(t, ":fill 0x100 16 0xee<Enter>", "filled 16 bytes");
    ck_assert_int_eq(memory[0xff], 0);
    ck_assert_int_eq(memory[0x100], 0xee);
    ck_assert_int_eq(memory[0x110], 0);
    snprintf(path, sizeof path, "%s/saved", e2e_home(t));
    snprintf(line, sizeof line, ":save %s<Enter>", path);
    scene_press(t, line, "saved");
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(got, 1, sizeof got, f), SIZE);
    fclose(f);
    ck_assert_mem_eq(got, memory, SIZE);
    memset(memory, 0, SIZE);
    snprintf(line, sizeof line, ":load %s<Enter>", path);
    scene_press(t, line, "loaded 4096 bytes");
    ck_assert_mem_eq(memory, got, SIZE);
    memory[3] = 'X';
    snprintf(line, sizeof line, ":diff file:%s<Enter>", path);
    scene_press(t, line, "0x3 58 6c");
    scene_press(t, ":chmod 640<Enter>", "rw-r-----");
    scene_press(t, ":resize 8K<Enter>", "8 KiB");
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    close(fd);
    ck_assert_int_eq(st.st_size, 8192);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    e2e_end(t);
}

TEST(a_poke_from_the_line_is_undone)
{
    struct e2e *t = open_edit();
    scene_press(t, ":poke 0 0x48 --as u8<Enter>", "104 -> 72");
    e2e_wait_text(t, "Hello, world", 0);
    scene_press(t, "u", "hello, world");
    ck_assert_int_eq(memory[0], 'h');
    e2e_end(t);
}

TEST(relative_offsets_and_marks)
{
    struct e2e *t = open_edit();
    scene_press(t, "g7<Enter>", "── 0x7 ");
    scene_press(t, "mw", "mark w is 0x7");
    scene_press(t, ":peek 'w 5 --as ascii<Enter>", "world");
    scene_press(t, ":poke +1 0x30 --as u8<Enter>", "w0rld");
    ck_assert_int_eq(memory[8], '0');
    e2e_end(t);
}

TEST(completion_and_history)
{
    struct e2e *t = open_edit();
    scene_press(t, ":chm<Tab>", ":chmod");
    scene_press(t, "640<Enter>", "mode is 0640 now");
    scene_press(t, ":pe<Tab>0 --a<Tab>", ":peek 0 --a");
    e2e_wait_text(t, "--all", 0); /* the candidates are listed */
    e2e_keys(t, "s <Tab>");
    e2e_wait_text(t, "i32le", 0);
    e2e_keys(t, "<C-u>");
    e2e_wait_no_text(t, ":peek", 0);
    e2e_keys(t, "<Up>");
    e2e_wait_text(t, ":chmod 640", 0);
    e2e_keys(t, "<BS><BS><BS>600<Enter>");
    e2e_wait_text(t, "mode is 0600 now", 0);
    scene_press(t, ":set th<Tab>l<Tab>", ":set theme l");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, ":set", 0);
    e2e_end(t);
}

/* ---- the menu ---- */

static const struct {
    const char *key, *prompt, *typed, *says;
} entries[] = {
    {"<Enter>", "create NAME SIZE", "<Esc>", "F1Help"},
    {"Z", ":resize", "8192<Enter>", "resized from 4096 to 8192 bytes"},
    {"B", ":chmod", "644<Enter>", "mode is 0644 now"},
    {"f", ":fill", "0 4 0x41<Enter>", "AAAAo, world"},
    {"W", ":save", "/nonexistent/x<Enter>", "/nonexistent/x"},
    {"<Down><Down><Down><Down><Down><Enter>", ":load", "/nonexistent/x<Enter>", "/nonexistent/x: "},
    {"I", "EDIT", "", "posix:"},
};

TEST_LOOP(the_menu, SUITE_ROWS(entries))
{
    struct e2e *t = open_edit();
    scene_press(t, _i % 2 == 0 ? "M" : "<F9>", "Z  resize this one...");
    scene_press(t, entries[_i].key, entries[_i].prompt);
    scene_press(t, entries[_i].typed, entries[_i].says);
    e2e_end(t);
}

TEST(removing_asks_for_the_name)
{
    char typed[300];
    struct e2e *t = open_edit();
    scene_press(t, "Md", "Type its name, or yes:");
    e2e_wait_text(t, "in use by 1 process:", 0); /* the test */
    scene_press(t, "y<Enter>", "nothing removed");
    scene_press(t, "Md", "Type its name, or yes:");
    e2e_wait_text(t, "in use by 1 process:", 0); /* what the answer is about */
    snprintf(typed, sizeof typed, "%s<Enter>", name + 1);
    scene_press(t, typed, "unlinked");
    ck_assert_int_lt(shm_open(name, O_RDONLY, 0), 0);
    e2e_end(t);
}

SUITE(test_e2e_line, .timeout = 120,
      TESTS(every_command, what_the_lines_did, a_poke_from_the_line_is_undone,
            relative_offsets_and_marks, completion_and_history, the_menu,
            removing_asks_for_the_name));
