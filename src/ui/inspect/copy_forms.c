#include "ui/inspect/copy_forms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/hexdump.h"
#include "core/text.h"

enum { BYTES_A_LINE = 12 };

static bool reserve(struct copy_text *p, size_t n)
{
    p->text = malloc(n + 1);
    p->capacity = n + 1;
    p->length = 0;
    if (p->text != NULL)
        p->text[0] = '\0';
    return p->text != NULL;
}

static void add(struct copy_text *p, const char *text)
{
    size_t n = strlen(text);
    if (p->length + n + 1 <= p->capacity) {
        memcpy(p->text + p->length, text, n + 1);
        p->length += n;
    }
}

/* UTF-8; bytes that are not a character of the encoding become \xNN. */
static bool text_of(struct copy_text *p, const struct copy_source *s, enum text_encoding enc)
{
    char text[64];
    uint8_t utf8[5];
    if (!reserve(p, 4 * s->n))
        return false;
    for (size_t i = 0; i < s->n;) {
        struct text_char c = text_decode(enc, s->bytes + i, s->n - i);
        size_t k = c.valid ? text_encode(TEXT_UTF8, c.cp, utf8) : 0;
        if (k > 0)
            (void)text_escape_content(text, sizeof text, utf8, k);
        else
            (void)text_escape_content(text, sizeof text, s->bytes + i, c.size);
        add(p, text);
        i += c.size;
    }
    return true;
}

static bool as_text(struct copy_text *p, const struct copy_source *s)
{
    return text_of(p, s, s->enc);
}

/* `1 2 3`: as the cells show them. */
static bool as_value(struct copy_text *p, const struct copy_source *s)
{
    char value[VIEW_UNIT_MAX];
    const struct view *v = s->view;
    if (v->kind == VIEW_TEXT)
        return text_of(p, s, v->enc);
    if (!reserve(p, s->n / v->unit * (v->columns + 1u)))
        return false;
    for (size_t i = 0; i + v->unit <= s->n; i += v->unit) {
        (void)view_format(v, s->bytes + i, value);
        add(p, i > 0 ? " " : "");
        add(p, value);
    }
    return true;
}

static bool as_offset(struct copy_text *p, const struct copy_source *s)
{
    char text[32];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, s->offset);
    if (!reserve(p, strlen(text)))
        return false;
    add(p, text);
    return true;
}

static bool as_hex(struct copy_text *p, const struct copy_source *s)
{
    char digits[4];
    if (!reserve(p, 3 * s->n))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        (void)snprintf(digits, sizeof digits, i > 0 ? " %02x" : "%02x", s->bytes[i]);
        add(p, digits);
    }
    return true;
}

static bool as_hexdump(struct copy_text *p, const struct copy_source *s)
{
    if (!reserve(p, (s->n / HEXDUMP_ROW + 1) * HEXDUMP_ROW_MAX))
        return false;
    char *end = p->text;
    for (size_t i = 0; i < s->n; i += HEXDUMP_ROW)
        end = hexdump_row(end, s->offset + i, s->bytes + i,
                          s->n - i < HEXDUMP_ROW ? s->n - i : HEXDUMP_ROW);
    *end = '\0';
    p->length = (size_t)(end - p->text);
    return true;
}

static bool as_base64(struct copy_text *p, const struct copy_source *s)
{
    if (!reserve(p, (s->n + 2) / 3 * 4))
        return false;
    p->length = base64(p->text, s->bytes, s->n);
    p->text[p->length] = '\0';
    return true;
}

/* Source code: a comment that ends with `end`, what opens the array, and what closes it. */
static bool as_array(struct copy_text *p, const struct copy_source *s, const char *comment,
                     const char *end, const char *open, const char *close)
{
    char text[64];
    if (!reserve(p, 192 + 6 * s->n + s->n / 2))
        return false;
    (void)snprintf(text, sizeof text, "%s offset 0x%" PRIx64 "%s\n", comment, s->offset, end);
    add(p, text);
    add(p, open);
    for (size_t i = 0; i < s->n; i++) {
        (void)snprintf(text, sizeof text, "%s0x%02x,", i % BYTES_A_LINE == 0 ? "\n    " : " ",
                       s->bytes[i]);
        add(p, text);
    }
    add(p, close);
    return true;
}

static bool as_c(struct copy_text *p, const struct copy_source *s)
{
    char open[64];
    (void)snprintf(open, sizeof open, "static const unsigned char bytes[%zu] = {", s->n);
    return as_array(p, s, "/*", " */", open, "\n};\n");
}

static bool as_python(struct copy_text *p, const struct copy_source *s)
{
    return as_array(p, s, "#", "", "data = bytes([", "\n])\n");
}

static bool as_rust(struct copy_text *p, const struct copy_source *s)
{
    char open[64];
    (void)snprintf(open, sizeof open, "const BYTES: [u8; %zu] = [", s->n);
    return as_array(p, s, "//", "", open, "\n];\n");
}

static const struct copy_form forms[] = {
    {"value", "v  value, as the cells show it", "values", as_value, true},
    {"offset", "o  offset", "offset", as_offset, false},
    {"hex", "h  hex digits", "hex", as_hex, false},
    {"hexdump", "d  hex dump", "a hex dump", as_hexdump, false},
    {"text", "t  text", "text", as_text, false},
    {"c", "c  C array", "C array", as_c, false},
    {"python", "p  Python bytes", "Python bytes", as_python, false},
    {"rust", "r  Rust array", "Rust array", as_rust, false},
    {"base64", "b  base64", "base64", as_base64, false},
};

const struct copy_form *copy_form_at(size_t i)
{
    return i < sizeof forms / sizeof forms[0] ? &forms[i] : NULL;
}

const struct copy_form *copy_form_find(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}
