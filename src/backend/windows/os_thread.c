/* Threads, what each of them waits with, and the monitor. */
#include "backend/windows/os_private.h"

#include <process.h>
#include <stdlib.h>

struct os_thread {
    HANDLE handle;
    void (*fn)(void *arg);
    void *arg;
};

static _Thread_local HANDLE own_timer, own_event;

HANDLE os_thread_timer(int64_t ns)
{
    enum { HIGH_RESOLUTION = 2 }; /* CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, Windows 10 1803 */
    if (own_timer == NULL)
        own_timer = CreateWaitableTimerExW(NULL, NULL, HIGH_RESOLUTION, TIMER_ALL_ACCESS);
    if (own_timer == NULL)
        own_timer = CreateWaitableTimerExW(NULL, NULL, 0, TIMER_ALL_ACCESS);
    LARGE_INTEGER due = {.QuadPart = ns <= 100 ? -1 : -(ns / 100)}; /* relative, in 100 ns */
    return own_timer != NULL && SetWaitableTimer(own_timer, &due, 0, NULL, NULL, FALSE) ? own_timer
                                                                                        : NULL;
}

HANDLE os_thread_event(void)
{
    if (own_event == NULL)
        own_event = CreateEventW(NULL, FALSE, FALSE, NULL);
    return own_event;
}

/* Frees what the two functions above gave this thread. */
static void free_thread_handles(void)
{
    if (own_timer != NULL)
        CloseHandle(own_timer);
    if (own_event != NULL)
        CloseHandle(own_event);
    own_timer = own_event = NULL;
}

static unsigned __stdcall thread_main(void *arg)
{
    struct os_thread *t = arg;
    t->fn(t->arg);
    free_thread_handles();
    return 0;
}

struct oserr os_thread_start(struct os_thread **out, void (*fn)(void *arg), void *arg)
{
    struct os_thread *t = malloc(sizeof *t);
    *out = NULL;
    if (t == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    *t = (struct os_thread){.fn = fn, .arg = arg};
    t->handle = (HANDLE)_beginthreadex(NULL, 0, thread_main, t, 0, NULL);
    if (t->handle == NULL) {
        struct oserr e = os_last("_beginthreadex");
        free(t);
        return e;
    }
    *out = t;
    return OSERR_NONE;
}

void os_thread_join(struct os_thread *t)
{
    if (t == NULL)
        return;
    (void)WaitForSingleObject(t->handle, INFINITE);
    CloseHandle(t->handle);
    free(t);
}

/* A mutex with a condition. Waiters sleep on an event and a timer of their thread, because a
 * condition variable of Windows knows only whole milliseconds, and the sampler needs better. */

/* A waiting thread; on its own stack. */
struct waiter {
    HANDLE event;
    struct waiter *next;
};

struct os_monitor {
    SRWLOCK lock;
    SRWLOCK list_lock; /* guards what follows; taken after `lock` or alone */
    struct waiter *first;
};

struct os_monitor *os_monitor_new(void)
{
    struct os_monitor *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    InitializeSRWLock(&g->lock);
    InitializeSRWLock(&g->list_lock);
    return g;
}

void os_monitor_free(struct os_monitor *g)
{
    free(g);
}

void os_monitor_lock(struct os_monitor *g)
{
    AcquireSRWLockExclusive(&g->lock);
}

void os_monitor_unlock(struct os_monitor *g)
{
    ReleaseSRWLockExclusive(&g->lock);
}

void os_monitor_broadcast(struct os_monitor *g)
{
    AcquireSRWLockExclusive(&g->list_lock);
    for (struct waiter *w = g->first; w != NULL; w = w->next)
        SetEvent(w->event);
    ReleaseSRWLockExclusive(&g->list_lock);
}

static void enlist(struct os_monitor *g, struct waiter *w)
{
    ResetEvent(w->event); /* nobody else has it now */
    AcquireSRWLockExclusive(&g->list_lock);
    w->next = g->first;
    g->first = w;
    ReleaseSRWLockExclusive(&g->list_lock);
}

static void strike(struct os_monitor *g, const struct waiter *w)
{
    AcquireSRWLockExclusive(&g->list_lock);
    struct waiter **at = &g->first;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    ReleaseSRWLockExclusive(&g->list_lock);
}

bool os_monitor_wait(struct os_monitor *g, int64_t deadline)
{
    struct waiter w = {.event = os_thread_event()};
    if (w.event == NULL) { /* no handle left: look again soon */
        os_monitor_unlock(g);
        Sleep(1);
        os_monitor_lock(g);
        return os_now() < deadline;
    }
    enlist(g, &w);
    os_monitor_unlock(g);
    int64_t left = deadline == INT64_MAX ? INT64_MAX : deadline - os_now();
    HANDLE either[2] = {w.event, left == INT64_MAX || left <= 0 ? NULL : os_thread_timer(left)};
    DWORD n = either[1] == NULL ? 1 : 2;
    DWORD limit = left == INT64_MAX ? INFINITE : left <= 0 ? 0 : n == 2 ? INFINITE : 1;
    DWORD r = WaitForMultipleObjects(n, either, FALSE, limit);
    strike(g, &w);
    os_monitor_lock(g);
    return r == WAIT_OBJECT_0 || os_now() < deadline;
}
