/* file:PATH, an ordinary file mapped shared. While it is mapped, Windows does not let anybody
 * truncate it. */
#include <string.h>

#include "backend/windows/kinds.h"
#include "backend/windows/sys_windows.h"

enum { PREFIX = 5, EMPTY_FILE = 1006 }; /* ERROR_FILE_INVALID */

static struct oserr file_canonical(const char *locator, char *out, size_t cap)
{
    out[0] = '\0';
    if (strncmp(locator, "file:", PREFIX) != 0)
        return OSERR_NONE;
    size_t n = strlen(locator);
    if (n == PREFIX || n + 1 > cap)
        return (struct oserr){"CreateFileW", SEG_E_NAME};
    memcpy(out, locator, n + 1);
    return OSERR_NONE;
}

/* Creates a section as large as the file is now; none for an empty file. */
static struct oserr section_again(struct seg *s, enum seg_access access)
{
    void *h;
    if (s->handle != -1) {
        section_unmap(s, &s->read_map);
        section_unmap(s, &s->write_map);
        sys_close_handle(s->be, (void *)s->handle, SYS_KEY_NONE);
        s->handle = -1;
    }
    struct oserr e = sys_file_section(s->be, s->kind_data, access == SEG_WRITE, &h);
    if (oserr_is(e))
        return e.code == EMPTY_FILE ? OSERR_NONE : e;
    s->handle = (intptr_t)h;
    s->unmappable = false;
    s->map_refused_size = 0;
    return OSERR_NONE;
}

static struct oserr file_get(struct seg *s, enum seg_access access)
{
    void *h;
    struct oserr e = sys_open_file(s->be, s->locator + PREFIX, access == SEG_WRITE, &h);
    if (oserr_is(e))
        return e;
    s->kind_data = h;
    return section_again(s, access);
}

static struct oserr file_reopen(struct seg *s, enum seg_access access)
{
    void *h;
    struct oserr e = sys_open_file(s->be, s->locator + PREFIX, access == SEG_WRITE, &h);
    if (oserr_is(e))
        return e;
    sys_close_handle(s->be, s->kind_data, SYS_KEY_NONE);
    s->kind_data = h;
    return section_again(s, access);
}

static void file_close(struct seg *s)
{
    if (s->handle != -1)
        sys_close_handle(s->be, (void *)s->handle, SYS_KEY_NONE);
    if (s->kind_data != NULL)
        sys_close_handle(s->be, s->kind_data, SYS_KEY_NONE);
    s->handle = s->watch = -1;
    s->kind_data = NULL;
}

/* Has it holes? Reading one through the mapping gives zeros, so the system is asked about a file
 * that has some (watch -1), and where it does not tell everything is data. */
static bool is_whole(struct seg *s, uint64_t size)
{
    uint64_t from, n;
    struct oserr e = sys_next_allocated(s->be, s->kind_data, 0, size, &from, &n);
    return oserr_is(e) || (from == 0 && n >= size);
}

static struct oserr file_stat(struct seg *s, struct seg_stat *out)
{
    uint64_t size, bytes;
    struct oserr e = sys_file_size(s->be, s->kind_data, &size);
    if (oserr_is(e))
        return e;
    if (size != s->last.size && s->last.known != 0) /* it grew, or was emptied */
        e = section_again(s, s->access);
    if (size != s->last.size || s->last.known == 0)
        s->watch = size == 0 || is_whole(s, size) ? 0 : -1;
    out->known = SEG_HAS_SIZE;
    out->size = size;
    if (!oserr_is(sys_file_allocated(s->be, s->kind_data, &bytes))) {
        out->known |= SEG_HAS_RESIDENT;
        out->resident = bytes < size ? bytes : size;
    }
    return e;
}

/* What the disk has no room for may have been stored all the same: a page that somebody stored
 * into through a mapping gets its room when it is written back. So a hole is what also reads as
 * zeros; it is looked at as far as `end`, which becomes what was found to be of `kind`. */
static struct oserr check_zeros(struct seg *s, uint64_t off, uint64_t *end,
                                enum seg_extent_kind *kind)
{
    enum { LOOK = 1024 * 1024 };
    static const unsigned char zeros[SEG_PAGE];
    unsigned char page[SEG_PAGE];
    uint64_t stop = *end - off > LOOK ? off + LOOK : *end;
    *kind = SEG_EXT_HOLE;
    for (uint64_t at = off, next; at < stop; at = next) {
        size_t got;
        next = at - at % SEG_PAGE + SEG_PAGE;
        next = next < *end ? next : *end;
        struct oserr e = section_copy_out(s, at, page, (size_t)(next - at), &got);
        if (oserr_is(e))
            return e;
        if (memcmp(page, zeros, got) != 0) {
            *kind = at == off ? SEG_EXT_DATA : SEG_EXT_HOLE;
            *end = at == off ? next : at;
            return OSERR_NONE;
        }
        stop = next > stop ? next : stop;
    }
    *end = stop;
    return OSERR_NONE;
}

static struct oserr file_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                                enum seg_extent_kind *kind)
{
    uint64_t from, n;
    *end = size;
    *kind = SEG_EXT_DATA;
    if (s->watch != -1)
        return OSERR_NONE;
    struct oserr e = sys_next_allocated(s->be, s->kind_data, off, size, &from, &n);
    if (oserr_is(e))
        return e;
    bool hole = n == 0 || from > off;
    uint64_t stop = n == 0 ? size : hole ? from : from + n;
    *end = stop > off && stop < size ? stop : size;
    return hole ? check_zeros(s, off, end, kind) : OSERR_NONE;
}

const struct provider file_provider = {
    .kind = SEG_FILE,
    .words = {.help = "  file:PATH                           a file, mapped shared\n",
              .form = "file:PATH",
              .name = "not a path: 1 to 4095 bytes",
              .absent = "no such file",
              .irremovable = "it is a file, not a segment: delete it as any file"},
    .caps = SEG_CAP_WRITE | SEG_CAP_EXTENTS,
    .canonical = file_canonical,
    .open = file_get,
    .reopen = file_reopen,
    .close = file_close,
    .stat = file_stat,
    .map = section_map,
    .unmap = section_unmap,
    .copy_out = section_copy_out,
    .next_data = section_next_data, /* a hole is read as well */
    .extent = file_extent,
};

/* ---- the file of a recording ---- */

struct oserr file_open_reading(struct seg_file *f)
{
    void *h;
    struct oserr e = sys_open_file(f->be, f->path, false, &h);
    if (oserr_is(e))
        return e;
    f->handle = (intptr_t)h;
    f->stat.known = SEG_HAS_SIZE | SEG_HAS_RESIDENT;
    return sys_file_size(f->be, h, &f->stat.size);
}

void file_close_reading(struct seg_file *f)
{
    if (f->handle != -1)
        sys_close_handle(f->be, (void *)f->handle, SYS_KEY_NONE);
}

struct oserr seg_file_read(struct seg_file *f, uint64_t at, void *buf, size_t n, size_t *got)
{
    return sys_read_file(f->be, (void *)f->handle, at, buf, n, got);
}

struct oserr seg_file_grown(struct seg_file *f, uint64_t *size, bool *written)
{
    struct oserr e = sys_written_file(f->be, f->path, written);
    if (oserr_is(e)) /* renamed or removed: nobody writes it any more */
        *written = false;
    return sys_file_size(f->be, (void *)f->handle, size);
}
