/* Threads, and a monitor: a mutex with a condition variable on the monotonic clock. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "backend/linux/os_private.h"

struct os_thread {
    pthread_t id;
    void (*fn)(void *arg);
    void *arg;
};

static void *thread_main(void *arg)
{
    struct os_thread *t = arg;
    t->fn(t->arg);
    return NULL;
}

/* All signals but those that a fault raises: blocked, these would kill the process without reaching
 * the guard. */
static void fill_blocked(sigset_t *set)
{
    sigfillset(set);
    sigdelset(set, SIGBUS);
    sigdelset(set, SIGSEGV);
    sigdelset(set, SIGFPE);
    sigdelset(set, SIGILL);
    sigdelset(set, SIGABRT);
}

struct oserr os_thread_start(struct os_thread **out, void (*fn)(void *arg), void *arg)
{
    sigset_t blocked, before;
    struct os_thread *t = malloc(sizeof *t);
    *out = NULL;
    if (t == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    *t = (struct os_thread){.fn = fn, .arg = arg};
    fill_blocked(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int code = pthread_create(&t->id, NULL, thread_main, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        free(t);
        return (struct oserr){"pthread_create", (uint32_t)code};
    }
    *out = t;
    return OSERR_NONE;
}

void os_thread_join(struct os_thread *t)
{
    if (t == NULL)
        return;
    pthread_join(t->id, NULL);
    free(t);
}

struct os_monitor {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct os_monitor *os_monitor_new(void)
{
    pthread_condattr_t attr;
    struct os_monitor *m = malloc(sizeof *m);
    if (m == NULL)
        return NULL;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, &attr);
    pthread_condattr_destroy(&attr);
    return m;
}

void os_monitor_free(struct os_monitor *m)
{
    if (m == NULL)
        return;
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

void os_monitor_lock(struct os_monitor *m)
{
    pthread_mutex_lock(&m->lock);
}

void os_monitor_unlock(struct os_monitor *m)
{
    pthread_mutex_unlock(&m->lock);
}

void os_monitor_broadcast(struct os_monitor *m)
{
    pthread_cond_broadcast(&m->changed);
}

bool os_monitor_wait(struct os_monitor *m, int64_t deadline)
{
    if (deadline == INT64_MAX)
        return pthread_cond_wait(&m->changed, &m->lock) == 0;
    if (deadline < 0)
        deadline = 0;
    struct timespec t = {.tv_sec = (time_t)(deadline / 1000000000),
                         .tv_nsec = (long)(deadline % 1000000000)};
    return pthread_cond_timedwait(&m->changed, &m->lock, &t) == 0;
}
