/* The blocks of a recording: parses their heads, reads and unpacks one, drops those that are not
 * valid. */
#include <lz4.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "core/history/recording_private.h"

const uint8_t rec_magic[8] = {0x89, 'S', 'H', 'M', 'R', 'E', 'C', '\n'};
const uint8_t rec_trailer_magic[8] = {'S', 'H', 'M', 'R', 'E', 'C', 'E', 'D'};
const uint8_t rec_block_magic[4] = {'S', 'H', 'M', 'B'};

uint64_t rec_sum(const void *p, size_t n)
{
    return XXH64(p, n, 0);
}

bool rec_read_head(const uint8_t head[REC_HEAD], uint64_t at, uint64_t size, struct rec_block *b,
                   size_t *raw)
{
    uint64_t first = load_le(head + 16, 8);
    uint64_t last = load_le(head + 24, 8);
    *raw = (size_t)load_le(head + 12, 4);
    *b = (struct rec_block){.at = at,
                            .first = (int64_t)first,
                            .last = (int64_t)last,
                            .packed = (uint32_t)load_le(head + 8, 4),
                            .kind = head[4],
                            .flags = head[5]};
    return memcmp(head, rec_block_magic, sizeof rec_block_magic) == 0 &&
           load_le(head + 40, 8) == rec_sum(head, 40) && first <= last && last <= INT64_MAX &&
           *raw > 0 && *raw <= REC_RAW_MAX && b->packed > 0 && b->packed <= REC_PACKED_MAX &&
           at <= size && size - at >= REC_HEAD && b->packed <= size - at - REC_HEAD;
}

static bool unpack(struct rec_reader *r, const struct rec_block *b, size_t n)
{
    if ((b->flags & REC_FLAG_STORED) != 0) {
        if (n == b->packed)
            memcpy(r->raw, r->packed + REC_HEAD, n);
        return n == b->packed;
    }
    int got = LZ4_decompress_safe((const char *)r->packed + REC_HEAD, (char *)r->raw,
                                  (int)b->packed, (int)n);
    return got >= 0 && (size_t)got == n;
}

static bool grow(uint8_t **p, size_t *cap, size_t n)
{
    if (n > *cap) {
        free(*p);
        *p = malloc(n);
        *cap = *p == NULL ? 0 : n;
    }
    return *p != NULL;
}

enum rec_status rec_load_block(struct rec_reader *r, const struct rec_block *b, size_t *raw)
{
    struct rec_block seen;
    if (!grow(&r->packed, &r->packed_cap, REC_HEAD + (size_t)b->packed))
        return REC_MEMORY;
    if (!r->source.get(r->source.ctx, b->at, r->packed, REC_HEAD + (size_t)b->packed))
        return REC_IO;
    if (!rec_read_head(r->packed, b->at, r->source.size, &seen, raw) || seen.kind != b->kind ||
        seen.flags != b->flags || seen.packed != b->packed || seen.first != b->first ||
        seen.last != b->last ||
        load_le(r->packed + 32, 8) != rec_sum(r->packed + REC_HEAD, b->packed))
        return REC_DAMAGED;
    if (!grow(&r->raw, &r->raw_cap, *raw))
        return REC_MEMORY;
    return unpack(r, b, *raw) ? REC_OK : REC_DAMAGED;
}

enum rec_status rec_block_whole(struct rec_reader *r, const struct rec_block *b, bool *whole)
{
    size_t n = REC_HEAD + (size_t)b->packed;
    if (!grow(&r->packed, &r->packed_cap, n))
        return REC_MEMORY;
    if (!r->source.get(r->source.ctx, b->at, r->packed, n))
        return REC_IO;
    *whole = load_le(r->packed + 32, 8) == rec_sum(r->packed + REC_HEAD, b->packed);
    return REC_OK;
}

void rec_cut(struct rec_reader *r, size_t count)
{
    while (count > 0) {
        const struct rec_block *b = &r->blocks[count - 1];
        bool open = (b->flags & REC_FLAG_OPEN) != 0;
        if (!open || (b->kind == REC_BLOCK_CHANGES && b->first < b->last))
            break;
        count--;
    }
    r->count = count;
    r->keys = 0;
    for (size_t i = 0; i < count; i++)
        r->keys += (r->blocks[i].flags & REC_FLAG_FIRST) != 0 ? 1 : 0;
    if (count > 0) { /* a sample that is not whole does not count */
        const struct rec_block *b = &r->blocks[count - 1];
        r->end = b->last - ((b->flags & REC_FLAG_OPEN) != 0 ? 1 : 0);
    }
}
