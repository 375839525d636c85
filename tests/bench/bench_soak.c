/* Hours of work in minutes: the UI on a segment of which every byte changes all the time, with a
 * baseline, a search and a frozen value now and then. Its memory must not grow. SOAK_MINUTES says
 * how long (30). Run by tests/bench/soak, not with the others. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 5000, SAMPLES = 4096 };

/* Private memory of the process, KiB. */
static double anon_kib(pid_t pid)
{
    char path[64], line[200];
    unsigned long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "RssAnon: %lu kB", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return (double)kib;
}

/* What a user does meanwhile; turn k. */
static void use(struct e2e *t, int k)
{
    static const char *const keys[] = {
        "c",     "b",     "b", "<PgDn>",    "[[[.",   "H",     "H", "/zzzz<Enter>",
        "<C-t>", "<C-t>", "v", "g0<Enter>", "@<Esc>", "?<Esc>"};
    e2e_keys(t, keys[(size_t)k % (sizeof keys / sizeof *keys)]);
}

void bench_soak(struct bench *b)
{
    static double kib[SAMPLES];
    const char *text = getenv("SOAK_MINUTES");
    double minutes = text != NULL ? strtod(text, NULL) : 30;
    int64_t start = e2e_now(), end = start + (int64_t)(minutes * 60e9);
    const char *name = e2e_name("soak");
    struct e2e_peer *hammer = e2e_peer("hammer", name, "16777216");
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "--edit", name)});
    size_t n = 0;
    e2e_wait_text(t, "EDIT", 0);
    for (int k = 0; e2e_now() < end && n < SAMPLES; k++) {
        int64_t until = e2e_now() + (int64_t)EVERY_MS * 1000000;
        use(t, k);
        while (e2e_now() < until)
            (void)e2e_pump(t, 50);
        if (!e2e_running(t))
            e2e_fail("it ended");
        kib[n++] = anon_kib(e2e_pid(t));
        if (k % 12 == 0) {
            printf("  %5.1f min  %8.0f KiB\n", (double)(e2e_now() - start) / 60e9, kib[n - 1]);
            fflush(stdout);
        }
    }
    double middle = bench_part(kib + n / 3 * 2, n / 6, 0.5); /* once histories are full */
    double last = bench_part(kib + n - n / 6, n / 6, 0.5);
    bench_row(b, "memory while everything changes", "flat (within 2 % and 1 MiB)",
              last <= middle * 1.02 + 1024, "%.1f MiB, then %.1f, %.0f min", middle / 1024,
              last / 1024, minutes);
    bench_note("bytes drawn", "%.0f MB", (double)e2e_sent_bytes(t) / 1e6);
    e2e_end(t);
    e2e_peer_end(hammer);
}
