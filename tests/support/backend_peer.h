/* What the suites of the backend share: names of their own, other processes, counts of what must
 * not leak. */
#ifndef SHMLENS_TESTS_SUPPORT_BACKEND_PEER_H
#define SHMLENS_TESTS_SUPPORT_BACKEND_PEER_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "support/remover.h"

/* The call succeeds, else the message says which call of the system failed and how. */
#define must(expr)                                                           \
    do {                                                                     \
        char must_text_[128];                                                \
        struct oserr must_e_ = (expr);                                       \
        ck_assert_msg(!oserr_is(must_e_), "%s: %s: %s", #expr, must_e_.call, \
                      oserr_text(must_e_, must_text_, sizeof must_text_));   \
    } while (0)

/* It fails with exactly this code. */
#define must_fail(expr, want)                                                     \
    do {                                                                          \
        struct oserr must_e_ = (expr);                                            \
        ck_assert_msg(oserr_is(must_e_) && must_e_.code == (uint32_t)(want),      \
                      "%s: %s, code %#x, expected %#x", #expr,                    \
                      oserr_is(must_e_) ? must_e_.call : "success", must_e_.code, \
                      (unsigned)(want));                                          \
    } while (0)

enum { NAME_CAP = 300, PATH_CAP = 320 };

/* `/shmlens-test-PID-WHAT` */
static inline const char *own_name(const char *what)
{
    static char name[NAME_CAP];
    snprintf(name, sizeof name, "/shmlens-test-%d-%s", (int)getpid(), what);
    return name;
}

/* Makes a segment without the backend, which does not outlive the test; the descriptor stays open.
 */
static inline int raw_create(const char *name, off_t size)
{
    (void)shm_unlink(name);
    remover_segment(name);
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, size), 0);
    return fd;
}

static inline long raw_blocks(int fd)
{
    struct stat st;
    ck_assert_int_eq(fstat(fd, &st), 0);
    return (long)st.st_blocks;
}

static inline off_t raw_size(int fd)
{
    struct stat st;
    ck_assert_int_eq(fstat(fd, &st), 0);
    return st.st_size;
}

static inline int count_fds(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* Lines of our own maps that contain text. */
static inline int count_maps(const char *text)
{
    char line[1024];
    int n = 0;
    FILE *f = fopen("/proc/self/maps", "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL)
        n += strstr(line, text) != NULL;
    fclose(f);
    return n;
}

/* Another process running fn(arg); *ready (may be NULL) is a pipe the peer writes a byte to. */
struct peer {
    pid_t pid;
    int ready[2];
};

static inline struct peer peer_start(void (*fn)(void *arg, int ready), void *arg)
{
    struct peer p;
    ck_assert_int_eq(pipe(p.ready), 0);
    p.pid = fork();
    ck_assert_int_ge(p.pid, 0);
    if (p.pid == 0) {
        close(p.ready[0]);
        fn(arg, p.ready[1]);
        _exit(0);
    }
    close(p.ready[1]);
    char byte;
    ck_assert_int_eq((int)read(p.ready[0], &byte, 1), 1);
    return p;
}

static inline void peer_stop(struct peer *p)
{
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(p->ready[0]);
}

static inline void peer_ready(int ready)
{
    if (write(ready, "r", 1) != 1)
        _exit(9);
}

/* Runs fn(arg) as nobody (when we are not root: as we are); asserts that it returns 0. */
static inline void as_nobody(int (*fn)(void *arg), void *arg)
{
    fflush(NULL);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(99);
        int result = fn(arg);
        fflush(stdout); /* it may say that it is skipped */
        _exit(result);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "as nobody: status %#x",
                  (unsigned)status);
}

#endif
