/* `clean` and `rm` against programs that open, hold and close one segment, and make it when it is
 * not there: what a program has open keeps its name, and a removal that is interrupted leaves no
 * segment under another name. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

/* Linux has no unlink on a condition. A program that is preempted in its open(), after it found
 * the name and before it meets the lease, comes too late to be seen; so does one that makes the
 * name anew before the old one is back. Both take microseconds, and nearly never happen: one
 * removal in so many may meet one. */
enum { CLIENTS = 3, PAGE = 4096, RARE = 200 };

#define NAME "/removals"

/* Counts in *split how often what it holds lost its name. */
static _Noreturn void client(uint64_t seed, uint64_t *split)
{
    const struct attack a = {.seed = &seed};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* an attack that fails just ends */
    for (;;) {
        struct stat held, there;
        int fd = shm_open(NAME, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            continue;
        if (fstat(fd, &held) == 0 && held.st_size == 0)
            (void)!ftruncate(fd, PAGE);
        void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        usleep(attack_random(&a) % 300);
        if (stat("/dev/shm" NAME, &there) != 0 || there.st_ino != held.st_ino)
            __atomic_add_fetch(split, 1, __ATOMIC_RELAXED);
        if (p != MAP_FAILED)
            (void)munmap(p, PAGE);
        close(fd);
        usleep(attack_random(&a) % 3000);
    }
}

static pid_t start(const char *const *words)
{
    char *argv[12] = {(char *)(uintptr_t)attack_program()};
    for (int i = 0; i < 10 && words[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    pid_t pid = attack_fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        execv(argv[0], argv);
        _exit(126);
    }
    if (pid < 0)
        attack_fail("fork: %s", strerror(errno));
    return pid;
}

static void interrupt(const struct attack *a)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    static const char *const words[] = {"clean", "/many*", "--yes", "--older-than", "0s", NULL};
    char path[64];
    for (int i = 0; i < 400; i++) {
        snprintf(path, sizeof path, "/dev/shm/many%03d", i);
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0)
            close(fd);
    }
    pid_t pid = start(words);
    usleep(2000 + attack_random(a) % 30000);
    kill(pid, signals[attack_random(a) % 3]);
    (void)waitpid(pid, NULL, 0);
    if (attack_leftovers())
        attack_fail("a removal that was interrupted left a segment under another name");
}

int attack_removals(const struct attack *attack)
{
    static const char *const words[][8] = {
        {"clean", NAME, "--older-than", "0s", "--yes"},
        {"rm", NAME},
    };
    uint64_t runs = 0;
    uint64_t *split = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t clients[CLIENTS];
    if (split == MAP_FAILED)
        attack_fail("mmap: %s", strerror(errno));
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = attack_fork();
        if (clients[i] == 0)
            client(*attack->seed + (uint64_t)i, split);
    }
    for (; !attack_ended(attack); runs++) {
        int status = 0;
        pid_t pid = start(words[runs % 2]);
        if (waitpid(pid, &status, 0) != pid || WIFSIGNALED(status) || WEXITSTATUS(status) > 2)
            attack_fail("%s: wait status %#x", words[runs % 2][0], (unsigned)status);
        if (runs % 50 == 49)
            interrupt(attack);
    }
    for (int i = 0; i < CLIENTS; i++) {
        kill(clients[i], SIGKILL);
        (void)waitpid(clients[i], NULL, 0);
    }
    (void)shm_unlink(NAME);
    if (*split > 1 + runs / RARE)
        attack_fail("%llu times in %llu a program lost the name of what it held",
                    (unsigned long long)*split, (unsigned long long)runs);
    printf("removals: %llu tries, %llu of them split a name\n", (unsigned long long)runs,
           (unsigned long long)*split);
    return 0;
}
