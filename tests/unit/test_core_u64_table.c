/* The table of 64-bit numbers, against an array; and the cells of a range. */
#include <string.h>

#include "core/cells.h"
#include "core/u64_table.h"
#include "support/random.h"
#include "support/suite.h"

enum { ENTRIES = 2000, STEPS = 20000 };

static struct u64_table table;
static struct item {
    struct u64_entry entry;
    bool in;
} item[ENTRIES];

static void tear_down(void)
{
    u64_free(&table);
}

static void check_all(void)
{
    size_t seen = 0, in = 0;
    for (struct item *i = u64_next(&table, NULL); i != NULL; i = u64_next(&table, i)) {
        ck_assert(i->in);
        seen++;
    }
    for (size_t k = 0; k < ENTRIES; k++) {
        ck_assert_ptr_eq(u64_find(&table, item[k].entry.key), item[k].in ? &item[k] : NULL);
        in += item[k].in;
    }
    ck_assert_uint_eq(seen, in);
    ck_assert_uint_eq(table.count, in);
}

TEST(finds_what_was_added)
{
    ck_assert_ptr_null(u64_find(&table, 0));
    ck_assert_ptr_null(u64_next(&table, NULL));
    for (size_t k = 0; k < ENTRIES; k++) /* neighbours, and far apart */
        item[k].entry.key = k % 2 == 0 ? k : (uint64_t)k << 40;
    for (unsigned step = 0; step < STEPS; step++) {
        struct item *i = &item[draw(ENTRIES)];
        if (i->in)
            u64_remove(&table, &i->entry);
        else
            ck_assert(u64_add(&table, &i->entry));
        i->in = !i->in;
        if (step % 1000 == 0)
            check_all();
    }
    check_all();
    ck_assert_uint_ge(u64_bytes(&table) / sizeof(void *), table.count);
}

/* Cells follow each other, and each byte is in the one that begins last before it. */
TEST(cells_cover_the_range)
{
    static const uint64_t sizes[] = {1, 7, 39, 40, 41, 4096, 1000003, UINT64_C(1) << 62};
    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t count = 1; count <= 256; count += 51) {
            ck_assert_uint_eq(cell_start(sizes[s], count, 0), 0);
            ck_assert_uint_eq(cell_start(sizes[s], count, count), sizes[s]);
            for (size_t i = 0; i < count; i++) {
                uint64_t at = cell_start(sizes[s], count, i);
                uint64_t next = cell_start(sizes[s], count, i + 1);
                ck_assert(at <= next && next - at <= sizes[s] / count + 1);
                ck_assert(at == next || cell_of(sizes[s], count, at) == i);
                ck_assert(at == next || cell_of(sizes[s], count, next - 1) == i);
            }
        }
}

SUITE(test_core_u64_table, .tear_down = tear_down,
      TESTS(finds_what_was_added, cells_cover_the_range));
