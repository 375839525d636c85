/* What the rows of reading much share: turns, processors, room. */
#include <sched.h>

#include "bench.h"

struct bench_pair bench_turns(const char *const *ours, const char *const *theirs, int rounds)
{
    struct bench_pair best = {1e9, 1e9};
    for (int i = 0; i < rounds; i++) {
        double a = bench_run(ours, 1), b = bench_run(theirs, 1);
        best.ours = a < best.ours ? a : best.ours;
        best.theirs = b < best.theirs ? b : best.theirs;
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
