/* Where the history keeps its blocks: they come and go in one order, so they stand behind each
 * other on shelves, and a shelf goes when its last block goes. On the heap, among what comes and
 * goes otherwise, they would leave gaps that nothing fits into. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/history/history_private.h"

enum { ALIGN = 8, SHELVES = 64, SHELF_MIN = 4 * 1024, SHELF_MAX = 256 * 1024 };

struct shelf {
    struct shelf *next;
    size_t size, used; /* bytes behind the struct */
    size_t blocks;     /* that stand on it still */
    uint64_t room[];
};

void store_init(struct store *s, size_t budget)
{
    size_t size = budget / SHELVES / ALIGN * ALIGN;
    *s = (struct store){.shelf = size < SHELF_MIN   ? SHELF_MIN
                                 : size > SHELF_MAX ? SHELF_MAX
                                                    : size};
}

static size_t bytes_of(const struct shelf *f)
{
    return sizeof *f + f->size + MALLOC_EXTRA;
}

/* A shelf for n bytes at least: the spare one, when it will do. */
static struct shelf *get_shelf(struct store *s, size_t n)
{
    struct shelf *f = s->spare;
    if (f != NULL && f->size >= n) {
        s->spare = NULL;
    } else {
        size_t size = n > s->shelf ? n : s->shelf;
        f = malloc(sizeof *f + size);
        if (f == NULL)
            return NULL;
        f->size = size;
    }
    f->next = NULL;
    f->used = f->blocks = 0;
    return f;
}

void *store_put(struct store *s, size_t n)
{
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    struct shelf *f = s->last;
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

void store_drop(struct store *s)
{
    struct shelf *f = s->first;
    if (--f->blocks > 0)
        return;
    s->first = f->next;
    if (s->first == NULL)
        s->last = NULL;
    s->bytes -= bytes_of(f);
    if (s->spare == NULL && f->size == s->shelf)
        s->spare = f;
    else
        free(f);
}

void store_free(struct store *s)
{
    for (struct shelf *f = s->first, *next; f != NULL; f = next) {
        next = f->next;
        free(f);
    }
    s->first = s->last = NULL;
    free(s->spare);
    s->spare = NULL;
}
