/* The lesson beside the screen (at its right where there is room) or below it. */
#include <stdio.h>
#include <string.h>

#include "ui/inspect/inspect.h"
#include "ui/lab/lab.h"

enum {
    SIDE_FROM = 120,  /* columns of the terminal from which on the text is beside the screen */
    SCREEN_COLS = 88, /* columns that the screen should keep, */
    SIDE_LEAST = 43,  /* and those of the text, with the line between them */
    SIDE_MOST = 66,
    ROWS_MOST = 8, /* of the text below, its head included */
    ROWS_TOUR = 5,
    ROWS_LEAST = 3,
    RULE = 0x2500,
    BAR = 0x2502
};

static bool shown(const struct ui *ui)
{
    return lab_on(ui) && ui_screen(ui) != &screen_help && ui_screen(ui) != &screen_lab;
}

int lab_side(const struct ui *ui)
{
    int cols = ui->canvas.stride;
    if (!shown(ui) || ui->lab->tour || cols < SIDE_FROM)
        return 0;
    int side = cols - SCREEN_COLS;
    side = side < SIDE_LEAST ? SIDE_LEAST : side;
    return side > SIDE_MOST ? SIDE_MOST : side;
}

int lab_below(const struct ui *ui)
{
    int most = shown(ui) && ui->lab->tour ? ROWS_TOUR : ROWS_MOST, rows = ui->canvas.rows / 3;
    if (!shown(ui) || lab_side(ui) > 0)
        return 0;
    rows = rows > most ? most : rows;
    return rows < ROWS_LEAST ? ROWS_LEAST : rows;
}

/* `attach 2 of 5: Find the counter` */
static void title_of(const struct lab_state *lab, char *out, size_t cap)
{
    const struct lesson *l = lab->lesson;
    int step = lab->state.step;
    if (step >= l->steps)
        (void)snprintf(out, cap, " %s: done ", lab->tour ? "tour" : l->name);
    else
        (void)snprintf(out, cap, " %s, %d of %d: %s ", lab->tour ? "tour" : l->name, step + 1,
                       l->steps, l->step[step].title);
}

/* Which lines are shown, and the keys where there is room for both. */
static void keys_of(const struct ui *ui, int room, char *out, size_t cap)
{
    const struct lab_state *lab = ui->lab;
    char text[96];
    bool typed = ui_screen(ui) == &screen_inspect && edit_types_text(ui);
    const char *keys = ui_hint(ui,
                               lab->tour ? " Esc ends it "
                               : typed   ? " Esc, then the lesson's keys work "
                                         : " {lesson hint} hint  {lesson solution} solution  "
                                           "{lesson source} source ",
                               text, sizeof text);
    int last = lab->first + lab->rows;
    char more[32] = "";
    if (lab->lines > lab->rows)
        (void)snprintf(more, sizeof more, " %d%%%s%s ", 100 * last / lab->lines,
                       last < lab->lines && !typed ? " ; more" : "",
                       lab->first > 0 && !typed ? " , back" : "");
    bool both = canvas_width(keys) + canvas_width(more) <= room;
    (void)snprintf(out, cap, "%s%s", both ? keys : "", more);
}

/* Where the text begins, so that what was asked for is seen. */
static void place(struct lab_state *lab, int rows)
{
    lab->rows = rows;
    int last = lab->lines > rows ? lab->lines - rows : 0;
    lab->first = lab->first > last ? last : lab->first;
}

static void draw_text(struct canvas *c, const struct lab_state *lab, int top, int col, int end)
{
    for (int i = 0; i < lab->rows && lab->first + i < lab->lines; i++) {
        const struct lab_line *line = &lab->line[lab->first + i];
        char text[LAB_TEXT / 16];
        (void)snprintf(text, sizeof text, "%.*s", (int)line->length, line->text);
        (void)canvas_text(c, top + i, col, end, line->style, text);
    }
}

static void draw_below(struct ui *ui, int rows)
{
    struct canvas *c = &ui->canvas;
    struct lab_state *lab = ui->lab;
    char title[160], keys[80], undo[UI_PRESS];
    int top = c->rows - 2 - rows;
    for (int i = 0; i < rows; i++)
        canvas_fill(c, top + i, 0, c->cols, i == 0 ? STYLE_DIM : STYLE_TEXT, i == 0 ? RULE : ' ');
    lab_lay_out(lab, c->cols - 2, edit_undo_key(ui, undo));
    place(lab, rows - 1);
    title_of(lab, title, sizeof title);
    keys_of(ui, c->cols - canvas_width(title) - 3, keys, sizeof keys);
    int from = c->cols - canvas_width(keys) - 1;
    (void)canvas_text(c, top, 1, from, STYLE_LABEL, title);
    (void)canvas_text(c, top, from, c->cols, STYLE_KEY, keys);
    draw_text(c, lab, top + 1, 1, c->cols);
}

/* The steps, one a row: done, current, to come. */
static int draw_steps(struct ui *ui, int top, int col)
{
    struct canvas *c = &ui->canvas;
    const struct lab_state *lab = ui->lab;
    const struct lesson *l = lab->lesson;
    for (int i = 0; i < l->steps; i++) {
        const char *mark = i < lab->state.step ? "\u2713" : i == lab->state.step ? ">" : " ";
        enum style style = i == lab->state.step ? STYLE_LABEL : STYLE_DIM;
        (void)canvas_print(c, top + i, col, c->cols, style, "%s %d %s", mark, i + 1,
                           l->step[i].title);
    }
    return top + l->steps + 1;
}

static void draw_side(struct ui *ui, int side)
{
    struct canvas *c = &ui->canvas;
    struct lab_state *lab = ui->lab;
    char keys[80], title[160], undo[UI_PRESS];
    int left = c->cols - side, bottom = c->rows - 2;
    for (int row = 0; row < bottom; row++) {
        canvas_fill(c, row, left, side, row == 0 ? STYLE_TITLE : STYLE_TEXT, ' ');
        if (row > 0)
            (void)canvas_char(c, row, left, c->cols, STYLE_DIM, BAR);
    }
    (void)snprintf(title, sizeof title, "%s: %s", lab->lesson->name, lab->lesson->title);
    (void)canvas_field(c, 0, left + 2, c->cols - 1, false, STYLE_TITLE, title);
    int top = draw_steps(ui, 2, left + 2);
    lab_lay_out(lab, side - 3, edit_undo_key(ui, undo));
    place(lab, bottom - top - 1 > 1 ? bottom - top - 1 : 1);
    draw_text(c, lab, top, left + 2, c->cols);
    keys_of(ui, side - 2, keys, sizeof keys);
    (void)canvas_text(c, bottom - 1, left + 1, c->cols, STYLE_KEY, keys);
}

void lab_draw(struct ui *ui)
{
    int side = lab_side(ui), below = lab_below(ui);
    if (side > 0)
        draw_side(ui, side);
    else if (below > 0)
        draw_below(ui, below);
}
