#include "ui/term/term_caps.h"

#include <stdlib.h>
#include <string.h>

uint32_t ascii_for(uint32_t cp)
{
    static const struct {
        uint32_t cp;
        char ascii;
    } known[] = {
        {0x00b7, '.'}, {0x2026, '~'}, {0x2500, '-'}, {0x2502, '|'}, {0x250c, '+'}, {0x2510, '+'},
        {0x2514, '+'}, {0x2518, '+'}, {0x251c, '+'}, {0x2524, '+'}, {0x2581, '_'}, {0x2582, '.'},
        {0x2583, ':'}, {0x2584, '-'}, {0x2585, '='}, {0x2586, '+'}, {0x2587, '*'}, {0x2588, '#'},
        {0x2593, '%'}, {0x2592, '='}, {0x2591, '-'}, {0x25b2, '^'}, {0x25bc, 'v'}, {0x25b6, '>'},
        {0x25cf, '*'}, {0x2190, '<'}, {0x2192, '>'}, {0x00a0, ' '},
    };
    if (cp < 0x80)
        return cp;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].cp == cp)
            return (uint32_t)known[i].ascii;
    return '?';
}

bool term_is_modern(const char *name)
{
    static const char *const old[] = {"linux", "vt",  "ansi", "dumb",
                                      "cons",  "sun", "wyse", "pcansi"};
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        if (strncmp(name, old[i], strlen(old[i])) == 0)
            return strncmp(name, "vte", 3) == 0;
    return true;
}

bool colorfgbg_light(const char *text)
{
    const char *last = text != NULL ? strrchr(text, ';') : NULL;
    if (last == NULL || last[1] == '\0' || strspn(last + 1, "0123456789") != strlen(last + 1))
        return false;
    long colour = strtol(last + 1, NULL, 10);
    return colour == 7 || (colour > 8 && colour < 16);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->cp == b->cp && a->style == b->style && a->mark[0] == b->mark[0] &&
           a->mark[1] == b->mark[1];
}

bool row_difference(const struct cell *a, const struct cell *b, int cols, int *first, int *last)
{
    int from = 0, to = cols;
    while (from < cols && same_cell(&a[from], &b[from]))
        from++;
    if (from == cols)
        return false;
    while (to > from && same_cell(&a[to - 1], &b[to - 1]))
        to--;
    while (from > 0 && (a[from].cp == 0 || b[from].cp == 0))
        from--;
    while (to < cols && (a[to].cp == 0 || b[to].cp == 0))
        to++;
    *first = from;
    *last = to;
    return true;
}
