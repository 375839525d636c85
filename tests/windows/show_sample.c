/* Shows what the program draws of the classic sample on a wide console that takes escape sequences:
 * its bytes go to stdout, for tools/screenshots. It ends when the server has stored a second text
 * and the changed bytes have their colour; the picture stays as it is then. */
#include "console.h"
#include "drawn.h"
#include "scene.h"

#include <stdio.h>
#include <string.h>

/* `Local\SampleMap`, as the sample itself has it. */
static void serve(void)
{
    scene_name = "Local\\SampleMap";
    scene_serve();
}

START_TEST(show)
{
    scene_set_up_wide();
    serve();
    drawn_copy(stdout);
    drawn_start(CON_ARGV("--no-config", scene_name));
    drawn_wait("73 00 74 00 20 00 70 00"); /* first p */
    drawn_wait("whole segment seen");
    scene_serve_text("Message from the other process.");
    drawn_wait("6f 00 74 00 68 00  65 00 72 00"); /* other */
    drawn_copy(NULL);
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
    drawn_end();
    scene_tear_down();
}
END_TEST

/* The drivers end a test when something does not happen in time. */
int main(void)
{
    Suite *suite = suite_create("show");
    TCase *tests = tcase_create("show");
    tcase_add_test(tests, show);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}
