/* Blocks of changes: what is taken in is told again, both ways, with the bytes before and after;
 * whatever is malformed is refused. */
#include <stdlib.h>
#include <string.h>

#include "core/history/delta.h"
#include "support/random.h"
#include "support/suite.h"

enum { SPACE = 3000, STEPS = 1500, TOLD_MAX = 40000 };

static const uint64_t BASE = (UINT64_C(1) << 61) + 17; /* far up, at no round place */

/* A change told, with its bytes. */
struct told {
    struct delta d;
    uint8_t old[DELTA_UNIT], new[DELTA_UNIT];
};

static struct told told[TOLD_MAX];

static void keep(struct told *t, const struct delta *d)
{
    t->d = *d;
    if (d->old != NULL)
        memcpy(t->old, d->old, (size_t)d->length);
    if (d->new != NULL)
        memcpy(t->new, d->new, (size_t)d->length);
}

static bool same(const struct told *t, const struct delta *d)
{
    const struct delta *a = &t->d;
    return a->kind == d->kind && a->time == d->time && a->offset == d->offset &&
           a->length == d->length && a->was == d->was && a->is == d->is &&
           (a->old == NULL) == (d->old == NULL) && (a->new == NULL) == (d->new == NULL) &&
           (d->old == NULL || memcmp(t->old, d->old, (size_t)d->length) == 0) &&
           (d->new == NULL || memcmp(t->new, d->new, (size_t)d->length) == 0);
}

static uint8_t *sealed(const struct delta_writer *w, size_t *n)
{
    uint8_t *block = NULL;
    ck_assert(delta_seal(w, &block, n));
    ck_assert_uint_le(*n, DELTA_BLOCK_MAX);
    return block;
}

static struct delta_reader *opened(const uint8_t *block, size_t n)
{
    const char *why = NULL;
    struct delta_reader *r = delta_open(block, n, &why);
    ck_assert_msg(r != NULL, "%s", why);
    return r;
}

/* A byte's value and the state that a reader's tale gives it. */
struct byte {
    uint8_t value;
    bool known;
};

/* Random writes to a buffer, every kind of change; some of what happened is kept from the writer.
 */
static void scribble(struct delta_writer *w, struct byte *now, int64_t *time)
{
    uint8_t old[300], new[300];
    size_t n = 1 + draw(draw(4) == 0 ? 299 : 8), at = draw((uint32_t)(SPACE - n));
    bool known = true;
    for (size_t i = 0; i < n; i++) {
        old[i] = now[at + i].value;
        known = known && now[at + i].known;
        new[i] = draw(3) == 0 ? (uint8_t)draw(256) : old[i];
    }
    struct delta d = {.kind = known ? DELTA_BYTES : DELTA_FIRST,
                      .time = *time += draw(3) == 0 ? draw(1000000) : 0,
                      .offset = BASE + at,
                      .length = n,
                      .old = known ? old : NULL,
                      .new = new};
    HOLD(delta_add(w, &d) == DELTA_ADDED);
    for (size_t i = 0; i < n; i++)
        now[at + i] = (struct byte){new[i], true};
    if (draw(10) == 0)
        now[draw(SPACE)].value = (uint8_t)draw(256); /* nobody saw this one */
}

/* Walks forward over a block, `state` on; each change fits the state. Changes told. */
static size_t walk_on(struct delta_reader *r, struct byte *state)
{
    struct delta d;
    size_t n = 0;
    for (; delta_next(r, &d); n++) {
        HOLD(n < TOLD_MAX);
        keep(&told[n], &d);
        HOLD(d.offset / DELTA_UNIT == (d.offset + d.length - 1) / DELTA_UNIT);
        for (size_t i = 0; i < d.length; i++) {
            struct byte *b = &state[d.offset - BASE + i];
            if (d.old != NULL)
                HOLD(!b->known || b->value == d.old[i]);
            if (d.kind != DELTA_FIRST)
                HOLD(d.old[i] != d.new[i]);
            *b = (struct byte){d.new[i], true};
        }
    }
    return n;
}

TEST_LOOP(it_tells_what_it_was_told, 4)
{
    seed = (uint64_t)_i + 1;
    struct delta_writer *w = delta_writer_new();
    ck_assert_ptr_nonnull(w);
    struct byte now[SPACE] = {0}, state[SPACE] = {0};
    for (size_t i = 0; i < SPACE; i++)
        now[i] = (struct byte){(uint8_t)draw(256), draw(40) != 0};
    int64_t time = -5000000;
    for (int k = 0; k < STEPS; k++)
        scribble(w, now, &time);
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    struct delta_reader *r = opened(block, n);
    free(block);
    size_t count = walk_on(r, state);
    ck_assert_uint_eq(count, delta_writer_records(w));
    struct delta d;
    ck_assert(!delta_next(r, &d));
    for (size_t k = count; k-- > 0;) {
        HOLD(delta_prev(r, &d));
        HOLD(same(&told[k], &d));
    }
    ck_assert(!delta_prev(r, &d));
    delta_end(r);
    ck_assert(delta_prev(r, &d) && same(&told[count - 1], &d));
    ck_assert(delta_next(r, &d) && same(&told[count - 1], &d));
    delta_close(r);
    delta_writer_free(w);
}

/* The end of the walk is the buffer's end, byte for byte, when nothing was kept from the writer. */
TEST_LOOP(the_walk_ends_at_the_state_written, 2)
{
    seed = (uint64_t)_i + 77;
    struct delta_writer *w = delta_writer_new();
    uint8_t now[SPACE] = {0}, was[SPACE], old[64], new[64];
    memcpy(was, now, SPACE);
    for (int64_t k = 0; k < STEPS; k++) {
        size_t n = 1 + draw(64), at = draw((uint32_t)(SPACE - n));
        memcpy(old, now + at, n);
        for (size_t i = 0; i < n; i++)
            new[i] = now[at + i] = draw(2) == 0 ? (uint8_t)(old[i] + 1) : old[i];
        struct delta d = {DELTA_BYTES, k * 1000, at, n, 0, 0, old, new};
        HOLD(delta_add(w, &d) == DELTA_ADDED);
    }
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    struct delta_reader *r = opened(block, n);
    struct delta d;
    uint8_t state[SPACE];
    memcpy(state, was, SPACE);
    while (delta_next(r, &d)) {
        HOLD(d.kind == DELTA_BYTES);
        HOLD(memcmp(state + d.offset, d.old, (size_t)d.length) == 0);
        memcpy(state + d.offset, d.new, (size_t)d.length);
    }
    ck_assert_int_eq(memcmp(state, now, SPACE), 0);
    while (delta_prev(r, &d))
        memcpy(state + d.offset, d.old, (size_t)d.length);
    ck_assert_int_eq(memcmp(state, was, SPACE), 0);
    delta_close(r);
    free(block);
    delta_writer_free(w);
}

TEST(markers_say_what_has_no_bytes)
{
    struct delta_writer *w = delta_writer_new();
    const struct delta given[] = {
        {DELTA_SIZE, INT64_MIN, 0, 0, 4096, UINT64_MAX, NULL, NULL},
        {DELTA_STATE, -1, DELTA_OFFSET_MAX, DELTA_OFFSET_MAX, 1, 0, NULL, NULL},
        {DELTA_GAP, INT64_MAX, 0, 0, 250000000, 0, NULL, NULL},
    };
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(delta_add(w, &given[i]), DELTA_ADDED);
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    struct delta_about about;
    ck_assert(delta_about(block, DELTA_HEADER, &about));
    ck_assert(about.first == INT64_MIN && about.last == INT64_MAX && about.records == 3);
    ck_assert(about.low == 0 && about.high == 0 && about.keys == 0 && about.size == n);
    struct delta_reader *r = opened(block, n);
    struct delta d;
    for (size_t i = 0; i < 3; i++) {
        ck_assert(delta_next(r, &d));
        struct told t = {.d = given[i]};
        ck_assert(same(&t, &d));
    }
    for (size_t i = 3; i-- > 0;) {
        ck_assert(delta_prev(r, &d));
        struct told t = {.d = given[i]};
        ck_assert(same(&t, &d));
    }
    delta_close(r);
    free(block);
    delta_writer_free(w);
}

TEST(a_missed_change_is_said)
{
    struct delta_writer *w = delta_writer_new();
    const uint8_t a[2] = {1, 1}, b[2] = {2, 1}, c[2] = {9, 1};
    struct delta first = {DELTA_BYTES, 1, 100, 2, 0, 0, a, b};
    struct delta then = {DELTA_BYTES, 5, 100, 2, 0, 0, c, a};
    ck_assert_int_eq(delta_add(w, &first), DELTA_ADDED);
    ck_assert_int_eq(delta_add(w, &then), DELTA_ADDED);
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    struct delta_reader *r = opened(block, n);
    struct delta d;
    ck_assert(delta_next(r, &d) && d.kind == DELTA_BYTES && d.old[0] == 1 && d.new[0] == 2);
    ck_assert_uint_eq(d.length, 1);
    ck_assert(delta_next(r, &d) && d.kind == DELTA_MISSED && d.old[0] == 2 && d.new[0] == 9);
    ck_assert(d.time == 5);
    ck_assert(delta_next(r, &d) && d.kind == DELTA_BYTES && d.old[0] == 9 && d.new[0] == 1);
    ck_assert(!delta_next(r, &d));
    delta_close(r);
    free(block);
    delta_writer_free(w);
}

enum { PAGE = 4096 };

/* Tells of a change of a page, `piece` bytes at a time. */
static void tell_page(struct delta_writer *w, int64_t time, const uint8_t *old, const uint8_t *new,
                      size_t piece)
{
    for (size_t at = 0; at < PAGE; at += piece) {
        struct delta d = {DELTA_BYTES, time, 8 * PAGE + at, piece, 0, 0, old + at, new + at};
        HOLD(delta_add(w, &d) == DELTA_ADDED);
    }
}

/* A page told at once gives the block that its 64 bytes told one by one do, few changes or many,
 * long ones or short, and with some that nobody saw; and it is read again. */
TEST_LOOP(a_page_at_once_is_its_units_one_by_one, 6)
{
    static const uint32_t changes[] = {3, 60, 700}, lengths[] = {1, 90};
    struct delta_writer *w = delta_writer_new(), *one = delta_writer_new();
    static uint8_t old[PAGE], new[PAGE];
    seed = (uint64_t)_i + 1;
    for (int64_t time = 1; time < 40; time++) {
        memcpy(new, old, sizeof new);
        for (uint32_t i = 0; i < changes[_i / 2]; i++) {
            size_t at = draw(PAGE), end = at + 1 + draw(lengths[_i % 2]);
            for (; at < end && at < PAGE; at++)
                new[at] = (uint8_t)draw(256);
        }
        tell_page(w, time, old, new, PAGE);
        tell_page(one, time, old, new, DELTA_UNIT);
        memcpy(old, new, sizeof old);
        if (draw(3) == 0)
            old[draw(PAGE)] ^= 1; /* nobody saw this one */
    }
    size_t n = 0, n_one = 0;
    uint8_t *block = sealed(w, &n), *block_one = sealed(one, &n_one);
    ck_assert_uint_eq(n, n_one);
    ck_assert_mem_eq(block, block_one, n);
    ck_assert_uint_eq(delta_writer_records(w), delta_writer_records(one));
    delta_close(opened(block, n));
    free(block);
    free(block_one);
    delta_writer_free(w);
    delta_writer_free(one);
}

static struct delta_key keys[4];
static size_t keys_told;

static void take_key(void *ctx, const struct delta_key *key)
{
    (void)ctx;
    ck_assert_uint_lt(keys_told, 4);
    keys[keys_told++] = *key;
}

TEST(keys_are_the_state_before)
{
    struct delta_writer *w = delta_writer_new();
    const uint8_t a[3] = {1, 2, 3}, b[3] = {4, 2, 5}, c[2] = {7, 8};
    struct delta one = {DELTA_BYTES, 1, 6399, 3, 0, 0, a, b}; /* 6400 is a border */
    struct delta two = {DELTA_FIRST, 2, 6401, 2, 0, 0, NULL, c};
    ck_assert_int_eq(delta_add(w, &one), DELTA_ADDED);
    ck_assert_int_eq(delta_add(w, &two), DELTA_ADDED);
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    keys_told = 0;
    ck_assert(delta_keys(block, n, take_key, NULL));
    ck_assert_uint_eq(keys_told, 2);
    ck_assert(keys[0].offset == 6336 && keys[0].touched == UINT64_C(1) << 63);
    ck_assert(keys[0].unknown == 0 && keys[0].value[63] == 1);
    ck_assert(keys[1].offset == 6400 && keys[1].touched == 6 && keys[1].unknown == 4);
    ck_assert(keys[1].value[1] == 3 && keys[1].value[2] == 0);
    keys_told = 0;
    delta_writer_keys(w, take_key, NULL);
    ck_assert_uint_eq(keys_told, 2);
    free(block);
    delta_writer_free(w);
}

TEST(it_says_when_it_is_full_and_goes_on_after_a_reset)
{
    struct delta_writer *w = delta_writer_new();
    uint8_t *old = calloc(1, DELTA_CHANGE_MAX), *new = malloc(DELTA_CHANGE_MAX);
    ck_assert(old != NULL && new != NULL);
    seed = 5;
    enum delta_added added = DELTA_ADDED;
    uint32_t before = 0;
    struct delta d = {DELTA_BYTES, 0, 0, DELTA_CHANGE_MAX, 0, 0, old, new};
    for (; added == DELTA_ADDED; d.offset += DELTA_CHANGE_MAX, d.time++) {
        before = delta_writer_records(w);
        for (size_t i = 0; i < DELTA_CHANGE_MAX; i++)
            new[i] = (uint8_t)draw(256);
        added = delta_add(w, &d);
    }
    ck_assert_int_eq(added, DELTA_FULL);
    ck_assert_uint_eq(delta_writer_records(w), before);
    ck_assert_uint_gt(delta_writer_raw(w), DELTA_STREAM_MAX / 2);
    ck_assert_uint_lt(delta_writer_memory(w), DELTA_READER_MAX);
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    delta_close(opened(block, n));
    free(block);
    delta_reset(w);
    ck_assert(!delta_seal(w, &block, &n) && block == NULL);
    ck_assert_int_eq(delta_add(w, &d), DELTA_ADDED);
    free(old);
    free(new);
    delta_writer_free(w);
}

TEST(what_breaks_the_rules_is_refused_and_changes_nothing)
{
    struct delta_writer *w = delta_writer_new();
    uint8_t b[DELTA_CHANGE_MAX + 1] = {1}, z[DELTA_CHANGE_MAX + 1] = {0};
    const struct delta good = {DELTA_BYTES, 10, 0, 1, 0, 0, z, b};
    struct delta bad[7];
    for (size_t i = 0; i < 7; i++)
        bad[i] = good;
    bad[0].time = 9;
    bad[1].length = DELTA_CHANGE_MAX + 1;
    bad[2].offset = DELTA_OFFSET_MAX + 1;
    bad[3].old = NULL;
    bad[4].new = NULL;
    bad[5].kind = DELTA_FIRST;
    bad[6].kind = DELTA_KINDS;
    ck_assert_int_eq(delta_add(w, &good), DELTA_ADDED);
    size_t raw = delta_writer_raw(w);
    for (size_t i = 0; i < 7; i++)
        ck_assert_int_eq(delta_add(w, &bad[i]), DELTA_REFUSED);
    ck_assert_uint_eq(delta_writer_raw(w), raw);
    struct delta nothing = good;
    nothing.old = nothing.new;
    ck_assert_int_eq(delta_add(w, &nothing), DELTA_ADDED);
    ck_assert_uint_eq(delta_writer_records(w), 1);
    delta_writer_free(w);
}

TEST(every_cut_and_every_flipped_bit_is_refused)
{
    struct delta_writer *w = delta_writer_new();
    const uint8_t a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
    for (int64_t k = 0; k < 20; k++) {
        struct delta d = {DELTA_BYTES, k, (uint64_t)k * 100, 4, 0, 0, a, b};
        ck_assert_int_eq(delta_add(w, &d), DELTA_ADDED);
    }
    size_t n = 0;
    uint8_t *block = sealed(w, &n);
    const char *why = NULL;
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut + 1);
        ck_assert_ptr_nonnull(part);
        memcpy(part, block, cut);
        ck_assert_ptr_null(delta_open(part, cut, &why));
        ck_assert_ptr_nonnull(why);
        free(part);
    }
    for (size_t bit = 0; bit < n * 8; bit++) {
        block[bit / 8] = (uint8_t)(block[bit / 8] ^ 1U << bit % 8);
        HOLD(delta_open(block, n, &why) == NULL);
        block[bit / 8] = (uint8_t)(block[bit / 8] ^ 1U << bit % 8);
    }
    delta_close(opened(block, n));
    free(block);
    delta_writer_free(w);
}

SUITE(test_core_delta, TESTS(it_tells_what_it_was_told, the_walk_ends_at_the_state_written,
                             markers_say_what_has_no_bytes, a_missed_change_is_said,
                             a_page_at_once_is_its_units_one_by_one, keys_are_the_state_before,
                             it_says_when_it_is_full_and_goes_on_after_a_reset,
                             what_breaks_the_rules_is_refused_and_changes_nothing,
                             every_cut_and_every_flipped_bit_is_refused));
