#include "core/type/skew.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/tree.h"

enum { ELEMENTS = 2 }; /* the second one tells the stride */

/* A leaf: where it is in its layout. */
struct skew_leaf {
    char *path;
    uint64_t offset, size;
    type_id type;
    uint32_t order;
    uint16_t bits;
    uint8_t bit, kind;
    bool is_signed;
};

struct leaves {
    const struct types *t;
    struct skew_leaf *at;
    uint32_t count, room;
    bool cut;
};

static bool unreadable(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)p;
    (void)n;
    return false;
}

static bool add(struct leaves *l, const struct type_node *n, const char *path)
{
    if (l->count == l->room) {
        uint32_t room = l->room == 0 ? 64 : 2 * l->room;
        struct skew_leaf *at = realloc(l->at, room * sizeof *at);
        if (at == NULL)
            return false;
        l->at = at;
        l->room = room;
    }
    const struct type *type = types_get(l->t, n->real);
    size_t length = strlen(path) + 1;
    char *copy = malloc(length);
    if (copy == NULL)
        return false;
    memcpy(copy, path, length);
    struct skew_leaf *leaf = &l->at[l->count];
    *leaf = (struct skew_leaf){
        NULL,    n->offset,  n->size,
        n->type, l->count,   n->bits,
        n->bit,  type->kind, type->kind == TYPE_SIGNED || (type->flags & TYPE_NEGATIVE) != 0};
    leaf->path = copy;
    l->count++;
    return true;
}

/* Is what lies in frame f all that a struct in it has, which has a name or an index itself? */
static bool is_wrapper(const struct leaves *l, const struct type_frame *f)
{
    const struct type *type = types_get(l->t, f->node.real);
    if ((f->node.kind != NODE_STRUCT && f->node.kind != NODE_UNION) || type->count != 1 ||
        (f->name == 0 && !f->indexed))
        return false;
    const struct type_member *m = types_member(l->t, type->first);
    return m->offset == 0 && m->bits == 0 && types_size(l->t, m->type) == type->size;
}

/* Takes the names of what is in wrappers out of the path, from the inside outwards. */
static void unwrap(const struct leaves *l, struct type_walk *w)
{
    for (int i = w->depth; i > 1; i--) {
        struct type_frame *f = i == w->depth ? &w->leaf : &w->frame[i];
        if (is_wrapper(l, &w->frame[i - 1]))
            f->name = 0;
    }
}

/* All leaves of a type that lies at 0. */
static bool collect(struct leaves *l, type_id id)
{
    struct type_source s = {.t = l->t, .read = unreadable, .size = INT64_MAX};
    struct type_walk *w = malloc(sizeof *w);
    char path[SKEW_PATH_MAX];
    struct type_node root;
    bool good = w != NULL;
    type_root(&s, id, 0, 0, &root);
    if (good)
        type_walk_start(w, &s, &root, false);
    if (good)
        w->elements = ELEMENTS;
    while (good && !l->cut && type_walk_next(w)) {
        unwrap(l, w);
        (void)type_walk_path(w, "", path, sizeof path);
        l->cut = l->count == SKEW_LEAVES;
        good = l->cut || add(l, &w->leaf.node, path);
    }
    free(w);
    return good;
}

static void drop(struct leaves *l)
{
    for (uint32_t i = 0; i < l->count; i++)
        free(l->at[i].path);
    free(l->at);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct skew_leaf *)a)->path, ((const struct skew_leaf *)b)->path);
}

static bool alike(const struct skew_leaf *a, const struct skew_leaf *b)
{
    return a->offset == b->offset && a->size == b->size && a->bits == b->bits && a->bit == b->bit &&
           a->kind == b->kind && a->is_signed == b->is_signed;
}

/* Who hears of each field that differs. */
struct hearer {
    void (*each)(void *ctx, const struct type_skew *one);
    void *ctx;
};

static void tell(struct type_skew *skew, int which, const struct leaves *l,
                 const struct skew_leaf *leaf)
{
    skew->has[which] = leaf != NULL;
    if (leaf == NULL)
        return;
    skew->offset[which] = leaf->offset;
    skew->bytes[which] = leaf->size;
    skew->bit[which] = leaf->bit;
    skew->bits[which] = leaf->bits;
    (void)types_spell(l->t, leaf->type, skew->type[which], sizeof skew->type[which]);
}

/* A field that differs; a or b may be NULL. */
static void tell_both(struct type_skew *skew, const struct leaves *l, const struct skew_leaf *a,
                      const struct skew_leaf *b)
{
    const char *path = a != NULL ? a->path : b->path;
    memcpy(skew->path, path, strlen(path) + 1);
    tell(skew, 0, &l[0], a);
    tell(skew, 1, &l[1], b);
}

/* Goes through both by path. */
static void compare(struct type_skew *skew, struct leaves *l, const struct hearer *h)
{
    struct type_skew one = {.leaves = 1};
    uint64_t first = UINT64_MAX;
    uint32_t i = 0, k = 0;
    for (int n = 0; n < 2; n++)
        if (l[n].count > 0)
            qsort(l[n].at, l[n].count, sizeof *l[n].at, by_path);
    while (i < l[0].count || k < l[1].count) {
        int order = i == l[0].count ? 1 : k == l[1].count ? -1 : by_path(&l[0].at[i], &l[1].at[k]);
        const struct skew_leaf *a = order <= 0 ? &l[0].at[i++] : NULL;
        const struct skew_leaf *b = order >= 0 ? &l[1].at[k++] : NULL;
        skew->leaves++;
        if (a != NULL && b != NULL && alike(a, b))
            continue;
        skew->differ++;
        if (h->each != NULL) {
            tell_both(&one, l, a, b);
            h->each(h->ctx, &one);
        }
        uint64_t place = a != NULL ? a->order : (uint64_t)l[0].count + b->order;
        if (place >= first)
            continue;
        first = place;
        tell_both(skew, l, a, b);
    }
}

bool type_skew(const struct types *a, type_id x, const struct types *b, type_id y,
               struct type_skew *skew)
{
    return type_skew_each(a, x, b, y, skew, NULL, NULL);
}

bool type_skew_each(const struct types *a, type_id x, const struct types *b, type_id y,
                    struct type_skew *skew, void (*each)(void *ctx, const struct type_skew *one),
                    void *ctx)
{
    const struct hearer h = {each, ctx};
    struct leaves l[2] = {{.t = a}, {.t = b}};
    *skew = (struct type_skew){.size = {types_size(a, x), types_size(b, y)}};
    bool good = collect(&l[0], x) && collect(&l[1], y);
    skew->cut = l[0].cut || l[1].cut;
    if (good)
        compare(skew, l, &h);
    drop(&l[0]);
    drop(&l[1]);
    return good;
}

void type_skew_place(const struct type_skew *skew, int which, char out[SKEW_PLACE_MAX])
{
    uint64_t offset = skew->offset[which];
    if (!skew->has[which])
        (void)snprintf(out, SKEW_PLACE_MAX, "none");
    else if (skew->bits[which] != 0)
        (void)snprintf(out, SKEW_PLACE_MAX, "0x%" PRIx64 ".%u:%u", offset, skew->bit[which],
                       skew->bits[which]);
    else
        (void)snprintf(out, SKEW_PLACE_MAX, "0x%" PRIx64 "+%" PRIu64, offset, skew->bytes[which]);
}
