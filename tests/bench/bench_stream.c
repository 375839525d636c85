/* Printing and searching much, against the programs that do it well. */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Half of what /dev/shm has free, at most `want`. */
static uint64_t room(uint64_t want)
{
    struct statvfs v;
    if (statvfs("/dev/shm", &v) != 0)
        return 1 << 24;
    uint64_t half = (uint64_t)v.f_bavail * v.f_frsize / 2;
    return (half < want ? half : want) & ~(uint64_t)0xfffff;
}

void bench_peek(struct bench *b)
{
    uint64_t size = room(b->smoke ? 4 << 20 : 64 << 20);
    const char *name = bench_segment(size, NULL);
    char path[300];
    double mb = (double)size / 1e6;
    snprintf(path, sizeof path, "/dev/shm%s", name);
    const char *const *peek = E2E_ARGV(e2e_shmlens, "peek", name);
    double ours = bench_run(peek, 1);
    if (bench_have("xxd")) { /* judged by the time of a processor: one thread each */
        struct bench_pair t = bench_turns(peek, E2E_ARGV("xxd", path), b->smoke ? 1 : 5);
        ours = t.ours;
        bench_row(b, "peek in hexdump's form", "12x xxd", t.theirs_cpu >= 12 * t.ours_cpu,
                  "%.1fx xxd; by the clock %.1fx, %.0f MB/s", t.theirs_cpu / t.ours_cpu,
                  t.theirs / t.ours, mb / t.ours);
        bench_note("xxd", "%.0f MB/s", mb / t.theirs);
    }
    if (bench_have("hexdump")) {
        double theirs = bench_run(E2E_ARGV("hexdump", "-C", path), 1);
        bench_note("hexdump -C", "%.0f MB/s: %.0fx", mb / theirs, theirs / ours);
    }
    shm_unlink(name);
}

void bench_stream(struct bench *b)
{
    const char *needle = "a needle in the hay";
    uint64_t size = room(b->smoke ? 16 << 20 : 1 << 30);
    const char *name = bench_segment(size, needle);
    char path[300];
    double gb = (double)size / 1e9;
    int times = b->smoke ? 1 : 5;
    snprintf(path, sizeof path, "/dev/shm%s", name);
    setenv("LC_ALL", "C", 1);
    double cat = bench_run(E2E_ARGV("cat", path), times);
    double raw = bench_run(E2E_ARGV(e2e_shmlens, "peek", "--raw", name), times);
    bench_row(b, "peek --raw", "within 1.5x of cat", raw <= 1.5 * cat,
              "%.1f GB/s, %.2fx cat's time", gb / raw, raw / cat);
    bench_note("cat", "%.1f GB/s", gb / cat);
    double grep = bench_run(E2E_ARGV("grep", "-obUaF", needle, path), times);
    double find = bench_run(E2E_ARGV(e2e_shmlens, "find", name, needle), times);
    bench_row(b, "find of a literal", "as fast as grep", find <= grep,
              "%.1f GB/s, %.2fx grep's time", gb / find, find / grep);
    bench_note("grep -obUaF", "%.1f GB/s", gb / grep);
    shm_unlink(name);
}

/* A plain loop over it, which is what memory allows: the shortest of three, seconds. */
static double read_loop(const char *name, uint64_t size)
{
    int fd = shm_open(name, O_RDONLY, 0);
    const uint64_t *p = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    double best = 1e9;
    if (p == MAP_FAILED)
        e2e_fail("%s cannot be mapped", name);
    close(fd);
    for (int i = 0; i < 3; i++) {
        uint64_t sum[8] = {0};
        int64_t start = e2e_now();
        for (uint64_t k = 0; k < size / 8; k += 8)
            for (int j = 0; j < 8; j++)
                sum[j] |= p[k + (uint64_t)j];
        volatile uint64_t keep =
            sum[0] | sum[1] | sum[2] | sum[3] | sum[4] | sum[5] | sum[6] | sum[7];
        (void)keep;
        double took = (double)(e2e_now() - start) / 1e9;
        best = took < best ? took : best;
    }
    munmap((void *)(uintptr_t)p, size);
    return best;
}

/* A regular expression that takes long, given up with Esc: ms until it is over, the worst of ten.
 */
static double cancelled_ms(const char *name)
{
    double worst = 0;
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    for (int i = 0; i < 10; i++) {
        e2e_keys(t, "/r:[a-z]+x[0-9]+y[a-z]+zzzz<Enter>");
        e2e_wait_text(t, "Esc cancels", 0);
        int64_t start = e2e_now();
        e2e_keys(t, "<Esc>");
        e2e_wait_no_text(t, "Esc cancels", 0);
        double ms = (double)(e2e_now() - start) / 1e6;
        worst = ms > worst ? ms : worst;
    }
    e2e_end(t);
    return worst;
}

void bench_find(struct bench *b)
{
    const char *needle = "a needle in the hay";
    uint64_t size = (uint64_t)(b->smoke ? 16 << 20 : 1 << 30) * (b->smoke ? 1 : 4);
    while (size > bench_memory() / 3 || size > room(size))
        size /= 2;
    const char *name = bench_segment(size, needle);
    char path[300];
    double gb = (double)size / 1e9;
    int times = b->smoke ? 1 : 5;
    snprintf(path, sizeof path, "/dev/shm%s", name);
    double find = bench_run(E2E_ARGV(e2e_shmlens, "find", name, needle), times);
    if (bench_have("rg")) {
        double rg =
            bench_run(E2E_ARGV("rg", "-a", "-o", "-b", "-F", "--no-config", needle, path), times);
        bench_row(b, "find of a literal in much memory", "as fast as ripgrep", find <= rg,
                  "%.1f GB/s of %.1f, %.2fx rg's time", gb / find, gb, find / rg);
        bench_note("rg -aobF", "%.1f GB/s", gb / rg);
        double mmap_rg = bench_run(
            E2E_ARGV("rg", "-a", "-o", "-b", "-F", "--mmap", "--no-config", needle, path), times);
        bench_note("rg --mmap", "%.1f GB/s", gb / mmap_rg);
    } else {
        bench_note("rg is not there to compare with", "find: %.1f GB/s", gb / find);
    }
    double cancel = b->smoke ? 0 : cancelled_ms(name); /* little is searched too soon for that */
    bench_row(b, "Esc to the end of a search in the UI", "50 ms", cancel <= 50, "%.1f ms at worst",
              cancel);
    double loop = read_loop(name, size);
    bench_row(b, "find of a literal, and reading alone", "60 % of a read loop", find <= loop / 0.6,
              "%.0f %% of %.1f GB/s", loop / find * 100, gb / loop);
    shm_unlink(name);
}
