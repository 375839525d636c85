/* The ages of a window, as a listener of the page map, against an oracle that looks at one byte at
 * a time and remembers by offset. */
#include <string.h>

#include "core/change/ages.h"
#include "support/random.h"
#include "support/suite.h"

enum { SPACE = 1200, CAP = 700 }; /* bytes of the segment and of the largest window */

/* All that is known of one byte of the segment; `in`: it is in the window. */
struct memory {
    bool in;
    uint8_t value;
    int64_t changed;
    uint32_t count;
};

static struct pagemap *map;
static struct ages *ages;

static void set_up(void)
{
    map = pagemap_new(1 << 24);
    ages = ages_new(PAGEMAP_PAGE);
    ck_assert_ptr_nonnull(map);
    ck_assert_ptr_nonnull(ages);
    ck_assert(ages_listen(ages, map));
}

static void tear_down(void)
{
    pagemap_free(map);
    ages_free(ages);
}

/* One sample of the window. Returns the bytes that changed in it. */
static size_t feed(uint64_t offset, const uint8_t *bytes, const uint8_t *state, size_t n,
                   int64_t now)
{
    (void)pagemap_feed(map, offset, bytes, state, n, now);
    return ages_move(ages, offset, n);
}

static size_t oracle_feed(struct memory *m, size_t offset, const uint8_t *bytes,
                          const uint8_t *state, size_t n, int64_t now)
{
    size_t changes = 0;
    for (size_t i = 0; i < SPACE; i++)
        if (i < offset || i >= offset + n)
            m[i] = (struct memory){.in = false, .value = m[i].value};
    for (size_t i = 0; i < n; i++) {
        struct memory *b = &m[offset + i];
        bool was_in = b->in;
        b->in = true;
        if (state[i] == BYTE_UNKNOWN)
            continue;
        uint8_t value = state[i] == BYTE_DATA ? bytes[i] : 0;
        if (was_in && value != b->value && state[i] != BYTE_BEYOND) {
            b->changed = now;
            b->count++;
            changes++;
        }
        b->value = value;
    }
    return changes;
}

/* A few bytes of the segment change, become holes, or cannot be read; it shrinks and grows. */
static void disturb(struct memory *m, uint8_t *bytes, uint8_t *state)
{
    for (uint32_t k = draw(6); k > 0; k--) {
        size_t at = draw(SPACE), n = 1 + draw(40);
        uint8_t kind = (uint8_t)draw(5);
        for (size_t i = at; i < at + n && i < SPACE; i++) {
            state[i] = kind < 3 ? BYTE_DATA : (uint8_t)(kind - 2);
            bytes[i] = state[i] == BYTE_DATA ? (uint8_t)draw(3) : 0;
        }
    }
    size_t size = draw(5) == 0 ? draw(SPACE) : SPACE;
    pagemap_resize(map, size);
    for (size_t i = 0; i < SPACE; i++) {
        if (i >= size)
            m[i].value = bytes[i] = 0;
        if (i >= size || state[i] == BYTE_BEYOND)
            state[i] = i >= size ? BYTE_BEYOND : BYTE_DATA;
    }
}

TEST_LOOP(follows_the_oracle, 20)
{
    static struct memory memory[SPACE];
    uint8_t bytes[SPACE] = {0}, state[SPACE] = {0};
    seed = (uint64_t)_i + 1;
    memset(memory, 0, sizeof memory);
    pagemap_seen(map, SPACE);
    size_t offset = 100, n = 500;
    for (int64_t now = 1; now < 400; now++) {
        disturb(memory, bytes, state);
        if (draw(3) == 0) {
            offset = draw(4) ? offset + draw(9) * 4 : draw(SPACE - 1);
            offset = offset > 40 ? offset - 16 : offset;
            n = draw(2) ? n : draw(CAP + 1);
        }
        offset = offset < SPACE ? offset : SPACE - 1;
        n = n < SPACE - offset ? n : SPACE - offset;
        ck_assert_uint_eq(feed(offset, bytes + offset, state + offset, n, now),
                          oracle_feed(memory, offset, bytes + offset, state + offset, n, now));
        for (size_t i = 0; i < n; i++)
            if (ages_changed(ages)[i] != memory[offset + i].changed ||
                ages_counts(ages)[i] != memory[offset + i].count)
                ck_abort_msg("byte %zu of the window at %zu", i, offset);
    }
}

static const uint8_t all_data[16]; /* BYTE_DATA is 0 */

TEST(first_sight_is_no_change)
{
    pagemap_seen(map, UINT64_MAX);
    ck_assert_uint_eq(feed(64, (const uint8_t *)"abcdefgh", all_data, 8, 5), 0);
    ck_assert_uint_eq(feed(64, (const uint8_t *)"abXdefgh", all_data, 8, 6), 1);
    ck_assert_int_eq(ages_changed(ages)[2], 6);
    ck_assert_int_eq(ages_changed(ages)[3], 0);
    ck_assert_uint_eq(feed(80, (const uint8_t *)"12345678", all_data, 8, 7), 0);
    ck_assert_int_eq(ages_changed(ages)[2], 0);
}

/* A whole page in one state, with the value in its first byte. */
static size_t feed_page(uint8_t value, uint8_t state, int64_t now)
{
    uint8_t bytes[PAGEMAP_PAGE] = {value}, states[PAGEMAP_PAGE];
    memset(states, state, sizeof states);
    pagemap_resize(map, state == BYTE_BEYOND ? 0 : sizeof bytes);
    return feed(0, bytes, states, sizeof bytes, now);
}

TEST(states)
{
    static const struct {
        uint8_t was, was_state, is, is_state;
        size_t changes;
    } rows[] = {
        {0, BYTE_HOLE, 0, BYTE_DATA, 0},    {0, BYTE_HOLE, 1, BYTE_DATA, 1},
        {7, BYTE_DATA, 0, BYTE_HOLE, 1},    {7, BYTE_DATA, 0, BYTE_BEYOND, 0},
        {0, BYTE_BEYOND, 7, BYTE_DATA, 1},  {0, BYTE_BEYOND, 0, BYTE_HOLE, 0},
        {7, BYTE_UNKNOWN, 8, BYTE_DATA, 0}, /* never known */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_uint_eq(feed_page(rows[i].was, rows[i].was_state, 1), 0);
        ck_assert_uint_eq(feed_page(rows[i].is, rows[i].is_state, 2), rows[i].changes);
        tear_down();
        set_up();
    }
}

TEST(an_unknown_spell_hides_no_change)
{
    (void)feed_page(5, BYTE_DATA, 1);
    ck_assert_uint_eq(feed_page(6, BYTE_UNKNOWN, 2), 0);
    ck_assert_uint_eq(feed_page(5, BYTE_DATA, 3), 0);
    (void)feed_page(5, BYTE_UNKNOWN, 4);
    ck_assert_uint_eq(feed_page(6, BYTE_DATA, 5), 1);
    ck_assert_int_eq(ages_changed(ages)[0], 5);
}

/* What a sweep finds between two samples counts with the next one, and has its own time. */
TEST(changes_between_samples)
{
    (void)feed_page(5, BYTE_DATA, 1);
    const uint8_t six = 6;
    (void)pagemap_feed_data(map, 0, &six, 1, 3);
    ck_assert_uint_eq(feed_page(6, BYTE_DATA, 9), 1);
    ck_assert_int_eq(ages_changed(ages)[0], 3);
    ck_assert_uint_eq(ages_counts(ages)[0], 1);
    ages_reset_counts(ages);
    ck_assert_uint_eq(ages_counts(ages)[0], 0);
}

TEST(far_offsets)
{
    uint64_t far = UINT64_MAX - 7;
    pagemap_seen(map, UINT64_MAX);
    (void)feed(far, (const uint8_t *)"abcdefgh", all_data, 8, 1);
    (void)feed(far, (const uint8_t *)"abcdefXh", all_data, 8, 2);
    ck_assert_int_eq(ages_changed(ages)[6], 2);
    ck_assert_int_eq(ages_changed(ages)[0], 0);
    ck_assert_uint_eq(feed(0, (const uint8_t *)"abcdefgh", all_data, 8, 3), 0);
    ck_assert_int_eq(ages_changed(ages)[6], 0);
}

SUITE(test_core_ages, .set_up = set_up, .tear_down = tear_down,
      TESTS(follows_the_oracle, first_sight_is_no_change, states, an_unknown_spell_hides_no_change,
            changes_between_samples, far_offsets));
