#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/guard.h"
#include "backend/linux/kinds.h"
#include "backend/linux/sys_kernel.h"

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

/* For looking: private, so that a read-only descriptor will do; watched, so that touching a hole
 * makes no page but faults into the guard. */
static struct oserr map_look(struct seg *s, uint64_t at, size_t n, struct view *v)
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
    *v = (struct view){.base = p, .at = at, .n = n};
    return OSERR_NONE;
}

/* What a mapping has to be a multiple of. */
static struct oserr fd_page(struct seg *s, uint64_t *page)
{
    struct stat st;
    struct oserr e = OSERR_NONE;
    *page = (uint64_t)sysconf(_SC_PAGESIZE);
    if ((s->always & SEG_ST_HUGETLB) != 0) {
        e = sys_fstat(s->be, (int)s->handle, &st);
        *page = st.st_blksize > 0 ? (uint64_t)st.st_blksize : *page;
    }
    return e;
}

struct oserr fd_map(struct seg *s, uint64_t at, size_t n, bool write, struct view *v)
{
    void *p;
    guard_install();
    *v = (struct view){0};
    if (!write)
        return map_look(s, at, n, v);
    uint64_t page;
    struct oserr e = fd_page(s, &page);
    if (oserr_is(e))
        return e;
    uint64_t skew = at % page;
    at -= skew;
    n = (size_t)((n + skew + page - 1) / page * page);
    int flags = MAP_SHARED | ((s->always & SEG_ST_HUGETLB) != 0 ? MAP_NORESERVE : 0);
    e = sys_mmap(s->be, n, PROT_READ | PROT_WRITE, flags, (int)s->handle, at, &p);
    if (!oserr_is(e))
        *v = (struct view){.base = p, .at = at, .n = n};
    return e;
}
