#include "live/freeze.h"

#include "live/sampler_private.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 8 }; /* compare-and-swaps of one value in one sample */

static bool overlaps(const struct frozen *v, uint64_t offset, uint64_t n)
{
    return v->offset < offset ? offset - v->offset < v->size : v->offset - offset < n;
}

bool frozen_within(const struct frozen *v, uint64_t offset, size_t n, size_t *from, size_t *to)
{
    if (!overlaps(v, offset, n))
        return false;
    *from = v->offset > offset ? (size_t)(v->offset - offset) : 0;
    uint64_t end = v->offset + v->size - offset;
    *to = end < n ? (size_t)end : n;
    return true;
}

struct oserr freeze_add(struct freeze *f, const struct frozen *v)
{
    bool word = v->size == 1 || v->size == 2 || v->size == 4 || v->size == 8;
    if (!word || v->offset % v->size != 0)
        return (struct oserr){"freeze", SEG_E_ALIGN};
    size_t at = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (overlaps(&f->value[i], v->offset, v->size))
            return (struct oserr){"freeze", SEG_E_ALIGN};
        at += f->value[i].offset < v->offset;
    }
    if (f->count == FROZEN_MAX)
        return (struct oserr){"freeze", SEG_E_MEMORY};
    memmove(&f->value[at + 1], &f->value[at], (f->count - at) * sizeof *f->value);
    f->value[at] = *v;
    f->value[at].fights = 0;
    f->value[at].last = 0;
    f->count++;
    return OSERR_NONE;
}

static void drop_at(struct freeze *f, size_t i)
{
    f->count--;
    memmove(&f->value[i], &f->value[i + 1], (f->count - i) * sizeof *f->value);
}

size_t freeze_drop(struct freeze *f, uint64_t offset, uint64_t n, struct frozen *last)
{
    size_t dropped = 0;
    for (size_t i = 0; i < f->count;) {
        if (!overlaps(&f->value[i], offset, n)) {
            i++;
            continue;
        }
        if (last != NULL)
            *last = f->value[i];
        drop_at(f, i);
        dropped++;
    }
    return dropped;
}

/* Stores only when something else is there. After TRIES lost compare-and-swaps it gives up until
 * the next sample. */
static struct oserr keep_one(struct frozen *v, struct seg *seg, int64_t now, bool *fought)
{
    struct poke p = {.offset = v->offset, .size = v->size, .cas = true};
    struct poked done;
    memcpy(p.value, v->value, v->size);
    for (int i = 0; i < TRIES; i++) {
        size_t got = 0;
        struct oserr e = seg_read(seg, v->offset, p.expect, v->size, &got);
        if (!oserr_is(e) && got < v->size)
            e = (struct oserr){"seg_poke", SEG_E_BEYOND};
        if (oserr_is(e) || memcmp(p.expect, v->value, v->size) == 0)
            return e;
        e = seg_poke(seg, &p, &done);
        if (oserr_is(e))
            return e;
        if (done.stored) {
            memcpy(v->other, p.expect, v->size);
            v->fights++;
            v->last = now;
            *fought = true;
            return e;
        }
    }
    return OSERR_NONE;
}

size_t freeze_keep(struct freeze *f, struct seg *seg, int64_t now, bool *fought, struct oserr *why)
{
    size_t n = 0;
    *fought = false;
    *why = OSERR_NONE;
    for (size_t i = 0; i < f->count;) {
        struct oserr e = keep_one(&f->value[i], seg, now, fought);
        if (!oserr_is(e)) {
            i++;
            continue;
        }
        *why = n++ == 0 ? e : *why;
        drop_at(f, i);
    }
    return n;
}

void freeze_follow(struct freeze *f, uint64_t offset, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < f->count; i++) {
        struct frozen *v = &f->value[i];
        for (uint32_t k = 0; k < v->size; k++) {
            uint64_t at = v->offset + k;
            if (at >= offset && at - offset < n)
                v->value[k] = bytes[at - offset];
        }
    }
}

/* ---- as jobs, and at the next tick ---- */

void sampler_stored(struct sampler *s, uint64_t offset, const uint8_t *bytes, size_t n)
{
    freeze_follow(&s->work.freeze, offset, bytes, n);
}

void sampler_release(struct sampler *s)
{
    if (s == NULL)
        return;
    os_monitor_lock(s->monitor);
    s->release = true;
    os_monitor_unlock(s->monitor);
    worker_wake(s->worker);
}

void job_freeze(struct sampler *s, void *arg, const struct progress *p)
{
    struct freeze_job *j = arg;
    struct freeze *f = &s->work.freeze;
    struct frozen last;
    (void)p;
    j->dropped = freeze_drop(f, j->offset, j->length, &last);
    if (j->dropped > 0)
        j->value = last;
    else if (j->value.size > 0 && seg_get_access(s->seg) < SEG_WRITE)
        j->error = (struct oserr){"freeze", SEG_E_READ_ONLY};
    else if (j->value.size > 0)
        j->error = freeze_add(f, &j->value);
}
