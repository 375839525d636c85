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
    free(k->at);
    free(k);
}

struct kept_range *kept_matches_new(size_t each)
{
    struct kept_range *k = kept_range_new(0, each);
    if (k == NULL)
        return NULL;
    k->each = each;
    k->at = malloc(sizeof *k->at);
    if (k->at != NULL)
        return k;
    kept_range_release(k);
    return NULL;
}

/* Room for twice as many matches; false: out of memory. What has grown may stay so. */
static bool grow(struct kept_range *k)
{
    size_t room = 2 * k->room;
    uint8_t *old = realloc(k->old, room);
    if (old != NULL)
        k->old = old;
    uint8_t *value = realloc(k->value, room);
    if (value != NULL)
        k->value = value;
    uint64_t *at = realloc(k->at, room / k->each * sizeof *at);
    if (at != NULL)
        k->at = at;
    if (old == NULL || value == NULL || at == NULL)
        return false;
    k->room = room;
    return true;
}

bool kept_matches_add(struct kept_range *k, uint64_t at, const uint8_t *old, const uint8_t *value)
{
    size_t more = 2 * k->each + sizeof *k->at;
    if (kept_range_bytes(k) + more > 2 * (size_t)KEPT_RANGE_MOST)
        return false;
    if (k->length + k->each > k->room && !grow(k))
        return false;
    if (k->count == 0)
        k->offset = at;
    memcpy(k->old + k->length, old, k->each);
    memcpy(k->value + k->length, value, k->each);
    k->at[k->count++] = at;
    k->length += k->each;
    return true;
}

size_t kept_range_bytes(const struct kept_range *k)
{
    if (k == NULL)
        return 0;
    return k->at != NULL ? 2 * k->length + k->count * sizeof *k->at : 2 * k->room;
}
