/* The lab's actions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/frame/actions.h"
#include "ui/lab/lab.h"

void act_lab(struct ui *ui, const char *arg)
{
    struct lab_state *lab = lab_state(ui, NULL);
    const struct lesson *l = NULL;
    if (lab == NULL)
        return;
    if (arg[0] != '\0' && (l = shelf_find(&lab->shelf, arg)) == NULL) {
        ui_say(ui, STYLE_ERROR, "%s: no such lesson", arg);
        return;
    }
    for (int i = 0; i < ui->depth; i++) /* the lesson shows its own segment above the list */
        if (ui->stack[i] == &screen_inspect)
            ui->depth = i;
    ui_push(ui, &screen_lab);
    if (l != NULL)
        lab_begin(ui, l, false);
}

void act_begin(struct ui *ui, const char *arg)
{
    const struct lesson *l = ui_screen(ui) == &screen_lab ? lab_at(ui->lab) : NULL;
    (void)arg;
    if (l != NULL)
        lab_begin(ui, l, false);
}

void act_tour(struct ui *ui, const char *arg)
{
    if (arg[0] != '\0' && strcmp(arg, "1") != 0)
        ui_say(ui, STYLE_ERROR, "tour: where it was left, or 1: from its first step");
    else if (!lab_tour(ui, false, arg[0] != '\0'))
        ui_say(ui, STYLE_WARN,
               "there is no tour on this system: `shmlens demo` runs from the shell");
}

static void show_source(struct ui *ui)
{
    char title[LESSON_NAME + 8];
    int marked = 0;
    char *text = lab_source(ui->lab, title, sizeof title, &marked);
    if (text == NULL)
        ui_say(ui, STYLE_TEXT, "this step has no source");
    else
        pager_open(&ui->host, title, text, false);
    pager_show(&ui->host, marked);
    free(text);
}

static void scroll(struct lab_state *lab, int by)
{
    int last = lab->lines - lab->rows;
    lab->first += by * (lab->rows > 1 ? lab->rows - 1 : 1);
    lab->first = lab->first > last ? last : lab->first;
    lab->first = lab->first < 0 ? 0 : lab->first;
}

/* What is shown more of a step; the text goes to it. */
static void show(struct ui *ui, bool *what, const char *text, const char *name)
{
    if (text == NULL) {
        ui_say(ui, STYLE_TEXT, "this step has no %s", name);
        return;
    }
    *what = true;
    ui->lab->first = -1;
}

static bool is_open(struct ui *ui)
{
    if (!lab_on(ui))
        ui_say(ui, STYLE_TEXT, "no lesson is open: `:lab` lists them");
    return lab_on(ui);
}

/* NULL: all are done. */
static const struct lesson_step *step_of(const struct lab_state *lab)
{
    return lab->state.step < lab->lesson->steps ? &lab->lesson->step[lab->state.step] : NULL;
}

void act_lesson(struct ui *ui, const char *arg)
{
    if (!is_open(ui))
        return;
    struct lab_state *lab = ui->lab;
    const struct lesson_step *step = step_of(lab);
    if (strcmp(arg, "source") == 0)
        show_source(ui);
    else if (strcmp(arg, "up") == 0 || strcmp(arg, "down") == 0)
        scroll(lab, arg[0] == 'u' ? -1 : 1);
    else if (strcmp(arg, "leave") == 0)
        lab_leave(ui);
    else if (strcmp(arg, "again") == 0)
        lab_begin(ui, lab->lesson, false);
    else if (step == NULL)
        ui_say(ui, STYLE_TEXT, "all steps are done");
    else if (strcmp(arg, "hint") == 0)
        show(ui, &lab->hint, step->hint, "hint");
    else if (strcmp(arg, "solution") == 0)
        show(ui, &lab->solution, step->solution, "solution");
    else if (strcmp(arg, "skip") == 0 && lab->state.lacking[0] != '\0')
        course_skip(lab->course);
    else if (strcmp(arg, "skip") == 0 && lab_done_before(lab, lab->state.step))
        course_past(lab->course);
    else if (strcmp(arg, "skip") == 0)
        ui_say(ui, STYLE_TEXT,
               "this step can be done here, and was not done before: it is not skipped");
    else
        ui_say(ui, STYLE_ERROR, "lesson: hint, solution, source, up, down, skip, again or leave");
}

void act_answer(struct ui *ui, const char *arg)
{
    if (!is_open(ui))
        return;
    struct lab_state *lab = ui->lab;
    const struct lesson_step *step = step_of(lab);
    bool asks = false, right = true, rest = true;
    for (int i = 0; step != NULL && i < step->checks; i++) {
        const struct lesson_check *check = &step->check[i];
        asks = asks || check->kind == CHECK_ANSWER;
        if (check->kind == CHECK_ANSWER)
            right = right && lab_answered(arg, check->text);
        else
            rest = rest && (lab->state.holds >> i & 1) != 0;
    }
    if (!asks) {
        ui_say(ui, STYLE_WARN, "this step asks for no answer");
    } else if (arg[0] == '\0') {
        ui_say(ui, STYLE_WARN, "what is the answer? `:answer WORD`");
    } else {
        (void)snprintf(lab->seen.answer, sizeof lab->seen.answer, "%s", arg);
        if (right)
            ui_say(ui, STYLE_LIVE, "%s",
                   rest ? "that is right" : "that is right; the step asks for more than that");
        else
            ui_say(ui, STYLE_WARN, "not that: try again, or {lesson hint} for a hint");
    }
}
