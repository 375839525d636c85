/* What is typed into find: which bytes it becomes, and what is refused. */
#include <stdio.h>
#include <string.h>

#include "core/find/find.h"
#include "support/suite.h"

static char why[FIND_WHY_MAX];

/* A pattern as typed and the bytes that it is. */
struct typed {
    const char *pattern;
    const char *bytes;
    size_t size;
};

#define TYPED(pattern, bytes)             \
    {                                     \
        pattern, bytes, sizeof(bytes) - 1 \
    }

static const struct typed typed[] = {
    TYPED("hello", "hello"),
    TYPED("a:b", "a:b"),
    TYPED(":x", ":x"),
    TYPED("http://x", "http://x"),
    TYPED("U32:1", "U32:1"),
    TYPED("ii:1", "ii:1"),
    TYPED("utf8:i:x", "i:x"),
    TYPED("\xc3\xa9", "\xc3\xa9"),
    TYPED("x:de ad be ef", "\xde\xad\xbe\xef"),
    TYPED("x:DEADbeef", "\xde\xad\xbe\xef"),
    TYPED("hex:00 01", "\x00\x01"),
    TYPED("u8:255", "\xff"),
    TYPED("i8:-1", "\xff"),
    TYPED("i8:0xff", "\xff"),
    TYPED("u16le:0x1234", "\x34\x12"),
    TYPED("u16be:0x1234", "\x12\x34"),
    TYPED("i16be:-2", "\xff\xfe"),
    TYPED("u32le:100", "\x64\x00\x00\x00"),
    TYPED("u32be:100", "\x00\x00\x00\x64"),
    TYPED("i32le:-1", "\xff\xff\xff\xff"),
    TYPED("u64be:1K", "\x00\x00\x00\x00\x00\x00\x04\x00"),
    TYPED("i64le:-2", "\xfe\xff\xff\xff\xff\xff\xff\xff"),
    TYPED("f32be:1.5", "\x3f\xc0\x00\x00"),
    TYPED("f64be:1.5", "\x3f\xf8\x00\x00\x00\x00\x00\x00"),
    TYPED("f64le:-2", "\x00\x00\x00\x00\x00\x00\x00\xc0"),
    TYPED("bits:10000001", "\x81"),
    TYPED("ascii:a:b", "a:b"),
    TYPED("latin1:\xc3\xa9", "\xe9"),
    TYPED("utf8:\xc3\xa9", "\xc3\xa9"),
    TYPED("utf16le:hi", "h\0i\0"),
    TYPED("utf16be:hi", "\0h\0i"),
    TYPED("utf16be:42", "\0"
                        "4\0"
                        "2"),
    TYPED("u16le:hi", "h\0i\0"),
    TYPED("u16be:hi", "\0h\0i"),
    TYPED("u16be:12Q", "\0"
                       "1\0"
                       "2\0"
                       "Q"),
    TYPED("u16be:\xf0\x9f\x98\x80", "\xd8\x3d\xde\x00"),
    TYPED("u16be: 1", "\0 \0"
                      "1"),
};

TEST_LOOP(what_is_typed, SUITE_ROWS(typed))
{
    uint8_t buffer[64] = {0};
    const struct typed *t = &typed[_i];
    struct find *f = find_compile(t->pattern, why);
    ck_assert_msg(f != NULL, "%s: %s", t->pattern, why);
    ck_assert_msg(find_length(f) == t->size, "%s", t->pattern);
    memset(buffer, 0xa5, sizeof buffer);
    memcpy(buffer + 9, t->bytes, t->size);
    size_t length = 0;
    ck_assert_msg(find_next(f, buffer, sizeof buffer, 0, true, &length) == 9, "%s", t->pattern);
    ck_assert_uint_eq(find_prev(f, buffer, sizeof buffer, sizeof buffer, &length), 9);
    ck_assert_uint_eq(find_prev(f, buffer, sizeof buffer, 9, &length), SIZE_MAX);
    find_free(f);
}

/* With `i:` letters of ASCII match in both cases, and nothing else does. */
static const struct {
    const char *pattern, *matches, *other;
    size_t size;
} any_case[] = {
    {"i:Hello", "hELLO", "hell0", 5},
    {"i:hello", "HELLO", "Hellp", 5},
    {"i:a1[@", "A1[@", "A1{@", 4},
    {"i:a1[@", "a1[@", "a1[`", 4},
    {"i:42", "42", "\x14\x12", 2},
    {"i:\xc3\xa9T", "\xc3\xa9t", "\xc3\x89t", 3},
    {"i:utf8:a:B", "A:b", "A:c", 3},
    {"i:http://X", "HTTP://x", "HTTP.//x", 8},
    {"i:u16le:Hi", "h\0I\0", "h\0\0I", 4},
    {"i:utf16be:Hi", "\0h\0I", "h\0I\0", 4},
    {"i:utf16le:\xe4\x84\x80", "\x00\x41", "\x00\x61", 2}, /* U+4100: no letter of ASCII */
};

TEST_LOOP(any_case_of_letters, SUITE_ROWS(any_case))
{
    uint8_t buffer[32];
    size_t n = any_case[_i].size, length = 0;
    struct find *f = find_compile(any_case[_i].pattern, why);
    ck_assert_msg(f != NULL, "%s: %s", any_case[_i].pattern, why);
    ck_assert_uint_eq(find_length(f), n);
    memset(buffer, 0xa5, sizeof buffer);
    memcpy(buffer + 3, any_case[_i].other, n);
    memcpy(buffer + 15, any_case[_i].matches, n);
    ck_assert_uint_eq(find_next(f, buffer, sizeof buffer, 0, true, &length), 15);
    find_free(f);
}

/* Every view by its own name, in both directions: what it parses is what is found. */
TEST(every_view)
{
    size_t count = 0;
    const struct view *views = view_table(&count);
    ck_assert_uint_gt(count, 20);
    for (size_t i = 0; i < count; i++) {
        const char *value = views[i].kind == VIEW_BITS ? "01000001" : "41";
        uint8_t bytes[16], buffer[64];
        char reason[VIEW_WHY_MAX], pattern[64];
        size_t size = 0, length;
        ck_assert_ptr_null(view_parse(&views[i], value, bytes, sizeof bytes, &size, reason));
        snprintf(pattern, sizeof pattern, "%s:%s", views[i].name, value);
        memset(buffer, 0xa5, sizeof buffer);
        memcpy(buffer + 21, bytes, size);
        struct find *f[2] = {find_compile(pattern, why), find_compile_view(&views[i], value, why)};
        for (int k = 0; k < 2; k++) {
            ck_assert_msg(f[k] != NULL, "%s: %s", pattern, why);
            ck_assert_msg(find_next(f[k], buffer, sizeof buffer, 0, true, &length) == 21, "%s",
                          pattern);
            ck_assert_uint_eq(length, size);
            find_free(f[k]);
        }
    }
}

TEST(machine_order)
{
    const uint16_t number = 0x1234;
    const struct view *v = view_find("u16");
    uint8_t bytes[4] = {0}, text[2] = {v->big ? 0 : 'A', v->big ? 'A' : 0};
    size_t length;
    memcpy(bytes + 1, &number, 2);
    struct find *f = find_compile("u16:4660", why);
    ck_assert_uint_eq(find_next(f, bytes, 4, 0, true, &length), 1);
    find_free(f);
    f = find_compile("u16:A", why);
    ck_assert_uint_eq(find_next(f, text, 2, 0, true, &length), 0);
    find_free(f);
}

static const char *const refused[] = {
    "",
    "x:",
    "x:?? ??",
    "x:????",
    "x:1",
    "x:1 2",
    "x:gg",
    "x:12?",
    "u8:",
    "u8:256",
    "u8:-1",
    "u8:zz",
    "u32:1 2",
    "u16:70000",
    "u16:",
    "i8:128",
    "f64:x",
    "r:",
    "r:(",
    "r:[a",
    "r:(*UTF)a",
    "ascii:",
    "hex:",
    "bits:2",
    "ascii:\xc3\xa9",
    "utf16le:",
    "r:a{2,1}",
    "u64:18446744073709551616",
    "hex:1\x1b",
    "i:",
    "i:x:41",
    "i:r:a",
    "i:u32:1",
    "i:u16:1",
};

TEST_LOOP(what_is_refused, SUITE_ROWS(refused))
{
    memset(why, 0, sizeof why);
    struct find *f = find_compile(refused[_i], why);
    ck_assert_msg(f == NULL, "%s", refused[_i]);
    ck_assert_uint_gt(strlen(why), 0);
    for (const char *c = why; *c; c++)
        ck_assert_msg((unsigned char)*c >= ' ' && *c != 0x7f, "%s", refused[_i]);
}

TEST(zeros)
{
    static const struct {
        const char *pattern;
        bool zero;
    } rows[] = {
        {"x:00", true},       {"x:00 ?? 00", true}, {"x:?0", true},      {"x:00 01", false},
        {"u64:0", true},      {"f64:0", true},      {"f64:-0.0", false}, {"a", false},
        {"r:\\x00{9}", true}, {"r:a\\x00", false},  {"r:(?s).", true},   {"u16:A", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct find *f = find_compile(rows[i].pattern, why);
        ck_assert_msg(f != NULL, "%s", rows[i].pattern);
        ck_assert_msg(find_matches_zero(f) == rows[i].zero, "%s", rows[i].pattern);
        find_free(f);
    }
}

SUITE(test_core_find_typed,
      TESTS(what_is_typed, any_case_of_letters, every_view, machine_order, what_is_refused, zeros));
