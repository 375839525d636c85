/* What all sections share: views, and which pages of them are committed. A page that is only
 * reserved faults when it is touched, and stays reserved; a committed one stays committed. */
#include <string.h>

#include "backend/windows/kinds.h"
#include "backend/windows/sys_windows.h"

enum {
    SECTION_RESERVED = 0x4000000, /* SEC_RESERVE */
    RUNS_COUNTED = 64,            /* runs of pages counted for `resident`, at most */
};

struct oserr seg_spares_holes(struct backend *be)
{
    (void)be;
    return (struct oserr){"userfaultfd", SEG_E_UNSUPPORTED};
}

static unsigned char *grain_of(const unsigned char *at)
{
    return (unsigned char *)((uintptr_t)at / SYS_GRAIN * SYS_GRAIN);
}

static bool is_reserved(const struct seg *s)
{
    return (s->last.section & SECTION_RESERVED) != 0;
}

/* Only its owner commits a page. */
static struct oserr check_committed(struct seg *s, const struct mapping *v)
{
    for (uint64_t at = 0, n; at < v->n; at += n) {
        bool committed;
        struct oserr e = sys_virtual_query(s->be, v->base + at, &n, &committed);
        if (oserr_is(e))
            return e;
        if (!committed)
            return (struct oserr){"MapViewOfFile", SEG_E_RESERVED};
    }
    return OSERR_NONE;
}

/* Windows maps from multiples of 64 KiB on; the mapping begins inside such a view. */
struct oserr section_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v)
{
    void *base;
    uint64_t from = at / SYS_GRAIN * SYS_GRAIN, end = at + n;
    if (end > s->last.size) /* rounded up to a page: a file need not end on one */
        end = s->last.size;
    *v = (struct mapping){0};
    if (end <= at)
        return (struct oserr){"MapViewOfFile", SEG_E_BEYOND};
    enum sys_key key = write ? SYS_KEY_WINDOW : SYS_KEY_NONE;
    struct oserr e =
        sys_map_view(s->be, (void *)s->handle, write, from, (size_t)(end - from), key, &base);
    if (!oserr_is(e))
        *v = (struct mapping){(unsigned char *)base + (at - from), at, n};
    if (!oserr_is(e) && write && is_reserved(s))
        e = check_committed(s, v);
    if (oserr_is(e))
        section_unmap(s, v);
    return e;
}

void section_unmap(struct seg *s, struct mapping *v)
{
    if (v->base != NULL)
        sys_unmap_view(s->be, grain_of(v->base),
                       v == &s->write_map ? SYS_KEY_WINDOW : SYS_KEY_NONE);
    *v = (struct mapping){0};
}

/* The run at off, from a view that contains it. */
static struct oserr run_in(struct seg *s, const struct mapping *v, uint64_t off, uint64_t size,
                           uint64_t *end, enum seg_extent_kind *kind)
{
    uint64_t n, limit = v->at + v->n < size ? v->at + v->n : size;
    bool committed;
    struct oserr e = sys_virtual_query(s->be, v->base + (off - v->at), &n, &committed);
    if (oserr_is(e))
        return e;
    *end = n < limit - off ? off + n : limit;
    *kind = committed ? SEG_EXT_DATA : SEG_EXT_HOLE;
    return OSERR_NONE;
}

static bool view_has(const struct mapping *v, uint64_t off)
{
    return v->base != NULL && off >= v->at && off < v->at + v->n;
}

struct oserr section_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                            enum seg_extent_kind *kind)
{
    *end = size;
    *kind = SEG_EXT_DATA;
    if (!is_reserved(s))
        return OSERR_NONE;
    if (view_has(&s->read_map, off))
        return run_in(s, &s->read_map, off, size, end, kind);
    struct mapping part; /* outside our mapping: look at a part of it */
    uint64_t at = off / SEG_PAGE * SEG_PAGE;
    uint64_t n = size - at < SEG_HAND ? size - at : SEG_HAND;
    struct oserr e = section_map(s, at, (size_t)n, false, &part);
    if (oserr_is(e))
        return e;
    e = run_in(s, &part, off, size, end, kind);
    section_unmap(s, &part);
    return e;
}

struct oserr section_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data)
{
    *data = off;
    while (is_reserved(s) && *data < end) {
        uint64_t limit;
        enum seg_extent_kind kind;
        if (*data >= s->last.size)
            break;
        struct oserr e = section_extent(s, *data, s->last.size, &limit, &kind);
        if (oserr_is(e) || kind == SEG_EXT_DATA)
            return e;
        *data = limit < end ? limit : end;
    }
    return OSERR_NONE;
}

/* Copies page by page from s->read_map; a page that is not there reads as zeros. */
static void copy_pages(struct seg *s, uint64_t off, unsigned char *buf, size_t n)
{
    while (n > 0) {
        size_t in = (size_t)(off % SEG_PAGE), take = SEG_PAGE - in < n ? SEG_PAGE - in : n;
        if (!segment_read_page(s, off, buf, take))
            memset(buf, 0, take);
        off += take;
        buf += take;
        n -= take;
    }
}

struct oserr section_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    const struct mapping usual = s->read_map;
    uint64_t size = s->last.size;
    *got = 0;
    if (off >= size)
        return OSERR_NONE;
    n = n < size - off ? n : (size_t)(size - off);
    bool there = view_has(&usual, off) && off + n <= usual.at + usual.n;
    if (!there) {
        struct mapping part;
        uint64_t at = off / SEG_PAGE * SEG_PAGE;
        struct oserr e = section_map(s, at, (size_t)(off + n - at), false, &part);
        if (oserr_is(e))
            return e;
        s->read_map = part;
    }
    copy_pages(s, off, buf, n);
    if (!there) {
        section_unmap(s, &s->read_map);
        s->read_map = usual;
    }
    *got = n;
    return OSERR_NONE;
}

/* Counts committed bytes in a view of the whole; false: there are too many runs. */
static bool count_in(struct seg *s, const struct mapping *v, uint64_t size, uint64_t *sum)
{
    uint64_t at = 0;
    *sum = 0;
    for (int runs = 0; runs < RUNS_COUNTED && at < size; runs++) {
        uint64_t end;
        enum seg_extent_kind kind;
        if (oserr_is(run_in(s, v, at, size, &end, &kind)) || end <= at)
            return false;
        *sum += kind == SEG_EXT_DATA ? end - at : 0;
        at = end;
    }
    return at >= size;
}

/* The same for a section that may not be mapped as a whole yet. With a window (seg_limit) it is
 * not counted. */
static bool count_committed(struct seg *s, uint64_t size, uint64_t *sum)
{
    struct mapping whole = s->read_map;
    bool mapped = whole.base != NULL && whole.at == 0 && whole.n >= size;
    if (mapped)
        return count_in(s, &whole, size, sum);
    if (s->limit_n > 0 || s->access != SEG_STAT || size > SIZE_MAX / 2)
        return false;
    void *at;
    if (oserr_is(sys_map_view(s->be, (void *)s->handle, false, 0, 0, SYS_KEY_NONE, &at)))
        return false;
    whole = (struct mapping){at, 0, (size_t)size};
    bool counted = count_in(s, &whole, size, sum);
    sys_unmap_view(s->be, at, SYS_KEY_NONE);
    return counted;
}

struct oserr section_open(struct backend *be, const char *name, enum seg_access access,
                          enum sys_key key, void **handle)
{
    uint32_t rights = SYS_SECTION_READ | (access == SEG_WRITE ? SYS_SECTION_WRITE : 0U);
    struct oserr e = sys_open_section(be, name, rights | SYS_SECTION_QUERY, key, handle);
    if (oserr_kind(e) == OSERR_K_DENIED)
        e = sys_open_section(be, name, rights, key, handle);
    return e;
}

struct oserr section_measure(struct backend *be, void *handle, enum sys_key key, uint64_t *size,
                             uint32_t *flags, bool *guessed)
{
    void *at;
    bool reserved;
    struct oserr e = sys_query_section(be, handle, key, size, flags);
    *guessed = oserr_kind(e) == OSERR_K_DENIED;
    if (!*guessed)
        return e;
    e = sys_map_view(be, handle, false, 0, 0, key, &at);
    if (oserr_is(e))
        return e;
    e = sys_view_size(be, at, key, size, &reserved);
    sys_unmap_view(be, at, key);
    *flags = reserved ? SECTION_RESERVED : 0U;
    return e;
}

struct oserr section_stat(struct seg *s, struct seg_stat *out)
{
    uint32_t flags, handles;
    uint64_t size;
    bool guessed;
    struct oserr e =
        section_measure(s->be, (void *)s->handle, SYS_KEY_NONE, &size, &flags, &guessed);
    bool unknown = s->access == SEG_STAT && oserr_kind(e) == OSERR_K_DENIED;
    if (oserr_is(e) && !unknown)
        return e;
    e = sys_handle_count(s->be, (void *)s->handle, SYS_KEY_NONE, &handles);
    if (oserr_is(e))
        return e;
    out->known |= SEG_HAS_ATTACHED | SEG_HAS_ID;
    out->known |= unknown ? 0U : SEG_HAS_SIZE;
    out->known |= guessed || unknown ? 0U : SEG_HAS_SECTION;
    out->size = size;
    out->section = flags;
    out->attached = handles > 0 ? handles - 1 : 0;
    out->state = (flags & SECTION_RESERVED) != 0 ? SEG_ST_RESERVED : 0;
    out->state |= handles == 1 ? SEG_ST_ONLY_US : 0;
    out->resident = size;
    if (unknown)
        return OSERR_NONE;
    bool known = (flags & SECTION_RESERVED) == 0 || count_committed(s, size, &out->resident);
    out->known = known ? out->known | SEG_HAS_RESIDENT : out->known & ~(unsigned)SEG_HAS_RESIDENT;
    return OSERR_NONE;
}
