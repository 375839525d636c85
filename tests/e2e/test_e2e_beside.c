/* record and watch run beside the screen: keys work meanwhile, the bar says so, the same command or
 * key stops them, and the end of the program finishes a recording. */
#include "scene.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/suite.h"

enum { SIZE = 8192 };

static const char *name;
static uint8_t *memory;
static char path[300], locator[310];

static void set_up(void)
{
    name = e2e_name("beside");
    memory = scene_segment(name, SIZE);
    snprintf(path, sizeof path, "/tmp/shmlens-e2e-%d-beside.rec", (int)getpid());
    snprintf(locator, sizeof locator, "rec:%s", path);
    (void)unlink(path);
    remover_path(path);
}

static void tear_down(void)
{
    munmap(memory, SIZE);
    (void)unlink(path);
}

/* Starts recording and stores a text. */
static struct e2e *start(void)
{
    char line[400];
    struct e2e *t = scene_open(name);
    scene_press(t, "r", ":record");
    snprintf(line, sizeof line, "%s<Enter>", path);
    scene_press(t, line, " REC ");
    e2e_wait_no_text(t, "REC starts", 0);
    struct e2e_result r = e2e_run("wait", locator, "--exists", "--timeout", "10s");
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    memcpy(memory + 16, "while it runs", 13);
    r = e2e_run("watch", locator, "--count", "1");
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    return t;
}

static void recorded(void)
{
    struct e2e_result r = e2e_run("peek", locator, "16", "13", "--as", "utf8");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "while it runs\n");
    e2e_result_free(&r);
}

TEST(a_recording_runs_beside_the_screen)
{
    struct e2e *t = start();
    scene_press(t, "g0x40<Enter>", "── 0x40 "); /* keys work meanwhile */
    scene_press(t, "v", "u8");
    scene_press(t, ":record /tmp/another<Enter>", "record runs already: `:record` stops it");
    scene_press(t, "r", "recorded ");
    e2e_wait_no_text(t, " REC ", 0);
    recorded();
    scene_quit(t);
}

TEST(the_end_of_the_program_ends_a_recording)
{
    struct e2e *t = start();
    scene_quit(t);
    recorded();
    struct e2e_result r = e2e_run("info", locator);
    ck_assert_int_eq(r.status, 0);
    ck_assert_ptr_null(strstr(r.out, "not ended"));
    e2e_result_free(&r);
}

TEST(watch_runs_beside_the_screen)
{
    struct e2e *t = scene_open(name);
    scene_press(t, ":watch<Enter>", "are logged: `:log` stops it (w: watch list)");
    e2e_wait_text(t, "LOG 0", 0);
    scene_press(t, ":watch<Enter>", "a log of changes runs already: `:log` stops it");
    e2e_keys(t, ":log<Enter>");
    e2e_wait_no_text(t, "LOG", 0);
    scene_press(t, ":watch 0 16 --as u32le<Enter>", "LOG 0");
    memory[0] = 1;
    e2e_wait_text(t, "LOG 1", 0);
    memory[0] = 2;
    e2e_wait_text(t, "LOG 2", 0);
    scene_press(t, ":log<Enter>", "0x0 1 2");
    e2e_wait_no_text(t, "LOG", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Esc closes", 0);
    scene_press(t, ":log<Enter>", "changes of posix:");
    e2e_wait_text(t, "LOG 0", 0);
    memory[0] = 3;
    e2e_wait_text(t, "LOG 1", 0);
    scene_press(t, ":log<Enter>", "0x0 02 03");
    e2e_wait_no_text(t, "LOG", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Esc closes", 0);
    scene_quit(t);
}

/* From the list: of the segment that is highlighted. */
TEST(a_recording_from_the_list)
{
    char said[200];
    struct e2e *t = scene_open(name);
    scene_press(t, "s", name);
    scene_press(t, "/beside<Enter>", "1-1 of 1");
    snprintf(said, sizeof said, "posix:%s :record", name);
    scene_press(t, "r", said);
    e2e_keys(t, path);
    snprintf(said, sizeof said, "record of posix:%s runs", name);
    scene_press(t, "<Enter>", said);
    e2e_wait_row(t, 23, " REC ", 0);
    e2e_wait_no_text(t, "REC starts", 0);
    scene_press(t, "M", "record to a file, or stop it      r");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Menu", 0);
    scene_press(t, "r", "recorded ");
    e2e_wait_no_text(t, " REC ", 0);
    scene_quit(t);
}

SUITE(test_e2e_beside, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_recording_runs_beside_the_screen, the_end_of_the_program_ends_a_recording,
            watch_runs_beside_the_screen, a_recording_from_the_list));
