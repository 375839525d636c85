#include "live/block.h"

#include <stdlib.h>

struct oserr aligned_buffer_new(struct aligned_buffer *b, size_t size)
{
    b->size = size;
    b->held = NULL;
    b->memory = malloc(size + 2 * (size_t)BLOCK_PAGE);
    if (b->memory == NULL) {
        b->page = NULL;
        return (struct oserr){"malloc", SEG_E_MEMORY};
    }
    size_t past = (size_t)((uintptr_t)b->memory % BLOCK_PAGE);
    b->page = b->memory + (past == 0 ? 0 : BLOCK_PAGE - past);
    return OSERR_NONE;
}

void aligned_buffer_free(struct aligned_buffer *b)
{
    free(b->memory);
    b->memory = NULL;
}

struct oserr aligned_buffer_read(struct aligned_buffer *b, struct seg *s, uint64_t off, uint64_t n,
                                 size_t unit, const uint8_t **p, size_t *asked, size_t *got)
{
    if (b->held != NULL) {
        size_t in = (size_t)(off - b->held_at);
        *p = b->held + in;
        *asked = *got = n < b->held_n - in ? (size_t)n : b->held_n - in;
        return OSERR_NONE;
    }
    size_t shift = (size_t)(off % BLOCK_PAGE);
    size_t most = b->size - (size_t)(off % b->size);
    most += (unit - most % unit) % unit;
    *p = b->page + shift;
    *asked = n < most ? (size_t)n : most;
    return seg_read(s, off, b->page + shift, *asked, got);
}
