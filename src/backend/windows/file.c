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
    struct oserr e = sys_file_section(s->be, (void *)s->watch, access == SEG_WRITE, &h);
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
    s->watch = (intptr_t)h;
    return section_again(s, access);
}

static struct oserr file_reopen(struct seg *s, enum seg_access access)
{
    void *h;
    struct oserr e = sys_open_file(s->be, s->locator + PREFIX, access == SEG_WRITE, &h);
    if (oserr_is(e))
        return e;
    sys_close_handle(s->be, (void *)s->watch, SYS_KEY_NONE);
    s->watch = (intptr_t)h;
    return section_again(s, access);
}

static void file_close(struct seg *s)
{
    if (s->handle != -1)
        sys_close_handle(s->be, (void *)s->handle, SYS_KEY_NONE);
    if (s->watch != -1)
        sys_close_handle(s->be, (void *)s->watch, SYS_KEY_NONE);
    s->handle = s->watch = -1;
}

static struct oserr file_stat(struct seg *s, struct seg_stat *out)
{
    uint64_t size;
    struct oserr e = sys_file_size(s->be, (void *)s->watch, &size);
    if (oserr_is(e))
        return e;
    if (size != s->last.size && s->last.known != 0) /* it grew, or was emptied */
        e = section_again(s, s->access);
    out->known = SEG_HAS_SIZE | SEG_HAS_RESIDENT;
    out->size = out->resident = size;
    return e;
}

const struct provider file_provider = {
    .kind = SEG_FILE,
    .words = {.help = "  file:PATH                           a file, mapped shared\n",
              .form = "file:PATH",
              .name = "not a path: 1 to 4095 bytes",
              .absent = "no such file",
              .irremovable = "it is a file, not a segment: delete it as any file"},
    .caps = SEG_CAP_WRITE,
    .canonical = file_canonical,
    .open = file_get,
    .reopen = file_reopen,
    .close = file_close,
    .stat = file_stat,
    .map = section_map,
    .unmap = section_unmap,
    .copy_out = section_copy_out,
    .next_data = section_next_data,
    .extent = section_extent,
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
