#include "harness_private.h"

#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/remover.h"

const char *e2e_shmlens = E2E_SHMLENS;
const char *const e2e_peers = E2E_PEERS;

int64_t e2e_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t e2e_deadline(int timeout_ms)
{
    const char *scale = getenv("E2E_PATIENCE_SCALE");
    long times = scale == NULL ? 1 : strtol(scale, NULL, 10);
    int64_t ms = timeout_ms > 0 ? timeout_ms : E2E_PATIENCE;
    return e2e_now() + ms * 1000000 * (times > 0 ? times : 1);
}

int e2e_left_ms(int64_t deadline)
{
    int64_t left = (deadline - e2e_now() + 999999) / 1000000;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

int e2e_status(int status)
{
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

enum { NAMES = 64 };
static char names[NAMES][NAME_MAX + 1];
static unsigned names_count;
static pid_t names_owner; /* the process that they are of: a child has its own */

const char *e2e_name(const char *name)
{
    if (names_owner != getpid()) {
        names_owner = getpid();
        names_count = 0;
    }
    char *to = names[names_count % NAMES];
    snprintf(to, sizeof names[0], "/%s-%d-%u", name, (int)getpid(), names_count++);
    remover_segment(to);
    return to;
}

void e2e_environment(const char *term, const char *locale, const char *home,
                     const char *const *extra)
{
    const char *const gone[] = {"NO_COLOR", "COLORTERM", "LINES",   "COLUMNS",    "ESCDELAY",
                                "LANG",     "LC_CTYPE",  "TERMCAP", "LC_NUMERIC", "COLORFGBG"};
    char path[512];
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        unsetenv(gone[i]);
    setenv("LC_ALL", locale != NULL ? locale : "C.UTF-8", 1);
    if (term != NULL && *term == '\0')
        unsetenv("TERM");
    else
        setenv("TERM", term != NULL ? term : "xterm-256color", 1);
    setenv("HOME", home, 1);
    snprintf(path, sizeof path, "%s/config", home);
    setenv("XDG_CONFIG_HOME", path, 1);
    snprintf(path, sizeof path, "%s/state", home);
    setenv("XDG_STATE_HOME", path, 1);
    for (size_t i = 0; extra != NULL && extra[i] != NULL; i++)
        putenv((char *)(uintptr_t)extra[i]);
}

void e2e_become(uid_t uid)
{
    if (uid != 0 && (setgroups(0, NULL) != 0 || setgid((gid_t)uid) != 0 || setuid(uid) != 0))
        _exit(126);
}

void e2e_make_home(char *path, size_t cap)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(path, cap, "%s/shmlens-e2e-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= cap || mkdtemp(path) == NULL)
        e2e_fail("cannot make a folder like %s", path);
    remover_path(path);
}
