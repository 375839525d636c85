/* Change tracking, against an oracle that looks at one byte at a time and remembers by offset. */
#include <string.h>

#include "core/change/ages.h"
#include "support/random.h"
#include "support/suite.h"

enum { SPACE = 1200, CAP = 700 }; /* bytes of the segment and of the largest window */

/* All that is known of one byte of the segment while it stays in the window. */
struct memory {
    bool in, known;
    uint8_t value;
    int64_t changed;
    uint32_t count;
};

static size_t oracle_feed(struct memory *m, size_t offset, const uint8_t *bytes,
                          const uint8_t *state, size_t n, int64_t now)
{
    size_t changes = 0;
    for (size_t i = 0; i < SPACE; i++)
        if (i < offset || i >= offset + n)
            m[i] = (struct memory){.in = false};
    for (size_t i = 0; i < n; i++) {
        struct memory *b = &m[offset + i];
        b->in = true;
        if (state[i] == BYTE_UNKNOWN)
            continue;
        uint8_t value = state[i] == BYTE_DATA ? bytes[i] : 0;
        if (b->known && value != b->value && state[i] != BYTE_BEYOND) {
            b->changed = now;
            b->count++;
            changes++;
        }
        b->known = true;
        b->value = value;
    }
    return changes;
}

static void oracle_expect(struct memory *m, size_t offset, const uint8_t *bytes, size_t n,
                          int64_t now)
{
    for (size_t i = offset; i < offset + n && i < SPACE; i++) {
        if (!m[i].in)
            continue;
        if (!m[i].known || m[i].value != bytes[i - offset])
            m[i].changed = now;
        m[i].known = true;
        m[i].value = bytes[i - offset];
    }
}

/* A few bytes of the segment change, become holes, or go beyond the end. */
static void disturb(uint8_t *bytes, uint8_t *state)
{
    for (uint32_t k = draw(6); k > 0; k--) {
        size_t at = draw(SPACE), n = 1 + draw(40);
        uint8_t kind = (uint8_t)draw(6);
        for (size_t i = at; i < at + n && i < SPACE; i++) {
            state[i] = kind < 3 ? BYTE_DATA : (uint8_t)(kind - 2);
            bytes[i] = state[i] == BYTE_DATA ? (uint8_t)draw(3) : 0;
        }
    }
}

TEST_LOOP(follows_the_oracle, 20)
{
    static struct memory memory[SPACE];
    uint8_t bytes[SPACE] = {0}, state[SPACE] = {0}, own[64];
    struct ages *d = ages_new(CAP);
    seed = (uint64_t)_i + 1;
    memset(memory, 0, sizeof memory);
    ck_assert_ptr_nonnull(d);
    size_t offset = 100, n = 500;
    for (int64_t now = 1; now < 400; now++) {
        disturb(bytes, state);
        if (draw(3) == 0) {
            offset = draw(4) ? offset + draw(9) * 4 : draw(SPACE - 1);
            offset = offset > 40 ? offset - 16 : offset;
            n = draw(2) ? n : draw(CAP + 1);
        }
        offset = offset < SPACE ? offset : SPACE - 1;
        n = n < SPACE - offset ? n : SPACE - offset;
        if (draw(4) == 0) {
            size_t at = draw(SPACE - sizeof own), length = draw(sizeof own);
            for (size_t i = 0; i < length; i++)
                own[i] = (uint8_t)draw(3);
            ages_expect(d, at, own, length, now);
            oracle_expect(memory, at, own, length, now);
        }
        ck_assert_uint_eq(ages_feed(d, offset, bytes + offset, state + offset, n, now),
                          oracle_feed(memory, offset, bytes + offset, state + offset, n, now));
        for (size_t i = 0; i < n; i++)
            if (ages_changed(d)[i] != memory[offset + i].changed ||
                ages_counts(d)[i] != memory[offset + i].count)
                ck_abort_msg("byte %zu of the window at %zu", i, offset);
    }
    ages_free(d);
}

static const uint8_t all_data[16]; /* BYTE_DATA is 0 */

TEST(first_sight_is_no_change)
{
    struct ages *d = ages_new(16);
    ck_assert_uint_eq(ages_feed(d, 64, (const uint8_t *)"abcdefgh", all_data, 8, 5), 0);
    ck_assert_uint_eq(ages_feed(d, 64, (const uint8_t *)"abXdefgh", all_data, 8, 6), 1);
    ck_assert_int_eq(ages_changed(d)[2], 6);
    ck_assert_int_eq(ages_changed(d)[3], 0);
    ages_reset(d);
    ck_assert_uint_eq(ages_feed(d, 64, (const uint8_t *)"12345678", all_data, 8, 7), 0);
    ck_assert_int_eq(ages_changed(d)[2], 0);
    ages_free(d);
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
        struct ages *d = ages_new(1);
        ck_assert_uint_eq(ages_feed(d, 0, &rows[i].was, &rows[i].was_state, 1, 1), 0);
        ck_assert_uint_eq(ages_feed(d, 0, &rows[i].is, &rows[i].is_state, 1, 2), rows[i].changes);
        ages_free(d);
    }
}

TEST(an_unknown_spell_hides_no_change)
{
    const uint8_t five = 5, six = 6, data = BYTE_DATA, unknown = BYTE_UNKNOWN;
    struct ages *d = ages_new(1);
    ages_feed(d, 0, &five, &data, 1, 1);
    ck_assert_uint_eq(ages_feed(d, 0, &six, &unknown, 1, 2), 0);
    ck_assert_uint_eq(ages_feed(d, 0, &five, &data, 1, 3), 0);
    ages_feed(d, 0, &five, &unknown, 1, 4);
    ck_assert_uint_eq(ages_feed(d, 0, &six, &data, 1, 5), 1);
    ck_assert_int_eq(ages_changed(d)[0], 5);
    ages_free(d);
}

TEST(own_stores_are_expected)
{
    struct ages *d = ages_new(8);
    ages_feed(d, 0, (const uint8_t *)"abcd", all_data, 4, 1);
    ages_expect(d, 1, (const uint8_t *)"BC", 2, 9);
    ck_assert_uint_eq(ages_feed(d, 0, (const uint8_t *)"aBCd", all_data, 4, 10), 0);
    ck_assert_int_eq(ages_changed(d)[1], 9);
    ck_assert_uint_eq(ages_counts(d)[1], 0);
    ages_expect(d, 0, (const uint8_t *)"Z", 1, 11); /* the store was overtaken: that is a change */
    ck_assert_uint_eq(ages_feed(d, 0, (const uint8_t *)"aBCd", all_data, 4, 12), 1);
    ck_assert_int_eq(ages_changed(d)[0], 12);
    ages_free(d);
}

TEST(far_offsets)
{
    struct ages *d = ages_new(8);
    uint64_t far = UINT64_MAX - 7;
    ages_feed(d, far, (const uint8_t *)"abcdefgh", all_data, 8, 1);
    ages_expect(d, UINT64_MAX - 1, (const uint8_t *)"XYZ", 3, 2);
    ck_assert_int_eq(ages_changed(d)[6], 2);
    ck_assert_int_eq(ages_changed(d)[0], 0);
    ck_assert_uint_eq(ages_feed(d, 0, (const uint8_t *)"abcdefgh", all_data, 8, 3), 0);
    ck_assert_int_eq(ages_changed(d)[6], 0);
    ages_free(d);
}

SUITE(test_core_ages,
      TESTS(follows_the_oracle, first_sight_is_no_change, states, an_unknown_spell_hides_no_change,
            own_stores_are_expected, far_offsets));
