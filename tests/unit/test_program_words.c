/* The line of the `:` prompt, the options of a command, and what completes them. */
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "list/segrow.h"
#include "support/suite.h"

static void check_words(const char *text, int count, const char *const *expected)
{
    char line[256];
    char *words[COMMAND_WORDS];
    const char *why = NULL;
    (void)snprintf(line, sizeof line, "%s", text);
    ck_assert_int_eq(command_words(line, words, &why), count);
    for (int i = 0; i < count; i++)
        ck_assert_str_eq(words[i], expected[i]);
    ck_assert((count < 0) == (why != NULL));
}

TEST(words)
{
    check_words("", 0, NULL);
    check_words(" \t ", 0, NULL);
    check_words("peek", 1, (const char *const[]){"peek"});
    check_words("  a  b\tc ", 3, (const char *const[]){"a", "b", "c"});
    check_words("a 'b c' \"d 'e\" f", 4, (const char *const[]){"a", "b c", "d 'e", "f"});
    check_words("x'y z'\"w\"v", 1, (const char *const[]){"xy zwv"});
    check_words("'' a \"\"", 3, (const char *const[]){"", "a", ""});
    check_words("\\x41 a\\ b 'c\\'", 4, (const char *const[]){"\\x41", "a\\", "b", "c\\"});
    check_words("goto 'a", 2, (const char *const[]){"goto", "'a"});
    check_words("x 'a b'", 2, (const char *const[]){"x", "a b"});
    check_words("a 'bc", -1, NULL);
    check_words("\"", -1, NULL);
}

TEST(too_many_words)
{
    char line[2 * COMMAND_WORDS + 8];
    char *list[COMMAND_WORDS];
    const char *why = NULL;
    for (size_t i = 0; i < COMMAND_WORDS; i++)
        memcpy(line + 2 * i, "a ", 2);
    line[(size_t)2 * COMMAND_WORDS] = '\0';
    ck_assert_int_eq(command_words(line, list, &why), COMMAND_WORDS);
    for (size_t i = 0; i <= COMMAND_WORDS; i++)
        memcpy(line + 2 * i, "a ", 2);
    line[(size_t)2 * COMMAND_WORDS + 2] = '\0';
    ck_assert_int_eq(command_words(line, list, &why), -1);
}

static char offered[4096];

static void collect(void *ctx, const char *word)
{
    (void)ctx;
    size_t n = strlen(offered);
    (void)snprintf(offered + n, sizeof offered - n, "%s ", word);
}

static const char *complete(const char *line)
{
    offered[0] = '\0';
    (void)command_complete(line, strlen(line), true, collect, NULL);
    return offered;
}

TEST(completion)
{
    ck_assert_str_eq(complete("pe"), "peek ");
    ck_assert_str_eq(complete("po"), "poke ");
    ck_assert_ptr_nonnull(strstr(complete(""), "watch "));
    ck_assert_ptr_null(strstr(complete(""), "demo "));
    ck_assert_str_eq(complete("help wat"), "watch ");
    ck_assert_str_eq(complete("poke 0 1 --ex"), "--expect ");
    ck_assert_str_eq(complete("poke --as utf8"), "utf8 ");
    ck_assert_str_eq(complete("poke --as u64"), "u64le u64be ");
    ck_assert_str_eq(complete("watch --hz"), "--hz ");
    ck_assert_str_eq(complete("help --m"), "");
    ck_assert_str_eq(complete("frob --"), "");
    ck_assert_str_eq(complete("poke 'open --a"), "");
    ck_assert_str_eq(complete("zzz"), "");
    char kinds[KINDS_TEXT], first[32];
    (void)snprintf(first, sizeof first, "%.*s ", (int)strcspn(kind_names(kinds), " "), kinds);
    ck_assert_int_eq(strncmp(complete("ls --kind "), first, strlen(first)), 0);
    ck_assert_str_eq(complete("ls --sort SI"), "SIZE ");
    ck_assert_ptr_nonnull(strstr(complete("ls --columns "), "LOCATOR "));
}

TEST(completion_knows_segments_and_files)
{
    ck_assert_int_eq(command_complete("save ", 5, true, collect, NULL), COMPLETE_FILES);
    ck_assert_int_eq(command_complete("save ", 5, false, collect, NULL), COMPLETE_SEGMENTS);
    ck_assert_int_eq(command_complete("rm /a /b ", 9, true, collect, NULL), COMPLETE_SEGMENTS);
    ck_assert_int_eq(command_complete("peek --at 1s 0 ", 15, true, collect, NULL),
                     COMPLETE_NOTHING);
    ck_assert_int_eq(command_complete("diff --json ", 12, false, collect, NULL), COMPLETE_SEGMENTS);
    ck_assert_int_eq(command_complete("pee", 3, false, collect, NULL), COMPLETE_COMMANDS);
}

static bool parse(struct args *a, const char *command, const char *line, char why[ARGS_WHY])
{
    static char copy[512];
    static char *list[COMMAND_WORDS];
    const char *reason = NULL;
    (void)snprintf(copy, sizeof copy, "%s", line);
    int count = command_words(copy, list, &reason);
    ck_assert_int_ge(count, 0);
    size_t n = 0;
    const struct command_option *rows = command_options(&n);
    return args_parse(a, rows, n, command, count, list, why);
}

TEST(options)
{
    struct args a;
    char why[ARGS_WHY];
    ck_assert(parse(&a, "poke", "/x 0 -5 -inf -.5 --as i8 --expect -1 --z", why));
    ck_assert_int_eq(a.words, 5);
    ck_assert_str_eq(a.word[2], "-5");
    ck_assert_str_eq(a.word[3], "-inf");
    ck_assert_str_eq(args_get(&a, "as"), "i8");
    ck_assert_str_eq(args_get(&a, "expect"), "-1");
    ck_assert_str_eq(args_get(&a, "z"), "");
    ck_assert_ptr_null(args_get(&a, "calls"));
    ck_assert(parse(&a, "poke", "--as=u8 --as=u16 /x -- --as --z", why));
    ck_assert_str_eq(args_get(&a, "as"), "u16");
    ck_assert_int_eq(a.words, 3);
    ck_assert_str_eq(a.word[1], "--as");
    ck_assert(parse(&a, "load", "/x -", why));
    ck_assert_str_eq(a.word[1], "-");
    ck_assert(parse(&a, "find", "/x --as= -h", why));
    ck_assert_str_eq(args_get(&a, "as"), "");
    ck_assert_ptr_nonnull(args_get(&a, "help"));
}

TEST(wrong_options)
{
    struct args a;
    char why[ARGS_WHY];
    ck_assert(!parse(&a, "poke", "--bogus", why));
    ck_assert_str_eq(why, "--bogus: no such option");
    ck_assert(!parse(&a, "poke", "/x --as", why));
    ck_assert_str_eq(why, "--as: needs a value (VIEW)");
    ck_assert(!parse(&a, "poke", "--z=1", why));
    ck_assert_str_eq(why, "--z: takes no value");
    ck_assert(!parse(&a, "poke", "-z", why));
    ck_assert(!parse(&a, "poke", "--raw", why));
    ck_assert(!parse(&a, "ui", "--calls", why));
    ck_assert(!parse(&a, "poke", "'--\x1b[31m'", why));
    ck_assert_ptr_null(strchr(why, '\x1b'));
}

SUITE(test_program_words, TESTS(words, too_many_words, completion,
                                completion_knows_segments_and_files, options, wrong_options));
