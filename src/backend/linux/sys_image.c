#include "backend/sys_image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t failed(bool bad)
{
    return bad ? (uint32_t)errno : 0;
}

struct oserr sys_image_new(struct backend *be, const char *what, int *fd)
{
    uint32_t code = sys_enter(be, "memfd_create");
    *fd = -1;
    if (code == 0)
        code = failed((*fd = memfd_create(what, MFD_CLOEXEC)) < 0);
    return sys_leave(be, "memfd_create", code, 0, "memfd_create(\"%s\", MFD_CLOEXEC) = %d", what,
                     *fd);
}

struct oserr sys_image_punch(struct backend *be, int fd, uint64_t off, uint64_t n)
{
    uint32_t code = sys_enter(be, "fallocate");
    if (code == 0)
        code = failed(
            fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)n) != 0);
    return sys_leave(be, "fallocate", code, 1 + ((uint64_t)(unsigned)fd << 32),
                     "fallocate(%d, FALLOC_FL_PUNCH_HOLE, %llu, %llu) = 0", fd,
                     (unsigned long long)off, (unsigned long long)n);
}

struct oserr sys_pwrite(struct backend *be, int fd, const void *buf, size_t n, uint64_t off)
{
    uint32_t code = sys_enter(be, "pwrite");
    const char *p = buf;
    for (size_t done = 0; done < n && code == 0;) {
        ssize_t r = pwrite(fd, p + done, n - done, (off_t)(off + done));
        if (r > 0)
            done += (size_t)r;
        else if (errno != EINTR)
            code = r < 0 ? (uint32_t)errno : ENOSPC;
    }
    return sys_leave(be, "pwrite", code, 2 + ((uint64_t)(unsigned)fd << 32),
                     "pwrite(%d, ..., %zu, %llu)", fd, n, (unsigned long long)off);
}

uint64_t sys_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}
