/* seg_hash and seg_search: the kernels of bulk.h run straight on the memory. Nothing is copied and
 * a hole stays a hole, because touching one faults into the guard instead of allocating a page.
 * Where there is no such mapping, seg_hash copies pieces and hashes the copies; seg_search refuses,
 * and its caller reads. Virtual segments are searched and hashed in private memory. */
#include "backend/bulk/bulk.h"

#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

_Static_assert((int)SEG_HASH_PAGE == SEG_PAGE && (int)HASH_PAGE == SEG_PAGE, "page sizes differ");

/* ---- hashes ---- */

/* [at, end) remains to be hashed; `at` is on a page boundary. */
struct hashing {
    uint64_t at, end;
    uint64_t *hash; /* of the page at `at` */
    struct seg_hashes *out;
};

static void add_hashed(struct hashing *h, size_t pages)
{
    h->out->pages += pages;
    h->hash += pages;
    h->at += (uint64_t)pages * SEG_PAGE;
}

/* The page at `at` is not data: finds where data begins again. */
static struct oserr find_gap(struct seg *s, struct hashing *h, uint64_t part_end)
{
    uint64_t next = part_end;
    struct oserr e = s->kind->next_data(s, h->at, part_end, &next);
    if (next > part_end)
        next = part_end;
    if (next <= h->at) { /* it became data meanwhile, or is unreadable: skip it this time */
        next = h->at + SEG_PAGE < part_end ? h->at + SEG_PAGE : part_end;
        h->out->gap = SEG_EXT_UNKNOWN;
    }
    h->out->next = next;
    return e;
}

/* Hashes whole pages of the mapping; false: stopped at a page that is not there. */
static bool hash_mapped(struct seg *s, struct hashing *h)
{
    size_t whole = (size_t)((h->end - h->at) / SEG_PAGE);
    struct page_run run = {
        .from = s->read_map.base + (h->at - s->read_map.at), .hash = h->hash, .pages = whole};
    bool there = guard_run(hash_kernel(), &run, run.from, whole * SEG_PAGE);
    add_hashed(h, run.done);
    return there;
}

/* Hashes the last page of a segment that ends inside it: the bytes past the end count as zeros,
 * whatever somebody stored there. */
static bool hash_tail(struct seg *s, struct hashing *h)
{
    uint64_t page[SEG_PAGE / sizeof(uint64_t)] = {0};
    struct page_run run = {.from = (unsigned char *)page, .hash = h->hash, .pages = 1};
    if (!segment_read_page(s, h->at, (unsigned char *)page, (size_t)(h->end - h->at)))
        return false;
    hash_kernel()(&run);
    add_hashed(h, 1);
    h->at = h->end;
    return true;
}

/* Without a mapping: copies and hashes what the kind says is data, piece by piece. */
static struct oserr hash_copied(struct seg *s, struct hashing *h)
{
    struct oserr e = segment_bounce(s);
    if (!oserr_is(e))
        e = segment_stat(s); /* losing a page invalidates the cached extent */
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
        add_hashed(h, pages);
        if (got < n)
            break;
    }
    h->out->next = h->at < h->end ? h->at : h->end;
    return e;
}

static struct oserr hash_in_place(struct seg *s, struct hashing *h, uint64_t part_end)
{
    bool there = h->end - h->at < SEG_PAGE || hash_mapped(s, h);
    if (there && h->at < h->end)
        there = hash_tail(s, h);
    h->out->next = h->at;
    if (there)
        return OSERR_NONE;
    struct oserr e = segment_stat(s); /* bytes past a new end are not a hole */
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
    return mapped ? hash_in_place(s, &h, end) : hash_copied(s, &h);
}

/* ---- search ---- */

/* End of the places where the whole needle lies before `end` and inside what may be read. */
static uint64_t places_to(const struct seg *s, size_t size, uint64_t end)
{
    uint64_t start, stop;
    seg_part(s, &start, &stop);
    stop = end < stop ? end : stop;
    return stop >= size ? stop - size + 1 : 0;
}

/* Searches private memory, as far as the bytes are contiguous. */
static struct oserr search_direct(struct seg *s, const struct seg_needle *needle, uint64_t off,
                                  uint64_t last, uint64_t *next, bool *found)
{
    size_t n = 0;
    const unsigned char *from = segment_direct(s, off, last + needle->size - 1, &n);
    if (from == NULL || n < needle->size)
        return OSERR_NONE;
    struct byte_search k = {.from = from,
                            .places = n - needle->size + 1,
                            .needle = needle->bytes,
                            .size = needle->size,
                            .rare = {needle->rare[0], needle->rare[1]}};
    search_kernel()(&k);
    *next = off + k.at;
    *found = k.found != 0;
    return OSERR_NONE;
}

struct oserr seg_search(struct seg *s, const struct seg_needle *needle, uint64_t off, uint64_t end,
                        uint64_t *next, bool *found)
{
    const struct mapping *v = &s->read_map;
    *next = off;
    *found = false;
    bool rare =
        needle->size > 0 && needle->rare[0] < needle->size && needle->rare[1] < needle->size;
    if (s->access == SEG_STAT || !rare)
        return (struct oserr){"seg_search", SEG_E_UNSUPPORTED};
    uint64_t last = places_to(s, needle->size, end);
    if (off >= last)
        return OSERR_NONE;
    if (s->ops != NULL && s->ops->direct != NULL)
        return search_direct(s, needle, off, last, next, found);
    if (s->watch < 0 || v->base == NULL || off < v->at || last > v->at + v->n)
        return (struct oserr){"seg_search", SEG_E_UNSUPPORTED};
    struct byte_search k = {.from = v->base + (off - v->at),
                            .places = (size_t)(last - off),
                            .needle = needle->bytes,
                            .size = needle->size,
                            .rare = {needle->rare[0], needle->rare[1]}};
    (void)guard_run(search_kernel(), &k, k.from, k.places - 1 + needle->size);
    *next = off + k.at;
    *found = k.found != 0;
    return OSERR_NONE;
}
