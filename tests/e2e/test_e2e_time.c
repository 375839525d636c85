/* Going back in time while a writer runs: what each step shows is what was written then. */
#include "scene.h"
#include "support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 64 * 1024, BUSY = 0x8000, STEPS = 14 };

static const char *name;
static uint8_t *memory;
static pid_t writer;

/* A process that stores a thousand times a second, far from what is on the screen. */
static void start_writer(void)
{
    pid_t test = getpid();
    writer = fork();
    ck_assert_int_ge(writer, 0);
    for (uint32_t n = 1; writer == 0; n++) {
        if (getppid() != test)
            _exit(0);
        memcpy(memory + BUSY, &n, sizeof n);
        usleep(1000);
    }
}

static void stop_writer(void)
{
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
}

/* The first 32 bits as the first row shows them. */
static void wait_value(struct e2e *t, unsigned n)
{
    char text[40];
    snprintf(text, sizeof text, "00000000  %10u ", n);
    e2e_wait_row(t, SCENE_TOP, text, 0);
}

static void store(struct e2e *t, uint32_t n)
{
    memcpy(memory, &n, sizeof n);
    wait_value(t, n);
}

/* The program on a segment whose first 32 bits have counted from 1 to STEPS, each of them seen; the
 * byte at 0x10 became 0x55 when they were 5, and 0x99 when they were 9. */
static struct e2e *open_counted(const char *config)
{
    name = e2e_name("time");
    memory = scene_segment(name, SIZE);
    memory[SIZE - 1] = 1;
    start_writer();
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--view", "u32le", name), .config = config});
    e2e_wait_text(t, "LIVE", 0);
    for (uint32_t n = 1; n <= STEPS; n++) {
        store(t, n);
        if (n == 5 || n == 9) {
            memory[0x10] = n == 5 ? 0x55 : 0x99;
            e2e_wait_row(t, SCENE_TOP + 1, n == 5 ? "        85" : "       153", 0);
        }
    }
    return t;
}

TEST(each_step_shows_what_was_written)
{
    struct e2e *t = open_counted(NULL);
    for (unsigned n = STEPS - 1; n >= 10; n--) {
        e2e_keys(t, "[");
        wait_value(t, n);
        e2e_wait_row(t, 0, "AT ", 0);
    }
    e2e_keys(t, "[");
    wait_value(t, 9);
    e2e_wait_row(t, SCENE_TOP + 1, "       153", 0); /* two changes were made while it was 9 */
    e2e_keys(t, "[");
    e2e_wait_row(t, SCENE_TOP + 1, "        85", 0);
    wait_value(t, 9);
    for (unsigned n = 10; n <= STEPS; n++) {
        e2e_keys(t, n == 10 ? "]]" : "]");
        wait_value(t, n);
    }
    e2e_wait_row(t, 0, "AT ", 0);
    scene_press(t, "]", "live again");
    e2e_wait_row(t, 0, "LIVE", 0);
    store(t, 1000); /* and live it is */
    stop_writer();
    scene_quit(t);
}

TEST(tens_and_the_value_at_the_cursor)
{
    struct e2e *t = open_counted(NULL);
    e2e_keys(t, "{"); /* 14 and ten changes before: 9 counted twice */
    wait_value(t, 5);
    e2e_keys(t, "}");
    wait_value(t, STEPS);
    scene_press(t, ".", "LIVE");
    scene_press(t, "g0x10<Enter>", "0x10");
    e2e_keys(t, "<lt>");
    e2e_wait_row(t, SCENE_TOP + 1, "        85", 0);
    wait_value(t, 5);
    e2e_keys(t, "<lt>");
    e2e_wait_row(t, SCENE_TOP + 1, "         0", 0); /* right before it was known to change */
    wait_value(t, 5);
    scene_press(t, "<lt>", "no earlier change of this value was seen; changes are known since ");
    e2e_keys(t, ">");
    e2e_wait_row(t, SCENE_TOP + 1, "        85", 0);
    e2e_keys(t, ">");
    e2e_wait_row(t, SCENE_TOP + 1, "       153", 0);
    wait_value(t, 9);
    scene_press(t, ">", "live again");
    wait_value(t, STEPS);
    stop_writer();
    scene_quit(t);
}

TEST(a_resize_keeps_the_moment)
{
    struct e2e *t = open_counted(NULL);
    e2e_keys(t, "[[");
    wait_value(t, STEPS - 2);
    memory[0] = 200; /* the writer goes on; the picture is of then */
    e2e_resize(t, 40, 130);
    e2e_wait_text(t, "now", 0);
    wait_value(t, STEPS - 2);
    e2e_wait_row(t, 0, "AT ", 0);
    e2e_wait_text(t, "was", 0); /* the values before, beside the bytes */
    e2e_resize(t, 10, 60);
    wait_value(t, STEPS - 2);
    e2e_resize(t, 24, 80);
    wait_value(t, STEPS - 2);
    scene_press(t, "<Esc>", "LIVE");
    wait_value(t, 200);
    stop_writer();
    scene_quit(t);
}

TEST(what_was_not_looked_at_is_not_known)
{
    struct e2e *t = open_counted("set cpu 0\n");
    e2e_keys(t, "[");
    wait_value(t, STEPS - 1);
    e2e_keys(t, "G");
    e2e_wait_row(t, SCENE_TOP + 1, "         ?          ?          ?          ?", 0);
    scene_press(t, ".", "LIVE");
    e2e_wait_row(t, SCENE_TOP + 1, "         0          0          0          0", 0);
    stop_writer();
    scene_quit(t);
}

/* A page that comes, and goes: it is a hole in the past when it was one. */
TEST(a_hole_of_then_is_drawn_as_one)
{
    static const char hole[] = "00000000  ·· ·· ·· ··", data[] = "00000000  48 69 00 00";
    name = e2e_name("hole");
    memory = scene_segment(name, SIZE);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_row(t, SCENE_TOP, hole, 0);
    e2e_wait_text(t, "whole segment seen", 0);
    memcpy(memory, "Hi", 2);
    e2e_wait_row(t, SCENE_TOP, data, 0);
    ck_assert_int_eq(madvise(memory, 4096, MADV_REMOVE), 0);
    e2e_wait_row(t, SCENE_TOP, hole, 0);
    e2e_keys(t, "[");
    e2e_wait_row(t, SCENE_TOP, data, 0);
    e2e_keys(t, "[");
    e2e_wait_row(t, SCENE_TOP, hole, 0);
    e2e_keys(t, "]");
    e2e_wait_row(t, SCENE_TOP, data, 0);
    scene_press(t, ".", "LIVE");
    e2e_wait_row(t, SCENE_TOP, hole, 0);
    scene_quit(t);
}

TEST(the_past_is_not_written)
{
    struct e2e *t = open_counted(NULL);
    scene_press(t, "[", "AT ");
    scene_press(t, ":poke 0 77 --as u32le<Enter>", "the past is read-only; press .");
    scene_press(t, "i", "the past is read-only; press .");
    scene_press(t, ".", "LIVE");
    ck_assert_int_eq(memory[0], STEPS);
    scene_press(t, ":set history 0<Enter>", "history is 0");
    scene_press(t, "[", "history is off");
    stop_writer();
    scene_quit(t);
}

/* What is asked in the past is answered of the past, and says so. */
TEST(what_is_seen_is_what_is_worked_on)
{
    struct e2e *t = open_counted(NULL);
    e2e_keys(t, "[[");
    wait_value(t, STEPS - 2);
    scene_press(t, "/u32:12<Enter>", "0x0 as of -");
    scene_press(t, "/u32:14<Enter>", "not found as of -");
    scene_press(t, ":peek 0 8 --as u32le<Enter>", "Esc closes");
    e2e_wait_text(t, "0x0 12", 0);
    e2e_wait_text(t, "--as u32le as of -", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Esc closes", 0);
    scene_press(t, ":peek 0 --as u32le<Enter>", "0x0 12 as of -");
    scene_press(t, "c", "0x10 as of -");
    scene_press(t, "c", "0x8000 as of -");
    scene_press(t, "C", "0x10 as of -");
    scene_press(t, "x", "not available in the past");
    scene_press(t, "H", "the past shows when, not how often");
    scene_press(t, "HF", "once live again");
    scene_press(t, "F", "follow off");
    scene_press(t, ":watch<Enter>", "is about what happens from now on");
    scene_press(t, ":info<Enter>", "as it is now");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Esc closes", 0);
    scene_press(t, "b", "baseline as of -");
    scene_press(t, ".", "LIVE");
    scene_press(t, ":peek 0 --as u32le<Enter>", "0x0 14");
    e2e_wait_no_text(t, "as of", 0);
    scene_press(t, "g0<Enter>c", "0x8000");
    stop_writer();
    scene_quit(t);
}

SUITE(test_e2e_time, .timeout = 120,
      TESTS(each_step_shows_what_was_written, tens_and_the_value_at_the_cursor,
            a_resize_keeps_the_moment, what_was_not_looked_at_is_not_known,
            a_hole_of_then_is_drawn_as_one, the_past_is_not_written,
            what_is_seen_is_what_is_worked_on));
