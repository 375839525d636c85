#include "backend/linux/sys_kernel.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

const char *sys_error_name(uint32_t code)
{
    const char *name = strerrorname_np((int)code);
    return name != NULL ? name : "error";
}

struct oserr sys_userfaultfd(struct backend *be, int *fd)
{
    uint32_t code = sys_enter(be, "userfaultfd");
    *fd = -1;
    if (code == 0) {
        *fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
        code = errno_if(*fd < 0);
    }
    struct oserr e =
        sys_leave(be, "userfaultfd", code, 0,
                  "userfaultfd(UFFD_USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK) = %d", *fd);
    if (oserr_is(e))
        return e;
    struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_SIGBUS};
    code = sys_enter(be, "ioctl");
    if (code == 0)
        code = errno_if(ioctl(*fd, UFFDIO_API, &api) != 0);
    e = sys_leave(be, "ioctl", code, 0, "ioctl(%d, UFFDIO_API, UFFD_FEATURE_SIGBUS) = 0", *fd);
    if (oserr_is(e)) {
        sys_close(be, *fd, SYS_KEY_NONE);
        *fd = -1;
    }
    return e;
}

struct oserr sys_uffd_watch(struct backend *be, int fd, void *at, size_t n)
{
    struct uffdio_register r = {
        .range = {.start = (uint64_t)(uintptr_t)at, .len = n},
        .mode = UFFDIO_REGISTER_MODE_MISSING,
    };
    uint32_t code = sys_enter(be, "ioctl");
    if (code == 0)
        code = errno_if(ioctl(fd, UFFDIO_REGISTER, &r) != 0);
    return sys_leave(be, "ioctl", code, 0, "ioctl(%d, UFFDIO_REGISTER, %p, %zu, MISSING) = 0", fd,
                     at, n);
}

static int rename_free(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

struct oserr sys_rename_new(struct backend *be, const char *from, const char *to)
{
    char q1[SYS_QUOTED], q2[SYS_QUOTED];
    uint32_t code = sys_enter(be, "renameat2");
    if (code == 0)
        code = errno_if(rename_free(from, to) != 0);
    return sys_leave(be, "renameat2", code, 0,
                     "renameat2(AT_FDCWD, %.70s, AT_FDCWD, %.70s, RENAME_NOREPLACE) = 0",
                     sys_quoted(from, q1), sys_quoted(to, q2));
}

/* Nothing is logged between these calls: who waits for the lease has opened the old name, and who
 * comes before the name is back makes it anew, so every microsecond counts. */
struct oserr sys_rename_leased(struct backend *be, int fd, const char *from, const char *to,
                               bool *alone, bool *stuck)
{
    char q1[SYS_QUOTED], q2[SYS_QUOTED];
    uint32_t code = sys_enter(be, "renameat2");
    int lease = code == 0 ? fcntl(fd, F_GETLEASE) : F_WRLCK;
    uint32_t unknown = errno_if(lease < 0);
    *stuck = false;
    if (code == 0 && lease == F_WRLCK && (code = errno_if(rename_free(from, to) != 0)) == 0) {
        lease = fcntl(fd, F_GETLEASE);
        unknown = errno_if(lease < 0);
        *stuck = lease != F_WRLCK && rename_free(to, from) != 0;
    }
    *alone = lease < 0 || lease == F_WRLCK;
    if (unknown != 0)
        return sys_leave(be, "fcntl", unknown, 0, "fcntl(%d, F_GETLEASE)", fd);
    return sys_leave(be, "renameat2", code, 0,
                     "renameat2(AT_FDCWD, %.70s, AT_FDCWD, %.70s, RENAME_NOREPLACE) = 0%s",
                     sys_quoted(from, q1), sys_quoted(to, q2),
                     *stuck   ? "   lease broken"
                     : *alone ? ""
                              : "   lease broken, taken back");
}

struct oserr sys_rename(struct backend *be, const char *from, const char *to)
{
    char q1[SYS_QUOTED], q2[SYS_QUOTED];
    uint32_t code = sys_enter(be, "rename");
    if (code == 0)
        code = errno_if(rename(from, to) != 0);
    return sys_leave(be, "rename", code, 0, "rename(%.90s, %.90s) = 0", sys_quoted(from, q1),
                     sys_quoted(to, q2));
}

void sys_signals_hold(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    os_stop_hold(1);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

void sys_signals_release(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
    os_stop_hold(-1);
}

bool sys_stop_held(void)
{
    return os_stop_pending() != 0;
}

/* The kernel reports an opener that arrives meanwhile by SIGIO. F_OWNER_TID sends it to this thread
 * only, which has it blocked; it would kill the process in any other thread. */
struct oserr sys_lease_take(struct backend *be, int fd)
{
    const struct f_owner_ex us = {F_OWNER_TID, gettid()};
    uint32_t code = sys_enter(be, "fcntl");
    if (code == 0)
        code = errno_if(fcntl(fd, F_SETOWN_EX, &us) != 0);
    if (code == 0)
        code = errno_if(fcntl(fd, F_SETLEASE, F_WRLCK) != 0);
    return sys_leave(be, "fcntl", code, 0, "fcntl(%d, F_SETLEASE, F_WRLCK) = 0", fd);
}

/* While somebody waits, the kernel answers with what the lease is about to become. */
struct oserr sys_lease_held(struct backend *be, int fd, bool *alone)
{
    int lease = F_UNLCK;
    uint32_t code = sys_enter(be, "fcntl");
    if (code == 0)
        code = errno_if((lease = fcntl(fd, F_GETLEASE)) < 0);
    *alone = code == 0 && lease == F_WRLCK;
    return sys_leave(be, "fcntl", code, 0, "fcntl(%d, F_GETLEASE) = %s", fd,
                     *alone ? "F_WRLCK" : "broken");
}

void sys_lease_give(struct backend *be, int fd)
{
    const struct timespec none = {0, 0};
    sigset_t io;
    sigemptyset(&io);
    sigaddset(&io, SIGIO);
    uint32_t code = sys_enter(be, "fcntl");
    uint32_t real = errno_if(fcntl(fd, F_SETLEASE, F_UNLCK) != 0);
    while (sigtimedwait(&io, NULL, &none) == SIGIO) /* of somebody who waited */
        continue;
    struct oserr e = sys_leave(be, "fcntl", code != 0 ? code : real, 0,
                               "fcntl(%d, F_SETLEASE, F_UNLCK) = 0", fd);
    (void)e;
}

struct oserr sys_lease_proof(struct backend *be, int fd)
{
    sigset_t before;
    sys_signals_hold(&before);
    struct oserr e = sys_lease_take(be, fd);
    if (!oserr_is(e))
        sys_lease_give(be, fd);
    sys_signals_release(&before);
    return e;
}

struct oserr sys_inotify(struct backend *be, const char *folder, int *fd)
{
    const uint32_t what = IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB | IN_MODIFY | IN_ONLYDIR;
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, "inotify_init1");
    *fd = -1;
    if (code == 0)
        code = errno_if((*fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) < 0);
    struct oserr e = sys_leave(be, "inotify_init1", code, 0, "inotify_init1(IN_CLOEXEC) = %d", *fd);
    if (oserr_is(e))
        return e;
    code = sys_enter(be, "inotify_add_watch");
    if (code == 0)
        code = errno_if(inotify_add_watch(*fd, folder, what) < 0);
    e = sys_leave(be, "inotify_add_watch", code, 0, "inotify_add_watch(%d, %s, ...) = 0", *fd,
                  sys_quoted(folder, quoted));
    if (oserr_is(e)) {
        sys_close(be, *fd, SYS_KEY_NONE);
        *fd = -1;
    }
    return e;
}
