/* How fast a whole segment is looked at, against reading it and doing nothing with what is read;
 * and what the map of it costs in the UI. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/os.h"
#include "backend/segment.h"
#include "live/sweep.h"

enum { ROUNDS = 7, BATCH = 512, MIB = 1 << 20 };

typedef uint64_t vector __attribute__((vector_size(32)));

/* The machine's limit: 32 bytes at a time, four sums. */
#if defined(__x86_64__)
__attribute__((target("avx2")))
#endif
static uint64_t
read_loop(const unsigned char *p, size_t n)
{
    vector sum[4] = {{0}};
    const vector *v = (const vector *)(const void *)p;
    for (size_t i = 0; i < n / sizeof *v; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += v[i + k];
    sum[0] += sum[1] + sum[2] + sum[3];
    return sum[0][0] + sum[0][1] + sum[0][2] + sum[0][3];
}

/* Times of one round, in seconds. */
struct round {
    double read, hash, lap;
};

static double since(int64_t start)
{
    return (double)(e2e_now() - start) / 1e9;
}

static double hash_all(struct seg *seg, uint64_t size)
{
    static uint64_t hash[BATCH];
    struct seg_hashes found;
    int64_t start = e2e_now();
    for (uint64_t at = 0; at < size; at = found.next)
        if (oserr_is(seg_hash(seg, at, hash, BATCH, &found)) || found.next <= at)
            e2e_fail("hashing stopped at %llu", (unsigned long long)at);
    return since(start);
}

/* A whole way around: hashing, comparing, remembering. */
static double lap_all(struct sweep *map)
{
    static struct map_summary picture;
    (void)sweep_show(map, 0, 0, &picture);
    uint64_t laps = picture.sweeps;
    int64_t start = e2e_now(), due = start;
    while (picture.sweeps == laps) {
        due = sweep_work(map, due > e2e_now() ? due : e2e_now(), 50 * 1000000, 1);
        (void)sweep_show(map, 0, 0, &picture);
    }
    return since(start);
}

static struct round best_of(struct seg *seg, struct sweep *map, const unsigned char *p,
                            uint64_t size, int rounds)
{
    struct round best = {1e9, 1e9, 1e9};
    static volatile uint64_t sum; /* what is read is needed */
    sum = read_loop(p, size);     /* the pages are mapped from here on */
    (void)hash_all(seg, size);
    (void)lap_all(map);
    for (int i = 0; i < rounds; i++) {
        int64_t start = e2e_now();
        sum = sum + read_loop(p, size);
        double read = since(start), hash = hash_all(seg, size), lap = lap_all(map);
        best.read = read < best.read ? read : best.read;
        best.hash = hash < best.hash ? hash : best.hash;
        best.lap = lap < best.lap ? lap : best.lap;
    }
    return best;
}

void bench_scan(struct bench *b)
{
    uint64_t size = b->smoke ? 64 * MIB : (uint64_t)4096 * MIB;
    const char *name = bench_segment(size, NULL);
    struct backend *be = backend_new();
    struct seg *seg = NULL;
    int fd = shm_open(name, O_RDONLY, 0);
    unsigned char *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (be == NULL || p == MAP_FAILED || oserr_is(seg_open(be, name, SEG_READ, &seg)))
        e2e_fail("%s: %s", name, strerror(errno));
    struct sweep *map = sweep_new(seg);
    if (map == NULL)
        e2e_fail("out of memory");
    struct round best = best_of(seg, map, p, size, b->smoke ? 1 : ROUNDS);
    double gb = (double)size / 1e9, hash = best.read / best.hash, lap = best.read / best.lap;
    char what[64];
    snprintf(what, sizeof what, "whole-segment scan, %llu MiB resident",
             (unsigned long long)(size / MIB));
    bench_note("plain read loop", "%.1f GB/s", gb / best.read);
    bench_row(b, what, "75 % of a read loop", lap >= 0.75, "%.1f GB/s (%.0f %%)", gb / best.lap,
              lap * 100);
    bench_note("  the hashes alone", "%.1f GB/s (%.0f %%)", gb / best.hash, hash * 100);
    sweep_free(map);
    seg_close(seg);
    backend_free(be);
    munmap(p, size);
    close(fd);
    shm_unlink(name);
}

/* ---- in the UI ---- */

/* KiB of memory of the process's own: what is shared with others does not count. */
static long anonymous_kib(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return kib;
}

/* The UI's own memory on this segment after it was around it at least once; `fd` not -1: and again
 * when all of its data was punched out. */
static long memory_on(const char *name, int fd, uint64_t size, long *punched)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .config = "set history 0\n"}); /* it has its own */
    e2e_wait_text(t, "s ago", 60000);
    e2e_settle(t, 300, 3000);
    long kib = anonymous_kib(e2e_pid(t));
    if (fd >= 0) {
        if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)size) != 0)
            e2e_fail("punching: %s", strerror(errno));
        e2e_settle(t, 1000, 5000);
        *punched = anonymous_kib(e2e_pid(t));
    }
    e2e_end(t);
    return kib;
}

static long memory_without(void)
{
    const char *small = bench_segment(4096, NULL);
    long kib = memory_on(small, -1, 0, NULL);
    shm_unlink(small);
    return kib;
}

static int sparse_segment(const char *name, uint64_t size)
{
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
        e2e_fail("%s: %s", name, strerror(errno));
    return fd;
}

static void memory_row(struct bench *b, const char *what, uint64_t resident, long kib, long empty)
{
    char goal[32];
    double mib = (double)(kib - empty) / 1024, bound = (double)resident / 200 / MIB + 8;
    snprintf(goal, sizeof goal, "%.1f MiB", bound);
    bench_row(b, what, goal, mib <= bound, "%.1f MiB (without: %.1f)", mib, (double)empty / 1024);
}

static void map_memory(struct bench *b, long empty)
{
    uint64_t size = b->smoke ? 256 * MIB : (uint64_t)16384 * MIB;
    while (size / 2 > bench_memory() / 10 * 7)
        size /= 2;
    const char *name = e2e_name("map");
    int fd = sparse_segment(name, size);
    bench_touch(name, 0, size / 2);
    char what[64];
    snprintf(what, sizeof what, "map of %llu MiB, half of it resident",
             (unsigned long long)(size / MIB));
    memory_row(b, what, size / 2, memory_on(name, -1, 0, NULL), empty);
    close(fd);
    shm_unlink(name);
}

/* One page of data in each 256 KiB. */
static void map_scattered(struct bench *b, long empty)
{
    enum { APART = 256 * 1024, PAGE = 4096 };
    uint64_t pages = b->smoke ? 3000 : 60000, size = pages * APART;
    const char *name = e2e_name("apart");
    int fd = sparse_segment(name, size);
    for (uint64_t i = 0; i < pages; i++)
        if (pwrite(fd, &(uint64_t){i + 1}, 8, (off_t)(i * APART + i * PAGE % APART)) != 8)
            e2e_fail("%s: %s", name, strerror(errno));
    char what[64];
    long punched = 0, kib = memory_on(name, fd, size, &punched);
    snprintf(what, sizeof what, "map of %llu pages, one in 256 KiB", (unsigned long long)pages);
    memory_row(b, what, pages * PAGE, kib, empty);
    memory_row(b, "  and all of them punched out", 0, punched, empty);
    close(fd);
    shm_unlink(name);
}

void bench_map(struct bench *b)
{
    static double ms[STORES_MAX];
    int stores = b->smoke ? 20 : 200;
    uint64_t size = b->smoke ? 64 * MIB : (uint64_t)4096 * MIB;
    const char *name = e2e_name("glass");
    size_t n = bench_stores(E2E_ARGV(e2e_shmlens, name), name, size, stores, 50, ms);
    double median = bench_part(ms, n, 0.5), p99 = bench_part(ms, n, 0.99);
    bench_row(b, "a store to the glass while it scans, p99", "10 ms",
              n * 2 > (size_t)stores && p99 <= 10, "%.2f ms, median %.2f (%zu)", p99, median, n);
    long empty = memory_without();
    map_memory(b, empty);
    map_scattered(b, empty);
}
