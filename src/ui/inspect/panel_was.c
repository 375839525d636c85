/* The earlier values of the value at the cursor, newest first, for the inspector. */
#include <stdio.h>

#include "ui/inspect/inspect.h"

/* How many earlier values there are, without the one shown. */
static size_t older_values(const struct ui *ui)
{
    const struct history_result *p = &ui->s.sample.past;
    bool this = p->offset == ui->s.value_offset && p->size == ui->s.value_size;
    return this && p->values > 0 ? p->values - 1 : 0;
}

/* The k-th earlier value as the cells would show it. Returns its columns. */
static int older_value(const struct ui *ui, size_t k, char text[VIEW_UNIT_MAX])
{
    const struct history_value *v = &ui->s.sample.past.value[k + 1];
    const struct view *view = inspect_view(ui);
    if (!v->known)
        return snprintf(text, VIEW_UNIT_MAX, "?");
    if (view->kind != VIEW_TEXT && view->unit == ui->s.value_size)
        return (int)view_format(view, v->bytes, text);
    return snprintf(text, VIEW_UNIT_MAX, "%02x", v->bytes[0]);
}

/* Columns of the widest of the first n. */
static int widest(const struct ui *ui, size_t n)
{
    char text[VIEW_UNIT_MAX];
    int columns = 0;
    for (size_t k = 0; k < n; k++) {
        int is = older_value(ui, k, text);
        columns = is > columns ? is : columns;
    }
    return columns;
}

int inspect_draw_was(struct ui *ui, int row, int col, int limit)
{
    struct canvas *c = &ui->canvas;
    char text[VIEW_UNIT_MAX];
    size_t n = older_values(ui);
    int columns = widest(ui, n);
    limit = limit < c->cols ? limit : c->cols;
    if (n == 0 || col + 4 + columns > limit)
        return col;
    col = canvas_text(c, row, col, limit, STYLE_LABEL, "was");
    for (size_t k = 0; k < n && col + 1 + columns <= limit; k++) {
        (void)older_value(ui, k, text);
        col = canvas_print(c, row, col + 1, limit, STYLE_TEXT, "%*s", columns, text);
    }
    return col;
}

void inspect_draw_was_rows(struct ui *ui, int row, int bottom, int col, int limit)
{
    struct canvas *c = &ui->canvas;
    char text[VIEW_UNIT_MAX], age[INSPECT_AGO];
    size_t n = older_values(ui);
    int columns = widest(ui, n);
    if (n > 0 && row < bottom)
        (void)canvas_text(c, row, col, limit, STYLE_LABEL, "was");
    for (size_t k = 0; k < n && row < bottom; k++, row++) {
        const struct history_value *v = &ui->s.sample.past.value[k + 1];
        (void)older_value(ui, k, text);
        (void)snprintf(age, sizeof age, "from the start");
        if (v->time != 0)
            inspect_age(inspect_now(ui) - v->time, age);
        int end = canvas_print(c, row, col + 4, limit, STYLE_TEXT, "%*s", columns, text);
        (void)canvas_print(c, row, end + 2, limit, STYLE_DIM, v->time != 0 ? "%s ago" : "%s", age);
    }
}
