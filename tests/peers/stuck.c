/* A process whose descriptor hangs whoever asks about it: it holds an open directory of a FUSE file
 * system that never answers. In a mount namespace of its own, so that nothing is left behind.
 * With an argument it is mounted there: on /dev, whoever looks at its /dev/shm hangs. With `file`
 * after that it stays in the namespace of the caller, and a child has mapped the file `f` that is
 * in there, before the file system fell silent; it prints `asked` when somebody waits for it.
 * Prints `ready` (or `skip: why`), ends at the end of its input. Needs root. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

static int skip(const char *what)
{
    printf("skip: %s: %s\n", what, strerror(errno));
    fflush(stdout);
    return 77;
}

/* The one answer that the kernel needs before the file system is usable. */
static int answer_init(int fuse)
{
    char in[FUSE_MIN_READ_BUFFER];
    struct {
        struct fuse_out_header header;
        struct fuse_init_out init;
    } out = {0};
    if (read(fuse, in, sizeof in) < (ssize_t)sizeof(struct fuse_in_header))
        return -1;
    const struct fuse_in_header *header = (const void *)in;
    out.header.len = sizeof out;
    out.header.unique = header->unique;
    out.init.major = FUSE_KERNEL_VERSION;
    out.init.minor = FUSE_KERNEL_MINOR_VERSION;
    out.init.max_write = 4096;
    return write(fuse, &out, sizeof out) == (ssize_t)sizeof out ? 0 : -1;
}

/* ---- the file ---- */

/* Answers one request; one that is not known here gets ENOSYS. */
static void answer(int fuse)
{
    _Alignas(8) char in[FUSE_MIN_READ_BUFFER];
    struct {
        struct fuse_out_header header;
        union {
            struct fuse_entry_out entry;
            struct fuse_attr_out attr;
            struct fuse_open_out open;
        } body;
    } out = {0};
    const struct fuse_attr file = {.ino = 2, .size = 8192, .mode = 0100600, .nlink = 1};
    const struct fuse_attr root = {.ino = 1, .mode = 040755, .nlink = 2};
    if (read(fuse, in, sizeof in) < (ssize_t)sizeof(struct fuse_in_header))
        return;
    const struct fuse_in_header *header = (const void *)in;
    size_t n = 0;
    if (header->opcode == FUSE_LOOKUP) {
        out.body.entry = (struct fuse_entry_out){.nodeid = 2, .attr = file};
        n = sizeof out.body.entry;
    } else if (header->opcode == FUSE_GETATTR) {
        out.body.attr = (struct fuse_attr_out){.attr = header->nodeid == 2 ? file : root};
        n = sizeof out.body.attr;
    } else if (header->opcode == FUSE_OPEN) {
        n = sizeof out.body.open;
    } else if (header->opcode == FUSE_FORGET) {
        return;
    } else {
        out.header.error = -ENOSYS;
    }
    out.header.len = (uint32_t)(sizeof out.header + n);
    out.header.unique = header->unique;
    (void)!write(fuse, &out, out.header.len);
}

/* Maps the file, in a process of its own; its answer comes on the pipe that is returned. */
static int start_mapper(int fuse, const char *where)
{
    char path[300];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || fork() != 0)
        return ends[0];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(fuse); /* whoever still had it would wait for himself at his end */
    snprintf(path, sizeof path, "%s/f", where);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    int ok = fd >= 0 && mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED;
    (void)!write(ends[1], ok ? "y" : "n", 1);
    for (;;)
        pause();
}

/* Serves until the file is mapped. */
static int have_it_mapped(int fuse, const char *where)
{
    char byte = 'n';
    int mapper = start_mapper(fuse, where);
    struct pollfd from[] = {{.fd = fuse, .events = POLLIN}, {.fd = mapper, .events = POLLIN}};
    while (poll(from, 2, 10000) > 0 && (from[1].revents & POLLIN) == 0)
        answer(fuse);
    return read(mapper, &byte, 1) == 1 && byte == 'y';
}

int main(int argc, char **argv)
{
    int file = argc > 2 && strcmp(argv[2], "file") == 0;
    char made[] = "/tmp/stuck-peer-XXXXXX", options[128], byte;
    const char *where = argc > 1 ? argv[1] : made;
    if (mkdtemp(made) == NULL)
        return skip("mkdtemp");
    int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    int ok = fuse >= 0 && (file || (unshare(CLONE_NEWNS) == 0 &&
                                    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0));
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
    ok = ok && mount("stuck", where, "fuse", MS_NOSUID | MS_NODEV, options) == 0;
    if (!ok || answer_init(fuse) != 0) {
        int status = skip("a FUSE file system");
        rmdir(made);
        return status;
    }
    int held = open(where, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int well = held >= 0 && (!file || have_it_mapped(fuse, where));
    printf(well ? "ready\n" : "skip: open\n");
    fflush(stdout);
    /* The first request is said and not read: once it is, nothing interrupts who waits for it. */
    struct pollfd from[] = {{.fd = 0, .events = POLLIN}, {.fd = fuse, .events = POLLIN}};
    nfds_t n = file ? 2 : 1;
    while (poll(from, n, -1) > 0 && (from[0].revents == 0 || read(0, &byte, 1) > 0)) {
        if (n == 2 && from[1].revents != 0) {
            puts("asked");
            fflush(stdout);
            n = 1;
        }
    }
    umount2(where, MNT_DETACH);
    rmdir(made);
    return 0;
}
