#include "core/screen/wrap.h"

#include <stdint.h>
#include <string.h>

#include "core/text.h"

/* The character at p of `left` bytes; its columns in *width. */
static size_t step(const char *p, size_t left, int *width)
{
    struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)p, left);
    *width = c.valid && text_printable(c.cp) ? text_width(c.cp) : 1;
    return c.size;
}

size_t wrap_skip(const char *utf8, int columns)
{
    size_t length = strlen(utf8), at = 0;
    while (at < length) {
        int width = 0;
        size_t n = step(utf8 + at, length - at, &width);
        if (columns < width)
            break;
        columns -= width;
        at += n;
    }
    return at;
}

size_t wrap_line(const char *utf8, int columns, size_t *skip)
{
    size_t length = strlen(utf8), at = 0, blank = 0;
    int used = 0;
    while (at < length) {
        int width = 0;
        size_t n = step(utf8 + at, length - at, &width);
        if (utf8[at] == ' ' && used > 0)
            blank = at;
        if (used + width > columns && utf8[at] != ' ' && at > 0)
            break;
        used += width;
        at += n;
    }
    size_t end = at < length && blank > 0 ? blank : at;
    while (end > 0 && at < length && utf8[end - 1] == ' ')
        end--;
    *skip = end + strspn(utf8 + end, " ");
    return end;
}
