/* Types by name, and names of types. */
#include "core/type/type_private.h"

#include <stdio.h>
#include <string.h>

/* ---- by name ---- */

/* Blanks between words as one, none elsewhere: `unsigned  int`. Returns the length; cut at cap. */
static size_t squeeze(const char *s, char *out, size_t cap)
{
    size_t n = 0;
    for (; *s != '\0' && n + 1 < cap; s++)
        if (*s != ' ' || (n > 0 && out[n - 1] != ' '))
            out[n++] = *s;
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n;
}

/* Is this what the keyword in front says? */
static bool kind_is(const struct types *t, type_id id, const char *keyword)
{
    int kind = types_get(t, types_real(t, id))->kind;
    return keyword[0] == 's' || keyword[0] == 'c' ? kind == TYPE_STRUCT
           : keyword[0] == 'u'                    ? kind == TYPE_UNION
                                                  : kind == TYPE_ENUM;
}

/* A name that no file defines: one of C's own, `unsigned int`. */
static type_id find_scalar(const struct types *t, const char *name)
{
    static const char *const other[][2] = {{"unsigned", "unsigned int"},
                                           {"long int", "long"},
                                           {"unsigned long int", "unsigned long"},
                                           {"short int", "short"},
                                           {"_Bool", "bool"}};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        if (strcmp(name, other[i][0]) == 0)
            name = other[i][1];
    for (int i = 0; i < ABI_SCALARS; i++) {
        type_id id = types_scalar((enum abi_scalar)i);
        if (strcmp(types_name(t, types_get(t, id)->name), name) == 0)
            return id;
    }
    return 0;
}

type_id types_find(const struct types *t, const char *name)
{
    static const char *const keywords[] = {"struct ", "class ", "union ", "enum "};
    char word[TYPE_NAME_MAX];
    size_t n = squeeze(name, word, sizeof word);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        size_t k = strlen(keywords[i]);
        if (n > k && strncmp(word, keywords[i], k) == 0) {
            type_name tag = types_known(t, word + k);
            type_id id = types_lookup(t, SPACE_TAG, tag);
            if (id == 0)
                id = types_lookup(t, SPACE_TYPEDEF, tag);
            return id != 0 && kind_is(t, id, keywords[i]) ? id : 0;
        }
    }
    type_name known = types_known(t, word);
    type_id id = types_lookup(t, SPACE_TYPEDEF, known);
    type_id tag = types_lookup(t, SPACE_TAG, known);
    if (id == 0 || (tag != 0 && types_declared(t, tag) && !types_declared(t, id)))
        id = tag;
    return id != 0 ? id : find_scalar(t, word);
}

/* ---- near names ---- */

enum { NEAR_LENGTH = 64 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Edits (insert, delete, replace) that make one of the other, ignoring case; 99: too long. */
static int distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    int row[NEAR_LENGTH + 1];
    if (na > NEAR_LENGTH || nb > NEAR_LENGTH)
        return 99;
    for (size_t j = 0; j <= nb; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        int before = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= nb; j++) {
            int best = before + (lower(a[i - 1]) != lower(b[j - 1]));
            before = row[j];
            best = best > row[j] + 1 ? row[j] + 1 : best;
            best = best > row[j - 1] + 1 ? row[j - 1] + 1 : best;
            row[j] = best;
        }
    }
    return row[nb];
}

int types_resemblance(const char *name, const char *candidate)
{
    int d = distance(name, candidate);
    size_t n = strlen(name);
    if (d <= 3 && (size_t)d * 2 <= n)
        return d;
    return n >= 3 && strstr(candidate, name) != NULL ? 3 : 99;
}

size_t types_near(const struct types *t, const char *name, const char *near[TYPE_NEAR])
{
    static const char *const keywords[] = {"struct ", "union ", "enum "};
    int score[TYPE_NEAR];
    size_t count = 0;
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strncmp(name, keywords[i], strlen(keywords[i])) == 0)
            name += strlen(keywords[i]);
    for (type_id id = t->own; id < t->type.count; id++) {
        const struct type *type = types_get(t, id);
        const char *candidate = types_name(t, type->name);
        int d = type->name == 0 ? 99 : types_resemblance(name, candidate);
        if (d == 99 || (count > 0 && strcmp(near[count - 1], candidate) == 0))
            continue;
        size_t at = count;
        while (at > 0 && score[at - 1] > d)
            at--;
        if (at == TYPE_NEAR)
            continue;
        count += count < TYPE_NEAR;
        for (size_t i = count - 1; i > at; i--) {
            near[i] = near[i - 1];
            score[i] = score[i - 1];
        }
        near[at] = candidate;
        score[at] = d;
    }
    return count;
}

/* The better one of two candidates. */
static void take_nearer(const char *name, const char *candidate, int *best, const char **near)
{
    int d = types_resemblance(name, candidate);
    if (d < *best) {
        *best = d;
        *near = candidate;
    }
}

static void near_in(const struct types *t, type_id id, const char *name, int *best,
                    const char **near)
{
    const struct type *type = types_get(t, types_real(t, id));
    bool record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
    for (uint32_t i = 0; record && i < type->count; i++) {
        const struct type_member *m = types_member(t, type->first + i);
        if (m->name == 0)
            near_in(t, m->type, name, best, near);
        else
            take_nearer(name, types_name(t, m->name), best, near);
    }
    for (uint32_t i = 0; type->kind == TYPE_ENUM && i < type->count; i++)
        take_nearer(name, types_name(t, types_enumerator(t, type->first + i)->name), best, near);
}

const char *types_near_name(const struct types *t, type_id id, const char *name)
{
    const char *near = NULL;
    int best = 99;
    near_in(t, id, name, &best, &near);
    return near;
}

/* ---- spelling ---- */

static const char *keyword(const struct type *type)
{
    if (!(type->flags & TYPE_TAGGED) && type->name != 0)
        return "";
    return type->kind == TYPE_STRUCT  ? "struct "
           : type->kind == TYPE_UNION ? "union "
           : type->kind == TYPE_ENUM  ? "enum "
                                      : "";
}

/* Appends like snprintf, counting what does not fit. */
static void put(char *out, size_t cap, size_t *n, const char *s)
{
    size_t k = strlen(s);
    for (size_t i = 0; i < k; i++)
        if (*n + i + 1 < cap)
            out[*n + i] = s[i];
    *n += k;
    if (cap > 0)
        out[*n < cap ? *n : cap - 1] = '\0';
}

size_t types_spell(const struct types *t, type_id id, char *out, size_t cap)
{
    char dims[128] = "", stars[TYPE_DEPTH_MAX + 1] = "";
    size_t n = 0, dim = 0, star = 0;
    const struct type *type = types_get(t, id);
    for (; type->kind == TYPE_ARRAY; type = types_get(t, type->target)) {
        char one[24];
        (void)snprintf(one, sizeof one, type->flags & TYPE_UNBOUNDED ? "[]" : "[%llu]",
                       (unsigned long long)type->length);
        put(dims, sizeof dims, &dim, one);
    }
    for (; type->kind == TYPE_POINTER && star < TYPE_DEPTH_MAX; type = types_get(t, type->target))
        stars[star++] = '*';
    stars[star] = '\0';
    if (cap > 0)
        out[0] = '\0';
    if (type->kind == TYPE_FUNCTION || (type->kind == TYPE_ARRAY && star > 0)) {
        put(out, cap, &n, type->kind == TYPE_FUNCTION ? "function" : "array");
    } else {
        put(out, cap, &n, keyword(type));
        put(out, cap, &n, type->name != 0 ? types_name(t, type->name) : "{...}");
    }
    put(out, cap, &n, star > 0 ? " " : "");
    put(out, cap, &n, stars);
    put(out, cap, &n, dims);
    return n;
}
