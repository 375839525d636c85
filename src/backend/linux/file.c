/* file:PATH, an ordinary file mapped shared. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/file_list.h"
#include "backend/linux/kinds.h"
#include "backend/linux/sys_proc.h"

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

/* How much of a file on a disk is in memory, asked for once a second: its blocks on the disk do not
 * say. A file in memory (tmpfs, hugetlbfs) has its blocks there. */
struct cached {
    bool known;
    uint64_t resident;
    int64_t due;
};

static void know_place(struct seg *s)
{
    bool memory = true, huge;
    void *data;
    struct oserr e = sys_in_memory(s->be, (int)s->handle, &memory, &huge);
    s->sticky_state |= file_state(s->locator + PREFIX, huge);
    s->unmappable = s->unmappable || huge; /* a read must not allocate a page */
    if (oserr_is(e) || memory || oserr_is(sys_alloc(s->be, sizeof(struct cached), &data)))
        return;
    s->kind_data = data;
}

/* An O_PATH descriptor has no cache to ask for; what it refers to may be opened for that. */
static struct oserr ask_cache(struct seg *s, uint64_t *resident)
{
    char path[48];
    int fd;
    if (s->access != SEG_STAT)
        return sys_cached(s->be, (int)s->handle, resident);
    snprintf(path, sizeof path, "/proc/self/fd/%d", (int)s->handle);
    struct oserr e = fd_peek(s->be, path, &fd);
    if (oserr_is(e))
        return e;
    e = sys_cached(s->be, fd, resident);
    sys_close(s->be, fd, SYS_KEY_PROC_STAT);
    return e;
}

static void file_close(struct seg *s)
{
    free(s->kind_data);
    s->kind_data = NULL;
    fd_close(s);
}

static struct oserr file_stat(struct seg *s, struct seg_stat *out)
{
    struct cached *c = s->kind_data;
    struct oserr e = fd_stat(s, out);
    if (oserr_is(e) || c == NULL)
        return e;
    if (os_now() >= c->due) {
        c->due = os_now() + 1000000000;
        c->known = !oserr_is(ask_cache(s, &c->resident));
    }
    out->resident = c->known ? c->resident : 0;
    if (!c->known)
        out->known &= ~(unsigned)SEG_HAS_RESIDENT;
    return e;
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
    if (!oserr_is(e) && access != SEG_STAT)
        e = fd_reopen(s, access);
    if (!oserr_is(e))
        know_place(s);
    return e;
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
    .list = file_list,
    .open = file_get,
    .name = file_watch_name,
    .prove_unused = file_prove_unused,
    .reopen = fd_reopen,
    .close = file_close,
    .stat = file_stat,
    .map = fd_map,
    FD_READING,
    .resize = fd_resize,
    .chmod = fd_chmod,
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
