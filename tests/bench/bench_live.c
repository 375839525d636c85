/* The list of segments kept live on a machine full of them. */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Percent of a core that it takes for so long. */
static double percent(struct e2e *t, int ms)
{
    int64_t start = e2e_now(), cpu = bench_cpu(e2e_pid(t), false);
    int64_t end = start + (int64_t)ms * 1000000;
    while (e2e_now() < end)
        (void)e2e_pump(t, 20);
    double seconds = (double)(e2e_now() - start) / 1e9;
    return (double)(bench_cpu(e2e_pid(t), false) - cpu) / 1e7 / seconds;
}

static bool marked(struct e2e *t, void *ctx)
{
    const int *row = ctx;
    return !e2e_cell(t, *row, 10).bg.standard; /* the bar of the cursor */
}

/* From the key to the frame in which the cursor is on that row, ms. */
static double key_latency(struct e2e *t, const char *key, int row)
{
    int64_t start = e2e_now();
    e2e_keys(t, key);
    e2e_wait(t, marked, &row, "the cursor there", 0);
    return (double)(e2e_now() - start) / 1e6;
}

/* From the creation of a segment to the frame that shows it, ms; then it goes again. */
static double name_latency(struct e2e *t, const char *name)
{
    int64_t start = e2e_now();
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd >= 0)
        close(fd);
    e2e_wait_text(t, name, 0);
    double ms = (double)(e2e_now() - start) / 1e6;
    shm_unlink(name);
    e2e_wait_no_text(t, name, 0);
    return ms;
}

void bench_live(struct bench *b)
{
    enum { KEYS = 60, NAMES = 10, TOP = 2 };
    double key[KEYS], name[NAMES];
    int keys = b->smoke ? 4 : KEYS, names = b->smoke ? 1 : NAMES;
    struct bench_load load;
    bench_load_start(&load, b->smoke ? 100 : 2000, b->smoke ? 10 : 300, b->smoke ? 20 : 200);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .cols = 120});
    e2e_wait_text(t, "/load-", 0);
    percent(t, b->smoke ? 100 : 5000);
    double cpu = percent(t, b->smoke ? 500 : 20000);
    bench_row(b, "the list kept live: 2,000, 300 x 200", "3 % of a core", cpu <= 3, "%.2f %%", cpu);
    e2e_keys(t, "<Home>");
    for (int i = 0; i < keys; i++) {
        bool down = i % 2 == 0;
        key[i] = key_latency(t, down ? "j" : "k", down ? TOP + 1 : TOP);
        (void)percent(t, 37); /* at any moment of its work */
    }
    double worst = bench_part(key, (size_t)keys, 1), median = bench_part(key, (size_t)keys, 0.5);
    bench_row(b, "a key to its answer, meanwhile", "50 ms", worst <= 50,
              "%.1f ms at worst, median %.1f", worst, median);
    e2e_keys(t, "/aaa<Enter>");
    for (int i = 0; i < names; i++) {
        name[i] = name_latency(t, e2e_name("aaa"));
        (void)percent(t, 200);
    }
    worst = bench_part(name, (size_t)names, 1);
    bench_note("a new name to the screen", "%.1f ms at worst, median %.1f", worst,
               bench_part(name, (size_t)names, 0.5));
    e2e_end(t);
    bench_load_stop(&load);
}
