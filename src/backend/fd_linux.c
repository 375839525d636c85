#include <sys/mman.h>
#include <unistd.h>

#include "backend/guard.h"
#include "backend/kinds_posix.h"
#include "backend/sys_linux.h"

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

struct oserr fd_map(struct seg *s, uint64_t at, size_t n, bool write, struct view *v)
{
    void *p;
    guard_install();
    *v = (struct view){0};
    if (!write)
        return map_look(s, at, n, v);
    uint64_t skew = at % (uint64_t)sysconf(_SC_PAGESIZE);
    at -= skew;
    n += (size_t)skew;
    struct oserr e = sys_mmap(s->be, n, PROT_READ | PROT_WRITE, MAP_SHARED, (int)s->handle, at, &p);
    if (!oserr_is(e))
        *v = (struct view){.base = p, .at = at, .n = n};
    return e;
}
