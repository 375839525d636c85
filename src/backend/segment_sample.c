/* A sample: what the UI shows, read with as few calls as possible because it is taken hundreds of
 * times a second. The window is read first; the size is asked for afterwards, and bytes past it do
 * not count. */
#include <string.h>

#include "backend/provider.h"

/* The window being read: off is the offset of buf[0] and state[0]. */
struct sample_window {
    unsigned char *buf;
    uint8_t *state;
    uint64_t off;
    size_t n; /* bytes that exist, as far as is known */
};

static void set_state(struct sample_window *w, uint64_t from, uint64_t to, enum seg_byte state)
{
    memset(w->state + (from - w->off), (int)state, (size_t)(to - from));
}

/* Touching a hole faults, so a page that can be read is data: the system is asked only where the
 * last sample saw a hole. */
static struct oserr sample_mapped(struct seg *s, struct sample_window *w)
{
    bool ask = s->saw_hole;
    uint64_t at = w->off, end = w->off + w->n, data = at;
    s->saw_hole = false;
    while (at < end) {
        uint64_t next = at - at % SEG_PAGE + SEG_PAGE;
        next = next < end ? next : end;
        if (ask && at >= data) {
            struct oserr e = s->kind->next_data(s, at, end, &data);
            if (oserr_is(e))
                return e;
        }
        if (at < data) {
            next = data < end ? data : end;
            set_state(w, at, next, SEG_BYTE_HOLE);
            s->saw_hole = true;
        } else if (segment_read_page(s, at, w->buf + (at - w->off), (size_t)(next - at))) {
            set_state(w, at, next, SEG_BYTE_DATA);
        } else {
            set_state(w, at, next, SEG_BYTE_HOLE);
            s->saw_hole = true;
        }
        at = next;
    }
    return OSERR_NONE;
}

/* A byte that is not 0 has a page, and so has the rest of that page. */
static void pages_are_data(struct sample_window *w, size_t got)
{
    for (size_t i = 0; i < got; i++) {
        if (w->buf[i] == 0 || w->state[i] != SEG_BYTE_HOLE)
            continue;
        uint64_t page = (w->off + i) / SEG_PAGE * SEG_PAGE;
        uint64_t from = page > w->off ? page : w->off;
        uint64_t end = w->off + w->n, to = page + SEG_PAGE < end ? page + SEG_PAGE : end;
        set_state(w, from, to, SEG_BYTE_DATA);
    }
}

/* Where nothing faults: asks first, then reads. What was stored into a hole in between is data. */
static struct oserr sample_asked(struct seg *s, struct sample_window *w)
{
    uint64_t at = w->off, end = w->off + w->n;
    struct oserr e = segment_stat(s); /* losing a page invalidates the cached extent */
    while (!oserr_is(e) && at < end && at < s->last.size) {
        uint64_t stop = end;
        enum seg_extent_kind kind;
        e = segment_run(s, at, &stop, &kind);
        if (oserr_is(e))
            break;
        stop = stop > at && stop < end ? stop : end;
        set_state(w, at, stop,
                  kind == SEG_EXT_DATA   ? SEG_BYTE_DATA
                  : kind == SEG_EXT_HOLE ? SEG_BYTE_HOLE
                                         : SEG_BYTE_UNKNOWN);
        at = stop;
    }
    size_t got = 0;
    if (!oserr_is(e))
        e = segment_read_small(s, w->off, w->buf, w->n, &got);
    pages_are_data(w, got);
    return e;
}

/* Bytes of the window that exist, as far as is known, and may be read. */
static size_t known_part(const struct seg *s, uint64_t off, size_t n)
{
    uint64_t end = s->last.size;
    if (s->limit_n > 0 && end > s->limit_at + s->limit_n)
        end = s->limit_at + s->limit_n;
    if (off >= end || (s->limit_n > 0 && off < s->limit_at))
        return 0;
    return end - off < n ? (size_t)(end - off) : n;
}

static struct oserr read_window(struct seg *s, struct sample_window *w)
{
    const struct mapping *v = &s->read_map;
    bool mapped = v->base != NULL && w->off >= v->at && w->off + w->n <= v->at + v->n;
    s->torn_from = s->torn_to = 0;
    if (w->n == 0)
        return OSERR_NONE;
    if (s->ops != NULL)
        return s->ops->read(s->kind_data, w->off, w->buf, w->state, w->n);
    return mapped && s->watch >= 0 ? sample_mapped(s, w) : sample_asked(s, w);
}

struct oserr seg_sample(struct seg *s, uint64_t off, void *buf, uint8_t *state, size_t n,
                        struct seg_stat *out)
{
    struct oserr e = OSERR_NONE, refreshed = OSERR_NONE;
    if (s->access == SEG_STAT || n > SEG_SMALL)
        return (struct oserr){"seg_sample", SEG_E_UNSUPPORTED};
    for (int pass = 0; pass < 2; pass++) {
        struct sample_window w = {buf, state, off, known_part(s, off, n)};
        memset(buf, 0, n);
        memset(state, SEG_BYTE_BEYOND, n);
        e = read_window(s, &w);
        refreshed = seg_refresh(s, out);
        size_t now = known_part(s, off, n);
        if (now < w.n) { /* it shrank meanwhile: bytes past the new end do not count */
            memset((unsigned char *)buf + now, 0, w.n - now);
            memset(state + now, SEG_BYTE_BEYOND, w.n - now);
        }
        if (now <= w.n) /* else it grew: read once more, for the new bytes */
            break;
    }
    return oserr_is(refreshed) ? refreshed : e;
}

bool seg_unchanged(struct seg *s, uint64_t off, const void *bytes, size_t n)
{
    unsigned char now[SEG_PAGE];
    const struct mapping *v = &s->read_map;
    const unsigned char *then = bytes;
    if (v->base == NULL || s->watch < 0 || s->ops != NULL || off < v->at || off + n > v->at + v->n)
        return false;
    while (n > 0) {
        size_t in = (size_t)(off % SEG_PAGE), take = SEG_PAGE - in < n ? SEG_PAGE - in : n;
        if (!segment_read_page(s, off, now, take) || memcmp(now, then, take) != 0)
            return false;
        off += take;
        then += take;
        n -= take;
    }
    return true;
}
