/* Changes over time, packed: the block that the history keeps in memory and that a recording keeps
 * in its file. A writer takes changes in the order of their times and seals them into a block of
 * bytes; a reader walks a sealed block forwards and backwards. Pure: times are arguments
 * (nanoseconds of any clock that does not go backwards).
 *
 * A block is self-contained: it includes the value that each byte it mentions had before its first
 * change. What a reader returns depends neither on other blocks nor on the segment.
 *
 * THE FORMAT, version 1. Numbers of fixed width are little-endian. `varint` is LEB128, unsigned, at
 * most 10 bytes; `svarint` is one of a zigzag-coded signed number (0, -1, 1, -2 are 0, 1, 2, 3).
 * The header, 96 bytes:
 *     0   4  "SLdB"
 *     4   1  version: 1
 *     5   1  bit k set: stream k below is stored as it is; clear: it is one LZ4 block
 *     6   2  0
 *     8   8  time of the first record, signed
 *    16   8  time of the last record, signed
 *    24   8  offset of the lowest byte that a run (below) touches; 0 without runs
 *    32   8  offset after the highest; 0 without runs
 *    40   4  records, 1 to DELTA_RECORDS_MAX (time steps do not count)
 *    44   4  keys, at most DELTA_KEYS_MAX
 *    48  24  three streams (keys, ops, literals): 4 bytes length, 4 bytes length as stored here
 *    72  16  0
 *    88   8  XXH3 (64 bits) of what follows the header, its seed XXH3 (seed 0) of the 88 bytes
 *            before this field
 *    96      the stored streams, in that order; nothing follows
 * Stream 0, keys: the state before the block, for each aligned 64 bytes in which a run changes
 * something, ascending:
 *     varint  2 * distance + unknowns: distance is counted in 64 bytes from the end of the key
 * before (the first: from offset 0); unknowns: 1 when some of the bytes were not known 8  bit i:
 * some run touches byte i; not 0 8  only with unknowns: bit i: byte i was not known then; a subset
 * of the bits above, not
 *             0
 *          n  the bytes touched that were known, ascending
 * Stream 1, ops: what happened, in order; the first record is at the header's first time. One
 * byte says what follows:
 *     00..bf  DELTA_BYTES; value / 4 bytes after the end of the run before (at first: offset 0)
 *     c0..cb  a run: (value - c0) / 4 is the kind (0 DELTA_BYTES, 1 DELTA_FIRST, 2 DELTA_MISSED);
 *             svarint: where it starts, from the end of the run before
 *             and for both: value % 4 is the run's length: 0: 1, 1: 2, 2: 4, 3: in the next byte
 *             (1 to 64). A run lies in one aligned 64 bytes
 *     d0      varint: time steps on, nanoseconds, not 0; a record follows
 *     e0..e2  a marker (0 DELTA_SIZE, 1 DELTA_STATE, 2 DELTA_GAP): varints offset, length, was, is
 *     others  refused
 * Stream 2, literals: for each byte of each run new - old modulo 256, old 0 where it was not known.
 */
#ifndef SHMLENS_CORE_HISTORY_DELTA_H
#define SHMLENS_CORE_HISTORY_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum {
    DELTA_VERSION = 1,
    DELTA_HEADER = 96,                 /* bytes of a block's header */
    DELTA_UNIT = 64,                   /* a run lies in one aligned block of so many bytes */
    DELTA_CHANGE_MAX = 4096,           /* bytes of one change given to a writer */
    DELTA_STREAM_MAX = 256 * 1024,     /* bytes of the ops, and of the literals, of a block */
    DELTA_RECORDS_MAX = 128 * 1024,    /* records of a block */
    DELTA_KEYS_MAX = 8192,             /* aligned 64 bytes that a block touches */
    DELTA_BLOCK_MAX = 2 * 1024 * 1024, /* no sealed block is larger */
    DELTA_READER_MAX = 8 * 1024 * 1024 /* a reader never allocates more, whatever the block says */
};

/* Offsets, lengths and sizes are not larger. */
#define DELTA_OFFSET_MAX (UINT64_C(1) << 62)

enum delta_kind {
    DELTA_BYTES,  /* bytes changed from old to new */
    DELTA_FIRST,  /* bytes are known from now on; what they were before is not */
    DELTA_MISSED, /* bytes differ from their last recorded value: they changed unseen, at an
                     unknown time before */
    DELTA_SIZE,   /* the segment's size changed: was, is (bytes) */
    DELTA_STATE,  /* `length` bytes at `offset` changed what they are: was, is (enum byte_state) */
    DELTA_GAP,    /* no sample was taken in the `was` nanoseconds before `time` */
    DELTA_KINDS
};

/* One change. To a writer: old and new are the caller's. From a reader: they are the reader's,
 * valid until its next call, and the change is one run: every byte of it differs (kinds BYTES,
 * MISSED) and it lies in one aligned DELTA_UNIT. */
struct delta {
    enum delta_kind kind;
    int64_t time;       /* ns */
    uint64_t offset;    /* of the first byte; <= DELTA_OFFSET_MAX */
    uint64_t length;    /* bytes; to a writer at most DELTA_CHANGE_MAX of the kinds with bytes */
    uint64_t was, is;   /* SIZE, STATE, GAP: see the kind; else 0 */
    const uint8_t *old; /* NULL: not known (DELTA_FIRST), or SIZE, STATE, GAP */
    const uint8_t *new; /* NULL: SIZE, STATE, GAP */
};

/* ---- writing ---- */

enum delta_added {
    DELTA_ADDED,
    DELTA_FULL,      /* no room: seal, reset, add again; nothing was added */
    DELTA_NO_MEMORY, /* a part of it may have been added: reset */
    DELTA_REFUSED    /* outside the limits, or older than the change before; nothing was added */
};

struct delta_writer; /* opaque; owns its buffers, which grow as needed and are bounded */

MUST_USE struct delta_writer *delta_writer_new(void); /* NULL: out of memory */
void delta_writer_free(struct delta_writer *w);       /* NULL is fine */

/* Adds one change. DELTA_BYTES: old and new may be equal in parts, only what differs is recorded.
 * Where a byte's last value in this block is not `old`, that is recorded first, as DELTA_MISSED of
 * the same time. DELTA_MISSED itself is handled like DELTA_BYTES and keeps its kind. */
MUST_USE enum delta_added delta_add(struct delta_writer *w, const struct delta *d);

uint32_t delta_writer_records(const struct delta_writer *w); /* added since the last reset */
size_t delta_writer_raw(const struct delta_writer *w);     /* bytes of its streams before packing */
size_t delta_writer_memory(const struct delta_writer *w);  /* bytes allocated */
size_t delta_writer_changed(const struct delta_writer *w); /* bytes changed since the last reset */
int64_t delta_writer_first(const struct delta_writer *w);  /* time of its first record; 0: none */

/* Packs what was added (at least one record) into *block, malloc'd, the caller's, *size bytes. The
 * writer keeps it: more can be added and packed again. False: out of memory, or no record. */
MUST_USE bool delta_seal(const struct delta_writer *w, uint8_t **block, size_t *size);

void delta_reset(struct delta_writer *w); /* empty again; keeps its buffers */

/* ---- reading ---- */

/* What a block's header says, for an index. */
struct delta_about {
    int64_t first, last; /* times of its first and last record */
    uint64_t low, high;  /* bytes touched by runs are in [low, high) */
    uint32_t records, keys;
    size_t size; /* bytes of the whole block */
};

/* Reads a header: `n` bytes (DELTA_HEADER are enough) at the start of a block. False: not the
 * header of a block of this version, or outside the limits. The streams are not examined. */
MUST_USE bool delta_about(const uint8_t *block, size_t n, struct delta_about *about);

struct delta_reader; /* opaque; does not refer to the block */

/* Opens a sealed block of exactly n bytes and checks all of it: a malformed block is refused here.
 * NULL: refused or out of memory; *why says which, in words. The reader is before the first
 * record. */
MUST_USE struct delta_reader *delta_open(const uint8_t *block, size_t n, const char **why);
void delta_close(struct delta_reader *r); /* NULL is fine */

/* Returns the next record and steps over it; false: at the end. */
bool delta_next(struct delta_reader *r, struct delta *d);

/* Opens a block and calls `tell` for each of its records, in order. False: it cannot be opened. */
MUST_USE bool delta_each(const uint8_t *block, size_t n,
                         void (*tell)(void *ctx, const struct delta *d), void *ctx);

/* Returns the record before and steps back over it (undoes it); false: at the start. */
bool delta_prev(struct delta_reader *r, struct delta *d);

/* Goes to the end, after the last record. */
void delta_end(struct delta_reader *r);

/* The state of the 64 bytes at `offset` (a multiple of DELTA_UNIT) before a block. */
struct delta_key {
    uint64_t offset;
    uint64_t touched;          /* bit i: the block changes byte i */
    uint64_t unknown;          /* bit i: not known before the block; a subset of touched */
    uint8_t value[DELTA_UNIT]; /* where touched and not unknown; else 0 */
};

/* Calls `tell` for each key of a block, ascending, without unpacking the rest of it. False:
 * malformed or out of memory; it may have been called for some. */
MUST_USE bool delta_keys(const uint8_t *block, size_t n,
                         void (*tell)(void *ctx, const struct delta_key *key), void *ctx);

/* The same for what a writer holds, in any order. */
void delta_writer_keys(const struct delta_writer *w,
                       void (*tell)(void *ctx, const struct delta_key *key), void *ctx);

#endif
