/* A process of its own beside each program that we start. It waits until we dismiss it, or die,
 * which closes the pipe between us; then it kills the program if that still runs some time later,
 * and removes the System V segments that the program made and that are not attached. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"
#include "backend/os.h"

enum {
    PIPE = 0, /* its descriptors */
    PROGRAM = 1,
    ENDS_IN = 2000, /* ms */
    SEGMENTS = 256
};

/* argv[0]; what follows is the program's number, and a time before it was started. */
static const char name[] = "shmlens-watchdog";

/* ---- our side ---- */

/* In the child: only calls that are safe after fork. */
static void become(int pipe_end, int program, char *number, char *since)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    char *argv[] = {(char *)(uintptr_t)name, number, since, NULL};
    sigset_t none;
    sigemptyset(&none);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid(); /* no signal of the terminal's reaches it */
    int in = fcntl(pipe_end, F_DUPFD, 3), out = fcntl(program, F_DUPFD, 3);
    if (in < 0 || out < 0 || dup2(in, PIPE) < 0 || dup2(out, PROGRAM) < 0)
        _exit(127);
    close(2);
#ifdef SYS_close_range
    (void)syscall(SYS_close_range, 2, ~0U, 0);
#endif
    execv("/proc/self/exe", argv);
    _exit(127);
}

/* The descriptor of a process; -1: this kernel has none (before 5.3). */
static int process_fd(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    errno = ENOSYS;
    return -1;
#endif
}

void os_watchdog_start(struct os_watchdog *w, pid_t pid, time_t before)
{
    int ends[2] = {-1, -1}, program = process_fd(pid);
    char number[16], since[24];
    *w = (struct os_watchdog){.pid = -1, .pipe = -1};
    (void)snprintf(number, sizeof number, "%d", (int)pid);
    (void)snprintf(since, sizeof since, "%lld", (long long)before);
    if (program >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        w->pid = fork();
        if (w->pid == 0)
            become(ends[0], program, number, since);
        close(ends[0]);
        w->pipe = ends[1];
    }
    if (program >= 0)
        close(program);
    if (w->pid < 0)
        os_watchdog_end(w);
}

void os_watchdog_end(struct os_watchdog *w)
{
    if (w->pipe >= 0)
        close(w->pipe);
    while (w->pid > 0 && waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *w = (struct os_watchdog){.pid = -1, .pipe = -1};
}

/* ---- its own ---- */

bool os_watchdog_wanted(int argc, char **argv)
{
    return argc == 3 && strcmp(argv[0], name) == 0;
}

/* The segments that the program made. They are noted when it has ended, by its number, which is
 * nobody else's then: our parent does not reap it before us, and we look at once. */
static struct {
    int id;
    time_t changed;
} made[SEGMENTS];
static int made_count;

static void note_segments(pid_t maker, time_t since)
{
    struct shm_info info;
    struct shmid_ds ds;
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);
    for (int i = 0; i <= last && made_count < SEGMENTS; i++) {
        int id = shmctl(i, SHM_STAT, &ds);
        if (id < 0 || ds.shm_cpid != maker || ds.shm_perm.cuid != geteuid() || ds.shm_ctime < since)
            continue;
        made[made_count].id = id;
        made[made_count++].changed = ds.shm_ctime;
    }
}

static void remove_segments(pid_t maker)
{
    struct shmid_ds ds;
    for (int i = 0; i < made_count; i++)
        if (shmctl(made[i].id, IPC_STAT, &ds) == 0 && ds.shm_cpid == maker &&
            ds.shm_ctime == made[i].changed && ds.shm_nattch == 0)
            (void)shmctl(made[i].id, IPC_RMID, NULL);
}

/* Waits until one of them is readable, or at its end; false: not in time. */
static bool wait_for(struct pollfd *fds, nfds_t n, int ms)
{
    int r;
    do
        r = poll(fds, n, ms);
    while (r < 0 && errno == EINTR);
    return r > 0;
}

int os_watchdog_main(char **argv)
{
    pid_t maker = (pid_t)strtol(argv[1], NULL, 10);
    time_t since = (time_t)strtoll(argv[2], NULL, 10);
    struct pollfd fds[] = {{.fd = PROGRAM, .events = POLLIN}, {.fd = PIPE, .events = POLLIN}};
    if (chdir("/") != 0)
        return EXIT_FAILURE;
    (void)wait_for(fds, 2, -1);
    if (fds[0].revents == 0 && !wait_for(fds, 1, ENDS_IN)) { /* we are alone with it */
#ifdef SYS_pidfd_send_signal
        (void)syscall(SYS_pidfd_send_signal, PROGRAM, SIGKILL, NULL, 0);
#endif
        (void)wait_for(fds, 1, ENDS_IN);
    }
    note_segments(maker, since);
    (void)wait_for(&fds[1], 1, -1);
    remove_segments(maker);
    return EXIT_SUCCESS;
}
