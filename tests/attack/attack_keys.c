/* Keys, pastes, mouse reports and answers of terminals, at random and as fast as they go: the UI
 * must live, and end when it is asked to. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

static const char *const pieces[] = {
    "\033[A",
    "\033[B",
    "\033[C",
    "\033[D",
    "\033[5~",
    "\033[6~",
    "\033[H",
    "\033[F",
    "\033OP",
    "\033[15~",
    "\033",
    "\r",
    "\t",
    " ",
    "i",
    "v",
    "V",
    "b",
    "x",
    "z",
    "H",
    "F",
    "t",
    "T",
    "e",
    "E",
    "o",
    "@",
    "?",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ".",
    "c",
    "C",
    "(",
    ")",
    "n",
    "N",
    "u",
    "\022",
    "\024",
    "\014",
    "g0x100\r",
    "g%50\r",
    "/x:00\r",
    "/r:[0-9]+\r",
    ":peek 0 16\r",
    ":set width 8\r",
    "pu8 7\r",
    "Pu8 0 1\r",
    "ma",
    "'a",
    "y",
    "s",
    "q",
    "O",
    "\033[200~paste\033[201~",
    "\033[200~",
    "\033]11;rgb:0000/0000/0000\033\\",
    "\033P>|x\033\\",
    "\033[<0;10;5M",
    "\033[<32;20;6M",
    "\033[<0;20;6m",
    "\033[<64;1;1M",
    "\033[?64;1;2c",
    "\033[12;40R",
    "0",
    "7",
    "f",
    "a",
    "+",
    "-",
};
enum { PIECES = sizeof pieces / sizeof pieces[0] };

/* Takes what it draws; false: it has ended. */
static bool drain(int fd, int ms)
{
    char buf[65536];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, ms) > 0) {
        if (read(fd, buf, sizeof buf) <= 0)
            return false;
        ms = 0;
    }
    return true;
}

static void resize(int fd, const struct attack *a)
{
    struct winsize w = {.ws_row = (unsigned short)(1 + attack_random(a) % 70),
                        .ws_col = (unsigned short)(1 + attack_random(a) % 240)};
    (void)ioctl(fd, TIOCSWINSZ, &w);
}

static void press(int fd, const struct attack *a)
{
    if (attack_random(a) % 50 == 0) {
        resize(fd, a);
        return;
    }
    if (attack_random(a) % 10 == 0) {
        unsigned char byte = (unsigned char)attack_random(a);
        if (byte != 3 && byte != 0x1a && byte != 0x1c) /* to end or stop it is another test's */
            (void)!write(fd, &byte, 1);
        return;
    }
    const char *s = pieces[attack_random(a) % PIECES];
    size_t n = strlen(s);
    size_t cut = attack_random(a) % 8 == 0 ? attack_random(a) % n : n;
    (void)!write(fd, s, cut);
    if (cut < n && drain(fd, 0))
        (void)!write(fd, s + cut, n - cut);
}

/* The keys may open anything that the list shows, and edit it. To root it shows the segments of the
 * whole machine (ns:PID/NAME); to nobody none but ours. */
static void become_nobody(void)
{
    enum { NOBODY = 65534 };
    if (geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0)
        (void)!setresuid(NOBODY, NOBODY,
                         NOBODY); /* root of a user namespace may not, and need not */
}

static pid_t start(int *fd, bool attached)
{
    int program = open(attack_program(), O_RDONLY | O_CLOEXEC);
    char name[] = "shmlens", edit[] = "--edit", no_mouse[] = "--no-mouse", keys[] = "/keys";
    char *const argv[] = {name, attached ? edit : no_mouse, attached ? keys : NULL, NULL};
    struct winsize w = {.ws_row = 24, .ws_col = 80};
    pid_t pid = forkpty(fd, NULL, NULL, &w);
    if (pid == 0) {
        (void)setenv("TERM", "xterm-256color", 1);
        become_nobody();
        (void)fexecve(program, argv, environ);
        _exit(126);
    }
    (void)close(program);
    if (pid < 0)
        attack_fail("forkpty: %s", strerror(errno));
    return pid;
}

/* It was told to end (SIGTERM): it does, within ten seconds, of that signal. */
static void finish(pid_t pid, int fd)
{
    int status = 0;
    kill(pid, SIGTERM);
    for (int i = 0; i < 1000; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
            close(fd);
            bool fine =
                WIFSIGNALED(status) ? WTERMSIG(status) == SIGTERM : WEXITSTATUS(status) == 0;
            if (!fine)
                attack_fail("the UI ended with wait status %#x", (unsigned)status);
            return;
        }
        if (!drain(fd, 10))
            (void)usleep(10000);
    }
    kill(pid, SIGKILL);
    attack_fail("the UI does not end when it is told to");
}

int attack_keys(const struct attack *attack)
{
    uint64_t keys = 0, runs = 0;
    int shm = shm_open("/keys", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (shm < 0 || ftruncate(shm, 1 << 20) != 0)
        attack_fail("shm_open: %s", strerror(errno));
    (void)!fchown(shm, 65534, 65534); /* root's alone: see become_nobody */
    for (uint64_t began = 0; !attack_ended(attack); runs++, began = keys) {
        int fd = -1, status = 0;
        pid_t pid = start(&fd, runs % 2 == 0);
        (void)drain(fd, 500);
        while (keys - began < 4000 && !attack_ended(attack)) {
            press(fd, attack);
            keys++;
            if (keys % 64 == 0)
                (void)!pwrite(shm, &keys, sizeof keys, attack_random(attack) % (1 << 20));
            if (!drain(fd, 1))
                break;
        }
        if (waitpid(pid, &status, WNOHANG) != pid) {
            finish(pid, fd);
            continue;
        }
        close(fd);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) /* q at the first screen quits */
            attack_fail("the UI ended with wait status %#x", (unsigned)status);
    }
    close(shm);
    (void)shm_unlink("/keys");
    printf("keys: %llu keys, %llu sessions\n", (unsigned long long)keys, (unsigned long long)runs);
    return 0;
}
