/* The list of lessons. */
#include <stdio.h>
#include <string.h>

#include "ui/lab/lab.h"

enum { TOP = 3, NAME_AT = 3, DONE_AT = 17, TITLE_AT = 29 };

/* The i-th lesson that is listed; NULL: no more. */
static const struct lesson *row_of(const struct lab_state *lab, int i)
{
    for (int k = 0; k < lab->shelf.count; k++)
        if (shelf_shown(lab->shelf.lesson[k]) && i-- == 0)
            return lab->shelf.lesson[k];
    return NULL;
}

const struct lesson *lab_at(const struct lab_state *lab)
{
    return row_of(lab, lab->at);
}

static int count(const struct lab_state *lab)
{
    int n = 0;
    while (row_of(lab, n) != NULL)
        n++;
    return n;
}

static int rows_of(const struct ui *ui)
{
    return ui_body_bottom(ui) - TOP;
}

static void draw_row(struct ui *ui, int row, const struct lesson *l, bool here)
{
    struct canvas *c = &ui->canvas;
    int64_t last;
    int done = score_done(&ui->lab->score, l, &last);
    enum style style = here ? STYLE_ROW : shelf_playable(l) ? STYLE_TEXT : STYLE_DIM;
    canvas_fill(c, row, 0, c->cols, style, ' ');
    (void)canvas_text(c, row, NAME_AT, DONE_AT - 1, style, l->name);
    if (done == l->steps)
        (void)canvas_text(c, row, DONE_AT, c->cols, style, "\u2713 done");
    else if (done > 0)
        (void)canvas_print(c, row, DONE_AT, c->cols, style, "%d of %d", done, l->steps);
    int end = canvas_text(c, row, TITLE_AT, c->cols, style, l->title);
    if (l->minutes > 0)
        (void)canvas_print(c, row, end, c->cols, style, " (%u min)", l->minutes);
}

static void draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct lab_state *lab = ui->lab;
    int rows = rows_of(ui), n = count(lab);
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    (void)canvas_print(c, 0, 1, c->cols, STYLE_TITLE, "the lab  %d lesson%s on real processes", n,
                       n == 1 ? "" : "s");
    (void)canvas_text(c, TOP - 1, NAME_AT, c->cols, STYLE_HEADER, "LESSON");
    (void)canvas_text(c, TOP - 1, DONE_AT, c->cols, STYLE_HEADER, "DONE");
    (void)canvas_text(c, TOP - 1, TITLE_AT, c->cols, STYLE_HEADER, "ABOUT");
    lab->at = lab->at < n ? lab->at : n > 0 ? n - 1 : 0;
    lab->top = lab->at < lab->top ? lab->at : lab->top;
    lab->top = lab->at >= lab->top + rows ? lab->at - rows + 1 : lab->top;
    for (int i = 0; i < rows && lab->top + i < n; i++)
        draw_row(ui, TOP + i, row_of(lab, lab->top + i), lab->top + i == lab->at);
    if (n == 0)
        (void)canvas_text(c, TOP, NAME_AT, c->cols, STYLE_DIM, "there is no lesson here");
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    ui->lab->at = list_move(how, ui->lab->at, count(ui->lab), rows_of(ui));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    int row = ev->row - TOP, n = count(ui->lab);
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        move(ui, ev->mouse == MOUSE_WHEEL_UP ? "up" : "down", false);
    else if (ev->mouse == MOUSE_PRESS && row >= 0 && ui->lab->top + row < n)
        ui->lab->at = ui->lab->top + row;
}

/* Who comes here has left the lesson. */
static void enter(struct ui *ui)
{
    lab_leave(ui);
}

static void idle(struct ui *ui, int row)
{
    if (ui->lab->course != NULL && ui->lab->lesson == NULL)
        (void)canvas_text(&ui->canvas, row, 1, ui->canvas.cols, STYLE_DIM,
                          "the processes of the last lesson end");
}

const struct screen screen_lab = {.name = "lab",
                                  .mode = MODE_LAB,
                                  .draw = draw,
                                  .move = move,
                                  .mouse = mouse,
                                  .enter = enter,
                                  .idle = idle};
