/* The memory of watch: a copy of what the range held, only where it holds something. */
#include <stdlib.h>
#include <string.h>

#include "cli/watch/watch.h"

enum { ARENA_PARTS = 64 };

/* Parts next to each other, so that what allocating costs is shared. Their pages take no memory
 * before they are written to. */
struct watch_arena {
    struct watch_arena *next;
    size_t used; /* parts */
    uint8_t room[ARENA_PARTS * WATCH_PART + BLOCK_PAGE];
};

static const uint8_t zeros[WATCH_PART];

bool watch_grow(struct watch *w, uint64_t length)
{
    uint64_t want = length / WATCH_CHUNK + 1;
    if (want > SIZE_MAX / sizeof(struct watch_chunk *)) {
        return false;
    }
    if (want > w->chunks) {
        struct watch_chunk **table = calloc((size_t)want, sizeof(struct watch_chunk *));
        if (table == NULL) {
            return false;
        }
        if (w->chunks > 0) {
            memcpy(table, w->chunk, w->chunks * sizeof(struct watch_chunk *));
        }
        free(w->chunk);
        w->chunk = table;
        w->chunks = (size_t)want;
    }
    if (!watch_pages_grow(w, length)) {
        return false;
    }
    w->range.length = length;
    return true;
}

struct oserr watch_new(struct watch *w)
{
    if (!watch_grow(w, w->range.length)) {
        return (struct oserr){"calloc", SEG_E_MEMORY};
    }
    return aligned_buffer_new(&w->block, BLOCK_SIZE);
}

void watch_free(struct watch *w)
{
    for (size_t i = 0; i < w->chunks; i++) {
        free(w->chunk[i]);
    }
    free(w->chunk);
    for (struct watch_arena *a = w->arena, *next; a != NULL; a = next) {
        next = a->next;
        free(a);
    }
    watch_pages_free(w);
    free(w->held.old);
    free(w->held.new);
    aligned_buffer_free(&w->block);
}

const uint8_t *watch_bytes(const struct watch *w, uint64_t at)
{
    const struct watch_chunk *c = w->chunk[at / WATCH_CHUNK];
    const uint8_t *part = c == NULL ? NULL : c->part[at % WATCH_CHUNK / WATCH_PART];
    return part == NULL ? zeros : part + at % WATCH_PART;
}

uint8_t *watch_part(struct watch *w, uint64_t at)
{
    uint8_t **part = &w->chunk[at / WATCH_CHUNK]->part[at % WATCH_CHUNK / WATCH_PART];
    struct watch_arena *a = w->arena;
    if (*part == NULL) {
        if (a == NULL || a->used == ARENA_PARTS) {
            a = calloc(1, sizeof *a);
            if (a == NULL) {
                return NULL;
            }
            a->next = w->arena;
            w->arena = a;
        }
        size_t in = BLOCK_PAGE - (uintptr_t)a->room % BLOCK_PAGE; /* to a page border */
        *part = a->room + in + a->used++ * WATCH_PART;
    }
    return *part + at % WATCH_PART;
}

/* Bytes of a chunk from `in` on are 0; pages that are already are not written to. */
static void clear(struct watch_chunk *c, size_t in)
{
    while (in < WATCH_CHUNK) {
        size_t n = BLOCK_PAGE - in % BLOCK_PAGE;
        uint8_t *part = c->part[in / WATCH_PART];
        if (part != NULL && memcmp(part + in % WATCH_PART, zeros, n) != 0) {
            memset(part + in % WATCH_PART, 0, n);
        }
        in += n;
    }
}

void watch_shrink(struct watch *w, uint64_t length)
{
    w->range.length = length < w->range.length ? length : w->range.length;
    w->known = w->known < length ? w->known : length;
    for (uint64_t i = length / WATCH_CHUNK; i < w->chunks; i++) {
        uint64_t start = i * WATCH_CHUNK;
        size_t in = length > start ? (size_t)(length - start) : 0;
        struct watch_chunk *c = w->chunk[i];
        if (c != NULL) {
            size_t page = (in + BLOCK_PAGE - 1) / BLOCK_PAGE;
            clear(c, in);
            memset(c->data + page, 0, WATCH_PAGES - page);
        }
    }
    watch_pages_forget(w, length);
}
