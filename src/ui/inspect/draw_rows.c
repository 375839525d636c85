/* The rows of bytes. For each row: what the sample knows of it, why its bytes are highlighted, then
 * offset, cells and text. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/inspect/inspect.h"

enum { DOT = 0xb7, GAP = 0x2026 /* rows are skipped here */ };

struct inspect_reasons inspect_reasons_of(const struct ui *ui)
{
    const struct session *s = &ui->s;
    struct inspect_reasons r = {.base = s->sample.has_base,
                                .heat = s->heat && s->sample.past.time == 0};
    int64_t now = inspect_now(ui);
    r.fresh_since = now - (int64_t)(s->set.fresh * 1e9);
    r.warm_since = now - (int64_t)(s->set.warm * 1e9);
    if (s->selecting)
        session_selection(s, &r.select_from, &r.select_to);
    r.match_from = s->match;
    r.match_to = s->match + s->match_length;
    r.found = inspect_found(ui);
    r.asked = ui->inspect->replacing.open;
    r.found_from = r.asked ? ui->inspect->replacing.from : 0;
    r.found_to = r.asked ? ui->inspect->replacing.to : UINT64_MAX;
    return r;
}

enum inspect_mark inspect_mark_of(const struct inspect_reasons *r, const struct sample *p, size_t i,
                                  uint64_t at)
{
    bool selected = at >= r->select_from && at < r->select_to;
    bool found = r->found != NULL && r->found[i] != 0 && at >= r->found_from && at < r->found_to;
    if (selected && !r->asked)
        return MARK_SELECT;
    if (at >= r->match_from && at < r->match_to)
        return MARK_MATCH;
    if (found || selected)
        return found ? MARK_FOUND : MARK_SELECT;
    if (r->heat && p->arrays->count[i] > 0)
        return (enum inspect_mark)(
            MARK_HEAT1 + inspect_heat_style(p->arrays->count[i], STYLE_HEAT1) - STYLE_HEAT1);
    int64_t changed = r->heat ? 0 : p->arrays->changed[i];
    if (changed != 0 && changed > r->fresh_since)
        return MARK_FRESH;
    if (changed != 0 && changed > r->warm_since)
        return MARK_WARM;
    return r->base && p->arrays->base[i] != 0 ? MARK_BASE : MARK_NONE;
}

/* Frozen values are highlighted in all columns and have a sign before their cell. */
static void mark_frozen(const struct freeze *f, struct inspect_row_bytes *b, unsigned width)
{
    for (size_t i = 0; i < f->count; i++) {
        size_t from = 0, to = 0;
        if (!frozen_within(&f->value[i], b->offset, width, &from, &to))
            continue;
        if (f->value[i].offset >= b->offset)
            b->sign[from] = '=';
        for (size_t k = from; k < to; k++)
            b->mark[k] = b->mark[k] > MARK_FROZEN ? b->mark[k] : MARK_FROZEN;
    }
}

/* How many bytes of the sample are contiguous with row r of a list, before it and after it. */
static void row_company(const struct rows_result *rows, size_t r, struct inspect_row_bytes *b)
{
    const uint64_t *at = rows->at + rows->first;
    for (size_t k = r; k > 0 && at[k - 1] + rows->width == at[k]; k--)
        b->before += rows->width;
    for (size_t k = r; k + 1 < rows->shown && at[k] + rows->width == at[k + 1]; k++)
        b->after += rows->width;
}

/* The part of the row at b->offset that the sample covers; returns the index of its first byte. */
static size_t cover_row(const struct session *s, unsigned width, size_t row,
                        struct inspect_row_bytes *b)
{
    const struct sample *p = &s->sample;
    uint64_t offset = b->offset, end = p->offset + p->length;
    if (session_rows(s) != NULL) {
        b->to = width;
        row_company(&p->rows, row, b);
        return row * width;
    }
    if (p->seq == 0 || p->rows.on || end <= offset || p->offset >= offset + width)
        return 0;
    b->from = p->offset > offset ? (unsigned)(p->offset - offset) : 0;
    b->to = end - offset < width ? (unsigned)(end - offset) : width;
    b->before = p->offset < offset ? (size_t)(offset - p->offset) : 0;
    b->after = (size_t)(end - offset) - b->to;
    return b->from + b->before - (p->offset > offset ? b->from : 0);
}

/* Row `row` of the screen, at `offset`, as far as the sample covers it. */
static void row_bytes(const struct ui *ui, const struct inspect_reasons *r, size_t row,
                      uint64_t offset, struct inspect_row_bytes *b)
{
    const struct sample *p = &ui->s.sample;
    unsigned width = ui->inspect->at.width, shift = ui->inspect->at.shift;
    b->offset = offset;
    b->from = b->to = b->cells_to = b->cursor = b->cursor_end = 0;
    b->before = b->after = 0;
    memset(b->mark, MARK_NONE, sizeof b->mark);
    memset(b->sign, 0, sizeof b->sign);
    size_t first = cover_row(&ui->s, width, row, b);
    if (b->to == 0)
        return;
    b->bytes = p->arrays->bytes + first - b->from;
    b->state = p->arrays->state + first - b->from;
    b->cells_to = b->to;
    if (b->to == width)
        b->cells_to += b->after < shift ? (unsigned)b->after : shift;
    for (unsigned i = b->from; i < b->cells_to; i++)
        b->mark[i] = (uint8_t)inspect_mark_of(r, p, first + i - b->from, offset + i);
    if (p->past.time == 0) /* frozen values are those of now */
        mark_frozen(&p->freeze, b, width + shift);
    for (unsigned i = b->from; p->settle.any && i < b->cells_to; i++)
        if (p->arrays->torn[first + i - b->from] != 0)
            b->sign[i] = '~';
}

/* The value at the cursor, as far as it is in this row or in the cells of it. */
static void place_cursor(const struct ui *ui, struct inspect_row_bytes *b)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct session *s = &ui->s;
    uint64_t from = s->cursor, to = from + inspect_unit(ui);
    uint64_t limit = b->offset + at->width + at->shift;
    if (to <= b->offset || from >= limit || session_end(s) == 0)
        return;
    b->cursor = from > b->offset ? (unsigned)(from - b->offset) : 0;
    b->cursor_end = (unsigned)((to < limit ? to : limit) - b->offset);
}

static enum style cursor_style(const struct ui *ui, enum focus column)
{
    return ui->s.focus == column && !ui_in_panel(ui) ? STYLE_CURSOR : STYLE_CURSOR2;
}

static void show_cursor(struct ui *ui, int row, const struct inspect_text *t,
                        const struct inspect_row_bytes *b)
{
    if (t->cursor != STYLE_CURSOR || !ui->s.edit || b->cursor == b->cursor_end ||
        b->cursor < t->first || b->cursor >= t->width)
        return;
    ui->canvas.cursor_row = row;
    ui->canvas.cursor_col = t->col + (int)(b->cursor - t->first);
}

static void draw_columns(struct ui *ui, int row, const struct inspect_row_bytes *b)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct view *v = inspect_view(ui);
    struct inspect_text t = {.width = at->width, .phase = ui->s.phase};
    if (v->kind == VIEW_TEXT) {
        t.col = at->cells;
        t.limit = at->cells_end;
        t.first = at->cells_from;
        t.enc = v->enc;
        t.cursor = cursor_style(ui, FOCUS_CELLS);
        inspect_draw_text(&ui->canvas, row, &t, b);
        show_cursor(ui, row, &t, b);
    } else {
        inspect_draw_cells(ui, row, b);
    }
    for (int i = 0; i < at->texts; i++) {
        t.col = at->text[i];
        t.limit = at->text_end[i];
        t.first = at->text_from[i];
        t.enc = at->enc[i];
        t.cursor = cursor_style(ui, i == 0 ? FOCUS_TEXT : FOCUS_TEXT2);
        inspect_draw_text(&ui->canvas, row, &t, b);
        show_cursor(ui, row, &t, b);
    }
}

/* Is every byte of the row within the segment a hole? */
static bool all_hole(const struct inspect_row_bytes *b)
{
    for (unsigned i = b->from; i < b->to; i++)
        if (b->state[i] != BYTE_HOLE && (i == 0 || b->state[i] != BYTE_BEYOND))
            return false;
    return b->from == 0 && b->to > 0;
}

/* Labels a run of rows once as never written, with its end if the sample knows it. */
static void label_hole(struct ui *ui, int row, const struct inspect_row_bytes *b)
{
    const struct sample *p = &ui->s.sample;
    const struct inspect_layout *at = &ui->inspect->at;
    size_t i = (size_t)(b->offset - p->offset), first = i;
    while (i < p->length && p->arrays->state[i] == BYTE_HOLE)
        i++;
    char text[64] = " never written ";
    if (i < p->length && i - first > at->width)
        (void)snprintf(text, sizeof text, " never written to %0*" PRIx64 " ", at->digits,
                       p->offset + i);
    int width = (int)strlen(text), room = at->cells_end - at->cells;
    if (width + 8 <= room)
        (void)canvas_text(&ui->canvas, row, at->cells + (room - width) / 2, at->cells_end,
                          STYLE_HOLE, text);
}

static void draw_nothing(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct sample *p = &ui->s.sample;
    const char *text = p->seq == 0 ? "reading" : "empty: this segment has 0 bytes";
    if (p->seq != 0 && p->stat.size != 0)
        text = "nothing here: the segment ends before this range";
    (void)canvas_text(&ui->canvas, at->top, at->digits > 0 ? 2 : 0, ui->canvas.cols, STYLE_DIM,
                      text);
}

/* Marks that rows were skipped before this one, and whether it stands for its page: without a copy
 * of a page it is only known that something in it changed. */
static void draw_gap(struct ui *ui, int r, const struct inspect_row_bytes *b)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct session *s = &ui->s;
    size_t first = sample_index(&s->sample, b->offset);
    bool aged = s->sample.has_base || b->offset % PAGEMAP_PAGE >= at->width || first == SIZE_MAX;
    for (unsigned i = 0; i < at->width && !aged; i++)
        aged = s->sample.arrays->changed[first + i] != 0;
    if (!aged && b->cursor == b->cursor_end)
        (void)canvas_char(&ui->canvas, at->top + r, at->digits, at->cells, STYLE_UNKNOWN, '?');
    else if (r > 0 && b->offset != session_row(s, (size_t)r - 1) + at->width)
        (void)canvas_char(&ui->canvas, at->top + r, at->digits, at->cells, STYLE_LABEL, GAP);
}

/* Below the last changed row. */
static void draw_rest(struct ui *ui, int row)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct session *s = &ui->s;
    if (session_rows(s) == NULL || row >= at->top + at->rows)
        return;
    if (s->sample.has_base)
        (void)canvas_text(&ui->canvas, row, at->cells, ui->canvas.cols, STYLE_DIM,
                          "no other row differs from the baseline (x: all rows)");
    else
        (void)canvas_print(&ui->canvas, row, at->cells, ui->canvas.cols, STYLE_DIM,
                           "no other row changed in the last %g s (x: all rows)", s->set.recent);
}

void inspect_draw_rows(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct session *s = &ui->s;
    struct inspect_reasons why = inspect_reasons_of(ui);
    struct inspect_row_bytes b;
    uint64_t end = session_end(s);
    bool hole_before = false;
    const struct rows_result *rows = session_rows(s);
    if (end <= session_start(s)) {
        draw_nothing(ui);
        return;
    }
    for (int r = 0; r < at->rows; r++) {
        uint64_t offset = session_row(s, (size_t)r);
        if (offset >= end || (rows == NULL && offset < s->top)) {
            draw_rest(ui, at->top + r);
            return;
        }
        row_bytes(ui, &why, (size_t)r, offset, &b);
        place_cursor(ui, &b);
        canvas_print(&ui->canvas, at->top + r, 0, ui->canvas.cols, STYLE_OFFSET, "%0*" PRIx64,
                     at->digits, offset);
        draw_columns(ui, at->top + r, &b);
        inspect_draw_names(ui, at->top + r, offset, at->names, at->names_end);
        if (rows != NULL)
            draw_gap(ui, r, &b);
        bool hole = rows == NULL && all_hole(&b);
        if (hole && !hole_before && b.cursor == b.cursor_end && b.mark[0] == MARK_NONE)
            label_hole(ui, at->top + r, &b);
        hole_before = hole;
    }
}
