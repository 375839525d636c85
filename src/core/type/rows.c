#include "core/type/rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/type/rows_private.h"

struct type_rows *type_rows_new(const struct type_source *s)
{
    struct type_rows *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->s = s;
    r->node = malloc((ROWS_OPEN_MAX + 1) * sizeof *r->node);
    if (r->node == NULL) {
        free(r);
        return NULL;
    }
    type_rows_place(r, NULL, 0);
    return r;
}

void type_rows_free(struct type_rows *r)
{
    if (r == NULL)
        return;
    free(r->node);
    free(r->leads);
    free(r);
}

void type_rows_place(struct type_rows *r, const struct type_placed *placed, size_t n)
{
    r->roots = n < ROWS_ROOTS_MAX ? n : ROWS_ROOTS_MAX;
    for (size_t i = 0; i < r->roots; i++)
        r->placed[i] = placed[i];
    r->node[0] = (struct open_node){.first = OPEN_NONE, .next = OPEN_NONE};
    r->used = 1;
    r->spare = OPEN_NONE;
    r->open = 0;
    for (size_t i = 0; i < r->roots && r->roots > 1; i++)
        (void)type_rows_open(r, &(struct row_way){.steps = 1, .step = {i}}, true);
}

/* ---- the filter ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

void type_rows_set(struct type_rows *r, const struct row_filter *filter, bool raw)
{
    size_t n = 0;
    r->raw = raw;
    r->no_padding = filter->padding;
    for (const char *p = filter->name; p != NULL && *p != '\0' && n + 1 < sizeof r->name; p++)
        r->name[n++] = lower(*p);
    r->name[n] = '\0';
    free(r->leads);
    r->leads_count = n > 0 ? types_count(r->s->t) + 1 : 0;
    r->leads = n > 0 ? calloc(r->leads_count, 1) : NULL;
    if (r->leads == NULL)
        r->leads_count = 0;
}

static bool named(const struct type_rows *r, type_name name)
{
    const char *s = types_name(r->s->t, name);
    size_t n = strlen(r->name);
    for (; *s != '\0'; s++) {
        size_t i = 0;
        while (i < n && s[i] != '\0' && lower(s[i]) == r->name[i])
            i++;
        if (i == n)
            return true;
    }
    return false;
}

/* Is there a member of that name in the type? Structs nest without cycles. */
static bool leads(const struct type_rows *r, type_id id)
{
    id = types_real(r->s->t, id);
    const struct type *type = types_get(r->s->t, id);
    bool found = false;
    if (id < r->leads_count && r->leads[id] != 0)
        return r->leads[id] == 2;
    if (type->kind == TYPE_ARRAY)
        found = leads(r, type->target);
    for (uint32_t i = 0;
         (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION) && i < type->count && !found;
         i++) {
        const struct type_member *m = types_member(r->s->t, type->first + i);
        found = named(r, m->name) || leads(r, m->type);
    }
    if (id < r->leads_count)
        r->leads[id] = found ? 2 : 1;
    return found;
}

static void filter(const struct type_rows *r, bool all, struct row_child *c)
{
    c->all = all || r->name[0] == '\0' || (c->name != 0 && named(r, c->name));
    c->shown = c->all || (c->node.kind != NODE_PADDING && leads(r, c->node.type));
}

/* ---- children ---- */

static void dress(const struct type_rows *r, struct type_node *n)
{
    if (!r->raw || !(n->text || n->bytes))
        return;
    n->text = n->bytes = false;
    n->kind = NODE_ARRAY;
}

void row_members_start(struct row_members *m, const struct type_rows *r, const struct type_node *of,
                       bool all)
{
    *m = (struct row_members){.r = r, .of = of, .all = all};
    if (of != NULL) {
        m->laid = of->offset;
        m->has_arm = type_arm(r->s, of, &m->arm);
    }
}

static bool next_root(struct row_members *m, struct row_child *out)
{
    const struct type_rows *r = m->r;
    if (m->next >= r->roots)
        return false;
    const struct type_placed *p = &r->placed[m->next];
    *out = (struct row_child){.step = m->next++, .shown = true};
    type_root(r->s, p->type, p->offset, p->count, &out->node);
    if (p->based)
        out->node.base = p->base;
    dress(r, &out->node);
    out->alone = r->roots == 1 && out->node.kind != NODE_LEAF;
    out->all = r->name[0] == '\0';
    return true;
}

static bool padding(struct row_members *m, uint64_t end, struct row_child *out)
{
    if (m->of->kind != NODE_STRUCT || end <= m->laid || m->r->no_padding)
        return false;
    *out = (struct row_child){
        .step = m->next | ROW_PADDING,
        .node = {
            .kind = NODE_PADDING, .offset = m->laid, .size = end - m->laid, .base = m->of->base}};
    m->laid = end;
    filter(m->r, m->all && m->r->name[0] == '\0', out);
    return true;
}

bool row_members_next(struct row_members *m, struct row_child *out)
{
    if (m->of == NULL)
        return next_root(m, out);
    const struct type_rows *r = m->r;
    const struct type *type = types_get(r->s->t, m->of->real);
    if (m->next >= type->count)
        return padding(m, m->of->offset + m->of->size, out);
    struct row_child c = {.name = types_member(r->s->t, type->first + (uint32_t)m->next)->name};
    type_child(r->s, m->of, (uint32_t)m->next, &c.node);
    if (!c.node.moved && padding(m, c.node.offset, out))
        return true;
    dress(r, &c.node);
    c.step = m->next++;
    c.inactive = m->has_arm && c.step != m->arm;
    filter(r, m->all, &c);
    uint64_t end = c.node.offset + c.node.size;
    if (!c.node.moved && end > m->laid)
        m->laid = end;
    *out = c;
    return true;
}

uint64_t row_elements(const struct type_rows *r, const struct type_node *n, uint64_t *piece)
{
    *piece = 1;
    if (n->kind != NODE_ARRAY || n->stride == 0 || n->offset >= r->s->size)
        return 0;
    uint64_t room = (r->s->size - n->offset - 1) / n->stride + 1;
    uint64_t count = n->count < room ? n->count : room;
    if (n->text || n->bytes)
        *piece = n->stride < ROW_PIECE ? ROW_PIECE / n->stride : 1;
    return count / *piece + (count % *piece != 0);
}

void row_element(const struct type_rows *r, const struct type_node *n, uint64_t i, bool all,
                 struct row_child *out)
{
    uint64_t piece = 1;
    (void)row_elements(r, n, &piece);
    *out = (struct row_child){.step = i, .indexed = true, .index = i, .last = i};
    if (piece > 1) {
        uint64_t from = i * piece, left = n->count - from;
        out->index = from;
        out->last = from + (left < piece ? left : piece) - 1;
        type_slice(n, from, out->last - from + 1, &out->node);
    } else {
        type_element(r->s, n, i, &out->node);
        dress(r, &out->node);
    }
    filter(r, all, out);
}

bool row_child_at(const struct type_rows *r, const struct type_node *of, uint64_t step, bool all,
                  struct row_child *out)
{
    struct row_members m;
    uint64_t piece = 1;
    if (of != NULL && of->kind == NODE_ARRAY) {
        if (step >= row_elements(r, of, &piece))
            return false;
        row_element(r, of, step, all, out);
        return true;
    }
    if (of != NULL && of->kind != NODE_STRUCT && of->kind != NODE_UNION)
        return false;
    row_members_start(&m, r, of, all);
    while (row_members_next(&m, out))
        if (out->step == step)
            return true;
    return false;
}

bool row_transparent(const struct row_child *c)
{
    bool record = c->node.kind == NODE_STRUCT || c->node.kind == NODE_UNION;
    return c->alone || (c->node.nameless && record);
}

bool row_branches(const struct type_rows *r, const struct type_node *n)
{
    uint64_t piece = 1;
    if (n->kind == NODE_STRUCT || n->kind == NODE_UNION)
        return types_get(r->s->t, n->real)->count > 0;
    return row_elements(r, n, &piece) > 0;
}

/* ---- which nodes are open ---- */

uint32_t row_open_of(const struct type_rows *r, uint32_t above, uint64_t step)
{
    uint32_t i = above == OPEN_NONE ? OPEN_NONE : r->node[above].first;
    while (i != OPEN_NONE && r->node[i].step < step)
        i = r->node[i].next;
    return i != OPEN_NONE && r->node[i].step == step ? i : OPEN_NONE;
}

/* A new node below `above`; OPEN_NONE: there are too many. */
static uint32_t add_open(struct type_rows *r, uint32_t above, uint64_t step)
{
    uint32_t *at = &r->node[above].first, i = r->spare;
    if (r->open >= ROWS_OPEN_MAX)
        return OPEN_NONE;
    if (i != OPEN_NONE)
        r->spare = r->node[i].next;
    else
        i = r->used++;
    r->open++;
    while (*at != OPEN_NONE && r->node[*at].step < step)
        at = &r->node[*at].next;
    r->node[i] = (struct open_node){.step = step, .first = OPEN_NONE, .next = *at};
    *at = i;
    return i;
}

/* Gives a node and all below it back. */
static void free_open(struct type_rows *r, uint32_t i)
{
    for (uint32_t k = r->node[i].first; k != OPEN_NONE;) {
        uint32_t next = r->node[k].next;
        free_open(r, k);
        k = next;
    }
    r->node[i].next = r->spare;
    r->spare = i;
    r->open--;
}

static void close_node(struct type_rows *r, uint32_t above, uint64_t step)
{
    for (uint32_t *at = &r->node[above].first; *at != OPEN_NONE; at = &r->node[*at].next)
        if (r->node[*at].step == step) {
            uint32_t i = *at;
            *at = r->node[i].next;
            free_open(r, i);
            return;
        }
}

/* Opens the first `steps` nodes of a way. */
static bool open_all(struct type_rows *r, const struct row_way *way, int steps)
{
    uint32_t at = 0;
    for (int i = 0; i < steps; i++) {
        uint32_t next = row_open_of(r, at, way->step[i]);
        at = next != OPEN_NONE ? next : add_open(r, at, way->step[i]);
        if (at == OPEN_NONE)
            return false;
    }
    return true;
}

bool type_rows_open(struct type_rows *r, const struct row_way *way, bool open)
{
    uint32_t at = 0;
    if (open)
        return open_all(r, way, way->steps);
    for (int i = 0; i + 1 < way->steps && at != OPEN_NONE; i++)
        at = row_open_of(r, at, way->step[i]);
    if (at != OPEN_NONE && way->steps > 0)
        close_node(r, at, way->step[way->steps - 1]);
    return true;
}

bool type_rows_reveal(struct type_rows *r, const struct row_way *way)
{
    return open_all(r, way, way->steps - 1);
}

/* ---- counting ---- */

uint64_t row_rows(const struct type_rows *r, const struct row_child *c, uint32_t open)
{
    if (row_transparent(c))
        return row_below(r, c, open);
    return (c->shown ? 1 : 0) + (c->shown && open != OPEN_NONE ? row_below(r, c, open) : 0);
}

static uint64_t below_array(const struct type_rows *r, const struct row_child *c, uint32_t open)
{
    uint64_t piece = 1, n = row_elements(r, &c->node, &piece), sum = n;
    struct row_child e;
    if (n == 0)
        return 0;
    row_element(r, &c->node, 0, c->all, &e);
    if (!e.shown) /* so are all */
        return 0;
    uint32_t k = open != OPEN_NONE ? r->node[open].first : OPEN_NONE;
    for (; k != OPEN_NONE && r->node[k].step < n; k = r->node[k].next) {
        row_element(r, &c->node, r->node[k].step, c->all, &e);
        sum += row_below(r, &e, k);
    }
    return sum;
}

uint64_t row_below(const struct type_rows *r, const struct row_child *c, uint32_t open)
{
    struct row_members m;
    struct row_child k;
    uint64_t sum = 0;
    if (c->node.kind == NODE_ARRAY)
        return below_array(r, c, open);
    if (c->node.kind != NODE_STRUCT && c->node.kind != NODE_UNION)
        return 0;
    row_members_start(&m, r, &c->node, c->all);
    while (row_members_next(&m, &k))
        sum += row_rows(r, &k, row_open_of(r, open, k.step));
    return sum;
}

uint64_t type_rows_count(const struct type_rows *r)
{
    struct row_members m;
    struct row_child c;
    uint64_t sum = 0;
    row_members_start(&m, r, NULL, true);
    while (row_members_next(&m, &c))
        sum += row_rows(r, &c, row_open_of(r, 0, c.step));
    return sum;
}
