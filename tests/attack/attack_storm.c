/* A process that truncates, punches, grows, unlinks and replaces one segment without pause, under
 * every command in turn: none may crash, hang, or make it grow. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

enum { SIZE = 1 << 20, WORDS = 9, LONGEST_S = 20 };

static const char *const commands[][WORDS] = {
    {"peek", "/storm"},
    {"peek", "/storm", "0", "4096", "--as", "u64", "--json"},
    {"poke", "/storm", "64", "1", "--as", "u64"},
    {"poke", "/storm", "4096", "1", "--as", "u32", "--expect", "0"},
    {"fill", "/storm", "100", "70000", "7"},
    {"find", "/storm", "x:07 07 07"},
    {"find", "/storm", "r:[a-z]{3}"},
    {"diff", "/storm", "/storm"},
    {"save", "/storm", "out"},
    {"watch", "/storm", "--for", "30ms"},
    {"watch", "/storm", "--for", "30ms", "--as", "u32", "--json"},
    {"wait", "/storm", "0", "--as", "u8", "--equals", "99", "--timeout=30ms"},
    {"record", "/storm", "out.rec", "--for", "30ms"},
    {"info", "/storm"},
    {"ls"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* Never over the size that it began with: what is larger was made so by the program. */
static _Noreturn void storm(uint64_t seed)
{
    for (;;) {
        struct attack a = {.seed = &seed};
        int fd = shm_open("/storm", O_RDWR | O_CREAT, 0600);
        for (int i = 0; fd >= 0 && i < 200; i++) {
            off_t at = attack_random(&a) % SIZE;
            switch (attack_random(&a) % 6) {
            case 0:
                (void)!ftruncate(fd, at);
                break;
            case 1:
                (void)!ftruncate(fd, SIZE);
                break;
            case 2:
                (void)!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 65536);
                break;
            case 3:
                (void)!ftruncate(fd, 0);
                break;
            default:
                (void)!ftruncate(fd, SIZE);
                (void)!pwrite(fd, "storm", 5, at / 2);
                break;
            }
        }
        if (attack_random(&a) % 4 == 0)
            (void)shm_unlink("/storm");
        close(fd);
    }
}

static int run(const char *const *words)
{
    char *argv[WORDS + 2] = {(char *)(uintptr_t)attack_program()};
    for (int i = 0; i < WORDS && words[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    pid_t pid = attack_fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)alarm(LONGEST_S);
        execv(argv[0], argv);
        _exit(126);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        attack_fail("fork: %s", strerror(errno));
    return status;
}

int attack_storm(const struct attack *attack)
{
    uint64_t runs = 0;
    pid_t peer = attack_fork();
    if (peer == 0)
        storm(*attack->seed);
    while (!attack_ended(attack)) {
        const char *const *words = commands[attack_random(attack) % COMMANDS];
        (void)unlink("out.rec");
        int status = run(words);
        if (WIFSIGNALED(status))
            attack_fail("%s ended by signal %d", words[0], WTERMSIG(status));
        if (WEXITSTATUS(status) > 2)
            attack_fail("%s: exit status %d", words[0], WEXITSTATUS(status));
        struct stat st;
        int fd = shm_open("/storm", O_RDONLY | O_CLOEXEC, 0);
        if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > SIZE)
            attack_fail("%s: the segment grew to %lld bytes", words[0], (long long)st.st_size);
        if (fd >= 0)
            close(fd);
        runs++;
    }
    kill(peer, SIGKILL);
    (void)waitpid(peer, NULL, 0);
    (void)shm_unlink("/storm");
    printf("storm: %llu commands\n", (unsigned long long)runs);
    return 0;
}
