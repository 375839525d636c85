/* The locks of a segment, who has them and who waits for them, with what proves it.
 *
 * One look takes the words of all locks, then the evidence (who maps the segment, which threads
 * they have and what these sleep in), then the words again: a lock that changed meanwhile proves
 * nothing. Owners that no user of the segment is are searched for among all threads that there are:
 * who has unmapped it can map it again. What would be worth an alarm, a dead owner or a deadlock,
 * is only said when a second look, a tenth of a second later and with users searched anew, finds
 * the same (core/lock/judge.h has the rules). Nobody is stopped, and nothing is stored.
 *
 * The screen has the words already, and looks again and again: it asks for one look at a time
 * (`seg` NULL), and compares two of them itself. */
#ifndef SHMLENS_PROPOSE_LOCKS_H
#define SHMLENS_PROPOSE_LOCKS_H

#include "backend/survey.h"
#include "core/lock/find.h"
#include "core/lock/judge.h"
#include "core/progress.h"

enum { LOCKS_RINGS = 64, LOCKS_NOTES = 6, LOCKS_NOTE = 320 };

struct lock_bytes {
    uint8_t at[LOCK_BYTES];
};

struct locks_ask {
    struct seg *seg; /* readable; NULL: the words are given, and it is looked once: */
    const struct lock_bytes *words; /* of the places, at one moment */
    const struct seg_who *who;      /* users of the segment, as they were seen lately */
    const struct lock_places *places;
    enum lock_libc libc;             /* that the user says; unknown: that of the programs */
    const struct seg_throttle *pace; /* of the searches for users */
    bool quick; /* owners that were not seen are not searched for: none is found to be dead */
};

struct locks {
    struct lock_scene scene; /* objects in the order of the places */
    struct lock_task *task;
    bool waiters_known;  /* whoever waits for a lock of the segment is seen */
    struct seg_who who;  /* the users, when they were looked at last */
    struct lock_abi abi; /* of the programs */
    struct locks_ring {
        struct lock_step *step;
        size_t n;
        uint64_t proof; /* lock_ring_proof */
    } * ring;
    size_t rings;
    char note[LOCKS_NOTES][LOCKS_NOTE]; /* what is not known, and why; printable */
    size_t notes;
};

/* *out is freed by locks_free, also after an error. SEG_E_STOPPED: it was stopped. */
MUST_USE struct oserr locks_look(struct backend *be, const struct locks_ask *ask,
                                 struct locks *out);
void locks_free(struct locks *l);

/* Is there an owner that was not seen? */
bool locks_unseen(const struct locks *l);

/* Is something proved that needs somebody's help: a dead owner, a deadlock? */
bool locks_bad(const struct locks *l);

/* lock_text and lock_verdict of the i-th object, with the names of the processes escaped. */
size_t locks_text(const struct locks *l, size_t i, char *out, size_t cap);
size_t locks_verdict(const struct locks *l, size_t i, char *out, size_t cap);

/* The name of a process that maps the segment, raw; "": not known. */
const char *locks_name(const struct locks *l, uint32_t pid);

#endif
