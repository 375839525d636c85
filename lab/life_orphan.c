/* life_orphan: makes two segments that nobody uses: an orphan of each kind.
 *
 * Closing and unmapping do not remove a segment. A POSIX segment keeps its name, a System V
 * segment its key, until somebody removes it or the system restarts. Programs that crash leave
 * such orphans. This program makes them on purpose, and only so that nothing stays when the
 * lesson ends, it waits and then removes what is left of them.
 *
 *     cc life_orphan.c -pthread -o life_orphan && ./life_orphan */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-life-orphan"
#define KEY  0x6c616202
#define SIZE 4096

static ino_t made; /* the number of the POSIX segment; 0: none */
static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

/* Removes the name, if it still leads to what this process made. */
static void remove_posix(void)
{
    struct stat st;
    int fd = shm_open(NAME, O_RDONLY, 0);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == made)
        shm_unlink(NAME);
}

static int make_posix(void)
{
    struct stat st;
    int fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600); /* never one that is there already */
    if (fd < 0 || fstat(fd, &st) != 0)
        return -1;
    made = st.st_ino;
    int failed = ftruncate(fd, SIZE) != 0 || write(fd, "left here", 9) != 9;
    close(fd); /* <- here: closed, not unlinked */
    return failed ? -1 : 0;
}

/* What a run of this program left that was killed: ours, not attached, its maker gone. */
static int is_left(int id)
{
    struct shmid_ds ds;
    return id >= 0 && shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_perm.uid == geteuid() &&
           ds.shm_nattch == 0 && kill(ds.shm_cpid, 0) != 0 && errno == ESRCH;
}

/* The ID of the System V segment, or -1. */
static int make_sysv(void)
{
    int old = shmget(KEY, 0, 0);
    if (is_left(old))
        shmctl(old, IPC_RMID, NULL);
    int id = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    if (id < 0)
        return -1;
    char *memory = shmat(id, NULL, 0);
    if (memory == (void *)-1) {
        shmctl(id, IPC_RMID, NULL);
        return -1;
    }
    memcpy(memory, "left here too", 13);
    shmdt(memory); /* detached, not removed */
    return id;
}

int main(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    pid_t parent = getppid();
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], end);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* when the parent ends, so do we */

    int id = make_sysv(), failed = id < 0 || make_posix() != 0;
    if (failed)
        perror("life_orphan");
    while (!failed && !ended && getppid() == parent)
        nanosleep(&tenth, NULL);
    remove_posix();
    if (id >= 0)
        shmctl(id, IPC_RMID, NULL);
    return failed;
}
