/* speed_copy: measures what it costs to hand over a message by copying it.
 *
 * A pipe or a socket copies each message into the kernel and out again. Shared memory need not: the
 * writer works in place and hands over an offset, 8 bytes, however long the message is. This
 * program sends as many bytes as stand at 0x20 through a pipe, to itself, and stores the
 * nanoseconds that took at 0x28, and at 0x30 for how many bytes. Between two processes the reader
 * has to be woken up as well: that is not counted.
 *
 *     cc speed_copy.c -pthread -o speed_copy && ./speed_copy      (start speed first) */
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

#define NAME "/shmlens-lab-speed"

enum { LARGEST = 1 << 20, TIMES = 9 };

struct shared {                     /* the head of the segment of speed.c */
    uint64_t unused[4];             /* 0x00 */
    _Atomic uint64_t copy_bytes;    /* 0x20: poke it: 0 to 1 MiB */
    _Atomic uint64_t copy_ns;       /* 0x28: to send so many through a pipe */
    _Atomic uint64_t copy_measured; /* 0x30: so many */
};

static char message[LARGEST], received[LARGEST];

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

static int64_t now(void) /* in ns */
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The segment, as soon as speed has made it and given it its size; NULL: told to end. */
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

/* Sends the message through the pipe, as much at a time as it holds; 0: it failed. */
static int send_message(const int *ends, size_t bytes)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t n = write(ends[1], message + sent, bytes - sent); /* <- here: into the kernel */
        if (n <= 0 || read(ends[0], received + sent, (size_t)n) != n)
            return 0;
        sent += (size_t)n;
    }
    return 1;
}

/* The shortest of some times, since what disturbs makes it only longer; 0: it failed. */
static uint64_t measure(const int *ends, size_t bytes)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < TIMES; i++) {
        int64_t start = now();
        if (!send_message(ends, bytes))
            return 0;
        int64_t took = now() - start;
        best = took < best ? took : best;
    }
    return (uint64_t)best;
}

int main(void)
{
    const struct timespec fifth = {.tv_nsec = 200000000};
    int ends[2];
    watch_parent();
    if (pipe2(ends, O_NONBLOCK) != 0) { /* a write takes what fits, and does not wait for room */
        perror("pipe");
        return 1;
    }
    struct shared *s = wait_for_segment();
    for (; s != NULL && goes_on(); nanosleep(&fifth, NULL)) {
        uint64_t bytes = s->copy_bytes;
        if (bytes == 0 || bytes > LARGEST)
            continue;
        s->copy_ns = measure(ends, (size_t)bytes);
        s->copy_measured = bytes;
    }
    return 0;
}
