/* Reading a range in large pieces, into a buffer whose address equals the segment's offset modulo
 * the page size: then the back end reads fastest. */
#ifndef SHMLENS_LIVE_BLOCK_H
#define SHMLENS_LIVE_BLOCK_H

#include "backend/segment.h"

enum { BLOCK_PAGE = 4096, BLOCK_SIZE = 1024 * 1024, BLOCK_RAW = 256 * 1024 };

struct aligned_buffer {
    uint8_t *memory;     /* as malloc gave it */
    uint8_t *page;       /* the first page border in it */
    size_t size;         /* bytes from there, a multiple of the page; one more page follows */
    const uint8_t *held; /* read earlier and handed out instead; NULL: nothing */
    uint64_t held_at;    /* its offset */
    size_t held_n;
};

/* size: a multiple of BLOCK_PAGE. The caller frees. */
MUST_USE struct oserr aligned_buffer_new(struct aligned_buffer *b, size_t size);
void aligned_buffer_free(struct aligned_buffer *b);

/* Reads at most n bytes from off, and not past the next multiple of the buffer's size (rounded up
 * to whole units of 1 to 16 bytes from off), so that the next pieces are aligned. *p points into
 * the buffer; *got is less than *asked at the end of the segment. */
MUST_USE struct oserr aligned_buffer_read(struct aligned_buffer *b, struct seg *s, uint64_t off,
                                          uint64_t n, size_t unit, const uint8_t **p, size_t *asked,
                                          size_t *got);

#endif
