#include "propose/writers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/trap.h"
#include "core/progress.h"
#include "core/text.h"
#include "propose/propose_private.h"

enum { STEP_MS = 20, NAMES_S = 10 /* for all functions */ };
#define MS INT64_C(1000000)

struct writers_search {
    struct proposing p;
    struct writers *out;
    struct trap_hit hit[WRITERS_STORES];
    struct field_writer one; /* of the store that is looked at */
};

/* ---- stores ---- */

/* The field in pieces that a breakpoint can watch, from its start. */
static size_t cut_field(uint64_t offset, uint64_t n, struct stored_bytes out[WRITERS_PIECES])
{
    size_t count = 0;
    while (n > 0 && count < WRITERS_PIECES) {
        uint32_t length = 8;
        while (length > n || offset % length != 0)
            length /= 2;
        out[count++] = (struct stored_bytes){offset, length};
        offset += length;
        n -= length;
    }
    return count;
}

/* Copies stores until there are enough, or the time is over. */
static struct oserr collect(struct writers_search *f, struct trap *t, int64_t wait)
{
    struct writers *out = f->out;
    struct oserr e = OSERR_NONE;
    int64_t start = os_now();
    while (!oserr_is(e) && !out->stopped && out->stores < WRITERS_STORES && out->took < wait) {
        bool got = false;
        e = trap_wait(t, STEP_MS, &f->hit[out->stores], &got);
        out->stores += got;
        out->took = os_now() - start;
        if (oserr_kind(e) == OSERR_K_MISSING) {
            proposals_note_first(&out->notes, "all threads that were watched have ended");
            return OSERR_NONE;
        }
        if (!oserr_is(e) &&
            !progress_yield(f->p.ask->progress, (uint64_t)(out->took / MS), (uint64_t)(wait / MS)))
            out->stopped = true;
    }
    return e;
}

static struct oserr watch(struct writers_search *f, uint64_t n, int64_t wait)
{
    struct stored_bytes piece[WRITERS_PIECES] = {{0}};
    struct trap_place place[TRAP_MAX + 1] = {{0}}; /* one more, so that trap_whole knows */
    struct trap *t = NULL;
    struct writers *out = f->out;
    size_t unreadable = f->p.ask->who->unreadable;
    size_t pieces = cut_field(f->p.ask->offset, n, piece);
    size_t places = stores_places(f->p.ask, piece, pieces, place, TRAP_MAX + 1);
    for (size_t i = 0; i < pieces; i++)
        out->bytes += piece[i].length;
    if (unreadable > 0)
        proposals_note(&out->notes,
                       "%zu process%s may not be looked into: perhaps it is mapped there",
                       unreadable, unreadable == 1 ? "" : "es");
    if (places == 0) {
        proposals_note_first(&out->notes, "no other process is seen that maps it writable");
        return OSERR_NONE;
    }
    struct oserr e = trap_arm(f->p.be, place, places, &t);
    if (oserr_is(e)) {
        stores_refused(&out->notes, e);
        return e.code == SEG_E_MEMORY ? e : OSERR_NONE;
    }
    out->watched = true;
    out->kernel = trap_sees_kernel(t);
    e = collect(f, t, wait);
    stores_left_out(&out->notes, t); /* those that were started meanwhile, too */
    trap_disarm(t);
    return e;
}

/* ---- what they show ---- */

static struct oserr take_frame(void *ctx, uint64_t address, const struct types_frame *of,
                               const struct types_answer *a)
{
    struct writers_search *f = ctx;
    struct field_writer *w = &f->one;
    struct writer_frame *to = &w->frame[w->frames++];
    char comm[4 * sizeof w->comm + 1];
    to->address = address;
    to->line = of->line;
    memcpy(to->function, of->function, sizeof to->function);
    memcpy(to->file, of->file, sizeof to->file);
    (void)text_escape(comm, sizeof comm, w->comm, strlen(w->comm));
    if (of->function[0] == '\0' && a->reason[0] != '\0' && w->frames == 1)
        proposals_note(&f->out->notes, "%s (%" PRIu32 "): %s", comm, w->pid, a->reason);
    return OSERR_NONE;
}

static bool same_frame(const struct writer_frame *a, const struct writer_frame *b)
{
    return a->function[0] == '\0' ? a->address == b->address && b->function[0] == '\0'
                                  : a->line == b->line && strcmp(a->function, b->function) == 0 &&
                                        strcmp(a->file, b->file) == 0;
}

static bool same_way(const struct field_writer *a, const struct field_writer *b)
{
    bool same =
        a->pid == b->pid && a->tid == b->tid && a->kernel == b->kernel && a->frames == b->frames;
    for (size_t i = 0; same && i < a->frames; i++)
        same = same_frame(&a->frame[i], &b->frame[i]);
    return same;
}

static void count_one(struct writers *out, const struct field_writer *one)
{
    size_t i = 0;
    while (i < out->count && !same_way(&out->row[i], one))
        i++;
    if (i == out->count)
        out->row[out->count++] = *one;
    out->row[i].stores++;
}

static struct oserr take_hit(struct writers_search *f, const struct trap_hit *hit)
{
    const struct seg_who *who = f->p.ask->who;
    f->one = (struct field_writer){.pid = hit->pid, .tid = hit->tid, .kernel = hit->kernel};
    for (size_t i = 0; i < who->mappers_count; i++)
        if (who->mappers[i].pid == hit->pid)
            memcpy(f->one.comm, who->mappers[i].comm, sizeof f->one.comm);
    struct oserr e = stores_walk(&f->p, hit, NULL, 0, WRITERS_FRAMES, take_frame, f);
    if (!oserr_is(e) && f->one.frames == 0)
        proposals_note(&f->out->notes, "time ran out before all functions were found");
    if (!oserr_is(e))
        count_one(f->out, &f->one);
    return e;
}

static int by_stores(const void *a, const void *b)
{
    const struct field_writer *v = a, *w = b;
    if (v->stores != w->stores)
        return v->stores > w->stores ? -1 : 1;
    return v->tid < w->tid ? -1 : v->tid > w->tid;
}

struct oserr writers_find(struct backend *be, const struct propose_ask *ask, uint64_t n,
                          int64_t wait, struct writers *out)
{
    struct writers_search *f = calloc(1, sizeof *f);
    struct types_client *client = f != NULL ? types_client_new(be) : NULL;
    struct propose_ask unstopped = *ask;
    struct oserr e = {"malloc", SEG_E_MEMORY};
    *out = (struct writers){.count = 0};
    if (client != NULL) {
        f->out = out;
        f->p = (struct proposing){.be = be, .ask = ask, .out = &out->notes, .client = client};
        e = watch(f, n, wait);
        if (out->stopped) /* who stopped it waits, but not for long */
            unstopped.progress = NULL;
        f->p.ask = &unstopped;
        f->p.until = os_now() + (out->stopped ? 1 : (int64_t)NAMES_S) * 1000 * MS;
    }
    for (unsigned i = 0; !oserr_is(e) && i < out->stores; i++)
        e = take_hit(f, &f->hit[i]);
    qsort(out->row, out->count, sizeof *out->row, by_stores);
    types_client_free(client);
    free(f);
    return e;
}

void writers_free(struct writers *w)
{
    proposals_free(&w->notes);
}
