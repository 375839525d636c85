/* Opening a recording: its header, and where its blocks are, by its index or by going through it.
 */
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
    uint64_t sum = rec_load(head + 56, 8);
    uint64_t wall = rec_load(head + 24, 8);
    uint64_t period = rec_load(head + 32, 8);
    memset(head + 56, 0, 8);
    h->size = rec_load(head + 16, 8);
    h->length = (size_t)rec_load(head + 44, 4);
    if (sum != rec_sum(head, whole) || h->length > whole - REC_HEADER || h->size > REC_SIZE_MAX ||
        wall > INT64_MAX || period > INT64_MAX ||
        memchr(head + REC_HEADER, '\0', h->length) != NULL) {
        return REC_DAMAGED;
    }
    r->locator = malloc(h->length + 1);
    if (r->locator == NULL) {
        return REC_MEMORY;
    }
    memcpy(r->locator, head + REC_HEADER, h->length);
    r->locator[h->length] = '\0';
    h->locator = r->locator;
    h->wall = (int64_t)wall;
    h->period = (int64_t)period;
    r->behind = whole;
    return REC_OK;
}

static enum rec_status read_header(struct rec_reader *r)
{
    uint8_t head[REC_HEADER + REC_LOCATOR_MAX];
    if (r->source.size < sizeof rec_magic) {
        return REC_NONE;
    }
    size_t most = r->source.size < REC_HEADER ? (size_t)r->source.size : REC_HEADER;
    if (!get(r, 0, head, most)) {
        return REC_IO;
    }
    if (memcmp(head, rec_magic, sizeof rec_magic) != 0) {
        return REC_NONE;
    }
    if (most < REC_HEADER) {
        return REC_DAMAGED;
    }
    if (rec_load(head + 8, 4) > REC_VERSION) {
        return REC_NEWER;
    }
    uint64_t whole = rec_load(head + 12, 4);
    r->version = (unsigned)rec_load(head + 8, 4);
    if (r->version < REC_VERSION_OLD || whole < REC_HEADER || whole > sizeof head ||
        whole % 8 != 0 || whole > r->source.size) {
        return REC_DAMAGED;
    }
    if (!get(r, REC_HEADER, head + REC_HEADER, (size_t)whole - REC_HEADER)) {
        return REC_IO;
    }
    return parse_header(r, head, (size_t)whole);
}

/* ---- blocks ---- */

bool rec_read_head(const uint8_t head[REC_HEAD], uint64_t at, uint64_t size, struct rec_block *b,
                   size_t *raw)
{
    uint64_t first = rec_load(head + 16, 8);
    uint64_t last = rec_load(head + 24, 8);
    *raw = (size_t)rec_load(head + 12, 4);
    *b = (struct rec_block){.at = at,
                            .first = (int64_t)first,
                            .last = (int64_t)last,
                            .packed = (uint32_t)rec_load(head + 8, 4),
                            .kind = head[4],
                            .flags = head[5]};
    return memcmp(head, rec_block_magic, sizeof rec_block_magic) == 0 &&
           rec_load(head + 40, 8) == rec_sum(head, 40) && first <= last && last <= INT64_MAX &&
           *raw > 0 && *raw <= REC_RAW_MAX && b->packed > 0 && b->packed <= REC_PACKED_MAX &&
           at <= size && size - at >= REC_HEAD && b->packed <= size - at - REC_HEAD;
}

/* The next block fits behind those that are known. */
static bool follows(const struct rec_reader *r, const struct rec_block *b)
{
    bool first = (b->flags & REC_FLAG_FIRST) != 0;
    const struct rec_block *was = r->count == 0 ? NULL : &r->blocks[r->count - 1];
    bool key = b->kind == REC_BLOCK_KEY;
    if (b->kind < REC_BLOCK_CHANGES || b->kind > REC_BLOCK_NAME || b->kind == REC_BLOCK_INDEX ||
        (first && !key)) {
        return false;
    }
    if (was == NULL) {
        return first;
    }
    if (b->at < was->at + REC_HEAD + was->packed || b->first < was->last) {
        return false;
    }
    /* what is open goes on with its own kind */
    bool open = (was->flags & REC_FLAG_OPEN) != 0;
    return open ? was->kind == b->kind && !first : key == first;
}

static enum rec_status add(struct rec_reader *r, const struct rec_block *b)
{
    if (r->count == REC_BLOCKS_MAX) {
        return REC_FULL;
    }
    if (r->count == r->cap) {
        size_t cap = r->cap == 0 ? 64 : r->cap * 2;
        struct rec_block *more = realloc(r->blocks, cap * sizeof *more);
        if (more == NULL) {
            return REC_MEMORY;
        }
        r->blocks = more;
        r->cap = cap;
    }
    r->blocks[r->count++] = *b;
    return REC_OK;
}

void rec_cut(struct rec_reader *r, size_t count)
{
    while (count > 0) {
        const struct rec_block *b = &r->blocks[count - 1];
        bool open = (b->flags & REC_FLAG_OPEN) != 0;
        if (!open || (b->kind == REC_BLOCK_CHANGES && b->first < b->last)) {
            break;
        }
        count--;
    }
    r->count = count;
    r->keys = 0;
    for (size_t i = 0; i < count; i++) {
        r->keys += (r->blocks[i].flags & REC_FLAG_FIRST) != 0 ? 1 : 0;
    }
    if (count > 0) { /* a look that is not whole is none */
        const struct rec_block *b = &r->blocks[count - 1];
        r->end = b->last - ((b->flags & REC_FLAG_OPEN) != 0 ? 1 : 0);
    }
}

/* ---- with the index ---- */

static enum rec_status read_table(struct rec_reader *r, size_t raw, uint64_t end)
{
    if (raw % REC_ENTRY != 0) {
        return REC_DAMAGED;
    }
    for (size_t i = 0; i < raw; i += REC_ENTRY) {
        const uint8_t *p = r->raw + i;
        uint64_t first = rec_load(p + 8, 8);
        uint64_t last = rec_load(p + 16, 8);
        struct rec_block b = {.at = rec_load(p, 8),
                              .first = (int64_t)first,
                              .last = (int64_t)last,
                              .packed = (uint32_t)rec_load(p + 24, 4),
                              .kind = p[28],
                              .flags = p[29]};
        if (first > last || last > INT64_MAX || b.packed == 0 || b.packed > REC_PACKED_MAX ||
            b.at < r->behind || b.at > end || end - b.at < REC_HEAD ||
            b.packed > end - b.at - REC_HEAD || !follows(r, &b)) {
            return REC_DAMAGED;
        }
        enum rec_status status = add(r, &b);
        if (status != REC_OK) {
            return status;
        }
    }
    return REC_OK;
}

static enum rec_status read_index(struct rec_reader *r)
{
    uint8_t trailer[REC_TRAILER];
    uint64_t size = r->source.size;
    if (size < r->behind + REC_TRAILER || !get(r, size - REC_TRAILER, trailer, REC_TRAILER) ||
        memcmp(trailer, rec_trailer_magic, sizeof rec_trailer_magic) != 0 ||
        rec_load(trailer + 24, 8) != rec_sum(trailer, 24)) {
        return REC_DAMAGED;
    }
    uint64_t start = rec_load(trailer + 8, 8);
    uint64_t end = size - REC_TRAILER;
    for (uint64_t at = start; at != end;) {
        uint8_t head[REC_HEAD];
        struct rec_block b;
        size_t raw = 0;
        if (at < r->behind || at > end || end - at < REC_HEAD || !get(r, at, head, REC_HEAD) ||
            !rec_read_head(head, at, end, &b, &raw) || b.kind != REC_BLOCK_INDEX ||
            rec_load_block(r, &b, &raw) != REC_OK) {
            return REC_DAMAGED;
        }
        enum rec_status status = read_table(r, raw, start);
        if (status != REC_OK) {
            return status;
        }
        at += REC_HEAD + (uint64_t)b.packed;
    }
    return r->count == rec_load(trailer + 16, 8) ? REC_OK : REC_DAMAGED;
}

/* ---- without ---- */

/* Behind a block. */
static uint64_t after(const struct rec_block *b)
{
    return b->at + REC_HEAD + (uint64_t)b->packed;
}

/* From one block to the next, *at is where it ends: in front of what is no whole block of ours. */
static enum rec_status scan(struct rec_reader *r, uint64_t *at)
{
    struct rec_block b;
    size_t raw = 0;
    for (;;) {
        uint8_t head[REC_HEAD];
        if (r->source.size - *at < REC_HEAD) {
            return REC_OK;
        }
        if (!get(r, *at, head, REC_HEAD)) {
            return REC_IO;
        }
        if (!rec_read_head(head, *at, r->source.size, &b, &raw) || !follows(r, &b)) {
            return REC_OK;
        }
        enum rec_status status = add(r, &b);
        if (status != REC_OK) {
            return status;
        }
        *at = after(&b);
    }
}

/* All of them. The last one may be half written: it is looked at as a whole. */
static enum rec_status search_all(struct rec_reader *r)
{
    uint64_t at = r->behind;
    size_t raw = 0;
    r->count = 0;
    enum rec_status status = scan(r, &at);
    if (status != REC_OK) {
        return status;
    }
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

static bool has_trailer(struct rec_reader *r, uint64_t at)
{
    uint8_t trailer[REC_TRAILER];
    uint64_t size = r->source.size;
    return size >= at + REC_TRAILER && get(r, size - REC_TRAILER, trailer, REC_TRAILER) &&
           memcmp(trailer, rec_trailer_magic, sizeof rec_trailer_magic) == 0 &&
           rec_load(trailer + 24, 8) == rec_sum(trailer, 24);
}

enum rec_status rec_grow(struct rec_reader *r, uint64_t size)
{
    uint64_t at = after(&r->blocks[r->count - 1]);
    size_t count = r->count;
    if (r->ended || r->damaged != 0 || size < at) {
        return REC_OK;
    }
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
    r->ended = status == REC_OK && has_trailer(r, at);
    r->lost = r->ended ? 0 : size - at;
    rec_cut(r, r->count);
    return status;
}

static enum rec_status open_all(struct rec_reader *r)
{
    enum rec_status status = read_header(r);
    if (status != REC_OK) {
        return status;
    }
    status = read_index(r);
    r->ended = status == REC_OK;
    if (status == REC_DAMAGED) {
        status = search_all(r);
    }
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
    if (r == NULL) {
        return NULL;
    }
    r->source = *source;
    *why = open_all(r);
    if (*why != REC_OK) {
        rec_close(r);
        return NULL;
    }
    rec_seek(r, 0);
    return r;
}
