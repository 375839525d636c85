/* Recordings that are broken, cut, mixed up, or claim more than there is: each is opened by every
 * command that takes one, with little memory and little time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

enum { FILE_MAX = 1 << 20, LONGEST_S = 10, MEMORY_MIB = 512 };

static const char *const commands[][4] = {
    {"info", "rec:bad.rec"},
    {"peek", "rec:bad.rec", "--raw"},
    {"peek", "rec:bad.rec", "--at=end"},
    {"find", "rec:bad.rec", "x:00"},
    {"watch", "rec:bad.rec", "--for=50ms"},
    {"diff", "rec:bad.rec", "rec:good.rec"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int run(const char *const *words, int n)
{
    char *argv[8] = {(char *)(uintptr_t)attack_program()};
    for (int i = 0; i < n && words[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    pid_t pid = attack_fork();
    if (pid == 0) {
        struct rlimit cpu = {LONGEST_S, LONGEST_S};
        struct rlimit memory = {(rlim_t)MEMORY_MIB << 20, (rlim_t)MEMORY_MIB << 20};
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)setrlimit(RLIMIT_CPU, &cpu);
        (void)setrlimit(RLIMIT_DATA, &memory);
        execv(argv[0], argv);
        _exit(126);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        attack_fail("fork: %s", strerror(errno));
    return status;
}

/* A recording of a segment that changes in all the ways that are recorded. */
static size_t make_good(uint8_t *bytes)
{
    int fd = shm_open("/rec", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 3 * 65536) != 0)
        attack_fail("shm_open: %s", strerror(errno));
    pid_t writer = attack_fork();
    uint32_t i = writer == 0 ? 0 : UINT32_MAX;
    for (; i < UINT32_MAX; i++) { /* the writer alone */
        (void)!pwrite(fd, &i, sizeof i, (off_t)(i % 40) * 4000);
        if (i % 500 == 0)
            (void)!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 8192);
        if (i % 900 == 0)
            (void)!ftruncate(fd, i % 1800 == 0 ? 65536 : 3 * 65536);
        usleep(200);
    }
    static const char *const record[] = {"record", "/rec", "good.rec", "--for=300ms"};
    int status = run(record, 4);
    kill(writer, SIGKILL);
    (void)waitpid(writer, NULL, 0);
    close(fd);
    (void)shm_unlink("/rec");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        attack_fail("record: wait status %#x", (unsigned)status);
    int file = open("good.rec", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(file, bytes, FILE_MAX);
    close(file);
    if (n <= 0)
        attack_fail("the recording is empty");
    return (size_t)n;
}

/* A few bytes changed, a piece taken out, repeated or cut off. */
static size_t mutate(const struct attack *a, uint8_t *bytes, size_t n)
{
    static const uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xff};
    switch (attack_random(a) % 4) {
    case 0:
        return attack_random(a) % n;
    case 1: {
        size_t from = attack_random(a) % n, to = attack_random(a) % n;
        size_t many = n - (from > to ? from : to);
        memmove(bytes + to, bytes + from, attack_random(a) % (many + 1));
        return n;
    }
    default:
        for (uint32_t i = attack_random(a) % 8 + 1; i > 0; i--) {
            size_t at = attack_random(a) % (attack_random(a) % 2 == 0 ? (n < 256 ? n : 256) : n);
            bytes[at] = attack_random(a) % 2 == 0 ? telling[attack_random(a) % sizeof telling]
                                                  : (uint8_t)attack_random(a);
        }
        return n;
    }
}

int attack_recordings(const struct attack *attack)
{
    static uint8_t good[FILE_MAX], bad[FILE_MAX];
    size_t size = make_good(good);
    uint64_t runs = 0;
    for (; !attack_ended(attack); runs++) {
        memcpy(bad, good, size);
        size_t n = mutate(attack, bad, size);
        int fd = open("bad.rec", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, bad, n) != (ssize_t)n)
            attack_fail("bad.rec: %s", strerror(errno));
        close(fd);
        const char *const *words = commands[attack_random(attack) % COMMANDS];
        int status = run(words, 4);
        if (WIFSIGNALED(status) || WEXITSTATUS(status) > 2) {
            (void)rename("bad.rec", "/tmp/shmlens-attack.rec");
            attack_fail("%s of /tmp/shmlens-attack.rec: wait status %#x", words[0],
                        (unsigned)status);
        }
    }
    printf("recordings: %llu broken ones of %zu bytes\n", (unsigned long long)runs, size);
    return 0;
}
