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

enum { PART_LEAST = 1024 * 1024 }; /* bytes that are worth a thread */

_Static_assert((int)SEG_HANDS_MOST == (int)CREW_MOST, "limits differ");
_Static_assert((int)SEG_HASH_PAGE == SEG_PAGE && (int)HASH_PAGE == SEG_PAGE, "page sizes differ");

/* Into how many parts, of at least `least`, n things are to be divided. */
static size_t parts_of(unsigned hands, size_t n, size_t least)
{
    size_t most = n / least;
    most = most < CREW_MOST ? most : CREW_MOST;
    return hands <= 1 || most <= 1 ? 1 : most < hands ? most : hands;
}

/* Is [off, off + n) to be warmed? Only the first time that it is passed: holes may end every call
 * of a later sweep too. */
static bool is_cold(struct seg *s, uint64_t off, uint64_t n)
{
    if (s->kind->warm == NULL || n < PART_LEAST || off + n <= s->warm_to)
        return false;
    s->warm_to = off + n;
    return true;
}

/* Warms what one thread is about to read. */
static void warm(struct seg *s, const unsigned char *from, size_t n)
{
    const struct mapping *v = &s->read_map;
    s->kind->warm(s, v, v->at + (uint64_t)(from - v->base), n);
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
    struct seg *s;
    bool cold;
    struct page_run run[CREW_MOST];
};

static void hash_part(void *ctx, size_t number)
{
    struct hash_crew *crew = ctx;
    struct page_run *run = &crew->run[number];
    if (crew->cold)
        warm(crew->s, run->from, run->pages * SEG_PAGE);
    (void)guard_run(hash_kernel(), run, run->from, run->pages * SEG_PAGE);
}

/* Hashes whole pages of the mapping; false: stopped at a page that is not there. What was hashed
 * after such a page does not count. */
static bool hash_mapped(struct seg *s, struct hashing *h)
{
    struct hash_crew crew = {.s = s};
    struct page_run *run = crew.run;
    size_t whole = (size_t)((h->end - h->at) / SEG_PAGE);
    size_t parts = parts_of(h->hands, whole, PART_LEAST / SEG_PAGE), each = whole / parts;
    const unsigned char *from = s->read_map.base + (h->at - s->read_map.at);
    for (size_t i = 0; i < parts; i++)
        run[i] = (struct page_run){.from = from + i * each * SEG_PAGE,
                                   .hash = h->hash + i * each,
                                   .pages = i + 1 < parts ? each : whole - i * each};
    crew.cold = is_cold(s, h->at, whole * SEG_PAGE);
    crew_run(hash_part, &crew, parts);
    for (size_t i = 0; i < parts; i++) {
        add_hashed(h, run[i].done);
        if (run[i].done < run[i].pages)
            return false;
    }
    return true;
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
    bool cold;
    struct byte_search k[CREW_MOST];
};

static void search_part(void *ctx, size_t number)
{
    struct search_crew *crew = ctx;
    struct byte_search *k = &crew->k[number];
    if (crew->cold)
        warm(crew->s, k->from, k->places - 1 + k->size);
    (void)guard_run(search_kernel(), k, k->from, k->places - 1 + k->size);
}

/* Searches `places` places in parts of whole steps. The first part that did not come to its end
 * has the answer, whatever those after it found. */
static size_t search_parts(struct seg *s, unsigned hands, const struct byte_search *all,
                           bool *found)
{
    struct search_crew crew = {.s = s};
    struct byte_search *k = crew.k;
    size_t parts = parts_of(hands, all->places, PART_LEAST);
    size_t each = all->places / parts / SEARCH_STEP * SEARCH_STEP, i = 0;
    for (i = 0; i < parts; i++) {
        k[i] = *all;
        k[i].from = all->from + i * each;
        k[i].places = i + 1 < parts ? each : all->places - i * each;
    }
    crew.cold = is_cold(s, s->read_map.at + (uint64_t)(all->from - s->read_map.base), all->places);
    crew_run(search_part, &crew, parts);
    for (i = 0; i + 1 < parts && k[i].at == k[i].places; i++)
        ;
    *found = k[i].found != 0;
    return i * each + k[i].at;
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
    if (needle->copies && s->kind->shared_reading) {
        search_copies(s, needle, off, last,
                      parts_of(needle->hands, (size_t)(last - off), PART_LEAST), next, found);
        return OSERR_NONE;
    }
    if (s->watch < 0 || v->base == NULL || off < v->at || last > v->at + v->n)
        return (struct oserr){"seg_search", SEG_E_UNSUPPORTED};
    struct byte_search k = {.from = v->base + (off - v->at),
                            .places = (size_t)(last - off),
                            .needle = needle->bytes,
                            .mask = needle->mask,
                            .size = needle->size,
                            .rare = {needle->rare[0], needle->rare[1]}};
    *next = off + search_parts(s, needle->hands, &k, found);
    return OSERR_NONE;
}
