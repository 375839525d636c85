/* Time, identity, and plain output. */
#include "backend/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

enum { SECOND = 1000000000, LAST_PATIENCE_MS = 1000 };

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

int64_t os_now(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t os_wall(void)
{
    return clock_ns(CLOCK_REALTIME);
}

bool os_sleep_until(int64_t deadline)
{
    struct pollfd stop = {.fd = os_stop_fd(), .events = POLLIN}; /* -1: poll ignores it */
    for (;;) {
        int64_t left = deadline - os_now();
        if (os_stop_asked())
            return false;
        if (left <= 0)
            return true;
        struct timespec t = {.tv_sec = (time_t)(left / SECOND), .tv_nsec = (long)(left % SECOND)};
        (void)ppoll(&stop, 1, &t, NULL);
    }
}

void os_clock_text(int64_t wall, char buf[16])
{
    time_t seconds = (time_t)(wall / SECOND);
    struct tm tm;
    if (localtime_r(&seconds, &tm) == NULL) {
        buf[0] = '\0';
        return;
    }
    unsigned ms = (unsigned)(wall % SECOND / 1000000);
    snprintf(buf, 16, "%02u:%02u:%02u.%03u", (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
             (unsigned)tm.tm_sec % 100, ms % 1000);
}

bool os_pid_exists(uint32_t pid)
{
    return pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

uint32_t os_pid(void)
{
    return (uint32_t)getpid();
}

unsigned os_cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? (unsigned)n : 1;
}

uint32_t os_uid(void)
{
    return (uint32_t)geteuid();
}

const char *os_user_name(uint32_t uid, char buf[33])
{
    char scratch[4096];
    struct passwd pw, *found = NULL;
    if (getpwuid_r((uid_t)uid, &pw, scratch, sizeof scratch, &found) == 0 && found != NULL &&
        found->pw_name[0] != '\0')
        snprintf(buf, 33, "%s", found->pw_name);
    else
        snprintf(buf, 33, "%u", (unsigned)uid);
    return buf;
}

bool os_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

int os_terminal_cols(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool os_arguments(int *argc, char ***argv)
{
    (void)argc; /* bytes here are what the user typed */
    (void)argv;
    /* If a standard descriptor is closed, the next segment opened gets its number, and our output
     * is written into the segment. An O_PATH descriptor takes the number, can be neither
     * read nor written (EBADF, as before), and is inherited by what we start. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
            return false;
    return true;
}

struct oserr os_write_fd(int fd, const void *buf, size_t n)
{
    const char *p = buf;
    while (n > 0) {
        size_t take = n;
        if (os_stop_asked()) { /* a slow reader gets the rest, one that hangs does not block us */
            struct pollfd out = {.fd = fd, .events = POLLOUT};
            if (poll(&out, 1, LAST_PATIENCE_MS) == 0)
                return (struct oserr){"write", ETIMEDOUT};
            take = n < PIPE_BUF ? n : PIPE_BUF; /* there is room for that much */
        }
        ssize_t r = write(fd, p, take);
        if (r < 0 && errno == EAGAIN) {
            struct pollfd out = {.fd = fd, .events = POLLOUT};
            (void)poll(&out, 1, -1);
        } else if (r < 0 && errno == EPIPE && fd == STDOUT_FILENO) {
            os_die_of(SIGPIPE); /* even where it is ignored: the reader has closed the pipe */
        } else if (r < 0 && errno != EINTR) {
            return (struct oserr){"write", (uint32_t)errno};
        } else if (r > 0) {
            p += r;
            n -= (size_t)r;
        }
    }
    return OSERR_NONE;
}
