#include "core/type/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/glob.h"
#include "core/type/condition.h"

bool type_place_named(const char *glob, const struct place_names *names)
{
    for (int i = 0; i < names->count; i++) {
        const char *name = names->name[i], *colon = strchr(name, ':');
        if (glob_match(glob, name) || (colon != NULL && glob_match(glob, colon + 1)))
            return true;
    }
    return false;
}

/* What the condition is about: the type, of an array its first element. */
static struct type_node asked(const struct type_source *s, const struct type_node *root)
{
    struct type_node node = *root;
    if (root->kind == NODE_ARRAY && root->count > 0)
        type_element(s, root, 0, &node);
    return node;
}

static bool holds(const struct type_source *s, const struct type_place *p,
                  const struct type_node *root)
{
    char why[TYPE_WHY_MAX];
    uint64_t seen;
    if (p->when == 0)
        return true;
    struct type_node node = asked(s, root);
    struct type_condition *c = type_condition_new(s, &node, types_name(s->t, p->when), why);
    bool yes = c != NULL && type_condition_check(c, s, &node, &seen) == TRUTH_YES;
    type_condition_free(c);
    return yes;
}

bool type_place_root(const struct type_source *s, const struct type_place *p,
                     const struct place_names *names, struct type_node *root)
{
    if (!type_place_named(types_name(s->t, p->glob), names) || (p->sized && p->size != s->size) ||
        (p->from_end && p->offset > s->size))
        return false;
    uint64_t offset = p->from_end ? s->size - p->offset : p->offset;
    if (offset >= s->size)
        return false;
    type_root(s, p->type, offset, 0, root);
    return holds(s, p, root);
}

/* What a segment could hold in which every table has elements and every link leads somewhere. */
static bool read_plenty(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx, (void)offset;
    memset(p, 0x7f, n);
    return true;
}

bool type_place_check(const struct types *t, const struct type_place *p, char why[TYPE_WHY_MAX])
{
    const struct type_source s = {.t = t, .read = read_plenty, .size = UINT64_MAX};
    struct type_node root;
    if (p->when == 0)
        return true;
    type_root(&s, p->type, 0, 0, &root);
    root = asked(&s, &root);
    struct type_condition *c = type_condition_new(&s, &root, types_name(t, p->when), why);
    type_condition_free(c);
    return c != NULL;
}

void type_place_offset(const struct type_place *p, char out[PLACE_OFFSET_TEXT])
{
    const char *format = !p->from_end ? "0x%" PRIx64 : p->offset == 0 ? "end" : "end-%" PRIu64;
    (void)snprintf(out, PLACE_OFFSET_TEXT, format, p->offset);
}
