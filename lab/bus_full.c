/* bus_full: stores into a segment until the file system that it lies in is full, and dies.
 *
 * So that nobody else's memory gets full it takes a small /dev/shm of its own: a user namespace, in
 * which anybody may mount, and a mount namespace, which the other processes do not see. Where the
 * system forbids that, it ends with 77. The segment that it makes there is larger than the whole
 * file system, and no call fails: ftruncate promises, and mmap maps the promise. A store is not a
 * call. When there is no page left for it, all that the kernel can do is to kill.
 *
 *     cc bus_full.c -pthread -o bus_full && ./bus_full      (start bus_maker first) */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define NAME "/shmlens-lab-bus-error"

enum { PAGE = 4096, SIZE = 256 * PAGE, FORBIDDEN = 77 };

struct shared {
    _Atomic uint32_t unused[4]; /* 0x00: of the other programs */
    _Atomic uint32_t go;        /* 0x10: 1: bus_full begins to store */
    _Atomic uint32_t filled;    /* 0x14: pages that it has stored into */
};

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    ssize_t n = fd >= 0 ? write(fd, text, strlen(text)) : -1;
    close(fd);
    return n > 0;
}

/* A /dev/shm of 64 KiB that only this process sees. */
static int small_file_system(void)
{
    char users[32], groups[32];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid()); /* who we are in the namespace */
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups) &&
           mount("small", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") == 0;
}

int main(void)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    pid_t parent = getppid();
    int lesson = shm_open(NAME, O_RDWR, 0);
    struct shared *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, lesson, 0);
    if (lesson < 0 || s == MAP_FAILED) {
        perror(NAME);
        return 1;
    }
    if (!small_file_system()) {
        perror("a file system of its own");
        return FORBIDDEN;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* when the parent ends, so do we, and what we made */
    int fd = shm_open("/large", O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || ftruncate(fd, SIZE) != 0) { /* 1 MiB in 64 KiB: that is no error */
        perror("/large");
        return 1;
    }
    volatile char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    while (s->go == 0 && getppid() == parent)
        nanosleep(&tenth, NULL);
    for (int page = 0; memory != MAP_FAILED && page < SIZE / PAGE; page++) {
        memory[page * PAGE] = 1; /* <- here: the store that finds no page kills */
        s->filled++;
    }
    return 0;
}
