/* lock: three processes share a number and a mutex, and one dies with the mutex in its hand.
 *
 * Run it with the arguments 0, 1 and 2. A mutex is a few words of memory; the owner's thread ID is
 * one of them. Memory does not notice that its owner has died: the others wait for ever. A robust
 * mutex is different: the kernel marks it when its owner dies, and the next one to ask is told
 * (EOWNERDEAD), mends the data, and goes on. Store 2 at 0x04 and process 1 dies; store 1
 * at 0x00 and they use the robust mutex.
 *
 *     cc lock.c -pthread -o lock && ( ./lock 0 & ./lock 1 & ./lock 2 ) */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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

#define NAME "/shmlens-lab-locks"

struct shared {
    _Atomic uint32_t how;        /* 0x00: 0: the plain mutex; 1: the robust one */
    _Atomic uint32_t die;        /* 0x04: K: process K - 1 dies with the mutex */
    _Atomic uint32_t guess;      /* 0x08: who holds the plain mutex? for the learner */
    _Atomic uint32_t recovered;  /* 0x0c: times that somebody was told EOWNERDEAD */
    _Atomic uint32_t turns[3];   /* 0x10: turns of each process */
    _Atomic uint32_t in_vain[3]; /* 0x1c: seconds that each has waited, since its last turn */
    uint32_t value[2];           /* 0x28: what each mutex protects */
    uint32_t twin[2];            /* 0x30: the same again: must be equal when the mutex is free */
    _Atomic uint32_t ready;      /* 0x38: 1: process 0 has made the mutexes */
    _Alignas(64) pthread_mutex_t plain;  /* 0x40 */
    _Alignas(64) pthread_mutex_t robust; /* 0x80 */
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

static void make_mutex(pthread_mutex_t *m, int robust)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if (robust)
        pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST); /* <- here */
    pthread_mutex_init(m, &a);
    pthread_mutexattr_destroy(&a);
}

/* Waits for the mutex, at most a second, so that this process can still be told to end. */
static int take(pthread_mutex_t *m)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec++;
    return pthread_mutex_timedlock(m, &t);
}

static void take_turn(struct shared *s, uint32_t me)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    uint32_t how = s->how != 0;
    pthread_mutex_t *m = how ? &s->robust : &s->plain;
    int got = take(m);
    if (got == EOWNERDEAD) {
        s->twin[how] = s->value[how]; /* mend what the dead owner has left half changed */
        pthread_mutex_consistent(m);  /* then say so */
        s->recovered++;
    } else if (got != 0) {
        s->in_vain[me]++;
        return;
    }
    s->in_vain[me] = 0;
    s->turns[me]++;
    nanosleep(&moment, NULL); /* a long time, so that it can be seen */
    s->value[how]++;
    if (s->die == me + 1) {
        s->die = 0;
        kill(getpid(), SIGKILL); /* it cannot unlock any more */
    }
    s->twin[how]++;
    pthread_mutex_unlock(m);
    nanosleep(&moment, NULL);
}

int main(int argc, char **argv)
{
    uint32_t me = argc > 1 ? (uint32_t)atoi(argv[1]) % 3 : 0;
    watch_parent();
    struct shared *s = join_segment((int)me);
    if (s == NULL)
        return 1;
    if (me == 0) {
        make_mutex(&s->plain, 0);
        make_mutex(&s->robust, 1);
        s->how = argc > 2;
        s->ready = 1;
    }
    while (goes_on())
        if (s->ready)
            take_turn(s, me);
    if (me == 0)
        remove_segment();
    return 0;
}
