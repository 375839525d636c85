/* Recordings: how a segment changed over time, as the bytes of a file. This comment is the whole
 * format. The file itself is read and written by the caller, through functions that it hands in.
 * Pure: no clock, no files.
 *
 * A file is a sequence of blocks. A keyframe holds the whole state of the segment at one time; the
 * blocks of changes after it say what happened since, so the state at any time is the last keyframe
 * before it plus the changes in between. The file is only ever appended to: everything written
 * before a crash can be read. A reader keeps a table of all blocks (from the index at the end of
 * the file, or made by going from block to block) and unpacks one block at a time.
 *
 * THE FORMAT, version 1. All numbers are little-endian. Times are nanoseconds since the start of
 * the recording. A varint is unsigned LEB128 (7 bits a byte, lowest first, the top bit set on all
 * but the last), at most 10 bytes. Checksums are XXH64 with seed 0.
 *
 *   file     header, blocks, and when the recording ended properly: index blocks and a trailer
 *
 *   header   0  8  89 53 48 4d 52 45 43 0a ("\x89SHMREC\n")
 *            8  4  version: 1. A reader refuses any other
 *           12  4  bytes of the header: 64, the locator, the modules, zeros up to a multiple of 8
 *           16  8  size of the segment at the start
 *           24  8  start, ns since the epoch
 *           32  8  ns between two samples, as asked for
 *           40  4  page size: 4096
 *           44  4  bytes of the locator (escaped as it is shown: printable UTF-8), at most 16512
 *           48  4  bytes of the modules, 0: none; the whole header has at most 16576
 *           52  4  zero
 *           56  8  checksum of the header with this field zero
 *           64     the locator, then the modules
 *
 *   Modules are the programs and libraries of the processes that had the segment mapped when the
 *   recording began. Of each: a byte, 1: a program, 0: a library; a byte, n, up to 64; n bytes of
 *   its build-id; a varint, m, 1 to 4096; m bytes of its path, without NUL.
 *
 *   block    0  4  53 48 4d 42 ("SHMB")
 *            4  1  kind: 1 changes, 2 keyframe, 3 index, 4 name
 *            5  1  flags: 1 first block of a keyframe; 2 open: what happened at its last time
 *                  continues in the next block, and does not count without it; 4 the payload is
 *                  stored as it is, else it is one LZ4 block
 *            6  2  zero
 *            8  4  bytes of the payload in the file
 *           12  4  bytes of the payload unpacked, 1 to 2 MiB
 *           16  8  time of its first event
 *           24  8  time of its last event, not before the first
 *           32  8  checksum of the payload in the file
 *           40  8  checksum of the 40 bytes before
 *           48     the payload
 *
 *   Kind 1, changes: one sealed block of deltas (core/history/delta.h has its format), stored as it
 *   is. All changes of one sample have the same time. A smaller size discards what lies past it; a
 *   larger one adds a hole. A delta of state (was, is: 0 data, 1 hole) says what a range is from
 *   then on: 1, a hole, which reads as 0; 0, a former hole is data now, and zeros until a change
 *   says otherwise. Bytes that change are data in any case.
 *   Kind 2, keyframe: the whole state at its time. The payload of its first block starts with a
 *   varint, the size, and a byte, the name (see kind 4). Then, up to the end of the payload and in
 *   all blocks of the keyframe, pieces of data, ascending: a varint, the distance from the end of
 *   the piece before (of the whole keyframe); a varint n, 1 to 65536; n bytes. Or n is 0, and a
 *   varint m, not 0, follows: m bytes of zeros that are data. All that is left out is a hole. The
 *   first block of a file starts a keyframe. Later keyframes are for seeking only; a reader that
 *   plays on skips them.
 *   Kind 4, name: a byte: 0 the name is the segment's, 1 it is gone, 2 it is another segment's.
 *   Also a sign of life of a recording in which nothing happens.
 *   Kind 3, index: a table of all other blocks in order, 32 bytes each (at most 32768 in a block):
 *   8 where it starts in the file, 8 first time, 8 last time, 4 bytes of the payload in the file,
 *   1 kind, 1 flags, 2 zero.
 *
 *   trailer  0  8  53 48 4d 52 45 43 45 44 ("SHMRECED")
 *            8  8  where the first index block starts
 *           16  8  number of blocks in the index
 *           24  8  checksum of the 24 bytes before
 *   Without a valid trailer the blocks are found by going from one to the next, up to the first
 *   that is not whole.
 *
 * Limits: REC_BLOCKS_MAX blocks (32 bytes of memory each in the reader), 2 MiB a block; a reader
 * holds one block at a time. Damage in a block ends the recording before it. */
#ifndef SHMLENS_CORE_HISTORY_RECORDING_H
#define SHMLENS_CORE_HISTORY_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/history/delta.h"

enum {
    REC_VERSION = 1,
    REC_PAGE = 4096,
    REC_LOCATOR_MAX = 16512,       /* bytes of the escaped locator */
    REC_RAW_MAX = DELTA_BLOCK_MAX, /* bytes of a payload */
    REC_DATA_MAX = 64 * 1024,      /* bytes of one piece of data in a keyframe */
    REC_BLOCKS_MAX = 4 * 1024 * 1024,
};

#define REC_SIZE_MAX DELTA_OFFSET_MAX /* of a segment */

enum rec_status {
    REC_OK,
    REC_END,     /* no more events up to the time asked for */
    REC_MEMORY,  /* out of memory */
    REC_IO,      /* the file could not be read or written */
    REC_NONE,    /* not a recording */
    REC_NEWER,   /* of a later version */
    REC_DAMAGED, /* something that should be there is missing or wrong */
    REC_FULL,    /* it has REC_BLOCKS_MAX blocks, or an offset is too large */
};

/* A program or library of a process that had the segment mapped. */
enum { REC_BUILD_ID = 64, REC_PATH_MAX = 4096 };
struct rec_module {
    bool program;
    uint8_t id_n; /* bytes of the build-id, 0: it has none */
    uint8_t id[REC_BUILD_ID];
    char *path; /* as its process calls it, raw */
};

struct rec_header {
    uint64_t size;             /* bytes of the segment at the start */
    int64_t wall;              /* start, ns since the epoch */
    int64_t period;            /* ns between samples */
    size_t length;             /* bytes of the locator */
    char *locator;             /* escaped, NUL-terminated; reader: valid as long as the reader */
    struct rec_module *module; /* the same */
    size_t modules;
};

enum rec_name { REC_NAME_OURS, REC_NAME_GONE, REC_NAME_OTHER };

enum rec_kind {
    REC_CHANGE, /* n bytes at `offset` are `bytes` now */
    REC_HOLE,   /* n bytes at `offset` became a hole */
    REC_DATA,   /* n bytes at `offset`, which were a hole, became data, and are 0 */
    REC_SIZE,   /* the segment has n bytes */
    REC_GAP,    /* no sample was taken in the n nanoseconds before */
    REC_NAMED,  /* what its name refers to now; may be the same as before */
};

struct rec_event {
    enum rec_kind kind;
    bool key;             /* part of a keyframe: it is the state, it did not happen then */
    enum rec_name name;   /* REC_NAMED */
    int64_t t;            /* ns since the start */
    uint64_t offset, n;   /* see the kind; the range lies inside the size */
    const uint8_t *bytes; /* REC_CHANGE; valid until the next call */
    const uint8_t *old;   /* what they were, the same; NULL: not known, or a keyframe */
};

/* ---- writing ---- */

struct rec_writer;

/* `put` appends n bytes to the file; false: it failed, and it is not called again. NULL: out of
 * memory. */
MUST_USE struct rec_writer *rec_writer_new(bool (*put)(void *ctx, const void *p, size_t n),
                                           void *ctx);
void rec_writer_free(struct rec_writer *w);

/* First the header, then a keyframe. Returns how many of the modules it has room for: the first
 * ones. */
size_t rec_put_header(struct rec_writer *w, const struct rec_header *h);

/* The whole state at t: begin, its data ascending (holes are left out), end. */
void rec_key_begin(struct rec_writer *w, int64_t t, uint64_t size, enum rec_name name);
void rec_key_bytes(struct rec_writer *w, uint64_t offset, const uint8_t *bytes, size_t n);
void rec_key_zeros(struct rec_writer *w, uint64_t offset, uint64_t n); /* data, but all 0; n > 0 */
void rec_key_end(struct rec_writer *w);

/* What happened. A t before the last one counts as the last one; all of one sample has one t.
 * Ranges must lie inside the size put last. `old` NULL: not known. */
void rec_put_change(struct rec_writer *w, int64_t t, uint64_t offset, const uint8_t *old,
                    const uint8_t *bytes, size_t n);
void rec_put_hole(struct rec_writer *w, int64_t t, uint64_t offset, uint64_t n);
/* A hole became data. Comes before the change of its bytes, if there is one. */
void rec_put_data(struct rec_writer *w, int64_t t, uint64_t offset, uint64_t n);
void rec_put_size(struct rec_writer *w, int64_t t, uint64_t was, uint64_t size);
void rec_put_gap(struct rec_writer *w, int64_t t, int64_t ns);
void rec_put_name(struct rec_writer *w, int64_t t,
                  enum rec_name name); /* also when it did not change */

/* Between two samples: writes what was put as a block. */
void rec_seal(struct rec_writer *w);
void rec_finish(struct rec_writer *w); /* seals, and writes the index and the trailer */

enum rec_status rec_writer_status(const struct rec_writer *w); /* REC_OK, or the first failure */
uint64_t rec_written(const struct rec_writer *w);              /* bytes put into the file */
bool rec_pending(const struct rec_writer *w);                  /* something waits to be sealed */
/* So much changed since the last keyframe that seeking would take long without a new one. */
bool rec_key_due(const struct rec_writer *w);

/* ---- reading ---- */

/* The file: `get` copies exactly n bytes from `at`; false: it could not. */
struct rec_source {
    bool (*get)(void *ctx, uint64_t at, void *buf, size_t n);
    void *ctx;
    uint64_t size;
};

struct rec_reader;

/* NULL: *why says so. Positioned at the start. */
MUST_USE struct rec_reader *rec_open(const struct rec_source *source, enum rec_status *why);
void rec_close(struct rec_reader *r);

const struct rec_header *rec_header(const struct rec_reader *r);

struct rec_info {
    int64_t end;      /* time of the last event */
    size_t blocks;    /* of changes and keyframes */
    size_t keys;      /* keyframes */
    bool ended;       /* the recording was ended properly (it has a trailer) */
    uint64_t lost;    /* bytes at the end of the file that are not a whole block */
    uint64_t damaged; /* where in the file a damaged block was found: nothing from there on counts;
                         0: none was found yet */
};
void rec_info(const struct rec_reader *r, struct rec_info *out);

/* The file has `size` bytes now: whole blocks that were added count from now on; the position
 * stays. Fewer bytes than before, or no whole block: nothing changes. */
MUST_USE enum rec_status rec_grow(struct rec_reader *r, uint64_t size);

/* Goes to the last keyframe at or before t: the events from there build the state from nothing. */
void rec_seek(struct rec_reader *r, int64_t t);

/* Does a keyframe start after the current position, at or before t, so that seeking is quicker than
 * playing on? */
bool rec_key_ahead(const struct rec_reader *r, int64_t t);

/* The next event at or before `until`; REC_END: there is none (a later `until` may reach one).
 * Each event is checked: ranges lie inside the size, times do not go back. REC_DAMAGED: the
 * recording ends before the broken block from now on, see rec_info; seek before reading on. */
MUST_USE enum rec_status rec_next(struct rec_reader *r, int64_t until, struct rec_event *ev);

/* The time of the first keyframe from which at most so many bytes of file remain to the end; of the
 * last keyframe when there is none. */
int64_t rec_time_within(const struct rec_reader *r, uint64_t bytes);

/* When the next event is; false: there is none, or it cannot be read (rec_next says why). */
bool rec_next_time(struct rec_reader *r, int64_t *t);

#endif
