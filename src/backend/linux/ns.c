/* ns:PID/NAME, a POSIX segment in the /dev/shm that a process sees, for example in a container.
 * What is in there is not trusted: no link is followed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/sys_proc.h"

enum { LOCATOR = 16 + POSIX_SHM_NAME };

static struct oserr bad(uint32_t why)
{
    return (struct oserr){"openat", why};
}

static bool parse_ns(const char *locator, uint32_t *pid, const char **name)
{
    if (!process_number(locator, "ns:", pid, name))
        return false;
    *name += strspn(*name, "/");
    size_t n = strlen(*name);
    return n > 0 && n <= POSIX_SHM_NAME && strchr(*name, '/') == NULL && strcmp(*name, ".") != 0 &&
           strcmp(*name, "..") != 0;
}

static struct oserr ns_canonical(const char *locator, char *out, size_t cap)
{
    uint32_t pid;
    const char *name;
    out[0] = '\0';
    if (strncmp(locator, "ns:", 3) != 0)
        return OSERR_NONE;
    if (!parse_ns(locator, &pid, &name))
        return bad(SEG_E_NAME);
    return (size_t)snprintf(out, cap, "ns:%u/%s", pid, name) < cap ? OSERR_NONE : bad(SEG_E_NAME);
}

static enum seg_kind ns_kind(const char *name)
{
    return strncmp(name, "sem.", 4) == 0 ? SEG_SEM : SEG_POSIX;
}

/* Opens its folder; *dir is the caller's. */
static struct oserr ns_reach(struct seg *s, const char **name, int *dir)
{
    uint32_t pid;
    *dir = -1;
    if (!parse_ns(s->locator, &pid, name))
        return bad(SEG_E_NAME);
    s->listed_kind = ns_kind(*name);
    return process_shm(s->be, pid, dir);
}

static struct oserr ns_open(struct seg *s, enum seg_access access)
{
    const char *name;
    int dir, fd;
    struct oserr e = ns_reach(s, &name, &dir);
    if (oserr_is(e))
        return e;
    e = sys_openat(s->be, dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, SYS_KEY_NONE, &fd);
    sys_close(s->be, dir, SYS_KEY_NONE);
    if (oserr_is(e))
        return e;
    s->handle = fd;
    free(s->display_name);
    e = sys_copy(s->be, name, &s->display_name);
    if (oserr_is(e))
        return e;
    e = fd_check(s->be, "openat", fd);
    return oserr_is(e) || access == SEG_STAT ? e : fd_reopen(s, access);
}

static struct oserr ns_name(struct seg *s, struct seg_stat *out)
{
    const char *name;
    int dir;
    struct stat st;
    struct oserr e = ns_reach(s, &name, &dir);
    if (!oserr_is(e)) {
        e = sys_statat(s->be, dir, name, SYS_KEY_PROC_SHM, &st);
        sys_close(s->be, dir, SYS_KEY_PROC_SHM);
    }
    out->name_gone = oserr_is(e) && (e.code == ENOENT || e.code == ESRCH);
    out->replaced = !oserr_is(e) && (st.st_dev != out->dev || st.st_ino != out->ino);
    return out->name_gone ? OSERR_NONE : e;
}

/* Adds a row for one name, unless it is not a regular file, or gone again. */
static struct oserr list_one(struct backend *be, uint32_t pid, int dir, const char *name,
                             unsigned kinds, struct listing *l)
{
    char locator[LOCATOR], path[32 + POSIX_SHM_NAME];
    struct stat st;
    struct seg_stat known;
    enum seg_kind kind = ns_kind(name);
    if ((kinds & (1U << kind)) == 0 || strlen(name) > POSIX_SHM_NAME)
        return OSERR_NONE;
    struct oserr e = sys_statat(be, dir, name, SYS_KEY_PROC_SHM, &st);
    if (oserr_is(e) || !S_ISREG(st.st_mode))
        return OSERR_NONE;
    fd_describe(&st, &known);
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dir, name);
    known.acl = sys_acl(be, path, false, SYS_KEY_LIST_ACL, known.mode);
    snprintf(locator, sizeof locator, "ns:%u/%s", pid, name);
    e = listing_add(be, l, kind, locator, name, &known);
    if (!oserr_is(e))
        l->segs[l->count - 1].via = pid;
    return e;
}

struct oserr ns_list(struct backend *be, uint32_t pid, int dir, unsigned kinds, struct listing *l)
{
    DIR *d;
    struct dirent *entry = NULL;
    struct oserr e = sys_opendir_at(be, dir, SYS_KEY_PROC_SHM, &d);
    if (oserr_is(e))
        return e;
    do {
        e = sys_readdir(be, d, SYS_KEY_LIST, &entry);
        if (entry != NULL && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            e = list_one(be, pid, dir, entry->d_name, kinds, l);
    } while (entry != NULL && !oserr_is(e));
    sys_closedir(be, d, SYS_KEY_PROC_SHM);
    return e;
}

const struct provider ns_provider = {
    .kind = SEG_POSIX,
    .listed_kinds = 1U << SEG_POSIX | 1U << SEG_SEM,
    .words = {.help =
                  "  ns:PID/NAME                         POSIX, in the /dev/shm that the process "
                  "sees\n",
              .form = "ns:PID/NAME",
              .name = "not a segment of a namespace: ns:PID/NAME",
              .absent = "no such process or segment",
              .unsupported = "it is another namespace's: do that from inside",
              .irremovable = "its name is in another namespace: remove it there (nsenter -t PID "
                             "-m)"},
    .caps = SEG_CAP_RESIZE | SEG_CAP_CHMOD | SEG_CAP_WRITE | SEG_CAP_EXTENTS,
    .canonical = ns_canonical,
    .open = ns_open,
    .name = ns_name,
    FD_FUNCTIONS,
};
