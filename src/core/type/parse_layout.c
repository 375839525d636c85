/* The lines of a layout file: `at GLOB OFFSET: TYPE [N] size BYTES when CONDITION` and
 * `for TYPE.FIELD: HINT`. */
#include "core/type/parse_private.h"

#include <string.h>

#include "core/number.h"
#include "core/type/place.h"

enum { OFFSET_MAX = 48 };

/* A name as text of its own; false: there is none here. */
static bool take_name(struct parser *p, char out[TYPE_NAME_MAX + 1])
{
    if (p->l.tok.kind != TOKEN_NAME)
        return lex_fail_here(&p->l, "a name is expected here");
    memcpy(out, p->l.tok.at, p->l.tok.n);
    out[p->l.tok.n] = '\0';
    lex_next(&p->l);
    return !p->l.failed;
}

/* `struct NAME` or `NAME`: a type that is known. */
static bool take_type(struct parser *p, type_id *id)
{
    char name[TYPE_NAME_MAX + 1], full[TYPE_NAME_MAX + 8];
    bool is_struct = lex_take_name(&p->l, "struct"), is_enum = lex_take_name(&p->l, "enum");
    bool is_union = lex_take_name(&p->l, "union");
    if (!take_name(p, name))
        return false;
    (void)snprintf(full, sizeof full, "%s%s",
                   is_struct  ? "struct "
                   : is_enum  ? "enum "
                   : is_union ? "union "
                              : "",
                   name);
    *id = types_find(p->t, full);
    return *id != 0 || lex_fail(&p->l, "%s: no such type", full);
}

/* ---- at ---- */

static bool place_offset(struct parser *p, struct type_place *place)
{
    const char *at;
    char word[OFFSET_MAX];
    size_t n = lex_raw(&p->l, ":", &at);
    if (n >= sizeof word)
        return lex_fail(&p->l, "at: an offset is expected after the name");
    memcpy(word, at, n);
    word[n] = '\0';
    place->from_end = strncmp(word, "end", 3) == 0;
    const char *number = !place->from_end ? word : word[3] == '-' ? word + 4 : "";
    if (place->from_end && word[3] == '\0')
        number = "0";
    if (number_u64(number, UINT64_MAX, &place->offset) != NUM_OK)
        return lex_fail(&p->l, "at: %s: not an offset (64, 0x40, end-40)", word);
    return true;
}

/* The condition, to the end of the line or a comment. */
static bool place_condition(struct parser *p, struct type_place *place)
{
    const char *at;
    char why[TYPE_WHY_MAX];
    size_t n = lex_raw(&p->l, "", &at);
    for (size_t i = 0; i + 2 < n; i++)
        if (memcmp(at + i, " //", 3) == 0 || memcmp(at + i, " /*", 3) == 0)
            n = i;
    while (n > 0 && at[n - 1] == ' ')
        n--;
    place->when = types_intern(p->t, at, n);
    if (place->when == 0)
        return lex_fail(&p->l, "at: a condition (FIELD == VALUE) is expected after when");
    if (!type_place_check(p->t, place, why))
        return lex_fail(&p->l, "at: when %s", why);
    p->l.at = p->l.end;
    lex_next(&p->l);
    return true;
}

/* `size BYTES` */
static bool place_size(struct parser *p, struct type_place *place)
{
    int64_t bytes = 0;
    if (!lex_expression(&p->l, &bytes))
        return false;
    place->sized = true;
    place->size = (uint64_t)bytes;
    return bytes > 0 || lex_fail(&p->l, "at: not the size of a segment");
}

static bool place_line(struct parser *p)
{
    struct type_place place = {0};
    const char *at, *why = NULL;
    int64_t count = 0;
    size_t n = lex_raw(&p->l, " \t", &at);
    place.glob = types_intern(p->t, at, n);
    if (place.glob == 0)
        return lex_fail(&p->l, "at: the name of a segment is expected");
    if (!place_offset(p, &place))
        return false;
    lex_next(&p->l);
    if (!lex_want(&p->l, ':') || !take_type(p, &place.type))
        return false;
    if (lex_take(&p->l, '[')) {
        if (!lex_is(&p->l, ']') && !lex_expression(&p->l, &count))
            return false;
        if (count < 0 || !lex_want(&p->l, ']'))
            return lex_fail(&p->l, "at: not a number of elements");
        place.type = types_array(p->t, place.type, (uint64_t)count, count == 0, &why);
        if (why != NULL)
            return lex_fail(&p->l, "at: %s", why);
    }
    if (types_get(p->t, types_real(p->t, place.type))->flags & TYPE_INCOMPLETE)
        return lex_fail(&p->l, "at: a type that is not defined");
    if (lex_take_name(&p->l, "size") && !place_size(p, &place))
        return false;
    if (lex_is_name(&p->l, "when") && !place_condition(p, &place))
        return false;
    if (p->l.tok.kind != TOKEN_END)
        return lex_fail_here(&p->l, "not understood after at GLOB OFFSET: TYPE");
    return types_add_place(p->t, &place) || parse_too_many(p);
}

/* ---- for ---- */

/* The field that hints are for, and the struct that its siblings are in. */
struct subject {
    type_id owner;
    uint32_t member;
};

static bool find_subject(struct parser *p, struct subject *s)
{
    char name[TYPE_NAME_MAX + 1];
    uint64_t offset;
    type_id id;
    if (!take_type(p, &id) || !lex_want(&p->l, '.'))
        return false;
    do {
        if (!take_name(p, name))
            return false;
        s->owner = types_real(p->t, id);
        while (types_get(p->t, s->owner)->kind == TYPE_ARRAY)
            s->owner = types_real(p->t, types_get(p->t, s->owner)->target);
        s->member = types_member_find(p->t, s->owner, name, &offset);
        if (s->member == TYPE_NO_MEMBER)
            return lex_fail(&p->l, "%s: no such field", name);
        id = types_member(p->t, s->member)->type;
    } while (lex_take(&p->l, '.'));
    return true;
}

/* A field of the same struct, of whole numbers; or any with `any`. */
static bool sibling(struct parser *p, const struct subject *s, bool any, type_name *out)
{
    char name[TYPE_NAME_MAX + 1];
    uint64_t offset;
    *out = parse_intern(p);
    if (!take_name(p, name))
        return false;
    uint32_t m = types_member_find(p->t, s->owner, name, &offset);
    if (m == TYPE_NO_MEMBER)
        return lex_fail(&p->l, "%s: no such field beside it", name);
    int kind = types_get(p->t, types_real(p->t, types_member(p->t, m)->type))->kind;
    if (!any && kind != TYPE_UNSIGNED && kind != TYPE_SIGNED && kind != TYPE_ENUM &&
        kind != TYPE_CHAR && kind != TYPE_BOOL)
        return lex_fail(&p->l, "%s: not a field of whole numbers", name);
    return true;
}

static type_id real_of(struct parser *p, const struct subject *s)
{
    return types_real(p->t, types_member(p->t, s->member)->type);
}

static bool count_hint(struct parser *p, const struct subject *s, struct type_hint *h)
{
    int64_t n = 0;
    if (types_get(p->t, real_of(p, s))->kind != TYPE_ARRAY)
        return lex_fail(&p->l, "count, at and stride are for arrays");
    if (!lex_want(&p->l, '='))
        return false;
    h->counted = true;
    h->count = 0;
    if (p->l.tok.kind == TOKEN_NAME)
        return sibling(p, s, false, &h->count);
    if (!lex_expression(&p->l, &n))
        return false;
    h->number = (uint64_t)n;
    return n >= 0 || lex_fail(&p->l, "count: not a number of elements");
}

static bool table_hint(struct parser *p, const struct subject *s, type_name *out)
{
    if (types_get(p->t, real_of(p, s))->kind != TYPE_ARRAY)
        return lex_fail(&p->l, "count, at and stride are for arrays");
    return lex_want(&p->l, '=') && sibling(p, s, false, out);
}

/* An array `FIELD` of this struct, or `TYPE.FIELD`. */
static bool link_array(struct parser *p, const struct subject *s, const char *first,
                       struct type_hint *h)
{
    char name[TYPE_NAME_MAX + 1];
    uint64_t offset;
    type_id owner = s->owner;
    (void)snprintf(name, sizeof name, "%s", first);
    h->link = LINK_ARRAY;
    if (lex_take(&p->l, '.')) {
        owner = h->link_owner = types_real(p->t, types_find(p->t, first));
        if (owner == 0)
            return lex_fail(&p->l, "%s: no such type", first);
        if (!take_name(p, name))
            return false;
    }
    uint32_t m = types_member_find(p->t, owner, name, &offset);
    if (m == TYPE_NO_MEMBER)
        return lex_fail(&p->l, "%s: no such field", name);
    const struct type *a = types_get(p->t, types_real(p->t, types_member(p->t, m)->type));
    if (a->kind != TYPE_ARRAY)
        return lex_fail(&p->l, "%s: not an array", name);
    h->link_field = types_intern(p->t, name, strlen(name));
    h->link_type = a->target;
    return true;
}

static bool link_hint(struct parser *p, const struct subject *s, struct type_hint *h)
{
    char name[TYPE_NAME_MAX + 1];
    uint64_t offset;
    const struct type *type = types_get(p->t, real_of(p, s));
    if (type->kind != TYPE_UNSIGNED && type->kind != TYPE_SIGNED && type->kind != TYPE_POINTER)
        return lex_fail(&p->l, "link: for whole numbers and pointers");
    if (!lex_want(&p->l, '='))
        return false;
    bool is_struct = lex_take_name(&p->l, "struct");
    if (!take_name(p, name))
        return false;
    if (type->kind == TYPE_POINTER)
        h->link_type = type->target;
    if (is_struct || !lex_take(&p->l, '+'))
        return link_array(p, s, name, h);
    h->link = strcmp(name, "base") == 0   ? LINK_BASE
              : strcmp(name, "self") == 0 ? LINK_SELF
                                          : LINK_FIELD;
    h->link_field = types_intern(p->t, name, strlen(name));
    if (h->link == LINK_FIELD && types_member_find(p->t, s->owner, name, &offset) == TYPE_NO_MEMBER)
        return lex_fail(&p->l, "%s: no such field beside it", name);
    bool typed = p->l.tok.kind == TOKEN_NAME && !lex_is(&p->l, ',');
    return !typed || take_type(p, &h->link_type);
}

/* `text`, `text utf16`, `text cp1252`: the machine's order where there are two. */
static bool text_hint(struct parser *p, const struct subject *s, struct type_hint *h)
{
    static const struct {
        const char *name;
        enum text_encoding enc;
    } rows[] = {{"utf8", TEXT_UTF8},     {"ascii", TEXT_ASCII},     {"latin1", TEXT_LATIN1},
                {"utf16", TEXT_UTF16LE}, {"utf16le", TEXT_UTF16LE}, {"utf16be", TEXT_UTF16BE},
                {"utf32", TEXT_UTF32LE}, {"utf32le", TEXT_UTF32LE}, {"utf32be", TEXT_UTF32BE},
                {"cp1252", TEXT_CP1252}, {"cp1251", TEXT_CP1251},   {"cp932", TEXT_CP932}};
    type_id id = real_of(p, s);
    h->form = FORM_TEXT;
    h->text = TEXT_UTF8;
    while (types_get(p->t, id)->kind == TYPE_ARRAY)
        id = types_real(p->t, types_get(p->t, id)->target);
    if (id == real_of(p, s))
        return lex_fail(&p->l, "text: for arrays");
    uint64_t unit = types_get(p->t, id)->size;
    if (unit == 2 || unit == 4)
        h->text = unit == 2 ? TEXT_UTF16LE : TEXT_UTF32LE;
    if (p->l.tok.kind == TOKEN_NAME) {
        size_t i = 0;
        while (i < sizeof rows / sizeof rows[0] && !lex_is_name(&p->l, rows[i].name))
            i++;
        if (i == sizeof rows / sizeof rows[0])
            return lex_fail_here(
                &p->l, "no such text (utf8, utf16, utf32, ascii, latin1, cp1252, cp1251, cp932)");
        h->text = (uint8_t)rows[i].enc;
        lex_next(&p->l);
    }
    if (unit != 1 && unit != text_unit((enum text_encoding)h->text))
        return lex_fail(&p->l, "text: not an array of its units");
    return true;
}

static bool flags_hint(struct parser *p, const struct subject *s, struct type_hint *h)
{
    type_id id;
    int kind = types_get(p->t, real_of(p, s))->kind;
    if (kind != TYPE_UNSIGNED && kind != TYPE_SIGNED && kind != TYPE_ENUM)
        return lex_fail(&p->l, "flags: for whole numbers");
    if (!take_type(p, &id))
        return false;
    h->form = FORM_FLAGS;
    h->flags = types_real(p->t, id);
    return types_get(p->t, h->flags)->kind == TYPE_ENUM || lex_fail(&p->l, "flags: not an enum");
}

static bool form_hint(struct parser *p, const struct subject *s, struct type_hint *h, bool *known)
{
    static const struct {
        const char *name;
        enum type_form form;
    } rows[] = {{"hex", FORM_HEX},         {"time", FORM_TIME}, {"time_ms", FORM_TIME_MS},
                {"time_ns", FORM_TIME_NS}, {"pid", FORM_PID},   {"be", FORM_PLAIN}};
    *known = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (lex_take_name(&p->l, rows[i].name)) {
            if (rows[i].form == FORM_PLAIN && types_member(p->t, s->member)->bits != 0)
                return lex_fail(&p->l, "be: not for bitfields");
            if (rows[i].form == FORM_PLAIN)
                h->big = true;
            else
                h->form = (uint8_t)rows[i].form;
            return true;
        }
    *known = false;
    return true;
}

static bool one_hint(struct parser *p, const struct subject *s, struct type_hint *h)
{
    struct lexer *l = &p->l;
    bool known;
    if (!form_hint(p, s, h, &known) || known)
        return !l->failed;
    if (lex_take_name(l, "count"))
        return count_hint(p, s, h);
    if (lex_take_name(l, "at"))
        return table_hint(p, s, &h->at);
    if (lex_take_name(l, "stride"))
        return table_hint(p, s, &h->stride);
    if (lex_take_name(l, "link"))
        return link_hint(p, s, h);
    if (lex_take_name(l, "text"))
        return text_hint(p, s, h);
    if (lex_take_name(l, "flags"))
        return flags_hint(p, s, h);
    if (lex_take_name(l, "ring"))
        return sibling(p, s, false, &h->head) && sibling(p, s, false, &h->tail);
    if (lex_take_name(l, "seqlock"))
        return sibling(p, s, false, &h->lock) &&
               (l->tok.kind != TOKEN_NAME || sibling(p, s, false, &h->lock2));
    if (lex_take_name(l, "discr"))
        return types_get(p->t, real_of(p, s))->kind == TYPE_UNION
                   ? sibling(p, s, false, &h->discr)
                   : lex_fail(l, "discr: for unions");
    return lex_fail_here(l, "no such hint (count at stride link text hex time time_ms time_ns be "
                            "flags pid ring seqlock discr)");
}

static bool hint_line(struct parser *p)
{
    struct subject s;
    lex_next(&p->l);
    if (!find_subject(p, &s) || !lex_want(&p->l, ':'))
        return false;
    struct type_hint h = *types_hint(p->t, types_member(p->t, s.member)->hint);
    do {
        if (!one_hint(p, &s, &h))
            return false;
    } while (lex_take(&p->l, ','));
    if (p->l.tok.kind != TOKEN_END)
        return lex_fail_here(&p->l, "not understood after the hint");
    struct type_hint *to = types_hint_edit(p->t, s.member);
    if (to == NULL)
        return parse_too_many(p);
    *to = h;
    return true;
}

/* Either the lines `for`, or the lines `at`, whose conditions need to know the hints. */
static bool some_lines(struct parser *p, bool places)
{
    for (uint32_t i = 0; i < p->lines.count; i++) {
        const struct parse_line *line = (const struct parse_line *)p->lines.at + i;
        if (line->place != places)
            continue;
        lex_again(&p->l, line->at, line->end, line->line);
        if (!(places ? place_line(p) : hint_line(p)) || p->l.failed)
            return false;
    }
    return true;
}

bool parse_lines(struct parser *p)
{
    return some_lines(p, false) && some_lines(p, true);
}
