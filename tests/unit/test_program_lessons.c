/* The twelve lessons, played: nothing passes a step before its solution, and the solution passes
 * it. Lessons run beside each other, since most of their time is waiting. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/view.h"
#include "lab/course.h"
#include "lab/shelf.h"
#include "support/run.h"
#include "support/suite.h"

enum {
    LESSONS = 12,
    AT_ONCE = 6,
    LINE = 256,
    WORDS = 16,
};
static const int64_t before_solving = INT64_C(250000000); /* two looks of the course */
static const int64_t longest = INT64_C(30000000000);

struct play {
    const struct lesson *lesson;
    struct course *course;
    struct course_state state;
    struct lab_seen seen;
    int step;      /* whose turn it is */
    int64_t since; /* when it began */
    bool solved;
    int fd; /* of the lesson's segment, which may lose its name; -1: not open */
};

static struct shelf shelf;
static struct os_wake *wake;
static struct play plays[AT_ONCE];

static void set_up(void)
{
    char path[4096];
    ck_assert(!oserr_is(shelf_open(&shelf, NULL)));
    ck_assert_str_eq(shelf.why, "");
    wake = os_wake_new();
    (void)snprintf(path, sizeof path, "%.*s:%s",
                   (int)(strrchr(SHMLENS_BINARY, '/') - SHMLENS_BINARY), SHMLENS_BINARY,
                   getenv("PATH"));
    setenv("PATH", path, 1); /* for solutions of the shell */
}

static void tear_down(void)
{
    for (int i = 0; i < AT_ONCE; i++)
        course_free(plays[i].course);
    os_wake_free(wake);
    shelf_close(&shelf);
    run_end();
}

static const char *where_of(const struct play *p)
{
    static char text[LINE + CHECKER_WHY];
    (void)snprintf(text, sizeof text, "%s, step %d: %s", p->lesson->name, p->step + 1,
                   p->state.problem);
    return text;
}

/* The line with the numbers of the processes that it names. */
static void fill_in(const struct play *p, const char *from, size_t n, char line[LINE])
{
    (void)snprintf(line, LINE, "%.*s", (int)n, from);
    for (int i = 0; i < p->state.peers; i++) {
        char name[LESSON_NAME + 2], rest[LINE];
        (void)snprintf(name, sizeof name, "{%s}", p->state.peer[i].name);
        char *at = strstr(line, name);
        if (at == NULL)
            continue;
        (void)snprintf(rest, sizeof rest, "%s", at + strlen(name));
        (void)snprintf(at, LINE - (size_t)(at - line), "%u%s", p->state.peer[i].pid, rest);
    }
}

/* A command of the shell's: of the segment that is open, unless it names others. */
static void run_command(struct play *p, char *line)
{
    const char *words[WORDS];
    char open[64];
    int n = 0;
    (void)snprintf(open, sizeof open, "fd:%d/%d", (int)getpid(), p->fd);
    for (char *w = strtok_r(line, " ", &line); w != NULL && n < WORDS - 2;
         w = strtok_r(NULL, " ", &line)) {
        words[n++] = w;
        if (n == 1 && strcmp(w, "rm") != 0)
            words[n++] = open;
    }
    words[n] = NULL;
    const struct ran *r = run_words(words, NULL, false);
    ck_assert_msg(r->status == 0, "%s: %s: %s", where_of(p), words[0], r->err);
}

/* What the line of a solution makes the screen show, as the UI would tell it to the course. */
static void do_line(struct play *p, char line[LINE])
{
    static const struct {
        const char *line;
        enum lesson_screen screen;
    } screens[] = {{"who", SCREEN_USERS},
                   {"tree", SCREEN_TREE},
                   {"calls", SCREEN_CALLS},
                   {"step back", SCREEN_PAST}};
    static const char *const commands[] = {"poke ", "rm ", "resize "};
    struct lab_seen *s = &p->seen;
    lab_seen_did(s, line);
    for (size_t i = 0; i < COUNT(screens); i++)
        if (strcmp(line, screens[i].line) == 0)
            s->screens |= 1u << screens[i].screen;
    if (strncmp(line, "goto ", 5) == 0)
        ck_assert(number_u64(line + 5, UINT64_MAX, &s->cursor) == NUM_OK);
    if (strncmp(line, "view ", 5) == 0)
        s->view = view_find(line + 5)->name;
    if (strncmp(line, "answer ", 7) == 0)
        (void)snprintf(s->answer, sizeof s->answer, "%.*s", (int)sizeof s->answer - 1, line + 7);
    if (strncmp(line, "$ ", 2) == 0)
        ck_assert_msg(system(line + 2) == 0, "%s: %s", where_of(p), line);
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strncmp(line, commands[i], strlen(commands[i])) == 0) {
            run_command(p, line);
            return;
        }
}

static void solve(struct play *p)
{
    const char *at = p->lesson->step[p->step].solution;
    ck_assert_ptr_nonnull(at);
    for (size_t n; *at != '\0'; at += n + (at[n] == '\n')) {
        char line[LINE];
        n = strcspn(at, "\n");
        fill_in(p, at, n, line);
        do_line(p, line);
    }
    p->solved = true;
}

/* A learner who has done nothing but to give a wrong answer. */
static void begin_step(struct play *p, int step)
{
    p->step = step;
    p->since = os_now();
    p->solved = false;
    p->seen = (struct lab_seen){.step = step, .view = "hex", .answer = "nonsense"};
    p->seen.screens = 1u << SCREEN_INSPECT;
}

/* A lesson begins when its segment is there. */
static void open_segment(struct play *p)
{
    if (p->fd < 0 && p->state.opened && (p->fd = shm_open(p->lesson->open, O_RDWR, 0)) >= 0)
        begin_step(p, 0);
}

static bool finished(const struct play *p)
{
    return p->step == p->lesson->steps;
}

static void go_on(struct play *p)
{
    course_see(p->course, &p->seen);
    (void)course_take(p->course, &p->state);
    ck_assert_msg(p->state.problem[0] == '\0', "%s", where_of(p));
    open_segment(p);
    ck_assert_msg(os_now() - p->since < longest, "%s takes too long", where_of(p));
    if (p->fd < 0 || finished(p))
        return;
    if (p->state.step > p->step) {
        ck_assert_msg(p->solved, "%s passed by itself", where_of(p));
        begin_step(p, p->state.step);
    } else if (!p->solved && os_now() - p->since > before_solving) {
        solve(p);
    } else if (p->solved && p->state.lacking[0] != '\0') {
        course_skip(p->course);
    }
}

TEST_LOOP(lessons_are_played, LESSONS / AT_ONCE)
{
    struct oserr e;
    ck_assert_int_eq(shelf.count, LESSONS + 1); /* and the tour, the last one */
    for (int i = 0; i < AT_ONCE; i++) {
        struct course_plan plan = {.lesson = shelf.lesson[_i + i * (LESSONS / AT_ONCE)],
                                   .folder = SHMLENS_LAB_PROGRAMS,
                                   .shelf = &shelf};
        plays[i] = (struct play){.lesson = plan.lesson, .fd = -1};
        plays[i].course = course_start(&plan, wake, &e);
        ck_assert_ptr_nonnull(plays[i].course);
        begin_step(&plays[i], 0);
    }
    for (int left = AT_ONCE; left > 0;) {
        left = 0;
        for (int i = 0; i < AT_ONCE; i++) {
            go_on(&plays[i]);
            left += !finished(&plays[i]);
        }
        (void)os_sleep_until(os_now() + INT64_C(20000000));
    }
}

/* Programs that are begun in the mended way make no fault at all, while they do a lot of work. */
static const struct {
    const char *first[3], *second[3];
    const char *name;
    size_t work, fault, counted; /* offsets of counts; `counted`: not 0: faults were counted */
    uint64_t enough;             /* work */
} mended[] = {
    {{"lost_update", "0", "atomic"},
     {"lost_update", "1"},
     "/shmlens-lab-lost-update",
     0x08,
     0x20,
     0x30,
     20000000},
    {{"tear_writer", "1"}, {"tear_reader"}, "/shmlens-lab-tearing", 0x08, 0x10, 0x08, 1000000},
    {{"order", "0", "fence"}, {"order", "1"}, "/shmlens-lab-ordering", 0x00, 0x08, 0x00, 20000},
};

static pid_t start(const char *const words[3])
{
    char path[LINE];
    (void)snprintf(path, sizeof path, "%s/%s", SHMLENS_LAB_PROGRAMS, words[0]);
    pid_t pid = fork();
    if (pid == 0) {
        execl(path, words[0], words[1], words[1] == NULL ? NULL : words[2], (char *)NULL);
        _exit(127);
    }
    return pid;
}

static const volatile uint64_t *map_of(const char *name)
{
    int fd = -1;
    struct stat st = {.st_size = 0};
    for (int64_t end = os_now() + longest; os_now() < end && st.st_size == 0;) {
        (void)os_sleep_until(os_now() + INT64_C(10000000));
        fd = shm_open(name, O_RDONLY, 0);
        if (fd >= 0)
            ck_assert_int_eq(fstat(fd, &st), 0);
    }
    ck_assert_msg(st.st_size > 0, "%s did not appear", name);
    void *memory = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    ck_assert(memory != MAP_FAILED);
    return memory;
}

TEST_LOOP(the_mended_way_has_no_faults, SUITE_ROWS(mended))
{
    pid_t first = start(mended[_i].first), second = start(mended[_i].second);
    const volatile uint64_t *words = map_of(mended[_i].name);
    int64_t end = os_now() + longest;
    while ((words[mended[_i].work / 8] < mended[_i].enough || words[mended[_i].counted / 8] == 0) &&
           os_now() < end)
        (void)os_sleep_until(os_now() + INT64_C(20000000));
    uint64_t work = words[mended[_i].work / 8], faults = words[mended[_i].fault / 8];
    uint64_t counted = words[mended[_i].counted / 8];
    kill(first, SIGTERM);
    kill(second, SIGTERM);
    waitpid(first, NULL, 0);
    waitpid(second, NULL, 0);
    ck_assert_uint_ge(work, mended[_i].enough);
    ck_assert_uint_ne(counted, 0);
    ck_assert_uint_eq(faults, 0);
    ck_assert_int_lt(shm_open(mended[_i].name, O_RDONLY, 0), 0); /* removed at the end */
}

/* A segment that is there already is not theirs: they say so and leave it, name and bytes. */
static const struct {
    const char *program[3], *name;
} makers[] = {
    {{"attach"}, "/shmlens-lab-attach"},
    {{"life_maker"}, "/shmlens-lab-life"},
    {{"life_orphan"}, "/shmlens-lab-life-orphan"},
    {{"text"}, "/shmlens-lab-text"},
    {{"layout_sender"}, "/shmlens-lab-layout"},
    {{"pointer_maker"}, "/shmlens-lab-pointers"},
    {{"lost_update", "0"}, "/shmlens-lab-lost-update"},
    {{"tear_writer"}, "/shmlens-lab-tearing"},
    {{"order", "0"}, "/shmlens-lab-ordering"},
    {{"lock", "0"}, "/shmlens-lab-locks"},
    {{"ring_writer"}, "/shmlens-lab-ring"},
    {{"bus_maker"}, "/shmlens-lab-bus-error"},
    {{"speed", "0"}, "/shmlens-lab-speed"},
};

TEST_LOOP(what_others_made_stays, SUITE_ROWS(makers))
{
    char bytes[8] = "";
    int status = 0, fd = shm_open(makers[_i].name, O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_msg(fd >= 0, "%s is there before the test", makers[_i].name);
    ck_assert_int_eq(write(fd, "not his", 8), 8);
    pid_t pid = start(makers[_i].program);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    int again = shm_open(makers[_i].name, O_RDONLY, 0);
    (void)shm_unlink(makers[_i].name);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %x", (unsigned)status);
    ck_assert_int_ge(again, 0);
    ck_assert_int_eq(read(again, bytes, 8), 8);
    ck_assert_str_eq(bytes, "not his");
}

/* posix_fallocate returns its error and leaves errno alone. */
TEST(pages_that_cannot_be_reserved_are_said)
{
    char said[LINE] = "";
    int status = 0, ends[2];
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("small", "/dev/shm", "tmpfs", 0, "size=16k") != 0)
        SKIP("no file system may be mounted here");
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(ends[1], STDERR_FILENO) >= 0)
            execl(SHMLENS_LAB_PROGRAMS "/bus_maker", "bus_maker", "reserve", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_ge(read(ends[0], said, sizeof said - 1), 0);
    close(ends[0]);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %x", (unsigned)status);
    ck_assert_msg(strstr(said, "No space left on device") != NULL, "%s", said);
}

/* `check gone` holds of what has been there, not of what is not there yet. */
TEST(gone_is_what_was_there)
{
    static const char text[] = "lesson gone\ntitle t\ntext\n    t\nstep s\n    text\n        t\n"
                               "    check gone /shmlens-lab-gone\n";
    char why[CHECKER_WHY];
    struct peers peers = {.count = 0};
    struct lab_seen nothing = {.step = 0};
    struct lesson *l = lesson_parse("gone.lesson", text, sizeof text - 1, why);
    ck_assert_msg(l != NULL, "%s", why);
    struct checker c = {.be = backend_new()};
    ck_assert(checker_init(&c, c.be, l, &peers, why));
    ck_assert(!checker_holds(&c, &l->step[0].check[0], &nothing, 0));
    ck_assert_int_ge(shm_open("/shmlens-lab-gone", O_RDWR | O_CREAT, 0600), 0);
    ck_assert(!checker_holds(&c, &l->step[0].check[0], &nothing, 0));
    (void)shm_unlink("/shmlens-lab-gone");
    ck_assert(checker_holds(&c, &l->step[0].check[0], &nothing, 0));
    struct backend *be = c.be;
    checker_free(&c);
    backend_free(be);
    lesson_free(l);
}

SUITE(test_program_lessons, .set_up = set_up, .tear_down = tear_down,
      TESTS(lessons_are_played, the_mended_way_has_no_faults, what_others_made_stays,
            pages_that_cannot_be_reserved_are_said, gone_is_what_was_there));
