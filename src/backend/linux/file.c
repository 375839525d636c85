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

/* Looks at what it is before it opens it for reading: opening a fifo or a device does things to
 * whoever waits at its other end. */
static struct oserr file_get(struct seg *s, enum seg_access access)
{
    int fd;
    struct oserr e = sys_open(s->be, s->locator + PREFIX, O_PATH | O_CLOEXEC, SYS_KEY_NONE, &fd);
    s->handle = fd;
    if (!oserr_is(e))
        e = fd_check(s->be, "open", fd);
    return oserr_is(e) || access == SEG_STAT ? e : fd_reopen(s, access);
}

/* A lease that is granted is proof; one that may not be taken says nothing. */
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
    .caps = SEG_CAP_RESIZE | SEG_CAP_CHMOD | SEG_CAP_WRITE | SEG_CAP_EXTENTS,
    .canonical = file_canonical,
    .open = file_get,
    .reopen = fd_reopen,
    .close = fd_close,
    .stat = fd_stat,
    .name = file_watch_name,
    .prove_unused = file_prove_unused,
    .map = fd_map,
    .unmap = fd_unmap,
    .copy_out = fd_copy_out,
    .next_data = fd_next_data,
    .extent = fd_extent,
    .resize = fd_resize,
    .chmod = fd_chmod,
};
