/* Marks of fields: where the path of a field leads, and the view in which such a value is shown. */
#include <stdio.h>
#include <string.h>

#include "core/type/abi.h"
#include "ui/tree/tree.h"

/* The view of a scalar or a text; NULL: none shows it. */
static const struct view *view_of(const struct types *t, type_id real, uint64_t size, bool big)
{
    static const char letters[] = {
        [TYPE_UNSIGNED] = 'u', [TYPE_SIGNED] = 'i', [TYPE_FLOAT] = 'f',  [TYPE_BOOL] = 'u',
        [TYPE_CHAR] = 'u',     [TYPE_ENUM] = 'u',   [TYPE_POINTER] = 'u'};
    const struct type *type = types_get(t, real);
    char name[16];
    if (type->kind >= sizeof letters || letters[type->kind] == '\0' || size > 8)
        return NULL;
    bool negative = type->kind == TYPE_ENUM && (type->flags & TYPE_NEGATIVE) != 0;
    (void)snprintf(name, sizeof name, "%c%u%s", negative ? 'i' : letters[type->kind],
                   (unsigned)size * 8,
                   size == 1 ? ""
                   : big     ? "be"
                             : "le");
    return view_find(name);
}

const struct view *tree_type_view(const struct ui *ui, const char *name)
{
    const struct tree_view *v = tree_top(ui);
    const struct types *t = v != NULL ? v->source.t : NULL;
    struct types *usual = NULL; /* what every program has */
    type_id id = t != NULL ? types_find(t, name) : 0;
    if (id == 0) {
        t = usual = types_new(type_abi_machine(), false);
        id = t != NULL ? types_find(t, name) : 0;
    }
    const struct view *view =
        id != 0 ? view_of(t, types_real(t, id), types_size(t, id), view_find("u16")->big) : NULL;
    types_free(usual);
    return view;
}

/* The field that a path leads to from one placed type; false: `why`. */
static bool find_field(const struct tree_view *v, const struct type_placed *placed,
                       const struct type_path *path, struct type_node *out, char why[TYPE_WHY_MAX])
{
    struct type_node root;
    struct type_select sel;
    char full[PATH_TEXT_MAX];
    type_root(&v->source, placed->type, placed->offset, placed->count, &root);
    if (placed->based)
        root.base = placed->base;
    type_select_start(&sel, &v->source, &root, path);
    return type_select_next(&sel, out, full, why) == SELECT_NODE;
}

bool tree_node(const struct ui *ui, const char *text, struct type_node *node,
               char why[TYPE_WHY_MAX])
{
    const struct tree_view *v = tree_top(ui);
    struct type_path path;
    why[0] = '\0';
    if (v == NULL || !type_path_parse(text, &path, why))
        return false;
    if (path.ranges) {
        (void)snprintf(why, TYPE_WHY_MAX, "one field is meant, not several");
        return false;
    }
    for (size_t i = 0; i < v->count; i++)
        if (find_field(v, &v->placed[i], &path, node, why))
            return true;
    return false;
}

bool tree_field(const struct ui *ui, const char *text, uint64_t *offset, const struct view **view,
                char why[TYPE_WHY_MAX])
{
    const struct tree_view *v = tree_top(ui);
    struct type_node node;
    if (!tree_node(ui, text, &node, why))
        return false;
    *offset = node.offset;
    *view = node.text ? view_find("utf8") : view_of(v->source.t, node.real, node.size, node.big);
    if (node.bits == 0)
        return true;
    (void)snprintf(why, TYPE_WHY_MAX, "a bitfield has no view");
    return false;
}
