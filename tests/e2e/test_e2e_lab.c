/* A lesson on the screen, played as a learner does; and what is left of it however it ends. */
#include "harness_private.h"
#include "support.h"
#include "support/remover.h"
#include "support/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#define NAME "/shmlens-lab-ticking"

static struct e2e *t;
static char folder[256]; /* of this test */

static const struct {
    int rows, cols;
    const char *second, *third, *end; /* of the lesson's own part, when a step begins */
} sizes[] = {
    {24, 80, "2 of 3: Look at the fields", "3 of 3: End the process", "ticking: done"},
    {40, 132, "> 2 Look at the fields", "> 3 End the process", "All steps are done"},
};

static void begin(int size, const char *lesson)
{
    t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "lab", "--lesson-dir", E2E_LAB, lesson),
                              .rows = sizes[size].rows,
                              .cols = sizes[size].cols});
}

static void set_up(void)
{
    (void)shm_unlink(NAME);
    e2e_make_home(folder, sizeof folder);
}

static void tear_down(void)
{
    e2e_end(t);
    t = NULL;
    (void)shm_unlink(NAME);
    (void)remover_tree(folder);
}

static bool is_gone(struct e2e *of, void *ctx)
{
    (void)of, (void)ctx;
    int fd = shm_open(NAME, O_RDONLY, 0);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

/* A line at the prompt. */
static void line(const char *text)
{
    char keys[128];
    (void)snprintf(keys, sizeof keys, ":%s<Enter>", text);
    e2e_keys(t, keys);
}

/* The whole number, which may have been drawn in part until now. */
static bool tells_pid(struct e2e *of, void *ctx)
{
    static const char said[] = "its number is ";
    pid_t *pid = ctx;
    char *end = NULL;
    int row = 0;
    if (!e2e_find(of, said, &row, NULL))
        return false;
    *pid = (pid_t)strtol(strstr(e2e_row(of, row), said) + strlen(said), &end, 10);
    return *pid > 1 && *end == '.';
}

static bool tells_other_pid(struct e2e *of, void *ctx)
{
    pid_t *before = ctx, now = 0;
    bool tells = tells_pid(of, &now) && now != *before;
    *before = tells ? now : *before;
    return tells;
}

/* The number of the process, as the lesson shows it. */
static pid_t told_pid(void)
{
    pid_t pid = 0;
    e2e_wait(t, tells_pid, &pid, "the number of the process", 0);
    return pid;
}

static void quit(void)
{
    support_quit(t);
    t = NULL;
}

/* What is wrong passes no step, what is right passes each; hint, solution and source are shown. */
TEST_LOOP(a_lesson_is_played, SUITE_ROWS(sizes))
{
    begin(_i, "ticking");
    e2e_wait_text(t, "LIVE", 0);
    line("poke 0x8 1 --as u32");
    e2e_wait_text(t, "turn editing on?", 0);
    e2e_keys(t, "y");
    e2e_wait_text(t, "00 00  01 00", 0);
    line("answer stop"); /* of the next step: too early */
    e2e_wait_text(t, "this step asks for no answer", 0);
    e2e_keys(t, "?");
    e2e_wait_text(t, "p asks for a value", 0);
    e2e_keys(t, "s");
    e2e_wait_text(t, "=>", 0); /* the marked line */
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "=>", 0);
    line("poke 0x4 1 --as u32");
    e2e_wait_text(t, sizes[_i].second, 0);
    line("answer counter");
    e2e_wait_text(t, "not that: try again", 0);
    e2e_keys(t, "S!");
    e2e_wait_text(t, "counts as shown", 0);
    line("answer stop");
    e2e_wait_text(t, sizes[_i].third, 0);
    ck_assert_int_eq(kill(told_pid(), SIGKILL), 0);
    e2e_wait_text(t, sizes[_i].end, 0);
    e2e_keys(t, "<F10>");
    e2e_wait_text(t, "\u2713 done", 0);
    e2e_wait(t, is_gone, NULL, "the segment is removed", 0);
    e2e_keys(t, "<Enter>"); /* once more: each step is passed by */
    e2e_wait_text(t, "3 of 3 steps were done before", 0);
    line("lesson skip");
    e2e_wait_text(t, sizes[_i].second, 0);
    line("lesson skip");
    e2e_wait_text(t, sizes[_i].third, 0);
    line("lesson skip");
    e2e_wait_text(t, sizes[_i].end, 0);
    quit();
}

/* A zombie does not run: it waits for whoever inherited it. */
static bool is_running(pid_t pid)
{
    char path[64], text[256] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    return n > 0 && strstr(text, ") Z") == NULL;
}

static bool ended_meanwhile(struct e2e *of, void *peer)
{
    (void)of;
    return !is_running(*(pid_t *)peer);
}

/* When it sees that we died; and its segment is gone then, or soon. */
static bool has_ended(pid_t peer)
{
    for (int i = 0; (is_running(peer) || !is_gone(NULL, NULL)) && i < 10000; i++)
        usleep(1000);
    return !is_running(peer) && is_gone(NULL, NULL);
}

/* The ways in which the program or the lesson ends: the processes end with it, and remove what they
 * made. */
static const struct {
    const char *keys; /* NULL: by the signal */
    int signal;       /* 0: the terminal is closed */
} ends[] = {
    {NULL, SIGKILL}, {NULL, SIGTERM},     {NULL, SIGHUP},    {NULL, SIGINT},
    {NULL, SIGQUIT}, {NULL, SIGSEGV},     {NULL, SIGABRT},   {NULL, 0},
    {"Q", 0},        {":quit<Enter>", 0}, {"<F10><F10>", 0},
};

static void hang_up(void)
{
    close(t->master);
    t->master = -1;
    t->hangup = true;
}

static void end_it(int way)
{
    if (ends[way].keys != NULL)
        e2e_keys(t, ends[way].keys);
    else if (ends[way].signal != 0)
        e2e_signal(t, ends[way].signal);
    else
        hang_up();
}

TEST_LOOP(no_process_survives, SUITE_ROWS(ends))
{
    begin(0, "ticking");
    e2e_wait_text(t, "LIVE", 0);
    pid_t peer = told_pid();
    end_it(_i);
    (void)e2e_exit(t, 0);
    ck_assert(has_ended(peer));
}

/* A shell that is killed takes the program on its terminal with it. */
TEST(none_survives_the_shell)
{
    t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV("/bin/sh", "-c", "\"$0\" lab --lesson-dir \"$1\" ticking; exit",
                         e2e_shmlens, E2E_LAB)});
    e2e_wait_text(t, "LIVE", 0);
    pid_t peer = told_pid();
    e2e_signal(t, SIGKILL);
    (void)e2e_exit(t, 0);
    ck_assert(has_ended(peer));
}

/* Neither do they the lesson that is begun anew, or left. */
TEST(none_survives_the_lesson)
{
    begin(0, "ticking");
    e2e_wait_text(t, "LIVE", 0);
    pid_t first = told_pid();
    line("lesson again");
    e2e_wait(t, ended_meanwhile, &first, "the process ends", 0);
    pid_t second = first;
    e2e_wait(t, tells_other_pid, &second, "the number of the new process", 0);
    line("lesson leave");
    e2e_wait(t, ended_meanwhile, &second, "the process ends", 0);
    e2e_wait(t, is_gone, NULL, "the segment is removed", 0);
    quit();
}

static const unsigned *words_of_segment(void)
{
    int fd = shm_open(NAME, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    const unsigned *words = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    ck_assert(words != MAP_FAILED);
    return words;
}

static bool is_stored(struct e2e *of, void *word)
{
    (void)of;
    return *(const volatile unsigned *)word != 0;
}

/* A process that ignores what it is told, of a lesson of somebody else's; and what only it knew. */
TEST(a_deaf_process_is_killed)
{
    static const char text[] = "lesson ticking\ntitle T\nopen " NAME "\nrun ticker: tick " NAME
                               " deaf\ntext\n  its number is {ticker}.\nstep S\n  text\n    t\n"
                               "  check did nonsense\n";
    char path[512], program[512];
    (void)snprintf(path, sizeof path, "%s/tick", folder);
    (void)snprintf(program, sizeof program, "%s/tick", E2E_LAB);
    ck_assert_int_eq(symlink(program, path), 0);
    (void)snprintf(path, sizeof path, "%s/deaf.lesson", folder);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fputs(text, f);
    fclose(f);
    t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "lab", "--lesson-dir", folder, "ticking")});
    e2e_wait_text(t, "LIVE", 0);
    pid_t peer = told_pid();
    const unsigned *words = words_of_segment();
    e2e_wait(t, is_stored, (void *)(uintptr_t)&words[2], "the System V segment", 0);
    int sysv = (int)words[2] - 1;
    struct shmid_ds ds;
    ck_assert_int_eq(shmctl(sysv, IPC_STAT, &ds), 0);
    ck_assert_int_eq(ds.shm_cpid, peer);
    e2e_signal(t, SIGKILL);
    (void)e2e_exit(t, 0);
    for (int i = 0; (is_running(peer) || shmctl(sysv, IPC_STAT, &ds) == 0) && i < 10000; i++)
        usleep(1000);
    ck_assert(!is_running(peer));
    ck_assert_int_ne(shmctl(sysv, IPC_STAT, &ds), 0);
}

TEST(the_list_opens_a_lesson)
{
    begin(0, NULL);
    e2e_wait_text(t, "1 lesson on real processes", 0);
    e2e_keys(t, "<Enter>");
    e2e_wait_text(t, "1 of 3: Stop the counter", 0);
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, "<F3>"); /* the lesson stays beside the other screens */
    e2e_wait_text(t, "LOCATOR", 0);
    e2e_wait_text(t, "1 of 3: Stop the counter", 0);
    e2e_keys(t, "<F10><F10>");
    e2e_wait_text(t, "1 lesson on real processes", 0);
    quit();
    ck_assert(is_gone(t, NULL));
}

#define DEMO "/shmlens-demo"

/* The demo's name is free, or becomes it soon. */
static bool demo_is_free(void)
{
    struct e2e_result r = e2e_run("wait", "/shmlens-demo", "--gone", "--timeout", "5s");
    bool is_free = r.status == 0;
    e2e_result_free(&r);
    return is_free;
}

TEST(the_demo_has_a_tour)
{
    static const struct {
        const char *keys, *then; /* what passes a step, and what is on the screen then */
    } steps[] = {
        {"", "tour, 1 of 8"},
        {"g0x10<Enter>", "tour, 2 of 8"},
        {":view u32le<Enter>", "tour, 3 of 8"},
        {"g0x60<Enter>p1<Enter>", "turn editing on?"},
        {"y", "tour, 4 of 8"},
        {"u", "tour, 5 of 8"},
        {"[", "tour, 6 of 8"},
        {".S", "tour, 7 of 8"},
        {"o", "demo"},        /* the writer, */
        {"", "tour, 7 of 8"}, /* for a moment */
        {"", "tour, 8 of 8"},
        {"@", "tour: done"},
    };
    if (!demo_is_free())
        SKIP("another demo runs on this machine");
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "demo")});
    for (size_t i = 0; i < COUNT(steps); i++) {
        e2e_keys(t, steps[i].keys);
        e2e_wait_text(t, steps[i].then, 0);
    }
    e2e_keys(t, "<Esc>"); /* as it says, in the log too */
    e2e_wait_no_text(t, "tour: done", 0);
    e2e_wait_text(t, "OS calls", 0);
    quit();
}

/* `:tour` in the demo that D has started: the steps begin again, and its writer stays. */
TEST(the_tour_begins_again)
{
    if (!demo_is_free())
        SKIP("another demo runs on this machine");
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens)});
    e2e_wait_text(t, "D Demo", 0);
    e2e_keys(t, "D");
    e2e_wait_text(t, "tour, 1 of 8", 0);
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, "g0x10<Enter>");
    e2e_wait_text(t, "tour, 2 of 8", 0);
    struct e2e_result before = e2e_run("peek", DEMO, "0xc", "4");
    e2e_keys(t, ":tour<Enter>");
    e2e_wait_text(t, "tour, 1 of 8", 0);
    struct e2e_result after = e2e_run("peek", DEMO, "0xc", "4");
    ck_assert_str_eq(before.out, after.out); /* the process id of the writer */
    ck_assert_int_eq(after.status, 0);
    e2e_result_free(&before);
    e2e_result_free(&after);
    quit();
    ck_assert(demo_is_free());
}

/* D on the list starts the demo; Esc leaves the tour, and the demo stays until the end. */
TEST(the_tour_is_left)
{
    if (!demo_is_free())
        SKIP("another demo runs on this machine");
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens)});
    e2e_wait_text(t, "D Demo", 0);
    e2e_keys(t, "D");
    e2e_wait_text(t, "tour, 1 of 8", 0);
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, "g0x10<Enter>");
    e2e_wait_text(t, "tour, 2 of 8", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_text(t, "tour ended; :tour resumes it", 0);
    e2e_wait_no_text(t, "tour, 2 of 8", 0);
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, ":tour<Enter>");
    e2e_wait_text(t, "tour, 2 of 8", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "tour, 2 of 8", 0);
    e2e_keys(t, ":tour 1<Enter>");
    e2e_wait_text(t, "tour, 1 of 8", 0);
    quit();
    ck_assert(demo_is_free());
}

/* A segment that is not the demo's has its name: the writer says so, on the message line; nothing
 * is opened, there is no tour, and the segment stays. */
TEST(a_foreign_demo_is_not_opened)
{
    if (!demo_is_free())
        SKIP("another demo runs on this machine");
    struct e2e_result r = e2e_run("create", DEMO, "4K", "--fill", "0x41");
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .cols = 132});
    e2e_wait_text(t, DEMO, 0);
    e2e_keys(t, "D");
    e2e_wait_text(t, "demo: posix:" DEMO ": a segment of this name exists that is not", 0);
    ck_assert_msg(e2e_find(t, "LOCATOR", NULL, NULL), "%s", e2e_row(t, 0));
    ck_assert(!e2e_find(t, "tour, 1 of 8", NULL, NULL));
    ck_assert(!e2e_sent(t, "shmlens: demo:", 14)); /* as the writer printed it */
    quit();
    r = e2e_run("rm", DEMO); /* it is still there */
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
}

/* A second writer says so and ends; the tour goes on beside the first. */
TEST(a_second_writer_gives_way)
{
    if (!demo_is_free())
        SKIP("another demo runs on this machine");
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "demo")});
    e2e_wait_text(t, "tour, 1 of 8", 0);
    struct e2e_result r = e2e_run("demo", "--writer-only");
    ck_assert_int_eq(r.status, 2);
    ck_assert_ptr_nonnull(strstr(r.err, "a demo's writer is at work there already"));
    e2e_result_free(&r);
    struct e2e *mine = t;
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens)}); /* D beside it */
    e2e_wait_text(t, DEMO, 0);
    e2e_keys(t, "D");
    e2e_wait_text(t, "tour, 1 of 8", 0);
    e2e_wait_text(t, "LIVE", 0);
    quit();
    t = mine;
    quit();
    ck_assert(demo_is_free());
}

SUITE(test_e2e_lab, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_lesson_is_played, no_process_survives, none_survives_the_shell,
            none_survives_the_lesson, a_deaf_process_is_killed, the_list_opens_a_lesson,
            the_demo_has_a_tour, the_tour_begins_again, the_tour_is_left,
            a_foreign_demo_is_not_opened, a_second_writer_gives_way));
