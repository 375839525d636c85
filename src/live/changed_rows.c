/* The mode "changed rows only": which rows they are, and what is in those on the screen. The list
 * is made from the page map: rows with a byte that changed lately, or since the baseline was taken
 * and that still differs from it; and the row of the cursor. It starts some rows before the top
 * one, so that scrolling finds them there. A list that takes long is made less often. */
#include <string.h>

#include "backend/os.h"
#include "live/sampler_private.h"

enum {
    LIST_EVERY = 50 * 1000000, /* ns */
    LIST_TIMES = 20,           /* a list is made no more often than every 20 times its cost */
    COMPARE_MAX = 1024,        /* pages compared with the baseline for one list */
    PAGE = PAGEMAP_PAGE
};

/* Making one list. */
struct lister {
    struct sampler *s;
    const struct rows_request *want;
    int64_t since;
    uint64_t start, end; /* the part that may be read */
    unsigned compared;   /* pages */
};

static uint64_t row_of(const struct lister *l, uint64_t offset)
{
    uint64_t start = l->want->start;
    return offset < start ? start : offset - (offset - start) % l->want->width;
}

/* Which bytes of a page differ from the baseline; false: it cannot be read. */
static bool page_differs(struct lister *l, uint64_t page, uint8_t differs[PAGE])
{
    const uint8_t *bytes = pagemap_bytes(sweep_pages(l->s->map), page);
    uint8_t read[PAGE] = {0};
    size_t got = PAGE;
    l->compared++;
    if (bytes == NULL) {
        struct oserr e = seg_read(l->s->seg, page, read, PAGE, &got);
        if (oserr_is(e))
            return false;
        bytes = read;
    }
    baseline_compare(l->s->baseline, page, bytes, PAGE, differs);
    return true;
}

/* The first byte from `at` on whose change puts its row on the list. */
static bool next_byte(struct lister *l, uint64_t at, uint64_t *found)
{
    uint8_t differs[PAGE];
    while (pagemap_next(sweep_pages(l->s->map), at, l->since, found) && *found < l->end) {
        if (l->s->baseline == NULL)
            return true;
        uint64_t page = *found - *found % PAGE;
        if (l->compared > COMPARE_MAX)
            return false;
        bool known = page_differs(l, page, differs);
        for (size_t i = at > page ? (size_t)(at - page) : 0; known && i < PAGE; i++)
            if (differs[i] != 0) {
                *found = page + i;
                return true;
            }
        at = page + PAGE;
    }
    return false;
}

/* The last such byte before `at`. */
static bool prev_byte(struct lister *l, uint64_t at, uint64_t *found)
{
    uint8_t differs[PAGE];
    while (pagemap_prev(sweep_pages(l->s->map), at, l->since, found) && *found >= l->start) {
        if (l->s->baseline == NULL)
            return true;
        uint64_t page = *found - *found % PAGE;
        if (l->compared > COMPARE_MAX)
            return false;
        bool known = page_differs(l, page, differs);
        for (size_t i = at - page < PAGE ? (size_t)(at - page) : PAGE; known && i > 0; i--)
            if (differs[i - 1] != 0) {
                *found = page + i - 1;
                return true;
            }
        at = page;
    }
    return false;
}

/* Adds rows from `at` on, those of changed bytes and the one that is always kept, until the list
 * has `room` of them. */
static void list_forward(struct lister *l, uint64_t at, struct rows_result *out, size_t room)
{
    uint64_t found = 0, keep = row_of(l, l->want->keep);
    while (out->count < room) {
        bool more = next_byte(l, at, &found);
        uint64_t row = more ? row_of(l, found) : UINT64_MAX;
        if (keep >= at && keep < row && keep < l->end)
            row = keep;
        if (row == UINT64_MAX)
            return;
        out->at[out->count++] = row;
        at = row + l->want->width;
    }
}

/* Adds at most `room` rows before `at`; the list begins with them. */
static void list_backward(struct lister *l, uint64_t at, struct rows_result *out, size_t room)
{
    uint64_t before[ROWS_MAX], found = 0, keep = row_of(l, l->want->keep);
    size_t n = 0;
    while (n < room && at > 0) {
        bool more = prev_byte(l, at, &found);
        uint64_t row = more ? row_of(l, found) : 0;
        bool kept = keep < at && keep >= l->start && (!more || keep > row);
        if (!more && !kept)
            break;
        at = before[n++] = kept ? keep : row;
    }
    out->first = n;
    while (n > 0)
        out->at[out->count++] = before[--n];
}

static void make_list(struct sampler *s, const struct rows_request *want, int64_t now,
                      struct rows_result *out)
{
    struct lister l = {.s = s, .want = want, .since = now - want->recent};
    if (s->baseline != NULL)
        l.since = s->base_time;
    seg_part(s->seg, &l.start, &l.end);
    size_t rows = want->rows < ROWS_MAX ? want->rows : ROWS_MAX;
    out->width = want->width;
    out->count = 0;
    uint64_t top = row_of(&l, want->top);
    list_backward(&l, top, out, rows);
    list_forward(&l, top, out, out->first + 2 * rows);
    size_t shown = out->count - out->first;
    if (shown < rows) /* the end: fill the screen from above */
        out->first -= rows - shown < out->first ? rows - shown : out->first;
    shown = out->count - out->first;
    out->shown = shown < rows ? shown : rows;
}

/* What is known of the bytes of a row: those of a page without a copy only by page. */
static void note_row(struct sampler *s, size_t row)
{
    struct sample *w = &s->work;
    unsigned width = w->rows.width;
    uint64_t offset = w->rows.at[w->rows.first + row];
    size_t at = row * width;
    uint32_t count = 0; /* of the page: its bytes are not counted one by one here */
    pagemap_ages(sweep_pages(s->map), offset, w->arrays->changed + at, width);
    for (size_t i = 0; i < width; i++) {
        if (i == 0 || (offset + i) % PAGE == 0)
            count = pagemap_page(sweep_pages(s->map), offset + i).count;
        w->arrays->count[at + i] = w->arrays->changed[at + i] == 0 ? 0 : count;
    }
}

static struct oserr read_rows(struct sampler *s, struct seg_stat *stat)
{
    const struct rows_result *rows = &s->work.rows;
    struct span piece[ROWS_MAX];
    struct span_list spans;
    for (size_t r = 0; r < rows->shown; r++)
        piece[r] = (struct span){rows->at[rows->first + r], rows->width, 0};
    spans_cover(&spans, piece, rows->shown, 0, SAMPLE_MAX);
    struct oserr e = spans_read(s, &spans, stat);
    for (size_t r = 0; r < rows->shown && !oserr_is(e); r++)
        note_row(s, r);
    return e;
}

bool rows_list(struct sampler *s, const struct rows_request *want)
{
    struct sample *w = &s->work;
    int64_t now = w->time;
    bool other = !w->rows.on || !rows_request_equal(&s->rows, want);
    if (!other && now < s->rows_due)
        return false;
    const struct rows_result was = w->rows;
    int64_t began = os_now();
    make_list(s, want, now, &w->rows);
    int64_t took = (os_now() - began) * LIST_TIMES;
    s->rows = *want;
    s->rows_due = now + (took > LIST_EVERY ? took : LIST_EVERY);
    return other || was.count != w->rows.count || was.first != w->rows.first ||
           memcmp(was.at, w->rows.at, was.count * sizeof *was.at) != 0;
}

struct oserr rows_sample(struct sampler *s, const struct rows_request *want, struct seg_stat *stat,
                         bool *news)
{
    uint64_t changes = pagemap_changes(sweep_pages(s->map));
    bool other = rows_list(s, want);
    struct oserr e = read_rows(s, stat);
    *news = other || changes != pagemap_changes(sweep_pages(s->map));
    return e;
}
