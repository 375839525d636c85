/* A command line of the UI as a job. On the sampler's thread it works on the attached segment, or
 * on a past moment of it; on the walker's thread it opens what the line names. The output of the
 * command is collected and handed to the UI with the job. */
#ifndef SHMLENS_SESSION_COMMAND_JOB_H
#define SHMLENS_SESSION_COMMAND_JOB_H

#include "cli/command.h"
#include "core/locator.h"
#include "core/marks.h"
#include "live/sampler.h"

struct command_job {
    struct job job;
    struct sampler *sampler; /* NULL: runs on the walker, without a segment */
    struct backend *be;
    const struct seg_throttle *pace; /* of scans of the processes; NULL: in one go */
    char *line;                      /* malloc'd, the job's */
    char named[LOCATOR_MAX]; /* the locator that the UI put into the line, raw; empty: none; */
    struct seg_id is;        /* it must lead to this object; dev 0: to any */
    uint64_t cursor;         /* for relative offsets */
    struct marks marks;
    char view[16];                   /* name of the default view */
    int64_t past;                    /* the moment that reading commands see; 0: now */
    char when[48];                   /* with past: ` as of -3.2s`, for messages */
    atomic_uint_least64_t *progress; /* see command_env.written; NULL: not asked */
    int status;                      /* exit status */
    struct out out, err;             /* what it printed */
    struct poke_done pokes[POKES_KEPT];
    size_t pokes_count;
    char undo[32]; /* the key that takes back what it writes */
    const struct view *poked_as;
    struct kept_range *kept; /* see command_env; released with the job unless taken (NULL) before */
    bool in_use;             /* see command_env, */
    bool agreed, asks;       /* and this */
    char lost[COMMAND_LOST]; /* what was stored and cannot be undone; empty: nothing was */
    struct seg *made;        /* see command_env; closed with the job unless taken (NULL) before */
};

/* Allocates and fills one; finish must free it with command_job_free. NULL: out of memory. */
struct command_job *command_job_new(struct backend *be, struct sampler *s, const char *line,
                                    void (*finish)(struct job *j, void *owner));
void command_job_free(struct command_job *j);

#endif
