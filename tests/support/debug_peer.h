/* Programs with debug information, compiled while the tests run by whatever compilers are there,
 * and started on a segment. For suites that include it once each. */
#ifndef SHMLENS_TESTS_SUPPORT_DEBUG_PEER_H
#define SHMLENS_TESTS_SUPPORT_DEBUG_PEER_H

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"
#include "types/types.h"

/* Runs a line of the shell; its output is dropped. */
static inline bool shell_runs(const char *line)
{
    char quiet[16384];
    (void)snprintf(quiet, sizeof quiet, "(%s) >/dev/null 2>&1", line);
    return system(quiet) == 0;
}

static inline bool has_program(const char *name)
{
    char line[256];
    (void)snprintf(line, sizeof line, "command -v %s", name);
    return shell_runs(line);
}

/* Compiles tests/types/SOURCE to a path; false: this compiler cannot do that. */
static inline bool compiled(const char *compiler, const char *flags, const char *source,
                            const char *path)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "cd \"$(dirname %s)\" && %s %s -o %s %s/%s", path, compiler,
                   flags, path, SHMLENS_TYPES, source); /* split files are made where it runs */
    return shell_runs(line);
}

struct debug_peer {
    pid_t pid;
    char said[4096]; /* before its line `ready` */
};

/* In a container of our own making: `root` is its root folder, with our /dev/shm in it. */
static inline bool enter_root(const char *root)
{
    char shm[4096];
    (void)snprintf(shm, sizeof shm, "%s/dev/shm", root);
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("/dev/shm", shm, NULL, MS_BIND, NULL) == 0 && chroot(root) == 0 && chdir("/") == 0;
}

/* Starts it on a segment, and waits until it has one. root NULL: no container. pid 0: there can be
 * no container here. */
static inline struct debug_peer peer_in(const char *root, const char *path, const char *segment)
{
    struct debug_peer p = {0};
    int ends[2];
    size_t n = 0;
    ck_assert_int_eq(pipe(ends), 0);
    p.pid = fork();
    if (p.pid == 0) {
        (void)dup2(ends[1], 1);
        close(ends[0]);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (root != NULL && !enter_root(root)) {
            (void)!write(1, "ready\n", 6);
            _exit(126);
        }
        execl(path, path, segment, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while (n < sizeof p.said - 1 && strstr(p.said, "ready\n") == NULL) {
        ssize_t some = read(ends[0], p.said + n, sizeof p.said - 1 - n);
        ck_assert_msg(some > 0, "%s did not start", path);
        n += (size_t)some;
        p.said[n] = '\0';
    }
    close(ends[0]);
    int status;
    if (root != NULL && strcmp(p.said, "ready\n") == 0 && waitpid(p.pid, &status, 0) == p.pid)
        p.pid = 0;
    return p;
}

static inline struct debug_peer peer_on(const char *path, const char *segment)
{
    return peer_in(NULL, path, segment);
}

static inline void peer_ends(struct debug_peer *p)
{
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
}

/* A field of /proc/PID/status. */
static inline long status_of(pid_t pid, const char *field)
{
    char path[64], line[256];
    long value = -1;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            value = strtol(line + strlen(field), NULL, 10);
    fclose(f);
    return value;
}

/* A test that needs types of debug information where there are none. */
#define SKIP_WITHOUT_DEBUG()                              \
    do {                                                  \
        if (!types_can())                                 \
            SKIP("this shmlens was built without libdw"); \
    } while (0)

#endif
