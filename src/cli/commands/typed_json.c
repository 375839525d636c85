/* Leaves as JSON, and as text on a line of output. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/peek.h"
#include "cli/commands/typed.h"
#include "core/type/pointer.h"
#include "core/type/value.h"

/* The view that reads a scalar as its type does; NULL: none. */
static const struct view *view_of(const struct typed *y, const struct type_node *leaf)
{
    const struct type *type = types_get(y->t, leaf->real);
    char name[16];
    bool is_signed = type->kind == TYPE_SIGNED || (type->flags & TYPE_NEGATIVE) != 0;
    (void)snprintf(name, sizeof name, "%c%u%s",
                   type->kind == TYPE_FLOAT ? 'f'
                   : is_signed              ? 'i'
                                            : 'u',
                   (unsigned)type->size * 8, leaf->big ? "be" : "le");
    return view_find(name);
}

static void json_text(struct typed *y, const struct type_node *leaf, const uint8_t *p)
{
    static const char *const names[TEXT_ENCODINGS] = {
        [TEXT_ASCII] = "ascii",     [TEXT_LATIN1] = "latin1",   [TEXT_UTF8] = "utf8",
        [TEXT_UTF16LE] = "utf16le", [TEXT_UTF16BE] = "utf16be", [TEXT_UTF32LE] = "utf32le",
        [TEXT_UTF32BE] = "utf32be", [TEXT_CP1252] = "cp1252",   [TEXT_CP1251] = "cp1251",
        [TEXT_CP932] = "cp932"};
    struct out *o = y->r->env->out;
    const struct view *v = view_find(names[type_value_encoding(&y->source, leaf)]);
    size_t n = 0, unit = v->unit;
    static const uint8_t nul[4];
    while (n + unit <= leaf->size && memcmp(p + n, nul, unit) != 0)
        n += unit;
    out_str(o, "\"");
    out_text_bytes(o, v, p, n, false, true);
    out_str(o, "\"");
}

static void json_number(struct typed *y, const struct type_node *leaf, const uint8_t *p,
                        const struct type_value *v)
{
    struct out *o = y->r->env->out;
    bool wide = types_size(y->t, leaf->real) == 8;
    if (leaf->bits == 0 && view_of(y, leaf) != NULL) {
        json_value(o, view_of(y, leaf), p, (size_t)leaf->size);
        return;
    }
    out_str(o, wide ? "\"" : "");
    if (v->kind == VALUE_SIGNED)
        out_print(o, "%" PRId64, (int64_t)v->bits);
    else
        out_print(o, "%" PRIu64, v->bits);
    out_str(o, wide ? "\"" : "");
}

/* Where a pointer or link leads; `as`: only as this process maps it. */
static void json_point(struct out *o, struct type_point p)
{
    if (p.reach == REACH_ALL || p.reach == REACH_SOME)
        out_print(o, ",\"to\":%" PRIu64, p.offset);
    if (p.reach == REACH_SOME)
        out_print(o, ",\"as\":%" PRIu32, p.process);
    if (p.reach == REACH_OUTSIDE)
        out_str(o, ",\"outside\":true");
}

void typed_json_value(struct typed *y, const struct type_node *leaf, const uint8_t *p, bool names)
{
    struct out *o = y->r->env->out;
    struct type_value v;
    char name[512];
    type_value_get(&y->source, leaf, p, &v);
    if (leaf->text) {
        json_text(y, leaf, p);
        return;
    }
    if (v.kind == VALUE_BYTES) {
        out_str(o, "\"");
        out_hex(o, p, (size_t)leaf->size);
        out_str(o, "\"");
        return;
    }
    if (v.kind == VALUE_BOOL)
        out_str(o, v.bits != 0 ? "true" : "false");
    else
        json_number(y, leaf, p, &v);
    if (names && type_value_name(&y->source, leaf, v.bits, name, sizeof name) > 0) {
        out_str(o, ",\"name\":");
        out_json(o, name);
    }
    if (names)
        json_point(o, type_point(&y->source, leaf, v.bits));
}

void typed_text_value(struct typed *y, const struct type_node *leaf, const uint8_t *p,
                      struct out *o)
{
    char small[512];
    size_t n = type_value_format(&y->source, leaf, p, small, sizeof small);
    if (n < sizeof small) {
        out_bytes(o, small, n);
        return;
    }
    char *large = malloc(n + 1);
    if (large == NULL)
        return;
    (void)type_value_format(&y->source, leaf, p, large, n + 1);
    out_bytes(o, large, n);
    free(large);
}
