#include "core/change/ages.h"

#include <stdlib.h>
#include <string.h>

/* In `state`: this byte of the window was never fed. */
enum { NEVER_FED = 0xff, BLOCK = 256 };

struct ages {
    size_t cap;       /* bytes each array holds */
    size_t n;         /* bytes of the newest window, <= cap */
    uint64_t offset;  /* where the newest window starts */
    uint8_t *value;   /* the last value that was known: 0 for holes and beyond the end */
    uint8_t *state;   /* enum byte_state of the newest sample, or NEVER_FED */
    uint8_t *known;   /* 1: value[i] was seen or expected */
    int64_t *changed; /* time of the last change, 0: none */
    uint32_t *count;  /* changes seen, saturating */
};

struct ages *ages_new(size_t cap)
{
    struct ages *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    size_t room = cap ? cap : 1;
    d->cap = cap;
    d->value = calloc(room, sizeof *d->value);
    d->state = calloc(room, sizeof *d->state);
    d->known = calloc(room, sizeof *d->known);
    d->changed = calloc(room, sizeof *d->changed);
    d->count = calloc(room, sizeof *d->count);
    if (!d->value || !d->state || !d->known || !d->changed || !d->count) {
        ages_free(d);
        return NULL;
    }
    return d;
}

void ages_free(struct ages *d)
{
    if (!d)
        return;
    free(d->value);
    free(d->state);
    free(d->known);
    free(d->changed);
    free(d->count);
    free(d);
}

/* Forgets n bytes of the window from i. */
static void forget(struct ages *d, size_t i, size_t n)
{
    memset(d->value + i, 0, n);
    memset(d->state + i, NEVER_FED, n);
    memset(d->known + i, 0, n);
    memset(d->changed + i, 0, n * sizeof *d->changed);
    memset(d->count + i, 0, n * sizeof *d->count);
}

/* Moves what is known of n bytes from index `from` to index `to`. */
static void carry(struct ages *d, size_t to, size_t from, size_t n)
{
    memmove(d->value + to, d->value + from, n);
    memmove(d->state + to, d->state + from, n);
    memmove(d->known + to, d->known + from, n);
    memmove(d->changed + to, d->changed + from, n * sizeof *d->changed);
    memmove(d->count + to, d->count + from, n * sizeof *d->count);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Makes [offset, offset+n) the window; what overlaps the previous one is kept. */
static void move_window(struct ages *d, uint64_t offset, size_t n)
{
    size_t start = 0, keep = 0; /* [start, start+keep) of the new window is known */
    if (offset >= d->offset && offset - d->offset < d->n) {
        size_t from = (size_t)(offset - d->offset);
        keep = smaller(d->n - from, n);
        if (from)
            carry(d, 0, from, keep);
    } else if (offset < d->offset && d->offset - offset < n) {
        start = (size_t)(d->offset - offset);
        keep = smaller(d->n, n - start);
        carry(d, start, 0, keep);
    }
    if (start)
        forget(d, 0, start);
    if (start + keep < n)
        forget(d, start + keep, n - start - keep);
    d->offset = offset;
    d->n = n;
}

/* Takes in byte i; 1 when it changed. */
static size_t feed_byte(struct ages *d, size_t i, uint8_t byte, uint8_t state, int64_t now)
{
    d->state[i] = state;
    if (state == BYTE_UNKNOWN)
        return 0;
    uint8_t value = state == BYTE_DATA ? byte : 0;
    bool changed = d->known[i] && state != BYTE_BEYOND && value != d->value[i];
    d->value[i] = value;
    d->known[i] = 1;
    if (!changed)
        return 0;
    d->changed[i] = now;
    if (d->count[i] < UINT32_MAX)
        d->count[i]++;
    return 1;
}

/* A stretch of at most BLOCK bytes in which something differs. */
static size_t feed_block(struct ages *d, size_t i, size_t end, const uint8_t *bytes,
                         const uint8_t *state, int64_t now)
{
    size_t changes = 0;
    while (i < end) {
        size_t step = smaller(8, end - i);
        uint64_t was[2] = {0, 0}, is[2] = {0, 0};
        memcpy(&was[0], d->value + i, step);
        memcpy(&was[1], d->state + i, step);
        memcpy(&is[0], bytes + i, step);
        memcpy(&is[1], state + i, step);
        if (was[0] != is[0] || was[1] != is[1])
            for (size_t j = i; j < i + step; j++)
                changes += feed_byte(d, j, bytes[j], state[j], now);
        i += step;
    }
    return changes;
}

size_t ages_feed(struct ages *d, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                 size_t n, int64_t now)
{
    if (n > d->cap)
        n = d->cap;
    if (offset != d->offset || n != d->n)
        move_window(d, offset, n);
    if (now == 0)
        now = 1; /* 0 means never */
    size_t changes = 0;
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t end = smaller(n, i + BLOCK);
        /* Same state and same bytes as remembered is the same value: nothing to do. */
        if (memcmp(d->value + i, bytes + i, end - i) != 0 ||
            memcmp(d->state + i, state + i, end - i) != 0)
            changes += feed_block(d, i, end, bytes, state, now);
    }
    return changes;
}

const int64_t *ages_changed(const struct ages *d)
{
    return d->changed;
}

const uint32_t *ages_counts(const struct ages *d)
{
    return d->count;
}

void ages_expect(struct ages *d, uint64_t offset, const uint8_t *bytes, size_t n, int64_t now)
{
    if (now == 0)
        now = 1;
    for (size_t k = 0; k < n; k++) {
        uint64_t at = offset + k;
        if (at < d->offset || at - d->offset >= d->n)
            continue;
        size_t i = (size_t)(at - d->offset);
        if (!d->known[i] || d->value[i] != bytes[k])
            d->changed[i] = now;
        d->value[i] = bytes[k];
        d->known[i] = 1;
    }
}

void ages_prime(struct ages *d, const int64_t *changed, size_t n)
{
    for (size_t i = 0; i < smaller(n, d->n); i++)
        if (d->changed[i] == 0)
            d->changed[i] = changed[i];
}

void ages_reset_counts(struct ages *d)
{
    memset(d->count, 0, d->n * sizeof *d->count);
}

void ages_reset(struct ages *d)
{
    d->n = 0;
    d->offset = 0;
}
