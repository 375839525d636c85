/* The file of marks: one line `LETTER OFFSET LOCATOR` per mark. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "session/settings.h"

enum { MARK_LINE_MAX = 4 * LOCATOR_MAX + 64 };

/* The length of the line at p, without its newline. */
static size_t line_length(const char *p, size_t n)
{
    const char *end = memchr(p, '\n', n);
    return end != NULL ? (size_t)(end - p) : n;
}

/* Reads a line of this locator; false: it is not one. */
static bool mark_line(const char *p, size_t n, const char *locator, unsigned *letter,
                      uint64_t *offset)
{
    char number[32];
    size_t name = strlen(locator);
    if (n < 5 || p[0] < 'a' || p[0] > 'z' || p[1] != ' ')
        return false;
    const char *blank = memchr(p + 2, ' ', n - 2);
    if (blank == NULL || (size_t)(blank - p) - 2 >= sizeof number)
        return false;
    size_t digits = (size_t)(blank - p) - 2, rest = n - digits - 3;
    if (rest != name || memcmp(blank + 1, locator, name) != 0)
        return false;
    memcpy(number, p + 2, digits);
    number[digits] = '\0';
    *letter = (unsigned)(p[0] - 'a');
    return number_u64(number, UINT64_MAX, offset) == NUM_OK;
}

void marks_read(const char *text, size_t n, const char *locator, uint64_t marks[MARKS],
                uint32_t *set)
{
    for (size_t at = 0; at < n;) {
        unsigned letter = 0;
        uint64_t offset = 0;
        size_t length = line_length(text + at, n - at);
        if (mark_line(text + at, length, locator, &letter, &offset)) {
            marks[letter] = offset;
            *set |= 1u << letter;
        }
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

char *marks_write(const char *text, size_t n, const char *locator, const uint64_t marks[MARKS],
                  uint32_t set, size_t *length)
{
    size_t own = (strlen(locator) + 32) * MARKS, out = 0;
    char *to = malloc(n + own + 2);
    if (to == NULL)
        return NULL;
    for (size_t at = newest(text, n, MARKS_FILE_LINES - MARKS); at < n;) {
        unsigned letter = 0;
        uint64_t offset = 0;
        size_t line = line_length(text + at, n - at);
        if (line > 0 && line < MARK_LINE_MAX &&
            !mark_line(text + at, line, locator, &letter, &offset)) {
            memcpy(to + out, text + at, line);
            out += line;
            to[out++] = '\n';
        }
        at += line + 1;
    }
    for (unsigned i = 0; i < MARKS; i++)
        if ((set >> i & 1) != 0)
            out += (size_t)snprintf(to + out, own + n + 2 - out, "%c 0x%llx %s\n", (char)('a' + i),
                                    (unsigned long long)marks[i], locator);
    to[out] = '\0';
    *length = out;
    return to;
}
