/* The escape for bytes of foreign origin, and its inverse. */
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

/* Where escaped text goes: a buffer that may be too small, and the length it would need. */
struct sink {
    char *out;
    size_t cap;
    size_t length; /* of the full result */
    bool full;     /* a piece did not fit: nothing more is written */
};

/* Appends a piece, whole or not at all. */
static void emit(struct sink *s, const void *piece, size_t n)
{
    if (!s->full && s->length + n < s->cap)
        memcpy(s->out + s->length, piece, n);
    else if (!s->full) {
        s->full = true;
        if (s->cap > 0)
            s->out[s->length] = '\0';
    }
    s->length += n;
}

static void emit_hex(struct sink *s, uint8_t b)
{
    static const char digits[] = "0123456789abcdef";
    const char piece[4] = {'\\', 'x', digits[b >> 4], digits[b & 15]};
    emit(s, piece, sizeof piece);
}

static size_t escape(char *out, size_t cap, const void *bytes, size_t n, bool content)
{
    struct sink s = {.out = out, .cap = cap};
    const uint8_t *p = bytes;
    while (n > 0) {
        struct text_char c = text_decode(TEXT_UTF8, p, n);
        if (*p == '\\')
            emit(&s, "\\\\", content ? 1 : 2);
        else if (c.valid && (text_printable(c.cp) || (content && (*p == '\n' || *p == '\t'))))
            emit(&s, p, c.size);
        else
            for (size_t i = 0; i < c.size; i++)
                emit_hex(&s, p[i]);
        p += c.size;
        n -= c.size;
    }
    if (!s.full && cap > 0)
        out[s.length] = '\0';
    return s.length;
}

size_t text_escape(char *out, size_t cap, const void *bytes, size_t n)
{
    return escape(out, cap, bytes, n, false);
}

size_t text_escape_content(char *out, size_t cap, const void *bytes, size_t n)
{
    return escape(out, cap, bytes, n, true);
}

const char *text_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

int text_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that the escape at s stands for, -1: not an escape; *size is the escape's length. */
static int read_escape(const char *s, size_t *size)
{
    if (s[0] != '\\')
        return -1;
    *size = 2;
    if (s[1] == '\\')
        return '\\';
    if (s[1] != 'x')
        return -1;
    int high = text_hex_digit(s[2]);
    int low = high < 0 ? -1 : text_hex_digit(s[3]);
    *size = 4;
    return low < 0 ? -1 : high * 16 + low;
}

size_t text_unescape(char *out, size_t cap, const char *s)
{
    size_t length = 0;
    while (*s != '\0') {
        size_t size = 1;
        int b = read_escape(s, &size);
        if (b == 0)
            return SIZE_MAX;
        if (b < 0) {
            b = (unsigned char)*s;
            size = 1;
        }
        if (length + 1 >= cap)
            return SIZE_MAX;
        out[length++] = (char)(unsigned char)b;
        s += size;
    }
    if (cap == 0)
        return SIZE_MAX;
    out[length] = '\0';
    return length;
}

char *text_escaped(const char *raw)
{
    size_t n = strlen(raw);
    size_t length = text_escape(NULL, 0, raw, n);
    char *out = malloc(length + 1);
    if (out != NULL)
        text_escape(out, length + 1, raw, n);
    return out;
}

int text_fit(const char *text, size_t most)
{
    size_t n = strlen(text);
    if (n <= most)
        return (int)n;
    for (n = most; n > 0 && most - n < 3 && ((unsigned char)text[n] & 0xc0) == 0x80;)
        n--;
    bool starts = ((unsigned char)text[n] & 0xc0) != 0x80; /* else it is no UTF-8 */
    return (int)(starts ? n : most);
}
