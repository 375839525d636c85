#include "core/glob.h"

#include <stddef.h>
#include <stdint.h>

/* The next character; an invalid byte counts as one. */
static const char *next_character(const char *s)
{
    s++;
    while (((uint8_t)*s & 0xc0u) == 0x80u)
        s++;
    return s;
}

/* The end of the set that starts at p (a `[`), after its `]`; NULL: not a set. */
static const char *set_end(const char *p)
{
    p++;
    if (*p == '!' || *p == '^')
        p++;
    if (*p == ']') /* as the first member it is literal */
        p++;
    while (*p != '\0' && *p != ']')
        p++;
    return *p == ']' ? p + 1 : NULL;
}

static bool set_has(const char *p, const char *end, uint8_t byte)
{
    bool inverse = p[1] == '!' || p[1] == '^', found = false;
    const char *last = end - 1;
    for (p += inverse ? 2 : 1; p < last; p++) {
        uint8_t low = (uint8_t)*p, high = low;
        if (p + 2 < last && p[1] == '-') {
            high = (uint8_t)p[2];
            p += 2;
        }
        found = found || (byte >= low && byte <= high);
    }
    return found != inverse;
}

/* Matches one element of the pattern other than a star against one character and moves past both;
 * false: no match. */
static bool match_one(const char **pattern, const char **text)
{
    const char *p = *pattern, *end = *p == '[' ? set_end(p) : NULL;
    if (**text == '\0')
        return false;
    if (*p == '?') {
        *pattern = p + 1;
        *text = next_character(*text);
        return true;
    }
    if (end != NULL ? !set_has(p, end, (uint8_t) * *text) : *p != **text)
        return false;
    *pattern = end != NULL ? end : p + 1;
    (*text)++;
    return true;
}

bool glob_match(const char *pattern, const char *text)
{
    const char *star = NULL, *again = NULL; /* after the last star, and where its match ends */
    while (*text != '\0' || *pattern != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            again = text;
        } else if (*pattern != '\0' && match_one(&pattern, &text)) {
            continue;
        } else if (star != NULL && *again != '\0') {
            text = ++again;
            pattern = star;
        } else {
            return false;
        }
    }
    return true;
}
