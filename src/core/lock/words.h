/* What the words of a lock mean: mutexes, read-write locks, conditions, semaphores and barriers of
 * POSIX threads as the C libraries lay them out. Pure.
 *
 * A lock is some words in the segment that only the C library of the program understands, so the
 * library is chosen by the one that is mapped in the programs that use it (lock_abi_of), never by
 * this one's. The rows of known layouts are for programs of 64 bits on x86-64, where they were
 * measured: glibc from 2.25 on, musl from 1.1 on. What the words say is not believed to be so: a
 * number of an owner is only a number until judge.h has found a thread that has it. */
#ifndef SHMLENS_CORE_LOCK_WORDS_H
#define SHMLENS_CORE_LOCK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum lock_kind {
    LOCK_NONE,
    LOCK_MUTEX,
    LOCK_RWLOCK,
    LOCK_COND,
    LOCK_SEM,
    LOCK_BARRIER,
    LOCK_KINDS
};
const char *lock_kind_name(enum lock_kind kind); /* `mutex` */

enum { LOCK_BYTES = 56 };              /* of the largest */
size_t lock_size(enum lock_kind kind); /* bytes that it has in the known layouts */

enum lock_libc { LIBC_UNKNOWN, LIBC_GLIBC, LIBC_MUSL };

/* A C library as a process has it. */
struct lock_abi {
    enum lock_libc libc;
    uint32_t version; /* of glibc: 217 is 2.17; 0: 2.34 or later, or not known */
    bool narrow;      /* 32 bits: not decoded */
};

/* Is this file of a process, mapped up to `end`, its C library? */
bool lock_abi_of(const char *path, uint64_t end, struct lock_abi *out);
const char *lock_libc_name(enum lock_libc libc); /* `glibc`; NULL: not known */

enum lock_state {
    LOCK_FREE,
    LOCK_HELD,      /* by one, `owner` */
    LOCK_READERS,   /* for reading, by `value` of them */
    LOCK_DIED,      /* robust: the system saw its owner die, and it has not been taken since */
    LOCK_LOST,      /* robust: nobody can take it any more */
    LOCK_DESTROYED, /* pthread_mutex_destroy */
    LOCK_COUNTS,    /* is not held by anybody: `value` says what it is at */
};

struct lock_words {
    enum lock_state state;
    bool shared_known, shared; /* made for several processes */
    bool recursive, errorcheck, adaptive, robust, pi, protect;
    bool inconsistent; /* robust: held since an owner died, and not yet said to be mended */
    bool waited;       /* the words say that somebody waits */
    bool counted;      /* `value` is known */
    uint32_t owner;    /* its thread, a number of its own PID namespace; 0: not kept */
    uint32_t value;    /* readers; of a semaphore; threads that have arrived at a barrier */
    uint32_t of;       /* threads that a barrier waits for */
    uint32_t depth;    /* of a recursive mutex that is held */
};

/* Reads the n bytes of a lock. NULL, or why they say nothing: a sentence fragment. Never reads past
 * n; any bytes will do. */
MUST_USE const char *lock_decode(const struct lock_abi *abi, enum lock_kind kind,
                                 const uint8_t *bytes, size_t n, struct lock_words *out);

#endif
