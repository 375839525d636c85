/* The threads of processes, and what they sleep in: the evidence for who holds a lock and who waits
 * for it (core/lock/judge.h).
 *
 * Nothing is attached to and nobody is stopped: /proc says which threads a process has, by which
 * numbers they know themselves (the owner of a lock is a number of its own PID namespace), and in
 * which call of the system a thread sleeps, with its arguments. Of a futex call the first one is
 * the address of the word that it waits for; other ways to wait are counted. That takes the right
 * to trace the process; where it is missing what a thread waits for is not known, which is said and
 * is not the same as nothing. */
#ifndef SHMLENS_BACKEND_TASKS_H
#define SHMLENS_BACKEND_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

struct backend;
struct seg_throttle;

struct task {
    uint32_t pid, tid;
    uint32_t own;     /* its number in its own PID namespace */
    bool nested;      /* which is not the one that /proc shows; or is not known */
    bool ended;       /* a zombie: the first thread of a process whose others go on */
    bool waits;       /* in a futex call, for the word at: */
    uint64_t address; /* as its process sees it */
    bool timed;       /* only for some time */
    bool apart;       /* by a private futex: other processes cannot wake it */
};

struct tasks {
    struct task *at; /* by process, in the order they were asked for */
    size_t count, room;
    size_t untold; /* threads of which it is not known what they wait for; a process whose threads
                      cannot be listed counts as one */
    struct oserr why; /* of the first of them */
    size_t veiled;    /* threads that sleep in a call that has what they wait for in their memory
                         (futex_waitv), or whose number is that of a call of 32-bit programs */
    size_t ringed;    /* threads that sleep in io_uring_enter, which can wait for words, too */
    bool inside;      /* we are in a PID namespace, and do not see who is outside */
};

/* The threads of these processes; one that has ended meanwhile has none. The caller frees with
 * tasks_free, also after an error. SEG_E_UNSUPPORTED: this system does not tell. */
MUST_USE struct oserr tasks_read(struct backend *be, const uint32_t *pid, size_t n,
                                 struct tasks *out);
void tasks_free(struct tasks *t);

/* How often a thread has gone to sleep since it began; 0: not known. */
uint64_t task_sleeps(struct backend *be, uint32_t pid, uint32_t tid);

/* A number that a thread may know itself by. */
struct task_number {
    uint32_t number;
    uint32_t pid, tid; /* one that does, and is alive, as we see it; 0: none was found */
};

/* Looks for threads with these numbers, each in its own PID namespace, among all processes that
 * there are, whether they use anything or not. `at`: ascending. One pass over /proc, which asks
 * `pace` (may be NULL) before each process. *whole false: somebody was not seen, who may have the
 * numbers that were not found. */
MUST_USE struct oserr tasks_search(struct backend *be, struct task_number *at, size_t n,
                                   const struct seg_throttle *pace, bool *whole);

#endif
