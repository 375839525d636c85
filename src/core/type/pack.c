#include "core/type/pack.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/text.h"
#include "core/type/type_private.h"

enum {
    PACK_MAGIC = 0x31505453, /* STP1 */
    PACK_HEAD = 4 * 6,
    PACK_TYPE = 35,
    PACK_MEMBER = 33,
    PACK_ENUMERATOR = 12,
    PACK_OPAQUE_MAX = 64, /* bytes of what has no reading */
};

/* Numbers one after the other, written or read. */
struct pack_place {
    uint8_t *to;
    const uint8_t *from;
};

static void put(struct pack_place *p, uint64_t v, size_t size)
{
    bytes_put(p->to, size, false, v);
    p->to += size;
}

static uint64_t get(struct pack_place *p, size_t size)
{
    uint64_t v = bytes_get(p->from, size, false);
    p->from += size;
    return v;
}

/* ---- packing ---- */

static void put_type(struct pack_place *p, const struct type *type)
{
    put(p, type->name, 4);
    put(p, type->kind, 1);
    put(p, type->flags, 1);
    put(p, type->depth, 1);
    put(p, type->align, 4);
    put(p, type->target, 4);
    put(p, type->size, 8);
    put(p, type->length, 8);
    put(p, type->count, 4);
}

static void put_member(struct pack_place *p, const struct types *t, const struct type_member *m)
{
    const struct type_hint *h = types_hint(t, m->hint);
    put(p, m->name, 4);
    put(p, m->type, 4);
    put(p, m->offset, 8);
    put(p, m->bits, 2);
    put(p, m->bit, 1);
    put(p, h->link, 1);
    put(p, h->link_type, 4);
    put(p, h->discr, 4);
    put(p, h->other, 4);
    put(p, h->one_is_null, 1);
}

static bool has_members(const struct type *type)
{
    return type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
}

uint8_t *types_pack(const struct types *t, size_t *n)
{
    uint32_t members = 0, enumerators = 0, types = t->type.count - t->own;
    for (type_id id = t->own; id < t->type.count; id++) {
        const struct type *type = types_get(t, id);
        members += has_members(type) ? type->count : 0;
        enumerators += type->kind == TYPE_ENUM ? type->count : 0;
    }
    *n = PACK_HEAD + t->strings.count + (size_t)types * PACK_TYPE + (size_t)members * PACK_MEMBER +
         (size_t)enumerators * PACK_ENUMERATOR;
    uint8_t *pack = malloc(*n);
    if (pack == NULL)
        return NULL;
    struct pack_place p = {.to = pack};
    const uint32_t head[] = {PACK_MAGIC, t->own, t->strings.count, types, members, enumerators};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        put(&p, head[i], 4);
    memcpy(p.to, t->strings.at, t->strings.count);
    p.to += t->strings.count;
    for (type_id id = t->own; id < t->type.count; id++)
        put_type(&p, types_get(t, id));
    for (type_id id = t->own; id < t->type.count; id++) {
        const struct type *type = types_get(t, id);
        for (uint32_t i = 0; has_members(type) && i < type->count; i++)
            put_member(&p, t, types_member(t, type->first + i));
    }
    for (type_id id = t->own; id < t->type.count; id++) {
        const struct type *type = types_get(t, id);
        for (uint32_t i = 0; type->kind == TYPE_ENUM && i < type->count; i++) {
            put(&p, types_enumerator(t, type->first + i)->name, 4);
            put(&p, (uint64_t)types_enumerator(t, type->first + i)->value, 8);
        }
    }
    return pack;
}

/* ---- unpacking ---- */

struct unpack {
    struct types *t;
    const char *strings;
    uint32_t strings_n, types, members, enumerators;
    struct pack_place type, member, enumerator; /* the next one of each */
    const char *wrong;                          /* the first thing that is */
};

static bool wrong(struct unpack *u, const char *what)
{
    if (u->wrong == NULL)
        u->wrong = what;
    return false;
}

/* A name of the pack as one of the set. What cannot be shown becomes `?`, so that no name can do
 * anything to a terminal wherever it is printed. */
static bool take_name(struct unpack *u, struct pack_place *p, type_name *name)
{
    uint64_t at = get(p, 4);
    *name = 0;
    if (at == 0)
        return true;
    if (at >= u->strings_n || u->strings[at - 1] != '\0')
        return wrong(u, "a name that is not there");
    char shown[TYPE_NAME_MAX + 1];
    const char *s = u->strings + at;
    size_t n = strlen(s);
    if (n > TYPE_NAME_MAX)
        return wrong(u, "a name that is too long");
    for (size_t i = 0; i < n;) {
        struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)s + i, n - i);
        if (c.valid && text_printable(c.cp))
            memcpy(shown + i, s + i, c.size);
        else
            memset(shown + i, '?', c.size);
        i += c.size;
    }
    *name = types_intern(u->t, shown, n);
    return *name != 0 || wrong(u, "a name that is too long");
}

static bool take_id(struct unpack *u, struct pack_place *p, type_id *id)
{
    *id = (type_id)get(p, 4);
    return *id < u->t->own + u->types || wrong(u, "a type that is not there");
}

static bool power(uint64_t v)
{
    return v != 0 && (v & (v - 1)) == 0;
}

/* Does the size go with the kind? */
static bool size_fits(const struct type *type)
{
    bool whole = power(type->size) && type->size <= 8;
    switch (type->kind) {
    case TYPE_UNSIGNED:
    case TYPE_SIGNED:
    case TYPE_BOOL:
    case TYPE_ENUM:
        return whole || ((type->flags & TYPE_INCOMPLETE) != 0 && type->size == 0);
    case TYPE_CHAR:
        return whole && type->size <= 4;
    case TYPE_FLOAT:
        return type->size == 4 || type->size == 8;
    case TYPE_POINTER:
        return type->size == 4 || type->size == 8;
    case TYPE_OPAQUE:
        return type->size > 0 && type->size <= PACK_OPAQUE_MAX;
    case TYPE_ARRAY:
    case TYPE_STRUCT:
    case TYPE_UNION:
        return type->size <= TYPE_SIZE_MAX;
    default:
        return type->size == 0;
    }
}

static bool take_type(struct unpack *u)
{
    struct pack_place *p = &u->type;
    const unsigned flags =
        TYPE_UNBOUNDED | TYPE_INCOMPLETE | TYPE_TAGGED | TYPE_NEGATIVE | TYPE_VTABLE;
    struct type type = {0};
    type_id id = u->t->type.count;
    if (!take_name(u, p, &type.name))
        return false;
    type.kind = (uint8_t)get(p, 1);
    type.flags = (uint8_t)get(p, 1);
    type.depth = (uint8_t)get(p, 1);
    type.align = (uint32_t)get(p, 4);
    if (!take_id(u, p, &type.target))
        return false;
    type.size = get(p, 8);
    type.length = get(p, 8);
    type.count = (uint32_t)get(p, 4);
    if (type.kind > TYPE_OPAQUE || (type.flags & ~flags) != 0 || type.depth >= TYPE_DEPTH_MAX)
        return wrong(u, "a type of no kind");
    if (!size_fits(&type) || (type.align != 0 && !power(type.align)) ||
        (type.align == 0) != (type.kind == TYPE_ALIAS) || type.align > 1U << 28)
        return wrong(u, "a type of a size that cannot be");
    if (type.kind == TYPE_ALIAS && type.target >= id)
        return wrong(u, "an alias of a later type");
    if (type.count > TYPE_MEMBERS_MAX)
        return wrong(u, "a type with too many members");
    return types_add(u->t, &type) != 0 || wrong(u, "too many types");
}

static bool take_member(struct unpack *u, const struct type *owner, struct type_member *m,
                        struct type_hint *h)
{
    struct pack_place *p = &u->member;
    if (u->members-- == 0)
        return wrong(u, "fewer members than there should be");
    if (!take_name(u, p, &m->name) || !take_id(u, p, &m->type))
        return false;
    m->offset = get(p, 8);
    m->bits = (uint16_t)get(p, 2);
    m->bit = (uint8_t)get(p, 1);
    h->link = (uint8_t)get(p, 1);
    if (!take_id(u, p, &h->link_type) || !take_name(u, p, &h->discr))
        return false;
    h->other = (uint32_t)get(p, 4);
    h->one_is_null = get(p, 1) != 0;
    const struct type *real = types_get(u->t, types_real(u->t, m->type));
    uint64_t size = m->bits != 0 ? (m->bit + m->bits + 7U) / 8 : real->size;
    if (m->bits > 64 || m->bit > 7 || (m->bits == 0 && m->bit != 0) ||
        (m->bits != 0 && (!power(real->size) || real->size > 8)) || m->offset > owner->size ||
        size > owner->size - m->offset)
        return wrong(u, "a member that lies outside of its struct");
    if (real->kind == TYPE_VOID || real->kind == TYPE_FUNCTION ||
        (real->flags & TYPE_INCOMPLETE) != 0 || real->depth >= owner->depth)
        return wrong(u, "a member without contents");
    return (h->link == LINK_NONE || h->link == LINK_SELF) || wrong(u, "a link of no kind");
}

static bool take_members(struct unpack *u, type_id id)
{
    struct type type = *types_get(u->t, id);
    struct type_member *m = calloc(type.count + 1, sizeof *m);
    struct type_hint *h = calloc(type.count + 1, sizeof *h);
    bool good = (m != NULL && h != NULL) || wrong(u, "out of memory");
    for (uint32_t i = 0; good && i < type.count; i++)
        good = take_member(u, &type, &m[i], &h[i]);
    good = good && (types_members(u->t, id, m, type.count) || wrong(u, "too many members"));
    for (uint32_t i = 0; good && i < type.count; i++) {
        if (h[i].link == LINK_NONE && h[i].discr == 0)
            continue;
        struct type_hint *made = types_hint_edit(u->t, types_get(u->t, id)->first + i);
        good = made != NULL || wrong(u, "out of memory");
        if (made != NULL)
            *made = h[i];
    }
    free(m);
    free(h);
    return good;
}

static bool take_enumerators(struct unpack *u, type_id id)
{
    uint32_t count = types_get(u->t, id)->count;
    if (count > u->enumerators)
        return wrong(u, "fewer enumerators than there should be");
    u->enumerators -= count;
    struct type_enumerator *e = calloc(count + 1, sizeof *e);
    bool good = e != NULL || wrong(u, "out of memory");
    for (uint32_t i = 0; good && i < count; i++) {
        good = take_name(u, &u->enumerator, &e[i].name);
        e[i].value = good ? (int64_t)get(&u->enumerator, 8) : 0;
    }
    good = good && (types_enumerators(u->t, id, e, count) || wrong(u, "too many enumerators"));
    free(e);
    return good;
}

/* What a type leads to, now that all are there. */
static bool take_contents(struct unpack *u, type_id id)
{
    const struct type *type = types_get(u->t, id);
    const struct type *item = types_get(u->t, types_real(u->t, type->target));
    if (has_members(type))
        return take_members(u, id);
    if (type->kind == TYPE_ENUM)
        return take_enumerators(u, id);
    if (type->count != 0)
        return wrong(u, "members of what has none");
    if (type->kind == TYPE_ARRAY) {
        bool open = (type->flags & TYPE_UNBOUNDED) != 0;
        uint64_t length = item->size == 0 ? 0 : type->size / item->size;
        if (item->kind == TYPE_VOID || item->kind == TYPE_FUNCTION ||
            (item->flags & TYPE_INCOMPLETE) != 0 || type->depth != item->depth + 1 ||
            (item->kind == TYPE_ARRAY && (item->flags & TYPE_UNBOUNDED) != 0) ||
            (open && type->length != 0) ||
            (item->size != 0 && (length != type->length || type->size % item->size != 0)) ||
            (item->size == 0 && type->size != 0))
            return wrong(u, "an array of another size than its elements");
        return true;
    }
    return type->depth == 0 || type->kind == TYPE_ALIAS || wrong(u, "a depth that is not so");
}

/* The names by which types are found; of several of one name the first that is complete. */
static bool define(struct unpack *u, type_id id)
{
    const struct type *type = types_get(u->t, id);
    bool tag = has_members(type) || type->kind == TYPE_ENUM;
    enum type_space space = tag ? SPACE_TAG : SPACE_TYPEDEF;
    type_id known = types_lookup(u->t, space, type->name);
    bool better = known < u->t->own || (types_get(u->t, known)->flags & TYPE_INCOMPLETE) != 0;
    if (type->name == 0 || !better)
        return true;
    return types_define(u->t, space, type->name, id) || wrong(u, "out of memory");
}

/* How many fields a type has when everything below it is written out, an array as one element, is
 * bounded: structs of structs of structs would otherwise take for ever to walk. */
static bool bounded(struct unpack *u)
{
    enum { FIELDS_MOST = 1 << 20 };
    type_id n = u->t->type.count;
    uint64_t *fields = calloc(n, sizeof *fields);
    bool good = fields != NULL || wrong(u, "out of memory");
    unsigned deepest = 0;
    for (type_id id = 0; id < n; id++)
        deepest = types_get(u->t, id)->depth > deepest ? types_get(u->t, id)->depth : deepest;
    for (unsigned depth = 0; good && depth <= deepest; depth++)
        for (type_id id = 0; good && id < n; id++) {
            const struct type *type = types_get(u->t, id);
            if (type->kind == TYPE_ALIAS || type->depth != depth)
                continue;
            fields[id] = 1;
            if (type->kind == TYPE_ARRAY)
                fields[id] += fields[types_real(u->t, type->target)];
            for (uint32_t i = 0; has_members(type) && i < type->count; i++)
                fields[id] += fields[types_real(u->t, types_member(u->t, type->first + i)->type)];
            good = fields[id] <= FIELDS_MOST || wrong(u, "a type with too many fields");
        }
    free(fields);
    return good;
}

static bool unpack(struct unpack *u, const uint8_t *pack, size_t n)
{
    struct pack_place p = {.from = pack};
    if (n < PACK_HEAD || get(&p, 4) != PACK_MAGIC || get(&p, 4) != u->t->own)
        return wrong(u, "not a pack of types");
    u->strings_n = (uint32_t)get(&p, 4);
    u->types = (uint32_t)get(&p, 4);
    u->members = (uint32_t)get(&p, 4);
    u->enumerators = (uint32_t)get(&p, 4);
    uint64_t need = PACK_HEAD + (uint64_t)u->strings_n + (uint64_t)u->types * PACK_TYPE +
                    (uint64_t)u->members * PACK_MEMBER + (uint64_t)u->enumerators * PACK_ENUMERATOR;
    if (need != n || u->types > TYPES_MAX - u->t->own || u->strings_n == 0)
        return wrong(u, "a pack of another length than it says");
    u->strings = (const char *)p.from;
    if (u->strings[u->strings_n - 1] != '\0')
        return wrong(u, "a name without an end");
    u->type.from = p.from + u->strings_n;
    u->member.from = u->type.from + (size_t)u->types * PACK_TYPE;
    u->enumerator.from = u->member.from + (size_t)u->members * PACK_MEMBER;
    type_id end = u->t->own + u->types;
    for (type_id id = u->t->own; id < end; id++)
        if (!take_type(u))
            return false;
    for (type_id id = u->t->own; id < end; id++)
        if (!take_contents(u, id) || !define(u, id))
            return false;
    if (u->members != 0 || u->enumerators != 0)
        return wrong(u, "more members than there should be");
    return bounded(u);
}

const char *types_unpack(const uint8_t *pack, size_t n, const struct type_abi *abi,
                         struct types **out)
{
    struct unpack u = {.t = types_new(abi, true)};
    *out = NULL;
    if (u.t == NULL)
        return "out of memory";
    if (unpack(&u, pack, n)) {
        *out = u.t;
        return NULL;
    }
    types_free(u.t);
    return u.wrong;
}
