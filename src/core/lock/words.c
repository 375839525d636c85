#include "core/lock/words.h"

#include <string.h>

/* Bits of the word of a robust or PI mutex: a part of the interface of the kernel. */
#define WORD_WAITERS    UINT32_C(0x80000000)
#define WORD_OWNER_DIED UINT32_C(0x40000000)
#define WORD_TID        UINT32_C(0x3fffffff)

const char *lock_kind_name(enum lock_kind kind)
{
    static const char *const names[LOCK_KINDS] = {"none", "mutex", "rwlock",
                                                  "cond", "sem",   "barrier"};
    return kind < LOCK_KINDS ? names[kind] : names[LOCK_NONE];
}

size_t lock_size(enum lock_kind kind)
{
    static const size_t sizes[LOCK_KINDS] = {0, 40, 56, 48, 32, 32};
    return kind < LOCK_KINDS ? sizes[kind] : 0;
}

/* ---- which library ---- */

const char *lock_libc_name(enum lock_libc libc)
{
    return libc == LIBC_GLIBC ? "glibc" : libc == LIBC_MUSL ? "musl" : NULL;
}

/* `libc-2.17.so`, as glibc called its file before 2.34: 217. 0: another name. */
static uint32_t version_of(const char *name)
{
    uint32_t minor = 0;
    const char *s = name + 7;
    if (strncmp(name, "libc-2.", 7) != 0)
        return 0;
    for (; *s >= '0' && *s <= '9' && minor < 100; s++)
        minor = 10 * minor + (uint32_t)(*s - '0');
    return s > name + 7 && strcmp(s, ".so") == 0 && minor < 100 ? 200 + minor : 0;
}

bool lock_abi_of(const char *path, uint64_t end, struct lock_abi *out)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    struct lock_abi abi = {.version = version_of(name), .narrow = end <= UINT32_MAX};
    if (strcmp(name, "libc.so.6") == 0 || abi.version != 0)
        abi.libc = LIBC_GLIBC;
    else if (strncmp(name, "ld-musl-", 8) == 0 || strncmp(name, "libc.musl-", 10) == 0 ||
             strcmp(name, "libc.so") == 0) /* the file that ld-musl-*.so.1 is a link to */
        abi.libc = LIBC_MUSL;
    if (abi.libc != LIBC_UNKNOWN)
        *out = abi;
    return abi.libc != LIBC_UNKNOWN;
}

/* ---- words ---- */

static uint32_t word(const uint8_t *bytes, size_t at)
{
    return bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
           (uint32_t)bytes[at + 3] << 24;
}

/* The word that the kernel knows too. */
static void futex_word(uint32_t v, struct lock_words *w)
{
    w->owner = v & WORD_TID;
    w->waited = (v & WORD_WAITERS) != 0;
    w->state = w->owner != 0 ? LOCK_HELD : (v & WORD_OWNER_DIED) != 0 ? LOCK_DIED : LOCK_FREE;
    w->inconsistent = w->owner != 0 && (v & WORD_OWNER_DIED) != 0;
}

static bool glibc_mutex(const uint8_t *p, struct lock_words *w)
{
    enum { KINDS = 3, ROBUST = 0x10, PI = 0x20, PROTECT = 0x40, SHARED = 0x80, ELISION = 0x300 };
    enum { CEILING_SHIFT = 19 };
    const uint32_t inconsistent = 0x7fffffff, lost = 0x7ffffffe;
    uint32_t lock = word(p, 0), count = word(p, 4), owner = word(p, 8), kind = word(p, 16);
    if (kind == UINT32_MAX) {
        w->state = LOCK_DESTROYED;
        return true;
    }
    if ((kind & ~(uint32_t)(KINDS | ROBUST | PI | PROTECT | SHARED | ELISION)) != 0)
        return false;
    w->recursive = (kind & KINDS) == 1;
    w->errorcheck = (kind & KINDS) == 2;
    w->adaptive = (kind & KINDS) == 3;
    w->robust = (kind & ROBUST) != 0;
    w->pi = (kind & PI) != 0;
    w->protect = (kind & PROTECT) != 0;
    w->shared_known = true;
    w->shared = (kind & SHARED) != 0;
    if (w->robust || w->pi) {
        futex_word(lock, w);
        w->inconsistent = w->inconsistent || (w->state == LOCK_HELD && owner == inconsistent);
        if (w->state == LOCK_FREE && w->robust && owner == lost)
            w->state = LOCK_LOST;
        else if (w->state == LOCK_DIED && owner < WORD_TID)
            w->owner = owner; /* the kernel leaves this one alone */
    } else {
        lock &= w->protect ? (UINT32_C(1) << CEILING_SHIFT) - 1 : UINT32_MAX;
        if (lock > 2 || owner > WORD_TID)
            return false;
        w->state = lock == 0 ? LOCK_FREE : LOCK_HELD;
        w->owner = lock == 0 ? 0 : owner;
        w->waited = lock == 2;
    }
    w->depth = w->recursive && w->state == LOCK_HELD ? count : 0;
    return true;
}

static bool musl_mutex(const uint8_t *p, struct lock_words *w)
{
    enum { TYPES = 3, ROBUST = 4, PI = 8, SHARED = 0x80, BUSY = 16 };
    uint32_t type = word(p, 0), lock = word(p, 4);
    if ((type & ~(uint32_t)(TYPES | ROBUST | PI | SHARED)) != 0 || (type & TYPES) == TYPES)
        return false;
    w->recursive = (type & TYPES) == 1;
    w->errorcheck = (type & TYPES) == 2;
    w->robust = (type & ROBUST) != 0;
    w->pi = (type & PI) != 0;
    w->shared_known = true;
    w->shared = (type & SHARED) != 0;
    w->waited = (lock & WORD_WAITERS) != 0 || word(p, 8) != 0;
    if ((type & (TYPES | ROBUST | PI)) == 0) { /* the owner is not kept */
        lock &= ~WORD_WAITERS;
        w->state = lock == 0 ? LOCK_FREE : LOCK_HELD;
        return lock == 0 || lock == BUSY;
    }
    if (lock == 0x7fffffff) {
        w->state = LOCK_LOST;
        return true;
    }
    futex_word(lock, w);
    w->waited = w->waited || word(p, 8) != 0;
    w->depth = w->recursive && w->state == LOCK_HELD ? word(p, 20) + 1 : 0;
    return true;
}

static bool glibc_rwlock(const uint8_t *p, struct lock_words *w)
{
    enum { WRITERS_TURN = 1, WRITE = 2, READERS_WAIT = 4, READERS_SHIFT = 3 };
    uint32_t readers = word(p, 0), shared = word(p, 28), owner = word(p, 24);
    if (shared > 1 || owner > WORD_TID)
        return false;
    w->shared_known = true;
    w->shared = shared == 1;
    w->waited = (readers & READERS_WAIT) != 0;
    if ((readers & WRITERS_TURN) != 0) {
        w->state = (readers & WRITE) != 0 ? LOCK_HELD : LOCK_FREE;
        w->owner = w->state == LOCK_HELD ? owner : 0;
    } else if (readers >> READERS_SHIFT != 0) {
        w->state = LOCK_READERS;
        w->value = readers >> READERS_SHIFT;
        w->counted = true;
        w->waited = w->waited || (readers & WRITE) != 0;
    }
    return true;
}

static bool musl_rwlock(const uint8_t *p, struct lock_words *w)
{
    enum { SHARED = 0x80 };
    uint32_t lock = word(p, 0), shared = word(p, 8), readers = lock & INT32_MAX;
    if (shared != 0 && shared != SHARED)
        return false;
    w->shared_known = true;
    w->shared = shared != 0;
    w->waited = (lock & WORD_WAITERS) != 0;
    if (readers == INT32_MAX) {
        w->state = LOCK_HELD; /* the owner is not kept */
    } else if (readers != 0) {
        w->state = LOCK_READERS;
        w->value = readers;
        w->counted = true;
    }
    return true;
}

/* glibc has two layouts of a condition under one version of its symbols and no word that tells
 * which: nothing of it is read. */
static bool glibc_cond(const uint8_t *p, struct lock_words *w)
{
    (void)p;
    w->state = LOCK_COUNTS;
    return true;
}

static bool musl_cond(const uint8_t *p, struct lock_words *w)
{
    bool shared = word(p, 0) == UINT32_MAX && word(p, 4) == UINT32_MAX;
    w->state = LOCK_COUNTS;
    w->shared_known = true;
    w->shared = shared;
    w->waited = shared && word(p, 12) != 0;
    return true;
}

static bool glibc_sem(const uint8_t *p, struct lock_words *w)
{
    enum { SHARED = 0x80 };
    uint32_t value = word(p, 0), shared = word(p, 8);
    if (value > INT32_MAX || (shared != 0 && shared != SHARED))
        return false;
    *w = (struct lock_words){.state = LOCK_COUNTS,
                             .shared_known = true,
                             .shared = shared != 0,
                             .waited = word(p, 4) != 0,
                             .counted = true,
                             .value = value};
    return true;
}

static bool musl_sem(const uint8_t *p, struct lock_words *w)
{
    enum { PRIVATE = 0x80 };
    uint32_t value = word(p, 0), private = word(p, 8);
    if (private != 0 && private != PRIVATE)
        return false;
    *w = (struct lock_words){.state = LOCK_COUNTS,
                             .shared_known = true,
                             .shared = private == 0,
                             .waited = value > INT32_MAX || word(p, 4) != 0,
                             .counted = true,
                             /* up to 1.2.3 -1 is 0 with waiters; from 1.2.4 on the highest bit */
                             .value = value == UINT32_MAX ? 0 : value & INT32_MAX};
    return true;
}

static bool glibc_barrier(const uint8_t *p, struct lock_words *w)
{
    enum { SHARED = 0x80 };
    uint32_t in = word(p, 0), round = word(p, 4), count = word(p, 8), shared = word(p, 12);
    if (count == 0 || count > INT32_MAX || (shared != 0 && shared != SHARED))
        return false;
    *w = (struct lock_words){.state = LOCK_COUNTS,
                             .shared_known = true,
                             .shared = shared != 0,
                             .counted = in - round <= count, /* else one round ends right now */
                             .value = in - round,
                             .of = count};
    return true;
}

static bool musl_barrier(const uint8_t *p, struct lock_words *w)
{
    uint32_t limit = word(p, 8), count = word(p, 12);
    bool shared = limit > INT32_MAX;
    *w = (struct lock_words){.state = LOCK_COUNTS,
                             .shared_known = true,
                             .shared = shared,
                             .waited = word(p, 4) != 0,
                             .counted = shared && count <= (limit & INT32_MAX) + 1,
                             .value = count,
                             .of = (limit & INT32_MAX) + 1};
    return true;
}

const char *lock_decode(const struct lock_abi *abi, enum lock_kind kind, const uint8_t *bytes,
                        size_t n, struct lock_words *out)
{
    static bool (*const readers[LIBC_MUSL + 1][LOCK_KINDS])(const uint8_t *,
                                                            struct lock_words *) = {
        [LIBC_GLIBC] = {NULL, glibc_mutex, glibc_rwlock, glibc_cond, glibc_sem, glibc_barrier},
        [LIBC_MUSL] = {NULL, musl_mutex, musl_rwlock, musl_cond, musl_sem, musl_barrier},
    };
    /* the first version of glibc, as 200 + minor, with the layout that is known */
    static const uint32_t since[LOCK_KINDS] = {0, 202, 225, 225, 221, 225};
    *out = (struct lock_words){0};
    if (kind <= LOCK_NONE || kind >= LOCK_KINDS || abi->libc > LIBC_MUSL)
        return "it is no lock that is known";
    if (abi->libc == LIBC_UNKNOWN)
        return "the C library of the programs is not known";
    if (abi->narrow)
        return "locks of 32-bit programs are not decoded";
    if (abi->version != 0 && abi->version < since[kind])
        return "this version of glibc laid it out in another way, which is not decoded";
    if (n != lock_size(kind))
        return "it has not the size that it has on x86-64";
    struct lock_words w = {0};
    if (!readers[abi->libc][kind](bytes, &w))
        return "these are not the words of such a lock";
    *out = w;
    return NULL;
}
