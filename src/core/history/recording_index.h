/* The reader of a recording from inside: its blocks, and the place in them. */
#ifndef SHMLENS_CORE_RECORDING_INDEX_H
#define SHMLENS_CORE_RECORDING_INDEX_H

#include "core/history/recording_private.h"

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
SHM_MUST enum rec_status rec_load_block(struct rec_reader *r, const struct rec_block *b,
                                        size_t *raw);

/* Is the payload of a block what its checksum says? Leaves the loaded block alone. */
SHM_MUST enum rec_status rec_block_whole(struct rec_reader *r, const struct rec_block *b,
                                         bool *whole);

/* Only the first `count` blocks count, less what is not whole without those behind. */
void rec_cut(struct rec_reader *r, size_t count);

#endif
