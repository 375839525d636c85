/* Programs with locks in what they share, compiled while the tests run for both C libraries
 * (tests/types/locks.c), and what `locks` says of them. For suites that include it once each. */
#ifndef SHMLENS_TESTS_SUPPORT_LOCK_PEER_H
#define SHMLENS_TESTS_SUPPORT_LOCK_PEER_H

#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "support/debug_peer.h"
#include "support/pid_namespace.h"
#include "support/remover.h"

static const char declared[] =
    "struct locks { unsigned go;\n"
    "  pthread_mutex_t normal, recursive, errorcheck, robust, pi, robust_pi, alone, destroyed;\n"
    "  pthread_rwlock_t rwlock; pthread_cond_t cond; sem_t sem; pthread_barrier_t barrier;\n"
    "  pthread_mutex_t beside; pthread_mutex_t more[2]; };\n";

static const char *const compilers[] = {"cc", "musl-gcc"};
enum { GLIBC, MUSL, LIBCS };

static const char *name;
static char header[512], program[512];

static inline void set_up(void)
{
    name = run_name("locks");
    (void)snprintf(program, sizeof program, "%s", run_path("lockpeer"));
    (void)snprintf(header, sizeof header, "%s", run_path("locks.h"));
    FILE *f = fopen(header, "w");
    ck_assert_ptr_nonnull(f);
    fputs(declared, f);
    fclose(f);
}

static inline void tear_down(void)
{
    (void)shm_unlink(name);
    run_end();
}

/* ---- peers ---- */

enum { PEERS = 4, SAID = 16384 };

static struct lock_peer {
    pid_t pid;       /* as we see it */
    pid_t parent;    /* of a process in a PID namespace of its own; 0: it is ours */
    char said[SAID]; /* `WORD TID` lines */
} peer[PEERS];
static int peers;

static inline bool made(int libc)
{
    return compiled(compilers[libc], "-g -pthread", "locks.c", program);
}

/* So that it leaves with the test. */
static inline void leave_with_us(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static inline pid_t child_of(pid_t pid)
{
    char path[64], text[64] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    (void)!fread(text, 1, sizeof text - 1, f);
    fclose(f);
    return (pid_t)strtol(text, NULL, 10);
}

/* Starts a peer that does what these words say; `below`: in a PID namespace. pid 0: not here. */
static inline struct lock_peer *obeyed(bool below, const char *const *words)
{
    const char *argv[24] = {program, name};
    ck_assert_int_lt(peers, PEERS);
    struct lock_peer *p = &peer[peers++];
    int ends[2], n = 2;
    size_t got = 0;
    for (; words[n - 2] != NULL; n++)
        argv[n] = words[n - 2];
    ck_assert_int_eq(pipe(ends), 0);
    remover_segment(name);
    p->pid = fork();
    if (p->pid == 0) {
        (void)dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        leave_with_us();
        if (below && unshare(CLONE_NEWPID) != 0)
            _exit(126);
        pid_t child = below ? fork() : 0;
        if (child > 0) {
            close(1);
            for (;;)
                pause();
        }
        execv(program, (char *const *)argv);
        _exit(127);
    }
    close(ends[1]);
    while (got < SAID - 1 && strstr(p->said, "ready\n") == NULL) {
        ssize_t some = read(ends[0], p->said + got, SAID - 1 - got);
        if (some <= 0)
            break;
        got += (size_t)some;
    }
    close(ends[0]);
    if (below) {
        p->parent = p->pid;
        p->pid = got > 0 ? child_of(p->parent) : 0;
    }
    ck_assert_msg(below || strstr(p->said, "ready\n") != NULL, "the peer did not start");
    return p;
}

#define PEER(...) obeyed(false, (const char *const[]){__VA_ARGS__, NULL})

/* The thread that said so, the nth. */
static inline int tid_of(const struct lock_peer *p, const char *word, int nth)
{
    const char *s = p->said;
    size_t n = strlen(word);
    for (; *s != '\0'; s += strcspn(s, "\n") + 1)
        if (strncmp(s, word, n) == 0 && s[n] == ' ' && nth-- == 0)
            return (int)strtol(s + n, NULL, 10);
    ck_abort_msg("no thread said %s", word);
    return 0;
}

static inline void peers_end(void)
{
    for (int i = 0; i < peers; i++) {
        if (peer[i].parent != 0) {
            (void)kill(peer[i].pid, SIGKILL);
            (void)kill(peer[i].parent, SIGKILL);
        } else {
            (void)kill(peer[i].pid, SIGKILL);
        }
        (void)waitpid(peer[i].parent != 0 ? peer[i].parent : peer[i].pid, NULL, 0);
    }
    peers = 0;
}

/* ---- what is said ---- */

static char expected[8192];

/* ` 4711` of a dead owner. In words of musl the system takes the number away, for every mutex but
 * a normal one. */
static inline const char *dead_number(int libc, int number)
{
    static char text[PEERS][16];
    static int i;
    char *out = text[i++ % PEERS];
    out[0] = '\0';
    if (libc != MUSL)
        (void)snprintf(out, sizeof text[0], " %d", number);
    return out;
}

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
static inline void
expect(const char *format, ...)
{
    va_list args;
    size_t n = strlen(expected);
    va_start(args, format);
    (void)vsnprintf(expected + n, sizeof expected - n, format, args);
    va_end(args);
}

/* Asked until it says that: threads come to sleep when they do. */
static inline const struct ran *comes_to_say(int status, const char *type)
{
    const struct ran *r = NULL;
    for (int i = 0; i < 100; i++) {
        r = RUN("locks", name, "--types", header, "--type", type);
        if (r->status == status && strcmp(r->out, expected) == 0)
            return r;
        usleep(20000);
    }
    ck_abort_msg("status %d, it says\n%s%swhere this was expected\n%s", r->status, r->out, r->err,
                 expected);
    return r;
}

/* Is somebody hidden from us, so that nobody is proved to be dead? Some machines do that. */
static inline bool hides_somebody(void)
{
    bool hides = access("/proc/1/status", R_OK) != 0;
    const struct ran *r = RUN("info", name, "--json");
    json_t *info = run_json(r);
    bool unread = told_number(info, "unreadable") > 0;
    json_decref(info);
    if (hides && unread)
        suite_skip("locks", "processes are hidden here");
    return hides && unread;
}

#define NEEDS_PEER(libc)                                           \
    do {                                                           \
        if (!made(libc))                                           \
            SKIP("%s: it does not compile here", compilers[libc]); \
        NEEDS_FIRST_PID_NAMESPACE();                               \
    } while (0)

#endif
