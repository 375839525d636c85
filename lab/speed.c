/* speed: two processes count, each in a word of its own, and slow each other down all the same.
 *
 * Run it with the arguments 0 and 1. A processor does not move words between its caches, but lines
 * of 64 bytes. When two words share a line, each store takes the line away from the other
 * processor: that is called false sharing. With 1 at 0x00 (or the argument `apart` after the 0)
 * process 1 counts in the next line.
 *
 *     cc speed.c -pthread -o speed && ( ./speed 0 & ./speed 1 ) */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-speed"

enum { TURN = 20000000, WORK = 4000000, BATCH = 1000 }; /* every 20 ms both count for 4 ms */

struct shared {
    _Atomic uint32_t apart;                 /* 0x00: 1: a line for each */
    _Atomic uint32_t unused;                /* 0x04 */
    _Atomic uint64_t picoseconds;           /* 0x08: one increment of process 0 now */
    _Atomic uint64_t together_ps;           /* 0x10: the last measured in one line ... */
    _Atomic uint64_t apart_ps;              /* 0x18: ... and in two */
    _Atomic uint64_t copy_bytes;            /* 0x20: of speed_copy, see there */
    _Atomic uint64_t copy_ns;               /* 0x28 */
    _Atomic uint64_t copy_measured;         /* 0x30 */
    _Alignas(64) _Atomic uint64_t line[16]; /* 0x40: two lines: words 0 and 1, or 0 and 8 */
};

static pid_t parent;
static ino_t made; /* the number of the segment that this process made; 0: none */
static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

static int goes_on(void)
{
    return !ended && getppid() == parent;
}

static void watch_parent(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    parent = getppid();
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], end);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* when the parent ends, so do we */
}

static int64_t now(void) /* in ns */
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Sleeps until the clock shows a multiple of TURN: both processes wake at the same moment. */
static void sleep_until_turn(void)
{
    struct timespec t = {.tv_nsec = TURN - now() % TURN};
    nanosleep(&t, NULL);
}

/* Removes the name, if it still leads to what this process made. */
static void remove_segment(void)
{
    struct stat st;
    int fd = shm_open(NAME, O_RDONLY, 0);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == made)
        shm_unlink(NAME);
}

/* Process 0 makes the segment, the others wait for it; NULL: it failed, or is told to end. */
static struct shared *join_segment(int me)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    struct stat st;
    for (; goes_on(); nanosleep(&tenth, NULL)) {
        int fd = shm_open(NAME, me == 0 ? O_RDWR | O_CREAT | O_EXCL : O_RDWR, 0600);
        if (fd < 0 && errno == ENOENT && me != 0)
            continue;
        void *memory = MAP_FAILED;
        if (me == 0 && fd >= 0 && fstat(fd, &st) == 0)
            made = st.st_ino;
        if (fd < 0 || (me == 0 && ftruncate(fd, sizeof(struct shared)) != 0)) {
            perror(NAME);
            remove_segment();
            return NULL;
        }
        if (fstat(fd, &st) == 0 && st.st_size >= (off_t)sizeof(struct shared))
            memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        if (memory != MAP_FAILED)
            return memory;
    }
    return NULL;
}

/* Each process on a processor of its own: on one they would only take turns. */
static void choose_processor(int me)
{
    cpu_set_t allowed, mine;
    CPU_ZERO(&mine);
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && me-- == 0)
            CPU_SET(cpu, &mine);
    if (CPU_COUNT(&mine) > 0)
        sched_setaffinity(0, sizeof mine, &mine);
}

/* The picoseconds that one increment of `mine` takes while the other process counts too; 0: it did
 * not. Where this process was interrupted a batch takes long: that is left out. */
static uint64_t count(_Atomic uint64_t *mine, _Atomic uint64_t *other)
{
    uint64_t batches = 0, total = 0;
    int64_t end_at = now() + WORK, took;
    for (int64_t start = now(); start < end_at; start += took) {
        uint64_t before = atomic_load(other);
        for (int i = 0; i < BATCH; i++)
            atomic_fetch_add_explicit(mine, 1, memory_order_relaxed);
        took = now() - start;
        if (took < 1000000 && atomic_load(other) != before) {
            total += (uint64_t)took;
            batches++;
        }
    }
    return batches < 10 ? 0 : total * 1000 / (batches * BATCH);
}

int main(int argc, char **argv)
{
    int me = argc > 1 && atoi(argv[1]) == 1;
    watch_parent();
    choose_processor(me);
    struct shared *s = join_segment(me);
    if (s == NULL)
        return 1;
    if (me == 0)
        s->apart = argc > 2;
    while (goes_on()) {
        uint32_t apart = s->apart;
        sleep_until_turn();
        _Atomic uint64_t *first = &s->line[0], *second = &s->line[apart ? 8 : 1]; /* <- here */
        uint64_t ps = me == 0 ? count(first, second) : count(second, first);
        if (me != 0 || ps == 0 || s->apart != apart)
            continue;
        s->picoseconds = ps;
        *(apart ? &s->apart_ps : &s->together_ps) = ps;
    }
    if (me == 0)
        remove_segment();
    return 0;
}
