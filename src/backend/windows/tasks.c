#include "backend/tasks.h"

#include <stdlib.h>

/* Locks in a mapping of Windows work within one process only, and what a thread waits for is known
 * to debuggers alone. */

struct oserr tasks_read(struct backend *be, const uint32_t *pid, size_t n, struct tasks *out)
{
    (void)be;
    (void)pid;
    (void)n;
    *out = (struct tasks){0};
    return (struct oserr){"tasks_read", SEG_E_UNSUPPORTED};
}

void tasks_free(struct tasks *t)
{
    free(t->at);
    *t = (struct tasks){0};
}

uint64_t task_sleeps(struct backend *be, uint32_t pid, uint32_t tid)
{
    (void)be;
    (void)pid;
    (void)tid;
    return 0;
}

struct oserr tasks_search(struct backend *be, struct task_number *at, size_t n,
                          const struct seg_throttle *pace, bool *whole)
{
    (void)be;
    (void)at;
    (void)n;
    (void)pace;
    *whole = false;
    return (struct oserr){"tasks_search", SEG_E_UNSUPPORTED};
}
