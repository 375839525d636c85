/* A kind of segment: a const table of functions that get, describe and drop a mapping, and the
 * kind's words. Everything that is the same for all kinds (bounds, faults, torn reads, atomic
 * stores, the window of --range) is written once, in segment*.c. segment.h says what it takes to
 * add a kind. */
#ifndef SHMLENS_BACKEND_PROVIDER_H
#define SHMLENS_BACKEND_PROVIDER_H

#include "backend/listing.h"
#include "backend/rights.h"
#include "backend/sys.h"
#include "backend/virtual.h"

/* A mapped range of a segment; base NULL: none. */
struct mapping {
    unsigned char *base;
    uint64_t at; /* offset in the segment, a multiple of the page size */
    size_t n;    /* bytes */
};

struct seg {
    struct backend *be;
    const struct provider *kind;
    enum seg_access access;
    char *locator;             /* canonical */
    char *display_name;        /* see seg_name; NULL: what follows the prefix of the locator */
    enum seg_kind listed_kind; /* the kind in a list: a descriptor may refer to a memfd */
    intptr_t handle;           /* the kind's own: a descriptor; -1: none */
    void *kind_data;           /* the kind's own, freed by its close; NULL: none */
    uint64_t dev, ino;         /* the system's numbers, where they are not the identity, */
    struct seg_id id;          /* which then is this */
    unsigned sticky_state;     /* enum seg_state: found when it was opened, and permanent */
    bool met_unknown; /* copy_out met bytes that cannot be known, and returned 0 for them */
    const struct seg_virtual_ops *ops; /* virtual segments: on kind_data; else NULL */
    struct seg_file *file;             /* recordings; else NULL */
    void *states; /* SEG_SMALL bytes, for virtual segments with unknown bytes */
    const struct seg_progress *progress; /* while it is opened; NULL: none */
    intptr_t watch;            /* userfaultfd that keeps holes of `read_map` holes; -1: none */
    struct seg_stat last;      /* as of the last stat */
    struct mapping read_map;   /* read-only, for small reads; touching a hole in it faults */
    uint64_t map_refused_size; /* this many bytes could not be mapped: not tried again; 0: none */
    bool unmappable;           /* there is no `read_map`: every read goes through copy_out */
    struct mapping write_map;  /* read-write, for the last stores */
    uint64_t limit_at;         /* the window: nothing outside it is read or stored */
    uint64_t limit_n;          /* 0: no window */
    uint64_t torn_from;        /* [torn_from, torn_to) of the last reading differed in three */
    uint64_t torn_to;          /* copies in a row; empty: nothing did */
    bool saw_hole;             /* the last sample had one in its window */
    uint64_t run_at, run_end;  /* cached extent of data that was slow to find, until run_until */
    uint64_t run_resident;     /* resident bytes of the segment then, or more since */
    int64_t run_until;         /* os_now's clock; 0: nothing is cached */
    int64_t name_due;          /* when the kind looks at the name again, os_now's clock */
    void *bounce_memory;       /* the memory that bounce is in */
    unsigned char *bounce;     /* page-aligned, of SEG_PIECE bytes; NULL until needed */
};

enum {
    SEG_PAGE = 4096,        /* divides every page size */
    SEG_PIECE = 128 * 1024, /* a large read is made of such pieces */
    SEG_HAND = 1024 * 1024, /* most that is mapped writable at a time */
};

struct provider {
    enum seg_kind kind;    /* of its segments, unless kind_of says otherwise */
    unsigned listed_kinds; /* bits: kinds that a survey lists of it; 0: none */
    unsigned caps;         /* enum seg_caps */
    struct seg_words words;

    /* The canonical form of a locator of this kind; call NULL and out[0] NUL: not of this kind. */
    struct oserr (*canonical)(const char *locator, char *out, size_t cap);

    /* The kind of a canonical locator; NULL: always `kind`. */
    enum seg_kind (*kind_of)(const char *locator);

    /* Adds a row for each segment of the wanted kinds (bits); NULL: only a scan of the processes
     * finds them. */
    struct oserr (*list)(struct backend *be, unsigned kinds, struct listing *l);

    struct oserr (*open)(struct seg *s, enum seg_access access); /* sets handle */
    struct oserr (*create)(struct seg *s, uint64_t size, uint32_t mode);
    struct oserr (*reopen)(struct seg *s, enum seg_access access); /* the same object */
    void (*close)(struct seg *s);                                  /* handle and watch */

    struct oserr (*stat)(struct seg *s, struct seg_stat *out); /* of the object */
    struct oserr (*name)(struct seg *s, struct seg_stat *out); /* name_gone, replaced */

    /* Proves that nobody else has the object. SEG_E_IN_USE: somebody has it; any other error, or
     * NULL: unknown. */
    struct oserr (*prove_unused)(struct seg *s);

    /* Maps a range (page-aligned start). `write` false: touching a page that has no memory must
     * fault and allocate nothing; if the kind cannot ensure that, it refuses the mapping. */
    struct oserr (*map)(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v);
    void (*unmap)(struct seg *s, struct mapping *v);

    /* Maps the pages of [off, off + n) of write_map at once, as far as the first that storing would
     * not give, so that a store need not fault. May do less. NULL: nothing to do. */
    void (*warm)(struct seg *s, uint64_t off, size_t n);

    /* Gives back what the system keeps for the pages of [off, off + n) of read_map that were
     * touched; touching them maps them again. NULL: it cannot. Several threads may call it for one
     * segment. */
    void (*forget)(struct seg *s, uint64_t off, size_t n);

    bool shared_reading; /* copy_out and next_data may be called by several threads at a time */

    /* Copies without a mapping; short at the end; sets s->met_unknown. off is on a page boundary.
     */
    struct oserr (*copy_out)(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got);

    /* Where data begins at or after off, page-aligned or off itself; `end` when there is none
     * before it. Cheap. */
    struct oserr (*next_data)(struct seg *s, uint64_t off, uint64_t end, uint64_t *data);

    /* The run at off < size: its end (at most size) and whether it is data. May take time for each
     * page of data. */
    struct oserr (*extent)(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                           enum seg_extent_kind *kind);

    struct oserr (*resize)(struct seg *s, uint64_t size);
    struct oserr (*chmod)(struct seg *s, uint32_t mode);
    struct oserr (*rights)(struct seg *s, struct seg_rights *out); /* as seg_rights */
    struct oserr (*set_rights)(struct seg *s, const char *sddl, bool *understood);

    /* As seg_remove; the locator is canonical. */
    struct oserr (*remove)(struct backend *be, const struct seg_removal *what, struct seg_who *who);
    struct oserr (*put_back)(struct backend *be, const char *locator); /* as seg_put_back */
};

/* The kinds of this system (providers.c), NULL-terminated. A locator belongs to the first one that
 * claims it; the help lists them in this order. */
extern const struct provider *const providers[];

/* Bytes of the POSIX file system; 0: unknown. Per system. */
void provider_space(struct backend *be, uint64_t *unused, uint64_t *total);

/* Recordings (virtual.c), and their files: opens a regular file. Per system. */
extern const struct provider recording_provider;
MUST_USE struct oserr file_open_reading(struct seg_file *f);
void file_close_reading(struct seg_file *f);

/* Asks the kind for the state of the segment, into s->last. */
MUST_USE struct oserr segment_stat(struct seg *s);

/* SEG_E_BEYOND of `call` unless [off, off + n) is inside the segment; asks for its size first. */
MUST_USE struct oserr segment_inside(struct seg *s, const char *call, uint64_t off, uint64_t n);

/* Maps what reads need, as large as the segment is now; sets s->map_refused_size when that fails.
 */
void segment_remap(struct seg *s);

/* As seg_read for up to SEG_SMALL bytes, without the final look at the size. */
MUST_USE struct oserr segment_read_small(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                                         size_t *got);

/* Copies n bytes at `in` of a page of shared memory, in whole words; false: it is not there. */
bool segment_copy_page(const unsigned char *page, size_t in, unsigned char *buf, size_t n);

/* Allocates s->bounce. */
MUST_USE struct oserr segment_bounce(struct seg *s);

/* Virtual segments: the bytes at off where they lie in memory of our own, *n in a row, up to `end`
 * at most; NULL: they do not. */
const unsigned char *segment_direct(struct seg *s, uint64_t off, uint64_t end, size_t *n);

/* A page, or a part of it, from the mapping; false: it is not there (a hole, or past the end). */
bool segment_read_page(struct seg *s, uint64_t off, unsigned char *buf, size_t n);

/* The run at off < the last known size, as the kind's extent. */
MUST_USE struct oserr segment_run(struct seg *s, uint64_t off, uint64_t *end,
                                  enum seg_extent_kind *kind);

/* ---- shared by storing one value and storing a range ---- */

/* Makes s->write_map hold [off, off + n) writable; n is at most SEG_HAND less a page. */
MUST_USE struct oserr map_for_write(struct seg *s, uint64_t off, size_t n);

/* After one value was stored: SEG_E_BEYOND when the segment has shrunk below its end. The value is
 * then taken back, because a store past the end but within the last page is kept there and would
 * appear when the segment grows again (FACTS 2). old: what was there before. */
MUST_USE struct oserr store_check_poke(struct seg *s, uint64_t off, const uint8_t *stored,
                                       uint8_t *old, size_t n);

/* Why a store into [off, off + n) faulted after `done` bytes: the segment shrank (SEG_E_BEYOND when
 * nothing was stored, else SEG_E_SHRANK), or there is no memory for the page. A segment that shrank
 * may have grown again before we looked: success means that the caller tries once more, and *faults
 * limits how often. */
struct oserr store_fault(struct seg *s, const char *call, uint64_t off, uint64_t n, uint64_t done,
                         int *faults);

#endif
