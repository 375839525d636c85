/* A whole segment at once: copied, compared, saved, loaded, swept by several threads. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "backend/segment.h"
#include "live/baseline.h"
#include "live/sweep.h"

/* A segment that we have mapped, and open as the program opens it. */
struct subject {
    const char *name;
    uint64_t size;
    unsigned char *memory;
    struct backend *be;
    struct seg *seg;
};

static double since(int64_t start)
{
    return (double)(e2e_now() - start) / 1e9;
}

static void subject_new(struct subject *s, uint64_t size)
{
    *s = (struct subject){.name = bench_segment(size, NULL), .size = size, .be = backend_new()};
    int fd = shm_open(s->name, O_RDWR, 0);
    s->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (s->be == NULL || s->memory == MAP_FAILED ||
        oserr_is(seg_open(s->be, s->name, SEG_READ, &s->seg)))
        e2e_fail("%s: %s", s->name, strerror(errno));
    close(fd);
}

static void subject_free(struct subject *s)
{
    seg_close(s->seg);
    backend_free(s->be);
    munmap(s->memory, s->size);
    shm_unlink(s->name);
}

static bool go_on(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)deadline;
    (void)done;
    (void)total;
    return true;
}

/* The first copy of it, against a memcpy into memory that is as new. */
static void first_copy(struct bench *b, const struct subject *s)
{
    const struct progress progress = {go_on, NULL};
    double ours = 1e9, theirs = 1e9;
    for (int i = 0; i < (b->smoke ? 1 : 5); i++) {
        struct oserr e;
        int64_t start = e2e_now();
        struct baseline *copy = baseline_take(s->seg, UINT64_MAX, &progress, &e);
        double took = since(start);
        if (copy == NULL)
            e2e_fail("no baseline of %s", s->name);
        baseline_free(copy);
        ours = took < ours ? took : ours;
        start = e2e_now();
        unsigned char *plain = malloc(s->size);
        if (plain == NULL)
            e2e_fail("out of memory");
        memcpy(plain, s->memory, s->size);
        took = since(start);
        static volatile unsigned char needed;
        needed = plain[s->size / 2];
        (void)needed;
        free(plain);
        theirs = took < theirs ? took : theirs;
    }
    bench_row(b, "first copy (a baseline)", "1.2x memcpy's time", ours <= 1.2 * theirs,
              "%.1f GB/s, %.2fx memcpy's", (double)s->size / 1e9 / ours, ours / theirs);
}

/* Judged by the time of a processor: each is one thread that waits for nothing. */
static void against(struct bench *b, const char *what, double goal, const char *peer,
                    const char *const *ours, const char *const *theirs, uint64_t size)
{
    char limit[40];
    if (!bench_have(peer)) {
        bench_note(what, "%s is not there", peer);
        return;
    }
    snprintf(limit, sizeof limit, "%.1fx %s's time", goal, peer);
    struct bench_pair t = bench_turns(ours, theirs, b->smoke ? 1 : 5);
    bench_row(b, what, limit, t.ours_cpu <= goal * t.theirs_cpu,
              "cpu %.2fx, median %.2fx; by the clock %.2fx, median %.2fx, %.2f GB/s",
              t.ours_cpu / t.theirs_cpu, t.median.ours_cpu / t.median.theirs_cpu, t.ours / t.theirs,
              t.median.ours / t.median.theirs, (double)size / 1e9 / t.ours);
}

static void files(struct bench *b, const struct subject *s, const struct subject *other)
{
    char from[300], to[300], line[700], ours[700];
    snprintf(from, sizeof from, "/dev/shm%s", s->name);
    snprintf(to, sizeof to, "/dev/shm%s", other->name);
    memcpy(other->memory, s->memory, s->size);
    against(b, "diff of two that are equal", 1.2, "cmp",
            E2E_ARGV(e2e_shmlens, "diff", s->name, other->name), E2E_ARGV("cmp", from, to),
            s->size);
    for (uint64_t i = 0; i < s->size; i += 100)
        other->memory[i] = (unsigned char)~other->memory[i];
    /* not to /dev/null: cmp finds that out and stops at the first difference */
    snprintf(line, sizeof line, "cmp -l %s %s | cat", from, to);
    snprintf(ours, sizeof ours, "%s diff %s %s | cat", e2e_shmlens, s->name, other->name);
    against(b, "diff of two that differ in 1 %", 1.5, "cmp", E2E_ARGV("/bin/sh", "-c", ours),
            E2E_ARGV("/bin/sh", "-c", line), s->size);
    snprintf(to, sizeof to, "/dev/shm%s-saved", s->name);
    against(b, "save", 1.1, "cp", E2E_ARGV(e2e_shmlens, "save", s->name, to),
            E2E_ARGV("cp", "--remove-destination", from, to), s->size);
    snprintf(from, sizeof from, "/dev/shm%s", other->name);
    against(b, "load", 1.1, "cp", E2E_ARGV(e2e_shmlens, "load", other->name, to),
            E2E_ARGV("cp", to, from), s->size);
    unlink(to);
}

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A whole way around, with a share of so many processors. */
static struct bench_time lap(struct sweep *map, double share)
{
    static struct map_summary picture;
    (void)sweep_show(map, 0, 0, &picture);
    uint64_t laps = picture.sweeps;
    double cpu = cpu_now();
    int64_t start = e2e_now(), due = start;
    while (picture.sweeps == laps) {
        due = sweep_work(map, due > e2e_now() ? due : e2e_now(), 50 * 1000000, share);
        (void)sweep_show(map, 0, 0, &picture);
    }
    return (struct bench_time){since(start), cpu_now() - cpu};
}

static void sweeping(struct bench *b, const struct subject *s)
{
    enum { LAPS = 9 };
    struct sweep *map = sweep_new(s->seg);
    double one[LAPS], two[LAPS], one_cpu[LAPS], two_cpu[LAPS], bare[LAPS];
    size_t n = b->smoke ? 1 : LAPS;
    if (map == NULL)
        e2e_fail("out of memory");
    (void)lap(map, 1);
    for (size_t i = 0; i < n; i++) {
        struct bench_time a = lap(map, 1), c = lap(map, 2);
        one[i] = a.wall;
        two[i] = c.wall;
        one_cpu[i] = a.cpu;
        two_cpu[i] = c.cpu;
        bare[i] = bench_reading(s->memory, s->size, 2) / bench_reading(s->memory, s->size, 1);
    }
    double best = bench_part(two, n, 0), gain = bench_part(one, n, 0) / best;
    if (bench_processors(2)) {
        bench_row(b, "sweep by two threads", "1.7x one", gain >= 1.7,
                  "%.1f GB/s, %.2fx one, median %.2fx, cpu %.2fx", (double)s->size / 1e9 / best,
                  gain, bench_part(one, n, 0.5) / bench_part(two, n, 0.5),
                  bench_part(two_cpu, n, 0) / bench_part(one_cpu, n, 0));
        bench_note("  reading by two threads", "%.2fx one, median %.2fx", bench_part(bare, n, 1),
                   bench_part(bare, n, 0.5));
    }
    bench_processors(0);
    sweep_free(map);
}

void bench_bulk(struct bench *b)
{
    struct subject s, other;
    uint64_t size = bench_room((uint64_t)(b->smoke ? 16 : 1024) << 20);
    subject_new(&s, size);
    sweeping(b, &s);
    first_copy(b, &s);
    subject_new(&other, size);
    files(b, &s, &other);
    subject_free(&other);
    subject_free(&s);
}
