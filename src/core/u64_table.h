/* A hash table from 64-bit numbers to what belongs to them. An entry is the first member of the
 * struct that it finds, so the table allocates nothing but its slots. Entries with the same slot
 * are chained. There are at least as many slots as entries; where memory for more is short, the
 * chains grow instead. */
#ifndef SHMLENS_CORE_U64_TABLE_H
#define SHMLENS_CORE_U64_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

struct u64_entry {
    uint64_t key;
    struct u64_entry *next; /* in the same slot */
};

struct u64_table {
    struct u64_entry **slot;
    size_t slots; /* a power of two; 0: nothing was added yet */
    size_t count; /* entries */
};

/* Spreads numbers that are close to each other over all bits; take the low ones. */
static inline uint32_t u64_hash(uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* NULL: not in the table. */
static inline void *u64_find(const struct u64_table *t, uint64_t key)
{
    struct u64_entry *e = t->slots > 0 ? t->slot[u64_hash(key) & (t->slots - 1)] : NULL;
    while (e != NULL && e->key != key)
        e = e->next;
    return e;
}

/* Adds an entry with a key that is not in the table yet. False: out of memory. */
MUST_USE bool u64_add(struct u64_table *t, struct u64_entry *e);
void u64_remove(struct u64_table *t, struct u64_entry *e); /* e is in the table */

/* The entry after `e` in no particular order, the first for NULL; NULL: that was the last. Freeing
 * `e` afterwards is fine, adding is not. */
void *u64_next(const struct u64_table *t, const void *e);

size_t u64_bytes(const struct u64_table *t); /* that the slots take */
void u64_free(struct u64_table *t);          /* the slots; the entries are the caller's */

#endif
