/* The lessons of the lab, each played on a terminal as an ordinary user does: what is wrong passes
 * no step, a hint and a solution are shown, and the solution's lines, typed, pass it. Several are
 * played beside each other, since most of their time is waiting. */
#include "harness_private.h"
#include "support.h"
#include "support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lab/shelf.h"

enum {
    AT_ONCE = 6,
    LINE = 256,
    HEAD = 25,
    PROMPT = -2 /* its row */,
    LONGEST = 40000 /* ms that a step may take */
};

/* So long a step has to stand after what does not pass it: three looks of the course. */
#define STANDS INT64_C(300000000) /* ns */

/* What a learner may well do instead, a string a step; it leaves the lesson playable. */
static const struct {
    const char *lesson, *step[LESSON_STEPS];
} wrong[] = {
    {"attach",
     {"goto 0x44", "view u16le", "view u32be\nanswer 53764", "answer heron",
      "poke 0x60 13 --as u32", "who"}},
    {"life",
     {"tree", "rm /shmlens-lab-life", "poke 0x10 0 --as u32", "poke 0x10 1 --as u32",
      "answer heron", "rm /shmlens-lab-life"}},
    {"text",
     {"answer 6", "goto 0x41\nview utf16le", "answer 2", "goto 0xc1\nview utf8\nanswer yes",
      "poke 0x100 Zurich --as utf8 --z"}},
    {"layout", {"goto 0x4", "answer 8", "answer 8", "who", "poke 0x44 2 --as u32"}},
    {"pointers",
     {"tree", "poke 0x20 3 --as u32", "goto 0x23c",
      "poke 0x8 0x244 --as u64\npoke 0x20 2 --as u32"}},
    {"lost-update", {"who", "answer add", "poke 0x18 2 --as u32", "poke 0x18 1 --as u32"}},
    {"tearing",
     {"view u64le\npause\nanswer last\npause", "poke 0x4 3 --as u32", "seqlock 0x44\nseqlock off",
      "poke 0x4 2 --as u32\nanswer even", "poke 0x4 2 --as u32"}},
    {"ordering", {"who", "answer cache", "poke 0x10 2 --as u32", "poke 0x10 1 --as u32"}},
    {"locks",
     {"who", "poke 0x4 9 --as u32", "poke 0x8 1 --as u32", "poke 0x0 0 --as u32",
      "poke 0x4 9 --as u32"}},
    {"ring",
     {"who", "mark head 0x0 u32\nmark tail 0x4 u32", "step back\nanswer tail",
      "poke 0x8 2 --as u32"}},
    {"bus-error",
     {"goto 0x1000", "answer 64", "answer 2", "poke 0x10 0 --as u32", "answer ftruncate",
      "resize 4096", "answer SIGSEGV"}},
    {"speed", {"who", "poke 0x0 0 --as u32", "answer 8", "poke 0x20 1000 --as u64"}},
};

static const struct {
    int rows, cols;
} sizes[] = {{24, 80}, {40, 132}};

enum phase { COMES, WRONG, STAYS, HINT, SOLUTION, RIGHT, PASSES, LEAVES };

/* A lesson at a terminal. `lines`: what is still to be typed; `line`: what is being typed. */
struct play {
    struct e2e *t;
    const struct lesson *lesson;
    int step;
    enum phase phase;
    int64_t since, deadline; /* of the phase */
    const char *lines;
    char line[LINE];
    bool typed, entered; /* the line */
    bool asked;          /* a question is on the screen, and was answered */
    char question[24];   /* how the row of questions begins */
    bool skipped[LESSON_STEPS];
};

static struct shelf shelf;
static struct play plays[AT_ONCE];
static uid_t user; /* 0: as we are */
static char path[4096];

static void set_up(void)
{
    ck_assert(!oserr_is(shelf_open(&shelf, NULL)));
    user = support_ordinary_user();
    (void)snprintf(path, sizeof path, "PATH=%.*s:%s",
                   (int)(strrchr(e2e_shmlens, '/') - e2e_shmlens), e2e_shmlens, getenv("PATH"));
}

static void tear_down(void)
{
    for (int i = 0; i < AT_ONCE; i++)
        e2e_end(plays[i].t);
    shelf_close(&shelf);
}

static void failed(struct play *p, const char *what)
{
    e2e_print(p->t);
    e2e_fail("%s, step %d: %s", p->lesson->name, p->step + 1, what);
}

static void go_to(struct play *p, enum phase phase)
{
    p->phase = phase;
    p->since = e2e_now();
    p->deadline = e2e_deadline(LONGEST);
}

/* ---- lines ---- */

static bool line_shown(struct play *p)
{
    char head[HEAD + 2];
    (void)snprintf(head, sizeof head, ":%.*s", HEAD, p->line);
    return strncmp(e2e_row(p->t, PROMPT), head, strlen(head)) == 0;
}

/* A line of the shell; what it says does not matter, the step tells whether it was right. */
static void run_shell(const struct play *p)
{
    struct e2e_result r =
        e2e_command(&(struct e2e_command){.argv = E2E_ARGV("/bin/sh", "-c", p->line + 2),
                                          .env = (const char *const[]){path, NULL},
                                          .uid = user});
    e2e_result_free(&r);
}

/* What the program asks before it does as it was told, which may take it a moment; what is wrong is
 * not insisted on. */
static bool answered(struct play *p)
{
    bool insists = p->phase == RIGHT || p->phase == PASSES;
    const char *row = e2e_row(p->t, PROMPT);
    bool confirm = strstr(row, "[y/N]") != NULL;
    bool asks = confirm || strstr(row, "yes:") != NULL; /* `Type yes:`, `or yes:` */
    bool another =
        strncmp(row, p->question, sizeof p->question - 1) != 0; /* right after the first */
    if (asks && (!p->asked || another))
        e2e_keys(p->t, confirm ? "y" : insists ? "yes<Enter>" : "<Esc>");
    p->asked = asks;
    (void)snprintf(p->question, sizeof p->question, "%s", row);
    return asks;
}

/* Types on; true: all of it was typed, and the program has taken it. */
static bool typed_all(struct play *p)
{
    if (p->line[0] == '\0' && p->lines[0] == '\0')
        return true;
    if (p->line[0] == '\0') {
        size_t n = strcspn(p->lines, "\n");
        (void)snprintf(p->line, LINE, "%.*s", (int)n, p->lines);
        p->lines += n + (p->lines[n] == '\n');
        p->typed = p->entered = false;
        if (strncmp(p->line, "$ ", 2) == 0) {
            run_shell(p);
            p->line[0] = '\0';
        }
    } else if (!p->typed) {
        e2e_bytes(p->t, ":", 1);
        e2e_bytes(p->t, p->line, strlen(p->line));
        p->typed = true;
    } else if (!p->entered && line_shown(p)) {
        e2e_keys(p->t, "<Enter>");
        p->entered = true;
    } else if (p->entered && !line_shown(p)) {
        p->line[0] = '\0';
    }
    return false;
}

static void type(struct play *p, const char *lines, enum phase phase)
{
    p->lines = lines;
    p->line[0] = '\0';
    go_to(p, phase);
}

/* ---- steps ---- */

static const char *wrong_of(const struct play *p)
{
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (strcmp(wrong[i].lesson, p->lesson->name) == 0 && wrong[i].step[p->step] != NULL)
            return wrong[i].step[p->step];
    e2e_fail("%s, step %d: nothing wrong is known", p->lesson->name, p->step + 1);
}

static bool step_shown(const struct play *p, int step)
{
    char text[LINE];
    if (step == p->lesson->steps)
        return e2e_find(p->t, "All steps are done", NULL, NULL);
    if (e2e_cols(p->t) < 120)
        (void)snprintf(text, sizeof text, "%s, %d of %d: %.20s", p->lesson->name, step + 1,
                       p->lesson->steps, p->lesson->step[step].title);
    else
        (void)snprintf(text, sizeof text, "> %d %.20s", step + 1, p->lesson->step[step].title);
    return e2e_find(p->t, text, NULL, NULL);
}

/* Of each step a hint is asked for, and of each second one the solution. */
static bool asks(int step)
{
    return step % 2 == 1;
}

/* Where text is edited the key is a letter: edit mode is ended first. */
static void ask_hint(struct play *p)
{
    e2e_keys(p->t, strstr(e2e_row(p->t, 0), "  EDIT") != NULL ? "<F4>?" : "?");
    go_to(p, HINT);
}

static bool hint_shown(const struct play *p)
{
    char head[HEAD + 1];
    (void)snprintf(head, sizeof head, "%.*s", HEAD, p->lesson->step[p->step].hint);
    head[strcspn(head, "\n{")] = '\0';
    return e2e_find(p->t, head, NULL, NULL);
}

/* The machine has not what the step needs, or it did not happen. */
static void skip(struct play *p)
{
    if (!p->skipped[p->step] && e2e_find(p->t, "`:lesson skip`", NULL, NULL)) {
        p->skipped[p->step] = true;
        type(p, "lesson skip", RIGHT);
    }
}

/* How each step was done is kept for `lab --report`. */
static void check_kept(const struct play *p)
{
    char file[512], text[4096] = "";
    (void)snprintf(file, sizeof file, "%s/state/shmlens/lab", e2e_home(p->t));
    FILE *f = fopen(file, "r");
    ck_assert_ptr_nonnull(f);
    (void)fread(text, 1, sizeof text - 1, f);
    fclose(f);
    for (int i = 0; i < p->lesson->steps; i++) {
        char row[LINE];
        (void)snprintf(row, sizeof row, "%s %d %s ", p->lesson->name, i + 1,
                       p->skipped[i] ? "skipped"
                       : asks(i)     ? "shown"
                                     : "done");
        ck_assert_msg(strstr(text, row) != NULL, "no `%s` in: %s", row, text);
    }
}

static bool segment_is_gone(const struct play *p)
{
    int fd = shm_open(p->lesson->open, O_RDONLY, 0);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

static void in_step(struct play *p)
{
    bool here = step_shown(p, p->step), next = step_shown(p, p->step + 1);
    if (answered(p)) {
        if (p->phase == HINT) /* the key went into the prompt */
            go_to(p, STAYS);
        return;
    }
    if (next && p->phase != RIGHT && p->phase != PASSES)
        failed(p, "it passed before its solution");
    if (p->phase == COMES && here)
        type(p, wrong_of(p), WRONG);
    else if (p->phase == WRONG && typed_all(p))
        go_to(p, STAYS);
    else if (p->phase == STAYS && here && e2e_now() - p->since > STANDS)
        ask_hint(p);
    else if (p->phase == HINT && hint_shown(p) && asks(p->step))
        e2e_keys(p->t, "!"), go_to(p, SOLUTION);
    else if ((p->phase == HINT && hint_shown(p) && !asks(p->step)) ||
             (p->phase == SOLUTION && e2e_find(p->t, "counts as shown", NULL, NULL)))
        type(p, p->lesson->step[p->step].solution, RIGHT);
    else if (p->phase == RIGHT && typed_all(p))
        go_to(p, PASSES);
    else if (p->phase == PASSES && next)
        p->step++, go_to(p, COMES);
    else if (p->phase == PASSES)
        skip(p);
}

/* To the list of lessons; what lies over the view is left first. */
static void leave(struct play *p)
{
    bool over =
        strstr(e2e_row(p->t, 0), "calls") != NULL || e2e_find(p->t, "Esc closes", NULL, NULL);
    if (!over || !p->asked)
        e2e_keys(p->t, "<F10>");
    p->asked = over;
    if (!over)
        go_to(p, LEAVES);
}

/* False: it is over, and what it had is gone. */
static bool go_on(struct play *p)
{
    while (e2e_pump(p->t, 0)) {
    }
    if (e2e_left_ms(p->deadline) == 0)
        failed(p, "it takes too long");
    if (p->step < p->lesson->steps) {
        in_step(p);
        return true;
    }
    if (p->phase == COMES && step_shown(p, p->step))
        leave(p);
    if (p->phase != LEAVES || !e2e_find(p->t, "\u2713 done", NULL, NULL) || !segment_is_gone(p))
        return true;
    check_kept(p);
    support_quit(p->t);
    p->t = NULL;
    return false;
}

static void begin(struct play *p, const struct lesson *l, int size)
{
    *p = (struct play){.lesson = l};
    p->t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "lab", l->name),
                                           .rows = sizes[size].rows,
                                           .cols = sizes[size].cols,
                                           .uid = user});
    go_to(p, COMES);
}

TEST_LOOP(each_is_played, SUITE_ROWS(sizes))
{
    int next = 0, left = 0;
    for (int i = 0; i < shelf.count; i++)
        left += shelf_shown(shelf.lesson[i]);
    ck_assert_int_eq(left, SUITE_ROWS(wrong));
    while (left > 0) {
        for (int i = 0; i < AT_ONCE; i++) {
            struct play *p = &plays[i];
            while (p->t == NULL && next < shelf.count && !shelf_shown(shelf.lesson[next]))
                next++;
            if (p->t == NULL && next < shelf.count)
                begin(p, shelf.lesson[next++], _i);
            if (p->t != NULL && !go_on(p))
                left--;
        }
        usleep(2000);
    }
}

SUITE(test_e2e_lessons, .set_up = set_up, .tear_down = tear_down, TESTS(each_is_played),
      .timeout = 240);
