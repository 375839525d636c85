/* Our own executable as a child: the demo's writer. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

enum { SPAWN_ARGS = 32 };

struct os_process {
    pid_t pid;
    bool reaped; /* it ended, and its pid may have been reused */
};

/* In the child, until exec: only calls that are safe after fork. Writes errno to `report` on
 * failure. */
static void become(char *const *argv, pid_t parent, int report)
{
    sigset_t none;
    sigemptyset(&none);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 &&
        prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent) {
        static const int defaults[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP};
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
            signal(defaults[i], SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        char path[4096]; /* run by its path, so that the process has our name; by the link it would
                            be `exe` */
        ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
        if (length > 0) {
            path[length] = '\0';
            execv(path, argv);
        }
        execv("/proc/self/exe", argv); /* our executable was moved or replaced */
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

struct oserr os_spawn_self(const char *const *args, struct os_process **out)
{
    char *argv[SPAWN_ARGS + 2];
    size_t n = 0;
    int ends[2];
    *out = NULL;
    static char self[] = "shmlens";
    argv[n++] = self;
    for (size_t i = 0; args[i] != NULL && n <= SPAWN_ARGS; i++)
        memcpy(&argv[n++], &args[i], sizeof argv[0]); /* execv does not change the strings */
    argv[n] = NULL;
    struct os_process *p = calloc(1, sizeof *p);
    if (p == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(p);
        return os_errno("pipe2");
    }
    pid_t parent = getpid();
    p->pid = fork();
    if (p->pid == 0)
        become(argv, parent, ends[1]);
    struct oserr e = p->pid < 0 ? os_errno("fork") : OSERR_NONE;
    close(ends[1]);
    int code = p->pid < 0 ? 0 : child_code(ends[0]);
    close(ends[0]);
    if (code != 0) {
        (void)waitpid(p->pid, NULL, 0);
        e = (struct oserr){"execv", (uint32_t)code};
    }
    if (oserr_is(e))
        free(p);
    else
        *out = p;
    return e;
}

bool os_process_running(struct os_process *p)
{
    if (!p->reaped && waitpid(p->pid, NULL, WNOHANG) != 0)
        p->reaped = true;
    return !p->reaped;
}

uint32_t os_process_pid(const struct os_process *p)
{
    return (uint32_t)p->pid;
}

void os_process_stop(struct os_process *p)
{
    enum { STEP_NS = 2000000, STEPS = 1000 };
    if (p == NULL)
        return;
    if (os_process_running(p))
        kill(p->pid, SIGTERM);
    for (int i = 0; i < STEPS && os_process_running(p); i++) {
        struct timespec t = {0, STEP_NS};
        nanosleep(&t, NULL);
    }
    if (os_process_running(p)) {
        kill(p->pid, SIGKILL);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    free(p);
}
