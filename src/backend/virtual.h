/* Virtual segments: their contents come from functions of the program instead of memory that is
 * mapped. There are two: the attached segment at an earlier time, and a recording. A reader sees a
 * segment like any other, but read-only: bounds, pieces, the range of seg_limit, samples and errors
 * are made once, in the back end, from the answers of struct seg_virtual_ops (its state, some
 * bytes, the end of a run). It makes no system calls, except for the file of a recording, which is
 * read by the functions of struct seg_file, so that these calls are logged and can be made to fail
 * in tests. */
#ifndef SHMLENS_BACKEND_VIRTUAL_H
#define SHMLENS_BACKEND_VIRTUAL_H

#include "backend/segment.h"

struct seg_virtual_ops {
    /* Its state now. `out` holds what is known of the segment that it shows, or of the recording's
     * file: sets the size, and resident, name_gone and replaced where they differ. */
    void (*stat)(void *data, struct seg_stat *out);
    /* The n bytes (at most SEG_SMALL) from off, inside the size, and what each of them is (enum
     * seg_byte); 0 where it is not data. state NULL: not wanted. */
    struct oserr (*read)(void *data, uint64_t off, void *buf, uint8_t *state, size_t n);
    /* The run of one kind that off < size lies in: its end, after off; nothing after `until` is of
     * interest. */
    struct oserr (*run)(void *data, uint64_t off, uint64_t until, uint64_t *end,
                        enum seg_extent_kind *kind);
    /* The bytes at off if they are in memory, *n contiguous ones, at most `most`, valid until
     * `data` changes; NULL: they are not. The member NULL: some bytes may be unknown, `read` says
     * which. */
    const uint8_t *(*direct)(void *data, uint64_t off, size_t most, size_t *n);
    void (*close)(void *data); /* NULL: the data remains the caller's */
};

/* A segment derived from `of`, with its locator, its kind and its range (seg_limit): seg_read fails
 * with SEG_E_UNKNOWN where a byte is not known, seg_sample says which. `of` and `data` outlive it;
 * the caller closes. */
MUST_USE struct oserr seg_open_virtual(struct seg *of, const struct seg_virtual_ops *ops,
                                       void *data, struct seg **out);

/* The data that `ops` work on; NULL: the segment is not one of theirs. */
void *seg_virtual_data(const struct seg *s, const struct seg_virtual_ops *ops);

/* `data` changed: the size may differ. */
MUST_USE struct oserr seg_image_changed(struct seg *s);

/* ---- recordings (rec:PATH) ---- */

/* Its file; belongs to the segment and lives as long. */
struct seg_file {
    struct backend *be;
    const char *path;
    intptr_t handle;      /* -1: none */
    struct seg_stat stat; /* when it was opened */
};

/* Bytes of the file; *got is less than n only at its end. */
MUST_USE struct oserr seg_file_read(struct seg_file *f, uint64_t at, void *buf, size_t n,
                                    size_t *got);

/* Its size now, and whether another process still writes it (record; then it may grow). What was
 * written when *written is false is all there will be. */
MUST_USE struct oserr seg_file_grown(struct seg_file *f, uint64_t *size, bool *written);

/* Opens what the file holds: *data for *ops. `progress` may be NULL. */
typedef struct oserr seg_recording_open(struct seg_file *f, const struct seg_progress *progress,
                                        const struct seg_virtual_ops **ops, void **data);

/* From now on this backend can open recordings; NULL: it cannot. */
void backend_set_recordings(struct backend *be, seg_recording_open *open);

#endif
