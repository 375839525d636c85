/* Packing what a writer took in into a block. */
#include <lz4.h>
#include <stdlib.h>

#include "core/history/delta_private.h"

/* A unit's place, to sort by. */
struct place {
    uint64_t at;
    uint32_t number; /* in units.all */
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static size_t put_key(uint8_t *p, const struct unit *u, uint64_t distance)
{
    size_t n = put_varint(p, distance * 2 + (u->unknown != 0));
    put_fixed(p + n, u->touched, 8);
    n += 8;
    if (u->unknown != 0) {
        put_fixed(p + n, u->unknown, 8);
        n += 8;
    }
    for (uint64_t left = u->touched & ~u->unknown; left != 0; left &= left - 1)
        p[n++] = u->first[__builtin_ctzll(left)];
    return n;
}

/* The stream of keys; false: out of memory. */
static bool make_keys(const struct delta_writer *w, struct bytes *keys)
{
    uint32_t count = w->units.count;
    *keys = (struct bytes){NULL, 0, (size_t)count * KEY_RAW_MAX + 1};
    struct place *order = malloc((count + (size_t)1) * sizeof *order);
    keys->p = malloc(keys->cap);
    if (order == NULL || keys->p == NULL) {
        free(order);
        free(keys->p);
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        order[i] = (struct place){w->units.all[i].at, i};
    if (count > 1)
        qsort(order, count, sizeof *order, by_place);
    uint64_t behind = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct unit *u = &w->units.all[order[i].number];
        keys->n += put_key(keys->p + keys->n, u, u->at - behind);
        behind = u->at + 1;
    }
    free(order);
    return true;
}

/* Packs one stream to `to` (room: LZ4's bound); bytes stored. */
static size_t pack(const struct bytes *stream, uint8_t *to, bool *stored)
{
    int n = LZ4_compress_default((const char *)stream->p, (char *)to, (int)stream->n,
                                 LZ4_compressBound((int)stream->n));
    *stored = n <= 0 || (size_t)n >= stream->n;
    if (!*stored)
        return (size_t)n;
    if (stream->n > 0)
        memcpy(to, stream->p, stream->n);
    return stream->n;
}

static void put_header(const struct delta_writer *w, uint8_t *p)
{
    memset(p, 0, DELTA_HEADER);
    memcpy(p, "SLdB", 4);
    p[AT_VERSION] = DELTA_VERSION;
    put_fixed(p + AT_FIRST, (uint64_t)w->first, 8);
    put_fixed(p + AT_LAST, (uint64_t)w->last, 8);
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t i = 0; i < w->units.count; i++) {
        const struct unit *u = &w->units.all[i];
        uint64_t from = u->at * DELTA_UNIT + (unsigned)__builtin_ctzll(u->touched);
        uint64_t end = (u->at + 1) * DELTA_UNIT - (unsigned)__builtin_clzll(u->touched);
        low = from < low ? from : low;
        high = end > high ? end : high;
    }
    put_fixed(p + AT_LOW, high > 0 ? low : 0, 8);
    put_fixed(p + AT_HIGH, high, 8);
    put_fixed(p + AT_RECORDS, w->records, 4);
    put_fixed(p + AT_KEYS, w->units.count, 4);
}

bool delta_seal(const struct delta_writer *w, uint8_t **block, size_t *size)
{
    struct bytes keys;
    *block = NULL;
    *size = 0;
    if (w->records == 0 || !make_keys(w, &keys))
        return false;
    const struct bytes *streams[STREAMS] = {&keys, &w->heads, &w->diffs};
    size_t room = DELTA_HEADER, n = DELTA_HEADER;
    for (int k = 0; k < STREAMS; k++)
        room += (size_t)LZ4_compressBound((int)streams[k]->n);
    uint8_t *p = malloc(room);
    if (p != NULL) {
        put_header(w, p);
        for (int k = 0; k < STREAMS; k++) {
            bool stored = false;
            size_t packed = pack(streams[k], p + n, &stored);
            put_fixed(p + AT_STREAMS + 8 * k, streams[k]->n, 4);
            put_fixed(p + AT_STREAMS + 8 * k + 4, packed, 4);
            p[AT_STORED] = (uint8_t)(p[AT_STORED] | (stored ? 1U << k : 0));
            n += packed;
        }
        put_fixed(p + AT_SUM, delta_sum(p, n), 8);
        uint8_t *fits = realloc(p, n);
        *block = fits != NULL ? fits : p;
        *size = n;
    }
    free(keys.p);
    return p != NULL;
}

void delta_writer_keys(const struct delta_writer *w,
                       void (*tell)(void *ctx, const struct delta_key *key), void *ctx)
{
    for (uint32_t i = 0; i < w->units.count; i++) {
        const struct unit *u = &w->units.all[i];
        struct delta_key key = {u->at * DELTA_UNIT, u->touched, u->unknown, {0}};
        memcpy(key.value, u->first, DELTA_UNIT);
        tell(ctx, &key);
    }
}
