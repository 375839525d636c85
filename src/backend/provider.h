/* A kind of segment: a const table of functions that get, describe and drop a mapping. What is the
 * same for all kinds (bounds, faults, tearing, atomics, the window of --range) is written once, in
 * segment_*.c. */
#ifndef SHMLENS_BACKEND_PROVIDER_H
#define SHMLENS_BACKEND_PROVIDER_H

#include "backend/segment.h"
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
    char *display_name;        /* see seg_name; NULL: what follows the kind in the locator */
    enum seg_kind listed_kind; /* as it is listed: a descriptor may refer to a memfd */
    intptr_t handle;           /* the kind's own: a descriptor; -1: none */
    void *kind_data;           /* the kind's own, freed by its close; NULL: none */
    uint64_t dev, ino;         /* as the system numbers it, where that is no identity */
    struct seg_id id;          /* then this is */
    unsigned sticky_state;     /* enum seg_state: found when it was opened, and for good */
    bool met_unknown;          /* copy_out met bytes that cannot be known, and gave 0 for them */
    const struct seg_virtual_ops *ops; /* virtual segments: on kind_data; else NULL */
    struct seg_file *file;             /* recordings; else NULL */
    void *states;                      /* SEG_SMALL bytes, virtual ones of which not all is known */
    const struct seg_progress *progress; /* while it is opened; NULL: none */
    intptr_t watch;                      /* what keeps holes of `read_map` holes; -1: none */
    struct seg_stat last;                /* as of the last stat */
    struct mapping read_map;   /* read-only, for small reads; touching a hole in it faults */
    uint64_t map_refused_size; /* bytes that could not be mapped: no more are tried; 0: none */
    bool unmappable;           /* `read_map` cannot be had: every read goes through copy_out */
    struct mapping write_map;  /* read-write, for the last stores */
    uint64_t limit_at;         /* the window: nothing outside is read or stored */
    uint64_t limit_n;          /* 0: no window */
    uint64_t torn_from;        /* [torn_from, torn_to) of the last reading never came out equal */
    uint64_t torn_to;          /* twice in a row; 0: all did */
    bool saw_hole;             /* the last sample had one in its window */
    uint64_t run_at, run_end;  /* data that was costly to measure: believed until run_until */
    uint64_t run_resident;     /* bytes the segment had then, or more since */
    int64_t run_until;         /* on os_now's clock; 0: nothing */
    int64_t name_due;          /* when the kind asks for the name again, os_now's clock */
    void *bounce_memory;       /* what bounce lies in */
    unsigned char *bounce;     /* page-aligned, of SEG_PIECE bytes; NULL until needed */
};

enum {
    SEG_PAGE = 4096,        /* divides every page size */
    SEG_PIECE = 128 * 1024, /* a large read is made of such pieces */
    SEG_HAND = 1024 * 1024, /* most that is mapped writable at a time */
};

/* Rows of a list under way. */
struct listing {
    struct seg_info *segs;
    size_t count, cap;
};

struct provider {
    enum seg_kind kind;
    unsigned caps; /* enum seg_caps */

    /* The canonical form of a locator of this kind; call NULL and out[0] NUL: not of this kind. */
    struct oserr (*canonical)(const char *locator, char *out, size_t cap);

    /* Adds a row for each segment of the wanted kinds (bits); NULL: cannot be listed. */
    struct oserr (*list)(struct backend *be, unsigned kinds, struct listing *l);

    struct oserr (*open)(struct seg *s, enum seg_access access); /* sets handle */
    struct oserr (*create)(struct seg *s, uint64_t size, uint32_t mode);
    struct oserr (*reopen)(struct seg *s, enum seg_access access); /* the same object */
    void (*close)(struct seg *s);                                  /* handle and watch */

    struct oserr (*stat)(struct seg *s, struct seg_stat *out); /* of the object */
    struct oserr (*name)(struct seg *s, struct seg_stat *out); /* name_gone, replaced */

    /* Maps a range (page-aligned start). `write` false: touching what has no memory behind it must
     * fault and make nothing, or the mapping is refused. */
    struct oserr (*map)(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v);
    void (*unmap)(struct seg *s, struct mapping *v);

    /* Copies without a mapping; short at the end; s->met_unknown. off is on a page. */
    struct oserr (*copy_out)(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got);

    /* Where data begins at or after off, page-aligned or off itself; `end` when there is none
     * before it. Cheap. */
    struct oserr (*next_data)(struct seg *s, uint64_t off, uint64_t end, uint64_t *data);

    /* The run at off < size: its end (at most size) and whether it is data. May cost time for each
     * page of data. */
    struct oserr (*extent)(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                           enum seg_extent_kind *kind);

    struct oserr (*resize)(struct seg *s, uint64_t size);
    struct oserr (*chmod)(struct seg *s, uint32_t mode);
    /* seen: NULL, or what was listed: another object is refused (seg_remove_same). */
    struct oserr (*remove)(struct backend *be, const char *locator, const struct seg_stat *seen,
                           unsigned flags, struct seg_who *who);
};

/* The kinds of this system (providers_<os>.c); NULL-terminated. */
extern const struct provider *const providers[];

/* The kind of one locator of a provider: POSIX names of semaphores are SEG_SEM. Per system. */
enum seg_kind provider_kind(const struct provider *p, const char *locator);

/* Bytes of the POSIX file system; 0: unknown. Per system. */
void provider_space(struct backend *be, uint64_t *unused, uint64_t *total);

/* Recordings (virtual.c), and their files: opens a regular file. Per system. */
extern const struct provider recording_provider;
MUST_USE struct oserr file_open_reading(struct seg_file *f);
void file_close_reading(struct seg_file *f);

/* Fresh: how large is it now (fills s->last as well). */
MUST_USE struct oserr segment_stat(struct seg *s);

/* Is [off, off + n) inside now, asked freshly? Else SEG_E_BEYOND of `call`. */
MUST_USE struct oserr segment_inside(struct seg *s, const char *call, uint64_t off, uint64_t n);

/* Maps what reading needs, as large as the segment is now; s->map_refused_size when that cannot be
 * had. */
void segment_remap(struct seg *s);

/* As seg_read for up to SEG_SMALL bytes, without the final look at the size. */
MUST_USE struct oserr segment_read_small(struct seg *s, uint64_t off, unsigned char *buf, size_t n,
                                         size_t *got);

/* The same from any page of shared memory, n bytes from `in` on: whole words at a time. */
bool segment_copy_page(const unsigned char *page, size_t in, unsigned char *buf, size_t n);
/* Makes s->bounce ready. */
MUST_USE struct oserr segment_bounce(struct seg *s);

/* Virtual segments: the bytes at off where they lie in memory of our own, *n in a row, up to `end`
 * at most; NULL: they do not. */
const unsigned char *segment_direct(struct seg *s, uint64_t off, uint64_t end, size_t *n);

/* One page, or a part of it, from the mapping; false: it is not there (a hole, or past the end). */
bool segment_read_page(struct seg *s, uint64_t off, unsigned char *buf, size_t n);

/* The run at off < the last known size, as the kind's extent. */
MUST_USE struct oserr segment_run(struct seg *s, uint64_t off, uint64_t *end,
                                  enum seg_extent_kind *kind);

/* Adds a row to a list: takes over nothing, copies locator (its name is what follows the prefix).
 */
MUST_USE struct oserr listing_add(struct backend *be, struct listing *l, enum seg_kind kind,
                                  const char *locator, const char *name, const struct seg_stat *st);

/* What storing one value and storing a range share. */

/* Makes s->write_map hold [off, off + n) writable; n at most SEG_HAND less a page. */
MUST_USE struct oserr map_for_write(struct seg *s, uint64_t off, size_t n);

/* Why a store into [off, off + n) faulted when `done` bytes were stored: the segment shrank
 * (SEG_E_BEYOND when nothing was stored, else SEG_E_SHRANK), or there is no memory for the page. A
 * segment that shrank may have grown again before we looked, so success means: try once more;
 * *faults counts how often that was said. */
struct oserr store_fault(struct seg *s, const char *call, uint64_t off, uint64_t n, uint64_t done,
                         int *faults);

#endif
