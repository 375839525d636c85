/* A process whose descriptor hangs whoever asks about it: it holds an open directory of a FUSE file
 * system that never answers. In a mount namespace of its own, so that nothing is left behind.
 * With an argument it is mounted there: on /dev, whoever looks at its /dev/shm hangs. Prints
 * `ready` (or `skip: why`), ends at the end of its input. Needs root. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
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

int main(int argc, char **argv)
{
    char made[] = "/tmp/stuck-peer-XXXXXX", options[128], byte;
    const char *where = argc > 1 ? argv[1] : made;
    if (mkdtemp(made) == NULL)
        return skip("mkdtemp");
    int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    int ok = fuse >= 0 && unshare(CLONE_NEWNS) == 0 &&
             mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
    ok = ok && mount("stuck", where, "fuse", MS_NOSUID | MS_NODEV, options) == 0;
    if (!ok || answer_init(fuse) != 0) {
        int status = skip("a FUSE file system");
        rmdir(made);
        return status;
    }
    int held = open(where, O_PATH | O_DIRECTORY | O_CLOEXEC);
    printf(held >= 0 ? "ready\n" : "skip: open\n");
    fflush(stdout);
    while (read(0, &byte, 1) > 0)
        ;
    umount2(where, MNT_DETACH);
    rmdir(made);
    return 0;
}
