#include <lz4.h>
#include <stdlib.h>
#include <xxhash.h>

#include "core/history/delta_private.h"

/* One record, found while checking the ops. */
struct record {
    int64_t time;
    uint64_t offset;
    uint32_t at;   /* runs: of its bytes in the literals; markers: of its varints in the ops */
    uint8_t kind;  /* enum delta_kind */
    uint8_t count; /* runs: bytes, 1 to DELTA_UNIT */
};

struct delta_reader {
    struct units units; /* `now` is the state at the current position */
    uint8_t *ops, *literals;
    size_t ops_n, literals_n;
    struct record *records;
    uint32_t count, next; /* records; the one that delta_next returns next */
    uint8_t old[DELTA_UNIT], new[DELTA_UNIT];
};

uint64_t delta_sum(const uint8_t *block, size_t n)
{
    return XXH3_64bits_withSeed(block + DELTA_HEADER, n - DELTA_HEADER, XXH3_64bits(block, AT_SUM));
}

bool delta_about(const uint8_t *block, size_t n, struct delta_about *about)
{
    static const size_t limit[STREAMS] = {(size_t)DELTA_KEYS_MAX * KEY_RAW_MAX, DELTA_STREAM_MAX,
                                          DELTA_STREAM_MAX};
    if (n < DELTA_HEADER || memcmp(block, "SLdB", 4) != 0 || block[AT_VERSION] != DELTA_VERSION ||
        block[AT_STORED] >= 1U << STREAMS || load_le(block + 6, 2) != 0 ||
        load_le(block + AT_ZERO, 8) != 0 || load_le(block + AT_ZERO + 8, 8) != 0)
        return false;
    *about = (struct delta_about){.first = (int64_t)load_le(block + AT_FIRST, 8),
                                  .last = (int64_t)load_le(block + AT_LAST, 8),
                                  .low = load_le(block + AT_LOW, 8),
                                  .high = load_le(block + AT_HIGH, 8),
                                  .records = (uint32_t)load_le(block + AT_RECORDS, 4),
                                  .keys = (uint32_t)load_le(block + AT_KEYS, 4),
                                  .size = DELTA_HEADER};
    for (int k = 0; k < STREAMS; k++) {
        uint64_t raw = load_le(block + AT_STREAMS + 8 * k, 4);
        uint64_t packed = load_le(block + AT_STREAMS + 8 * k + 4, 4);
        bool stored = (block[AT_STORED] >> k & 1) != 0;
        if (raw > limit[k] || (stored ? packed != raw : packed >= raw))
            return false;
        about->size += (size_t)packed;
    }
    return about->records > 0 && about->records <= DELTA_RECORDS_MAX &&
           about->keys <= DELTA_KEYS_MAX && about->first <= about->last &&
           about->low <= about->high && about->high <= DELTA_OFFSET_MAX + DELTA_CHANGE_MAX &&
           about->size <= DELTA_BLOCK_MAX;
}

/* Stream k of a block whose header is good, unpacked: malloc'd, one byte longer (never empty).
 * NULL: malformed (*why set) or out of memory. */
static uint8_t *unpack(const uint8_t *block, int k, size_t *n, const char **why)
{
    const uint8_t *from = block + DELTA_HEADER;
    for (int i = 0; i < k; i++)
        from += load_le(block + AT_STREAMS + 8 * i + 4, 4);
    *n = (size_t)load_le(block + AT_STREAMS + 8 * k, 4);
    size_t packed = (size_t)load_le(block + AT_STREAMS + 8 * k + 4, 4);
    uint8_t *p = malloc(*n + 1);
    if (p == NULL)
        return NULL;
    if ((block[AT_STORED] >> k & 1) != 0) {
        if (*n > 0)
            memcpy(p, from, *n);
        return p;
    }
    if (LZ4_decompress_safe((const char *)from, (char *)p, (int)packed, (int)*n) == (int)*n)
        return p;
    *why = "a stream does not unpack";
    free(p);
    return NULL;
}

/* Reads the key at p[*at]; `after`: the number of the unit after the previous key. */
static bool get_key(const uint8_t *p, size_t n, size_t *at, uint64_t after, struct delta_key *key)
{
    uint64_t head = 0;
    *key = (struct delta_key){0};
    if (!get_varint(p, n, at, &head) || head / 2 > DELTA_OFFSET_MAX / DELTA_UNIT - after ||
        n - *at < 8)
        return false;
    key->offset = (after + head / 2) * DELTA_UNIT;
    key->touched = load_le(p + *at, 8);
    *at += 8;
    if (head % 2 != 0) {
        if (n - *at < 8)
            return false;
        key->unknown = load_le(p + *at, 8);
        *at += 8;
        if (key->unknown == 0)
            return false;
    }
    if (key->touched == 0 || (key->unknown & ~key->touched) != 0)
        return false;
    for (uint64_t left = key->touched & ~key->unknown; left != 0; left &= left - 1) {
        if (*at >= n)
            return false;
        key->value[__builtin_ctzll(left)] = p[(*at)++];
    }
    return true;
}

static bool tell_keys(const uint8_t *p, size_t n, uint32_t count,
                      void (*tell)(void *ctx, const struct delta_key *key), void *ctx)
{
    size_t at = 0;
    uint64_t after = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct delta_key key;
        if (after > DELTA_OFFSET_MAX / DELTA_UNIT || !get_key(p, n, &at, after, &key))
            return false;
        tell(ctx, &key);
        after = key.offset / DELTA_UNIT + 1;
    }
    return at == n;
}

bool delta_keys(const uint8_t *block, size_t n,
                void (*tell)(void *ctx, const struct delta_key *key), void *ctx)
{
    struct delta_about about;
    const char *why = NULL;
    size_t keys_n = 0;
    if (!delta_about(block, n, &about) || about.size != n)
        return false;
    uint8_t *keys = unpack(block, STREAM_KEYS, &keys_n, &why);
    bool ok = keys != NULL && tell_keys(keys, keys_n, about.keys, tell, ctx);
    free(keys);
    return ok;
}

/* ---- opening: everything is checked here, so that walking cannot fail ---- */

static void take_key(void *ctx, const struct delta_key *key)
{
    struct delta_reader *r = ctx;
    uint32_t u = units_add(&r->units, key->offset / DELTA_UNIT);
    r->units.head[u].touched = key->touched;
    r->units.before[u].unknown = key->unknown;
    memcpy(r->units.before[u].bytes, key->value, DELTA_UNIT);
    memcpy(r->units.now[u], key->value, DELTA_UNIT);
}

/* How far the check has come. */
struct op_cursor {
    const struct delta_about *about;
    size_t at, literals; /* in the ops, the literals */
    uint64_t end;        /* of the run before */
    int64_t time;
};

/* Reads the rest of a run's op, whose first byte is `tag`. */
static bool check_run(struct delta_reader *r, struct op_cursor *w, uint8_t tag, struct record *rec)
{
    unsigned code = tag % LENGTH_CODES, n = code == 0 ? 1 : code == 1 ? 2 : 4;
    uint64_t gap = tag / LENGTH_CODES;
    rec->kind = DELTA_BYTES;
    if (tag >= NEAR) {
        rec->kind = (uint8_t)(DELTA_BYTES + (tag - NEAR) / LENGTH_CODES);
        if (!get_varint(r->ops, r->ops_n, &w->at, &gap))
            return false;
        gap = unzigzag(gap);
    }
    if (code == LENGTH_SAID) {
        if (w->at >= r->ops_n)
            return false;
        n = r->ops[w->at++];
    }
    rec->offset = w->end + gap;
    unsigned from = (unsigned)(rec->offset % DELTA_UNIT);
    if (n == 0 || n > DELTA_UNIT - from || n > r->literals_n - w->literals)
        return false;
    if (rec->offset < w->about->low || n > w->about->high || rec->offset > w->about->high - n)
        return false;
    if (rec->kind != DELTA_FIRST && memchr(r->literals + w->literals, 0, n) != NULL)
        return false; /* a change that changes nothing */
    uint32_t u = units_find(&r->units, rec->offset / DELTA_UNIT);
    if (u == UNIT_NONE || (unit_bits(from, n) & ~r->units.head[u].touched) != 0)
        return false;
    rec->count = (uint8_t)n;
    rec->at = (uint32_t)w->literals;
    w->literals += n;
    w->end = rec->offset + n;
    return true;
}

/* Reads the four numbers of a marker. */
static bool get_marker(const struct delta_reader *r, size_t *at, struct delta *d)
{
    return get_varint(r->ops, r->ops_n, at, &d->offset) && d->offset <= DELTA_OFFSET_MAX &&
           get_varint(r->ops, r->ops_n, at, &d->length) && d->length <= DELTA_OFFSET_MAX &&
           get_varint(r->ops, r->ops_n, at, &d->was) && get_varint(r->ops, r->ops_n, at, &d->is);
}

static bool check_step(struct delta_reader *r, struct op_cursor *w)
{
    uint64_t step = 0;
    if (!get_varint(r->ops, r->ops_n, &w->at, &step) || step == 0 ||
        step > (uint64_t)w->about->last - (uint64_t)w->time)
        return false;
    w->time = (int64_t)((uint64_t)w->time + step);
    return true;
}

static bool check_record(struct delta_reader *r, struct op_cursor *w, struct record *rec)
{
    if (w->at >= r->ops_n)
        return false;
    uint8_t tag = r->ops[w->at++];
    if (tag == STEP) {
        if (r->count == 0 || !check_step(r, w) || w->at >= r->ops_n)
            return false;
        tag = r->ops[w->at++];
    }
    *rec = (struct record){.time = w->time};
    if (tag < RUN_END)
        return check_run(r, w, tag, rec);
    if (tag < MARKER || tag >= MARKER_END)
        return false;
    struct delta d;
    rec->kind = (uint8_t)(DELTA_SIZE + (tag - MARKER));
    rec->at = (uint32_t)w->at;
    return get_marker(r, &w->at, &d);
}

static bool check_ops(struct delta_reader *r, const struct delta_about *about)
{
    struct op_cursor w = {.about = about, .time = about->first};
    for (r->count = 0; r->count < about->records; r->count++)
        if (!check_record(r, &w, &r->records[r->count]))
            return false;
    return w.at == r->ops_n && w.literals == r->literals_n && w.time == about->last;
}

/* Unpacks and checks. False: refused, or *why still NULL: out of memory. */
static bool fill(struct delta_reader *r, const uint8_t *block, const struct delta_about *about,
                 const char **why)
{
    size_t keys_n = 0;
    uint8_t *keys = unpack(block, STREAM_KEYS, &keys_n, why);
    bool ok = keys != NULL && units_reserve(&r->units, about->keys);
    if (ok && !tell_keys(keys, keys_n, about->keys, take_key, r)) {
        *why = "its keys are malformed";
        ok = false;
    }
    free(keys);
    if (!ok || (r->ops = unpack(block, STREAM_OPS, &r->ops_n, why)) == NULL ||
        (r->literals = unpack(block, STREAM_LITERALS, &r->literals_n, why)) == NULL ||
        (r->records = malloc(about->records * sizeof *r->records)) == NULL)
        return false;
    if (check_ops(r, about))
        return true;
    *why = "its records are malformed";
    return false;
}

struct delta_reader *delta_open(const uint8_t *block, size_t n, const char **why)
{
    struct delta_about about;
    *why = NULL;
    if (!delta_about(block, n, &about)) {
        *why = "not a block of changes of a version known here";
        return NULL;
    }
    if (about.size != n || load_le(block + AT_SUM, 8) != delta_sum(block, n)) {
        *why = about.size != n ? "the block is cut short" : "its checksum is wrong";
        return NULL;
    }
    struct delta_reader *r = calloc(1, sizeof *r);
    if (r != NULL && fill(r, block, &about, why))
        return r;
    if (*why == NULL)
        *why = "out of memory";
    delta_close(r);
    return NULL;
}

void delta_close(struct delta_reader *r)
{
    if (r == NULL)
        return;
    units_free(&r->units);
    free(r->ops);
    free(r->literals);
    free(r->records);
    free(r);
}

/* ---- walking ---- */

/* Steps over a run, forwards or back, and returns its bytes. */
static void step_run(struct delta_reader *r, const struct record *rec, bool onwards,
                     struct delta *d)
{
    uint32_t u = units_find(&r->units, rec->offset / DELTA_UNIT);
    uint8_t *now = r->units.now[u] + rec->offset % DELTA_UNIT;
    const uint8_t *diff = r->literals + rec->at;
    uint8_t *was = onwards ? r->old : r->new, *is = onwards ? r->new : r->old;
    for (unsigned i = 0; i < rec->count; i++) {
        was[i] = now[i];
        is[i] = now[i] = (uint8_t)(onwards ? now[i] + diff[i] : now[i] - diff[i]);
    }
    d->offset = rec->offset;
    d->length = rec->count;
    d->old = rec->kind == DELTA_FIRST ? NULL : r->old;
    d->new = r->new;
}

static void step(struct delta_reader *r, const struct record *rec, bool onwards, struct delta *d)
{
    *d = (struct delta){.kind = (enum delta_kind)rec->kind, .time = rec->time};
    size_t at = rec->at;
    if (rec->kind < DELTA_SIZE)
        step_run(r, rec, onwards, d);
    else
        (void)get_marker(r, &at, d); /* was checked */
}

bool delta_next(struct delta_reader *r, struct delta *d)
{
    if (r->next >= r->count)
        return false;
    step(r, &r->records[r->next++], true, d);
    return true;
}

bool delta_prev(struct delta_reader *r, struct delta *d)
{
    if (r->next == 0)
        return false;
    step(r, &r->records[--r->next], false, d);
    return true;
}

void delta_end(struct delta_reader *r)
{
    struct delta d;
    while (delta_next(r, &d))
        ;
}

bool delta_each(const uint8_t *block, size_t n, void (*tell)(void *ctx, const struct delta *d),
                void *ctx)
{
    const char *why = NULL;
    struct delta d;
    struct delta_reader *r = delta_open(block, n, &why);
    while (r != NULL && delta_next(r, &d))
        tell(ctx, &d);
    delta_close(r);
    return r != NULL;
}
