/* A program that stores into what it shares all the time, and has pointers to it in local variables
 * and parameters alone. Prints `ready` first. -DDEEP: the function that stores is inlined into one
 * that calls itself. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct sample {
    double x, y;
    unsigned long beat;
    char name[24];
};

struct board {
    unsigned version, spare;
    double value[96];
    struct sample samples[8];
};

#ifdef DEEP
#define INLINED inline __attribute__((always_inline))
#else
#define INLINED __attribute__((noinline))
#endif

static INLINED void put(struct sample *s, unsigned n)
{
    s->x = n;
    s->beat++;
    usleep(500);
    s->y = n; /* so that `s` outlives the call */
}

#ifdef DEEP
static int __attribute__((noinline)) nest(struct sample *sample, unsigned n, int depth)
{
    if (depth > 0)
        return nest(sample, n, depth - 1) + (sample->name[0] == 0);
    put(sample, n);
    return sample->name[1];
}
#endif

int main(int argc, char **argv)
{
    enum { SIZE = 8192 };
    int fd = argc < 2 ? -1 : shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, SIZE) != 0)
        return 1;
    struct board *b = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if ((void *)b == MAP_FAILED)
        return 1;
    puts("ready");
    fflush(stdout);
    for (unsigned n = 1; n != 0; n++) {
#ifdef DEEP
        b->spare = (unsigned)nest(&b->samples[1], n, 5);
#else
        put(&b->samples[1], n);
#endif
        b->version = 1;
    }
    return 0;
}
