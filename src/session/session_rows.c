/* The window when only changed rows are shown: rows are counted as the sampler lists them. */
#include <string.h>

#include "session/session.h"

const struct rows_seen *session_rows(const struct session *s)
{
    const struct sample *p = &s->sample;
    return s->only && p->seq != 0 && p->rows.on && p->rows.width == session_width(s) ? &p->rows
                                                                                     : NULL;
}

uint64_t session_row(const struct session *s, size_t row)
{
    const struct rows_seen *rows = session_rows(s);
    if (rows == NULL)
        return s->top + row * session_width(s);
    return row < rows->shown ? rows->at[rows->first + row] : UINT64_MAX;
}

/* Where the row of an offset begins. */
static uint64_t row_start(const struct session *s, uint64_t offset)
{
    return offset - (offset - session_start(s)) % session_width(s);
}

/* The first of the listed rows that is not before `row`. */
static size_t lower(const struct rows_seen *rows, uint64_t row)
{
    size_t i = 0;
    while (i < rows->count && rows->at[i] < row)
        i++;
    return i;
}

bool session_shows(const struct session *s, uint64_t offset)
{
    const struct rows_seen *rows = session_rows(s);
    if (rows == NULL)
        return offset >= s->top && offset - s->top < (uint64_t)s->rows * session_width(s);
    size_t i = lower(rows, row_start(s, offset));
    return i >= rows->first && i < rows->first + rows->shown && rows->at[i] == row_start(s, offset);
}

void session_rows_show(struct session *s)
{
    const struct rows_seen *rows = session_rows(s);
    uint64_t row = row_start(s, s->cursor);
    if (rows == NULL || session_shows(s, s->cursor))
        return;
    size_t i = lower(rows, row), screen = s->rows > 0 ? s->rows : 1;
    bool listed = i < rows->count && rows->at[i] == row;
    if (i > rows->first && i < rows->first + rows->shown)
        return; /* it will stand among them */
    if (listed && i >= rows->first + rows->shown && i + 1 >= screen)
        s->top = rows->at[i + 1 - screen];
    else
        s->top = row;
}

uint64_t session_rows_step(const struct session *s, uint64_t to, int64_t delta)
{
    const struct rows_seen *rows = session_rows(s);
    uint64_t width = session_width(s), here = row_start(s, s->cursor), row = row_start(s, to);
    if (rows == NULL || row == here)
        return to;
    bool whole = delta % (int64_t)width == 0;
    uint64_t column = whole ? s->cursor - here : delta < 0 ? width - 1 : 0;
    size_t i = lower(rows, here), at = 0;
    if (delta > 0)
        at = i < rows->count && rows->at[i] == here ? i + 1 : i;
    else if (i == 0)
        return s->cursor;
    else
        at = i - 1;
    return at < rows->count ? rows->at[at] + column : s->cursor;
}

void session_rows_scroll(struct session *s, int64_t by)
{
    const struct rows_seen *rows = session_rows(s);
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
    uint64_t behind = session_end(s);
    s->cursor = here + column < behind || behind == 0 ? here + column : behind - 1;
    s->selecting = false;
    session_look(s);
}
