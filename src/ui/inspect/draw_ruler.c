/* The ruler: above the offsets the name of the view, above each cell how far its first byte is from
 * the offset of the row, above each text column its encoding. What the cursor is in is lit. */
#include <stdio.h>
#include <string.h>

#include "ui/inspect/inspect.h"

/* Is the cursor in the cell that begins at byte `from` of a row? */
static bool lit(const struct ui *ui, unsigned from)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct session *s = &ui->s;
    if (session_end(s) <= session_start(s))
        return false;
    unsigned column = (unsigned)((s->cursor - session_start(s)) % at->width);
    column += column < at->shift ? at->width : 0; /* the row before has it in its last cell */
    return column >= from && column < from + at->unit;
}

/* Right above the digits of the cell. Cells of one column have room for the last digit only. */
static void draw_column(struct ui *ui, unsigned place)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct view *v = inspect_view(ui);
    unsigned from = place + at->shift;
    char text[8];
    int n = v->kind == VIEW_TEXT  ? snprintf(text, sizeof text, "%x", from & 15)
            : v->kind == VIEW_HEX ? snprintf(text, sizeof text, "%x", from)
                                  : snprintf(text, sizeof text, "+%x", from);
    int col = inspect_cell_col(at, v, place);
    (void)canvas_text(&ui->canvas, at->ruler, col + (n < at->cell_cols ? at->cell_cols - n : 0),
                      at->cells_end, lit(ui, from) ? STYLE_CURSOR2 : STYLE_LABEL, text);
}

void inspect_draw_ruler(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct canvas *c = &ui->canvas;
    (void)canvas_text(c, at->ruler, 0, at->digits, STYLE_LABEL, inspect_view(ui)->name);
    for (unsigned i = at->cells_from; i < at->width; i += at->unit)
        draw_column(ui, i);
    for (int i = 0; i < at->texts; i++) {
        enum focus focus = i == 0 ? FOCUS_TEXT : FOCUS_TEXT2;
        enum style style = ui->s.focus == focus ? STYLE_HEADER : STYLE_LABEL;
        int end = canvas_text(c, at->ruler, at->text[i], at->text_end[i], style,
                              view_text(at->enc[i])->name);
        if (ui->s.phase && text_unit(at->enc[i]) > 1)
            (void)canvas_text(c, at->ruler, end + 1, at->text_end[i], STYLE_WARN, "+1");
    }
}
