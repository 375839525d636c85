/* The lab on real processes: a lesson goes on when what it asks for is so, everything it started
 * ends and is removed, and the shell is told what there is. */
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/course.h"
#include "lab/shelf.h"
#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

#define NAME "/shmlens-lab-ticking"

/* Until the condition holds, ten seconds at most. */
#define AWAIT(condition)                                       \
    do {                                                       \
        int64_t deadline = os_now() + INT64_C(10000000000);    \
        bool met_;                                             \
        while (!(met_ = (condition)) && os_now() < deadline)   \
            (void)os_sleep_until(os_now() + INT64_C(5000000)); \
        ck_assert_msg(met_, "%s", #condition);                 \
    } while (0)

static struct shelf shelf;
static struct os_wake *wake;
static struct course *course;
static struct course_state state;
static struct lab_seen seen;

static void set_up(void)
{
    (void)shm_unlink(NAME);
    setenv("XDG_STATE_HOME", run_path("state"), 1);
    ck_assert(!oserr_is(shelf_open(&shelf, SHMLENS_LAB)));
    ck_assert_str_eq(shelf.why, "");
    wake = os_wake_new();
    state = (struct course_state){.step = 0};
    seen = (struct lab_seen){.view = "hex"};
}

static void tear_down(void)
{
    course_free(course);
    course = NULL;
    os_wake_free(wake);
    shelf_close(&shelf);
    run_end();
}

static void begin(const char *lesson)
{
    struct oserr e;
    struct course_plan plan = {
        .lesson = shelf_find(&shelf, lesson), .folder = shelf.folder, .shelf = &shelf};
    course = course_start(&plan, wake, &e);
    ck_assert_ptr_nonnull(course);
}

/* A lesson of its own text. */
static struct lesson *begin_text(const char *text)
{
    struct oserr e;
    char why[LESSON_WHY];
    struct lesson *l = lesson_parse("f", text, strlen(text), why);
    struct course_plan plan = {.lesson = l, .folder = shelf.folder, .shelf = &shelf};
    ck_assert_msg(l != NULL, "%s", why);
    course = course_start(&plan, wake, &e);
    ck_assert_ptr_nonnull(course);
    return l;
}

/* What the learner sees, and what became of it. */
static bool look(void)
{
    course_see(course, &seen);
    (void)course_take(course, &state);
    return true;
}

static bool is_there(void)
{
    int fd = shm_open(NAME, O_RDONLY, 0);
    close(fd);
    return fd >= 0;
}

static unsigned *words(void)
{
    int fd = shm_open(NAME, O_RDWR, 0);
    unsigned *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    ck_assert(p != MAP_FAILED);
    return p;
}

/* The right way passes each step, in order; what would pass a later one does nothing before. */
TEST(a_lesson_is_played)
{
    begin("ticking");
    AWAIT(look() && state.opened && state.peers == 1 && state.peer[0].pid != 0);
    ck_assert_str_eq(state.problem, "");
    pid_t ticker = (pid_t)state.peer[0].pid;
    unsigned *w = words();
    (void)snprintf(seen.answer, sizeof seen.answer, "stop");
    seen.screens = 1u << SCREEN_TREE;
    AWAIT(look() && state.holds == 0xe); /* all but the value */
    ck_assert_int_eq(state.step, 0);
    w[1] = 1;
    AWAIT(look() && state.step == 1);
    seen = (struct lab_seen){.step = 1, .view = "hex"};
    AWAIT(look() && state.holds == 0);
    seen.screens = 1u << SCREEN_TREE;
    lab_seen_did(&seen, "tree");
    (void)snprintf(seen.answer, sizeof seen.answer, "counter");
    AWAIT(look() && state.holds == 1);
    (void)snprintf(seen.answer, sizeof seen.answer, "THE Stop");
    AWAIT(look() && state.step == 2);
    seen = (struct lab_seen){.step = 2, .view = "hex"};
    munmap(w, 4096);
    AWAIT(look() && state.holds == 4);
    kill(ticker, SIGKILL);
    AWAIT(look() && state.step == 3);
    ck_assert(is_there()); /* nobody removed it */
    course_end(course);
    AWAIT(look() && state.ended);
    ck_assert(!is_there());
}

static bool has_userfaultfd(void)
{
    struct backend *be = backend_new();
    bool has = !oserr_is(seg_spares_holes(be));
    backend_free(be);
    return has;
}

/* Do breakpoints fire, with all that the program wants of them: registers, the stack, a ring? */
static bool has_breakpoints(void)
{
#if defined(__x86_64__)
    enum { RING = 17 * 4096, STACK = 1024, REGISTER_IP = 8 };
    struct perf_event_attr a = {.type = PERF_TYPE_BREAKPOINT,
                                .size = sizeof a,
                                .sample_period = 1,
                                .sample_type = PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
                                .sample_regs_user = 1U << REGISTER_IP,
                                .sample_stack_user = STACK,
                                .bp_type = HW_BREAKPOINT_W,
                                .bp_len = 8,
                                .exclude_kernel = 1};
    static _Alignas(8) volatile uint64_t word;
    uint64_t count = 0;
    a.bp_addr = (uint64_t)(uintptr_t)&word;
    int fd = (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
    word = 1;
    bool fires = fd >= 0 && read(fd, &count, sizeof count) == sizeof count && count > 0;
    void *ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    bool all = fires && ring != MAP_FAILED;
    if (ring != MAP_FAILED)
        munmap(ring, RING);
    close(fd);
    return all;
#else
    return false; /* trap_arm is for x86-64 only */
#endif
}

/* What the step before left on the screen passes nothing by itself. */
TEST(something_is_done_in_each_step)
{
    static const char text[] = "lesson still\ntitle T\nrun ticker: tick " NAME "\ntext\n  t\n"
                               "step One\n  text\n    t\n  check cursor 8\n  check view hex\n"
                               "  check screen tree\n  check answer yes\n"
                               "step Two\n  text\n    t\n  check cursor 9\n  check answer yes\n";
    struct lesson *l = begin_text(text);
    AWAIT(course_take(course, &state) && state.peers == 1); /* it has looked: nothing is said yet */
    seen = (struct lab_seen){.cursor = 8, .view = "hex", .screens = 1u << SCREEN_TREE};
    (void)snprintf(seen.answer, sizeof seen.answer, "yes");
    AWAIT(look() && state.holds == 8); /* the answer alone */
    ck_assert_uint_eq(state.already, 7);
    lab_seen_did(&seen, "down");
    AWAIT(look() && state.step == 1);
    seen.step = 1;
    seen.dids = 0;
    AWAIT(look() && state.holds == 2);
    seen.cursor = 9;
    AWAIT(look() && state.step == 2);
    course_free(course);
    course = NULL;
    lesson_free(l);
}

static const char needing[] = "lesson ticking\ntitle T\ntext\n  t\n"
                              "step S\n  text\n    t\n  %s\n  run one: tick lacks\n"
                              "  check answer yes\n"
                              "step T\n  text\n    t\n  check answer yes\n";

/* What a step needs, and whether this machine has it; why not is only said where it has not. */
static const struct {
    const char *needs, *lacking;
    bool (*has)(void);
} needs[] = {
    {"needs one: a faster moon", "this step needs a faster moon", NULL},
    {"needs cores 1024", "this step needs 1024 processors; there ", NULL},
    {"needs userfaultfd", "this step needs userfaultfd, which", has_userfaultfd},
    {"needs perf", "this step needs breakpoints of perf, which", has_breakpoints},
};

TEST_LOOP(what_a_step_needs_is_said, SUITE_ROWS(needs))
{
    char text[512];
    (void)snprintf(text, sizeof text, needing, needs[_i].needs);
    struct lesson *l = begin_text(text);
    if (needs[_i].has != NULL && needs[_i].has()) {
        AWAIT(look() && state.peers == 1); /* the step has begun */
        ck_assert_str_eq(state.lacking, "");
        (void)snprintf(seen.answer, sizeof seen.answer, "yes");
    } else {
        AWAIT(look() && state.lacking[0] != '\0');
        ck_assert_ptr_eq(strstr(state.lacking, needs[_i].lacking), state.lacking);
        course_skip(course);
    }
    AWAIT(look() && state.step == 1);
    ck_assert_int_eq(state.skipped, seen.answer[0] == '\0');
    course_free(course);
    course = NULL;
    lesson_free(l);
}

/* A lesson shows no segment of another user's, however its name came to be taken. */
TEST(a_foreign_segment_is_not_opened)
{
    if (geteuid() != 0)
        SKIP("only root can give a file away");
    char why[CHECKER_WHY];
    struct peers peers = {.count = 0};
    struct checker c = {.be = backend_new()};
    int fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_int_eq(ftruncate(fd, 4096), 0);
    ck_assert(checker_init(&c, c.be, shelf_find(&shelf, "ticking"), &peers, why));
    ck_assert(checker_opened(&c) && !c.foreign);
    ck_assert_int_eq(fchown(fd, 65534, 65534), 0);
    ck_assert(!checker_opened(&c) && c.foreign);
    close(fd);
    struct backend *be = c.be;
    checker_free(&c);
    backend_free(be);
}

static const struct {
    const char *answer, *words;
    bool right;
} answers[] = {
    {"0x4d2", "1234", true},   {"1234", "0x4d2", true},
    {"1,234", "1234|x", true}, {"1,234,567", "1234567", true},
    {"12,34", "1234", false},  {"1,2345", "12345", false},
    {",123", "123", false},    {"1,", "1", false},
    {"0x4d3", "1234", false},  {"-1", "1", false},
    {"Odd", "no | odd", true}, {"even", "no | odd", false},
    {"", "1", false},          {"a,b", "a,b", true},
};

TEST_LOOP(numbers_are_answered_in_any_form, SUITE_ROWS(answers))
{
    ck_assert_msg(lab_answered(answers[_i].answer, answers[_i].words) == answers[_i].right, "%s",
                  answers[_i].answer);
}

/* Numbers of signals are Linux's, those of exceptions as Windows reports them. */
TEST(a_crash_is_more_than_an_end)
{
    static const struct {
        struct peer_end how;
        bool crash;
        const char *words;
    } ends[] = {
        {{0, 0}, false, "ended with status 0"},
        {{1, 0}, false, "ended with status 1"},
        {{77, 0}, false, "ended with status 77"},
        {{0, SIGTERM}, false, "was killed by SIGTERM"},
        {{0, SIGKILL}, false, "was killed by SIGKILL"},
        {{0, SIGSEGV}, true, "was killed by SIGSEGV: it touched memory that is not mapped"},
        {{0, SIGBUS},
         true,
         "was killed by SIGBUS: it touched a page beyond the end of the segment"},
        {{0, SIGABRT}, true, "was killed by SIGABRT: it called abort"},
        {{0, 64}, false, "was killed by signal 64"},
        {{(int)0xc0000005, 0}, true, "was killed by EXCEPTION_ACCESS_VIOLATION: it touched memory"},
        {{(int)0xc00000fd, 0}, true, "was killed by EXCEPTION_STACK_OVERFLOW"},
        {{(int)0xc0001234, 0}, true, "was killed by exception 0xc0001234"},
        {{0x40010004, 0}, false, "ended with status 1073807364"},
    };
    for (size_t i = 0; i < COUNT(ends); i++) {
        char words[PEERS_WHY];
        ck_assert_msg(peers_crashed(&ends[i].how) == ends[i].crash, "row %zu", i);
        ending_words(&ends[i].how, words, sizeof words);
        ck_assert_msg(strstr(words, ends[i].words) == words, "row %zu: %s", i, words);
    }
}

/* A lesson whose process can end in several ways, and a step that waits for it. */
static struct lesson *begin_frail(void)
{
    static const char text[] = "lesson ticking\ntitle T\nopen " NAME "\nrun ticker: tick " NAME
                               " frail\ntypes\n  struct shared { unsigned counter; unsigned stop; "
                               "};\n  at " NAME " 0: struct shared\ntext\n  t\n"
                               "step One\n  text\n    t\n  check where stop != 0\n"
                               "step Two\n  text\n    t\n  check answer yes\n"
                               "step Three\n  text\n    t\n  check runs ticker\n";
    struct lesson *l = begin_text(text);
    AWAIT(look() && state.opened && state.peers == 1);
    return l;
}

static const struct {
    unsigned stop;
    const char *said;
} deaths[] = {
    {2, "tick (%u) ended with status 3: tick: \\x1b[2Jlast"},
    {3,
     "tick (%u) was killed by SIGSEGV: it touched memory that is not mapped (or stored into what "
     "is read-only)"},
};

/* How a process ended is said, although the step passes by what ended it; and that a later step
 * cannot pass without it. */
TEST_LOOP(an_end_is_said, SUITE_ROWS(deaths))
{
    char said[200];
    struct lesson *l = begin_frail();
    unsigned *w = words(), pid = state.peer[0].pid;
    w[1] = deaths[_i].stop;
    AWAIT(look() && state.newses == 1 && state.step == 1);
    (void)snprintf(said, sizeof said, deaths[_i].said, pid);
    ck_assert_str_eq(state.news[0].text, said);
    ck_assert_str_eq(state.stuck, "tick has ended, and step 3 needs it");
    munmap(w, 4096);
    course_free(course);
    course = NULL;
    lesson_free(l);
}

TEST(what_the_lesson_ends_is_not_said)
{
    begin("ticking");
    AWAIT(look() && state.opened && state.peers == 1);
    ck_assert_uint_eq(state.newses, 0);
    course_end(course);
    AWAIT(look() && state.ended);
    ck_assert_uint_eq(state.newses, 0);
}

/* An old program would run on silently after its source was changed. */
TEST(a_source_that_is_newer_is_named)
{
    const char *folder = run_path("own");
    const struct lesson_run run = {.peer = "p", .program = "prog"};
    char path[256], text[PEERS_WHY] = "";
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/prog", folder);
    int fd = open(path, O_WRONLY | O_CREAT, 0700);
    ck_assert_int_eq(futimens(fd, old), 0);
    close(fd);
    ck_assert(!peers_stale(folder, &run, text)); /* there is no source */
    (void)snprintf(path, sizeof path, "%s/prog.c", folder);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert(peers_stale(folder, &run, text));
    ck_assert_str_eq(text, "prog.c is newer than prog: run make");
    ck_assert_int_eq(futimens(fd, old), 0);
    close(fd);
    ck_assert(!peers_stale(folder, &run, text));
}

TEST(processes_end_with_the_lesson)
{
    begin("ticking");
    AWAIT(look() && state.opened);
    pid_t ticker = (pid_t)state.peer[0].pid;
    course_free(course);
    course = NULL;
    ck_assert_int_ne(kill(ticker, 0), 0);
    ck_assert(!is_there());
}

/* Processes that do not listen are waited for together. */
TEST(stopped_processes_end_at_the_same_time)
{
    static const char *const names[] = {NAME "-1", NAME "-2", NAME "-3"};
    struct peers peers = {.count = 0};
    char why[PEERS_WHY];
    pid_t pid = 0;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct lesson_run run = {
            .peer = names[i] + 1, .program = "tick", .arg = {names[i]}, .args = 1};
        ck_assert_msg(peers_do(&peers, SHMLENS_LAB, &run, why), "%s", why);
        pid = (pid_t)peers_pid(&peers, names[i] + 1);
        ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    }
    int64_t since = os_now();
    peers_end(&peers);
    ck_assert_int_lt(os_now() - since, INT64_C(3500000000));
    ck_assert_int_ne(kill(pid, 0), 0);
    for (size_t i = 0; i < COUNT(names); i++)
        (void)shm_unlink(names[i]);
}

/* What a dead lesson left is removed; what somebody uses is not. */
TEST(leftovers_give_way)
{
    int fd = shm_open(NAME, O_RDWR | O_CREAT, 0600);
    begin("ticking");
    AWAIT(look() && state.problem[0] != '\0');
    ck_assert_msg(strstr(state.problem, "in use") != NULL, "%s", state.problem);
    ck_assert(is_there());
    course_free(course);
    course = NULL;
    ck_assert(is_there());
    close(fd);
    fd = shm_open(NAME, O_RDWR | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    state = (struct course_state){.step = 0};
    begin("ticking");
    AWAIT(look() && state.opened && state.peers == 1 && state.peer[0].pid != 0);
}

TEST(the_shell_is_told)
{
    const struct ran *r = RUN("lab", "--list", "--json", "--lesson-dir", SHMLENS_LAB);
    json_t *all = run_json(r), *row = json_array_get(json_object_get(all, "lessons"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(row, "name")), "ticking");
    ck_assert_int_eq(told_number(row, "steps"), 3);
    ck_assert_int_eq(told_number(row, "done"), 0);
    ck_assert_int_eq(told_number(row, "minutes"), 5);
    json_decref(all);
    RUN_PRINTS(0, "ticking       0 of 3       A counter that stops (5 min)\n", "lab", "--list",
               "--lesson-dir", SHMLENS_LAB);
    r = RUN("lab", "ticking", "--source", "--lesson-dir", SHMLENS_LAB);
    ck_assert_ptr_nonnull(strstr(r->out, "int main("));
    RUN_PRINTS(0, "", "lab", "--check", SHMLENS_LAB "/ticking.lesson");
    RUN_PRINTS(0, "ticking       0 of 3  steps\n", "lab", "--report", "--lesson-dir", SHMLENS_LAB);
    RUN_FAILS("no such lesson; there are: ticking", "lab", "nonsense", "--source", "--lesson-dir",
              SHMLENS_LAB);
    RUN_FAILS("cannot read the lessons", "lab", "--list", "--lesson-dir", "/nonsense");
}

static void write_lesson(const char *folder, int number, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%02d.lesson", folder, number);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f, "lesson %s\ntitle T\ntext\n  t\nstep S\n  text\n    t\n  check did x\n", name);
    fclose(f);
}

/* Of too many lessons the first ones by their files' names stay, and what is left out is said. */
TEST(what_is_left_out_is_said)
{
    enum { MORE = 3 };
    const char *folder = run_path("many");
    char name[16];
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    for (int i = SHELF_LESSONS + MORE - 1; i >= 0; i--) {
        (void)snprintf(name, sizeof name, "l%d", i == 1 ? 0 : i);
        write_lesson(folder, i, name);
    }
    shelf_close(&shelf);
    ck_assert(!oserr_is(shelf_open(&shelf, folder)));
    ck_assert_int_eq(shelf.count, SHELF_LESSONS);
    ck_assert_str_eq(shelf.why, "01.lesson: left out: a file before it has a lesson of this name "
                                "(and 2 more left out)");
    ck_assert_ptr_nonnull(shelf_find(&shelf, "l64"));
    ck_assert_ptr_null(shelf_find(&shelf, "l65"));
    write_lesson(folder, 1, "l1");
    shelf_close(&shelf);
    ck_assert(!oserr_is(shelf_open(&shelf, folder)));
    ck_assert_str_eq(shelf.why, "64.lesson: left out: there are more than 64 lessons "
                                "(and 2 more left out)");
}

/* What is exported builds by itself, and is not written twice. */
TEST(sources_are_exported)
{
    const char *folder = run_path("exported");
    struct stat st;
    char path[256];
    mode_t mask = umask(022);
    (void)umask(mask);
    RUN_PRINTS(0, "", "lab", "--export", folder);
    (void)snprintf(path, sizeof path, "%s/Makefile", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0666 & ~mask);
    RUN_FAILS("exists already; nothing was written", "lab", "--export", folder);
    ck_assert_int_eq(stat(path, &st), 0);
}

/* One file in the way: the others are not left there, and it stays as it is. */
TEST(half_an_export_is_removed)
{
    const char *folder = run_path("half");
    char path[256], other[256];
    struct stat st;
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/%s", folder, lab_files[1].name);
    (void)snprintf(other, sizeof other, "%s/Makefile", folder);
    ck_assert_int_eq(symlink("nowhere", path), 0);
    RUN_FAILS("exists already; nothing was written", "lab", "--export", folder);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    ck_assert_int_ne(stat(other, &st), 0);
    RUN_FAILS("cannot make the folder (mkdir: Not a directory)", "lab", "--export",
              SHMLENS_LAB "/tick.c");
    RUN_FAILS("cannot make the folder (mkdir: No such file", "lab", "--export", "/nonsense/x");
    if (geteuid() != 0) {
        ck_assert_int_eq(chmod(folder, 0500), 0);
        RUN_FAILS("Permission denied", "lab", "--export", folder);
        ck_assert_int_eq(chmod(folder, 0700), 0);
    }
}

SUITE(test_program_lab, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_lesson_is_played, something_is_done_in_each_step, what_a_step_needs_is_said,
            a_foreign_segment_is_not_opened, numbers_are_answered_in_any_form,
            a_crash_is_more_than_an_end, an_end_is_said, what_the_lesson_ends_is_not_said,
            a_source_that_is_newer_is_named, processes_end_with_the_lesson,
            stopped_processes_end_at_the_same_time, leftovers_give_way, the_shell_is_told,
            what_is_left_out_is_said, sources_are_exported, half_an_export_is_removed));
