/* Processor time of the UI: while nothing changes, and while everything does. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Reads what it sends for that long; percent of a core it took. `bursts`: how often something came
 * after at least 3 ms of nothing (may be NULL). */
static double percent(struct e2e *t, int ms, bool children, double *bursts)
{
    int64_t start = e2e_now(), cpu = bench_cpu(e2e_pid(t), children), last = 0;
    int64_t end = start + (int64_t)ms * 1000000;
    unsigned count = 0;
    while (e2e_now() < end) {
        if (!e2e_pump(t, 3))
            continue;
        int64_t now = e2e_now();
        if (now - last > 3000000)
            count++;
        last = now;
    }
    double seconds = (double)(e2e_now() - start) / 1e9;
    if (bursts != NULL)
        *bursts = count / seconds;
    return (double)(bench_cpu(e2e_pid(t), children) - cpu) / 1e7 / seconds;
}

void bench_idle(struct bench *b)
{
    int ms = b->smoke ? 500 : 10000;
    const char *name = bench_segment(4096, NULL);
    char line[300];
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    e2e_settle(t, 200, 3000);
    double ours = percent(t, ms, false, NULL);
    e2e_end(t);
    bench_row(b, "CPU while nothing changes", "1 % of a core", ours <= 1, "%.2f %%", ours);
    if (bench_have("watch") && bench_have("xxd")) {
        snprintf(line, sizeof line, "exec watch -n 0.1 xxd /dev/shm%s", name);
        t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV("/bin/sh", "-c", line)});
        e2e_wait_text(t, "00000000", 0);
        double theirs = percent(t, ms, true, NULL);
        e2e_end(t);
        bench_note("watch -n 0.1 xxd", "%.2f %%: %.1fx", theirs, ours > 0 ? theirs / ours : 0);
    }
    shm_unlink(name);
}

/* The two lowest rows: where prompts are. */
struct bottom {
    char text[2 * E2E_ROW_MAX];
};

static void read_bottom(struct e2e *t, struct bottom *to)
{
    const char *last = e2e_row(t, -1);
    snprintf(to->text, sizeof to->text, "%s\n%s", e2e_row(t, -2), last);
}

static bool bottom_differs(struct e2e *t, void *ctx)
{
    struct bottom now;
    read_bottom(t, &now);
    return strcmp(now.text, ((struct bottom *)ctx)->text) != 0;
}

/* From a key to its prompt, ms. */
static double key_latency(struct e2e *t)
{
    struct bottom before;
    read_bottom(t, &before);
    int64_t start = e2e_now();
    e2e_keys(t, ":");
    e2e_wait(t, bottom_differs, &before, "the key's prompt", 0);
    double ms = (double)(e2e_now() - start) / 1e6;
    read_bottom(t, &before);
    e2e_keys(t, "<Esc>");
    e2e_wait(t, bottom_differs, &before, "the prompt's end", 0);
    e2e_settle(t, 1, 50);
    return ms;
}

void bench_busy(struct bench *b)
{
    enum { KEYS = 30 };
    double ms[KEYS], frames = 0;
    int keys = b->smoke ? 3 : KEYS;
    const char *name = e2e_name("busy");
    struct e2e_peer *hammer = e2e_peer("hammer", name, "4096");
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    percent(t, b->smoke ? 100 : 2000, false, NULL);
    double cpu = percent(t, b->smoke ? 500 : 10000, false, &frames);
    bench_row(b, "CPU while every byte changes", "25 % of a core", cpu <= 25, "%.1f %%", cpu);
    bench_row(b, "frames while every byte changes", "60 a second", frames >= 59, "%.1f a second",
              frames);
    for (int i = 0; i < keys; i++)
        ms[i] = key_latency(t);
    double worst = bench_part(ms, (size_t)keys, 1), median = bench_part(ms, (size_t)keys, 0.5);
    bench_row(b, "a key to its answer, meanwhile", "50 ms", worst <= 50,
              "%.1f ms at worst, median %.1f", worst, median);
    e2e_end(t);
    e2e_peer_end(hammer);
}
