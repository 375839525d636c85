/* Identities of the objects that processes have, and the paths that lead to them. */
#include "backend/linux/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc_maps.h"
#include "backend/linux/sysv.h"

/* ---- identities ---- */

/* Whether the device is one of the kernel's internal ones, where only names distinguish System V
 * segments, memfds and anonymous mappings. *huge: it has huge pages. */
static bool is_anon_device(struct backend *be, uint64_t dev, bool *huge)
{
    uint64_t devs[SYS_NAMELESS];
    sys_anon_devices(be, devs);
    *huge = false;
    for (size_t i = 0; i < SYS_NAMELESS; i++)
        if (dev != 0 && devs[i] == dev) {
            *huge = dev != devs[0];
            return true;
        }
    return false;
}

/* The number of a namespace; 0: not available. */
static uint64_t namespace_of(struct backend *be, const char *path)
{
    struct stat st;
    struct oserr e = sys_stat(be, path, true, SYS_KEY_PROC_STAT, &st);
    return oserr_is(e) ? 0 : st.st_ino;
}

static uint64_t ipc_namespace(struct backend *be, struct process_ipc *ipc, uint32_t pid)
{
    char path[40];
    if (ipc->ours == 0)
        ipc->ours = namespace_of(be, "/proc/self/ns/ipc");
    if (ipc->pid != pid) {
        snprintf(path, sizeof path, "/proc/%u/ns/ipc", pid);
        ipc->pid = pid;
        ipc->ns = namespace_of(be, path);
        if (ipc->ns == ipc->ours)
            ipc->ns = 0;
    }
    return ipc->ns;
}

struct seg_id process_identity(struct backend *be, struct process_ipc *ipc, uint32_t pid,
                               struct seg_id id, const char *name, bool *huge)
{
    if (!is_anon_device(be, id.dev, huge))
        return id;
    if (strncmp(name, "/SYSV", 5) == 0)
        return (struct seg_id){SYSV_DEV, id.ino, ipc_namespace(be, ipc, pid)};
    id.space = strncmp(name, "/memfd:", 7) == 0 ? SORT_MEMFD : SORT_ANONYMOUS;
    return id;
}

enum seg_kind process_kind(struct seg_id id, bool unlinked)
{
    if (id.dev == SYSV_DEV)
        return SEG_SYSV;
    if (id.space == SORT_MEMFD)
        return SEG_MEMFD;
    return id.space == SORT_ANONYMOUS || unlinked ? SEG_FD : SEG_FILE;
}

void process_name(const char *link, enum seg_kind kind, struct seg_id id, char name[PROCESS_NAME])
{
    static const char deleted[] = " (deleted)", shm[] = POSIX_SHM_DIR "/";
    const char *s = link == NULL ? "" : link;
    size_t n = strlen(s), tail = sizeof deleted - 1;
    if (kind == SEG_FD && id.space == SORT_ANONYMOUS)
        n = 0;
    if (kind != SEG_FILE && n >= tail && strcmp(s + n - tail, deleted) == 0)
        n -= tail;
    if (kind == SEG_MEMFD && n >= 7) { /* `/memfd:` */
        s += 7;
        n -= 7;
    } else if (kind == SEG_SYSV && n == 13) { /* `/SYSV` and the key */
        snprintf(name, PROCESS_NAME, "0x%.8s", s + 5);
        return;
    } else if (kind == SEG_FD && strncmp(s, shm, sizeof shm - 1) == 0 && n >= sizeof shm - 1) {
        s += sizeof shm - 1;
        n -= sizeof shm - 1;
        size_t aside = (size_t)(posix_shm_own_name(s) - s);
        s += aside;
        n -= aside;
    }
    snprintf(name, PROCESS_NAME, "%.*s", (int)n, s);
}

/* ---- locators ---- */

bool process_number(const char *locator, const char *prefix, uint32_t *pid, const char **rest)
{
    size_t n = strlen(prefix);
    uint64_t v = 0;
    if (strncmp(locator, prefix, n) != 0)
        return false;
    const char *s = locator + n, *digits = s;
    for (; *s >= '0' && *s <= '9' && v <= UINT32_MAX; s++)
        v = v * 10 + (uint64_t)(*s - '0');
    *pid = (uint32_t)v;
    *rest = s + 1;
    return s > digits && *s == '/' && v > 0 && v <= INT32_MAX;
}

struct oserr process_missing(struct backend *be, uint32_t pid, struct oserr e)
{
    char path[40];
    struct stat st;
    if (e.code != ENOENT)
        return e;
    snprintf(path, sizeof path, "/proc/%u", pid);
    struct oserr gone = sys_stat(be, path, true, SYS_KEY_NONE, &st);
    return (struct oserr){e.call, oserr_is(gone) ? ESRCH : EBADF};
}

/* ---- mappings ---- */

/* A search for the mapping at an address. */
struct covering {
    struct maps maps;
    uint32_t pid;
    uint64_t address;
    struct process_range *out;
    bool found;
};

static struct oserr take_covering(void *ctx, const struct sys_mapping *at)
{
    struct covering *c = ctx;
    char name[MAPS_NAME] = "";
    struct process_ipc ipc = {0};
    struct seg_id id = {.dev = at->dev, .ino = at->ino};
    if (c->address < at->start || c->address >= at->end)
        return OSERR_NONE;
    struct oserr e = OSERR_NONE;
    bool huge;
    if (is_anon_device(c->maps.be, at->dev, &huge))
        e = maps_name(&c->maps, at, name);
    c->found = !oserr_is(e);
    *c->out = (struct process_range){.start = at->start, .end = at->end, .shared = at->shared};
    c->out->id = process_identity(c->maps.be, &ipc, c->pid, id, name, &c->out->huge);
    return e;
}

struct oserr process_covering(struct backend *be, uint32_t pid, uint64_t address,
                              struct process_range *out)
{
    struct covering c = {.pid = pid, .address = address, .out = out};
    struct oserr unread = OSERR_NONE;
    *out = (struct process_range){0};
    struct oserr e = maps_begin(be, &c.maps);
    if (!oserr_is(e))
        e = maps_cover(&c.maps, pid, address, take_covering, &c, &unread);
    maps_end(&c.maps);
    if (oserr_is(e) || c.found)
        return e;
    return oserr_is(unread) ? process_missing(be, pid, unread) : (struct oserr){"mmap", EBADF};
}

struct oserr process_own_range(struct backend *be, uint64_t address, struct process_range *out,
                               int *fd)
{
    char path[PROCESS_PATH];
    *fd = -1;
    struct oserr e = process_covering(be, os_pid(), address, out);
    if (oserr_is(e))
        return e;
    snprintf(path, sizeof path, "/proc/self/map_files/%" PRIx64 "-%" PRIx64, out->start, out->end);
    struct oserr refused =
        sys_open(be, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME, SYS_KEY_NONE, fd);
    (void)refused; /* only root may */
    return OSERR_NONE;
}

/* ---- /dev/shm of a process ---- */

/* From the folder *dir, which is closed, into one in it. Links are not followed: they could lead
 * out. */
static struct oserr step_into(struct backend *be, const char *name, int *dir)
{
    int from = *dir;
    struct oserr e = sys_openat(be, from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
                                SYS_KEY_PROC_SHM, dir);
    sys_close(be, from, SYS_KEY_PROC_SHM);
    return e;
}

struct oserr process_shm(struct backend *be, uint32_t pid, int *dir)
{
    char path[40];
    bool memory = false, huge = false;
    snprintf(path, sizeof path, "/proc/%u/root", pid);
    struct oserr e = sys_open(be, path, O_PATH | O_DIRECTORY | O_CLOEXEC, SYS_KEY_PROC_SHM, dir);
    if (oserr_is(e))
        return process_missing(be, pid, e);
    e = step_into(be, "dev", dir);
    if (!oserr_is(e))
        e = step_into(be, "shm", dir);
    if (!oserr_is(e))
        e = sys_in_memory(be, *dir, &memory, &huge);
    if (!oserr_is(e) && !memory)
        e = (struct oserr){"openat", ENOENT};
    if (oserr_is(e) && *dir >= 0) {
        sys_close(be, *dir, SYS_KEY_PROC_SHM);
        *dir = -1;
    }
    return e;
}
