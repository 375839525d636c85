/* Signals that request a stop: the handler stores the number and writes a byte where somebody may
 * be waiting. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

/* A pipe whose read end becomes readable. */
struct os_wake {
    int read, write;
};

static int stop_number;                     /* atomic: 0, or the signal */
static int stop_read = -1, stop_write = -1; /* atomic: the stop pipe, created once */
static int also_wake = -1;                  /* atomic: write end of os_stop_wakes */
static int alarm_after;                     /* atomic: seconds of os_stop_alarm, 0: none */
static int held;                            /* atomic: threads that hold stop signals back */

static int load(const int *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(int *p, int v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static void post(int fd)
{
    if (fd >= 0) {
        ssize_t r = write(fd, "", 1); /* full: it is readable already */
        (void)r;
    }
}

static void on_stop(int sig)
{
    int before = errno;
    store(&stop_number, sig);
    post(load(&stop_write));
    post(load(&also_wake));
    if (load(&alarm_after) > 0)
        (void)alarm((unsigned)load(&alarm_after));
    errno = before;
}

static bool make_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0;
}

void os_catch_stop(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    int ends[2];
    if (load(&stop_read) < 0 && make_pipe(ends)) {
        store(&stop_write, ends[1]);
        store(&stop_read, ends[0]);
    }
    struct sigaction act = {.sa_handler = on_stop};
    sigemptyset(&act.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction now;
        if (signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            continue; /* nohup wants that; but a shell ignores SIGINT for everything started with &
                       */
        sigaction(signals[i], &act, NULL);
    }
}

int os_stop_fd(void)
{
    return load(&stop_read);
}

bool os_stop_asked(void)
{
    return load(&stop_number) != 0;
}

int os_stop_signal(void)
{
    return load(&stop_number);
}

static void drain(int fd)
{
    char buf[64];
    while (fd >= 0 && read(fd, buf, sizeof buf) > 0)
        continue;
}

void os_die_of(int signal_number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    _exit(128 + signal_number);
}

struct os_wake *os_wake_new(void)
{
    int ends[2];
    struct os_wake *w = malloc(sizeof *w);
    if (w == NULL || !make_pipe(ends)) {
        free(w);
        return NULL;
    }
    w->read = ends[0];
    w->write = ends[1];
    return w;
}

void os_wake_free(struct os_wake *w)
{
    if (w == NULL)
        return;
    if (load(&also_wake) == w->write)
        store(&also_wake, -1);
    close(w->read);
    close(w->write);
    free(w);
}

void os_wake_post(struct os_wake *w)
{
    int before = errno;
    post(w->write);
    errno = before;
}

void os_wake_clear(struct os_wake *w)
{
    drain(w->read);
}

int os_wake_fd(const struct os_wake *w)
{
    return w->read;
}

void os_stop_wakes(struct os_wake *w)
{
    store(&also_wake, w == NULL ? -1 : w->write);
    if (w != NULL && os_stop_asked())
        os_wake_post(w);
}

void os_stop_alarm(unsigned seconds)
{
    store(&alarm_after, (int)seconds);
    if (seconds == 0 || os_stop_asked())
        (void)alarm(seconds);
}

/* ---- a stop that is not delivered ---- */

enum { LOOK_MS = 500 };

/* A call that waits for a file server (FUSE, NFS) lets no handler run; a signal without one ends
 * it. So this thread looks for stop signals that stay pending, and dies of them, unless they are
 * held back on purpose. */
static void *see_pending(void *seconds)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    unsigned long looks = (unsigned long)(uintptr_t)seconds * 1000 / LOOK_MS, seen = 0;
    for (;;) {
        (void)nanosleep(&pause, NULL);
        int sig = os_stop_pending();
        seen = sig != 0 && load(&held) == 0 ? seen + 1 : 0;
        if (seen > looks)
            os_die_of(sig);
    }
    return NULL;
}

int os_stop_pending(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t now;
    if (sigpending(&now) != 0)
        return 0;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigismember(&now, signals[i]) == 1)
            return signals[i];
    return 0;
}

void os_stop_hold(int change)
{
    (void)__atomic_add_fetch(&held, change, __ATOMIC_ACQ_REL);
}

void os_stop_enforce(unsigned seconds)
{
    static int started;
    sigset_t all, before;
    pthread_attr_t attr;
    pthread_t thread;
    os_stop_alarm(seconds);
    if (__atomic_exchange_n(&started, 1, __ATOMIC_ACQ_REL) != 0 || pthread_attr_init(&attr) != 0)
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0)
        (void)pthread_create(&thread, &attr, see_pending, (void *)(uintptr_t)seconds);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
}
