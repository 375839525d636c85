/* Storing ranges: fill, load, text. Ascending, under the guard, a page at a time. */
#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

enum {
    WORD = 8,
    LINE = 64, /* bytes stored between two looks at what is left */
    FAULTS_MAX = 16,
    WARM_LEAST = 128 * 1024, /* bytes to be stored for which one call is cheaper than faults */
};

struct oserr map_for_write(struct seg *s, uint64_t off, size_t n)
{
    struct mapping *v = &s->write_map;
    if (v->base != NULL && off >= v->at && off + n <= v->at + v->n)
        return OSERR_NONE;
    s->kind->unmap(s, v);
    uint64_t at = off / SEG_PAGE * SEG_PAGE;
    uint64_t end = (off + n + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE;
    struct oserr e = s->kind->map(s, at, (size_t)(end - at), true, v);
    if (!oserr_is(e) && n >= WARM_LEAST && s->kind->warm != NULL)
        s->kind->warm(s, off, n); /* all of it is about to be stored into */
    return e;
}

struct oserr store_fault(struct seg *s, const char *call, uint64_t off, uint64_t n, uint64_t done,
                         int *faults)
{
    struct oserr e = segment_stat(s);
    if (oserr_is(e))
        return e;
    if (off > s->last.size || n > s->last.size - off)
        return (struct oserr){call, done == 0 ? SEG_E_BEYOND : SEG_E_SHRANK};
    if ((s->last.state & SEG_ST_RESERVED) != 0)
        return (struct oserr){call, SEG_E_RESERVED};
    return ++*faults < FAULTS_MAX ? OSERR_NONE : (struct oserr){call, SEG_E_NO_SPACE};
}

/* Bytes to store into shared memory. */
struct piece {
    unsigned char *to;
    const unsigned char *from; /* NULL: `byte` n times */
    unsigned char byte;
    size_t n;
    volatile size_t done;
};

/* Eight words, ascending. A page that is taken away while they are stored takes all of them. */
GUARDED static void put_line(unsigned char *to, const unsigned char *from, uint64_t word)
{
    uint64_t *at = (uint64_t *)(void *)to;
    for (size_t i = 0; i < LINE / WORD; i++) {
        if (from != NULL)
            memcpy(&word, from + i * WORD, sizeof word);
        __atomic_store_n(at + i, word, __ATOMIC_RELAXED);
    }
}

/* Bytes up to the first word, words, bytes: each byte once, ascending. */
GUARDED static void put_piece(void *arg)
{
    struct piece *p = arg;
    size_t i = 0;
    uint64_t word;
    memset(&word, p->byte, sizeof word);
    while (i < p->n) {
        while ((uintptr_t)(p->to + i) % LINE == 0 && p->n - i >= LINE) {
            put_line(p->to + i, p->from != NULL ? p->from + i : NULL, word);
            i += LINE;
            p->done = i;
        }
        if (i == p->n)
            break;
        unsigned char *to = p->to + i;
        if ((uintptr_t)to % WORD == 0 && p->n - i >= WORD) {
            if (p->from != NULL)
                memcpy(&word, p->from + i, sizeof word);
            __atomic_store_n((uint64_t *)(void *)to, word, __ATOMIC_RELAXED);
            i += WORD;
        } else {
            __atomic_store_n(to, p->from != NULL ? p->from[i] : p->byte, __ATOMIC_RELAXED);
            i++;
        }
        p->done = i;
    }
}

/* A store to take back, and what was there before. */
struct undo {
    unsigned char *at;
    const unsigned char *stored; /* NULL: `byte` n times */
    const unsigned char *old;    /* NULL: zeros */
    unsigned char byte;
    size_t n;
};

GUARDED static void take_back(void *arg)
{
    const struct undo *u = arg;
    for (size_t i = 0; i < u->n; i++) {
        unsigned char ours = u->stored != NULL ? u->stored[i] : u->byte;
        unsigned char old = u->old != NULL ? u->old[i] : 0;
        (void)__atomic_compare_exchange_n(u->at + i, &ours, old, false, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED);
    }
}

/* Takes back [from, end) of a store that began at `off`, as far as it is mapped, wherever the
 * stored bytes are still there. */
static void undo_range(const struct seg *s, struct undo u, uint64_t off, uint64_t from,
                       uint64_t end)
{
    const struct mapping *v = &s->write_map;
    from = from > v->at ? from : v->at;
    end = end < v->at + v->n ? end : v->at + v->n;
    if (v->base == NULL || from >= end)
        return;
    u.at = v->base + (from - v->at);
    u.n = (size_t)(end - from);
    u.stored = u.stored == NULL ? NULL : u.stored + (from - off);
    u.old = u.old == NULL ? NULL : u.old + (from - off);
    (void)guard_run(take_back, &u, v->base,
                    v->n); /* a fault: the page is gone, and the bytes with it */
}

struct oserr store_check_poke(struct seg *s, uint64_t off, const uint8_t *stored, uint8_t *old,
                              size_t n)
{
    bool known = !oserr_is(segment_stat(s)); /* else it counts as stored */
    uint64_t size = s->last.size;
    if (!known || off + n <= size)
        return OSERR_NONE;
    if (size <= off)
        memset(old, 0, n);
    else
        memset(old + (size - off), 0, n - (size_t)(size - off));
    undo_range(s, (struct undo){.stored = stored, .old = old}, off, off, off + n);
    return (struct oserr){"seg_poke", SEG_E_BEYOND};
}

/* After a store of *done bytes: bytes of it past a new end would appear when the segment grows
 * again, so they are taken back. *done: what remains of it. */
static struct oserr check_range(struct seg *s, const char *call, uint64_t off,
                                const struct piece *stored, uint64_t *done)
{
    bool known = !oserr_is(segment_stat(s));
    uint64_t size = s->last.size, end = off + *done;
    if (!known || end <= size)
        return OSERR_NONE;
    uint64_t from = size > off ? size : off;
    uint64_t page_end = (size + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE;
    if (!oserr_is(map_for_write(s, from, 1))) /* else the page no longer exists */
        undo_range(s, (struct undo){.stored = stored->from, .byte = stored->byte}, off, from,
                   end < page_end ? end : page_end);
    *done = size > off ? size - off : 0;
    return (struct oserr){call, *done == 0 ? SEG_E_BEYOND : SEG_E_SHRANK};
}

static struct oserr store_range(struct seg *s, const char *call, uint64_t off, struct piece *p,
                                uint64_t n, uint64_t *done)
{
    struct oserr e;
    int faults = 0; /* in a row */
    *done = 0;
    if (s->access < SEG_WRITE)
        return (struct oserr){call, SEG_E_READ_ONLY};
    e = segment_inside(s, call, off, n);
    const unsigned char *from = p->from;
    while (!oserr_is(e) && *done < n) {
        uint64_t at = off + *done, left = n - *done;
        uint64_t window = SEG_HAND - at % SEG_HAND;
        e = map_for_write(s, at, (size_t)(left < window ? left : window));
        if (oserr_is(e))
            break;
        uint64_t room = s->write_map.at + s->write_map.n - at;
        p->n = SEG_PAGE - (size_t)(at % SEG_PAGE);
        p->n = p->n < left ? p->n : (size_t)left;
        p->n = p->n < room ? p->n : (size_t)room;
        p->to = s->write_map.base + (at - s->write_map.at);
        p->from = from == NULL ? NULL : from + *done;
        p->done = 0;
        bool whole = guard_run(put_piece, p, s->write_map.base, s->write_map.n);
        *done += p->done;
        faults = p->done > 0 ? 0 : faults;
        if (!whole)
            e = store_fault(s, call, off, n, *done, &faults);
        if (*done == n || oserr_is(e) || p->n == room) { /* the end, or the end of the mapping */
            struct piece all = {.from = from, .byte = p->byte};
            struct oserr shrank = *done > 0 ? check_range(s, call, off, &all, done) : OSERR_NONE;
            e = oserr_is(e) ? e : shrank;
        }
    }
    return e;
}

struct oserr seg_store(struct seg *s, uint64_t off, const void *buf, size_t n, size_t *done)
{
    uint64_t stored;
    struct piece p = {.from = buf};
    struct oserr e = store_range(s, "seg_store", off, &p, n, &stored);
    *done = (size_t)stored;
    if (stored > 0)
        sys_note(s->be, "store %llu byte%s at +0x%llx, bytewise, %s", (unsigned long long)stored,
                 stored == 1 ? "" : "s", (unsigned long long)off,
                 oserr_is(e) ? "then a fault" : "done");
    return e;
}

struct oserr seg_fill(struct seg *s, uint64_t off, uint64_t n, uint8_t byte, uint64_t *done)
{
    struct piece p = {.byte = byte};
    struct oserr e = store_range(s, "seg_fill", off, &p, n, done);
    if (*done > 0)
        sys_note(s->be, "fill %llu byte%s at +0x%llx with 0x%02x, %s", (unsigned long long)*done,
                 *done == 1 ? "" : "s", (unsigned long long)off, byte,
                 oserr_is(e) ? "then a fault" : "done");
    return e;
}
