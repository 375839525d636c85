/* Processes that we start and end: our own executable (the demo's writer), programs of the lab. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

enum {
    SPAWN_ARGS = 32,
    SAID = 512,
    HEARS = 256 /* pieces at once */,
    CLOSE_ON_EXEC = 4 /* CLOSE_RANGE_CLOEXEC */
};

#define STOPS_IN (2 * INT64_C(1000000000)) /* ns */

struct os_process {
    pid_t pid;
    bool ended; /* then these; it is not reaped before its watchdog, which knows it by its pid */
    int status, signal;
    struct os_watchdog watchdog;
    int hears; /* what it writes to stderr comes out here; -1: it goes nowhere */
    size_t heard;
    bool last; /* the last of it is kept, not the first */
    char said[SAID];
};

static void become_self(char *const *argv)
{
    char path[4096]; /* run by its path, so that the process has our name; by the link it would be
                        `exe` */
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        execv(path, argv);
    }
    execv("/proc/self/exe", argv); /* our executable was moved or replaced */
}

/* In the child, until exec: only calls that are safe after fork. Writes errno to `report` on
 * failure. Path NULL: our own executable. Nothing of it may be written to our terminal: its stderr
 * is `said` (-1: nowhere). Another program gets a session of its own: when we die the terminal's
 * SIGHUP would kill it before it has cleaned up at its SIGTERM. */
static void become(const char *path, char *const *argv, pid_t parent, int report, int said)
{
    sigset_t none;
    sigemptyset(&none);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 &&
        dup2(said >= 0 ? said : null, 2) == 2 && (path == NULL || setsid() >= 0) &&
        prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent) {
        static const int defaults[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP};
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
            signal(defaults[i], SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        if (path == NULL) {
            become_self(argv);
        } else { /* what we were given by our parent is not for it */
#ifdef SYS_close_range
            (void)syscall(SYS_close_range, 3, ~0U, CLOSE_ON_EXEC);
#endif
            execv(path, argv);
        }
    }
    int code = errno;
    ssize_t r = write(report, &code, sizeof code);
    (void)r;
    _exit(127);
}

/* Waits until the child runs the new image, or returns the errno of its failure. */
static int child_code(int report)
{
    int code = 0;
    ssize_t r;
    do
        r = read(report, &code, sizeof code);
    while (r < 0 && errno == EINTR);
    return r == (ssize_t)sizeof code ? code : 0;
}

static void free_process(struct os_process *p)
{
    if (p->hears >= 0)
        close(p->hears);
    free(p);
}

/* Starts it; `said` is its stderr (-1: nowhere). */
static struct oserr start(struct os_process *p, const char *path, char *const *argv, int said)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return os_errno("pipe2");
    pid_t parent = getpid();
    p->pid = fork();
    if (p->pid == 0)
        become(path, argv, parent, ends[1], said);
    struct oserr e = p->pid < 0 ? os_errno("fork") : OSERR_NONE;
    close(ends[1]);
    int code = p->pid < 0 ? 0 : child_code(ends[0]);
    close(ends[0]);
    if (code != 0) {
        (void)waitpid(p->pid, NULL, 0);
        e = (struct oserr){"execv", (uint32_t)code};
    }
    return e;
}

/* The ends of the pipe for its stderr. The end of another program can be read as well, so that
 * writing does not kill it after we have ended, and it never waits for us when the pipe is full.
 * Where no such end can be had (no /proc) its stderr is not read. */
static struct oserr pipe_for(const char *path, int ends[2])
{
    char name[32];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return os_errno("pipe2");
    if (path != NULL) {
        (void)snprintf(name, sizeof name, "/proc/self/fd/%d", ends[1]);
        int both = open(name, O_RDWR | O_CLOEXEC | O_NONBLOCK);
        close(ends[1]);
        ends[1] = both;
    }
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ? os_errno("fcntl") : OSERR_NONE;
}

static struct oserr spawn(const char *path, const char *const *args, struct os_process **out)
{
    char *argv[SPAWN_ARGS + 2];
    size_t n = 0;
    int ends[2] = {-1, -1};
    *out = NULL;
    static const char self[] = "shmlens";
    const char *name = path == NULL ? self : strrchr(path, '/') + 1;
    memcpy(&argv[n++], &name, sizeof argv[0]);
    for (size_t i = 0; args[i] != NULL && n <= SPAWN_ARGS; i++)
        memcpy(&argv[n++], &args[i], sizeof argv[0]); /* execv does not change the strings */
    argv[n] = NULL;
    struct os_process *p = calloc(1, sizeof *p);
    if (p == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    time_t before = time(NULL);
    p->watchdog = (struct os_watchdog){.pid = -1, .pipe = -1};
    struct oserr e = pipe_for(path, ends);
    p->hears = ends[0];
    p->last = path != NULL;
    if (!oserr_is(e))
        e = start(p, path, argv, ends[1]);
    if (ends[1] >= 0)
        close(ends[1]);
    if (!oserr_is(e) && path != NULL)
        os_watchdog_start(&p->watchdog, p->pid, before);
    if (oserr_is(e))
        free_process(p);
    else
        *out = p;
    return e;
}

struct oserr os_spawn_self(const char *const *args, struct os_process **out)
{
    return spawn(NULL, args, out);
}

struct oserr os_spawn(const char *path, const char *const *args, struct os_process **out)
{
    *out = NULL;
    if (strchr(path, '/') == NULL)
        return (struct oserr){"execv", ENOENT};
    return spawn(path, args, out);
}

bool os_is_program(char *path, size_t cap)
{
    struct stat st;
    (void)cap; /* programs have no suffix */
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool os_is_newer(const char *path, const char *than)
{
    struct stat a, b;
    if (stat(path, &a) != 0 || stat(than, &b) != 0)
        return false;
    return a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec
                                                : a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
}

/* Looks, with these flags, whether it has ended; it stays a zombie. */
static bool look(struct os_process *p, int flags)
{
    siginfo_t info = {.si_pid = 0};
    int r = p->ended ? 0 : waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOWAIT | flags);
    if (!p->ended && (r == 0 ? info.si_pid == p->pid : errno == ECHILD)) {
        p->ended = true;
        p->status = r == 0 && info.si_code == CLD_EXITED ? info.si_status : 0;
        p->signal = r == 0 && info.si_code != CLD_EXITED ? info.si_status : 0;
    }
    return p->ended;
}

/* Makes room for n bytes where the last are kept; how many of them fit. */
static size_t room_for(struct os_process *p, size_t n)
{
    size_t room = sizeof p->said - 1 - p->heard;
    if (p->last && room < n) {
        size_t drop = n - room < p->heard ? n - room : p->heard;
        memmove(p->said, p->said + drop, p->heard - drop);
        p->heard -= drop;
        room += drop;
    }
    return room < n ? room : n;
}

/* What does not fit is dropped, so that the pipe never stays full. */
static void hear(struct os_process *p)
{
    char piece[SAID - 1];
    ssize_t n = 0;
    for (int i = 0; p->hears >= 0 && i < HEARS; i++) {
        n = read(p->hears, piece, sizeof piece);
        if (n <= 0)
            break;
        size_t fits = room_for(p, (size_t)n);
        memcpy(p->said + p->heard, piece, fits);
        p->heard += fits;
    }
}

const char *os_process_said(struct os_process *p)
{
    hear(p);
    p->said[p->heard] = '\0';
    return p->said;
}

bool os_process_running(struct os_process *p)
{
    hear(p);
    return !look(p, WNOHANG);
}

void os_process_end(const struct os_process *p, int *status, int *signal)
{
    *status = p->status;
    *signal = p->signal;
}

uint32_t os_process_pid(const struct os_process *p)
{
    return (uint32_t)p->pid;
}

void os_process_ask(struct os_process *p)
{
    if (os_process_running(p))
        kill(p->pid, SIGTERM);
}

void os_process_finish(struct os_process *p, int64_t deadline)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    while (os_process_running(p) && os_now() < deadline)
        nanosleep(&pause, NULL);
    if (os_process_running(p)) {
        kill(p->pid, SIGKILL);
        while (!look(p, 0))
            continue;
    }
    os_watchdog_end(&p->watchdog);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    free_process(p);
}

void os_process_stop(struct os_process *p)
{
    if (p == NULL)
        return;
    os_process_ask(p);
    os_process_finish(p, os_now() + STOPS_IN);
}
