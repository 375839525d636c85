/* Removing segments that were listed: each one only when it is still the one that was seen, with
 * the strongest proof that nobody has it, and a report of what went and what did not, and why. */
#ifndef SHMLENS_LIST_REMOVAL_H
#define SHMLENS_LIST_REMOVAL_H

#include "backend/segment.h"
#include "cli/out.h"
#include "worker.h"

/* `still mapped by 12 writer, 13 reader, held open by 14 sh`: each process once, but us. */
void removal_users(struct out *o, const struct seg_who *who);

/* Why a segment of this raw locator cannot be removed by its name at all, and what can be done;
 * NULL: it can. */
const char *removal_cannot(const char *locator);

/* Why it was not removed, and what can be done. */
void removal_why(struct out *o, const char *locator, struct oserr e, const struct seg_who *who);

/* One removal, as seg_remove_same; by force it still finds out who has it first: *used says that
 * somebody had it, who names them. Always initialises *who, the caller frees it. */
MUST_USE struct oserr removal_one(struct backend *be, const char *locator,
                                  const struct seg_stat *seen, unsigned flags, struct seg_who *who,
                                  bool *used);

/* What a removal by force leaves behind. */
void removal_left_behind(struct out *o, const struct seg_who *who);

/* One of a list. */
struct removal_item {
    char *locator;        /* raw, malloc'd */
    struct seg_stat seen; /* as it was listed */
    bool gone;            /* removed */
};

/* A list of removals as a job for the walker. */
struct removal_job {
    struct job job;
    struct backend *be;
    unsigned flags; /* enum seg_remove_flags, for each */
    struct removal_item *item;
    size_t count, removed;
    uint64_t freed;    /* bytes that had memory behind them */
    struct out report; /* a line each, when more than one was asked for or one stays */
    void *user;        /* the owner's */
};

/* Room for `count` items; finish must free it with removal_job_free. NULL: out of memory. */
struct removal_job *removal_job_new(struct backend *be, size_t count, unsigned flags,
                                    void (*finish)(struct job *j, void *owner));

/* One more of them; false: out of memory. */
MUST_USE bool removal_job_add(struct removal_job *j, const char *locator,
                              const struct seg_stat *seen);
void removal_job_free(struct removal_job *j);

#endif
