/* Inside of a PID namespace, as in a container that shares memory with others: /proc shows nobody
 * outside of it, so it proves nothing, and only a lease does. As root without CAP_LEASE, as docker
 * has it, and in a user namespace. */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

enum { PAGE = 4096, STRANGER = 12345 };

static pid_t first; /* of the namespace: it lasts as long as this process */

static void tear_down(void)
{
    if (first > 0)
        (void)kill(first, SIGKILL);
    run_end();
}

static bool put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        (void)close(fd);
    return good;
}

static bool own_user_namespace(void)
{
    char map[32];
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (unshare(CLONE_NEWUSER) != 0)
        return false;
    (void)put("/proc/self/setgroups", "deny");
    (void)snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
    bool good = put("/proc/self/uid_map", map);
    (void)snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
    return put("/proc/self/gid_map", map) && good;
}

/* Programs that are run from here on are in a PID namespace with a /proc of its own; this process
 * is not. False: that may not be had. */
static bool enter(bool user)
{
    int ready[2];
    char byte = 0;
    if ((user && !own_user_namespace()) || unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || pipe(ready) != 0)
        return false;
    first = fork();
    if (first == 0) {
        for (int fd = 3; fd < 64; fd++) /* it is no user of what the test has open */
            (void)(fd != ready[1] && close(fd));
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        bool good = mount("proc", "/proc", "proc", 0, NULL) == 0;
        if (write(ready[1], good ? "y" : "n", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    bool good = first > 0 && read(ready[0], &byte, 1) == 1 && byte == 'y';
    (void)close(ready[0]);
    (void)close(ready[1]);
    return good && (user || prctl(PR_CAPBSET_DROP, CAP_LEASE, 0, 0, 0) == 0);
}

/* LeakSanitizer hangs at the end of a process whose children are in another PID namespace. */
#if defined(__SANITIZE_ADDRESS__)
#define NEEDS_NO_LEAK_CHECK() SKIP("the check for leaks hangs after a PID namespace was entered")
#else
#define NEEDS_NO_LEAK_CHECK() (void)0
#endif

static bool exists(const char *n)
{
    char path[300];
    struct stat st;
    (void)snprintf(path, sizeof path, "/dev/shm%s", n);
    return stat(path, &st) == 0;
}

static const char *made(const char *what, uid_t uid)
{
    const char *n = run_name(what);
    char path[300];
    run_make(n, "abc", 3, PAGE);
    (void)snprintf(path, sizeof path, "/dev/shm%s", n);
    ck_assert(uid == 0 || chown(path, uid, uid) == 0);
    return n;
}

/* Another user's, that this process has, whom nobody in there sees. */
TEST_LOOP(what_is_used_outside_is_kept, 2)
{
    NEEDS_NO_LEAK_CHECK();
    char path[300];
    if (getuid() != 0)
        SKIP("only root makes segments of other users");
    const char *n = made("outside", STRANGER);
    (void)snprintf(path, sizeof path, "/dev/shm%s", n);
    int held = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(held, 0);
    if (!enter(_i == 1))
        SKIP("no PID namespace with a /proc may be made here");
    const struct ran *r = RUN("ls", "--orphans");
    ck_assert_ptr_null(strstr(r->out, n));
    r = RUN("clean", n, "--all-users", "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, "");
    ck_assert(exists(n));
    r = RUN("rm", n);
    ck_assert_int_eq(r->status, 2);
    ck_assert(exists(n));
    (void)close(held);
}

/* Its own: the lease asks the kernel, which knows everybody. */
TEST_LOOP(a_lease_proves_there_too, 2)
{
    NEEDS_NO_LEAK_CHECK();
    char path[300], line[300];
    const char *used = made("used", 0), *unused = made("unused", 0);
    (void)snprintf(path, sizeof path, "/dev/shm%s", used);
    int held = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(held, 0);
    if (!enter(_i == 1))
        SKIP("no PID namespace with a /proc may be made here");
    const struct ran *r = RUN("clean", used, unused, "--older-than", "0s", "--yes");
    (void)snprintf(line, sizeof line, "posix:%s\n", unused);
    ck_assert_str_eq(r->out, line);
    ck_assert(exists(used) && !exists(unused));
    r = RUN("rm", used);
    ck_assert_int_eq(r->status, 2);
    ck_assert_msg(strstr(r->err, "in use") != NULL, "%s", r->err);
    ck_assert(exists(used));
    (void)close(held);
    RUN_PRINTS(0, "", "rm", used);
}

SUITE(test_program_cli_pid_namespace, .tear_down = tear_down,
      TESTS(what_is_used_outside_is_kept, a_lease_proves_there_too));
