/* Virtual segments, see virtual.h: the functions of a provider, answered by seg_virtual_ops. */
#include "backend/virtual.h"

#include <stdlib.h>
#include <string.h>

#include "backend/provider.h"

enum { PREFIX = 4, PATH_LENGTH_MAX = 4095 };

static void virtual_close(struct seg *s)
{
    if (s->ops != NULL && s->ops->close != NULL)
        s->ops->close(s->kind_data);
    if (s->file != NULL)
        file_close_reading(s->file);
    free(s->file);
    free(s->states);
}

static struct oserr virtual_stat(struct seg *s, struct seg_stat *out)
{
    *out = s->file != NULL ? s->file->stat : s->last;
    s->ops->stat(s->kind_data, out);
    return OSERR_NONE;
}

static struct oserr virtual_name(struct seg *s, struct seg_stat *out)
{
    struct seg_stat now;
    struct oserr e = virtual_stat(s, &now);
    out->name_gone = now.name_gone;
    out->replaced = now.replaced;
    return e;
}

static void virtual_unmap(struct seg *s, struct mapping *v)
{
    (void)s;
    *v = (struct mapping){0};
}

static struct oserr virtual_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    uint64_t size = s->last.size;
    struct oserr e = OSERR_NONE;
    *got = 0;
    if (off >= size)
        return e;
    n = size - off < n ? (size_t)(size - off) : n;
    while (*got < n && !oserr_is(e)) {
        size_t take = n - *got < SEG_SMALL ? n - *got : SEG_SMALL;
        e = s->ops->read(s->kind_data, off + *got, (char *)buf + *got, s->states, take);
        if (!oserr_is(e) && s->states != NULL && memchr(s->states, SEG_BYTE_UNKNOWN, take) != NULL)
            s->met_unknown = true;
        *got += oserr_is(e) ? 0 : take;
    }
    return e;
}

static struct oserr virtual_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                                   enum seg_extent_kind *kind)
{
    struct oserr e = s->ops->run(s->kind_data, off, size, end, kind);
    *end = *end < size ? *end : size;
    return e;
}

static struct oserr virtual_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data)
{
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    struct oserr e = OSERR_NONE;
    *data = off;
    uint64_t last = end < s->last.size ? end : s->last.size;
    while (*data < last && !oserr_is(e)) {
        uint64_t stop = last;
        e = virtual_extent(s, *data, last, &stop, &kind);
        if (oserr_is(e) || kind != SEG_EXT_HOLE || stop <= *data)
            break;
        *data = stop;
    }
    *data = *data < end ? *data : end;
    return e;
}

const unsigned char *segment_direct(struct seg *s, uint64_t off, uint64_t end, size_t *n)
{
    bool inside = off < end && end <= s->last.size;
    uint64_t most = inside ? end - off : 0;
    *n = 0;
    if (!inside || s->ops == NULL || s->ops->direct == NULL)
        return NULL;
    return s->ops->direct(s->kind_data, off, most < SIZE_MAX ? (size_t)most : SIZE_MAX, n);
}

void *seg_virtual_data(const struct seg *s, const struct seg_virtual_ops *ops)
{
    return s != NULL && s->ops == ops ? s->kind_data : NULL;
}

struct oserr seg_image_changed(struct seg *s)
{
    struct oserr e = segment_stat(s);
    return oserr_is(e) ? e : virtual_name(s, &s->last);
}

/* ---- a segment at an earlier time ---- */

static const struct provider snapshot_provider = {
    .close = virtual_close,
    .stat = virtual_stat,
    .unmap = virtual_unmap,
    .copy_out = virtual_copy_out,
    .next_data = virtual_next_data,
    .extent = virtual_extent,
};

struct oserr seg_open_virtual(struct seg *of, const struct seg_virtual_ops *ops, void *data,
                              struct seg **out)
{
    void *mem;
    *out = NULL;
    struct oserr e = sys_alloc(of->be, sizeof **out, &mem);
    if (oserr_is(e))
        return e;
    struct seg *s = mem;
    *s = (struct seg){.be = of->be,
                      .kind = &snapshot_provider,
                      .access = SEG_READ,
                      .listed_kind = of->listed_kind,
                      .handle = -1,
                      .watch = -1,
                      .last = of->last,
                      .unmappable = true,
                      .limit_at = of->limit_at,
                      .limit_n = of->limit_n};
    e = sys_copy(of->be, of->locator, &s->locator);
    if (!oserr_is(e) && ops->direct == NULL)
        e = sys_alloc(of->be, SEG_SMALL, &s->states);
    if (oserr_is(e)) {
        seg_close(s);
        return e;
    }
    s->ops = ops;
    s->kind_data = data;
    ops->stat(data, &s->last);
    *out = s;
    return e;
}

/* ---- recordings ---- */

static struct oserr rec_canonical(const char *locator, char *out, size_t cap)
{
    out[0] = '\0';
    if (strncmp(locator, "rec:", PREFIX) != 0)
        return OSERR_NONE;
    size_t n = strlen(locator);
    if (n == PREFIX || n - PREFIX > PATH_LENGTH_MAX || n + 1 > cap)
        return (struct oserr){"seg_open", SEG_E_NAME};
    memcpy(out, locator, n + 1);
    return OSERR_NONE;
}

static struct oserr rec_open(struct seg *s, enum seg_access access)
{
    void *mem = NULL;
    if (access == SEG_WRITE)
        return (struct oserr){"seg_open", SEG_E_READ_ONLY};
    if (s->be->open_recording == NULL)
        return (struct oserr){"seg_open", SEG_E_UNSUPPORTED};
    s->unmappable = true;
    struct oserr e = sys_alloc(s->be, sizeof *s->file, &mem);
    if (oserr_is(e))
        return e;
    s->file = mem;
    *s->file = (struct seg_file){.be = s->be, .path = s->locator + PREFIX, .handle = -1};
    const struct seg_virtual_ops *ops = NULL;
    e = file_open_reading(s->file);
    if (!oserr_is(e))
        e = s->be->open_recording(s->file, s->progress, &ops, &s->kind_data);
    if (!oserr_is(e))
        s->ops = ops;
    return e;
}

static struct oserr rec_reopen(struct seg *s, enum seg_access access)
{
    (void)s;
    return access == SEG_WRITE ? (struct oserr){"seg_open", SEG_E_READ_ONLY} : OSERR_NONE;
}

void backend_set_recordings(struct backend *be, seg_recording_open *open)
{
    be->open_recording = open;
}

const struct provider recording_provider = {
    .kind = SEG_REC,
    .caps = SEG_CAP_EXTENTS | SEG_CAP_TIMES,
    .words = {.help = "  rec:PATH                            a recording\n",
              .form = "rec:PATH",
              .name = "not a path: 1 to 4095 bytes",
              .absent = "no such file",
              .other = "not a recording: a folder, fifo or device",
              .read_only = "a recording is read-only",
              .irremovable = "it is a recording, not a segment: delete it as any file"},
    .canonical = rec_canonical,
    .open = rec_open,
    .reopen = rec_reopen,
    .close = virtual_close,
    .stat = virtual_stat,
    .name = virtual_name,
    .unmap = virtual_unmap,
    .copy_out = virtual_copy_out,
    .next_data = virtual_next_data,
    .extent = virtual_extent,
};
