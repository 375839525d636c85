/* The watch list while another process writes: values far from the window, of now, of the past and
 * of a recording; and marks of two sessions. Following pointers of another process. */
#include "scene.h"
#include "support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1024 * 1024, FAR = 0xc0040, STILL = 0x80000 };

static const char *name;
static uint8_t *memory;
static pid_t writer;

/* A process that counts, two hundred times a second, far from what is on the screen. */
static void start_writer(void)
{
    pid_t test = getpid();
    writer = fork();
    ck_assert_int_ge(writer, 0);
    for (uint64_t n = 1000000; writer == 0; n++) {
        if (getppid() != test)
            _exit(0);
        memcpy(memory + FAR, &n, sizeof n);
        usleep(5000);
    }
}

static void stop_writer(void)
{
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
}

static struct e2e *open_marked(void)
{
    const double still = 2.5;
    name = e2e_name("marks");
    memory = scene_segment(name, SIZE);
    memcpy(memory + STILL, &still, sizeof still);
    start_writer();
    struct e2e *t = scene_open(name);
    scene_press(t, ":mark count 0xc0040 u64<Enter>", "mark count is 0xc0040");
    scene_press(t, ":mark still 0x80000 f64<Enter>", "mark still is 0x80000");
    scene_press(t, "w", "PER S");
    return t;
}

/* The count as the watch list shows it; 0: it does not. */
static unsigned long long count(struct e2e *t)
{
    int row = 0, col = 0;
    unsigned long long value = 0;
    if (!e2e_find(t, "count 0xc0040", &row, &col))
        return 0;
    return sscanf(e2e_row(t, row), " count 0xc0040 %llu", &value) == 1 ? value : 0;
}

static bool counts_on(struct e2e *t, void *ctx)
{
    return count(t) > *(unsigned long long *)ctx;
}

static bool counts_to(struct e2e *t, void *ctx)
{
    return count(t) == *(unsigned long long *)ctx;
}

static bool has_course(struct e2e *t, void *ctx)
{
    int row = 0, col = 0;
    (void)ctx;
    return e2e_find(t, "count ", &row, &col) && strstr(e2e_row(t, row), "\u2581") != NULL &&
           strstr(e2e_row(t, row), "\u2588") != NULL;
}

TEST(values_far_away_are_live)
{
    struct e2e *t = open_marked();
    unsigned long long first = 1000000;
    e2e_wait(t, counts_on, &first, "the count is shown", 0);
    for (int i = 0; i < 5; i++) {
        first = count(t);
        e2e_wait(t, counts_on, &first, "the count goes on", 0);
    }
    e2e_wait(t, has_course, NULL, "a sparkline that rises", 0);
    e2e_wait_text(t, " 2.5 f64", 0);
    stop_writer();
    e2e_wait_text(t, "      0 ", 0); /* changes in the last second */
    uint64_t last = 0;
    memcpy(&last, memory + FAR, sizeof last);
    unsigned long long end = last;
    e2e_wait(t, counts_to, &end, "the last count", 0);
    scene_press(t, "g", "go to");
    scene_press(t, "cou<Tab><Enter>", "\u2500 0xc0040");
    scene_quit(t);
}

/* Ten changes ago, of which some may have been seen as one. */
static bool is_past(struct e2e *t, void *ctx)
{
    unsigned long long now = *(unsigned long long *)ctx, then = count(t);
    return then != 0 && then + 8 <= now;
}

TEST(the_past_and_a_pause_keep_their_values)
{
    struct e2e *t = open_marked();
    unsigned long long first = 1000100;
    e2e_wait(t, counts_on, &first, "the count is shown", 0);
    scene_press(t, "gcount<Enter>", "\u2500 0xc0040");
    stop_writer();
    uint64_t last = 0;
    memcpy(&last, memory + FAR, sizeof last);
    unsigned long long now = last;
    scene_press(t, "{", " AT ");
    e2e_wait(t, is_past, &now, "an earlier count", 0);
    unsigned long long then = count(t);
    memory[STILL]++; /* what happens now is not what was then */
    e2e_settle(t, 200, 1000);
    ck_assert_uint_eq(count(t), then);
    e2e_wait_text(t, " 2.5 f64", 0);
    scene_press(t, ".", "LIVE");
    scene_press(t, " ", "PAUSED");
    memory[FAR]++;
    e2e_settle(t, 200, 1000);
    ck_assert_uint_eq(count(t), last);
    scene_quit(t);
}

TEST(a_recording_has_marks_of_its_own)
{
    char path[128], locator[160];
    name = e2e_name("marks");
    memory = scene_segment(name, SIZE);
    start_writer();
    snprintf(path, sizeof path, "/tmp/%s.rec", name + 1);
    struct e2e_result r = e2e_command(
        &(struct e2e_command){.argv = E2E_ARGV(e2e_shmlens, "record", name, path, "--for", "1s")});
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    stop_writer();
    snprintf(locator, sizeof locator, "rec:%s", path);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, locator)});
    e2e_wait_text(t, "00000000 ", 0);
    scene_press(t, ":mark count 0xc0040 u64<Enter>", "mark count");
    scene_press(t, "w", "PER S");
    unsigned long long first = 1000000;
    e2e_wait(t, counts_on, &first, "the count at the end", 0);
    unsigned long long end = count(t);
    scene_press(t, "gcount<Enter>", "\u2500 0xc0040");
    e2e_keys(t, "{");
    e2e_wait(t, is_past, &end, "an earlier count", 0);
    scene_quit(t);
    ck_assert_int_eq(unlink(path), 0);
}

TEST(two_sessions_keep_all_marks)
{
    char path[512];
    struct e2e *a = open_marked();
    stop_writer();
    struct e2e *b = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .home = e2e_home(a), .keep_home = true});
    e2e_wait_text(b, "LIVE", 0);
    scene_press(b, ":mark theirs 0x10 u8<Enter>", "mark theirs");
    scene_press(a, ":mark ours 0x20<Enter>", "mark ours");
    scene_press(b, ":mark --delete still<Enter>", "deleted");
    scene_press(a, "ma", "mark a");
    scene_quit(b);
    snprintf(path, sizeof path, "%s/state/shmlens/marks", e2e_home(a));
    char text[1024] = "";
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    ck_assert_ptr_nonnull(strstr(text, "mark count 0xc0040 u64le posix:/"));
    ck_assert_ptr_nonnull(strstr(text, "mark theirs 0x10 u8 posix:/"));
    ck_assert_ptr_nonnull(strstr(text, "mark ours 0x20 - posix:/"));
    ck_assert_ptr_nonnull(strstr(text, "a 0x0 posix:/"));
    ck_assert_ptr_null(strstr(text, "still"));
    scene_quit(a);
}

/* The test maps the segment itself: what it stores are its own addresses. */
TEST(a_pointer_of_another_process_is_followed)
{
    name = e2e_name("marks");
    memory = scene_segment(name, SIZE);
    const uint8_t *to = memory + 0x5678;
    memcpy(memory, &to, sizeof to);
    struct e2e *t = scene_open(name);
    e2e_wait_text(t, "  1 rw", 0); /* the processes have been read */
    scene_press(t, "<Enter>", "\u2500 0x5678");
    scene_press(t, "<BS>", "\u2500 0x0");
    scene_quit(t);
}

SUITE(test_e2e_marks, TESTS(values_far_away_are_live, the_past_and_a_pause_keep_their_values,
                            a_recording_has_marks_of_its_own, two_sessions_keep_all_marks,
                            a_pointer_of_another_process_is_followed));
