/* What a segment in which nothing happens costs, against a bare loop that sleeps and reads as
 * often; and how soon it is on the screen when something happens after all. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HZ = 250, WINDOW = 20 * 16, QUIET_SECONDS = 32, LOOK = 9000000 };

/* The bare loop, in a process of its own: sleeps until the next moment, reads what the screen
 * shows.
 */
static pid_t bare_loop(const char *name)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char bytes[WINDOW];
    struct timespec due;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = shm_open(name, O_RDONLY, 0);
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (;;) {
        due.tv_nsec += 1000000000 / HZ;
        due.tv_sec += due.tv_nsec / 1000000000;
        due.tv_nsec %= 1000000000;
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        if (pread(fd, bytes, sizeof bytes, 0) != sizeof bytes)
            _exit(1);
    }
}

/* The least that it takes to show a store within 10 ms, in a process of its own: compares the
 * memory itself with what was there, 111 times a second, and does nothing else. */
static pid_t bare_looks(const char *name)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char bytes[WINDOW];
    struct timespec due;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = shm_open(name, O_RDONLY, 0);
    const char *memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    memcpy(bytes, memory, sizeof bytes);
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (;;) {
        due.tv_nsec += LOOK;
        due.tv_sec += due.tv_nsec / 1000000000;
        due.tv_nsec %= 1000000000;
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        if (memcmp(bytes, memory, sizeof bytes) != 0)
            _exit(1);
    }
}

/* Percent of a core of each at the same time, so that they meet the same machine. */
struct costs {
    double ours, loop, looks;
};

static struct costs all_three(struct e2e *t, pid_t loop, pid_t looks, int ms)
{
    const pid_t pid[] = {e2e_pid(t), loop, looks};
    int64_t start = e2e_now(), end = start + (int64_t)ms * 1000000, before[3];
    double cost[3];
    for (size_t i = 0; i < 3; i++)
        before[i] = bench_cpu(pid[i], false);
    while (e2e_now() < end)
        (void)e2e_pump(t, 20);
    double seconds = (double)(e2e_now() - start) / 1e9;
    for (size_t i = 0; i < 3; i++)
        cost[i] = (double)(bench_cpu(pid[i], false) - before[i]) / 1e7 / seconds;
    return (struct costs){cost[0], cost[1], cost[2]};
}

static void cost(struct bench *b, const char *name)
{
    int ms = b->smoke ? 500 : 20000;
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    e2e_settle(t, 200, b->smoke ? 500 : 3000);
    pid_t loop = bare_loop(name), looks = bare_looks(name);
    if (loop < 0 || looks < 0)
        e2e_fail("fork: %s", strerror(errno));
    struct costs c = all_three(t, loop, looks, ms);
    bench_row(b, "CPU while nothing changes", "0.5x a bare loop", c.ours <= 0.5 * c.loop,
              "%.3f %%, %.2fx the loop", c.ours, c.ours / c.loop);
    bench_note("clock_nanosleep and pread, 250 a second", "%.3f %%", c.loop);
    if (!b->smoke) {
        e2e_settle(t, QUIET_SECONDS * 1000, QUIET_SECONDS * 1000);
        c = all_three(t, loop, looks, ms);
        bench_row(b, "  and after 30 s of it", "0.25x a bare loop", c.ours <= 0.25 * c.loop,
                  "%.3f %%, %.2fx the loop", c.ours, c.ours / c.loop);
    }
    bench_note("nothing but a look every 9 ms", "%.3f %%, %.2fx the loop", c.looks,
               c.looks / c.loop);
    kill(loop, SIGKILL);
    kill(looks, SIGKILL);
    waitpid(loop, NULL, 0);
    waitpid(looks, NULL, 0);
    e2e_end(t);
}

/* ---- the first store after a long rest ---- */

static _Atomic uint64_t *map(const char *name)
{
    int fd = shm_open(name, O_RDWR, 0);
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        e2e_fail("%s: %s", name, strerror(errno));
    close(fd);
    return p;
}

/* One of many programs, each of which rests while the others are measured. */
struct resting {
    struct e2e *t;
    _Atomic uint64_t *memory;
    char name[64];
};

static bool shows(struct e2e *t, void *ctx)
{
    return e2e_find(t, ctx, NULL, NULL);
}

static double wake_ms(struct resting *r, int round)
{
    char want[32];
    unsigned char value = (unsigned char)(0xa0 + round);
    snprintf(want, sizeof want, "%02x %02x %02x %02x", value, value, value, value);
    struct timespec rest = {.tv_nsec =
                                1000000 + rand() % 17000000}; /* any moment between two looks */
    nanosleep(&rest, NULL);
    int64_t start = e2e_now();
    atomic_store(&r->memory[0], UINT64_C(0x0101010101010101) * value);
    e2e_wait(r->t, shows, want, "the store", 0);
    return (double)(e2e_now() - start) / 1e6;
}

static void wakes(struct bench *b)
{
    enum { PROGRAMS = 25, ROUNDS = 4 };
    static struct resting r[PROGRAMS];
    static double ms[PROGRAMS * ROUNDS];
    size_t n = 0;
    for (int i = 0; i < PROGRAMS; i++) {
        snprintf(r[i].name, sizeof r[i].name, "%s", bench_segment(4096, NULL));
        r[i].memory = map(r[i].name);
        r[i].t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, r[i].name)});
        e2e_wait_text(r[i].t, "LIVE", 0);
    }
    for (int round = 0; round < ROUNDS; round++) {
        int64_t end = e2e_now() + (int64_t)QUIET_SECONDS * 1000000000;
        while (e2e_now() < end)
            for (int i = 0; i < PROGRAMS; i++)
                (void)e2e_pump(r[i].t, 10);
        for (int i = 0; i < PROGRAMS; i++)
            ms[n++] = wake_ms(&r[i], round);
    }
    double p99 = bench_part(ms, n, 0.99);
    bench_row(b, "a store after 30 s of rest to the glass, p99", "10 ms", p99 <= 10,
              "%.2f ms, median %.2f (%zu)", p99, bench_part(ms, n, 0.5), n);
    for (int i = 0; i < PROGRAMS; i++) {
        e2e_end(r[i].t);
        munmap((void *)(uintptr_t)r[i].memory, 4096);
        shm_unlink(r[i].name);
    }
}

void bench_quiet(struct bench *b)
{
    const char *name = bench_segment(4096, NULL);
    cost(b, name);
    shm_unlink(name);
    if (!b->smoke) /* it rests for minutes */
        wakes(b);
}
