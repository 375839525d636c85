/* Finding by regular expression: in blocks as in one piece, and within limits. */
#include <string.h>

#include "core/find/find.h"
#include "support/random.h"
#include "support/suite.h"

static char why[FIND_WHY_MAX];

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

TEST_LOOP(regex_in_blocks, 8)
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

TEST(regex_rules)
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

TEST(regex_limits)
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

/* Counts breaths; after some it says no. */
struct breath {
    unsigned count, most;
};

static bool take_breath(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    struct breath *b = ctx;
    (void)deadline;
    (void)done;
    (void)total;
    return ++b->count < b->most;
}

/* Patterns that take for ever: within a start, from start to start, by scans that no limit of steps
 * knows of. */
static const char *const slow_patterns[] = {"r:[^b]*?[^c]*+[cd]",    "r:(?:[^b]*[^b]*)*[bc]",
                                            "r:[^b]*[^c]*[^d]*[ef]", "r:(a+)+$[bc]",
                                            "r:(?s)a.*[BC]",         "r:(?:a|b|ab)*?[de]"};

TEST_LOOP(regex_stops_when_told, SUITE_ROWS(slow_patterns))
{
    static uint8_t buffer[256 * 1024];
    size_t length;
    struct breath b = {.most = 20};
    memset(buffer, 'a', sizeof buffer);
    struct find *f = find_compile(slow_patterns[_i], why);
    ck_assert_msg(f != NULL, "%s", why);
    find_progress(f, &(struct progress){take_breath, &b});
    ck_assert_uint_eq(find_next(f, buffer, sizeof buffer, 0, true, &length), SIZE_MAX);
    ck_assert(find_stopped(f) && !find_gave_up(f));
    ck_assert_uint_eq(b.count, b.most);
    ck_assert_uint_eq(find_next(f, buffer, sizeof buffer, 0, true, &length), SIZE_MAX);
    ck_assert_uint_eq(b.count, b.most); /* at once */
    find_progress(f, NULL);
    memcpy(buffer, "aab\ncxd e", 9);
    ck_assert(!find_stopped(f));
    (void)find_next(f, buffer, 9, 0, true, &length);
    ck_assert(!find_gave_up(f));
    find_free(f);
}

/* What takes more than the few steps of the fast way is found as if it did not. */
TEST(regex_slow_finds_the_same)
{
    static uint8_t buffer[40000];
    size_t length = 0;
    memset(buffer, 'a', sizeof buffer);
    memcpy(buffer + 31000, "xyz", 3);
    memcpy(buffer + 39000, "xyz", 3);
    static const struct {
        const char *pattern;
        size_t at, length, next;
    } rows[] = {{"r:a{900}.*?xyz", 0, 31003, 1},
                {"r:[^x]*[^y]*yz", 0, 31003, 1},
                {"r:(*ANYCRLF)x(?C1)y[^a]", 31000, 3, 39000},
                {"r:\\Gaa", 0, 2, 1},
                {"r:(?s).{9000}xyz", 22000, 9003, 30000},
                {"r:x(?=yz(?s:.*)z)", 31000, 1, SIZE_MAX},
                {"r:(a+)+q", SIZE_MAX, 0, 0},
                {"r:q|a+?(?=xyz)", 0, 31000, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct find *f = find_compile(rows[i].pattern, why);
        ck_assert_msg(f != NULL, "%s: %s", rows[i].pattern, why);
        size_t at = find_next(f, buffer, sizeof buffer, 0, true, &length);
        ck_assert_msg(at == rows[i].at, "%s: %zu", rows[i].pattern, at);
        ck_assert_msg(at == SIZE_MAX || length == rows[i].length, "%s: %zu", rows[i].pattern,
                      length);
        if (rows[i].next != 0)
            ck_assert_uint_eq(find_next(f, buffer, sizeof buffer, at + 1, true, &length),
                              rows[i].next);
        ck_assert(!find_gave_up(f));
        find_free(f);
    }
    struct find *f = find_compile("r:(?:a|aa){8}xyz", why);
    ck_assert_uint_eq(find_next(f, buffer + 30700, 400, 0, true, &length), 300 - 16);
    ck_assert_uint_eq(length, 19);
    ck_assert_uint_eq(find_prev(f, buffer + 30700, 400, 400, &length), 300 - 8);
    find_free(f);
}

TEST(regex_faults_are_where_the_user_typed_them)
{
    ck_assert_ptr_null(find_compile("r:ab(cd", why));
    ck_assert_ptr_nonnull(strstr(why, "(at character 6)"));
    struct find *f = find_compile("r:(?x) a b # c", why); /* a comment to the end */
    size_t length = 0;
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(find_next(f, (const uint8_t *)"xab", 3, 0, true, &length), 1);
    find_free(f);
    f = find_compile("r:a|^b", why);
    ck_assert_uint_eq(find_next(f, (const uint8_t *)"cba\nb", 5, 0, true, &length), 2);
    ck_assert_uint_eq(find_next(f, (const uint8_t *)"bca\nb", 5, 1, true, &length), 2);
    find_free(f);
}

SUITE(test_core_find_regex,
      TESTS(regex_in_blocks, regex_rules, regex_limits, regex_stops_when_told,
            regex_slow_finds_the_same, regex_faults_are_where_the_user_typed_them));
