/* Values as they are typed. */
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/type/pointer.h"
#include "core/type/value_private.h"
#include "core/type/why.h"
#include "core/view.h"

/* ---- whole numbers ---- */

/* Does the number fit so many bits? In hex it may name the bit pattern of a signed one. */
static bool fits(const struct number *n, unsigned bits, bool is_signed)
{
    uint64_t limit = value_mask(bits);
    if (!is_signed || (n->hex && !n->negative))
        return !n->negative && n->magnitude <= limit;
    return n->magnitude <= (limit >> 1) + (n->negative ? 1 : 0);
}

static bool parse_whole(const char *s, unsigned bits, bool is_signed, uint64_t *v,
                        char why[TYPE_WHY_MAX])
{
    struct number n;
    enum num_status status = number_parse(s, &n);
    if (status == NUM_SYNTAX || status == NUM_EMPTY)
        return type_refuse(why, "%s: not a number", s);
    if (status == NUM_RANGE || !fits(&n, bits, is_signed))
        return type_refuse(why, "%s does not fit %u bits", s, bits);
    *v = n.negative ? 0 - n.magnitude : n.magnitude;
    return true;
}

static bool find_enumerator(const struct types *t, const struct type *e, const char *s, size_t n,
                            uint64_t *v)
{
    for (uint32_t i = 0; i < e->count; i++) {
        const struct type_enumerator *row = types_enumerator(t, e->first + i);
        const char *name = types_name(t, row->name);
        if (strlen(name) == n && memcmp(name, s, n) == 0) {
            *v = (uint64_t)row->value;
            return true;
        }
    }
    return false;
}

static bool starts_number(const char *s)
{
    return (*s >= '0' && *s <= '9') || *s == '-';
}

/* `URGENT|LAST|0x8`. */
static bool parse_flags(const struct types *t, type_id id, const char *s, uint64_t *v,
                        char why[TYPE_WHY_MAX])
{
    const struct type *e = types_get(t, id);
    *v = 0;
    for (;;) {
        char word[128];
        s += strspn(s, " ");
        size_t n = strcspn(s, "|"), k = n;
        while (k > 0 && s[k - 1] == ' ')
            k--;
        uint64_t one = 0;
        if (k >= sizeof word)
            return type_refuse(why, "%s: no such name", s);
        memcpy(word, s, k);
        word[k] = '\0';
        if (!find_enumerator(t, e, word, k, &one)) {
            if (!starts_number(word)) {
                const char *near = types_near_name(t, id, word);
                return type_refuse(why, "%s: no such name in enum %s%s%s", word,
                                   types_name(t, e->name), near != NULL ? "; near: " : "",
                                   near != NULL ? near : "");
            }
            if (!parse_whole(word, 64, (e->flags & TYPE_NEGATIVE) != 0, &one, why))
                return false;
        }
        *v |= one;
        if (s[n] == '\0')
            return true;
        s += n + 1;
    }
}

/* One escape of a quoted text, the exact inverse of type_value_text: a raw byte, or a character. */
static const char *escape(const char *p, bool *raw, uint32_t *cp)
{
    static const char from[] = "ntr\"\\'0", to[] = "\n\t\r\"\\'";
    int digits = p[1] == 'x' ? 2 : p[1] == 'u' ? 4 : p[1] == 'U' ? 8 : 0;
    const char *at = p[1] == '\0' ? NULL : strchr(from, p[1]);
    *raw = p[1] == 'x';
    if (at != NULL) {
        *cp = (uint8_t)to[at - from];
        return p + 2;
    }
    *cp = 0;
    for (int i = 0; i < digits; i++) {
        int d = text_hex_digit(p[2 + i]);
        if (d < 0)
            return NULL;
        *cp = *cp << 4 | (uint32_t)d;
    }
    return digits == 0 ? NULL : p + 2 + digits;
}

/* Names: of the leaf's enum, of its flags, true and false, a character, a time. False and no `why`:
 * it is to be read as a number. */
static bool parse_name(const struct type_source *s, const struct type_node *leaf, const char *text,
                       uint64_t *v, bool *failed, char why[TYPE_WHY_MAX])
{
    const struct type_hint *h = types_hint(s->t, leaf->hint);
    const struct type *type = types_get(s->t, leaf->real);
    int64_t time;
    type_id e = h->form == FORM_FLAGS ? h->flags : type->kind == TYPE_ENUM ? leaf->real : 0;
    if (e != 0 && (!starts_number(text) || strchr(text, '|') != NULL)) {
        *failed = !parse_flags(s->t, e, text, v, why);
        return !*failed;
    }
    if (type->kind == TYPE_BOOL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *v = text[0] == 't';
        return true;
    }
    if (type->kind == TYPE_CHAR) {
        size_t n = strlen(text);
        bool quoted = n > 2 && text[0] == '\'' && text[n - 1] == '\'';
        const uint8_t *at = (const uint8_t *)text + (quoted ? 1 : 0);
        size_t k = quoted ? n - 2 : n;
        struct text_char c = {.size = 0};
        if (k > 0)
            c = text_decode(TEXT_UTF8, at, k);
        bool raw;
        if (quoted && *at == '\\' && escape((const char *)at, &raw, &c.cp) == text + n - 1)
            c.size = (uint8_t)k;
        if (c.valid && c.size == k && (quoted || !starts_number(text))) {
            *v = c.cp;
            *failed = c.cp > value_mask(value_width(s, leaf));
            return !*failed || type_refuse(why, "%s does not fit one unit of the text", text);
        }
    }
    if ((h->form == FORM_TIME || h->form == FORM_TIME_MS || h->form == FORM_TIME_NS) &&
        value_parse_time(h->form, text, &time)) {
        *v = (uint64_t)time;
        return true;
    }
    return false;
}

/* ---- text ---- */

static bool put_text(enum text_encoding enc, uint8_t *out, size_t cap, size_t *n, uint32_t cp,
                     bool raw)
{
    uint8_t bytes[4] = {(uint8_t)cp};
    size_t k = raw ? 1 : text_encode(enc, cp, bytes);
    if (k == 0 || k > cap - *n)
        return false;
    memcpy(out + *n, bytes, k);
    *n += k;
    return true;
}

static bool parse_text(enum text_encoding enc, const char *s, uint8_t *out, size_t cap,
                       char why[TYPE_WHY_MAX])
{
    size_t length = strlen(s), n = 0;
    bool quoted = length >= 2 && s[0] == '"' && s[length - 1] == '"';
    const char *end = s + length - (quoted ? 1 : 0);
    memset(out, 0, cap);
    for (const char *p = s + (quoted ? 1 : 0); p < end;) {
        struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)p, (size_t)(end - p));
        const char *next = p + c.size;
        bool raw = false;
        uint32_t cp = c.cp;
        if (quoted && *p == '\\') {
            next = escape(p, &raw, &cp);
            if (next == NULL || next > end)
                return type_refuse(why, "%s: an escape that is not known", p);
        } else if (!c.valid) {
            return type_refuse(why, "the text is not valid UTF-8");
        }
        if (!put_text(enc, out, cap, &n, cp, raw))
            return type_refuse(why,
                               n >= cap || cp < 0x80 ? "the text is longer than %zu byte%s"
                                                     : "a character that this text cannot hold, or "
                                                       "longer than %zu byte%s",
                               cap, plural_s(cap));
        p = next;
    }
    return true;
}

static bool parse_bytes(const char *s, uint8_t *out, size_t n, char why[TYPE_WHY_MAX])
{
    char text[VIEW_WHY_MAX];
    size_t size = 0;
    const char *bad = view_parse(view_find("hex"), s, out, n, &size, text);
    if (bad != NULL)
        return type_refuse(why, "%s", bad);
    return size == n ||
           type_refuse(why, "%zu byte%s given, it has %zu", size, size == 1 ? " is" : "s are", n);
}

/* ---- a leaf ---- */

static void put_bits(const struct type_node *leaf, uint64_t v, uint8_t *out, uint8_t *mask)
{
    uint64_t all = value_mask(leaf->bits);
    v &= all;
    memset(out, 0, (size_t)leaf->size);
    memset(mask, 0, (size_t)leaf->size);
    for (unsigned i = 0; i < leaf->size; i++) {
        int shift = (int)(8 * i) - leaf->bit;
        out[i] = (uint8_t)(shift >= 0 ? v >> shift : v << -shift);
        mask[i] = (uint8_t)(shift >= 0 ? all >> shift : all << -shift);
    }
}

static bool parse_float(const struct type *type, const char *s, uint64_t *v, char why[TYPE_WHY_MAX])
{
    float narrow = 0;
    double wide = 0;
    uint32_t low = 0;
    enum num_status status = type->size == 4 ? number_f32(s, &narrow) : number_f64(s, &wide);
    if (status != NUM_OK)
        return type_refuse(why, status == NUM_RANGE ? "%s is out of range" : "%s: not a number", s);
    memcpy(&low, &narrow, sizeof low);
    memcpy(v, &wide, sizeof wide);
    if (type->size == 4)
        *v = low;
    return true;
}

/* `+0x40`: where a pointer or link is to lead. */
static bool parse_target(const struct type_source *s, const struct type_node *leaf,
                         const char *text, uint64_t *v, char why[TYPE_WHY_MAX])
{
    uint64_t offset = 0;
    if (number_u64(text + 1, UINT64_MAX, &offset) != NUM_OK)
        return type_refuse(why, "%s: not an offset", text);
    return type_point_to(s, leaf, offset, v, why);
}

static bool is_target(const struct type_source *s, const struct type_node *leaf, const char *text)
{
    return text[0] == '+' && (types_hint(s->t, leaf->hint)->link != LINK_NONE ||
                              types_get(s->t, leaf->real)->kind == TYPE_POINTER);
}

bool type_value_parse(const struct type_source *s, const struct type_node *leaf, const char *text,
                      uint8_t *out, uint8_t *mask, char why[TYPE_WHY_MAX])
{
    const struct type *type = types_get(s->t, leaf->real);
    size_t size = (size_t)leaf->size;
    uint64_t v = 0;
    bool failed = false;
    memset(mask, 0xff, size);
    if (leaf->kind != NODE_LEAF)
        return type_refuse(why, "a %s is stored field by field",
                           leaf->kind == NODE_PADDING ? "padding" : "struct, union or array");
    if (type->flags & TYPE_VTABLE)
        return type_refuse(why, "a table of functions, which only the program itself can set");
    if (leaf->text)
        return parse_text(type_value_encoding(s, leaf), text, out, size, why);
    if (leaf->bytes)
        return parse_bytes(text, out, size, why);
    struct type_value probe;
    memset(out, 0, size);
    type_value_get(s, leaf, out, &probe);
    if (probe.kind == VALUE_BYTES)
        return type_refuse(why, "a type that is shown as bytes only");
    if (probe.kind == VALUE_FLOAT) {
        if (!parse_float(type, text, &v, why))
            return false;
    } else if (is_target(s, leaf, text)) {
        if (!parse_target(s, leaf, text, &v, why))
            return false;
    } else if (!parse_name(s, leaf, text, &v, &failed, why)) {
        unsigned bits = probe.kind == VALUE_BOOL ? 1 : value_width(s, leaf);
        if (failed || !parse_whole(text, bits, probe.kind == VALUE_SIGNED, &v, why))
            return false;
    }
    unsigned width = value_width(s, leaf);
    bool small = (v & ~value_mask(width)) == 0 || (v | value_mask(width - 1)) == UINT64_MAX;
    if (!small)
        return type_refuse(why, "%s does not fit %u bits", text, width);
    if (leaf->bits != 0)
        put_bits(leaf, v, out, mask);
    else
        bytes_put(out, (size_t)type->size, leaf->big, v);
    return true;
}

bool type_value_store(const struct type_node *leaf, const uint8_t *value, const uint8_t *mask,
                      uint64_t segment, struct type_store *out)
{
    for (uint32_t size = 1; size <= 8; size *= 2) {
        uint64_t at = leaf->offset - leaf->offset % size, skip = leaf->offset - at;
        if (skip + leaf->size > size || at > segment || size > segment - at)
            continue;
        *out = (struct type_store){.offset = at, .size = size};
        memcpy(out->value + skip, value, (size_t)leaf->size);
        memcpy(out->mask + skip, mask, (size_t)leaf->size);
        return true;
    }
    return false;
}
