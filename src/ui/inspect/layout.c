/* The layout of the inspect screen. Panels take their rows from the bottom, the strip its columns
 * from the right; the bytes get the rest. A row that does not fit is made narrower (s.fit) before
 * anything is cut off. */
#include <string.h>

#include "ui/inspect/inspect.h"

enum {
    GAP = 2,         /* columns between offset, cells and text */
    TWO_TEXTS = 96,  /* with this many columns: two text columns */
    SIDE_FROM = 120, /* with this many: the inspector at the side */
    SIDE_MIN = 25,   /* its columns, with the line left of it */
    SIDE_MAX = 48,
    BELOW_ROWS = 4, /* the inspector below the bytes */
    STRIP = 2,      /* the overview strip, and the window's mark left of it */
    BYTES_MIN = 6   /* rows of bytes that panels must leave */
};

/* One way to fit a row. */
struct attempt {
    int digits;
    unsigned width;
    int spill; /* one more column, for the right half of a wide character at the end of a row */
};

/* Columns taken by the cells of `bytes` bytes. */
static int cells_columns(const struct view *v, unsigned bytes)
{
    if (v->kind == VIEW_TEXT || bytes == 0)
        return (int)bytes;
    unsigned n = (bytes + v->unit - 1) / v->unit;
    unsigned gaps = v->kind == VIEW_HEX ? (bytes - 1) / 8 : 0;
    return (int)(n * (v->columns + 1u) - 1 + gaps);
}

int inspect_cell_col(const struct inspect_layout *at, const struct view *v, unsigned byte)
{
    if (v->kind == VIEW_TEXT)
        return at->cells + (int)(byte - at->cells_from);
    unsigned step = v->columns + 1u, first = at->cells_from;
    unsigned col = byte / v->unit * step - first / v->unit * step;
    if (v->kind == VIEW_HEX)
        col += byte / 8 - first / 8;
    return at->cells + (int)col;
}

/* Hexadecimal digits of the largest offset, at least 8. */
static int least_digits(uint64_t end)
{
    int digits = 8;
    while (digits < 16 && end > 0 && (end - 1) >> (4 * digits) != 0)
        digits += 2;
    return digits;
}

static int row_columns(const struct view *v, int texts, const struct attempt *a)
{
    int cells = cells_columns(v, a->width);
    if (v->kind == VIEW_TEXT)
        cells += a->spill;
    return a->digits + GAP + cells + texts * (GAP + (int)a->width) + (texts > 0 ? a->spill : 0);
}

/* The largest power of two below `width`. */
static unsigned narrower(unsigned width)
{
    unsigned w = 1;
    while (w * 2 < width)
        w *= 2;
    return w;
}

static struct attempt fit(const struct session *s, const struct view *v, int texts, int room)
{
    int least = least_digits(session_end(s));
    struct attempt a = {least > 8 ? 16 : 8, s->set.width, 1};
    if (row_columns(v, texts, &a) <= room)
        return a;
    a.digits = least;
    if (row_columns(v, texts, &a) <= room)
        return a;
    a.spill = 0;
    while (row_columns(v, texts, &a) > room && a.width > v->unit)
        a.width = narrower(a.width);
    if (a.width < v->unit)
        a.width = v->unit;
    a.spill = row_columns(v, texts, &a) < room;
    return a;
}

/* The first byte of a row to show so that the byte at `at` is within `room` columns. */
static unsigned first_shown(const struct view *v, unsigned at, unsigned width, int room)
{
    unsigned unit = v->kind == VIEW_TEXT ? 1 : v->unit, from = 0;
    while (from < at && cells_columns(v, width - from) > room &&
           cells_columns(v, at + 1 - from) > room)
        from += unit;
    return from;
}

static void place_texts(const struct ui *ui, struct inspect_layout *at, int col, int room,
                        unsigned cursor)
{
    bool big = inspect_view(ui)->big;
    if (view_swapped(inspect_view(ui)) == inspect_view(ui))
        big = ui->s.set.big;
    static const struct view byte = {.kind = VIEW_TEXT, .unit = 1};
    for (int i = 0; i < at->texts; i++) {
        int left = room - col - GAP;
        if (left < 2) {
            at->texts = i;
            return;
        }
        at->text[i] = col + GAP;
        at->text_end[i] = at->text[i] + (left < (int)at->width ? left : (int)at->width);
        at->text_from[i] = first_shown(&byte, cursor, at->width, left);
        at->enc[i] = i == 1           ? (big ? TEXT_UTF16BE : TEXT_UTF16LE)
                     : at->texts == 2 ? TEXT_UTF8
                                      : ui->s.set.enc;
        col = at->text_end[i];
    }
}

/* Places offset, cells and text; returns the column after them. */
static int place_columns(struct ui *ui, struct inspect_layout *at, int room)
{
    const struct view *v = inspect_view(ui);
    at->texts = ui->canvas.cols >= TWO_TEXTS ? 2 : 1;
    struct attempt a = fit(&ui->s, v, at->texts, room);
    session_fit(&ui->s, a.width == ui->s.set.width ? 0 : a.width);
    unsigned cursor = (unsigned)((ui->s.cursor - session_start(&ui->s)) % a.width);
    at->width = a.width;
    at->unit = v->kind == VIEW_TEXT ? 1 : v->unit;
    at->digits = a.digits;
    at->cells = a.digits + GAP;
    at->cell_cols = v->kind == VIEW_TEXT ? 1 : v->columns;
    int cells = room - at->cells;
    at->cells_from = first_shown(v, cursor, a.width, cells);
    int wanted = cells_columns(v, a.width - at->cells_from);
    at->cells_end = at->cells + (wanted < cells ? wanted : cells > 0 ? cells : 0);
    place_texts(ui, at, at->cells_end, room, cursor);
    int end = at->texts > 0 ? at->text_end[at->texts - 1] : at->cells_end;
    return end + a.spill;
}

/* Gives rows from the bottom to the panels: users first, then the inspector. */
static int place_panels(const struct ui *ui, struct inspect_layout *at, int bottom, bool side)
{
    int room = bottom - at->top - BYTES_MIN;
    at->who_rows = at->panel_rows = at->time_row = 0;
    if ((ui->s.past != 0 || ui->s.timeline) && bottom - at->top > 2) {
        at->time_row = --bottom;
        room--;
    }
    if (ui->who_panel && room > 1) {
        struct seg_who w;
        int rows = panel_who_rows(session_users(&ui->s, &w) ? &w : NULL);
        at->who_rows = rows < room ? rows : room;
        bottom -= at->who_rows;
        at->who_top = bottom;
        room -= at->who_rows;
    }
    if (!ui->s.set.inspector)
        return bottom;
    if (side) {
        at->panel_top = at->top;
        at->panel_rows = bottom - at->top > 0 ? bottom - at->top : 0;
    } else if (room >= BELOW_ROWS - 1) {
        at->panel_rows = room >= BELOW_ROWS ? BELOW_ROWS : room;
        bottom -= at->panel_rows;
        at->panel_top = bottom;
    }
    return bottom;
}

/* The strip is shown only if it makes no row of bytes narrower. */
static bool has_strip(const struct ui *ui, int room, int left)
{
    const struct view *v = inspect_view(ui);
    int texts = ui->canvas.cols >= TWO_TEXTS ? 2 : 1;
    struct attempt with = fit(&ui->s, v, texts, left);
    struct attempt without = fit(&ui->s, v, texts, room);
    return ui->s.set.strip && row_columns(v, texts, &with) <= left && with.width == without.width;
}

void inspect_arrange(struct ui *ui)
{
    struct inspect_layout *at = &ui->inspect->at;
    struct session *s = &ui->s;
    int cols = ui->canvas.cols;
    at->top = ui_body_top(ui) + inspect_notice(ui);
    at->panel_side = cols >= SIDE_FROM && s->set.inspector;
    int bottom = place_panels(ui, at, ui_body_bottom(ui), at->panel_side);
    at->rows = bottom > at->top ? bottom - at->top : 1;
    unsigned rows = (unsigned)at->rows;
    uint64_t end = session_end(s), start = session_start(s);
    bool outside = s->sample.seq != 0 && s->cursor >= end && s->cursor != start;
    if (s->rows != rows || outside || s->cursor < start) {
        s->rows = rows;
        session_move_to(s, s->cursor, s->selecting);
    }
    int room = at->panel_side ? cols - SIDE_MIN : cols;
    at->strip = has_strip(ui, room, at->panel_side ? room : room - STRIP) ? cols - 1 : 0;
    cols -= at->strip != 0 ? STRIP : 0; /* the panel's own, if it is at the side */
    room -= at->strip != 0 && !at->panel_side ? STRIP : 0;
    int behind = place_columns(ui, at, room);
    at->panel = at->panel_side ? behind : 0;
    at->panel_end = at->panel_side && cols - behind > SIDE_MAX ? behind + SIDE_MAX : cols;
}

/* The byte whose cell is at a column; -1: none. */
static int cell_byte(const struct ui *ui, int col)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct view *v = inspect_view(ui);
    if (col < at->cells || col >= at->cells_end)
        return -1;
    unsigned found = at->cells_from;
    for (unsigned b = at->cells_from; b < at->width; b += at->unit)
        if (inspect_cell_col(at, v, b) <= col)
            found = b;
    return (int)found;
}

int inspect_hit(const struct ui *ui, int col, enum focus *focus)
{
    const struct inspect_layout *at = &ui->inspect->at;
    *focus = FOCUS_CELLS;
    for (int i = 0; i < at->texts; i++)
        if (col >= at->text[i] && col < at->text_end[i]) {
            *focus = i == 0 ? FOCUS_TEXT : FOCUS_TEXT2;
            return (int)at->text_from[i] + col - at->text[i];
        }
    return cell_byte(ui, col);
}
