/* Ways to rows: from a way to a number, from an offset or a path to a way, and as text. */
#include <stdio.h>
#include <string.h>

#include "core/type/path.h"
#include "core/type/rows_private.h"
#include "core/type/why.h"

/* Going down a way, from one child to the next. */
struct descent {
    const struct type_rows *r;
    struct row_child at;
    bool below;    /* `at` is a child; otherwise it is above the roots */
    uint32_t open; /* the open node of it */
};

static bool descend(struct descent *d, uint64_t step)
{
    struct row_child c;
    if (!row_child_at(d->r, d->below ? &d->at.node : NULL, step, d->below ? d->at.all : true, &c))
        return false;
    d->open = row_open_of(d->r, d->open, step);
    d->at = c;
    d->below = true;
    return true;
}

/* Rows of the children before the one that a step leads to. */
static uint64_t rows_before(const struct descent *d, uint64_t step)
{
    const struct type_rows *r = d->r;
    struct row_members m;
    struct row_child c;
    uint64_t sum = 0;
    if (d->below && d->at.node.kind == NODE_ARRAY) {
        sum = step;
        uint32_t k = d->open != OPEN_NONE ? r->node[d->open].first : OPEN_NONE;
        for (; k != OPEN_NONE && r->node[k].step < step; k = r->node[k].next) {
            row_element(r, &d->at.node, r->node[k].step, d->at.all, &c);
            sum += row_below(r, &c, k);
        }
        return sum;
    }
    row_members_start(&m, r, d->below ? &d->at.node : NULL, d->below ? d->at.all : true);
    while (row_members_next(&m, &c) && c.step != step)
        sum += row_rows(r, &c, row_open_of(r, d->open, c.step));
    return sum;
}

uint64_t type_rows_find(const struct type_rows *r, const struct row_way *way, bool *exact)
{
    struct descent d = {.r = r};
    uint64_t number = 0, row = 0;
    bool whole = way->steps > 0, open = true;
    for (int i = 0; i < way->steps && whole; i++) {
        struct descent next = d;
        whole = open && descend(&next, way->step[i]);
        if (!whole)
            break;
        number += rows_before(&d, way->step[i]);
        d = next;
        bool transparent = row_transparent(&d.at);
        if (!transparent && !d.at.shown) {
            whole = false;
        } else if (!transparent) {
            row = number++;
            open = d.open != OPEN_NONE;
        } else if (i + 1 == way->steps) {
            whole = false;
        }
    }
    if (exact != NULL)
        *exact = whole;
    return row;
}

/* ---- from an offset ---- */

static bool covers(const struct type_node *n, uint64_t offset)
{
    return offset >= n->offset && offset - n->offset < n->size;
}

/* The child with the byte at `offset`; the arms of a union that count come before the others. */
static bool child_of(const struct type_rows *r, const struct row_child *c, uint64_t offset,
                     struct row_child *out)
{
    const struct type_node *n = &c->node;
    struct row_members m;
    struct row_child k;
    bool found = false;
    if (n->kind == NODE_ARRAY) {
        uint64_t piece = 1, rows = row_elements(r, n, &piece);
        if (rows == 0 || offset < n->offset)
            return false;
        uint64_t i = (offset - n->offset) / n->stride / piece;
        if (i < rows)
            row_element(r, n, i, c->all, out);
        return i < rows;
    }
    if (n->kind != NODE_STRUCT && n->kind != NODE_UNION)
        return false;
    row_members_start(&m, r, n, c->all);
    while (row_members_next(&m, &k)) {
        bool better = !found || (out->inactive && !k.inactive);
        if (better && covers(&k.node, offset) && (k.shown || row_transparent(&k))) {
            *out = k;
            found = true;
        }
    }
    return found;
}

/* Follows the children with the byte as far as nodes are open. */
static void go_down(const struct type_rows *r, const struct row_child *from, uint64_t offset,
                    bool deep, struct row_way *way)
{
    struct row_child c = *from, next;
    uint32_t open = row_open_of(r, 0, c.step);
    way->steps = 1;
    way->step[0] = c.step;
    while (way->steps < ROW_DEPTH && (deep || row_transparent(&c) || open != OPEN_NONE) &&
           child_of(r, &c, offset, &next)) {
        open = row_open_of(r, open, next.step);
        way->step[way->steps++] = next.step;
        c = next;
    }
}

bool type_rows_at(struct type_rows *r, uint64_t offset, enum row_depth depth, struct row_way *way)
{
    struct row_members m;
    struct row_child c, k;
    row_members_start(&m, r, NULL, true);
    while (row_members_next(&m, &c)) {
        /* A root's table may lie outside of it. */
        if (!covers(&c.node, offset) && !child_of(r, &c, offset, &k))
            continue;
        go_down(r, &c, offset, depth != ROWS_SHOWN, way);
        if (depth == ROWS_REVEAL)
            (void)type_rows_reveal(r, way);
        return true;
    }
    return false;
}

bool type_rows_row(const struct type_rows *r, const struct row_way *way, struct type_row *out)
{
    struct descent d = {.r = r};
    for (int i = 0; i < way->steps; i++)
        if (!descend(&d, way->step[i]))
            return false;
    *out = (struct type_row){.node = d.at.node,
                             .name = d.at.name,
                             .indexed = d.at.indexed,
                             .index = d.at.index,
                             .last = d.at.last,
                             .inactive = d.at.inactive,
                             .way = *way};
    return d.below;
}

/* ---- paths ---- */

static bool add_step(struct row_way *way, uint64_t step)
{
    if (way->steps == ROW_DEPTH)
        return false;
    way->step[way->steps++] = step;
    return true;
}

/* Goes down to the member with a name, through anonymous structs. */
static bool to_member(struct descent *d, struct row_way *way, const char *name)
{
    const struct types *t = d->r->s->t;
    for (;;) {
        const struct type *type = types_get(t, d->at.node.real);
        uint64_t through = UINT64_MAX, offset = 0;
        uint32_t i = 0;
        for (; i < type->count; i++) {
            const struct type_member *m = types_member(t, type->first + i);
            if (m->name != 0 && strcmp(types_name(t, m->name), name) == 0)
                break;
            if (m->name == 0 && through == UINT64_MAX &&
                types_member_find(t, m->type, name, &offset) != TYPE_NO_MEMBER)
                through = i;
        }
        bool found = i < type->count;
        uint64_t step = found ? i : through;
        if (step == UINT64_MAX || !descend(d, step) || !add_step(way, step))
            return false;
        if (found)
            return true;
    }
}

static bool to_index(struct descent *d, struct row_way *way, uint64_t index, char why[TYPE_WHY_MAX])
{
    uint64_t piece = 1, rows = row_elements(d->r, &d->at.node, &piece);
    if (d->at.node.kind == NODE_LEAF && (d->at.node.text || d->at.node.bytes))
        return index < d->at.node.count ||
               type_refuse(why, "[%llu]: there are %llu elements", (unsigned long long)index,
                           (unsigned long long)d->at.node.count);
    if (d->at.node.kind != NODE_ARRAY)
        return type_refuse(why, "[%llu]: not an array", (unsigned long long)index);
    if (index / piece >= rows)
        return type_refuse(why, "[%llu]: there are %llu elements", (unsigned long long)index,
                           (unsigned long long)d->at.node.count);
    return (descend(d, index / piece) && add_step(way, index / piece)) ||
           type_refuse(why, "the path is too deep");
}

bool type_rows_path(const struct type_rows *r, size_t root, const char *path, struct row_way *way,
                    char why[TYPE_WHY_MAX])
{
    struct type_path p;
    struct descent d = {.r = r};
    char in[128];
    *way = (struct row_way){.steps = 0};
    if (!type_path_parse(path, &p, why))
        return false;
    if (!descend(&d, root) || !add_step(way, root))
        return type_refuse(why, "there is no type here");
    for (int i = 0; i < p.steps; i++) {
        const struct path_step *step = &p.step[i];
        const struct type_node *n = &d.at.node;
        (void)types_spell(r->s->t, n->type, in, sizeof in);
        if (step->kind == STEP_FOLLOW)
            return type_refuse(why, "->: a pointer is followed with Enter");
        if (step->kind == STEP_INDEX) {
            if (!to_index(&d, way, step->low, why))
                return false;
        } else if (n->kind != NODE_STRUCT && n->kind != NODE_UNION) {
            return type_refuse(why, "%s: %s has no fields", step->name, in);
        } else {
            const char *near = types_near_name(r->s->t, n->real, step->name);
            if (!to_member(&d, way, step->name))
                return type_refuse(why, "%s: no such field in %s%s%s", step->name, in,
                                   near != NULL ? "; near: " : "", near != NULL ? near : "");
        }
    }
    return true;
}

struct speller {
    char *out;
    size_t cap, n;
};

static void put(struct speller *s, const char *text)
{
    size_t k = strlen(text);
    if (s->n < s->cap) {
        size_t room = s->cap - s->n - 1, some = k < room ? k : room;
        memcpy(s->out + s->n, text, some);
        s->out[s->n + some] = '\0';
    }
    s->n += k;
}

size_t type_rows_spell(const struct type_rows *r, const struct row_way *way, char *out, size_t cap)
{
    struct speller s = {out, cap, 0};
    struct descent d = {.r = r};
    char index[64];
    if (cap > 0)
        out[0] = '\0';
    for (int i = 0; i < way->steps && descend(&d, way->step[i]); i++) {
        const struct row_child *c = &d.at;
        if (c->node.kind == NODE_PADDING) {
            put(&s, s.n > 0 ? " (padding)" : "padding");
        } else if (c->indexed) {
            if (c->last > c->index)
                (void)snprintf(index, sizeof index, "[%llu..%llu]", (unsigned long long)c->index,
                               (unsigned long long)c->last);
            else
                (void)snprintf(index, sizeof index, "[%llu]", (unsigned long long)c->index);
            put(&s, index);
        } else if (c->name != 0) {
            put(&s, s.n > 0 ? "." : "");
            put(&s, types_name(r->s->t, c->name));
        }
    }
    return s.n;
}
