/* The table of the inspector: the bytes at the cursor as numbers of every size in both orders, as
 * characters and as a date. Each value has columns of its own that hold the longest there is, so
 * that nothing moves, breaks or is cut while values change.
 *
 * Below the rows it has one of three forms. From 120 columns: sizes side by side, a row for each
 * sign and order. From 80: the order that is set. Else, and where there are fewer rows: as many
 * fields as fit. Beside the rows: a line for each type, the two orders side by side. */
#include <stdio.h>
#include <string.h>

#include "ui/inspect/inspect.h"

enum {
    WIDE_FROM = 120, /* columns of the screen */
    SHORT_FROM = 80,
    CODES_FROM = 96, /* with these, characters have their code points */
    WIDE_ROWS = 6,   /* rows of values */
    SHORT_ROWS = 4,
    FLOW_ROWS = 5,
    FLOW_ROWS_MAX = 8,
    TIME_LABEL = 10, /* columns of `time (ns) ` */
    VALUE_SIDE = 24  /* columns of a value beside the rows: the longest f64 */
};

int inspector_rows_least(int cols)
{
    return 1 + (cols < SHORT_FROM ? FLOW_ROWS : SHORT_ROWS);
}

int inspector_rows(int cols, int room)
{
    if (cols >= WIDE_FROM && room > WIDE_ROWS)
        return 1 + WIDE_ROWS;
    int least = inspector_rows_least(cols);
    return room >= least ? least : room > 1 ? room : 0;
}

/* Where a value is: in a row of the table, its label, and the columns of the value. */
struct value_place {
    const char *name;
    int row, label, from, to;
    bool right; /* right-aligned */
};

/* What is drawn on, and of what. */
struct table {
    struct ui *ui;
    const struct inspect *in;
    int row, limit;
    bool big; /* the order that is set */
};

/* The row with this label; in the other order than the one that is set: `be u16`. NULL: there are
 * too few bytes. */
static const struct inspect_row *find_row(const struct table *t, const char *name, bool other)
{
    char label[sizeof t->in->row[0].label];
    (void)snprintf(label, sizeof label, "%s%s", !other ? "" : t->big ? "le " : "be ", name);
    for (int i = 0; i < t->in->count; i++)
        if (strcmp(t->in->row[i].label, label) == 0)
            return &t->in->row[i];
    return NULL;
}

static const char *order_name(const struct table *t, bool other)
{
    return t->big != other ? "be" : "le";
}

static void draw_value(const struct table *t, const struct value_place *p, bool other)
{
    bool byte = p->name[1] == '8'; /* which has no order */
    const struct inspect_row *f = find_row(t, p->name, other && !byte);
    if (f == NULL)
        return;
    int width = canvas_width(f->value), room = p->to - p->from;
    int col = p->right && width < room ? p->to - width : p->from;
    (void)canvas_text(&t->ui->canvas, t->row + p->row, col, t->limit,
                      other ? STYLE_DIM : STYLE_TEXT, f->value);
}

static void draw_label(const struct table *t, int row, int col, enum style style, const char *text)
{
    (void)canvas_text(&t->ui->canvas, t->row + row, col, t->limit, style, text);
}

static void draw_places(const struct table *t, const struct value_place *place, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        draw_label(t, place[i].row, place[i].label, STYLE_LABEL, place[i].name);
        draw_value(t, &place[i], false);
    }
}

/* `time (ns) 2026-11-29 ...`: the unit in which the number is a likely date. */
static void draw_time(const struct table *t, int row, int col)
{
    for (int i = 0; i < t->in->count; i++) {
        const struct inspect_row *f = &t->in->row[i];
        if (strncmp(f->label, "time", 4) != 0)
            continue;
        draw_label(t, row, col, STYLE_LABEL, f->label);
        draw_label(t, row, col + TIME_LABEL, STYLE_TEXT, f->value);
    }
}

/* A character without its code point; one that cannot be shown as its code point alone:
 * `U+0000`, and `10FFFF`, for six columns are all it has. */
static void brief_char(const char *value, char out[INSPECT_VALUE_MAX])
{
    const char *code = strstr(value, "U+");
    if (code == NULL)
        (void)snprintf(out, INSPECT_VALUE_MAX, "-");
    else if (code == value)
        (void)snprintf(out, INSPECT_VALUE_MAX, "%s", strlen(code) > 6 ? code + 2 : code);
    else
        (void)snprintf(out, INSPECT_VALUE_MAX, "%.*s", (int)(code - value - 1), value);
}

static void draw_char(const struct table *t, int row, int col, const char *name, bool codes)
{
    const struct inspect_row *f = find_row(t, name, false);
    char text[INSPECT_VALUE_MAX];
    draw_label(t, row, col, STYLE_LABEL, name);
    if (f == NULL)
        return;
    (void)snprintf(text, sizeof text, "%s", f->value);
    if (!codes)
        brief_char(f->value, text);
    draw_label(t, row, col + (int)strlen(name) + 1, STYLE_TEXT, text);
}

/* ---- below the rows ---- */

static void draw_wide(const struct table *t)
{
    static const struct value_place unsigned_[] = {
        {"u8", 0, 0, 8, 11, true},   {"u16", 0, 0, 16, 21, true},  {"u32", 0, 0, 25, 35, true},
        {"u64", 0, 0, 39, 59, true}, {"f32", 0, 0, 63, 78, false}, {"f64", 0, 0, 82, 106, false},
    };
    static const struct value_place signed_[] = {
        {"i8", 1, 0, 7, 11, true},
        {"i16", 1, 0, 15, 21, true},
        {"i32", 1, 0, 24, 35, true},
        {"i64", 1, 0, 39, 59, true},
    };
    static const struct value_place heads[] = {
        {"8", 0, 10, 0, 0, false},  {"16", 0, 19, 0, 0, false},  {"32", 0, 33, 0, 0, false},
        {"64", 0, 57, 0, 0, false}, {"f32", 0, 63, 0, 0, false}, {"f64", 0, 82, 0, 0, false},
    };
    static const struct value_place bits = {"bits", 5, 1, 6, 14, false};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        draw_label(t, 0, heads[i].label, STYLE_LABEL, heads[i].name);
    for (int other = 0; other < 2; other++) {
        struct table part = *t;
        part.row += 1 + 2 * other;
        enum style style = other ? STYLE_LABEL : STYLE_HEADER;
        draw_label(&part, 0, 1, style, order_name(t, other));
        draw_label(&part, 1, 1, style, order_name(t, other));
        draw_label(&part, 0, 4, style, "u");
        draw_label(&part, 1, 4, style, "i");
        for (size_t i = 0; i < sizeof unsigned_ / sizeof unsigned_[0]; i++)
            draw_value(&part, &unsigned_[i], other);
        for (size_t i = 0; i < sizeof signed_ / sizeof signed_[0]; i++)
            draw_value(&part, &signed_[i], other);
    }
    draw_label(t, bits.row, bits.label, STYLE_LABEL, bits.name);
    draw_value(t, &bits, false);
    draw_char(t, bits.row, 17, "utf8", true);
    draw_char(t, bits.row, 37, "utf16", true);
    draw_time(t, bits.row, 58);
    (void)inspect_draw_was(t->ui, t->row + bits.row, 100, t->limit);
}

static void draw_short(const struct table *t)
{
    static const struct value_place places[] = {
        {"u8", 0, 6, 10, 15, true},    {"u16", 0, 18, 22, 28, true}, {"u32", 0, 31, 35, 46, true},
        {"u64", 0, 49, 53, 73, true},  {"i8", 1, 6, 10, 15, true},   {"i16", 1, 18, 22, 28, true},
        {"i32", 1, 31, 35, 46, true},  {"i64", 1, 49, 53, 73, true}, {"f32", 2, 6, 10, 25, false},
        {"f64", 2, 27, 31, 55, false},
    };
    bool codes = t->limit >= CODES_FROM;
    draw_label(t, 0, 2, STYLE_HEADER, order_name(t, false));
    draw_places(t, places, sizeof places / sizeof places[0]);
    draw_char(t, 2, 56, "utf8", codes);
    draw_char(t, 2, codes ? 75 : 68, "utf16", codes);
    (void)inspect_draw_was(t->ui, t->row + 3, 2, 30);
    draw_time(t, 3, 31);
}

/* Fields one after the other, as many as fit; one that does not fit gives its place to a shorter
 * one. Each takes the columns of its longest value, also while there are too few bytes for it. */
static void draw_flow(const struct table *t, int rows)
{
    static const struct {
        const char *name;
        int columns;
    } fields[] = {{"u8", 3},   {"i8", 4},    {"u16", 5},  {"i16", 6},  {"u32", 10},
                  {"i32", 11}, {"u64", 20},  {"i64", 20}, {"f64", 24}, {"f32", 15},
                  {"utf8", 6}, {"utf16", 6}, {"time", 35}};
    int col[FLOW_ROWS_MAX];
    rows = rows < FLOW_ROWS_MAX ? rows : FLOW_ROWS_MAX;
    if (rows < 1)
        return;
    for (int r = 0; r < rows; r++)
        col[r] = 5;
    draw_label(t, 0, 2, STYLE_HEADER, order_name(t, false));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *name = fields[i].name;
        int r = 0, label = (int)strlen(name) + 1, need = label + fields[i].columns;
        while (r < rows && col[r] + need > t->limit)
            r++;
        if (r == rows)
            continue;
        struct value_place p = {name, r, 0, (col[r] + label), (col[r] + need), false};
        draw_label(t, r, col[r], STYLE_LABEL, name);
        if (strcmp(name, "time") == 0)
            draw_time(t, r, col[r]);
        else if (name[1] == 't')
            draw_char(t, r, col[r], name, false);
        else
            draw_value(t, &p, false);
        col[r] += need + 2;
    }
}

void inspect_values_below(struct ui *ui, const struct inspect *in, bool big)
{
    const struct inspect_layout *at = &ui->inspect->at;
    int rows = at->panel_rows - 1;
    struct table t = {ui, in, at->panel_top + 1, ui->canvas.cols, big};
    if (rows >= WIDE_ROWS && t.limit >= WIDE_FROM)
        draw_wide(&t);
    else if (rows >= SHORT_ROWS && t.limit >= SHORT_FROM)
        draw_short(&t);
    else
        draw_flow(&t, rows);
}

/* ---- beside the rows ---- */

int inspect_values_beside(struct ui *ui, const struct inspect *in, bool big, int row, int bottom)
{
    static const char *const names[] = {"u8",  "i8",  "u16", "i16", "u32",
                                        "i32", "u64", "i64", "f32", "f64"};
    const struct inspect_layout *at = &ui->inspect->at;
    int label = at->panel + 1 + (at->panel_end - at->panel >= INSPECTOR_SIDE + 2);
    int first = label + 4, second = first + VALUE_SIDE + 1;
    struct table t = {ui, in, row, at->panel_end, big};
    for (int other = 0; other < 2; other++)
        draw_label(&t, 0, (other ? second : first) + VALUE_SIDE - 2,
                   other ? STYLE_LABEL : STYLE_HEADER, order_name(&t, other));
    for (size_t i = 0; i < sizeof names / sizeof names[0] && ++t.row < bottom; i++) {
        struct value_place p = {names[i], 0, 0, first, (first + VALUE_SIDE), true};
        draw_label(&t, 0, label, STYLE_LABEL, names[i]);
        draw_value(&t, &p, false);
        p.from = second;
        p.to = (second + VALUE_SIDE);
        draw_value(&t, &p, true);
    }
    struct value_place bits = {"bits", 0, 0, (label + 6), (label + 14), false};
    t.row += 2;
    if (t.row + 3 >= bottom)
        return t.row;
    draw_label(&t, 0, label, STYLE_LABEL, bits.name);
    draw_value(&t, &bits, false);
    draw_char(&t, 1, label, "utf8", true);
    draw_char(&t, 1, label + 20, "utf16", true);
    draw_time(&t, 2, label);
    return t.row + 4;
}
