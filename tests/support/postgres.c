#include "support/postgres.h"

#include <check.h>
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"

enum { NOBODY = 65534, PATIENCE_MS = 60000, PATH = 512, NAME = 64 };

static char bin[PATH];     /* where initdb and postgres are; empty: nowhere */
static char folder[NAME];  /* of the cluster and its socket */
static char why_not[PATH]; /* there is no cluster; empty: there is one */

static bool has_both(const char *where)
{
    char path[2][PATH + 16];
    (void)snprintf(path[0], sizeof path[0], "%s/initdb", where);
    (void)snprintf(path[1], sizeof path[1], "%s/postgres", where);
    if (access(path[0], X_OK) != 0 || access(path[1], X_OK) != 0)
        return false;
    (void)snprintf(bin, sizeof bin, "%s", where);
    return true;
}

/* PATH, what pg_config says, where Debian puts it, what tools/deps has unpacked. */
static bool find_it(void)
{
    char line[4096] = "";
    char *rest = NULL;
    glob_t found;
    const char *path = getenv("PATH");
    (void)snprintf(line, sizeof line, "%s", path == NULL ? "" : path);
    for (char *s = strtok_r(line, ":", &rest); s != NULL; s = strtok_r(NULL, ":", &rest))
        if (has_both(s))
            return true;
    FILE *f = popen("pg_config --bindir 2>/dev/null", "r");
    bool said = f != NULL && fgets(line, sizeof line, f) != NULL;
    line[strcspn(line, "\n")] = '\0';
    if (f != NULL)
        (void)pclose(f);
    if (said && has_both(line))
        return true;
    static const char *const places[] = {"/usr/lib/postgresql/*/bin",
                                         SHMLENS_POSTGRES "/usr/lib/postgresql/*/bin"};
    bool any = false;
    for (int k = 0; k < 2; k++) {
        if (glob(places[k], 0, NULL, &found) != 0)
            continue;
        for (size_t i = found.gl_pathc; i > 0 && !any; i--)
            any = has_both(found.gl_pathv[i - 1]);
        globfree(&found);
    }
    return any;
}

/* Of one that is unpacked, not installed. */
static void use_libraries(void)
{
    glob_t found;
    if (glob(SHMLENS_POSTGRES "/usr/lib/*-linux-gnu*", 0, NULL, &found) == 0) {
        setenv("LD_LIBRARY_PATH", found.gl_pathv[0], 1);
        globfree(&found);
    }
}

/* It refuses to run as root. Ends with us, even when we are killed. */
static pid_t start(const char *program, const char *const *args)
{
    const char *argv[32] = {NULL};
    char path[PATH + 32];
    char log[NAME + 8];
    (void)snprintf(path, sizeof path, "%s/%s", bin, program);
    (void)snprintf(log, sizeof log, "%s/log", folder);
    argv[0] = path;
    for (size_t i = 0; args[i] != NULL && i + 2 < sizeof argv / sizeof *argv; i++)
        argv[i + 1] = args[i];
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(126);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || freopen("/dev/null", "r", stdin) == NULL ||
        freopen(log, "a", stdout) == NULL || dup2(1, 2) < 0 || chdir(folder) != 0)
        _exit(126);
    unsetenv("PGDATA");
    if (strncmp(bin, SHMLENS_POSTGRES, strlen(SHMLENS_POSTGRES)) == 0) /* and its libraries */
        use_libraries();
    setenv("LC_ALL", "C", 1);
    execv(path, (char *const *)(void *)argv);
    _exit(127);
}

const char *postgres_last_words(void)
{
    static char line[256];
    char log[NAME + 8];
    (void)snprintf(log, sizeof log, "%s/log", folder);
    FILE *f = fopen(log, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        line[strcspn(line, "\n")] = '\0';
    if (f != NULL)
        (void)fclose(f);
    return line;
}

void postgres_cluster(void)
{
    int status = 0;
    char data[NAME + 8];
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        (void)snprintf(why_not, sizeof why_not, "not under valgrind");
    else if (!find_it())
        (void)snprintf(why_not, sizeof why_not, "no PostgreSQL here (tools/deps test brings it)");
    else if (geteuid() == 0 && getpwuid(NOBODY) == NULL)
        (void)snprintf(why_not, sizeof why_not, "it does not run as root, and there is no nobody");
    if (why_not[0] != '\0')
        return;
    (void)snprintf(folder, sizeof folder, "/tmp/shmlens-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    remover_path(folder);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(folder, NOBODY, NOBODY), 0);
    (void)snprintf(data, sizeof data, "%s/data", folder);
    const char *const args[] = {"-D", data,   "-A",          "trust",     "-U", "shmlens",
                                "-E", "UTF8", "--no-locale", "--no-sync", NULL};
    waitpid(start("initdb", args), &status, 0);
    if (status != 0)
        (void)snprintf(why_not, sizeof why_not, "initdb fails here: %s", postgres_last_words());
}

const char *postgres_why_not(void)
{
    return why_not[0] != '\0' ? why_not : NULL;
}

/* Its own words about its segment, and whether it takes connections. */
static bool is_ready(struct postgres *p)
{
    char line[PATH] = "";
    char path[NAME + 32];
    bool ready = false;
    (void)snprintf(path, sizeof path, "%s/data/postmaster.pid", folder);
    FILE *f = fopen(path, "r");
    for (int i = 1; f != NULL && fgets(line, sizeof line, f) != NULL; i++) {
        if (i == 1 && strtol(line, NULL, 10) != p->pid)
            break; /* of one that is dead */
        if (i == 7) {
            char *rest = line;
            p->key = (unsigned)strtoul(line, &rest, 10);
            p->shmid = (int)strtol(rest, NULL, 10);
        }
        ready = i == 8 && strncmp(line, "ready", 5) == 0;
    }
    if (f != NULL)
        (void)fclose(f);
    return ready;
}

/* Calls take with the rest of every line of a process's maps that holds text, from there on; true:
 * it did. */
static bool each_mapped(pid_t pid, const char *text, void (*take)(struct postgres *p, char *name),
                        struct postgres *p)
{
    char line[PATH];
    char path[64];
    bool any = false;
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char *at = strstr(line, text);
        any = any || at != NULL;
        if (at != NULL && take != NULL) {
            at[strcspn(at, " \n")] = '\0';
            take(p, at);
        }
    }
    if (f != NULL)
        (void)fclose(f);
    return any;
}

bool postgres_maps(pid_t pid, const char *text)
{
    return each_mapped(pid, text, NULL, NULL);
}

/* Its processes but the postmaster; how many. */
static int helpers(const struct postgres *p, pid_t pid[POSTGRES_HELPERS])
{
    char path[64];
    char text[4096] = "";
    char *rest = NULL;
    int n = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)p->pid, (int)p->pid);
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(text, sizeof text, f) == NULL)
        text[0] = '\0'; /* they end by themselves when they miss it */
    if (f != NULL)
        (void)fclose(f);
    for (char *s = strtok_r(text, " ", &rest); s != NULL && n < POSTGRES_HELPERS;
         s = strtok_r(NULL, " ", &rest))
        pid[n++] = (pid_t)strtol(s, NULL, 10);
    return n;
}

static void add_segment(struct postgres *p, char *path)
{
    int at = 0;
    const char *name = path + strlen("/dev/shm");
    while (at < p->segments && strcmp(p->segment[at], name) < 0)
        at++;
    if (at < p->segments && strcmp(p->segment[at], name) == 0)
        return;
    ck_assert_int_lt(p->segments, POSTGRES_SEGMENTS);
    memmove(p->segment[at + 1], p->segment[at], (size_t)(p->segments - at) * sizeof p->segment[0]);
    (void)snprintf(p->segment[at], sizeof p->segment[0], "%s", name);
    p->segments++;
    remover_segment(name);
}

void postgres_look(struct postgres *p)
{
    static const char ours[] = "/dev/shm/PostgreSQL.";
    pid_t pid[POSTGRES_HELPERS];
    int n = helpers(p, pid);
    (void)each_mapped(p->pid, ours, add_segment, p);
    for (int i = 0; i < n; i++)
        (void)each_mapped(pid[i], ours, add_segment, p);
}

bool postgres_serve(struct postgres *p, const char *memory)
{
    char data[NAME + 8];
    char type[64];
    (void)snprintf(data, sizeof data, "%s/data", folder);
    (void)snprintf(type, sizeof type, "shared_memory_type=%s", memory);
    const char *const args[] = {"-D",
                                data,
                                "-k",
                                folder,
                                "-h",
                                "",
                                "-c",
                                "dynamic_shared_memory_type=posix",
                                "-c",
                                type,
                                "-c",
                                "shared_buffers=1MB",
                                "-c",
                                "huge_pages=off", /* its memory is on other pages then */
                                "-F",
                                "-c",
                                "max_connections=10",
                                "-c",
                                "logging_collector=off",
                                NULL};
    p->pid = start("postgres", args);
    for (int ms = 0; !is_ready(p) && ms < PATIENCE_MS; ms += 10) {
        if (waitpid(p->pid, NULL, WNOHANG) != 0) {
            p->pid = 0;
            return false;
        }
        (void)poll(NULL, 0, 10);
    }
    ck_assert(is_ready(p));
    remover_sysv(p->shmid);
    p->segments = 0;
    postgres_look(p);
    ck_assert_int_gt(p->segments, 0);
    return true;
}

void postgres_kill(struct postgres *p)
{
    pid_t pid[POSTGRES_HELPERS];
    if (p->pid == 0)
        return;
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* its children become ours */
    kill(p->pid, SIGSTOP);                                 /* and it makes no more */
    int n = helpers(p, pid);
    for (int i = 0; i < n; i++)
        kill(pid[i], SIGSTOP);
    postgres_look(p);
    kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
    for (int i = 0; i < n; i++) {
        kill(pid[i], SIGKILL);
        (void)waitpid(pid[i], NULL, 0);
    }
    p->pid = 0;
}
