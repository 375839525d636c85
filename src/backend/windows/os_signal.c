/* What requests a stop: Ctrl-C, Ctrl-Break, the console closing, log-off. Windows reports it on a
 * thread of its own. */
#include <stdlib.h>

#include "backend/windows/os_private.h"

/* The signal numbers that the rest of the program knows. */
enum { HANGUP = 1, INTERRUPT = 2, TERMINATE = 15 };

enum { LAST_WAIT_MS = 10000, BY_CTRL_C = (int)0xc000013a /* STATUS_CONTROL_C_EXIT */ };

struct os_wake {
    HANDLE event; /* set until it is cleared */
};

static LONG stop_number;  /* 0, or the signal */
static HANDLE stop_event; /* created once */
static SRWLOCK wake_lock = SRWLOCK_INIT;
static struct os_wake *also_wake; /* that of os_stop_wakes */
static LONG alarm_after;          /* seconds of os_stop_alarm, 0: none */

HANDLE os_stop_event(void)
{
    return stop_event;
}

static DWORD WINAPI ring(void *unused)
{
    (void)unused;
    for (LONG s = 0; s < InterlockedCompareExchange(&alarm_after, 0, 0); s++)
        Sleep(1000);
    if (InterlockedCompareExchange(&alarm_after, 0, 0) > 0 && os_stop_asked())
        os_die_of(os_stop_signal());
    return 0;
}

static void start_alarm(void)
{
    HANDLE t = CreateThread(NULL, 0, ring, NULL, 0, NULL);
    if (t != NULL)
        CloseHandle(t);
}

/* For closing, log-off and shutdown the process ends when this returns, or soon: so it waits for
 * the main thread to end it properly. */
static BOOL WINAPI on_control(DWORD event)
{
    InterlockedExchange(&stop_number, event == CTRL_C_EVENT       ? INTERRUPT
                                      : event == CTRL_BREAK_EVENT ? TERMINATE
                                                                  : HANGUP);
    SetEvent(stop_event);
    AcquireSRWLockExclusive(&wake_lock);
    if (also_wake != NULL)
        os_wake_post(also_wake);
    ReleaseSRWLockExclusive(&wake_lock);
    if (InterlockedCompareExchange(&alarm_after, 0, 0) > 0)
        start_alarm();
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(LAST_WAIT_MS);
    return TRUE;
}

void os_catch_stop(void)
{
    if (stop_event != NULL)
        return;
    stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (stop_event != NULL)
        (void)SetConsoleCtrlHandler(on_control, TRUE);
}

bool os_stop_asked(void)
{
    return os_stop_signal() != 0;
}

int os_stop_signal(void)
{
    return (int)InterlockedCompareExchange(&stop_number, 0, 0);
}

void os_die_of(int signal)
{
    ExitProcess(signal == INTERRUPT ? (UINT)BY_CTRL_C : 128U + (UINT)signal);
}

struct os_wake *os_wake_new(void)
{
    struct os_wake *w = malloc(sizeof *w);
    if (w != NULL && (w->event = CreateEventW(NULL, TRUE, FALSE, NULL)) != NULL)
        return w;
    free(w);
    return NULL;
}

void os_wake_free(struct os_wake *w)
{
    if (w == NULL)
        return;
    AcquireSRWLockExclusive(&wake_lock);
    if (also_wake == w)
        also_wake = NULL;
    ReleaseSRWLockExclusive(&wake_lock);
    CloseHandle(w->event);
    free(w);
}

void os_wake_post(struct os_wake *w)
{
    SetEvent(w->event);
}

void os_wake_clear(struct os_wake *w)
{
    ResetEvent(w->event);
}

int os_wake_fd(const struct os_wake *w)
{
    return (int)(intptr_t)w->event; /* only 32 bits of a handle are significant */
}

void os_stop_wakes(struct os_wake *w)
{
    AcquireSRWLockExclusive(&wake_lock);
    also_wake = w;
    ReleaseSRWLockExclusive(&wake_lock);
    if (w != NULL && os_stop_asked())
        os_wake_post(w);
}

void os_stop_enforce(unsigned seconds)
{
    os_stop_alarm(seconds);
}

void os_stop_alarm(unsigned seconds)
{
    InterlockedExchange(&alarm_after, (LONG)seconds);
    if (seconds > 0 && os_stop_asked())
        start_alarm();
}
