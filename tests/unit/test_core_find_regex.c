/* Finding by regular expression: in blocks as in one piece, and within limits. */
#include <stdio.h>
#include <string.h>

#include "core/find/find_private.h"
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

/* ---- what a match begins with ---- */

static const struct {
    const char *regex, *bits; /* value/mask of each byte in hex; empty: nothing is known */
} beginnings[] = {
    {"abc", "61ff62ff63ff"},
    {"[a-f]{2}[0-9]+x", "60f860f830f0"},
    {"needle [a-z]+", "6eff65ff65ff64ff6cff65ff20ff60e0"},
    {"(?i)aZ1", "41df5adf31ff"},
    {"a.b", "61ff000062ff"},
    {"ab.", "61ff62ff"}, /* the last matches anything */
    {"ab?c", "61ff"},
    {"ab*c", "61ff"},
    {"ab+c", "61ff62ff"},
    {"ab{0,3}c", "61ff"},
    {"ab{2,}c", "61ff62ff62ff"},
    {"ab{2}+c", "61ff62ff62ff63ff"},
    {"ab{2}?c", "61ff62ff62ff63ff"},
    {"ab{2}{0}c", "61ff"},
    {"ab{2}*c", "61ff"},
    {"ab{x}c", "61ff"}, /* braces that are no quantifier */
    {"ab{,2}c", "61ff"},
    {"ab(c)d", "61ff62ff"},
    {"ab$", "61ff62ff"},
    {"\\x41\\.\\n\\\\", "41ff2eff0aff5cff"},
    {"\\d\\D\\d", "30f0000030f0"},
    {"a\\bb", "61ff"},
    {"a\\Qb\\E", ""},
    {"a\\x{41}", "61ff"},
    {"[]a]", "41c3"},
    {"[^\\x00-\\x3f\\x80-\\xff]", "40c0"},
    {"[ac-]x", "21b178ff"},
    {"a[[:digit:]]", "61ff"},
    {"a[b-\\d]", "61ff"},
    {"^abc", ""},
    {"(abc)", ""},
    {"(?x)a b", ""},
    {"abc|d", ""},
    {"ab\\Kc", ""},
    {"ab\\E*c", ""}, /* PCRE2 leaves it out: b* */
    {"ab\\Q\\E?c", ""},
    {"ab(?#c){0}", ""},
    {"a*b", ""},
    {"", ""},
};

TEST_LOOP(what_a_match_begins_with, SUITE_ROWS(beginnings))
{
    uint8_t value[PREFIX_LONGEST], mask[PREFIX_LONGEST];
    char bits[4 * PREFIX_LONGEST + 1] = "";
    size_t n = regex_prefix(beginnings[_i].regex, value, mask);
    for (size_t i = 0; i < n; i++)
        (void)snprintf(bits + 4 * i, 5, "%02x%02x", value[i], mask[i]);
    ck_assert_msg(strcmp(bits, beginnings[_i].bits) == 0, "%s: %s", beginnings[_i].regex, bits);
}

enum { REGEX = 300 };

TEST(long_beginnings)
{
    uint8_t value[PREFIX_LONGEST], mask[PREFIX_LONGEST];
    ck_assert_uint_eq(regex_prefix("a{63}", value, mask), 63);
    ck_assert_uint_eq(regex_prefix("a{200}b", value, mask), PREFIX_LONGEST);
    ck_assert_uint_eq(regex_prefix("a{99999}", value, mask), 0);
}

static void append(char to[REGEX], const char *words[], size_t n)
{
    size_t used = strlen(to);
    (void)snprintf(to + used, REGEX - used, "%s", words[draw((uint32_t)n)]);
}

/* A regular expression that is right, most often, of a few letters. */
static void some_regex(char out[REGEX])
{
    static const char *item[] = {"a",      "b",      "c",        "[ab]",    "[^c]",  "[a-c]",
                                 ".",      "\\w",    "\\x61",    "[^\\W_]", "a|b",   "(a|bc)",
                                 "(?=a)",  "\\b",    "[]a-]",    "[b\\]c]", "\\D",   "[\\d\\-a]",
                                 "(?i)A",  "$",      "\\.",      "[^^]",    "[a^-]", "[--c]",
                                 "(?:ab)", "(?<=a)", "\\Qa.\\E", "[A-b]",   "\\n",   "#"};
    static const char *often[] = {"",     "",    "",     "",       "",       "*",    "+",
                                  "?",    "{2}", "{1,}", "{0}",    "{2,3}",  "{,2}", "{2}?",
                                  "{2}+", "+?",  "*+",   "{1}{2}", "{2}{0}", "{x}"};
    (void)snprintf(out, REGEX, "%s", draw(6) == 0 ? "(?i)" : "");
    uint32_t plain = draw(4); /* at its beginning, and once */
    for (uint32_t i = 2 + draw(5); i > 0; i--) {
        append(out, item, plain == 0 && draw(3) == 0 ? sizeof item / sizeof *item : 10);
        append(out, often, plain == 0 ? sizeof often / sizeof *often : 5);
        plain -= plain > 0 ? 1 : 0;
    }
}

/* Looking for the beginning first changes nothing: in a group it is not known. */
TEST_LOOP(beginnings_change_nothing, 40)
{
    static uint8_t buffer[1000];
    static size_t plain[1000][2], quick[1000][2];
    static const char letters[] = "abcabcabcABC.-^]\\\0 {}x,#\n\xe9_";
    size_t known = 0;
    seed = (uint64_t)_i + 1;
    for (size_t i = 0; i < sizeof buffer; i++)
        buffer[i] =
            draw(30) ? (uint8_t)letters[draw(_i % 2 ? 9 : sizeof letters)] : (uint8_t)draw(256);
    for (int i = 0; i < 50; i++) {
        char regex[REGEX], group[REGEX + 8];
        some_regex(regex);
        (void)snprintf(group, sizeof group, "(?:%s)", regex);
        struct find *f = find_compile_regex(regex, why), *g = find_compile_regex(group, why);
        const uint8_t *bytes, *mask;
        size_t n, rare[2];
        if (f != NULL && g != NULL) {
            known += find_begins(f, &bytes, &mask, &n, rare) ? 1 : 0;
            ck_assert_msg(!find_begins(g, &bytes, &mask, &n, rare), "%s", group);
            size_t some = regex_matches(f, buffer, sizeof buffer, 400, quick, 1000);
            size_t all = regex_matches(g, buffer, sizeof buffer, 400, plain, 1000);
            ck_assert_msg(some == all, "%s: %zu, not %zu", regex, some, all);
            ck_assert_msg(memcmp(quick, plain, all * sizeof *plain) == 0, "%s", regex);
        }
        find_free(f);
        find_free(g);
    }
    ck_assert_uint_gt(known, 0);
}

SUITE(test_core_find_regex,
      TESTS(what_a_match_begins_with, long_beginnings, beginnings_change_nothing, regex_in_blocks,
            regex_rules, regex_limits, regex_stops_when_told, regex_slow_finds_the_same,
            regex_faults_are_where_the_user_typed_them));
