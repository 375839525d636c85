/* Who has the locks of a segment and who waits for them, as far as it is proved. Pure.
 *
 * The words of a lock name a thread by a number (words.h), and a number proves nothing: the thread
 * may have died and another may have it by now, in another process or another PID namespace. So
 * what counts is evidence, the threads of the processes that map the segment, as the system has
 * them (backend/tasks.h): a thread with that number in its own namespace holds the lock; where no
 * thread at all has it, of whatever process, the owner is dead: one that has merely unmapped the
 * segment can map it again, and give the lock back. A waiter is a thread that sleeps in
 * a futex call with an address that, where its process maps the segment, falls on the lock; what
 * the words say of waiters is no more than a hint.
 *
 * Where users of the segment may be in several PID namespaces one number belongs to several
 * threads, and those that died have left no trace: a thread that has it is perhaps the owner, and
 * no more. A deadlock is a ring: a thread that waits, without a time limit, for a lock whose proved
 * owner waits for a lock, and so on back to the first. */
#ifndef SHMLENS_CORE_LOCK_JUDGE_H
#define SHMLENS_CORE_LOCK_JUDGE_H

#include "core/lock/words.h"

/* A thread of a process that maps the segment. */
struct lock_task {
    uint32_t pid, tid;
    uint32_t own; /* its number in its own PID namespace, */
    bool nested;  /* which is not ours, or not known */
    bool ended;   /* a zombie: it does nothing any more */
    bool waits;   /* in the segment, at: */
    uint64_t at;
    bool timed;      /* only for some time */
    bool apart;      /* in a way in which other processes cannot wake it */
    uint64_t sleeps; /* how often it has gone to sleep; 0: not known, of all that are in no ring */
};

enum lock_owner {
    OWNER_NONE,   /* it is held by nobody, or is nothing to be held */
    OWNER_SEEN,   /* these threads have that number */
    OWNER_DEAD,   /* nobody can be it any more */
    OWNER_UNSEEN, /* not seen among the users; that it is dead is not proved */
    OWNER_UNKEPT, /* its words do not name one */
};

enum { LOCK_OWNERS = 4 }; /* that are listed: in several namespaces several have one number */

struct lock_object {
    uint64_t offset;
    uint32_t size;
    enum lock_kind kind;
    const char *unread; /* why its words say nothing; NULL: `words` is what they say */
    struct lock_words words;
    bool absent; /* no thread of any process has the number of the owner */
    bool moved;  /* its words changed while the evidence was gathered */

    enum lock_owner owner;          /* what lock_judge found out: */
    uint32_t owners;                /* in owned_by */
    uint32_t owned_by[LOCK_OWNERS]; /* tasks */
    bool perhaps;                   /* each of them may be it, and none is proved to be */
    size_t first_waiter, waiters;   /* of lock_scene.waiter */
    bool apart;                     /* it does not work between processes */
};

struct lock_scene {
    struct lock_object *object; /* by offset; none overlaps another */
    size_t objects;
    const struct lock_task *task; /* by tid */
    size_t tasks;
    bool whole;       /* every process that could use the segment was looked at */
    bool asleep;      /* what each of the tasks waits for is known */
    bool nobody;      /* no process maps the segment */
    bool inside;      /* others may use it from outside of our PID namespace */
    uint32_t *waiter; /* tasks, those of one object together; room for all tasks */
    uint32_t *mark;   /* room for all tasks, of lock_ring */
};

/* Fills in what is proved. */
void lock_judge(struct lock_scene *s);

/* A dead owner: proved, not merely not seen. */
bool lock_is_dead(const struct lock_object *o);

/* One step of a ring of waits: a task, and the object that it waits for, which the next one has. */
struct lock_step {
    uint32_t task, object;
};

/* Finds the next ring after those before *from (0 at first), in room for all objects: none is in it
 * twice. The first step is by the owner of the object with the lowest offset. 0: there are no more.
 * All rings together take time proportional to the tasks. */
size_t lock_ring(struct lock_scene *s, uint32_t *from, struct lock_step *out);

/* A number that is the same for a ring in two looks if its threads slept in it from the one to the
 * other: the same threads and locks prove less, since they may have gone on and come back. 0: it is
 * not known how often one of them has gone to sleep. */
uint64_t lock_ring_proof(const struct lock_scene *s, const struct lock_step *ring, size_t n);

/* What is known of an object in one line: `mutex robust,shared held 812/815 ringd waiters 830,831`.
 * name(ctx, pid): printable, or NULL. Like snprintf. */
size_t lock_text(const struct lock_scene *s, const struct lock_object *o,
                 const char *(*name)(void *ctx, uint32_t pid), void *ctx, char *out, size_t cap);

/* The same without what it is: `held 812/815 ringd waiters 830,831`. */
size_t lock_verdict(const struct lock_scene *s, const struct lock_object *o,
                    const char *(*name)(void *ctx, uint32_t pid), void *ctx, char *out, size_t cap);

/* What it is, its words separated by commas: `robust,shared`. Like snprintf. */
size_t lock_attributes(const struct lock_words *w, char *out, size_t cap);

#endif
