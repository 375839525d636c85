/* Removal of a POSIX name: the object removed is the one that was checked, and nobody has it.
 *
 * The proof is a write lease (fcntl F_SETLEASE): the kernel grants it only when nobody else has the
 * object open or mapped, in whatever namespace. Where we may not take one (the object is another
 * user's) or it would prove nothing (this process has the object too), a scan of /proc has to do.
 * Since somebody may come by the name between the check and the unlink, the name is first renamed
 * aside, to one that nobody else knows; then object and proof are checked once more, and only then
 * it is unlinked. When that second check fails, the name is put back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/sys_kernel.h"

struct removal {
    struct backend *be;
    const struct seg_removal *what;
    int fd;               /* our own, for the identity and the lease */
    bool readable;        /* fd is more than O_PATH */
    bool ours;            /* this process has it besides fd: a lease would prove nothing */
    bool proof;           /* a lease was granted once */
    struct seg_stat stat; /* of the object */
};

static struct oserr removal_open(struct removal *r)
{
    const char *name = posix_shm_name(r->what->locator);
    struct stat st;
    struct oserr e = posix_shm_get(r->be, name, SEG_READ, &r->fd);
    r->readable = !oserr_is(e);
    if (oserr_kind(e) == OSERR_K_DENIED)
        e = posix_shm_get(r->be, name, SEG_STAT, &r->fd);
    if (oserr_is(e))
        return e;
    e = sys_fstat(r->be, r->fd, &st);
    if (!oserr_is(e))
        fd_describe(&st, &r->stat);
    return e;
}

/* Drops the rows of this process, noting whether one of them is not our probe. */
static void drop_own(struct removal *r, struct seg_who *who)
{
    uint32_t me = os_pid();
    size_t kept = 0;
    for (size_t i = 0; i < who->mappers_count; i++)
        if (who->mappers[i].pid != me)
            who->mappers[kept++] = who->mappers[i];
        else
            r->ours = true;
    who->mappers_count = kept;
    kept = 0;
    for (size_t i = 0; i < who->holders_count; i++)
        if (who->holders[i].pid != me)
            who->holders[kept++] = who->holders[i];
        else if (who->holders[i].fd != r->fd)
            r->ours = true;
    who->holders_count = kept;
}

/* Tries the lease. SEG_E_IN_USE: somebody has the object. No error and no r->proof: we may not
 * take one. */
static struct oserr removal_prove(struct removal *r)
{
    if (!r->readable || r->ours)
        return OSERR_NONE;
    struct oserr e = sys_lease_proof(r->be, r->fd);
    r->proof = !oserr_is(e);
    if (e.code == EAGAIN)
        return (struct oserr){"fcntl", SEG_E_IN_USE};
    if (e.code == EACCES || e.code == EPERM || e.code == EINVAL)
        return OSERR_NONE;
    return e;
}

/* Scans for other users, who make it fail. */
static struct oserr removal_see(struct removal *r, struct seg_who *who)
{
    seg_who_free(who);
    struct oserr e = seg_who_object(r->be, seg_id_of(&r->stat), r->what->pace, who);
    if (oserr_is(e))
        return e;
    drop_own(r, who);
    if (who->mappers_count > 0 || who->holders_count > 0)
        e = (struct oserr){"shm_unlink", SEG_E_IN_USE};
    return e;
}

static struct oserr removal_check(struct removal *r, struct seg_who *who)
{
    if (!oserr_is(removal_prove(r)) && r->proof)
        return OSERR_NONE; /* nobody at all: no need to scan */
    struct oserr e = removal_see(r, who);
    if (oserr_is(e))
        return e;
    e = removal_prove(r);
    bool guess = !r->proof && who->unreadable > 0 && (r->what->flags & SEG_RM_PROVED) != 0;
    return !oserr_is(e) && guess ? (struct oserr){"shm_unlink", SEG_E_UNPROVED} : e;
}

/* Renames to a free name; with a plain rename where the file system cannot guarantee that. */
static struct oserr move(struct backend *be, const char *from, const char *to)
{
    struct stat st;
    struct oserr e = sys_rename_new(be, from, to);
    if (!oserr_is(e) || (e.code != EINVAL && e.code != ENOSYS))
        return e;
    if (!oserr_is(sys_stat(be, to, false, SYS_KEY_NONE, &st)))
        return (struct oserr){"rename", EEXIST};
    return sys_rename(be, from, to);
}

/* The renamed object must be the one we checked, and still unused. Nobody can open it by name any
 * more. */
static struct oserr check_aside(struct removal *r, const char *aside, struct seg_who *who)
{
    struct stat st;
    struct oserr e = sys_stat(r->be, aside, false, SYS_KEY_NONE, &st);
    if (!oserr_is(e) && (st.st_dev != r->stat.dev || st.st_ino != r->stat.ino))
        e = (struct oserr){"shm_unlink", SEG_E_REPLACED};
    if (!oserr_is(e) && r->proof)
        e = removal_prove(r);
    else if (!oserr_is(e) && (r->what->flags & SEG_RM_FORCE) == 0)
        e = removal_see(r, who);
    return e;
}

static struct oserr removal_unlink(struct removal *r, struct seg_who *who)
{
    char path[POSIX_SHM_PATH], aside[POSIX_SHM_PATH];
    posix_shm_path(r->what->locator, path);
    snprintf(aside, sizeof aside, "%s/" POSIX_SHM_ASIDE "%u-%llu-%s", POSIX_SHM_DIR,
             (unsigned)os_pid(), (unsigned long long)os_now(),
             posix_shm_name(r->what->locator) + 1);
    struct oserr e = move(r->be, path, aside);
    if (oserr_is(e))
        return e;
    e = check_aside(r, aside, who);
    if (!oserr_is(e))
        e = sys_unlink(r->be, aside);
    if (oserr_is(e) && oserr_is(move(r->be, aside, path)))
        e = (struct oserr){"rename", SEG_E_ASIDE}; /* the log shows the other failures */
    return e;
}

struct oserr posix_shm_remove(struct backend *be, const struct seg_removal *what,
                              struct seg_who *who)
{
    const struct seg_stat *seen = what->seen;
    struct removal r = {.be = be, .what = what, .fd = -1};
    struct oserr e = removal_open(&r);
    if (!oserr_is(e) && seen != NULL && !seg_id_equal(seg_id_of(seen), seg_id_of(&r.stat)))
        e = (struct oserr){"shm_unlink", SEG_E_REPLACED};
    if (!oserr_is(e) && (what->flags & SEG_RM_FORCE) == 0)
        e = removal_check(&r, who);
    if (!oserr_is(e) && (what->flags & SEG_RM_DRY) == 0)
        e = removal_unlink(&r, who);
    if (r.fd >= 0)
        sys_close(be, r.fd, SYS_KEY_NONE);
    return e;
}
