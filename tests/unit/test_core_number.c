/* core/number: what is a number, what is not, and that printed floats read back. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/number.h"
#include "support/suite.h"

TEST(whole_numbers)
{
    static const struct {
        const char *text;
        uint64_t magnitude;
        bool negative, hex;
    } rows[] = {
        {"0", 0, false, false},
        {"64", 64, false, false},
        {"010", 10, false, false},
        {"0x40", 64, false, true},
        {"0XfF", 255, false, true},
        {"0b1000000", 64, false, true},
        {"0o100", 64, false, true},
        {"-5", 5, true, false},
        {"-0", 0, false, false},
        {"-0x80", 128, true, true},
        {"1K", 1024, false, false},
        {"1KiB", 1024, false, false},
        {"2M", 2097152, false, false},
        {"2MiB", 2097152, false, false},
        {"3G", UINT64_C(3221225472), false, false},
        {"3GiB", UINT64_C(3221225472), false, false},
        {"4T", UINT64_C(4398046511104), false, false},
        {"4TiB", UINT64_C(4398046511104), false, false},
        {"0x10K", 16384, false, true},
        {"0T", 0, false, false},
        {"18446744073709551615", UINT64_MAX, false, false},
        {"00000000000000000000000000001", 1, false, false},
        {"0xffffffffffffffff", UINT64_MAX, false, true},
        {"16777215T", UINT64_C(16777215) << 40, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct number n;
        ck_assert_msg(number_parse(rows[i].text, &n) == NUM_OK, "%s", rows[i].text);
        ck_assert_msg(n.magnitude == rows[i].magnitude, "%s", rows[i].text);
        ck_assert_msg(n.negative == rows[i].negative, "%s", rows[i].text);
        ck_assert_msg(n.hex == rows[i].hex, "%s", rows[i].text);
    }
}

TEST(not_whole_numbers)
{
    static const char *const syntax[] = {
        "12Q", "0x",  "0b",  "0o",  "0b2",  "0o8", "1 2", " 1",   "1 ",   "+1",
        "-",   "--1", "1.5", "1e3", "K",    "KiB", "1KB", "1k",   "1Ki",  "1KiBx",
        "0xg", "x40", "1KK", "ff",  "\xff", "1\n", "-x1", "0x-1", "1Kib", "18446744073709551616Q",
    };
    static const char *const range[] = {
        "18446744073709551616",  "0x10000000000000000",   "16777216T",
        "99999999999999999999K", "-18446744073709551616",
    };
    struct number n;
    for (size_t i = 0; i < COUNT(syntax); i++)
        ck_assert_msg(number_parse(syntax[i], &n) == NUM_SYNTAX, "%s", syntax[i]);
    for (size_t i = 0; i < COUNT(range); i++)
        ck_assert_msg(number_parse(range[i], &n) == NUM_RANGE, "%s", range[i]);
    ck_assert_int_eq(number_parse("", &n), NUM_EMPTY);
    uint64_t v = 7;
    ck_assert_int_eq(number_u64("-1", 10, &v), NUM_RANGE);
    ck_assert_int_eq(number_u64("11", 10, &v), NUM_RANGE);
    ck_assert_int_eq(number_u64("1x", 10, &v), NUM_SYNTAX);
    ck_assert_uint_eq(v, 7);
    ck_assert_int_eq(number_u64("10", 10, &v), NUM_OK);
    ck_assert_uint_eq(v, 10);
    ck_assert_int_eq(number_u64("-0", 10, &v), NUM_OK);
    ck_assert_uint_eq(v, 0);
}

TEST(modes)
{
    uint32_t mode = 1;
    ck_assert_int_eq(number_mode("644", &mode), NUM_OK);
    ck_assert_uint_eq(mode, 0644);
    ck_assert_int_eq(number_mode("0600", &mode), NUM_OK);
    ck_assert_uint_eq(mode, 0600);
    ck_assert_int_eq(number_mode("0o7777", &mode), NUM_OK);
    ck_assert_uint_eq(mode, 07777);
    ck_assert_int_eq(number_mode("0", &mode), NUM_OK);
    ck_assert_uint_eq(mode, 0);
    ck_assert_int_eq(number_mode("", &mode), NUM_EMPTY);
    ck_assert_int_eq(number_mode("10000", &mode), NUM_RANGE);
    ck_assert_int_eq(number_mode("77777777777777777777777777", &mode), NUM_RANGE);
    static const char *const syntax[] = {"8", "68", "-1", "0x1ff", "rw", "0o", "644 ", "6K", "u+w"};
    for (size_t i = 0; i < COUNT(syntax); i++)
        ck_assert_msg(number_mode(syntax[i], &mode) == NUM_SYNTAX, "%s", syntax[i]);
}

TEST(durations)
{
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = {
        {"0", 0},
        {"250us", 250000},
        {"250ms", 250000000},
        {"1.5s", 1500000000},
        {".5s", 500000000},
        {"2m", INT64_C(120000000000)},
        {"1h", INT64_C(3600000000000)},
        {"3d", INT64_C(259200000000000)},
        {"0s", 0},
        {"0.1s", 100000000},
        {"0.001us", 1},
        {"0.0009us", 0},
        {"0.5d", INT64_C(43200000000000)},
        {"1.123456789s", 1123456789},
        {"1.1234567899999999999999999999999999s", 1123456789},
        {"9223372036.854775807s", INT64_MAX},
        {"106751d", INT64_C(106751) * INT64_C(86400000000000)},
    };
    static const char *const syntax[] = {
        "1",   "5.",   ".s",   "1.s",  "s",
        "-1s", "+1s",  "1 s",  "1s ",  "1sec",
        "1ns", "1e3s", "1,5s", "0x1s", "1.5.5s",
        "1S",  "0.0",  "inf",  "nan",  "99999999999999999999q",
    };
    static const char *const range[] = {"9223372036.854775808s", "106752d", "9223372036854775808us",
                                        "99999999999999999999999s"};
    int64_t ns = -1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ck_assert_msg(number_duration(rows[i].text, &ns) == NUM_OK, "%s", rows[i].text);
        ck_assert_msg(ns == rows[i].ns, "%s: %" PRId64, rows[i].text, ns);
    }
    for (size_t i = 0; i < COUNT(syntax); i++)
        ck_assert_msg(number_duration(syntax[i], &ns) == NUM_SYNTAX, "%s", syntax[i]);
    for (size_t i = 0; i < COUNT(range); i++)
        ck_assert_msg(number_duration(range[i], &ns) == NUM_RANGE, "%s", range[i]);
    ck_assert_int_eq(number_duration("", &ns), NUM_EMPTY);
}

/* With the marks a = 7, head = 64 and z = 2^64-1. */
static enum num_status offset(const char *s, bool relative, uint64_t *out)
{
    static const struct marks marks = {
        3, {{.name = "a", .offset = 7}, {.name = "head", .offset = 64}, {"z", "", UINT64_MAX}}};
    struct offset_base base = {.size = 1000, .cursor = 100, .marks = &marks, .relative = relative};
    return number_offset(s, &base, out);
}

struct offset_row {
    const char *text;
    bool relative;
    enum num_status status;
    uint64_t value;
};

static void expect_offsets(const struct offset_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t v = 0;
        enum num_status status = offset(rows[i].text, rows[i].relative, &v);
        ck_assert_msg(status == rows[i].status, "%s: %d", rows[i].text, (int)status);
        ck_assert_msg(v == rows[i].value, "%s: %" PRIu64, rows[i].text, v);
    }
}

TEST(offsets)
{
    static const struct offset_row rows[] = {
        {"0", false, NUM_OK, 0},
        {"0x40", true, NUM_OK, 64},
        {"4K", false, NUM_OK, 4096},
        {"end", false, NUM_OK, 1000},
        {"end-16", false, NUM_OK, 984},
        {"end-0x10", true, NUM_OK, 984},
        {"end-1000", false, NUM_OK, 0},
        {"end-1001", false, NUM_RANGE, 0},
        {"end--1", false, NUM_SYNTAX, 0},
        {"end-", false, NUM_SYNTAX, 0},
        {"end+1", false, NUM_SYNTAX, 0},
        {"ending", false, NUM_SYNTAX, 0},
        {"en", false, NUM_SYNTAX, 0},
        {"+16", true, NUM_OK, 116},
        {"-16", true, NUM_OK, 84},
        {"-100", true, NUM_OK, 0},
        {"-101", true, NUM_RANGE, 0},
        {"+18446744073709551515", true, NUM_OK, UINT64_MAX},
        {"+18446744073709551516", true, NUM_RANGE, 0},
        {"+-1", true, NUM_SYNTAX, 0},
        {"--1", true, NUM_SYNTAX, 0},
        {"+", true, NUM_SYNTAX, 0},
        {"-", true, NUM_SYNTAX, 0},
        {"+16", false, NUM_SYNTAX, 0},
        {"-16", false, NUM_RANGE, 0},
        {"%50", true, NUM_OK, 500},
        {"%0", true, NUM_OK, 0},
        {"%100", true, NUM_OK, 1000},
        {"%101", true, NUM_RANGE, 0},
        {"%", true, NUM_SYNTAX, 0},
        {"%-1", true, NUM_SYNTAX, 0},
        {"%50", false, NUM_SYNTAX, 0},
        {"", true, NUM_EMPTY, 0},
        {"1x", false, NUM_SYNTAX, 0},
    };
    expect_offsets(rows, COUNT(rows));
}

TEST(offsets_of_marks)
{
    static const struct offset_row rows[] = {
        {"'a", true, NUM_OK, 7},        {"'z", true, NUM_OK, UINT64_MAX},
        {"'b", true, NUM_SYNTAX, 0},    {"'A", true, NUM_SYNTAX, 0},
        {"'", true, NUM_SYNTAX, 0},     {"'ab", true, NUM_SYNTAX, 0},
        {"'a", false, NUM_SYNTAX, 0},   {"'a+8", true, NUM_OK, 15},
        {"'z+1", true, NUM_RANGE, 0},   {"head", true, NUM_OK, 64},
        {"'head", true, NUM_OK, 64},    {"head+0x10", true, NUM_OK, 80},
        {"head-64", true, NUM_OK, 0},   {"head-65", true, NUM_RANGE, 0},
        {"head+", true, NUM_SYNTAX, 0}, {"head--1", true, NUM_SYNTAX, 0},
        {"heads", true, NUM_SYNTAX, 0}, {"a", true, NUM_SYNTAX, 0},
        {"head", false, NUM_SYNTAX, 0},
    };
    expect_offsets(rows, COUNT(rows));
}

TEST(offsets_of_huge_segments)
{
    struct offset_base huge = {.size = UINT64_MAX, .relative = true};
    uint64_t v = 0;
    ck_assert_int_eq(number_offset("%100", &huge, &v), NUM_OK);
    ck_assert_uint_eq(v, UINT64_MAX);
    ck_assert_int_eq(number_offset("%50", &huge, &v), NUM_OK);
    ck_assert_uint_eq(v, UINT64_MAX / 2);
    ck_assert_int_eq(number_offset("'a", &huge, &v), NUM_SYNTAX);
}

TEST(sizes)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0 B"},
        {56, "56 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {4096, "4 KiB"},
        {4097, "4.0 KiB"},
        {1536, "1.5 KiB"},
        {64512, "63 KiB"},
        {65536, "64 KiB"},
        {102400, "100 KiB"},
        {1048575, "1.0 MiB"},
        {1048576, "1 MiB"},
        {1572864, "1.5 MiB"},
        {326107136, "311 MiB"},
        {UINT64_C(1288490188), "1.2 GiB"},
        {UINT64_C(68719476736), "64 GiB"},
        {UINT64_MAX, "16.0 EiB"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char buf[NUMBER_SIZE_MAX];
        size_t n = number_format_size(rows[i].bytes, buf);
        ck_assert_str_eq(buf, rows[i].text);
        ck_assert_uint_eq(n, strlen(buf));
        ck_assert_uint_le(n, 11);
    }
}

SUITE(test_core_number, TESTS(whole_numbers, not_whole_numbers, modes, durations, offsets,
                              offsets_of_marks, offsets_of_huge_segments, sizes));
