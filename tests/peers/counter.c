/* counter NAME SIZE OFFSET PER_SECOND [COUNT]: makes a segment and stores 1, 2, 3, ... as 8 bytes
 * at OFFSET, PER_SECOND times a second (-MS: at random moments, MS to 3 * MS ms apart). Says
 * `ready`, and for each store `VALUE NANOSECONDS` with the monotonic time right behind it. Ends
 * after COUNT stores (0 or left out: never), at end of file of its standard input, or told by a
 * signal, and removes the segment. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The next moment to store at. */
static int64_t next_after(int64_t time, int64_t rate)
{
    static uint32_t random = 12345;
    if (rate > 0)
        return time + 1000000000 / rate;
    if (rate == 0)
        return time;
    random = random * 1664525U + 1013904223U;
    return time - rate * 1000000 + (int64_t)(random >> 8) * 128 % (-rate * 2000000);
}

/* Waits for that moment; nonzero: end of file of standard input came first. */
static int wait_until(int64_t time)
{
    while (!stop && now() < time) {
        int64_t left = time - now();
        struct pollfd p = {.fd = 0, .events = POLLIN};
        char c;
        if (left <= 0)
            break;
        int64_t ms = left / 1000000;
        if (poll(&p, 1, ms > 1000 ? 1000 : (int)ms) > 0 && read(0, &c, 1) <= 0)
            return 1;
        if (left < 1000000) {
            struct timespec rest = {.tv_nsec = (long)left};
            nanosleep(&rest, NULL);
        }
    }
    return stop;
}

static int run(_Atomic uint64_t *cell, int64_t rate, unsigned long count)
{
    int64_t next = now();
    for (uint64_t value = 1; count == 0 || value <= count; value++) {
        next = next_after(next, rate);
        if (wait_until(next))
            return 0;
        atomic_store_explicit(cell, value, memory_order_release);
        printf("%llu %lld\n", (unsigned long long)value, (long long)now());
        fflush(stdout);
    }
    return wait_until(INT64_MAX);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: counter NAME SIZE OFFSET PER_SECOND [COUNT]\n");
        return 2;
    }
    size_t size = strtoul(argv[2], NULL, 0), offset = strtoul(argv[3], NULL, 0);
    if (offset % 8 != 0 || offset + 8 > size || strtol(argv[4], NULL, 0) == 0)
        return 2;
    int fd = shm_open(argv[1], O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
        perror("shm_open, ftruncate");
        return 1;
    }
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    puts("ready");
    fflush(stdout);
    run((_Atomic uint64_t *)(void *)(memory + offset), strtol(argv[4], NULL, 0),
        argc > 5 ? strtoul(argv[5], NULL, 0) : 0);
    shm_unlink(argv[1]);
    return 0;
}
