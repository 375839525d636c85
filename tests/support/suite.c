#include "support/suite.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void suite_skip(const char *function, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("skip: %.*s: ", (int)(strlen(function) - strlen("_fn")), function);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

/* The tests of one table, all of them or the one of this name. Returns how many. */
static size_t add_tests(Suite *to, const struct suite *s, const char *only)
{
    size_t added = 0;
    TCase *c = tcase_create(s->name);
    if (s->timeout > 0 || getenv("CK_DEFAULT_TIMEOUT") == NULL)
        tcase_set_timeout(c, s->timeout > 0 ? s->timeout : SUITE_TIMEOUT);
    tcase_add_checked_fixture(c, s->set_up, s->tear_down);
    tcase_add_unchecked_fixture(c, s->set_up_once, s->tear_down_once);
    for (const struct suite_test *const *t = s->tests; *t != NULL; t++)
        if (only == NULL || strcmp((*t)->test.name, only) == 0) {
            tcase_add_loop_test(c, &(*t)->test, 0, (*t)->times);
            added++;
        }
    suite_add_tcase(to, c);
    return added;
}

/* Runs a suite, or the test of it that is named; true: all passed. */
static bool run(const struct suite *s, const char *only)
{
    Suite *made = suite_create(s->name);
    size_t added = 0;
    for (const struct suite *part = s; part != NULL; part = part->next)
        added += add_tests(made, part, only);
    SRunner *r = srunner_create(made);
    if (added == 0)
        fprintf(stderr, "%s has no test %s\n", s->name, only != NULL ? only : "at all");
    else
        srunner_run_all(r, CK_ENV);
    bool passed = added > 0 && srunner_ntests_failed(r) == 0;
    srunner_free(r);
    return passed;
}

static const struct suite *find(const char *name)
{
    for (size_t i = 0; suites[i] != NULL; i++)
        if (strcmp(suites[i]->name, name) == 0)
            return suites[i];
    fprintf(stderr, "no suite %s here; --list names them\n", name);
    exit(2);
}

/* Every suite, or only its name. */
static bool all(bool list)
{
    bool passed = true;
    for (size_t i = 0; suites[i] != NULL; i++)
        if (list)
            puts(suites[i]->name);
        else
            passed = run(suites[i], NULL) && passed;
    return passed;
}

int main(int argc, char **argv)
{
    bool list = argc == 2 && strcmp(argv[1], "--list") == 0;
    if (argc < 2 || list)
        return all(list) ? EXIT_SUCCESS : EXIT_FAILURE;
    const struct suite *s = find(argv[1]);
    if (argc > 2 && strcmp(argv[2], "--peer") == 0 && s->peer != NULL)
        return s->peer(argv + 3);
    return run(s, argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
