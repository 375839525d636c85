#include "list/removal.h"

#include <stdlib.h>
#include <string.h>

struct oserr removal_one(struct backend *be, const struct seg_removal *what, struct seg_who *who,
                         bool *used)
{
    struct seg_removal first = *what;
    bool force = (what->flags & SEG_RM_FORCE) != 0;
    if (force)
        first.flags = (what->flags & ~(unsigned)SEG_RM_FORCE) | SEG_RM_DRY;
    struct oserr e = seg_remove(be, &first, who);
    *used = e.code == SEG_E_IN_USE;
    if (!force || (oserr_is(e) && !*used && e.code != SEG_E_UNPROVED))
        return e;
    return seg_remove(be, what, NULL);
}

static void remove_item(struct removal_job *j, struct removal_item *item)
{
    const struct seg_stat *seen = &item->seen;
    const struct seg_removal what = {item->locator, item->known ? seen : NULL, j->flags, j->pace};
    item->tried = true;
    item->error = removal_one(j->be, &what, &item->who, &item->used);
    if (oserr_is(item->error))
        return;
    j->removed++;
    bool measured = (seen->known & SEG_HAS_RESIDENT) != 0;
    j->freed += !item->used && measured ? seen->resident : 0;
    j->unmeasured += !item->used && !measured ? 1 : 0;
}

static void removal_run(struct job *job, const struct progress *p)
{
    struct removal_job *j = (struct removal_job *)job;
    for (size_t i = 0; i < j->count && progress_yield(p, i, j->count); i++)
        remove_item(j, &j->item[i]);
}

struct removal_job *removal_job_new(struct backend *be, size_t count, unsigned flags,
                                    const struct seg_throttle *pace,
                                    void (*finish)(struct job *j, void *owner))
{
    struct removal_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return NULL;
    j->item = calloc(count + 1, sizeof *j->item);
    if (j->item == NULL) {
        free(j);
        return NULL;
    }
    j->job.run = removal_run;
    j->job.finish = finish;
    j->be = be;
    j->flags = flags;
    j->pace = pace;
    return j;
}

bool removal_job_add(struct removal_job *j, const char *locator, const struct seg_stat *seen)
{
    size_t n = strlen(locator) + 1;
    char *copy = malloc(n);
    if (copy == NULL)
        return false;
    memcpy(copy, locator, n);
    struct removal_item *item = &j->item[j->count++];
    *item = (struct removal_item){.locator = copy, .known = seen != NULL};
    if (seen != NULL)
        item->seen = *seen;
    return true;
}

void removal_job_free(struct removal_job *j)
{
    if (j == NULL)
        return;
    for (size_t i = 0; i < j->count; i++) {
        seg_who_free(&j->item[i].who);
        free(j->item[i].locator);
    }
    free(j->item);
    free(j);
}
