/* Writes recordings: events are collected into blocks, blocks are appended to the file. */
#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/history/recording_private.h"

enum {
    KEY_RAW = 512 * 1024, /* bytes of a keyframe's block, about */
    RAW_CAP = KEY_RAW + 3 * VARINT_MAX + REC_DATA_MAX,
    KEY_LEAST = 1024 * 1024, /* least bytes of changes between two keyframes */
};

struct rec_writer {
    bool (*put)(void *ctx, const void *p, size_t n);
    void *ctx;
    enum rec_status status;
    uint64_t written;

    struct delta_writer *deltas; /* changes not yet sealed */
    int64_t last;                /* time of the last thing put */
    uint8_t *raw;                /* a keyframe's block; RAW_CAP bytes */
    size_t used;                 /* of them */
    int64_t key_t;               /* its time */
    uint64_t key_end;            /* of the last data in it */
    uint8_t key_flags;           /* of the block being made */
    uint8_t *packed;             /* REC_HEAD and a payload */

    struct rec_block *blocks;
    size_t count, cap;
    uint64_t key_size;  /* raw bytes of the last keyframe */
    uint64_t since_key; /* raw bytes of changes since */
};

struct rec_writer *rec_writer_new(bool (*put)(void *ctx, const void *p, size_t n), void *ctx)
{
    struct rec_writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->put = put;
    w->ctx = ctx;
    w->deltas = delta_writer_new();
    w->raw = malloc(RAW_CAP);
    w->packed = malloc(REC_HEAD + (size_t)REC_PACKED_MAX);
    if (w->deltas == NULL || w->raw == NULL || w->packed == NULL) {
        rec_writer_free(w);
        return NULL;
    }
    return w;
}

void rec_writer_free(struct rec_writer *w)
{
    if (w != NULL) {
        delta_writer_free(w->deltas);
        free(w->raw);
        free(w->packed);
        free(w->blocks);
        free(w);
    }
}

static void fail(struct rec_writer *w, enum rec_status why)
{
    w->status = w->status == REC_OK ? why : w->status;
}

static void put_out(struct rec_writer *w, const void *p, size_t n)
{
    if (w->status == REC_OK && !w->put(w->ctx, p, n))
        w->status = REC_IO;
    w->written += w->status == REC_OK ? n : 0;
}

size_t rec_put_header(struct rec_writer *w, const struct rec_header *h)
{
    uint8_t head[REC_HEADER + REC_LOCATOR_MAX] = {0};
    size_t length = h->length < REC_LOCATOR_MAX ? h->length : REC_LOCATOR_MAX, modules = 0;
    uint8_t *end = head + REC_HEADER + length;
    size_t put = rec_modules_put(h, end, REC_LOCATOR_MAX - length, &modules);
    size_t whole = (REC_HEADER + length + modules + 7) / 8 * 8;
    memcpy(head, rec_magic, sizeof rec_magic);
    store_le(head + 8, REC_VERSION, 4);
    store_le(head + 12, whole, 4);
    store_le(head + 16, h->size, 8);
    store_le(head + 24, (uint64_t)h->wall, 8);
    store_le(head + 32, (uint64_t)h->period, 8);
    store_le(head + 40, REC_PAGE, 4);
    store_le(head + 44, length, 4);
    store_le(head + 48, modules, 4);
    memcpy(head + REC_HEADER, h->locator, length);
    store_le(head + 56, rec_sum(head, whole), 8);
    put_out(w, head, whole);
    return put;
}

/* ---- blocks ---- */

static void remember(struct rec_writer *w, const struct rec_block *b)
{
    if (w->count == REC_BLOCKS_MAX)
        fail(w, REC_FULL);
    if (w->count == w->cap && w->status == REC_OK) {
        size_t cap = w->cap == 0 ? 256 : w->cap * 2;
        struct rec_block *more = realloc(w->blocks, cap * sizeof *more);
        if (more == NULL) {
            fail(w, REC_MEMORY);
            return;
        }
        w->blocks = more;
        w->cap = cap;
    }
    if (w->status == REC_OK)
        w->blocks[w->count++] = *b;
}

/* One block of n bytes (1 to REC_RAW_MAX), packed unless b->flags says that they are stored. */
static void put_block(struct rec_writer *w, struct rec_block *b, const uint8_t *raw, size_t n)
{
    uint8_t *head = w->packed;
    uint8_t *payload = head + REC_HEAD;
    int packed = 0;
    if ((b->flags & REC_FLAG_STORED) == 0)
        packed = LZ4_compress_default((const char *)raw, (char *)payload, (int)n, REC_PACKED_MAX);
    if (packed <= 0 || (size_t)packed >= n) {
        memcpy(payload, raw, n);
        packed = (int)n;
        b->flags |= REC_FLAG_STORED;
    }
    b->at = w->written;
    b->packed = (uint32_t)packed;
    memset(head, 0, REC_HEAD);
    memcpy(head, rec_block_magic, sizeof rec_block_magic);
    head[4] = b->kind;
    head[5] = b->flags;
    store_le(head + 8, b->packed, 4);
    store_le(head + 12, n, 4);
    store_le(head + 16, (uint64_t)b->first, 8);
    store_le(head + 24, (uint64_t)b->last, 8);
    store_le(head + 32, rec_sum(payload, b->packed), 8);
    store_le(head + 40, rec_sum(head, 40), 8);
    put_out(w, head, REC_HEAD + (size_t)b->packed);
    if (b->kind != REC_BLOCK_INDEX)
        remember(w, b);
}

/* ---- changes ---- */

static void seal_as(struct rec_writer *w, uint8_t flags)
{
    uint8_t *block = NULL;
    size_t n = 0;
    struct rec_block b = {.first = delta_writer_first(w->deltas),
                          .last = w->last,
                          .kind = REC_BLOCK_CHANGES,
                          .flags = (uint8_t)(flags | REC_FLAG_STORED)};
    if (delta_writer_records(w->deltas) == 0 || w->status != REC_OK)
        return;
    if (!delta_seal(w->deltas, &block, &n)) {
        fail(w, REC_MEMORY);
        return;
    }
    w->since_key += delta_writer_raw(w->deltas);
    put_block(w, &b, block, n);
    free(block);
    delta_reset(w->deltas);
}

void rec_seal(struct rec_writer *w)
{
    seal_as(w, 0);
}

/* Times in a file do not go back, whatever the caller's clock does. */
static int64_t not_before(const struct rec_writer *w, int64_t t)
{
    return t > w->last ? t : w->last;
}

static void put_delta(struct rec_writer *w, const struct delta *what)
{
    struct delta d = *what;
    d.time = not_before(w, d.time);
    if (w->status != REC_OK)
        return;
    enum delta_added added = delta_add(w->deltas, &d);
    if (added == DELTA_FULL) { /* open, if this is in the middle of a sample */
        seal_as(w, w->last == d.time ? REC_FLAG_OPEN : 0);
        added = delta_add(w->deltas, &d);
    }
    if (added != DELTA_ADDED)
        fail(w, added == DELTA_NO_MEMORY ? REC_MEMORY : REC_FULL);
    w->last = d.time;
}

void rec_put_change(struct rec_writer *w, int64_t t, uint64_t offset, const uint8_t *old,
                    const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        size_t take = n < DELTA_CHANGE_MAX ? n : DELTA_CHANGE_MAX;
        const struct delta d = {.kind = old == NULL ? DELTA_FIRST : DELTA_BYTES,
                                .time = t,
                                .offset = offset,
                                .length = take,
                                .old = old,
                                .new = bytes};
        put_delta(w, &d);
        offset += take;
        old = old == NULL ? NULL : old + take;
        bytes += take;
        n -= take;
    }
}

static void put_state(struct rec_writer *w, int64_t t, uint64_t offset, uint64_t n,
                      enum byte_state was, enum byte_state is)
{
    const struct delta d = {
        .kind = DELTA_STATE, .time = t, .offset = offset, .length = n, .was = was, .is = is};
    put_delta(w, &d);
}

void rec_put_hole(struct rec_writer *w, int64_t t, uint64_t offset, uint64_t n)
{
    put_state(w, t, offset, n, BYTE_DATA, BYTE_HOLE);
}

void rec_put_data(struct rec_writer *w, int64_t t, uint64_t offset, uint64_t n)
{
    put_state(w, t, offset, n, BYTE_HOLE, BYTE_DATA);
}

void rec_put_size(struct rec_writer *w, int64_t t, uint64_t was, uint64_t size)
{
    const struct delta d = {.kind = DELTA_SIZE, .time = t, .was = was, .is = size};
    if (size < was)
        rec_seal(w); /* deltas remember old bytes; those that are cut off must be forgotten */
    put_delta(w, &d);
}

void rec_put_gap(struct rec_writer *w, int64_t t, int64_t ns)
{
    const struct delta d = {.kind = DELTA_GAP, .time = t, .was = (uint64_t)ns};
    put_delta(w, &d);
}

void rec_put_name(struct rec_writer *w, int64_t t, enum rec_name name)
{
    uint8_t byte = (uint8_t)name;
    t = not_before(w, t);
    struct rec_block b = {.first = t, .last = t, .kind = REC_BLOCK_NAME, .flags = REC_FLAG_STORED};
    rec_seal(w);
    put_block(w, &b, &byte, 1);
    w->last = t;
}

/* ---- keyframes ---- */

static void seal_key(struct rec_writer *w, uint8_t flags)
{
    struct rec_block b = {.first = w->key_t,
                          .last = w->key_t,
                          .kind = REC_BLOCK_KEY,
                          .flags = (uint8_t)(w->key_flags | flags)};
    put_block(w, &b, w->raw, w->used);
    w->key_size += w->used;
    w->key_flags = 0;
    w->used = 0;
}

void rec_key_begin(struct rec_writer *w, int64_t t, uint64_t size, enum rec_name name)
{
    rec_seal(w);
    w->key_t = w->last = not_before(w, t);
    w->key_end = 0;
    w->key_flags = REC_FLAG_FIRST;
    w->key_size = 0;
    w->used = put_varint(w->raw, size);
    w->raw[w->used++] = (uint8_t)name;
}

/* Starts a piece. */
static void key_piece(struct rec_writer *w, uint64_t offset, uint64_t n)
{
    if (w->used >= KEY_RAW)
        seal_key(w, REC_FLAG_OPEN);
    w->used += put_varint(w->raw + w->used, offset - w->key_end);
    w->used += put_varint(w->raw + w->used, n);
}

void rec_key_zeros(struct rec_writer *w, uint64_t offset, uint64_t n)
{
    key_piece(w, offset, 0);
    w->used += put_varint(w->raw + w->used, n);
    w->key_end = offset + n;
}

void rec_key_bytes(struct rec_writer *w, uint64_t offset, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        size_t take = n < REC_DATA_MAX ? n : REC_DATA_MAX;
        key_piece(w, offset, take);
        memcpy(w->raw + w->used, bytes, take);
        w->used += take;
        offset += take;
        bytes += take;
        n -= take;
        w->key_end = offset;
    }
}

void rec_key_end(struct rec_writer *w)
{
    seal_key(w, 0);
    w->since_key = 0;
}

bool rec_key_due(const struct rec_writer *w)
{
    uint64_t least = w->key_size < KEY_LEAST / 2 ? KEY_LEAST : w->key_size * 2;
    return w->since_key >= least;
}

/* ---- the end ---- */

static void put_index(struct rec_writer *w, size_t from, size_t n, uint8_t *table)
{
    for (size_t i = 0; i < n; i++) {
        const struct rec_block *b = &w->blocks[from + i];
        uint8_t *p = table + i * REC_ENTRY;
        memset(p, 0, REC_ENTRY);
        store_le(p, b->at, 8);
        store_le(p + 8, (uint64_t)b->first, 8);
        store_le(p + 16, (uint64_t)b->last, 8);
        store_le(p + 24, b->packed, 4);
        p[28] = b->kind;
        p[29] = b->flags;
    }
    struct rec_block index = {.kind = REC_BLOCK_INDEX,
                              .first = w->blocks[from].first,
                              .last = w->blocks[from + n - 1].last};
    put_block(w, &index, table, n * REC_ENTRY);
}

void rec_finish(struct rec_writer *w)
{
    uint8_t trailer[REC_TRAILER] = {0};
    rec_seal(w);
    uint8_t *table = malloc((size_t)REC_ENTRIES * REC_ENTRY);
    if (table == NULL) {
        fail(w, REC_MEMORY);
        return;
    }
    uint64_t at = w->written;
    for (size_t i = 0; i < w->count; i += REC_ENTRIES)
        put_index(w, i, w->count - i < REC_ENTRIES ? w->count - i : REC_ENTRIES, table);
    free(table);
    memcpy(trailer, rec_trailer_magic, sizeof rec_trailer_magic);
    store_le(trailer + 8, at, 8);
    store_le(trailer + 16, w->count, 8);
    store_le(trailer + 24, rec_sum(trailer, 24), 8);
    put_out(w, trailer, sizeof trailer);
}

enum rec_status rec_writer_status(const struct rec_writer *w)
{
    return w->status;
}

uint64_t rec_written(const struct rec_writer *w)
{
    return w->written;
}

bool rec_pending(const struct rec_writer *w)
{
    return delta_writer_records(w->deltas) > 0;
}
