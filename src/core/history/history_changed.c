/* What changed up to a moment, by offset; and the size of the segment at a moment. */
#include <stdlib.h>
#include <string.h>

#include "core/cells.h"
#include "core/history/history_private.h"

enum { WORDS = HISTORY_PAGE / 64 };

/* Bit i: byte i of a page changed in (since, time]. */
struct change_marks {
    int64_t since, time;
    uint64_t page; /* where it starts */
    uint64_t bits[WORDS];
    bool any;
};

static bool may_contain(const struct change_marks *m, int64_t first, int64_t last)
{
    return first <= m->time && last > m->since;
}

static void mark(void *ctx, const struct delta *d)
{
    struct change_marks *m = ctx;
    if (d->kind >= DELTA_SIZE || d->time > m->time || d->time <= m->since)
        return;
    for (uint64_t k = 0; k < d->length; k++) {
        uint64_t i = d->offset + k - m->page;
        if (i < HISTORY_PAGE)
            m->bits[i / 64] |= UINT64_C(1) << i % 64;
    }
    m->any = true;
}

/* False: out of memory. */
static bool mark_page(struct change_marks *m, const struct page *page)
{
    bool ok = true, failed = false;
    size_t n = 0;
    memset(m->bits, 0, sizeof m->bits);
    m->page = page->entry.key * HISTORY_PAGE;
    m->any = false;
    for (const struct delta_block *b = page->oldest; b != NULL && ok; b = b->newer)
        if (may_contain(m, b->first, b->last))
            ok = delta_each(b->data, b->n, mark, m);
    if (page->open == NULL || !may_contain(m, delta_writer_first(page->open), INT64_MAX))
        return ok;
    uint8_t *data = history_open_copy(page, &n, &failed);
    if (data != NULL)
        ok = delta_each(data, n, mark, m) && ok;
    free(data);
    return ok && !failed;
}

/* The numbers of the pages in [low, high] that may have changes in that time. */
static uint64_t *list_pages(const struct history *h, const struct change_marks *m, uint64_t low,
                            uint64_t high, size_t *count)
{
    uint64_t *list = malloc((h->pages.count + 1) * sizeof *list);
    const struct page *p = list != NULL ? u64_next(&h->pages, NULL) : NULL;
    *count = 0;
    for (; p != NULL; p = u64_next(&h->pages, p)) {
        bool has = p->open != NULL && may_contain(m, delta_writer_first(p->open), INT64_MAX);
        for (const struct delta_block *b = p->oldest; b != NULL && !has; b = b->newer)
            has = may_contain(m, b->first, b->last);
        if (has && p->entry.key >= low && p->entry.key <= high)
            list[(*count)++] = p->entry.key;
    }
    return list;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The first marked byte of the page in [from, end), or the last one (`back`). */
static bool pick(const struct change_marks *m, uint64_t from, uint64_t end, bool back,
                 uint64_t *offset)
{
    for (uint64_t k = 0; k < HISTORY_PAGE; k++) {
        uint64_t i = back ? HISTORY_PAGE - 1 - k : k, at = m->page + i;
        if (at >= from && at < end && (m->bits[i / 64] >> i % 64 & 1) != 0) {
            *offset = at;
            return true;
        }
    }
    return false;
}

bool history_changed(const struct history *h, int64_t since, int64_t time, uint64_t from,
                     uint64_t end, bool back, uint64_t *offset)
{
    size_t count = 0;
    bool found = false;
    struct change_marks m = {.since = since > h->since ? since : h->since, .time = time};
    if (h->since == 0 && since < 0)
        m.since = INT64_MIN;
    if (end <= from)
        return false;
    uint64_t *list = list_pages(h, &m, from / HISTORY_PAGE, (end - 1) / HISTORY_PAGE, &count);
    if (list == NULL)
        return false;
    qsort(list, count, sizeof *list, ascending);
    for (size_t i = 0; i < count && !found; i++) {
        const struct page *page = history_page(h, list[back ? count - 1 - i : i]);
        if (mark_page(&m, page) && m.any)
            found = pick(&m, from, end, back, offset);
    }
    free(list);
    return found;
}

/* The time of the newest change of a block in (since, time], or `best`. */
static int64_t newest_in(const struct change_marks *m, const uint8_t *data, size_t n, int64_t best)
{
    const char *why = NULL;
    struct delta d;
    struct delta_reader *r = delta_open(data, n, &why);
    while (r != NULL && delta_next(r, &d))
        if (d.kind < DELTA_SIZE && d.time <= m->time && d.time > best)
            best = d.time;
    delta_close(r);
    return best;
}

static int64_t page_newest(const struct change_marks *m, const struct page *page)
{
    int64_t best = m->since;
    size_t n = 0;
    bool failed = false;
    for (const struct delta_block *b = page->newest; b != NULL && b->last > best; b = b->older)
        if (b->last <= m->time)
            best = b->last;
        else if (b->first <= m->time)
            best = newest_in(m, b->data, b->n, best);
    if (page->open == NULL || delta_writer_first(page->open) > m->time)
        return best;
    uint8_t *data = history_open_copy(page, &n, &failed);
    if (data != NULL)
        best = newest_in(m, data, n, best);
    free(data);
    return best;
}

void history_newest(const struct history *h, int64_t since, int64_t time, uint64_t from,
                    uint64_t to, size_t count, int64_t *newest)
{
    const struct change_marks m = {.since = since > h->since ? since : h->since, .time = time};
    const struct page *p = count > 0 && to > from ? u64_next(&h->pages, NULL) : NULL;
    memset(newest, 0, count * sizeof *newest);
    for (; p != NULL; p = u64_next(&h->pages, p)) {
        uint64_t at = p->entry.key * HISTORY_PAGE, end = at + HISTORY_PAGE;
        end = end < to ? end : to;
        int64_t t = end > from && at < to ? page_newest(&m, p) : m.since;
        if (t <= m.since)
            continue;
        size_t k = at > from ? cell_of(to - from, count, at - from) : 0;
        size_t last = cell_of(to - from, count, end - 1 - from);
        for (; k <= last; k++)
            newest[k] = t > newest[k] ? t : newest[k];
    }
}

uint64_t history_size_then(const struct history *h, int64_t time, uint64_t now)
{
    history_size_at(h, time, &now);
    return now;
}
