/* Everything that is the same for all kinds with a descriptor: stat, map, read, resize.
 *
 * Reading must not allocate pages in the segment. The mapping for reads is therefore private (a
 * read-only descriptor suffices) and registered with a userfaultfd in SIGBUS mode for missing
 * pages: touching a hole, even one punched just now, raises SIGBUS in this process, which the guard
 * catches, and allocates nothing; data stays live, because a private page that was never written is
 * the shared one. Where userfaultfd is refused (seccomp, old kernels, hugetlb) there is no mapping,
 * and pread does the same: it reads a hole as zeros. */
#include "backend/guard.h"
#include "backend/linux/kinds.h"
#include "backend/linux/sys_file.h"
#include "backend/linux/sys_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void fd_describe(const struct stat *st, struct seg_stat *out)
{
    *out = (struct seg_stat){
        .known = SEG_HAS_SIZE | SEG_HAS_RESIDENT | SEG_HAS_MODE | SEG_HAS_OWNER | SEG_HAS_TIMES |
                 SEG_HAS_LINKS | SEG_HAS_ID,
        .state = st->st_nlink == 0 ? SEG_ST_UNLINKED : 0,
        .size = (uint64_t)st->st_size,
        .resident = (uint64_t)st->st_blocks * 512,
        .mode = st->st_mode & 07777,
        .uid = st->st_uid,
        .gid = st->st_gid,
        .links = st->st_nlink,
        .dev = st->st_dev,
        .ino = st->st_ino,
        .atime = nanoseconds(st->st_atim),
        .mtime = nanoseconds(st->st_mtim),
        .ctime = nanoseconds(st->st_ctim),
    };
}

/* Whether mode and owner let this process open it with such access. */
static bool is_permitted(const struct seg_stat *st, enum seg_access access)
{
    uint32_t want = access == SEG_WRITE ? 06 : access == SEG_READ ? 04 : 0;
    uid_t me = geteuid();
    uint32_t have = st->mode;
    if (me == 0 || want == 0)
        return true;
    if (me == st->uid)
        have >>= 6;
    else if (getegid() == st->gid || group_member(st->gid))
        have >>= 3;
    return (have & want) == want;
}

struct oserr fd_check(struct backend *be, const char *call, int fd)
{
    struct stat st;
    struct oserr e = sys_fstat(be, fd, &st);
    if (!oserr_is(e) && !S_ISREG(st.st_mode))
        e = (struct oserr){call, SEG_E_NOT_SEGMENT};
    return e;
}

/* A list of rights changes with ctime, as the mode does; most often nothing has. */
static bool has_acl(struct seg *s, const struct seg_stat *was, const struct seg_stat *now)
{
    char path[48];
    if (was->known != 0 && was->ctime == now->ctime && was->mode == now->mode)
        return was->acl;
    snprintf(path, sizeof path, "/proc/self/fd/%d", (int)s->handle);
    return sys_acl(s->be, path, true, SYS_KEY_NONE, now->mode);
}

struct oserr fd_stat(struct seg *s, struct seg_stat *out)
{
    struct stat st;
    const struct seg_stat was = s->last;
    struct oserr e = sys_fstat(s->be, (int)s->handle, &st);
    if (oserr_is(e))
        return e;
    fd_describe(&st, out);
    out->acl = has_acl(s, &was, out);
    out->denied = was.denied;
    if (was.mode != out->mode || was.uid != out->uid || was.gid != out->gid)
        out->denied = !is_permitted(out, s->access);
    return OSERR_NONE;
}

struct oserr fd_reopen(struct seg *s, enum seg_access access)
{
    char path[48];
    int fd, flags = (access == SEG_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK;
    snprintf(path, sizeof path, "/proc/self/fd/%d", (int)s->handle);
    if (access == SEG_STAT)
        flags = O_PATH | O_CLOEXEC;
    struct oserr e =
        sys_open(s->be, path, flags | (access == SEG_STAT ? 0 : O_NOATIME), SYS_KEY_NONE, &fd);
    if (oserr_kind(e) == OSERR_K_DENIED)
        e = sys_open(s->be, path, flags, SYS_KEY_NONE, &fd);
    if (oserr_is(e))
        return e;
    sys_close(s->be, (int)s->handle, SYS_KEY_NONE);
    s->handle = fd;
    return OSERR_NONE;
}

/* The whole pages of [off, off + n) in a mapping; false: none. */
static bool whole_pages(const struct mapping *v, uint64_t off, size_t n, unsigned char **at,
                        size_t *size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), from = off / page * page;
    uint64_t to = (off + n) / page * page;
    if (v->base == NULL || from < v->at || to > v->at + v->n || to <= from)
        return false;
    *at = v->base + (from - v->at);
    *size = (size_t)(to - from);
    return true;
}

void fd_warm(struct seg *s, uint64_t off, size_t n)
{
    unsigned char *at;
    size_t size;
    if (whole_pages(&s->write_map, off, n, &at, &size) && oserr_is(sys_populate(s->be, at, size)))
        return; /* then stores fault, as they may */
}

void fd_forget(struct seg *s, uint64_t off, size_t n)
{
    unsigned char *at;
    size_t size;
    if (whole_pages(&s->read_map, off, n, &at, &size) && oserr_is(sys_forget(s->be, at, size)))
        return; /* then they stay until it is unmapped */
}

void fd_unmap(struct seg *s, struct mapping *v)
{
    if (v->base != NULL)
        sys_munmap(s->be, v->base, v->n);
    *v = (struct mapping){0};
}

struct oserr fd_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got)
{
    const uint64_t room =
        INT64_MAX - off; /* the last page may extend past the largest file offset */
    return sys_pread(s->be, (int)s->handle, buf, n < room ? n : (size_t)room, off, got);
}

struct oserr fd_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data)
{
    struct oserr e = sys_seek(s->be, (int)s->handle, off, SEEK_DATA, data);
    if (*data > end)
        *data = end;
    return e;
}

struct oserr fd_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                       enum seg_extent_kind *kind)
{
    uint64_t data, hole;
    struct oserr e = fd_next_data(s, off, size, &data);
    *end = data;
    *kind = SEG_EXT_HOLE;
    if (oserr_is(e) || data > off)
        return e;
    e = sys_seek(s->be, (int)s->handle, off, SEEK_HOLE, &hole);
    if (oserr_is(e))
        return e;
    if (hole > off)
        *kind = SEG_EXT_DATA;
    else /* punched between the two calls */
        hole = off - off % SEG_PAGE + SEG_PAGE;
    *end = hole < size ? hole : size;
    return OSERR_NONE;
}

struct oserr fd_resize(struct seg *s, uint64_t size)
{
    return sys_ftruncate(s->be, (int)s->handle, size);
}

struct oserr fd_chmod(struct seg *s, uint32_t mode)
{
    char path[48];
    if (s->access != SEG_STAT)
        return sys_fchmod(s->be, (int)s->handle, (mode_t)mode);
    snprintf(path, sizeof path, "/proc/self/fd/%d", (int)s->handle);
    return sys_chmod(s->be, path, (mode_t)mode);
}

void fd_close(struct seg *s)
{
    if (s->watch >= 0)
        sys_close(s->be, (int)s->watch, SYS_KEY_NONE);
    if (s->handle >= 0)
        sys_close(s->be, (int)s->handle, SYS_KEY_NONE);
    s->watch = s->handle = -1;
}

struct oserr fd_peek(struct backend *be, const char *path, int *fd)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    struct oserr e = sys_open(be, path, flags | O_NOATIME, SYS_KEY_PROC_STAT, fd);
    return e.code == EPERM ? sys_open(be, path, flags, SYS_KEY_PROC_STAT, fd) : e;
}

void fd_sealed(struct seg_stat *st)
{
    const uint32_t binding = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
    st->known |= SEG_HAS_SEALS;
    if ((st->seals & binding) != 0)
        st->state |= SEG_ST_SEALED;
}

struct oserr seg_spares_holes(struct backend *be)
{
    int fd;
    struct oserr e = sys_userfaultfd(be, &fd);
    if (!oserr_is(e))
        sys_close(be, fd, SYS_KEY_NONE);
    return e;
}

/* Maps for reading, see above. The userfaultfd is created with the first mapping. */
static struct oserr map_look(struct seg *s, uint64_t at, size_t n, struct mapping *v)
{
    void *p;
    int fd;
    if (s->watch < 0) {
        struct oserr refused = sys_userfaultfd(s->be, &fd);
        if (oserr_is(refused))
            return refused;
        s->watch = fd;
    }
    struct oserr e =
        sys_mmap(s->be, n, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, (int)s->handle, at, &p);
    if (oserr_is(e))
        return e;
    e = sys_uffd_watch(s->be, (int)s->watch, p, n);
    if (oserr_is(e)) {
        sys_munmap(s->be, p, n);
        return e;
    }
    *v = (struct mapping){.base = p, .at = at, .n = n};
    return OSERR_NONE;
}

/* What the offset of a mapping must be a multiple of. */
static struct oserr fd_page(struct seg *s, uint64_t *page)
{
    struct stat st;
    struct oserr e = OSERR_NONE;
    *page = (uint64_t)sysconf(_SC_PAGESIZE);
    if ((s->sticky_state & SEG_ST_HUGETLB) != 0) {
        e = sys_fstat(s->be, (int)s->handle, &st);
        *page = st.st_blksize > 0 ? (uint64_t)st.st_blksize : *page;
    }
    return e;
}

struct oserr fd_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v)
{
    void *p;
    guard_install();
    *v = (struct mapping){0};
    if (!write)
        return map_look(s, at, n, v);
    uint64_t page;
    struct oserr e = fd_page(s, &page);
    if (oserr_is(e))
        return e;
    uint64_t skew = at % page;
    at -= skew;
    n = (size_t)((n + skew + page - 1) / page * page);
    int flags = MAP_SHARED | ((s->sticky_state & SEG_ST_HUGETLB) != 0 ? MAP_NORESERVE : 0);
    e = sys_mmap(s->be, n, PROT_READ | PROT_WRITE, flags, (int)s->handle, at, &p);
    if (!oserr_is(e))
        *v = (struct mapping){.base = p, .at = at, .n = n};
    return e;
}
