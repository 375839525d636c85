/* The leaves of a node in order. */
#include <stdio.h>
#include <string.h>

#include "core/type/tree.h"

void type_walk_start(struct type_walk *w, const struct type_source *s, const struct type_node *n,
                     bool padding)
{
    w->s = s;
    w->padding = padding;
    w->depth = 1;
    w->from = 0;
    w->to = UINT64_MAX;
    w->elements = UINT64_MAX;
    w->wanted = w->whole = NULL;
    w->frame[0] = (struct type_frame){.node = *n, .laid = n->offset};
}

void type_walk_clip(struct type_walk *w, uint64_t from, uint64_t to)
{
    w->from = from;
    w->to = to;
}

/* The first element that can touch what is asked for, in pieces of `chunk`. */
static uint64_t first_element(const struct type_walk *w, const struct type_node *n, uint64_t next,
                              uint64_t chunk)
{
    if (w->from <= n->offset || n->stride < types_size(w->s->t, n->item))
        return next;
    uint64_t first = (w->from - n->offset) / n->stride;
    first -= first % chunk;
    return first > next ? first : next;
}

/* A compiler of C++ may put fields into the padding at the end of a base: what is the next one's
 * does not belong to this one. */
static void trim(const struct type_walk *w, const struct type *type, const struct type_frame *f,
                 struct type_node *child)
{
    if (f->node.kind != NODE_STRUCT || child->kind != NODE_STRUCT || f->next + 1 >= type->count)
        return;
    const struct type_member *next = types_member(w->s->t, type->first + (uint32_t)f->next + 1);
    uint64_t from = child->offset - f->node.offset;
    if (next->offset > from && next->offset - from < child->size)
        child->size = next->offset - from;
}

/* The next child of the struct in frame f; 0: none left, 1: a child in w->leaf, 2: padding there.
 */
static int next_member(struct type_walk *w, struct type_frame *f)
{
    const struct type *type = types_get(w->s->t, f->node.real);
    uint64_t end = f->node.offset + f->node.size, from = f->laid;
    uint32_t arm = 0;
    if (f->next == 0 && type_arm(w->s, &f->node, &arm))
        f->next = arm;
    else if (f->next > 0 && type_arm(w->s, &f->node, &arm))
        f->next = type->count;
    if (f->next < type->count) {
        struct type_frame *c = &w->leaf;
        *c = (struct type_frame){.name =
                                     types_member(w->s->t, type->first + (uint32_t)f->next)->name};
        type_child(w->s, &f->node, (uint32_t)f->next, &c->node);
        trim(w, type, f, &c->node);
        c->laid = c->node.offset;
        if (w->padding && f->node.kind == NODE_STRUCT && !c->node.moved && c->node.offset > from) {
            f->laid = end = c->node.offset;
        } else {
            f->next++;
            uint64_t size = c->node.moved ? 0 : c->node.size;
            if (!c->node.moved && c->node.offset + size > f->laid)
                f->laid = c->node.offset + size;
            return 1;
        }
    } else if (!w->padding || f->node.kind != NODE_STRUCT || from >= end) {
        return 0;
    } else {
        f->laid = end;
    }
    w->leaf = (struct type_frame){
        .node = {.kind = NODE_PADDING, .offset = from, .size = end - from, .base = f->node.base}};
    return 2;
}

/* The next element, or the next piece of a long text or many bytes. */
static int next_element(struct type_walk *w, struct type_frame *f)
{
    struct type_node *n = &f->node;
    struct type_frame *c = &w->leaf;
    uint64_t chunk = 1;
    if (n->stride == 0)
        return 0;
    if (n->text || n->bytes)
        chunk = (n->text ? TYPE_TEXT_MAX : TYPE_BYTES_MAX) / n->stride;
    f->next = first_element(w, n, f->next, chunk);
    if (f->next >= n->count || f->next / chunk >= w->elements || n->offset >= w->s->size ||
        f->next > (w->s->size - n->offset - 1) / n->stride)
        return 0;
    *c = (struct type_frame){.indexed = true, .index = f->next, .last = f->next};
    if (n->text || n->bytes) {
        if (chunk > n->count - f->next)
            chunk = n->count - f->next;
        type_slice(n, f->next, chunk, &c->node);
        c->last = f->next + chunk - 1;
    } else {
        type_element(w->s, n, f->next, &c->node);
    }
    c->laid = c->node.offset;
    f->next += chunk;
    return 1;
}

/* Is there nothing in this node to visit? Structs may have tables outside of themselves. */
static bool stepped_over(const struct type_walk *w, const struct type_node *n)
{
    bool open = n->kind == NODE_STRUCT || n->kind == NODE_UNION;
    bool before = n->size <= w->from && n->offset <= w->from - n->size;
    return n->offset >= w->s->size || (n->size == 0 && n->kind != NODE_STRUCT) ||
           (w->wanted != NULL && w->wanted[n->real] == 0) ||
           (!open && (before || n->offset >= w->to));
}

bool type_walk_next(struct type_walk *w)
{
    while (w->depth > 0) {
        struct type_frame *f = &w->frame[w->depth - 1];
        int got = 0;
        if (f->node.kind == NODE_LEAF || f->node.kind == NODE_PADDING) { /* the root alone */
            w->depth = 0;
            w->leaf = *f;
            return f->node.offset < w->s->size && f->node.size > 0 && f->node.offset < w->to &&
                   f->node.offset + f->node.size > w->from;
        }
        if (f->node.offset < w->s->size || f->node.kind == NODE_STRUCT)
            got = f->node.kind == NODE_ARRAY ? next_element(w, f) : next_member(w, f);
        if (got == 0) {
            w->depth--;
            continue;
        }
        if (f->node.kind == NODE_ARRAY && w->leaf.node.offset >= w->to) {
            w->depth--; /* so are the elements after it */
            continue;
        }
        if (stepped_over(w, &w->leaf.node))
            continue;
        bool whole = w->whole != NULL && w->leaf.node.kind != NODE_PADDING &&
                     w->whole[w->leaf.node.real] != 0;
        if (w->leaf.node.kind == NODE_LEAF || got == 2 || whole)
            return true;
        if (w->depth == TYPE_WALK_DEPTH)
            continue;
        w->frame[w->depth++] = w->leaf;
    }
    return false;
}

/* Appends like snprintf. */
static size_t put(char *out, size_t cap, size_t n, const char *s)
{
    size_t k = strlen(s);
    if (n < cap) {
        size_t some = k < cap - n - 1 ? k : cap - n - 1;
        memcpy(out + n, s, some);
        out[n + some] = '\0';
    }
    return n + k;
}

static size_t put_frame(const struct type_walk *w, const struct type_frame *f, char *out,
                        size_t cap, size_t n)
{
    char index[64];
    if (f->indexed) {
        if (f->last > f->index)
            (void)snprintf(index, sizeof index, "[%llu..%llu]", (unsigned long long)f->index,
                           (unsigned long long)f->last);
        else
            (void)snprintf(index, sizeof index, "[%llu]", (unsigned long long)f->index);
        return put(out, cap, n, index);
    }
    if (f->name == 0)
        return n;
    /* `->` at the end of a prefix needs no dot */
    if (n > 0 && n < cap && out[n - 1] != '>')
        n = put(out, cap, n, ".");
    return put(out, cap, n, types_name(w->s->t, f->name));
}

size_t type_walk_path(const struct type_walk *w, const char *prefix, char *out, size_t cap)
{
    size_t n = 0;
    if (cap > 0)
        out[0] = '\0';
    n = put(out, cap, n, prefix);
    for (int i = 1; i < w->depth; i++)
        n = put_frame(w, &w->frame[i], out, cap, n);
    return put_frame(w, &w->leaf, out, cap, n);
}
