/* System V: permissions, and removal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/linux/sys_sysv.h"
#include "backend/linux/sysv.h"

struct oserr sysv_chmod(struct seg *s, uint32_t mode)
{
    struct sysv_row row;
    struct shmid_ds ds;
    int id = sysv_id(s->locator);
    if (mode > 0777)
        return (struct oserr){"shmctl", EINVAL};
    struct oserr e = sysv_stat(s->be, id, &row); /* owner and group are set too */
    if (oserr_is(e))
        return e;
    memset(&ds, 0, sizeof ds);
    ds.shm_perm.uid = row.stat.uid;
    ds.shm_perm.gid = row.stat.gid;
    ds.shm_perm.mode = (unsigned short)mode;
    return sys_shm_set(s->be, id, &ds);
}

/* Refuses a segment that is attached: the kernel's own count includes everybody. */
static struct oserr check_count(struct backend *be, const struct seg_removal *what,
                                const struct sysv_row *row, struct seg_who *who)
{
    if (row->stat.attached == 0)
        who->proof = SEG_PROOF_COUNT;
    if (row->stat.attached == 0 || (what->flags & SEG_RM_FORCE) != 0)
        return OSERR_NONE;
    struct oserr e = seg_who_object(be, seg_id_of(&row->stat), what->pace, who);
    return oserr_is(e) ? e : (struct oserr){"shmctl", SEG_E_IN_USE};
}

static bool may_remove(const struct sysv_row *row)
{
    return geteuid() == 0 || geteuid() == row->stat.uid || geteuid() == row->cuid;
}

/* It must be the listed one, unchanged, and not a newer one with the same id. */
static struct oserr check_seen(const struct seg_stat *seen, const struct sysv_row *row)
{
    bool same = seen == NULL || (sysv_same(seen, &row->stat) && seen->ctime == row->stat.ctime);
    return same ? OSERR_NONE : (struct oserr){"shmctl", SEG_E_REPLACED};
}

struct oserr sysv_remove(struct backend *be, const struct seg_removal *what, struct seg_who *who)
{
    int id;
    struct sysv_row row, again;
    struct oserr e = sysv_find(be, what->locator, &id);
    if (!oserr_is(e))
        e = sysv_stat(be, id, &row);
    if (!oserr_is(e))
        e = check_seen(what->seen, &row);
    if (!oserr_is(e))
        e = check_count(be, what, &row, who);
    if (!oserr_is(e) && !may_remove(&row))
        e = (struct oserr){"shmctl", EPERM};
    if (oserr_is(e) || (what->flags & SEG_RM_DRY) != 0)
        return e;
    e = sysv_stat(be, id, &again); /* spares it if a process has attached meanwhile */
    if (!oserr_is(e))
        e = check_seen(what->seen != NULL ? what->seen : &row.stat, &again);
    if (!oserr_is(e))
        e = check_count(be, what, &again, who);
    return oserr_is(e) ? e : sys_shm_remove(be, id);
}
