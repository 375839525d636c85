/* Small files of our own: configuration, options, marks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/linux/os_private.h"

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

bool os_config_path(char *buf, size_t cap)
{
    return own_path("XDG_CONFIG_HOME", ".config", "config", buf, cap);
}

bool os_state_path(const char *name, char *buf, size_t cap)
{
    return own_path("XDG_STATE_HOME", ".local/state", name, buf, cap);
}

/* Reads up to limit + 1 bytes, so that a longer file is noticed. */
static struct oserr read_all(int fd, size_t limit, char **data, size_t *n)
{
    size_t cap = 4096 < limit + 1 ? 4096 : limit + 1;
    char *buf = malloc(cap + 1);
    *n = 0;
    while (buf != NULL) {
        ssize_t r = read(fd, buf + *n, cap - *n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0) {
            free(buf);
            return os_errno("read");
        }
        *n += (size_t)r;
        if (*n > limit) {
            free(buf);
            return (struct oserr){"read", EFBIG};
        }
        if (r == 0) {
            buf[*n] = '\0';
            *data = buf;
            return OSERR_NONE;
        }
        if (*n == cap) {
            cap = cap * 2 < limit + 1 ? cap * 2 : limit + 1;
            char *more = realloc(buf, cap + 1);
            if (more == NULL)
                free(buf);
            buf = more;
        }
    }
    return (struct oserr){"malloc", SEG_E_MEMORY};
}

struct oserr os_read_file(const char *path, size_t limit, char **data, size_t *n)
{
    *data = NULL;
    *n = 0;
    if (limit >= SIZE_MAX / 4)
        limit = SIZE_MAX / 4;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return os_errno("open");
    struct oserr e = read_all(fd, limit, data, n);
    close(fd);
    if (oserr_is(e))
        *n = 0;
    return e;
}

/* Creates the folders of a path. */
static struct oserr make_folders(const char *path)
{
    char dir[PATH_CAP];
    if (snprintf(dir, sizeof dir, "%s", path) >= (int)sizeof dir)
        return (struct oserr){"mkdir", ENAMETOOLONG};
    for (char *slash = strchr(dir + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(dir, 0700) != 0 && errno != EEXIST)
            return os_errno("mkdir");
        *slash = '/';
    }
    return OSERR_NONE;
}

struct oserr os_replace_file(const char *path, const void *data, size_t n)
{
    char temporary[PATH_CAP];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return (struct oserr){"open", ENAMETOOLONG};
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        struct oserr e = make_folders(path);
        if (oserr_is(e))
            return e;
        snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
        fd = mkostemp(temporary, O_CLOEXEC);
    }
    if (fd < 0)
        return os_errno("open");
    struct oserr e = os_write_fd(fd, data, n);
    if (close(fd) != 0 && !oserr_is(e))
        e = os_errno("close");
    if (!oserr_is(e) && rename(temporary, path) != 0)
        e = os_errno("rename");
    if (oserr_is(e))
        unlink(temporary);
    return e;
}
