/* The lessons for Windows, played: nothing passes a step before its solution, a wrong answer least
 * of all, and the solution passes it. They run beside each other, since most of their time is
 * waiting. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/view.h"
#include "lab/course.h"
#include "lab/peers.h"
#include "lab/shelf.h"
#include "support/suite.h"

enum { LESSONS = 8, LINE = 256 };
static const int64_t before_solving = INT64_C(250000000); /* two looks of the course */
static const int64_t longest = INT64_C(40000000000);

struct play {
    const struct lesson *lesson;
    struct course *course;
    struct course_state state;
    struct lab_seen seen;
    unsigned char *memory; /* the lesson's segment; NULL: it is not there yet */
    int step;              /* whose turn it is */
    int64_t since;         /* when it began */
    bool solved;
};

static struct shelf shelf;
static struct os_wake *wake;
static struct play plays[LESSONS];

static void set_up(void)
{
    ck_assert(!oserr_is(shelf_open(&shelf, NULL)));
    ck_assert_str_eq(shelf.why, "");
    wake = os_wake_new();
}

static void tear_down(void)
{
    for (int i = 0; i < LESSONS; i++)
        course_free(plays[i].course);
    memset(plays, 0, sizeof plays); /* the tests are one process here */
    os_wake_free(wake);
    shelf_close(&shelf);
}

static const char *where_of(const struct play *p)
{
    static char text[LINE + CHECKER_WHY];
    (void)snprintf(text, sizeof text, "%s, step %d: %s", p->lesson->name, p->step + 1,
                   p->state.problem);
    return text;
}

/* `poke OFFSET VALUE --as TYPE [--z]`, of the types that the lessons use. */
static void poke(const struct play *p, const char *line)
{
    char offset[32], value[64], type[16];
    uint64_t at, number;
    ck_assert_int_eq(sscanf(line, "poke %31s %63s --as %15s", offset, value, type), 3);
    ck_assert(number_u64(offset, UINT64_MAX, &at) == NUM_OK);
    if (strcmp(type, "utf8") == 0) {
        memcpy(p->memory + at, value, strlen(value) + 1);
        return;
    }
    ck_assert_msg(number_u64(value, UINT64_MAX, &number) == NUM_OK, "%s", line);
    if (strcmp(type, "u64") == 0)
        *(volatile uint64_t *)(void *)(p->memory + at) = number;
    else
        *(volatile uint32_t *)(void *)(p->memory + at) = (uint32_t)number;
}

/* What the line of a solution does, as the UI would tell it to the course. */
static void do_line(struct play *p, const char *line)
{
    static const struct {
        const char *line;
        enum lesson_screen screen;
    } screens[] = {{"who", SCREEN_USERS},
                   {"tree", SCREEN_TREE},
                   {"calls", SCREEN_CALLS},
                   {"step back", SCREEN_PAST}};
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
    if (strncmp(line, "poke ", 5) == 0)
        poke(p, line);
}

static void solve(struct play *p)
{
    const char *at = p->lesson->step[p->step].solution;
    ck_assert_ptr_nonnull(at);
    for (size_t n; *at != '\0'; at += n + (at[n] == '\n')) {
        char line[LINE];
        n = strcspn(at, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)n, at);
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
    if (p->memory != NULL || !p->state.opened)
        return;
    HANDLE map = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, p->lesson->open);
    ck_assert_msg(map != NULL, "%s", where_of(p));
    p->memory = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    CloseHandle(map);
    ck_assert_ptr_nonnull(p->memory);
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
    if (p->memory == NULL || finished(p))
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

TEST(lessons_are_played)
{
    struct oserr e;
    ck_assert_int_eq(shelf.count, LESSONS);
    for (int i = 0; i < LESSONS; i++) {
        struct course_plan plan = {.lesson = shelf.lesson[i], .folder = WIN_LAB, .shelf = &shelf};
        ck_assert(shelf_playable(plan.lesson));
        plays[i] = (struct play){.lesson = plan.lesson};
        plays[i].course = course_start(&plan, wake, &e);
        ck_assert_ptr_nonnull(plays[i].course);
        begin_step(&plays[i], 0);
    }
    for (int left = LESSONS; left > 0;) {
        left = 0;
        for (int i = 0; i < LESSONS; i++) {
            go_on(&plays[i]);
            left += !finished(&plays[i]);
        }
        (void)os_sleep_until(os_now() + INT64_C(20000000));
    }
}

/* The processes end with the course, and with the last of them the segment. */
TEST(nothing_stays)
{
    struct oserr e;
    struct course_plan plan = {
        .lesson = shelf_find(&shelf, "attach"), .folder = WIN_LAB, .shelf = &shelf};
    plays[0] = (struct play){.lesson = plan.lesson, .course = course_start(&plan, wake, &e)};
    ck_assert_ptr_nonnull(plays[0].course);
    plays[0].since = os_now();
    while (!plays[0].state.opened)
        go_on(&plays[0]);
    UnmapViewOfFile(plays[0].memory);
    course_free(plays[0].course);
    plays[0].course = NULL;
    ck_assert_ptr_null(OpenFileMappingA(FILE_MAP_READ, FALSE, plan.lesson->open));
}

/* ---- what its processes say ---- */

/* One that has ended by itself. It is looked at all the time, as a lesson does: wine makes who
 * writes into a full pipe wait. */
static struct os_process *chatter(const char *lines)
{
    struct os_process *p;
    int status, signal;
    char path[1024];
    const char *const args[] = {lines, NULL};
    (void)snprintf(path, sizeof path, "%s/chatter.exe", WIN_PEERS);
    struct oserr e = os_spawn(path, args, &p);
    ck_assert_msg(!oserr_is(e), "%s %u", e.call, (unsigned)e.code);
    int64_t until = os_now() + longest;
    while (os_process_running(p) && os_now() < until)
        (void)os_sleep_until(os_now() + INT64_C(1000000));
    ck_assert(!os_process_running(p));
    os_process_end(p, &status, &signal);
    ck_assert_int_eq(status, 3);
    ck_assert_int_eq(signal, 0);
    return p;
}

/* Also of more than the pipe holds, the last of it. */
TEST(what_a_process_says_is_heard)
{
    static const char *const counts[] = {"100", "50000"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char want[32];
        struct os_process *p = chatter(counts[i]);
        (void)snprintf(want, sizeof want, "line %s", counts[i]);
        const char *said = os_process_said(p), *last = strstr(said, want);
        ck_assert_msg(last != NULL && strcspn(last, "\r\n") == strlen(want), "%s", said);
        os_process_stop(p);
    }
    struct os_process *p = chatter("0");
    ck_assert_str_eq(os_process_said(p), "");
    os_process_stop(p);
}

/* A lesson tells it: how it ended, and the last line of that. */
TEST(a_lesson_says_what_a_process_said_last)
{
    struct peers peers = {0};
    struct peer_end how;
    char why[PEERS_WHY] = "", text[PEERS_WHY] = "";
    struct lesson_run run = {.peer = "chatter", .program = "chatter"};
    run.arg[run.args++] = "7";
    ck_assert_msg(peers_do(&peers, WIN_PEERS, &run, why), "%s", why);
    int64_t until = os_now() + longest;
    while (!peers_news(&peers, 0, &how, text) && os_now() < until)
        (void)os_sleep_until(os_now() + INT64_C(5000000));
    ck_assert_ptr_nonnull(strstr(text, "ended with status 3: line 7"));
    peers_end(&peers);
}

SUITE(test_windows_lessons, .set_up = set_up, .tear_down = tear_down,
      TESTS(lessons_are_played, nothing_stays, what_a_process_says_is_heard,
            a_lesson_says_what_a_process_said_last));
