/* What the delta writer and reader share: the layout, and the map of the aligned 64 bytes that a
 * block touches. The map has for each of them the values before the block (the keys) and at the
 * current position, so that a difference can be applied in either direction. */
#ifndef SHMLENS_CORE_HISTORY_DELTA_PRIVATE_H
#define SHMLENS_CORE_HISTORY_DELTA_PRIVATE_H

#include <string.h>

#include "core/bytes.h"
#include "core/history/delta.h"
#include "core/runs.h"

enum { STREAM_KEYS, STREAM_OPS, STREAM_LITERALS, STREAMS };

/* Offsets of the header's fields. */
enum {
    AT_VERSION = 4,
    AT_STORED = 5,
    AT_FIRST = 8,
    AT_LAST = 16,
    AT_LOW = 24,
    AT_HIGH = 32,
    AT_RECORDS = 40,
    AT_KEYS = 44,
    AT_STREAMS = 48,
    AT_ZERO = 72,
    AT_SUM = 88
};

/* First bytes of the ops. */
enum {
    NEAR = 0xc0, /* smaller values: a near run */
    RUN_END = 0xcc,
    STEP = 0xd0,
    MARKER = 0xe0,
    MARKER_END = 0xe3,
    LENGTH_CODES = 4,
    LENGTH_SAID = 3
};

enum { KEY_RAW_MAX = VARINT_MAX + 8 + 8 + DELTA_UNIT };

struct unit_head {
    uint64_t at;      /* offset / DELTA_UNIT */
    uint64_t touched; /* as in struct delta_key */
};

struct unit_before {
    uint64_t unknown;          /* as in struct delta_key */
    uint8_t bytes[DELTA_UNIT]; /* before the block; 0 where not known */
};

/* The units of one aligned RUNS_UNITS of them: changes come by page. */
struct unit_page {
    bool known;
    uint64_t page;    /* offset / (RUNS_UNITS * DELTA_UNIT) */
    uint64_t present; /* bit i: unit i is there, with this number */
    uint16_t number[RUNS_UNITS];
};

_Static_assert(DELTA_KEYS_MAX <= UINT16_MAX, "numbers of units fit 16 bits");
_Static_assert((int)DELTA_UNIT == (int)DIFFERING, "a unit is compared at once");

/* The aligned DELTA_UNITs that a block touches, in the order in which they were added; never above
 * DELTA_KEYS_MAX. The arrays are apart, because the writer looks at two of them for each change:
 * what it does not need would fill the cache. */
struct units {
    struct unit_head *head;
    uint8_t (*now)[DELTA_UNIT]; /* bytes at the current position */
    struct unit_before *before;
    uint32_t count, cap;
    uint32_t *slot; /* open addressing: number + 1, 0 empty */
    uint32_t slots; /* a power of two, at least 2 * cap; 0: none */
    struct unit_page near;
};

#define UNIT_NONE UINT32_MAX

bool units_reserve(struct units *u,
                   uint32_t more); /* room for so many more; false: out of memory */
uint32_t units_find(const struct units *u, uint64_t at); /* its number; UNIT_NONE: not there */
void units_near_to(struct units *u, uint64_t page);      /* fills u->near */

/* The same, fast for one after the other in a page. */
static inline uint32_t units_near(struct units *u, uint64_t at)
{
    unsigned i = (unsigned)(at % RUNS_UNITS);
    if (!u->near.known || u->near.page != at / RUNS_UNITS)
        units_near_to(u, at / RUNS_UNITS);
    return (u->near.present >> i & 1) != 0 ? u->near.number[i] : UNIT_NONE;
}

uint32_t units_add(struct units *u, uint64_t at); /* must be absent; room was reserved */
void units_clear(struct units *u);
void units_free(struct units *u);

/* Bytes of a stream. */
struct bytes {
    uint8_t *p;
    size_t n, cap;
};

struct delta_writer {
    struct units units;
    struct bytes ops, literals;
    uint32_t records;
    int64_t first, last; /* times of the first and last record */
    uint64_t end;        /* of the run before */
};

uint64_t delta_sum(const uint8_t *block, size_t n); /* what the header's checksum must be */

static inline uint64_t zigzag(uint64_t two_complement)
{
    return (two_complement << 1) ^ (0 - (two_complement >> 63));
}

static inline uint64_t unzigzag(uint64_t value)
{
    return (value >> 1) ^ (0 - (value & 1));
}

/* Bits [from, from + n) of a unit's mask; n <= 64 - from, n > 0. */
static inline uint64_t unit_bits(unsigned from, unsigned n)
{
    uint64_t bits = n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
    return bits << from;
}

#endif
