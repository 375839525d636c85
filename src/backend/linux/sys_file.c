#include "backend/linux/sys_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Log key of a series of calls on one descriptor. */
static uint64_t series(enum sys_key key, int fd)
{
    return (uint64_t)key + ((uint64_t)(unsigned)fd << 32);
}

/* Log key made from the values that the entry would print, so that the repeat of a call made at
 * every tick is folded without formatting the line. */
static uint64_t log_key(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    uint64_t h = a;
    h = (h ^ (h >> 31)) * odd + b;
    h = (h ^ (h >> 31)) * odd + c;
    h = (h ^ (h >> 31)) * odd + d;
    return ((h ^ (h >> 31)) * odd) | 1;
}

static uint64_t path_key(const char *path)
{
    uint64_t h = 0;
    for (; *path != '\0'; path++)
        h = (h ^ (uint8_t)*path) * 0x100000001b3U;
    return h;
}

static struct oserr error_of(const char *call, uint32_t code)
{
    return code == 0 ? OSERR_NONE : (struct oserr){call, code};
}

void sys_open_flags(int flags, char *buf, size_t cap)
{
    static const struct {
        int bits;
        const char *name;
    } names[] = {
        {O_CREAT, "O_CREAT"},         {O_EXCL, "O_EXCL"},         {O_CLOEXEC, "O_CLOEXEC"},
        {O_NOFOLLOW, "O_NOFOLLOW"},   {O_NONBLOCK, "O_NONBLOCK"}, {O_NOATIME, "O_NOATIME"},
        {O_DIRECTORY, "O_DIRECTORY"},
    };
    const char *mode = (flags & O_PATH) != 0             ? "O_PATH"
                       : (flags & O_ACCMODE) == O_RDWR   ? "O_RDWR"
                       : (flags & O_ACCMODE) == O_WRONLY ? "O_WRONLY"
                                                         : "O_RDONLY";
    int n = snprintf(buf, cap, "%s", mode);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((flags & names[i].bits) == names[i].bits && n >= 0 && (size_t)n < cap)
            n += snprintf(buf + n, cap - (size_t)n, " | %s", names[i].name);
}

struct oserr sys_shm_open(struct backend *be, const char *name, int flags, mode_t mode, int *fd)
{
    char text[128], quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "shm_open");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = shm_open(name, flags, mode)) < 0);
    sys_open_flags(flags, text, sizeof text);
    return sys_leave(be, "shm_open", code, 0, "shm_open(%s, %s, %#o) = %d",
                     sys_quoted(name, quoted), text, (unsigned)mode, *fd);
}

struct oserr sys_open(struct backend *be, const char *path, int flags, enum sys_key key, int *fd)
{
    char text[128], quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "open");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = open(path, flags)) < 0);
    if (sys_fold_repeat(be, code, key))
        return error_of("open", code);
    sys_open_flags(flags, text, sizeof text);
    return sys_leave(be, "open", code, key, "open(%s, %s) = %d", sys_quoted(path, quoted), text,
                     *fd);
}

void sys_close(struct backend *be, int fd, enum sys_key key)
{
    uint32_t code = sys_enter(be, "close");
    uint32_t real = errno_if(close(fd) != 0);
    struct oserr e = sys_leave(be, "close", code != 0 ? code : real, key, "close(%d) = 0", fd);
    (void)e;
}

struct oserr sys_fstat(struct backend *be, int fd, struct stat *st)
{
    uint32_t code = sys_enter(be, "fstat");
    memset(st, 0, sizeof *st);
    if (code == 0)
        code = errno_if(fstat(fd, st) != 0);
    uint64_t key = log_key((uint64_t)(unsigned)fd, (uint64_t)st->st_size, st->st_nlink, st->st_ino);
    return sys_leave(
        be, "fstat", code, key, "fstat(%d) = 0   st_size %lld  st_nlink %llu  st_ino %llu", fd,
        (long long)st->st_size, (unsigned long long)st->st_nlink, (unsigned long long)st->st_ino);
}

struct oserr sys_is_path(struct backend *be, int fd, bool *path)
{
    int flags = 0;
    uint32_t code = sys_enter(be, "fcntl");
    if (code == 0)
        code = errno_if((flags = fcntl(fd, F_GETFL)) < 0);
    *path = code == 0 && (flags & O_PATH) != 0;
    return sys_leave(be, "fcntl", code, 0, "fcntl(%d, F_GETFL) = %#x", fd, (unsigned)flags);
}

struct oserr sys_locked(struct backend *be, int fd, bool *locked)
{
    uint32_t code = sys_enter(be, "flock");
    *locked = false;
    if (code == 0) {
        code = errno_if(flock(fd, LOCK_SH | LOCK_NB) != 0);
        *locked = code == EWOULDBLOCK;
        code = *locked ? 0 : code;
        if (code == 0 && !*locked)
            (void)flock(fd, LOCK_UN);
    }
    return sys_leave(be, "flock", code, log_key((uint64_t)(unsigned)fd, *locked, 0, 7),
                     "flock(%d, LOCK_SH | LOCK_NB) = %s", fd, *locked ? "-1 EWOULDBLOCK" : "0");
}

struct oserr sys_stat(struct backend *be, const char *path, bool follow, enum sys_key key,
                      struct stat *st)
{
    const char *call = follow ? "stat" : "lstat";
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, call);
    memset(st, 0, sizeof *st);
    if (code == 0)
        code = errno_if((follow ? stat(path, st) : lstat(path, st)) != 0);
    uint64_t as =
        key != SYS_KEY_NONE ? key : log_key(follow, path_key(path), st->st_ino, st->st_dev);
    return sys_leave(be, call, code, as, "%s(%s) = 0   st_ino %llu", call, sys_quoted(path, quoted),
                     (unsigned long long)st->st_ino);
}

bool sys_acl(struct backend *be, const char *path, bool follow, enum sys_key key, uint32_t mode)
{
    enum { HEAD = 4, ENTRY = 8, OF_MODE = 3 }; /* bytes; entries that the mode has too */
    static const char acl[] = "system.posix_acl_access";
    char quoted[SYS_QUOTED];
    if ((mode & 070) == 0 || sys_enter(be, "getxattr") != 0)
        return false;
    ssize_t n = follow ? getxattr(path, acl, NULL, 0) : lgetxattr(path, acl, NULL, 0);
    bool more = n > HEAD + OF_MODE * ENTRY;
    if (sys_fold_repeat(be, 0, key))
        return more;
    struct oserr e = sys_leave(be, "getxattr", 0, key, "getxattr(%s, \"%s\") = %zd",
                               sys_quoted(path, quoted), acl, n);
    return !oserr_is(e) && more; /* that it has none is no failure */
}

struct oserr sys_pread(struct backend *be, int fd, void *buf, size_t n, uint64_t off, size_t *got)
{
    uint32_t code = sys_enter(be, "pread");
    *got = 0;
    ssize_t r = 0;
    if (code == 0) {
        do
            r = pread(fd, buf, n, (off_t)off);
        while (r < 0 && errno == EINTR);
        code = errno_if(r < 0);
    }
    *got = r < 0 ? 0 : (size_t)r;
    return sys_leave(be, "pread", code, series(SYS_KEY_PREAD, fd),
                     "pread(%d, ..., %zu, %llu) = %zu", fd, n, (unsigned long long)off, *got);
}

struct oserr sys_read(struct backend *be, int fd, void *buf, size_t n, enum sys_key key,
                      size_t *got)
{
    uint32_t code = sys_enter(be, "read");
    ssize_t r = 0;
    if (code == 0) {
        do
            r = read(fd, buf, n);
        while (r < 0 && errno == EINTR);
        code = errno_if(r < 0);
    }
    *got = r < 0 ? 0 : (size_t)r;
    return sys_leave(be, "read", code, key, "read(%d, ..., %zu) = %zu", fd, n, *got);
}

struct oserr sys_seek(struct backend *be, int fd, uint64_t off, int whence, uint64_t *at)
{
    uint32_t code = sys_enter(be, "lseek");
    const char *name = whence == SEEK_DATA ? "SEEK_DATA" : "SEEK_HOLE";
    uint64_t key = series(whence == SEEK_DATA ? SYS_KEY_SEEK_DATA : SYS_KEY_SEEK_HOLE, fd);
    *at = UINT64_MAX;
    if (code == 0) {
        off_t r = lseek(fd, (off_t)off, whence);
        if (r >= 0)
            *at = (uint64_t)r;
        else if (errno != ENXIO)
            code = (uint32_t)errno;
    }
    if (code == 0 && *at == UINT64_MAX)
        return sys_leave(be, "lseek", 0, key + 1000, "lseek(%d, %llu, %s) = -1 ENXIO", fd,
                         (unsigned long long)off, name);
    return sys_leave(be, "lseek", code, key, "lseek(%d, %llu, %s) = %llu", fd,
                     (unsigned long long)off, name, (unsigned long long)*at);
}

struct oserr sys_ftruncate(struct backend *be, int fd, uint64_t size)
{
    uint32_t code = sys_enter(be, "ftruncate");
    if (code == 0)
        code = errno_if(ftruncate(fd, (off_t)size) != 0);
    return sys_leave(be, "ftruncate", code, 0, "ftruncate(%d, %llu) = 0", fd,
                     (unsigned long long)size);
}

struct oserr sys_fchmod(struct backend *be, int fd, mode_t mode)
{
    uint32_t code = sys_enter(be, "fchmod");
    if (code == 0)
        code = errno_if(fchmod(fd, mode) != 0);
    return sys_leave(be, "fchmod", code, 0, "fchmod(%d, %#o) = 0", fd, (unsigned)mode);
}

struct oserr sys_chmod(struct backend *be, const char *path, mode_t mode)
{
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "chmod");
    if (code == 0)
        code = errno_if(chmod(path, mode) != 0);
    return sys_leave(be, "chmod", code, 0, "chmod(%s, %#o) = 0", sys_quoted(path, quoted),
                     (unsigned)mode);
}

struct oserr sys_mmap(struct backend *be, size_t n, int prot, int flags, int fd, uint64_t off,
                      void **at)
{
    uint32_t code = sys_enter(be, "mmap");
    *at = NULL;
    if (code == 0) {
        void *p = mmap(NULL, n, prot, flags, fd, (off_t)off);
        code = errno_if(p == MAP_FAILED);
        if (code == 0)
            *at = p;
    }
    uint64_t key = (prot & PROT_WRITE) != 0 && n > SYS_PAGES ? series(SYS_KEY_WINDOW, fd) : 0;
    return sys_leave(be, "mmap", code, key, "mmap(NULL, %zu, PROT_READ%s, %s%s, %d, %llu) = %p", n,
                     (prot & PROT_WRITE) != 0 ? " | PROT_WRITE" : "",
                     (flags & MAP_PRIVATE) != 0 ? "MAP_PRIVATE" : "MAP_SHARED",
                     (flags & MAP_NORESERVE) != 0 ? " | MAP_NORESERVE" : "", fd,
                     (unsigned long long)off, *at);
}

/* madvise with this advice, of this name. */
static struct oserr advise(struct backend *be, void *at, size_t n, int advice, enum sys_key key,
                           const char *name)
{
    uint32_t code = sys_enter(be, "madvise");
    if (code == 0)
        code = errno_if(madvise(at, n, advice) != 0);
    return sys_leave(be, "madvise", code, key, "madvise(%p, %zu, %s) = 0", at, n, name);
}

struct oserr sys_populate(struct backend *be, void *at, size_t n)
{
    enum { POPULATE_WRITE = 23 }; /* which older headers lack */
    return advise(be, at, n, POPULATE_WRITE, SYS_KEY_WARM, "MADV_POPULATE_WRITE");
}

struct oserr sys_forget(struct backend *be, void *at, size_t n)
{
    return advise(be, at, n, MADV_DONTNEED, SYS_KEY_FORGET, "MADV_DONTNEED");
}

void sys_munmap(struct backend *be, void *at, size_t n)
{
    uint32_t code = sys_enter(be, "munmap");
    uint32_t real = errno_if(munmap(at, n) != 0);
    struct oserr e =
        sys_leave(be, "munmap", code != 0 ? code : real, 0, "munmap(%p, %zu) = 0", at, n);
    (void)e;
}

struct oserr sys_unlink(struct backend *be, const char *path)
{
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "unlink");
    if (code == 0)
        code = errno_if(unlink(path) != 0);
    return sys_leave(be, "unlink", code, 0, "unlink(%s) = 0", sys_quoted(path, quoted));
}

struct oserr sys_opendir(struct backend *be, const char *path, enum sys_key key, DIR **dir)
{
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "opendir");
    *dir = NULL;
    if (code == 0)
        code = errno_if((*dir = opendir(path)) == NULL);
    return sys_leave(be, "opendir", code, key, "opendir(%s) = %p", sys_quoted(path, quoted),
                     (void *)*dir);
}

struct oserr sys_opendir_at(struct backend *be, int dir, enum sys_key key, DIR **out)
{
    uint32_t code = sys_enter(be, "fdopendir");
    *out = NULL;
    if (code == 0) {
        int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *out = fd < 0 ? NULL : fdopendir(fd);
        code = errno_if(*out == NULL);
        if (*out == NULL && fd >= 0)
            close(fd);
    }
    return sys_leave(be, "fdopendir", code, key, "fdopendir(%d) = %p", dir, (void *)*out);
}

struct oserr sys_readdir(struct backend *be, DIR *dir, enum sys_key key, struct dirent **entry)
{
    uint32_t code = sys_enter(be, "readdir");
    *entry = NULL;
    if (code == 0) {
        errno = 0;
        *entry = readdir(dir);
        code = *entry == NULL ? (uint32_t)errno : 0;
    }
    if (code == 0 && *entry == NULL)
        return OSERR_NONE; /* the end is not logged */
    return sys_leave(be, "readdir", code, key, "readdir(%p) = an entry", (void *)dir);
}

void sys_closedir(struct backend *be, DIR *dir, enum sys_key key)
{
    unsigned long long was = (uintptr_t)dir;
    uint32_t code = sys_enter(be, "closedir");
    uint32_t real = errno_if(closedir(dir) != 0);
    struct oserr e =
        sys_leave(be, "closedir", code != 0 ? code : real, key, "closedir(0x%llx) = 0", was);
    (void)e;
}

struct oserr sys_space(struct backend *be, const char *path, uint64_t *unused, uint64_t *total)
{
    char quoted[SYS_QUOTED];
    struct statvfs v = {0};
    uint32_t code = sys_enter(be, "statvfs");
    if (code == 0)
        code = errno_if(statvfs(path, &v) != 0);
    *unused = (uint64_t)v.f_bavail * v.f_frsize;
    *total = (uint64_t)v.f_blocks * v.f_frsize;
    return sys_leave(be, "statvfs", code, 0, "statvfs(%s) = 0   f_bavail %llu  f_frsize %llu",
                     sys_quoted(path, quoted), (unsigned long long)v.f_bavail,
                     (unsigned long long)v.f_frsize);
}
