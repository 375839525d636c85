/* ring_writer: puts messages into a ring of 16 slots, and now and then too many.
 *
 * head counts what was written, tail what was read; only the writer stores head, only the reader
 * stores tail. head - tail messages wait; when that is 16 the ring is full. This writer does not
 * look (unless there is 1 at 0x08, or the argument is `careful`): every two seconds it writes 24
 * at once, and the oldest are overwritten before the reader has come to them.
 *
 *     cc ring_writer.c -pthread -o ring_writer && ./ring_writer */
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

#define NAME "/shmlens-lab-ring"

enum { SLOTS = 16 };

struct shared {
    _Atomic uint32_t head;     /* 0x00: messages written; the next goes to slot head % 16 */
    _Atomic uint32_t tail;     /* 0x04: messages read; the next comes from slot tail % 16 */
    _Atomic uint32_t how;      /* 0x08: 0: the writer does not look at tail; 1: it does */
    _Atomic uint32_t overruns; /* 0x0c: messages the reader never saw */
    _Atomic uint32_t refused;  /* 0x10: messages the writer kept back, as the ring was full */
    _Atomic uint32_t quiet;    /* 0x14: messages read since the last overrun */
    uint32_t unused[2];        /* 0x18 */
    struct {
        _Atomic uint32_t number; /* of the message, from 1 on */
        char text[12];
    } slots[SLOTS]; /* 0x20 */
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

static void put(struct shared *s)
{
    uint32_t head = s->head;
    if (s->how == 1 && head - s->tail >= SLOTS) { /* <- here: without this it overruns */
        s->refused++;
        return;
    }
    snprintf(s->slots[head % SLOTS].text, 12, "note %u", head + 1);
    s->slots[head % SLOTS].number = head + 1;
    s->head = head + 1; /* the last store: now the reader may take it */
}

int main(int argc, char **argv)
{
    const struct timespec step = {.tv_nsec = 50000000}, moment = {.tv_nsec = 2000000};
    (void)argv;
    watch_parent();
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    s->how = argc > 1;
    for (int turn = 1; goes_on(); turn++) {
        put(s);
        if (turn % 40 == 0)
            for (int i = 0; i < 24; i++, nanosleep(&moment, NULL))
                put(s);
        nanosleep(&step, NULL);
    }
    remove_segment();
    return 0;
}
