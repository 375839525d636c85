/* shrinker NAME SIZE [PER_SECOND]: makes a segment and truncates it to 0 and back to SIZE, again
 * and again (1000 times a second unless told). Says `ready`; at end of file of its standard input
 * it leaves the segment SIZE bytes long, removes it and says how often it did. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* Waits until end of file or the time has passed; nonzero: end of file. */
static int input_ended(const struct timespec *wait)
{
    struct pollfd p = {.fd = 0, .events = POLLIN};
    char c;
    nanosleep(wait, NULL);
    return poll(&p, 1, 0) > 0 && read(0, &c, 1) <= 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: shrinker NAME SIZE [PER_SECOND]\n");
        return 2;
    }
    off_t size = (off_t)strtoll(argv[2], NULL, 0);
    long rate = argc > 3 ? strtol(argv[3], NULL, 0) : 1000;
    if (size <= 0 || rate <= 0)
        return 2;
    struct timespec wait = {.tv_nsec = 1000000000L / rate / 2 % 1000000000L};
    int fd = shm_open(argv[1], O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, size) != 0 || pwrite(fd, "SHRINKER", 8, 0) != 8) {
        perror("shm_open, ftruncate, pwrite");
        return 1;
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    puts("ready");
    fflush(stdout);
    unsigned long rounds = 0;
    for (; !stop; rounds++) {
        if (ftruncate(fd, 0) != 0)
            break;
        if (input_ended(&wait))
            break;
        if (ftruncate(fd, size) != 0 || pwrite(fd, "SHRINKER", 8, 0) != 8)
            break;
        nanosleep(&wait, NULL);
    }
    if (ftruncate(fd, size) != 0)
        return 1;
    printf("%lu\n", rounds);
    shm_unlink(argv[1]);
    return 0;
}
