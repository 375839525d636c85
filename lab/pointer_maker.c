/* pointer_maker: stores a note in shared memory, and its address.
 *
 * An address is a number that means something in one process. Another process has the same memory
 * at another address, and what lies there at this address is something else, or nothing.
 *
 *     cc pointer_maker.c -pthread -o pointer_maker && ./pointer_maker */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-pointers"

struct shared {
    uint64_t pointer;        /* 0x00: where the note lies, for the maker alone */
    _Atomic uint64_t offset; /* 0x08: where it lies from the start of the segment; 0: not known */
    uint64_t maker_base;     /* 0x10: where the maker has the segment */
    _Atomic uint64_t reader_base; /* 0x18: where the reader has it */
    _Atomic uint32_t follow;      /* 0x20: 1: the reader uses the pointer; 2: it uses the offset */
    _Atomic uint32_t found;       /* 0x24: letters of the note, when the reader found it */
    _Atomic uint32_t ready;       /* 0x28: 1: the note has been stored */
    uint8_t unused[0x214];        /* 0x2c */
    char note[64];                /* 0x240 */
};

static const struct timespec tenth = {.tv_nsec = 100000000};
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

static struct shared *make_segment(void)
{
    struct stat st;
    int fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600); /* never one that is there already */
    void *memory = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &st) == 0)
        made = st.st_ino;
    if (made != 0 && ftruncate(fd, sizeof(struct shared)) == 0)
        memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED)
        return memory;
    perror(NAME);
    remove_segment();
    return NULL;
}

int main(void)
{
    watch_parent();
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    snprintf(s->note, sizeof s->note, "the treasure is under the stairs");
    s->maker_base = (uint64_t)(uintptr_t)s;
    s->pointer = (uint64_t)(uintptr_t)s->note; /* <- here: good in this process only */
    s->ready = 1; /* the last store: whoever sees it sees all stores before it */
    while (goes_on())
        nanosleep(&tenth, NULL);
    remove_segment();
    return 0;
}
