/* peek: every form of its output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/run.h"
#include "support/suite.h"

/* What hexdump -C says of a file of the same bytes; NULL where it is not installed. */
static const char *reference(const char *name)
{
    static char text[1 << 20];
    char command[600];
    if (system("command -v hexdump >/dev/null") != 0)
        return NULL;
    (void)snprintf(command, sizeof command, "hexdump -C '/dev/shm%s'", name);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    pclose(f);
    return text;
}

static void same_as_hexdump(const void *bytes, size_t n, size_t size)
{
    const char *name = run_name("dump");
    run_make(name, bytes, n, size);
    const char *expected = reference(name);
    const struct ran *r = RUN("peek", name);
    ck_assert_int_eq(r->status, 0);
    ck_assert_str_eq(r->err, "");
    if (expected != NULL)
        ck_assert_str_eq(r->out, expected);
    run_end();
}

TEST(dump_is_hexdump)
{
    unsigned char all[4096];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)(i * 7 + i / 256);
    same_as_hexdump(all, sizeof all, sizeof all);
    same_as_hexdump(all, 1, 1);
    same_as_hexdump(all, 15, 15);
    same_as_hexdump(all, 17, 17);
    same_as_hexdump("", 0, 0);
    same_as_hexdump("", 0, 16);
    same_as_hexdump("", 0, 33);
    same_as_hexdump("", 0, 100000);
    same_as_hexdump(all, 5, 300000);
    memset(all, 'x', 1000);
    same_as_hexdump(all, 3000, 3001);
    memset(all, 0, sizeof all);
    memcpy(all + 100, "text between zeros", 18);
    same_as_hexdump(all, sizeof all, 1 << 20);
}

TEST(dump_of_holes_that_begin_anywhere)
{
    const char *name = run_name("holes");
    unsigned char bytes[5000];
    memset(bytes, 0, sizeof bytes);
    bytes[4999] = 1;
    run_make(name, bytes, sizeof bytes, 70000);
    const struct ran *r = RUN("peek", name, "5", "69000");
    ck_assert_str_eq(r->out, "00000005  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
                             "|................|\n*\n"
                             "00001385  00 00 01 00 00 00 00 00  00 00 00 00 00 00 00 00  "
                             "|................|\n"
                             "00001395  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
                             "|................|\n*\n"
                             "00010d85  00 00 00 00 00 00 00 00                           "
                             "|........|\n00010d8d\n");
}

TEST(no_fold)
{
    const char *name = run_name("fold");
    run_make(name, "", 0, 64);
    const struct ran *r = RUN("peek", name, "--no-fold");
    ck_assert_ptr_null(strchr(r->out, '*'));
    ck_assert_ptr_nonnull(strstr(r->out, "\n00000020  00"));
}

TEST(sparse_is_quick_and_stays_sparse)
{
    const char *name = run_name("sparse");
    char path[600];
    struct stat st;
    run_make(name, "x", 1, (size_t)64 << 30);
    const struct ran *r = RUN("peek", name);
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->out, "*\n1000000000\n"));
    (void)snprintf(path, sizeof path, "/dev/shm%s", name);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_le(st.st_blocks, 8);
}

TEST(numbers)
{
    const char *name = run_name("numbers");
    unsigned char bytes[24] = {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xc0, 0x3f};
    run_make(name, bytes, sizeof bytes, sizeof bytes);
    ck_assert_str_eq(RUN("peek", name, "0", "8", "--as", "u32le")->out, "0x0 1\n0x4 4294967295\n");
    ck_assert_str_eq(RUN("peek", name, "4", "--as", "i32le")->out, "0x4 -1\n");
    ck_assert_str_eq(RUN("peek", name, "8", "--as", "f32le")->out, "0x8 1.5\n");
    ck_assert_str_eq(RUN("peek", name, "0", "--as", "u32be")->out, "0x0 16777216\n");
    ck_assert_str_eq(RUN("peek", name, "0x10", "2", "--as", "u8")->out, "0x10 0\n0x11 0\n");
    ck_assert_str_eq(RUN("peek", name, "end-4", "--as", "u16le")->out, "0x14 0\n");
    ck_assert_str_eq(RUN("peek", name, "1", "--as", "u64le")->out, "0x1 72057594021150720\n");
}

TEST(odd_rest_is_noted)
{
    const char *name = run_name("odd");
    run_make(name, "abcde", 5, 5);
    const struct ran *r = RUN_PRINTS(0, "0x0 25185\n0x2 25699\n", "peek", name, "--as", "u16le");
    ck_assert_ptr_nonnull(strstr(r->err, "left out"));
    r = RUN_PRINTS(2, "", "peek", name, "0", "3", "--as", "u16le");
    ck_assert_ptr_nonnull(strstr(r->err, "multiple"));
}

TEST(history_the_end)
{
    const char *name = run_name("end");
    run_make(name, "abcdefgh", 8, 8);
    const struct ran *r = RUN_PRINTS(2,
                                     "00000004  65 66 67 68                                       "
                                     "|efgh|\n00000008\n",
                                     "peek", name, "4", "100");
    ck_assert_ptr_nonnull(strstr(r->err, "shmlens: peek: posix:/shmlens-test-"));
    ck_assert_ptr_nonnull(strstr(r->err, "past the end"));
    r = RUN_PRINTS(2, "", "peek", name, "9");
    ck_assert_ptr_nonnull(strstr(r->err, "past the end"));
    ck_assert_int_eq(RUN("peek", name, "8")->status, 2);
    r = RUN("peek", name, "6", "--as", "u32");
    ck_assert_int_eq(r->status, 2);
    RUN_PRINTS(2, "0x4 1751606885\n", "peek", name, "4", "8", "--as", "u32le");
    RUN_PRINTS(2, "abcdefgh", "peek", name, "0", "99", "--raw");
    r = RUN("peek", name, "2", "--as", "u16", "--raw"); /* the bytes of one value */
    ck_assert_int_eq(r->status, 0);
    ck_assert_str_eq(r->out, "cd");
    ck_assert_int_eq(RUN("peek", name, "0", "3", "--as", "u16", "--raw")->status, 2);
    ck_assert_int_eq(RUN("peek", name, "--raw", "--json")->status, 2);
}

TEST(empty_segment)
{
    const char *name = run_name("empty");
    run_make(name, "", 0, 0);
    RUN_PRINTS(0, "", "peek", name);
    ck_assert_int_eq(RUN("peek", name, "1")->status, 2);
}

TEST(texts)
{
    const char *name = run_name("text");
    const char bytes[] = "Gr\xc3\xbc\xc3\x9f"
                         "e\tA\nB\x1b[31m\xff\xe2\x80\xaex\\y\0behind";
    run_make(name, bytes, sizeof bytes, sizeof bytes);
    ck_assert_str_eq(RUN("peek", name, "--as", "utf8")->out,
                     "Gr\xc3\xbc\xc3\x9f"
                     "e\tA\nB\\x1b[31m\\xff\\xe2\\x80\\xaex\\y\n");
    const struct ran *r = RUN("peek", name, "0", "4", "--as", "latin1");
    ck_assert_str_eq(r->out, "Gr\xc3\x83\xc2\xbc\n");
    ck_assert_str_eq(RUN("peek", name, "0", "4", "--as", "ascii")->out, "Gr\\xc3\\xbc\n");
    r = RUN("peek", name, "--as", "utf8", "--all");
    ck_assert_ptr_nonnull(strstr(r->out, "y\\x00behind\\x00\n"));
}

TEST(text_of_utf16)
{
    const char *name = run_name("utf16");
    const char bytes[] = "H\0\x3d\xd8\x00\xde\x00\xd8!\0\0\0z\0";
    run_make(name, bytes, sizeof bytes - 1, sizeof bytes - 1);
    ck_assert_str_eq(RUN("peek", name, "--as", "utf16le")->out, "H\xf0\x9f\x98\x80\\x00\\xd8!\n");
}

/* A character that lies across the pieces in which peek reads. */
TEST(long_text)
{
    const char *name = run_name("long");
    size_t n = 700001;
    char *bytes = malloc(n + 2);
    ck_assert_ptr_nonnull(bytes);
    bytes[0] = 'a';
    for (size_t i = 1; i + 1 < n; i += 2)
        memcpy(bytes + i, "\xc3\xbc", 2);
    bytes[n] = '\n';
    bytes[n + 1] = '\0';
    run_make(name, bytes, n, n);
    const struct ran *r = RUN("peek", name, "--as", "utf8");
    ck_assert_int_eq((int)r->out_size, (int)n + 1);
    ck_assert_int_eq(memcmp(r->out, bytes, n + 1), 0);
    free(bytes);
}

/* More numbers than are printed at once, as lines and as JSON. */
TEST(many_numbers)
{
    enum { MANY = 5000 };
    static uint32_t values[MANY];
    char line[64];
    uint32_t x = 1;
    for (size_t i = 0; i < MANY; i++)
        values[i] = (x = x * 1664525 + 1013904223) >> (i % 33 < 32 ? i % 33 : 0);
    const char *name = run_name("many");
    run_make(name, values, sizeof values, sizeof values);
    json_t *o = run_json(RUN("peek", name, "--as", "u32", "--json"));
    json_t *list = json_object_get(o, "values");
    ck_assert_uint_eq(json_array_size(list), MANY);
    for (size_t i = 0; i < MANY; i++)
        ck_assert_int_eq(json_integer_value(json_array_get(list, i)), values[i]);
    json_decref(o);
    const char *at = RUN("peek", name, "--as", "u32")->out;
    for (size_t i = 0; i < MANY; i++) {
        int n = snprintf(line, sizeof line, "0x%zx %u\n", i * 4, (unsigned)values[i]);
        ck_assert_msg(strncmp(at, line, (size_t)n) == 0, "line %zu", i);
        at += n;
    }
    ck_assert_str_eq(at, "");
    run_end();
}

TEST(json)
{
    const char *name = run_name("json");
    unsigned char bytes[24] = {1,    2,    3, 4, 5,    6,    7, 8, 0, 0,
                               0xc0, 0x7f, 0, 0, 0x80, 0xff, 0, 0, 0, 0x80};
    run_make(name, bytes, sizeof bytes, sizeof bytes);
    json_t *o = run_json(RUN("peek", name, "0", "4", "--json"));
    ck_assert_int_eq(json_integer_value(json_object_get(o, "format")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(o, "view")), "hex");
    ck_assert_str_eq(json_string_value(json_object_get(o, "values")), "01020304");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "length")), 4);
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(o, "locator")), "posix:/"));
    json_decref(o);
    o = run_json(RUN("peek", name, "8", "8", "--json", "--as", "f32le"));
    json_t *values = json_object_get(o, "values");
    ck_assert_str_eq(json_string_value(json_array_get(values, 0)), "NaN");
    ck_assert_str_eq(json_string_value(json_array_get(values, 1)), "-Infinity");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "offset")), 8);
    json_decref(o);
    o = run_json(RUN("peek", name, "8", "4", "--json")); /* which NaN it is */
    ck_assert_str_eq(json_string_value(json_object_get(o, "values")), "0000c07f");
    json_decref(o);
    o = run_json(RUN("peek", name, "16", "4", "--json", "--as", "f32le"));
    double zero = json_number_value(json_array_get(json_object_get(o, "values"), 0));
    ck_assert(zero == 0 && signbit(zero)); /* -0 */
    json_decref(o);
    o = run_json(RUN("peek", name, "0", "--json", "--as", "u64le"));
    values = json_object_get(o, "values");
    ck_assert_str_eq(json_string_value(json_array_get(values, 0)), "578437695752307201");
    json_decref(o);
    o = run_json(RUN("peek", name, "0", "4", "--json", "--as", "u16le"));
    values = json_object_get(o, "values");
    ck_assert_int_eq(json_integer_value(json_array_get(values, 1)), 1027);
    json_decref(o);
    o = run_json(RUN("peek", name, "0", "8", "--json", "--as", "utf8"));
    ck_assert_str_eq(json_string_value(json_object_get(o, "values")),
                     "\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08");
    json_decref(o);
}

TEST(bad_words)
{
    const char *name = run_name("bad");
    run_make(name, "abc", 3, 3);
    static const char *const wrong[][4] = {
        {"12Q", NULL},         {"-1", NULL},      {"0", "x", NULL},     {"", NULL},
        {"--as", "u33", NULL}, {"--bogus", NULL}, {"0", "1", "2", NULL}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *words[8] = {"peek", name};
        for (size_t k = 0; wrong[i][k] != NULL; k++)
            words[2 + k] = wrong[i][k];
        const struct ran *r = run_words(words, NULL, false);
        ck_assert_msg(r->status == 2, "case %zu: %d %s", i, r->status, r->err);
        ck_assert_int_eq(strncmp(r->err, "shmlens: peek: ", 15), 0);
        ck_assert_str_eq(r->out, "");
    }
    const struct ran *r = RUN("peek", "/shmlens-nope");
    ck_assert_int_eq(r->status, 2);
    ck_assert_str_eq(r->err, "shmlens: peek: posix:/shmlens-nope: no such segment (shm_open: No "
                             "such file or directory)\n");
}

TEST(no_permission)
{
    const char *name = run_name("denied");
    run_make(name, "abc", 3, 3);
    const struct ran *r = RUN_NOBODY("peek", name);
    if (r != NULL) {
        ck_assert_int_eq(r->status, 2);
        ck_assert_ptr_nonnull(strstr(r->err, "no permission to read it (shm_open: Permission "));
    }
}

TEST(calls)
{
    const char *name = run_name("calls");
    run_make(name, "abc", 3, 3);
    const struct ran *r = RUN("peek", name, "--calls");
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->err, "shm_open(\"/shmlens-test-"));
    ck_assert_ptr_nonnull(strstr(r->err, "O_RDONLY"));
}

TEST(a_full_disk_is_an_error)
{
    const char *name = run_name("full");
    char command[1200];
    run_make(name, "abc", 3, 3);
    (void)snprintf(command, sizeof command, "%s peek %s >/dev/full 2>%s", SHMLENS_BINARY, name,
                   run_path("err"));
    int status = system(command);
    ck_assert_int_eq(status >> 8, 2);
}

SUITE(test_program_cli_peek, .tear_down = run_end,
      TESTS(dump_is_hexdump, dump_of_holes_that_begin_anywhere, no_fold,
            sparse_is_quick_and_stays_sparse, numbers, odd_rest_is_noted, history_the_end,
            empty_segment, texts, text_of_utf16, long_text, many_numbers, json, bad_words,
            no_permission, calls, a_full_disk_is_an_error));
