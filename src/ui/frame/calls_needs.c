/* Which calls of the log have to be in a program that makes the shown ones again. */
#include <stdlib.h>
#include <string.h>

#include "ui/frame/calls.h"
#include "ui/frame/calls_parts.h"

/* Is one of the numbers [from, from + length) needed? If so, it is met from here on, if `ends`. */
static bool is_needed(struct calls_needs *n, enum call_value kind, uint64_t from, uint64_t length,
                      bool ends)
{
    bool found = false;
    for (size_t i = n->count; i-- > 0;) {
        if (n->need[i].kind != (int)kind || n->need[i].number - from >= length)
            continue;
        found = true;
        if (ends)
            n->need[i] = n->need[--n->count];
    }
    return found;
}

static void add_need(struct calls_needs *n, enum call_value kind, uint64_t number)
{
    if (n->count == PROGRAM_NEEDS || is_needed(n, kind, number, 1, false))
        return;
    n->need[n->count].kind = (int)kind;
    n->need[n->count++].number = number;
}

/* Does its result make what is needed? */
static bool makes_needed(struct calls_needs *n, const struct call_parts *c, int row)
{
    static const uint64_t unknown_size = UINT64_C(1) << 32; /* of what shmat maps */
    uint64_t of = 0, length = 1, made = 0;
    enum call_value kind = call_is_link(c, &of)        ? DESCRIPTOR
                           : call_is_duplicate(c, &of) ? HANDLE
                           : row < 0                   ? PLAIN
                                                       : call_rows[row].returns;
    made = call_result(c, kind);
    if (row < 0 && kind == PLAIN) { /* it may be a descriptor, of what cannot be written as C */
        (void)is_needed(n, DESCRIPTOR, made, 1, true);
        return false;
    }
    if (call_is(c, "shmat"))
        return is_needed(n, kind, made, unknown_size, false);
    if (kind == ADDRESS)
        (void)call_mapped(c, &length);
    return kind != PLAIN && is_needed(n, kind, made, length, true);
}

/* What it ends was something else before. Without its size a new object is empty. */
static bool sizes_needed(struct calls_needs *n, const struct call_parts *c)
{
    uint64_t at = 0, length = 1;
    if (call_is(c, "close") && call_number(c, 0, 10, &at))
        (void)is_needed(n, DESCRIPTOR, at, 1, true);
    if (call_is(c, "CloseHandle") && call_value_at(c, 0, HANDLE, &at))
        (void)is_needed(n, HANDLE, at, 1, true);
    if (call_is(c, "munmap") && call_number(c, 0, 16, &at) && call_number(c, 1, 10, &length))
        (void)is_needed(n, ADDRESS, at, length, true);
    return (call_is(c, "ftruncate") || call_is(c, "fallocate")) && call_number(c, 0, 10, &at) &&
           is_needed(n, DESCRIPTOR, at, 1, false);
}

bool calls_needs(struct calls_needs *n, const char *text, bool shown)
{
    struct call_parts c;
    uint64_t number = 0;
    if (!call_split(text, &c)) {
        const char *at = strstr(text, call_stored);
        if (shown && at != NULL)
            add_need(n, ADDRESS, strtoull(at + strlen(call_stored), NULL, 16));
        return shown;
    }
    int row = call_row(&c);
    if (c.result[0] == '-')
        return shown;
    bool sizes = sizes_needed(n, &c), makes = makes_needed(n, &c, row);
    if (!shown && !sizes && !makes)
        return false;
    if (call_is_link(&c, &number))
        add_need(n, DESCRIPTOR, number);
    else if (call_is_duplicate(&c, &number))
        add_need(n, HANDLE, number);
    else if (row >= 0 && call_rows[row].takes != PLAIN &&
             call_value_at(&c, call_rows[row].at, call_rows[row].takes, &number))
        add_need(n, call_rows[row].takes, number);
    return true;
}
