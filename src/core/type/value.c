#include "core/type/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/number.h"
#include "core/type/pointer.h"
#include "core/type/value_private.h"

/* ---- reading ---- */

static bool is_signed(const struct type *t)
{
    return t->kind == TYPE_SIGNED || (t->flags & TYPE_NEGATIVE) != 0;
}

static uint64_t extend(uint64_t v, unsigned bits)
{
    if (bits >= 64)
        return v;
    uint64_t sign = UINT64_C(1) << (bits - 1);
    return (v ^ sign) - sign;
}

uint64_t value_mask(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* The bits of a bitfield, which may touch nine bytes. */
static uint64_t field_bits(const struct type_node *leaf, const uint8_t *p)
{
    uint64_t v = bytes_get(p, leaf->size < 8 ? (size_t)leaf->size : 8, false) >> leaf->bit;
    if (leaf->size > 8)
        v |= (uint64_t)p[8] << (64 - leaf->bit);
    return v & value_mask(leaf->bits);
}

static double as_double(uint64_t bits, uint64_t size)
{
    double wide;
    float narrow;
    uint32_t low = (uint32_t)bits;
    if (size == 4) {
        memcpy(&narrow, &low, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

unsigned value_width(const struct type_source *s, const struct type_node *leaf)
{
    return leaf->bits != 0 ? leaf->bits : (unsigned)types_get(s->t, leaf->real)->size * 8;
}

void type_value_get(const struct type_source *s, const struct type_node *leaf, const uint8_t *p,
                    struct type_value *out)
{
    const struct type *type = types_get(s->t, leaf->real);
    *out = (struct type_value){.kind = VALUE_BYTES};
    bool number = type->size == 1 || type->size == 2 || type->size == 4 || type->size == 8;
    if (leaf->text || leaf->bytes || type->kind == TYPE_OPAQUE || !number ||
        leaf->kind != NODE_LEAF)
        return;
    out->bits = leaf->bits != 0 ? field_bits(leaf, p) : bytes_get(p, (size_t)type->size, leaf->big);
    if (type->kind == TYPE_FLOAT) {
        out->kind = VALUE_FLOAT;
        out->real = as_double(out->bits, type->size);
        return;
    }
    if (is_signed(type))
        out->bits = extend(out->bits, value_width(s, leaf));
    out->kind = type->kind == TYPE_BOOL ? VALUE_BOOL
                : is_signed(type)       ? VALUE_SIGNED
                                        : VALUE_UNSIGNED;
}

int type_value_compare(const struct type_value *a, const struct type_value *b)
{
    if (a->kind == VALUE_FLOAT) {
        if (isnan(a->real) || isnan(b->real))
            return 2;
        return a->real < b->real ? -1 : a->real > b->real;
    }
    if (a->kind == VALUE_SIGNED) {
        int64_t x = (int64_t)a->bits, y = (int64_t)b->bits;
        return x < y ? -1 : x > y;
    }
    return a->bits < b->bits ? -1 : a->bits > b->bits;
}

/* ---- writing ---- */

void value_put(struct value_text *o, const char *s, size_t n)
{
    if (o->length < o->cap) {
        size_t room = o->cap - o->length - 1, some = n < room ? n : room;
        memcpy(o->out + o->length, s, some);
        o->out[o->length + some] = '\0';
    }
    o->length += n;
}

static void put(struct value_text *o, const char *s)
{
    value_put(o, s, strlen(s));
}

static void put_number(struct value_text *o, const char *format, uint64_t v)
{
    char text[32];
    (void)snprintf(text, sizeof text, format, (unsigned long long)v);
    put(o, text);
}

/* One character of a text, escaped where it must be. */
static void put_character(struct value_text *o, enum text_encoding enc, const uint8_t *p,
                          const struct text_char *c)
{
    static const char from[] = "\n\t\r\"\\", to[] = "ntr\"\\";
    uint8_t utf8[4];
    if (c->valid && c->cp < 0x80 && c->cp != 0 && strchr(from, (int)c->cp) != NULL) {
        char two[2] = {'\\', to[strchr(from, (int)c->cp) - from]};
        value_put(o, two, 2);
    } else if (c->valid && text_printable(c->cp)) {
        size_t n = text_encode(TEXT_UTF8, c->cp, utf8);
        value_put(o, (const char *)utf8, n);
    } else if (c->valid && text_unit(enc) > 1) {
        put_number(o, c->cp > 0xffff ? "\\U%08llx" : "\\u%04llx", c->cp);
    } else {
        for (size_t i = 0; i < c->size; i++)
            put_number(o, "\\x%02llx", p[i]);
    }
}

size_t type_value_text(enum text_encoding enc, const uint8_t *p, size_t n, char *out, size_t cap)
{
    struct value_text o = {.out = out, .cap = cap};
    if (cap > 0)
        out[0] = '\0';
    while (n > 0) {
        struct text_char c = text_decode(enc, p, n);
        if (c.valid && c.cp == 0)
            break;
        put_character(&o, enc, p, &c);
        p += c.size;
        n -= c.size;
    }
    return o.length;
}

enum text_encoding type_value_encoding(const struct type_source *s, const struct type_node *leaf)
{
    const struct type_hint *h = types_hint(s->t, leaf->hint);
    enum text_encoding enc = leaf->stride == 4   ? TEXT_UTF32LE
                             : leaf->stride == 2 ? TEXT_UTF16LE
                                                 : TEXT_UTF8;
    if (h->form == FORM_TEXT)
        enc = (enum text_encoding)h->text;
    if (leaf->big && enc == TEXT_UTF16LE)
        enc = TEXT_UTF16BE;
    return leaf->big && enc == TEXT_UTF32LE ? TEXT_UTF32BE : enc;
}

/* `de ad be ef`. */
static void put_bytes(struct value_text *o, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_number(o, i == 0 ? "%02llx" : " %02llx", p[i]);
}

/* ---- names ---- */

static const char *enumerator(const struct types *t, const struct type *e, uint64_t bits,
                              uint64_t mask)
{
    for (uint32_t i = 0; i < e->count; i++) {
        const struct type_enumerator *row = types_enumerator(t, e->first + i);
        if (((uint64_t)row->value & mask) == (bits & mask))
            return types_name(t, row->name);
    }
    return NULL;
}

/* `A|B`, with what has no name in hex. *rest: bits without one. */
static void flag_names(struct value_text *o, const struct types *t, const struct type *e,
                       uint64_t bits, uint64_t *rest)
{
    *rest = bits;
    for (uint32_t i = 0; i < e->count; i++) {
        const struct type_enumerator *row = types_enumerator(t, e->first + i);
        uint64_t flag = (uint64_t)row->value;
        if (flag == 0 || (bits & flag) != flag || (*rest & flag) == 0)
            continue;
        put(o, o->length > 0 ? "|" : "");
        put(o, types_name(t, row->name));
        *rest &= ~flag;
    }
}

static size_t flags_name(const struct types *t, const struct type *e, uint64_t bits,
                         struct value_text *o)
{
    uint64_t rest;
    const char *name = enumerator(t, e, bits, UINT64_MAX);
    if (bits == 0 || name != NULL) {
        put(o, name != NULL ? name : "");
        return o->length;
    }
    flag_names(o, t, e, bits, &rest);
    if (rest != 0 && o->length > 0)
        put_number(o, "|0x%llx", rest);
    return o->length;
}

/* An enum whose value is not one of its own, but several of its one-bit values together. */
static bool together(const struct types *t, const struct type *e, uint64_t bits)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < e->count; i++) {
        uint64_t v = (uint64_t)types_enumerator(t, e->first + i)->value;
        if ((v & (v - 1)) == 0)
            seen |= v;
    }
    return bits != 0 && (bits & ~seen) == 0;
}

size_t type_value_name(const struct type_source *s, const struct type_node *leaf, uint64_t bits,
                       char *out, size_t cap)
{
    const struct type_hint *h = types_hint(s->t, leaf->hint);
    const struct type *type = types_get(s->t, leaf->real);
    struct value_text o = {.out = out, .cap = cap};
    uint64_t mask = value_mask(value_width(s, leaf));
    if (cap > 0)
        out[0] = '\0';
    if (h->form == FORM_FLAGS)
        return flags_name(s->t, types_get(s->t, h->flags), bits & mask, &o);
    if (h->form == FORM_TIME || h->form == FORM_TIME_MS || h->form == FORM_TIME_NS)
        return bits == 0 ? 0 : value_time(h->form, (int64_t)bits, &o);
    if (h->form == FORM_PID && bits != 0 && s->process != NULL)
        return s->process(s->ctx, bits & mask, out, cap);
    if (type->kind != TYPE_ENUM)
        return 0;
    const char *name = enumerator(s->t, type, bits, mask);
    if (name == NULL && together(s->t, type, bits & mask))
        return flags_name(s->t, type, bits & mask, &o);
    put(&o, name == NULL ? "" : name);
    return o.length;
}

/* ---- a leaf ---- */

static void put_plain(struct value_text *o, const struct type_value *v)
{
    char text[NUMBER_FLOAT_MAX];
    bool negative = v->kind == VALUE_SIGNED && v->bits >> 63 != 0;
    if (v->kind == VALUE_FLOAT) {
        (void)number_format_f64(v->real, text);
        put(o, text);
        return;
    }
    put(o, negative ? "-" : "");
    put_number(o, "%llu", negative ? 0 - v->bits : v->bits);
}

static void put_float(struct value_text *o, const struct type *type, const struct type_value *v)
{
    char text[NUMBER_FLOAT_MAX];
    (void)(type->size == 4 ? number_format_f32((float)v->real, text)
                           : number_format_f64(v->real, text));
    put(o, text);
}

static void put_char(struct value_text *o, const struct type_value *v)
{
    struct text_char c = {.cp = (uint32_t)v->bits, .valid = true, .size = 1};
    uint8_t none = 0;
    bool ascii = v->bits < 0x7f && v->bits >= 0x20;
    if (!ascii && (v->kind == VALUE_SIGNED || v->bits > 0x10ffff || !text_printable(c.cp))) {
        put_plain(o, v);
        return;
    }
    put(o, "'");
    put_character(o, TEXT_UTF32LE, &none, &c);
    put(o, "' (");
    put_plain(o, v);
    put(o, ")");
}

static void put_point(struct value_text *o, const struct type_source *s,
                      const struct type_node *leaf, const struct type_value *v)
{
    char text[TYPE_POINT_MAX];
    (void)type_point_format(s, leaf, v->bits, text, sizeof text);
    put(o, text);
}

/* A number with the name that it has. */
static void put_named(struct value_text *o, const struct type_source *s,
                      const struct type_node *leaf, const struct type_value *v)
{
    char name[512];
    const struct type_hint *h = types_hint(s->t, leaf->hint);
    size_t n = type_value_name(s, leaf, v->bits, name, sizeof name);
    uint64_t mask = value_mask(value_width(s, leaf));
    if (h->form == FORM_HEX) {
        put_number(o, "0x%llx", v->bits & mask);
    } else if (n == 0 && h->form == FORM_FLAGS && v->bits != 0) {
        put_number(o, "0x%llx", v->bits & mask);
    } else if (n == 0) {
        put_plain(o, v);
    } else if (h->form == FORM_PID) {
        put_plain(o, v);
        put(o, " (");
        put(o, name);
        put(o, ")");
    } else {
        put(o, name);
        bool alone = h->form == FORM_FLAGS || strchr(name, '|') != NULL;
        put(o, alone ? "" : " (");
        if (!alone)
            put_plain(o, v);
        put(o, alone ? "" : ")");
    }
    put_point(o, s, leaf, v);
}

size_t type_value_format(const struct type_source *s, const struct type_node *leaf,
                         const uint8_t *p, char *out, size_t cap)
{
    struct value_text o = {.out = out, .cap = cap};
    struct type_value v;
    const struct type *type = types_get(s->t, leaf->real);
    if (cap > 0)
        out[0] = '\0';
    type_value_get(s, leaf, p, &v);
    if (leaf->text) {
        put(&o, "\"");
        size_t n = type_value_text(type_value_encoding(s, leaf), p, (size_t)leaf->size,
                                   o.length < cap ? out + o.length : out,
                                   o.length < cap ? cap - o.length : 0);
        o.length += n;
        put(&o, "\"");
    } else if (v.kind == VALUE_BYTES) {
        put_bytes(&o, p, (size_t)leaf->size);
    } else if (v.kind == VALUE_BOOL) {
        put(&o, v.bits != 0 ? "true" : "false");
        if (v.bits > 1)
            put_number(&o, " (%llu)", v.bits);
    } else if (v.kind == VALUE_FLOAT) {
        put_float(&o, type, &v);
    } else if (type->kind == TYPE_POINTER) {
        put_number(&o, "0x%llx", v.bits);
        put_point(&o, s, leaf, &v);
        put(&o, type->flags & TYPE_VTABLE ? " (vtable of one process)" : "");
    } else if (type->kind == TYPE_CHAR && types_hint(s->t, leaf->hint)->form != FORM_HEX) {
        put_char(&o, &v);
    } else {
        put_named(&o, s, leaf, &v);
    }
    return o.length;
}
