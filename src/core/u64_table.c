#include "core/u64_table.h"

#include <stdlib.h>

enum { SLOTS_MIN = 256 };

static struct u64_entry **slot_of(const struct u64_table *t, uint64_t key)
{
    return &t->slot[u64_hash(key) & (t->slots - 1)];
}

static void put(struct u64_table *t, struct u64_entry *e)
{
    struct u64_entry **slot = slot_of(t, e->key);
    e->next = *slot;
    *slot = e;
}

/* False: there is no slot at all. */
static bool grow(struct u64_table *t)
{
    struct u64_table old = *t;
    size_t slots = old.slots == 0 ? SLOTS_MIN : old.slots * 2;
    struct u64_entry **slot = calloc(slots, sizeof(struct u64_entry *));
    if (slot == NULL)
        return old.slots != 0;
    t->slot = slot;
    t->slots = slots;
    for (size_t i = 0; i < old.slots; i++)
        for (struct u64_entry *e = old.slot[i], *next; e != NULL; e = next) {
            next = e->next;
            put(t, e);
        }
    free(old.slot);
    return true;
}

bool u64_add(struct u64_table *t, struct u64_entry *e)
{
    if (t->count >= t->slots && !grow(t))
        return false;
    put(t, e);
    t->count++;
    return true;
}

void u64_remove(struct u64_table *t, struct u64_entry *e)
{
    struct u64_entry **link = slot_of(t, e->key);
    while (*link != e)
        link = &(*link)->next;
    *link = e->next;
    t->count--;
}

void *u64_next(const struct u64_table *t, const void *entry)
{
    const struct u64_entry *e = entry;
    if (e != NULL && e->next != NULL)
        return e->next;
    for (size_t i = e != NULL ? (u64_hash(e->key) & (t->slots - 1)) + 1 : 0; i < t->slots; i++)
        if (t->slot[i] != NULL)
            return t->slot[i];
    return NULL;
}

size_t u64_bytes(const struct u64_table *t)
{
    return t->slots * sizeof(struct u64_entry *);
}

void u64_free(struct u64_table *t)
{
    free(t->slot);
    *t = (struct u64_table){0};
}
