#include "session/types_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 5 /* `file ` and `type ` */ };

static bool plain(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

/* Adds to `count` rows of `cap` bytes. */
static bool add(char *rows, size_t cap, size_t most, size_t *count, const char *text)
{
    if (text[0] == '\0' || strlen(text) >= cap || !plain(text))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(rows + i * cap, text) == 0)
            return true;
    if (*count == most)
        return false;
    memcpy(rows + *count * cap, text, strlen(text) + 1);
    ++*count;
    return true;
}

bool kept_add_file(struct kept_types *k, const char *path)
{
    return add(k->file[0], KEPT_PATH, KEPT_FILES, &k->files, path);
}

bool kept_add_type(struct kept_types *k, const char *type)
{
    return add(k->type[0], KEPT_TYPE, KEPT_TYPES, &k->types, type);
}

/* ---- several sessions ---- */

static bool has(const char *rows, size_t cap, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows + i * cap, text) == 0)
            return true;
    return false;
}

/* Rows that this session dropped are dropped, those that it added are added. */
static void merge(char *kept, size_t *count, const char *was, size_t was_n, const char *is,
                  size_t is_n, size_t cap, size_t most)
{
    size_t left = 0;
    for (size_t i = 0; i < *count; i++) {
        const char *row = kept + i * cap;
        if (!has(was, cap, was_n, row) || has(is, cap, is_n, row))
            memmove(kept + left++ * cap, row, cap);
    }
    *count = left;
    for (size_t i = 0; i < is_n; i++)
        if (!has(was, cap, was_n, is + i * cap))
            (void)add(kept, cap, most, count, is + i * cap);
}

void kept_types_merge(struct kept_types *kept, const struct kept_types *was,
                      const struct kept_types *is)
{
    merge(kept->file[0], &kept->files, was->file[0], was->files, is->file[0], is->files, KEPT_PATH,
          KEPT_FILES);
    merge(kept->type[0], &kept->types, was->type[0], was->types, is->type[0], is->types, KEPT_TYPE,
          KEPT_TYPES);
}

/* ---- the file ---- */

static size_t line_of(const char *p, size_t n)
{
    const char *end = memchr(p, '\n', n);
    return end != NULL ? (size_t)(end - p) : n;
}

/* What follows the locator in a line about it; NULL: it is about something else. */
static const char *about(const char *p, size_t n, const char *locator, size_t *length)
{
    size_t name = strlen(locator);
    bool known = n > HEAD && (memcmp(p, "file ", HEAD) == 0 || memcmp(p, "type ", HEAD) == 0);
    if (!known || n < HEAD + name + 1 || memcmp(p + HEAD, locator, name) != 0 ||
        p[HEAD + name] != '\t')
        return NULL;
    *length = n - HEAD - name - 1;
    return p + HEAD + name + 1;
}

void kept_types_read(const char *text, size_t n, const char *locator, struct kept_types *out)
{
    char value[KEPT_PATH];
    for (size_t at = 0; at < n;) {
        size_t line = line_of(text + at, n - at), length = 0;
        const char *rest = about(text + at, line, locator, &length);
        if (rest != NULL && length < sizeof value) {
            memcpy(value, rest, length);
            value[length] = '\0';
            if (text[at] == 'f')
                (void)kept_add_file(out, value);
            else
                (void)kept_add_type(out, value);
        }
        at += line + 1;
    }
}

/* Where the newest lines begin that are kept. */
static size_t newest(const char *text, size_t n)
{
    size_t at = n, lines = 0;
    while (at > 0) {
        lines += text[at - 1] == '\n' && at < n;
        if (lines > KEPT_LINES)
            return at;
        at--;
    }
    return 0;
}

char *kept_types_write(const char *text, size_t n, const char *locator, const struct kept_types *k,
                       size_t *length)
{
    size_t own = HEAD + strlen(locator) + 2;
    size_t cap = n + k->files * (own + KEPT_PATH) + k->types * (own + KEPT_TYPE) + 2, out = 0;
    char *to = malloc(cap);
    if (to == NULL)
        return NULL;
    for (size_t at = newest(text, n); at < n;) {
        size_t line = line_of(text + at, n - at), rest = 0;
        if (line > 0 && about(text + at, line, locator, &rest) == NULL) {
            memcpy(to + out, text + at, line);
            out += line;
            to[out++] = '\n';
        }
        at += line + 1;
    }
    for (size_t i = 0; i < k->files; i++)
        out += (size_t)snprintf(to + out, cap - out, "file %s\t%s\n", locator, k->file[i]);
    for (size_t i = 0; i < k->types; i++)
        out += (size_t)snprintf(to + out, cap - out, "type %s\t%s\n", locator, k->type[i]);
    to[out] = '\0';
    *length = out;
    return to;
}
