/* The cells of a row: its units in the chosen view. */
#include <string.h>

#include "core/view.h"
#include "ui/inspect/inspect.h"

enum { DOT = 0xb7 };

/* What is known about the bytes of one cell. */
struct cell_value {
    unsigned from, to; /* bytes of the row; fewer than a unit at the end of the segment */
    bool unknown, hole, zero;
    bool part; /* not a whole value */
    enum inspect_mark mark;
    bool cursor;
    char sign; /* drawn before it; 0: none */
};

enum style inspect_mark_style(enum inspect_mark mark, enum style plain)
{
    static const uint8_t styles[] = {
        [MARK_HEAT1] = STYLE_HEAT1, [MARK_HEAT2] = STYLE_HEAT2,   [MARK_HEAT3] = STYLE_HEAT3,
        [MARK_HEAT4] = STYLE_HEAT4, [MARK_BASE] = STYLE_BASE,     [MARK_WARM] = STYLE_WARM,
        [MARK_FRESH] = STYLE_FRESH, [MARK_FROZEN] = STYLE_FROZEN, [MARK_MATCH] = STYLE_MATCH,
        [MARK_FOUND] = STYLE_FOUND, [MARK_SELECT] = STYLE_SELECT,
    };
    return mark == MARK_NONE ? plain : (enum style)styles[mark];
}

/* Collects the unit that begins at byte `from`; false: none of it exists. */
static bool look(const struct inspect_row_bytes *b, const struct inspect_layout *at, unsigned from,
                 struct cell_value *u)
{
    unsigned limit = at->width + at->shift;
    unsigned end = from + at->unit < limit ? from + at->unit : limit;
    *u = (struct cell_value){.from = from, .to = from, .hole = true, .zero = true};
    for (unsigned i = from; i < end && i >= b->from && i < b->cells_to; i++) {
        if (b->state[i] == BYTE_BEYOND)
            break;
        u->to = i + 1;
        u->unknown = u->unknown || b->state[i] == BYTE_UNKNOWN;
        u->hole = u->hole && b->state[i] == BYTE_HOLE;
        u->zero = u->zero && b->bytes[i] == 0;
        u->sign = b->sign[i] != 0 ? b->sign[i] : u->sign;
        if (b->mark[i] > u->mark)
            u->mark = (enum inspect_mark)b->mark[i];
    }
    u->part = u->to - from < at->unit;
    u->cursor = b->cursor < u->to && b->cursor_end > from;
    return u->to > from;
}

/* The value as text; an incomplete unit as hex. */
static size_t value_text(const struct view *v, const uint8_t *p, const struct cell_value *u,
                         char text[VIEW_UNIT_MAX])
{
    static const char digits[] = "0123456789abcdef";
    if (v->kind != VIEW_HEX && !u->part)
        return view_format(v, p + u->from, text);
    size_t n = 0;
    for (unsigned i = u->from; i < u->to; i++) {
        text[n++] = digits[p[i] >> 4];
        text[n++] = digits[p[i] & 15];
    }
    text[n] = '\0';
    return n;
}

static enum style plain_style(const struct cell_value *u)
{
    if (u->unknown)
        return STYLE_UNKNOWN;
    if (u->hole)
        return STYLE_HOLE;
    if (u->part)
        return STYLE_DIM;
    return u->zero ? STYLE_ZERO : STYLE_TEXT;
}

/* A half-typed value: what was typed, and an underscore for the next character. */
static void draw_typed(struct ui *ui, int row, int col, int limit)
{
    const struct typing *t = &ui->inspect->typing;
    int cols = ui->inspect->at.cell_cols, n = (int)t->length + 1;
    int skip = n > cols ? n - cols : 0;
    if (t->view->kind == VIEW_HEX || t->view->kind == VIEW_BITS)
        canvas_fill(&ui->canvas, row, col, cols < limit - col ? cols : limit - col, STYLE_TYPED,
                    '_');
    else
        col += n < cols ? cols - n : 0;
    int end = canvas_text(&ui->canvas, row, col, limit, STYLE_TYPED, t->text + skip);
    (void)canvas_char(&ui->canvas, row, end, limit, STYLE_TYPED, '_');
    ui->canvas.cursor_row = row;
    ui->canvas.cursor_col = end < limit ? end : limit - 1;
}

/* The text of a cell, right-aligned. A filled style covers the whole cell. */
static void draw_value(struct ui *ui, int row, int col, int limit, const struct view *v,
                       const struct inspect_row_bytes *b, const struct cell_value *u,
                       enum style style)
{
    struct canvas *c = &ui->canvas;
    int cols = ui->inspect->at.cell_cols, room = cols < limit - col ? cols : limit - col;
    bool filled =
        u->cursor || u->mark == MARK_SELECT || u->mark == MARK_MATCH || u->mark == MARK_FOUND;
    if (filled)
        canvas_fill(c, row, col, room, style, ' ');
    if (u->unknown || u->hole) {
        int n = v->kind == VIEW_HEX ? 2 : 1;
        canvas_fill(c, row, col + cols - n, n < room ? n : room, style, u->unknown ? '?' : DOT);
        return;
    }
    char text[VIEW_UNIT_MAX];
    int n = (int)value_text(v, b->bytes, u, text);
    (void)canvas_text(c, row, n < cols ? col + cols - n : col, limit, style, text);
}

static bool typed_here(const struct ui *ui, const struct inspect_row_bytes *b,
                       const struct cell_value *u)
{
    const struct typing *t = &ui->inspect->typing;
    return t->active && t->offset == b->offset + u->from;
}

static void draw_unit(struct ui *ui, int row, const struct inspect_row_bytes *b,
                      const struct cell_value *u)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct view *v = inspect_view(ui);
    int col = inspect_cell_col(at, v, u->from - at->shift), limit = at->cells_end;
    if (col >= limit)
        return;
    enum style style = inspect_mark_style(u->mark, plain_style(u));
    if (u->sign != 0)
        (void)canvas_char(&ui->canvas, row, col - 1, limit, style, (uint32_t)u->sign);
    if (typed_here(ui, b, u)) {
        draw_typed(ui, row, col, limit);
        return;
    }
    if (u->cursor) {
        style = ui->s.focus == FOCUS_CELLS && !ui_in_panel(ui) ? STYLE_CURSOR : STYLE_CURSOR2;
        if (ui->s.focus == FOCUS_CELLS && ui->s.edit) {
            ui->canvas.cursor_row = row;
            ui->canvas.cursor_col = col;
        }
    }
    draw_value(ui, row, col, limit, v, b, u, style);
}

/* Fills the gap between two cells with the same highlight: a run of changed bytes looks like one,
 * and the terminal changes colours less often. */
static void join(struct ui *ui, int row, const struct cell_value *left,
                 const struct cell_value *right)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct view *v = inspect_view(ui);
    if (left->to != right->from || left->mark != right->mark || left->mark == MARK_NONE)
        return;
    int to = inspect_cell_col(at, v, right->from - at->shift);
    int from = inspect_cell_col(at, v, left->from - at->shift) + at->cell_cols;
    if (to < at->cells_end)
        canvas_fill(&ui->canvas, row, from, to - from, inspect_mark_style(left->mark, STYLE_TEXT),
                    ' ');
}

void inspect_draw_cells(struct ui *ui, int row, const struct inspect_row_bytes *b)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct cell_value u, last = {0};
    for (unsigned i = at->cells_from; i < at->width; i += at->unit) {
        if (!look(b, at, i + at->shift, &u))
            continue;
        if (last.to > last.from)
            join(ui, row, &last, &u);
        draw_unit(ui, row, b, &u);
        last = u;
    }
}
