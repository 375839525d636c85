/* file:PATH, an ordinary file mapped shared. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/sys_kernel.h"

enum { PREFIX = 5, FILE_PATH_MAX = 4096 };

static struct oserr file_canonical(const char *locator, char *out, size_t cap)
{
    out[0] = '\0';
    if (strncmp(locator, "file:", PREFIX) != 0)
        return OSERR_NONE;
    size_t n = strlen(locator);
    if (n == PREFIX || n - PREFIX >= FILE_PATH_MAX || n + 1 > cap)
        return (struct oserr){"open", SEG_E_NAME};
    memcpy(out, locator, n + 1);
    return OSERR_NONE;
}

/* Looks at it before opening it for reading: opening a fifo or a device affects whoever waits at
 * its other end. */
static struct oserr file_get(struct seg *s, enum seg_access access)
{
    int fd;
    struct oserr e = sys_open(s->be, s->locator + PREFIX, O_PATH | O_CLOEXEC, SYS_KEY_NONE, &fd);
    s->handle = fd;
    if (!oserr_is(e))
        e = fd_check(s->be, "open", fd);
    return oserr_is(e) || access == SEG_STAT ? e : fd_reopen(s, access);
}

/* A lease that is granted is proof; one that we may not take says nothing. */
static struct oserr file_prove_unused(struct seg *s)
{
    struct oserr e = sys_lease_proof(s->be, (int)s->handle);
    return e.code == EAGAIN ? (struct oserr){"fcntl", SEG_E_IN_USE} : e;
}

static struct oserr file_watch_name(struct seg *s, struct seg_stat *out)
{
    struct stat st;
    struct oserr e = sys_stat(s->be, s->locator + PREFIX, true, SYS_KEY_NONE, &st);
    out->name_gone = oserr_is(e) && (e.code == ENOENT || e.code == ENOTDIR);
    out->replaced = !oserr_is(e) && (st.st_dev != out->dev || st.st_ino != out->ino);
    return out->name_gone ? OSERR_NONE : e;
}

const struct provider file_provider = {
    .kind = SEG_FILE,
    .listed_kinds = 1U << SEG_FILE,
    .words = {.help = "  file:PATH                           a file, mapped shared\n",
              .form = "file:PATH",
              .name = "not a path: 1 to 4095 bytes",
              .absent = "no such file",
              .irremovable = "it is a file, not a segment: delete it as any file"},
    .caps = SEG_CAP_RESIZE | SEG_CAP_CHMOD | SEG_CAP_WRITE | SEG_CAP_EXTENTS,
    .canonical = file_canonical,
    .open = file_get,
    .name = file_watch_name,
    .prove_unused = file_prove_unused,
    FD_FUNCTIONS,
};

/* ---- the file of a recording ---- */

struct oserr file_open_reading(struct seg_file *f)
{
    int fd;
    struct stat st;
    char path[48];
    int seen;
    struct oserr e = sys_open(f->be, f->path, O_PATH | O_CLOEXEC, SYS_KEY_NONE, &seen);
    f->handle = -1;
    if (oserr_is(e))
        return e;
    e = fd_check(f->be, "open", seen); /* before opening it for reading, as in file_get */
    snprintf(path, sizeof path, "/proc/self/fd/%d", seen);
    if (!oserr_is(e))
        e = sys_open(f->be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_NONE, &fd);
    f->handle = oserr_is(e) ? -1 : fd;
    sys_close(f->be, seen, SYS_KEY_NONE);
    if (!oserr_is(e))
        e = sys_fstat(f->be, fd, &st);
    if (!oserr_is(e)) {
        fd_describe(&st, &f->stat);
        f->stat.state = 0;
    }
    return e;
}

void file_close_reading(struct seg_file *f)
{
    if (f->handle >= 0)
        sys_close(f->be, (int)f->handle, SYS_KEY_NONE);
}

struct oserr seg_file_read(struct seg_file *f, uint64_t at, void *buf, size_t n, size_t *got)
{
    char *p = buf;
    struct oserr e = OSERR_NONE;
    *got = 0;
    if (at > INT64_MAX || n > INT64_MAX - at)
        return e;
    for (size_t more = 1; *got < n && more > 0 && !oserr_is(e); *got += more) {
        more = 0;
        e = sys_pread(f->be, (int)f->handle, p + *got, n - *got, at + *got, &more);
    }
    return e;
}

struct oserr seg_file_grown(struct seg_file *f, uint64_t *size, bool *written)
{
    struct stat st;
    struct oserr e = sys_locked(f->be, (int)f->handle, written);
    if (oserr_is(e)) /* a file system without locks: there is no telling */
        *written = false;
    e = sys_fstat(f->be, (int)f->handle, &st);
    *size = oserr_is(e) ? 0 : (uint64_t)st.st_size;
    return e;
}
