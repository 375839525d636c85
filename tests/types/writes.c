/* A program that stores into what it shares in one of several ways. Prints `ready` first.
 * -DCOPY: the C library stores, -DREAD: the kernel, for a read(), -DINLINED: a function that is
 * inlined into its caller, -DTHREAD: a thread that is started when it is told to. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct board {
    volatile unsigned go, spare;
    char text[64];
    volatile unsigned long beat;
};

static void *(*volatile copy_of)(void *, const void *, size_t) = memcpy;

#ifdef INLINED
static inline __attribute__((always_inline)) void put(struct board *b, unsigned long n)
#else
__attribute__((noinline)) void put(struct board *b, unsigned long n);
__attribute__((noinline)) void put(struct board *b, unsigned long n)
#endif
{
#ifdef READ
    static int ends[2];
    if (ends[1] == 0 && pipe(ends) != 0)
        return;
    if (write(ends[1], &n, sizeof n) == sizeof n)
        (void)!read(ends[0], (void *)(size_t)&b->beat, sizeof n);
    (void)copy_of;
#elif defined COPY
    char line[sizeof b->text];
    (void)snprintf(line, sizeof line, "line %lu", n);
    (void)copy_of(b->text, line, sizeof line);
#else
    b->beat = n;
    (void)copy_of;
#endif
}

__attribute__((noinline)) void *store_on(void *board);
__attribute__((noinline)) void *store_on(void *board)
{
    for (unsigned long n = 1; n != 0; n++) {
        put(board, n);
        usleep(500);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    enum { SIZE = 4096 };
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, SIZE) != 0)
        return 1;
    struct board *b = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if ((void *)b == MAP_FAILED)
        return 1;
    puts("ready");
    fflush(stdout);
#ifdef THREAD
    pthread_t thread;
    while (b->go == 0)
        usleep(1000);
    if (pthread_create(&thread, NULL, store_on, b) != 0)
        return 1;
    (void)pthread_join(thread, NULL);
#else
    (void)store_on(b);
#endif
    return 0;
}
