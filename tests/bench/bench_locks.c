/* How long it takes to find out who waits for a lock, when 150 threads do; and what of that is the
 * search for the processes that map the segment, which `info` makes too. */
#include "bench.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAITERS = 150, STACK = 64 << 10, GOAL_MS = 20 };

static void *wait_for(void *sem)
{
    for (;;)
        (void)sem_wait(sem);
    return NULL;
}

/* Ends when its parent does, or is stopped. */
static void be_waiters(sem_t *sem, int ready)
{
    pthread_attr_t a;
    pthread_t t;
    (void)pthread_attr_init(&a);
    (void)pthread_attr_setstacksize(&a, STACK);
    for (int i = 0; i < WAITERS; i++)
        if (pthread_create(&t, &a, wait_for, sem) != 0)
            _exit(1);
    (void)!write(ready, "r", 1);
    for (;;)
        (void)pause();
}

static pid_t start(sem_t *sem)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        be_waiters(sem, ends[1]);
    (void)close(ends[1]);
    bool ready = read(ends[0], &byte, 1) == 1;
    (void)close(ends[0]);
    return ready ? pid : -1;
}

void bench_locks(struct bench *b)
{
    const char *name = bench_segment(4096, NULL);
    int fd = shm_open(name, O_RDWR, 0), times = b->smoke ? 1 : 20;
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (at == MAP_FAILED || sem_init(at, 1, 0) != 0)
        e2e_fail("there is no semaphore");
    pid_t pid = start(at);
    if (pid < 0)
        e2e_fail("there are no threads");
    double ours = bench_run(E2E_ARGV(e2e_shmlens, "locks", name, "--type", "sem_t@0"), times);
    double users = bench_run(E2E_ARGV(e2e_shmlens, "info", name), times);
    bench_row(b, "locks, 150 threads wait for one", "20 ms", ours * 1e3 <= GOAL_MS,
              "%.1f ms; info, which searches the users too: %.1f ms", ours * 1e3, users * 1e3);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    (void)munmap(at, 4096);
    (void)shm_unlink(name);
}
