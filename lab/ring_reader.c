/* ring_reader: takes the messages of ring_writer out of the ring, one every 25 ms.
 *
 * Messages are numbered. When the slot holds another number than the reader expects, the writer
 * has been round the ring: messages are lost, and the reader goes on with the oldest that is left.
 *
 *     cc ring_reader.c -pthread -o ring_reader && ./ring_reader      (start ring_writer first) */
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

/* The segment, as soon as ring_writer has made it and given it its size; NULL: told to end. */
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
        if (fstat(fd, &st) == 0 && st.st_size >= (off_t)sizeof(struct shared))
            memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        if (memory != MAP_FAILED)
            return memory;
    }
    return NULL;
}

static void take(struct shared *s)
{
    uint32_t tail = s->tail, head = s->head;
    if (head == tail)
        return; /* empty */
    uint32_t number = s->slots[tail % SLOTS].number;
    if (number != tail + 1) { /* <- here: not the one that is next */
        head = s->head;
        if (head - tail <= SLOTS)
            return; /* it is being written: head follows */
        s->overruns += head - SLOTS - tail;
        s->quiet = 0;
        tail = head - SLOTS;
    }
    s->quiet++;
    s->tail = tail + 1; /* now the writer may use the slot again */
}

int main(void)
{
    const struct timespec step = {.tv_nsec = 25000000};
    watch_parent();
    struct shared *s = wait_for_segment();
    for (; s != NULL && goes_on(); nanosleep(&step, NULL))
        take(s);
    return 0;
}
