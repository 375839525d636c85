/* A mutex with a condition, as every POSIX system has them. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "backend/os.h"

struct os_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* on the monotonic clock */
};

struct os_gate *os_gate_new(void)
{
    pthread_condattr_t attr;
    struct os_gate *g = malloc(sizeof *g);
    if (g == NULL)
        return NULL;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, &attr);
    pthread_condattr_destroy(&attr);
    return g;
}

void os_gate_free(struct os_gate *g)
{
    if (g == NULL)
        return;
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

void os_gate_lock(struct os_gate *g)
{
    pthread_mutex_lock(&g->lock);
}

void os_gate_unlock(struct os_gate *g)
{
    pthread_mutex_unlock(&g->lock);
}

void os_gate_signal(struct os_gate *g)
{
    pthread_cond_broadcast(&g->changed);
}

bool os_gate_wait(struct os_gate *g, int64_t deadline)
{
    if (deadline == INT64_MAX)
        return pthread_cond_wait(&g->changed, &g->lock) == 0;
    if (deadline < 0)
        deadline = 0;
    struct timespec t = {.tv_sec = (time_t)(deadline / 1000000000),
                         .tv_nsec = (long)(deadline % 1000000000)};
    return pthread_cond_timedwait(&g->changed, &g->lock, &t) == 0;
}
