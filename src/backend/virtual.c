/* What a segment was, as a kind of its own: nothing is mapped, all is asked of the program. */
#include "backend/virtual.h"

#include <stdlib.h>
#include <string.h>

#include "backend/provider.h"

static void moment_close(struct seg *s)
{
    free(s->own);
    s->own = NULL;
}

static struct oserr moment_stat(struct seg *s, struct seg_stat *out)
{
    *out = s->last;
    out->size = s->moment->size;
    return OSERR_NONE;
}

static struct oserr moment_map(struct seg *s, uint64_t at, size_t n, bool write, struct view *v)
{
    (void)s;
    (void)at;
    (void)n;
    (void)write;
    (void)v;
    return (struct oserr){"mmap", SEG_E_UNSUPPORTED};
}

static void moment_unmap(struct seg *s, struct view *v)
{
    (void)s;
    *v = (struct view){0};
}

static struct oserr moment_pull(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    uint8_t *state = s->own;
    struct oserr e = OSERR_NONE;
    *got = 0;
    if (off >= s->moment->size)
        return e;
    n = s->moment->size - off < n ? (size_t)(s->moment->size - off) : n;
    while (*got < n && !oserr_is(e)) {
        size_t take = n - *got < SEG_SMALL ? n - *got : SEG_SMALL;
        e = s->moment->see(s->moment->ctx, off + *got, (char *)buf + *got, state, take);
        if (!oserr_is(e) && memchr(state, SEG_BYTE_UNKNOWN, take) != NULL)
            s->met_unknown = true;
        *got += oserr_is(e) ? 0 : take;
    }
    return e;
}

static struct oserr moment_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                                  enum seg_extent_kind *kind)
{
    struct oserr e = s->moment->run(s->moment->ctx, off, end, kind);
    *end = *end < size ? *end : size;
    return e;
}

static struct oserr moment_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data)
{
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    struct oserr e = OSERR_NONE;
    *data = off;
    while (*data < end && *data < s->moment->size && !oserr_is(e)) {
        uint64_t stop = end;
        e = moment_extent(s, *data, s->moment->size, &stop, &kind);
        if (oserr_is(e) || kind != SEG_EXT_HOLE || stop <= *data)
            break;
        *data = stop;
    }
    *data = *data < end ? *data : end;
    return e;
}

static const struct provider moment_provider = {
    .close = moment_close,
    .stat = moment_stat,
    .map = moment_map,
    .unmap = moment_unmap,
    .pull = moment_pull,
    .next_data = moment_next_data,
    .extent = moment_extent,
};

struct oserr seg_open_moment(struct seg *of, const struct seg_moment *moment, struct seg **out)
{
    void *mem;
    *out = NULL;
    struct oserr e = sys_alloc(of->be, sizeof **out, &mem);
    if (oserr_is(e))
        return e;
    struct seg *s = mem;
    *s = (struct seg){.be = of->be,
                      .kind = &moment_provider,
                      .access = SEG_READ,
                      .what = of->what,
                      .handle = -1,
                      .watch = -1,
                      .last = of->last,
                      .unmappable = true,
                      .limit_at = of->limit_at,
                      .limit_n = of->limit_n,
                      .moment = moment};
    s->last.size = moment->size;
    e = sys_copy(of->be, of->locator, &s->locator);
    if (!oserr_is(e))
        e = sys_alloc(of->be, SEG_SMALL, &s->own);
    if (oserr_is(e)) {
        seg_close(s);
        return e;
    }
    *out = s;
    return e;
}
