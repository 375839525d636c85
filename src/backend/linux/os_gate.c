/* A mutex with a condition made of one futex: a wait costs one system call, where a condition
 * variable's costs two (its mutex is taken again as if somebody waited for it) and more code. The
 * sampler waits hundreds of times a second. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "backend/os.h"

struct os_monitor {
    pthread_mutex_t lock;
    atomic_uint signals; /* how often it was signalled; waiters sleep on it */
    atomic_uint waiting; /* waiters, those about to sleep included */
};

struct os_monitor *os_monitor_new(void)
{
    struct os_monitor *g = malloc(sizeof *g);
    if (g == NULL)
        return NULL;
    pthread_mutex_init(&g->lock, NULL);
    atomic_init(&g->signals, 0);
    atomic_init(&g->waiting, 0);
    return g;
}

void os_monitor_free(struct os_monitor *g)
{
    if (g == NULL)
        return;
    pthread_mutex_destroy(&g->lock);
    free(g);
}

void os_monitor_lock(struct os_monitor *g)
{
    pthread_mutex_lock(&g->lock);
}

void os_monitor_unlock(struct os_monitor *g)
{
    pthread_mutex_unlock(&g->lock);
}

void os_monitor_broadcast(struct os_monitor *g)
{
    atomic_fetch_add(&g->signals, 1);
    if (atomic_load(&g->waiting) > 0)
        syscall(SYS_futex, &g->signals, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* A signal between the look at `signals` and the sleep changes the number, and the kernel does not
 * let us sleep on another number than the one we saw. */
bool os_monitor_wait(struct os_monitor *g, int64_t deadline)
{
    struct timespec t = {.tv_sec = (time_t)(deadline / 1000000000),
                         .tv_nsec = (long)(deadline % 1000000000)};
    if (deadline < 0)
        t = (struct timespec){0};
    atomic_fetch_add(&g->waiting, 1);
    unsigned seen = atomic_load(&g->signals);
    pthread_mutex_unlock(&g->lock);
    long r = syscall(SYS_futex, &g->signals, FUTEX_WAIT_BITSET_PRIVATE, seen,
                     deadline == INT64_MAX ? NULL : &t, NULL, FUTEX_BITSET_MATCH_ANY);
    bool late = r != 0 && errno == ETIMEDOUT;
    atomic_fetch_sub(&g->waiting, 1);
    pthread_mutex_lock(&g->lock);
    return !late;
}
