/* replace: what is listed, what is stored and what is left alone. */
#include <string.h>

#include "support/run.h"
#include "support/suite.h"

enum { SIZE = 8192 };

static const char text[] = "one two one\0three one two.\0\1\2\3\4\1\2\3\4";

static const char *name;

static void set_up(void)
{
    name = run_name("replace");
    run_make(name, text, sizeof text, SIZE);
}

/* The bytes of the segment begin with these. */
static void expect(const char *bytes, size_t n)
{
    size_t got = 0;
    const unsigned char *now = run_bytes(name, &got);
    ck_assert_uint_eq(got, SIZE);
    ck_assert_mem_eq(now, bytes, n);
}

TEST(without_yes_it_only_lists)
{
    RUN_PRINTS(0, "0x0\n0x8\n0x12\n", "replace", name, "one", "ONE");
    expect(text, sizeof text);
}

TEST(every_match_is_replaced)
{
    RUN_PRINTS(0, "0x0\n0x8\n0x12\n", "replace", name, "one", "ONE", "--yes");
    static const char now[] = "ONE two ONE\0three ONE two.\0\1\2\3\4\1\2\3\4";
    expect(now, sizeof now);
    RUN_PRINTS(1, "", "replace", name, "one", "ONE", "--yes");
}

TEST(within_a_range)
{
    RUN_PRINTS(0, "0x8\n", "replace", name, "one", "x:00 00 00", "1", "0x11", "--yes");
    static const char now[] = "one two \0\0\0\0three one two.";
    expect(now, sizeof now);
    /* a match that the range cuts is none */
    RUN_PRINTS(1, "", "replace", name, "three", "THREE", "0", "0x10", "--yes");
    RUN_PRINTS(1, "", "replace", name, "three", "THREE", "0xd", "--yes");
}

TEST(numbers_wild_bytes_and_expressions)
{
    RUN_PRINTS(0, "0x1b\n0x1f\n", "replace", name, "x:01 ?? 03 04", "u32be:7", "--yes");
    static const char now[] = "one two one\0three one two.\0\0\0\0\7\0\0\0\7";
    expect(now, sizeof now);
    RUN_PRINTS(0, "0x4\n0x16\n", "replace", name, "r:t[v-x]o", "TWO", "--yes");
    RUN_PRINTS(0, "0x1b\n0x1f\n", "replace", name, "--as", "u32be", "7", "8", "--yes");
    static const char then[] = "one TWO one\0three one TWO.\0\0\0\0\10\0\0\0\10";
    expect(then, sizeof then);
}

/* Overlapping matches: the second begins where the first ends. */
TEST(matches_do_not_overlap)
{
    run_make(run_name("replace-a"), "aaaaa", 5, 4096);
    RUN_PRINTS(0, "0x0\n0x2\n", "replace", run_name("replace-a"), "aa", "ab", "--yes");
    RUN_PRINTS(0, "ababa\n", "peek", run_name("replace-a"), "--as", "utf8");
}

TEST(long_words_are_cut_between_characters)
{
    char word[1 + 2 * 50 + 1] = "x", says[128];
    for (size_t i = 0; i < 50; i++)
        memcpy(word + 1 + 2 * i, "\u00e4", 3);
    (void)snprintf(says, sizeof says, "OLD is \"%.79s\", NEW is \"b\"", word);
    RUN_FAILS(says, "replace", name, word, "b", "nowhere");
}

TEST(what_is_refused)
{
    RUN_FAILS("the match at 0x0 has 3 bytes and NEW has 4", "replace", name, "one", "four",
              "--yes");
    RUN_FAILS("nothing was replaced", "replace", name, "r:on?e|three", "ONE", "--yes");
    RUN_FAILS("NEW: must be plain bytes", "replace", name, "one", "x:01 ?? 03", "--yes");
    RUN_FAILS("NEW: must be plain bytes", "replace", name, "one", "r:ONE", "--yes");
    RUN_FAILS("NEW:", "replace", name, "one", "u8:256", "--yes");
    RUN_FAILS("OLD:", "replace", name, "x:1", "one", "--yes");
    RUN_FAILS("past the end", "replace", name, "one", "ONE", "0", "9000", "--yes");
    RUN_FAILS("past the end", "replace", name, "one", "ONE", "9000", "--yes");
    RUN_FAILS("OLD is \"one\", NEW is missing", "replace", name, "one");
    RUN_FAILS(
        "OFFSET: ONE: not an offset (64, 0x40, 4K, end, end-16); OLD is \"one\", NEW is \"two\"",
        "replace", name, "one", "two", "ONE");
    expect(text, sizeof text);
}

/* A hole without a match stays one. */
TEST(holes_stay_holes)
{
    const char *sparse = run_name("replace-hole");
    ck_assert_int_eq(RUN("create", sparse, "16M")->status, 0);
    ck_assert_int_eq(RUN("poke", sparse, "8M", "old", "--as", "utf8")->status, 0);
    RUN_PRINTS(0, "0x800000\n", "replace", sparse, "old", "new", "--yes");
    const struct ran *r = RUN("info", sparse, "--json");
    json_t *info = run_json(r);
    ck_assert_int_eq(told_number(info, "resident"), 4096);
    json_decref(info);
}

SUITE(test_program_cli_replace, .set_up = set_up, .tear_down = run_end,
      TESTS(without_yes_it_only_lists, every_match_is_replaced, within_a_range,
            numbers_wild_bytes_and_expressions, matches_do_not_overlap,
            long_words_are_cut_between_characters, what_is_refused, holes_stay_holes));
