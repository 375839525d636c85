/* peek --settled and --seqlock: the whole range of one moment, or exit status 1. */
#include <string.h>

#include "support/run.h"
#include "support/suite.h"

static const char *name;

/* A counter of 4 bytes at 0 and one of 8 at 8; text and numbers behind it. */
static void set_up(void)
{
    static const unsigned char bytes[] =
        "\2\0\0\0\1\0\0\0\4\0\0\0\0\0\0\0the text\0\0\0\0\0\0\0\x2a";
    name = run_name("settled");
    run_make(name, bytes, sizeof bytes, 100);
}

static void is(const struct ran *r, int status, const char *out, const char *err)
{
    ck_assert_str_eq(r->out, out);
    if (err == NULL)
        ck_assert_str_eq(r->err, "");
    else
        ck_assert_msg(strstr(r->err, err) != NULL, "%s", r->err);
    ck_assert_int_eq(r->status, status);
}

TEST(what_stands_still_is_printed_as_ever)
{
    static const char *const views[] = {"hex", "u8", "u16be", "f32", "utf8", "bits"};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        char plain[20000];
        strncpy(plain, RUN("peek", name, "0", "100", "--as", views[i], "--all")->out,
                sizeof plain - 1);
        is(RUN("peek", name, "0", "100", "--as", views[i], "--all", "--settled"), 0, plain, NULL);
        is(RUN("peek", name, "0", "100", "--as", views[i], "--all", "--seqlock", "0"), 0, plain,
           NULL);
    }
    is(RUN("peek", name, "16", "--as", "utf8", "--seqlock", "8:8"), 0, "the text\n", NULL);
    is(RUN("peek", name, "16", "8", "--raw", "--settled"), 0, "the text", NULL);
    is(RUN("peek", name, "31", "--as", "u8", "--settled"), 0, "0x1f 42\n", NULL);
    json_t *j = run_json(RUN("peek", name, "16", "2", "--json", "--settled"));
    ck_assert_str_eq(json_string_value(json_object_get(j, "values")), "7468");
    json_decref(j);
}

TEST(a_counter_that_is_odd_is_a_no)
{
    is(RUN("peek", name, "16", "8", "--seqlock", "4"), 1, "",
       "the counter at 0x4 never stood still and even while 0x8 bytes were read");
}

TEST(a_range_past_the_end)
{
    is(RUN("peek", name, "96", "8", "--as", "u32", "--settled"), 2, "0x60 0\n", "past the end");
    is(RUN("peek", name, "--as", "u64", "--settled", "--seqlock", "0"), 2, "", "give one of them");
}

TEST(what_is_no_counter)
{
    static const char *const bad[] = {"1",   "2:4", "100", "98", "0:3",
                                      "0:9", "0:",  ":4",  "x",  "8:16"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct ran *r = RUN("peek", name, "16", "8", "--seqlock", bad[i]);
        ck_assert_msg(r->status == 2 && r->out_size == 0 && r->err[0] != '\0', "%s", bad[i]);
    }
}

SUITE(test_program_cli_settled, .set_up = set_up, .tear_down = run_end,
      TESTS(what_stands_still_is_printed_as_ever, a_counter_that_is_odd_is_a_no,
            a_range_past_the_end, what_is_no_counter));
