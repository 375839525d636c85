/* Showing: numbers as text and as JSON, starting, and what is sent to a terminal. */
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- numbers ---- */

/* Bytes that a command prints. */
static double printed(const char *command)
{
    char line[400];
    double bytes = 0;
    snprintf(line, sizeof line, "%s | wc -c", command);
    FILE *f = popen(line, "r");
    if (f == NULL || fscanf(f, "%lf", &bytes) != 1)
        e2e_fail("%s cannot be counted", command);
    pclose(f);
    return bytes;
}

void bench_numbers(struct bench *b)
{
    uint64_t size = b->smoke ? 1 << 20 : 100 << 20;
    const char *name = bench_segment(size, NULL);
    char path[300], line[300];
    double mb = (double)size / 1e6;
    int times = b->smoke ? 1 : 3;
    snprintf(path, sizeof path, "/dev/shm%s", name);
    double ours = bench_run(E2E_ARGV(e2e_shmlens, "peek", name, "--as", "f64"), times);
    if (bench_have("od")) {
        double od = bench_run(E2E_ARGV("od", "-A", "d", "-t", "f8", path), 1);
        bench_row(b, "peek --as f64", "5x od -A d -t f8", od >= 5 * ours, "%.0f MB/s, %.1fx od",
                  mb / ours, od / ours);
        bench_note("od -A d -t f8", "%.1f MB/s", mb / od);
    }
    double json = bench_run(E2E_ARGV(e2e_shmlens, "peek", name, "--as", "u32", "--json"), times);
    snprintf(line, sizeof line, "%s peek %s --as u32 --json", e2e_shmlens, name);
    double text = printed(line) / 1e6;
    bench_row(b, "peek --as u32 --json", "300 MB/s of JSON", text / json >= 300,
              "%.0f MB/s, %.0f of the segment", text / json, mb / json);
    shm_unlink(name);
}

/* ---- starting ---- */

static bool first_row(struct e2e *t, void *ctx)
{
    (void)ctx;
    return e2e_find(t, "00000000", NULL, NULL);
}

void bench_start(struct bench *b)
{
    enum { STARTS = 50 };
    double ms[STARTS];
    int starts = b->smoke ? 3 : STARTS;
    const char *name = bench_segment(4096, NULL);
    for (int i = 0; i < starts; i++) {
        int64_t start = e2e_now();
        struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
        e2e_wait(t, first_row, NULL, "the first frame", 0);
        ms[i] = (double)(e2e_now() - start) / 1e6;
        e2e_end(t);
    }
    double median = bench_part(ms, (size_t)starts, 0.5);
    bench_row(b, "start of the UI to its first frame", "5 ms", median <= 5, "%.2f ms, at best %.2f",
              median, ms[0]);
    for (int i = 0; i < starts; i++)
        ms[i] = bench_run(E2E_ARGV(e2e_shmlens, "peek", name, "0", "16"), 1) * 1e3;
    median = bench_part(ms, (size_t)starts, 0.5);
    bench_row(b, "peek of 16 bytes, whole process", "2 ms", median <= 2, "%.2f ms, at best %.2f",
              median, ms[0]);
    for (int i = 0; i < starts; i++)
        ms[i] = bench_run(E2E_ARGV("/bin/true", ""), 1) * 1e3;
    bench_note("/bin/true", "%.2f ms", bench_part(ms, (size_t)starts, 0.5));
    shm_unlink(name);
}

/* ---- what is sent ---- */

/* KB a second for that long. */
static double sent(struct e2e *t, int ms)
{
    int64_t start = e2e_now(), end = start + (int64_t)ms * 1000000;
    uint64_t before = e2e_sent_bytes(t);
    while (e2e_now() < end)
        (void)e2e_pump(t, 3);
    return (double)(e2e_sent_bytes(t) - before) / 1e3 / ((double)(e2e_now() - start) / 1e9);
}

static double sent_by(const char *const *argv, int ms)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = argv});
    e2e_wait_text(t, "LIVE", 0);
    (void)sent(t, ms / 2);
    double kb = sent(t, ms);
    e2e_end(t);
    return kb;
}

void bench_sent(struct bench *b)
{
    /* What the version before this row was there sent, KB/s; the goal is 60 % of it. */
    static const struct {
        const char *what, *bytes, *goal;
        double before;
    } rows[] = {{"sent while every byte changes, 80x24", "4096", "60 % of 115 KB/s", 115},
                {"sent while 64 bytes change, 80x24", "64", "60 % of 41 KB/s", 41},
                {"sent while 8 bytes change, 80x24", "8", "60 % of 21 KB/s", 21}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = e2e_name("sent");
        struct e2e_peer *hammer = e2e_peer("hammer", name, "4096", rows[i].bytes);
        double kb = sent_by(E2E_ARGV(e2e_shmlens, name), b->smoke ? 400 : 10000);
        e2e_peer_end(hammer);
        bench_row(b, rows[i].what, rows[i].goal, kb <= rows[i].before * 0.6, "%.1f KB/s", kb);
    }
}
