#include "core/type/type_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/type/parse.h"

struct type_definition {
    type_name name; /* 0: free */
    uint32_t space;
    type_id id;
};

enum { STRINGS_MAX = 1 << 26, PLACES_MAX = 1 << 12, ALL_MEMBERS_MAX = 1 << 21 };

bool type_array_room(struct type_array *a, size_t size, uint32_t n, uint32_t max)
{
    if (n > max || a->count > max - n)
        return false;
    if (a->room - a->count >= n)
        return true;
    uint32_t room = a->room < 32 ? 32 : a->room;
    while (room - a->count < n)
        room *= 2;
    void *at = realloc(a->at, room * size);
    if (at == NULL)
        return false;
    a->at = at;
    a->room = room;
    return true;
}

/* ---- names ---- */

static uint32_t hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)s[i]) * 16777619U;
    return h;
}

const char *types_name(const struct types *t, type_name name)
{
    const char *all = t->strings.at;
    return all == NULL || name >= t->strings.count ? "" : all + name;
}

/* The slot of a name in the table: its own, or the free one where it belongs. */
static uint32_t *name_slot(const struct types *t, const char *s, size_t n)
{
    uint32_t *slots = t->names.at;
    uint32_t mask = t->names.count - 1;
    for (uint32_t i = hash_of(s, n) & mask;; i = (i + 1) & mask) {
        if (slots[i] == 0)
            return &slots[i];
        const char *have = types_name(t, slots[i]);
        if (strlen(have) == n && memcmp(have, s, n) == 0)
            return &slots[i];
    }
}

/* Doubles the table when it is half full. */
static bool grow_names(struct types *t)
{
    if (t->names.count != 0 && t->names_used < t->names.count / 2)
        return true;
    struct type_array old = t->names;
    uint32_t count = old.count == 0 ? 256 : old.count * 2;
    t->names = (struct type_array){calloc(count, sizeof(uint32_t)), count, count};
    if (t->names.at == NULL) {
        t->names = old;
        return false;
    }
    const uint32_t *slots = old.at;
    for (uint32_t i = 0; i < old.count; i++) {
        const char *s = types_name(t, slots[i]);
        if (slots[i] != 0)
            *name_slot(t, s, strlen(s)) = slots[i];
    }
    free(old.at);
    return true;
}

type_name types_intern(struct types *t, const char *s, size_t n)
{
    if (n == 0 || n > TYPE_NAME_MAX || !grow_names(t))
        return 0;
    uint32_t *slot = name_slot(t, s, n);
    if (*slot != 0)
        return *slot;
    if (!type_array_room(&t->strings, 1, (uint32_t)n + 1, STRINGS_MAX))
        return 0;
    char *to = (char *)t->strings.at + t->strings.count;
    memcpy(to, s, n);
    to[n] = '\0';
    *slot = t->strings.count;
    t->strings.count += (uint32_t)n + 1;
    t->names_used++;
    return *slot;
}

type_name types_known(const struct types *t, const char *s)
{
    size_t n = strlen(s);
    return n == 0 || n > TYPE_NAME_MAX ? 0 : *name_slot(t, s, n);
}

static struct type_definition *definition(const struct types *t, enum type_space space,
                                          type_name name)
{
    struct type_definition *rows = t->defined.at;
    uint32_t mask = t->defined.count - 1;
    for (uint32_t i = (name * 2654435761U + (uint32_t)space) & mask;; i = (i + 1) & mask)
        if (rows[i].name == 0 || (rows[i].name == name && rows[i].space == (uint32_t)space))
            return &rows[i];
}

type_id types_lookup(const struct types *t, enum type_space space, type_name name)
{
    return name == 0 || t->defined.count == 0 ? 0 : definition(t, space, name)->id;
}

bool types_define(struct types *t, enum type_space space, type_name name, type_id id)
{
    if (name == 0)
        return false;
    if (t->defined.count == 0 || t->defined_used >= t->defined.count / 2) {
        struct type_array old = t->defined;
        uint32_t count = old.count == 0 ? 256 : old.count * 2;
        t->defined =
            (struct type_array){calloc(count, sizeof(struct type_definition)), count, count};
        if (t->defined.at == NULL) {
            t->defined = old;
            return false;
        }
        const struct type_definition *rows = old.at;
        for (uint32_t i = 0; i < old.count; i++)
            if (rows[i].name != 0)
                *definition(t, (enum type_space)rows[i].space, rows[i].name) = rows[i];
        free(old.at);
    }
    struct type_definition *row = definition(t, space, name);
    t->defined_used += row->name == 0;
    *row = (struct type_definition){name, (uint32_t)space, id};
    return true;
}

bool types_define_constant(struct types *t, type_name name, int64_t value)
{
    if (!type_array_room(&t->constant, sizeof value, 1, ALL_MEMBERS_MAX))
        return false;
    ((int64_t *)t->constant.at)[t->constant.count++] = value;
    return types_define(t, SPACE_CONSTANT, name, t->constant.count);
}

/* ---- reading ---- */

const struct type_abi *types_abi(const struct types *t)
{
    return &t->abi;
}

const struct type *types_get(const struct types *t, type_id id)
{
    return (const struct type *)t->type.at + (id < t->type.count ? id : 0);
}

const struct type_member *types_member(const struct types *t, uint32_t index)
{
    return (const struct type_member *)t->member.at + index;
}

bool types_holds(const struct types *t, type_id id, const uint8_t *wanted)
{
    const struct type *type = types_get(t, id);
    if (type->kind == TYPE_ARRAY || type->kind == TYPE_ALIAS)
        return wanted[type->target] != 0;
    if (type->kind != TYPE_STRUCT && type->kind != TYPE_UNION)
        return false;
    for (uint32_t i = 0; i < type->count; i++)
        if (wanted[types_member(t, type->first + i)->type] != 0)
            return true;
    return false;
}

const struct type_enumerator *types_enumerator(const struct types *t, uint32_t index)
{
    return (const struct type_enumerator *)t->enumerator.at + index;
}

const struct type_hint *types_hint(const struct types *t, uint32_t index)
{
    static const struct type_hint none;
    return index == 0 ? &none : (const struct type_hint *)t->hint.at + (index - 1);
}

const struct type_place *types_place(const struct types *t, uint32_t index)
{
    return index < t->place.count ? (const struct type_place *)t->place.at + index : NULL;
}

uint32_t types_count(const struct types *t)
{
    return t->type.count;
}

bool types_declared(const struct types *t, type_id id)
{
    return id >= t->own;
}

type_id types_real(const struct types *t, type_id id)
{
    while (types_get(t, id)->kind == TYPE_ALIAS)
        id = types_get(t, id)->target;
    return id;
}

uint64_t types_size(const struct types *t, type_id id)
{
    return types_get(t, types_real(t, id))->size;
}

uint32_t types_align(const struct types *t, type_id id)
{
    const struct type *type = types_get(t, id);
    while (type->kind == TYPE_ALIAS && type->align == 0)
        type = types_get(t, type->target);
    return type->align;
}

bool types_constant(const struct types *t, type_name name, int64_t *value)
{
    uint32_t id = types_lookup(t, SPACE_CONSTANT, name);
    if (id != 0)
        *value = ((const int64_t *)t->constant.at)[id - 1];
    return id != 0;
}

/* An anonymous member opens its struct to the outer one; those nest no deeper than types do. */
static uint32_t find_member(const struct types *t, type_id id, type_name name, uint64_t *offset)
{
    const struct type *s = types_get(t, types_real(t, id));
    if (s->kind != TYPE_STRUCT && s->kind != TYPE_UNION)
        return TYPE_NO_MEMBER;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct type_member *m = types_member(t, s->first + i);
        uint64_t inner = 0;
        uint32_t found = TYPE_NO_MEMBER;
        if (m->name == name)
            found = s->first + i;
        else if (m->name == 0)
            found = find_member(t, m->type, name, &inner);
        if (found != TYPE_NO_MEMBER) {
            *offset = m->name == name ? m->offset : m->offset + inner;
            return found;
        }
    }
    return TYPE_NO_MEMBER;
}

uint32_t types_member_find(const struct types *t, type_id id, const char *name, uint64_t *offset)
{
    type_name known = types_known(t, name);
    *offset = 0;
    return known == 0 ? TYPE_NO_MEMBER : find_member(t, id, known, offset);
}

/* ---- filling ---- */

type_id types_add(struct types *t, const struct type *type)
{
    if (!type_array_room(&t->type, sizeof *type, 1, TYPES_MAX))
        return 0;
    ((struct type *)t->type.at)[t->type.count] = *type;
    return t->type.count++;
}

struct type *types_edit(struct types *t, type_id id)
{
    return (struct type *)t->type.at + id;
}

type_id types_pointer(struct types *t, type_id target)
{
    struct type p = {.kind = TYPE_POINTER,
                     .size = t->abi.pointer.size,
                     .align = t->abi.pointer.align,
                     .target = target};
    return types_add(t, &p);
}

type_id types_array(struct types *t, type_id target, uint64_t length, bool unbounded,
                    const char **why)
{
    const struct type *real = types_get(t, types_real(t, target));
    struct type a = {.kind = TYPE_ARRAY,
                     .flags = unbounded ? TYPE_UNBOUNDED : 0,
                     .align = types_align(t, target),
                     .target = target,
                     .length = unbounded ? 0 : length,
                     .depth = (uint8_t)(real->depth + 1)};
    *why = NULL;
    if (real->flags & TYPE_INCOMPLETE)
        *why = "an array of a type whose size is not known";
    else if (real->kind == TYPE_VOID || real->kind == TYPE_FUNCTION)
        *why = "an array of nothing that has a size";
    else if (real->kind == TYPE_ARRAY && (real->flags & TYPE_UNBOUNDED))
        *why = "an array of arrays without a length";
    else if (a.depth >= TYPE_DEPTH_MAX)
        *why = "nested deeper than shmlens shows";
    else if (real->size != 0 && a.length > TYPE_SIZE_MAX / real->size)
        *why = "larger than shmlens shows";
    if (*why != NULL)
        return 0;
    a.size = real->size * a.length;
    type_id id = types_add(t, &a);
    *why = id == 0 ? "more types than shmlens shows" : NULL;
    return id;
}

bool types_members(struct types *t, type_id id, const struct type_member *m, uint32_t n)
{
    if (n > TYPE_MEMBERS_MAX || !type_array_room(&t->member, sizeof *m, n, ALL_MEMBERS_MAX))
        return false;
    struct type *s = types_edit(t, id);
    s->first = t->member.count;
    s->count = n;
    if (n != 0)
        memcpy((struct type_member *)t->member.at + t->member.count, m, n * sizeof *m);
    t->member.count += n;
    for (uint32_t i = 0; i < n; i++) {
        unsigned depth = types_get(t, types_real(t, m[i].type))->depth + 1U;
        s->depth = (uint8_t)(depth > s->depth ? depth : s->depth);
    }
    return s->depth < TYPE_DEPTH_MAX;
}

bool types_enumerators(struct types *t, type_id id, const struct type_enumerator *e, uint32_t n)
{
    if (n > TYPE_MEMBERS_MAX || !type_array_room(&t->enumerator, sizeof *e, n, ALL_MEMBERS_MAX))
        return false;
    struct type *s = types_edit(t, id);
    s->first = t->enumerator.count;
    s->count = n;
    if (n != 0)
        memcpy((struct type_enumerator *)t->enumerator.at + t->enumerator.count, e, n * sizeof *e);
    t->enumerator.count += n;
    return true;
}

struct type_hint *types_hint_edit(struct types *t, uint32_t member)
{
    struct type_member *m = (struct type_member *)t->member.at + member;
    if (m->hint == 0) {
        if (!type_array_room(&t->hint, sizeof(struct type_hint), 1, ALL_MEMBERS_MAX))
            return NULL;
        ((struct type_hint *)t->hint.at)[t->hint.count++] = (struct type_hint){0};
        m->hint = t->hint.count;
    }
    return (struct type_hint *)t->hint.at + (m->hint - 1);
}

bool types_add_place(struct types *t, const struct type_place *place)
{
    if (!type_array_room(&t->place, sizeof *place, 1, PLACES_MAX))
        return false;
    ((struct type_place *)t->place.at)[t->place.count++] = *place;
    return true;
}

/* ---- a new set ---- */

static const struct {
    const char *name;
    enum type_kind kind;
    unsigned flags;
} scalars[ABI_SCALARS] = {
    [ABI_CHAR] = {"char", TYPE_CHAR, TYPE_NEGATIVE},
    [ABI_SCHAR] = {"signed char", TYPE_SIGNED, 0},
    [ABI_UCHAR] = {"unsigned char", TYPE_UNSIGNED, 0},
    [ABI_SHORT] = {"short", TYPE_SIGNED, 0},
    [ABI_USHORT] = {"unsigned short", TYPE_UNSIGNED, 0},
    [ABI_INT] = {"int", TYPE_SIGNED, 0},
    [ABI_UINT] = {"unsigned int", TYPE_UNSIGNED, 0},
    [ABI_LONG] = {"long", TYPE_SIGNED, 0},
    [ABI_ULONG] = {"unsigned long", TYPE_UNSIGNED, 0},
    [ABI_LLONG] = {"long long", TYPE_SIGNED, 0},
    [ABI_ULLONG] = {"unsigned long long", TYPE_UNSIGNED, 0},
    [ABI_FLOAT] = {"float", TYPE_FLOAT, 0},
    [ABI_DOUBLE] = {"double", TYPE_FLOAT, 0},
    [ABI_LDOUBLE] = {"long double", TYPE_OPAQUE, 0},
    [ABI_BOOL] = {"bool", TYPE_BOOL, 0},
    [ABI_INT128] = {"__int128", TYPE_OPAQUE, 0},
    [ABI_UINT128] = {"unsigned __int128", TYPE_OPAQUE, 0},
    [ABI_WCHAR] = {"wchar_t", TYPE_CHAR, 0},
    [ABI_CHAR16] = {"char16_t", TYPE_CHAR, 0},
    [ABI_CHAR32] = {"char32_t", TYPE_CHAR, 0},
};

type_id types_scalar(enum abi_scalar s)
{
    return 1 + (type_id)s;
}

static void clear(struct types *t)
{
    struct type_array *all[] = {&t->type,    &t->member, &t->enumerator, &t->hint,    &t->place,
                                &t->strings, &t->names,  &t->defined,    &t->constant};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]->at);
        *all[i] = (struct type_array){0};
    }
    t->names_used = t->defined_used = t->own = 0;
}

bool types_reset(struct types *t, const struct type_abi *abi)
{
    struct type nothing = {.kind = TYPE_VOID, .align = 1};
    struct type_abi copy = *abi;
    clear(t);
    t->abi = copy;
    if (!type_array_room(&t->strings, 1, 1, 1) || !grow_names(t))
        return false;
    ((char *)t->strings.at)[t->strings.count++] = '\0';
    nothing.name = types_intern(t, "void", 4);
    if (!type_array_room(&t->type, sizeof nothing, 1, 1))
        return false;
    ((struct type *)t->type.at)[t->type.count++] = nothing;
    for (int i = 0; i < ABI_SCALARS; i++) {
        struct type s = {.kind = (uint8_t)scalars[i].kind,
                         .flags = (uint8_t)scalars[i].flags,
                         .size = copy.scalar[i].size,
                         .align = copy.scalar[i].align};
        s.name = types_intern(t, scalars[i].name, strlen(scalars[i].name));
        if (s.name == 0 || types_add(t, &s) == 0)
            return false;
    }
    for (int i = ABI_WCHAR; i <= ABI_CHAR32; i++)
        if (!types_define(t, SPACE_TYPEDEF, types_get(t, types_scalar((enum abi_scalar)i))->name,
                          types_scalar((enum abi_scalar)i)))
            return false;
    t->own = UINT32_MAX;
    char why[TYPE_WHY_MAX];
    bool done = types_parse_common(t, why);
    t->own = t->type.count;
    return done;
}

struct types *types_new(const struct type_abi *abi, bool fixed)
{
    struct types *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->fixed = fixed;
    if (types_reset(t, abi))
        return t;
    types_free(t);
    return NULL;
}

void types_free(struct types *t)
{
    if (t != NULL)
        clear(t);
    free(t);
}
