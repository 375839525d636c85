/* Finding a literal in the mapping itself: nothing is copied, a hole stays a hole. */
#include "backend/bulk/spot.h"
#include "backend/guard.h"
#include "backend/provider.h"

/* Places where all of the needle lies inside of [off, end) and what may be read. */
static uint64_t places_to(const struct seg *s, size_t size, uint64_t end)
{
    uint64_t start, stop;
    seg_part(s, &start, &stop);
    stop = end < stop ? end : stop;
    return stop >= size ? stop - size + 1 : 0;
}

/* In private memory, as far as the bytes lie in a row. */
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
