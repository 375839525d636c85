/* What the rows of reading much share: turns, processors, room. */
#include <sched.h>

#include "bench.h"

static double least(double a, double b)
{
    return a < b ? a : b;
}

struct bench_pair bench_turns(const char *const *ours, const char *const *theirs, int rounds)
{
    struct bench_pair best = {1e9, 1e9, 1e9, 1e9};
    for (int i = 0; i < rounds; i++) {
        struct bench_time a = bench_once(ours), b = bench_once(theirs);
        best.ours = least(best.ours, a.wall);
        best.theirs = least(best.theirs, b.wall);
        best.ours_cpu = least(best.ours_cpu, a.cpu);
        best.theirs_cpu = least(best.theirs_cpu, b.cpu);
    }
    return best;
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
