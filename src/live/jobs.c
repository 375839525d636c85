#include "live/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "live/sampler_private.h"

static void run(struct job *job, const struct progress *p)
{
    struct sampler_job *j = (struct sampler_job *)job;
    j->run(j->sampler, j->arg, p);
}

static void finish(struct job *job, void *owner)
{
    struct sampler_job *j = (struct sampler_job *)job;
    j->done(owner, j->arg, job->cancelled);
    free(j);
}

struct sampler_job *sampler_job_new(struct sampler *s, sampler_run *fn, const void *arg,
                                    size_t size, sampler_done *done)
{
    struct sampler_job *j = malloc(sizeof *j + size);
    if (j == NULL)
        return NULL;
    *j = (struct sampler_job){
        .job = {.run = run, .finish = finish}, .sampler = s, .run = fn, .done = done};
    if (size > 0)
        memcpy(j->arg, arg, size);
    return j;
}

/* ---- the baseline ---- */

static void set_baseline(struct sampler *s, struct baseline_job *j, struct seg *seg,
                         const struct progress *p)
{
    if (!sweep_complete(s->map, p)) /* changes from now on are noticed */
        return;
    s->base_time = j->past != 0 ? j->past : os_now();
    struct baseline *b = baseline_take(seg, BASELINE_MAX, p, &j->error);
    if (b == NULL)
        return;
    baseline_free(s->baseline);
    s->baseline = b;
    j->covered = baseline_covers(b);
    j->done = true;
}

void job_baseline(struct sampler *s, void *arg, const struct progress *p)
{
    struct baseline_job *j = arg;
    struct snapshot *then = NULL;
    struct seg *seg = NULL;
    if (j->change == BASELINE_TOGGLE)
        j->change = s->baseline != NULL ? BASELINE_CLEAR : BASELINE_SET;
    if (j->change == BASELINE_CLEAR) {
        baseline_free(s->baseline);
        s->baseline = NULL;
        j->done = true;
        return;
    }
    j->error = sampler_seg_at(s, j->past, &then, &seg);
    if (!oserr_is(j->error))
        set_baseline(s, j, seg, p);
    snapshot_close(then);
}

/* ---- values ---- */

void job_access(struct sampler *s, void *arg, const struct progress *p)
{
    struct access_job *j = arg;
    (void)p;
    if (j->access < SEG_WRITE)
        s->work.freeze.count = 0;
    j->error = seg_set_access(s->seg, j->access);
}

void job_release(struct sampler *s, void *arg, const struct progress *p)
{
    struct release_job *j = arg;
    (void)p;
    if (!j->take_again && !s->released) {
        s->access = seg_get_access(s->seg);
        j->error = seg_release(s->seg);
        s->released = !oserr_is(j->error);
    } else if (j->take_again && s->released) {
        j->error = seg_set_access(s->seg, s->access);
        s->released = false;
    }
}

bool poke_swappable(uint64_t offset, uint32_t size)
{
    bool word = size == 1 || size == 2 || size == 4 || size == 8;
    return word && offset % size == 0;
}

/* Reads the bytes there before a store that cannot be a compare-and-swap, or of bytes that no
 * sample has. False: they are not the expected ones, or cannot be read. */
static bool compare_first(struct seg *seg, struct poke_job *j)
{
    struct poke *p = &j->poke;
    size_t got = 0;
    j->error = seg_read(seg, p->offset, j->done.old, p->size, &got);
    if (!oserr_is(j->error) && got < p->size)
        j->error = (struct oserr){"seg_poke", SEG_E_BEYOND};
    if (oserr_is(j->error))
        return false;
    if (j->unseen)
        memcpy(p->expect, j->done.old, p->size);
    j->lost = p->cas && memcmp(p->expect, j->done.old, p->size) != 0;
    return !j->lost;
}

/* A masked store has left the other bits as they were. */
static void note_bits(struct poke_job *j)
{
    static const uint8_t all[8];
    struct poke_done *d = &j->done;
    memcpy(d->mask, j->poke.mask, sizeof d->mask);
    if (memcmp(d->mask, all, sizeof all) == 0)
        return;
    for (size_t i = 0; i < sizeof d->value; i++)
        d->value[i] = (uint8_t)((d->old[i] & ~d->mask[i]) | (d->value[i] & d->mask[i]));
}

/* One store, or bytes one after the other. */
static void store(struct seg *seg, struct poke_job *j, bool swap)
{
    struct poke p = j->poke;
    struct poked done;
    size_t stored = 0;
    p.cas = p.cas && swap;
    if (p.size == 1 || p.size == 2 || p.size == 4 || p.size == 8) {
        j->error = seg_poke(seg, &p, &done);
        if (oserr_is(j->error))
            return;
        memcpy(j->done.old, done.old, p.size);
        note_bits(j);
        j->done.atomic = done.atomic;
        j->stored = done.stored;
        j->lost = !done.stored;
    } else {
        j->error = seg_store(seg, p.offset, p.value, p.size, &stored);
        j->stored = !oserr_is(j->error);
    }
}

void job_poke(struct sampler *s, void *arg, const struct progress *p)
{
    struct poke_job *j = arg;
    bool swap = poke_swappable(j->poke.offset, j->poke.size);
    (void)p;
    j->done = (struct poke_done){.offset = j->poke.offset, .size = j->poke.size};
    memcpy(j->done.value, j->poke.value, sizeof j->done.value);
    if (swap && !j->unseen) /* the store itself returns the old bytes */
        store(s->seg, j, swap);
    else if (compare_first(s->seg, j))
        store(s->seg, j, swap);
    if (j->stored)
        sampler_stored(s, j->done.offset, j->done.value, j->done.size);
}

void job_bytes(struct sampler *s, void *arg, const struct progress *p)
{
    struct bytes_job *j = arg;
    struct snapshot *then = NULL;
    struct seg *seg = NULL;
    size_t got = 0;
    (void)p;
    j->error = sampler_seg_at(s, j->past, &then, &seg);
    if (oserr_is(j->error))
        return;
    j->bytes = malloc(j->length + 1);
    j->error = j->bytes == NULL ? (struct oserr){"malloc", SEG_E_MEMORY}
                                : seg_read(seg, j->offset, j->bytes, j->length, &got);
    if (oserr_is(j->error)) {
        free(j->bytes);
        j->bytes = NULL;
    }
    j->length = got;
    snapshot_close(then);
}

void job_reset_counts(struct sampler *s, void *arg, const struct progress *p)
{
    (void)arg;
    (void)p;
    ages_reset_counts(s->ages);
    pagemap_reset_counts(sweep_pages(s->map));
}
