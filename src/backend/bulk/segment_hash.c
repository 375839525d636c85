/* Hashes of pages, straight from the mapping: what the map of a whole segment is made of. Nothing
 * is copied, a hole stays a hole; where there is no mapping, pieces are pulled and hashed. */
#include <string.h>

#include "backend/bulk/page_hash.h"
#include "backend/guard.h"
#include "backend/provider.h"

_Static_assert((int)SEG_HASH_PAGE == SEG_PAGE && (int)PAGE_HASH_PAGE == SEG_PAGE,
               "page sizes differ");

/* [at, end) is what is still to be hashed; at lies on a page. */
struct hashing {
    uint64_t at, end;
    uint64_t *hash; /* of the page at `at` */
    struct seg_hashes *out;
};

static void hashed(struct hashing *h, size_t pages)
{
    h->out->pages += pages;
    h->hash += pages;
    h->at += (uint64_t)pages * SEG_PAGE;
}

/* What is at `at` is no data: where does it go on? */
static struct oserr find_gap(struct seg *s, struct hashing *h, uint64_t part_end)
{
    uint64_t next = part_end;
    struct oserr e = s->kind->next_data(s, h->at, part_end, &next);
    if (next > part_end)
        next = part_end;
    if (next <= h->at) { /* it came to life, or it cannot be read: not this time */
        next = h->at + SEG_PAGE < part_end ? h->at + SEG_PAGE : part_end;
        h->out->gap = SEG_EXT_UNKNOWN;
    }
    h->out->next = next;
    return e;
}

/* Whole pages of the mapping, until one is not there. */
static bool hash_mapped(struct seg *s, struct hashing *h)
{
    size_t whole = (size_t)((h->end - h->at) / SEG_PAGE);
    struct page_run run = {
        .from = s->read_map.base + (h->at - s->read_map.at), .hash = h->hash, .pages = whole};
    bool there = guard_run(hash_kernel(), &run, run.from, whole * SEG_PAGE);
    hashed(h, run.done);
    return there;
}

/* The last page of a segment that does not end on one: what is behind the end counts as zeros,
 * whatever somebody stored there. */
static bool hash_tail(struct seg *s, struct hashing *h)
{
    uint64_t page[SEG_PAGE / sizeof(uint64_t)] = {0};
    struct page_run run = {.from = (unsigned char *)page, .hash = h->hash, .pages = 1};
    if (!segment_read_page(s, h->at, (unsigned char *)page, (size_t)(h->end - h->at)))
        return false;
    page_hash_plain(&run);
    hashed(h, 1);
    h->at = h->end;
    return true;
}

/* Without a mapping: what the kind says is data, piece by piece. */
static struct oserr hash_pulled(struct seg *s, struct hashing *h)
{
    struct oserr e = segment_bounce(s);
    if (!oserr_is(e))
        e = segment_stat(s); /* a page lost makes what is remembered of its data void */
    while (!oserr_is(e) && h->at < h->end) {
        uint64_t stop = h->end;
        enum seg_extent_kind kind = SEG_EXT_HOLE;
        e = segment_run(s, h->at, &stop, &kind);
        if (oserr_is(e) || stop <= h->at)
            break;
        if (kind != SEG_EXT_DATA) {
            h->out->gap = kind;
            h->out->next = stop < s->last.size ? stop : s->last.size;
            return OSERR_NONE;
        }
        uint64_t left = (stop < h->end ? stop : h->end) - h->at;
        size_t n = left < SEG_PIECE ? (size_t)left : SEG_PIECE, got = 0;
        const unsigned char *from = segment_direct(s, h->at, h->at + n, &got);
        if (from == NULL || got < n || n % SEG_PAGE != 0) {
            from = s->bounce;
            e = s->kind->copy_out(s, h->at, s->bounce, n, &got);
        }
        if (oserr_is(e) || got == 0)
            break;
        size_t pages = (got + SEG_PAGE - 1) / SEG_PAGE;
        if (from == s->bounce)
            memset(s->bounce + got, 0, pages * SEG_PAGE - got);
        struct page_run run = {.from = from, .hash = h->hash, .pages = pages};
        hash_kernel()(&run);
        hashed(h, pages);
        if (got < n)
            break;
    }
    h->out->next = h->at < h->end ? h->at : h->end;
    return e;
}

static struct oserr hash_looked(struct seg *s, struct hashing *h, uint64_t part_end)
{
    bool there = h->end - h->at < SEG_PAGE || hash_mapped(s, h);
    if (there && h->at < h->end)
        there = hash_tail(s, h);
    h->out->next = h->at;
    if (there)
        return OSERR_NONE;
    struct oserr e = segment_stat(s); /* beyond a new end is no hole */
    if (!oserr_is(e) && s->last.size < part_end)
        part_end = s->last.size;
    if (oserr_is(e) || h->at >= part_end)
        return e;
    return find_gap(s, h, part_end);
}

struct oserr seg_hash(struct seg *s, uint64_t off, uint64_t *hash, size_t pages,
                      struct seg_hashes *out)
{
    uint64_t start, end;
    *out = (struct seg_hashes){.next = off, .gap = SEG_EXT_HOLE};
    if (s->access == SEG_STAT || off % SEG_PAGE != 0)
        return (struct oserr){"seg_hash", SEG_E_UNSUPPORTED};
    seg_part(s, &start, &end);
    if (off < start || off >= end || pages == 0)
        return OSERR_NONE;
    struct hashing h = {off, end, hash, out};
    if ((end - off) / SEG_PAGE >= pages)
        h.end = off + (uint64_t)pages * SEG_PAGE;
    const struct mapping *v = &s->read_map;
    bool mapped = s->watch >= 0 && v->base != NULL && off >= v->at && h.end <= v->at + v->n;
    return mapped ? hash_looked(s, &h, end) : hash_pulled(s, &h);
}
