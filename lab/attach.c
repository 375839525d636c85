/* attach: one process, one piece of shared memory.
 *
 * It makes a segment with a name, maps it, and stores into it ten times a second. Any other
 * process that maps the same name sees these bytes, and can store bytes of its own.
 *
 *     cc attach.c -pthread -o attach && ./attach      until Ctrl-C, or until its parent ends */
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

#define NAME "/shmlens-lab-attach"
#define SIZE 4096

struct shared {
    char greeting[64];         /* 0x00: text */
    _Atomic uint32_t counter;  /* 0x40: one more every 100 ms */
    uint32_t unused1;          /* 0x44 */
    unsigned char big[4];      /* 0x48: a number, the most significant byte first */
    unsigned char unused2[20]; /* 0x4c */
    _Atomic uint32_t question; /* 0x60: a number from you ... */
    _Atomic uint32_t answer;   /* 0x64: ... and its square, from this program */
    unsigned char unused3[24]; /* 0x68 */
    char word[16];             /* 0x80: text again */
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
    if (fd < 0 || ftruncate(fd, SIZE) != 0) {
        perror("attach: " NAME);
        remove_segment();
        return 1;
    }
    struct shared *s = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); /* <- here */
    close(fd); /* the mapping stays */
    if (s == MAP_FAILED) {
        perror("attach: mmap");
        remove_segment();
        return 1;
    }

    snprintf(s->greeting, sizeof s->greeting, "hello from process %ld", (long)getpid());
    memcpy(s->big, (unsigned char[]){0x00, 0x00, 0x04, 0xd2}, sizeof s->big);
    snprintf(s->word, sizeof s->word, "pelican");
    while (!ended && getppid() == parent) {
        uint32_t question = s->question;
        s->counter++;
        s->answer = question * question;
        nanosleep(&tenth, NULL);
    }
    remove_segment();
    return 0;
}
