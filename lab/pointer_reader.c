/* pointer_reader: looks for the note of pointer_maker, by its address or by its offset.
 *
 * Store 1 at 0x20 and it follows the pointer. That address is not mapped in this process, so the
 * kernel kills it with SIGSEGV. Store an offset at 0x08 and 2 at 0x20, and it adds the offset to
 * the start of its own mapping.
 *
 *     cc pointer_reader.c -pthread -o pointer_reader && ./pointer_reader
 *                                                             (start pointer_maker first) */
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

#define NAME "/shmlens-lab-pointers"
/* The system chooses an address for each process, and two of them may be equal (after fork they
 * are). Here one is asked for, so that it surely is a different one. */
#define ELSEWHERE ((void *)(UINTPTR_MAX >> 20 & ~(uintptr_t)0xffffff))

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

/* The segment, as soon as pointer_maker has made it and given it its size; NULL: told to end. */
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
            memory =
                mmap(ELSEWHERE, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        if (memory != MAP_FAILED)
            return memory;
    }
    return NULL;
}

/* The letters of the note at that place, or 0: there is none. */
static uint32_t letters_at(const char *place)
{
    size_t n = strnlen(place, 64);
    return memcmp(place, "the treasure", 12) == 0 ? (uint32_t)n : 0;
}

int main(void)
{
    watch_parent();
    struct shared *s = wait_for_segment();
    if (s == NULL)
        return 0;
    s->reader_base = (uint64_t)(uintptr_t)s;
    for (; goes_on(); nanosleep(&tenth, NULL)) {
        uint64_t offset = s->offset;
        if (!s->ready)
            continue;
        if (s->follow == 1) {
            s->follow = 0;
            s->found = letters_at((const char *)(uintptr_t)s->pointer); /* <- here */
        } else if (s->follow == 2 && offset <= sizeof *s - sizeof s->note)
            s->found = letters_at((const char *)s + offset); /* its own start, and the offset */
    }
    return 0;
}
