#include "backend/linux/sys_proc.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/loop.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ---- mappings ---- */

/* struct procmap_query of Linux 6.11; older headers do not have it. */
struct query {
    uint64_t size, flags, address; /* in */
    uint64_t start, end, vma_flags, page_size, offset, ino;
    uint32_t major, minor;
    uint32_t name_size, build_id_size;
    uint64_t name, build_id; /* addresses of the buffers */
};

/* Flags of the query and of its answer. */
enum { VMA_READ = 1, VMA_WRITE = 2, VMA_EXECUTE = 4, VMA_SHARED = 8, OR_NEXT = 16, OF_FILES = 32 };

#define QUERY _IOWR('f', 17, struct query)

static uint32_t ask(int fd, uint64_t at, uint64_t flags, struct query *q)
{
    q->size = sizeof *q;
    q->flags = flags;
    q->address = at;
    return errno_if(ioctl(fd, QUERY, q) != 0);
}

struct oserr sys_mappings(struct backend *be, int fd, uint64_t *at, bool shared,
                          struct sys_mapping *out, size_t cap, size_t *n)
{
    uint32_t code = sys_enter(be, "ioctl");
    *n = 0;
    while (code == 0 && *n < cap) {
        struct query q = {0};
        code = ask(fd, *at, OR_NEXT | OF_FILES | (shared ? VMA_SHARED : 0U), &q);
        if (code != 0)
            break;
        *at = q.end;
        out[(*n)++] = (struct sys_mapping){
            .start = q.start,
            .end = q.end,
            .offset = q.offset,
            .dev = makedev(q.major, q.minor),
            .ino = q.ino,
            .read = (q.vma_flags & VMA_READ) != 0,
            .write = (q.vma_flags & VMA_WRITE) != 0,
            .execute = (q.vma_flags & VMA_EXECUTE) != 0,
            .shared = (q.vma_flags & VMA_SHARED) != 0,
        };
    }
    if (code == ENOENT) /* no mapping follows */
        code = 0;
    return sys_leave(be, "ioctl", code, SYS_KEY_PROC_QUERY,
                     "ioctl(%d, PROCMAP_QUERY) = 0   %zu mapping%s", fd, *n, *n == 1 ? "" : "s");
}

struct oserr sys_mapping_name(struct backend *be, int fd, uint64_t start, char *buf, size_t cap)
{
    struct query q = {.name = (uint64_t)(uintptr_t)buf, .name_size = (uint32_t)cap};
    uint32_t code = sys_enter(be, "ioctl");
    memset(buf, 0, cap);
    if (code == 0)
        code = ask(fd, start, 0, &q);
    if (code != 0)
        buf[0] = '\0';
    if (code == ENOENT || code == ENAMETOOLONG)
        code = 0;
    return sys_leave(be, "ioctl", code, SYS_KEY_PROC_NAME, "ioctl(%d, PROCMAP_QUERY, name) = 0",
                     fd);
}

struct oserr sys_loop_file(struct backend *be, int fd, uint64_t *dev, uint64_t *ino)
{
    struct loop_info64 info = {0};
    uint32_t code = sys_enter(be, "ioctl");
    if (code == 0)
        code = errno_if(ioctl(fd, LOOP_GET_STATUS64, &info) != 0);
    *dev = info.lo_device;
    *ino = info.lo_inode;
    return sys_leave(be, "ioctl", code, SYS_KEY_LOOPS,
                     "ioctl(%d, LOOP_GET_STATUS64) = 0   device %llx, inode %llu", fd,
                     (unsigned long long)*dev, (unsigned long long)*ino);
}

/* ---- descriptors ---- */

/* A directory entry as getdents64 returns it. */
struct entry {
    uint64_t ino;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static bool identify(int dir, const char *name, struct sys_descriptor *out)
{
    struct statx st;
    if (statx(dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_INO | STATX_NLINK,
              &st) != 0)
        return false; /* closed meanwhile */
    bool socket = S_ISSOCK(st.stx_mode), carrier = socket || (st.stx_mode & S_IFMT) == 0;
    if (!carrier && !S_ISREG(st.stx_mode))
        return false;
    *out = (struct sys_descriptor){
        .fd = (int32_t)strtol(name, NULL, 10),
        .socket = socket,
        .carrier = carrier,
        .links = st.stx_nlink,
        .dev = makedev(st.stx_dev_major, st.stx_dev_minor),
        .ino = st.stx_ino,
    };
    return true;
}

struct oserr sys_descriptors(struct backend *be, struct sys_descriptors *d,
                             struct sys_descriptor *out, size_t cap, size_t *n)
{
    uint32_t code = sys_enter(be, "getdents64");
    *n = 0;
    while (code == 0 && *n < cap) {
        if (d->at == d->have) {
            ssize_t got = getdents64(d->dir, d->entries, sizeof d->entries);
            code = errno_if(got < 0);
            d->at = 0;
            d->have = got < 0 ? 0 : (size_t)got;
            if (d->have == 0)
                break;
        }
        const struct entry *e = (const struct entry *)(void *)(d->entries + d->at);
        d->at += e->length;
        if (e->name[0] != '.' && identify(d->dir, e->name, &out[*n]))
            ++*n;
    }
    return sys_leave(be, "getdents64", code, SYS_KEY_PROC_ENTRY,
                     "getdents64(%d) = 0   statx of each", d->dir);
}

/* ---- paths ---- */

struct oserr sys_same_files(struct backend *be, uint32_t a, uint32_t b, bool *same)
{
    uint32_t code = sys_enter(be, "kcmp");
    long r = -1;
    if (code == 0) {
        r = syscall(SYS_kcmp, (pid_t)a, (pid_t)b, KCMP_FILES, 0UL, 0UL);
        code = errno_if(r < 0);
    }
    *same = r == 0;
    return sys_leave(be, "kcmp", code, SYS_KEY_PROC_STAT, "kcmp(%u, %u, KCMP_FILES) = %ld", a, b,
                     r);
}

struct oserr sys_readlink(struct backend *be, const char *path, char *buf, size_t cap)
{
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "readlink");
    ssize_t n = 0;
    if (code == 0) {
        n = readlink(path, buf, cap - 1);
        code = errno_if(n < 0);
    }
    buf[n < 0 ? 0 : n] = '\0';
    return sys_leave(be, "readlink", code, SYS_KEY_PROC_NAME, "readlink(%s) = %zd",
                     sys_quoted(path, quoted), n);
}

struct oserr sys_openat(struct backend *be, int dir, const char *name, int flags, enum sys_key key,
                        int *fd)
{
    char text[128], quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "openat");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = openat(dir, name, flags)) < 0);
    sys_open_flags(flags, text, sizeof text);
    return sys_leave(be, "openat", code, key, "openat(%d, %s, %s) = %d", dir,
                     sys_quoted(name, quoted), text, *fd);
}

struct oserr sys_open_within(struct backend *be, int root, const char *path, bool link, int *fd)
{
    char quoted[SYS_QUOTED];
    struct open_how how = {.flags = O_PATH | O_CLOEXEC | (link ? O_NOFOLLOW : 0),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    uint32_t code = sys_enter(be, "openat2");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how)) < 0);
    return sys_leave(be, "openat2", code, 0, "openat2(%d, %s, O_PATH%s, RESOLVE_IN_ROOT) = %d",
                     root, sys_quoted(path, quoted), link ? "|O_NOFOLLOW" : "", *fd);
}

struct oserr sys_statat(struct backend *be, int dir, const char *name, enum sys_key key,
                        struct stat *st)
{
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "fstatat");
    memset(st, 0, sizeof *st);
    if (code == 0)
        code = errno_if(fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) != 0);
    if (sys_fold_repeat(be, code, key))
        return code == 0 ? OSERR_NONE : (struct oserr){"fstatat", code};
    return sys_leave(be, "fstatat", code, key, "fstatat(%d, %s) = 0   st_ino %llu", dir,
                     sys_quoted(name, quoted), (unsigned long long)st->st_ino);
}

struct oserr sys_in_memory(struct backend *be, int fd, bool *memory, bool *huge)
{
    struct statfs s = {0};
    uint32_t code = sys_enter(be, "fstatfs");
    if (code == 0)
        code = errno_if(fstatfs(fd, &s) != 0);
    *huge = code == 0 && s.f_type == HUGETLBFS_MAGIC;
    *memory = *huge || (code == 0 && s.f_type == TMPFS_MAGIC);
    return sys_leave(be, "fstatfs", code, 0, "fstatfs(%d) = 0   f_type %#lx", fd,
                     (unsigned long)s.f_type);
}

/* ---- memfd ---- */

struct oserr sys_unix_socket(struct backend *be, int *fd)
{
    uint32_t code = sys_enter(be, "socket");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0);
    return sys_leave(be, "socket", code, SYS_KEY_PROC_FDINFO,
                     "socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) = %d", *fd);
}

struct oserr sys_memfd_create(struct backend *be, const char *name, int *fd)
{
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "memfd_create");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)) < 0);
    return sys_leave(be, "memfd_create", code, 0,
                     "memfd_create(%s, MFD_CLOEXEC | MFD_ALLOW_SEALING) = %d",
                     sys_quoted(name, quoted), *fd);
}

struct oserr sys_seals(struct backend *be, int fd, uint32_t *seals)
{
    uint32_t code = sys_enter(be, "fcntl");
    int r = 0;
    if (code == 0)
        code = errno_if((r = fcntl(fd, F_GET_SEALS)) < 0);
    *seals = r < 0 ? 0 : (uint32_t)r;
    return sys_leave(be, "fcntl", code, ((uint64_t)(unsigned)fd << 32) + *seals * 16U + 9,
                     "fcntl(%d, F_GET_SEALS) = %#x", fd, (unsigned)*seals);
}

static uint64_t device_of(unsigned flags)
{
    struct stat st;
    int fd = memfd_create("", MFD_CLOEXEC | flags);
    bool known = fd >= 0 && fstat(fd, &st) == 0;
    if (fd >= 0)
        close(fd);
    return known ? st.st_dev : 0;
}

void sys_anon_devices(struct backend *be, uint64_t dev[SYS_NAMELESS])
{
    static const unsigned sizes[SYS_NAMELESS] = {0, 0, 16, 21, 25, 29, 30, 34}; /* log2 */
    os_monitor_lock(be->lock);
    if (!be->anon_devices_known)
        for (size_t i = 0; i < SYS_NAMELESS; i++)
            be->anon_devices[i] = device_of(i == 0 ? 0 : MFD_HUGETLB | sizes[i] << MFD_HUGE_SHIFT);
    be->anon_devices_known = true;
    memcpy(dev, be->anon_devices, sizeof be->anon_devices);
    os_monitor_unlock(be->lock);
}

struct oserr sys_cached(struct backend *be, int fd, uint64_t *bytes)
{
    enum { CACHESTAT = 451, PAGE = 4096 }; /* not in every libc yet; the same number everywhere */
    struct {
        uint64_t off, len;
    } all = {0, 0};
    struct {
        uint64_t cached, dirty, writeback, evicted, recently_evicted;
    } found = {0};
    uint32_t code = sys_enter(be, "cachestat");
    if (code == 0)
        code = errno_if(syscall(CACHESTAT, fd, &all, &found, 0U) != 0);
    *bytes = code == 0 ? found.cached * PAGE : 0;
    return sys_leave(be, "cachestat", code, SYS_KEY_NONE, "cachestat(%d) = 0   %llu page%s", fd,
                     (unsigned long long)found.cached, found.cached == 1 ? "" : "s");
}
