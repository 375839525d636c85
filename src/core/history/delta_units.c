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
    uint32_t s = slot_of(u, u->head[number].at);
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

/* Moves an array to where n bytes have room; false: out of memory, and it is as it was. */
static bool move(void **array, size_t n)
{
    void *moved = realloc(*array, n);
    if (moved != NULL)
        *array = moved;
    return moved != NULL;
}

/* Room for `cap` units. What was moved before memory ran out stays good. */
static bool more_units(struct units *u, uint32_t cap)
{
    void *head = u->head, *now = u->now, *before = u->before;
    bool good = move(&head, cap * sizeof *u->head) && move(&now, cap * sizeof *u->now) &&
                move(&before, cap * sizeof *u->before);
    u->head = head;
    u->now = now;
    u->before = before;
    u->cap = good ? cap : u->cap;
    return good;
}

bool units_reserve(struct units *u, uint32_t more)
{
    uint32_t need = u->count + more, cap = u->cap, slots = u->slots;
    if (need > DELTA_KEYS_MAX)
        return false;
    if (need > cap) {
        while (cap < need)
            cap = cap == 0 ? 4 : cap * 2;
        if (!more_units(u, cap))
            return false;
    }
    while (slots < need * 2)
        slots = slots == 0 ? SLOTS_MIN : slots * 2;
    return slots == u->slots || more_slots(u, slots);
}

uint32_t units_find(const struct units *u, uint64_t at)
{
    if (u->slots == 0)
        return UNIT_NONE;
    for (uint32_t s = slot_of(u, at); u->slot[s] != 0; s = (s + 1) & (u->slots - 1))
        if (u->head[u->slot[s] - 1].at == at)
            return u->slot[s] - 1;
    return UNIT_NONE;
}

static void come_near(struct unit_page *near, uint64_t at, uint32_t number)
{
    near->present |= UINT64_C(1) << at % RUNS_UNITS;
    near->number[at % RUNS_UNITS] = (uint16_t)number;
}

void units_near_to(struct units *u, uint64_t page)
{
    u->near.known = true;
    u->near.page = page;
    u->near.present = 0;
    for (uint64_t at = page * RUNS_UNITS; at < (page + 1) * RUNS_UNITS && u->count > 0; at++) {
        uint32_t number = units_find(u, at);
        if (number != UNIT_NONE)
            come_near(&u->near, at, number);
    }
}

uint32_t units_add(struct units *u, uint64_t at)
{
    uint32_t number = u->count++;
    u->head[number] = (struct unit_head){.at = at};
    u->before[number] = (struct unit_before){0};
    memset(u->now[number], 0, sizeof u->now[number]);
    enter(u, number);
    if (u->near.known && u->near.page == at / RUNS_UNITS)
        come_near(&u->near, at, number);
    return number;
}

void units_clear(struct units *u)
{
    u->count = 0;
    u->near.known = false;
    if (u->slots > 0)
        memset(u->slot, 0, u->slots * sizeof *u->slot);
}

void units_free(struct units *u)
{
    free(u->head);
    free(u->now);
    free(u->before);
    free(u->slot);
    *u = (struct units){0};
}
