/* All segments and their users: lists, users, removal, notices of new names.
 *
 * How it works. Every kind lists the segments whose names the system knows. When users are asked
 * for too, one scan of the processes (on Linux: mappings and descriptors in /proc, on Windows:
 * handles) finds them for all objects at once, and finds the objects that only processes have
 * (memfd, unlinked, files, other namespaces). An object is known by its identity (seg_id), never by
 * a name. A scan can block for as long as another process makes it: it asks a throttle before each
 * process, which may make it pause, skip the process or stop. */
#ifndef SHMLENS_BACKEND_SURVEY_H
#define SHMLENS_BACKEND_SURVEY_H

#include "backend/segment.h"

/* ---- users of an object ---- */

/* One mapping. */
struct seg_mapper {
    uint32_t pid;
    uint32_t uid;        /* of the process */
    char comm[SEG_COMM]; /* /proc/PID/comm, raw bytes: escape it before showing */
    bool write;          /* mapped writable */
    bool read;           /* mapped readable */
    uint64_t address, offset, length;
};

/* One descriptor; on Windows one handle; on Linux also a loop device. */
struct seg_holder {
    uint32_t pid; /* 0: no process but the loop device `comm` */
    uint32_t uid; /* of the process */
    char comm[SEG_COMM];
    int32_t fd;      /* Windows: the handle; -1: of a loop device */
    uint32_t access; /* Windows: SECTION_ rights of the handle; 0: not known */
};

enum { SEG_MAY_WRITE = 2, SEG_MAY_READ = 4 }; /* of those rights */

/* A process that could not be read. */
struct seg_unread {
    uint32_t pid;
    char comm[SEG_COMM]; /* raw bytes; empty: not known */
    struct oserr why;    /* none: it was left out, because whoever reads it hangs */
};

/* The first of them. */
enum { SEG_UNREAD_MAX = 4 };
struct seg_unreads {
    struct seg_unread row[SEG_UNREAD_MAX];
    size_t count;
};

/* How it is known that nobody uses an object. */
enum seg_proof {
    SEG_PROOF_NONE,  /* it is not known */
    SEG_PROOF_SCAN,  /* all processes were read, and nothing else was seen that may hide a user */
    SEG_PROOF_LEASE, /* the kernel says so, of all processes */
    SEG_PROOF_COUNT, /* so does the kind's own count */
};

/* The users of one object, this process included (the caller compares with os_pid). Adjacent
 * mappings of one process are not merged. A process that maps it is not repeated among the holders.
 */
struct seg_who {
    struct seg_mapper *mappers;
    size_t mappers_count;
    struct seg_holder *holders;
    size_t holders_count;
    size_t unreadable; /* processes whose maps or descriptors we may not read (not: that ended) */
    size_t unowned;    /* open files, of unknown objects, that no process has: in flight over a
                          socket, in an io_uring, of a loop device. Looked for only where every
                          process was read and an object has no user; else 0 */
    enum seg_proof proof;      /* of a removal: that it is unused */
    struct seg_unreads unread; /* some of those `unreadable`; none where users were only counted */
};

/* Processes other than ours that map it writable, map it readable only, only hold it (on Windows,
 * where mappings are not known: that have a handle with such rights). */
struct seg_users {
    size_t rw, ro, held;
    size_t mappings; /* of all these processes */
    size_t ours;     /* shared mappings of our own process, which a kind's count of attaches has */
};

struct seg_users seg_who_users(const struct seg_who *w);
/* The processes that map it, each once and without ourselves: up to `room` of them. *more (may be
 * NULL): there are others. */
size_t seg_who_pids(const struct seg_who *w, uint32_t *pid, size_t room, bool *more);

void seg_who_free(struct seg_who *w);

/* ---- scans ---- */

/* Progress of a scan. */
struct seg_at {
    uint32_t pid;    /* the process to be read, or to be read further */
    size_t done;     /* processes before it */
    size_t expected; /* about how many there are in all; 0: not known */
};

enum seg_pace_answer {
    SEG_SCAN_CONTINUE,
    SEG_SCAN_SKIP, /* this process is not read and counts as unreadable; between pieces: continue */
    SEG_SCAN_STOP, /* the scan fails with SEG_E_STOPPED */
};

/* Asked before each process, and between pieces of one that has very many mappings or descriptors.
 * It may take its time: no lock is held meanwhile. */
struct seg_throttle {
    enum seg_pace_answer (*ask)(void *ctx, const struct seg_at *at);
    void *ctx;
};

/* Finds the users of this object. Scans the processes; the caller frees with seg_who_free. `pace`
 * of this and of all that scan: NULL scans in one go. */
MUST_USE struct oserr seg_who(struct seg *s, const struct seg_throttle *pace, struct seg_who *out);

/* The same without the holders, in a third of the time: for who asks about mappings alone. Private
 * mappings count only where no process but ours has a shared one. On Windows, where mappings are
 * not known, it is the same as seg_who. */
MUST_USE struct oserr seg_who_maps(struct seg *s, const struct seg_throttle *pace,
                                   struct seg_who *out);

/* The same for an object of which only the identity is known. */
MUST_USE struct oserr seg_who_object_maps(struct backend *be, struct seg_id id,
                                          const struct seg_throttle *pace, struct seg_who *out);

/* The same as seg_who for an object of which only the identity is known (it need not have a name
 * any more). */
MUST_USE struct oserr seg_who_object(struct backend *be, struct seg_id id,
                                     const struct seg_throttle *pace, struct seg_who *out);

/* ---- lists ---- */

/* Rows [first, first + count) of an array. */
struct slice {
    size_t first, count;
};

/* One row of a list: one object, or one name of an object that has several. Of all descriptors and
 * mappings that reach an object one is chosen for its locator, always the same one while it exists.
 */
struct seg_info {
    enum seg_kind kind;
    char *locator; /* raw, canonical */
    char *name;    /* raw; empty: it has none */
    struct seg_stat stat;
    uint32_t via;            /* the process it is reached through (`fd:`, `map:`, `ns:`); 0: none */
    char via_comm[SEG_COMM]; /* its name, raw bytes */
    char owner[33];          /* user name, or the number */
    struct slice mappers, holders; /* its rows in survey->who, see seg_info_who */
    struct seg_users users;
    bool who_unasked; /* users were not asked for (no SEG_SURVEY_WHO): the counts are 0 */
};

/* Everything at one moment: the list, and all users from one scan. */
struct seg_survey {
    struct seg_info *segs; /* sorted by locator, bytewise */
    size_t count;
    struct seg_who who;            /* rows of segs[i] are contiguous */
    uint64_t fs_free, fs_total;    /* bytes of the POSIX file system; 0: unknown */
    struct oserr error[SEG_KINDS]; /* a kind that cannot be listed does not hide the others */
    struct seg_who extra;          /* users of seg_ask.extra_id: rows of `who`, not to be freed */
};

/* Who has the object of one row: the rows stay the survey's. */
struct seg_who seg_info_who(const struct seg_survey *s, const struct seg_info *info);

/* Flags of a survey. */
enum {
    SEG_SURVEY_WHO = 1,    /* scan the processes: users, and objects that only processes have */
    SEG_SURVEY_COUNTS = 2, /* with it: only `users` is wanted; rows of who may be missing, comm is
                              empty and uid 0 */
};

struct seg_ask {
    unsigned kinds;         /* bits; SEG_FILE: files that two processes map shared, or that one
                               maps shared and writable */
    unsigned flags;         /* SEG_SURVEY_ */
    struct seg_id extra_id; /* an object whose users are wanted whether it is listed or not, with
                               SEG_SURVEY_WHO; dev 0: none */
    const struct seg_throttle *pace;
};

/* Takes a survey; seg_survey without a throttle. *out is empty after an error; the caller frees it.
 */
MUST_USE struct oserr seg_survey(struct backend *be, unsigned kinds, unsigned flags,
                                 struct seg_survey *out);
MUST_USE struct oserr seg_survey_paced(struct backend *be, const struct seg_ask *ask,
                                       struct seg_survey *out);
void seg_survey_free(struct seg_survey *s);

/* The row with this locator; NULL: there is none. */
struct seg_info *seg_survey_find(const struct seg_survey *s, const char *locator);

/* ---- removal ---- */

/* Whether the name of this object may be given to a different one. SEG_E_IN_USE: another process
 * maps or holds it, as the write lease (where we may take one) or a scan shows; *who names those
 * that are seen (always initialised, the caller frees it). */
MUST_USE struct oserr seg_replaceable(struct seg *s, const struct seg_throttle *pace,
                                      struct seg_who *who);

enum seg_remove_flags {
    SEG_RM_FORCE = 1, /* even when others use it, or may use it */
    SEG_RM_DRY = 2,   /* all checks, no removal */
    SEG_RM_SURE = 4,  /* a scan of the processes is not enough: then SEG_E_UNPROVED, and who->proof
                         is SEG_PROOF_SCAN */
};

struct seg_removal {
    const char *locator;         /* raw */
    const struct seg_stat *seen; /* as it was listed; NULL: whatever has the name */
    unsigned flags;              /* enum seg_remove_flags */
    const struct seg_throttle *pace;
};

/* Removes the name, all or nothing: the name is gone, or still leads to the object. Refuses with
 * SEG_E_IN_USE when another process maps or holds it; *who then names those that are seen (always
 * initialised, the caller frees it; NULL: not wanted). Refuses with SEG_E_UNPROVED when no user was
 * found, but not every process could be read and the kind has no better proof; who->proof says
 * which one there was. Refuses with SEG_E_REPLACED when the locator refers to a different object
 * than `seen`, also when that has the same number (System V reuses ids: key, creator, size and time
 * of the last change tell). The object removed is the one that was checked, with the strongest
 * proof the kind has, right before the removal: when a process opens it meanwhile it is not
 * removed. */
MUST_USE struct oserr seg_remove(struct backend *be, const struct seg_removal *what,
                                 struct seg_who *who);

/* Gives a segment its own name back that a removal had renamed aside and then could not end (it was
 * killed). SEG_E_NAME: this is not such a name. SEG_E_IN_USE: that removal may still be at work.
 * EEXIST: another segment has the name by now. */
MUST_USE struct oserr seg_put_back(struct backend *be, const char *locator);

/* ---- notices ---- */

struct seg_events; /* a thread that waits for the system to report changed names */

/* Calls changed(ctx) on a thread of its own soon after a POSIX name appeared, vanished, was renamed
 * or got a different size, mode or owner, at most 50 times a second. SEG_E_UNSUPPORTED: this system
 * does not report that. */
MUST_USE struct oserr seg_events_start(struct backend *be, void (*changed)(void *ctx), void *ctx,
                                       struct seg_events **out);
void seg_events_stop(struct seg_events *ev); /* waits for the thread; NULL is fine */

#endif
