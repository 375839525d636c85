/* hammer NAME SIZE [BYTES]: makes a segment of SIZE bytes and changes every byte of its first BYTES
 * (all of it) as fast as it can. Says `ready`; ends when told to by a signal or at end of file of
 * its standard input, and removes the segment. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* True: somebody closed our standard input. */
static int input_ended(void)
{
    struct pollfd p = {.fd = 0, .events = POLLIN};
    char c;
    return poll(&p, 1, 0) > 0 && read(0, &c, 1) <= 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: hammer NAME SIZE [BYTES]\n");
        return 2;
    }
    size_t size = strtoul(argv[2], NULL, 0);
    size_t bytes = argc > 3 ? strtoul(argv[3], NULL, 0) : size;
    int fd = shm_open(argv[1], O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
        perror("shm_open, ftruncate");
        return 1;
    }
    uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    puts("ready");
    fflush(stdout);
    uint8_t value = 0;
    for (unsigned long round = 0; !stop; round++) {
        memset(memory, ++value, bytes < size ? bytes : size);
        if (round % 1024 == 0 && input_ended())
            break;
    }
    shm_unlink(argv[1]);
    return 0;
}
