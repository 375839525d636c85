/* tick NAME: makes a segment, counts in it until its word `stop` is not 0, and then only waits.
 * tick NAME frail: the same, but 2 in `stop` ends it with status 3, and 3 by SIGSEGV.
 * tick lacks: ends as a process does that this machine has not enough for.
 * tick NAME deaf: the same, it makes a System V segment too, and does not listen to SIGTERM. */
#define _DEFAULT_SOURCE /* with _POSIX_C_SOURCE alone signal() would be of one time only */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

struct shared {
    _Atomic unsigned counter, stop, sysv; /* sysv: its ID and one; 0: none yet */
};

static const char *name;
static char *volatile nowhere;

static void end(int signal)
{
    (void)signal;
    ssize_t said = write(2, "tick: told to end\n", 18); /* with nobody to hear it, too */
    (void)said;
    shm_unlink(name);
    _exit(0);
}

int main(int argc, char **argv)
{
    static const struct timespec pause = {0, 5000000};
    int deaf = argc == 3 && strcmp(argv[2], "deaf") == 0;
    int frail = argc == 3 && strcmp(argv[2], "frail") == 0;
    if (argc != 2 && !deaf && !frail)
        return 2;
    if (strcmp(argv[1], "lacks") == 0)
        return 77;
    name = argv[1];
    signal(SIGTERM, deaf ? SIG_IGN : end); /* one comes for each thread of our parent that ends */
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || ftruncate(fd, 4096) != 0)
        return 1;
    struct shared *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (s == MAP_FAILED)
        return 1;
    if (deaf)
        s->sysv = (unsigned)shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) + 1;
    for (;;) {
        if (s->stop == 0)
            s->counter++;
        if (frail && s->stop == 2) {
            const char said[] = "tick: first\ntick: \033[2Jlast\n";
            return write(2, said, sizeof said - 1) > 0 ? 3 : 4;
        }
        if (frail && s->stop == 3)
            *(volatile int *)nowhere = 0;
        nanosleep(&pause, NULL);
    }
}
