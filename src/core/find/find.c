#include "core/find/find.h"

#include "core/find/find_private.h"
#include "core/number.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_MAX = 16 }; /* longest view name with its NUL */

/* Sets the reason for the user; returns NULL for the caller to return. */
static struct find *refuse(char why[FIND_WHY_MAX], const char *reason)
{
    snprintf(why, FIND_WHY_MAX, "%s", reason);
    return NULL;
}

/* A literal from arrays whose ownership it takes. */
static struct find *from_literal(uint8_t *value, uint8_t *mask, size_t size, char why[FIND_WHY_MAX])
{
    struct find *f = calloc(1, sizeof *f);
    if (f == NULL) {
        free(value);
        free(mask);
        return refuse(why, "out of memory");
    }
    if (!literal_init(&f->literal, value, mask, size)) {
        find_free(f);
        return refuse(why, "the pattern matches everything");
    }
    return f;
}

struct find *find_compile_bytes(const uint8_t *bytes, size_t n, char why[FIND_WHY_MAX])
{
    if (n == 0)
        return refuse(why, "the pattern is empty");
    if (n > FIND_LITERAL_MAX)
        return refuse(why, "the pattern is too long");
    uint8_t *value = malloc(n);
    if (value == NULL)
        return refuse(why, "out of memory");
    memcpy(value, bytes, n);
    return from_literal(value, NULL, n, why);
}

struct find *find_compile_regex(const char *regex, char why[FIND_WHY_MAX])
{
    size_t n = strlen(regex);
    if (n == 0)
        return refuse(why, "the pattern is empty");
    if (n > FIND_LITERAL_MAX)
        return refuse(why, "the pattern is too long");
    struct find *f = calloc(1, sizeof *f);
    if (f == NULL)
        return refuse(why, "out of memory");
    f->regex = regex_new(regex, why);
    if (f->regex == NULL) {
        free(f);
        return NULL;
    }
    return f;
}

/* Shifts one nibble into value and mask; false: neither a digit nor `?`. */
static bool nibble(char c, uint8_t *value, uint8_t *mask)
{
    int d = text_hex_digit(c);
    if (d < 0 && c != '?')
        return false;
    *value = (uint8_t)(*value << 4 | (d < 0 ? 0 : d));
    *mask = (uint8_t)(*mask << 4 | (d < 0 ? 0 : 15));
    return true;
}

/* `de ad ?? ef` into value and mask, each with room for `cap` bytes; NULL, or why not. */
static const char *hex_pattern(const char *s, uint8_t *value, uint8_t *mask, size_t cap,
                               size_t *size)
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

/* Hex digits with wildcards. */
static struct find *compile_hex(const char *s, char why[FIND_WHY_MAX])
{
    size_t cap = strlen(s) / 2 + 1, size = 0;
    if (cap > FIND_LITERAL_MAX)
        cap = FIND_LITERAL_MAX;
    uint8_t *value = malloc(cap), *mask = malloc(cap);
    const char *reason =
        value != NULL && mask != NULL ? hex_pattern(s, value, mask, cap, &size) : "out of memory";
    if (reason != NULL) {
        free(value);
        free(mask);
        return refuse(why, reason);
    }
    return from_literal(value, mask, size, why);
}

/* Which bits of a text count when case is ignored: not the one in which the two cases of a letter
 * of ASCII differ. NULL: out of memory. */
static uint8_t *any_case(const struct view *v, const uint8_t *bytes, size_t n)
{
    uint8_t *mask = malloc(n);
    if (mask == NULL)
        return NULL;
    memset(mask, 0xff, n);
    for (size_t i = 0; i < n;) {
        struct text_char c = text_decode(v->enc, bytes + i, n - i);
        uint32_t lower = c.cp | 0x20;
        if (c.valid && lower >= 'a' && lower <= 'z')
            mask[v->big ? i + c.size - 1 : i] = 0xdf;
        i += c.size;
    }
    return mask;
}

/* A value of a view; text perhaps in any case. */
static struct find *compile_value(const struct view *v, const char *value, bool ignore_case,
                                  char why[FIND_WHY_MAX])
{
    size_t cap = 2 * strlen(value) + 8, size = 0;
    if (cap > FIND_LITERAL_MAX)
        cap = FIND_LITERAL_MAX;
    uint8_t *bytes = malloc(cap);
    if (bytes == NULL)
        return refuse(why, "out of memory");
    char reason[VIEW_WHY_MAX];
    const char *fault = view_parse(v, value, bytes, cap, &size, reason);
    if (fault == NULL && size == 0)
        fault = "the pattern is empty";
    uint8_t *mask = fault == NULL && ignore_case ? any_case(v, bytes, size) : NULL;
    if (fault == NULL && ignore_case && mask == NULL)
        fault = "out of memory";
    if (fault != NULL) {
        free(bytes);
        return refuse(why, fault);
    }
    return from_literal(bytes, mask, size, why);
}

struct find *find_compile_view(const struct view *v, const char *value, char why[FIND_WHY_MAX])
{
    return v->kind == VIEW_HEX ? compile_hex(value, why) : compile_value(v, value, false, why);
}

/* The view of a value after a prefix: `u16` of what is not a number is UTF-16. */
static const struct view *view_for(const struct view *v, const char *value)
{
    struct number number;
    if (v->kind != VIEW_UNSIGNED || v->unit != 2)
        return v;
    enum num_status status = number_parse(value, &number);
    if (status == NUM_OK || status == NUM_RANGE)
        return v;
    const struct view *text = view_find(v->big ? "utf16be" : "utf16le");
    return text != NULL ? text : v;
}

/* The word before the colon, as far as it can be a prefix; empty: none. */
static void prefix_of(const char *pattern, char prefix[PREFIX_MAX])
{
    const char *colon = strchr(pattern, ':');
    size_t n = colon != NULL && colon - pattern < PREFIX_MAX ? (size_t)(colon - pattern) : 0;
    memcpy(prefix, pattern, n);
    prefix[n] = '\0';
}

/* What follows `i:`: text, or text in an encoding that is named. */
static struct find *compile_any_case(const char *pattern, char why[FIND_WHY_MAX])
{
    char prefix[PREFIX_MAX];
    prefix_of(pattern, prefix);
    const char *value = pattern + strlen(prefix) + 1;
    const struct view *v = prefix[0] != '\0' ? view_find(prefix) : NULL;
    if (strcmp(prefix, "r") == 0)
        return refuse(why, "i: is for text; a regular expression ignores case with r:(?i)");
    if (v != NULL)
        v = view_for(v, value);
    if (strcmp(prefix, "x") == 0 || (v != NULL && v->kind != VIEW_TEXT))
        return refuse(why, "i: is for text");
    return v != NULL ? compile_value(v, value, true, why)
                     : compile_value(view_find("utf8"), pattern, true, why);
}

struct find *find_compile(const char *pattern, char why[FIND_WHY_MAX])
{
    char prefix[PREFIX_MAX];
    prefix_of(pattern, prefix);
    if (prefix[0] != '\0') {
        const char *value = pattern + strlen(prefix) + 1;
        if (strcmp(prefix, "x") == 0)
            return compile_hex(value, why);
        if (strcmp(prefix, "r") == 0)
            return find_compile_regex(value, why);
        if (strcmp(prefix, "i") == 0)
            return compile_any_case(value, why);
        const struct view *v = view_find(prefix);
        if (v != NULL)
            return find_compile_view(view_for(v, value), value, why);
    }
    return find_compile_bytes((const uint8_t *)pattern, strlen(pattern), why);
}

void find_free(struct find *f)
{
    if (f == NULL)
        return;
    regex_free(f->regex);
    free(f->literal.value);
    free(f->literal.mask);
    free(f);
}

size_t find_length(const struct find *f)
{
    return f->literal.size;
}

size_t find_overlap(const struct find *f)
{
    return f->regex != NULL ? FIND_REGEX_SPAN : f->literal.size - 1;
}

size_t find_context(const struct find *f)
{
    return f->regex != NULL ? regex_context(f->regex) : 0;
}

bool find_gave_up(const struct find *f)
{
    return f->regex != NULL && regex_gave_up(f->regex);
}

void find_progress(struct find *f, const struct progress *p)
{
    if (f->regex != NULL)
        regex_progress(f->regex, p);
}

bool find_stopped(const struct find *f)
{
    return f->regex != NULL && regex_stopped(f->regex);
}

/* The first match that starts in [from, end) of a block of n bytes. */
static size_t next_before(struct find *f, const uint8_t *block, size_t n, size_t from, size_t end,
                          size_t *length)
{
    if (f->regex != NULL)
        return regex_next(f->regex, block, n, from, end, length);
    *length = f->literal.size;
    return literal_next(&f->literal, block, n, from, end);
}

size_t find_next(struct find *f, const uint8_t *block, size_t n, size_t from, bool last,
                 size_t *length)
{
    size_t end = n;
    if (f->regex != NULL && !last)
        end = n > FIND_REGEX_SPAN ? n - FIND_REGEX_SPAN : 0;
    return next_before(f, block, n, from, end, length);
}

size_t find_prev(struct find *f, const uint8_t *block, size_t n, size_t before, size_t *length)
{
    size_t end = before < n ? before : n;
    for (size_t window = 64; end > 0; window *= 2) {
        size_t start = end > window ? end - window : 0;
        size_t found = SIZE_MAX, size = 0;
        for (size_t from = start; from < end;) {
            size_t at = next_before(f, block, n, from, end, &size);
            if (at == SIZE_MAX)
                break;
            found = at;
            *length = size;
            from = at + 1;
        }
        if (found != SIZE_MAX)
            return found;
        end = start;
    }
    return SIZE_MAX;
}

static bool describe(const struct literal *l, const uint8_t **bytes, const uint8_t **mask,
                     size_t *n, size_t rare[2])
{
    *mask = l->mask;
    *bytes = l->value;
    *n = l->size;
    rare[0] = l->probe[0].at;
    rare[1] = l->probe[1].at;
    return true;
}

bool find_literal_bytes(const struct find *f, const uint8_t **bytes, const uint8_t **mask,
                        size_t *n, size_t rare[2])
{
    return f->regex == NULL && describe(&f->literal, bytes, mask, n, rare);
}

bool find_begins(const struct find *f, const uint8_t **bytes, const uint8_t **mask, size_t *n,
                 size_t rare[2])
{
    const struct literal *l = f->regex != NULL ? regex_begins(f->regex) : NULL;
    return l != NULL && describe(l, bytes, mask, n, rare);
}

bool find_matches_zero(const struct find *f)
{
    if (f->regex != NULL)
        return regex_matches_zero(f->regex);
    for (size_t i = 0; i < f->literal.size; i++)
        if (f->literal.value[i] != 0)
            return false;
    return true;
}
