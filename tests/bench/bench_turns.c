/* What the rows of reading much share: turns, processors, room. */
#include <pthread.h>
#include <sched.h>

#include "bench.h"

enum { ROUNDS_MOST = 32, THREADS_MOST = 16 };

/* The least, and the median. */
static double two_of(double *values, size_t n, double *median)
{
    *median = bench_part(values, n, 0.5);
    return bench_part(values, n, 0);
}

struct bench_pair bench_turns(const char *const *ours, const char *const *theirs, int rounds)
{
    double wall[2][ROUNDS_MOST], cpu[2][ROUNDS_MOST];
    size_t n = rounds < ROUNDS_MOST ? (size_t)rounds : ROUNDS_MOST;
    struct bench_pair p = {0};
    for (size_t i = 0; i < n; i++) {
        struct bench_time a = bench_once(ours), b = bench_once(theirs);
        wall[0][i] = a.wall;
        wall[1][i] = b.wall;
        cpu[0][i] = a.cpu;
        cpu[1][i] = b.cpu;
    }
    p.ours = two_of(wall[0], n, &p.median.ours);
    p.theirs = two_of(wall[1], n, &p.median.theirs);
    p.ours_cpu = two_of(cpu[0], n, &p.median.ours_cpu);
    p.theirs_cpu = two_of(cpu[1], n, &p.median.theirs_cpu);
    return p;
}

bool bench_processors(int n)
{
    static cpu_set_t all;
    static bool known;
    if (!known && sched_getaffinity(0, sizeof all, &all) != 0)
        return false;
    known = true;
    cpu_set_t some;
    CPU_ZERO(&some);
    int count = 0;
    for (size_t i = 0; i < CPU_SETSIZE && (n == 0 || count < n); i++)
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &some);
            count++;
        }
    return count >= n && sched_setaffinity(0, sizeof some, &some) == 0;
}

uint64_t bench_room(uint64_t want)
{
    while (want > bench_memory() / 4)
        want /= 2;
    return want;
}

typedef uint64_t vector __attribute__((vector_size(32)));

struct reading {
    const vector *from;
    size_t vectors;
    uint64_t sum;
};

#if defined(__x86_64__)
__attribute__((target("avx2")))
#endif
static void *
read_part(void *arg)
{
    struct reading *r = arg;
    vector sum[4] = {{0}};
    for (size_t i = 0; i + 4 <= r->vectors; i += 4) {
        __builtin_prefetch(r->from + i + 256);
        __builtin_prefetch(r->from + i + 258);
        for (size_t k = 0; k < 4; k++)
            sum[k] += r->from[i + k];
    }
    sum[0] += sum[1] + sum[2] + sum[3];
    r->sum = sum[0][0] + sum[0][1] + sum[0][2] + sum[0][3];
    return NULL;
}

double bench_reading(const void *memory, uint64_t size, size_t threads)
{
    const vector *from = memory;
    struct reading part[THREADS_MOST];
    pthread_t thread[THREADS_MOST];
    int64_t start = e2e_now();
    size_t each = (size_t)size / threads / sizeof *from;
    for (size_t i = 0; i < threads; i++) {
        part[i] = (struct reading){from + i * each, each, 0};
        if (i > 0 && pthread_create(&thread[i], NULL, read_part, &part[i]) != 0)
            e2e_fail("no thread");
    }
    (void)read_part(&part[0]);
    for (size_t i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    return (double)size / (double)(e2e_now() - start);
}
