/* types: what layouts and the bytes say of a segment. Nobody maps it: programs would say more. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

enum state { S_NEW = 1, S_READY };
struct typed_head {
    char magic[8];
    uint32_t version;
    enum state state;
    struct typed_head *self;
};

static const char *name, *header;

static void set_up(void)
{
    name = run_name("typed");
    run_make(name, "", 0, 8192);
    header = run_path("head.layout");
    FILE *f = fopen(header, "w");
    ck_assert_ptr_nonnull(f);
    fputs("enum state { S_NEW = 1, S_READY };\n"
          "struct typed_head { char magic[8]; unsigned version; enum state state; struct "
          "typed_head *self; };\n"
          "struct point { double x, y, z; };\nstruct flags { _Bool b[32]; };\n"
          "at /shmlens-test-*-typed 0: struct typed_head when version == 3\n"
          "at /shmlens-test-*-typed 0x100: struct point [4] when x == 1.5\n",
          f);
    fclose(f);
}

static void store(uint64_t offset, const void *p, size_t n)
{
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert(fd >= 0 && pwrite(fd, p, n, (off_t)offset) == (ssize_t)n);
    close(fd);
}

TEST(by_layout)
{
    const struct typed_head head = {.version = 3};
    const double x = 1.5;
    const struct ran *r = RUN_PRINTS(1, "", "types", name, "--types", header);
    ck_assert_ptr_nonnull(strstr(r->err, "nothing is known of what lies here"));
    store(0, &head, sizeof head);
    RUN_PRINTS(0, "0x0 typed_head 24 by layout of --types\n", "types", name, "--types", header);
    store(0x100, &x, sizeof x);
    RUN_PRINTS(
        0,
        "0x0 typed_head 24 by layout of --types\n0x100 struct point[4] 96 by layout of --types\n",
        "types", name, "--types", header);
    json_t *o = run_json(RUN("types", name, "--json", "--types", header));
    const json_t *rows = json_object_get(o, "types");
    ck_assert_uint_eq(json_array_size(rows), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(rows, 0), "type")),
                     "typed_head");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(rows, 0), "by")), "layout");
    ck_assert(json_is_true(json_object_get(json_array_get(rows, 0), "proved")));
    ck_assert_int_eq(told_number(json_array_get(rows, 1), "offset"), 0x100);
    json_decref(o);
}

TEST(fits)
{
    struct typed_head head = {.magic = "RINGv2", .state = S_READY};
    const struct ran *r = RUN_PRINTS(1, "", "types", name, "--fit", "0", "--types", header);
    ck_assert_ptr_nonnull(strstr(r->err, "nothing fits at 0x0"));
    store(0, &head, sizeof head); /* a text of 6, an enumerator */
    RUN_PRINTS(0, "0x0 typed_head 24 fits 9.8\n", "types", name, "--fit", "0", "--types", header);
    head.state = (enum state)99;
    store(0, &head, sizeof head);
    RUN_PRINTS(1, "", "types", name, "--fit", "0", "--types", header);
    json_t *o = run_json(RUN("types", name, "--json", "--fit", "0x10", "--types", header));
    ck_assert_uint_eq(json_array_size(json_object_get(o, "types")), 0);
    json_decref(o);
}

TEST(refusals)
{
    RUN_FAILS("past the end", "types", name, "--fit", "8192", "--types", header);
    RUN_FAILS("no such segment", "types", "/shmlens-test-nobody-has-this");
    RUN_FAILS("--pid", "types", name, "--pid", "x");
    RUN_FAILS("process 1 does not map it", "types", name, "--pid", "1");
    RUN_FAILS("no such file", "types", name, "--types", "/nowhere.h");
}

SUITE(test_program_cli_types, .set_up = set_up, .tear_down = run_end,
      TESTS(by_layout, fits, refusals));
