/* Storing ranges: fill, load, text. Ascending, under the guard, a page at a time. */
#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

enum { WORD = 8, FAULTS_MAX = 16 };

struct oserr map_for_write(struct seg *s, uint64_t off, size_t n)
{
    struct mapping *v = &s->write_map;
    if (v->base != NULL && off >= v->at && off + n <= v->at + v->n)
        return OSERR_NONE;
    s->kind->unmap(s, v);
    uint64_t at = off / SEG_PAGE * SEG_PAGE;
    uint64_t end = (off + n + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE;
    return s->kind->map(s, at, (size_t)(end - at), true, v);
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

/* Bytes up to the first word, words, bytes: each byte once, ascending. */
GUARDED static void put_piece(void *arg)
{
    struct piece *p = arg;
    size_t i = 0;
    uint64_t word;
    memset(&word, p->byte, sizeof word);
    while (i < p->n) {
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
        sys_note(s->be, "store %llu bytes at +0x%llx, bytewise, %s", (unsigned long long)stored,
                 (unsigned long long)off, oserr_is(e) ? "then a fault" : "done");
    return e;
}

struct oserr seg_fill(struct seg *s, uint64_t off, uint64_t n, uint8_t byte, uint64_t *done)
{
    struct piece p = {.byte = byte};
    struct oserr e = store_range(s, "seg_fill", off, &p, n, done);
    if (*done > 0)
        sys_note(s->be, "fill %llu bytes at +0x%llx with 0x%02x, %s", (unsigned long long)*done,
                 (unsigned long long)off, byte, oserr_is(e) ? "then a fault" : "done");
    return e;
}
