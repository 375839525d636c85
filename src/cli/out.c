#include "cli/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "core/text.h"

enum { OUT_BUFFER = 65536, OUT_TEXT_FIRST = 512 };

void out_fd(struct out *o, int fd)
{
    *o = (struct out){.fd = fd};
}

void out_text(struct out *o, size_t limit)
{
    *o = (struct out){.fd = -1, .limit = limit};
}

void out_free(struct out *o)
{
    free(o->buf);
    *o = (struct out){.fd = o->fd, .limit = o->limit};
}

bool out_flush(struct out *o)
{
    if (o->fd >= 0 && o->length > 0 && !oserr_is(o->error)) {
        o->error = os_write_fd(o->fd, o->buf, o->length);
        o->length = 0;
    }
    return !oserr_is(o->error);
}

void out_push(struct out *o)
{
    if (!out_flush(o))
        return; /* o->error has it */
}

/* Makes room for `want` bytes in the buffer. */
static bool grow(struct out *o, size_t want)
{
    if (want <= o->capacity)
        return true;
    size_t size = o->capacity == 0 ? OUT_TEXT_FIRST : o->capacity;
    while (size < want)
        size *= 2;
    char *bigger = realloc(o->buf, size);
    if (bigger == NULL) {
        o->error = (struct oserr){"realloc", SEG_E_MEMORY};
        return false;
    }
    o->buf = bigger;
    o->capacity = size;
    return true;
}

/* Room for n bytes (n at most OUT_BUFFER); in a text also for a NUL after them. */
static bool reserve(struct out *o, size_t n)
{
    if (oserr_is(o->error))
        return false;
    if (o->fd < 0)
        return grow(o, o->length + n + 1);
    if (o->length + n > OUT_BUFFER && !out_flush(o))
        return false;
    return o->capacity >= OUT_BUFFER || grow(o, OUT_BUFFER);
}

/* A text takes as many whole characters as fit its limit. */
static void text_bytes(struct out *o, const char *p, size_t n)
{
    size_t left = o->limit - o->length;
    if (n > left) {
        o->cut = true;
        n = left;
        while (n > 0 && ((unsigned char)p[n] & 0xc0U) == 0x80U)
            n--;
    }
    if (reserve(o, n)) {
        memcpy(o->buf + o->length, p, n);
        o->length += n;
        o->buf[o->length] = '\0';
    }
}

void out_bytes(struct out *o, const void *p, size_t n)
{
    if (oserr_is(o->error) || n == 0)
        return;
    if (o->fd < 0) {
        if (!o->cut)
            text_bytes(o, p, n);
    } else if (n >= OUT_BUFFER) {
        if (out_flush(o))
            o->error = os_write_fd(o->fd, p, n);
    } else if (reserve(o, n)) {
        memcpy(o->buf + o->length, p, n);
        o->length += n;
    }
}

void out_str(struct out *o, const char *s)
{
    out_bytes(o, s, strlen(s));
}

void out_print(struct out *o, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        return;
    if ((size_t)n < sizeof text) {
        out_bytes(o, text, (size_t)n);
        return;
    }
    char *longer = malloc((size_t)n + 1);
    if (longer == NULL) {
        o->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    va_start(args, format);
    n = vsnprintf(longer, (size_t)n + 1, format, args);
    va_end(args);
    out_bytes(o, longer, n < 0 ? 0 : (size_t)n);
    free(longer);
}

void out_escaped(struct out *o, const char *raw)
{
    char *shown = text_escaped(raw);
    if (shown == NULL) {
        o->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    out_str(o, shown);
    free(shown);
}

void out_locator(struct out *o, const char *raw)
{
    size_t n = locator_shown(raw, NULL, 0) + 1;
    char *shown = malloc(n);
    if (shown == NULL) {
        o->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    (void)locator_shown(raw, shown, n);
    out_str(o, shown);
    free(shown);
}

char *out_room(struct out *o, size_t n)
{
    if (o->fd < 0 && (o->cut || o->length + n > o->limit)) {
        o->cut = true;
        return NULL;
    }
    return reserve(o, n) ? o->buf + o->length : NULL;
}

void out_used(struct out *o, size_t n)
{
    o->length += n;
    if (o->fd < 0)
        o->buf[o->length] = '\0';
}

void out_json_part(struct out *o, const char *utf8, size_t n)
{
    size_t plain = 0; /* start of a run that needs no escape */
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)utf8[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        out_bytes(o, utf8 + plain, i - plain);
        plain = i + 1;
        if (c == '\n' || c == '\t')
            out_str(o, c == '\n' ? "\\n" : "\\t");
        else if (c == '"' || c == '\\')
            out_print(o, "\\%c", c);
        else
            out_print(o, "\\u%04x", c);
    }
    out_bytes(o, utf8 + plain, n - plain);
}

void out_json(struct out *o, const char *utf8)
{
    out_str(o, "\"");
    out_json_part(o, utf8, strlen(utf8));
    out_str(o, "\"");
}
