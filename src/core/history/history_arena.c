/* Where the history keeps its blocks. They are freed in the order in which they were made, so they
 * lie one after the other in chunks, and a chunk is freed with its last block. On the heap, among
 * allocations of other lifetimes, they would leave gaps that nothing fits into. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/history/history_private.h"

enum { ALIGN = 8, SHELVES = 64, CHUNK_MIN = 4 * 1024, CHUNK_MAX = 256 * 1024 };

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes after the struct */
    size_t blocks;     /* not dropped yet */
    uint64_t room[];
};

void arena_init(struct arena *s, size_t budget)
{
    size_t size = budget / SHELVES / ALIGN * ALIGN;
    *s = (struct arena){.chunk = size < CHUNK_MIN   ? CHUNK_MIN
                                 : size > CHUNK_MAX ? CHUNK_MAX
                                                    : size};
}

static size_t bytes_of(const struct chunk *f)
{
    return sizeof *f + f->size + MALLOC_EXTRA;
}

/* A chunk of at least n bytes: the spare one, if it is large enough. */
static struct chunk *get_shelf(struct arena *s, size_t n)
{
    struct chunk *f = s->spare;
    if (f != NULL && f->size >= n) {
        s->spare = NULL;
    } else {
        size_t size = n > s->chunk ? n : s->chunk;
        f = malloc(sizeof *f + size);
        if (f == NULL)
            return NULL;
        f->size = size;
    }
    f->next = NULL;
    f->used = f->blocks = 0;
    return f;
}

void *arena_put(struct arena *s, size_t n)
{
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    struct chunk *f = s->last;
    if (f == NULL || f->size - f->used < n) {
        f = get_shelf(s, n);
        if (f == NULL)
            return NULL;
        *(s->last != NULL ? &s->last->next : &s->first) = f;
        s->last = f;
        s->bytes += bytes_of(f);
    }
    void *place = (uint8_t *)f->room + f->used;
    f->used += n;
    f->blocks++;
    return place;
}

void arena_drop(struct arena *s)
{
    struct chunk *f = s->first;
    if (--f->blocks > 0)
        return;
    s->first = f->next;
    if (s->first == NULL)
        s->last = NULL;
    s->bytes -= bytes_of(f);
    if (s->spare == NULL && f->size == s->chunk)
        s->spare = f;
    else
        free(f);
}

void arena_free(struct arena *s)
{
    for (struct chunk *f = s->first, *next; f != NULL; f = next) {
        next = f->next;
        free(f);
    }
    s->first = s->last = NULL;
    free(s->spare);
    s->spare = NULL;
}
