/* Removal of a POSIX name: only the object that was checked is removed, and only if it is unused.
 *
 * The proof is a write lease (fcntl F_SETLEASE): the kernel grants it only when nobody else has the
 * object open or mapped, in whatever namespace, and while we keep it whoever opens the object
 * waits. Where we may not take one (the object is another user's) or it would prove nothing (this
 * process has the object too), a scan of /proc has to do, and proves something only when it is
 * complete.
 *
 * Since somebody may come by the name between the check and the unlink, the name is first renamed
 * aside, to one that nobody else knows; then object and proof are checked once more, and only then
 * it is unlinked. When that second check fails, the name is put back: whoever waits for the lease
 * gets the object under the name it had. From the lease or the rename to the end no signal reaches
 * this thread, so that nothing but SIGKILL leaves a segment aside. One that was left by a process
 * that has ended can be put back by anybody (posix_shm_put_back).
 *
 * What is left: Linux has no unlink on a condition. A program that is preempted in its open(),
 * after it found the name and before it meets the lease, is not seen, and keeps an object without a
 * name. So does one that waits for the lease while another makes the name anew. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/sys_kernel.h"

struct removal {
    struct backend *be;
    const struct seg_removal *what;
    int fd;               /* our own, for the identity and the lease */
    bool readable;        /* fd is more than O_PATH */
    bool ours;            /* this process has it besides fd: a lease would prove nothing */
    bool leased;          /* we have the lease */
    bool held;            /* signals are held back, */
    sigset_t before;      /* and let through as these were */
    struct seg_stat stat; /* of the object */
};

static void hold_signals(struct removal *r)
{
    if (!r->held)
        sys_signals_hold(&r->before);
    r->held = true;
}

static void release_signals(struct removal *r)
{
    if (r->held)
        sys_signals_release(&r->before);
    r->held = false;
}

static struct oserr removal_open(struct removal *r)
{
    const char *name = posix_shm_name(r->what->locator);
    struct stat st;
    struct oserr e = posix_shm_get(r->be, name, SEG_READ, &r->fd);
    r->readable = !oserr_is(e);
    if (oserr_kind(e) == OSERR_K_DENIED)
        e = posix_shm_get(r->be, name, SEG_STAT, &r->fd);
    if (e.code == EAGAIN) /* another process has a lease on it */
        e.code = SEG_E_IN_USE;
    if (oserr_is(e))
        return e;
    e = sys_fstat(r->be, r->fd, &st);
    if (!oserr_is(e))
        fd_describe(&st, &r->stat);
    return e;
}

/* Does this descriptor of ours keep a lease from being granted? */
static bool is_user(struct removal *r, int fd)
{
    bool path = false;
    struct oserr e = sys_is_path(r->be, fd, &path);
    return fd != r->fd && (oserr_is(e) || !path);
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
        else if (is_user(r, who->holders[i].fd))
            r->ours = true;
    who->holders_count = kept;
}

/* Tries the lease. SEG_E_IN_USE: somebody has the object. No error and no r->leased: we may not
 * take one. */
static struct oserr removal_lease(struct removal *r)
{
    if (!r->readable || r->ours || r->leased)
        return OSERR_NONE;
    hold_signals(r);
    struct oserr e = sys_lease_take(r->be, r->fd);
    r->leased = !oserr_is(e);
    if (!r->leased)
        release_signals(r);
    if (e.code == EAGAIN)
        return (struct oserr){"fcntl", SEG_E_IN_USE};
    if (e.code == EACCES || e.code == EPERM || e.code == EINVAL)
        return OSERR_NONE;
    return e;
}

/* Signals are held back while the name is aside, so the scan asks for those that want a stop. */
static enum seg_pace_answer ask_pace(void *ctx, const struct seg_at *at)
{
    const struct seg_throttle *pace = ctx;
    if (sys_stop_held())
        return SEG_SCAN_STOP;
    return pace != NULL ? pace->ask(pace->ctx, at) : SEG_SCAN_CONTINUE;
}

/* Scans for other users, who make it fail. An incomplete scan that finds none proves nothing. */
static struct oserr removal_see(struct removal *r, struct seg_who *who)
{
    const struct seg_throttle pace = {ask_pace, (void *)(uintptr_t)r->what->pace};
    seg_who_free(who);
    struct oserr e = seg_who_object(r->be, seg_id_of(&r->stat), &pace, who);
    if (oserr_is(e))
        return e;
    drop_own(r, who);
    if (who->mappers_count > 0 || who->holders_count > 0)
        e = (struct oserr){"shm_unlink", SEG_E_IN_USE};
    return e;
}

/* What a scan that found nobody is worth. */
static struct oserr weigh_scan(const struct removal *r, struct seg_who *who)
{
    who->proof = who->unreadable + who->unowned == 0 ? SEG_PROOF_SCAN : SEG_PROOF_NONE;
    bool enough = who->proof != SEG_PROOF_NONE && (r->what->flags & SEG_RM_SURE) == 0;
    return enough ? OSERR_NONE : (struct oserr){"shm_unlink", SEG_E_UNPROVED};
}

static struct oserr removal_check(struct removal *r, struct seg_who *who)
{
    struct oserr e = removal_lease(r);
    if (oserr_is(e) && e.code != SEG_E_IN_USE)
        return e;
    if (!r->leased) {
        e = removal_see(r, who); /* who? Perhaps only we */
        if (!oserr_is(e))
            e = removal_lease(r);
        if (oserr_is(e))
            return e;
    }
    if (!r->leased)
        return weigh_scan(r, who);
    who->proof = SEG_PROOF_LEASE;
    return OSERR_NONE;
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

/* Nobody waits for the lease? Whoever opened the name before it went aside does. */
static struct oserr still_leased(struct removal *r)
{
    bool alone = false;
    struct oserr e = sys_lease_held(r->be, r->fd, &alone);
    return oserr_is(e) || alone ? e : (struct oserr){"fcntl", SEG_E_IN_USE};
}

/* The renamed object must be the one we checked, and still unused. Nobody can open it by name any
 * more. */
static struct oserr check_aside(struct removal *r, const char *aside, struct seg_who *who)
{
    struct stat st;
    struct oserr e = sys_stat(r->be, aside, false, SYS_KEY_NONE, &st);
    if (!oserr_is(e) && (st.st_dev != r->stat.dev || st.st_ino != r->stat.ino))
        e = (struct oserr){"shm_unlink", SEG_E_REPLACED};
    if (oserr_is(e))
        return e;
    if (r->leased)
        return still_leased(r);
    if ((r->what->flags & SEG_RM_FORCE) != 0)
        return e;
    e = removal_see(r, who);
    return oserr_is(e) ? e : weigh_scan(r, who);
}

/* Renames it aside, unless somebody waits for the lease. */
static struct oserr set_aside(struct removal *r, const char *path, const char *aside)
{
    bool alone = true, stuck = false;
    struct oserr e = {"renameat2", ENOSYS};
    if (r->leased)
        e = sys_rename_leased(r->be, r->fd, path, aside, &alone, &stuck);
    if (stuck)
        return (struct oserr){"rename", SEG_E_ASIDE};
    if (!alone)
        return (struct oserr){"fcntl", SEG_E_IN_USE};
    return e.code == ENOSYS || e.code == EINVAL ? move(r->be, path, aside) : e;
}

static struct oserr removal_unlink(struct removal *r, struct seg_who *who)
{
    char path[POSIX_SHM_PATH], aside[POSIX_SHM_PATH];
    posix_shm_path(r->what->locator, path);
    snprintf(aside, sizeof aside, "%s/" POSIX_SHM_ASIDE "%u-%llu-%s", POSIX_SHM_DIR,
             (unsigned)os_pid(), (unsigned long long)os_now(),
             posix_shm_own_name(posix_shm_name(r->what->locator) + 1));
    hold_signals(r);
    struct oserr e = set_aside(r, path, aside);
    if (oserr_is(e))
        return e;
    e = check_aside(r, aside, who);
    if (!oserr_is(e))
        e = sys_unlink(r->be, aside);
    if (oserr_is(e) && oserr_is(move(r->be, aside, path)))
        e = (struct oserr){"rename", SEG_E_ASIDE}; /* the log shows the other failures */
    return e;
}

/* Checks, and removes. */
static struct oserr removal_run(struct removal *r, struct seg_who *who)
{
    struct oserr e = OSERR_NONE;
    if ((r->what->flags & SEG_RM_FORCE) == 0)
        e = removal_check(r, who);
    if (!oserr_is(e) && (r->what->flags & SEG_RM_DRY) == 0)
        e = removal_unlink(r, who);
    bool came = e.code == SEG_E_IN_USE && r->leased;
    if (r->leased)
        sys_lease_give(r->be, r->fd);
    r->leased = false;
    release_signals(r);
    if (oserr_is(e) && e.code != SEG_E_UNPROVED)
        who->proof = SEG_PROOF_NONE;
    if (came) { /* only now it has it, and can be named */
        struct oserr seen = removal_see(r, who);
        e = seen.code == SEG_E_STOPPED ? seen : e;
    }
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
    if (!oserr_is(e))
        e = removal_run(&r, who);
    if (r.fd >= 0)
        sys_close(be, r.fd, SYS_KEY_NONE);
    return e;
}

/* ---- what a removal left aside ---- */

enum { AT_WORK = 60 }; /* seconds after which no removal is at work any more */

const char *posix_shm_own_name(const char *name)
{
    const char *at = name + sizeof POSIX_SHM_ASIDE - 1;
    if (strncmp(name, POSIX_SHM_ASIDE, sizeof POSIX_SHM_ASIDE - 1) != 0)
        return name;
    for (int numbers = 0; numbers < 2; numbers++) {
        size_t digits = strspn(at, "0123456789");
        if (digits == 0 || at[digits] != '-')
            return name;
        at += digits + 1;
    }
    return *at != '\0' ? at : name;
}

/* The process that set it aside has ended, or cannot be at it any more. */
static bool is_left(const char *name, const struct stat *st)
{
    unsigned long pid = strtoul(name + sizeof POSIX_SHM_ASIDE - 1, NULL, 10);
    int64_t age = os_wall() / 1000000000 - (int64_t)st->st_ctim.tv_sec;
    return pid > UINT32_MAX || !os_pid_exists((uint32_t)pid) || age > AT_WORK;
}

struct oserr posix_shm_put_back(struct backend *be, const char *locator)
{
    char from[POSIX_SHM_PATH], to[POSIX_SHM_PATH];
    const char *name = posix_shm_name(locator) + 1, *own = posix_shm_own_name(name);
    struct stat st;
    int fd;
    if (own == name || strlen(name) >= POSIX_SHM_NAME) /* the end of its name may be lost */
        return (struct oserr){"rename", SEG_E_NAME};
    posix_shm_path(locator, from);
    snprintf(to, sizeof to, "%s/%s", POSIX_SHM_DIR, own);
    struct oserr e = sys_stat(be, from, false, SYS_KEY_NONE, &st);
    if (!oserr_is(e) && (!S_ISREG(st.st_mode) || !is_left(name, &st)))
        e = (struct oserr){"rename", SEG_E_IN_USE};
    if (oserr_is(e))
        return e;
    e = posix_shm_get(be, name - 1, SEG_READ, &fd);
    if (e.code == EAGAIN) /* somebody has a lease on it: he is at it */
        return (struct oserr){"rename", SEG_E_IN_USE};
    if (!oserr_is(e))
        sys_close(be, fd, SYS_KEY_NONE);
    return move(be, from, to);
}
