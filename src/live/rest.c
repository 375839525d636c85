/* A segment at rest. Waking up is what a sample costs (ten times the reading), so when nothing has
 * changed for a while, looks are half as frequent, and most of them only compare the window with
 * what was there: no system call. The first change is on the screen within ten milliseconds all the
 * same, and from then on samples come as often as asked for. */
#include "live/rest.h"

#include "live/sampler_private.h"

enum { MS = 1000000 };

int64_t rest_period(int64_t quiet, int64_t period)
{
    const int64_t short_rest = (int64_t)8 * MS, long_rest = (int64_t)9 * MS;
    if (quiet < (int64_t)REST_AFTER * MS)
        return period;
    int64_t most = quiet < (int64_t)REST_LONG * MS ? short_rest : long_rest;
    int64_t slow = quiet < (int64_t)REST_LONG * MS ? 2 * period : 2 * period + period / 4;
    slow = slow < most ? slow : most;
    return slow > period ? slow : period;
}

/* Does the sample have nothing but the window, and nothing in it that moves by itself? */
static bool only_window(const struct sampler *s, const struct sample_request *want)
{
    const struct sample *w = &s->work;
    return w->seq != 0 && !want->rows.on && want->spans.count == 0 && want->gauges.count == 0 &&
           want->guards.count == 0 && want->past.time == 0 && w->past.time == 0 &&
           !want->settle.locked && !s->settle.any && w->freeze.count == 0 && !oserr_is(w->error) &&
           w->offset == want->offset && w->length == want->length;
}

/* Bytes of the window that are data, when the rest of it is beyond the end; else 0. */
static size_t data_of(const struct sample *w, const uint8_t *state)
{
    size_t n = 0;
    while (n < w->length && state[n] == BYTE_DATA)
        n++;
    for (size_t i = n; i < w->length; i++)
        if (state[i] != BYTE_BEYOND)
            return 0;
    return n;
}

bool rest_unchanged(struct sampler *s, const struct sample_request *want, int64_t now)
{
    bool long_rest = now - s->news >= (int64_t)REST_LONG * MS;
    const int64_t whole_every = (int64_t)(long_rest ? REST_WHOLE_LONG : REST_WHOLE) * MS;
    if (now - s->whole >= whole_every || !only_window(s, want))
        return false;
    /* What was published last: only this thread writes to it. */
    const struct sample_arrays *shown = s->out.arrays;
    size_t n = data_of(&s->work, shown->state);
    return n > 0 && seg_unchanged(s->seg, s->work.offset, shown->bytes, n);
}
