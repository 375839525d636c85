#include "core/history/delta.h"

#include "core/differing.h"
#include "core/history/delta_private.h"

#include <lz4.h>
#include <stdlib.h>

struct delta_writer *delta_writer_new(void)
{
    struct delta_writer *w = calloc(1, sizeof *w);
    if (w != NULL)
        delta_reset(w);
    return w;
}

void delta_writer_free(struct delta_writer *w)
{
    if (w == NULL)
        return;
    units_free(&w->units);
    free(w->ops.p);
    free(w->literals.p);
    free(w);
}

void delta_reset(struct delta_writer *w)
{
    units_clear(&w->units);
    w->ops.n = w->literals.n = 0;
    w->records = 0;
    w->first = w->last = 0;
    w->end = 0;
}

uint32_t delta_writer_records(const struct delta_writer *w)
{
    return w->records;
}

size_t delta_writer_raw(const struct delta_writer *w)
{
    return w->ops.n + w->literals.n + (size_t)w->units.count * 2;
}

size_t delta_writer_memory(const struct delta_writer *w)
{
    return sizeof *w + w->ops.cap + w->literals.cap + w->units.cap * sizeof *w->units.all +
           w->units.slots * sizeof *w->units.slot;
}

size_t delta_writer_changed(const struct delta_writer *w)
{
    return w->literals.n;
}

int64_t delta_writer_first(const struct delta_writer *w)
{
    return w->first;
}

static bool reserve(struct bytes *b, size_t more)
{
    size_t need = b->n + more, cap = b->cap + b->cap / 4;
    if (need <= b->cap)
        return true;
    cap = cap > need ? cap : need;
    uint8_t *p = realloc(b->p, cap);
    if (p == NULL)
        return false;
    b->p = p;
    b->cap = cap;
    return true;
}

/* Is there room within the limits for a change of n bytes? It has at most 2 * n + 4 runs, all but
 * the first near each other: 4 bytes each. */
static enum delta_added check_room(const struct delta_writer *w, size_t n)
{
    size_t ops = 8 * n + 96, literals = 2 * n + 16;
    uint32_t units = n > 0 ? (uint32_t)(n / DELTA_UNIT + 2) : 0;
    if (w->ops.n + ops > DELTA_STREAM_MAX || w->literals.n + literals > DELTA_STREAM_MAX ||
        w->records + 2 * n + 4 > DELTA_RECORDS_MAX || w->units.count + units > DELTA_KEYS_MAX)
        return w->records > 0 ? DELTA_FULL : DELTA_REFUSED;
    return DELTA_ADDED;
}

/* Reserves memory for a marker, or for the runs of one unit: for each byte at most a missed change
 * and a change, each with a step, an op, a far offset and a length. */
static bool make_room(struct delta_writer *w)
{
    enum { OP_MAX = 1 + VARINT_MAX + 1 + VARINT_MAX + 1 };
    return reserve(&w->ops, DELTA_UNIT * OP_MAX) && reserve(&w->literals, (size_t)2 * DELTA_UNIT);
}

/* Before each record. */
static void set_time(struct delta_writer *w, int64_t time)
{
    if (w->records++ == 0) {
        w->first = w->last = time;
    } else if (time != w->last) {
        w->ops.p[w->ops.n++] = STEP;
        w->ops.n += put_varint(w->ops.p + w->ops.n, (uint64_t)time - (uint64_t)w->last);
        w->last = time;
    }
}

static void add_op(struct delta_writer *w, enum delta_kind kind, uint64_t offset, unsigned n)
{
    static const uint8_t code_of[5] = {0, 0, 1, LENGTH_SAID, 2};
    uint8_t *p = w->ops.p + w->ops.n;
    unsigned code = n <= 4 ? code_of[n] : LENGTH_SAID;
    uint64_t gap = offset - w->end;
    if (kind == DELTA_BYTES && gap < NEAR / LENGTH_CODES) {
        *p++ = (uint8_t)(gap * LENGTH_CODES + code);
    } else {
        *p++ = (uint8_t)(NEAR + (unsigned)kind * LENGTH_CODES + code);
        p += put_varint(p, zigzag(gap));
    }
    if (code == LENGTH_SAID)
        *p++ = (uint8_t)n;
    w->ops.n = (size_t)(p - w->ops.p);
    w->end = offset + n;
}

/* Emits runs that make the bytes of `which` those of `to`. Most runs are a byte or two. */
static void add_runs(struct delta_writer *w, struct block64 *u, enum delta_kind kind, int64_t time,
                     uint64_t which, const uint8_t *to)
{
    uint8_t *literal = w->literals.p + w->literals.n;
    while (which != 0) {
        unsigned from = (unsigned)__builtin_ctzll(which), end = from;
        do {
            *literal++ = (uint8_t)(to[end] - u->now[end]);
            u->now[end] = to[end];
            end++;
        } while (end < DELTA_UNIT && (which >> end & 1) != 0);
        set_time(w, time);
        add_op(w, kind, u->at * DELTA_UNIT + from, end - from);
        which = end < DELTA_UNIT ? which >> end << end : 0;
    }
    w->literals.n = (size_t)(literal - w->literals.p);
}

/* Bytes whose last recorded value is not `old` changed unseen: emits DELTA_MISSED first. Bytes of
 * `range` that were not touched yet are taken over, so that the next comparison finds all of them
 * equal.
 */
static void emit_missed(struct delta_writer *w, struct block64 *u, int64_t time, uint64_t range,
                        const uint8_t *old)
{
    if (range == ~UINT64_C(0) && memcmp(old, u->now, DELTA_UNIT) == 0)
        return;
    uint64_t other = differing(old, u->now) & range;
    if ((other & u->touched) != 0)
        add_runs(w, u, DELTA_MISSED, time, other & u->touched, old);
    for (uint64_t left = other & ~u->touched; left != 0; left &= left - 1)
        u->now[__builtin_ctzll(left)] = old[__builtin_ctzll(left)];
}

/* Adds one aligned unit of a change: the bytes of old[] and new[] that are in `range`; old NULL:
 * unknown. False: out of memory. */
static bool add_unit(struct delta_writer *w, const struct delta *d, uint64_t at, uint64_t range,
                     const uint8_t *old, const uint8_t *new)
{
    struct block64 *u = units_near(&w->units, at);
    uint64_t which = old != NULL ? differing(old, new) & range : range;
    if (u == NULL && which == 0)
        return true;
    if (!make_room(w) || (u == NULL && !units_reserve(&w->units, 1)))
        return false;
    if (u == NULL)
        u = units_add(&w->units, at);
    if (old != NULL)
        emit_missed(w, u, d->time, range, old);
    uint64_t fresh = which & ~u->touched;
    u->touched |= fresh;
    if (old == NULL)
        u->unknown |= fresh;
    for (uint64_t left = fresh; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        u->first[i] = u->now[i] = old != NULL ? old[i] : 0;
    }
    add_runs(w, u, d->kind, d->time, which, new);
    return true;
}

/* Cuts a change into aligned units. */
static bool add_bytes(struct delta_writer *w, const struct delta *d)
{
    uint64_t at = d->offset, end = d->offset + d->length;
    while (at < end) {
        unsigned from = (unsigned)(at % DELTA_UNIT);
        unsigned n = end - at < DELTA_UNIT - from ? (unsigned)(end - at) : DELTA_UNIT - from;
        size_t i = (size_t)(at - d->offset);
        bool ok = false;
        if (n == DELTA_UNIT) {
            ok = add_unit(w, d, at / DELTA_UNIT, ~UINT64_C(0), d->old != NULL ? d->old + i : NULL,
                          d->new + i);
        } else {
            uint8_t old[DELTA_UNIT] = {0}, new[DELTA_UNIT] = {0};
            if (d->old != NULL)
                memcpy(old + from, d->old + i, n);
            memcpy(new + from, d->new + i, n);
            ok = add_unit(w, d, at / DELTA_UNIT, unit_bits(from, n), d->old != NULL ? old : NULL,
                          new);
        }
        if (!ok)
            return false;
        at += n;
    }
    return true;
}

static void add_marker(struct delta_writer *w, const struct delta *d)
{
    set_time(w, d->time);
    uint8_t *p = w->ops.p + w->ops.n;
    *p++ = (uint8_t)(MARKER + (d->kind - DELTA_SIZE));
    p += put_varint(p, d->offset);
    p += put_varint(p, d->length);
    p += put_varint(p, d->was);
    p += put_varint(p, d->is);
    w->ops.n = (size_t)(p - w->ops.p);
}

enum delta_added delta_add(struct delta_writer *w, const struct delta *d)
{
    bool marker = d->kind >= DELTA_SIZE;
    if (d->kind >= DELTA_KINDS || d->offset > DELTA_OFFSET_MAX || d->length > DELTA_OFFSET_MAX ||
        (w->records > 0 && d->time < w->last))
        return DELTA_REFUSED;
    if (!marker && (d->length > DELTA_CHANGE_MAX || d->new == NULL ||
                    (d->old == NULL) != (d->kind == DELTA_FIRST)))
        return DELTA_REFUSED;
    enum delta_added room = check_room(w, marker ? 0 : (size_t)d->length);
    if (room != DELTA_ADDED)
        return room;
    if (!marker)
        return add_bytes(w, d) ? DELTA_ADDED : DELTA_NO_MEMORY;
    if (!make_room(w))
        return DELTA_NO_MEMORY;
    add_marker(w, d);
    return DELTA_ADDED;
}

/* ---- sealing ---- */

/* A unit's offset, to sort by. */
struct sealed_pos {
    uint64_t at;
    uint32_t number; /* in units.all */
};

static int by_place(const void *a, const void *b)
{
    const struct sealed_pos *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static size_t put_key(uint8_t *p, const struct block64 *u, uint64_t distance)
{
    size_t n = put_varint(p, distance * 2 + (u->unknown != 0));
    store_le(p + n, u->touched, 8);
    n += 8;
    if (u->unknown != 0) {
        store_le(p + n, u->unknown, 8);
        n += 8;
    }
    for (uint64_t left = u->touched & ~u->unknown; left != 0; left &= left - 1)
        p[n++] = u->first[__builtin_ctzll(left)];
    return n;
}

/* Writes the stream of keys; false: out of memory. */
static bool make_keys(const struct delta_writer *w, struct bytes *keys)
{
    uint32_t count = w->units.count;
    *keys = (struct bytes){NULL, 0, (size_t)count * KEY_RAW_MAX + 1};
    struct sealed_pos *order = malloc((count + (size_t)1) * sizeof *order);
    keys->p = malloc(keys->cap);
    if (order == NULL || keys->p == NULL) {
        free(order);
        free(keys->p);
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        order[i] = (struct sealed_pos){w->units.all[i].at, i};
    if (count > 1)
        qsort(order, count, sizeof *order, by_place);
    uint64_t after = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct block64 *u = &w->units.all[order[i].number];
        keys->n += put_key(keys->p + keys->n, u, u->at - after);
        after = u->at + 1;
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
    store_le(p + AT_FIRST, (uint64_t)w->first, 8);
    store_le(p + AT_LAST, (uint64_t)w->last, 8);
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t i = 0; i < w->units.count; i++) {
        const struct block64 *u = &w->units.all[i];
        uint64_t from = u->at * DELTA_UNIT + (unsigned)__builtin_ctzll(u->touched);
        uint64_t end = (u->at + 1) * DELTA_UNIT - (unsigned)__builtin_clzll(u->touched);
        low = from < low ? from : low;
        high = end > high ? end : high;
    }
    store_le(p + AT_LOW, high > 0 ? low : 0, 8);
    store_le(p + AT_HIGH, high, 8);
    store_le(p + AT_RECORDS, w->records, 4);
    store_le(p + AT_KEYS, w->units.count, 4);
}

bool delta_seal(const struct delta_writer *w, uint8_t **block, size_t *size)
{
    struct bytes keys;
    *block = NULL;
    *size = 0;
    if (w->records == 0 || !make_keys(w, &keys))
        return false;
    const struct bytes *streams[STREAMS] = {&keys, &w->ops, &w->literals};
    size_t room = DELTA_HEADER, n = DELTA_HEADER;
    for (int k = 0; k < STREAMS; k++)
        room += (size_t)LZ4_compressBound((int)streams[k]->n);
    uint8_t *p = malloc(room);
    if (p != NULL) {
        put_header(w, p);
        for (int k = 0; k < STREAMS; k++) {
            bool stored = false;
            size_t packed = pack(streams[k], p + n, &stored);
            store_le(p + AT_STREAMS + 8 * k, streams[k]->n, 4);
            store_le(p + AT_STREAMS + 8 * k + 4, packed, 4);
            p[AT_STORED] = (uint8_t)(p[AT_STORED] | (stored ? 1U << k : 0));
            n += packed;
        }
        store_le(p + AT_SUM, delta_sum(p, n), 8);
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
        const struct block64 *u = &w->units.all[i];
        struct delta_key key = {u->at * DELTA_UNIT, u->touched, u->unknown, {0}};
        memcpy(key.value, u->first, DELTA_UNIT);
        tell(ctx, &key);
    }
}
