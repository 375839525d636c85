/* What the files that implement os.h on Linux share. */
#ifndef SHMLENS_BACKEND_LINUX_OS_PRIVATE_H
#define SHMLENS_BACKEND_LINUX_OS_PRIVATE_H

#include <errno.h>
#include <sys/types.h>
#include <time.h>

#include "backend/os.h"

int os_stop_fd(void); /* readable once a stop was requested; -1 before os_catch_stop */

/* os_watchdog.c: what waits for our end, beside a program that we started. */
struct os_watchdog {
    pid_t pid; /* < 0: there is none */
    int pipe;
};
/* `before`: a time before the program was started. Best effort. */
void os_watchdog_start(struct os_watchdog *w, pid_t program, time_t before);
void os_watchdog_end(struct os_watchdog *w); /* waits until it has done its work */

/* The error of the call that just failed with errno. */
static inline struct oserr os_errno(const char *call)
{
    return (struct oserr){call, (uint32_t)errno};
}

/* A stop signal that is pending for this thread, which has it blocked, or for the process; 0: none.
 */
int os_stop_pending(void);

/* +1: this thread holds stop signals back until -1. */
void os_stop_hold(int change);

#endif
