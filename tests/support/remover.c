#include "support/remover.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One thing to remove; short enough that a pipe takes it whole. */
struct thing {
    char path[REMOVER_PATH]; /* empty: a System V segment */
    int id;
    pid_t creator; /* of the segment */
};

static pid_t owner; /* the process that told: a child has a remover of its own */
static int to_remover = -1;
static struct thing *things; /* the remover's */

static _Noreturn void die(const char *what)
{
    perror(what);
    abort();
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

bool remover_tree(const char *path)
{
    return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0;
}

static void remove_thing(const struct thing *t)
{
    struct shmid_ds ds;
    if (t->path[0] != '\0')
        (void)remover_tree(t->path);
    else if (shmctl(t->id, IPC_STAT, &ds) == 0 && ds.shm_cpid == t->creator)
        (void)shmctl(t->id, IPC_RMID, NULL);
}

/* Listens until all who could tell more have ended, then removes, the newest first. */
static _Noreturn void live_as_remover(int from)
{
    size_t count = 0, cap = 0;
    setsid(); /* Check kills the group of a test that failed */
    for (int fd = 0; fd < 1024; fd++)
        if (fd != from)
            close(fd); /* a terminal that we held would not hang up */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    for (;;) {
        if (count == cap) {
            cap = cap * 2 + 64;
            things = realloc(things, cap * sizeof *things);
            if (things == NULL)
                _exit(1);
        }
        ssize_t n = read(from, &things[count], sizeof *things);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof *things)
            break;
        count++;
    }
    while (count > 0)
        remove_thing(&things[--count]);
    _exit(0);
}

static void start(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        die("pipe");
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) { /* once more, so that it is not our child: tests wait for all of theirs */
        close(ends[1]);
        pid = fork();
        if (pid == 0)
            live_as_remover(ends[0]);
        _exit(pid < 0);
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(ends[0]);
    to_remover = ends[1];
    owner = getpid();
}

static void tell(const struct thing *t)
{
    if (owner != getpid())
        start();
    if (write(to_remover, t, sizeof *t) != (ssize_t)sizeof *t)
        die("the process that removes what tests leave has ended");
}

void remover_path(const char *path)
{
    struct thing t = {.id = -1};
    int n = snprintf(t.path, sizeof t.path, "%s", path);
    if (path[0] != '/' || n < 0 || (size_t)n >= sizeof t.path)
        die("a path that cannot be removed");
    tell(&t);
}

void remover_segment(const char *name)
{
    char path[REMOVER_PATH];
    (void)snprintf(path, sizeof path, "/dev/shm/%s", name[0] == '/' ? name + 1 : name);
    remover_path(path);
}

void remover_sysv(int id)
{
    struct shmid_ds ds = {0};
    struct thing t = {.id = id};
    if (shmctl(id, IPC_STAT, &ds) != 0)
        die("a segment to remove");
    t.creator = ds.shm_cpid;
    tell(&t);
}
