/* save, diff and find. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

static size_t read_back(const char *path, char *bytes, size_t cap)
{
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(bytes, 1, cap, f);
    fclose(f);
    return n;
}

TEST(saves)
{
    const char *n = run_name("save");
    const char *path = run_path("saved");
    char bytes[64];
    run_make(n, "0123456789", 10, 10);
    ck_assert_int_eq(RUN("save", n, path)->status, 0);
    ck_assert_uint_eq(read_back(path, bytes, sizeof bytes), 10);
    ck_assert_mem_eq(bytes, "0123456789", 10);
    ck_assert_int_eq(RUN("save", n, path, "2", "3")->status, 0);
    ck_assert_uint_eq(read_back(path, bytes, sizeof bytes), 3);
    ck_assert_mem_eq(bytes, "234", 3);
    ck_assert_int_eq(RUN("save", n, path, "8", "3")->status, 2);
    ck_assert_int_eq(RUN("save", n, path, "11")->status, 2);
    ck_assert_uint_eq(read_back(path, bytes, sizeof bytes), 3);
    RUN_FAILS("/nonexistent-folder/x", "save", n, "/nonexistent-folder/x");
}

TEST(holes_stay_holes)
{
    const char *n = run_name("holes");
    const char *path = run_path("sparse");
    struct stat st;
    run_make(n, "x", 1, (size_t)1 << 33);
    ck_assert_int_eq(RUN("save", n, path)->status, 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_size, (off_t)1 << 33);
    ck_assert_int_le(st.st_blocks, 1024);
    char file[600];
    (void)snprintf(file, sizeof file, "file:%s", path);
    ck_assert_int_eq(RUN("diff", n, file)->status, 0);
    unlink(path);
}

TEST(differences)
{
    const char *a = run_name("a");
    const char *b = run_name("b");
    run_make(a, "0123456789", 10, 8000);
    run_make(b, "0123x56y89", 10, 8000);
    RUN_PRINTS(0, "", "diff", a, a);
    const struct ran *r = RUN_PRINTS(1, "0x4 34 78\n0x7 37 79\n", "diff", a, b);
    ck_assert_str_eq(r->err, "");
    r = RUN("diff", a, b, "--json");
    ck_assert_str_eq(r->out, "{\"offset\":4,\"a\":\"34\",\"b\":\"78\"}\n"
                             "{\"offset\":7,\"a\":\"37\",\"b\":\"79\"}\n");
    run_make(run_name("c"), "0123456789", 10, 10);
    r = RUN_PRINTS(1, "", "diff", a, run_name("c"));
    ck_assert_ptr_nonnull(strstr(r->err, "8000"));
    ck_assert_ptr_nonnull(strstr(r->err, "10"));
    ck_assert_int_eq(RUN("diff", a, "/shmlens-nope")->status, 2);
    ck_assert_int_eq(RUN("diff", "/shmlens-nope", a)->status, 2);
    ck_assert_int_eq(RUN("diff", a)->status, 2);
}

/* Reading them would take minutes. */
TEST(what_is_a_hole_in_both_is_not_read)
{
    const char *a = run_name("hole-a"), *b = run_name("hole-b");
    ck_assert_int_eq(RUN("create", a, "64G")->status, 0);
    ck_assert_int_eq(RUN("create", b, "64G")->status, 0);
    RUN_PRINTS(0, "", "diff", a, b);
    ck_assert_int_eq(RUN("poke", a, "40G", "7", "--as", "u8")->status, 0);
    ck_assert_int_eq(RUN("poke", b, "20G", "8", "--as", "u8")->status, 0);
    RUN_PRINTS(1, "0x500000000 00 08\n0xa00000000 07 00\n", "diff", a, b);
}

TEST(finds)
{
    const char *n = run_name("find");
    const char bytes[] = "aaaa hello \x64\0\0\0 h\0i\0 \0\0\0\0\0\0\xf8\x3f";
    run_make(n, bytes, sizeof bytes - 1, 4096);
    ck_assert_str_eq(RUN("find", n, "aa")->out, "0x0\n0x1\n0x2\n");
    ck_assert_str_eq(RUN("find", n, "hello")->out, "0x5\n");
    ck_assert_str_eq(RUN("find", n, "x:6c 6c ?? 20")->out, "0x7\n");
    ck_assert_str_eq(RUN("find", n, "u32le:100")->out, "0xb\n");
    ck_assert_str_eq(RUN("find", n, "100", "--as", "u32le")->out, "0xb\n");
    ck_assert_str_eq(RUN("find", n, "u16le:hi")->out, "0x10\n");
    ck_assert_str_eq(RUN("find", n, "f64le:1.5")->out, "0x15\n");
    ck_assert_str_eq(RUN("find", n, "r:l+o")->out, "0x7\n0x8\n");
    ck_assert_str_eq(RUN("find", n, "h.l", "--regex")->out, "0x5\n");
    ck_assert_str_eq(RUN("find", n, "aa", "--count", "2")->out, "0x0\n0x1\n");
    ck_assert_str_eq(RUN("find", n, "hello", "--json")->out, "{\"offset\":5,\"length\":5}\n");
    const struct ran *r = RUN_PRINTS(1, "", "find", n, "nowhere");
    ck_assert_str_eq(r->err, "");
    ck_assert_int_eq(RUN("find", n, "x:zz")->status, 2);
    ck_assert_int_eq(RUN("find", n, "r:(")->status, 2);
    ck_assert_int_eq(RUN("find", n, "300", "--as", "u8")->status, 2);
    ck_assert_int_eq(RUN("find", n, "a", "--count", "0")->status, 2);
    ck_assert_int_eq(RUN("find", n, "a", "--as", "u8", "--regex")->status, 2);
    ck_assert_int_eq(RUN("find", n)->status, 2);
}

/* Matches that lie across the pieces in which the segment is read, and at the edges of holes. */
TEST(finds_across_pieces)
{
    const char *n = run_name("pieces");
    static const size_t at[] = {0, 65533, 262141, 1048573, 1048580, 2097150, 3145000};
    size_t size = 3145728;
    char *bytes = malloc(size);
    char expected[400] = "";
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, '.', size);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        size_t used = strlen(expected);
        memcpy(bytes + at[i], "needle", 6);
        (void)snprintf(expected + used, sizeof expected - used, "0x%zx\n", at[i]);
    }
    run_make(n, bytes, size, size);
    ck_assert_str_eq(RUN("find", n, "needle")->out, expected);
    ck_assert_str_eq(RUN("find", n, "ne+dle", "--regex")->out, expected);
    free(bytes);
    const char *m = run_name("edge");
    run_make(m, "abc", 3, 1 << 26);
    ck_assert_int_eq(RUN("poke", m, "0x1fffffe", "1", "--as", "u16le")->status, 0);
    ck_assert_str_eq(RUN("find", m, "x:0100000000")->out, "0x1fffffe\n");
    ck_assert_str_eq(RUN("find", m, "x:00000001")->out, "0x1fffffb\n");
    ck_assert_str_eq(RUN("find", m, "x:00000000", "--count", "2")->out, "0x3\n0x4\n");
}

SUITE(test_program_cli_ranges, .tear_down = run_end,
      TESTS(saves, holes_stay_holes, differences, what_is_a_hole_in_both_is_not_read, finds,
            finds_across_pieces));
