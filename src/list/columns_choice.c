/* Which columns: by their names, or by default what fits. */
#include <stdio.h>
#include <string.h>

#include "list/columns.h"

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* A blank of a title may be typed as a hyphen or an underscore. */
static bool is_name(const char *is, const char *name, size_t n)
{
    size_t k = 0;
    while (k < n && is[k] != '\0' &&
           (is[k] == upper(name[k]) || (is[k] == ' ' && (name[k] == '-' || name[k] == '_'))))
        k++;
    return k == n && is[k] == '\0';
}

bool column_names(const struct column *c)
{
    return strcmp(c->name, "LOCATOR") == 0 || strcmp(c->name, "NAME") == 0;
}

const char *column_word(const struct column *c, char buf[COLUMN_WORD])
{
    (void)snprintf(buf, COLUMN_WORD, "%s", column_title(c));
    for (char *blank = strchr(buf, ' '); blank != NULL; blank = strchr(blank, ' '))
        *blank = '-';
    return buf;
}

const struct column *column_find(const char *name, size_t n)
{
    size_t count = 0;
    const struct column *table = column_table(&count);
    for (size_t i = 0; i < count; i++)
        if (is_name(table[i].name, name, n) || is_name(column_title(&table[i]), name, n))
            return &table[i];
    return NULL;
}

bool columns_parse(const char *list, const struct column *out[COLUMNS_MAX], size_t *count)
{
    const char *s = list;
    for (*count = 0; s != NULL; s = strchr(s, ',') == NULL ? NULL : strchr(s, ',') + 1) {
        const struct column *c = column_find(s, strcspn(s, ","));
        if (c == NULL || *count == COLUMNS_MAX)
            return false;
        out[(*count)++] = c;
    }
    return true;
}

const char *columns_names(char buf[COLUMNS_TEXT])
{
    size_t at = 0;
    size_t count = 0;
    const struct column *table = column_table(&count);
    for (size_t i = 0; i < count; i++) {
        char word[COLUMN_WORD];
        int n = snprintf(buf + at, COLUMNS_TEXT - at, "%s%s", i == 0 ? "" : " ",
                         column_word(&table[i], word));
        at += n > 0 ? (size_t)n : 0;
    }
    return buf;
}

size_t columns_usual(int wide, const struct column *out[COLUMNS_MAX])
{
    size_t n = 0;
    size_t count = 0;
    const struct column *table = column_table(&count);
    for (size_t i = 0; i < COLUMNS_FIRST; i++)
        if (wide == 0 || table[i].extra <= wide)
            out[n++] = &table[i];
    for (size_t i = COLUMNS_FIRST; i < count; i++) {
        if (wide > 0 && table[i].extra > 0 && table[i].extra <= wide) {
            out[n] = out[n - 1]; /* the state stays last */
            out[n - 1] = &table[i];
            n++;
        }
    }
    return n;
}
