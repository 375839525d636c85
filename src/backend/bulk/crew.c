#include "backend/bulk/crew.h"

#include "backend/os.h"

struct hand {
    crew_part *part;
    void *ctx;
    size_t number;
    struct os_thread *thread; /* NULL: it could not be started */
};

static void work(void *arg)
{
    const struct hand *h = arg;
    h->part(h->ctx, h->number);
}

void crew_run(crew_part *part, void *ctx, size_t n)
{
    struct hand hand[CREW_MOST];
    for (size_t i = 1; i < n; i++) {
        hand[i] = (struct hand){.part = part, .ctx = ctx, .number = i};
        struct oserr e = os_thread_start(&hand[i].thread, work, &hand[i]);
        if (oserr_is(e))
            hand[i].thread = NULL;
    }
    part(ctx, 0);
    for (size_t i = 1; i < n; i++)
        if (hand[i].thread != NULL)
            os_thread_join(hand[i].thread);
        else
            part(ctx, i);
}
