/* lab --check: what is wrong with a lesson is named, with its line. */
#include <stdlib.h>
#include <string.h>

#include "lab/peers.h"
#include "support/run.h"
#include "support/suite.h"

static const struct {
    const char *lines, *found, *last; /* `last`: of the last step */
} faults[] = {
    {"types\n    struct s { int a; };\n    at /shmlens-lab-l 0: struct s\n", "", NULL},
    {"types\n    struct s { nonsense a; };\n", ":4: types:1: ", NULL},
    {"open /other\n", ":1: /other is not a name of this lesson", NULL},
    {"open /shmlens-lab-lx\n", ":1: /shmlens-lab-lx is not a name of this lesson", NULL},
    {"open /shmlens-lab-l-long\n", ":1: /shmlens-lab-l-long is not a name of this lesson", NULL},
    {"run a: nonsense\n", ":4: there is no nonsense.c", NULL},
    {"run a: unmade\n", ":4: the program unmade is not there: make it", NULL},
    {"systems all\n", "Windows does not tell who maps a segment", "check mapped /shmlens-lab-l 1"},
    {"systems windows\n", "Windows has no signals: `crashed PEER`", "check killed x KILL"},
    {"systems all\n", "on Windows everybody skips this", "needs perf"},
    {"", "needs: x was not started before", "needs x: huge pages"},
    {"", ":30: mark: unmade.c has no such text: int main(int)", "mark unmade: int main(int)"},
    {"", ":30: there is no made.c", "mark made: int main"},
    {"", "needs is one of: cores N, proc, userfaultfd, perf, PEER: WHAT", "needs luck"},
};

TEST_LOOP(a_lesson_is_checked, SUITE_ROWS(faults))
{
    static const char step[] = "step S\n    text\n        t\n    hint\n        h\n    solution\n"
                               "        view\n    check did view\n";
    const char *path = run_path("l.lesson");
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f, "lesson l\ntitle T\nopen /shmlens-lab-l\n");
    if (strncmp(faults[_i].lines, "open", 4) == 0)
        rewind(f), (void)fprintf(f, "lesson l\ntitle T\n");
    (void)fprintf(f, "%stext\n    x\n%s%s%s", faults[_i].lines, step, step, step);
    if (faults[_i].last != NULL)
        (void)fprintf(f, "    %s\n", faults[_i].last);
    if (_i == 0)
        (void)fprintf(f, "    check where b == 1\n    check runs x\n    check did nonsense\n"
                         "    check cursor b\n    check cursor a\n    check cursor 0x10\n");
    fclose(f);
    f = fopen(run_path("unmade.c"), "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f, "int main(void) {}\n");
    fclose(f);
    f = fopen(run_path("long.lesson"), "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f, "lesson l-long\ntitle T\ntext\n    x\n%s", step);
    fclose(f);
    const struct ran *r = RUN("lab", "--check", path);
    ck_assert_int_eq(r->status, 1);
    ck_assert_msg(strstr(r->out, faults[_i].found) != NULL, "%s", r->out);
    if (_i == 0) {
        ck_assert_ptr_nonnull(strstr(r->out, "x was not started before"));
        ck_assert_ptr_nonnull(strstr(r->out, "no such command: nonsense"));
        ck_assert_ptr_nonnull(strstr(r->out, ":36: "));
        ck_assert_ptr_null(strstr(r->out, ":37: "));
        ck_assert_ptr_null(strstr(r->out, ":38: "));
    }
}

/* What a learner would read or type in vain; what is right is not named. */
TEST(texts_and_solutions_are_checked)
{
    const char *path = run_path("l.lesson");
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f,
                  "lesson l\ntitle T\nrun careful: demo\ntext\n    {carefull} {careful} {0} {\n");
    for (int i = 0; i < 3; i++)
        (void)fprintf(f, "step S\n    check did view\n    text\n        {later} {careful}\n"
                         "    hint\n        h\n    solution\n        rezise /x 8K\n"
                         "        :poke 0 1\n        $ L=/x; shmlens $L; shmlens laod $L | cat\n"
                         "        $ shmlens load $L - 8; shmlens /x; shmlens --calls poke\n");
    fclose(f);
    const struct ran *r = RUN("lab", "--check", path);
    ck_assert_int_eq(r->status, 1);
    static const char *const found[] = {
        ":1: {carefull}: no process of this name was started before\n",
        ":6: {later}: no process of this name was started before\n",
        ":6: solution: no such command: rezise /x 8K (resize?)\n",
        ":6: solution: no such command: laod (load?)\n",
    };
    size_t lines = 0;
    for (size_t i = 0; i < COUNT(found); i++)
        ck_assert_msg(strstr(r->out, found[i]) != NULL, "%s", r->out);
    for (const char *p = r->out; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    ck_assert_msg(lines == 1 + 3 * 3, "%s", r->out);
}

/* As many processes as the course can have. */
TEST(too_many_processes_are_named)
{
    const char *path = run_path("many.lesson");
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f, "lesson l\ntitle T\ntext\n    x\n");
    for (int i = 0; i < PEERS_MAX + 1; i++) {
        if (i % (LESSON_RUNS / 2) == 0)
            (void)fprintf(f, "step S\n    text\n        t\n    check did view\n");
        (void)fprintf(f, "    run p%d: demo\n    run p0: demo\n", i);
    }
    fclose(f);
    const struct ran *r = RUN("lab", "--check", path);
    ck_assert_int_eq(r->status, 1);
    ck_assert_msg(strstr(r->out, "more than 16 processes have a name") != NULL, "%s", r->out);
}

/* A text of which the screen would show a part only. */
TEST(too_long_a_text_is_named)
{
    const char *path = run_path("long.lesson");
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fprintf(f, "lesson l\ntitle T\ntext\n    x\nstep S\n    check did view\n    text\n");
    for (int i = 0; i < 300; i++)
        (void)fprintf(f, "        twenty bytes of text and then some\n");
    fclose(f);
    const struct ran *r = RUN("lab", "--check", path);
    ck_assert_int_eq(r->status, 1);
    ck_assert_msg(strstr(r->out, ":5: the text is too long") != NULL, "%s", r->out);
}

SUITE(test_program_lab_check, .tear_down = run_end,
      TESTS(a_lesson_is_checked, texts_and_solutions_are_checked, too_many_processes_are_named,
            too_long_a_text_is_named));
