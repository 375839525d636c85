/* Storing one value: an atomic store or compare-and-swap through a mapping, the only way that never
 * grows the segment. */
#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

/* Argument of the guarded functions. */
struct touch {
    unsigned char *at;
    uint32_t size;
    bool cas;
    bool swapped;
    uint64_t value, expect; /* in memory order, from the lowest byte of the word up */
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

/* A compare-and-swap that must fail needs no store (and must not fill a hole). */
static struct oserr lost_already(struct seg *s, const struct poke *p, struct poked *out, bool *lost)
{
    size_t got;
    uint8_t now[8];
    *lost = false;
    struct oserr e = segment_read_small(s, p->offset, now, p->size, &got);
    if (!oserr_is(e) && got == p->size && memcmp(now, p->expect, p->size) != 0) {
        *lost = true;
        memcpy(out->old, now, p->size);
    }
    return e;
}

static void note(struct seg *s, const struct poke *p, const struct poked *r)
{
    unsigned long long off = p->offset, old = from_bytes(r->old, p->size);
    unsigned long long value = from_bytes(p->value, p->size);
    unsigned long long expect = from_bytes(p->expect, p->size);
    if (!p->cas)
        sys_note(s->be, "store %u bytes at +0x%llx: %llu -> %llu, %s", p->size, off, old, value,
                 r->atomic ? "done" : "done bytewise");
    else if (r->stored)
        sys_note(s->be, "compare-and-swap %u bytes at +0x%llx: %llu -> %llu, done", p->size, off,
                 expect, value);
    else
        sys_note(s->be, "compare-and-swap %u bytes at +0x%llx: %llu -> %llu, lost to %llu", p->size,
                 off, expect, value, old);
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
    int faults = 0;
    while (
        !guard_run(aligned ? touch_aligned : touch_bytes, &t, s->write_map.base, s->write_map.n)) {
        e = store_fault(s, "seg_poke", p->offset, p->size, t.done, &faults);
        if (oserr_is(e))
            return e;
    }
    out->stored = !p->cas || t.swapped;
    out->atomic = aligned;
    if (aligned)
        to_bytes(t.old, p->size, out->old);
    else
        memcpy(out->old, t.was, p->size);
    if (!out->stored)
        return OSERR_NONE;
    e = store_check_poke(s, p->offset, p->value, out->old, p->size);
    out->stored = !oserr_is(e);
    return e;
}

struct oserr seg_poke(struct seg *s, const struct poke *p, struct poked *out)
{
    bool lost = false;
    *out = (struct poked){0};
    if (s->access < SEG_WRITE)
        return (struct oserr){"seg_poke", SEG_E_READ_ONLY};
    if (p->size != 1 && p->size != 2 && p->size != 4 && p->size != 8)
        return (struct oserr){"seg_poke", SEG_E_ALIGN};
    if (p->cas && p->offset % p->size != 0)
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
