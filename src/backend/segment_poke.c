/* Storing one value: an atomic store or compare-and-swap through a mapping, the only way that never
 * grows the segment. */
#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

enum { MASKED_TRIES = 4096 };

/* Argument of the guarded functions. */
struct touch {
    unsigned char *at;
    uint32_t size;
    bool cas;
    bool swapped;
    uint64_t value, expect; /* in memory order, from the lowest byte of the word up */
    uint64_t mask;          /* the bits that count; 0: all */
    uint64_t old;
    uint8_t was[8];         /* the old bytes, when stored bytewise */
    volatile uint32_t done; /* bytes stored bytewise so far */
};

/* touch_N: an atomic exchange or compare-and-swap of N bits. */
#define TOUCH(bits)                                                                            \
    GUARDED static void touch_##bits(struct touch *t)                                          \
    {                                                                                          \
        uint##bits##_t *at = (void *)t->at, value = (uint##bits##_t)t->value;                  \
        uint##bits##_t old = (uint##bits##_t)t->expect;                                        \
        if (t->cas)                                                                            \
            t->swapped = __atomic_compare_exchange_n(at, &old, value, false, __ATOMIC_SEQ_CST, \
                                                     __ATOMIC_SEQ_CST);                        \
        else                                                                                   \
            old = __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);                            \
        t->old = old;                                                                          \
    }
TOUCH(8)
TOUCH(16)
TOUCH(32)
TOUCH(64)
#undef TOUCH

GUARDED static void touch_aligned(void *arg)
{
    struct touch *t = arg;
    switch (t->size) {
    case 1:
        touch_8(t);
        break;
    case 2:
        touch_16(t);
        break;
    case 4:
        touch_32(t);
        break;
    default:
        touch_64(t);
        break;
    }
}

/* One attempt to replace `old` by `value`; false: *old became what is there. */
GUARDED static bool exchange(struct touch *t, uint64_t *old, uint64_t value)
{
    uint8_t o1 = (uint8_t)*old;
    uint16_t o2 = (uint16_t)*old;
    uint32_t o4 = (uint32_t)*old;
    bool done;
    switch (t->size) {
    case 1:
        done = __atomic_compare_exchange_n(t->at, &o1, (uint8_t)value, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
        *old = o1;
        return done;
    case 2:
        done = __atomic_compare_exchange_n((uint16_t *)(void *)t->at, &o2, (uint16_t)value, false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        *old = o2;
        return done;
    case 4:
        done = __atomic_compare_exchange_n((uint32_t *)(void *)t->at, &o4, (uint32_t)value, false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        *old = o4;
        return done;
    default:
        return __atomic_compare_exchange_n((uint64_t *)(void *)t->at, old, value, false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
}

/* Some bits of the word: tried again when the others changed meanwhile. The first attempt, with a
 * guess, only finds out what is there, unless the guess is right. */
GUARDED static void touch_masked(void *arg)
{
    struct touch *t = arg;
    uint64_t old = t->expect & t->mask;
    t->swapped = false;
    for (int i = 0; i < MASKED_TRIES && !t->swapped; i++) {
        bool lost = t->cas && (old & t->mask) != (t->expect & t->mask);
        if (lost)
            break;
        t->swapped = exchange(t, &old, (old & ~t->mask) | (t->value & t->mask));
    }
    t->old = old;
}

GUARDED static void touch_bytes(void *arg)
{
    struct touch *t = arg;
    unsigned char value[8];
    memcpy(value, &t->value, sizeof value);
    for (uint32_t i = t->done; i < t->size; i++) { /* each byte once, even after a fault */
        t->was[i] = __atomic_exchange_n(t->at + i, value[i], __ATOMIC_SEQ_CST);
        t->done = i + 1;
    }
}

/* A value of `size` bytes as the integer that has these bytes in memory. */
static uint64_t from_bytes(const uint8_t *bytes, uint32_t size)
{
    uint8_t b1;
    uint16_t b2;
    uint32_t b4;
    uint64_t b8;
    switch (size) {
    case 1:
        memcpy(&b1, bytes, 1);
        return b1;
    case 2:
        memcpy(&b2, bytes, 2);
        return b2;
    case 4:
        memcpy(&b4, bytes, 4);
        return b4;
    default:
        memcpy(&b8, bytes, 8);
        return b8;
    }
}

static void to_bytes(uint64_t v, uint32_t size, uint8_t *bytes)
{
    uint8_t b1 = (uint8_t)v;
    uint16_t b2 = (uint16_t)v;
    uint32_t b4 = (uint32_t)v;
    const void *from = size == 1   ? (void *)&b1
                       : size == 2 ? (void *)&b2
                       : size == 4 ? (void *)&b4
                                   : (void *)&v;
    memcpy(bytes, from, size);
}

static bool has_mask(const struct poke *p)
{
    static const uint8_t none[sizeof p->mask];
    return memcmp(p->mask, none, sizeof none) != 0;
}

/* A compare-and-swap that must fail needs no store (and must not fill a hole). */
static struct oserr lost_already(struct seg *s, const struct poke *p, struct poked *out, bool *lost)
{
    size_t got;
    uint8_t now[8];
    *lost = false;
    struct oserr e = segment_read_small(s, p->offset, now, p->size, &got);
    bool same = true;
    for (uint32_t i = 0; i < p->size; i++)
        same = same && ((now[i] ^ p->expect[i]) & (has_mask(p) ? p->mask[i] : 0xff)) == 0;
    if (!oserr_is(e) && got == p->size && !same) {
        *lost = true;
        memcpy(out->old, now, p->size);
    }
    return e;
}

/* In the log a store has the address too: it tells through which mapping it was made. */
static void note(struct seg *s, const struct poke *p, const struct poked *r)
{
    unsigned long long off = p->offset, old = from_bytes(r->old, p->size);
    unsigned long long value = from_bytes(p->value, p->size);
    unsigned long long expect = from_bytes(p->expect, p->size);
    const struct mapping *m = &s->write_map;
    const char *plural = p->size == 1 ? "" : "s";
    const void *at = m->base != NULL && off - m->at < m->n ? m->base + (off - m->at) : NULL;
    if (has_mask(p))
        sys_note(s->be,
                 "compare-and-swap %u byte%s at +0x%llx: bits 0x%llx of %llu to those of %llu, %s",
                 p->size, plural, off, (unsigned long long)from_bytes(p->mask, p->size), old, value,
                 r->stored ? "done" : "lost");
    else if (!p->cas && !r->atomic)
        sys_note(s->be, "store %u byte%s at +0x%llx: %llu -> %llu, done bytewise", p->size, plural,
                 off, old, value);
    else if (!p->cas)
        sys_note(s->be, "store %u byte%s at +0x%llx: %llu -> %llu, done   at %p", p->size, plural,
                 off, old, value, at);
    else if (r->stored)
        sys_note(s->be, "compare-and-swap %u byte%s at +0x%llx: %llu -> %llu, done   at %p",
                 p->size, plural, off, expect, value, at);
    else
        sys_note(s->be, "compare-and-swap %u byte%s at +0x%llx: %llu -> %llu, lost to %llu",
                 p->size, plural, off, expect, value, old);
}

/* What became of the store. */
static struct oserr poke_done(struct seg *s, const struct poke *p, const struct touch *t,
                              struct poked *out)
{
    uint8_t stored[8];
    memcpy(stored, p->value, sizeof stored);
    for (uint32_t i = 0; i < p->size && t->mask != 0; i++)
        stored[i] = (uint8_t)((out->old[i] & ~p->mask[i]) | (p->value[i] & p->mask[i]));
    bool swaps = p->cas || t->mask != 0;
    out->stored = !swaps || t->swapped;
    if (!out->stored && (!p->cas || ((t->old ^ t->expect) & t->mask) == 0) && t->mask != 0)
        return (struct oserr){"seg_poke", SEG_E_BUSY};
    if (!out->stored)
        return OSERR_NONE;
    struct oserr e = store_check_poke(s, p->offset, stored, out->old, p->size);
    out->stored = !oserr_is(e);
    return e;
}

static struct oserr poke_mapped(struct seg *s, const struct poke *p, struct poked *out)
{
    bool aligned = p->offset % p->size == 0;
    struct oserr e = map_for_write(s, p->offset, p->size);
    if (oserr_is(e))
        return e;
    struct touch t = {
        .at = s->write_map.base + (p->offset - s->write_map.at),
        .size = p->size,
        .cas = p->cas,
        .value = from_bytes(p->value, p->size),
        .expect = p->cas ? from_bytes(p->expect, p->size) : 0,
    };
    if (!aligned) { /* bytes, not an integer */
        t.value = 0;
        memcpy(&t.value, p->value, p->size);
    }
    if (has_mask(p)) {
        t.mask = from_bytes(p->mask, p->size);
        t.expect = from_bytes(p->expect, p->size);
    }
    void (*touch)(void *) = has_mask(p) ? touch_masked : aligned ? touch_aligned : touch_bytes;
    int faults = 0;
    while (!guard_run(touch, &t, s->write_map.base, s->write_map.n)) {
        e = store_fault(s, "seg_poke", p->offset, p->size, t.done, &faults);
        if (oserr_is(e))
            return e;
    }
    out->atomic = aligned;
    if (aligned)
        to_bytes(t.old, p->size, out->old);
    else
        memcpy(out->old, t.was, p->size);
    return poke_done(s, p, &t, out);
}

struct oserr seg_poke(struct seg *s, const struct poke *p, struct poked *out)
{
    bool lost = false;
    *out = (struct poked){0};
    if (s->access < SEG_WRITE)
        return (struct oserr){"seg_poke", SEG_E_READ_ONLY};
    if (p->size != 1 && p->size != 2 && p->size != 4 && p->size != 8)
        return (struct oserr){"seg_poke", SEG_E_ALIGN};
    if ((p->cas || has_mask(p)) && p->offset % p->size != 0)
        return (struct oserr){"seg_poke", SEG_E_ALIGN};
    struct oserr e = segment_inside(s, "seg_poke", p->offset, p->size);
    if (!oserr_is(e) && p->cas)
        e = lost_already(s, p, out, &lost);
    if (!oserr_is(e) && !lost)
        e = poke_mapped(s, p, out);
    if (oserr_is(e))
        return e;
    out->atomic = p->offset % p->size == 0;
    note(s, p, out);
    return OSERR_NONE;
}
