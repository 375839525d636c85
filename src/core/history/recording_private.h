/* What writing and reading recordings share: numbers in bytes, and the heads of blocks. */
#ifndef SHMLENS_CORE_RECORDING_PRIVATE_H
#define SHMLENS_CORE_RECORDING_PRIVATE_H

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
SHM_MUST bool rec_take_varint(const uint8_t **p, const uint8_t *end, uint64_t *v);

#endif
