/* Shared-memory segments: find, open, look, store, make, remove. The only way from the program to a
 * shared byte; no pointer into shared memory leaves this folder.
 *
 * Strings: locators here are raw (the name's own bytes, NUL-terminated: `posix:/na\nme`); escaping
 * for people is the caller's (core/locator.h). Offsets and sizes are bytes. Times are nanoseconds
 * since the epoch. Threads: a backend may be used from several threads (its log is locked); a `seg`
 * by one at a time. Errors: struct oserr by value; nothing here prints, exits or raises. */
#ifndef SHMLENS_BACKEND_SEGMENT_H
#define SHMLENS_BACKEND_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oscall.h"
#include "backend/oserr.h"

struct backend; /* the call log, fault injection, per-process set-up (fault guard) */
struct seg;     /* one attached segment */

MUST_USE struct backend *backend_new(void); /* NULL: out of memory */
void backend_free(struct backend *be);

/* ---- kinds ---- */

enum seg_kind {
    SEG_POSIX,
    SEG_SYSV,
    SEG_MEMFD,
    SEG_FD,
    SEG_FILE,
    SEG_SEM,
    SEG_WIN,
    SEG_REC,
    SEG_KINDS
};

const char *seg_kind_name(enum seg_kind k); /* `posix`, `sysv`, ... as in `ls --kind` */

/* What this system has: the kinds (bits); lines for the help on forms of locators; what the demo's
 * writer makes, as it is typed. And its own rule behind a refusal (SEG_E_LOCATOR, SEG_E_IN_USE), a
 * sentence fragment; NULL: nothing to say. */
unsigned seg_kinds(void);
const char *seg_naming(void);
const char *seg_demo_name(void);
const char *seg_rule(uint32_t refusal);

enum seg_caps {
    SEG_CAP_CREATE = 1,
    SEG_CAP_RESIZE = 2,
    SEG_CAP_CHMOD = 4,
    SEG_CAP_REMOVE = 8,
    SEG_CAP_WRITE = 16,
    SEG_CAP_EXTENTS = 32,  /* holes can be told from data */
    SEG_CAP_FLEETING = 64, /* has no name of its own: lives as long as somebody has it */
};

/* ---- what is known of one ---- */

enum seg_known { /* bits: the field is known */
                 SEG_HAS_SIZE = 1,
                 SEG_HAS_RESIDENT = 2,
                 SEG_HAS_MODE = 4,
                 SEG_HAS_OWNER = 8,
                 SEG_HAS_TIMES = 16,
                 SEG_HAS_LINKS = 32,
                 SEG_HAS_SEALS = 64,
                 SEG_HAS_CREATOR = 128,
                 SEG_HAS_ID = 256,
                 SEG_HAS_ATTACHED = 512,
                 SEG_HAS_SWAP = 1024,
                 SEG_HAS_KEY = 2048,
                 SEG_HAS_LAST_PID = 4096,
                 SEG_HAS_SECTION = 0x10000,
};

enum seg_state { /* bits */
                 SEG_ST_UNLINKED = 1,
                 SEG_ST_SEALED = 2,
                 SEG_ST_DEST = 4,
                 SEG_ST_LOCKED = 8,
                 SEG_ST_HUGETLB = 16,
                 SEG_ST_RESERVED = 0x10000, /* Windows: pages are data once committed */
                 SEG_ST_ONLY_US = 0x20000,  /* Windows: nobody else has a handle */
};

struct seg_stat {
    unsigned known; /* enum seg_known */
    unsigned state; /* enum seg_state */
    uint64_t size;
    uint64_t resident; /* bytes that have memory (or swap) behind them */
    uint32_t mode;     /* permission bits, 07777 */
    uint32_t uid, gid;
    uint64_t links;
    uint32_t seals;    /* F_SEAL_* bits */
    uint64_t dev, ino; /* identity, with: */
    uint64_t space;    /* what tells apart objects of equal dev and ino; 0 for files with a name */
    int64_t atime, mtime, ctime;
    uint32_t creator;  /* pid */
    uint32_t last_pid; /* pid of the last attach or detach (System V) */
    uint32_t key;      /* System V: 0 is IPC_PRIVATE */
    uint64_t swap;     /* bytes of it that are swapped out */
    uint64_t attached; /* the kind's own count of attaches; Windows: of handles, less our own one */
    uint32_t section;  /* Windows: SEC_ flags */
    /* Filled by seg_refresh only: */
    bool name_gone; /* the name refers to nothing */
    bool replaced;  /* the name refers to another object now */
    bool denied;    /* the permissions would not let us open it (as we did) any more */
};

/* Which object: equal in all three is the same one, whatever its names are. dev 0: none. */
struct seg_id {
    uint64_t dev, ino, space;
};

static inline struct seg_id seg_id_of(const struct seg_stat *st)
{
    return (struct seg_id){st->dev, st->ino, st->space};
}

static inline bool seg_id_equal(struct seg_id a, struct seg_id b)
{
    return a.ino == b.ino && a.dev == b.dev && a.space == b.space;
}

/* How many processes other than ours map it writable, map it readable only, only hold it (on
 * Windows, where mappings are not known: have a handle with such rights). */
struct seg_users {
    size_t rw, ro, held;
};

/* One row of a list: one object (of all descriptors and mappings that reach it, one is chosen for
 * the locator, the same one as long as it is there), or one name of an object that has several. */
struct seg_info {
    enum seg_kind kind;
    char *locator; /* raw, canonical */
    char *name;    /* raw; of what has none (anonymous) empty */
    struct seg_stat stat;
    uint32_t via;       /* the process it is reached through (`fd:`, `map:`, `ns:`); 0: none */
    char via_comm[16];  /* its name, raw bytes */
    char owner[33];     /* user name, or the number */
    size_t who_first;   /* index of its first row in survey->mappers / ->holders, */
    size_t who_mappers; /* and how many there are */
    size_t who_holder_first, who_holders;
    struct seg_users users;
    bool who_unasked; /* who has it was not asked for (no SEG_SURVEY_WHO): the counts are 0 */
};

struct seg_mapper {
    uint32_t pid;
    uint32_t uid;  /* of the process */
    char comm[16]; /* /proc/PID/comm, raw bytes: escape before showing */
    bool write;    /* mapped writable */
    bool read;     /* mapped readable */
    uint64_t address, offset, length;
};

struct seg_holder {
    uint32_t pid;
    uint32_t uid; /* of the process */
    char comm[16];
    int32_t fd;      /* Windows: the handle */
    uint32_t access; /* Windows: SECTION_ rights of the handle; 0: not known */
};

enum { SEG_MAY_WRITE = 2, SEG_MAY_READ = 4 }; /* of those rights */

/* Who has one object. Processes that map it are not repeated among the holders. */
struct seg_who {
    struct seg_mapper
        *mappers; /* one row per mapping; adjacent mappings of one process are not merged */
    size_t mappers_count;
    struct seg_holder *holders;
    size_t holders_count;
    size_t unreadable; /* processes whose maps or descriptors could not be read (permission; not:
                          died) */
};

/* Everything at one moment: list plus who, from one pass over /proc. */
struct seg_survey {
    struct seg_info *segs; /* sorted by locator bytewise */
    size_t count;
    struct seg_who who;            /* rows of segs[i] are contiguous, see who_first */
    uint64_t fs_free, fs_total;    /* of the POSIX file system, bytes; 0: unknown */
    struct oserr error[SEG_KINDS]; /* a kind that could not be listed does not hide the others */
    struct seg_who also;           /* who has seg_ask.also: rows of `who`, not to be freed */
};

/* Flags of seg_survey. */
enum {
    SEG_SURVEY_WHO = 1,    /* read /proc: mappers and holders, and the objects that only processes
                              have (memfd, fd, file, other namespaces) */
    SEG_SURVEY_COUNTS = 2, /* with it: `users` is all that is asked; rows of who may be missing,
                              comm is empty and uid 0 */
};

/* Lists. `kinds`: bit per enum seg_kind; SEG_FILE: files that two processes map shared, or one
 * shared and writable. Our own process is included in who. The pass over /proc
 * can block for as long as another process makes it: call it where that hurts nobody. The caller
 * frees. */
MUST_USE struct oserr seg_survey(struct backend *be, unsigned kinds, unsigned flags,
                                 struct seg_survey *out);
void seg_survey_free(struct seg_survey *s);

/* ---- the same in slices ---- */

/* Where a pass over the processes is. */
struct seg_at {
    uint32_t pid;    /* the process that is read next, or read on */
    size_t done;     /* processes behind it */
    size_t expected; /* about how many there are in all; 0: not known */
};

enum seg_pace_answer {
    SEG_SCAN_CONTINUE,
    SEG_SCAN_SKIP, /* this process is not read and counts as unreadable; in the middle of it: on */
    SEG_SCAN_STOP, /* the survey fails with SEG_E_STOPPED */
};

/* Is asked before each process, and again between pieces of one that has very many mappings or
 * descriptors. It may take its time: nothing is held meanwhile. */
struct seg_throttle {
    enum seg_pace_answer (*ask)(void *ctx, const struct seg_at *at);
    void *ctx;
};

/* Passes that are given none of their own take this one (seg_who, seg_remove, ...); NULL: none. It
 * must stay until the last of them has ended. */
void backend_pace(struct backend *be, const struct seg_throttle *pace);

struct seg_ask {
    unsigned kinds, flags; /* as of seg_survey */
    struct seg_id also;    /* an object whose users are wanted whether it is listed or not, with
                              SEG_SURVEY_WHO; dev 0: none */
    const struct seg_throttle *pace; /* NULL: the backend's */
};

/* What is not read to its end is not handed out: *out is empty after an error. */
MUST_USE struct oserr seg_survey_paced(struct backend *be, const struct seg_ask *ask,
                                       struct seg_survey *out);

/* ---- one segment ---- */

enum seg_access {
    SEG_STAT = 0, /* only seg_refresh, seg_chmod, seg_who: needs no right to read */
    SEG_READ = 1,
    SEG_WRITE = 2, /* implies SEG_READ */
};

/* The canonical raw locator of a raw one (`posix:/x` for `/x`, `/dev/shm/x`), or why it is none. */
MUST_USE struct oserr seg_canonical(const char *locator, char *out, size_t cap);

/* Opens without changing anything: no O_CREAT, no blocking on fifos, links not followed. Caller
 * closes. */
MUST_USE struct oserr seg_open(struct backend *be, const char *locator, enum seg_access access,
                               struct seg **out);

/* Work that may take long asks this every few milliseconds whether it shall go on; `total` 0: it is
 * not known. False: it ends with SEG_E_STOPPED. (`deadline` is 0: nobody waits for a time.) */
struct seg_progress {
    bool (*yield)(void *ctx, int64_t deadline, uint64_t done, uint64_t total);
    void *ctx;
};

/* The same for what may take long to open: a recording is played to its end. NULL: never asked. */
MUST_USE struct oserr seg_open_with_progress(struct backend *be, const char *locator,
                                             enum seg_access access,
                                             const struct seg_progress *progress, struct seg **out);

/* Creates (never opens what exists), mode exactly as given, `size` zero bytes; opened SEG_WRITE.
 * When a later step fails the name is removed again. */
MUST_USE struct oserr seg_create(struct backend *be, const char *locator, uint64_t size,
                                 uint32_t mode, struct seg **out);
void seg_close(struct seg *s); /* NULL is fine */

/* Raises the access of an open segment (the same object, also when its name is gone). */
MUST_USE struct oserr seg_set_access(struct seg *s, enum seg_access access);
enum seg_access seg_get_access(const struct seg *s);

const char *seg_locator(const struct seg *s); /* canonical, raw; lives as long as s */

/* What it is called, raw: `ring` of `posix:/ring`, the name of a memfd, a System V key; empty: it
 * is not called anything. Lives as long as s. */
const char *seg_name(const struct seg *s);
enum seg_kind seg_kind(const struct seg *s);
unsigned seg_caps(const struct seg *s);         /* enum seg_caps */
unsigned seg_locator_caps(const char *locator); /* of what it would name; 0: no locator */

/* Asks the system how the segment is now: two or three cheap calls; remaps when it grew or shrank.
 */
MUST_USE struct oserr seg_refresh(struct seg *s, struct seg_stat *out);
const struct seg_stat *seg_last(const struct seg *s); /* what the last refresh or open saw */

/* Map only [offset, offset+length) (rounded to pages) from now on; reads outside are SEG_E_BEYOND.
 * length 0: all. */
MUST_USE struct oserr seg_limit(struct seg *s, uint64_t offset, uint64_t length);

/* What may be read, [*start, *end): all of it, or seg_limit's part. As of the last refresh. */
void seg_part(const struct seg *s, uint64_t *start, uint64_t *end);

/* Copies out up to n bytes from off; *got is less than n only at the end of the segment (0 there:
 * not an error). Aligned 8-byte words are never torn (nor smaller aligned ones); a hole reads as 0
 * and stays a hole; a segment that shrinks meanwhile gives a short read. Up to SEG_SMALL bytes come
 * from the mapping; larger reads are fastest with buf and off equal modulo the page size. Never
 * raises a signal. */
enum { SEG_SMALL = 64 * 1024 };
MUST_USE struct oserr seg_read(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got);

/* What is known of one byte of a sample. */
enum seg_byte {
    SEG_BYTE_DATA,    /* read */
    SEG_BYTE_HOLE,    /* never written: 0, and has no page */
    SEG_BYTE_UNKNOWN, /* unknown: reading it would disturb it */
    SEG_BYTE_BEYOND,  /* past the end, or outside of seg_limit's part */
};

/* One sample, with as few calls as can be: the n (at most SEG_SMALL) bytes from off, what each of
 * them is (enum seg_byte), and the segment's state as seg_refresh tells it, asked after the
 * reading: no byte that lies past that end counts. Bytes that are not data are 0. When it fails,
 * buf and state hold what could be had. */
MUST_USE struct oserr seg_sample(struct seg *s, uint64_t off, void *buf, uint8_t *state, size_t n,
                                 struct seg_stat *out);

enum seg_extent_kind { SEG_EXT_DATA, SEG_EXT_HOLE, SEG_EXT_UNKNOWN };

/* The run of equal kind that off lies in: [*start <= off, *end), *end at most the size. At or past
 * the end: *start == *end == size, kind HOLE. Costs no memory in the segment. *start may be off
 * itself. */
MUST_USE struct oserr seg_extent(struct seg *s, uint64_t off, uint64_t *start, uint64_t *end,
                                 enum seg_extent_kind *kind);

/* One value. */
struct poke {
    uint64_t offset;
    uint32_t size;    /* 1, 2, 4 or 8 */
    bool cas;         /* store only if the bytes there are `expect` */
    uint8_t value[8]; /* in memory order */
    uint8_t expect[8];
};
struct poked {
    uint8_t old[8]; /* what was there the moment before, exact when atomic */
    bool stored;    /* false: the compare-and-swap lost, `old` says to whom */
    bool atomic;    /* one store; false: unaligned, stored bytewise, ascending */
};

/* One store that was made: what undo needs. */
struct poke_done {
    uint64_t offset;
    uint32_t size;
    uint8_t old[8], value[8];
    bool atomic;
};

/* Aligned: one atomic exchange or compare-and-swap. Unaligned: bytewise, `cas` refused
 * (SEG_E_ALIGN). Needs SEG_WRITE. Beyond the end: SEG_E_BEYOND, nothing stored; never grows the
 * segment, whatever happens meanwhile. */
MUST_USE struct oserr seg_poke(struct seg *s, const struct poke *p, struct poked *out);

/* Stores n bytes bytewise ascending (fill, load, text). The range is checked first: SEG_E_BEYOND
 * and nothing is stored; *done says how much was stored when something fails later. Never grows. */
MUST_USE struct oserr seg_store(struct seg *s, uint64_t off, const void *buf, size_t n,
                                size_t *done);
MUST_USE struct oserr seg_fill(struct seg *s, uint64_t off, uint64_t n, uint8_t byte,
                               uint64_t *done);

MUST_USE struct oserr seg_resize(struct seg *s, uint64_t size); /* needs SEG_WRITE */
MUST_USE struct oserr seg_chmod(struct seg *s, uint32_t mode);  /* any access */

/* Who has this object now: one pass over /proc, may block (see seg_survey). Our own process is
 * included (the caller compares with os_pid). The caller frees with seg_who_free. */
MUST_USE struct oserr seg_who(struct seg *s, struct seg_who *out);

/* The same for an object known by its identity only (it need not have a name any more). */
MUST_USE struct oserr seg_who_object(struct backend *be, struct seg_id id, struct seg_who *out);
void seg_who_free(struct seg_who *w);

/* The users among its rows. */
struct seg_users seg_who_users(const struct seg_who *w);

enum seg_remove_flags {
    SEG_RM_FORCE = 1,  /* also when others have it */
    SEG_RM_DRY = 2,    /* all checks, no removal */
    SEG_RM_PROVED = 4, /* not because nobody is seen to have it: refuses with SEG_E_UNPROVED when
                          neither the kind nor a complete reading of /proc says that nobody does */
};

/* Removes the name: refuses with SEG_E_IN_USE when another process maps it or holds it (write lease
 * where we may take one, /proc), `who` (may be NULL) then names them and is the caller's to free
 * (always initialised). The object removed is the one that was checked: renamed aside, compared,
 * unlinked. */
MUST_USE struct oserr seg_remove(struct backend *be, const char *locator, unsigned flags,
                                 struct seg_who *who);

/* The same for one that was listed: refuses with SEG_E_REPLACED when the locator refers to another
 * object than `seen` (its stat in the list), also when that has the same number again (System V:
 * the number is reused; key, creator, size and time of the last change tell). The check is made
 * right before the removal, with the strongest proof of the kind: a process that takes it meanwhile
 * saves it. seen NULL: as seg_remove. */
MUST_USE struct oserr seg_remove_same(struct backend *be, const char *locator,
                                      const struct seg_stat *seen, unsigned flags,
                                      struct seg_who *who);

/* ---- being told ---- */

struct seg_events; /* a thread that waits for the system to say that names have changed */

/* Calls changed(ctx) on a thread of its own soon after a POSIX name appeared, vanished, was renamed
 * or got another size, mode or owner; 50 times a second at most. SEG_E_UNSUPPORTED: this system
 * does not say. */
MUST_USE struct oserr seg_events_start(struct backend *be, void (*changed)(void *ctx), void *ctx,
                                       struct seg_events **out);
void seg_events_stop(struct seg_events *ev); /* waits for the thread; NULL is fine */

/* ---- of one moment ---- */

/* Where reading means copying twice (no userfaultfd, see seg_read): bytes [*from, *to) of the last
 * seg_read or seg_sample came out another way each time, three times in a row: what was read of
 * them may never have stood there together. False: nothing of that kind. */
bool seg_torn(const struct seg *s, uint64_t *from, uint64_t *to);

/* A sequence counter as the writers of a range keep it: odd while they write, another even number
 * afterwards; in the machine's byte order. */
struct seg_seqlock {
    uint64_t offset; /* a multiple of width */
    uint32_t width;  /* bytes: 1, 2, 4 or 8 */
};

/* The counter's value. What was read before is not read after it, nor the other way round.
 * SEG_E_ALIGN: not such a counter; SEG_E_BEYOND: past the end. */
MUST_USE struct oserr seg_counter(struct seg *s, const struct seg_seqlock *lock, uint64_t *value);

/* As seg_read, but so that all of it stood there at one moment. With a lock: between two equal even
 * values of its counter. Without (NULL): until two readings in a row are the same. Reads at most
 * `tries` times (at least once; twice as often without a lock), without a pause. *settled false:
 * it never came to that; buf has the newest reading. */
MUST_USE struct oserr seg_read_consistent(struct seg *s, const struct seg_seqlock *lock,
                                          uint64_t off, void *buf, size_t n, unsigned tries,
                                          size_t *got, bool *settled);

/* ---- all of it ---- */

/* What seg_hash found: `pages` pages were hashed, then [their end, next) is no data but `gap`. */
struct seg_hashes {
    size_t pages;
    uint64_t next;            /* where to go on; not behind the end of what may be read */
    enum seg_extent_kind gap; /* SEG_EXT_HOLE or SEG_EXT_UNKNOWN */
};

/* Hashes (XXH3, 64 bits) up to `pages` pages of SEG_HASH_PAGE bytes from off, a multiple of that,
 * as far as they are data and exist as of the last refresh; stops at the first that is not, and
 * finds out how far that goes. What lies behind the end of the segment in its last page counts as
 * zeros. Costs no memory in the segment, and little more time than reading it. When it fails, the
 * pages hashed so far stand. */
enum { SEG_HASH_PAGE = 4096 };
MUST_USE struct oserr seg_hash(struct seg *s, uint64_t off, uint64_t *hash, size_t pages,
                               struct seg_hashes *out);

/* Bytes that are looked for, and the two of them (by index; they may be the same) that are rarest:
 * these are tried first. */
struct seg_needle {
    const uint8_t *bytes; /* private memory */
    size_t size;          /* at least 1 */
    size_t rare[2];
};

/* Looks for the needle in [off, end) as it stands in memory at that moment, as fast as memory is
 * read. *found: it is at *next. Else none of it starts in [off, *next), and the rest is for
 * seg_read to look at: a page there is no data, or the end is near (fewer than 128 places).
 * SEG_E_UNSUPPORTED: not this segment (no mapping in which holes stay holes). */
MUST_USE struct oserr seg_search(struct seg *s, const struct seg_needle *needle, uint64_t off,
                                 uint64_t end, uint64_t *next, bool *found);

#endif
