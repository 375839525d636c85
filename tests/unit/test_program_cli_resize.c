/* resize: what others map is not cut without --force, and who they are is said. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

enum { SIZE = 65536 };

static size_t size_of(const char *name)
{
    size_t n = 0;
    (void)run_bytes(name, &n);
    return n;
}

TEST(cutting_what_is_mapped_is_refused)
{
    const char *n = run_name("cut");
    unsigned char *bytes = run_map(n, SIZE);
    char who[64];
    bytes[SIZE - 1] = 7;
    const struct ran *r = RUN_FAILS("would be killed by SIGBUS", "resize", n, "5");
    (void)snprintf(who, sizeof who, "the rest: %d ", (int)getpid());
    ck_assert_msg(strstr(r->err, who) != NULL, "%s", r->err);
    ck_assert_ptr_nonnull(strstr(r->err, "1 process maps more than 5 bytes of it"));
    ck_assert_ptr_nonnull(strstr(r->err, "; --force shrinks it anyway\n"));
    ck_assert_int_eq(bytes[SIZE - 1], 7);
    RUN_PRINTS(0, "", "resize", n, "128K");
    RUN_PRINTS(0, "", "resize", "--force", n, "5");
    ck_assert_uint_eq(size_of(n), 5);
    munmap(bytes, SIZE);
}

/* The rest of the last page stays, whatever is mapped. */
TEST(within_a_page_nobody_dies)
{
    const char *n = run_name("page");
    unsigned char *bytes = run_map(n, SIZE);
    RUN_PRINTS(0, "", "resize", n, "65000");
    ck_assert_uint_eq(size_of(n), 65000);
    munmap(bytes, SIZE);
}

TEST(what_nobody_has_is_cut)
{
    const char *n = run_name("free");
    run_make(n, "x", 1, SIZE);
    RUN_PRINTS(0, "", "resize", n, "100");
    ck_assert_uint_eq(size_of(n), 100);
}

SUITE(test_program_cli_resize, .tear_down = run_end,
      TESTS(cutting_what_is_mapped_is_refused, within_a_page_nobody_dies, what_nobody_has_is_cut));
