/* A lesson beside and below the screen, without its processes. */
#include <stdlib.h>
#include <string.h>

#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/inspect/inspect.h"
#include "ui/lab/lab.h"

static const char text[] =
    "lesson ring\ntitle A ring\nrun writer: prog\nopen /shmlens-lab-ring\n"
    "text\n    The process {writer} writes, {nobody} reads. This line is so long that it has to be "
    "wrapped at every width.\n\n    Fields:\n        0x0 head\n        0x8 tail\n"
    "step Find the head\n    text\n        Go to the head.\n    check cursor 0\n"
    "    hint\n        It is the first one.\n    solution\n        goto 0\n        $ true\n"
    "step Find the tail\n    text\n        Go to the tail.\n\n        What you have seen: a "
    "ring.\n    check cursor 8\n    check runs "
    "writer\n    check where tail == 1\n    check answer 16\n";

static struct stage *st;

static struct lab_state *begin(int rows, int cols)
{
    char why[LESSON_WHY];
    st = stage_new(rows, cols, 4096);
    struct lab_state *lab = calloc(1, sizeof *lab);
    ck_assert_ptr_nonnull(lab);
    lab->lesson = lab->shelf.lesson[0] = lesson_parse("f", text, strlen(text), why);
    ck_assert_msg(lab->lesson != NULL, "%s", why);
    lab->shelf.count = 1;
    lab->state.peers = 1;
    (void)snprintf(lab->state.peer[0].name, LESSON_NAME, "writer");
    lab->state.peer[0].pid = 4711;
    st->ui.lab = lab;
    stage_draw(st);
    return lab;
}

TEST(the_lesson_is_below_or_beside)
{
    (void)begin(24, 80);
    frame_check(&st->ui.canvas, "lesson-80x24");
    (void)begin(40, 132);
    frame_check(&st->ui.canvas, "lesson-132x40");
}

static bool shows(const char *what)
{
    char row[2048];
    for (int i = 0; i < st->ui.canvas.rows; i++) {
        (void)canvas_row_text(&st->ui.canvas, i, row, sizeof row);
        if (strstr(row, what) != NULL)
            return true;
    }
    return false;
}

/* A title that does not fit says so. */
TEST(a_long_title_is_cut_visibly)
{
    char why[LESSON_WHY], *longer = malloc(sizeof text + 64);
    struct lab_state *lab = begin(40, 132);
    (void)snprintf(longer, sizeof text + 64,
                   "lesson ring\ntitle A ring that is so long that it does not fit%s",
                   strchr(strchr(text, '\n') + 1, '\n'));
    lab->shelf.lesson[1] = lesson_parse("f", longer, strlen(longer), why);
    free(longer);
    ck_assert_msg(lab->shelf.lesson[1] != NULL, "%s", why);
    lab->shelf.count = 2;
    lab->lesson = lab->shelf.lesson[1];
    stage_draw(st);
    ck_assert(shows("ring: A ring that is so long that it doe\u2026"));
}

static void type(const char *keys)
{
    stage_type(st, keys);
    stage_draw(st);
}

TEST(hint_and_solution_are_asked_for)
{
    struct lab_state *lab = begin(24, 80);
    ck_assert(!shows("first one") && !shows("goto 0"));
    type("?");
    ck_assert(shows("It is the first one.") && !shows("goto 0"));
    type("!");
    ck_assert(shows("counts as shown") && shows(" :goto 0") && shows(" $ true"));
    ck_assert(lab->solution);
    type(",,,,");
    ck_assert(shows("The process 4711 writes, {nobody} reads."));
    ck_assert(!shows("$ true"));
    type(";;;;");
    ck_assert(shows("$ true"));
    ck_assert(shows(":lesson again begins the lesson anew"));
}

TEST(what_is_wrong_is_said)
{
    struct lab_state *lab = begin(24, 80);
    (void)snprintf(lab->state.lacking, sizeof lab->state.lacking, "this step needs 2 processors");
    lab->state.step = 1;
    stage_draw(st);
    ck_assert(shows("2 of 2: Find the tail"));
    ck_assert(shows("`:lesson skip` leaves the step out"));
    ck_assert(!shows("has ended"));
    (void)snprintf(lab->state.stuck, sizeof lab->state.stuck,
                   "prog has ended, and step 2 needs it");
    stage_draw(st);
    ck_assert(shows("prog has ended, and step 2 needs it: `:lesson again`"));
    type("?");
    ck_assert_str_eq(st->ui.status, "this step has no hint");
    (void)snprintf(lab->state.problem, sizeof lab->state.problem, "prog does not start");
    stage_draw(st);
    ck_assert(shows("prog does not start"));
    lab->state = (struct course_state){.step = 2};
    stage_draw(st);
    ck_assert(shows("ring: done") && shows("All steps are done"));
    ck_assert(shows("What you have seen: a ring.") && !shows("Go to the tail"));
}

static const struct {
    int step;
    unsigned holds;
    const char *line, *said;
} answers[] = {
    {0, 0, "answer 16", "this step asks for no answer"},
    {0, 0, "answer", "this step asks for no answer"},
    {1, 0, "answer", "what is the answer? `:answer WORD`"},
    {1, 0, "answer 17", "not that: try again, or ? for a hint"},
    {1, 3, "answer 0x10", "that is right; the step asks for more than that"},
    {1, 7, "answer 0x10", "that is right"},
    {2, 0, "answer 16", "this step asks for no answer"},
};

TEST_LOOP(an_answer_is_answered, SUITE_ROWS(answers))
{
    struct lab_state *lab = begin(24, 80);
    lab->state.step = answers[_i].step;
    lab->state.holds = answers[_i].holds;
    ui_run(&st->ui, answers[_i].line);
    ck_assert_str_eq(st->ui.status, answers[_i].said);
}

/* Where characters are typed, the lesson's keys are not offered. */
TEST(no_key_is_offered_that_types)
{
    (void)begin(24, 80);
    ck_assert(shows("? hint  ! solution  s source"));
    ui_run(&st->ui, "set view utf8");
    ui_run(&st->ui, "edit");
    type("y");
    ck_assert(edit_types_text(&st->ui));
    ck_assert(shows("Esc, then the lesson's keys work"));
    ck_assert(!shows("hint  !"));
}

TEST(what_is_so_already_is_said)
{
    struct lab_state *lab = begin(24, 80);
    lab->state.step = 1;
    lab->state.already = 1;
    stage_draw(st);
    ck_assert(shows("That is on the screen already: any key that moves something counts."));
    lab->state.already = 0;
    stage_draw(st);
    ck_assert(!shows("on the screen already"));
}

/* A lesson that was left half done offers the way to where it was left. */
TEST(what_was_done_before_is_passed_by)
{
    struct lab_state *lab = begin(24, 80);
    ck_assert(!shows("done before"));
    lab->score.count = 1;
    lab->score.entry[0] = (struct score_entry){.lesson = "ring", .step = 0, .how = SCORE_DONE};
    stage_draw(st);
    ck_assert(shows("1 of 2 steps were done before: `:lesson skip` goes past each of them."));
    lab->score.count = 2;
    lab->score.entry[1] = (struct score_entry){.lesson = "ring", .step = 1, .how = SCORE_SHOWN};
    lab->state.step = 1;
    stage_draw(st);
    ck_assert(shows("This step was done before: `:lesson skip` goes past it."));
    lab->score.count = 1;
    ui_run(&st->ui, "lesson skip");
    stage_draw(st);
    ck_assert(!shows("done before: `"));
    ck_assert_ptr_nonnull(strstr(st->ui.status, "was not done before: it is not skipped"));
}

/* How a process ended stays through the step that follows. */
TEST(an_end_stays_for_a_step)
{
    struct lab_state *lab = begin(24, 80);
    (void)snprintf(lab->state.news[0].text, sizeof lab->state.news[0].text, "prog (4) ended");
    lab->state.newses = 1;
    stage_draw(st);
    ck_assert(shows("prog (4) ended"));
    lab->state.step = 1;
    stage_draw(st);
    ck_assert(shows("prog (4) ended"));
    lab->state.step = 2;
    stage_draw(st);
    ck_assert(!shows("prog (4) ended"));
    lab->state.news[0].step = 1; /* the last step: it is shown with the end of the lesson */
    stage_draw(st);
    ck_assert(shows("prog (4) ended"));
}

/* Keys that a lesson takes are the screen's again when it is left. */
TEST(a_lesson_is_left)
{
    struct lab_state *lab = begin(24, 80);
    const struct binding *b = ui_binding(&st->ui, (struct key){'s', 0});
    ck_assert_str_eq(b->command, "lesson source");
    lab->lesson = NULL;
    stage_draw(st);
    b = ui_binding(&st->ui, (struct key){'s', 0});
    ck_assert_str_eq(b->command, "segments");
    ck_assert(!shows("Find the head"));
}

/* What was refused, or only asked about, was not done. */
static const struct {
    const char *line;
    unsigned dids;
} done[] = {
    {"goto 0x10", 1},      {"goto 0x100000", 0}, /* it comes to the last byte only */
    {"undo", 0},           {"redo", 0},
    {"view nonsense", 0},  {"type nonsense nonsense", 0},
    {"mark here 0x10", 1}, {"freeze", 0}, /* asks for edit mode */
    {"search text", 0},                   /* it says so itself when it has found */
};

TEST_LOOP(what_is_refused_is_not_done, SUITE_ROWS(done))
{
    struct lab_state *lab = begin(24, 80);
    ui_run(&st->ui, done[_i].line);
    ck_assert_msg(lab->seen.dids == done[_i].dids, "%s", st->ui.status);
    ck_assert(done[_i].dids > 0 || st->ui.status[0] != '\0' ||
              st->ui.prompt.kind == PROMPT_CONFIRM || st->ui.inspect->looking > 0);
}

/* What asks first is done when the answer is yes. */
TEST(yes_is_done)
{
    struct lab_state *lab = begin(24, 80);
    stage_put(st, 0, "\x44\x0d\x44\x0d", 4); /* 0xd44, with more behind it */
    stage_at(st, 0);
    ui_run(&st->ui, "visit");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    ck_assert_uint_eq(lab->seen.dids, 0);
    type("y");
    ck_assert_uint_eq(lab->seen.dids, 1);
    ck_assert_str_eq(lab->seen.did[0], "visit");
}

/* Who stores something that does not pass the step is told the way back. */
TEST(the_way_back_is_told)
{
    static const char told[] = "u takes back what you stored";
    struct lab_state *lab = begin(24, 80);
    struct poke_done poked = {.size = 4, .value = {1}};
    lab->state.step = 1;
    session_undo_push(&st->ui.s, &poked, NULL);
    ck_assert(!lab_look_at_stores(&st->ui)); /* it may pass yet */
    st->ui.now += INT64_C(16000000000);
    ck_assert(lab_look_at_stores(&st->ui));
    stage_draw(st);
    ck_assert(shows(told));
    session_undo_went(&st->ui.s, true);
    ck_assert(lab_look_at_stores(&st->ui));
    stage_draw(st);
    ck_assert(!shows(told));
    lab->state.step = 0; /* which waits for no value */
    session_undo_push(&st->ui.s, &poked, NULL);
    (void)lab_look_at_stores(&st->ui);
    st->ui.now += INT64_C(16000000000);
    ck_assert(!lab_look_at_stores(&st->ui));
}

SUITE(test_ui_lab, .tear_down = stage_tear_down,
      TESTS(a_long_title_is_cut_visibly, the_lesson_is_below_or_beside,
            hint_and_solution_are_asked_for, what_is_wrong_is_said, what_is_so_already_is_said,
            what_was_done_before_is_passed_by, an_end_stays_for_a_step, an_answer_is_answered,
            no_key_is_offered_that_types, a_lesson_is_left, what_is_refused_is_not_done,
            yes_is_done, the_way_back_is_told));
