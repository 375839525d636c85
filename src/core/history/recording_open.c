/* Opens a recording: reads its header and the table of its blocks, from the index at the end of the
 * file or, without one, by walking through the file. */
#include <stdlib.h>
#include <string.h>

#include "core/history/recording_private.h"

static bool get(struct rec_reader *r, uint64_t at, void *buf, size_t n)
{
    return r->source.get(r->source.ctx, at, buf, n);
}

/* ---- header ---- */

static enum rec_status parse_header(struct rec_reader *r, uint8_t *head, size_t whole)
{
    struct rec_header *h = &r->header;
    uint64_t sum = load_le(head + 56, 8);
    uint64_t wall = load_le(head + 24, 8);
    uint64_t period = load_le(head + 32, 8);
    size_t modules = (size_t)load_le(head + 48, 4); /* earlier writers: 0 */
    memset(head + 56, 0, 8);
    h->size = load_le(head + 16, 8);
    h->length = (size_t)load_le(head + 44, 4);
    if (sum != rec_sum(head, whole) || h->length > whole - REC_HEADER || h->size > REC_SIZE_MAX ||
        modules > whole - REC_HEADER - h->length || wall > INT64_MAX || period > INT64_MAX ||
        memchr(head + REC_HEADER, '\0', h->length) != NULL)
        return REC_DAMAGED;
    r->locator = malloc(h->length + 1);
    if (r->locator == NULL)
        return REC_MEMORY;
    memcpy(r->locator, head + REC_HEADER, h->length);
    r->locator[h->length] = '\0';
    h->locator = r->locator;
    h->wall = (int64_t)wall;
    h->period = (int64_t)period;
    r->header_end = whole;
    return rec_modules_take(h, head + REC_HEADER + h->length, modules);
}

static enum rec_status read_header(struct rec_reader *r)
{
    uint8_t head[REC_HEADER + REC_LOCATOR_MAX];
    if (r->source.size < sizeof rec_magic)
        return REC_NONE;
    size_t most = r->source.size < REC_HEADER ? (size_t)r->source.size : REC_HEADER;
    if (!get(r, 0, head, most))
        return REC_IO;
    if (memcmp(head, rec_magic, sizeof rec_magic) != 0)
        return REC_NONE;
    if (most < REC_HEADER)
        return REC_DAMAGED;
    if (load_le(head + 8, 4) > REC_VERSION)
        return REC_NEWER;
    uint64_t whole = load_le(head + 12, 4);
    if (load_le(head + 8, 4) != REC_VERSION || whole < REC_HEADER || whole > sizeof head ||
        whole % 8 != 0 || whole > r->source.size)
        return REC_DAMAGED;
    if (!get(r, REC_HEADER, head + REC_HEADER, (size_t)whole - REC_HEADER))
        return REC_IO;
    return parse_header(r, head, (size_t)whole);
}

/* ---- blocks ---- */

/* Whether the block may follow those that are known. */
static bool follows(const struct rec_reader *r, const struct rec_block *b)
{
    bool first = (b->flags & REC_FLAG_FIRST) != 0;
    const struct rec_block *was = r->count == 0 ? NULL : &r->blocks[r->count - 1];
    bool key = b->kind == REC_BLOCK_KEY;
    if (b->kind < REC_BLOCK_CHANGES || b->kind > REC_BLOCK_NAME || b->kind == REC_BLOCK_INDEX ||
        (first && !key))
        return false;
    if (was == NULL)
        return first;
    if (b->at < was->at + REC_HEAD + was->packed || b->first < was->last)
        return false;
    /* an open block continues with its own kind */
    bool open = (was->flags & REC_FLAG_OPEN) != 0;
    return open ? was->kind == b->kind && !first : key == first;
}

static enum rec_status add(struct rec_reader *r, const struct rec_block *b)
{
    if (r->count == REC_BLOCKS_MAX)
        return REC_FULL;
    if (r->count == r->cap) {
        size_t cap = r->cap == 0 ? 64 : r->cap * 2;
        struct rec_block *more = realloc(r->blocks, cap * sizeof *more);
        if (more == NULL)
            return REC_MEMORY;
        r->blocks = more;
        r->cap = cap;
    }
    r->blocks[r->count++] = *b;
    return REC_OK;
}

/* ---- with the index ---- */

static enum rec_status read_table(struct rec_reader *r, size_t raw, uint64_t end)
{
    if (raw % REC_ENTRY != 0)
        return REC_DAMAGED;
    for (size_t i = 0; i < raw; i += REC_ENTRY) {
        const uint8_t *p = r->raw + i;
        uint64_t first = load_le(p + 8, 8);
        uint64_t last = load_le(p + 16, 8);
        struct rec_block b = {.at = load_le(p, 8),
                              .first = (int64_t)first,
                              .last = (int64_t)last,
                              .packed = (uint32_t)load_le(p + 24, 4),
                              .kind = p[28],
                              .flags = p[29]};
        if (first > last || last > INT64_MAX || b.packed == 0 || b.packed > REC_PACKED_MAX ||
            b.at < r->header_end || b.at > end || end - b.at < REC_HEAD ||
            b.packed > end - b.at - REC_HEAD || !follows(r, &b))
            return REC_DAMAGED;
        enum rec_status status = add(r, &b);
        if (status != REC_OK)
            return status;
    }
    return REC_OK;
}

/* The trailer, if the file has a valid one after `at`. */
static bool read_trailer(struct rec_reader *r, uint64_t at, uint8_t trailer[REC_TRAILER])
{
    uint64_t size = r->source.size;
    return size >= at + REC_TRAILER && get(r, size - REC_TRAILER, trailer, REC_TRAILER) &&
           memcmp(trailer, rec_trailer_magic, sizeof rec_trailer_magic) == 0 &&
           load_le(trailer + 24, 8) == rec_sum(trailer, 24);
}

static enum rec_status read_index(struct rec_reader *r)
{
    uint8_t trailer[REC_TRAILER];
    if (!read_trailer(r, r->header_end, trailer))
        return REC_DAMAGED;
    uint64_t start = load_le(trailer + 8, 8);
    uint64_t end = r->source.size - REC_TRAILER;
    for (uint64_t at = start; at != end;) {
        uint8_t head[REC_HEAD];
        struct rec_block b;
        size_t raw = 0;
        if (at < r->header_end || at > end || end - at < REC_HEAD || !get(r, at, head, REC_HEAD) ||
            !rec_read_head(head, at, end, &b, &raw) || b.kind != REC_BLOCK_INDEX ||
            rec_load_block(r, &b, &raw) != REC_OK)
            return REC_DAMAGED;
        enum rec_status status = read_table(r, raw, start);
        if (status != REC_OK)
            return status;
        at += REC_HEAD + (uint64_t)b.packed;
    }
    return r->count == load_le(trailer + 16, 8) ? REC_OK : REC_DAMAGED;
}

/* ---- without ---- */

/* Where the next block starts. */
static uint64_t after(const struct rec_block *b)
{
    return b->at + REC_HEAD + (uint64_t)b->packed;
}

/* Walks from block to block; *at becomes the start of the first one that is not complete or not
 * valid. */
static enum rec_status scan(struct rec_reader *r, uint64_t *at)
{
    struct rec_block b;
    size_t raw = 0;
    for (;;) {
        uint8_t head[REC_HEAD];
        if (r->source.size - *at < REC_HEAD)
            return REC_OK;
        if (!get(r, *at, head, REC_HEAD))
            return REC_IO;
        if (!rec_read_head(head, *at, r->source.size, &b, &raw) || !follows(r, &b))
            return REC_OK;
        enum rec_status status = add(r, &b);
        if (status != REC_OK)
            return status;
        *at = after(&b);
    }
}

/* The whole file. The last block may be half written, so its payload is checked too. */
static enum rec_status search_all(struct rec_reader *r)
{
    uint64_t at = r->header_end;
    size_t raw = 0;
    r->count = 0;
    enum rec_status status = scan(r, &at);
    if (status != REC_OK)
        return status;
    if (r->count > 0) {
        const struct rec_block b = r->blocks[r->count - 1];
        status = rec_load_block(r, &b, &raw);
        if (status == REC_DAMAGED) {
            at = b.at;
            r->count--;
        } else if (status != REC_OK) {
            return status;
        }
    }
    r->lost = r->source.size - at;
    return REC_OK;
}

/* ---- growing ---- */

enum rec_status rec_grow(struct rec_reader *r, uint64_t size)
{
    uint64_t at = after(&r->blocks[r->count - 1]);
    size_t count = r->count;
    uint8_t trailer[REC_TRAILER];
    if (r->ended || r->damaged != 0 || size < at)
        return REC_OK;
    r->source.size = size;
    enum rec_status status = scan(r, &at);
    for (size_t i = count; i < r->count; i++) {
        bool whole = true;
        enum rec_status read = rec_block_whole(r, &r->blocks[i], &whole);
        if (read != REC_OK || !whole) { /* not yet */
            at = r->blocks[i].at;
            r->count = i;
            status = status == REC_OK ? read : status;
        }
    }
    r->ended = status == REC_OK && read_trailer(r, at, trailer);
    r->lost = r->ended ? 0 : size - at;
    rec_cut(r, r->count);
    return status;
}

static enum rec_status open_all(struct rec_reader *r)
{
    enum rec_status status = read_header(r);
    if (status != REC_OK)
        return status;
    status = read_index(r);
    r->ended = status == REC_OK;
    if (status == REC_DAMAGED)
        status = search_all(r);
    if (status == REC_OK) {
        rec_cut(r, r->count);
        status = r->count == 0 ? REC_DAMAGED : REC_OK;
    }
    return status;
}

struct rec_reader *rec_open(const struct rec_source *source, enum rec_status *why)
{
    struct rec_reader *r = calloc(1, sizeof *r);
    *why = REC_MEMORY;
    if (r == NULL)
        return NULL;
    r->source = *source;
    *why = open_all(r);
    if (*why != REC_OK) {
        rec_close(r);
        return NULL;
    }
    rec_seek(r, 0);
    return r;
}
