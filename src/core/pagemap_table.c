/* The table of pages: chunks in an array that ascends by their number. Laps go through it in order,
 * so what is looked for is nearly always where the last thing was, or next to it. */
#include <stdlib.h>
#include <string.h>

#include "core/pagemap_private.h"

enum { FIRST_SLOTS = 64 };

size_t table_lower(const struct pagemap *m, uint64_t number)
{
    size_t low = 0, high = m->count;
    if (m->last < m->count && m->slots[m->last].number <= number) {
        low = m->last;
        if (m->slots[low].number == number)
            return low;
        if (low + 1 == m->count || m->slots[low + 1].number >= number)
            return low + 1;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->slots[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct chunk *table_find(const struct pagemap *m, uint64_t number)
{
    size_t i = table_lower(m, number);
    return i < m->count && m->slots[i].number == number ? m->slots[i].chunk : NULL;
}

/* A slot for the number at index i. */
static bool open_slot(struct pagemap *m, size_t i, uint64_t number)
{
    if (m->count == m->cap) {
        size_t cap = m->cap == 0 ? FIRST_SLOTS : m->cap + m->cap / 2;
        struct slot *slots = realloc(m->slots, cap * sizeof *slots);
        if (slots == NULL)
            return false;
        m->slots = slots;
        m->cap = cap;
    }
    memmove(m->slots + i + 1, m->slots + i, (m->count - i) * sizeof *m->slots);
    m->slots[i] = (struct slot){number, NULL};
    m->count++;
    return true;
}

/* A fresh chunk: what the map has passed already was a hole. */
static struct chunk *new_chunk(const struct pagemap *m, uint64_t number)
{
    struct chunk *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    for (size_t i = 0; i < CHUNK_PAGES; i++)
        if (number * CHUNK_PAGES + i < m->seen) {
            c->state[i] = PAGE_HOLE;
            c->hash[i] = m->zero;
        }
    table_sum_states(c);
    return c;
}

struct chunk *table_make(struct pagemap *m, uint64_t number)
{
    size_t i = table_lower(m, number);
    bool there = i < m->count && m->slots[i].number == number;
    if (there && m->slots[i].chunk != NULL) {
        m->last = i;
        return m->slots[i].chunk;
    }
    struct chunk *c = new_chunk(m, number);
    if (c == NULL || (!there && !open_slot(m, i, number))) {
        free(c);
        return NULL;
    }
    m->slots[i].chunk = c;
    m->chunks++;
    m->last = i;
    return c;
}

void table_drop(struct pagemap *m, size_t slot)
{
    free(m->slots[slot].chunk);
    m->slots[slot].chunk = NULL;
    m->chunks--;
}

void table_compact(struct pagemap *m)
{
    if (m->chunks * 2 >= m->count)
        return;
    size_t to = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->slots[i].chunk != NULL)
            m->slots[to++] = m->slots[i];
    m->count = to;
    m->last = 0;
}

void table_cut(struct pagemap *m, uint64_t pages)
{
    size_t keep = table_lower(m, (pages + CHUNK_PAGES - 1) / CHUNK_PAGES);
    for (size_t i = keep; i < m->count; i++) {
        m->chunks -= m->slots[i].chunk != NULL;
        free(m->slots[i].chunk);
    }
    m->count = keep;
}

void table_sum_states(struct chunk *c)
{
    c->has = 0;
    for (size_t i = 0; i < CHUNK_PAGES; i++)
        c->has |= 1u << c->state[i];
}

size_t table_bytes(const struct pagemap *m)
{
    return m->cap * sizeof *m->slots + m->chunks * (sizeof(struct chunk) + sizeof(size_t));
}
