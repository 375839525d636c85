/* The tree on the screen: header, a line for each row, and the line about the field at the cursor.
 * Columns are as wide as the types want them, whatever the values are, so that nothing moves. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/plural.h"
#include "core/text.h"
#include "ui/tree/tree.h"

enum {
    TYPES_FROM = 60,  /* with this many columns: types */
    BYTES_FROM = 120, /* and bytes beside them, */
    WIDE_FROM = 150,  /* twice as many */
    BYTES = 8,
    VALUE_LEAST = 14,
    INDENT = 2,
    RULE_BYTES = 8,
    SIZE_COLUMNS = 16, /* in that line, for how many bytes there are */
    DOT = 0xb7,
    LINE = 0x2500,
    CLOSED = 0x25b8,
    OPEN = 0x25be
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

void tree_arrange(struct ui *ui, int top, int bottom)
{
    struct tree_layout *at = &ui->tree->at;
    const struct tree_view *v = tree_top(ui);
    int cols = ui->canvas.cols, digits = session_end(&ui->s) > UINT64_C(1) << 32 ? 16 : 8;
    *at = (struct tree_layout){.name = digits + 1, .end = cols, .width = BYTES};
    at->banner = ui->tree->skew.banner[0] != '\0' && bottom - top > 6 ? top : 0;
    at->top = top + 1 + (at->banner != 0);
    at->rule = bottom - at->top > 3 ? bottom - 1 : 0;
    at->rows = bottom - at->top - (at->rule != 0);
    at->rows = at->rows < 1 ? 1 : smaller(at->rows, TREE_ROWS - 16);
    if (cols >= BYTES_FROM) {
        at->width = cols >= WIDE_FROM ? 2 * BYTES : BYTES;
        at->bytes = cols - (at->width * 3 - 1);
        at->end = at->bytes - 2;
    }
    int room = at->end - at->name, types = 0;
    if (cols >= TYPES_FROM) {
        types = smaller(v->types, room / 5 > 12 ? room / 5 : 12);
        at->type = at->end - types;
        types++;
    }
    at->value = at->name + smaller(v->names, (room - types) * 2 / 5) + 1;
    if (at->end - types - at->value < VALUE_LEAST)
        at->value = at->end - types - VALUE_LEAST;
}

/* Text in [col, end), with an ellipsis where it is cut. Returns the column after it. */
static int put(struct canvas *c, int row, int col, int end, enum style style, const char *text)
{
    if (canvas_width(text) <= end - col)
        return canvas_text(c, row, col, end, style, text);
    col = canvas_text(c, row, col, end - 1, style, text);
    return canvas_char(c, row, col, end, style, 0x2026);
}

/* What the programs disagree about, cut where its room ends. */
static void draw_banner(struct ui *ui)
{
    char more[48];
    struct canvas *c = &ui->canvas;
    const struct tree_skew *s = &ui->tree->skew;
    if (s->fields > 0)
        (void)snprintf(more, sizeof more, "  D: %zu field%s differ%s", s->fields,
                       plural_s(s->fields), s->fields == 1 ? "s" : "");
    else
        (void)snprintf(more, sizeof more, "  D: they differ");
    int row = ui->tree->at.banner, end = c->cols - canvas_width(more);
    canvas_fill(c, row, 0, c->cols, STYLE_WARN, ' ');
    (void)put(c, row, 0, end, STYLE_WARN, s->banner);
    (void)canvas_text(c, row, end, c->cols, STYLE_WARN, more);
}

static void draw_header(struct ui *ui)
{
    const struct tree_layout *at = &ui->tree->at;
    const struct tree_view *v = tree_top(ui);
    struct canvas *c = &ui->canvas;
    int row = at->top - 1;
    canvas_fill(c, row, 0, c->cols, STYLE_HEADER, ' ');
    (void)canvas_text(c, row, 0, at->name - 1, STYLE_HEADER, "OFFSET");
    (void)put(c, row, at->name, at->value - 1, STYLE_HEADER, v->title);
    (void)canvas_text(c, row, at->value, at->end, STYLE_HEADER, "VALUE");
    if (at->type != 0)
        (void)canvas_text(c, row, at->type, at->end, STYLE_HEADER, "TYPE");
    if (at->bytes != 0)
        (void)canvas_text(c, row, at->bytes, c->cols, STYLE_HEADER, "BYTES");
}

/* `kind`, `[3]`, `[0..63]`, or the type of a root. */
static void row_name(const struct ui *ui, const struct type_row *row, char *out, size_t cap)
{
    const struct types *t = tree_top(ui)->source.t;
    if (row->node.kind == NODE_PADDING)
        (void)snprintf(out, cap, "\u00b7");
    else if (row->indexed && row->last > row->index)
        (void)snprintf(out, cap, "[%" PRIu64 "..%" PRIu64 "]", row->index, row->last);
    else if (row->indexed)
        (void)snprintf(out, cap, "[%" PRIu64 "]", row->index);
    else if (row->name != 0)
        (void)snprintf(out, cap, "%s", types_name(t, row->name));
    else {
        bool guess = row->way.steps > 0 && tree_top(ui)->placed[row->way.step[0]].guess;
        int n = snprintf(out, cap, "%s", guess ? "\u2248 " : "");
        (void)tree_type_name(t, row->node.type, out + n, cap - (size_t)n);
    }
}

static void row_type(const struct ui *ui, const struct type_row *row, char *out, size_t cap)
{
    out[0] = '\0';
    if (row->node.kind == NODE_PADDING)
        return;
    size_t n = tree_type_name(tree_top(ui)->source.t, row->node.type, out, cap);
    if (row->node.bits != 0 && n < cap)
        (void)snprintf(out + n, cap - n, " :%u", row->node.bits);
}

static void draw_name(struct ui *ui, int y, const struct type_row *row, enum style style)
{
    const struct tree_layout *at = &ui->tree->at;
    struct canvas *c = &ui->canvas;
    char name[256];
    int col = at->name + INDENT * row->indent, end = at->value - 1;
    if (col > end - 4) /* deeper than there is room for */
        col = end - 4;
    if (row->branch)
        (void)canvas_char(c, y, col, end, style, row->open ? OPEN : CLOSED);
    if (row->branch || row->indent > 0)
        col += INDENT;
    if (tree_lists(ui))
        (void)tree_path(ui, &row->way, name, sizeof name);
    else
        row_name(ui, row, name, sizeof name);
    (void)put(c, y, col, end, row->inactive || row->node.kind == NODE_PADDING ? STYLE_DIM : style,
              name);
}

/* A value that is being typed. */
static void draw_typed(struct ui *ui, int y)
{
    const struct tree_layout *at = &ui->tree->at;
    const struct edit *e = &ui->tree->edit;
    struct canvas *c = &ui->canvas;
    int end = at->type != 0 ? at->type - 1 : at->end, room = end - at->value;
    char before[EDIT_MAX];
    size_t from = 0;
    for (;;) {
        (void)snprintf(before, sizeof before, "%.*s", (int)(e->cursor - from), e->text + from);
        if (canvas_width(before) < room || from >= e->cursor)
            break;
        from += text_decode(TEXT_UTF8, (const uint8_t *)e->text + from, e->length - from).size;
    }
    canvas_fill(c, y, at->value, room, STYLE_TYPED, ' ');
    (void)canvas_text(c, y, at->value, end, STYLE_TYPED, e->text + from);
    c->cursor_row = y;
    c->cursor_col = at->value + canvas_width(before);
}

/* The bytes of a field, each below its place among aligned ones. */
static void draw_bytes(struct ui *ui, int y, const struct type_row *row,
                       const struct inspect_reasons *why)
{
    const struct tree_layout *at = &ui->tree->at;
    const struct type_node *n = &row->node;
    const struct sample *p = &ui->s.sample;
    uint64_t from = n->offset - n->offset % (uint64_t)at->width;
    for (int i = 0; i < at->width && !row->open; i++) {
        uint64_t offset = from + (uint64_t)i;
        size_t k = p->seq == 0 ? SIZE_MAX : sample_index(p, offset);
        int col = at->bytes + 3 * i;
        bool own = offset >= n->offset && offset - n->offset < n->size;
        if (!own || k == SIZE_MAX || p->arrays->state[k] == BYTE_BEYOND)
            continue;
        enum style style = inspect_mark_style(inspect_mark_of(why, p, k, offset), STYLE_TEXT);
        if (p->arrays->state[k] != BYTE_DATA)
            canvas_fill(&ui->canvas, y, col, 2, style,
                        p->arrays->state[k] == BYTE_UNKNOWN ? '?' : DOT);
        else
            (void)canvas_print(&ui->canvas, y, col, ui->canvas.cols, style, "%02x",
                               p->arrays->bytes[k]);
    }
}

static void draw_row(struct ui *ui, int y, const struct type_row *row, bool cursor,
                     const struct inspect_reasons *why)
{
    const struct tree_layout *at = &ui->tree->at;
    struct canvas *c = &ui->canvas;
    struct tree_value value;
    char type[128];
    int end = at->type != 0 ? at->type - 1 : at->end;
    enum style lit = ui_in_panel(ui) ? STYLE_HEADER : STYLE_ROW;
    enum style plain = cursor ? lit : STYLE_TEXT;
    if (cursor)
        canvas_fill(c, y, 0, at->end, lit, ' ');
    if (row->node.offset <= session_end(&ui->s))
        (void)canvas_print(c, y, 0, at->name - 1, cursor ? lit : STYLE_OFFSET, "%0*" PRIx64,
                           at->name - 1, row->node.offset);
    draw_name(ui, y, row, plain);
    tree_value(ui, row, why, (size_t)(end - at->value), &value);
    enum style style = inspect_mark_style(value.mark, value.style);
    if (cursor && (style == STYLE_TEXT || style == STYLE_DIM))
        style = lit;
    if (value.sign != 0)
        (void)canvas_char(c, y, at->value - 1, end, style, value.sign);
    if (cursor && ui->tree->editing)
        draw_typed(ui, y);
    else
        (void)put(c, y, at->value, end, style, value.text);
    row_type(ui, row, type, sizeof type);
    if (at->type != 0)
        (void)put(c, y, at->type, at->end, cursor ? lit : STYLE_LABEL, type);
    if (at->bytes != 0)
        draw_bytes(ui, y, row, why);
}

/* ---- the line about the field at the cursor ---- */

/* The first bytes of the field as they are. */
static int draw_raw(struct ui *ui, int col, int end, const struct type_node *n)
{
    const struct tree_layout *at = &ui->tree->at;
    uint8_t bytes[RULE_BYTES];
    size_t size = n->size < RULE_BYTES ? (size_t)n->size : RULE_BYTES, index;
    enum tree_known known = tree_bytes(ui, n->offset, size, bytes, &index);
    if (known != TREE_DATA && known != TREE_HOLE)
        return col;
    for (size_t i = 0; i < size && col + 3 <= end; i++)
        col = canvas_print(&ui->canvas, at->rule, col, end, STYLE_TEXT, "%02x ", bytes[i]);
    return n->size > size ? canvas_text(&ui->canvas, at->rule, col, end, STYLE_DIM, "\u2026 ")
                          : col;
}

static void draw_rule(struct ui *ui, const struct type_row *row, const struct inspect_reasons *why)
{
    const struct tree_layout *at = &ui->tree->at;
    struct canvas *c = &ui->canvas;
    struct tree_value value;
    char path[TREE_NAME + 256], age[INSPECT_CHANGED];
    canvas_fill(c, at->rule, 0, c->cols, STYLE_DIM, LINE);
    if (row == NULL)
        return;
    tree_value(ui, row, why, 0, &value);
    unsigned size = row->node.size < UINT_MAX ? (unsigned)row->node.size : UINT_MAX;
    inspect_changed_text(ui, value.newest,
                         &(struct change_count){row->node.offset, size, value.changes}, age);
    int end = c->cols - 2;
    if (age[0] != '\0') {
        end -= canvas_width(age) + 2;
        (void)canvas_print(c, at->rule, end, c->cols, STYLE_TEXT, " %s ", age);
    }
    (void)tree_path(ui, &row->way, path, sizeof path);
    int col = canvas_print(c, at->rule, 2, end, STYLE_LABEL, " 0x%" PRIx64 " ", row->node.offset);
    col = put(c, at->rule, col, end - SIZE_COLUMNS, STYLE_TEXT, path);
    col = canvas_text(c, at->rule, col, end, STYLE_TEXT, " ");
    col = canvas_print(c, at->rule, col + 1, end, STYLE_LABEL, " %" PRIu64 " byte%s  ",
                       row->node.size, plural_s(row->node.size));
    if (value.written)
        (void)canvas_text(c, at->rule, col, end, STYLE_UNKNOWN,
                          "being written whenever it is read ");
    else
        (void)draw_raw(ui, col, end, &row->node);
}

/* Why there are no rows. */
static const char *nothing(const struct ui *ui)
{
    if (tree_lists(ui))
        return "no field changed (x: all fields)";
    if (ui->tree->filter[0] != '\0')
        return "no field has this in its name (/ and Enter: all fields)";
    return ui->s.sample.seq == 0 ? "reading" : "there are no fields here (S: the bytes)";
}

void tree_draw(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    const struct tree_layout *at = &st->at;
    struct inspect_reasons why = inspect_reasons_of(ui);
    const struct type_row *here = NULL;
    tree_update(ui);
    if (at->banner != 0)
        draw_banner(ui);
    draw_header(ui);
    for (int r = 0; r < at->rows && st->first + (size_t)r < st->got; r++) {
        const struct type_row *row = &st->row[st->first + (size_t)r];
        bool cursor = r == tree_top(ui)->line;
        here = cursor ? row : here;
        draw_row(ui, at->top + r, row, cursor, &why);
    }
    if (st->count == 0)
        (void)canvas_text(&ui->canvas, at->top, 2, ui->canvas.cols, STYLE_DIM, nothing(ui));
    if (at->rule != 0)
        draw_rule(ui, here, &why);
    ui->s.guards = st->guards;
    tree_ask_names(ui);
    tree_judge_locks(ui);
}
