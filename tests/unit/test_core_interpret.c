/* The inspector: which rows there are and what they say. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/interpret.h"
#include "core/view.h"
#include "support/suite.h"

static struct inspect in;

/* The value of a row; NULL: absent. Each label is there once at most. */
static const char *value_of(const char *label)
{
    const char *found = NULL;
    for (int i = 0; i < in.count; i++)
        if (strcmp(in.row[i].label, label) == 0) {
            ck_assert_ptr_null(found);
            found = in.row[i].value;
        }
    return found;
}

#define ROW(label, expected) ck_assert_str_eq(value_of(label), expected)

TEST(the_row_of_the_demo)
{
    inspect_fill(&in, (const uint8_t *)"\x4f\x7a\x01\0\0\0\0\0\xee\x79\x01\0\0\0\0\0", 16, false);
    ROW("hex", "4f 7a 01 00 00 00 00 00 ee 79 01 00 00 00 00 00");
    ROW("bits", "01001111");
    ROW("u8", "79");
    ROW("i8", "79");
    ROW("u16", "31311");
    ROW("u32", "96847");
    ROW("u64", "96847");
    ROW("be u16", "20346");
    ROW("be u32", "1333395712");
    ROW("time (s)", "1970-01-02 02:54:07Z");
    ROW("utf8", "'O' U+004F");
    ROW("utf16", "'穏' U+7A4F");
    ck_assert_int_eq(in.count, INSPECT_ROWS);
}

TEST(the_other_order)
{
    inspect_fill(&in, (const uint8_t *)"\xff\xfe\0\0\0\0\0\0", 8, true);
    ROW("u16", "65534");
    ROW("i16", "-2");
    ROW("le u16", "65279");
    ROW("le i16", "-257");
    ROW("le u64", "65279");
    ROW("i8", "-1");
    ROW("utf8", "invalid");
    ROW("utf16", "U+FFFE");
    ck_assert_ptr_null(value_of("be u16"));
    inspect_fill(&in, (const uint8_t *)"\x3f\xc0\0\0\0\0\0\0", 8, true);
    ROW("f32", "1.5");
    ROW("time (s)", "2003-11-23 00:32:00Z");
}

TEST(near_the_end)
{
    static const uint8_t bytes[8] = {'A', 0, 0, 0, 0, 0, 0, 0};
    static const int rows[] = {0, 5, 10, 10, 17, 17, 17, 17, 23};
    for (size_t n = 0; n <= 8; n++) {
        inspect_fill(&in, bytes, n, false);
        ck_assert_int_eq(in.count, rows[n]);
        ck_assert_int_eq(value_of("u32") != NULL, n >= 4);
        ck_assert_int_eq(value_of("be f64") != NULL, n >= 8);
        ck_assert_int_eq(value_of("time (s)") != NULL, n >= 4);
    }
}

TEST(characters)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *utf8;
    } rows[] = {
        {"\xe6\x97\xa5", 3, "'日' U+65E5"},
        {"\xe6\x97", 2, "cut off"},
        {"\xe6\x41", 2, "invalid"},
        {"\x1b[", 2, "U+001B"},
        {"\0", 1, "U+0000"},
        {"\xcc\x81", 2, "'\u25cc\u0301' U+0301"},
        {"\xe2\x80\xae", 3, "U+202E"},
        {"\xf0\x9f\x98\x80", 4, "'😀' U+1F600"},
        {" ", 1, "' ' U+0020"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        inspect_fill(&in, (const uint8_t *)rows[i].bytes, rows[i].n, false);
        ROW("utf8", rows[i].utf8);
    }
    inspect_fill(&in, (const uint8_t *)"\x3d\xd8\x00\xde", 4, false);
    ROW("utf16", "'😀' U+1F600");
    inspect_fill(&in, (const uint8_t *)"\x3d\xd8", 2, false);
    ROW("utf16", "cut off");
}

static void fill_time(int64_t t)
{
    uint8_t bytes[8];
    bytes_put(bytes, 8, true, (uint64_t)t);
    inspect_fill(&in, bytes, 8, true);
}

/* The only row about time; NULL: none. */
static const char *time_row(void)
{
    static char text[INSPECT_VALUE_MAX + 16];
    const char *found = NULL;
    for (int i = 0; i < in.count; i++)
        if (strncmp(in.row[i].label, "time", 4) == 0) {
            ck_assert_ptr_null(found);
            (void)snprintf(text, sizeof text, "%s %s", in.row[i].label, in.row[i].value);
            found = text;
        }
    return found;
}

TEST(a_time_has_the_unit_that_makes_it_a_likely_date)
{
    static const struct {
        int64_t t;
        const char *text;
    } rows[] = {
        {951782400, "time (s) 2000-02-29 00:00:00Z"},
        {951868799, "time (s) 2000-02-29 23:59:59Z"},
        {4102444799, "time (s) 2099-12-31 23:59:59Z"},
        {1795890607, "time (s) 2026-11-28 18:30:07Z"},
        {1795890607826, "time (ms) 2026-11-28 18:30:07.826Z"},
        {1795890607826081, "time (us) 2026-11-28 18:30:07.826081Z"},
        {1795890607826081246, "time (ns) 2026-11-28 18:30:07.826081246Z"},
        {1795890607000000001, "time (ns) 2026-11-28 18:30:07.000000001Z"},
        {631152000, "time (s) 1990-01-01 00:00:00Z"},
        {5436, "time (s) 1970-01-01 01:30:36Z"}, /* not likely in any: 4 bytes of seconds */
        {-1, "time (s) 2106-02-07 06:28:15Z"},   /* without a sign */
        {3959422977, "time (s) 2095-06-20 15:42:57Z"},
        {4294180864, "time (s) 2106-01-29 04:01:04Z"},
        {0, "time (s) 1970-01-01 00:00:00Z"},
        {INT64_MAX, "time (s) 2106-02-07 06:28:15Z"},
        {INT64_MIN, "time (s) 1970-01-01 00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fill_time(rows[i].t);
        if (rows[i].t == 5436 || rows[i].t <= 0 || rows[i].t == INT64_MAX ||
            (rows[i].t > 4102444799 && rows[i].t <= UINT32_MAX)) {
            uint8_t low[4]; /* of the number, big-endian */
            bytes_put(low, 4, true, (uint32_t)rows[i].t);
            inspect_fill(&in, low, 4, true);
        }
        ck_assert_str_eq(time_row(), rows[i].text);
    }
    inspect_fill(&in, (const uint8_t *)"\xff\xff\xff\xff", 4, false);
    ck_assert_str_eq(time_row(), "time (s) 2106-02-07 06:28:15Z");
    inspect_fill(&in, (const uint8_t *)"\xff\xff\xff", 3, false);
    ck_assert_ptr_null(time_row());
}

/* The calendar, against the C library's. */
TEST(times_by_the_library)
{
    for (int64_t t = 631152000; t < 4102444800; t += 86400 * 51 + 12345) {
        char text[80];
        time_t clock = (time_t)t;
        const struct tm *tm = gmtime(&clock);
        if (tm == NULL) /* some C libraries know no years before 1970 or far from now */
            continue;
        snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02dZ", tm->tm_year + 1900,
                 tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec);
        fill_time(t);
        const char *value = value_of("time (s)");
        if (!value || strcmp(value, text) != 0)
            ck_abort_msg("%s", text);
    }
}

/* No bytes make a value that is not printable or has no end. */
TEST(printable)
{
    uint64_t seed = 3;
    for (int k = 0; k < 1000; k++) {
        uint8_t bytes[INSPECT_BYTES];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(seed >> 33);
        }
        inspect_fill(&in, bytes, (size_t)(k % 20), k & 1);
        for (int i = 0; i < in.count; i++)
            for (const char *p = in.row[i].value; *p; p++)
                if ((unsigned char)*p < ' ' || *p == 0x7f)
                    ck_abort_msg("%s", in.row[i].label);
    }
}

SUITE(test_core_interpret,
      TESTS(the_row_of_the_demo, the_other_order, near_the_end, characters,
            a_time_has_the_unit_that_makes_it_a_likely_date, times_by_the_library, printable));
