/* One shared-memory segment: open, look at, read, store, create. This and survey.h are the
 * program's only way to a shared byte; no pointer into shared memory leaves this folder.
 *
 * How it works. A locator names a segment; the first kind of the system whose syntax it has
 * (provider.h) opens it. A kind only gets, describes and drops mappings; everything else (bounds,
 * faults, torn reads, atomic stores, the log of calls) is written once, above the kinds. Small
 * reads are guarded loads from a mapping in which a hole stays a hole; large ones go around the
 * mapping.
 *
 * Strings: locators here are raw (the name's own bytes, NUL-terminated: `posix:/na\nme`); escaping
 * them for people is up to the caller (core/locator.h). Offsets and sizes are bytes. Times are
 * nanoseconds since the epoch. Threads: a backend may be used by several threads (its log is
 * locked), a `seg` by one at a time. Errors: struct oserr by value; nothing here prints, exits or
 * raises a signal. */
#ifndef SHMLENS_BACKEND_SEGMENT_H
#define SHMLENS_BACKEND_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oscall.h"
#include "backend/oserr.h"

/* Bytes of the name of a process, with the NUL: a command of Linux has 15, the file of an image of
 * Windows has its own. */
enum { SEG_COMM = 64 };

struct backend; /* the call log, fault injection, per-process set-up (fault guard) */
struct seg;     /* one attached segment */

MUST_USE struct backend *backend_new(void); /* NULL: out of memory */
void backend_free(struct backend *be);

/* ---- kinds ---- */

/* To add a kind: a row here (unless its segments are listed as an existing kind), a file with a
 * struct provider, a row in providers.c of its system, and the prefix of its locators in
 * core/locator.c, because core and backend do not know each other.
 *
 * A row: the constant; its name, as in `ls --kind`; the word that a list shows beside a locator
 * which does not show the kind; whether a segment outlives its last user. */
#define SEG_KIND_TABLE(KIND)                 \
    KIND(SEG_POSIX, "posix", "", true)       \
    KIND(SEG_SYSV, "sysv", "", true)         \
    KIND(SEG_MEMFD, "memfd", "memfd", false) \
    KIND(SEG_FD, "fd", "", false)            \
    KIND(SEG_FILE, "file", "", false)        \
    KIND(SEG_SEM, "sem", "sem", true)        \
    KIND(SEG_WIN, "win", "", false)          \
    KIND(SEG_REC, "rec", "", false)

#define SEG_KIND_CONSTANT(kind, name, tag, lasts) kind,
enum seg_kind { SEG_KIND_TABLE(SEG_KIND_CONSTANT) SEG_KINDS };
#undef SEG_KIND_CONSTANT

const char *seg_kind_name(enum seg_kind k);
const char *seg_kind_tag(enum seg_kind k);
bool seg_kind_lasts(enum seg_kind k);

/* Kinds as bits, 1 << enum seg_kind: those that a survey may list on this system, and those among
 * them whose names are known without asking other processes. */
unsigned seg_kinds(void);
unsigned seg_named_kinds(void);

/* What a kind says of itself: sentence fragments for messages; NULL: nothing special. */
struct seg_words {
    const char *help;        /* lines on its locators, for the help; ends in a newline */
    const char *form;        /* its locator, as in a list of all forms; NULL: not in that list */
    const char *name;        /* what a valid locator is like (SEG_E_NAME) */
    const char *absent;      /* nothing is there */
    const char *denied;      /* appended when access is denied */
    const char *other;       /* something else is there (SEG_E_NOT_SEGMENT) */
    const char *read_only;   /* why nothing can be stored (SEG_E_READ_ONLY) */
    const char *unsupported; /* why something cannot be done to it (SEG_E_UNSUPPORTED) */
    const char *irremovable; /* why its name cannot be removed, and what can be done instead */
};

/* Of the kind of a raw locator; never NULL, `name` and `absent` are always set. */
const struct seg_words *seg_words(const char *locator);

/* Of the i-th kind of this system; NULL: there are no more. */
const struct seg_words *seg_words_at(size_t i);

/* What a name without a kind is short for on this system (`Local\`); NULL: no name is. */
const char *seg_bare_space(void);

const char *seg_demo_name(void); /* what the demo creates on this system, as it is typed */

/* Bits: what can be done with a segment, what is special about it. */
enum seg_caps {
    SEG_CAP_CREATE = 1,
    SEG_CAP_RESIZE = 2,
    SEG_CAP_CHMOD = 4,
    SEG_CAP_REMOVE = 8,
    SEG_CAP_WRITE = 16,
    SEG_CAP_EXTENTS = 32,  /* holes can be distinguished from data */
    SEG_CAP_FLEETING = 64, /* has no name of its own: lives as long as somebody uses it */
    SEG_CAP_TIMES = 128,   /* a recording: shows the segment as it was at a time */
};

/* ---- what is known of one ---- */

/* Bits: the field is known. */
enum seg_known {
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

/* Bits. */
enum seg_state {
    SEG_ST_UNLINKED = 1,
    SEG_ST_SEALED = 2,
    SEG_ST_DEST = 4,
    SEG_ST_LOCKED = 8,
    SEG_ST_HUGETLB = 16,
    SEG_ST_LASTS = 32, /* a file in memory that outlives its users, where the kind alone does not */
    SEG_ST_RESERVED = 0x10000, /* Windows: pages become data when they are committed */
    SEG_ST_ONLY_US = 0x20000,  /* Windows: nobody else has a handle */
};

struct seg_stat {
    unsigned known; /* enum seg_known */
    unsigned state; /* enum seg_state */
    uint64_t size;
    uint64_t resident; /* bytes that have memory (or swap) */
    uint32_t mode;     /* permission bits, 07777 */
    bool acl;          /* an access control list says more than the mode */
    uint32_t uid, gid;
    uint64_t links;
    uint32_t seals; /* F_SEAL_* bits */
    uint64_t dev, ino;
    uint64_t space; /* identity space: 0 file system, else see struct seg_id */
    int64_t atime, mtime,
        ctime;         /* System V: last attach or detach; the same as ctime; IPC_SET or made */
    uint32_t creator;  /* pid */
    uint32_t last_pid; /* pid of the last attach or detach (System V) */
    uint32_t key;      /* System V: 0 is IPC_PRIVATE */
    uint64_t swap;     /* bytes of it that are swapped out */
    uint64_t attached; /* the kind's own count of attaches; Windows: of handles other than ours */
    uint32_t section;  /* Windows: SEC_ flags */
    /* Set by seg_refresh only: */
    bool name_gone; /* the name refers to nothing */
    bool replaced;  /* the name refers to a different object */
    bool denied;    /* the permissions would not let us open it (as we did) any more */
};

/* The identity of an object: equal in all three is the same object, whatever its names are. space
 * distinguishes objects whose dev and ino may be equal: 0 for files with a name, else memfds,
 * anonymous mappings, or the number of an IPC namespace. dev 0: no object. */
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

/* ---- open and close ---- */

enum seg_access {
    SEG_STAT = 0, /* only seg_refresh, seg_chmod, seg_who: needs no right to read */
    SEG_READ = 1,
    SEG_WRITE = 2, /* implies SEG_READ */
};

/* The canonical raw locator of a raw one (`posix:/x` for `/x`, `/dev/shm/x`), or why it is invalid.
 */
MUST_USE struct oserr seg_canonical(const char *locator, char *out, size_t cap);

/* Opens without changing anything: no O_CREAT, no blocking on fifos, links not followed. The caller
 * closes. */
MUST_USE struct oserr seg_open(struct backend *be, const char *locator, enum seg_access access,
                               struct seg **out);

/* Long work calls this every few milliseconds; `total` 0: unknown. False: stop, and the work ends
 * with SEG_E_STOPPED. (`deadline` is always 0 here.) */
struct seg_progress {
    bool (*yield)(void *ctx, int64_t deadline, uint64_t done, uint64_t total);
    void *ctx;
};

/* The same for segments that take long to open: a recording is played to its end. NULL: no
 * progress. */
MUST_USE struct oserr seg_open_with_progress(struct backend *be, const char *locator,
                                             enum seg_access access,
                                             const struct seg_progress *progress, struct seg **out);

/* Creates one (never opens an existing one) with exactly this mode and `size` zero bytes; opened
 * SEG_WRITE. When a later step fails the name is removed again. */
MUST_USE struct oserr seg_create(struct backend *be, const char *locator, uint64_t size,
                                 uint32_t mode, struct seg **out);
void seg_close(struct seg *s); /* NULL is fine */

/* Raises the access of an open segment (the same object, even when its name is gone). */
MUST_USE struct oserr seg_set_access(struct seg *s, enum seg_access access);
enum seg_access seg_get_access(const struct seg *s);

/* Releases the object so that we are no user of it any more, but can still find it again: no
 * mapping, no right to read. seg_set_access takes it again. */
MUST_USE struct oserr seg_release(struct seg *s);

const char *seg_locator(const struct seg *s); /* canonical, raw; lives as long as s */

/* The name, raw: `ring` of `posix:/ring`, the name of a memfd, a System V key; empty: none. Lives
 * as long as s. */
const char *seg_name(const struct seg *s);
enum seg_kind seg_kind(const struct seg *s);
unsigned seg_caps(const struct seg *s);         /* enum seg_caps */
unsigned seg_locator_caps(const char *locator); /* of the kind it names; 0: not a locator */

/* Asks the system for the state of the segment: two or three cheap calls. Remaps it when its size
 * changed. */
MUST_USE struct oserr seg_refresh(struct seg *s, struct seg_stat *out);
const struct seg_stat *seg_last(const struct seg *s); /* as of the last refresh or open */

/* Maps only [offset, offset+length) (rounded to pages) from now on; reads outside are SEG_E_BEYOND.
 * length 0: everything. */
MUST_USE struct oserr seg_limit(struct seg *s, uint64_t offset, uint64_t length);

/* What may be read, [*start, *end): everything, or the range of seg_limit. As of the last refresh.
 */
void seg_part(const struct seg *s, uint64_t *start, uint64_t *end);

MUST_USE struct oserr seg_resize(struct seg *s, uint64_t size); /* needs SEG_WRITE */
MUST_USE struct oserr seg_chmod(struct seg *s, uint32_t mode);  /* any access */

/* ---- read ---- */

/* Copies out up to n bytes from off; *got is less than n only at the end of the segment (0 there,
 * which is not an error). Aligned words of up to 8 bytes are never torn; a hole reads as 0 and
 * stays a hole; a segment that shrinks meanwhile gives a short read. Up to SEG_SMALL bytes come
 * from the mapping; larger reads are fastest when buf and off are equal modulo the page size. Never
 * raises a signal. */
enum { SEG_SMALL = 64 * 1024 };
MUST_USE struct oserr seg_read(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got);

/* What one byte of a sample is. */
enum seg_byte {
    SEG_BYTE_DATA,    /* was read */
    SEG_BYTE_HOLE,    /* never written: 0, and has no page */
    SEG_BYTE_UNKNOWN, /* finding out would disturb the segment */
    SEG_BYTE_BEYOND,  /* past the end, or outside the range of seg_limit */
};

/* One sample, with as few calls as possible: the n (at most SEG_SMALL) bytes from off, what each of
 * them is (enum seg_byte), and the state of the segment as seg_refresh reports it. The state is
 * asked for after the reading, and no byte past that end counts. Bytes that are not data are 0.
 * When it fails, buf and state hold what was available. */
MUST_USE struct oserr seg_sample(struct seg *s, uint64_t off, void *buf, uint8_t *state, size_t n,
                                 struct seg_stat *out);

/* Is [off, off + n), all of it data in the last sample, still these bytes? Reads the mapping and
 * makes no call of the system. False also when that is not known. */
bool seg_unchanged(struct seg *s, uint64_t off, const void *bytes, size_t n);

enum seg_extent_kind { SEG_EXT_DATA, SEG_EXT_HOLE, SEG_EXT_UNKNOWN };

/* The run of one kind that off lies in: [*start <= off, *end), *end at most the size. At or past
 * the end: *start == *end == size, kind HOLE. Allocates nothing in the segment. *start may be off
 * itself. */
MUST_USE struct oserr seg_extent(struct seg *s, uint64_t off, uint64_t *start, uint64_t *end,
                                 enum seg_extent_kind *kind);

/* ---- store ---- */

/* One value. */
struct poke {
    uint64_t offset;
    uint32_t size;    /* 1, 2, 4 or 8 */
    bool cas;         /* store only if the bytes there are `expect` */
    uint8_t value[8]; /* in memory order */
    uint8_t expect[8];
    uint8_t mask[8]; /* all 0: every bit. Else only these bits are compared and stored; the others
                        keep what they are at that moment. Aligned only (SEG_E_ALIGN) */
};
struct poked {
    uint8_t old[8]; /* the bytes right before the store, exact when atomic */
    bool stored;    /* false: the compare-and-swap lost, and `old` is the winner */
    bool atomic;    /* one store; false: unaligned, stored bytewise, ascending */
};

/* One store that was made: what undo needs. */
struct poke_done {
    uint64_t offset;
    uint32_t size;
    uint8_t old[8], value[8];
    uint8_t mask[8]; /* as in struct poke */
    bool atomic;
};

/* Aligned: one atomic exchange or compare-and-swap. Unaligned: bytewise, and `cas` is refused
 * (SEG_E_ALIGN). Needs SEG_WRITE. Past the end: SEG_E_BEYOND and nothing is stored; never grows the
 * segment, whatever happens meanwhile. */
MUST_USE struct oserr seg_poke(struct seg *s, const struct poke *p, struct poked *out);

/* Stores n bytes, bytewise ascending (fill, load, text). The range is checked first: SEG_E_BEYOND
 * and nothing is stored. *done: bytes stored when something fails later. Never grows it. */
MUST_USE struct oserr seg_store(struct seg *s, uint64_t off, const void *buf, size_t n,
                                size_t *done);
MUST_USE struct oserr seg_fill(struct seg *s, uint64_t off, uint64_t n, uint8_t byte,
                               uint64_t *done);

/* ---- consistent reads ---- */

/* Where reading means copying twice (there is no userfaultfd, see seg_read): true when bytes
 * [*from, *to) of the last seg_read or seg_sample differed in three copies in a row, so that what
 * was read may be a mixture of several moments. */
bool seg_torn(const struct seg *s, uint64_t *from, uint64_t *to);

/* Can reading leave holes as they are here (userfaultfd)? The error is why not. */
MUST_USE struct oserr seg_spares_holes(struct backend *be);

/* A sequence counter kept by the writers of a range: odd while they write, the next even number
 * afterwards; in the machine's byte order. */
struct seg_seqlock {
    uint64_t offset; /* a multiple of width */
    uint32_t width;  /* bytes: 1, 2, 4 or 8 */
    bool two;        /* there are two: `offset` is counted before a store, and `end` after it, so */
    uint64_t end; /* that they are equal while nobody writes; whether they are odd says nothing */
};

/* The counter's value. Earlier reads are not reordered after it, nor later ones before it.
 * SEG_E_ALIGN: not a valid counter; SEG_E_BEYOND: past the end. */
MUST_USE struct oserr seg_counter(struct seg *s, const struct seg_seqlock *lock, uint64_t *value);

/* As seg_read, but all bytes are of one moment. With a lock: read between two equal even values of
 * its counter, or equal values of its two counters, the later one read first. Without (NULL): two
 * readings in a row are equal. Reads at most `tries` times (at least once; twice as often without a
 * lock), without a pause. *settled false: it never succeeded, and buf has the newest reading. */
MUST_USE struct oserr seg_read_consistent(struct seg *s, const struct seg_seqlock *lock,
                                          uint64_t off, void *buf, size_t n, unsigned tries,
                                          size_t *got, bool *settled);

/* ---- whole segments, as fast as memory can be read ---- */

/* Result of seg_hash: `pages` pages were hashed, and [their end, next) is no data but `gap`. */
struct seg_hashes {
    size_t pages;
    uint64_t next;            /* where to continue; at most the end of what may be read */
    enum seg_extent_kind gap; /* SEG_EXT_HOLE or SEG_EXT_UNKNOWN */
};

/* Hashes (XXH3, 64 bits) up to `pages` pages of SEG_HASH_PAGE bytes from off, a multiple of that,
 * as long as they are data and exist as of the last refresh. Stops at the first page that is not
 * data and finds the end of that gap. Bytes past the end of the segment in its last page count as
 * zeros. Allocates nothing in the segment, and takes little more time than reading it. After a
 * failure the pages hashed so far are valid. */
enum { SEG_HASH_PAGE = 4096 };
MUST_USE struct oserr seg_hash(struct seg *s, uint64_t off, uint64_t *hash, size_t pages,
                               struct seg_hashes *out);

/* The same by several threads, `hands` of them at most, the caller's included. */
enum { SEG_HANDS_MOST = 16 };
MUST_USE struct oserr seg_hash_shared(struct seg *s, unsigned hands, uint64_t off, uint64_t *hash,
                                      size_t pages, struct seg_hashes *out);

/* A literal to search for, and the indices of its two rarest bytes (they may be the same), which
 * are compared first. */
struct seg_needle {
    const uint8_t *bytes; /* private memory */
    const uint8_t *mask;  /* the bits of each that count (the others are 0 in `bytes`); NULL: all */
    size_t size;          /* at least 1 */
    size_t rare[2];
    bool once;      /* it is looked at now and then no more: what is searched is not kept mapped */
    unsigned hands; /* threads that may take part, the caller's included; 0 is 1 */
};

/* Searches [off, end) for the needle, in the memory itself. *found: it is at *next. Otherwise no
 * match starts in [off, *next), and the rest has to be searched by seg_read: a page there is not
 * data, or there are fewer than 128 places. SEG_E_UNSUPPORTED: this segment has no mapping
 * in which holes stay holes. */
MUST_USE struct oserr seg_search(struct seg *s, const struct seg_needle *needle, uint64_t off,
                                 uint64_t end, uint64_t *next, bool *found);

#endif
