/* A suite of tests as a table, and the one main() of all suites.
 *
 * A file tests/.../test_NAME.c is one suite: its tests, each begun by TEST or TEST_LOOP, and at its
 * end one SUITE that lists them. A test that no list names is an unused variable, which the
 * compiler refuses. All suites of a layer are linked into one executable with suite.c:
 *
 *     unit_core --list               prints the names of its suites
 *     unit_core test_core_text       runs one suite
 *     unit_core test_core_text utf16 runs one test of it
 *     unit_core                      runs them all
 *
 * Where Check can fork, every test is a process of its own. Where it cannot (Windows), a suite is
 * one: ctest runs each by itself. */
#ifndef SHMLENS_TESTS_SUPPORT_SUITE_H
#define SHMLENS_TESTS_SUPPORT_SUITE_H

#include <check.h>
#include <stdio.h>

struct suite_test {
    TTest test;
    int times; /* how often it runs, with _i from 0 on */
};

struct suite {
    const char *name;
    const struct suite_test *const *tests; /* NULL-terminated */
    void (*set_up)(void);                  /* before each test, in its process; NULL: none */
    void (*tear_down)(void);               /* after it */
    void (*set_up_once)(void);             /* before the first test, in the parent of all */
    void (*tear_down_once)(void);          /* after the last */
    int timeout;                           /* seconds a test may take; 0: SUITE_TIMEOUT */
    const struct suite *next;              /* more tests of this suite, set up in another way */
    /* What `EXECUTABLE SUITE --peer WORD...` runs, given the words: the suite as another process.
     */
    int (*peer)(char **words);
};

/* Unless the environment says otherwise in CK_DEFAULT_TIMEOUT. */
enum { SUITE_TIMEOUT = 60 };

/* The head of a test; the body follows. */
#define TEST(test) TEST_LOOP(test, 1)

/* The same for one that runs so many times; _i counts. */
#define TEST_LOOP(test, times)                             \
    static void test##_fn(int _i);                         \
    static const struct suite_test test[] = {              \
        {{#test, test##_fn, __FILE__, __LINE__}, (times)}, \
    };                                                     \
    static void test##_fn(int _i CK_ATTRIBUTE_UNUSED)

/* Rows of a table; and as TEST_LOOP wants them. */
#define COUNT(table)      (sizeof(table) / sizeof *(table))
#define SUITE_ROWS(table) ((int)COUNT(table))

/* The suite: SUITE(test_core_text, .set_up = set_up, TESTS(utf16, widths, ...)); its name is the
 * file's. SUITE_PART is a table that `.next` leads to. */
#define SUITE(suite_name, ...)            \
    extern const struct suite suite_name; \
    const struct suite suite_name = {.name = #suite_name, __VA_ARGS__}
#define SUITE_PART(part, ...) static const struct suite part = {.name = #part, __VA_ARGS__}
#define TESTS(...)                              \
    .tests = (const struct suite_test *const[]) \
    {                                           \
        __VA_ARGS__, NULL                       \
    }

/* Ends a test that cannot run here. It counts as skipped, not as passed. */
#define SKIP(...)                          \
    do {                                   \
        suite_skip(__func__, __VA_ARGS__); \
        return;                            \
    } while (0)
void suite_skip(const char *function, const char *format, ...) CK_ATTRIBUTE_FORMAT(printf, 2, 3);

/* ck_assert for what is asked millions of times: it does not report each success to the runner. */
#define HOLD(condition)                     \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg("%s", #condition); \
    } while (0)

/* All suites of this executable, NULL-terminated; CMake writes it. */
extern const struct suite *const suites[];

#endif
