/* fd:PID/FD and map:PID/ADDRESS: objects of a process, reached through /proc. Only regular files
 * are ever opened: the type is checked first through an O_PATH descriptor, which opens nothing. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/sys_proc.h"
#include "backend/linux/sysv.h"

/* map: of a System V segment in another IPC namespace */
static const struct provider map_sysv_provider;

static struct oserr bad(const char *call, uint32_t why)
{
    return (struct oserr){call, why};
}

/* ---- opening ---- */

/* Takes over an O_PATH descriptor and reopens it with `access` if it is a regular file. */
static struct oserr open_checked(struct seg *s, int path, enum seg_access access)
{
    bool memory, huge;
    s->handle = path;
    struct oserr e = fd_check(s->be, "open", path);
    if (!oserr_is(e))
        e = sys_in_memory(s->be, path, &memory, &huge);
    if (!oserr_is(e) && huge) {
        s->sticky_state |= SEG_ST_HUGETLB;
        s->unmappable =
            true; /* a read must not allocate a page, and its pages are not of our size */
    }
    return oserr_is(e) || access == SEG_STAT ? e : fd_reopen(s, access);
}

struct oserr process_know(struct seg *s, uint32_t pid, const char *link)
{
    char text[PROCESS_NAME], name[PROCESS_NAME];
    struct stat st;
    struct process_ipc ipc = {0};
    bool huge;
    struct oserr e = sys_fstat(s->be, (int)s->handle, &st);
    if (!oserr_is(e))
        e = sys_readlink(s->be, link, text, sizeof text);
    if (oserr_is(e))
        return e;
    struct seg_id id = {.dev = st.st_dev, .ino = st.st_ino};
    s->id = process_identity(s->be, &ipc, pid, id, text, &huge);
    s->listed_kind = process_kind(s->id, st.st_nlink == 0);
    if (s->listed_kind == SEG_SYSV)
        s->kind = &map_sysv_provider;
    process_name(text, s->listed_kind, s->id, name);
    free(s->display_name);
    return sys_copy(s->be, name, &s->display_name);
}

static struct oserr open_link(struct seg *s, uint32_t pid, const char *link, enum seg_access access)
{
    int fd;
    struct oserr e = sys_open(s->be, link, O_PATH | O_CLOEXEC, SYS_KEY_NONE, &fd);
    if (oserr_is(e))
        return process_missing(s->be, pid, e);
    e = open_checked(s, fd, access);
    return oserr_is(e) ? e : process_know(s, pid, link);
}

/* ---- fd:PID/FD ---- */

static bool parse_fd(const char *locator, uint32_t *pid, uint32_t *fd)
{
    const char *rest;
    uint64_t v = 0;
    if (!process_number(locator, "fd:", pid, &rest) || *rest == '\0')
        return false;
    for (; *rest >= '0' && *rest <= '9' && v <= INT32_MAX; rest++)
        v = v * 10 + (uint64_t)(*rest - '0');
    *fd = (uint32_t)v;
    return *rest == '\0' && v <= INT32_MAX;
}

static struct oserr fd_canonical(const char *locator, char *out, size_t cap)
{
    uint32_t pid, fd;
    out[0] = '\0';
    if (strncmp(locator, "fd:", 3) != 0)
        return OSERR_NONE;
    if (!parse_fd(locator, &pid, &fd))
        return bad("open", SEG_E_NAME);
    return (size_t)snprintf(out, cap, "fd:%u/%u", pid, fd) < cap ? OSERR_NONE
                                                                 : bad("open", SEG_E_NAME);
}

static void fd_link(const char *locator, uint32_t *pid, char link[PROCESS_PATH])
{
    uint32_t fd;
    if (parse_fd(locator, pid, &fd))
        snprintf(link, PROCESS_PATH, "/proc/%u/fd/%u", *pid, fd);
}

static struct oserr fd_open(struct seg *s, enum seg_access access)
{
    char link[PROCESS_PATH] = "";
    uint32_t pid = 0;
    fd_link(s->locator, &pid, link);
    return open_link(s, pid, link, access);
}

/* Whether the process still has the object there. */
static struct oserr fd_name(struct seg *s, struct seg_stat *out)
{
    char link[PROCESS_PATH] = "";
    uint32_t pid;
    struct stat st;
    fd_link(s->locator, &pid, link);
    struct oserr e = sys_stat(s->be, link, true, SYS_KEY_NONE, &st);
    out->name_gone = oserr_is(e) && e.code == ENOENT;
    out->replaced = !oserr_is(e) && (st.st_dev != s->dev || st.st_ino != s->ino);
    return out->name_gone ? OSERR_NONE : e;
}

/* ---- map:PID/ADDRESS ---- */

static bool parse_map(const char *locator, uint32_t *pid, uint64_t *address)
{
    const char *rest;
    char *end;
    if (!process_number(locator, "map:", pid, &rest))
        return false;
    if (rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X'))
        rest += 2;
    size_t n = strspn(rest, "0123456789abcdefABCDEF");
    if (n == 0 || n > 16 || rest[n] != '\0')
        return false;
    *address = strtoull(rest, &end, 16);
    return true;
}

static struct oserr map_canonical(const char *locator, char *out, size_t cap)
{
    uint32_t pid;
    uint64_t address;
    out[0] = '\0';
    if (strncmp(locator, "map:", 4) != 0)
        return OSERR_NONE;
    if (!parse_map(locator, &pid, &address))
        return bad("open", SEG_E_NAME);
    return (size_t)snprintf(out, cap, "map:%u/0x%" PRIx64, pid, address) < cap
               ? OSERR_NONE
               : bad("open", SEG_E_NAME);
}

static struct oserr map_find(struct seg *s, uint32_t *pid, struct process_range *range)
{
    uint64_t address = 0;
    *pid = 0;
    if (!parse_map(s->locator, pid, &address))
        return bad("open", SEG_E_NAME);
    struct oserr e = process_covering(s->be, *pid, address, range);
    if (!oserr_is(e) && !range->shared && range->id.space != SORT_MEMFD)
        e = bad("mmap", SEG_E_NOT_SEGMENT);
    return e;
}

static struct oserr map_open(struct seg *s, enum seg_access access)
{
    char link[PROCESS_PATH];
    uint32_t pid;
    struct process_range range;
    struct oserr e = map_find(s, &pid, &range);
    if (oserr_is(e))
        return e;
    snprintf(link, sizeof link, "/proc/%u/map_files/%" PRIx64 "-%" PRIx64, pid, range.start,
             range.end);
    return open_link(s, pid, link, access);
}

/* This waits for a process that is changing its mappings, and takes long where the kernel must
 * write all of them as text. So the longer it took, the later it is done again. */
static struct oserr map_name(struct seg *s, struct seg_stat *out)
{
    enum { CHEAP_NS = 1000000, TIMES = 20 };
    uint32_t pid;
    struct process_range range;
    int64_t began = os_now();
    if (began < s->name_due)
        return OSERR_NONE; /* unchanged */
    struct oserr e = map_find(s, &pid, &range);
    int64_t end = os_now();
    s->name_due = end - began > CHEAP_NS ? end + (end - began) * TIMES : 0;
    bool gone = e.code == EBADF || e.code == ESRCH || e.code == SEG_E_NOT_SEGMENT;
    out->name_gone = gone;
    out->replaced = !oserr_is(e) && !seg_id_equal(range.id, s->id);
    return gone ? OSERR_NONE : e;
}

/* ---- state ---- */

/* Only a descriptor that may read can query the seals. */
static void know_seals(struct seg *s, struct seg_stat *out)
{
    char path[48];
    int fd = (int)s->handle;
    if (s->access == SEG_STAT) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (oserr_is(fd_peek(s->be, path, &fd)))
            return;
    }
    if (!oserr_is(sys_seals(s->be, fd, &out->seals)))
        fd_sealed(out);
    if (fd != (int)s->handle)
        sys_close(s->be, fd, SYS_KEY_NONE);
}

struct oserr process_stat(struct seg *s, struct seg_stat *out)
{
    struct oserr e = fd_stat(s, out);
    if (oserr_is(e))
        return e;
    s->dev = out->dev;
    s->ino = out->ino;
    out->dev = s->id.dev;
    out->ino = s->id.ino;
    out->space = s->id.space;
    if (s->id.space != 0 || s->id.dev == SYSV_DEV) { /* it has no name to lose */
        out->known &= ~(unsigned)SEG_HAS_LINKS;
        out->state &= ~(unsigned)SEG_ST_UNLINKED;
    }
    if (s->listed_kind == SEG_MEMFD)
        know_seals(s, out);
    return OSERR_NONE;
}

/* Mode and times of the kernel's object are not those of the segment. */
static struct oserr process_sysv_stat(struct seg *s, struct seg_stat *out)
{
    uint32_t pid;
    const char *rest;
    struct oserr e = process_stat(s, out);
    if (oserr_is(e))
        return e;
    out->known &= ~(unsigned)(SEG_HAS_MODE | SEG_HAS_TIMES);
    if (process_number(s->locator, "map:", &pid, &rest) ||
        process_number(s->locator, "fd:", &pid, &rest))
        sysv_ns_describe(s, pid, out);
    return e;
}

static bool has_seal(struct seg *s, uint32_t seals)
{
    return s->listed_kind == SEG_MEMFD && (s->last.known & SEG_HAS_SEALS) != 0 &&
           (s->last.seals & seals) != 0;
}

static struct oserr process_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v)
{
    struct oserr e = fd_map(s, at, n, write, v);
    if (write && e.code == EPERM && has_seal(s, F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
        e.code = SEG_E_SEALED;
    return e;
}

static struct oserr process_resize(struct seg *s, uint64_t size)
{
    struct oserr e = fd_resize(s, size);
    if (e.code == EPERM && has_seal(s, size < s->last.size ? F_SEAL_SHRINK : F_SEAL_GROW))
        e.code = SEG_E_SEALED;
    return e;
}

/* What is the same for a descriptor and for a mapping of a process. */
#define OF_A_PROCESS                                                                              \
    .caps = SEG_CAP_RESIZE | SEG_CAP_CHMOD | SEG_CAP_WRITE | SEG_CAP_EXTENTS | SEG_CAP_FLEETING,  \
    .reopen = fd_reopen, .close = fd_close, .stat = process_stat, .map = process_map, FD_READING, \
    .resize = process_resize, .chmod = fd_chmod

const struct provider fd_provider = {
    .kind = SEG_FD,
    .listed_kinds = 1U << SEG_FD,
    .words = {.help = "  fd:PID/FD                           what a process holds open: memfd, "
                      "unlinked, a file\n",
              .form = "fd:PID/FD",
              .name = "not a descriptor: fd:PID/FD, both decimal numbers",
              .absent = "no such process or descriptor",
              .unsupported = "it has no name to remove; it is freed when its last user closes it",
              .irremovable = PROCESS_IRREMOVABLE},
    .canonical = fd_canonical,
    .open = fd_open,
    .name = fd_name,
    OF_A_PROCESS,
};

const struct provider map_provider = {
    .kind = SEG_FD,
    .words = {.help =
                  "  map:PID/ADDRESS                     what a process has mapped shared there "
                  "(root only)\n",
              .form = "map:PID/ADDRESS",
              .name = "not a mapping: map:PID/ADDRESS, a decimal and a hexadecimal number",
              .absent = "no such process, or nothing is mapped there",
              .denied = "; only root may reach a mapping (CAP_CHECKPOINT_RESTORE)",
              .unsupported = "not possible for what is reached through a mapping",
              .irremovable = PROCESS_IRREMOVABLE},
    .canonical = map_canonical,
    .open = map_open,
    .name = map_name,
    OF_A_PROCESS,
};

/* No resize and no chmod: size and mode of the object are not those of the segment. */
static const struct provider map_sysv_provider = {
    .kind = SEG_SYSV,
    .caps = SEG_CAP_WRITE | SEG_CAP_EXTENTS | SEG_CAP_FLEETING,
    .canonical = map_canonical,
    .open = map_open,
    .name = map_name,
    .reopen = fd_reopen,
    .close = sysv_ns_close,
    .stat = process_sysv_stat,
    .map = process_map,
    FD_READING,
};
