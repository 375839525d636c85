/* All named types and variables of a file, unit by unit, without an index: libdw reads two million
 * entries in a tenth of a second. */
#include <dwarf.h>
#include <stdio.h>
#include <string.h>

#include "types/dwarf.h"

enum { NESTED_MAX = 64 };

struct walk {
    const struct dw_visit *v;
    char scope[TYPE_NAME_MAX];
    size_t scope_n;
    int depth;
    bool ended;
};

bool dw_is_declaration(Dwarf_Die *die)
{
    Dwarf_Attribute a;
    bool flag = false;
    return dwarf_attr(die, DW_AT_declaration, &a) != NULL && dwarf_formflag(&a, &flag) == 0 && flag;
}

static bool is_type(int tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef || tag == DW_TAG_base_type;
}

static bool is_record(int tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

static void walk_children(struct walk *w, Dwarf_Die *die);

/* The children of something whose name comes before theirs. */
static void walk_scope(struct walk *w, Dwarf_Die *die, const char *name)
{
    char plain[TYPE_NAME_MAX];
    size_t before = w->scope_n;
    if (name != NULL) {
        dw_name_plain(name, plain, sizeof plain);
        int n = snprintf(w->scope + before, sizeof w->scope - before, "%s::", plain);
        w->scope_n = n < 0 || (size_t)n >= sizeof w->scope - before ? before : before + (size_t)n;
        w->scope[w->scope_n] = '\0';
    }
    walk_children(w, die);
    w->scope_n = before;
    w->scope[before] = '\0';
}

static bool enters(const struct walk *w, int tag)
{
    if (tag == DW_TAG_namespace || tag == DW_TAG_module)
        return true;
    if (is_record(tag))
        return w->v->nested;
    return w->v->variables && (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
                               tag == DW_TAG_inlined_subroutine);
}

static void walk_children(struct walk *w, Dwarf_Die *die)
{
    Dwarf_Die child;
    if (w->depth >= NESTED_MAX || w->ended || dwarf_child(die, &child) != 0)
        return;
    w->depth++;
    do {
        int tag = dwarf_tag(&child);
        bool wanted = w->v->variables ? tag == DW_TAG_variable : is_type(tag);
        bool inner = enters(w, tag);
        if (!wanted && !inner)
            continue;
        const char *name = dwarf_diename(&child);
        if (wanted && (name != NULL || w->v->variables))
            w->ended = !w->v->visit(w->v->ctx, &child, tag, name, w->scope);
        if (inner && !w->ended)
            walk_scope(w, &child, tag == DW_TAG_lexical_block ? NULL : name);
    } while (!w->ended && dwarf_siblingof(&child, &child) == 0);
    w->depth--;
}

void dw_walk_unit(Dwarf_Die *unit, const struct dw_visit *v)
{
    struct walk w = {.v = v};
    walk_children(&w, unit);
}

bool dw_walk(Dwarf *dwarf, const struct dw_visit *v)
{
    struct walk w = {.v = v};
    Dwarf_CU *cu = NULL, *next = NULL;
    Dwarf_Die die, sub;
    uint8_t type;
    Dwarf_Half version;
    for (; !w.ended && dwarf_get_units(dwarf, cu, &next, &version, &type, &die, &sub) == 0;
         cu = next)
        walk_children(&w, &die);
    Dwarf *alt = w.ended ? NULL : dwarf_getalt(dwarf);
    return alt != NULL && alt != dwarf ? dw_walk(alt, v) : !w.ended;
}

bool dw_walk_split(const struct dw_split *split, const struct dw_visit *v)
{
    struct walk w = {.v = v};
    Dwarf_CU *cu = NULL, *next = NULL;
    Dwarf_Die die, sub;
    uint8_t type;
    Dwarf_Half version;
    for (; !w.ended &&
           dwarf_get_units(split->part.dwarf, cu, &next, &version, &type, &die, &sub) == 0;
         cu = next)
        if (type == DW_UT_split_compile ? dw_split_id(next) == split->id : !split->shared)
            walk_children(&w, &die);
    return !w.ended;
}

bool dw_walk_file(const struct dw_file *f, const struct dw_visit *v)
{
    const struct dw_split *split = f->splits.at;
    bool going = dw_walk(dw_file_dwarf(f), v);
    for (uint32_t i = 0; going && i < f->splits.count; i++)
        going = dw_walk_split(&split[i], v);
    return going;
}
