/* The outer side of boxed.h: starting, asking, killing. */
#include "backend/boxed.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/linux/boxed_inside.h"
#include "backend/linux/sys_file.h"

struct boxed {
    struct backend *be;
    pid_t pid;
    int fd;
};

static const char *program; /* of boxed_use */

void boxed_use(const char *path)
{
    program = path;
}

/* ---- system calls ---- */

static struct oserr sys_socketpair(struct backend *be, int ends[2])
{
    uint32_t code = sys_enter(be, "socketpair");
    ends[0] = ends[1] = -1;
    if (code == 0)
        code = errno_if(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0);
    return sys_leave(be, "socketpair", code, 0, "socketpair(AF_UNIX, SOCK_STREAM) = 0   %d, %d",
                     ends[0], ends[1]);
}

/* POSIX leaves everything but exec undefined after vfork; Linux says what it does: the child runs
 * on the parent's memory, with descriptors and a signal mask of its own.
 * NOLINTBEGIN(clang-analyzer-unix.Vfork,clang-analyzer-security.insecureAPI.vfork) */

/* In the child until exec: only calls that are safe after vfork, when the memory is the parent's.
 */
static void become(const char *path, int fd)
{
    static char name[] = "shmlens", word[] = BOXED_WORD;
    char *argv[] = {name, word, NULL}, *envp[] = {NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2 &&
        (fd == BOXED_FD ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, BOXED_FD) == BOXED_FD) &&
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        (void)syscall(SYS_close_range, BOXED_FD + 1, ~0U, 0);
        execve(path, argv, envp);
    }
    _exit(127);
}

/* We go on when it has become another program: until then it would seem to have mapped what we
 * have, and to hold what we hold. No signal may reach it before, either: our handlers would run in
 * it. They stay blocked until it is a box (boxed_main). */
static struct oserr sys_boxed(struct backend *be, int fd, pid_t *pid)
{
    const char *path = program != NULL ? program : "/proc/self/exe";
    sigset_t all, before;
    uint32_t code = sys_enter(be, "vfork");
    *pid = -1;
    if (code == 0) {
        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before);
        *pid = vfork();
        if (*pid == 0)
            become(path, fd);
        code = errno_if(*pid < 0);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    return sys_leave(be, "vfork", code, 0, "vfork() = %d   boxed: %s %s", (int)*pid, path,
                     BOXED_WORD);
}

/* NOLINTEND(clang-analyzer-unix.Vfork,clang-analyzer-security.insecureAPI.vfork) */

/* The length of the question, then it, the descriptor with the first byte. */
static struct oserr sys_question(struct backend *be, int socket, const struct boxed_question *q)
{
    uint32_t size = (uint32_t)q->size;
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part[2] = {{&size, sizeof size}, {NULL, q->size}};
    struct msghdr m = {.msg_iov = part, .msg_iovlen = 2};
    memcpy(&part[1].iov_base, &q->bytes, sizeof q->bytes); /* sendmsg does not change it */
    if (q->fd >= 0) {
        m.msg_control = control;
        m.msg_controllen = sizeof control;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        *c = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(c), &q->fd, sizeof(int));
    }
    uint32_t code = sys_enter(be, "sendmsg");
    if (code == 0) {
        ssize_t n = sendmsg(socket, &m, MSG_NOSIGNAL);
        code = errno_if(n < 0);
        if (n >= 0 && (size_t)n != sizeof size + q->size)
            code = EMSGSIZE;
    }
    return sys_leave(be, "sendmsg", code, 0, "sendmsg(%d, %zu bytes, fd %d) = 0", socket,
                     sizeof size + q->size, q->fd);
}

/* Is there something to read? *ready false: not within these milliseconds. */
static struct oserr sys_readable(struct backend *be, int fd, int ms, bool *ready)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint32_t code = sys_enter(be, "poll");
    int n = 0;
    if (code == 0)
        code = errno_if((n = poll(&p, 1, ms)) < 0);
    if (code == EINTR)
        code = 0, n = 0;
    *ready = n > 0;
    return sys_leave(be, "poll", code, SYS_KEY_BOXED_WAIT, "poll(%d, POLLIN) = %d", fd, n);
}

/* ---- */

struct oserr boxed_start(struct backend *be, struct boxed **out)
{
    int ends[2];
    void *mem = NULL;
    *out = NULL;
    struct oserr e = sys_alloc(be, sizeof(struct boxed), &mem);
    if (oserr_is(e))
        return e;
    struct boxed *b = mem;
    b->be = be;
    e = sys_socketpair(be, ends);
    if (!oserr_is(e)) {
        e = sys_boxed(be, ends[1], &b->pid);
        sys_close(be, ends[1], SYS_KEY_NONE);
        b->fd = ends[0];
        if (oserr_is(e))
            sys_close(be, ends[0], SYS_KEY_NONE);
    }
    if (oserr_is(e))
        free(b);
    else
        *out = b;
    return e;
}

void boxed_stop(struct boxed *b)
{
    if (b == NULL)
        return;
    sys_close(b->be, b->fd, SYS_KEY_NONE);
    (void)kill(b->pid, SIGKILL);
    while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    sys_note(b->be, "kill(%d, SIGKILL) = 0   boxed", (int)b->pid);
    free(b);
}

/* Reads exactly n bytes by the deadline. */
static struct oserr receive(struct boxed *b, const struct boxed_question *q, uint8_t *to, size_t n)
{
    enum { STEP_MS = 50 };
    size_t have = 0;
    while (have < n) {
        bool ready = false;
        size_t got = 0;
        int64_t left = (q->deadline - os_now()) / 1000000;
        if (left <= 0)
            return (struct oserr){"boxed_ask", SEG_E_SLOW};
        struct oserr e =
            sys_readable(b->be, b->fd, left < STEP_MS ? (int)left + 1 : STEP_MS, &ready);
        if (!oserr_is(e) && !ready && q->stop != NULL && q->stop(q->ctx))
            return (struct oserr){"boxed_ask", SEG_E_STOPPED};
        if (!oserr_is(e) && ready)
            e = sys_read(b->be, b->fd, to + have, n - have, SYS_KEY_BOXED_READ, &got);
        if (!oserr_is(e) && ready && got == 0)
            e = (struct oserr){"boxed_ask", SEG_E_BOXED};
        if (oserr_is(e))
            return e.code == ECONNRESET ? (struct oserr){"boxed_ask", SEG_E_BOXED} : e;
        have += got;
    }
    return OSERR_NONE;
}

struct oserr boxed_ask(struct boxed *b, const struct boxed_question *q, uint8_t **answer, size_t *n)
{
    uint8_t head[4];
    uint32_t size = 0;
    void *mem = NULL;
    *answer = NULL;
    *n = 0;
    if (q->size > BOXED_QUESTION_MAX)
        return (struct oserr){"boxed_ask", SEG_E_SIZE};
    struct oserr e = sys_question(b->be, b->fd, q);
    if (e.code == EPIPE || e.code == ECONNRESET)
        e = (struct oserr){"boxed_ask", SEG_E_BOXED};
    if (!oserr_is(e))
        e = receive(b, q, head, sizeof head);
    if (oserr_is(e))
        return e;
    memcpy(&size, head, sizeof size);
    if (size > BOXED_ANSWER_MAX)
        return (struct oserr){"boxed_ask", SEG_E_BOXED};
    e = sys_alloc(b->be, (size_t)size + 1, &mem);
    if (!oserr_is(e))
        e = receive(b, q, mem, size);
    if (oserr_is(e)) {
        free(mem);
        return e;
    }
    *answer = mem;
    *n = size;
    return OSERR_NONE;
}
