#include "backend/bulk/crew.h"

#include <stdatomic.h>

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

struct shared {
    crew_chunk *chunk;
    void *ctx;
    size_t n;
    atomic_size_t next;     /* the next chunk to begin */
    atomic_size_t ended;    /* the first known not to have come to its end */
    size_t stop[CREW_MOST]; /* the one at which each hand stopped */
};

static void lower(atomic_size_t *least, size_t value)
{
    size_t now = atomic_load(least);
    while (value < now && !atomic_compare_exchange_weak(least, &now, value))
        ;
}

static void share(void *ctx, size_t hand)
{
    struct shared *s = ctx;
    s->stop[hand] = s->n;
    for (;;) {
        size_t number = atomic_fetch_add(&s->next, 1);
        if (number >= s->n || number > atomic_load(&s->ended))
            return;
        if (!s->chunk(s->ctx, hand, number)) {
            s->stop[hand] = number;
            lower(&s->ended, number);
            return;
        }
    }
}

struct crew_end crew_share(crew_chunk *chunk, void *ctx, size_t hands, size_t n)
{
    struct shared s = {.chunk = chunk, .ctx = ctx, .n = n};
    struct crew_end end = {n, 0};
    atomic_init(&s.next, 0);
    atomic_init(&s.ended, n);
    crew_run(share, &s, hands);
    for (size_t i = 0; i < hands; i++)
        if (s.stop[i] < end.chunk)
            end = (struct crew_end){s.stop[i], i};
    return end;
}
