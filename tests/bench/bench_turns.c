/* What the rows of reading much share: turns, processors, room. */
#include <sched.h>

#include "bench.h"

enum { ROUNDS_MOST = 32 };

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
