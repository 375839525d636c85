/* life_maker: makes a segment, and uses it even when its name is gone.
 *
 * A name leads to memory, but it is not the memory: shm_unlink takes the name away, and whoever
 * maps the memory goes on using it. Only when the last user ends is the memory given back.
 * life_user maps the same segment. Store 1 at 0x10 and this process ends.
 *
 *     cc life_maker.c -pthread -o life_maker && ./life_maker */
#define _GNU_SOURCE
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

static ino_t made; /* the number of the segment that this process made; 0: none */
static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

static void catch_signals(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
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

int main(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    pid_t parent = getppid();
    struct stat st;
    catch_signals();

    int fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600); /* never one that is there already */
    if (fd >= 0 && fstat(fd, &st) == 0)
        made = st.st_ino;
    if (fd < 0 || ftruncate(fd, sizeof(struct shared)) != 0) {
        perror("life_maker: " NAME);
        remove_segment();
        return 1;
    }
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (s == MAP_FAILED) {
        perror("life_maker: mmap");
        remove_segment();
        return 1;
    }

    s->maker = (uint32_t)getpid();
    while (!ended && getppid() == parent && s->leave == 0) {
        s->maker_beat++; /* needs the memory, not the name */
        nanosleep(&tenth, NULL);
    }
    remove_segment(); /* <- here */
    return 0;
}
