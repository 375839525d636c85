/* sysv:ID, sysv:key=KEY and, to create, sysv:new. A segment is attached as a whole. Where we may
 * open one (root), a descriptor of our own attachment is used for reading: it distinguishes holes
 * from data, and reading through it allocates nothing. Elsewhere only pages that mincore reports as
 * resident are read; the system's table says whether absent pages may be swapped out. */
#include "backend/linux/sysv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/guard.h"
#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/sys_sysv.h"

enum {
    PAGES = 1024,          /* pages queried at a time */
    COUNT_NS = 1000000000, /* interval of reading resident and swap: the table is long */
};

/* Data of one open segment. */
struct sysv {
    int id;
    unsigned char *base;   /* where it is attached; NULL: not attached */
    size_t n;              /* size of that, a multiple of the page size */
    bool huge;             /* huge pages: the system does not report which of them exist */
    bool gone;             /* the id is no longer a segment */
    int64_t counted;       /* when `row` was read, os_now's clock; 0: never */
    struct seg_stat row;   /* resident and swap come from it */
    struct seg_stat first; /* its state when it was opened */
    unsigned char pages[PAGES];
};

static struct oserr bad(const char *call, uint32_t why)
{
    return (struct oserr){call, why};
}

/* ---- attaching ---- */

/* Replaces the locator by the canonical one of the id. */
static struct oserr rename_to_id(struct seg *s, int id)
{
    char text[32], *locator;
    snprintf(text, sizeof text, SYSV_PREFIX "%d", id);
    struct oserr e = sys_copy(s->be, text, &locator);
    if (oserr_is(e))
        return e;
    free(s->locator);
    s->locator = locator;
    return OSERR_NONE;
}

/* Its name is its key, as in ipcs. */
static struct oserr name_by_key(struct seg *s)
{
    char text[16];
    free(s->display_name);
    s->display_name = NULL;
    snprintf(text, sizeof text, "0x%08x", (unsigned)s->last.key);
    return sys_copy(s->be, text, &s->display_name);
}

static void detach(struct seg *s)
{
    struct sysv *v = s->kind_data;
    if (s->handle >= 0)
        sys_close(s->be, (int)s->handle, SYS_KEY_NONE);
    s->handle = -1;
    if (v->base != NULL)
        sys_shmdt(s->be, v->base);
    v->base = NULL;
}

/* Attaches to the segment that was seen. Before the attach its id may be reused for a segment of a
 * different size; once attached, it stays the same. */
static struct oserr attach_same(struct seg *s, enum seg_access access, void **base)
{
    const struct sysv *v = s->kind_data;
    struct sysv_row now;
    struct oserr e = sys_shmat(s->be, v->id, access == SEG_WRITE, base);
    if (oserr_is(e))
        return e;
    e = sysv_stat(s->be, v->id, &now);
    if (!oserr_is(e) && !sysv_same(&v->first, &now.stat))
        e = bad("shmat", SEG_E_REPLACED);
    if (oserr_is(e))
        sys_shmdt(s->be, *base);
    return e;
}

/* Replaces the attachment, if any; afterwards the mappings must be made again. */
static struct oserr attach(struct seg *s, enum seg_access access)
{
    struct sysv *v = s->kind_data;
    struct process_range range = {0};
    void *base;
    int fd = -1;
    struct oserr e = attach_same(s, access, &base);
    if (oserr_is(e))
        return e;
    detach(s);
    v->base = base;
    v->n = (size_t)((s->last.size + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE);
    guard_install();
    struct oserr unknown = process_own_range(s->be, (uintptr_t)base, &range, &fd);
    (void)unknown; /* then it is read without a descriptor */
    v->huge = range.huge;
    s->sticky_state = range.huge ? SEG_ST_HUGETLB : 0;
    s->handle = fd;
    s->unmappable = fd < 0 || v->huge;
    return OSERR_NONE;
}

static struct oserr sysv_describe(struct seg *s, struct seg_stat *out);

/* Fills in state and name of the segment, whose id is known. */
static struct oserr know(struct seg *s)
{
    struct sysv *v = s->kind_data;
    struct oserr e = rename_to_id(s, v->id);
    if (!oserr_is(e))
        e = sysv_describe(s, &s->last);
    v->first = s->last;
    return oserr_is(e) ? e : name_by_key(s);
}

static struct oserr sysv_open(struct seg *s, enum seg_access access)
{
    void *mem;
    struct oserr e = sys_alloc(s->be, sizeof(struct sysv), &mem);
    if (oserr_is(e))
        return e;
    struct sysv *v = s->kind_data = mem;
    e = sysv_find(s->be, s->locator, &v->id);
    if (!oserr_is(e))
        e = know(s);
    if (!oserr_is(e) && access != SEG_STAT)
        e = attach(s, access);
    return e;
}

static struct oserr sysv_create(struct seg *s, uint64_t size, uint32_t mode)
{
    void *mem;
    if (sysv_id(s->locator) >= 0)
        return bad("shmget", SEG_E_ID_GIVEN);
    if (mode > 0777 || size > SIZE_MAX)
        return mode > 0777 ? bad("shmget", EINVAL) : bad("shmget", SEG_E_SIZE);
    struct oserr e = sys_alloc(s->be, sizeof(struct sysv), &mem);
    if (oserr_is(e))
        return e;
    struct sysv *v = s->kind_data = mem;
    e = sys_shmget(s->be, sysv_key(s->locator), (size_t)size, IPC_CREAT | IPC_EXCL | (int)mode,
                   &v->id);
    if (e.code == EINVAL)
        return bad("shmget", SEG_E_SIZE);
    if (oserr_is(e))
        return e;
    e = know(s);
    if (!oserr_is(e) && (mode & 0200) != 0)
        e = attach(s, SEG_WRITE);
    else if (!oserr_is(e)) /* one that its creator may not write */
        s->access = SEG_STAT;
    if (oserr_is(e)) {
        struct oserr undone = sys_shm_remove(s->be, v->id);
        (void)undone; /* only the first failure is reported */
    }
    return e;
}

static struct oserr sysv_reopen(struct seg *s, enum seg_access access)
{
    s->kind->unmap(s, &s->read_map);
    s->kind->unmap(s, &s->write_map);
    if (access != SEG_STAT)
        return attach(s, access);
    detach(s);
    return OSERR_NONE;
}

static void sysv_close(struct seg *s)
{
    if (s->kind_data != NULL)
        detach(s);
    if (s->watch >= 0)
        sys_close(s->be, (int)s->watch, SYS_KEY_NONE);
    free(s->kind_data);
    s->kind_data = NULL;
    s->watch = -1;
}

/* ---- state ---- */

static struct oserr sysv_describe(struct seg *s, struct seg_stat *out)
{
    struct sysv *v = s->kind_data;
    struct sysv_row now;
    struct oserr e = sysv_stat(s->be, v->id, &now);
    if (e.code == EIDRM && s->last.known != 0) {
        v->gone = true; /* sysv_name reports it */
        *out = s->last;
        return OSERR_NONE;
    }
    if (oserr_is(e))
        return e;
    *out = now.stat;
    if ((out->known & SEG_HAS_RESIDENT) == 0) {
        int64_t t = os_now();
        if (v->counted == 0 || t - v->counted > COUNT_NS) {
            struct oserr unknown = sysv_row(s->be, v->id, &now);
            v->counted = t;
            if (oserr_is(unknown))
                now.stat.known = 0;
            v->row = now.stat;
        }
        out->known |= v->row.known & (SEG_HAS_RESIDENT | SEG_HAS_SWAP);
        out->resident = v->row.resident;
        out->swap = v->row.swap;
    }
    return OSERR_NONE;
}

/* Once attached it keeps its id. */
static struct oserr sysv_name(struct seg *s, struct seg_stat *out)
{
    const struct sysv *v = s->kind_data;
    out->name_gone = v->gone;
    out->replaced = v->base == NULL && !v->gone && !sysv_same(&v->first, out);
    return OSERR_NONE;
}

/* ---- reading ---- */

/* *unknown: an absent page may have been written before (and swapped out). */
static struct oserr absent_is_unknown(struct seg *s, bool *unknown)
{
    const struct sysv *v = s->kind_data;
    struct sysv_row row;
    *unknown = true;
    if (v->huge)
        return OSERR_NONE;
    struct oserr e = sys_swap_used(s->be, unknown);
    if (!oserr_is(e) && *unknown) {
        e = sysv_row(s->be, v->id, &row);
        *unknown = oserr_is(e) || (row.stat.known & SEG_HAS_SWAP) == 0 || row.stat.swap > 0;
    }
    return e;
}

/* Which pages of [off, end) are resident; *n: how many were asked about, at most PAGES. */
static struct oserr ask_pages(struct seg *s, uint64_t off, uint64_t end, size_t *n)
{
    struct sysv *v = s->kind_data;
    uint64_t bytes = (end - off + SEG_PAGE - 1) / SEG_PAGE * SEG_PAGE;
    *n = bytes / SEG_PAGE < PAGES ? (size_t)(bytes / SEG_PAGE) : PAGES;
    return sys_mincore(s->be, v->base + off, *n * SEG_PAGE, v->pages);
}

static struct oserr sysv_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    struct sysv *v = s->kind_data;
    unsigned char *to = buf;
    bool absent = false, unknown = false;
    size_t pages;
    *got = 0;
    if (s->handle >= 0)
        return fd_copy_out(s, off, buf, n, got);
    if (off >= s->last.size)
        return OSERR_NONE;
    n = n < s->last.size - off ? n : (size_t)(s->last.size - off);
    while (*got < n) {
        struct oserr e = ask_pages(s, off + *got, off + n, &pages);
        if (oserr_is(e))
            return e;
        for (size_t i = 0; i < pages; i++) {
            size_t take = n - *got < SEG_PAGE ? n - *got : SEG_PAGE;
            bool there = (v->pages[i] & 1) != 0 &&
                         segment_copy_page(v->base + off + *got, 0, to + *got, take);
            if (!there)
                memset(to + *got, 0, take);
            absent = absent || !there;
            *got += take;
        }
    }
    struct oserr e = absent ? absent_is_unknown(s, &unknown) : OSERR_NONE;
    s->met_unknown = s->met_unknown || unknown;
    return e;
}

/* End of the run of pages that are all resident or all absent (*there), at most `end`. */
static struct oserr run_end(struct seg *s, uint64_t off, uint64_t end, bool *there, uint64_t *stop)
{
    const struct sysv *v = s->kind_data;
    size_t pages;
    uint64_t at = off / SEG_PAGE * SEG_PAGE;
    for (bool first = true; at < end; first = false) {
        struct oserr e = ask_pages(s, at, end, &pages);
        if (oserr_is(e))
            return e;
        if (first)
            *there = (v->pages[0] & 1) != 0;
        for (size_t i = 0; i < pages; i++, at += SEG_PAGE)
            if (((v->pages[i] & 1) != 0) != *there) {
                *stop = at;
                return OSERR_NONE;
            }
    }
    *stop = end;
    return OSERR_NONE;
}

static struct oserr sysv_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                                enum seg_extent_kind *kind)
{
    bool there = false, unknown = false;
    if (s->handle >= 0)
        return fd_extent(s, off, size, end, kind);
    *kind = SEG_EXT_DATA;
    struct oserr e = run_end(s, off, size, &there, end);
    if (!oserr_is(e) && !there) {
        e = absent_is_unknown(s, &unknown);
        *kind = unknown ? SEG_EXT_UNKNOWN : SEG_EXT_HOLE;
    }
    return e;
}

static struct oserr sysv_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data)
{
    bool there = false, unknown = false;
    uint64_t stop;
    if (s->handle >= 0)
        return fd_next_data(s, off, end, data);
    *data = off;
    struct oserr e = run_end(s, off, end, &there, &stop);
    if (!oserr_is(e) && !there)
        e = absent_is_unknown(s, &unknown);
    if (!oserr_is(e) && !there && !unknown)
        *data = stop;
    return e;
}

/* ---- mapping: the attachment is of the whole segment ---- */

static struct oserr sysv_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *view)
{
    struct sysv *v = s->kind_data;
    *view = (struct mapping){0};
    if (!write)
        return s->handle < 0 ? bad("shmat", SEG_E_UNSUPPORTED) : fd_map(s, at, n, false, view);
    *view = (struct mapping){.base = v->base + at, .at = at, .n = n};
    return OSERR_NONE;
}

static void sysv_unmap(struct seg *s, struct mapping *view)
{
    const struct sysv *v = s->kind_data;
    bool attached =
        v != NULL && v->base != NULL && view->base >= v->base && view->base < v->base + v->n;
    if (attached)
        *view = (struct mapping){0};
    else
        fd_unmap(s, view);
}

const struct provider sysv_provider = {
    .kind = SEG_SYSV,
    .listed_kinds = 1U << SEG_SYSV,
    .words = {.help = "  sysv:ID  sysv:key=KEY               System V shared memory (create "
                      "sysv:new: a private one)\n",
              .form = "sysv:ID",
              .name = "not a System V segment: sysv:ID, sysv:key=KEY (not 0) or, to create one, "
                      "sysv:new",
              .absent = "no such segment"},
    .caps = SEG_CAP_CREATE | SEG_CAP_CHMOD | SEG_CAP_REMOVE | SEG_CAP_WRITE | SEG_CAP_EXTENTS,
    .canonical = sysv_canonical,
    .list = sysv_list,
    .open = sysv_open,
    .create = sysv_create,
    .reopen = sysv_reopen,
    .close = sysv_close,
    .stat = sysv_describe,
    .name = sysv_name,
    .map = sysv_map,
    .unmap = sysv_unmap,
    .copy_out = sysv_copy_out,
    .next_data = sysv_next_data,
    .extent = sysv_extent,
    .chmod = sysv_chmod,
    .remove = sysv_remove,
};
