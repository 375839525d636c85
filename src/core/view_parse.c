/* Text as values of a view: the exact inverse of view_format.c. */
#include "core/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/text.h"

enum { QUOTE_MAX = 48 };

/* The user's text for an error message: escaped, and cut with `...` if long. */
static const char *quote(const char *s, char out[QUOTE_MAX])
{
    size_t n = text_escape(out, QUOTE_MAX, s, strlen(s));
    if (n >= QUOTE_MAX) {
        text_escape(out, QUOTE_MAX - 3, s, strlen(s));
        size_t cut = strlen(out);
        memcpy(out + cut, "...", 4);
    }
    return out;
}

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static const char *
refuse(char why[VIEW_WHY_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, VIEW_WHY_MAX, format, args);
    va_end(args);
    return why;
}

/* "`12Q` is not a number"; `what` names what was wanted. */
static const char *is_not(const char *what, const char *s, char why[VIEW_WHY_MAX])
{
    char q[QUOTE_MAX];
    if (*s == '\0')
        return refuse(why, "no value");
    return refuse(why, "`%s` is not %s", quote(s, q), what);
}

/* `u8`, not `u8le`: what does not fit, fits neither order. */
static int bare_name(const struct view *v)
{
    int n = (int)strlen(v->name);
    return v->unit > 1 && v->kind != VIEW_POINTER ? n - 2 : n;
}

/* `256 does not fit u8 (0 to 255)` */
static const char *does_not_fit(const struct view *v, const char *s, char why[VIEW_WHY_MAX])
{
    char q[QUOTE_MAX];
    quote(s, q);
    int n = bare_name(v);
    if (v->kind == VIEW_SIGNED) {
        int64_t max = INT64_MAX >> (64 - 8 * v->unit);
        return refuse(why, "%s does not fit %.*s (%" PRId64 " to %" PRId64 ")", q, n, v->name,
                      -max - 1, max);
    }
    if (v->kind == VIEW_FLOAT)
        return refuse(why, "%s does not fit %.*s", q, n, v->name);
    uint64_t max = UINT64_MAX >> (64 - 8 * v->unit);
    if (v->kind == VIEW_POINTER)
        return refuse(why, "%s does not fit %.*s (0 to 0x%" PRIx64 ")", q, n, v->name, max);
    return refuse(why, "%s does not fit %.*s (0 to %" PRIu64 ")", q, n, v->name, max);
}

/* Is n a value of the view? Hex may also name a signed type's bit pattern. */
static bool fits(const struct view *v, const struct number *n)
{
    uint64_t all = UINT64_MAX >> (64 - 8 * v->unit);
    uint64_t half = all / 2;
    if (v->kind != VIEW_SIGNED)
        return !n->negative && n->magnitude <= all;
    if (n->negative)
        return n->magnitude <= half + 1;
    return n->magnitude <= (n->hex ? all : half);
}

static const char *parse_whole(const struct view *v, const char *s, uint64_t *bits,
                               char why[VIEW_WHY_MAX])
{
    struct number n = {0, false, false};
    enum num_status status = number_parse(s, &n);
    if (status == NUM_EMPTY || status == NUM_SYNTAX)
        return is_not("a number", s, why);
    if (status == NUM_RANGE || !fits(v, &n))
        return does_not_fit(v, s, why);
    *bits = n.negative ? 0 - n.magnitude : n.magnitude;
    return NULL;
}

static const char *parse_float(const struct view *v, const char *s, uint64_t *bits,
                               char why[VIEW_WHY_MAX])
{
    enum num_status status;
    if (v->unit == 4) {
        float f = 0;
        uint32_t narrow;
        status = number_f32(s, &f);
        memcpy(&narrow, &f, sizeof narrow);
        *bits = narrow;
    } else {
        double d = 0;
        status = number_f64(s, &d);
        memcpy(bits, &d, sizeof *bits);
    }
    if (status == NUM_RANGE)
        return does_not_fit(v, s, why);
    return status == NUM_OK ? NULL : is_not("a number", s, why);
}

/* Hex, with or without 0x. */
static const char *parse_pointer(const struct view *v, const char *s, uint64_t *bits,
                                 char why[VIEW_WHY_MAX])
{
    const char *p = s;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        p += 2;
    size_t digits = strspn(p, "0123456789abcdefABCDEF");
    if (digits == 0 || p[digits] != '\0')
        return is_not("an address in hex", s, why);
    p += strspn(p, "0");
    if (strlen(p) > 16)
        return does_not_fit(v, s, why);
    char prefixed[2 + 16 + 2];
    snprintf(prefixed, sizeof prefixed, "0x0%s", p);
    struct number n = {0, false, false};
    if (number_parse(prefixed, &n) != NUM_OK)
        return does_not_fit(v, s, why);
    *bits = n.magnitude;
    return NULL;
}

/* Eight binary digits as shown, or a number with its base: `12` or `101` would be ambiguous. */
static const char *parse_bits(const struct view *v, const char *s, uint64_t *bits,
                              char why[VIEW_WHY_MAX])
{
    if (strlen(s) == 8 && strspn(s, "01") == 8) {
        *bits = 0;
        for (; *s != '\0'; s++)
            *bits = *bits << 1 | (uint64_t)(*s == '1');
        return NULL;
    }
    struct number n = {0, false, false};
    enum num_status status = number_parse(s, &n);
    if (status == NUM_OK && n.hex && fits(v, &n)) {
        *bits = n.magnitude;
        return NULL;
    }
    if (status == NUM_RANGE || (status == NUM_OK && n.hex))
        return does_not_fit(v, s, why);
    return is_not("8 binary digits, nor a number with 0b or 0x", s, why);
}

/* Reads groups of hex digits between blanks; writes them if out is not NULL. *size becomes the
 * number of bytes. */
static const char *walk_hex(const char *s, uint8_t *out, size_t *size, char why[VIEW_WHY_MAX])
{
    const char *all = s;
    size_t n = 0;
    for (s += strspn(s, " \t"); *s != '\0'; s += strspn(s, " \t")) {
        if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && text_hex_digit(s[2]) >= 0)
            s += 2;
        while (*s != '\0' && *s != ' ' && *s != '\t') {
            int high = text_hex_digit(s[0]);
            int low = high < 0 ? -1 : text_hex_digit(s[1]);
            bool odd = high >= 0 && (s[1] == '\0' || s[1] == ' ' || s[1] == '\t');
            if (odd && n == 0 && s == all && s[1 + strspn(s + 1, " \t")] == '\0')
                return refuse(why, "%c is half a byte: type 0%c", *s, *s);
            if (odd)
                return refuse(why, "odd number of hex digits");
            if (low < 0)
                return is_not("hex", all, why);
            if (out != NULL)
                out[n] = (uint8_t)(high * 16 + low);
            n++;
            s += 2;
        }
    }
    *size = n;
    return n == 0 ? refuse(why, "no value") : NULL;
}

/* Encodes UTF-8 text; writes it if out is not NULL. *size becomes the number of bytes. */
static const char *walk_text(const struct view *v, const char *s, uint8_t *out, size_t *size,
                             char why[VIEW_WHY_MAX])
{
    const uint8_t *p = (const uint8_t *)s;
    size_t left = strlen(s);
    size_t n = 0;
    while (left > 0) {
        struct text_char c = text_decode(TEXT_UTF8, p, left);
        if (!c.valid)
            return refuse(why, "the text is not valid UTF-8 (byte %zu)",
                          (size_t)(p - (const uint8_t *)s) + 1);
        uint8_t unit[4];
        size_t k = text_encode(v->enc, c.cp, unit);
        if (k == 0)
            return refuse(why, "U+%04" PRIX32 " does not fit %s", c.cp, v->name);
        if (out != NULL)
            memcpy(out + n, unit, k);
        n += k;
        p += c.size;
        left -= c.size;
    }
    *size = n;
    return NULL;
}

/* Runs of bytes: checked first, and written only if all of it is valid and fits. */
static const char *parse_run(const struct view *v, const char *s, uint8_t *out, size_t cap,
                             size_t *size, char why[VIEW_WHY_MAX])
{
    bool hex = v->kind == VIEW_HEX;
    size_t n = 0;
    const char *bad = hex ? walk_hex(s, NULL, &n, why) : walk_text(v, s, NULL, &n, why);
    if (bad != NULL)
        return bad;
    if (n > cap)
        return refuse(why, "%zu byte%s more than the %zu there is room for", n,
                      n == 1 ? " is" : "s are", cap);
    return hex ? walk_hex(s, out, size, why) : walk_text(v, s, out, size, why);
}

const char *view_parse(const struct view *v, const char *s, uint8_t *out, size_t cap, size_t *size,
                       char why[VIEW_WHY_MAX])
{
    uint64_t bits = 0;
    const char *bad = NULL;
    switch (v->kind) {
    case VIEW_HEX:
    case VIEW_TEXT:
        return parse_run(v, s, out, cap, size, why);
    case VIEW_UNSIGNED:
    case VIEW_SIGNED:
        bad = parse_whole(v, s, &bits, why);
        break;
    case VIEW_FLOAT:
        bad = parse_float(v, s, &bits, why);
        break;
    case VIEW_POINTER:
        bad = parse_pointer(v, s, &bits, why);
        break;
    case VIEW_BITS:
        bad = parse_bits(v, s, &bits, why);
        break;
    }
    if (bad != NULL)
        return bad;
    if (v->unit > cap)
        return refuse(why, "%u byte%s more than the %zu there is room for", v->unit,
                      v->unit == 1 ? " is" : "s are", cap);
    bytes_put(out, v->unit, v->big, bits);
    *size = v->unit;
    return NULL;
}
