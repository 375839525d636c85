/* bus_reader: reads all pages of the segment of bus_maker through a mapping.
 *
 * A mapping is as long as it was made. When somebody makes the segment shorter, the pages past the
 * new end are gone, the addresses are not, and to touch one is SIGBUS: this process is killed,
 * though it did nothing wrong. (Seals on a memfd, F_SEAL_SHRINK, forbid it.)
 *
 *     cc bus_reader.c -pthread -o bus_reader && ./bus_reader      (start bus_maker first) */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-bus-error"

enum { PAGE = 4096, PAGES = 64, SIZE = PAGES * PAGE };

struct shared {
    _Atomic uint32_t pages;        /* 0x00: pages of the segment when it was made */
    _Atomic uint32_t beat;         /* 0x04: rounds of bus_reader, which reads through a mapping */
    _Atomic uint32_t careful_beat; /* 0x08: rounds of bus_careful, which reads by pread */
    _Atomic uint32_t short_reads;  /* 0x0c: reads of bus_careful that found less than a page */
};

static pid_t parent;
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

/* The segment, as soon as bus_maker has made it and given it its size; NULL: told to end. */
static struct shared *wait_for_segment(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    struct stat st;
    for (; goes_on(); nanosleep(&tenth, NULL)) {
        int fd = shm_open(NAME, O_RDWR, 0);
        if (fd < 0 && errno == ENOENT)
            continue;
        if (fd < 0) {
            perror(NAME);
            return NULL;
        }
        void *memory = MAP_FAILED;
        if (fstat(fd, &st) == 0 && st.st_size >= SIZE)
            memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        if (memory != MAP_FAILED)
            return memory;
    }
    return NULL;
}

int main(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    watch_parent();
    struct shared *s = wait_for_segment();
    for (; s != NULL && goes_on(); nanosleep(&tenth, NULL)) {
        for (int page = 0; page < PAGES; page++)
            (void)((volatile char *)s)[page * PAGE]; /* <- here: a load can kill */
        s->beat++;
    }
    return 0;
}
