/* Shell patterns. */
#include "core/glob.h"
#include "support/suite.h"

#include <string.h>

static const struct {
    const char *pattern, *text;
    bool matches;
} cases[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"psm_*", "psm_5b3f", true},
    {"psm_*", "psm_", true},
    {"psm_*", "xpsm_", false},
    {"*", "", true},
    {"**", "abc", true},
    {"*c", "abcabc", true},
    {"*ab*ca", "abcabca", true},
    {"a*b", "ab\nb", true},
    {"a?c", "abc", true},
    {"a?c", "ac", false},
    {"a?c",
     "a\xe6\x97\xa5"
     "c",
     true}, /* one character of three bytes */
    {"a?c",
     "a\xff"
     "c",
     true},
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[!a-c]x", "dx", true},
    {"[!a-c]x", "ax", false},
    {"[]]", "]", true},
    {"[!]]", "]", false},
    {"[a-]", "-", true},
    {"[*]", "*", true},
    {"[*]", "x", false},
    {"[ab", "[ab", true}, /* not closed: itself */
    {"[ab", "a", false},
    {"[\xff]", "\xff", true},
    {"a\\x0ab", "a\\x0ab", true}, /* the shown form as it stands */
    {"a\\*", "a\\b", true},
    {"[a]*", "", false},
};

TEST(patterns)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(glob_match(cases[i].pattern, cases[i].text) == cases[i].matches, "%s on %s",
                      cases[i].pattern, cases[i].text);
    }
}

/* Many stars on a text that almost matches: no explosion. */
TEST(hostile_patterns_end)
{
    static char pattern[401], text[4001];
    for (int i = 0; i < 400; i += 2)
        memcpy(pattern + i, "a*", 2);
    pattern[399] = 'b';
    memset(text, 'a', 4000);
    ck_assert(!glob_match(pattern, text));
    text[3999] = 'b';
    ck_assert(glob_match(pattern, text));
}

SUITE(test_core_glob, TESTS(patterns, hostile_patterns_end));
