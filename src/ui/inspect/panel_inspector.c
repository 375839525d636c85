/* The inspector: the bytes at the cursor in every interpretation, below the rows or beside them.
 * Fields have fixed widths, so that nothing moves while values change. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/interpret.h"
#include "ui/inspect/inspect.h"

enum {
    LINE = 0x2500,
    BAR = 0x2502,
    SPACE_BETWEEN = 2,
    OLDER_ROWS = 5,
    AGO_COLUMNS = 8, /* `99m59s` and the gap to the value */
    SECOND = 1000000000
};

/* The width reserved for a field's value, by label. */
static const struct {
    const char *label;
    int columns;
} widths[] = {
    {"bits", 8}, {"u8", 3},    {"i8", 4},      {"u16", 5},   {"i16", 6},
    {"u32", 10}, {"i32", 11},  {"u64", 20},    {"i64", 20},  {"f32", 15},
    {"f64", 24}, {"time", 20}, {"time64", 20}, {"utf8", 13}, {"utf16", 13},
};

/* The order in which fields are placed below the rows; the last ones are dropped if they do not
 * fit. */
static const char *const order[] = {
    "u8",     "i8",     "u16",    "i16",    "u32",    "i32",    "u64",    "f32",
    "time",   "f64",    "utf8",   "utf16",  "i64",    "be u16", "be u32", "be u64",
    "le u16", "le u32", "le u64", "be f32", "be f64", "le f32", "le f64", "bits",
    "be i16", "be i32", "be i64", "le i16", "le i32", "le i64", "time64",
};

static int value_columns(const struct inspect_row *row)
{
    const char *label = row->label;
    if (strncmp(label, "be ", 3) == 0 || strncmp(label, "le ", 3) == 0)
        label += 3;
    int n = canvas_width(row->value);
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (strcmp(widths[i].label, label) == 0 && widths[i].columns > n)
            return widths[i].columns;
    return n;
}

static void age_text(const struct ui *ui, char out[40])
{
    uint8_t byte = 0, state = 0;
    int64_t changed = 0;
    bool base = false;
    out[0] = '\0';
    if (!session_byte(&ui->s, ui->s.cursor, &byte, &state, &changed, &base) || changed == 0)
        return;
    int64_t age = inspect_now(ui) - changed;
    double seconds = age > 0 ? (double)age / SECOND : 0;
    if (seconds < 10)
        (void)snprintf(out, 40, "changed %.1f s ago", seconds);
    else if (seconds < 120)
        (void)snprintf(out, 40, "changed %.0f s ago", seconds);
    else if (seconds < 7200)
        (void)snprintf(out, 40, "changed %.0f min ago", seconds / 60);
    else
        (void)snprintf(out, 40, "changed %.0f h ago", seconds / 3600);
}

/* Why there are no values. */
static const char *nothing_known(const struct ui *ui)
{
    uint8_t byte = 0, state = 0;
    int64_t changed = 0;
    bool base = false;
    if (session_end(&ui->s) <= session_start(&ui->s))
        return "no bytes";
    if (!session_byte(&ui->s, ui->s.cursor, &byte, &state, &changed, &base))
        return "reading";
    if (state == BYTE_UNKNOWN && ui->s.sample.past.time != 0)
        return "not known at that time";
    return state == BYTE_UNKNOWN ? "unknown: reading it would disturb it" : "past the end";
}

/* `0x10`, with a note if the byte was never written. */
static void where_text(const struct ui *ui, char out[48])
{
    uint8_t byte = 0, state = 0;
    int64_t changed = 0;
    bool base = false;
    bool known = session_byte(&ui->s, ui->s.cursor, &byte, &state, &changed, &base);
    (void)snprintf(out, 48, "0x%" PRIx64 "%s", ui->s.cursor,
                   known && state == BYTE_HOLE ? " never written" : "");
}

/* Is the window torn (its bytes are not from one moment) or consistent? Empty: unknown. */
static void settle_text(const struct ui *ui, char out[64])
{
    const struct settle_result *t = &ui->s.sample.settle;
    out[0] = '\0';
    if (ui->s.locked && t->want.locked)
        (void)snprintf(out, 64,
                       t->busy ? "~ seqlock %" PRIu64 ": being written" : "seqlock %" PRIu64,
                       t->counter);
    else if (t->reads > 0 && t->torn > 0)
        (void)snprintf(out, 64, "unstable: %.3g %% of double reads differ",
                       (double)t->torn * 100 / (double)t->reads);
    else if (t->any)
        (void)snprintf(out, 64, "unstable");
    else if (t->reads > 0)
        (void)snprintf(out, 64, "stable (read twice)");
}

/* The state of the value at the cursor: frozen, torn or consistent. Empty: nothing to say. */
static void state_text(const struct ui *ui, char out[64])
{
    const struct frozen *v = inspect_frozen(ui, ui->s.cursor);
    char fights[48];
    out[0] = '\0';
    if (v == NULL) {
        settle_text(ui, out);
        return;
    }
    inspect_fights(v, fights);
    (void)snprintf(out, 64, "frozen, %s", fights);
}

/* ---- earlier values ---- */

/* How many earlier values there are, without the one shown. */
static size_t older_values(const struct ui *ui)
{
    const struct history_result *p = &ui->s.sample.past;
    bool this = p->offset == ui->s.value_offset && p->size == ui->s.value_size;
    return this && p->values > 0 ? p->values - 1 : 0;
}

/* The k-th earlier value as the cells would show it, and how long before the moment shown it
 * appeared. */
static void older_value(const struct ui *ui, size_t k, char text[VIEW_UNIT_MAX],
                        char ago[INSPECT_AGO])
{
    const struct history_value *v = &ui->s.sample.past.value[k + 1];
    const struct view *view = inspect_view(ui);
    if (!v->known)
        (void)snprintf(text, VIEW_UNIT_MAX, "?");
    else if (view->kind != VIEW_TEXT && view->unit == ui->s.value_size)
        (void)view_format(view, v->bytes, text);
    else
        (void)snprintf(text, VIEW_UNIT_MAX, "%02x", v->bytes[0]);
    (void)snprintf(ago, INSPECT_AGO, "first");
    if (v->time != 0)
        inspect_ago(inspect_now(ui) - v->time, ago);
}

/* `was 1233 -0.1s  1232 -0.2s`, as many as fit in [col, limit). */
static void draw_older(struct ui *ui, int row, int col, int limit)
{
    struct canvas *c = &ui->canvas;
    size_t n = older_values(ui);
    char text[VIEW_UNIT_MAX], ago[INSPECT_AGO];
    const struct view *v = inspect_view(ui);
    int columns = v->kind != VIEW_TEXT && v->unit == ui->s.value_size ? v->columns : 2;
    for (size_t k = 0; k < n; k++) {
        older_value(ui, k, text, ago);
        int need = columns + 8 + (k == 0 ? 5 : 0);
        if (col + need > limit)
            return;
        if (k == 0)
            col = canvas_text(c, row, col, limit, STYLE_LABEL, " was ");
        (void)canvas_print(c, row, col, limit, STYLE_TEXT, "%*s", columns, text);
        (void)canvas_print(c, row, col + columns, limit, STYLE_DIM, " %-6s ", ago);
        col += columns + 8;
    }
}

/* ASCII text starting at column `from`, continued at `col` in the next row. Returns the row after
 * it. */
static int draw_wrapped(struct ui *ui, int row, int from, int col, const char *text)
{
    int end = ui->inspect->at.panel_end;
    size_t part = end > from ? (size_t)(end - from) : 0, n = strlen(text);
    (void)canvas_print(&ui->canvas, row, from, end, STYLE_TEXT, "%.*s", (int)part, text);
    if (n > part)
        (void)canvas_text(&ui->canvas, ++row, col, end, STYLE_TEXT, text + part);
    return row + 1;
}

/* One line each, newest first, in rows [row, bottom); two lines where the value does not fit on
 * one. */
static void draw_older_rows(struct ui *ui, int row, int bottom, int col, int limit)
{
    struct canvas *c = &ui->canvas;
    size_t n = older_values(ui);
    char text[VIEW_UNIT_MAX], ago[INSPECT_AGO];
    int columns = inspect_view(ui)->columns;
    bool fits = col + 2 + columns <= limit;
    if (n == 0 || row + 2 > bottom)
        return;
    (void)canvas_text(c, row++, col, limit, STYLE_LABEL, "was");
    for (size_t k = 0; k < n && row + !fits < bottom; k++) {
        older_value(ui, k, text, ago);
        if (fits) {
            int end = canvas_print(c, row, col + 2, limit, STYLE_TEXT, "%*s", columns, text);
            (void)canvas_print(c, row++, end + 1, limit, STYLE_DIM, "%s", ago);
        } else {
            (void)canvas_print(c, row, col + 2, limit, STYLE_DIM, "%s", ago);
            row = draw_wrapped(ui, row, col + 2 + AGO_COLUMNS, col, text);
        }
    }
}

static const struct inspect_row *find_row(const struct inspect *in, const char *label)
{
    for (int i = 0; i < in->count; i++)
        if (strcmp(in->row[i].label, label) == 0)
            return &in->row[i];
    return NULL;
}

static void draw_field(struct ui *ui, int row, int col, int limit, const struct inspect_row *f)
{
    int at = canvas_text(&ui->canvas, row, col, limit, STYLE_LABEL, f->label);
    (void)canvas_text(&ui->canvas, row, at + 1, limit, STYLE_TEXT, f->value);
}

/* Fields side by side, as many as fit; a field that does not fit gives its place to a shorter one.
 */
static void draw_below(struct ui *ui, const struct inspect *in)
{
    const struct inspect_layout *at = &ui->inspect->at;
    int cols = ui->canvas.cols, col[8], last = at->panel_top + at->panel_rows;
    int rows = at->panel_rows - 1 < 8 ? at->panel_rows - 1 : 8;
    for (int r = 0; r < rows; r++)
        col[r] = 2;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct inspect_row *f = find_row(in, order[i]);
        if (f == NULL)
            continue;
        int need = canvas_width(f->label) + 1 + value_columns(f);
        for (int r = 0; r < rows; r++) {
            if (col[r] + need > cols)
                continue;
            draw_field(ui, last - rows + r, col[r], cols, f);
            col[r] += need + SPACE_BETWEEN;
            break;
        }
    }
}

static void draw_rule(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct canvas *c = &ui->canvas;
    char where[48], age[40], what[64];
    where_text(ui, where);
    age_text(ui, age);
    state_text(ui, what);
    canvas_fill(c, at->panel_top, 0, c->cols, STYLE_DIM, LINE);
    int col = canvas_print(c, at->panel_top, 2, c->cols, STYLE_LABEL, " %s ", where);
    if (what[0] != '\0')
        col = canvas_print(c, at->panel_top, col, c->cols, STYLE_WARN, "%s ", what);
    draw_older(ui, at->panel_top, col + 1,
               c->cols - 2 - (age[0] != '\0' ? canvas_width(age) + 3 : 0));
    if (age[0] != '\0') {
        int width = canvas_width(age) + 2;
        canvas_print(c, at->panel_top, c->cols - width - 2, c->cols, STYLE_TEXT, " %s ", age);
    }
}

/* One field beside the rows, starting at `row`. A value too long for its label's line gets a line
 * of its own, or wraps from after its label if that is too short as well. Returns the row after
 * it; `last`: it was left out. */
static int draw_field_beside(struct ui *ui, const struct inspect_row *f, int row, int last)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct canvas *c = &ui->canvas;
    int col = at->panel + 2, end = at->panel_end, room = end - col;
    int label = col + canvas_width(f->label);
    int value = room > 36 ? col + 7 : label + 1; /* aligned if there is room */
    int need = value_columns(f), own = 2 + need <= room ? 2 : 0;
    bool more = value + need > end;
    if (more && row + 1 >= last)
        return last;
    (void)canvas_text(c, row, col, end, STYLE_LABEL, f->label);
    if (more && canvas_width(f->value) > room)
        return draw_wrapped(ui, row, value, col, f->value);
    row += more;
    (void)canvas_text(c, row, more ? col + own : value, end, STYLE_TEXT, f->value);
    return row + 1;
}

/* All fields, one or two lines each. */
static void draw_beside(struct ui *ui, const struct inspect *in)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct canvas *c = &ui->canvas;
    char text[64];
    int row = at->panel_top, bottom = at->panel_top + at->panel_rows, col = at->panel + 2;
    for (int r = row; r < bottom; r++)
        (void)canvas_char(c, r, at->panel, c->cols, STYLE_DIM, BAR);
    where_text(ui, text);
    (void)canvas_text(c, row++, col, at->panel_end, STYLE_LABEL, text);
    state_text(ui, text);
    if (text[0] != '\0')
        (void)canvas_text(c, row++, col, at->panel_end, STYLE_WARN, text);
    age_text(ui, text);
    bottom -= text[0] != '\0';
    if (text[0] != '\0')
        (void)canvas_text(c, bottom, col, at->panel_end, STYLE_TEXT, text);
    int last = bottom - (older_values(ui) > 0 && bottom > 3 * OLDER_ROWS ? OLDER_ROWS : 0);
    for (int i = 0; i < in->count && row < last; i++)
        if (strcmp(in->row[i].label, "hex") != 0)
            row = draw_field_beside(ui, &in->row[i], row, last);
    draw_older_rows(ui, row + (row + 1 < last), bottom, col, at->panel_end);
}

void inspect_draw_inspector(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct inspect in = {.count = 0};
    uint8_t bytes[INSPECT_BYTES];
    const struct view *v = inspect_view(ui);
    bool big = view_swapped(v) != v ? v->big : ui->s.set.big;
    uint64_t from = ui->s.cursor;
    ui->s.value_offset = from;
    ui->s.value_size = inspect_unit(ui);
    size_t n = session_bytes(&ui->s, from, bytes, sizeof bytes);
    inspect_fill(&in, bytes, n, big);
    if (at->panel_side) {
        draw_beside(ui, &in);
    } else {
        draw_rule(ui);
        draw_below(ui, &in);
    }
    if (in.count == 0)
        (void)canvas_text(&ui->canvas, at->panel_top + 1, at->panel_side ? at->panel + 2 : 2,
                          ui->canvas.cols, STYLE_DIM, nothing_known(ui));
}
