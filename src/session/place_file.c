#include "session/place_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "core/number.h"

enum {
    PLACE_LINE_MAX = 4 * LOCATOR_MAX + 128,
    OWN_LINE_MAX = 128, /* of a mark or a look, without the locator */
    OWN_LINES = MARKS_MAX + LOOKS_MAX
};

/* The length of the line at p, without its newline. */
static size_t line_length(const char *p, size_t n)
{
    const char *end = memchr(p, '\n', n);
    return end != NULL ? (size_t)(end - p) : n;
}

/* The word at *p, which a blank ends, goes into `word`; false: there is none, or it is too long. */
static bool take_word(const char **p, size_t *n, char *word, size_t cap)
{
    const char *blank = memchr(*p, ' ', *n);
    size_t length = blank != NULL ? (size_t)(blank - *p) : 0;
    if (length == 0 || length >= cap)
        return false;
    memcpy(word, *p, length);
    word[length] = '\0';
    *p += length + 1;
    *n -= length + 1;
    return true;
}

/* Reads a mark of this locator; false: the line is something else. */
static bool mark_line(const char *p, size_t n, const char *locator, struct mark *out)
{
    char number[32];
    size_t name = strlen(locator);
    *out = (struct mark){.offset = 0};
    if (!take_word(&p, &n, out->name, sizeof out->name))
        return false;
    bool named = strcmp(out->name, "mark") == 0;
    if (named ? !take_word(&p, &n, out->name, sizeof out->name) : out->name[1] != '\0')
        return false;
    if (!take_word(&p, &n, number, sizeof number) ||
        (named && !take_word(&p, &n, out->view, sizeof out->view)))
        return false;
    if (strcmp(out->view, "-") == 0)
        out->view[0] = '\0';
    return n == name && memcmp(p, locator, name) == 0 && mark_name_ok(out->name) &&
           number_u64(number, UINT64_MAX, &out->offset) == NUM_OK;
}

/* Reads a look of this locator; false: the line is something else. */
static bool look_line(const char *p, size_t n, const char *locator, struct own_look *out)
{
    char word[8];
    size_t name = strlen(locator);
    return take_word(&p, &n, word, sizeof word) && strcmp(word, "look") == 0 &&
           take_word(&p, &n, out->name, sizeof out->name) &&
           take_word(&p, &n, out->value, sizeof out->value) && n == name &&
           memcmp(p, locator, name) == 0;
}

/* Reads a line of this locator into *out, as far as there is room; false: it is something else. */
static bool place_line(const char *p, size_t n, const char *locator, struct place *out)
{
    struct mark mark;
    struct own_look look;
    bool is_mark = mark_line(p, n, locator, &mark);
    if (is_mark)
        return marks_set(&out->marks, &mark) || out->marks.count == MARKS_MAX;
    bool is_look = look_line(p, n, locator, &look);
    if (is_look)
        looks_set(&out->looks, &look);
    return is_look;
}

void place_read(const char *text, size_t n, const char *locator, struct place *out)
{
    for (size_t at = 0; at < n;) {
        size_t length = line_length(text + at, n - at);
        (void)place_line(text + at, length, locator, out);
        at += length + 1;
    }
}

/* Where the newest `keep` lines of the text begin. */
static size_t newest(const char *text, size_t n, size_t keep)
{
    size_t at = n;
    while (at > 0) {
        if (text[at - 1] == '\n' && at < n && keep-- == 0)
            return at;
        at--;
    }
    return 0;
}

static size_t print_mark(const struct mark *mark, const char *locator, char *out, size_t cap)
{
    bool letter = mark->name[1] == '\0' && mark->view[0] == '\0';
    int n = letter ? snprintf(out, cap, "%s 0x%" PRIx64 " %s\n", mark->name, mark->offset, locator)
                   : snprintf(out, cap, "mark %s 0x%" PRIx64 " %s %s\n", mark->name, mark->offset,
                              mark->view[0] != '\0' ? mark->view : "-", locator);
    return n > 0 ? (size_t)n : 0;
}

static size_t print_look(const struct own_look *look, const char *locator, char *out, size_t cap)
{
    int n = snprintf(out, cap, "look %s %s %s\n", look->name, look->value, locator);
    return n > 0 ? (size_t)n : 0;
}

char *place_write(const char *text, size_t n, const char *locator, const struct place *place,
                  size_t *length)
{
    const struct marks *marks = &place->marks;
    const struct looks *looks = &place->looks;
    size_t cap = n + (strlen(locator) + OWN_LINE_MAX) * (marks->count + looks->count) + 2, out = 0;
    struct place was = {.marks.count = 0};
    char *to = malloc(cap);
    if (to == NULL)
        return NULL;
    for (size_t at = newest(text, n, PLACE_FILE_LINES - OWN_LINES); at < n;) {
        size_t line = line_length(text + at, n - at);
        if (line > 0 && line < PLACE_LINE_MAX && !place_line(text + at, line, locator, &was)) {
            memcpy(to + out, text + at, line);
            out += line;
            to[out++] = '\n';
        }
        at += line + 1;
    }
    for (size_t i = 0; i < marks->count; i++)
        out += print_mark(&marks->at[i], locator, to + out, cap - out);
    for (size_t i = 0; i < looks->count; i++)
        out += print_look(&looks->at[i], locator, to + out, cap - out);
    to[out] = '\0';
    *length = out;
    return to;
}

/* ---- several sessions ---- */

static bool has_mark(const struct marks *m, const struct mark *mark)
{
    const struct mark *there = marks_find(m, mark->name);
    return there != NULL && mark_equal(there, mark);
}

static bool has_look(const struct looks *l, const struct own_look *look)
{
    const struct own_look *there = looks_find(l, look->name);
    return there != NULL && strcmp(there->value, look->value) == 0;
}

bool place_changed(const struct place *was, const struct place *is)
{
    bool same = was->marks.count == is->marks.count && was->looks.count == is->looks.count;
    for (size_t i = 0; same && i < is->marks.count; i++)
        same = has_mark(&was->marks, &is->marks.at[i]);
    for (size_t i = 0; same && i < is->looks.count; i++)
        same = has_look(&was->looks, &is->looks.at[i]);
    return !same;
}

static void merge_marks(struct marks *kept, const struct marks *was, const struct marks *is)
{
    for (size_t i = 0; i < was->count; i++)
        if (marks_find(is, was->at[i].name) == NULL)
            (void)marks_delete(kept, was->at[i].name);
    for (size_t i = 0; i < is->count; i++)
        if (!has_mark(was, &is->at[i]) && !marks_set(kept, &is->at[i]))
            return; /* other sessions have set so many */
}

static void merge_looks(struct looks *kept, const struct looks *was, const struct looks *is)
{
    for (size_t i = 0; i < was->count; i++)
        if (looks_find(is, was->at[i].name) == NULL)
            looks_delete(kept, was->at[i].name);
    for (size_t i = 0; i < is->count; i++)
        if (!has_look(was, &is->at[i]))
            looks_set(kept, &is->at[i]);
}

void place_merge(struct place *kept, const struct place *was, const struct place *is)
{
    merge_marks(&kept->marks, &was->marks, &is->marks);
    merge_looks(&kept->looks, &was->looks, &is->looks);
}
