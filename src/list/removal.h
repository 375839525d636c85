/* Removal of segments that were listed. A segment is removed only if it is still the one that was
 * listed, and with the strongest proof available that nobody uses it. A job removes a list of them
 * on a thread of the walker, because a proof may have to scan all processes. It records the result
 * of each; cli/removal_text.h turns that into words. */
#ifndef SHMLENS_LIST_REMOVAL_H
#define SHMLENS_LIST_REMOVAL_H

#include "backend/survey.h"
#include "worker.h"

/* Removes one as seg_remove does; with SEG_RM_FORCE it still finds out first who uses it. *used:
 * somebody did, and *who lists them. *who is always initialised; the caller frees it. */
MUST_USE struct oserr removal_one(struct backend *be, const struct seg_removal *what,
                                  struct seg_who *who, bool *used);

/* One of a list, and its result. */
struct removal_item {
    char *locator;        /* raw, malloc'd */
    struct seg_stat seen; /* as it was listed */
    bool known;           /* seen is; else whatever has the name is meant */
    bool tried;           /* false: the job was cancelled before */
    struct oserr error;   /* none: it was removed */
    bool used;            /* somebody used it: */
    struct seg_who who;   /* its users */
};

struct removal_job {
    struct job job;
    struct backend *be;
    unsigned flags;                  /* enum seg_remove_flags, for each */
    const struct seg_throttle *pace; /* of the scans */
    struct removal_item *item;
    size_t count, removed;
    bool released;     /* the owner's: it has released one of them meanwhile, */
    unsigned turn;     /* and the question that it is about */
    uint64_t freed;    /* bytes that had memory, */
    size_t unmeasured; /* but for so many, of which that is not known */
};

/* Room for `count` items; `finish` must free it with removal_job_free. NULL: out of memory. */
struct removal_job *removal_job_new(struct backend *be, size_t count, unsigned flags,
                                    const struct seg_throttle *pace,
                                    void (*finish)(struct job *j, void *owner));

/* Adds one; `seen` NULL: whatever has the name. False: out of memory. */
MUST_USE bool removal_job_add(struct removal_job *j, const char *locator,
                              const struct seg_stat *seen);
void removal_job_free(struct removal_job *j);

#endif
