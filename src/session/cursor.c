/* The arithmetic of cursor, window and selection. Nothing here asks for a sample: the frame does
 * that once, after all that one event has moved (session_request_sample). */
#include "session/session.h"

#include <string.h>

/* With only changed rows: scrolls to the cursor's row; returns the offset that a move by `delta` to
 * `to` leads to; scrolls by rows of the list. */
static void rows_show(struct session *s);
static uint64_t rows_step(const struct session *s, uint64_t to, int64_t delta);
static void rows_scroll(struct session *s, int64_t by);

unsigned session_width(const struct session *s)
{
    unsigned width = s->set.width != 0 ? s->set.width : WIDTH_MAX;
    if (s->fit != 0 && s->fit < width)
        return s->fit;
    return s->set.width != 0 ? width : WIDTH_AUTO;
}

uint64_t session_start(const struct session *s)
{
    return s->range_length != 0 ? s->range_offset : 0;
}

uint64_t session_end(const struct session *s)
{
    const struct history_result *past = &s->sample.past;
    uint64_t size = past->time != 0 ? past->total : s->sample.stat.size;
    if (s->range_length == 0)
        return size;
    uint64_t end = s->range_offset + s->range_length;
    return end < size ? end : size > s->range_offset ? size : s->range_offset;
}

/* Rows before the one that holds `offset`. */
static uint64_t row_of(const struct session *s, uint64_t offset)
{
    return (offset - session_start(s)) / session_width(s);
}

static void set_top(struct session *s, uint64_t row)
{
    s->top = session_start(s) + row * session_width(s);
}

/* Bytes of a cell; 1 where cells are text. */
static unsigned cell_unit(const struct session *s)
{
    const struct view *v = s->set.view;
    return v == NULL || v->kind == VIEW_TEXT ? 1 : v->unit;
}

unsigned session_shift(const struct session *s)
{
    unsigned unit = cell_unit(s);
    return session_width(s) % unit == 0 ? s->shift % unit : 0;
}

void session_align(struct session *s, uint64_t offset)
{
    uint64_t start = session_start(s);
    if (offset >= start)
        s->shift = (unsigned)((offset - start) % session_width(s) % cell_unit(s));
}

/* The cell that holds `offset`. Cells are laid out from the start of a row, or `shift` bytes after
 * it, and the last one then reaches into the next row; where a row is not a whole number of cells,
 * its last one is cut. The bytes before the first cell of all belong to none. */
static void cell_of(const struct session *s, uint64_t offset, uint64_t *from, uint64_t *to)
{
    uint64_t unit = cell_unit(s), width = session_width(s), shift = session_shift(s);
    uint64_t origin = session_start(s) + shift;
    *from = session_start(s);
    *to = origin;
    if (offset < origin)
        return;
    uint64_t column = (offset - origin) % width, first = column - column % unit;
    *from = offset - column + first;
    *to = offset - column + (first + unit < width ? first + unit : width);
}

uint64_t session_cell(const struct session *s, uint64_t offset)
{
    uint64_t from = 0, to = 0;
    if (s->typed || s->focus != FOCUS_CELLS) /* fields lie anywhere */
        return offset;
    cell_of(s, offset, &from, &to);
    bool none = from < session_start(s) + session_shift(s) && to < session_end(s);
    return none ? to : from;
}

/* The last row that may be the first on the screen: the rows below it fill the screen. */
static uint64_t lowest_top(const struct session *s)
{
    uint64_t start = session_start(s), end = session_end(s), rows = s->rows > 0 ? s->rows : 1;
    uint64_t last = end > start ? row_of(s, end - 1) : 0;
    return last + 1 > rows ? last + 1 - rows : 0;
}

void session_move_to(struct session *s, uint64_t offset, bool extend)
{
    uint64_t start = session_start(s), end = session_end(s);
    if (extend && !s->selecting)
        s->anchor = s->cursor;
    s->selecting = extend;
    if (offset >= end)
        offset = end > start ? end - 1 : start;
    s->cursor = session_cell(s, offset < start ? start : offset);
    if (session_rows(s) != NULL) {
        rows_show(s);
        return;
    }
    uint64_t row = row_of(s, s->cursor), rows = s->rows > 0 ? s->rows : 1;
    uint64_t top = s->top < start ? 0 : row_of(s, s->top), lowest = lowest_top(s);
    if (row < top)
        top = row;
    else if (row >= top + rows)
        top = row - rows + 1;
    set_top(s,
            top < lowest ? top : lowest); /* no empty rows after the end while there are others */
}

void session_move(struct session *s, int64_t delta, bool extend)
{
    uint64_t step = delta < 0 ? (uint64_t)0 - (uint64_t)delta : (uint64_t)delta;
    uint64_t start = session_start(s), to = 0;
    if (delta < 0)
        to = s->cursor - start < step ? start : s->cursor - step;
    else
        to = UINT64_MAX - s->cursor < step ? UINT64_MAX : s->cursor + step;
    session_move_to(s, rows_step(s, to, delta), extend);
}

void session_scroll(struct session *s, int64_t rows)
{
    if (session_rows(s) != NULL) {
        rows_scroll(s, rows);
        return;
    }
    uint64_t start = session_start(s), top = row_of(s, s->top), lowest = lowest_top(s);
    uint64_t step = rows < 0 ? (uint64_t)0 - (uint64_t)rows : (uint64_t)rows;
    uint64_t shown = s->rows > 0 ? s->rows : 1;
    if (rows < 0)
        top = top < step ? 0 : top - step;
    else
        top = top + step > lowest ? lowest : top + step;
    set_top(s, top);
    uint64_t row = row_of(s, s->cursor), column = (s->cursor - start) % session_width(s);
    if (row < top)
        row = top;
    else if (row >= top + shown)
        row = top + shown - 1;
    session_move_to(s, start + row * session_width(s) + column, s->selecting);
}

void session_set_width(struct session *s, unsigned width)
{
    s->set.width = width > WIDTH_MAX ? WIDTH_MAX : width;
    set_top(s, row_of(s, s->top));
    session_move_to(s, s->cursor, s->selecting);
}

void session_fit(struct session *s, unsigned width)
{
    if (s->fit == width)
        return;
    s->fit = width;
    set_top(s, row_of(s, s->top));
    session_move_to(s, s->cursor, s->selecting);
}

bool session_byte(const struct session *s, uint64_t offset, uint8_t *byte, uint8_t *state,
                  int64_t *changed, bool *base)
{
    const struct sample *p = &s->sample;
    size_t i = p->seq == 0 ? SIZE_MAX : sample_index(p, offset);
    if (i == SIZE_MAX)
        return false;
    *byte = p->arrays->bytes[i];
    *state = p->arrays->state[i];
    *changed = p->arrays->changed[i];
    *base = p->has_base && p->arrays->base[i] != 0;
    return true;
}

size_t session_bytes(const struct session *s, uint64_t offset, uint8_t *out, size_t n)
{
    const struct sample *p = &s->sample;
    size_t got = 0;
    while (p->seq != 0 && got < n) {
        size_t i = sample_index(p, offset + got);
        if (i == SIZE_MAX || p->arrays->state[i] == BYTE_BEYOND ||
            p->arrays->state[i] == BYTE_UNKNOWN)
            break;
        out[got++] = p->arrays->bytes[i];
    }
    return got;
}

void session_selection(const struct session *s, uint64_t *from, uint64_t *to)
{
    uint64_t unit = s->set.view != NULL ? s->set.view->unit : 1, end = session_end(s);
    bool cells = s->focus == FOCUS_CELLS && s->set.view != NULL && s->set.view->kind != VIEW_TEXT;
    uint64_t low = s->selecting && s->anchor < s->cursor ? s->anchor : s->cursor;
    uint64_t high = s->selecting && s->anchor > s->cursor ? s->anchor : s->cursor, inside = 0;
    if (cells) { /* a cell is selected whole, as it is drawn */
        cell_of(s, low, from, &inside);
        cell_of(s, high, &inside, to);
    } else if (s->selecting) {
        *from = low;
        *to = high + 1;
    } else {
        *from = s->cursor;
        *to = s->cursor + unit;
    }
    if (*to > end)
        *to = end;
    if (*from > *to)
        *from = *to;
}

/* ---- only changed rows: the window is a part of the list that the sampler makes ---- */

const struct rows_result *session_rows(const struct session *s)
{
    const struct sample *p = &s->sample;
    return s->only && !s->typed && p->seq != 0 && p->rows.on && p->rows.width == session_width(s)
               ? &p->rows
               : NULL;
}

uint64_t session_row(const struct session *s, size_t row)
{
    const struct rows_result *rows = session_rows(s);
    if (rows == NULL)
        return s->top + row * session_width(s);
    return row < rows->shown ? rows->at[rows->first + row] : UINT64_MAX;
}

/* The offset of the row that holds `offset`. */
static uint64_t row_start(const struct session *s, uint64_t offset)
{
    return offset - (offset - session_start(s)) % session_width(s);
}

/* The first of the listed rows that is not before `row`. */
static size_t lower(const struct rows_result *rows, uint64_t row)
{
    size_t i = 0;
    while (i < rows->count && rows->at[i] < row)
        i++;
    return i;
}

bool session_shows(const struct session *s, uint64_t offset)
{
    const struct rows_result *rows = session_rows(s);
    if (s->typed)
        return sample_index(&s->sample, offset) != SIZE_MAX;
    if (rows == NULL)
        return offset >= s->top && offset - s->top < (uint64_t)s->rows * session_width(s);
    size_t i = lower(rows, row_start(s, offset));
    return i >= rows->first && i < rows->first + rows->shown && rows->at[i] == row_start(s, offset);
}

static void rows_show(struct session *s)
{
    const struct rows_result *rows = session_rows(s);
    uint64_t row = row_start(s, s->cursor);
    if (rows == NULL || session_shows(s, s->cursor))
        return;
    size_t i = lower(rows, row), screen = s->rows > 0 ? s->rows : 1;
    bool listed = i < rows->count && rows->at[i] == row;
    if (i > rows->first && i < rows->first + rows->shown)
        return; /* the next list will have it among them */
    if (listed && i >= rows->first + rows->shown && i + 1 >= screen)
        s->top = rows->at[i + 1 - screen];
    else
        s->top = row;
}

static uint64_t rows_step(const struct session *s, uint64_t to, int64_t delta)
{
    const struct rows_result *rows = session_rows(s);
    uint64_t width = session_width(s), here = row_start(s, s->cursor), row = row_start(s, to);
    if (rows == NULL || row == here)
        return to;
    bool whole = delta % (int64_t)width == 0;
    uint64_t column = whole ? s->cursor - here : delta < 0 ? width - 1 : session_shift(s);
    size_t i = lower(rows, here), at = 0;
    if (delta > 0)
        at = i < rows->count && rows->at[i] == here ? i + 1 : i;
    else if (i == 0)
        return s->cursor;
    else
        at = i - 1;
    return at < rows->count ? rows->at[at] + column : s->cursor;
}

static void rows_scroll(struct session *s, int64_t by)
{
    const struct rows_result *rows = session_rows(s);
    if (rows == NULL || rows->count == 0)
        return;
    uint64_t here = row_start(s, s->cursor), column = s->cursor - here;
    size_t screen = s->rows > 0 ? s->rows : 1, last = rows->count - 1, top = rows->first;
    size_t lowest = rows->count > screen ? rows->count - screen : 0;
    size_t step = (size_t)(by < 0 ? -by : by);
    if (by < 0)
        top = top > step ? top - step : 0;
    else
        top = top + step < lowest ? top + step : lowest > top ? lowest : top;
    size_t end = top + screen - 1 < last ? top + screen - 1 : last;
    if (here < rows->at[top])
        here = rows->at[top];
    else if (here > rows->at[end])
        here = rows->at[end];
    s->top = rows->at[top];
    uint64_t limit = session_end(s);
    s->cursor = here + column < limit || limit == 0 ? here + column : limit - 1;
    s->selecting = false;
}
