#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/sys_proc.h"

/* One name in /dev/shm; what is no regular file or gone again is no segment. */
static struct oserr list_one(struct backend *be, unsigned kinds, int dir, const char *name,
                             struct listing *l)
{
    char locator[sizeof POSIX_SHM_PREFIX + POSIX_SHM_NAME];
    struct stat st;
    struct seg_stat known;
    snprintf(locator, sizeof locator, "%s%s", POSIX_SHM_PREFIX, name);
    enum seg_kind kind = posix_shm_kind(locator);
    if ((kinds & (1U << kind)) == 0)
        return OSERR_NONE;
    struct oserr e = sys_statat(be, dir, name, SYS_KEY_LIST_STAT, &st);
    if (oserr_is(e))
        return e.code == ENOENT ? OSERR_NONE : e;
    if (!S_ISREG(st.st_mode))
        return OSERR_NONE;
    fd_describe(&st, &known);
    return listing_add(be, l, kind, locator, name, &known);
}

struct oserr posix_shm_list(struct backend *be, unsigned kinds, struct listing *l)
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
            worst = e; /* the others are still listed */
    } while (entry != NULL && worst.code != SEG_E_MEMORY);
    sys_closedir(be, dir, SYS_KEY_NONE);
    return worst;
}
