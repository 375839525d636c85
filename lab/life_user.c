/* life_user: maps the segment that life_maker made.
 *
 * It needs the name once, to open the segment. From then on its mapping keeps the memory.
 * Store 2 at 0x10 and this process ends, and with it the last mapping.
 *
 *     cc life_user.c -pthread -o life_user && ./life_user      (start life_maker first) */
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

#define NAME "/shmlens-lab-life"

struct shared {
    _Atomic uint32_t maker;      /* 0x00: process ID of life_maker */
    _Atomic uint32_t maker_beat; /* 0x04: one more every 100 ms while it lives */
    _Atomic uint32_t user;       /* 0x08: process ID of life_user */
    _Atomic uint32_t user_beat;  /* 0x0c */
    _Atomic uint32_t leave;      /* 0x10: 1: the maker ends; 2: the user does too */
};

static const struct timespec tenth = {.tv_nsec = 100000000};
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

/* The segment, as soon as life_maker has made it and given it its size; NULL: told to end. */
static struct shared *wait_for_segment(void)
{
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
        if (fstat(fd, &st) == 0 && st.st_size >= (off_t)sizeof(struct shared))
            memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd); /* <- here: no name, no descriptor, and still the memory */
        if (memory != MAP_FAILED)
            return memory;
    }
    return NULL;
}

int main(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    parent = getppid();
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], end);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* when the parent ends, so do we */

    struct shared *s = wait_for_segment();
    if (s == NULL)
        return 0;
    s->user = (uint32_t)getpid();
    while (goes_on() && s->leave < 2) {
        s->user_beat++;
        nanosleep(&tenth, NULL);
    }
    return 0;
}
