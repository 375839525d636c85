/* layout_sender: stores a struct as a 64-bit compiler lays it out.
 *
 * A compiler puts every field at an offset that is a multiple of its alignment, and leaves unused
 * bytes (padding) where it must. On x86-64 a uint64_t wants a multiple of 8, on 32-bit x86 one of
 * 4. So one declaration has two layouts. layout_reader uses the other one.
 *
 *     cc layout_sender.c -pthread -o layout_sender && ./layout_sender */
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

#define NAME "/shmlens-lab-layout"

struct message { /* <- here: there are 4 bytes between kind and value */
    uint32_t kind;
    _Alignas(8) uint64_t value;
    uint16_t unit;
};
_Static_assert(sizeof(struct message) == 24, "4 bytes, 4 unused, 8, 2, and 6 unused at the end");

struct shared {
    uint8_t message[64];           /* 0x00: what layout_sender stores */
    _Atomic uint32_t reader_kind;  /* 0x40: what layout_reader makes of it */
    _Atomic uint32_t reader_rule;  /* 0x44: 0: reads as a 32-bit program; 1: as a 64-bit one */
    _Atomic uint64_t reader_value; /* 0x48 */
    _Atomic uint32_t reader_unit;  /* 0x50 */
    _Atomic uint32_t ready;        /* 0x54: 1: the message has been stored */
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
    memset(s->message, 0xee, sizeof s->message); /* padding is not zero by itself */
    struct message *m = (struct message *)(void *)s->message;
    m->kind = 7;
    m->value = 1000000;
    m->unit = 3;
    s->ready = 1; /* the last store: whoever sees it sees all stores before it */
    while (goes_on())
        nanosleep(&tenth, NULL);
    remove_segment();
    return 0;
}
