/* life_memfd: shared memory without a name.
 *
 * memfd_create gives a descriptor and nothing else. No other process can open the memory by name;
 * it gets the descriptor over a socket or from its parent, or, when it may look into /proc, opens
 * /proc/PID/fd/N. When the last descriptor and the last mapping are gone, so is the memory: such
 * memory cannot become an orphan.
 *
 *     cc life_memfd.c -pthread -o life_memfd && ./life_memfd */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SIZE 4096

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

int main(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    pid_t parent = getppid();
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], end);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* when the parent ends, so do we */

    int fd = memfd_create("shmlens-lab-life", MFD_CLOEXEC); /* <- here: a label, not a name */
    if (fd < 0 || ftruncate(fd, SIZE) != 0) {
        perror("life_memfd: memfd_create");
        return 1;
    }
    char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("life_memfd: mmap");
        return 1;
    }
    snprintf(memory, SIZE, "the word is: kingfisher");
    while (!ended && getppid() == parent)
        nanosleep(&tenth, NULL);
    return 0; /* nothing to remove */
}
