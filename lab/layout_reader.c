/* layout_reader: reads the struct of layout_sender, by the layout of a 32-bit program.
 *
 * The compiler of 32-bit x86 gives a uint64_t the alignment 4. This program is not a 32-bit one: it
 * asks for that layout, by a type that is aligned to 4. What it read it stores from 0x40 on. Store
 * 1 at 0x44 and it reads by the layout of the sender.
 *
 *     cc layout_reader.c -pthread -o layout_reader && ./layout_reader   (start layout_sender first)
 */
#define _GNU_SOURCE
#include <errno.h>
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

struct halves { /* 8 bytes with the alignment of a 4-byte number */
    uint32_t low, high;
};
struct message32 {
    uint32_t kind;
    struct halves value; /* <- here: directly after kind */
    uint16_t unit;
};
struct message64 {
    uint32_t kind;
    _Alignas(8) uint64_t value;
    uint16_t unit;
};
_Static_assert(sizeof(struct message32) == 16 && sizeof(struct message64) == 24, "two layouts");

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

/* The segment, as soon as layout_sender has made it and given it its size; NULL: told to end. */
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
        close(fd);
        if (memory != MAP_FAILED)
            return memory;
    }
    return NULL;
}

int main(void)
{
    watch_parent();
    struct shared *s = wait_for_segment();
    for (; s != NULL && goes_on(); nanosleep(&tenth, NULL)) {
        if (!s->ready)
            continue;
        if (s->reader_rule == 0) {
            struct message32 m;
            memcpy(&m, s->message, sizeof m);
            s->reader_kind = m.kind;
            s->reader_value = (uint64_t)m.value.high << 32 | m.value.low;
            s->reader_unit = m.unit;
        } else {
            struct message64 m;
            memcpy(&m, s->message, sizeof m);
            s->reader_kind = m.kind;
            s->reader_value = m.value;
            s->reader_unit = m.unit;
        }
    }
    return 0;
}
