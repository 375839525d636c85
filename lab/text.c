/* text: one word in four encodings, and a label in the wrong one.
 *
 * Memory holds numbers. Which letters they are is an agreement between the programs. This one
 * stores the label as Latin-1, where u with two dots is the byte 0xfc; text_reader takes it for
 * UTF-8, where that byte means nothing.
 *
 *     cc text.c -pthread -o text && ./text */
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

#define NAME "/shmlens-lab-text"

struct shared {
    char utf8[64];                   /* 0x000: a word in UTF-8 */
    uint16_t utf16[32];              /* 0x040: the same, as Windows programs have it */
    uint32_t utf32[16];              /* 0x080: the same, as wchar_t is on Linux */
    unsigned char latin1[64];        /* 0x0c0: the same, a byte a character */
    unsigned char label[64];         /* 0x100: written by one program, read by the other */
    _Atomic uint32_t reader_valid;   /* 0x140: 1: the label is good UTF-8 */
    _Atomic uint32_t reader_bytes;   /* 0x144: its bytes */
    _Atomic uint32_t reader_letters; /* 0x148: its characters; 0 when it is not valid */
    _Atomic uint32_t ready;          /* 0x14c: 1: all of it has been stored */
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
    static const uint32_t word[] = {'Z', 0xfc, 'r', 'i', 'c', 'h', 0}; /* code points */
    watch_parent();
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    memcpy(s->utf8, "Z\303\274rich", 8); /* 0xfc as UTF-8: the two bytes 0xc3 0xbc */
    for (int i = 0; word[i] != 0; i++) {
        s->utf16[i] = (uint16_t)word[i];
        s->utf32[i] = word[i];
        s->latin1[i] = (unsigned char)word[i];
    }
    memcpy(s->label, s->latin1, sizeof s->label); /* <- here: the reader expects UTF-8 */
    s->ready = 1; /* the last store: whoever sees it sees all stores before it */
    while (goes_on())
        nanosleep(&tenth, NULL);
    remove_segment();
    return 0;
}
