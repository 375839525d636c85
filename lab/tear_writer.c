/* tear_writer: writes a record of 8 words, all the same number, over and over.
 *
 * A reader that looks while it is being written gets some new words and some old ones: the record
 * is torn. This writer takes its time before each word, so that about every second look finds a
 * torn record; a fast one is caught more rarely, which makes the fault harder to find.
 *
 * A seqlock tells the reader: the writer makes a counter odd before it writes, and even when it has
 * finished. (The words are atomic, so that no single word is torn; relaxed, so that this costs
 * nothing.) How it writes stands at 0x04: 0 without any protection, 1 with a seqlock, 2 with one
 * that somebody got wrong; an argument (0, 1 or 2) says how it begins.
 *
 *     cc tear_writer.c -pthread -o tear_writer && ./tear_writer */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-tearing"

enum { WORDS = 8, WORD_REST = 50000, RECORD_REST = 1000000 }; /* in ns */

struct shared {
    _Atomic uint32_t sequence;      /* 0x00: of the seqlock: odd while the record is written */
    _Atomic uint32_t how;           /* 0x04: 0: no protection; 1: a seqlock; 2: a broken one */
    _Atomic uint64_t reads;         /* 0x08: records the reader took */
    _Atomic uint64_t torn;          /* 0x10: of them made of two */
    _Atomic uint64_t torn_lately;   /* 0x18: in the last half second */
    _Atomic uint64_t reads_lately;  /* 0x20 */
    _Atomic uint32_t measured;      /* 0x28: `how`, for all of that half second */
    _Atomic uint32_t unused;        /* 0x2c */
    _Atomic uint64_t record[WORDS]; /* 0x30: all words are the same number, once it is written */
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

static void rest(long nanoseconds)
{
    const struct timespec t = {.tv_nsec = nanoseconds};
    nanosleep(&t, NULL);
}

static void write_record(struct shared *s, uint64_t number)
{
    for (int i = 0; i < WORDS; i++) {
        rest(WORD_REST); /* a real program works out the next word here */
        atomic_store_explicit(&s->record[i], number, memory_order_relaxed);
    }
}

static void write_once(struct shared *s, uint64_t number)
{
    uint32_t sequence = s->sequence, how = s->how;
    switch (how) {
    case 0:
        write_record(s, number);
        break;
    case 1: /* odd, write, even */
        atomic_store_explicit(&s->sequence, sequence + 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_release); /* the odd number is seen before the words */
        write_record(s, number);
        atomic_store_explicit(&s->sequence, sequence + 2, memory_order_release);
        break;
    default: /* <- here: never odd: a reader cannot see that it came at a bad moment */
        write_record(s, number);
        atomic_store_explicit(&s->sequence, sequence + 2, memory_order_release);
    }
}

int main(int argc, char **argv)
{
    watch_parent();
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    s->how = argc > 1 ? (uint32_t)atoi(argv[1]) : 0;
    for (uint64_t number = 1; goes_on(); number++) {
        write_once(s, number);
        rest(RECORD_REST);
    }
    remove_segment();
    return 0;
}
