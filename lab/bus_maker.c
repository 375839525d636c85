/* bus_maker: makes a segment of 64 pages and stores into two of them.
 *
 * ftruncate only promises the pages. One is taken from memory when somebody first touches it
 * through a mapping, even if only to read it; until then it is a hole, which costs nothing and
 * reads as zeros. Where /dev/shm is full, that first touch finds no page, and the process is killed
 * with SIGBUS, though the segment was made without an error. posix_fallocate takes all pages at
 * once, or says that it cannot; the argument `reserve` makes this program use it.
 *
 *     cc bus_maker.c -pthread -o bus_maker && ./bus_maker */
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

int main(int argc, char **argv)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    struct stat st;
    (void)argv;
    watch_parent();
    int fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600); /* never one that is there already */
    if (fd >= 0 && fstat(fd, &st) == 0)
        made = st.st_ino;
    int failed = fd < 0 || ftruncate(fd, SIZE) != 0;
    if (!failed && argc > 1) {
        errno = posix_fallocate(fd, 0, SIZE); /* all pages, now; it returns the error */
        failed = errno != 0;
    }
    if (failed) {
        perror(NAME);
        remove_segment();
        return 1;
    }
    char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror(NAME);
        remove_segment();
        return 1;
    }
    ((struct shared *)(void *)memory)->pages = PAGES; /* <- here: the first page becomes memory */
    snprintf(memory + 40 * PAGE, PAGE, "page 40 is the only other one");
    munmap(memory, SIZE); /* what is not mapped cannot be lost: this process is safe */
    while (goes_on())
        nanosleep(&tenth, NULL);
    remove_segment();
    return 0;
}
