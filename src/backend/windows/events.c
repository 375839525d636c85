/* Windows tells nobody of names that come and go. */
#include "backend/segment.h"

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
