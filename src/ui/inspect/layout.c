/* The layout of the inspect screen. The ruler takes the row above the bytes, panels their rows from
 * the bottom, the strip its columns from the right; the bytes get the rest. A row that does not fit
 * gives up its second text column and is then made narrower (s.fit) before anything is cut off. The
 * inspector is beside the rows where that takes nothing from them, and below them otherwise. */
#include <string.h>

#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum {
    GAP = 2,         /* columns between offset, cells and text */
    TWO_TEXTS = 96,  /* with this many columns: two text columns */
    SIDE_FROM = 150, /* with this many: the inspector at the side, if rows fit beside it */
    STRIP = 2,       /* the overview strip, and the window's mark left of it */
    NAMES_LEAST = 8, /* names of marks get no fewer */
    BYTES_MIN = 6,   /* rows of bytes that panels must leave */
    SCALE_FROM = 8,  /* rows from which on the timeline has a scale */
    RULER_FROM = 10, /* rows of the screen from which on there is a ruler */
    AUTO_LEAST = 16  /* bytes of a row for which `width auto` gives up the second text column */
};

/* One way to fit a row. */
struct attempt {
    int digits;
    unsigned width;
    int texts;
    int spill; /* one more column, for the right half of a wide character at the end of a row */
};

/* Columns taken by the cells of `bytes` bytes. */
static int cells_columns(const struct view *v, unsigned bytes)
{
    if (v->kind == VIEW_TEXT || v->unit == 0 || bytes == 0)
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

static int row_columns(const struct view *v, const struct attempt *a)
{
    int cells = cells_columns(v, a->width);
    if (v->kind == VIEW_TEXT)
        cells += a->spill;
    return a->digits + GAP + cells + a->texts * (GAP + (int)a->width) +
           (a->texts > 0 ? a->spill : 0);
}

/* The largest power of two below `width`. */
static unsigned narrower(unsigned width)
{
    unsigned w = 1;
    while (w * 2 < width)
        w *= 2;
    return w;
}

/* Does a row of a->width bytes with a->texts text columns fit? Offsets have at least 8 digits, and
 * 16 instead of 10 to 14 where there is room. */
static bool fits(const struct session *s, const struct view *v, int room, struct attempt *a)
{
    int least = least_digits(session_end(s));
    a->spill = 1;
    a->digits = least > 8 ? 16 : 8;
    if (row_columns(v, a) <= room)
        return true;
    a->digits = least;
    if (row_columns(v, a) <= room)
        return true;
    a->spill = 0;
    return row_columns(v, a) <= room;
}

/* Rows of the width that was set, else the next power of two that fits. `width auto` begins with
 * the largest. */
static struct attempt fit(const struct session *s, const struct view *v, int texts, int room)
{
    bool automatic = s->set.width == 0;
    struct attempt a = {.width = automatic ? WIDTH_MAX : s->set.width, .texts = texts};
    for (;; a.width = narrower(a.width)) {
        a.texts = texts;
        if (fits(s, v, room, &a))
            return a;
        a.texts = 1;
        if (texts > 1 && (!automatic || a.width <= AUTO_LEAST) && fits(s, v, room, &a))
            return a;
        if (a.width <= v->unit || a.width <= 1) {
            a.width = v->unit > 0 ? v->unit : 1;
            return a;
        }
    }
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

static int texts_wanted(const struct ui *ui)
{
    return ui->canvas.cols >= TWO_TEXTS ? 2 : 1;
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
        at->enc[i] = i == 1                  ? (big ? TEXT_UTF16BE : TEXT_UTF16LE)
                     : texts_wanted(ui) == 2 ? TEXT_UTF8
                                             : ui->s.set.enc;
        col = at->text_end[i];
    }
}

/* Places offset, cells and text; returns the column after them. */
static int place_columns(struct ui *ui, struct inspect_layout *at, int room)
{
    const struct view *v = inspect_view(ui);
    struct attempt a = fit(&ui->s, v, texts_wanted(ui), room);
    if (a.width == 0)
        a.width = 1; /* a row has a byte */
    session_fit(&ui->s, a.width == ui->s.set.width ? 0 : a.width);
    at->texts = a.texts;
    unsigned cursor = (unsigned)((ui->s.cursor - session_start(&ui->s)) % a.width);
    at->width = a.width;
    at->unit = v->kind == VIEW_TEXT ? 1 : v->unit;
    at->shift = session_shift(&ui->s);
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

/* Gives rows from the bottom to the panels: the timeline, then users, for whom a small inspector
 * makes room (beside a lesson below, all of it), then the inspector. */
static int place_panels(const struct ui *ui, struct inspect_layout *at, int bottom)
{
    int room = bottom - at->top - BYTES_MIN, cols = ui->canvas.cols;
    bool below = ui->s.set.inspector && !at->panel_side && !tree_on(ui);
    at->who_rows = at->marks_rows = at->panel_rows = at->time_row = 0;
    at->time_scale = false;
    if ((ui->s.past != 0 || ui->s.timeline) && bottom - at->top > 2) {
        at->time_scale = ui->s.sample.past.kept && bottom - at->top > SCALE_FROM;
        bottom -= at->time_scale ? 2 : 1;
        room -= at->time_scale ? 2 : 1;
        at->time_row = bottom;
    }
    int least = below ? inspector_rows_least(cols) : 0;
    int who_room = room > least + 1 && lab_below(ui) == 0 ? room - least : room;
    if (ui->who_panel && who_room > 1) {
        struct seg_who w;
        int rows = panel_who_rows(session_users(&ui->s, &w) ? &w : NULL);
        at->who_rows = rows < who_room ? rows : who_room;
        bottom -= at->who_rows;
        at->who_top = bottom;
        room -= at->who_rows;
    }
    int marks_room = room > least + 2 ? room - least : room;
    if (ui->watch.shown && marks_room > 2) {
        int rows = panel_marks_rows(ui);
        at->marks_rows = rows < marks_room ? rows : marks_room;
        bottom -= at->marks_rows;
        at->marks_top = bottom;
        room -= at->marks_rows;
    }
    if (at->panel_side) {
        at->panel_top = at->top;
        at->panel_rows = bottom - at->top > 0 ? bottom - at->top : 0;
    } else if (below) {
        at->panel_rows = inspector_rows(cols, room);
        bottom -= at->panel_rows;
        at->panel_top = bottom;
    }
    return bottom;
}

/* Columns of a row as it is without anything beside it. */
static int whole_row(const struct ui *ui, struct attempt *a)
{
    const struct view *v = inspect_view(ui);
    *a = fit(&ui->s, v, texts_wanted(ui), ui->canvas.cols);
    return row_columns(v, a);
}

/* Strip and inspector are beside the rows only if they take nothing from them. */
static void place_beside(const struct ui *ui, struct inspect_layout *at)
{
    const struct settings *set = &ui->s.set;
    int cols = ui->canvas.cols;
    struct attempt whole, with;
    int columns = whole_row(ui, &whole);
    at->panel_side = cols >= SIDE_FROM && set->inspector &&
                     columns + INSPECTOR_SIDE + (set->strip ? STRIP : 0) <= cols;
    with = fit(&ui->s, inspect_view(ui), texts_wanted(ui), cols - STRIP);
    bool room = with.width == whole.width && with.texts == whole.texts &&
                row_columns(inspect_view(ui), &with) <= cols - STRIP;
    at->strip = set->strip && room ? cols - 1 : 0;
}

void inspect_arrange(struct ui *ui)
{
    struct inspect_layout *at = &ui->inspect->at;
    struct session *s = &ui->s;
    int top = ui_body_top(ui) + inspect_notice(ui);
    bool tree = tree_on(ui);
    at->ruler = !tree && s->set.ruler && ui->canvas.rows >= RULER_FROM ? top : 0;
    at->top = top + (at->ruler > 0);
    place_beside(ui, at);
    at->panel_side = at->panel_side && !tree;
    int bottom = place_panels(ui, at, ui_body_bottom(ui));
    at->rows = bottom > at->top ? bottom - at->top : 1;
    if (tree)
        tree_arrange(ui, at->top, bottom);
    unsigned rows = (unsigned)at->rows;
    uint64_t end = session_end(s), start = session_start(s);
    bool outside = s->sample.seq != 0 && s->cursor >= end && s->cursor != start;
    bool astray = outside || s->cursor < start || s->cursor != session_cell(s, s->cursor);
    if (s->rows != rows || astray) {
        s->rows = rows;
        session_move_to(s, s->cursor, s->selecting);
    }
    int cols = ui->canvas.cols - (at->strip != 0 ? STRIP : 0);
    int behind = place_columns(ui, at, cols - (at->panel_side ? INSPECTOR_SIDE : 0));
    at->names = behind + 1;
    at->names_end = at->panel_side || cols - at->names < NAMES_LEAST ? at->names : cols - 1;
    at->panel = at->panel_side ? behind : 0;
    at->panel_end = cols;
}

unsigned inspect_width_shown(struct ui *ui)
{
    if (ui->s.locator[0] == '\0' || ui_too_small(ui))
        return 0;
    inspect_arrange(ui);
    return ui->inspect->at.width;
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
    return (int)(found + at->shift);
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
