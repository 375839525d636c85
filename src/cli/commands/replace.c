/* replace: matches of a pattern become other bytes of the same length. All matches are found first,
 * with the bytes that are there, so that nothing is stored when one cannot be replaced. Then each
 * is stored in aligned words by compare-and-swap: a match that another process has changed
 * meanwhile stays as it is. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/run.h"
#include "core/find/find.h"
#include "core/kept_range.h"
#include "core/plural.h"
#include "core/text.h"
#include "live/replace.h"
#include "live/search.h"

enum { MATCHES_MOST = 1 << 20, ROOM_FIRST = 64 };

struct replacing {
    struct command_run *r;
    struct pattern_search search;
    uint8_t new[REPLACE_MOST]; /* what each match becomes: n bytes */
    size_t n;
    uint64_t end;  /* of the range */
    uint64_t next; /* a match before this overlaps the one before it */
    uint64_t *at;  /* offsets of the matches; malloc'd */
    uint8_t *old;  /* and their bytes, n each; malloc'd */
    size_t count, room;
    size_t other;  /* length of a match that is not n bytes long; 0: none */
    bool together; /* for undo they are one step */
    size_t unkept; /* of that, for which there was no memory */
    struct oserr error;
};

/* Room for one more; false: out of memory. */
static bool grow(struct replacing *p)
{
    if (p->count < p->room)
        return true;
    size_t room = p->room > 0 ? 2 * p->room : ROOM_FIRST;
    uint64_t *at = realloc(p->at, room * sizeof *at);
    if (at != NULL)
        p->at = at;
    uint8_t *old = realloc(p->old, room * p->n);
    if (old != NULL)
        p->old = old;
    if (at == NULL || old == NULL) {
        p->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    p->room = room;
    return true;
}

/* The bytes that matched are kept: what is read now may no longer match. */
static bool take_match(void *ctx, uint64_t offset, size_t length)
{
    struct replacing *p = ctx;
    if (offset < p->next || length > p->end - offset)
        return true;
    if (length != p->n) {
        p->other = length;
        p->next = offset;
        return false;
    }
    if (p->count == MATCHES_MOST || !grow(p))
        return false;
    memcpy(p->old + p->count * p->n, p->search.bytes, p->n);
    p->at[p->count++] = offset;
    p->next = offset + p->n;
    return true;
}

/* Stores of all matches. */
static size_t stores(const struct replacing *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->n; count++)
            k += replace_word(p->at[i] + k, p->n - k);
    return count;
}

/* A match that was replaced, for undo: each of its words, or, when all of them are more than are
 * kept, together with all others. */
static void remember(struct replacing *p, size_t i)
{
    struct command_env *env = p->r->env;
    const uint8_t *old = p->old + i * p->n;
    if (p->together) {
        bool kept = env->kept != NULL && kept_matches_add(env->kept, p->at[i], old, p->new);
        p->unkept += kept ? 0 : 1;
        return;
    }
    for (size_t k = 0, size = 0; k < p->n; k += size, env->pokes_count++) {
        size = replace_word(p->at[i] + k, p->n - k);
        if (env->pokes_count >= POKES_KEPT)
            continue;
        struct poke_done *d = &env->pokes[env->pokes_count];
        *d = (struct poke_done){.offset = p->at[i] + k, .size = (uint32_t)size, .atomic = true};
        memcpy(d->old, old + k, size);
        memcpy(d->value, p->new + k, size);
    }
}

/* False: another process has changed it, or (p->error) it cannot be stored. */
static bool store_match(struct replacing *p, size_t i)
{
    struct replacement r = {p->at[i], p->n, p->old + i * p->n, p->new};
    struct replace_done done;
    p->error = replace_store(p->r->seg, &r, &done);
    if (done.stored)
        remember(p, i);
    if (done.left > 0)
        run_note(p->r, "0x%" PRIx64 ": %zu of its %zu bytes are replaced and were not taken back",
                 r.offset, done.left, r.length);
    return done.stored;
}

/* In the UI; what is done from the list cannot be undone. */
static void say_replaced(struct replacing *p, size_t replaced)
{
    struct command_run *r = p->r;
    const char *undo = r->env->undo != NULL ? r->env->undo : "";
    const char *how = replaced == 1 ? "" : p->together ? " at once" : " one by one";
    if (undo[0] == '\0' || replaced == 0)
        out_print(r->env->out, "%zu replaced\n", replaced);
    else
        out_print(r->env->out, "%zu replaced; %s takes %s back%s\n", replaced, undo,
                  replaced == 1 ? "it" : "them", how);
    if (p->unkept > 0) {
        (void)snprintf(r->env->lost, sizeof r->env->lost, "replacement of %zu matches", p->unkept);
        r->env->unkept = "out of memory";
        r->env->stored = true;
    }
    if (p->unkept > 0)
        run_note(r, "%zu of them cannot be undone (out of memory)", p->unkept);
}

/* Can what is done be undone? In the UI, on the attached segment. */
static bool undone_here(const struct command_run *r)
{
    return r->env->ui && r->env->seg != NULL && r->seg == r->env->seg;
}

static int store_all(struct replacing *p)
{
    struct command_run *r = p->r;
    size_t replaced = 0;
    p->together = undone_here(r) && stores(p) > POKES_KEPT;
    if (p->together)
        r->env->kept = kept_matches_new(p->n);
    for (size_t i = 0; i < p->count; i++) {
        if (!progress_yield(r->env->progress, i, p->count))
            return EXIT_STOPPED;
        bool stored = store_match(p, i);
        if (oserr_is(p->error))
            return run_fail_partly(r, p->error, replaced * p->n);
        replaced += stored;
        if (stored && !r->env->ui)
            out_print(r->env->out, "0x%" PRIx64 "\n", p->at[i]);
    }
    if (r->env->ui)
        say_replaced(p, replaced);
    if (replaced < p->count)
        run_note(r, "%zu changed meanwhile and were left", p->count - replaced);
    return replaced == p->count ? EXIT_DONE : EXIT_NO;
}

/* NEW: a pattern without wild parts. */
static bool take_new(struct replacing *p, const struct view *v)
{
    char why[FIND_WHY_MAX] = "";
    const char *word = p->r->word[1];
    struct find *f = v != NULL ? find_compile_view(v, word, why) : find_compile(word, why);
    const uint8_t *bytes = NULL, *mask = NULL;
    size_t rare[2];
    bool plain = f != NULL && find_literal_bytes(f, &bytes, &mask, &p->n, rare) && mask == NULL;
    bool fits = plain && p->n <= sizeof p->new;
    if (fits)
        memcpy(p->new, bytes, p->n);
    else if (f == NULL)
        (void)run_error(p->r, "NEW: %s", why);
    else if (plain)
        (void)run_error(p->r, "NEW: at most %zu bytes", sizeof p->new);
    else
        (void)run_error(p->r, "NEW: must be plain bytes: text, x:de ad, u32:100");
    find_free(f);
    return fits;
}

static int find_all(struct replacing *p, struct find *f, uint64_t from)
{
    struct command_run *r = p->r;
    struct pattern_search *s = &p->search;
    *s = (struct pattern_search){.seg = r->seg,
                                 .find = f,
                                 .progress = r->env->progress,
                                 .may_map = r->env->ui,
                                 .hands = os_cores()};
    enum search_result result = search_all(s, from, p->end, take_match, p);
    if (result == SEARCH_STUCK)
        return run_error(r, SEARCH_STUCK_TEXT);
    if (result == SEARCH_CANCELLED)
        return EXIT_STOPPED;
    if (oserr_is(p->error) || result == SEARCH_ERROR)
        return run_fail(r, NULL, "read it", oserr_is(p->error) ? p->error : s->error);
    if (p->other != 0)
        return run_error(r,
                         "the match at 0x%" PRIx64 " has %zu byte%s and NEW has %zu: bytes are "
                         "not moved; nothing was replaced",
                         p->next, p->other, plural_s(p->other), p->n);
    if (s->shrank)
        run_note(r, "it became shorter meanwhile, and ends at 0x%" PRIx64, s->ends);
    if (p->count == MATCHES_MOST)
        return run_error(r, "more than %d matches: name a smaller range", MATCHES_MOST - 1);
    return EXIT_DONE;
}

/* The matches were found: lists them, or replaces them. */
static int use(struct replacing *p)
{
    struct command_run *r = p->r;
    if (p->count == 0)
        return EXIT_NO;
    if (run_option(r, "yes") != NULL)
        return store_all(p);
    if (r->env->ui)
        out_print(r->env->out, "%zu \xc3\x97 \"%.*s\" by \"%.*s\"\n", p->count,
                  text_fit(r->word[0], 24), r->word[0], text_fit(r->word[1], 24), r->word[1]);
    size_t takes = p->count * (2 * p->n + sizeof(uint64_t)); /* kept_matches_add */
    if (undone_here(r) && stores(p) > POKES_KEPT && takes > 2 * (size_t)KEPT_RANGE_MOST)
        out_str(r->env->err, "not all of them can be undone: more than 64 MiB would be kept");
    for (size_t i = 0; i < p->count && !r->env->ui; i++)
        out_print(r->env->out, "0x%" PRIx64 "\n", p->at[i]);
    return EXIT_DONE;
}

int cmd_replace(struct command_run *r)
{
    struct replacing p = {.r = r};
    struct range range;
    const struct view *v = NULL;
    char why[FIND_WHY_MAX] = "";
    if (!run_view(r, &v) || !take_new(&p, v) || !run_range(r, 2, &range))
        return EXIT_ERROR;
    if (range.missing > 0)
        return run_past_end(r, &range);
    struct find *f =
        v != NULL ? find_compile_view(v, r->word[0], why) : find_compile(r->word[0], why);
    if (f == NULL)
        return run_error(r, "OLD: %s", why);
    if (run_only_checks(r, 0, 0)) { /* how many matches there are is asked when they are found */
        find_free(f);
        return EXIT_DONE;
    }
    p.end = range.offset + range.length;
    int status = find_all(&p, f, range.offset);
    find_free(f);
    if (status == EXIT_DONE)
        status = use(&p);
    free(p.at);
    free(p.old);
    return status;
}
