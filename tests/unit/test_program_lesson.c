/* Lessons as text: what is read, what is refused and where, and what was done. */
#include "lab/lesson.h"
#include "lab/score.h"
#include "support/suite.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "lesson a\ntitle T\ntext\n    hello\n"
#define STEP HEAD "step S\n    text\n        do\n"

static struct lesson *read_lesson(const char *text, char why[LESSON_WHY])
{
    return lesson_parse("f", text, strlen(text), why);
}

static struct lesson *good(const char *text)
{
    char why[LESSON_WHY];
    struct lesson *l = read_lesson(text, why);
    ck_assert_msg(l != NULL, "%s", why);
    return l;
}

TEST(everything_is_read)
{
    struct lesson *l = good(
        "# of the tests\nlesson ring\ntitle A ring  \nsystems all\n"
        "minutes 15\nopen /shmlens-lab-ring\nrun a: prog 1 two\ntypes\n  struct s { int a; };\n"
        "  #define N 2\n\ntext\n   one\n     two\n\n\n   three\n"
        "step First\n  # why\n  needs cores 2\n  needs proc\n  mark prog: a + b\n"
        "  stop a\n  run b: prog\n  text\n      t\n  check size /x >= 4K\n"
        "  hint\n    h\n  solution\n    $ kill\n");
    ck_assert_str_eq(l->name, "ring");
    ck_assert_str_eq(l->title, "A ring");
    ck_assert(l->linux_too && l->windows_too);
    ck_assert_str_eq(l->open, "/shmlens-lab-ring");
    ck_assert_int_eq(l->runs, 1);
    ck_assert_str_eq(l->run[0].peer, "a");
    ck_assert_str_eq(l->run[0].program, "prog");
    ck_assert_int_eq(l->run[0].args, 2);
    ck_assert_str_eq(l->run[0].arg[1], "two");
    ck_assert_str_eq(l->types, "struct s { int a; };\n#define N 2");
    ck_assert_uint_eq(l->minutes, 15);
    ck_assert_int_eq(l->types_line, 8);
    ck_assert_str_eq(l->text, "one\n  two\n\n\nthree");
    const struct lesson_step *s = &l->step[0];
    ck_assert_int_eq(l->steps, 1);
    ck_assert(s->cores == 2 && s->proc);
    ck_assert_str_eq(s->mark[0].text, "a + b");
    ck_assert_int_eq(s->runs, 2);
    ck_assert(s->run[0].program == NULL && strcmp(s->run[0].peer, "a") == 0);
    ck_assert_str_eq(s->run[1].program, "prog");
    ck_assert(s->check[0].kind == CHECK_SIZE && s->check[0].op == OP_AT_LEAST);
    ck_assert_uint_eq(s->check[0].number, 4096);
    ck_assert_str_eq(s->hint, "h");
    ck_assert_str_eq(s->solution, "$ kill");
    lesson_free(l);
}

static const struct {
    const char *line;
    enum check_kind kind;
    const char *locator, *text;
    uint64_t number;
} checks[] = {
    {"where a == 1 && b", CHECK_WHERE, NULL, "a == 1 && b", 0},
    {"/x where a", CHECK_WHERE, "/x", "a", 0},
    {"exists /x", CHECK_EXISTS, "/x", NULL, 0},
    {"gone sysv:1", CHECK_GONE, "sysv:1", NULL, 0},
    {"mapped /x 2", CHECK_MAPPED, "/x", NULL, 2},
    {"unmapped /x", CHECK_UNMAPPED, "/x", NULL, 0},
    {"size /x < 10", CHECK_SIZE, "/x", NULL, 10},
    {"runs p", CHECK_RUNS, NULL, "p", 0},
    {"ended p", CHECK_ENDED, NULL, "p", 0},
    {"killed p SIGBUS", CHECK_KILLED, NULL, "p", 7},
    {"killed p KILL", CHECK_KILLED, NULL, "p", 9},
    {"killed p 31", CHECK_KILLED, NULL, "p", 31},
    {"cursor head.next", CHECK_CURSOR, NULL, "head.next", 0},
    {"view u32", CHECK_VIEW, NULL, "u32le", 0},
    {"screen users", CHECK_SCREEN, NULL, NULL, SCREEN_USERS},
    {"did view next", CHECK_DID, NULL, "view next", 0},
    {"answer little|le", CHECK_ANSWER, NULL, "little|le", 0},
};

TEST_LOOP(checks_are_read, SUITE_ROWS(checks))
{
    char text[256];
    (void)snprintf(text, sizeof text, STEP "    check %s\n", checks[_i].line);
    struct lesson *l = good(text);
    const struct lesson_check *c = &l->step[0].check[0];
    ck_assert_int_eq(c->kind, checks[_i].kind);
    ck_assert_pstr_eq(c->locator, checks[_i].locator);
    ck_assert_pstr_eq(c->text, checks[_i].text);
    ck_assert_uint_eq(c->number, checks[_i].number);
    ck_assert_int_eq(c->line, 8);
    lesson_free(l);
}

#define FIFTY "12345678901234567890123456789012345678901234567890"

static const struct {
    const char *text, *why;
} wrong[] = {
    {"", "f:1: a lesson has"},
    {"lesson a b\n", "f:1: not a name"},
    {"lesson a\nlesson b\n", "f:2: there is one already"},
    {"lesson ../a\n", "f:1: not a name"},
    {"title\n", "f:1: a word is missing"},
    {"titel x\n", "f:1: not a keyword of a lesson: titel"},
    {"text\n", "f:1: nothing is indented below it"},
    {"  text\n", "f:1: indented, but below nothing"},
    {"systems dos\n", "f:1: systems is one of"},
    {"minutes 0\n", "f:1: minutes is a number from 1 to 600"},
    {"minutes 5\nminutes 5\n", "f:2: there is one already"},
    {"open nonsense\n", "f:1: open: "},
    {"run a prog\n", "f:1: run is PEER"},
    {"run a: ../prog\n", "f:1: not a name"},
    {"run a: p 1 2 3 4 5 6 7 8 9\n", "f:1: more than 8 arguments"},
    {"\ttext\n", "f:1: a tab"},
    {"title \x1b[0m\n", "f:1: not printable"},
    {"title \xff\n", "f:1: not printable"},
    {HEAD "step S\n    check exists /a\n", "f:5: a step has a text and a check"},
    {STEP "open /a\n", "f:8: not indented, but after the first step: open"},
    {STEP "  hint\n      x\n", "f:8: not indented as the lines"},
    {STEP "    opne x\n", "f:8: not a keyword of a step: opne"},
    {STEP "    needs p: " FIFTY FIFTY "1234\n", "f:8: what is needed is longer than 103 bytes"},
    {STEP "    check nonsense\n", "f:8: check: none of: where"},
    {STEP "    check mapped /a 0\n", "f:8: check: mapped LOCATOR N"},
    {STEP "    check mapped /a 1 2\n", "f:8: check: too many words"},
    {STEP "    check size /a = 1\n", "f:8: check: size LOCATOR OP N"},
    {STEP "    check exists nonsense\n", "f:8: check: "},
    {STEP "    check killed p NONE\n", "f:8: check: killed PEER SIGNAL"},
    {STEP "    check view nonsense\n", "f:8: check: no such view"},
    {STEP "    check screen help\n", "f:8: check: screen is one of"},
    {STEP "    check where\n", "f:8: check: of what?"},
    {STEP "    needs luck\n", "f:8: needs is one of"},
    {STEP "    mark prog\n", "f:8: mark is PROGRAM: TEXT"},
    {STEP "    stop a b\n", "f:8: stop is one PEER"},
};

TEST_LOOP(what_is_wrong_is_named, SUITE_ROWS(wrong))
{
    char why[LESSON_WHY];
    struct lesson *l = read_lesson(wrong[_i].text, why);
    ck_assert_ptr_null(l);
    ck_assert_msg(strncmp(why, wrong[_i].why, strlen(wrong[_i].why)) == 0, "%s\nnot: %s", why,
                  wrong[_i].why);
}

/* Too many of anything, and too large a file. */
TEST(all_is_bounded)
{
    static const char *const many[] = {"    check exists /a\n", "    run a: b\n", "    stop a\n",
                                       "    mark a: b\n"};
    static char text[LESSON_MAX + 64];
    char why[LESSON_WHY];
    for (size_t i = 0; i < COUNT(many); i++) {
        (void)snprintf(text, sizeof text, STEP);
        for (int k = 0; k < 40; k++)
            (void)snprintf(text + strlen(text), 64, "%s", many[i]);
        ck_assert_ptr_null(read_lesson(text, why));
        ck_assert_msg(strstr(why, "more than") != NULL, "%s", why);
    }
    memset(text, '#', sizeof text - 1);
    ck_assert_ptr_null(read_lesson(text, why));
    ck_assert_str_eq(why, "f:1: larger than 65536 bytes");
}

TEST(the_better_way_is_kept)
{
    static const char old[] = "later 9 lines\nattach 2 shown 100\nattach 1 done 50\n\xff\n";
    struct score_entry e = {"attach", 1, SCORE_DONE, 200, 0};
    static struct score s;
    struct lesson l = {.name = "attach", .steps = 3};
    int64_t last;
    size_t n = 0;
    char *text = score_write(old, strlen(old), &e, &n);
    ck_assert_uint_eq(n, strlen(text));
    ck_assert_str_eq(text, "later 9 lines\nattach 1 done 50\n\xff\nattach 2 done 200\n");
    e = (struct score_entry){"attach", 0, SCORE_SKIPPED, 300, 0};
    char *again = score_write(text, n, &e, &n);
    score_read(again, n, 0, &s);
    ck_assert_int_eq(s.count, 2);
    ck_assert_int_eq(score_find(&s, "attach", 0)->how, SCORE_DONE);
    ck_assert_ptr_null(score_find(&s, "attach", 2));
    ck_assert_int_eq(score_done(&s, &l, &last), 2);
    ck_assert_int_eq(last, 200);
    free(text);
    free(again);
}

/* A lesson of a folder is not the one of this name that is built in. */
TEST(each_folder_has_its_own)
{
    static const char old[] = "attach 1 done 50\n";
    struct score_entry e = {"attach", 1, SCORE_DONE, 200, score_folder("/")};
    static struct score s;
    size_t n = 0;
    ck_assert_uint_ne(e.folder, 0);
    ck_assert_uint_eq(e.folder, score_folder("/./"));
    ck_assert_uint_ne(e.folder, score_folder("/dev"));
    ck_assert_uint_eq(score_folder(NULL), 0);
    char *text = score_write(old, strlen(old), &e, &n);
    ck_assert_ptr_nonnull(text);
    score_read(text, n, 0, &s);
    ck_assert_int_eq(s.count, 1);
    ck_assert_ptr_null(score_find(&s, "attach", 1));
    score_read(text, n, e.folder, &s);
    ck_assert_int_eq(s.count, 1);
    ck_assert_ptr_nonnull(score_find(&s, "attach", 1));
    free(text);
}

SUITE(test_program_lesson, TESTS(everything_is_read, checks_are_read, what_is_wrong_is_named,
                                 all_is_bounded, the_better_way_is_kept, each_folder_has_its_own));
