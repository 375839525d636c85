/* Any two lines as a shell pattern and a text: the answer is that of a matcher which tries every
 * way, and what `clean` relies on holds: a name without special characters means itself alone. */
#include "core/glob.h"
#include "fuzz.h"

#include <stdbool.h>

enum { LONGEST = 48 }; /* bytes of each */

/* Members of the set between its brackets: from a bracket to another, `!` or `^` taken off. */
static bool is_member(const char *from, const char *to, unsigned char byte)
{
    while (from < to) {
        bool range = to - from > 2 && from[1] == '-';
        unsigned char low = (unsigned char)from[0], high = (unsigned char)from[range ? 2 : 0];
        if (low <= byte && byte <= high)
            return true;
        from += range ? 3 : 1;
    }
    return false;
}

static size_t character(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* What is known of every two places: 0 nothing yet, 1 they match, -1 they do not. */
struct trial {
    const char *pattern, *text;
    signed char known[LONGEST + 1][LONGEST + 1];
};

static bool tries(struct trial *t, const char *pattern, const char *text);

/* A set at the pattern; *next behind it. False: it is none. */
static bool is_set(const char *pattern, const char **next, unsigned char byte, bool *has)
{
    bool inverse = pattern[0] == '[' && (pattern[1] == '!' || pattern[1] == '^');
    const char *from = pattern + (inverse ? 2 : 1);
    if (pattern[0] != '[' || *from == '\0')
        return false;
    const char *to = strchr(from + 1, ']');
    if (to == NULL)
        return false;
    *next = to + 1;
    *has = is_member(from, to, byte) != inverse;
    return true;
}

static bool try_here(struct trial *t, const char *pattern, const char *text)
{
    const char *next;
    bool has;
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '*')
        return tries(t, pattern + 1, text) || (*text != '\0' && tries(t, pattern, text + 1));
    if (*text == '\0')
        return false;
    if (*pattern == '?')
        return tries(t, pattern + 1, text + character(text));
    if (is_set(pattern, &next, (unsigned char)*text, &has))
        return has && tries(t, next, text + 1);
    return *pattern == *text && tries(t, pattern + 1, text + 1);
}

/* Every place of both is tried once. */
static bool tries(struct trial *t, const char *pattern, const char *text)
{
    signed char *at = &t->known[pattern - t->pattern][text - t->text];
    if (*at == 0)
        *at = try_here(t, pattern, text) ? 1 : -1;
    return *at > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *pattern = fuzz_string(data, size), *line = strchr(pattern, '\n');
    char *text = fuzz_string((const uint8_t *)(line == NULL ? "" : line + 1),
                             line == NULL ? 0 : strlen(line + 1));
    if (line != NULL)
        *line = '\0';
    bool matches = glob_match(pattern, text);
    struct trial t = {.pattern = pattern, .text = text};
    if (strlen(pattern) <= LONGEST && strlen(text) <= LONGEST)
        HOLDS(matches == tries(&t, pattern, text));
    if (strpbrk(pattern, "*?[") == NULL)
        HOLDS(matches == (strcmp(pattern, text) == 0));
    HOLDS(glob_match("*", text));
    free(pattern);
    free(text);
    return 0;
}
