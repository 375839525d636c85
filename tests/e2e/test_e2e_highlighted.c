/* In the list every command is for the segment that is highlighted, and says its name; a segment
 * that others map is not cut unasked. */
#include "scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"

enum { SIZE = 65536 };

static const char *first, *second;
static uint8_t *first_bytes, *bytes; /* of the second */
static char prompt[128];             /* the second one's, as the list asks */

static void set_up(void)
{
    char base[64];
    snprintf(base, sizeof base, "high%d-a", (int)getpid());
    first = e2e_name(base);
    snprintf(base, sizeof base, "high%d-b", (int)getpid());
    second = e2e_name(base);
    first_bytes = scene_segment(first, SIZE);
    bytes = scene_segment(second, SIZE);
    snprintf(prompt, sizeof prompt, "posix:%s :", second);
}

static void tear_down(void)
{
    munmap(first_bytes, SIZE);
    munmap(bytes, SIZE);
    shm_unlink(first);
    shm_unlink(second);
}

static struct stat about(const char *name)
{
    struct stat st = {0};
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    close(fd);
    return st;
}

/* The first one was opened, then the list, and the second one is highlighted. */
static struct e2e *highlight(void)
{
    char row[128];
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, first), .cols = 120, .rows = 30});
    e2e_wait_text(t, "00000000", 0);
    scene_press(t, "s", "LOCATOR");
    snprintf(row, sizeof row, "high%d", (int)getpid());
    e2e_keys(t, "/");
    scene_press(t, row, "filter:");
    e2e_wait_text(t, second, 0);
    e2e_keys(t, "<Enter><Home><Down>");
    snprintf(row, sizeof row, "> posix:%s", second);
    e2e_wait_text(t, row, 0);
    return t;
}

TEST(a_command_is_for_the_highlighted_one)
{
    struct e2e *t = highlight();
    scene_press(t, ":", prompt);
    scene_press(t, "chmod 640<Enter>", "mode is 0640 now");
    e2e_wait_text(t, second, 0);
    ck_assert_int_eq(about(second).st_mode & 0777, 0640);
    ck_assert_int_eq(about(first).st_mode & 0777, 0600);
    scene_press(t, ":info<Enter>", "locator:");
    char line[128];
    snprintf(line, sizeof line, "locator:   posix:%s", second);
    e2e_wait_text(t, line, 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "locator:", 0);
    scene_press(t, ":undo<Enter>", "not in the list: Enter opens the highlighted segment first");
    scene_press(t, ":peek 0 1 2<Enter>", "too many arguments; usage: peek [PATH|OFFSET [LENGTH]]");
    e2e_keys(t, "<Esc>");
    scene_quit(t);
}

TEST(what_writes_asks_and_says_where)
{
    struct e2e *t = highlight();
    char question[160];
    snprintf(question, sizeof question, "fill posix:%s? It cannot be undone from the list.",
             second);
    scene_press(t, ":fill 0 4 0x55<Enter>", question);
    e2e_keys(t, "n");
    e2e_wait_no_text(t, question, 0);
    ck_assert_int_eq(bytes[0], 0);
    scene_press(t, ":fill 0 4 0x55<Enter>", question);
    scene_press(t, "y", "filled 4 bytes at 0x0 with 55");
    e2e_wait_text(t, second, 0);
    scene_memory(t, bytes, "\x55\x55\x55\x55\0", 5);
    ck_assert_int_eq(first_bytes[0], 0);
    snprintf(question, sizeof question, "resize posix:%s? It cannot be undone. [y/N]", second);
    scene_press(t, ":resize 100<Enter>", question); /* it cannot be anywhere */
    e2e_keys(t, "n");
    e2e_wait_no_text(t, question, 0);
    scene_quit(t);
}

TEST(a_prompt_keeps_its_segment)
{
    struct e2e *t = highlight();
    struct stat before = about(second);
    scene_press(t, ":", prompt);
    shm_unlink(second); /* another one takes its name while the line is typed */
    munmap(bytes, SIZE);
    bytes = scene_segment(second, SIZE);
    ck_assert_uint_ne(about(second).st_ino, before.st_ino);
    scene_press(t, "chmod 640<Enter>", "the name refers to another segment now");
    ck_assert_int_eq(about(second).st_mode & 0777, 0600);
    scene_quit(t);
}

static void shrink(struct e2e *t)
{
    char line[96];
    scene_press(t, ":resize 100<Enter>", "[y/N]");
    scene_press(t, "y", "Type yes:");
    e2e_wait_text(t, "1 process maps more than 100 bytes of it", 0);
    snprintf(line, sizeof line, "  %d ", (int)getpid());
    e2e_wait_text(t, line, 0);
}

static void refuse_then_force(struct e2e *t)
{
    shrink(t);
    scene_press(t, "no<Enter>", "not resized");
    e2e_wait_no_text(t, "maps more than", 0);
    ck_assert_int_eq(about(second).st_size, SIZE);
    scene_press(t, ":resize 100<Enter>", "");
}

TEST(shrinking_asks_and_names_who_would_die)
{
    struct e2e *t = highlight();
    refuse_then_force(t);
    e2e_keys(t, "y");
    e2e_wait_text(t, "Type yes:", 0);
    scene_press(t, "yes<Enter>", "resized from 65536 to 100 bytes");
    ck_assert_int_eq(about(second).st_size, 100);
    ck_assert_int_eq(about(first).st_size, SIZE);
    scene_quit(t);
}

TEST(shrinking_what_is_open_asks_too)
{
    struct e2e *t = scene_open(second);
    refuse_then_force(t);
    e2e_wait_text(t, "Type yes:", 0); /* edit mode is on already */
    scene_press(t, "yes<Enter>", "resized from 65536 to 100 bytes");
    e2e_wait_text(t, "shrunk to 100 bytes", 0);
    scene_quit(t);
}

SUITE(test_e2e_highlighted, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_command_is_for_the_highlighted_one, what_writes_asks_and_says_where,
            a_prompt_keeps_its_segment, shrinking_asks_and_names_who_would_die,
            shrinking_what_is_open_asks_too));
