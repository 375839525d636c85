#include "backend/modules.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/proc_maps.h"

enum { MODULES_MAX = 4096, MODULE_PATH = 64 };

/* ---- listing ---- */

struct listing_modules {
    struct backend *be;
    struct maps maps;
    struct modules *out;
    size_t cap;
    char name[MAPS_NAME];
    char program[MAPS_NAME];  /* the target of /proc/PID/exe */
    char root[MAPS_NAME];     /* the process's root folder as we see it; empty: ours */
    struct sys_mapping first; /* the first mapping of the file that is being read */
};

/* The system shows the path as we see it: a process in another root folder calls it what comes
 * after that. */
static const char *as_it_sees(const struct listing_modules *l, const char *path)
{
    size_t n = strlen(l->root);
    return n > 1 && strncmp(path, l->root, n) == 0 && path[n] == '/' ? path + n : path;
}

/* Takes ` (deleted)` off. */
static void undelete(char *path)
{
    static const char mark[] = " (deleted)";
    size_t n = strlen(path), k = sizeof mark - 1;
    if (n > k && strcmp(path + n - k, mark) == 0)
        path[n - k] = '\0';
}

static bool is_system(const char *path)
{
    return strncmp(path, "/usr/lib", 8) == 0 || strncmp(path, "/lib", 4) == 0;
}

static bool known(const struct modules *m, const struct sys_mapping *at)
{
    for (size_t i = m->count; i > 0; i--)
        if (m->module[i - 1].dev == at->dev && m->module[i - 1].ino == at->ino)
            return true;
    return false;
}

static struct oserr take(void *ctx, const struct sys_mapping *at)
{
    struct listing_modules *l = ctx;
    if (at->dev != l->first.dev || at->ino != l->first.ino)
        l->first = *at;
    if (!at->execute || at->shared || at->ino == 0 || l->out->count == MODULES_MAX ||
        known(l->out, at))
        return OSERR_NONE;
    struct oserr e = maps_name(&l->maps, at, l->name);
    if (oserr_is(e) || l->name[0] != '/')
        return e;
    void *items = l->out->module;
    e = sys_grow(l->be, &items, &l->cap, l->out->count + 1, sizeof *l->out->module);
    if (oserr_is(e))
        return e;
    l->out->module = items;
    struct module m = {.start = at->start,
                       .end = at->end,
                       .offset = at->offset,
                       .first = l->first.start,
                       .first_offset = l->first.offset,
                       .dev = at->dev,
                       .ino = at->ino,
                       .program = strcmp(l->name, l->program) == 0};
    undelete(l->name);
    const char *name = as_it_sees(l, l->name);
    m.system = !m.program && is_system(name);
    e = sys_copy(l->be, name, &m.path);
    if (!oserr_is(e))
        l->out->module[l->out->count++] = m;
    return e;
}

static int rank(const struct module *m)
{
    return m->program ? 0 : m->system ? 2 : 1;
}

static int compare(const void *a, const void *b)
{
    const struct module *x = a, *y = b;
    if (rank(x) != rank(y))
        return rank(x) - rank(y);
    return x->start < y->start ? -1 : x->start > y->start;
}

struct oserr modules_list(struct backend *be, uint32_t pid, struct modules *out)
{
    char path[MODULE_PATH];
    void *mem = NULL;
    struct oserr unread = OSERR_NONE;
    *out = (struct modules){.pid = pid};
    struct oserr e = sys_alloc(be, sizeof(struct listing_modules), &mem);
    if (oserr_is(e))
        return e;
    struct listing_modules *l = mem;
    l->be = be;
    l->out = out;
    (void)snprintf(path, sizeof path, "/proc/%u/exe", pid);
    e = sys_readlink(be, path, l->program, sizeof l->program);
    (void)snprintf(path, sizeof path, "/proc/%u/root", pid);
    if (!oserr_is(e))
        e = sys_readlink(be, path, l->root, sizeof l->root);
    if (!oserr_is(e))
        e = maps_begin(be, &l->maps);
    if (!oserr_is(e)) {
        e = maps_read(&l->maps, pid, take, l, &unread);
        maps_end(&l->maps);
    }
    free(l);
    if (oserr_is(e) || oserr_is(unread))
        return oserr_is(e) ? e : unread;
    if (out->count > 1)
        qsort(out->module, out->count, sizeof *out->module, compare);
    return OSERR_NONE;
}

void modules_free(struct modules *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->module[i].path);
    free(m->module);
    *m = (struct modules){0};
}

/* ---- opening ---- */

/* Opens for reading what a descriptor stands for, if that is a regular file (of this device and
 * inode, when `wanted` says so). Closes it. */
static struct oserr reopen(struct backend *be, int place, const struct module *wanted, int *fd)
{
    char path[MODULE_PATH];
    struct stat st;
    *fd = -1;
    struct oserr e = sys_fstat(be, place, &st);
    if (!oserr_is(e) && !S_ISREG(st.st_mode))
        e = (struct oserr){"fstat", SEG_E_NOT_SEGMENT};
    if (!oserr_is(e) && wanted != NULL && (st.st_dev != wanted->dev || st.st_ino != wanted->ino))
        e = (struct oserr){"fstat", ENOENT};
    if (!oserr_is(e)) {
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", place);
        e = sys_open(be, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, SYS_KEY_MODULE, fd);
    }
    sys_close(be, place, SYS_KEY_MODULE);
    return e;
}

/* Is this folder the root of what we see? */
static bool is_our_root(struct backend *be, int dir)
{
    struct stat its, ours;
    return !oserr_is(sys_fstat(be, dir, &its)) &&
           !oserr_is(sys_stat(be, "/", true, SYS_KEY_MODULE, &ours)) && its.st_dev == ours.st_dev &&
           its.st_ino == ours.st_ino;
}

/* Is a link there, which leads to nothing below that root folder? */
static bool is_stray_link(struct backend *be, int root, const char *path)
{
    struct stat st;
    int place = -1;
    if (oserr_is(sys_open_within(be, root, path, true, &place)))
        return false;
    bool link = !oserr_is(sys_fstat(be, place, &st)) && S_ISLNK(st.st_mode);
    sys_close(be, place, SYS_KEY_MODULE);
    return link;
}

struct oserr module_file(struct backend *be, uint32_t pid, const char *path, int *fd)
{
    char root[MODULE_PATH] = "/";
    int dir = -1, place = -1;
    *fd = -1;
    if (pid != 0)
        (void)snprintf(root, sizeof root, "/proc/%u/root", pid);
    struct oserr e = sys_open(be, root, O_PATH | O_CLOEXEC | O_DIRECTORY, SYS_KEY_MODULE, &dir);
    if (oserr_is(e))
        return e;
    e = sys_open_within(be, dir, path, false, &place);
    if (e.code == ENOENT && is_stray_link(be, dir, path))
        e = (struct oserr){"openat2", SEG_E_STRAY};
    /* before Linux 5.6, and where a container forbids the call */
    if ((e.code == ENOSYS || e.code == EPERM) && is_our_root(be, dir))
        e = sys_open(be, path, O_PATH | O_CLOEXEC, SYS_KEY_MODULE, &place);
    sys_close(be, dir, SYS_KEY_MODULE);
    return oserr_is(e) ? e : reopen(be, place, NULL, fd);
}

/* A link of /proc that leads to a file whatever its name is now. */
static struct oserr open_link(struct backend *be, const char *path, const struct module *m, int *fd)
{
    int place = -1;
    struct oserr e = sys_open(be, path, O_PATH | O_CLOEXEC, SYS_KEY_MODULE, &place);
    return oserr_is(e) ? e : reopen(be, place, m, fd);
}

/* The file under the module's path, if it is the same one. On file systems whose device number
 * differs from what /proc shows (btrfs, overlayfs) the inode has to do: `loose`. */
static struct oserr open_path(struct backend *be, uint32_t pid, const struct module *m, bool loose,
                              int *fd)
{
    struct stat st;
    struct oserr e = module_file(be, pid, m->path, fd);
    if (!oserr_is(e))
        e = sys_fstat(be, *fd, &st);
    if (!oserr_is(e) && (st.st_ino != m->ino || (!loose && st.st_dev != m->dev)))
        e = (struct oserr){"fstat", ENOENT};
    if (oserr_is(e)) {
        module_close(be, *fd);
        *fd = -1;
    }
    return e;
}

struct oserr module_open(struct backend *be, const struct modules *m, size_t i, int *fd)
{
    char path[MODULE_PATH];
    const struct module *wanted = &m->module[i];
    struct oserr e = open_path(be, m->pid, wanted, false, fd);
    if (oserr_is(e) && wanted->program) {
        (void)snprintf(path, sizeof path, "/proc/%u/exe", m->pid);
        e = open_link(be, path, NULL, fd);
    }
    if (oserr_is(e)) {
        (void)snprintf(path, sizeof path, "/proc/%u/map_files/%llx-%llx", m->pid,
                       (unsigned long long)wanted->start, (unsigned long long)wanted->end);
        e = open_link(be, path, NULL, fd);
    }
    if (oserr_is(e) && oserr_is(open_path(be, m->pid, wanted, true, fd)))
        return (struct oserr){"open", ENOENT};
    return OSERR_NONE;
}

void module_close(struct backend *be, int fd)
{
    if (fd >= 0)
        sys_close(be, fd, SYS_KEY_MODULE);
}
