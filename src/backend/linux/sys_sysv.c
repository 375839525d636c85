#include "backend/linux/sys_sysv.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

/* As errno_if, for calls whose only argument that can be invalid is the id: EINVAL means that
 * there is no such id. */
static uint32_t errno_of_id(bool bad)
{
    uint32_t code = errno_if(bad);
    return code == EINVAL ? EIDRM : code;
}

struct oserr sys_shmget(struct backend *be, uint32_t key, size_t size, int flags, int *id)
{
    uint32_t code = sys_enter(be, "shmget");
    *id = -1;
    if (code == 0)
        code = errno_if((*id = shmget((key_t)key, size, flags)) < 0);
    return sys_leave(be, "shmget", code, 0, "shmget(%#x, %zu, %s%#o) = %d", (unsigned)key, size,
                     (flags & IPC_CREAT) != 0 ? "IPC_CREAT | IPC_EXCL | " : "", flags & 0777, *id);
}

struct oserr sys_shmat(struct backend *be, int id, bool write, void **at)
{
    uint32_t code = sys_enter(be, "shmat");
    *at = NULL;
    if (code == 0) {
        void *p = shmat(id, NULL, write ? 0 : SHM_RDONLY);
        code = errno_of_id((intptr_t)p == -1);
        if (code == 0)
            *at = p;
    }
    return sys_leave(be, "shmat", code, 0, "shmat(%d, NULL, %s) = %p", id,
                     write ? "0" : "SHM_RDONLY", *at);
}

void sys_shmdt(struct backend *be, void *at)
{
    uint32_t code = sys_enter(be, "shmdt");
    uint32_t real = errno_if(shmdt(at) != 0);
    struct oserr e = sys_leave(be, "shmdt", code != 0 ? code : real, 0, "shmdt(%p) = 0", at);
    (void)e;
}

struct oserr sys_shm_stat(struct backend *be, int id, struct shmid_ds *ds)
{
    uint32_t code = sys_enter(be, "shmctl");
    *ds = (struct shmid_ds){0};
    if (code == 0)
        code = errno_of_id(shmctl(id, IPC_STAT, ds) != 0);
    return sys_leave(be, "shmctl", code, ((uint64_t)(unsigned)id << 32) + ds->shm_nattch * 8U + 1,
                     "shmctl(%d, IPC_STAT) = 0   shm_segsz %zu  shm_nattch %lu", id, ds->shm_segsz,
                     (unsigned long)ds->shm_nattch);
}

struct oserr sys_shm_set(struct backend *be, int id, struct shmid_ds *ds)
{
    uint32_t code = sys_enter(be, "shmctl");
    if (code == 0)
        code = errno_of_id(shmctl(id, IPC_SET, ds) != 0);
    return sys_leave(be, "shmctl", code, 0, "shmctl(%d, IPC_SET, mode %#o) = 0", id,
                     (unsigned)ds->shm_perm.mode);
}

struct oserr sys_shm_remove(struct backend *be, int id)
{
    uint32_t code = sys_enter(be, "shmctl");
    if (code == 0)
        code = errno_of_id(shmctl(id, IPC_RMID, NULL) != 0);
    return sys_leave(be, "shmctl", code, 0, "shmctl(%d, IPC_RMID) = 0", id);
}

/* Argument of the thread that enters the namespace, and its result. */
struct entering {
    int ns, fd;
    uint32_t code;
};

static void enter_and_open(void *arg)
{
    struct entering *e = arg;
    e->code = errno_if(setns(e->ns, CLONE_NEWIPC) != 0);
    if (e->code == 0)
        e->code = errno_if((e->fd = open("/proc/sysvipc/shm", O_RDONLY | O_CLOEXEC)) < 0);
}

struct oserr sys_shm_table(struct backend *be, int ns, int *fd)
{
    struct os_thread *thread;
    struct entering e = {.ns = ns, .fd = -1};
    uint32_t code = sys_enter(be, "setns");
    if (code == 0) {
        struct oserr started = os_thread_start(&thread, enter_and_open, &e);
        if (!oserr_is(started))
            os_thread_join(thread);
        code = oserr_is(started) ? started.code : e.code;
    }
    *fd = e.fd;
    return sys_leave(be, "setns", code, SYS_KEY_SYSV_AWAY,
                     "setns(%d, CLONE_NEWIPC), open(\"/proc/sysvipc/shm\") = %d", ns, *fd);
}

struct oserr sys_mincore(struct backend *be, void *at, size_t n, unsigned char *pages)
{
    uint32_t code = sys_enter(be, "mincore");
    if (code == 0)
        code = errno_if(mincore(at, n, pages) != 0);
    return sys_leave(be, "mincore", code, (uint64_t)(uintptr_t)at | 3, "mincore(%p, %zu) = 0", at,
                     n);
}

struct oserr sys_swap_used(struct backend *be, bool *used)
{
    struct sysinfo info = {0};
    uint32_t code = sys_enter(be, "sysinfo");
    if (code == 0)
        code = errno_if(sysinfo(&info) != 0);
    *used = info.freeswap < info.totalswap;
    return sys_leave(be, "sysinfo", code, *used ? 5 : 7, "sysinfo() = 0   %s swapped",
                     *used ? "something is" : "nothing is");
}
