/* Names of types as different compilers write them, made alike. */
#include <ctype.h>
#include <string.h>

#include "types/dwarf.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does a number with this first digit begin here, and how long is its suffix (`64UL`)? */
static size_t suffix(const char *s)
{
    size_t n = strspn(s, "uUlL");
    return is_word(s[n]) ? 0 : n;
}

void dw_name_plain(const char *name, char *out, size_t cap)
{
    size_t n = 0;
    for (const char *s = name; *s != '\0' && n + 2 < cap;) {
        bool begins = n == 0 || !is_word(out[n - 1]);
        if (*s == ' ') {
            s += strspn(s, " ");
            if (n > 0 && is_word(out[n - 1]) && is_word(*s))
                out[n++] = ' ';
        } else if (begins && *s >= '0' && *s <= '9') {
            while (*s >= '0' && *s <= '9' && n + 2 < cap)
                out[n++] = *s++;
            s += suffix(s);
        } else {
            bool comma = *s == ',';
            out[n++] = *s++;
            if (comma)
                out[n++] = ' ';
        }
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}
