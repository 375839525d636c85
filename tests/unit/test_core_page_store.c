/* Memory that is like a segment: against a plain array at random, and what it costs. */
#include <stdlib.h>
#include <string.h>

#include "core/history/page_store.h"
#include "support/suite.h"

enum { SPACE = 1024 * 1024, PAGES = SPACE / STORE_PAGE, STEPS = 300, MIB = 1024 * 1024 };

static struct page_store *store;

static void tear_down(void)
{
    page_store_free(store);
}

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

/* What the store must hold. */
static uint8_t bytes[SPACE], piece[SPACE];
static bool data[PAGES];
static uint64_t size;

static void set_up(void)
{
    store = page_store_new();
    ck_assert_ptr_nonnull(store);
    memset(bytes, 0, sizeof bytes);
    memset(data, 0, sizeof data);
    size = 0;
}

static uint64_t pages_of(uint64_t n)
{
    return (n + STORE_PAGE - 1) / STORE_PAGE;
}

static void resize(void)
{
    uint64_t new = draw(4) == 0 ? 0 : draw(SPACE + 1);
    ck_assert(page_store_resize(store, new));
    if (new < size) {
        memset(bytes + new, 0, (size_t)(SPACE - new));
        memset(data + pages_of(new), 0, (size_t)(PAGES - pages_of(new)));
    }
    size = new;
}

/* A range, often of whole pages. */
static uint64_t range(uint64_t *n)
{
    uint64_t at = draw(size), most = draw(3) == 0 ? size - at : 9000;
    *n = 1 + draw(most < size - at ? most : size - at);
    if (draw(3) == 0) {
        at -= at % STORE_PAGE;
        *n = pages_of(*n) * STORE_PAGE;
        *n = *n < size - at ? *n : size - at;
    }
    return at;
}

static void change(void)
{
    uint64_t n = 0, at = range(&n), kind = draw(5);
    uint64_t first = pages_of(at), end = at + n;
    uint64_t last = end == size ? pages_of(end) : end / STORE_PAGE;
    if (kind < 2) {
        uint64_t byte = draw(3);
        for (uint64_t i = 0; i < n; i++)
            piece[i] = (uint8_t)(byte < 2 ? byte * 7 : draw(256));
        ck_assert(page_store_put(store, at, piece, (size_t)n));
        memcpy(bytes + at, piece, (size_t)n);
    } else {
        ck_assert(page_store_clear(store, at, n, kind < 4));
        memset(bytes + at, 0, (size_t)n);
    }
    for (uint64_t p = at / STORE_PAGE; kind < 4 && p < pages_of(end); p++)
        data[p] = true;
    for (uint64_t p = first; kind == 4 && p < last; p++)
        data[p] = false;
}

static void compare(void)
{
    static uint8_t seen[SPACE];
    uint64_t resident = 0, at = size > 0 ? draw(size) : 0, page = at / STORE_PAGE, end = 0;
    size_t n = 0;
    ck_assert_uint_eq(page_store_about(store).size, size);
    for (size_t p = 0; p < PAGES; p++)
        resident += data[p];
    ck_assert_uint_eq(page_store_about(store).resident, resident * STORE_PAGE);
    if (size == 0)
        return;
    page_store_get(store, 0, seen, (size_t)size);
    ck_assert_mem_eq(seen, bytes, (size_t)size);
    ck_assert_int_eq(page_store_run(store, at, size, &end), data[page]);
    while (page < pages_of(size) && data[page] == data[at / STORE_PAGE])
        page++;
    ck_assert_uint_eq(end, page * STORE_PAGE < size ? page * STORE_PAGE : size);
    const uint8_t *direct = page_store_direct(store, at, (size_t)(size - at), &n);
    ck_assert((direct != NULL) == (n > 0) && n <= size - at);
    if (n > 0)
        ck_assert_mem_eq(direct, bytes + at, n);
}

TEST_LOOP(is_what_was_stored, 20)
{
    seed = (uint64_t)_i;
    for (int i = 0; i < STEPS; i++) {
        if (size == 0 || draw(6) == 0)
            resize();
        else
            change();
        compare();
    }
    ck_assert(page_store_resize(store, 0));
    ck_assert_uint_eq(page_store_about(store).memory, 0);
    ck_assert_uint_eq(page_store_about(store).resident, 0);
}

/* What a range is costs nothing, however large it is and how often it changes. */
TEST(ranges_are_cheap)
{
    const uint64_t huge = STORE_SIZE_MAX - 5;
    uint64_t end = 0;
    ck_assert(page_store_resize(store, huge));
    for (int i = 0; i < 10000; i++) {
        ck_assert(page_store_clear(store, 0, huge, true));
        ck_assert_uint_eq(page_store_about(store).resident, STORE_SIZE_MAX);
        ck_assert(page_store_clear(store, 0, huge, false));
        ck_assert_uint_lt(page_store_about(store).memory, 8192);
    }
    ck_assert(page_store_clear(store, 12345, huge - 54321, true));
    ck_assert_uint_lt(page_store_about(store).memory, 64 * 1024);
    ck_assert(!page_store_run(store, 0, huge, &end));
    ck_assert_uint_eq(end, 12288);
    ck_assert(page_store_run(store, end, huge, &end));
    ck_assert_uint_gt(end, huge - 54321);
}

/* Pages of one byte value take no memory, nor do zeros that are told as bytes. */
TEST(equal_bytes_are_cheap)
{
    static uint8_t ones[MIB];
    size_t n = 1;
    uint8_t byte = 0;
    memset(ones, 1, sizeof ones);
    ck_assert(page_store_resize(store, 64 * MIB));
    for (uint64_t at = 0; at < 64 * MIB; at += MIB)
        ck_assert(page_store_put(store, at, ones, MIB));
    ck_assert_uint_eq(page_store_about(store).resident, 64 * MIB);
    ck_assert_uint_lt(page_store_about(store).memory, MIB);
    ck_assert_ptr_null(page_store_direct(store, 5, 100, &n));
    ck_assert_uint_eq(n, 0);
    page_store_get(store, 64 * MIB - 1, &byte, 1);
    ck_assert_uint_eq(byte, 1);
}

TEST(the_limit_holds)
{
    uint64_t at = 0;
    page_store_limit(store, MIB);
    ck_assert(page_store_resize(store, 1024 * MIB));
    while (at < 1024 * MIB && page_store_put(store, at, (const uint8_t *)"x", 1))
        at += STORE_PAGE;
    ck_assert_uint_gt(at, MIB / 2);
    ck_assert_uint_lt(at, MIB);
    ck_assert_uint_le(page_store_about(store).memory, MIB);
    page_store_limit(store, 2 * MIB);
    ck_assert(page_store_put(store, at, (const uint8_t *)"x", 1));
    ck_assert(page_store_resize(store, 0));
    ck_assert_uint_eq(page_store_about(store).memory, 0);
}

/* What is stored in order lies in order, so that it can be searched where it is. */
TEST(lies_in_a_row)
{
    static uint8_t many[4 * MIB];
    size_t n = 0, rows = 0;
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = (uint8_t)(i / 7);
    for (int i = 0; i < 2; i++) { /* also when the memory is used again */
        ck_assert(page_store_resize(store, 0) && page_store_resize(store, sizeof many));
        ck_assert(page_store_put(store, 0, many, sizeof many));
    }
    for (uint64_t at = 0; at < sizeof many; at += n, rows++) {
        const uint8_t *direct = page_store_direct(store, at, sizeof many, &n);
        ck_assert_ptr_nonnull(direct);
        ck_assert_mem_eq(direct, many + at, n);
    }
    ck_assert_uint_le(rows, 6);
}

SUITE(test_core_page_store, .set_up = set_up, .tear_down = tear_down,
      TESTS(is_what_was_stored, ranges_are_cheap, equal_bytes_are_cheap, the_limit_holds,
            lies_in_a_row));
