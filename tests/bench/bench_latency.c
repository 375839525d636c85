/* From a store by another process to the bytes on the pty that show it. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { VALUES_MAX = 100000 };

/* The 8 bytes at offset 8 as a dump in the first row of data shows them (hexdump's or xxd's form);
 * 0 when there is none. */
static uint64_t shown(struct e2e *t)
{
    int row;
    static const char field[] = "00000008 uint64_t"; /* as a field, in decimal */
    if (e2e_find(t, field, &row, NULL))
        return strtoull(strstr(e2e_row(t, row), field) + sizeof field - 1, NULL, 10);
    if (!e2e_find(t, "00000000", &row, NULL))
        return 0;
    const char *p = strstr(e2e_row(t, row), "00000000") + 8;
    uint64_t value = 0;
    for (int byte = 0; byte < 16; byte++) {
        p += strspn(p, ": ");
        unsigned digits = 0;
        if (sscanf(p, "%2x", &digits) != 1)
            return 0;
        if (byte >= 8)
            value |= (uint64_t)digits << (8 * (byte - 8));
        p += 2;
    }
    return value;
}

size_t bench_stores(const char *const *argv, const char *name, uint64_t size, int stores, int gap,
                    double *ms)
{
    return bench_stores_on(&(struct e2e_options){.argv = argv}, "", name, size, stores, gap, ms);
}

size_t bench_stores_on(const struct e2e_options *screen, const char *keys, const char *name,
                       uint64_t size, int stores, int gap, double *ms)
{
    char rate[16], bytes[24];
    static int64_t seen[VALUES_MAX];
    int shown_count = 0;
    snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)size);
    snprintf(rate, sizeof rate, "-%d", gap);
    memset(seen, 0, sizeof seen);
    struct e2e_peer *peer = e2e_peer("counter", name, bytes, "8", rate, "0");
    bench_touch(name, 4096, size);
    struct e2e *t = e2e_start(screen);
    if (keys[0] != '\0') {
        e2e_wait_text(t, "LIVE", 0);
        e2e_keys(t, keys);
        e2e_settle(t, 100, 1000);
    }
    int64_t limit = e2e_now() + ((int64_t)stores * gap * 3 + 10000) * 1000000;
    uint64_t last = 0, first = 0;
    while (shown_count < stores && e2e_now() < limit) {
        if (!e2e_pump(t, 20))
            continue;
        int64_t now = e2e_now();
        uint64_t value = shown(t);
        if (value <= last || value >= VALUES_MAX)
            continue;
        last = value;
        if (first == 0) /* was there before the first frame */
            first = value;
        else
            shown_count++;
        seen[value] = now;
    }
    size_t n = 0;
    for (uint64_t value = 0; value < last;) {
        const char *line = e2e_peer_line(peer, 0);
        char *rest;
        value = line == NULL ? last : strtoull(line, &rest, 10);
        if (line != NULL && value > first && value <= last && seen[value] != 0 && n < STORES_MAX)
            ms[n++] = (double)(seen[value] - strtoll(rest, NULL, 10)) / 1e6;
    }
    e2e_end(t);
    e2e_peer_end(peer);
    return n;
}

void bench_latency(struct bench *b)
{
    static double ours[STORES_MAX], theirs[STORES_MAX];
    int stores = b->smoke ? 20 : 200;
    const char *name = e2e_name("latency");
    char path[300];
    size_t n = bench_stores(E2E_ARGV(e2e_shmlens, name), name, 4096, stores, 50, ours);
    double median = bench_part(ours, n, 0.5), p99 = bench_part(ours, n, 0.99);
    /* The stores before the first frame are not shown. */
    bool enough = n * 2 > (size_t)stores;
    bench_row(b, "a store to the glass, median", "4 ms", enough && median <= 4, "%.2f ms (%zu)",
              median, n);
    bench_row(b, "a store to the glass, p99", "10 ms", enough && p99 <= 10, "%.2f ms", p99);
    n = bench_stores(E2E_ARGV(e2e_shmlens, "--type", "uint64_t@8", name), name, 4096, stores, 50,
                     ours);
    p99 = bench_part(ours, n, 0.99);
    bench_row(b, "a store to the glass in the tree, p99", "10 ms",
              n * 2 > (size_t)stores && p99 <= 10, "%.2f ms, median %.2f ms", p99,
              bench_part(ours, n, 0.5));
    if (!bench_have("watch") || !bench_have("xxd"))
        return;
    snprintf(path, sizeof path, "exec watch -n 0.1 xxd /dev/shm%s", name);
    n = bench_stores(E2E_ARGV("/bin/sh", "-c", path), name, 4096, b->smoke ? 5 : 50, 200, theirs);
    double their_median = bench_part(theirs, n, 0.5);
    bench_note("watch -n 0.1 xxd", "median %.1f ms, p99 %.1f ms (%zu): %.0fx", their_median,
               bench_part(theirs, n, 0.99), n, median > 0 ? their_median / median : 0);
}

void bench_panels(struct bench *b)
{
    static double ms[STORES_MAX];
    int stores = b->smoke ? 20 : 200;
    uint64_t size = (uint64_t)(b->smoke ? 32 : 1024) << 20;
    const char *name = e2e_name("panels");
    size_t n = bench_stores_on(
        &(struct e2e_options){
            .argv = E2E_ARGV(e2e_shmlens, "--type", "uint64_t@8", name), .rows = 60, .cols = 200},
        "to", name, size, stores, 50, ms);
    double p99 = bench_part(ms, n, 0.99);
    bench_row(b, "a store to the tree, two panels, 200x60, p99", "8 ms",
              n * 2 > (size_t)stores && p99 <= 8, "%.2f ms, median %.2f (%zu)", p99,
              bench_part(ms, n, 0.5), n);
}
