#include "core/history/delta.h"

#include "core/differing.h"
#include "core/history/delta_private.h"

#include <lz4.h>
#include <stdlib.h>

/* Bytes of an op: a step in time, its kind, a far offset, a length. */
enum { OP_MAX = 1 + VARINT_MAX + 1 + VARINT_MAX + 1 };

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
    return sizeof *w + w->ops.cap + w->literals.cap + w->units.slots * sizeof *w->units.slot +
           w->units.cap * (sizeof *w->units.head + sizeof *w->units.now + sizeof *w->units.before);
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

/* Emits runs that make the bytes of `which` of unit u those of `to`. */
static void add_runs(struct delta_writer *w, uint32_t u, enum delta_kind kind, int64_t time,
                     uint64_t which, const uint8_t *to)
{
    uint8_t *literal = w->literals.p + w->literals.n, *now = w->units.now[u];
    while (which != 0) {
        unsigned from = (unsigned)__builtin_ctzll(which), end = from;
        do {
            *literal++ = (uint8_t)(to[end] - now[end]);
            now[end] = to[end];
            end++;
        } while (end < DELTA_UNIT && (which >> end & 1) != 0);
        set_time(w, time);
        add_op(w, kind, w->units.head[u].at * DELTA_UNIT + from, end - from);
        which = end < DELTA_UNIT ? which >> end << end : 0;
    }
    w->literals.n = (size_t)(literal - w->literals.p);
}

/* Bytes whose last recorded value is not `old` changed unseen: emits DELTA_MISSED first. Bytes of
 * `range` that were not touched yet are taken over, so that the next comparison finds all of them
 * equal.
 */
static void emit_missed(struct delta_writer *w, uint32_t u, int64_t time, uint64_t range,
                        const uint8_t *old)
{
    uint8_t *now = w->units.now[u];
    uint64_t touched = w->units.head[u].touched, other = differing(old, now) & range;
    if ((other & touched) != 0)
        add_runs(w, u, DELTA_MISSED, time, other & touched, old);
    for (uint64_t left = other & ~touched; left != 0; left &= left - 1)
        now[__builtin_ctzll(left)] = old[__builtin_ctzll(left)];
}

/* Adds one aligned unit of a change: the bytes of old[] and new[] that are in `range`; old NULL:
 * unknown. False: out of memory. */
static bool add_unit(struct delta_writer *w, const struct delta *d, uint64_t at, uint64_t range,
                     const uint8_t *old, const uint8_t *new)
{
    uint32_t u = units_near(&w->units, at);
    uint64_t which = old != NULL ? differing(old, new) & range : range;
    if (u == UNIT_NONE && which == 0)
        return true;
    if (!make_room(w) || (u == UNIT_NONE && !units_reserve(&w->units, 1)))
        return false;
    if (u == UNIT_NONE)
        u = units_add(&w->units, at);
    if (old != NULL)
        emit_missed(w, u, d->time, range, old);
    uint64_t fresh = which & ~w->units.head[u].touched;
    struct unit_before *before = &w->units.before[u];
    w->units.head[u].touched |= fresh;
    if (old == NULL)
        before->unknown |= fresh;
    for (uint64_t left = fresh; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        before->bytes[i] = w->units.now[u][i] = old != NULL ? old[i] : 0;
    }
    add_runs(w, u, d->kind, d->time, which, new);
    return true;
}

/* ---- many units at once ---- */

enum { SHORT_OP = 4 /* bytes that are stored for an op, of which the next one covers some */ };

/* Some units in a row, of one page. */
struct row {
    const uint8_t *old, *new;
    uint64_t at;           /* the first */
    const uint64_t *which; /* the bytes that differ */
};

/* Stores the op of a run of one byte, `gap` bytes (less than a page) after the run before it.
 * Whether that is near no processor could predict, so nothing depends on it but the bytes; returns
 * how many of the SHORT_OP stored count. */
static inline size_t put_short(uint8_t *p, uint32_t gap)
{
    uint32_t far = gap >= NEAR / LENGTH_CODES, two = gap >= 64, coded = gap << 1;
    uint32_t offset = (coded & 0x7f) | two << 7 | coded >> 7 << 8; /* put_varint(zigzag(gap)) */
    uint32_t near = gap * LENGTH_CODES, mask = 0 - far;
    store_le(p, ((NEAR | offset << 8) & mask) | (near & ~mask), SHORT_OP);
    return 1 + far + two;
}

/* Emits runs of one byte, all but the first of which are less than a page after the one before. */
static void emit_bytes(struct delta_writer *w, const struct row *r, const uint16_t *place, size_t n)
{
    uint8_t *op = w->ops.p + w->ops.n, *literal = w->literals.p + w->literals.n;
    const uint8_t *old = r->old, *new = r->new;
    uint32_t end = (uint32_t)(w->end - r->at * DELTA_UNIT);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = place[i];
        op += put_short(op, at - end);
        literal[i] = (uint8_t)(new[at] - old[at]);
        end = at + 1;
    }
    w->ops.n = (size_t)(op - w->ops.p);
    w->literals.n += n;
    w->end = r->at * DELTA_UNIT + end;
}

static void emit_run(struct delta_writer *w, const struct row *r, unsigned at, unsigned length)
{
    add_op(w, DELTA_BYTES, r->at * DELTA_UNIT + at, length);
    for (unsigned i = at; i < at + length; i++)
        w->literals.p[w->literals.n++] = (uint8_t)(r->new[i] - r->old[i]);
}

/* Emits the runs of n units, whose recorded values are those of `old`. */
static bool emit_row(struct delta_writer *w, int64_t time, const struct row *r, size_t units)
{
    uint16_t place[RUNS_PLACES];
    size_t n = runs_places(r->which, units, place);
    if (n == 0)
        return true;
    if (!reserve(&w->ops, n * (SHORT_OP + 1) + 2 * OP_MAX))
        return false;
    set_time(w, time);
    w->records += (uint32_t)(n - 1);
    for (size_t i = 0; i < n;) {
        unsigned length = runs_length(r->which, place[i]);
        size_t bytes = 0;
        if (!reserve(&w->literals, length + (n - i)))
            return false;
        emit_run(w, r, place[i], length);
        for (i++; i + bytes < n && runs_is_byte(r->which, place[i + bytes]);)
            bytes++;
        emit_bytes(w, r, place + i, bytes);
        i += bytes;
    }
    return true;
}

/* Makes the unit ready for a change whose ops are not emitted yet. */
static bool add_whole(struct delta_writer *w, uint32_t *u, uint64_t at, uint64_t which,
                      const uint8_t *old)
{
    if (*u == UNIT_NONE) {
        if (!units_reserve(&w->units, 1))
            return false;
        *u = units_add(&w->units, at);
    }
    uint64_t fresh = which & ~w->units.head[*u].touched;
    w->units.head[*u].touched |= fresh;
    for (uint64_t left = fresh; left != 0; left &= left - 1)
        w->units.before[*u].bytes[__builtin_ctzll(left)] = old[__builtin_ctzll(left)];
    return true;
}

/* Did bytes of the unit change unseen? */
static bool missed(const struct units *u, uint32_t number, const uint8_t *old)
{
    return number != UNIT_NONE && !same_unit(old, u->now[number]) &&
           (differing(old, u->now[number]) & u->head[number].touched) != 0;
}

static struct row skip(const struct row *r, size_t units)
{
    size_t bytes = units * DELTA_UNIT;
    return (struct row){r->old + bytes, r->new + bytes, r->at + units, r->which + units};
}

/* Adds n whole units of a page, from byte `at` of the change on. Runs are emitted together, but
 * before what was missed. */
static bool add_units(struct delta_writer *w, const struct delta *d, size_t at, size_t n)
{
    uint64_t which[RUNS_UNITS];
    const struct row all = {d->old + at, d->new + at, (d->offset + at) / DELTA_UNIT, which};
    struct row r = all; /* whose runs are not emitted yet */
    (void)runs_differing(all.old, all.new, n, which);
    for (size_t i = 0; i < n; i++) {
        const struct row unit = skip(&all, i);
        uint32_t u = units_near(&w->units, unit.at);
        if (u == UNIT_NONE && which[i] == 0)
            continue;
        if (missed(&w->units, u, unit.old)) {
            if (!emit_row(w, d->time, &r, unit.at - r.at) ||
                !add_unit(w, d, unit.at, ~UINT64_C(0), unit.old, unit.new))
                return false;
            r = skip(&unit, 1);
            continue;
        }
        if ((u == UNIT_NONE || (which[i] & ~w->units.head[u].touched) != 0) &&
            !add_whole(w, &u, unit.at, which[i], unit.old))
            return false;
        memcpy(w->units.now[u], unit.new, DELTA_UNIT);
    }
    return emit_row(w, d->time, &r, all.at + n - r.at);
}

/* Whole units of one page in [at, end), which begins with one. */
static size_t units_together(uint64_t at, uint64_t end)
{
    uint64_t left = RUNS_UNITS - at / DELTA_UNIT % RUNS_UNITS, whole = (end - at) / DELTA_UNIT;
    return (size_t)(left < whole ? left : whole);
}

/* Cuts a change into pages, and aligned units. */
static bool add_bytes(struct delta_writer *w, const struct delta *d)
{
    uint64_t at = d->offset, end = d->offset + d->length;
    while (at < end) {
        unsigned from = (unsigned)(at % DELTA_UNIT);
        unsigned n = end - at < DELTA_UNIT - from ? (unsigned)(end - at) : DELTA_UNIT - from;
        size_t i = (size_t)(at - d->offset);
        bool ok = false;
        if (n == DELTA_UNIT && d->kind == DELTA_BYTES) {
            size_t units = units_together(at, end);
            ok = add_units(w, d, i, units);
            n = (unsigned)units * DELTA_UNIT;
        } else if (n == DELTA_UNIT) {
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
    uint32_t number;
};

static int by_place(const void *a, const void *b)
{
    const struct sealed_pos *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static size_t put_key(uint8_t *p, uint64_t touched, const struct unit_before *u, uint64_t distance)
{
    size_t n = put_varint(p, distance * 2 + (u->unknown != 0));
    store_le(p + n, touched, 8);
    n += 8;
    if (u->unknown != 0) {
        store_le(p + n, u->unknown, 8);
        n += 8;
    }
    for (uint64_t left = touched & ~u->unknown; left != 0; left &= left - 1)
        p[n++] = u->bytes[__builtin_ctzll(left)];
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
        order[i] = (struct sealed_pos){w->units.head[i].at, i};
    if (count > 1)
        qsort(order, count, sizeof *order, by_place);
    uint64_t after = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t u = order[i].number;
        keys->n += put_key(keys->p + keys->n, w->units.head[u].touched, &w->units.before[u],
                           order[i].at - after);
        after = order[i].at + 1;
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
        const struct unit_head *u = &w->units.head[i];
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
        const struct unit_head *u = &w->units.head[i];
        const struct unit_before *before = &w->units.before[i];
        struct delta_key key = {u->at * DELTA_UNIT, u->touched, before->unknown, {0}};
        memcpy(key.value, before->bytes, DELTA_UNIT);
        tell(ctx, &key);
    }
}
