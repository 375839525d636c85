/* Rows by number: a walk over the open nodes that steps over what comes before. */
#include "core/type/rows_private.h"

struct getter {
    const struct type_rows *r;
    uint64_t skip; /* rows to step over */
    size_t room, got;
    struct type_row *out;
    struct row_way way;
    int indent;
};

static void get_below(struct getter *g, const struct row_child *c, uint32_t open, bool inactive);

static bool full(const struct getter *g)
{
    return g->got == g->room;
}

static void emit(struct getter *g, const struct row_child *c, uint32_t open, bool inactive)
{
    if (g->skip > 0) {
        g->skip--;
        return;
    }
    struct type_row *row = &g->out[g->got++];
    *row = (struct type_row){.node = c->node,
                             .name = c->name,
                             .indexed = c->indexed,
                             .index = c->index,
                             .last = c->last,
                             .indent = g->indent,
                             .branch = row_branches(g->r, &c->node),
                             .inactive = inactive,
                             .way = g->way};
    row->open = row->branch && open != OPEN_NONE;
}

/* A child and all below it, or nothing of it when it comes before. */
static void get_child(struct getter *g, const struct row_child *c, uint32_t open, bool inactive)
{
    bool transparent = row_transparent(c);
    if (g->way.steps == ROW_DEPTH || (!transparent && !c->shown))
        return;
    if (g->skip > 0 && (transparent || open != OPEN_NONE)) {
        uint64_t rows = row_rows(g->r, c, open);
        if (rows <= g->skip) {
            g->skip -= rows;
            return;
        }
    }
    inactive = inactive || c->inactive;
    g->way.step[g->way.steps++] = c->step;
    if (!transparent)
        emit(g, c, open, inactive);
    if (!full(g) && (transparent || open != OPEN_NONE)) {
        g->indent += !transparent;
        get_below(g, c, open, inactive);
        g->indent -= !transparent;
    }
    g->way.steps--;
}

/* Elements [i, end), all closed. */
static void get_closed(struct getter *g, const struct row_child *c, uint64_t i, uint64_t end,
                       bool inactive)
{
    struct row_child e;
    if (end - i <= g->skip) {
        g->skip -= end - i;
        return;
    }
    i += g->skip;
    g->skip = 0;
    for (; i < end && !full(g); i++) {
        row_element(g->r, &c->node, i, c->all, &e);
        if (!e.shown)
            return;
        get_child(g, &e, OPEN_NONE, inactive);
    }
}

static void get_elements(struct getter *g, const struct row_child *c, uint32_t open, bool inactive)
{
    const struct type_rows *r = g->r;
    uint64_t piece = 1, n = row_elements(r, &c->node, &piece), i = 0;
    struct row_child e = {.shown = false};
    if (n > 0)
        row_element(r, &c->node, 0, c->all, &e);
    if (!e.shown)
        return;
    uint32_t k = open != OPEN_NONE ? r->node[open].first : OPEN_NONE;
    for (; k != OPEN_NONE && r->node[k].step < n && !full(g); k = r->node[k].next) {
        get_closed(g, c, i, r->node[k].step, inactive);
        i = r->node[k].step + 1;
        row_element(r, &c->node, i - 1, c->all, &e);
        if (!full(g))
            get_child(g, &e, k, inactive);
    }
    if (!full(g))
        get_closed(g, c, i, n, inactive);
}

static void get_below(struct getter *g, const struct row_child *c, uint32_t open, bool inactive)
{
    struct row_members m;
    struct row_child k;
    if (c->node.kind == NODE_ARRAY) {
        get_elements(g, c, open, inactive);
        return;
    }
    if (c->node.kind != NODE_STRUCT && c->node.kind != NODE_UNION)
        return;
    row_members_start(&m, g->r, &c->node, c->all);
    while (!full(g) && row_members_next(&m, &k))
        get_child(g, &k, row_open_of(g->r, open, k.step), inactive);
}

size_t type_rows_get(const struct type_rows *r, uint64_t from, size_t n, struct type_row *out)
{
    struct getter g = {.r = r, .skip = from, .room = n, .out = out};
    struct row_members m;
    struct row_child c;
    row_members_start(&m, r, NULL, true);
    while (!full(&g) && row_members_next(&m, &c))
        get_child(&g, &c, row_open_of(r, 0, c.step), false);
    return g.got;
}
