/* The history's own memory: first in, first out, without gaps. */
#include <string.h>

#include "core/history/history_private.h"
#include "support/suite.h"

enum { THINGS = 20000, ALIVE = 700, LARGEST = 40000 };

static uint32_t seed;

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

/* Mostly small, seldom large. */
static size_t some_size(void)
{
    return next_random() % 50 == 0 ? 1 + next_random() % LARGEST : 1 + next_random() % 900;
}

static struct {
    uint8_t *at;
    size_t n;
    uint8_t with;
} thing[THINGS];

static void check_thing(size_t i)
{
    ck_assert_uint_eq((uintptr_t)thing[i].at % 8, 0);
    size_t whole = 0;
    while (whole < thing[i].n && thing[i].at[whole] == thing[i].with)
        whole++;
    ck_assert_uint_eq(whole, thing[i].n);
}

/* As many alive as the turn says, each whole until it goes; what they take is little more than they
 * hold. */
TEST_LOOP(first_in_first_out, 3)
{
    static const size_t budgets[] = {256 * 1024, 8 * 1024 * 1024, 64 * 1024 * 1024};
    struct arena s;
    size_t first = 0, held = 0;
    seed = (uint32_t)_i + 1;
    arena_init(&s, budgets[_i]);
    for (size_t i = 0; i < THINGS; i++) {
        thing[i].n = some_size();
        thing[i].with = (uint8_t)i;
        thing[i].at = arena_put(&s, thing[i].n);
        ck_assert_ptr_nonnull(thing[i].at);
        memset(thing[i].at, thing[i].with, thing[i].n);
        held += thing[i].n;
        for (; i >= first + ALIVE || (i % 3000 == 0 && first <= i);
             first++) { /* all, now and then */
            check_thing(first);
            held -= thing[first].n;
            arena_drop(&s);
        }
        if (i % 64 == 0)
            ck_assert_uint_le(s.bytes, held + held / 4 + 2 * s.chunk + LARGEST + ALIVE * 8 + 1000);
    }
    arena_free(&s);
    ck_assert_ptr_null(s.first);
}

/* Once it is full it takes no new memory: what one chunk leaves the next one gets. */
TEST(a_full_one_stays_as_it_is)
{
    struct arena s;
    arena_init(&s, 1024 * 1024);
    for (int i = 0; i < 500; i++)
        ck_assert_ptr_nonnull(arena_put(&s, 1000));
    size_t bytes = s.bytes;
    for (int i = 0; i < 5000; i++) {
        arena_drop(&s);
        ck_assert_ptr_nonnull(arena_put(&s, 1000));
        ck_assert_uint_le(s.bytes, bytes + s.chunk + 64);
        ck_assert_uint_ge(s.bytes + s.chunk + 64, bytes);
    }
    arena_free(&s);
}

SUITE(test_core_history_arena, TESTS(first_in_first_out, a_full_one_stays_as_it_is));
