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

struct oserr tasks_absent(struct backend *be, uint32_t number, size_t left_out, bool *absent)
{
    (void)be;
    (void)number;
    (void)left_out;
    *absent = false;
    return (struct oserr){"tasks_absent", SEG_E_UNSUPPORTED};
}
