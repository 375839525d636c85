/* The tree's views, its cursor, and what it asks the sampler for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "ui/tree/tree.h"

enum {
    MARGIN = 8,         /* rows above and below the screen that are sampled too */
    LAYOUT_NEEDS = 512, /* of the readings: those that rows depend on */
    MERGE = 24,         /* bytes between two pieces that are read along with them */
    NAMES_LEAST = 20,
    TYPES_LEAST = 6,
    COLUMNS_MOST = 40,
    NEST_MOST = 6 /* levels that columns are made for */
};

struct tree_state *tree_new(void)
{
    return calloc(1, sizeof(struct tree_state));
}

static void view_free(struct tree_view *v)
{
    if (v == NULL)
        return;
    type_rows_free(v->rows);
    tree_stock_drop(v->stock);
    free(v);
}

void tree_forget(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    while (st->depth > 0)
        view_free(st->view[--st->depth]);
    st->editing = false;
    ui->s.typed = false;
    tree_compare_forget(st);
}

static void aside_free(struct tree_aside *a)
{
    while (a->depth > 0)
        view_free(a->view[--a->depth]);
    a->locator[0] = '\0';
}

/* Closes the gap that entry `i` leaves. */
static void aside_close(struct tree_state *st, int i)
{
    memmove(&st->aside[i], &st->aside[i + 1], (size_t)(TREE_ASIDE - 1 - i) * sizeof st->aside[0]);
    st->aside[TREE_ASIDE - 1] = (struct tree_aside){.depth = 0};
}

static int aside_find(const struct tree_state *st, const char *locator)
{
    int i = 0;
    while (i < TREE_ASIDE && strcmp(st->aside[i].locator, locator) != 0) {
        if (st->aside[i].locator[0] == '\0') /* the rest have none, either */
            return TREE_ASIDE;
        i++;
    }
    return i;
}

static void lay_aside(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    int i = aside_find(st, "");
    if (i == TREE_ASIDE) {
        aside_free(&st->aside[0]);
        aside_close(st, 0);
        i = TREE_ASIDE - 1;
    }
    struct tree_aside *a = &st->aside[i];
    memcpy(a->locator, st->locator, sizeof a->locator);
    memcpy(a->view, st->view, sizeof a->view);
    a->depth = st->depth;
    a->typed = ui->s.typed;
    st->depth = 0;
}

void tree_change_segment(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (strcmp(st->locator, ui->s.locator) == 0)
        return;
    if (st->depth > 0)
        lay_aside(ui);
    tree_forget(ui);
    st->only = false;
    memcpy(st->locator, ui->s.locator, sizeof st->locator);
    int i = aside_find(st, ui->s.locator);
    if (i == TREE_ASIDE)
        return;
    memcpy(st->view, st->aside[i].view, sizeof st->view);
    st->depth = st->aside[i].depth;
    ui->s.typed = st->aside[i].typed;
    st->synced = ui->s.cursor; /* the view's own cursor counts */
    aside_close(st, i);
    tree_refilter(ui);
}

void tree_forget_aside(struct ui *ui)
{
    for (int i = 0; i < TREE_ASIDE; i++)
        aside_free(&ui->tree->aside[i]);
}

void tree_free(struct ui *ui)
{
    if (ui->tree == NULL)
        return;
    tree_forget(ui);
    tree_forget_aside(ui);
    tree_stock_drop(ui->tree->stock);
    tree_stock_drop(ui->tree->found);
    free(ui->tree->waiting);
    free(ui->tree);
    ui->tree = NULL;
}

struct tree_view *tree_top(const struct ui *ui)
{
    const struct tree_state *st = ui->tree;
    return st->depth > 0 ? st->view[st->depth - 1] : NULL;
}

bool tree_on(const struct ui *ui)
{
    return ui->s.typed && tree_top(ui) != NULL;
}

static bool shows_fields(const struct ui *ui)
{
    return tree_on(ui) || (ui->tree != NULL && ui->tree->show && ui->tree->reading);
}

void tree_note_look(struct ui *ui)
{
    if (ui->tree != NULL && strcmp(ui->tree->locator, ui->s.locator) == 0)
        ui->s.in_fields = shows_fields(ui);
}

void tree_hide(struct ui *ui)
{
    ui->tree->editing = false;
    ui->s.typed = false;
    session_move_to(&ui->s, ui->s.cursor, false);
}

/* ---- what is sampled ---- */

void tree_need(struct ui *ui, uint64_t offset, uint64_t n)
{
    struct tree_state *st = ui->tree;
    uint64_t end = session_end(&ui->s);
    if (st->needs == TREE_NEEDS || offset >= end || n == 0)
        return;
    n = n < TREE_SAMPLED ? n : TREE_SAMPLED;
    n = n < end - offset ? n : end - offset;
    st->need[st->needs++] = (struct span){offset, (uint32_t)n, 0};
}

enum tree_known tree_bytes(const struct ui *ui, uint64_t offset, size_t n, uint8_t *out,
                           size_t *index)
{
    const struct sample *p = &ui->s.sample;
    size_t first = p->seq == 0 ? SIZE_MAX : sample_index(p, offset);
    *index = first;
    if (offset >= session_end(&ui->s))
        return TREE_BEYOND;
    if (first == SIZE_MAX || n == 0 || sample_index(p, offset + n - 1) != first + n - 1)
        return TREE_NOT_YET;
    bool hole = true;
    for (size_t i = first; i < first + n; i++) {
        if (p->arrays->state[i] == BYTE_UNKNOWN)
            return TREE_UNKNOWN;
        if (p->arrays->state[i] == BYTE_BEYOND)
            return TREE_BEYOND;
        hole = hole && p->arrays->state[i] == BYTE_HOLE;
    }
    memcpy(out, p->arrays->bytes + first, n);
    return hole ? TREE_HOLE : TREE_DATA;
}

/* Reads for the layout: what is not there yet comes with the next sample. */
static bool read_sampled(void *ctx, uint64_t offset, void *p, size_t n)
{
    struct ui *ui = ctx;
    size_t index;
    if (ui->tree->needs < LAYOUT_NEEDS)
        tree_need(ui, offset, n);
    enum tree_known known = tree_bytes(ui, offset, n, p, &index);
    ui->tree->blind = ui->tree->blind || known == TREE_NOT_YET;
    return known == TREE_DATA || known == TREE_HOLE;
}

/* ---- views ---- */

size_t tree_type_name(const struct types *t, type_id id, char *out, size_t cap)
{
    static const char *const tags[] = {"struct ", "union ", "enum "};
    size_t n = types_spell(t, id, out, cap);
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        size_t k = strlen(tags[i]);
        if (n < cap && strncmp(out, tags[i], k) == 0 && out[k] != '\0') {
            memmove(out, out + k, n - k + 1);
            return n - k;
        }
    }
    return n;
}

/* Columns that the names and types below a type take: not those of values, so that nothing moves
 * when these change. */
static void measure(struct tree_view *v, type_id id, int level)
{
    const struct types *t = v->source.t;
    const struct type *type = types_get(t, types_real(t, id));
    char text[128];
    while (type->kind == TYPE_ARRAY) {
        type = types_get(t, types_real(t, type->target));
        level++;
    }
    if (level > NEST_MOST || (type->kind != TYPE_STRUCT && type->kind != TYPE_UNION))
        return;
    for (uint32_t i = 0; i < type->count; i++) {
        const struct type_member *m = types_member(t, type->first + i);
        bool inside = m->name == 0;
        int columns = canvas_width(types_name(t, m->name)) + 2 * level + 2;
        v->names = columns > v->names ? columns : v->names;
        (void)tree_type_name(t, m->type, text, sizeof text);
        columns = canvas_width(text);
        v->types = columns > v->types ? columns : v->types;
        measure(v, m->type, inside ? level : level + 1);
    }
}

static void name_view(struct tree_view *v)
{
    char type[64];
    const struct type_placed *p = &v->placed[0];
    (void)tree_type_name(v->source.t, p->type, type, sizeof type);
    const char *sign = p->guess ? "\u2248 " : "";
    if (v->count == 1 && p->offset == 0)
        (void)snprintf(v->title, sizeof v->title, "%s%.63s", sign, type);
    else if (v->count == 1)
        (void)snprintf(v->title, sizeof v->title, "%s%.63s @0x%" PRIx64, sign, type, p->offset);
    else
        (void)snprintf(v->title, sizeof v->title, "%zu types", v->count);
    v->names = NAMES_LEAST;
    v->types = TYPES_LEAST;
    for (size_t i = 0; i < v->count; i++)
        measure(v, v->placed[i].type, v->count > 1);
    v->names = v->names < COLUMNS_MOST ? v->names : COLUMNS_MOST;
    v->types = v->types < COLUMNS_MOST ? v->types : COLUMNS_MOST;
}

bool tree_open(struct ui *ui, struct tree_stock *stock, const struct types *t,
               const struct type_placed *placed, size_t n, const char *name, bool on_top)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = calloc(1, sizeof *v);
    if (v == NULL)
        return false;
    v->source =
        (struct type_source){.t = t, .read = read_sampled, .ctx = ui, .process = tree_process};
    v->source.size = session_end(&ui->s);
    v->rows = type_rows_new(&v->source);
    if (v->rows == NULL) {
        free(v);
        return false;
    }
    v->stock = stock;
    tree_stock_keep(stock);
    v->count = n < ROWS_ROOTS_MAX ? n : ROWS_ROOTS_MAX;
    memcpy(v->placed, placed, v->count * sizeof *placed);
    (void)snprintf(v->name, sizeof v->name, "%s", name);
    name_view(v);
    type_rows_place(v->rows, v->placed, v->count);
    if (!on_top)
        tree_forget(ui);
    if (st->depth == TREE_VIEWS) {
        view_free(st->view[0]);
        st->depth--;
        for (int i = 0; i < st->depth; i++)
            st->view[i] = st->view[i + 1];
    }
    st->view[st->depth++] = v;
    st->only = false;
    memcpy(st->locator, ui->s.locator, sizeof st->locator);
    ui->s.typed = true;
    tree_refilter(ui);
    return true;
}

void tree_back(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (st->depth <= 1) {
        ui_say(ui, STYLE_TEXT, "no pointer was followed ({tree} shows the bytes)");
        return;
    }
    st->editing = false;
    view_free(st->view[--st->depth]);
    st->synced = ui->s.cursor; /* the view's own cursor counts */
}

void tree_refilter(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    const struct row_filter filter = {.padding = st->filter[0] != '\0', .name = st->filter};
    for (int i = 0; i < st->depth; i++)
        type_rows_set(st->view[i]->rows, &filter, st->raw);
}

size_t tree_path(const struct ui *ui, const struct row_way *way, char *out, size_t cap)
{
    const struct tree_view *v = tree_top(ui);
    size_t n = (size_t)snprintf(out, cap, "%s", v->name);
    if (n >= cap)
        return n;
    return n + type_rows_spell(v->rows, way, out + n, cap - n);
}

/* ---- the cursor ---- */

bool tree_cursor(const struct ui *ui, struct type_row *row)
{
    const struct tree_view *v = tree_top(ui);
    if (v != NULL && tree_lists(ui))
        return type_rows_row(v->rows, &v->cursor, row);
    return v != NULL &&
           type_rows_get(v->rows, type_rows_find(v->rows, &v->cursor, NULL), 1, row) == 1;
}

/* Puts the cursor of the session into the row's bytes. */
static void sync_session(struct ui *ui, const struct type_row *row)
{
    struct session *s = &ui->s;
    const struct type_node *n = &row->node;
    bool inside = s->cursor >= n->offset && s->cursor - n->offset < (n->size > 0 ? n->size : 1);
    if (!inside && n->offset < session_end(s))
        session_move_to(s, n->offset, false);
    ui->tree->synced = s->cursor;
}

void tree_to_row(struct ui *ui, uint64_t number)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    uint64_t was = type_rows_find(v->rows, &v->cursor, NULL);
    struct type_row row;
    if (type_rows_get(v->rows, number, 1, &row) != 1)
        return;
    int64_t line = v->line + (int64_t)(number - was);
    int64_t last = st->at.rows - 1;
    v->line = (int)(line < 0 ? 0 : line > last ? (last < 0 ? 0 : last) : line);
    v->cursor = row.way;
    sync_session(ui, &row);
}

/* Something else moved the cursor of the session: goes to the row that has it. */
static void follow_session(struct ui *ui, struct tree_view *v)
{
    struct tree_state *st = ui->tree;
    struct row_way way;
    if (v->cursor.steps > 0 && ui->s.cursor == st->synced)
        return;
    uint64_t was = v->cursor.steps > 0 ? type_rows_find(v->rows, &v->cursor, NULL) : 0;
    if (type_rows_at(v->rows, ui->s.cursor, st->reveal ? ROWS_REVEAL : ROWS_SHOWN, &way)) {
        int64_t line = v->line + (int64_t)(type_rows_find(v->rows, &way, NULL) - was);
        v->line = line >= 0 && line < st->at.rows ? (int)line : st->at.rows / 3;
        v->cursor = way;
    }
    if (!st->blind) {
        st->synced = ui->s.cursor;
        st->reveal = false;
    }
}

/* Takes over how the processes map the segment. */
static void take_windows(struct ui *ui, struct tree_view *v)
{
    struct seg_who who;
    struct tree_state *st = ui->tree;
    size_t n = 0;
    bool known = session_users(&ui->s, &who);
    for (size_t i = 0; known && i < who.mappers_count && n < TREE_WINDOWS; i++) {
        const struct seg_mapper *m = &who.mappers[i];
        if (m->pid != os_pid())
            st->window[n++] = (struct type_window){m->address, m->length, m->offset, m->pid};
    }
    v->source.window = st->window;
    v->source.windows = n;
    v->source.partial = known && who.unreadable > 0;
}

static void ask_for_rows(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    for (size_t i = 0; i < st->got; i++) {
        const struct type_node *n = &st->row[i].node;
        uint64_t width = st->at.bytes != 0 ? (uint64_t)st->at.width : 1, skip = n->offset % width;
        uint64_t size = n->size < TREE_SAMPLED ? n->size : TREE_SAMPLED;
        size = skip + size < width ? width : skip + size;
        if (n->offset < session_end(&ui->s) && !st->row[i].open)
            tree_need(ui, n->offset - skip, size);
    }
    spans_cover(&ui->s.spans, st->need, st->needs, MERGE, SAMPLE_MAX);
}

/* The rows of what is open, around the cursor. */
static void list_rows(struct ui *ui, struct tree_view *v)
{
    struct tree_state *st = ui->tree;
    bool exact = false;
    uint64_t rows = (uint64_t)st->at.rows;
    follow_session(ui, v);
    st->count = type_rows_count(v->rows);
    uint64_t row = type_rows_find(v->rows, &v->cursor, &exact);
    v->line = (uint64_t)v->line < rows ? v->line : st->at.rows - 1;
    uint64_t top = row > (uint64_t)v->line ? row - (uint64_t)v->line : 0;
    uint64_t lowest = st->count > rows ? st->count - rows : 0;
    st->top = top < lowest ? top : lowest;
    v->line = (int)(row - st->top);
    st->first = st->top < MARGIN ? (size_t)st->top : MARGIN;
    size_t want = st->first + (size_t)rows + MARGIN;
    st->got =
        type_rows_get(v->rows, st->top - st->first, want < TREE_ROWS ? want : TREE_ROWS, st->row);
    size_t at = st->first + (size_t)v->line;
    if (at < st->got && (!st->blind || v->cursor.steps == 0) && ui->s.cursor == st->synced) {
        if (!exact)
            v->cursor = st->row[at].way;
        sync_session(ui, &st->row[at]);
    }
}

void tree_update(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    st->needs = 0;
    st->guards.count = 0;
    st->blind = false;
    v->source.size = session_end(&ui->s);
    take_windows(ui, v);
    ui->s.fields.on = tree_lists(ui);
    if (tree_lists(ui))
        tree_list_changed(ui);
    else
        list_rows(ui, v);
    ask_for_rows(ui);
}

void tree_range(const struct ui *ui, bool of_value, uint64_t *offset, uint64_t *length)
{
    const struct tree_state *st = ui->tree;
    struct type_row row;
    uint64_t from = UINT64_MAX, to = 0;
    if (of_value && tree_cursor(ui, &row)) {
        *offset = row.node.offset;
        *length = row.node.size;
        return;
    }
    for (size_t i = st->first; i < st->got && i < st->first + (size_t)st->at.rows; i++) {
        const struct type_node *n = &st->row[i].node;
        from = n->offset < from ? n->offset : from;
        to = n->offset + n->size > to ? n->offset + n->size : to;
    }
    *offset = from < to ? from : 0;
    *length = from < to ? to - from : 1;
}

uint32_t tree_word(const struct ui *ui, uint64_t *offset)
{
    struct type_row row = {.indent = 0};
    bool leaf = tree_cursor(ui, &row) && row.node.kind == NODE_LEAF && row.node.bits == 0;
    *offset = row.node.offset;
    return leaf && poke_swappable(row.node.offset, (uint32_t)row.node.size) &&
                   row.node.size <= FROZEN_BYTES
               ? (uint32_t)row.node.size
               : 0;
}
