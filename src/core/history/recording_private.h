/* What writing and reading recordings share: numbers in bytes, and the heads of blocks. */
#ifndef SHMLENS_CORE_HISTORY_RECORDING_PRIVATE_H
#define SHMLENS_CORE_HISTORY_RECORDING_PRIVATE_H

#include "core/history/recording.h"

enum {
    REC_HEADER = 64, /* bytes, without the locator */
    REC_HEAD = 48,
    REC_TRAILER = 32,
    REC_ENTRY = 32,                                        /* of the index */
    REC_ENTRIES = 32 * 1024,                               /* in one block of it */
    REC_PACKED_MAX = REC_RAW_MAX + REC_RAW_MAX / 255 + 16, /* of a payload, packed by LZ4 */
    REC_VARINT = 10,
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

void rec_store(uint8_t *p, uint64_t v, unsigned bytes); /* little-endian */
uint64_t rec_load(const uint8_t *p, unsigned bytes);
uint64_t rec_sum(const void *p, size_t n);

size_t rec_varint(uint8_t *p, uint64_t v); /* bytes written, at most REC_VARINT */

/* *p moves on; false: not whole before `end`, or too large. */
MUST_USE bool rec_take_varint(const uint8_t **p, const uint8_t *end, uint64_t *v);

/* The reader of a recording from inside: its blocks, and the place in them. */

struct rec_reader {
    struct rec_source source;
    struct rec_header header;
    unsigned version; /* of the file */
    char *locator;
    struct rec_block *blocks; /* of changes and keyframes, in order */
    size_t count, cap, keys;
    int64_t end; /* events behind it do not count: their look is not whole */
    uint64_t lost, damaged;
    bool ended;
    uint64_t behind; /* in the file, behind the header */

    size_t block; /* the current one, count: the end */
    bool in_key;  /* a keyframe is being told */
    bool loaded;  /* the current block is in here: */
    bool waits;   /* `next` is an event not yet told */
    struct rec_event next;
    struct delta_reader *deltas; /* changes */
    bool named;                  /* keyframe, name: the name was told */
    const uint8_t *at, *stop;    /* keyframe: the next data in raw, and the end */
    uint64_t place;              /* keyframe: end of the last data told */
    uint64_t size;               /* of the segment */
    uint8_t *raw;                /* a payload, unpacked */
    uint8_t *packed;             /* REC_HEAD and a payload */
    size_t raw_cap, packed_cap;
};

/* The head of a block at `at` of a file of `size` bytes, checked; *raw: its payload's bytes
 * unpacked. False: there is none, or it reaches past the end. */
bool rec_read_head(const uint8_t head[REC_HEAD], uint64_t at, uint64_t size, struct rec_block *b,
                   size_t *raw);

/* Reads, checks and unpacks one block into r->raw. */
MUST_USE enum rec_status rec_load_block(struct rec_reader *r, const struct rec_block *b,
                                        size_t *raw);

/* Is the payload of a block what its checksum says? Leaves the loaded block alone. */
MUST_USE enum rec_status rec_block_whole(struct rec_reader *r, const struct rec_block *b,
                                         bool *whole);

/* Only the first `count` blocks count, less what is not whole without those behind. */
void rec_cut(struct rec_reader *r, size_t count);

#endif
