/* What each match of a regular expression begins with, as far as that is a row of single bytes or
 * classes of them: `[a-f]{5}[0-9]{4} .*` is five bytes of one class, four of another and a blank. A
 * class becomes the bits that all its bytes have in common, so that more may match than the class,
 * never less. The rest of the expression does not matter: where it begins is where this stops, and
 * whatever is not understood is where it begins. */
#include <string.h>

#include "core/find/find_private.h"
#include "core/text.h"

/* Bytes that may stand in one place. */
struct set {
    bool has[256];
};

struct scan {
    const char *p;
    bool any_case; /* letters of ASCII match in both cases */
};

static void add_range(struct set *set, unsigned from, unsigned to)
{
    for (unsigned i = from; i <= to; i++)
        set->has[i] = true;
}

static bool is_letter(unsigned c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void add_byte(struct set *set, unsigned c, bool any_case)
{
    set->has[c] = true;
    if (any_case && is_letter(c))
        set->has[c ^ 0x20] = true;
}

static void complement(struct set *set)
{
    for (size_t i = 0; i < sizeof set->has; i++)
        set->has[i] = !set->has[i];
}

/* `\d` and the like, p at its letter. False: not one of them. */
static bool add_named(struct set *set, char letter)
{
    struct set named = {0};
    switch (letter | 0x20) {
    case 'w':
        add_range(&named, 'A', 'Z');
        add_range(&named, 'a', 'z');
        named.has['_'] = true;
        add_range(&named, '0', '9');
        break;
    case 'd':
        add_range(&named, '0', '9');
        break;
    case 's':
        add_range(&named, '\t', '\r');
        named.has[' '] = true;
        break;
    default:
        return false;
    }
    if (letter < 'a')
        complement(&named);
    for (size_t i = 0; i < sizeof set->has; i++)
        set->has[i] = set->has[i] || named.has[i];
    return true;
}

/* One byte after a backslash, s->p at what follows it: `\n`, `\x7f`, `\.`. -1: something else. */
static int escaped(struct scan *s)
{
    static const char letter[] = "nrtfea", byte[] = "\n\r\t\f\x1b\a";
    char c = *s->p;
    const char *known = c != '\0' ? strchr(letter, c) : NULL;
    if (known != NULL) {
        s->p++;
        return byte[known - letter];
    }
    if (c == 'x') {
        int high = text_hex_digit(s->p[1]), low = high < 0 ? -1 : text_hex_digit(s->p[2]);
        s->p += low < 0 ? 0 : 3;
        return low < 0 ? -1 : high * 16 + low;
    }
    if (c <= ' ' || c > '~' || is_letter((unsigned char)c) || (c >= '0' && c <= '9'))
        return -1;
    s->p++;
    return (unsigned char)c;
}

/* One byte of a class. -1: something else. */
static int class_byte(struct scan *s)
{
    char c = *s->p;
    if (c == '\0' || (c == '[' && strchr(":.=", s->p[1]) != NULL))
        return -1;
    s->p++;
    return c == '\\' ? escaped(s) : (unsigned char)c;
}

/* A class, s->p after its `[`. */
static bool class_of(struct scan *s, struct set *set)
{
    bool excludes = *s->p == '^';
    s->p += excludes ? 1 : 0;
    for (bool first = true; first || *s->p != ']'; first = false) {
        if (*s->p == '\\' && add_named(set, s->p[1])) {
            s->p += 2;
            if (*s->p == '-')
                return false;
            continue;
        }
        int from = class_byte(s), to = from;
        if (from >= 0 && *s->p == '-' && s->p[1] != ']') {
            s->p++;
            if (*s->p == '\\' && strchr("dDwWsS", s->p[1]) != NULL)
                return false;
            to = class_byte(s);
        }
        if (from < 0 || to < from)
            return false;
        for (int c = from; c <= to; c++)
            add_byte(set, (unsigned)c, s->any_case);
    }
    s->p++;
    if (excludes)
        complement(set);
    return true;
}

/* What matches one byte. False: something else. */
static bool atom(struct scan *s, struct set *set)
{
    unsigned char c = (unsigned char)*s->p;
    *set = (struct set){0};
    if (c == '\0' || strchr("^$(|)?*+{", c) != NULL)
        return false;
    s->p++;
    if (c == '[')
        return class_of(s, set);
    if (c == '.')
        add_range(set, 0, 255);
    else if (c != '\\')
        add_byte(set, c, s->any_case);
    else if (add_named(set, *s->p))
        s->p++;
    else {
        int byte = escaped(s);
        if (byte < 0)
            return false;
        add_byte(set, (unsigned)byte, s->any_case);
    }
    return true;
}

/* `{3}`, `{3,}`, `{3,7}`: the least number; *exact: no more than that. 0: something else. */
static size_t braces(struct scan *s, bool *exact)
{
    size_t n = 0, digits = strspn(s->p + 1, "0123456789");
    const char *p = s->p + 1 + digits;
    if (digits == 0 || digits > 4)
        return 0;
    for (size_t i = 1; i <= digits; i++)
        n = n * 10 + (size_t)(s->p[i] - '0');
    *exact = *p == '}';
    if (*p == ',')
        p += 1 + strspn(p + 1, "0123456789");
    if (*p != '}')
        return 0;
    s->p = p + 1;
    return n;
}

/* How often at least what was just read has to be there, one after the other; *exact: that often,
 * so that what follows it is known, too. 0: perhaps not at all. */
static size_t times(struct scan *s, bool *exact)
{
    size_t n = 1;
    *exact = true;
    if (*s->p == '\0' || strchr("?*+{", *s->p) == NULL)
        return 1;
    if (*s->p == '{') {
        n = braces(s, exact);
    } else {
        n = *s->p == '+' ? 1 : 0;
        *exact = false;
        s->p++;
    }
    s->p += *s->p == '?' || *s->p == '+' ? 1 : 0;
    return *s->p != '\0' && strchr("?*+{", *s->p) != NULL ? 0 : n; /* of a quantified item, again */
}

/* The bits that all bytes of a set have in common. */
static void common_bits(const struct set *set, uint8_t *value, uint8_t *mask)
{
    unsigned all = 0xff, any = 0;
    for (unsigned i = 0; i < 256; i++)
        if (set->has[i]) {
            all &= i;
            any |= i;
        }
    *mask = (uint8_t) ~(all ^ any);
    *value = (uint8_t)(all & *mask);
}

size_t regex_prefix(const char *regex, uint8_t value[PREFIX_LONGEST], uint8_t mask[PREFIX_LONGEST])
{
    struct scan s = {.p = regex};
    struct set set;
    size_t n = 0, useful = 0;
    bool exact = true;
    /* What PCRE2 leaves out of a pattern may stand between an item and its quantifier. */
    static const char *const unknown[] = {"|", "\\K", "\\E", "\\Q", "(?#"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (strstr(regex, unknown[i]) != NULL)
            return 0;
    if (strncmp(regex, "(?i)", 4) == 0) {
        s.any_case = true;
        s.p += 4;
    }
    while (exact && atom(&s, &set)) {
        size_t count = times(&s, &exact);
        exact = exact && count > 0;
        for (; count > 0 && n < PREFIX_LONGEST; count--) {
            common_bits(&set, &value[n], &mask[n]);
            useful = mask[n] != 0 ? n + 1 : useful;
            n++;
        }
    }
    return useful;
}
