/* Other programs run to their end, and a folder for what they write: a compiler. It leads a process
 * group of its own, so that what it has started can be ended with it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"
#include "backend/segment.h"

enum { ASK_MS = 50, STEP_MS = 10, END_MS = 1000 };

/* In the child until exec: only calls that are safe after fork. */
static void become(char *const *argv, int said)
{
    static const int defaults[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP};
    sigset_t none;
    sigemptyset(&none);
    (void)setpgid(0, 0);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(said, 2) == 2) {
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
            signal(defaults[i], SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execvp(argv[0], argv);
    }
    _exit(127);
}

/* Reads to the end; what does not fit is dropped. False: it was stopped. */
static bool listen_to(int fd, bool (*stop)(void *ctx), void *ctx, char *said, size_t cap)
{
    char piece[4096];
    size_t n = 0;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t some = -1;
        int ready = poll(&p, 1, ASK_MS);
        if (ready > 0)
            some = read(fd, piece, sizeof piece);
        bool again = ready == 0 || (some < 0 && errno == EINTR);
        if (stop(ctx))
            return false;
        if (again)
            continue;
        if (some <= 0)
            return true;
        size_t fits = cap - 1 - n < (size_t)some ? cap - 1 - n : (size_t)some;
        memcpy(said + n, piece, fits);
        n += fits;
        said[n] = '\0';
    }
}

/* Has it ended? It is not waited for yet, so that its number stays its own. */
static bool has_ended(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = STEP_MS * 1000000L};
    siginfo_t ended = {0};
    if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == pid)
        return true;
    (void)nanosleep(&pause, NULL);
    return false;
}

/* It may have closed its output long before its end. False: it was stopped. */
static bool await_end(pid_t pid, bool (*stop)(void *ctx), void *ctx)
{
    while (!has_ended(pid))
        if (stop(ctx))
            return false;
    return true;
}

/* A compiler removes its own files on SIGTERM; what is left after a second is killed. */
static void end_group(pid_t pid)
{
    (void)kill(-pid, SIGTERM);
    for (int ms = 0; ms < END_MS && !has_ended(pid); ms += STEP_MS)
        continue;
    (void)kill(-pid, SIGKILL);
}

struct oserr os_run(const char *const *argv, bool (*stop)(void *ctx), void *ctx, char *said,
                    size_t cap, int *status)
{
    int ends[2], code = 0;
    char *const *words = NULL;
    memcpy(&words, &argv, sizeof words); /* execvp does not change the strings */
    said[0] = '\0';
    *status = 127;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return os_errno("pipe2");
    pid_t pid = fork();
    if (pid == 0)
        become(words, ends[1]);
    struct oserr e = pid < 0 ? os_errno("fork") : OSERR_NONE;
    close(ends[1]);
    if (!oserr_is(e)) {
        (void)setpgid(pid, pid); /* whichever of the two is first */
        if (!listen_to(ends[0], stop, ctx, said, cap) || !await_end(pid, stop, ctx)) {
            end_group(pid);
            e = (struct oserr){"os_run", SEG_E_STOPPED};
        }
        while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
            continue;
        *status = WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
    }
    close(ends[0]);
    return e;
}

struct oserr os_scratch_new(char *path, size_t cap)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] != '/')
        folder = "/tmp";
    int n = snprintf(path, cap, "%s/shmlens-XXXXXX", folder);
    struct oserr e = {"mkdtemp", ENAMETOOLONG};
    if (n > 0 && (size_t)n < cap)
        e = mkdtemp(path) == NULL ? os_errno("mkdtemp") : OSERR_NONE;
    if (oserr_is(e))
        path[0] = '\0'; /* there is nothing to remove */
    return e;
}

void os_scratch_remove(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        (void)unlinkat(dirfd(d), entry->d_name, 0); /* folders stay, and are none of a compiler's */
    if (d != NULL)
        (void)closedir(d);
    (void)rmdir(folder);
}
