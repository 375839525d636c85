#include "backend/users.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash(struct seg_id id)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    uint64_t h = (id.ino + id.space * 3) * odd;
    h = (h ^ (h >> 29) ^ id.dev) * odd;
    return h ^ (h >> 32);
}

/* Where id is, or where it would go; slots_count is a power of two and never full. */
static size_t place(const struct objects *o, struct seg_id id)
{
    size_t i = (size_t)hash(id) & (o->slots_count - 1);
    while (o->slots[i] != 0 && !seg_id_equal(o->items[o->slots[i] - 1].id, id))
        i = (i + 1) & (o->slots_count - 1);
    return i;
}

long objects_find(const struct objects *o, struct seg_id id)
{
    if (o->slots_count == 0)
        return OBJECT_NONE;
    return (long)o->slots[place(o, id)] - 1;
}

static struct oserr grow_slots(struct backend *be, struct objects *o)
{
    void *mem;
    size_t count = o->slots_count == 0 ? 64 : o->slots_count * 2;
    struct oserr e = sys_alloc(be, count * sizeof *o->slots, &mem);
    if (oserr_is(e))
        return e;
    free(o->slots);
    o->slots = mem;
    o->slots_count = count;
    for (size_t i = 0; i < o->count; i++)
        o->slots[place(o, o->items[i].id)] = (uint32_t)i + 1;
    return OSERR_NONE;
}

struct oserr objects_add(struct backend *be, struct objects *o, struct seg_id id, size_t *number)
{
    struct oserr e = OSERR_NONE;
    if (o->slots_count < (o->count + 1) * 2)
        e = grow_slots(be, o);
    if (oserr_is(e))
        return e;
    size_t at = place(o, id);
    if (o->slots[at] == 0) {
        e = sys_grow(be, (void **)&o->items, &o->cap, o->count + 1, sizeof *o->items);
        if (oserr_is(e))
            return e;
        o->items[o->count] = (struct object){.id = id};
        o->slots[at] = (uint32_t)++o->count;
    }
    *number = o->slots[at] - 1;
    return OSERR_NONE;
}

enum object_use objects_use(uint32_t access)
{
    return (access & SEG_MAY_WRITE) != 0  ? USE_WRITE
           : (access & SEG_MAY_READ) != 0 ? USE_READ
                                          : USE_HELD;
}

static size_t *users_of(struct object *o)
{
    return o->use == USE_WRITE ? &o->users.rw : o->use == USE_READ ? &o->users.ro : &o->users.held;
}

void object_used(struct object *o, uint32_t pid, enum object_use use)
{
    bool again = o->user == pid && o->use != USE_NONE;
    if (again && use <= o->use)
        return;
    if (again)
        --*users_of(o);
    o->user = pid;
    o->use = use;
    ++*users_of(o);
}

void objects_free(struct objects *o)
{
    for (size_t i = 0; i < o->count; i++)
        free(o->items[i].name);
    free(o->items);
    free(o->slots);
    *o = (struct objects){0};
}
