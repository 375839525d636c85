#include <string.h>

#include "core/find/find_private.h"
#include "core/text.h"

/* Takes one nibble in at the bottom of value and mask; false: neither a digit nor `?`. */
static bool nibble(char c, uint8_t *value, uint8_t *mask)
{
    int d = text_hex_digit(c);
    if (d < 0 && c != '?')
        return false;
    *value = (uint8_t)(*value << 4 | (d < 0 ? 0 : d));
    *mask = (uint8_t)(*mask << 4 | (d < 0 ? 0 : 15));
    return true;
}

const char *hex_pattern(const char *s, uint8_t *value, uint8_t *mask, size_t cap, size_t *size)
{
    size_t n = 0;
    for (;;) {
        s += strspn(s, " \t");
        if (!*s)
            break;
        if (n == cap)
            return "the pattern is too long";
        value[n] = mask[n] = 0;
        if (!nibble(s[0], &value[n], &mask[n]))
            return "not a hex digit, `?` or blank";
        if (!s[1] || s[1] == ' ' || s[1] == '\t')
            return "odd number of hex digits";
        if (!nibble(s[1], &value[n], &mask[n]))
            return "not a hex digit, `?` or blank";
        n++;
        s += 2;
    }
    *size = n;
    return n ? NULL : "the pattern is empty";
}
