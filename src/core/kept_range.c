#include "core/kept_range.h"

#include <stdlib.h>
#include <string.h>

struct kept_range *kept_range_new(uint64_t offset, size_t length)
{
    struct kept_range *k = malloc(sizeof *k);
    if (k == NULL)
        return NULL;
    *k = (struct kept_range){.refs = 1,
                             .offset = offset,
                             .room = length,
                             .old = malloc(length + 1),
                             .value = malloc(length + 1)};
    if (k->old != NULL && k->value != NULL)
        return k;
    kept_range_release(k);
    return NULL;
}

struct kept_range *kept_range_hold(struct kept_range *k)
{
    k->refs++;
    return k;
}

void kept_range_release(struct kept_range *k)
{
    if (k == NULL || --k->refs > 0)
        return;
    free(k->old);
    free(k->value);
    free(k);
}
