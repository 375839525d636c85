/* Threads, and what each of them waits with. */
#include <process.h>
#include <stdlib.h>

#include "backend/windows/os_private.h"

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

void os_thread_leaves(void)
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
    os_thread_leaves();
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
