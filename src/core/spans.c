#include "core/spans.h"

#include <stdlib.h>
#include <string.h>

void spans_set(struct span_list *list, uint64_t offset, size_t n)
{
    list->count = n > 0 ? 1 : 0;
    list->at[0] = (struct span){offset, (uint32_t)n, 0};
}

bool spans_append(struct span_list *list, uint64_t offset, uint32_t n, size_t room)
{
    const struct span *last = list->count > 0 ? &list->at[list->count - 1] : NULL;
    size_t used = spans_length(list);
    if (list->count == SPANS_MAX || n == 0 || n > room - (used < room ? used : room) ||
        (last != NULL && (offset < last->offset || offset - last->offset < last->length)))
        return false;
    list->at[list->count++] = (struct span){offset, n, (uint32_t)used};
    return true;
}

static int by_offset(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Makes the last piece larger by one that touches it or is near. */
static bool joins(struct span_list *list, const struct span *p, uint32_t gap, size_t room)
{
    if (list->count == 0)
        return false;
    struct span *last = &list->at[list->count - 1];
    uint64_t before = p->offset - last->offset, after = before + p->length;
    if (before > last->length && before - last->length > gap)
        return false;
    if (after > last->length && after <= room - last->index)
        last->length = (uint32_t)after;
    return true;
}

void spans_cover(struct span_list *list, struct span *piece, size_t count, uint32_t gap,
                 size_t room)
{
    list->count = 0;
    if (count > 0)
        qsort(piece, count, sizeof *piece, by_offset);
    for (size_t i = 0; i < count; i++)
        if (!joins(list, &piece[i], gap, room))
            (void)spans_append(list, piece[i].offset, piece[i].length, room);
}

size_t spans_length(const struct span_list *list)
{
    if (list->count == 0)
        return 0;
    const struct span *last = &list->at[list->count - 1];
    return (size_t)last->index + last->length;
}

size_t spans_find(const struct span_list *list, uint64_t offset)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct span *p = &list->at[middle];
        if (p->offset + (p->length - 1) < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t spans_index(const struct span_list *list, uint64_t offset)
{
    size_t i = spans_find(list, offset);
    if (i == list->count || offset < list->at[i].offset)
        return SIZE_MAX;
    return list->at[i].index + (size_t)(offset - list->at[i].offset);
}

bool spans_equal(const struct span_list *a, const struct span_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->at[i].offset != b->at[i].offset || a->at[i].length != b->at[i].length)
            return false;
    return true;
}
