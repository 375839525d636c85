/* Runs of bytes that differ, as every processor finds them, against a loop that looks at each byte.
 */
#include <string.h>

#include <xxhash.h>

#include "core/change/pagemap.h"
#include "core/runs.h"
#include "support/suite.h"

enum { BYTES = RUNS_UNITS * DIFFERING };

static uint8_t a[BYTES], b[BYTES];

static uint32_t seed;

static uint32_t next_random(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

/* Runs of up to `length` bytes at `changes` places of the first n units. */
static void change(size_t n, size_t changes, uint32_t length)
{
    for (size_t i = 0; i < BYTES; i++)
        a[i] = b[i] = (uint8_t)next_random(256);
    for (size_t i = 0; i < changes; i++) {
        size_t at = next_random((uint32_t)(n * DIFFERING)), end = at + 1 + next_random(length);
        for (; at < end && at < n * DIFFERING; at++)
            b[at] = (uint8_t)(a[at] + 1 + next_random(255));
    }
}

static bool differs(size_t i)
{
    return a[i] != b[i];
}

static void check(size_t n, runs_differing_fn *find, runs_places_fn *find_places)
{
    uint64_t bits[RUNS_UNITS];
    uint16_t place[RUNS_PLACES];
    size_t sum = 0, runs = 0;
    size_t found = find(a, b, n, bits), places = find_places(bits, n, place);
    for (size_t i = 0; i < n * DIFFERING; i++) {
        bool begins = differs(i) && (i % DIFFERING == 0 || !differs(i - 1));
        ck_assert_int_eq(bits[i / DIFFERING] >> i % DIFFERING & 1, differs(i));
        sum += differs(i);
        if (!begins)
            continue;
        size_t end = i;
        while (end / DIFFERING == i / DIFFERING && differs(end))
            end++;
        ck_assert_uint_lt(runs, places);
        ck_assert_uint_eq(place[runs], i);
        ck_assert_uint_eq(runs_length(bits, place[runs]), end - i);
        ck_assert_int_eq(runs_is_byte(bits, place[runs]), end - i == 1);
        runs++;
    }
    ck_assert_uint_eq(found, sum);
    ck_assert_uint_eq(places, runs);
}

static void check_all(size_t n)
{
    check(n, runs_differing, runs_places); /* what this processor takes */
    check(n, runs_differing_plain, runs_places_plain);
}

TEST(runs_are_those_of_a_loop)
{
    static const size_t changes[] = {0, 1, 3, 60, 400, 2000, 20000};
    static const uint32_t lengths[] = {1, 3, 100};
    seed = 5;
    for (size_t n = 1; n <= RUNS_UNITS; n = n * 3 / 2 + 1)
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
            for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
                change(n, changes[i], lengths[k]);
                check_all(n);
            }
}

/* Whatever processor hashes it. */
TEST(a_page_has_the_hash_of_the_library)
{
    seed = 9;
    for (int i = 0; i < 100; i++) {
        change(RUNS_UNITS, 1, 1);
        ck_assert_uint_eq(pagemap_hash(a), XXH3_64bits(a, sizeof a));
    }
}

/* As many runs as there can be, and one in each unit that is all of it. */
TEST(the_most_and_the_longest)
{
    for (unsigned every = 1; every <= 3; every++) {
        memset(a, 0, sizeof a);
        for (size_t i = 0; i < BYTES; i++)
            b[i] = i % every == 0;
        check_all(RUNS_UNITS);
    }
}

SUITE(test_core_runs, TESTS(runs_are_those_of_a_loop, the_most_and_the_longest,
                            a_page_has_the_hash_of_the_library));
