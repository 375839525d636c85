/* Finding by regular expression: in blocks as in one piece, and within limits. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/find.h"

static uint64_t seed;
static char why[FIND_WHY_MAX];

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* All matches of a regular expression fed in blocks, as offsets and lengths. */
static size_t regex_matches(struct find *f, const uint8_t *buffer, size_t n, size_t block,
                            size_t found[][2], size_t max)
{
    size_t count = 0, overlap = find_overlap(f), context = 0;
    for (size_t start = 0;;) { /* of what is new or presented again; the context lies before */
        size_t begin = start - context;
        size_t here = start + overlap + block < n ? context + overlap + block : n - begin;
        bool last = begin + here == n;
        for (size_t from = context, length = 0; count < max;) {
            size_t at = find_next(f, buffer + begin, here, from, last, &length);
            if (at == SIZE_MAX)
                break;
            found[count][0] = begin + at;
            found[count++][1] = length;
            from = at + 1;
        }
        if (last)
            return count;
        start = begin + here - overlap;
        context = find_context(f) < start ? find_context(f) : start;
    }
}

START_TEST(regex_in_blocks)
{
    static uint8_t buffer[30000];
    static size_t whole[4000][2], parts[4000][2];
    static const char *const patterns[] = {"r:abc+",     "r:^a",           "r:\\bcab",
                                           "r:(?<=b)ca", "r:a[^a]{3,9}",   "r:\\x00b",
                                           "r:c$",       "r:(?s)ab.{2000}"};
    seed = (uint64_t)_i + 1;
    for (size_t i = 0; i < sizeof buffer; i++)
        buffer[i] = draw(40) ? (draw(30) ? ' ' : '\n') : 0;
    for (size_t i = 0; i < 900; i++)
        memcpy(buffer + draw(sizeof buffer - 8), "abcccab", 3 + draw(5));
    struct find *f = find_compile(patterns[_i], why);
    ck_assert_msg(f != NULL, "%s", why);
    ck_assert_uint_eq(find_length(f), 0);
    ck_assert_uint_eq(find_overlap(f), FIND_REGEX_SPAN);
    size_t count = regex_matches(f, buffer, sizeof buffer, sizeof buffer, whole, 4000);
    for (size_t block = 997; block < 9000; block += 2711) {
        ck_assert_uint_eq(regex_matches(f, buffer, sizeof buffer, block, parts, 4000), count);
        for (size_t i = 0; i < count; i++)
            if (parts[i][0] != whole[i][0] || parts[i][1] != whole[i][1])
                ck_abort_msg("match %zu: %zu, not %zu", i, parts[i][0], whole[i][0]);
    }
    ck_assert(!find_gave_up(f));
    find_free(f);
}
END_TEST

START_TEST(regex_rules)
{
    size_t length = 0;
    struct find *f = find_compile("r:a*", why);
    ck_assert_uint_eq(find_next(f, (const uint8_t *)"bbb", 3, 0, true, &length), SIZE_MAX);
    ck_assert_uint_eq(find_next(f, (const uint8_t *)"bbaaa", 5, 0, true, &length), 2);
    ck_assert_uint_eq(length, 3);
    ck_assert_uint_eq(find_next(f, (const uint8_t *)"bbaaa", 5, 3, true, &length), 3);
    ck_assert_uint_eq(find_prev(f, (const uint8_t *)"bbaaa", 5, 5, &length), 4);
    ck_assert_uint_eq(find_prev(f, (const uint8_t *)"bbaaa", 5, 2, &length), SIZE_MAX);
    find_free(f);
    f = find_compile("r:a.b", why);
    ck_assert_uint_eq(find_next(f,
                                (const uint8_t *)"a\nba\xff"
                                                 "b",
                                6, 0, true, &length),
                      3);
    find_free(f);
    f = find_compile("r:(?=a)\\Kx|\\Kb", why);
    if (f) /* newer libraries refuse some of it; none may loop */
        (void)find_next(f, (const uint8_t *)"aab", 3, 0, true, &length);
    find_free(f);
}
END_TEST

START_TEST(regex_limits)
{
    static uint8_t buffer[60000];
    size_t length;
    memset(buffer, 'a', sizeof buffer);
    buffer[4999] = 'b';
    struct find *f = find_compile("r:(a|aa)+\\z", why);
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(find_next(f, buffer, 5000, 0, true, &length), SIZE_MAX);
    ck_assert(find_gave_up(f));
    find_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("find regex");
    TCase *t = tcase_create("find regex");
    tcase_add_loop_test(t, regex_in_blocks, 0, 8);
    tcase_add_test(t, regex_rules);
    tcase_add_test(t, regex_limits);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
