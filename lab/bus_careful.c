/* bus_careful: reads the segment of bus_maker by system calls, and lives.
 *
 * pread asks the kernel for the bytes. Where there are none it says so, by a smaller number; it
 * does not kill. shmlens itself looks at memory that others may shrink, so it is careful too.
 *
 *     cc bus_careful.c -pthread -o bus_careful && ./bus_careful      (start bus_maker first) */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-bus-error"

enum { PAGE = 4096, PAGES = 64 };

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

static int open_segment(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    int fd = -1;
    while (goes_on() && (fd = shm_open(NAME, O_RDWR, 0)) < 0 && errno == ENOENT)
        nanosleep(&tenth, NULL);
    return fd;
}

int main(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    uint32_t beat = 0, short_reads = 0;
    char bytes[PAGE];
    watch_parent();
    int fd = open_segment();
    for (; fd >= 0 && goes_on(); nanosleep(&tenth, NULL)) {
        for (off_t page = 0; page < PAGES; page++)
            short_reads +=
                pread(fd, bytes, PAGE, page * PAGE) < PAGE; /* <- here: it only says so */
        beat++;
        if (pwrite(fd, &beat, 4, offsetof(struct shared, careful_beat)) != 4 ||
            pwrite(fd, &short_reads, 4, offsetof(struct shared, short_reads)) != 4)
            break;
    }
    return 0;
}
