#include "core/lock/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lock_name {
    const char *name;
    enum lock_kind kind;
    enum lock_libc libc;
};

static const struct lock_name names[] = {
    {"pthread_mutex_t", LOCK_MUTEX, LIBC_UNKNOWN},
    {"pthread_rwlock_t", LOCK_RWLOCK, LIBC_UNKNOWN},
    {"pthread_cond_t", LOCK_COND, LIBC_UNKNOWN},
    {"sem_t", LOCK_SEM, LIBC_UNKNOWN},
    {"pthread_barrier_t", LOCK_BARRIER, LIBC_UNKNOWN},
    {"glibc_sem", LOCK_SEM, LIBC_GLIBC}, /* of the shipped layouts */
    {"musl_sem", LOCK_SEM, LIBC_MUSL},
};

static const struct lock_name *named(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return &names[i];
    return NULL;
}

/* Only structs and unions are: other systems have pointers and numbers by these names. */
static const struct lock_name *name_of(const struct types *t, type_id id)
{
    const struct type *real = types_get(t, types_real(t, id));
    if (real->kind != TYPE_STRUCT && real->kind != TYPE_UNION)
        return NULL;
    const struct lock_name *found = NULL;
    for (int i = 0; found == NULL && i < TYPE_DEPTH_MAX; i++) {
        const struct type *type = types_get(t, id);
        found = named(types_name(t, type->name));
        if (type->kind != TYPE_ALIAS)
            break;
        id = type->target;
    }
    return found;
}

enum lock_kind lock_kind_of(const struct types *t, type_id id, enum lock_libc *libc)
{
    const struct lock_name *found = name_of(t, id);
    *libc = found == NULL ? LIBC_UNKNOWN : found->libc;
    return found == NULL ? LOCK_NONE : found->kind;
}

/* ---- places ---- */

/* Marks all types that have a lock in them, so that nothing else is walked through, and the locks:
 * with the place in `names`, plus 1. */
static void mark(const struct types *t, uint8_t *wanted, uint8_t *whole)
{
    uint32_t n = types_count(t);
    for (type_id id = 1; id < n; id++)
        if (name_of(t, id) != NULL) {
            wanted[id] = wanted[types_real(t, id)] = 1;
            whole[types_real(t, id)] = (uint8_t)(name_of(t, id) - names + 1);
        }
    for (bool more = true; more;) {
        more = false;
        for (type_id id = 1; id < n; id++)
            if (wanted[id] == 0 && types_holds(t, id, wanted))
                wanted[id] = more = true;
    }
}

static size_t place_of(const struct lock_places *p, uint64_t offset)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->at[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool lock_places_add_one(struct lock_places *p, const struct lock_place *one)
{
    size_t i = place_of(p, one->offset);
    if ((i < p->count && p->at[i].offset - one->offset < one->size) ||
        (i > 0 && one->offset - p->at[i - 1].offset < p->at[i - 1].size))
        return true; /* known already, by another type */
    if (p->count == LOCK_PLACES_MAX) {
        p->more = true;
        return true;
    }
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 16 : 2 * p->room;
        struct lock_place *at = realloc(p->at, room * sizeof *at);
        if (at == NULL)
            return false;
        p->at = at;
        p->room = room;
    }
    char *path = strdup(one->path);
    if (path == NULL)
        return false;
    memmove(p->at + i + 1, p->at + i, (p->count - i) * sizeof *p->at);
    p->at[i] = *one;
    p->at[i].path = path;
    p->count++;
    return true;
}

static bool add_node(struct lock_places *p, const struct type_node *n, const uint8_t *whole,
                     char path[TYPE_NAME_MAX])
{
    const struct lock_name *name = &names[whole[n->real] - 1];
    if (path[0] == '\0')
        (void)snprintf(path, TYPE_NAME_MAX, "%s", name->name);
    struct lock_place one = {n->offset, n->size, name->kind, name->libc, path};
    return n->size == 0 || lock_places_add_one(p, &one);
}

bool lock_places_add(struct lock_places *p, const struct type_source *s,
                     const struct type_node *root, const char *prefix)
{
    struct lock_search {
        struct type_walk walk;
        char path[TYPE_NAME_MAX];
        uint8_t marks[];
    } *f = calloc(1, sizeof *f + 2 * (size_t)types_count(s->t));
    if (f == NULL)
        return false;
    uint8_t *wanted = f->marks, *whole = wanted + types_count(s->t);
    bool good = true;
    mark(s->t, wanted, whole);
    type_walk_start(&f->walk, s, root, false);
    f->walk.wanted = wanted;
    f->walk.whole = whole;
    if (whole[root->real] != 0 && root->kind != NODE_ARRAY) {
        (void)snprintf(f->path, sizeof f->path, "%s", prefix);
        good = add_node(p, root, whole, f->path);
    } else {
        while (good && !p->more && type_walk_next(&f->walk)) {
            (void)type_walk_path(&f->walk, prefix, f->path, sizeof f->path);
            if (whole[f->walk.leaf.node.real] != 0)
                good = add_node(p, &f->walk.leaf.node, whole, f->path);
        }
    }
    free(f);
    return good;
}

void lock_places_free(struct lock_places *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->at[i].path);
    free(p->at);
    *p = (struct lock_places){0};
}
