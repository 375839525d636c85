/* What a segment was, as a kind of its own: nothing is mapped, all is asked of the program. */
#include "backend/virtual.h"

#include <stdlib.h>
#include <string.h>

#include "backend/provider.h"

static void virtual_close(struct seg *s)
{
    free(s->kind_data);
    s->kind_data = NULL;
}

static struct oserr virtual_stat(struct seg *s, struct seg_stat *out)
{
    *out = s->last;
    out->size = s->moment->size;
    return OSERR_NONE;
}

static struct oserr virtual_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v)
{
    (void)s;
    (void)at;
    (void)n;
    (void)write;
    (void)v;
    return (struct oserr){"mmap", SEG_E_UNSUPPORTED};
}

static void virtual_unmap(struct seg *s, struct mapping *v)
{
    (void)s;
    *v = (struct mapping){0};
}

static struct oserr virtual_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    uint8_t *state = s->kind_data;
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

static struct oserr virtual_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                                   enum seg_extent_kind *kind)
{
    struct oserr e = s->moment->run(s->moment->ctx, off, end, kind);
    *end = *end < size ? *end : size;
    return e;
}

static struct oserr virtual_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data)
{
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    struct oserr e = OSERR_NONE;
    *data = off;
    while (*data < end && *data < s->moment->size && !oserr_is(e)) {
        uint64_t stop = end;
        e = virtual_extent(s, *data, s->moment->size, &stop, &kind);
        if (oserr_is(e) || kind != SEG_EXT_HOLE || stop <= *data)
            break;
        *data = stop;
    }
    *data = *data < end ? *data : end;
    return e;
}

static const struct provider virtual_provider = {
    .close = virtual_close,
    .stat = virtual_stat,
    .map = virtual_map,
    .unmap = virtual_unmap,
    .copy_out = virtual_copy_out,
    .next_data = virtual_next_data,
    .extent = virtual_extent,
};

struct oserr seg_open_moment(struct seg *of, const struct seg_virtual *moment, struct seg **out)
{
    void *mem;
    *out = NULL;
    struct oserr e = sys_alloc(of->be, sizeof **out, &mem);
    if (oserr_is(e))
        return e;
    struct seg *s = mem;
    *s = (struct seg){.be = of->be,
                      .kind = &virtual_provider,
                      .access = SEG_READ,
                      .listed_kind = of->listed_kind,
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
        e = sys_alloc(of->be, SEG_SMALL, &s->kind_data);
    if (oserr_is(e)) {
        seg_close(s);
        return e;
    }
    *out = s;
    return e;
}
