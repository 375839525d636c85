/* The inner side of boxed.h: what is given up, and the loop that answers. There is no back end here
 * and nothing is logged: whoever asked sees what goes in and comes out. */
#include "backend/linux/boxed_inside.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/boxed.h"

enum {
    NOBODY = 65534,
    MEMORY_MAX = 2047,
    SECONDS_MAX = 600 /* of all questions; each has a deadline of its own */,
    FILES_MAX = 512
};

#if defined(__x86_64__)
#define BOXED_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define BOXED_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define BOXED_ARCH AUDIT_ARCH_RISCV64
#else
#define BOXED_ARCH 0
#endif

bool boxed_wanted(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], BOXED_WORD) == 0;
}

/* Root becomes nobody, with no group of its own. */
static bool drop_user(void)
{
    if (geteuid() != 0)
        return true;
    return (setgroups(0, NULL) == 0 || errno == EPERM) &&
           (setresgid(NOBODY, NOBODY, NOBODY) == 0 || errno == EINVAL || errno == EPERM) &&
           (setresuid(NOBODY, NOBODY, NOBODY) == 0 || errno == EINVAL || errno == EPERM);
}

static bool limit(int what, rlim_t most)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < most)
        most = now.rlim_max;
    struct rlimit r = {most, most};
    return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool limits(void)
{
#ifndef SHMLENS_BOXED_HUGE /* sanitizers map terabytes */
    if (!limit(RLIMIT_AS, (rlim_t)MEMORY_MAX << 20))
        return false;
#endif
    return limit(RLIMIT_CPU, SECONDS_MAX) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
           limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, FILES_MAX);
}

#define ALLOW(number)                                    \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* From now on nothing can be opened, sent anywhere else, or run. fstat of the C library is
 * newfstatat with AT_EMPTY_PATH, and only so. */
static bool filter(void)
{
    struct sock_filter rows[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BOXED_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(__NR_read),
        ALLOW(__NR_pread64),
        ALLOW(__NR_write),
        ALLOW(__NR_recvmsg),
        ALLOW(__NR_mmap),
        ALLOW(__NR_munmap),
        ALLOW(__NR_mremap),
        ALLOW(__NR_mprotect),
        ALLOW(__NR_madvise),
        ALLOW(__NR_brk),
        ALLOW(__NR_fstat),
        ALLOW(__NR_lseek),
        ALLOW(__NR_futex),
        ALLOW(__NR_close),
        ALLOW(__NR_exit),
        ALLOW(__NR_exit_group),
        ALLOW(__NR_rt_sigreturn),
        ALLOW(__NR_clock_gettime),
        ALLOW(__NR_getrandom),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_newfstatat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, AT_EMPTY_PATH, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog all = {sizeof rows / sizeof rows[0], rows};
    return BOXED_ARCH != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) == 0;
}

/* ---- the loop ---- */

/* The head of a question and its descriptor; false: there is none any more. */
static bool take_head(uint32_t *size, int *fd)
{
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {size, sizeof *size};
    struct msghdr m = {.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    ssize_t n;
    *fd = -1;
    do
        n = recvmsg(BOXED_FD, &m, MSG_CMSG_CLOEXEC | MSG_WAITALL);
    while (n < 0 && errno == EINTR);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(fd, CMSG_DATA(c), sizeof(int));
    return n == (ssize_t)sizeof *size && *size <= BOXED_QUESTION_MAX;
}

static bool move_all(bool out, void *buffer, size_t n)
{
    uint8_t *p = buffer;
    while (n > 0) {
        ssize_t some = out ? write(BOXED_FD, p, n) : read(BOXED_FD, p, n);
        if (some < 0 && errno == EINTR)
            continue;
        if (some <= 0)
            return false;
        p += some;
        n -= (size_t)some;
    }
    return true;
}

int boxed_main(boxed_serve *serve)
{
    static uint8_t question[BOXED_QUESTION_MAX];
    uint32_t size = 0;
    int fd = -1;
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (!drop_user() || !limits() || !filter())
        return EXIT_FAILURE;
    while (take_head(&size, &fd)) {
        uint8_t *answer = NULL;
        size_t n = 0;
        if (!move_all(false, question, size) || !serve(question, size, fd, &answer, &n))
            _exit(EXIT_FAILURE);
        uint32_t length = (uint32_t)n;
        if (n > BOXED_ANSWER_MAX || !move_all(true, &length, sizeof length) ||
            !move_all(true, answer, n))
            _exit(EXIT_FAILURE);
        free(answer);
    }
    _exit(EXIT_SUCCESS);
}
