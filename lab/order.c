/* order: two processes store and then look, and both look too early.
 *
 * Run it twice, with the arguments 0 and 1. Each round x and y are 0. Process 0 stores 1 into x and
 * then loads y; process 1 stores 1 into y and then loads x. Whoever is first, one of them should
 * see a 1. But a processor keeps a store for a moment in a buffer of its own and goes on with the
 * load: both can read 0. A fence between the two (1 at 0x10, or the argument `fence` after the 0)
 * waits until the store can be seen.
 *
 *     cc order.c -pthread -o order && ( ./order 0 & ./order 1 ) */
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

#define NAME "/shmlens-lab-ordering"

enum { TURN = 20000000, ROUNDS = 2000 }; /* every 20 ms so many rounds */

struct shared {
    _Atomic uint64_t rounds;               /* 0x00 */
    _Atomic uint64_t both_zero;            /* 0x08: rounds in which both read 0 */
    _Atomic uint32_t how;                  /* 0x10: 0: nothing between store and load; 1: a fence */
    _Atomic uint32_t measured;             /* 0x14: `how`, for all of the last half second */
    _Atomic uint64_t rounds_lately;        /* 0x18: rounds in the last half second */
    _Atomic uint64_t zero_lately;          /* 0x20: of them with two zeros */
    _Alignas(64) _Atomic uint32_t x;       /* 0x40: a cache line each, so that they are far apart */
    _Alignas(64) _Atomic uint32_t y;       /* 0x80 */
    _Alignas(64) _Atomic uint32_t seen[2]; /* 0xc0: what each process has read */
    _Alignas(64) _Atomic uint64_t arrived; /* 0x100: for meeting: see `meet` */
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

/* Waits until both have come here, for the time number `meeting`; 0: told to end. */
static int meet(struct shared *s, uint64_t meeting)
{
    const struct timespec moment = {.tv_nsec = 100000};
    s->arrived++;
    for (int turn = 1; s->arrived < 2 * meeting; turn++)
        if (turn > 20000) { /* the other is not running: it may need this processor */
            if (!goes_on())
                return 0;
            nanosleep(&moment, NULL);
        }
    return 1;
}

static void store_and_look(_Atomic uint32_t *mine, _Atomic uint32_t *other, uint32_t fence,
                           _Atomic uint32_t *seen)
{
    atomic_store_explicit(mine, 1, memory_order_relaxed);
    if (fence)
        atomic_thread_fence(memory_order_seq_cst); /* <- here */
    uint32_t value = atomic_load_explicit(other, memory_order_relaxed);
    *seen = value;
}

/* Each process on a processor of its own: on one they would take turns and never meet. */
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

static void report(struct shared *s)
{
    static uint64_t rounds, zero;
    static uint32_t how;
    s->rounds_lately = s->rounds - rounds;
    s->zero_lately = s->both_zero - zero;
    s->measured = s->how == how ? how : UINT32_MAX;
    rounds = s->rounds;
    zero = s->both_zero;
    how = s->how;
}

int main(int argc, char **argv)
{
    int me = argc > 1 && atoi(argv[1]) == 1;
    int64_t next_report = 0;
    watch_parent();
    choose_processor(me);
    struct shared *s = join_segment(me);
    if (s == NULL)
        return 1;
    _Atomic uint32_t *mine = me ? &s->y : &s->x, *other = me ? &s->x : &s->y;
    if (me == 0)
        s->how = argc > 2;
    for (uint64_t meeting = 1; goes_on(); meeting += 2) {
        if (meeting % (2 * ROUNDS) == 1)
            sleep_until_turn();
        *other = 0; /* so the word to load is close to this processor, the one to store is not */
        if (!meet(s, meeting))
            break;
        for (volatile uint64_t i = meeting * (me ? 7 : 11) % 61; i > 0; i--)
            continue; /* neither is always the first */
        store_and_look(mine, other, s->how, &s->seen[me]);
        if (!meet(s, meeting + 1))
            break;
        if (me != 0)
            continue;
        s->rounds++;
        s->both_zero += s->seen[0] == 0 && s->seen[1] == 0;
        if (now() > next_report) {
            report(s);
            next_report = now() + 500000000;
        }
    }
    if (me == 0)
        remove_segment();
    return 0;
}
