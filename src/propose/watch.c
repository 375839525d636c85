#include "propose/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/trap.h"
#include "core/progress.h"
#include "core/text.h"
#include "propose/propose_private.h"

enum {
    WATCHED = 16 << 20, /* bytes of the segment in which stores are looked for */
    WORD = 8,
    BUSY = 2,   /* words that are watched at once: a processor has four breakpoints */
    TRIED = 16, /* words that were */
    HITS = 16,  /* stores that are looked at, of each */
    FRAMES = 24,
    WINDOWS = 16,
    STEP_MS = 20
};
#define MS INT64_C(1000000)

struct watching {
    struct proposing p;
    uint8_t *was, *is;
    uint64_t tried[TRIED];
    size_t tries, hits, leads; /* leads: typed pointers that were found, known or not */
    bool kernel;               /* what the kernel stores was seen, too */
    struct trap_hit hit;
};

/* A store that is looked at. */
struct store_look {
    struct proposing *p;
    const struct trap_hit *hit;
    size_t leads;
};

static bool over(const struct watching *w)
{
    return os_now() >= w->p.end || w->tries + BUSY > TRIED;
}

/* ---- words that change ---- */

static bool was_tried(const struct watching *w, uint64_t offset)
{
    for (size_t i = 0; i < w->tries; i++)
        if (w->tried[i] == offset)
            return true;
    return false;
}

/* Words that differ between two readings and were not watched yet. */
static size_t differing(struct watching *w, size_t n, uint64_t out[BUSY])
{
    size_t found = 0;
    for (size_t i = 0; i + WORD <= n && found < BUSY; i += WORD)
        if (memcmp(w->was + i, w->is + i, WORD) != 0 && !was_tried(w, i))
            out[found++] = i;
    return found;
}

/* What can be known of its first bytes: where pages are swapped out, those before them. */
static struct oserr read_some(struct seg *seg, uint8_t *to, size_t n, size_t *got)
{
    *got = 0;
    struct oserr e = seg_read(seg, 0, to, n, got);
    return e.code == SEG_E_UNKNOWN || e.code == SEG_E_BEYOND ? OSERR_NONE : e;
}

/* Waits for words that change. *found 0: there were none. */
static struct oserr find_busy(struct watching *w, uint64_t out[BUSY], size_t *found)
{
    struct seg *seg = w->p.ask->seg;
    size_t n = 0, k = 0;
    *found = 0;
    struct oserr e = read_some(seg, w->was, WATCHED, &n);
    while (!oserr_is(e) && *found == 0 && !over(w)) {
        if (!progress_sleep(w->p.ask->progress, os_now() + STEP_MS * MS))
            return (struct oserr){"types", SEG_E_STOPPED};
        e = read_some(seg, w->is, n, &k);
        if (!oserr_is(e))
            *found = differing(w, k < n ? k : n, out);
    }
    for (size_t i = 0; i < *found; i++)
        w->tried[w->tries++] = out[i];
    return e;
}

/* ---- what a store shows ---- */

static const struct seg_mapper *mapper_of(const struct seg_who *who, uint32_t pid, uint64_t address,
                                          uint64_t *offset)
{
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid == pid && address >= m->address && address - m->address < m->length) {
            *offset = m->offset + (address - m->address);
            return m;
        }
    }
    return NULL;
}

static size_t windows_of(const struct seg_who *who, uint32_t pid, uint64_t out[2 * WINDOWS])
{
    size_t n = 0;
    for (size_t i = 0; i < who->mappers_count && n < WINDOWS; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid != pid)
            continue;
        out[2 * n] = m->address;
        out[2 * n + 1] = m->address + m->length;
        n++;
    }
    return n;
}

/* `b in main (local.c:19)`. */
static void name_lead(const struct types_frame *f, const char *variable, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s", variable);
    if (f->function[0] != '\0' && n > 0 && (size_t)n < cap)
        n += snprintf(out + n, cap - (size_t)n, " in %s", f->function);
    if (f->line != 0 && n > 0 && (size_t)n < cap)
        (void)snprintf(out + n, cap - (size_t)n, " (%s:%" PRIu32 ")", text_last_part(f->file),
                       f->line);
}

/* Why the program's own debug information does not name the function. */
static void note_unnamed(const struct store_look *l, const char *reason)
{
    const struct seg_who *who = l->p->ask->who;
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        char comm[4 * sizeof m->comm + 1];
        if (m->pid != l->hit->pid)
            continue;
        (void)text_escape(comm, sizeof comm, m->comm, strlen(m->comm));
        proposals_note(l->p->out, "%s (%" PRIu32 "): %s", comm, m->pid, reason);
        return;
    }
}

/* The variables of a frame that lead into the segment. */
static struct oserr take_frame(void *ctx, uint64_t address, const struct types_frame *f,
                               const struct types_answer *a)
{
    struct store_look *l = ctx;
    struct oserr e = OSERR_NONE;
    char via[2048];
    (void)address;
    if ((f->symbol || f->function[0] == '\0') && a->reason[0] != '\0')
        note_unnamed(l, a->reason);
    for (size_t i = 0; a->status == TYPES_FOUND && i < a->variables_count && !oserr_is(e); i++) {
        const struct types_variable *v = &a->variables[i];
        struct proposal row = {.kind = PROPOSAL_POINTER, .t = a->t, .type = v->type, .via = via};
        const struct seg_mapper *m =
            mapper_of(l->p->ask->who, l->hit->pid, v->address, &row.offset);
        row.size = types_size(a->t, v->type);
        if (m == NULL || row.size <= 1) /* void * and char * say where something is, not what */
            continue;
        l->leads++;
        name_lead(f, v->name, via, sizeof via);
        row.pid = m->pid;
        memcpy(row.comm, m->comm, sizeof row.comm);
        e = proposal_add(l->p->out, &row);
    }
    return e;
}

/* From the function that stored to those that called it. */
struct oserr watch_hit(struct proposing *p, const struct trap_hit *hit, size_t *leads)
{
    uint64_t window[2 * WINDOWS];
    struct store_look l = {.p = p, .hit = hit};
    size_t windows = windows_of(p->ask->who, hit->pid, window);
    struct oserr e = stores_walk(p, hit, window, windows, FRAMES, take_frame, &l);
    *leads = l.leads;
    return e;
}

/* ---- watching ---- */

/* Looks at some stores into these words. *found: one led to a type. *ended: no others can. */
static struct oserr watch_words(struct watching *w, const uint64_t *word, size_t words, bool *found,
                                bool *ended)
{
    struct trap_place place[TRAP_MAX + 1] = {{0}}; /* one more, so that trap_whole knows */
    struct stored_bytes at[BUSY];
    struct trap *t = NULL;
    for (size_t i = 0; i < words; i++)
        at[i] = (struct stored_bytes){word[i], WORD};
    size_t before = w->p.out->count, n = stores_places(w->p.ask, at, words, place, TRAP_MAX + 1);
    struct oserr e = OSERR_NONE, armed = trap_arm(w->p.be, place, n, &t);
    *ended = oserr_is(armed);
    if (n > 0 && *ended)
        stores_refused(w->p.out, armed);
    for (int hits = 0; t != NULL && hits < HITS && !oserr_is(e) && os_now() < w->p.end &&
                       w->p.out->count == before;) {
        bool got = false;
        size_t leads = 0;
        e = trap_wait(t, STEP_MS, &w->hit, &got);
        if (oserr_kind(e) == OSERR_K_MISSING) { /* others may store there now */
            e = OSERR_NONE;
            break;
        }
        if (!oserr_is(e) && !progress_yield(w->p.ask->progress, 0, 0))
            e = (struct oserr){"types", SEG_E_STOPPED};
        if (!oserr_is(e) && got)
            e = watch_hit(&w->p, &w->hit, &leads);
        w->leads += leads;
        hits += got;
        w->hits += got;
    }
    if (t != NULL) {
        w->kernel = trap_sees_kernel(t);
        stores_left_out(w->p.out, t);
    }
    trap_disarm(t);
    *found = w->p.out->count > before;
    return e;
}

void watch_note_nothing_new(const struct proposing *p, bool kernel, size_t words, size_t hits,
                            size_t leads)
{
    struct proposals *out = p->out;
    if (words == 0)
        proposals_note(out, "nothing was stored%s while it was watched",
                       seg_last(p->ask->seg)->size > WATCHED ? " into its first 16 MiB" : "");
    else if (hits == 0)
        proposals_note(out,
                       "what stored there was not seen: it may have been %sa process that "
                       "cannot be watched",
                       kernel ? "" : "the kernel, for a read() into the segment, or ");
    else if (leads > 0)
        proposals_note(out,
                       "%zu store%s looked at: the pointers in the functions that made them "
                       "lead only to what is known already",
                       hits, hits == 1 ? " was" : "s were");
    else
        proposals_note(out,
                       "%zu store%s looked at: no pointer to a type was found in the functions "
                       "that made them (compile with -g)",
                       hits, hits == 1 ? " was" : "s were");
}

static struct oserr watch(struct watching *w)
{
    uint64_t word[BUSY];
    size_t words = 0;
    bool found = false, ended = false;
    struct oserr e = OSERR_NONE;
    while (!oserr_is(e) && !found && !ended && !over(w)) {
        e = find_busy(w, word, &words);
        if (!oserr_is(e) && words > 0)
            e = watch_words(w, word, words, &found, &ended);
    }
    if (oserr_is(e) || found || ended)
        return e;
    watch_note_nothing_new(&w->p, w->kernel, w->tries, w->hits, w->leads);
    return e;
}

struct oserr propose_watch(struct backend *be, const struct propose_ask *ask, int64_t deadline,
                           struct proposals *out)
{
    struct watching *w = calloc(1, sizeof *w);
    struct oserr e = {"malloc", SEG_E_MEMORY};
    if (w == NULL)
        return e;
    w->p = (struct proposing){.be = be, .ask = ask, .out = out, .client = types_client_new(be)};
    w->p.until = w->p.end = deadline;
    w->was = malloc(WATCHED);
    w->is = malloc(WATCHED);
    if (w->p.client != NULL && w->was != NULL && w->is != NULL)
        e = watch(w);
    proposals_sort(out);
    types_client_free(w->p.client);
    free(w->was);
    free(w->is);
    free(w);
    return e;
}
