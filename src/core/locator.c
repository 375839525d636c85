#include "core/locator.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/text.h"

/* Prefixes of locators. Whether this system supports the kind, the backend decides. */
static const char *const kinds[] = {
    "posix:", "sysv:", "fd:", "map:", "ns:", "memfd:", "file:", "win:", "rec:", NULL};

/* The Windows name spaces, whose backslash is part of the name itself. */
static const char *const spaces[] = {"win:Local\\", "win:Global\\", NULL};
static const char *const bare_spaces[] = {"Local\\", "Global\\", NULL};

/* Length of the word that s starts with; 0: none. */
static size_t starts_with(const char *s, const char *const *words)
{
    for (; *words != NULL; words++) {
        size_t n = strlen(*words);
        if (strncmp(s, *words, n) == 0)
            return n;
    }
    return 0;
}

/* Inserts prefix before the raw text that starts at `from`, in place. */
static const char *with_prefix(char raw[LOCATOR_MAX], size_t from, const char *prefix)
{
    size_t n = strlen(prefix);
    size_t rest = strlen(raw + from) + 1;
    if (n + rest > LOCATOR_MAX)
        return "not a segment name: too long";
    memmove(raw + n, raw + from, rest);
    for (size_t i = 0; i < n; i++)
        raw[i] = prefix[i];
    return NULL;
}

/* Undoes the escapes of s after the first `literal` bytes, which are copied. */
static const char *unescape(const char *s, size_t literal, char raw[LOCATOR_MAX])
{
    memcpy(raw, s, literal);
    if (text_unescape(raw + literal, LOCATOR_MAX - literal, s + literal) != SIZE_MAX)
        return NULL;
    return strlen(s) < LOCATOR_MAX ? "not a segment name: no name can hold a NUL byte (\\x00)"
                                   : "not a segment name: too long";
}

const char *locator_typed(const char *typed, char raw[LOCATOR_MAX])
{
    static const char shm[] = "/dev/shm/";
    if (*typed == '\0')
        return "not a segment name: it is empty";
    size_t literal = starts_with(typed, spaces);
    size_t bare = starts_with(typed, bare_spaces);
    literal += bare; /* at most one of the two */
    const char *why = unescape(typed, literal, raw);
    if (why != NULL)
        return why;
    if (bare > 0)
        return with_prefix(raw, 0, "win:");
    if (raw[0] == '/') {
        size_t from = strncmp(raw, shm, sizeof shm - 1) == 0 ? sizeof shm - 1 : 0;
        return with_prefix(raw, from + strspn(raw + from, "/"), "posix:/");
    }
    size_t kind = starts_with(raw, kinds);
    if (kind == 0)
        return "not a segment name";
    return raw[kind] == '\0' ? "not a segment name: nothing after the colon" : NULL;
}

/* Would the shown form of the byte at s begin with the backslash of an escape? */
static bool escape_follows(const char *s)
{
    char first[5]; /* one escape */
    text_escape(first, sizeof first, s, strlen(s));
    return *s != '\\' && first[0] == '\\';
}

/* Beginnings that are shown differently from text_escape. */
static const struct {
    const char *raw, *shown;
    bool before_escape; /* only before an escape, whose backslash would be read as `Local\` */
} beginnings[] = {
    {"win:Local\\", "win:Local\\", false},
    {"win:Global\\", "win:Global\\", false},
    {"win:Local", "win:Loca\\x6c", true},
    {"win:Global", "win:Globa\\x6c", true},
};

size_t locator_shown(const char *raw, char *out, size_t cap)
{
    const char *start = "";
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        size_t n = strlen(beginnings[i].raw);
        if (strncmp(raw, beginnings[i].raw, n) != 0 ||
            (beginnings[i].before_escape && !escape_follows(raw + n)))
            continue;
        start = beginnings[i].shown;
        raw += n;
        break;
    }
    size_t n = strlen(start);
    if (n >= cap) { /* not even the beginning fits */
        if (cap > 0)
            out[0] = '\0';
        return n + text_escape(NULL, 0, raw, strlen(raw));
    }
    memcpy(out, start, n);
    return n + text_escape(out + n, cap - n, raw, strlen(raw));
}
