/* Programs of others that are started to look at what they share. They are those that are
 * installed, or that tools/deps has unpacked below build/programs. For suites that include it once
 * each. */
#ifndef SHMLENS_TESTS_SUPPORT_LIVE_PEER_H
#define SHMLENS_TESTS_SUPPORT_LIVE_PEER_H

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/os.h"
#include "support/run.h"
#include "support/suite.h"

enum { PATIENCE = 30 }; /* seconds */

static pid_t other; /* a program; 0: none */
static int from, to;

static inline void peer_over(void)
{
    if (other > 0) {
        kill(other, SIGKILL);
        (void)waitpid(other, NULL, 0);
        close(from);
        close(to);
    }
    other = 0;
    run_end();
}

/* The folder of libraries among the unpacked programs; "": there are none. */
static inline const char *unpacked_libraries(void)
{
    static char folder[512];
    glob_t g;
    folder[0] = '\0';
    if (glob(SHMLENS_PROGRAMS "/usr/lib/*-linux-gnu*", 0, NULL, &g) != 0)
        return folder;
    (void)snprintf(folder, sizeof folder, "%s", g.gl_pathv[0]);
    globfree(&g);
    return folder;
}

/* Finds unpacked programs and their libraries after those that are installed. */
static inline void find_unpacked(void)
{
    char value[4096], library[600];
    const char *path = getenv("PATH"), *folder = unpacked_libraries();
    (void)snprintf(value, sizeof value, "%s:/usr/sbin:%s/usr/bin:%s/usr/sbin",
                   path != NULL ? path : "/usr/bin:/bin", SHMLENS_PROGRAMS, SHMLENS_PROGRAMS);
    (void)setenv("PATH", value, 1);
    if (folder[0] == '\0')
        return;
    (void)snprintf(value, sizeof value, "%s:%s/usr/lib", folder, SHMLENS_PROGRAMS);
    (void)setenv("LD_LIBRARY_PATH", value, 1);
    (void)snprintf(library, sizeof library, "%s/jack", folder);
    if (access(library, R_OK) == 0)
        (void)setenv("JACK_DRIVER_DIR", library, 1);
    if (access("/etc/pcp.conf", R_OK) != 0)
        (void)setenv("PCP_CONF", SHMLENS_PROGRAMS "/etc/pcp.conf", 1);
}

/* Starts a program, which ends with us at the latest. */
static inline void start(const char *const *argv)
{
    int in[2], out[2];
    (void)signal(SIGPIPE, SIG_IGN); /* where there is no such program, nobody reads */
    ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    other = fork();
    if (other == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGPIPE, SIG_DFL);
        find_unpacked();
        if (dup2(in[0], 0) == 0 && dup2(out[1], 1) == 1 &&
            dup2(open("/dev/null", O_WRONLY), 2) == 2)
            execvp(argv[0], (char *const *)(void *)argv);
        _exit(127);
    }
    ck_assert_int_gt(other, 0);
    close(in[0]);
    close(out[1]);
    to = in[1];
    from = out[0];
}

/* The first line of what it says; "": it has ended, or is not there. */
static inline const char *first_line(void)
{
    static char line[256];
    size_t n = 0;
    while (n + 1 < sizeof line && read(from, line + n, 1) == 1 && line[n] != '\n')
        n++;
    line[n] = '\0';
    return line;
}

/* The path that a pattern has within PATIENCE; NULL: none, since the program has ended. */
static inline const char *awaited(const char *pattern)
{
    static char path[512];
    int64_t deadline = os_now() + PATIENCE * INT64_C(1000000000);
    glob_t g;
    while (glob(pattern, 0, NULL, &g) != 0) {
        if (waitpid(other, NULL, WNOHANG) == other) {
            other = 0;
            return NULL;
        }
        ck_assert_msg(os_now() < deadline, "%s did not come", pattern);
        (void)os_sleep_until(os_now() + 10000000);
    }
    (void)snprintf(path, sizeof path, "file:%s", g.gl_pathv[0]);
    globfree(&g);
    return path;
}

static inline bool prints(const char *locator, const char *line)
{
    const struct ran *r = RUN("peek", locator, "--type", "auto");
    return r->status == 0 && strstr(r->out, line) != NULL;
}

/* Prints the line within PATIENCE. */
static inline void comes_to_print(const char *locator, const char *line)
{
    int64_t deadline = os_now() + PATIENCE * INT64_C(1000000000);
    while (!prints(locator, line)) {
        const struct ran *r = RUN("peek", locator, "--type", "auto");
        ck_assert_msg(os_now() < deadline, "%s is not in %s%s", line, r->out, r->err);
        (void)os_sleep_until(os_now() + 10000000);
    }
}

#endif
