/* seg_hash and seg_search: the kernels of bulk.h run straight on the memory. Nothing is copied and
 * a hole stays a hole, because touching one faults into the guard instead of allocating a page.
 * Where there is no such mapping, seg_hash copies pieces and hashes the copies; seg_search refuses,
 * and its caller reads. Virtual segments are searched and hashed in private memory. */
#include "backend/bulk/bulk.h"
#include "backend/bulk/copies.h"
#include "backend/bulk/crew.h"

#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

enum {
    CHUNK_LEAST = 1024 * 1024,    /* bytes that are worth a thread */
    CHUNK_MOST = 4 * 1024 * 1024, /* threads that map memory at the same time should not use the
                                     same pages of the page table */
    CHUNKS_EACH = 4,              /* for each thread, where there is enough */
};

_Static_assert((int)SEG_HANDS_MOST == (int)CREW_MOST, "limits differ");
_Static_assert((int)SEG_HASH_PAGE == SEG_PAGE && (int)HASH_PAGE == SEG_PAGE, "page sizes differ");
_Static_assert(CHUNK_LEAST % SEG_PAGE == 0, "a chunk is made of whole pages");

/* A range in chunks of whole pages. What is left over belongs to the last. */
struct division {
    size_t n, each, chunks; /* bytes, bytes of a chunk, chunks: at least 1 */
    size_t hands;           /* threads */
};

/* `longest`: of a chunk. */
static struct division divide(unsigned hands, size_t n, size_t longest)
{
    size_t most = hands == 0 ? 1 : hands < CREW_MOST ? hands : CREW_MOST;
    size_t each = n / (most * CHUNKS_EACH) / SEG_PAGE * SEG_PAGE;
    each = each < CHUNK_LEAST ? CHUNK_LEAST : each < longest ? each : longest;
    size_t chunks = n / each > 1 ? n / each : 1;
    return (struct division){n, each, chunks, most < chunks ? most : chunks};
}

/* How long a chunk is. */
static size_t length_of(const struct division *d, size_t number)
{
    return number + 1 < d->chunks ? d->each : d->n - number * d->each;
}

/* ---- hashes ---- */

/* [at, end) remains to be hashed; `at` is on a page boundary. */
struct hashing {
    uint64_t at, end;
    uint64_t *hash; /* of the page at `at` */
    struct seg_hashes *out;
    unsigned hands;
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

struct hash_crew {
    const unsigned char *from;
    uint64_t *hash;
    struct division parts;
    size_t done[CREW_MOST]; /* pages up to where each thread stopped */
};

static bool hash_chunk(void *ctx, size_t hand, size_t number)
{
    struct hash_crew *crew = ctx;
    size_t first = number * crew->parts.each, n = length_of(&crew->parts, number);
    struct page_run run = {.from = crew->from + first,
                           .hash = crew->hash + first / SEG_PAGE,
                           .pages = n / SEG_PAGE,
                           .ahead = AHEAD_TOUCH};
    if (!guard_run(hash_kernel(), &run, run.from, n) && run.ahead == AHEAD_NOW) {
        run.ahead = AHEAD_NOT;
        (void)guard_run(hash_kernel(), &run, run.from, n);
    }
    crew->done[hand] = first / SEG_PAGE + run.done;
    return run.done == run.pages;
}

/* Hashes whole pages of the mapping; false: stopped at a page that is not there. What was hashed
 * after such a page does not count. */
static bool hash_mapped(struct seg *s, struct hashing *h)
{
    size_t whole = (size_t)((h->end - h->at) / SEG_PAGE);
    struct hash_crew crew = {.from = s->read_map.base + (h->at - s->read_map.at),
                             .hash = h->hash,
                             .parts = divide(h->hands, whole * SEG_PAGE, CHUNK_LEAST)};
    struct crew_end end = crew_share(hash_chunk, &crew, crew.parts.hands, crew.parts.chunks);
    bool all = end.chunk == crew.parts.chunks;
    add_hashed(h, all ? whole : crew.done[end.hand]);
    return all;
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
    return seg_hash_shared(s, 1, off, hash, pages, out);
}

struct oserr seg_hash_shared(struct seg *s, unsigned hands, uint64_t off, uint64_t *hash,
                             size_t pages, struct seg_hashes *out)
{
    uint64_t start, end;
    *out = (struct seg_hashes){.next = off, .gap = SEG_EXT_HOLE};
    if (s->access == SEG_STAT || off % SEG_PAGE != 0)
        return (struct oserr){"seg_hash", SEG_E_UNSUPPORTED};
    seg_part(s, &start, &end);
    if (off < start || off >= end || pages == 0)
        return OSERR_NONE;
    struct hashing h = {off, end, hash, out, hands};
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
                            .mask = needle->mask,
                            .size = needle->size,
                            .rare = {needle->rare[0], needle->rare[1]}};
    search_kernel()(&k);
    *next = off + k.at;
    *found = k.found != 0;
    return OSERR_NONE;
}

struct search_crew {
    struct seg *s;
    const struct byte_search *all;
    struct division parts; /* of its places */
    bool once;
    struct {
        size_t at;
        bool found;
    } stop[CREW_MOST]; /* where each thread stopped, as byte_search has it */
};

static bool search_chunk(void *ctx, size_t hand, size_t number)
{
    struct search_crew *crew = ctx;
    const struct mapping *v = &crew->s->read_map;
    size_t first = number * crew->parts.each;
    struct byte_search k = *crew->all;
    k.from += first;
    k.places = length_of(&crew->parts, number);
    size_t n = k.places - 1 + k.size;
    if (!guard_run(search_kernel(), &k, k.from, n) && k.ahead == AHEAD_NOW) {
        k.ahead = AHEAD_NOT;
        (void)guard_run(search_kernel(), &k, k.from, n);
    }
    if (crew->once)
        crew->s->kind->forget(crew->s, v->at + (uint64_t)(k.from - v->base), k.places);
    crew->stop[hand].at = first + k.at;
    crew->stop[hand].found = k.found != 0;
    return k.at == k.places;
}

/* Searches places in chunks. The first one that did not come to its end has the answer, whatever
 * those after it found. */
static size_t search_chunks(struct seg *s, const struct seg_needle *needle,
                            const struct byte_search *all, bool *found)
{
    struct search_crew crew = {.s = s,
                               .all = all,
                               .parts = divide(needle->hands, all->places, CHUNK_MOST),
                               .once = needle->once && s->kind->forget != NULL};
    struct crew_end end = crew_share(search_chunk, &crew, crew.parts.hands, crew.parts.chunks);
    if (end.chunk == crew.parts.chunks)
        return all->places;
    *found = crew.stop[end.hand].found;
    return crew.stop[end.hand].at;
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
    bool mapped = s->watch >= 0 && v->base != NULL && off >= v->at && last <= v->at + v->n;
    bool copies = needle->once && (!mapped || s->kind->forget == NULL);
    if (copies && s->kind->shared_reading) {
        size_t parts = divide(needle->hands, (size_t)(last - off), CHUNK_MOST).hands;
        search_copies(s, needle, off, last, parts, next, found);
        return OSERR_NONE;
    }
    if (!mapped)
        return (struct oserr){"seg_search", SEG_E_UNSUPPORTED};
    struct byte_search k = {.from = v->base + (off - v->at),
                            .places = (size_t)(last - off),
                            .needle = needle->bytes,
                            .mask = needle->mask,
                            .size = needle->size,
                            .rare = {needle->rare[0], needle->rare[1]},
                            .ahead = AHEAD_TOUCH};
    *next = off + search_chunks(s, needle, &k, found);
    return OSERR_NONE;
}
