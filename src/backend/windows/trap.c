#include "backend/trap.h"

struct oserr trap_arm(struct backend *be, const struct trap_place *place, size_t n,
                      struct trap **out)
{
    (void)be;
    (void)place;
    (void)n;
    *out = NULL;
    return (struct oserr){"trap_arm", SEG_E_UNSUPPORTED};
}

bool trap_whole(const struct trap *t, struct oserr *why)
{
    (void)t;
    *why = OSERR_NONE;
    return false;
}

bool trap_sees_kernel(const struct trap *t)
{
    (void)t;
    return false;
}

struct oserr trap_wait(struct trap *t, int ms, struct trap_hit *out, bool *got)
{
    (void)t;
    (void)ms;
    (void)out;
    *got = false;
    return (struct oserr){"trap_wait", SEG_E_UNSUPPORTED};
}

void trap_disarm(struct trap *t)
{
    (void)t;
}
