/* lost_update: two processes add one to the same number, and additions get lost.
 *
 * Run it twice, with the arguments 0 and 1. Adding is three things: load, add, store. When both
 * load the same number, both store the same sum, and one addition is lost. Each process also
 * counts its additions in a word of its own, so that the losses can be counted. With 1 at 0x18 (or
 * the argument `atomic` after the 0) they add in one step that cannot be divided.
 *
 *     cc lost_update.c -pthread -o lost_update && ( ./lost_update 0 & ./lost_update 1 ) */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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

#define NAME "/shmlens-lab-lost-update"

enum { TURN = 20000000, WORK = 4000000 }; /* every 20 ms both add for 4 ms */

struct shared {
    union {
        volatile uint64_t plain; /* 0x00: the number ... */
        _Atomic uint64_t atomic; /* ... and the same number, as one that is changed in one step */
    } sum;
    _Atomic uint64_t added[2];     /* 0x08, 0x10: additions of each process */
    _Atomic uint32_t how;          /* 0x18: 0: load, add, store; 1: in one step */
    _Atomic uint32_t measured;     /* 0x1c: `how`, for all of the last half second */
    _Atomic uint64_t lost;         /* 0x20: additions that are missing in the number */
    _Atomic uint64_t lost_lately;  /* 0x28: of them in the last half second */
    _Atomic uint64_t added_lately; /* 0x30: additions in the last half second */
    _Atomic uint32_t busy;         /* 0x38: odd: process 1 is adding */
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

static void add(struct shared *s, int me)
{
    for (int64_t stop = now() + WORK; now() < stop;)
        for (int i = 0; i < 1000; i++) {
            if (s->how == 0) {
                uint64_t sum = s->sum.plain; /* load */
                for (volatile int work = 0; work < 10; work++)
                    continue;           /* a real program works out something here */
                s->sum.plain = sum + 1; /* <- here: the other may have stored meanwhile */
            } else
                atomic_fetch_add(&s->sum.atomic, 1);
            s->added[me] = s->added[me] + 1; /* only this process stores here */
        }
}

/* Process 0, while both rest: what should be there, and what is. */
static int count_losses(struct shared *s)
{
    static uint64_t lost_before, added_before;
    static uint32_t how;
    uint32_t busy = s->busy;
    uint64_t added = s->added[0] + s->added[1], lost = added - s->sum.plain;
    if (busy % 2 != 0 || s->busy != busy)
        return 0; /* the other did not rest: next time */
    s->lost = lost;
    s->lost_lately = lost - lost_before;
    s->added_lately = added - added_before;
    s->measured = s->how == how ? how : UINT32_MAX;
    lost_before = lost;
    added_before = added;
    how = s->how;
    return 1;
}

int main(int argc, char **argv)
{
    const struct timespec rest = {.tv_nsec = TURN / 2}; /* until the other has finished too */
    int me = argc > 1 && atoi(argv[1]) == 1;
    watch_parent();
    struct shared *s = join_segment(me);
    if (s == NULL)
        return 1;
    if (me == 0)
        s->how = argc > 2;
    for (int turn = 0; goes_on(); turn++) {
        sleep_until_turn();
        s->busy += (uint32_t)me;
        add(s, me);
        s->busy += (uint32_t)me;
        if (me == 0 && turn >= 25) {
            nanosleep(&rest, NULL);
            turn = count_losses(s) ? 0 : turn;
        }
    }
    if (me == 0)
        remove_segment();
    return 0;
}
