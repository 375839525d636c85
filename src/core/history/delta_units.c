#include <stdlib.h>

#include "core/history/delta_private.h"
#include "core/u64_table.h"

enum { SLOTS_MIN = 16 };

static uint32_t slot_of(const struct units *u, uint64_t at)
{
    return u64_hash(at) & (u->slots - 1);
}

static void enter(struct units *u, uint32_t number)
{
    uint32_t s = slot_of(u, u->all[number].at);
    while (u->slot[s] != 0)
        s = (s + 1) & (u->slots - 1);
    u->slot[s] = number + 1;
}

static bool more_slots(struct units *u, uint32_t slots)
{
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return false;
    free(u->slot);
    u->slot = slot;
    u->slots = slots;
    for (uint32_t i = 0; i < u->count; i++)
        enter(u, i);
    return true;
}

bool units_reserve(struct units *u, uint32_t more)
{
    uint32_t need = u->count + more, cap = u->cap, slots = u->slots;
    if (need > DELTA_KEYS_MAX)
        return false;
    if (need > cap) {
        while (cap < need)
            cap = cap == 0 ? 4 : cap * 2;
        struct block64 *all = realloc(u->all, cap * sizeof *all);
        if (all == NULL)
            return false;
        u->all = all;
        u->cap = cap;
    }
    while (slots < need * 2)
        slots = slots == 0 ? SLOTS_MIN : slots * 2;
    return slots == u->slots || more_slots(u, slots);
}

struct block64 *units_find(const struct units *u, uint64_t at)
{
    if (u->slots == 0)
        return NULL;
    for (uint32_t s = slot_of(u, at); u->slot[s] != 0; s = (s + 1) & (u->slots - 1))
        if (u->all[u->slot[s] - 1].at == at)
            return &u->all[u->slot[s] - 1];
    return NULL;
}

struct block64 *units_add(struct units *u, uint64_t at)
{
    struct block64 *unit = &u->all[u->count];
    memset(unit, 0, sizeof *unit);
    unit->at = at;
    enter(u, u->count++);
    return unit;
}

void units_clear(struct units *u)
{
    u->count = 0;
    if (u->slots > 0)
        memset(u->slot, 0, u->slots * sizeof *u->slot);
}

void units_free(struct units *u)
{
    free(u->all);
    free(u->slot);
    *u = (struct units){0};
}
