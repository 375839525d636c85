/* A program with every kind of lock in what it shares, for glibc and musl alike. Words after the
 * name of the segment say what it does: `init` makes all of them; `take:NAME` locks one in a thread
 * that keeps it, `twice:NAME` two times, `main:NAME` in the first thread; `read:NAME` takes a read
 * lock; `wait:NAME` waits there in a new thread, `timed:NAME` with a limit; `both:A,B` takes A and,
 * once somebody says `go`, waits for B; `some:N,NAME` waits with N threads; `waste:NAME` takes and
 * leaves it; `end:NAME` takes it in a thread that ends; `rename` gives it a name with an escape;
 * `kill` ends the process by SIGKILL, `exit-main` its first thread alone. Prints `WORD TID` for
 * each thread, then `ready`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 4096, ALL = 3 };

struct locks {
    unsigned go;
    pthread_mutex_t normal, recursive, errorcheck, robust, pi, robust_pi, alone, destroyed;
    pthread_rwlock_t rwlock;
    pthread_cond_t cond;
    sem_t sem;
    pthread_barrier_t barrier;
    pthread_mutex_t beside; /* of the condition */
    pthread_mutex_t more[2];
};

static struct locks *g_locks;

static pthread_mutex_t *mutex_of(const char *name)
{
    struct locks *l = g_locks;
    const struct {
        const char *name;
        pthread_mutex_t *m;
    } all[] = {{"normal", &l->normal},
               {"recursive", &l->recursive},
               {"errorcheck", &l->errorcheck},
               {"robust", &l->robust},
               {"pi", &l->pi},
               {"robust_pi", &l->robust_pi},
               {"alone", &l->alone},
               {"beside", &l->beside},
               {"more0", &l->more[0]},
               {"more1", &l->more[1]}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i].m;
    return NULL;
}

static void make_mutex(pthread_mutex_t *m, int type, int robust, int pi, int shared)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, type);
    if (robust)
        pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    if (pi && pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT) != 0)
        fprintf(stderr, "no priority inheritance\n");
    if (shared)
        pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if (pthread_mutex_init(m, &a) != 0)
        exit(3);
}

static void make_all(void)
{
    struct locks *l = g_locks;
    pthread_rwlockattr_t ra;
    pthread_condattr_t ca;
    pthread_barrierattr_t ba;
    memset(l, 0, sizeof *l);
    make_mutex(&l->normal, PTHREAD_MUTEX_NORMAL, 0, 0, 1);
    make_mutex(&l->recursive, PTHREAD_MUTEX_RECURSIVE, 0, 0, 1);
    make_mutex(&l->errorcheck, PTHREAD_MUTEX_ERRORCHECK, 0, 0, 1);
    make_mutex(&l->robust, PTHREAD_MUTEX_NORMAL, 1, 0, 1);
    make_mutex(&l->pi, PTHREAD_MUTEX_NORMAL, 0, 1, 1);
    make_mutex(&l->robust_pi, PTHREAD_MUTEX_NORMAL, 1, 1, 1);
    make_mutex(&l->alone, PTHREAD_MUTEX_NORMAL, 0, 0, 0);
    make_mutex(&l->destroyed, PTHREAD_MUTEX_NORMAL, 0, 0, 1);
    make_mutex(&l->beside, PTHREAD_MUTEX_NORMAL, 0, 0, 1);
    make_mutex(&l->more[0], PTHREAD_MUTEX_RECURSIVE, 1, 0, 1);
    make_mutex(&l->more[1], PTHREAD_MUTEX_ERRORCHECK, 1, 0, 1);
    pthread_mutex_destroy(&l->destroyed);
    pthread_rwlockattr_init(&ra);
    pthread_rwlockattr_setpshared(&ra, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&l->rwlock, &ra);
    pthread_condattr_init(&ca);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&l->cond, &ca);
    sem_init(&l->sem, 1, 2);
    pthread_barrierattr_init(&ba);
    pthread_barrierattr_setpshared(&ba, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&l->barrier, &ba, ALL);
}

/* ---- threads ---- */

static pthread_mutex_t told = PTHREAD_MUTEX_INITIALIZER;
static char word[128]; /* of the thread that is started */

static void say(void)
{
    printf("%s %ld\n", word, syscall(SYS_gettid));
    fflush(stdout);
    pthread_mutex_unlock(&told); /* the next one may start */
}

static void take(const char *name, int reading)
{
    int e = 0;
    if (strcmp(name, "rwlock") == 0)
        e = reading ? pthread_rwlock_rdlock(&g_locks->rwlock)
                    : pthread_rwlock_wrlock(&g_locks->rwlock);
    else if (strcmp(name, "sem") == 0)
        e = sem_wait(&g_locks->sem);
    else if (strcmp(name, "barrier") == 0)
        e = pthread_barrier_wait(&g_locks->barrier);
    else if (strcmp(name, "cond") == 0) {
        pthread_mutex_lock(&g_locks->beside);
        e = pthread_cond_wait(&g_locks->cond, &g_locks->beside);
    } else if (mutex_of(name) != NULL)
        e = pthread_mutex_lock(mutex_of(name));
    else
        exit(4);
    if (e != 0 && e != EOWNERDEAD)
        fprintf(stderr, "%s: %s\n", name, strerror(e));
}

static void *run(void *what)
{
    char own[sizeof word], *name, *second;
    (void)what;
    snprintf(own, sizeof own, "%s", word);
    name = strchr(own, ':') + 1;
    second = strchr(name, ',');
    if (second != NULL)
        *second++ = '\0';
    if (strncmp(own, "wait:", 5) == 0 || strncmp(own, "some:", 5) == 0) {
        say();
        take(second != NULL ? second : name, 0);
    } else if (strncmp(own, "timed:", 6) == 0) {
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_sec += 1000;
        say();
        pthread_mutex_timedlock(mutex_of(name), &at);
    } else if (strncmp(own, "both:", 5) == 0) {
        take(name, 0);
        say();
        while (!__atomic_load_n(&g_locks->go, __ATOMIC_ACQUIRE))
            usleep(1000);
        take(second, 0);
    } else {
        take(name, strncmp(own, "read:", 5) == 0);
        if (strncmp(own, "twice:", 6) == 0)
            take(name, 0);
        if (strncmp(own, "waste:", 6) == 0)
            pthread_mutex_unlock(mutex_of(name));
        say();
        if (strncmp(own, "end:", 4) == 0)
            return NULL;
    }
    for (;;)
        pause();
}

static void start(const char *text)
{
    pthread_t t;
    pthread_attr_t a;
    pthread_mutex_lock(&told);
    snprintf(word, sizeof word, "%s", text);
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 128 << 10);
    if (pthread_create(&t, &a, run, NULL) != 0)
        exit(5);
    if (strncmp(text, "end:", 4) == 0)
        pthread_join(t, NULL);
    pthread_mutex_lock(&told); /* it has said who it is */
    pthread_mutex_unlock(&told);
}

static void obey(const char *text)
{
    if (strcmp(text, "init") == 0) {
        make_all();
    } else if (strcmp(text, "go") == 0) {
        __atomic_store_n(&g_locks->go, 1, __ATOMIC_RELEASE);
    } else if (strcmp(text, "rename") == 0) {
        prctl(PR_SET_NAME, "a\033[31mb c");
    } else if (strcmp(text, "kill") == 0) {
        puts("ready");
        fflush(stdout);
        raise(SIGKILL);
    } else if (strcmp(text, "exit-main") == 0) { /* the others go on */
        puts("ready");
        fflush(stdout);
        pthread_exit(NULL);
    } else if (strncmp(text, "main:", 5) == 0) {
        snprintf(word, sizeof word, "%s", text);
        take(text + 5, 0);
        printf("%s %ld\n", word, syscall(SYS_gettid));
    } else if (strncmp(text, "some:", 5) == 0) {
        for (int i = (int)strtol(text + 5, NULL, 10); i > 0; i--)
            start(text);
    } else {
        start(text);
    }
}

int main(int argc, char **argv)
{
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, SIZE) != 0)
        return 1;
    void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return 1;
    close(fd);
    g_locks = at;
    prctl(PR_SET_PDEATHSIG, 9);
    for (int i = 2; i < argc; i++)
        obey(argv[i]);
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
