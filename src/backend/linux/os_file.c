/* Files that the user names, to load from and to save to. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

enum { PATH_CAP = 4096, ZEROS = 16 * 1024 };

struct os_file {
    int fd;
    bool keep_open;           /* a standard stream */
    bool unnamed;             /* a regular file without a name, until it is committed */
    bool sparse;              /* a regular file under a temporary name */
    uint64_t position;        /* of the next byte */
    uint64_t end;             /* past the last byte really written */
    char path[PATH_CAP];      /* its final name */
    char temporary[PATH_CAP]; /* its name until then; empty: written directly */
};

static struct oserr new_file(struct os_file **out)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? OSERR_NONE : (struct oserr){"malloc", SEG_E_MEMORY};
}

/* Opens regular files only: checks the type before it opens one for reading. */
static struct oserr open_regular(const char *path, int *fd)
{
    struct stat st;
    char link[48];
    int seen = open(path, O_PATH | O_CLOEXEC);
    if (seen < 0)
        return os_errno("open");
    struct oserr e = fstat(seen, &st) != 0      ? os_errno("fstat")
                     : S_ISDIR(st.st_mode)      ? (struct oserr){"open", EISDIR}
                     : S_ISREG(st.st_mode) == 0 ? (struct oserr){"open", SEG_E_NOT_SEGMENT}
                                                : OSERR_NONE;
    snprintf(link, sizeof link, "/proc/self/fd/%d", seen);
    if (!oserr_is(e) && (*fd = open(link, O_RDONLY | O_CLOEXEC)) < 0)
        e = os_errno("open");
    close(seen);
    return e;
}

struct oserr os_file_open(const char *path, bool regular, struct os_file **out, uint64_t *size)
{
    struct os_file *f;
    struct stat st;
    *out = NULL;
    *size = UINT64_MAX;
    struct oserr e = new_file(&f);
    if (oserr_is(e))
        return e;
    f->keep_open = strcmp(path, "-") == 0;
    f->fd = 0;
    if (regular && !f->keep_open)
        e = open_regular(path, &f->fd);
    else if (!f->keep_open && (f->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        e = os_errno("open");
    if (oserr_is(e)) {
        free(f);
        return e;
    }
    if (fstat(f->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        os_file_abandon(f);
        return (struct oserr){"read", EISDIR};
    }
    if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) { /* 0: as in /proc */
        off_t at = lseek(f->fd, 0, SEEK_CUR); /* part of stdin may have been read already */
        *size = (uint64_t)(at > 0 && at < st.st_size ? st.st_size - at : at > 0 ? 0 : st.st_size);
    }
    *out = f;
    return OSERR_NONE;
}

/* Waits for something to read (or the end). False: a stop was requested. */
static bool wait_readable(int fd)
{
    struct pollfd either[2] = {{.fd = fd, .events = POLLIN},
                               {.fd = os_stop_fd(), .events = POLLIN}};
    while (!os_stop_asked() && poll(either, 2, -1) < 0 && errno == EINTR)
        continue;
    return !os_stop_asked();
}

struct oserr os_file_read(struct os_file *f, void *buf, size_t n, size_t *got)
{
    ssize_t r;
    *got = 0;
    do {
        if (!wait_readable(f->fd))
            return (struct oserr){"read", EINTR};
        r = read(f->fd, buf, n);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return os_errno("read");
    *got = (size_t)r;
    return OSERR_NONE;
}

/* The mode of a new file: the umask can only be read by setting it. */
static mode_t default_mode(void)
{
    mode_t mask = umask(077);
    umask(mask);
    return 0666 & ~mask;
}

/* Creates a file without a name in the folder of f->path: one that needs no cleaning up if we are
 * killed. False: the file system has none of these. */
static bool create_unnamed(struct os_file *f, mode_t mode)
{
    char folder[PATH_CAP];
    const char *slash = strrchr(f->path, '/');
    size_t n = slash == NULL ? 0 : slash == f->path ? 1 : (size_t)(slash - f->path);
    snprintf(folder, sizeof folder, "%.*s", n == 0 ? 1 : (int)n, n == 0 ? "." : f->path);
    f->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    f->unnamed = f->fd >= 0 && fchmod(f->fd, mode) == 0;
    if (f->fd >= 0 && !f->unnamed)
        close(f->fd);
    return f->unnamed;
}

/* Gives the file its temporary name, from which it is renamed at once. */
static struct oserr give_name(struct os_file *f)
{
    enum { TRIES = 100 };
    char link[48];
    snprintf(link, sizeof link, "/proc/self/fd/%d", f->fd);
    for (unsigned i = 0; i < TRIES; i++) {
        unsigned number = ((unsigned)os_now() + i * 7919U) & 0xffffffU;
        if (snprintf(f->temporary, sizeof f->temporary, "%s.%06x", f->path, number) >=
            (int)sizeof f->temporary)
            errno = ENAMETOOLONG;
        else if (linkat(AT_FDCWD, link, AT_FDCWD, f->temporary, AT_SYMLINK_FOLLOW) == 0)
            return OSERR_NONE;
        if (errno != EEXIST)
            break;
    }
    f->temporary[0] = '\0';
    return os_errno("linkat");
}

/* Creates the temporary file beside f->path. */
static struct oserr create_beside(struct os_file *f, mode_t mode)
{
    if (create_unnamed(f, mode))
        return OSERR_NONE;
    if (snprintf(f->temporary, sizeof f->temporary, "%s.XXXXXX", f->path) >=
        (int)sizeof f->temporary) {
        f->temporary[0] = '\0';
        return (struct oserr){"open", ENAMETOOLONG};
    }
    f->fd = mkostemp(f->temporary, O_CLOEXEC);
    if (f->fd < 0) {
        struct oserr e = os_errno("open");
        f->temporary[0] = '\0';
        return e;
    }
    return fchmod(f->fd, mode) == 0 ? OSERR_NONE : os_errno("fchmod");
}

/* Writes without a temporary file: the target of a dangling link, or a file in a folder that takes
 * no new ones. */
static struct oserr write_in_place(struct os_file *f, const char *path)
{
    f->sparse = true;
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return f->fd >= 0 ? OSERR_NONE : os_errno("open");
}

/* Replaces a file: the new one keeps its mode, and its owner where we may give it away. The set-id
 * bits come last, and only with the owner: they would make it ours to run for others. */
static struct oserr replace(struct os_file *f, const struct stat *old)
{
    struct oserr e = create_beside(f, old->st_mode & 0777);
    if (oserr_is(e) && (e.code == EACCES || e.code == EPERM) && f->temporary[0] == '\0')
        return write_in_place(f, f->path);
    if (!oserr_is(e) && fchown(f->fd, old->st_uid, old->st_gid) == 0 &&
        fchmod(f->fd, old->st_mode & 07777) != 0)
        e = os_errno("fchmod");
    return e;
}

/* Decides where the bytes go. */
static struct oserr create_as(struct os_file *f, const char *path)
{
    struct stat st;
    f->fd = -1;
    if (strcmp(path, "-") == 0) {
        f->keep_open = true;
        f->fd = 1;
        return OSERR_NONE;
    }
    bool exists = stat(path, &st) == 0;
    if (!exists && lstat(path, &st) == 0)
        return write_in_place(f, path);
    if (exists && !S_ISREG(st.st_mode)) {
        f->fd = open(path, O_WRONLY | O_CLOEXEC);
        return f->fd >= 0 ? OSERR_NONE : os_errno("open");
    }
    if (exists && access(path, W_OK) != 0)
        return os_errno("open"); /* a file that the user may not write is not replaced instead */
    char *real = exists ? realpath(path, NULL) : NULL; /* the target of a link, not the link */
    int n = snprintf(f->path, sizeof f->path, "%s", real != NULL ? real : path);
    free(real);
    if (n >= (int)sizeof f->path)
        return (struct oserr){"open", ENAMETOOLONG};
    f->sparse = true;
    return exists ? replace(f, &st) : create_beside(f, default_mode());
}

struct oserr os_file_create(const char *path, struct os_file **out, bool *sparse)
{
    struct os_file *f;
    *out = NULL;
    *sparse = false;
    struct oserr e = new_file(&f);
    if (oserr_is(e))
        return e;
    e = create_as(f, path);
    if (oserr_is(e)) {
        os_file_abandon(f);
        return e;
    }
    *sparse = f->sparse;
    *out = f;
    return OSERR_NONE;
}

struct oserr os_file_new(const char *path, struct os_file **out)
{
    struct os_file *f;
    *out = NULL;
    struct oserr e = new_file(&f);
    if (oserr_is(e))
        return e;
    f->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); /* follows no link */
    if (f->fd >= 0) {
        *out = f;
        return e;
    }
    e = os_errno("open");
    os_file_abandon(f);
    return e;
}

/* Opens an existing file, unless it has contents that would be lost. */
static struct oserr grow_existing(const char *path, int *fd)
{
    struct stat st;
    *fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK); /* a fifo without a reader: ENXIO */
    if (*fd < 0)
        return os_errno("open");
    (void)fcntl(*fd, F_SETFL, 0);
    if (fstat(*fd, &st) != 0)
        return os_errno("fstat");
    return S_ISREG(st.st_mode) && st.st_size > 0 ? (struct oserr){"open", EEXIST} : OSERR_NONE;
}

struct oserr os_file_grow(const char *path, struct os_file **out)
{
    struct os_file *f;
    *out = NULL;
    struct oserr e = new_file(&f);
    if (oserr_is(e))
        return e;
    f->keep_open = strcmp(path, "-") == 0;
    f->fd = f->keep_open ? 1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (f->fd < 0)
        e = errno == EEXIST ? grow_existing(path, &f->fd) : os_errno("open");
    if (oserr_is(e)) {
        os_file_abandon(f);
        return e;
    }
    if (!f->keep_open && flock(f->fd, LOCK_EX | LOCK_NB) != 0)
        errno = 0; /* without a lock readers take it for complete */
    *out = f;
    return e;
}

void os_file_cut(struct os_file *f, uint64_t size)
{
    struct stat st;
    if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && ftruncate(f->fd, (off_t)size) != 0)
        errno = 0; /* a torn block at the end does no harm */
}

struct oserr os_file_write(struct os_file *f, const void *buf, size_t n)
{
    if (f->sparse && f->position != f->end && n > 0 &&
        lseek(f->fd, (off_t)f->position, SEEK_SET) < 0)
        return os_errno("lseek");
    struct oserr e = os_write_fd(f->fd, buf, n);
    if (!oserr_is(e) && n > 0) {
        f->position += n;
        f->end = f->position;
    }
    return e;
}

struct oserr os_file_skip(struct os_file *f, uint64_t n)
{
    static const char zeros[ZEROS];
    struct oserr e = OSERR_NONE;
    if (f->sparse) {
        f->position += n;
        return e;
    }
    while (n > 0 && !oserr_is(e)) {
        size_t take = n < ZEROS ? (size_t)n : ZEROS;
        e = os_write_fd(f->fd, zeros, take);
        n -= take;
    }
    return e;
}

struct oserr os_file_commit(struct os_file *f)
{
    struct oserr e = OSERR_NONE;
    if (f->sparse && f->position != f->end && ftruncate(f->fd, (off_t)f->position) != 0)
        e = os_errno("ftruncate");
    if (!oserr_is(e) && f->unnamed)
        e = give_name(f);
    if (!f->keep_open && close(f->fd) != 0 && !oserr_is(e))
        e = os_errno("close");
    f->keep_open = true; /* its descriptor is closed already */
    if (!oserr_is(e) && f->temporary[0] != '\0') {
        if (rename(f->temporary, f->path) == 0)
            f->temporary[0] = '\0';
        else
            e = os_errno("rename");
    }
    os_file_abandon(f);
    return e;
}

void os_file_abandon(struct os_file *f)
{
    if (f == NULL)
        return;
    if (!f->keep_open && f->fd >= 0)
        close(f->fd);
    if (f->temporary[0] != '\0')
        unlink(f->temporary);
    free(f);
}
