#include "backend/linux/kinds.h"
#include "backend/linux/sys_file.h"
#include "backend/linux/sys_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX = sizeof POSIX_SHM_PREFIX - 1 };

const char *posix_shm_name(const char *locator)
{
    return locator + PREFIX - 1;
}

void posix_shm_path(const char *locator, char path[POSIX_SHM_PATH])
{
    snprintf(path, POSIX_SHM_PATH, "%s/%.255s", POSIX_SHM_DIR, locator + PREFIX);
}

/* Semaphores are files in the same folder. */
static enum seg_kind kind_of(const char *locator)
{
    return strncmp(locator + PREFIX, "sem.", 4) == 0 ? SEG_SEM : SEG_POSIX;
}

void posix_shm_space(struct backend *be, uint64_t *unused, uint64_t *total)
{
    if (oserr_is(sys_space(be, POSIX_SHM_DIR, unused, total)))
        *unused = *total = 0;
}

static struct oserr shm_canonical(const char *locator, char *out, size_t cap)
{
    static const char dir[] = POSIX_SHM_DIR "/";
    const char *name = locator;
    out[0] = '\0';
    if (strncmp(locator, "posix:", 6) == 0)
        name = locator + 6;
    else if (strncmp(locator, dir, sizeof dir - 1) == 0)
        name = locator + sizeof dir - 1;
    else if (locator[0] != '/')
        return OSERR_NONE;
    name += strspn(name, "/");
    size_t n = strlen(name);
    if (n == 0 || n > POSIX_SHM_NAME || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0 || n + PREFIX + 1 > cap)
        return (struct oserr){"shm_open", SEG_E_NAME};
    snprintf(out, cap, "%s%s", POSIX_SHM_PREFIX, name);
    return OSERR_NONE;
}

/* Opening a fifo lets its writer continue, and opening a device may do anything: so the type is
 * checked first. */
static struct oserr look_before(struct backend *be, const char *name)
{
    struct stat st;
    char path[POSIX_SHM_PATH];
    snprintf(path, sizeof path, "%s%.256s", POSIX_SHM_DIR, name);
    struct oserr e = sys_stat(be, path, false, SYS_KEY_NONE, &st);
    if (oserr_is(e))
        return e.code == ENOENT ? OSERR_NONE : e;
    return S_ISREG(st.st_mode) ? e : (struct oserr){"shm_open", SEG_E_NOT_SEGMENT};
}

struct oserr posix_shm_get(struct backend *be, const char *name, enum seg_access access, int *fd)
{
    int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    struct oserr e;
    *fd = -1;
    if (access == SEG_STAT) {
        e = sys_shm_open(be, name, O_PATH | O_CLOEXEC | O_NOFOLLOW, 0, fd);
    } else {
        e = look_before(be, name);
        if (oserr_is(e))
            return e;
        flags |= access == SEG_WRITE ? O_RDWR : O_RDONLY;
        e = sys_shm_open(be, name, flags | O_NOATIME, 0, fd);
        if (oserr_is(e) && e.code == EPERM)
            e = sys_shm_open(be, name, flags, 0, fd);
    }
    /* a directory opened for writing, a socket, a link */
    if (oserr_is(e) && (e.code == EISDIR || e.code == EINVAL || e.code == ENXIO || e.code == ELOOP))
        e.code = SEG_E_NOT_SEGMENT;
    if (oserr_is(e))
        return e;
    e = fd_check(be, "shm_open", *fd);
    if (oserr_is(e)) {
        sys_close(be, *fd, SYS_KEY_NONE);
        *fd = -1;
    }
    return e;
}

static struct oserr shm_get(struct seg *s, enum seg_access access)
{
    int fd;
    struct oserr e = posix_shm_get(s->be, posix_shm_name(s->locator), access, &fd);
    s->handle = fd;
    return e;
}

/* Removes the name again, if it is still the object we created. */
static void shm_undo(struct seg *s)
{
    struct stat st;
    struct seg_stat made;
    struct seg_who who = {0};
    if (oserr_is(sys_fstat(s->be, (int)s->handle, &st)))
        return;
    fd_describe(&st, &made);
    const struct seg_removal what = {s->locator, &made, SEG_RM_FORCE, NULL};
    struct oserr e = posix_shm_remove(s->be, &what, &who);
    (void)e; /* the first failure is reported */
}

static struct oserr shm_create(struct seg *s, uint64_t size, uint32_t mode)
{
    int fd;
    struct oserr e = sys_shm_open(s->be, posix_shm_name(s->locator),
                                  O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &fd);
    if (oserr_is(e))
        return e;
    s->handle = fd;
    e = sys_fchmod(s->be, fd, (mode_t)mode);
    if (!oserr_is(e))
        e = sys_ftruncate(s->be, fd, size);
    if (!oserr_is(e))
        e = fd_stat(s, &s->last);
    if (oserr_is(e))
        shm_undo(s);
    return e;
}

static struct oserr shm_watch_name(struct seg *s, struct seg_stat *out)
{
    struct stat st;
    char path[POSIX_SHM_PATH];
    posix_shm_path(s->locator, path);
    struct oserr e = sys_stat(s->be, path, false, SYS_KEY_NONE, &st);
    out->name_gone = oserr_is(e) && e.code == ENOENT;
    out->replaced = !oserr_is(e) && (st.st_dev != out->dev || st.st_ino != out->ino);
    return out->name_gone ? OSERR_NONE : e;
}

/* Adds a row for one name in /dev/shm, unless it is not a regular file, or gone again. */
static struct oserr list_one(struct backend *be, unsigned kinds, int dir, const char *name,
                             struct listing *l)
{
    char locator[sizeof POSIX_SHM_PREFIX + POSIX_SHM_NAME], path[POSIX_SHM_PATH];
    struct stat st;
    struct seg_stat known;
    snprintf(locator, sizeof locator, "%s%s", POSIX_SHM_PREFIX, name);
    enum seg_kind kind = kind_of(locator);
    if ((kinds & (1U << kind)) == 0)
        return OSERR_NONE;
    struct oserr e = sys_statat(be, dir, name, SYS_KEY_LIST_STAT, &st);
    if (oserr_is(e))
        return e.code == ENOENT ? OSERR_NONE : e;
    if (!S_ISREG(st.st_mode))
        return OSERR_NONE;
    fd_describe(&st, &known);
    snprintf(path, sizeof path, "%s/%s", POSIX_SHM_DIR, name);
    known.acl = sys_acl(be, path, false, SYS_KEY_LIST_ACL, known.mode);
    return listing_add(be, l, kind, locator, posix_shm_own_name(name), &known);
}

static struct oserr shm_list(struct backend *be, unsigned kinds, struct listing *l)
{
    DIR *dir;
    struct dirent *entry = NULL;
    struct oserr worst = OSERR_NONE;
    if ((kinds & (1U << SEG_POSIX | 1U << SEG_SEM)) == 0)
        return OSERR_NONE;
    struct oserr e = sys_opendir(be, POSIX_SHM_DIR, SYS_KEY_NONE, &dir);
    if (oserr_is(e))
        return e.code == ENOENT ? OSERR_NONE : e;
    do {
        e = sys_readdir(be, dir, SYS_KEY_LIST, &entry);
        if (entry != NULL && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            e = list_one(be, kinds, dirfd(dir), entry->d_name, l);
        if (oserr_is(e))
            worst = e; /* still list the others */
    } while (entry != NULL && worst.code != SEG_E_MEMORY);
    sys_closedir(be, dir, SYS_KEY_NONE);
    return worst;
}

const struct provider posix_shm_provider = {
    .kind = SEG_POSIX,
    .listed_kinds = 1U << SEG_POSIX | 1U << SEG_SEM,
    .words = {.help = "  /NAME  posix:/NAME  /dev/shm/NAME   POSIX shared memory\n",
              .form = "posix:/NAME",
              .name = "not a name for a segment: 1 to 255 bytes, no slash inside, not . or ..",
              .absent = "no such segment"},
    .caps = SEG_CAP_CREATE | SEG_CAP_RESIZE | SEG_CAP_CHMOD | SEG_CAP_REMOVE | SEG_CAP_WRITE |
            SEG_CAP_EXTENTS,
    .canonical = shm_canonical,
    .kind_of = kind_of,
    .list = shm_list,
    .open = shm_get,
    .create = shm_create,
    .name = shm_watch_name,
    FD_FUNCTIONS,
    .remove = posix_shm_remove,
    .put_back = posix_shm_put_back,
};
