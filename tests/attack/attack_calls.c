/* Every system call of a command fails once, whatever library makes it: what the suites of the back
 * end do at our own door (backend_fail.h) is done here at the kernel's, by ptrace. Whatever fails,
 * the program ends by itself, within its time, without a crash; and its exit status is the truth:
 * 0 means done, anything else that nothing changed. `clean` prints what it removes: with exit
 * status 2 that may be a part, where one kind of segment cannot be listed; with 0 it may be
 * nothing, where it cannot look whether a segment is used. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

#if defined(__x86_64__)

enum { SIZE = 8192, OLD = 0x11, NEW = 0x22, WORDS = 12, LONGEST_S = 20 };

/* A command, and what it changes when it succeeds. */
struct attempt {
    const char *words[WORDS];
    bool stores;  /* byte 0 becomes NEW */
    bool removes; /* the name goes */
    bool prints;  /* the name that goes, which is the truth then: see above */
    bool makes;   /* a second segment, N2, comes */
};

static const struct attempt attempts[] = {
    {{"poke", "N", "0", "0x22", "--as", "u8"}, .stores = true},
    {{"poke", "N", "0", "0x22", "--as", "u8", "--expect", "0x11"}, .stores = true},
    {{"fill", "N", "0", "1", "0x22"}, .stores = true},
    {{"load", "N", "FILE"}, .stores = true},
    {{"rm", "N"}, .removes = true},
    {{"clean", "N", "--older-than", "0s", "--yes"}, .removes = true, .prints = true},
    {{"create", "N2", "4096", "--fill", "7"}, .makes = true},
    {{"ls"}, .stores = false},
    {{"ls", "--json"}, .stores = false},
    {{"info", "N", "--json"}, .stores = false},
    {{"peek", "N"}, .stores = false},
    {{"peek", "N", "0", "--as", "u64"}, .stores = false},
    {{"find", "N", "x:11"}, .stores = false},
    {{"diff", "N", "file:FILE"}, .stores = false},
    {{"save", "N", "OUT"}, .stores = false},
    {{"watch", "N", "--for", "20ms"}, .stores = false},
    {{"wait", "N", "0", "--as", "u8", "--equals", "0x11"}, .stores = false},
    {{"record", "N", "OUT", "--for", "20ms"}, .stores = false},
};

static char name[64], second[72], path[96], second_path[96], file[128], out[128], told[128];
static unsigned long long failed; /* the system call that was made to fail */

static void make_segment(const char *at, unsigned char byte, size_t n)
{
    static unsigned char bytes[SIZE];
    memset(bytes, byte, sizeof bytes);
    int fd = open(at, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        attack_fail("cannot write %s: %s", at, strerror(errno));
    close(fd);
}

/* The words of an attempt with the names put in. */
static void spell(const struct attempt *a, char buf[WORDS][160], char *argv[WORDS + 2])
{
    int n = 0;
    argv[n++] = (char *)(uintptr_t)attack_program();
    for (int i = 0; i < WORDS && a->words[i] != NULL; i++) {
        const char *w = a->words[i];
        const char *to = strcmp(w, "N") == 0      ? name
                         : strcmp(w, "N2") == 0   ? second
                         : strcmp(w, "FILE") == 0 ? file
                         : strcmp(w, "OUT") == 0  ? out
                                                  : w;
        if (strcmp(w, "file:FILE") == 0)
            snprintf(buf[i], sizeof buf[i], "file:%s", file);
        else
            snprintf(buf[i], sizeof buf[i], "%s", to);
        argv[n++] = buf[i];
    }
    argv[n] = NULL;
}

static pid_t start(char *argv[])
{
    pid_t pid = attack_fork();
    if (pid != 0)
        return pid;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int text = open(told, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)dup2(null, 0);
    (void)dup2(text, 1);
    (void)dup2(null, 2);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
        execv(argv[0], argv);
    _exit(126);
}

/* Our own first call, before which there is only the loader's. */
static bool begins(const struct user_regs_struct *r)
{
    return r->orig_rax == SYS_fcntl && r->rdi == 0 && r->rsi == F_GETFD;
}

/* Not those that never do (getuid(2), getpid(2); the C library aborts over a futex(2) that does),
 * and not those that the attack needs. */
static bool may_fail(const struct user_regs_struct *r)
{
    return r->orig_rax != SYS_getuid && r->orig_rax != SYS_geteuid && r->orig_rax != SYS_getpid &&
           r->orig_rax != SYS_gettid && r->orig_rax != SYS_exit_group && r->orig_rax != SYS_exit &&
           r->orig_rax != SYS_rt_sigreturn && r->orig_rax != SYS_rt_sigprocmask &&
           r->orig_rax != SYS_brk && r->orig_rax != SYS_futex;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Runs it with call number nth (from 1; 0: none) failing with `code`. Returns the wait status and
 * counts the calls. */
static int run_failing(char *argv[], uint64_t nth, int code, uint64_t *calls, char said[64])
{
    int status = 0;
    bool inside = false, begun = false, failing = false;
    int64_t end = now_ms() + LONGEST_S * 1000;
    attack_must_end(2 * LONGEST_S, "%s %s: call %llu failing", argv[1],
                    argv[2] != NULL ? argv[2] : "", (unsigned long long)nth);
    pid_t pid = start(argv);
    *calls = 0;
    said[0] = '\0';
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        attack_fail("fork: %s", strerror(errno));
    (void)ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(uintptr_t)PTRACE_O_TRACESYSGOOD);
    for (intptr_t deliver = 0; WIFSTOPPED(status);) {
        if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)deliver) != 0)
            break;
        if (now_ms() > end) {
            kill(pid, SIGKILL);
            attack_fail("%s %s: call %llu failing, it does not end", argv[1],
                        argv[2] != NULL ? argv[2] : "", (unsigned long long)nth);
        }
        if (waitpid(pid, &status, 0) != pid)
            break;
        deliver = 0;
        if (!WIFSTOPPED(status))
            break;
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            deliver = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
            continue;
        }
        struct user_regs_struct r;
        (void)ptrace(PTRACE_GETREGS, pid, NULL, &r);
        inside = !inside;
        if (inside) {
            begun = begun || begins(&r);
            failing = begun && may_fail(&r) && ++*calls == nth;
            if (failing) {
                failed = r.orig_rax;
                snprintf(said, 64, "system call %llu", (unsigned long long)r.orig_rax);
                r.orig_rax = (unsigned long long)-1;
                (void)ptrace(PTRACE_SETREGS, pid, NULL, &r);
            }
        } else if (failing) {
            r.rax = (unsigned long long)-code;
            (void)ptrace(PTRACE_SETREGS, pid, NULL, &r);
            failing = false;
        }
    }
    return status;
}

static int first_byte(const char *at, off_t *size)
{
    struct stat st;
    unsigned char byte = 0;
    int fd = open(at, O_RDONLY | O_CLOEXEC);
    *size = -1;
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0)
        *size = st.st_size;
    ssize_t n = pread(fd, &byte, 1, 0);
    close(fd);
    return n == 1 ? byte : -1;
}

/* Has the command printed the segment's name, as one that it removed? */
static bool printed(void)
{
    char text[4096];
    int fd = open(told, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return strstr(text, name) != NULL;
}

/* Is what the exit status says true? */
static void check(const struct attempt *a, int status, const char *said, uint64_t nth, int code)
{
    off_t size = -1;
    int byte = first_byte(path, &size);
    bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    char where[160];
    snprintf(where, sizeof where, "%s with call %llu (%s) failing by %s", a->words[0],
             (unsigned long long)nth, said, strerror(code));
    if (WIFSIGNALED(status))
        attack_fail("%s: ended by signal %d", where, WTERMSIG(status));
    if (WEXITSTATUS(status) > 2)
        attack_fail("%s: exit status %d", where, WEXITSTATUS(status));
    bool removed = a->removes && (a->prints ? printed() : done);
    bool untold = a->prints && failed == SYS_write;
    if (removed && byte >= 0)
        attack_fail("%s: says it is removed, and it is there", where);
    if (!removed && !untold && (byte < 0 || size != SIZE))
        attack_fail("%s: status %d, and the segment has %lld bytes (-1: it is gone)", where,
                    WEXITSTATUS(status), (long long)size);
    if (a->stores && done && byte != NEW)
        attack_fail("%s: says it stored, and did not", where);
    if (a->stores && !done && byte != OLD)
        attack_fail("%s: status %d, but it stored", where, WEXITSTATUS(status));
    if (a->makes && done != (first_byte(second_path, &size) >= 0))
        attack_fail("%s: status %d, but %s", where, WEXITSTATUS(status),
                    done ? "nothing was made" : "it is there");
    if (attack_leftovers())
        attack_fail("%s: a segment is left under a name that nobody gave it", where);
}

static void one(const struct attempt *a, uint64_t nth, int code, uint64_t *calls)
{
    char buf[WORDS][160], said[64];
    char *argv[WORDS + 2];
    make_segment(path, OLD, SIZE);
    (void)unlink(second_path);
    (void)unlink(out);
    spell(a, buf, argv);
    int status = run_failing(argv, nth, code, calls, said);
    if (nth == 0 && !(WIFEXITED(status) && WEXITSTATUS(status) <= 1))
        attack_fail("%s fails by itself (status %d)", a->words[0], status);
    check(a, status, said, nth, code);
}

int attack_calls(const struct attack *attack)
{
    static const int codes[] = {EIO, ENOMEM, EMFILE, EACCES, EINTR};
    uint64_t runs = 0;
    snprintf(name, sizeof name, "/shmlens-attack-%d", (int)getpid());
    snprintf(second, sizeof second, "%s-2", name);
    snprintf(path, sizeof path, "/dev/shm%s", name);
    snprintf(second_path, sizeof second_path, "/dev/shm%s", second);
    snprintf(file, sizeof file, "%s/in", attack->folder);
    snprintf(out, sizeof out, "%s/out", attack->folder);
    snprintf(told, sizeof told, "%s/told", attack->folder);
    make_segment(file, NEW, 1);
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        const struct attempt *a = &attempts[i];
        uint64_t calls = 0, ignored = 0;
        one(a, 0, 0, &calls);
        /* A short run takes one in so many, others each time. */
        uint64_t stride = calls / attack->turns + 1, nth = 1 + attack_random(attack) % stride;
        for (; nth <= calls; nth += attack_ended(attack) ? calls : stride) {
            one(a, nth, codes[attack_random(attack) % 5], &ignored);
            runs++;
        }
    }
    (void)unlink(path);
    (void)unlink(second_path);
    (void)unlink(file);
    (void)unlink(out);
    (void)unlink(told);
    printf("calls: %llu runs with a failing call\n", (unsigned long long)runs);
    return 0;
}

#else

int attack_calls(const struct attack *attack)
{
    (void)attack;
    puts("skip: calls: ptrace is spoken for x86-64 only");
    return 0;
}

#endif
