/* Small files of our own: configuration, options, marks. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend/linux/os_private.h"
#include "backend/os_read.h"

enum { PATH_CAP = 4096 };

/* $xdg/shmlens/name, else $HOME/below/shmlens/name. Relative values are ignored, as the XDG
 * specification asks. */
static bool own_path(const char *xdg, const char *below, const char *name, char *buf, size_t cap)
{
    const char *dir = getenv(xdg), *home = getenv("HOME");
    int n;
    if (dir != NULL && dir[0] == '/')
        n = snprintf(buf, cap, "%s/shmlens/%s", dir, name);
    else if (home != NULL && home[0] == '/')
        n = snprintf(buf, cap, "%s/%s/shmlens/%s", home, below, name);
    else
        return false;
    return n > 0 && (size_t)n < cap;
}

bool os_config_path(const char *name, char *buf, size_t cap)
{
    return own_path("XDG_CONFIG_HOME", ".config", name, buf, cap);
}

bool os_state_path(const char *name, char *buf, size_t cap)
{
    return own_path("XDG_STATE_HOME", ".local/state", name, buf, cap);
}

bool os_program_folder(char *buf, size_t cap)
{
    ssize_t n = cap > 0 ? readlink("/proc/self/exe", buf, cap) : -1;
    if (n <= 0 || (size_t)n >= cap)
        return false;
    buf[n] = '\0';
    char *slash = strrchr(buf, '/');
    if (slash != NULL)
        *slash = '\0';
    return slash != NULL && buf[0] != '\0';
}

bool os_full_path(const char *path, char *buf, size_t cap)
{
    char *full = realpath(path, NULL);
    int n = full != NULL ? snprintf(buf, cap, "%s", full) : -1;
    free(full);
    return n >= 0 && (size_t)n < cap;
}

struct oserr os_folder(const char *path, os_found *found, void *ctx)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return os_errno("opendir");
    struct dirent *entry;
    errno = 0;
    while ((entry = readdir(dir)) != NULL && found(ctx, entry->d_name))
        errno = 0;
    struct oserr e = entry == NULL && errno != 0 ? os_errno("readdir") : OSERR_NONE;
    closedir(dir);
    return e;
}

struct oserr os_folder_new(const char *path, bool *made)
{
    struct stat st;
    *made = mkdir(path, 0777) == 0;
    struct oserr e = *made ? OSERR_NONE : os_errno("mkdir");
    if (oserr_kind(e) == OSERR_K_EXISTS && stat(path, &st) == 0)
        e = S_ISDIR(st.st_mode) ? OSERR_NONE : (struct oserr){"mkdir", ENOTDIR};
    return e;
}

void os_remove(const char *path)
{
    (void)remove(path);
}

static struct oserr read_some(intptr_t fd, void *buf, size_t n, size_t *got)
{
    ssize_t r = read((int)fd, buf, n);
    while (r < 0 && errno == EINTR)
        r = read((int)fd, buf, n);
    *got = r < 0 ? 0 : (size_t)r;
    return r < 0 ? os_errno("read") : OSERR_NONE;
}

struct oserr os_read_file(const char *path, size_t limit, char **data, size_t *n)
{
    *data = NULL;
    *n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return os_errno("open");
    struct oserr e = os_read_all(read_some, fd, limit, (struct oserr){"read", EFBIG}, data, n);
    close(fd);
    return e;
}

/* Checks a folder on the way to a file of state, or the one that contains it (`last`). The owner of
 * a folder, or of a link in it, can redirect root: with another user's HOME (sudo -E) nothing is
 * written. */
static struct oserr check_folder(const char *dir, bool last)
{
    struct stat link, st;
    if (lstat(dir, &link) != 0 || stat(dir, &st) != 0)
        return os_errno("stat");
    bool trusted = (link.st_uid == 0 || link.st_uid == geteuid()) &&
                   (st.st_uid == 0 || st.st_uid == geteuid());
    if (last)
        trusted = S_ISDIR(link.st_mode) && link.st_uid == geteuid();
    return trusted ? OSERR_NONE : (struct oserr){"open", SEG_E_NOT_OURS};
}

/* Creates the missing folders of a path and checks all of them. */
static struct oserr make_folders(const char *path)
{
    char dir[PATH_CAP];
    struct oserr e = OSERR_NONE;
    if (snprintf(dir, sizeof dir, "%s", path) >= (int)sizeof dir)
        return (struct oserr){"mkdir", ENAMETOOLONG};
    for (char *slash = strchr(dir + 1, '/'); slash != NULL && !oserr_is(e);) {
        char *next = strchr(slash + 1, '/');
        *slash = '\0';
        e = check_folder(dir, next == NULL);
        if (e.code == ENOENT && oserr_is(e))
            e = mkdir(dir, 0700) != 0 && errno != EEXIST ? os_errno("mkdir")
                                                         : check_folder(dir, next == NULL);
        *slash = '/';
        slash = next;
    }
    return e;
}

struct oserr os_replace_file(const char *path, const void *data, size_t n)
{
    char temporary[PATH_CAP];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return (struct oserr){"open", ENAMETOOLONG};
    struct oserr e = make_folders(path);
    if (oserr_is(e))
        return e;
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return os_errno("open");
    e = os_write_fd(fd, data, n);
    if (close(fd) != 0 && !oserr_is(e))
        e = os_errno("close");
    if (!oserr_is(e) && rename(temporary, path) != 0)
        e = os_errno("rename");
    if (oserr_is(e))
        unlink(temporary);
    return e;
}

/* Takes the lock that keeps other processes from changing the file at `path` meanwhile. */
static struct oserr lock_beside(const char *path, int *fd)
{
    enum { TRIES = 50, PAUSE_NS = 10 * 1000000 };
    char name[PATH_CAP];
    if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name)
        return (struct oserr){"open", ENAMETOOLONG};
    *fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (*fd < 0)
        return os_errno("open");
    for (int i = 0; i < TRIES; i++) {
        const struct timespec pause = {.tv_nsec = PAUSE_NS};
        if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
            return OSERR_NONE;
        nanosleep(&pause, NULL);
    }
    struct oserr e = os_errno("flock");
    close(*fd);
    return e;
}

struct oserr os_update_file(const char *path, size_t limit, bool must_read, os_change *change,
                            void *ctx)
{
    int lock;
    struct oserr e = make_folders(path);
    if (!oserr_is(e))
        e = lock_beside(path, &lock);
    if (oserr_is(e))
        return e;
    e = os_change_file(path, limit, must_read, change, ctx);
    close(lock);
    return e;
}
