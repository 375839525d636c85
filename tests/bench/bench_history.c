/* The history: a 1 MiB segment in which a tenth of the bytes change 60 times a second, fed to the
 * page map and from there kept, as the sampler does. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/bytes.h"
#include "core/change/pagemap.h"
#include "core/history/history.h"

enum {
    SEGMENT = 1 << 20,
    WINDOW = 16 * 1024, /* what a large terminal shows */
    HZ = 60,
    SECONDS = 90,
    MOMENTS = 200
};

static const int64_t tick = 1000000000 / HZ;

/* A segment of counters. */
struct counters {
    uint8_t bytes[SEGMENT], state[SEGMENT];
    uint32_t place[SEGMENT / 10];
    size_t count;
    unsigned size; /* bytes of a counter, little-endian */
    uint64_t seed;
};

static uint32_t draw(struct counters *c, uint32_t below)
{
    c->seed = c->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(c->seed >> 33) % below;
}

/* A tenth of the bytes are counters of `size` bytes at random places, with random values. */
static struct counters *counters_new(unsigned size)
{
    struct counters *c = calloc(1, sizeof *c);
    uint8_t *taken = calloc(1, SEGMENT);
    if (c == NULL || taken == NULL)
        exit(1);
    c->seed = 7;
    c->size = size;
    for (size_t i = 0; i < SEGMENT; i++)
        c->bytes[i] = (uint8_t)draw(c, 256);
    while (c->count < SEGMENT / 10 / size) {
        uint32_t at = draw(c, SEGMENT / size) * size;
        if (taken[at] == 0)
            c->place[c->count++] = at;
        taken[at] = 1;
    }
    free(taken);
    return c;
}

static void count_up(struct counters *c)
{
    for (size_t i = 0; i < c->count; i++)
        for (unsigned k = 0; k < c->size; k++)
            if (++c->bytes[c->place[i] + k] != 0)
                break;
}

static void on_differs(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    if (!history_add(ctx, time, offset, old, new, n))
        exit(1);
}

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Feeds `seconds`; notes the part of a core that each of them took. */
static void feed(struct counters *c, struct history *past, int seconds, double *share, int64_t *now)
{
    struct pagemap *map = pagemap_new(8 << 20);
    const struct pagemap_sink sink = {.ctx = past, .differs = on_differs};
    if (map == NULL || !pagemap_listen(map, &sink))
        exit(1);
    *now = tick;
    history_observe(past, *now, 0, SEGMENT);
    (void)pagemap_feed(map, 0, c->bytes, c->state, SEGMENT, *now);
    memset(share, 0, (size_t)seconds * sizeof *share);
    for (int i = 0; i < seconds * HZ; i++) {
        count_up(c);
        *now += tick;
        double start = cpu_now();
        (void)pagemap_feed(map, 0, c->bytes, c->state, SEGMENT, *now);
        share[i / HZ] += cpu_now() - start;
    }
    pagemap_free(map);
}

/* Milliseconds for one moment of a window, the worst of many. */
static double worst_moment(struct counters *c, struct history *past,
                           const struct history_about *about, int moments, double *median)
{
    static uint8_t bytes[WINDOW], state[WINDOW];
    static int64_t changed[WINDOW];
    double ms[MOMENTS];
    for (int i = 0; i < moments; i++) {
        uint64_t at = draw(c, SEGMENT - WINDOW);
        int64_t span = about->newest - about->since;
        int64_t time = about->since + (int64_t)((double)span * draw(c, 1000) / 1000);
        struct history_view view = {at, WINDOW, bytes, state, changed, 4 * (int64_t)HZ * tick};
        memcpy(bytes, c->bytes + at, WINDOW);
        memset(state, BYTE_DATA, WINDOW);
        double start = cpu_now();
        if (!history_at(past, time, &view))
            exit(1);
        ms[i] = (cpu_now() - start) * 1e3;
    }
    *median = bench_part(ms, (size_t)moments, 0.5);
    return bench_part(ms, (size_t)moments, 1);
}

static void measure(struct bench *b, unsigned size, const char *what)
{
    char text[80];
    double share[SECONDS];
    int seconds = b->smoke ? 2 : SECONDS;
    int64_t now = 0;
    double median = 0;
    struct counters *c = counters_new(size);
    struct history *past = history_new((size_t)64 << 20);
    if (past == NULL)
        exit(1);
    feed(c, past, seconds, share, &now);
    double usual = bench_part(share, (size_t)seconds, 0.5);
    double least = bench_part(share, (size_t)seconds, 0);
    struct history_about about;
    history_about(past, &about);
    int64_t from = about.since > about.oldest ? about.since : about.oldest;
    double kept = (double)(now - from) / 1e9;
    double worst = worst_moment(c, past, &about, b->smoke ? 5 : MOMENTS, &median);
    snprintf(text, sizeof text, "history of %s: kept in 64 MiB", what);
    if (size == 1) { /* harder than the goals */
        bench_note(text, "%.0f of %d s, %.1f %% of a core, a moment %.1f ms", kept, seconds,
                   usual * 100, worst);
    } else {
        bench_row(b, text, "60 s", kept >= 60 || b->smoke, "%.0f of %d s in %.1f MiB", kept,
                  seconds, (double)about.bytes / (1 << 20));
        bench_row(b, "  finding and keeping the changes", "4 % of a core", usual <= 0.04,
                  "median of a second %.1f %%, best %.1f %%", usual * 100, least * 100);
        bench_row(b, "  any moment of 16 KiB of it shown", "50 ms", worst <= 50,
                  "%.1f ms at worst, median %.1f", worst, median);
    }
    history_free(past);
    free(c);
}

void bench_history(struct bench *b)
{
    measure(b, 1, "bytes that count up");
    measure(b, 4, "32-bit counters");
    measure(b, 8, "64-bit counters");
}
