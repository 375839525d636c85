/* attack [--minutes N] [--seed N] [--program PATH] [NAME...]: runs the attacks of attack.h, all or
 * those named, in mount and IPC namespaces of their own, so that nothing of the machine's is met.
 * Prints a line for each, and at the end how many there were, as Check does. */
#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *program = SHMLENS_BINARY;
static const char *running = "attack";
static uint64_t seed;

static const struct {
    const char *name;
    int (*run)(const struct attack *a);
} attacks[] = {
    {"calls", attack_calls},           {"storm", attack_storm},       {"keys", attack_keys},
    {"recordings", attack_recordings}, {"removals", attack_removals},
};

enum { ATTACKS = sizeof attacks / sizeof attacks[0], SHORT_S = 6, OVERTIME_S = 120 };

const char *attack_program(void)
{
    return program;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool attack_ended(const struct attack *a)
{
    return now() >= a->end;
}

uint32_t attack_random(const struct attack *a)
{
    *a->seed = *a->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*a->seed >> 33);
}

pid_t attack_fork(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
        _exit(126);
    return pid;
}

bool attack_leftovers(void)
{
    DIR *d = opendir("/dev/shm");
    bool any = false;
    for (struct dirent *e; d != NULL && !any && (e = readdir(d)) != NULL;) {
        any = strncmp(e->d_name, ".shmlens-", 9) == 0;
        if (any)
            printf("left: %s\n", e->d_name);
    }
    if (d != NULL)
        closedir(d);
    return any;
}

void attack_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:0:F:attack:%s:0: ", __FILE__, running);
    vprintf(format, args);
    printf("\n(seed %llu)\n", (unsigned long long)seed);
    va_end(args);
    fflush(stdout);
    exit(1);
}

static char overdue[256];

/* Nothing of what runs is waited for; all of it ends with us (attack_fork). */
static void on_alarm(int signal)
{
    (void)signal;
    ssize_t n = write(1, overdue, strlen(overdue));
    _exit(n < 0 ? 2 : 1);
}

void attack_must_end(int64_t seconds, const char *format, ...)
{
    char what[128];
    va_list args;
    (void)alarm(0);
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(overdue, sizeof overdue, "%s:0:F:attack:%s:0: %s: no end after %lld s\n(seed %llu)\n",
             __FILE__, running, what, (long long)seconds, (unsigned long long)seed);
    (void)signal(SIGALRM, on_alarm);
    (void)alarm((unsigned)seconds);
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool fine = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return fine;
}

/* A /dev/shm and System V segments of our own; as an ordinary user in a user namespace. */
static bool isolate(void)
{
    char map[64];
    unsigned uid = (unsigned)geteuid(), gid = (unsigned)getegid();
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC) != 0)
            return false;
        snprintf(map, sizeof map, "0 %u 1", uid);
        bool mapped = write_text("/proc/self/uid_map", map);
        (void)write_text("/proc/self/setgroups", "deny");
        snprintf(map, sizeof map, "0 %u 1", gid);
        if (!mapped || !write_text("/proc/self/gid_map", map))
            return false;
    }
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/dev/shm", "tmpfs", 0, "size=256m,mode=1777") == 0;
}

static bool is_wanted(const char *name, int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return from >= argc;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/shmlens-attack-XXXXXX";
    int64_t seconds = SHORT_S;
    int at = 1, ran = 0;
    seed = (uint64_t)now();
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2)
        if (strcmp(argv[at], "--minutes") == 0)
            seconds = strtoll(argv[at + 1], NULL, 10) * 60;
        else if (strcmp(argv[at], "--seed") == 0)
            seed = strtoull(argv[at + 1], NULL, 10);
        else if (strcmp(argv[at], "--program") == 0)
            program = argv[at + 1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!isolate()) {
        puts("skip: attack: no mount namespace may be made here");
        return 0;
    }
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        attack_fail("%s: %s", folder, strerror(errno));
    (void)setenv("XDG_STATE_HOME", folder, 1);
    (void)setenv("XDG_CONFIG_HOME", folder, 1);
    (void)setenv("HOME", folder, 1);
    printf("Running suite(s): attack (seed %llu, %lld s each)\n", (unsigned long long)seed,
           (long long)seconds);
    for (int i = 0; i < ATTACKS; i++) {
        if (!is_wanted(attacks[i].name, argc, argv, at))
            continue;
        running = attacks[i].name;
        const struct attack a = {.folder = folder,
                                 .end = now() + seconds * 1000000000,
                                 .turns = (uint64_t)seconds * 3,
                                 .seed = &seed};
        attack_must_end(seconds + OVERTIME_S, "%s", running);
        ran += attacks[i].run(&a) == 0;
        (void)alarm(0);
    }
    char line[96];
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    (void)!system(line); /* NOLINT(cert-env33-c): a folder of ours */
    printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", ran);
    return 0;
}
