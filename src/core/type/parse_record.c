/* struct, union and enum. */
#include "core/type/parse_private.h"

#include <stdlib.h>
#include <string.h>

bool parse_too_many(struct parser *p)
{
    return lex_fail(&p->l, "more types than shmlens shows, or out of memory");
}

type_name parse_intern(struct parser *p)
{
    return types_intern(p->t, p->l.tok.at, p->l.tok.n);
}

/* ---- tags ---- */

static const char *word_of(enum type_kind kind)
{
    return kind == TYPE_STRUCT ? "struct" : kind == TYPE_UNION ? "union" : "enum";
}

/* The type of a tag: the one that is known, or a new one without contents. `opens`: its braces
 * follow. */
static bool find_tag(struct parser *p, enum type_kind kind, type_name name, bool opens, type_id *id)
{
    *id = types_lookup(p->t, SPACE_TAG, name);
    const struct type *known = types_get(p->t, *id);
    if (*id != 0 && types_declared(p->t, *id)) {
        if (known->kind != kind)
            return lex_fail(&p->l, "%s is a %s already", types_name(p->t, name),
                            word_of((enum type_kind)known->kind));
        if (opens && !(known->flags & TYPE_INCOMPLETE))
            return lex_fail(&p->l, "%s %s is defined twice", word_of(kind), types_name(p->t, name));
        return true;
    }
    if (*id != 0 && !opens)
        return true;
    struct type type = {.kind = (uint8_t)kind,
                        .name = name,
                        .flags = TYPE_INCOMPLETE | (name != 0 ? TYPE_TAGGED : 0),
                        .align = 1};
    *id = types_add(p->t, &type);
    if (*id == 0 || (name != 0 && !types_define(p->t, SPACE_TAG, name, *id)))
        return parse_too_many(p);
    return true;
}

/* ---- members ---- */

static bool is_whole(const struct type *type)
{
    return type->kind == TYPE_UNSIGNED || type->kind == TYPE_SIGNED || type->kind == TYPE_BOOL ||
           type->kind == TYPE_CHAR || type->kind == TYPE_ENUM;
}

static bool add_field(struct parser *p, const struct parse_field *f)
{
    const struct type *type = types_get(p->t, types_real(p->t, f->member.type));
    if (type->kind == TYPE_VOID || type->kind == TYPE_FUNCTION)
        return lex_fail(&p->l, "a field that has no size");
    if (type->flags & TYPE_INCOMPLETE)
        return lex_fail(&p->l, "%s %s is not defined here", word_of((enum type_kind)type->kind),
                        types_name(p->t, type->name));
    if (f->width > 0 && (!is_whole(type) || (uint64_t)f->width > type->size * 8))
        return lex_fail(&p->l, "a bitfield of %d bits does not fit its type", f->width);
    if (f->width == 0 && f->member.name != 0)
        return lex_fail(&p->l, "a bitfield of no bits has no name");
    if (!type_array_room(&p->fields, sizeof *f, 1, TYPE_MEMBERS_MAX))
        return lex_fail(&p->l, "more fields than shmlens shows");
    ((struct parse_field *)p->fields.at)[p->fields.count++] = *f;
    return true;
}

/* `: N` after a declarator. */
static bool bit_width(struct parser *p, bool colon, int *width)
{
    int64_t n = 0;
    *width = -1;
    if (!colon && !lex_take(&p->l, ':'))
        return true;
    if (!lex_expression(&p->l, &n))
        return false;
    if (n < 0 || n > 64)
        return lex_fail(&p->l, "a bitfield of %lld bits", (long long)n);
    *width = (int)n;
    return true;
}

static bool one_field(struct parser *p, const struct parse_specifiers *s)
{
    struct parse_declarator d = {.type = s->type};
    struct parse_field f = {.width = -1};
    if (!s->colon && !lex_is(&p->l, ':') && !parse_declarator(p, s->type, &d))
        return false;
    if (!bit_width(p, s->colon, &f.width) || !parse_attributes(p, &d.attributes))
        return false;
    if (d.name == NULL && f.width < 0)
        return lex_fail_here(&p->l, "the name of a field is expected here");
    f.attributes = s->attributes;
    f.attributes.packed = f.attributes.packed || d.attributes.packed;
    if (d.attributes.align > f.attributes.align)
        f.attributes.align = d.attributes.align;
    f.member.type = d.type;
    if (d.name != NULL) {
        f.member.name = types_intern(p->t, d.name, d.name_n);
        if (f.member.name == 0)
            return parse_too_many(p);
    }
    return add_field(p, &f);
}

/* A line between the braces. */
static bool fields_of(struct parser *p)
{
    struct parse_specifiers s;
    if (lex_take(&p->l, ';'))
        return true;
    if (!parse_specifiers(p, &s))
        return false;
    if (s.is_typedef)
        return lex_fail(&p->l, "a typedef inside of a struct");
    if (lex_take(&p->l, ';')) {
        const struct type *type = types_get(p->t, s.type);
        struct parse_field f = {.width = -1, .attributes = s.attributes};
        f.member.type = s.type;
        bool nameless =
            s.opened && type->name == 0 && (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION);
        return !nameless || add_field(p, &f);
    }
    do {
        if (!one_field(p, &s))
            return false;
    } while (lex_take(&p->l, ','));
    return lex_want(&p->l, ';');
}

/* ---- layout ---- */

static int compare_names(const void *a, const void *b)
{
    type_name x = *(const type_name *)a, y = *(const type_name *)b;
    return x < y ? -1 : x > y;
}

/* Two fields of one name? */
static bool names_differ(struct parser *p, const struct type_member *m, uint32_t n)
{
    type_name *names = malloc((n + 1) * sizeof *names);
    bool good = true;
    if (names == NULL)
        return parse_too_many(p);
    for (uint32_t i = 0; i < n; i++)
        names[i] = m[i].name;
    qsort(names, n, sizeof *names, compare_names);
    for (uint32_t i = 1; i < n && good; i++)
        if (names[i] != 0 && names[i] == names[i - 1])
            good = lex_fail(&p->l, "two fields are called %s", types_name(p->t, names[i]));
    free(names);
    return good;
}

/* Gives the field its place. An array of no elements at the end extends as far as it may. */
static bool place_field(struct parser *p, struct abi_struct *s, struct parse_field *f, bool last)
{
    const struct type *type = types_get(p->t, types_real(p->t, f->member.type));
    const char *why = NULL;
    if (type->kind == TYPE_ARRAY && type->length == 0 && !s->is_union) {
        if (!last && (type->flags & TYPE_UNBOUNDED))
            return lex_fail(&p->l, "%s: only the last field can be an array without a length",
                            types_name(p->t, f->member.name));
        if (last)
            f->member.type = types_array(p->t, type->target, 0, true, &why);
        if (why != NULL)
            return lex_fail(&p->l, "%s", why);
    }
    struct abi_member m = {.size = types_size(p->t, f->member.type),
                           .align = types_align(p->t, f->member.type),
                           .asked = f->attributes.align,
                           .packed = f->attributes.packed,
                           .named = f->member.name != 0 || f->width < 0,
                           .width = f->width};
    uint64_t bit = 0;
    if (!abi_place(s, &m, &bit))
        return lex_fail(&p->l, "larger than shmlens shows");
    f->member.offset = bit / 8;
    f->member.bit = (uint8_t)(bit % 8);
    f->member.bits = (uint16_t)(f->width > 0 ? f->width : 0);
    return true;
}

/* The fields from `first` on become those of the struct. Bitfields without a name only take room.
 */
static bool close_record(struct parser *p, type_id id, uint32_t first,
                         const struct parse_attributes *a)
{
    if (!type_array_room(&p->fields, sizeof(struct parse_field), 1, TYPE_MEMBERS_MAX + 1))
        return lex_fail(&p->l, "more fields than shmlens shows");
    struct parse_field *fields = (struct parse_field *)p->fields.at + first;
    uint32_t n = p->fields.count - first, kept = 0;
    struct type_member *m = malloc((n + 1) * sizeof *m);
    struct abi_struct s = {.abi = types_abi(p->t),
                           .is_union = types_get(p->t, id)->kind == TYPE_UNION,
                           .packed = a->packed,
                           .pack = p->l.pack};
    uint64_t size = 0;
    bool good = m != NULL;
    for (uint32_t i = 0; i < n && good; i++) {
        good = place_field(p, &s, &fields[i], i + 1 == n);
        if (good && (fields[i].member.name != 0 || fields[i].width < 0))
            m[kept++] = fields[i].member;
    }
    good = good && names_differ(p, m, kept);
    if (good && !abi_close(&s, a->align, &size))
        good = lex_fail(&p->l, "larger than shmlens shows");
    struct type *type = types_edit(p->t, id);
    type->size = size;
    type->align = s.align == 0 ? 1 : s.align;
    type->flags &= (uint8_t)~TYPE_INCOMPLETE;
    if (good && !types_members(p->t, id, m, kept))
        good = lex_fail(&p->l, "nested deeper, or more fields, than shmlens shows");
    free(m);
    p->fields.count = first;
    return good || (p->l.failed ? false : parse_too_many(p));
}

bool parse_record(struct parser *p, bool is_union, struct parse_specifiers *s)
{
    struct parse_attributes a = {0};
    type_name name = 0;
    lex_next(&p->l);
    if (!parse_attributes(p, &a))
        return false;
    if (p->l.tok.kind == TOKEN_NAME) {
        name = parse_intern(p);
        lex_next(&p->l);
        if (name == 0)
            return parse_too_many(p);
    }
    bool opens = lex_is(&p->l, '{');
    if (!opens && name == 0)
        return lex_fail_here(&p->l, "a name or { is expected here");
    if (!find_tag(p, is_union ? TYPE_UNION : TYPE_STRUCT, name, opens, &s->type))
        return false;
    if (!opens)
        return true;
    if (++p->depth > PARSE_DEPTH_MAX)
        return lex_fail(&p->l, "structs that are nested too deeply");
    uint32_t first = p->fields.count;
    lex_next(&p->l);
    while (!lex_take(&p->l, '}'))
        if (p->l.tok.kind == TOKEN_END ? !lex_fail_here(&p->l, "a { without its }") : !fields_of(p))
            return false;
    p->depth--;
    s->opened = true;
    return parse_attributes(p, &a) && close_record(p, s->type, first, &a);
}

/* ---- enum ---- */

/* The size that a compiler gives an enum with these values. */
static void size_enum(struct parser *p, type_id id, uint32_t first, bool packed, type_id base)
{
    const struct type_enumerator *e = (const struct type_enumerator *)p->values.at + first;
    const struct type_abi *abi = types_abi(p->t);
    int64_t low = 0, high = 0;
    for (uint32_t i = 0; i < p->values.count - first; i++) {
        low = e[i].value < low ? e[i].value : low;
        high = e[i].value > high ? e[i].value : high;
    }
    unsigned size = 4;
    if (packed)
        size = low >= INT8_MIN && high <= (low < 0 ? INT8_MAX : UINT8_MAX)      ? 1
               : low >= INT16_MIN && high <= (low < 0 ? INT16_MAX : UINT16_MAX) ? 2
                                                                                : 4;
    if (!abi->microsoft && (low < INT32_MIN || high > (low < 0 ? INT32_MAX : (int64_t)UINT32_MAX)))
        size = 8;
    struct type *type = types_edit(p->t, id);
    type->size = base != 0 ? types_size(p->t, base) : size;
    type->align = base != 0   ? types_align(p->t, base)
                  : size == 8 ? abi->scalar[ABI_LLONG].align
                              : size;
    type->flags &= (uint8_t)~TYPE_INCOMPLETE;
    bool is_signed = base != 0 && types_get(p->t, types_real(p->t, base))->kind == TYPE_SIGNED;
    if (low < 0 || abi->microsoft || is_signed)
        type->flags |= TYPE_NEGATIVE;
}

static bool one_enumerator(struct parser *p, int64_t *next)
{
    struct type_enumerator e = {.value = *next};
    struct parse_attributes ignored = {0};
    if (p->l.tok.kind != TOKEN_NAME)
        return lex_fail_here(&p->l, "the name of an enumerator is expected here");
    e.name = parse_intern(p);
    int64_t other;
    if (e.name != 0 && types_constant(p->t, e.name, &other))
        return lex_fail_here(&p->l, "an enumerator that exists already");
    lex_next(&p->l);
    if (!parse_attributes(p, &ignored) ||
        (lex_take(&p->l, '=') && !lex_expression(&p->l, &e.value)))
        return false;
    if (!type_array_room(&p->values, sizeof e, 1, TYPE_MEMBERS_MAX))
        return lex_fail(&p->l, "more enumerators than shmlens shows");
    ((struct type_enumerator *)p->values.at)[p->values.count++] = e;
    *next = e.value == INT64_MAX ? INT64_MIN : e.value + 1;
    return types_define_constant(p->t, e.name, e.value) || parse_too_many(p);
}

static bool enum_body(struct parser *p, type_id id, type_id base)
{
    if (!type_array_room(&p->values, sizeof(struct type_enumerator), 1, TYPE_MEMBERS_MAX))
        return lex_fail(&p->l, "more enumerators than shmlens shows");
    uint32_t first = p->values.count;
    struct parse_attributes a = {0};
    int64_t next = 0;
    lex_next(&p->l);
    while (!lex_take(&p->l, '}'))
        if (!one_enumerator(p, &next) || (!lex_is(&p->l, '}') && !lex_want(&p->l, ',')))
            return false;
    if (!parse_attributes(p, &a))
        return false;
    size_enum(p, id, first, a.packed, base);
    bool good = types_enumerators(p->t, id, (struct type_enumerator *)p->values.at + first,
                                  p->values.count - first);
    p->values.count = first;
    return good || parse_too_many(p);
}

bool parse_enum(struct parser *p, struct parse_specifiers *s)
{
    struct parse_attributes a = {0};
    struct parse_specifiers base = {0};
    type_name name = 0;
    lex_next(&p->l);
    if (!parse_attributes(p, &a))
        return false;
    if (lex_is_name(&p->l, "class") || lex_is_name(&p->l, "struct"))
        lex_next(&p->l);
    if (p->l.tok.kind == TOKEN_NAME) {
        name = parse_intern(p);
        lex_next(&p->l);
        if (name == 0)
            return parse_too_many(p);
    }
    if (++p->depth > PARSE_DEPTH_MAX)
        return lex_fail(&p->l, "enums that are nested too deeply");
    s->colon = lex_take(&p->l, ':');
    if (s->colon && parse_is_type(p)) {
        s->colon = false;
        if (!parse_specifiers(p, &base))
            return false;
        if (!is_whole(types_get(p->t, types_real(p->t, base.type))))
            return lex_fail(&p->l, "an enum needs a type of whole numbers");
    }
    p->depth--;
    bool opens = lex_is(&p->l, '{');
    if (!opens && name == 0)
        return lex_fail_here(&p->l, "a name or { is expected here");
    if (!find_tag(p, TYPE_ENUM, name, opens, &s->type))
        return false;
    s->opened = opens;
    return !opens || enum_body(p, s->type, base.type);
}
