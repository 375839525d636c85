/* Reading, shared by all kinds. Small reads are guarded atomic loads from a private mapping
 * registered with userfaultfd, in which touching a hole faults instead of allocating a page; where
 * there is no such mapping, two equal copies made by the kernel. Large reads go around the mapping,
 * so that it does not fill with pages. */
#include <stdlib.h>
#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

enum { WORD = 8, PAGE_WORDS = SEG_PAGE / WORD };

/* Whole words to copy out of shared memory. */
struct words {
    const uint64_t *from;
    uint64_t *to;
    size_t n;
};

GUARDED static void copy_words(void *arg)
{
    struct words *w = arg;
    for (size_t i = 0; i < w->n; i++)
        w->to[i] = __atomic_load_n(&w->from[i], __ATOMIC_RELAXED);
}

bool segment_copy_page(const unsigned char *page, size_t in, unsigned char *buf, size_t n)
{
    uint64_t copy[PAGE_WORDS];
    size_t first = in / WORD, limit = (in + n + WORD - 1) / WORD;
    struct words w = {(const uint64_t *)(const void *)page + first, copy + first, limit - first};
    if (!guard_run(copy_words, &w, page, SEG_PAGE))
        return false;
    memcpy(buf, (unsigned char *)copy + in, n);
    return true;
}

bool segment_read_page(struct seg *s, uint64_t off, unsigned char *buf, size_t n)
{
    size_t in = (size_t)(off % SEG_PAGE);
    return segment_copy_page(s->read_map.base + (off - in - s->read_map.at), in, buf, n);
}

/* Copies from the mapping, a page at a time. A page that is not there reads as zeros: it is a hole,
 * or past the end, which the caller finds out by asking for the size afterwards. */
static void read_mapped(struct seg *s, uint64_t off, unsigned char *buf, size_t n)
{
    while (n > 0) {
        size_t in = (size_t)(off % SEG_PAGE);
        size_t take = SEG_PAGE - in < n ? SEG_PAGE - in : n;
        if (!segment_read_page(s, off, buf, take))
            memset(buf, 0, take);
        off += take;
        buf += take;
        n -= take;
    }
}

struct oserr segment_bounce(struct seg *s)
{
    if (s->bounce != NULL)
        return OSERR_NONE;
    struct oserr e = sys_alloc(s->be, SEG_PIECE + SEG_PAGE, &s->bounce_memory);
    if (!oserr_is(e)) {
        uintptr_t at = (uintptr_t)s->bounce_memory;
        s->bounce = (unsigned char *)s->bounce_memory + (SEG_PAGE - at % SEG_PAGE) % SEG_PAGE;
    }
    return e;
}

/* Notes the part in which two copies of what is at `at` differ. */
static void note_torn(struct seg *s, uint64_t at, const unsigned char *a, const unsigned char *b,
                      size_t n)
{
    size_t first = 0, last = n;
    while (first < n && a[first] == b[first])
        first++;
    while (last > first && a[last - 1] == b[last - 1])
        last--;
    if (first == last)
        return;
    bool none = s->torn_to == 0;
    s->torn_from = none || at + first < s->torn_from ? at + first : s->torn_from;
    s->torn_to = none || at + last > s->torn_to ? at + last : s->torn_to;
}

/* Copies [at, at + n) (`at` on a page boundary, n at most half a piece) until two copies are equal,
 * at most three times. Linux copies page by page in words; the second copy guards against kernels
 * that do not. */
static struct oserr pull_twice(struct seg *s, uint64_t at, size_t n, size_t *got)
{
    unsigned char *a = s->bounce, *b = s->bounce + SEG_PIECE / 2;
    size_t again;
    struct oserr e = s->kind->copy_out(s, at, a, n, got);
    for (int i = 0; i < 2 && s->ops == NULL && !oserr_is(e); i++) {
        e = s->kind->copy_out(s, at, b, n, &again);
        if (oserr_is(e) || (again == *got && memcmp(a, b, again) == 0))
            break;
        if (i == 1)
            note_torn(s, at, a, b, again < *got ? again : *got);
        memcpy(a, b, again);
        *got = again;
    }
    return e;
}

static struct oserr read_pulled(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                                size_t *got)
{
    struct oserr e = segment_bounce(s);
    *got = 0;
    while (!oserr_is(e) && *got < n) {
        size_t in = (size_t)(off % SEG_PAGE), have;
        size_t take = SEG_PIECE / 2 - in < n - *got ? SEG_PIECE / 2 - in : n - *got;
        size_t whole = (in + take + WORD - 1) / WORD * WORD;
        e = pull_twice(s, off - in, whole, &have);
        if (oserr_is(e) || have <= in)
            break;
        have = have - in < take ? have - in : take;
        memcpy(buf + *got, s->bounce + in, have);
        *got += have;
        off += have;
        if (have < take)
            break;
    }
    return e;
}

struct oserr segment_read_small(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                                size_t *got)
{
    const struct mapping *v = &s->read_map;
    if (v->base == NULL || off < v->at || off + n > v->at + v->n)
        return read_pulled(s, off, buf, n, got);
    read_mapped(s, off, buf, n);
    *got = n;
    return OSERR_NONE;
}

/* Reads one piece of data around the mapping; off is on a page boundary. */
static struct oserr read_piece(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                               size_t *got)
{
    if ((uintptr_t)buf % SEG_PAGE == 0)
        return s->kind->copy_out(s, off, buf, n, got);
    struct oserr e =
        segment_bounce(s); /* with unequal alignment the kernel may copy words in halves */
    *got = 0;
    if (!oserr_is(e))
        e = s->kind->copy_out(s, off, s->bounce, n, got);
    if (!oserr_is(e))
        memcpy(buf, s->bounce, *got);
    return e;
}

/* Reads from a page boundary on; large holes are skipped. Only the start of data is asked for:
 * finding its end takes time for each page, while reading the hole after it piece by piece is
 * cheap. */
static struct oserr read_large(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                               size_t *got)
{
    *got = 0;
    while (*got < n) {
        uint64_t at = off + *got, data;
        struct oserr e = s->kind->next_data(s, at, off + n, &data);
        if (oserr_is(e))
            return e;
        memset(buf + *got, 0, (size_t)(data - at));
        *got += (size_t)(data - at);
        if (*got == n)
            break;
        size_t want = n - *got < SEG_PIECE ? n - *got : SEG_PIECE, have;
        e = read_piece(s, data, buf + *got, want, &have);
        *got += have;
        if (oserr_is(e) || have < want)
            return e;
    }
    return OSERR_NONE;
}

static struct oserr read_range(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                               size_t *got)
{
    if (n <= SEG_SMALL)
        return segment_read_small(s, off, buf, n, got);
    size_t head = (size_t)(off % SEG_PAGE), more;
    head = head == 0 ? 0 : SEG_PAGE - head;
    *got = 0;
    struct oserr e = OSERR_NONE;
    if (head > 0)
        e = segment_read_small(s, off, buf, head, got);
    if (oserr_is(e) || *got < head)
        return e;
    e = read_large(s, off + head, buf + head, n - head, &more);
    *got += more;
    return e;
}

/* Cuts n to what exists, and refuses what is outside the range of seg_limit. */
static struct oserr clip(struct seg *s, uint64_t off, size_t *n)
{
    uint64_t size = s->last.size;
    if (off >= size)
        *n = 0;
    else if (*n > size - off)
        *n = (size_t)(size - off);
    if (s->limit_n > 0 && *n > 0 && (off < s->limit_at || off + *n > s->limit_at + s->limit_n))
        return (struct oserr){"seg_read", SEG_E_BEYOND};
    return OSERR_NONE;
}

struct oserr seg_read(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    *got = 0;
    s->torn_from = s->torn_to = 0;
    if (s->access == SEG_STAT)
        return (struct oserr){"seg_read", SEG_E_UNSUPPORTED};
    if (off > s->last.size || n > s->last.size - off) { /* it may have grown */
        struct oserr unknown = segment_stat(s);
        if (oserr_is(unknown))
            return unknown;
        segment_remap(s);
    }
    struct oserr e = clip(s, off, &n);
    if (oserr_is(e) || n == 0)
        return e;
    s->met_unknown = false;
    e = read_range(s, off, buf, n, got);
    if (!oserr_is(e) && s->met_unknown)
        e = (struct oserr){"seg_read", SEG_E_UNKNOWN};
    if (!oserr_is(e))
        e = segment_stat(s); /* bytes read past a new end do not count */
    if (oserr_is(e)) {
        *got = 0;
        return e;
    }
    if (off >= s->last.size)
        *got = 0;
    else if (*got > s->last.size - off)
        *got = (size_t)(s->last.size - off);
    return OSERR_NONE;
}
