#include "cli/watch/dirty_ranges.h"

#include <stdlib.h>

bool dirty_ranges_add(struct dirty_ranges *t, uint64_t from, uint64_t to, uint64_t unit,
                      uint64_t end)
{
    from -= from % unit;
    to += (unit - to % unit) % unit;
    to = to < end ? to : end;
    if (from >= to)
        return true;
    struct dirty_ranges_range *last = t->count > 0 ? &t->list[t->count - 1] : NULL;
    if (last != NULL && from >= last->from && from <= last->to) {
        last->to = to > last->to ? to : last->to;
        return true;
    }
    if (t->list == NULL || t->count == t->cap) {
        size_t cap = t->cap == 0 ? 256 : t->cap * 2;
        struct dirty_ranges_range *more = realloc(t->list, cap * sizeof *more);
        if (more == NULL)
            return false;
        t->list = more;
        t->cap = cap;
    }
    t->list[t->count++] = (struct dirty_ranges_range){from, to};
    return true;
}

void dirty_ranges_free(struct dirty_ranges *t)
{
    free(t->list);
    *t = (struct dirty_ranges){.list = NULL};
}
