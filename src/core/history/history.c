#include "core/history/history.h"

#include <stdlib.h>
#include <string.h>

#include "core/history/history_private.h"

enum { OPEN_SHARE = 4 };

struct history *history_new(size_t budget)
{
    struct history *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->budget = budget > HISTORY_BUDGET_MIN ? budget : HISTORY_BUDGET_MIN;
    arena_init(&h->blocks, h->budget);
    h->bytes = sizeof *h;
    return h;
}

void history_free(struct history *h)
{
    if (h == NULL)
        return;
    for (struct page *p = u64_next(&h->pages, NULL), *next; p != NULL; p = next) {
        next = u64_next(&h->pages, p);
        delta_writer_free(p->open);
        free(p);
    }
    arena_free(&h->blocks);
    while (history_hole_drop(h))
        ;
    u64_free(&h->pages);
    free(h);
}

void history_about(const struct history *h, struct history_about *about)
{
    const struct page *open = h->open_first;
    int64_t oldest = h->oldest != NULL ? h->oldest->first : 0;
    if (open != NULL && (oldest == 0 || delta_writer_first(open->open) < oldest))
        oldest = delta_writer_first(open->open);
    *about = (struct history_about){h->since, oldest, h->newest, h->bytes, h->budget, h->changes};
}

/* ---- pages ---- */

static struct page *make_page(struct history *h, uint64_t at)
{
    size_t before = u64_bytes(&h->pages);
    struct page *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->entry.key = at;
    if (p == NULL || !u64_add(&h->pages, &p->entry)) {
        free(p);
        return NULL;
    }
    h->bytes += sizeof *p + MALLOC_EXTRA + u64_bytes(&h->pages) - before;
    return p;
}

/* Frees a page for which nothing is retained any more. */
static void drop_page(struct history *h, struct page *p)
{
    u64_remove(&h->pages, &p->entry);
    h->bytes -= sizeof *p + MALLOC_EXTRA;
    free(p);
}

/* ---- what is not sealed yet ---- */

static void account_open(struct history *h, struct page *p)
{
    size_t now = p->open != NULL ? delta_writer_memory(p->open) + MALLOC_EXTRA : 0;
    h->bytes += now - p->open_memory;
    h->open_bytes += now - p->open_memory;
    p->open_memory = now;
}

static void open_begin(struct history *h, struct page *p)
{
    p->open_prev = h->open_last;
    p->open_next = NULL;
    *(h->open_last != NULL ? &h->open_last->open_next : &h->open_first) = p;
    h->open_last = p;
}

static void open_end(struct history *h, struct page *p)
{
    *(p->open_prev != NULL ? &p->open_prev->open_next : &h->open_first) = p->open_next;
    *(p->open_next != NULL ? &p->open_next->open_prev : &h->open_last) = p->open_prev;
    p->open_next = p->open_prev = NULL;
}

static void drop_open(struct history *h, struct page *p)
{
    open_end(h, p);
    delta_writer_free(p->open);
    p->open = NULL;
    account_open(h, p);
}

uint8_t *history_open_copy(const struct page *page, size_t *n, bool *failed)
{
    uint8_t *data = NULL;
    if (page->open != NULL && delta_writer_records(page->open) > 0 &&
        !delta_seal(page->open, &data, n))
        *failed = true;
    return data;
}

static void take_units(void *ctx, const struct delta_key *key)
{
    uint64_t *units = ctx;
    *units |= UINT64_C(1) << key->offset % HISTORY_PAGE / DELTA_UNIT;
}

/* Seals what is open of a page and frees the writer. */
static bool seal(struct history *h, struct page *p)
{
    uint8_t *data = NULL;
    size_t n = 0;
    struct delta_about about;
    if (!delta_seal(p->open, &data, &n) || !delta_about(data, n, &about)) {
        free(data);
        return false;
    }
    size_t before = h->blocks.bytes;
    struct delta_block *b = arena_put(&h->blocks, sizeof *b + n);
    if (b != NULL) {
        *b = (struct delta_block){
            .older = p->newest, .page = p, .first = about.first, .last = about.last, .n = n};
        memcpy(b->data, data, n);
        delta_writer_keys(p->open, take_units, &b->units);
        *(p->newest != NULL ? &p->newest->newer : &p->oldest) = b;
        p->newest = b;
        *(h->last != NULL ? &h->last->next : &h->oldest) = b;
        h->last = b;
        h->bytes += h->blocks.bytes - before;
    }
    free(data);
    drop_open(h, p);
    return b != NULL;
}

/* ---- the budget ---- */

static void drop_oldest(struct history *h)
{
    struct delta_block *b = h->oldest;
    struct page *p = b->page;
    h->oldest = b->next;
    if (h->oldest == NULL)
        h->last = NULL;
    p->oldest = b->newer;
    *(b->newer != NULL ? &b->newer->older : &p->newest) = NULL;
    if (b->last > h->since)
        h->since = b->last;
    size_t before = h->blocks.bytes;
    arena_drop(&h->blocks);
    h->bytes -= before - h->blocks.bytes;
    if (p->newest == NULL && p->open == NULL)
        drop_page(h, p);
}

/* Seals and drops until the open changes fit their share, and everything fits the budget. */
static bool keep_budget(struct history *h)
{
    while (h->open_first != NULL && h->open_bytes > h->budget / OPEN_SHARE)
        if (!seal(h, h->open_first))
            return false;
    while (h->bytes > h->budget && (h->oldest != NULL || h->hole_first != NULL)) {
        const struct hole_block *holes = h->hole_first;
        if (h->oldest == NULL || (holes != NULL && holes->change[0].time < h->oldest->last))
            (void)history_hole_drop(h);
        else
            drop_oldest(h);
    }
    return true;
}

/* Out of memory: drops everything; nothing is known any more about the time before `time`. */
static void lose(struct history *h, int64_t time)
{
    struct page *open = h->open_first;
    h->open_first = h->open_last = NULL;
    for (struct page *next; open != NULL; open = next) {
        next = open->open_next;
        delta_writer_free(open->open);
        open->open = NULL;
        open->open_next = open->open_prev = NULL;
        account_open(h, open);
        if (open->newest == NULL)
            drop_page(h, open);
    }
    while (h->oldest != NULL)
        drop_oldest(h);
    while (history_hole_drop(h))
        ;
    h->since = time;
}

/* ---- feeding ---- */

/* The part of a change that lies in one page. */
static bool add_piece(struct history *h, const struct delta *d)
{
    if (d->old != NULL && memcmp(d->old, d->new, (size_t)d->length) == 0)
        return true;
    struct page *p = history_page(h, d->offset / HISTORY_PAGE);
    if (p == NULL)
        p = make_page(h, d->offset / HISTORY_PAGE);
    if (p == NULL)
        return false;
    for (int tries = 0; tries < 2; tries++) {
        if (p->open == NULL) {
            p->open = delta_writer_new();
            if (p->open == NULL)
                return false;
            open_begin(h, p);
        }
        size_t changed = delta_writer_changed(p->open);
        enum delta_added added = delta_add(p->open, d);
        h->changes += delta_writer_changed(p->open) - changed;
        account_open(h, p);
        if (added == DELTA_ADDED)
            return delta_writer_raw(p->open) < SEAL_RAW || seal(h, p);
        if (added != DELTA_FULL || !seal(h, p))
            return false;
    }
    return false;
}

bool history_add(struct history *h, int64_t time, uint64_t offset, const uint8_t *old,
                 const uint8_t *new, size_t n)
{
    bool ok = true;
    if (time < h->newest)
        time = h->newest;
    if (old != NULL && memcmp(old, new, n) == 0)
        return true;
    uint64_t changes = h->changes;
    h->newest = time;
    for (size_t i = 0; i < n && ok;) {
        size_t left = HISTORY_PAGE - (size_t)((offset + i) % HISTORY_PAGE);
        left = left < n - i ? left : n - i;
        struct delta d = {.kind = old != NULL ? DELTA_BYTES : DELTA_FIRST,
                          .time = time,
                          .offset = offset + i,
                          .length = left,
                          .old = old != NULL ? old + i : NULL,
                          .new = new + i};
        ok = add_piece(h, &d);
        i += left;
    }
    history_count(h, time, h->changes - changes);
    ok = ok && keep_budget(h);
    if (!ok)
        lose(h, time);
    return ok;
}

bool history_hole(struct history *h, int64_t time, uint64_t offset, uint64_t n, bool hole)
{
    h->newest = time < h->newest ? h->newest : time;
    struct hole_change change = {h->newest, offset, offset + n, hole};
    bool ok = n == 0 || (history_hole_add(h, &change) && keep_budget(h));
    if (!ok)
        lose(h, time);
    return ok;
}
