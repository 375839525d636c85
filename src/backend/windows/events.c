/* Windows has no notices of names that appear or vanish. */
#include "backend/survey.h"

struct oserr seg_events_start(struct backend *be, void (*changed)(void *ctx), void *ctx,
                              struct seg_events **out)
{
    (void)be;
    (void)changed;
    (void)ctx;
    *out = NULL;
    return (struct oserr){"seg_events_start", SEG_E_UNSUPPORTED};
}

void seg_events_stop(struct seg_events *ev)
{
    (void)ev;
}
