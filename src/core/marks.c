#include "core/marks.h"

#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool mark_name_ok(const char *name)
{
    size_t n = 1;
    if (!is_letter(name[0]) || strcmp(name, "end") == 0)
        return false;
    while (n < MARK_NAME_MAX &&
           (is_letter(name[n]) || (name[n] >= '0' && name[n] <= '9') || name[n] == '.'))
        n++;
    return n < MARK_NAME_MAX && name[n] == '\0';
}

const struct mark *marks_find(const struct marks *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->at[i].name, name) == 0)
            return &m->at[i];
    return NULL;
}

bool marks_set(struct marks *m, const struct mark *mark)
{
    struct mark made = *mark; /* it may be one of the list */
    size_t i = 0;
    if (marks_find(m, made.name) == NULL && m->count == MARKS_MAX)
        return false;
    (void)marks_delete(m, made.name);
    while (i < m->count && m->at[i].offset <= made.offset)
        i++;
    memmove(&m->at[i + 1], &m->at[i], (m->count - i) * sizeof made);
    m->at[i] = made;
    m->count++;
    return true;
}

bool marks_delete(struct marks *m, const char *name)
{
    const struct mark *there = marks_find(m, name);
    if (there == NULL)
        return false;
    size_t i = (size_t)(there - m->at);
    memmove(&m->at[i], &m->at[i + 1], (m->count - i - 1) * sizeof *there);
    m->count--;
    return true;
}

bool mark_equal(const struct mark *a, const struct mark *b)
{
    return a->offset == b->offset && strcmp(a->name, b->name) == 0 && strcmp(a->view, b->view) == 0;
}
