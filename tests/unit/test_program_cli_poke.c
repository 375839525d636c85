/* poke, fill and load: what they store, and what they refuse before the first store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run.h"
#include "support/suite.h"

static const char *fresh(const char *name, size_t size)
{
    const char *full = run_name(name);
    run_make(full, "", 0, size);
    return full;
}

static void holds(const char *name, size_t at, const void *bytes, size_t n)
{
    const unsigned char *p = run_bytes(name, NULL);
    ck_assert_ptr_nonnull(p);
    ck_assert_mem_eq(p + at, bytes, n);
}

TEST(stores)
{
    const char *n = fresh("stores", 256);
    const struct ran *r = RUN_PRINTS(0, "", "poke", n, "0", "1", "2", "0xff", "--as", "u16le");
    ck_assert_str_eq(r->err, "");
    holds(n, 0, "\1\0\2\0\xff\0\0", 7);
    ck_assert_int_eq(RUN("poke", n, "0x10", "de", "ad", "beef", "--as", "hex")->status, 0);
    holds(n, 16, "\xde\xad\xbe\xef\0", 5);
    ck_assert_int_eq(RUN("poke", n, "0x21", "de", "ad", "be", "--as", "hex")->status, 0);
    holds(n, 0x20, "\0\xde\xad\xbe\0", 5);
    ck_assert_int_eq(RUN("poke", n, "end-8", "1.5", "--as", "f64le")->status, 0);
    holds(n, 248, "\0\0\0\0\0\0\xf8\x3f", 8);
    ck_assert_int_eq(RUN("poke", n, "0x41", "-2", "--as", "i32be")->status, 0);
    holds(n, 0x40, "\0\xff\xff\xff\xfe\0", 6);
    ck_assert_int_eq(RUN("poke", "--as", "i8", n, "--", "0x50", "-1")->status, 0);
    holds(n, 0x50, "\xff\0", 2);
}

TEST(texts)
{
    const char *n = fresh("texts", 64);
    run_bytes(n, NULL);
    ck_assert_int_eq(RUN("fill", n, "0", "64", "0x2a")->status, 0);
    ck_assert_int_eq(RUN("poke", n, "0", "h\xc3\xa4", "--as", "utf8")->status, 0);
    holds(n, 0, "h\xc3\xa4*", 4);
    ck_assert_int_eq(RUN("poke", n, "8", "h\xc3\xa4", "--as", "utf16le", "--z")->status, 0);
    holds(n, 8, "h\0\xe4\0\0\0*", 7);
    ck_assert_int_eq(RUN("poke", n, "16", "h\xc3\xa4", "--as", "latin1", "--z")->status, 0);
    holds(n, 16, "h\xe4\0*", 4);
    const struct ran *r = RUN("poke", n, "24", "\xe2\x82\xac", "--as", "latin1");
    ck_assert_int_eq(r->status, 2);
    holds(n, 24, "****", 4);
    ck_assert_int_eq(RUN("poke", n, "24", "two", "words", "--as", "utf8")->status, 2);
    ck_assert_int_eq(RUN("poke", n, "24", "1", "--as", "u8", "--z")->status, 2);
    ck_assert_str_eq(RUN("peek", n, "8", "--as", "utf16le")->out, "h\xc3\xa4\n");
}

TEST(expect)
{
    const char *n = fresh("expect", 64);
    ck_assert_int_eq(RUN("poke", n, "8", "7", "--as", "u32", "--expect", "0")->status, 0);
    const struct ran *r = RUN("poke", n, "8", "9", "--as", "u32", "--expect", "0");
    ck_assert_int_eq(r->status, 1);
    ck_assert_ptr_nonnull(strstr(r->err, "0x8 holds 7, not 0"));
    holds(n, 8, "\7", 1);
    RUN_FAILS("multiple", "poke", n, "9", "9", "--as", "u32", "--expect", "0");
    ck_assert_int_eq(RUN("poke", n, "0", "1", "2", "--as", "u8", "--expect", "0")->status, 2);
    ck_assert_int_eq(RUN("poke", n, "0", "1", "--as", "u8", "--expect", "300")->status, 2);
    ck_assert_int_eq(RUN("poke", n, "0", "abc", "--as", "utf8", "--expect", "xyz")->status, 2);
    holds(n, 0, "\0\0\0\0\0\0\0\0\7", 9);
    ck_assert_int_eq(RUN("poke", n, "16", "-1", "--as", "i64", "--expect", "0")->status, 0);
    ck_assert_int_eq(RUN("poke", n, "16", "0", "--as", "i64", "--expect", "-1")->status, 0);
}

/* Nothing of a line is stored when any part of it is wrong. */
TEST(all_or_nothing)
{
    const char *n = fresh("nothing", 16);
    static const char *const wrong[][6] = {
        {"0", "1", "256", "--as", "u8"},
        {"0", "1", "x", "--as", "u8"},
        {"0", "12Q", "--as", "u32"},
        {"0", "abc", "--as", "hex"},
        {"0", "zz", "--as", "hex"},
        {"0", "1", "--as", "u99"},
        {"15", "1", "2", "--as", "u8"},
        {"16", "1", "--as", "u8"},
        {"13", "1", "--as", "u32"},
        {"99", "1", "--as", "u8"},
        {"0", "1"},
        {"0", "12345678901234567", "--as", "utf8"},
        {"18446744073709551615", "1", "--as", "u8"},
        {"-1", "1", "--as", "u8"},
        {"0", "-129", "--as", "i8"},
        {"0", "1e999", "--as", "f64"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *words[10] = {"poke", n};
        for (size_t k = 0; k < 6 && wrong[i][k] != NULL; k++)
            words[2 + k] = wrong[i][k];
        const struct ran *r = run_words(words, NULL, false);
        ck_assert_msg(r->status == 2, "case %zu: %d %s", i, r->status, r->err);
        ck_assert_int_eq(strncmp(r->err, "shmlens: poke: ", 15), 0);
        holds(n, 0, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        size_t size = 0;
        (void)run_bytes(n, &size);
        ck_assert_uint_eq(size, 16);
    }
}

TEST(no_permission)
{
    const char *n = fresh("denied", 16);
    char path[600];
    (void)snprintf(path, sizeof path, "chmod 444 /dev/shm%s", n);
    ck_assert_int_eq(system(path), 0);
    const struct ran *r = RUN_NOBODY("poke", n, "0", "1", "--as", "u8");
    if (r != NULL) {
        ck_assert_int_eq(r->status, 2);
        ck_assert_ptr_nonnull(strstr(r->err, "no permission to write to it"));
        ck_assert_int_eq(RUN_NOBODY("peek", n)->status, 0);
    }
}

TEST(fills)
{
    const char *n = fresh("fills", 64);
    ck_assert_int_eq(RUN("fill", n, "1", "3", "0xaa")->status, 0);
    holds(n, 0, "\0\xaa\xaa\xaa\0", 5);
    const struct ran *r = RUN("fill", n, "60", "5", "1");
    ck_assert_int_eq(r->status, 2);
    holds(n, 60, "\0\0\0\0", 4);
    ck_assert_int_eq(RUN("fill", n, "0", "1", "256")->status, 2);
    ck_assert_int_eq(RUN("fill", n, "0", "1", "-1")->status, 2);
    ck_assert_int_eq(RUN("fill", n, "0", "1")->status, 2);
    ck_assert_int_eq(RUN("fill", n, "64", "1", "1")->status, 2);
    holds(n, 0, "\0\xaa\xaa\xaa\0", 5);
}

static const char *file_of(const char *name, const char *bytes, size_t n)
{
    const char *path = run_path(name);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    fclose(f);
    return path;
}

TEST(loads)
{
    const char *n = fresh("loads", 8);
    const char *five = file_of("five", "12345", 5);
    const char *nine = file_of("nine", "123456789", 9);
    ck_assert_int_eq(RUN("load", n, five, "2")->status, 0);
    holds(n, 0,
          "\0\0"
          "12345\0",
          8);
    RUN_FAILS("larger", "load", n, nine);
    ck_assert_int_eq(RUN("load", n, five, "4")->status, 2);
    ck_assert_int_eq(RUN("load", n, five, "9")->status, 2);
    ck_assert_int_eq(RUN("load", n, run_path("missing"))->status, 2);
    ck_assert_int_eq(RUN_INPUT("123456789", "load", n, "-")->status, 2);
    holds(n, 0,
          "\0\0"
          "12345\0",
          8);
    ck_assert_int_eq(RUN_INPUT("abc", "load", n, "-", "end-3")->status, 0);
    holds(n, 5, "abc", 3);
    /* says that it has 0 bytes */
    ck_assert_int_eq(RUN("load", n, "/proc/sys/kernel/ostype")->status, 0);
    holds(n, 0, "Linux\n", 6);
}

SUITE(test_program_cli_poke, .tear_down = run_end,
      TESTS(stores, texts, expect, all_or_nothing, no_permission, fills, loads));
