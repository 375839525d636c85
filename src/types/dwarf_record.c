/* Structs, classes and unions: their members, bases and variants. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "types/dwarf.h"

/* A member that is being made. */
struct draft {
    struct type_member m;
    type_id link_type; /* the number counts from itself and leads to this */
    bool link;
    type_name discr; /* a union of variants: see struct type_hint */
    uint32_t other;
};

struct drafts {
    struct type_array rows;
    uint64_t size; /* of the struct */
    bool is_union;
};

static const struct type *real(const struct dw_reader *r, type_id id)
{
    return types_get(r->t, types_real(r->t, id));
}

/* Adds a member that has contents and lies within the struct; others cannot be shown. */
static bool add(struct dw_reader *r, struct drafts *d, const struct draft *row)
{
    const struct type *type = real(r, row->m.type);
    bool record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
    uint64_t size = row->m.bits != 0 ? (row->m.bit + row->m.bits + 7U) / 8 : type->size;
    if (type->kind == TYPE_VOID || type->kind == TYPE_FUNCTION ||
        (type->flags & TYPE_INCOMPLETE) != 0 || (record && type->count == 0) ||
        type->depth + 1 >= TYPE_DEPTH_MAX || row->m.offset > d->size ||
        size > d->size - row->m.offset ||
        !type_array_room(&d->rows, sizeof *row, 1, TYPE_MEMBERS_MAX))
        return false;
    ((struct draft *)d->rows.at)[d->rows.count++] = *row;
    return true;
}

/* ---- where ---- */

/* Bytes from the start of the struct; false: only a running program knows (a virtual base). */
static bool location(Dwarf_Die *die, uint64_t *offset)
{
    Dwarf_Attribute a;
    Dwarf_Op *op = NULL;
    size_t n = 0;
    *offset = 0;
    if (dwarf_attr(die, DW_AT_data_member_location, &a) == NULL)
        return true;
    if (dw_number(die, DW_AT_data_member_location, offset))
        return true;
    if (dwarf_getlocation(&a, &op, &n) != 0 || n != 1 || op[0].atom != DW_OP_plus_uconst)
        return false;
    *offset = op[0].number;
    return true;
}

/* DWARF 5 counts a bitfield's bits from the start of the struct; DWARF 2 to 4 from the most
 * significant bit of a unit. False: it cannot be one. */
static bool bit_place(struct dw_reader *r, Dwarf_Die *die, struct type_member *m)
{
    uint64_t width, at, unit = 0, from_top;
    if (!dw_number(die, DW_AT_bit_size, &width))
        return true;
    if (!dw_number(die, DW_AT_data_bit_offset, &at)) {
        if (!dw_number(die, DW_AT_byte_size, &unit))
            unit = real(r, m->type)->size;
        at = m->offset * 8;
        if (dw_number(die, DW_AT_bit_offset, &from_top))
            at += unit * 8 - from_top - width;
    } else {
        at += m->offset * 8;
    }
    uint64_t size = real(r, m->type)->size;
    if (width == 0 || width > 64 || at / 8 > TYPE_SIZE_MAX || width > size * 8 || size > 8)
        return false;
    m->offset = at / 8;
    m->bit = (uint8_t)(at % 8);
    m->bits = (uint16_t)width;
    return true;
}

/* ---- what ---- */

/* A struct or union with one member that fills it is shown as that member, with its own name:
 * std::atomic, strong typedefs, cells of Rust. C has no such wrappers. */
type_id dw_unwrap(struct dw_reader *r, type_id id)
{
    const struct type *type = real(r, id);
    if (r->c || (type->kind != TYPE_STRUCT && type->kind != TYPE_UNION) || type->count != 1)
        return id;
    const struct type_member *m = types_member(r->t, type->first);
    if (m->offset != 0 || m->bits != 0 || m->hint != 0 || real(r, m->type)->size != type->size)
        return id;
    const void *key = (const void *)(uintptr_t)id;
    type_id known = (type_id)dw_map_get(&r->wrapped, key);
    if (known != 0)
        return known;
    type_id inner = dw_unwrap(r, m->type);
    struct type t = {.kind = TYPE_ALIAS, .name = types_get(r->t, id)->name, .target = inner};
    known = dw_fresh(r, &t);
    if (known != 0 && !dw_map_put(&r->wrapped, key, known))
        r->failed = true;
    return known;
}

/* A pointer of Boost that counts from itself: what does it lead to? */
static bool offset_pointer(struct dw_reader *r, Dwarf_Die *member, type_id *target)
{
    Dwarf_Die type, child;
    if (!dw_type_die(member, &type))
        return false;
    dw_strip(&type);
    for (int i = 0; i < DW_DEPTH_MAX && dwarf_tag(&type) == DW_TAG_typedef; i++) {
        if (!dw_type_die(&type, &type))
            return false;
        dw_strip(&type);
    }
    const char *name = dwarf_diename(&type);
    if (name == NULL || strncmp(name, "offset_ptr<", 11) != 0 || dwarf_child(&type, &child) != 0)
        return false;
    do {
        if (dwarf_tag(&child) == DW_TAG_template_type_parameter) {
            *target = dw_type_of(r, &child, false);
            return true;
        }
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

/* The pointer to the functions of a class, which compilers add. */
static type_id vtable(struct dw_reader *r)
{
    if (r->vtable == 0) {
        struct type function = {.kind = TYPE_FUNCTION, .align = 1};
        r->vtable = types_pointer(r->t, dw_fresh(r, &function));
        r->failed = r->failed || r->vtable == 0;
        if (r->vtable != 0)
            types_edit(r->t, r->vtable)->flags |= TYPE_VTABLE;
    }
    return r->vtable;
}

static void add_member(struct dw_reader *r, struct drafts *d, Dwarf_Die *die)
{
    struct draft row = {0};
    Dwarf_Attribute a;
    bool external = dwarf_attr(die, DW_AT_external, &a) != NULL;
    bool base = dwarf_tag(die) == DW_TAG_inheritance;
    const char *name = base ? NULL : dwarf_diename(die);
    if (external || dw_is_declaration(die) || !location(die, &row.m.offset))
        return;
    if (name != NULL && strncmp(name, "_vptr", 5) == 0) {
        name = "_vptr";
        row.m.type = vtable(r);
    } else {
        row.m.type = dw_type_of(r, die, true);
    }
    row.link = offset_pointer(r, die, &row.link_type);
    if (!bit_place(r, die, &row.m))
        return;
    if (row.m.bits == 0 && !base && name != NULL)
        row.m.type = dw_unwrap(r, row.m.type);
    row.link = row.link && real(r, row.m.type)->size <= 8;
    if (name != NULL)
        row.m.name = types_intern(r->t, name, strnlen(name, TYPE_NAME_MAX));
    const struct type *type = real(r, row.m.type);
    if (row.m.name != 0 || type->kind == TYPE_STRUCT || type->kind == TYPE_UNION)
        (void)add(r, d, &row);
}

/* ---- variants of Rust's enums ---- */

struct variants {
    struct drafts arms;
    struct type_array names; /* struct type_enumerator */
    uint32_t other;          /* the arm without a number, plus 1 */
};

/* One variant: its number, and its member as an arm of the union. */
static void add_variant(struct dw_reader *r, struct variants *v, Dwarf_Die *die)
{
    Dwarf_Die child;
    uint64_t number;
    bool numbered = dw_number(die, DW_AT_discr_value, &number);
    if (dwarf_child(die, &child) != 0)
        return;
    do {
        struct draft row = {0};
        const char *name = dwarf_diename(&child);
        if (dwarf_tag(&child) != DW_TAG_member || name == NULL || !location(&child, &row.m.offset))
            continue;
        row.m.name = types_intern(r->t, name, strnlen(name, TYPE_NAME_MAX));
        row.m.type = dw_type_of(r, &child, true);
        bool there = add(r, &v->arms, &row);
        if (numbered &&
            type_array_room(&v->names, sizeof(struct type_enumerator), 1, TYPE_MEMBERS_MAX))
            ((struct type_enumerator *)v->names.at)[v->names.count++] =
                (struct type_enumerator){row.m.name, (int64_t)number};
        else if (there)
            v->other = v->arms.rows.count;
    } while (dwarf_siblingof(&child, &child) == 0);
}

/* The number that says which variant counts, as an enum of their names. */
static type_name add_tag(struct dw_reader *r, struct drafts *d, Dwarf_Die *part, struct variants *v)
{
    Dwarf_Attribute a;
    Dwarf_Die member;
    struct draft row = {0};
    if (dwarf_attr(part, DW_AT_discr, &a) == NULL || dwarf_formref_die(&a, &member) == NULL ||
        !location(&member, &row.m.offset))
        return 0;
    const struct type *number = real(r, dw_type_of(r, &member, true));
    if (number->kind != TYPE_UNSIGNED && number->kind != TYPE_SIGNED)
        return 0;
    struct type t = {.kind = TYPE_ENUM, .size = number->size, .align = number->align};
    row.m.type = dw_fresh(r, &t);
    if (row.m.type == 0 || !types_enumerators(r->t, row.m.type, v->names.at, v->names.count))
        return 0;
    row.m.name = types_intern(r->t, "tag", 3);
    return add(r, d, &row) ? row.m.name : 0;
}

static void close_record(struct dw_reader *r, struct drafts *d, type_id id, uint64_t size);

static void add_variants(struct dw_reader *r, struct drafts *d, Dwarf_Die *part)
{
    struct variants v = {.arms = {.size = d->size, .is_union = true}};
    struct draft row = {0};
    Dwarf_Die child;
    if (dwarf_child(part, &child) == 0) {
        do {
            if (dwarf_tag(&child) == DW_TAG_variant)
                add_variant(r, &v, &child);
        } while (dwarf_siblingof(&child, &child) == 0);
    }
    row.discr = add_tag(r, d, part, &v);
    row.other = v.other;
    struct type t = {.kind = TYPE_UNION, .flags = TYPE_INCOMPLETE, .align = 1};
    row.m.type = dw_fresh(r, &t);
    if (row.m.type != 0) {
        close_record(r, &v.arms, row.m.type, d->size);
        (void)add(r, d, &row);
    }
    free(v.arms.rows.at);
    free(v.names.at);
}

/* ---- the whole ---- */

static int by_place(const void *a, const void *b)
{
    const struct draft *x = a, *y = b;
    uint64_t i = x->m.offset * 8 + x->m.bit, j = y->m.offset * 8 + y->m.bit;
    return i < j ? -1 : i > j;
}

/* Members in the order of their places, but for equal ones, which stay as they are. */
static void sort(struct drafts *d)
{
    struct draft *row = d->rows.at;
    for (uint32_t i = 1; i < d->rows.count; i++)
        if (by_place(&row[i - 1], &row[i]) > 0) {
            qsort(row, d->rows.count, sizeof *row, by_place);
            return;
        }
}

/* The last array of no length extends as far as it may. */
static void open_end(struct dw_reader *r, struct drafts *d)
{
    struct draft *last = d->rows.count == 0 ? NULL : (struct draft *)d->rows.at + d->rows.count - 1;
    const struct type *type = last == NULL ? NULL : real(r, last->m.type);
    const char *why = NULL;
    if (type == NULL || type->kind != TYPE_ARRAY || type->length != 0 ||
        (type->flags & TYPE_UNBOUNDED) != 0)
        return;
    type_id id = types_array(r->t, type->target, 0, true, &why);
    last->m.type = id != 0 ? id : last->m.type;
}

static uint32_t align_of(const struct dw_reader *r, const struct drafts *d, uint64_t size)
{
    const struct draft *row = d->rows.at;
    uint32_t align = 1;
    for (uint32_t i = 0; i < d->rows.count; i++) {
        uint32_t one = types_align(r->t, row[i].m.type);
        if (one > align && row[i].m.offset % one == 0 && size % one == 0)
            align = one;
    }
    return align;
}

static void close_record(struct dw_reader *r, struct drafts *d, type_id id, uint64_t size)
{
    if (!d->is_union) {
        sort(d);
        open_end(r, d);
    }
    const struct draft *row = d->rows.at;
    uint32_t align = align_of(r, d, size), n = d->rows.count;
    struct type_member *m = calloc((size_t)n + 1, sizeof *m);
    for (uint32_t i = 0; m != NULL && i < n; i++)
        m[i] = row[i].m;
    if (m == NULL || !types_members(r->t, id, m, n)) {
        r->failed = true;
        free(m);
        return;
    }
    free(m);
    struct type *type = types_edit(r->t, id);
    type->size = size;
    type->align = align;
    type->flags = (uint8_t)(type->flags & ~TYPE_INCOMPLETE);
    for (uint32_t i = 0; i < n; i++) {
        struct type_hint *h = NULL;
        if (row[i].link || row[i].discr != 0)
            h = types_hint_edit(r->t, types_get(r->t, id)->first + i);
        if (h == NULL)
            continue;
        h->link = row[i].link ? LINK_SELF : LINK_NONE;
        h->link_type = row[i].link_type;
        h->one_is_null = row[i].link;
        h->discr = row[i].discr;
        h->other = row[i].other;
    }
}

void dw_record(struct dw_reader *r, Dwarf_Die *die, type_id id)
{
    struct drafts d = {.is_union = types_get(r->t, id)->kind == TYPE_UNION};
    Dwarf_Die child;
    if (!dw_number(die, DW_AT_byte_size, &d.size) || d.size > TYPE_SIZE_MAX)
        return;
    bool c = r->c;
    if (dwarf_child(die, &child) == 0) {
        do {
            int tag = dwarf_tag(&child);
            if (tag == DW_TAG_member || tag == DW_TAG_inheritance)
                add_member(r, &d, &child);
            else if (tag == DW_TAG_variant_part)
                add_variants(r, &d, &child);
        } while (!r->failed && dwarf_siblingof(&child, &child) == 0);
    }
    r->c = c;
    close_record(r, &d, id, d.size);
    free(d.rows.at);
}
