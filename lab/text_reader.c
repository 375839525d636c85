/* text_reader: reads the label of the program `text` as UTF-8, ten times a second.
 *
 * It stores what it finds: whether the label is good UTF-8, and how many bytes and letters it has.
 *
 *     cc text_reader.c -pthread -o text_reader && ./text_reader      (start text first) */
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

/* The segment, as soon as text has made it and given it its size; NULL: told to end. */
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

/* The number of characters of a text in UTF-8, or -1: it is not valid. (Short: it lets some long
 * forms pass that a real reader must refuse.) */
static int letters_of(const unsigned char *text, size_t bytes)
{
    int letters = 0;
    for (size_t i = 0; i < bytes; letters++) {
        unsigned char first = text[i++];
        int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if ((first >= 0x80 && first < 0xc2) || first > 0xf4)
            return -1;
        for (; more > 0; more--)
            if (i == bytes || (text[i++] & 0xc0) != 0x80) /* <- here: 0xfc is not followed by one */
                return -1;
    }
    return letters;
}

int main(void)
{
    watch_parent();
    struct shared *s = wait_for_segment();
    for (; s != NULL && goes_on(); nanosleep(&tenth, NULL)) {
        unsigned char copy[sizeof s->label]; /* a copy does not change while it is looked at */
        if (!s->ready)
            continue;
        memcpy(copy, s->label, sizeof copy);
        size_t bytes = strnlen((char *)copy, sizeof copy);
        int letters = letters_of(copy, bytes);
        s->reader_bytes = (uint32_t)bytes;
        s->reader_letters = letters < 0 ? 0 : (uint32_t)letters;
        s->reader_valid = letters >= 0;
    }
    return 0;
}
