/* How soon it is told: from a store to the line of `watch`, to the end of `wait`. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/segment.h"

static void rest(int64_t ns)
{
    struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    nanosleep(&t, NULL);
}

static _Atomic uint8_t *map(const char *name, uint64_t size)
{
    int fd = shm_open(name, O_RDWR, 0);
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        e2e_fail("%s: %s", name, strerror(errno));
    close(fd);
    return p;
}

/* ---- one scan, as watch makes it ---- */

/* Seconds for the hashes of all pages: the shortest of three ways through. */
static double scan(const char *name, uint64_t size)
{
    enum { BATCH = 512 };
    uint64_t hash[BATCH];
    struct seg_hashes found;
    struct seg *s = NULL;
    double best = 1e9;
    struct backend *be = backend_new();
    if (be == NULL || oserr_is(seg_open(be, name, SEG_READ, &s)))
        e2e_fail("%s cannot be opened", name);
    for (int i = 0; i < 3; i++) {
        int64_t start = e2e_now();
        for (uint64_t at = 0; at < size; at = found.next)
            if (oserr_is(seg_hash(s, at, hash, BATCH, &found)) || found.next <= at)
                e2e_fail("%s cannot be hashed", name);
        double took = (double)(e2e_now() - start) / 1e9;
        best = took < best ? took : best;
    }
    seg_close(s);
    backend_free(be);
    return best;
}

/* ---- watch ---- */

/* The next line is about this byte. */
static void await_line(struct e2e_peer *watch, uint64_t offset)
{
    char want[64];
    snprintf(want, sizeof want, " 0x%llx ", (unsigned long long)offset);
    for (;;) {
        const char *line = e2e_peer_line(watch, 120000);
        if (line == NULL)
            e2e_fail("watch ended");
        if (strstr(line, want) != NULL)
            return;
    }
}

/* Stores at 0 until a line comes: before, it was making its copy. */
static void await_first_look(struct e2e_peer *watch, _Atomic uint8_t *memory)
{
    struct pollfd p = {.fd = e2e_peer_fd(watch), .events = POLLIN};
    do
        atomic_fetch_add(&memory[0], 1);
    while (poll(&p, 1, 100) <= 0);
    rest(200000000);
}

void bench_watch(struct bench *b)
{
    enum { STORES = 100 };
    double ms[STORES];
    int stores = b->smoke ? 5 : STORES;
    uint64_t want = b->smoke ? (uint64_t)16 << 20 : (uint64_t)4 << 30, size = want;
    while (size > bench_memory() / 3) /* the segment, the copy, and room for others */
        size /= 2;
    if (size < want)
        bench_note("watch: less memory is free than wanted", "%.2f GiB instead of %.2f",
                   (double)size / (1 << 30), (double)want / (1 << 30));
    const char *name = bench_segment(size, NULL);
    _Atomic uint8_t *memory = map(name, size);
    double before = scan(name, size);
    struct e2e_peer *watch = e2e_background(E2E_ARGV(e2e_shmlens, "watch", name));
    uint64_t x = 88172645463325252U;
    await_first_look(watch, memory);
    for (int i = 0; i < stores; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        uint64_t offset = x % size;
        rest((int64_t)(x >> 40) % (int64_t)(before * 1e9 + 1)); /* anywhere in its way around */
        int64_t start = e2e_now();
        atomic_fetch_add(&memory[offset], 1);
        await_line(watch, offset);
        ms[i] = (double)(e2e_now() - start) / 1e6;
    }
    kill(e2e_peer_pid(watch), SIGINT);
    e2e_peer_end(watch);
    double after = scan(name, size), once = (before < after ? before : after) * 1e3;
    double worst = bench_part(ms, (size_t)stores, 1), median = bench_part(ms, (size_t)stores, 0.5);
    double p95 = bench_part(ms, (size_t)stores, 0.95);
    bench_row(b, "a store anywhere to its line of watch", "p95 1.5x one scan", p95 <= 1.5 * once,
              "%.0f ms, %.2fx (median %.0f, worst %.0f)", p95, p95 / once, median, worst);
    bench_note("one scan of it", "%.0f ms, %.1f GB/s of %.2f GiB", once, (double)size / once / 1e6,
               (double)size / (1 << 30));
    munmap((void *)(uintptr_t)memory, size);
    shm_unlink(name);
}

/* ---- wait ---- */

/* From the store to the end of the program that waits for it, ms; percent of a core meanwhile. */
static double wait_once(const char *name, _Atomic uint8_t *memory, uint8_t value, int ms,
                        double *cpu)
{
    char text[8];
    snprintf(text, sizeof text, "%u", value);
    struct e2e_peer *p = e2e_background(
        E2E_ARGV(e2e_shmlens, "wait", name, "8", "--as", "u8", "--equals", text, "--hz", "1000"));
    rest(30000000); /* it waits by now */
    int64_t began = e2e_now(), used = bench_cpu(e2e_peer_pid(p), false);
    rest((int64_t)ms * 1000000);
    *cpu = (double)(bench_cpu(e2e_peer_pid(p), false) - used) * 100 / (double)(e2e_now() - began);
    int64_t start = e2e_now();
    atomic_store(&memory[8], value);
    int status = 0;
    if (waitpid(e2e_peer_pid(p), &status, 0) < 0 || status != 0)
        e2e_fail("wait ended with %#x", (unsigned)status);
    double took = (double)(e2e_now() - start) / 1e6;
    e2e_peer_end(p);
    return took;
}

/* What a thousand naps a second take on this machine, percent of a core. */
static double naps(int ms)
{
    struct timespec cpu[2];
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu[0]);
    for (int i = 0; i < ms; i++)
        rest(1000000);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu[1]);
    double ns =
        (double)(cpu[1].tv_sec - cpu[0].tv_sec) * 1e9 + (double)(cpu[1].tv_nsec - cpu[0].tv_nsec);
    return ns / 1e4 / ms;
}

void bench_wait(struct bench *b)
{
    enum { WAITS = 200 };
    double ms[WAITS], cpu = 0;
    int waits = b->smoke ? 5 : WAITS;
    const char *name = bench_segment(4096, NULL);
    _Atomic uint8_t *memory = map(name, 4096);
    atomic_store(&memory[8], 0);
    for (int i = 0; i < waits; i++)
        ms[i] = wait_once(name, memory, (uint8_t)(i % 255 + 1), i % 7, &cpu);
    double p99 = bench_part(ms, (size_t)waits, 0.99), median = bench_part(ms, (size_t)waits, 0.5);
    bench_row(b, "a store to the end of wait, --hz 1000", "p99 3 ms", p99 <= 3,
              "%.2f ms, median %.2f", p99, median);
    (void)wait_once(name, memory, 255, b->smoke ? 100 : 5000, &cpu);
    bench_row(b, "CPU of wait --hz 1000", "2 % of a core", cpu <= 2, "%.2f %%", cpu);
    bench_note("sleeping 1 ms at a time, and no more", "%.2f %%", naps(b->smoke ? 100 : 2000));
    munmap((void *)(uintptr_t)memory, 4096);
    shm_unlink(name);
}
