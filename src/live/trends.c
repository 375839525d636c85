/* Trends: how the value of a gauge went lately, from the history (see gauges.h). Time is cut into
 * steps that do not depend on when somebody looks, so that a value that was looked up once moves
 * along with the others, and only those of new steps are looked up. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/bytes.h"
#include "live/sampler_private.h"

enum {
    SECOND = 1000000000,
    RATE_EVERY = 100 * 1000000, /* ns between two updates of a rate */
    TIME_SHARE = 4,             /* at most this part of a sample's period goes into looking up */
    LONGEST = 2 * 1000000       /* and no more than so many ns */
};

#define LAST (TREND_CELLS - 1)
#define ALL  ((UINT64_C(1) << TREND_CELLS) - 1)

_Static_assert(TREND_CELLS < 64, "bits of `made`");

/* What is remembered of a gauge. */
struct trend {
    struct gauge gauge;
    int64_t step;   /* of the last cell; 0: nothing is made */
    uint64_t made;  /* bit i: cell i was looked up */
    int64_t moment; /* that the rate is of, */
    int64_t due;    /* and when it is made again */
    struct gauge_trend out;
};

struct trends {
    size_t count;
    struct trend at[GAUGES_MAX], spare[GAUGES_MAX];
};

struct trends *trends_new(void)
{
    return calloc(1, sizeof(struct trends));
}

void trends_free(struct trends *t)
{
    free(t);
}

static bool wants(const struct gauge *gauge)
{
    return gauge->trend && gauge->size <= TREND_SIZE;
}

/* Keeps those that are still wanted; there is one for each gauge. */
static void choose(struct trends *t, const struct gauge_result *r)
{
    for (size_t i = 0; i < r->count; i++) {
        t->spare[i] = (struct trend){.gauge = r->at[i]};
        for (size_t k = 0; k < t->count && wants(&r->at[i]); k++)
            if (wants(&t->at[k].gauge) && t->at[k].gauge.offset == r->at[i].offset &&
                t->at[k].gauge.size == r->at[i].size)
                t->spare[i] = t->at[k];
    }
    memcpy(t->at, t->spare, r->count * sizeof *t->at);
    t->count = r->count;
}

/* Moves the cells so that the last one is that of `step`. */
static void move(struct trend *t, int64_t step)
{
    int64_t by = step - t->step;
    t->made &= ~(UINT64_C(1) << LAST); /* it was that of a moment within its step */
    t->step = step;
    if (by >= TREND_CELLS || by <= -TREND_CELLS) {
        t->made = t->out.known = 0;
    } else if (by > 0) {
        memmove(t->out.cell, t->out.cell[by], sizeof t->out.cell[0] * (size_t)(TREND_CELLS - by));
        t->made >>= by;
        t->out.known >>= by;
    } else if (by < 0) {
        memmove(t->out.cell[-by], t->out.cell, sizeof t->out.cell[0] * (size_t)(TREND_CELLS + by));
        t->made = t->made << -by & ALL;
        t->out.known = t->out.known << -by & ALL;
    }
}

/* The bytes of a gauge as they were last fed to the page map; false: not known. */
static bool current(const struct pagemap *pages, const struct gauge *gauge, uint8_t *bytes,
                    uint8_t *state)
{
    for (size_t i = 0; i < gauge->size; i++) {
        uint64_t at = gauge->offset + i;
        const uint8_t *page = pagemap_bytes(pages, at / PAGEMAP_PAGE * PAGEMAP_PAGE);
        enum page_state is = pagemap_page(pages, at).state;
        if (page == NULL && is != PAGE_HOLE && is != PAGE_ZERO)
            return false;
        bytes[i] = page != NULL ? page[at % PAGEMAP_PAGE] : 0;
        state[i] = is == PAGE_HOLE ? BYTE_HOLE : BYTE_DATA;
    }
    return true;
}

static void set_cell(struct trend *t, size_t i, const uint8_t *bytes, const uint8_t *state)
{
    bool known = true;
    for (size_t k = 0; k < t->gauge.size; k++)
        known = known && (state[k] == BYTE_DATA || state[k] == BYTE_HOLE);
    memset(t->out.cell[i], 0, sizeof t->out.cell[i]);
    if (known)
        memcpy(t->out.cell[i], bytes, t->gauge.size);
    t->out.known &= ~(UINT64_C(1) << i);
    t->out.known |= (uint64_t)known << i;
    t->made |= UINT64_C(1) << i;
}

/* Looks up the values that are missing, newest first, until the time is up. */
static void look_up(const struct sampler *s, struct trend *t, int64_t until)
{
    const struct history *past = recorder_history(s->recorder);
    uint8_t bytes[TREND_SIZE], state[TREND_SIZE];
    int64_t changed[TREND_SIZE] = {0};
    for (size_t i = LAST; i-- > 0;) {
        if ((t->made >> i & 1) != 0)
            continue;
        if (os_now() >= until || !current(sweep_pages(s->map), &t->gauge, bytes, state))
            return;
        int64_t end = (t->step - LAST + (int64_t)i + 1) * TREND_STEP - 1;
        struct history_view view = {t->gauge.offset, t->gauge.size, bytes, state, changed, 0};
        if (end > 0 && history_at(past, end, &view))
            set_cell(t, i, bytes, state);
    }
}

static void count_rate(const struct sampler *s, struct trend *t, int64_t moment, bool now)
{
    const struct history *past = recorder_history(s->recorder);
    int64_t times[HISTORY_STEPS_MAX];
    const struct gauge *gauge = &t->gauge;
    if (now ? s->work.time < t->due : moment == t->moment)
        return;
    size_t n = history_recent(past, gauge->offset, gauge->size, moment - SECOND, moment,
                              HISTORY_STEPS_MAX, times);
    t->out.rate = (double)n;
    if (n == HISTORY_STEPS_MAX && times[0] > times[n - 1])
        t->out.rate = (double)(n - 1) * SECOND / (double)(times[0] - times[n - 1]);
    if (n == 0 && !now)
        n = history_steps(past, gauge->offset, gauge->size, moment, true, 1, times);
    if (n > 0 || t->out.changed > moment || !now)
        t->out.changed = n > 0 ? times[0] : 0;
    t->moment = moment;
    t->due = s->work.time + RATE_EVERY;
}

void trends_make(struct sampler *s, struct trends *t, struct gauge_result *r)
{
    const struct sample *w = &s->work;
    bool kept = recorder_history(s->recorder) != NULL;
    int64_t moment = w->past.time != 0 ? w->past.time : w->past.end != 0 ? w->past.end : w->time;
    int64_t period = w->hz > 0 ? (int64_t)(SECOND / w->hz) / TIME_SHARE : LONGEST;
    int64_t until = os_now() + (period < LONGEST ? period : LONGEST);
    choose(t, r);
    for (size_t i = 0; i < r->count; i++) {
        struct trend *trend = &t->at[i];
        if (wants(&trend->gauge)) {
            trend->out.kept = kept;
            move(trend, moment / TREND_STEP);
            set_cell(trend, LAST, r->bytes + r->first[i], r->state + r->first[i]);
        }
        if (wants(&trend->gauge) && kept) {
            count_rate(s, trend, moment, w->past.time == 0 && w->past.end == 0);
            look_up(s, trend, until);
            trend->out.since = history_known_since(recorder_history(s->recorder),
                                                   trend->gauge.offset, trend->gauge.size);
        }
        r->trend[i] = trend->out;
    }
}
