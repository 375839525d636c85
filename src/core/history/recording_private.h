/* What the files of the recording share: the heads of blocks (reader and writer), and the reader.
 *
 * The reader is one struct: the table of blocks, and the position in them. A block is loaded whole
 * (rec_load_block: read, check, unpack into `raw`) and parsed event by event; `next` is parsed
 * ahead, so that an event after the time asked for can wait. */
#ifndef SHMLENS_CORE_HISTORY_RECORDING_PRIVATE_H
#define SHMLENS_CORE_HISTORY_RECORDING_PRIVATE_H

#include "core/bytes.h"
#include "core/history/recording.h"

enum {
    REC_HEADER = 64, /* bytes, without the locator */
    REC_HEAD = 48,
    REC_TRAILER = 32,
    REC_ENTRY = 32,                                        /* of the index */
    REC_ENTRIES = 32 * 1024,                               /* in one block of it */
    REC_PACKED_MAX = REC_RAW_MAX + REC_RAW_MAX / 255 + 16, /* of a payload, packed by LZ4 */
};

enum rec_block_kind { REC_BLOCK_CHANGES = 1, REC_BLOCK_KEY, REC_BLOCK_INDEX, REC_BLOCK_NAME };
enum rec_block_flags { REC_FLAG_FIRST = 1, REC_FLAG_OPEN = 2, REC_FLAG_STORED = 4 };

struct rec_block {
    uint64_t at;         /* in the file */
    int64_t first, last; /* times */
    uint32_t packed;     /* bytes of the payload in the file */
    uint8_t kind, flags;
};

extern const uint8_t rec_magic[8], rec_trailer_magic[8], rec_block_magic[4];

uint64_t rec_sum(const void *p, size_t n);

struct rec_reader {
    struct rec_source source;
    struct rec_header header;
    char *locator;
    struct rec_block *blocks; /* of changes and keyframes, in order */
    size_t count, cap, keys;
    int64_t end; /* later events do not count: their sample is not whole */
    uint64_t lost, damaged;
    bool ended;
    uint64_t header_end; /* in the file */

    size_t block; /* the current one, count: the end */
    bool in_key;  /* the position is inside a keyframe */
    bool loaded;  /* the current block is in the fields below */
    bool waits;   /* `next` was parsed and not returned yet */
    struct rec_event next;
    struct delta_reader *deltas; /* changes */
    bool named;                  /* keyframe, name: the name was returned */
    const uint8_t *at, *stop;    /* keyframe: the next piece in raw, and the end */
    uint64_t piece_end;          /* keyframe: of the last piece returned, in the segment */
    uint64_t size;               /* of the segment */
    uint8_t *raw;                /* a payload, unpacked */
    uint8_t *packed;             /* REC_HEAD and a payload */
    size_t raw_cap, packed_cap;
};

/* recording_modules.c: the modules as bytes, as many as fit into cap; *n: bytes. Returns how many.
 */
size_t rec_modules_put(const struct rec_header *h, uint8_t *out, size_t cap, size_t *n);

/* Fills h->module of n bytes that a file has; rec_modules_free frees them, also after a failure. */
MUST_USE enum rec_status rec_modules_take(struct rec_header *h, const uint8_t *p, size_t n);
void rec_modules_free(struct rec_header *h);

/* Reads the head of a block at `at` in a file of `size` bytes; *raw: bytes of the payload unpacked.
 * False: it is not a valid head, or the block reaches past the end. */
bool rec_read_head(const uint8_t head[REC_HEAD], uint64_t at, uint64_t size, struct rec_block *b,
                   size_t *raw);

/* Reads, checks and unpacks one block into r->raw. */
MUST_USE enum rec_status rec_load_block(struct rec_reader *r, const struct rec_block *b,
                                        size_t *raw);

/* *whole: the payload of a block matches its checksum. The loaded block stays. */
MUST_USE enum rec_status rec_block_whole(struct rec_reader *r, const struct rec_block *b,
                                         bool *whole);

/* Drops all blocks after the first `count`, and those before that were not complete without them.
 */
void rec_cut(struct rec_reader *r, size_t count);

#endif
