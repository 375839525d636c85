/* Views put values in order and widen them. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/view.h"
#include "support/suite.h"

static int compared(const char *view, const char *a, const char *b)
{
    uint8_t x[8], y[8];
    size_t size;
    char why[VIEW_WHY_MAX];
    const struct view *v = view_find(view);
    ck_assert_ptr_null(view_parse(v, a, x, 8, &size, why));
    ck_assert_ptr_null(view_parse(v, b, y, 8, &size, why));
    return view_compare(v, x, y);
}

TEST(compare)
{
    ck_assert_int_lt(compared("i8", "-1", "1"), 0);
    ck_assert_int_gt(compared("u8", "255", "1"), 0);
    ck_assert_int_eq(compared("u16be", "256", "256"), 0);
    ck_assert_int_lt(compared("u16be", "255", "256"), 0);
    ck_assert_int_lt(compared("u16le", "255", "256"), 0);
    ck_assert_int_gt(compared("i64le", "9223372036854775807", "-9223372036854775808"), 0);
    ck_assert_int_lt(compared("f64le", "-2", "-1"), 0);
    ck_assert_int_eq(compared("f32be", "0", "-0"), 0);
    ck_assert_int_gt(compared("f32le", "inf", "1e38"), 0);
    ck_assert_int_eq(compared("f64le", "nan", "1"), 2);
    ck_assert_int_eq(compared("f64be", "nan", "nan"), 2);
    ck_assert_int_lt(compared("ptr", "1", "2"), 0);
}

TEST(bits_are_sign_extended)
{
    static const uint8_t p[8] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    ck_assert_uint_eq(view_bits(view_find("i8"), p), UINT64_MAX - 1);
    ck_assert_uint_eq(view_bits(view_find("u8"), p), 0xfe);
    ck_assert_uint_eq(view_bits(view_find("i16be"), p), UINT64_C(0xfffffffffffffeff));
    ck_assert_uint_eq(view_bits(view_find("i64le"), p), UINT64_C(0x7ffffffffffffffe));
    ck_assert_uint_eq(view_bits(view_find("f32le"), p), 0xfffffffe);
    uint8_t q[8];
    for (size_t unit = 1; unit <= 8; unit *= 2) {
        for (int big = 0; big < 2; big++) {
            bytes_put(q, unit, big != 0, bytes_get(p, unit, big != 0));
            ck_assert_mem_eq(p, q, unit);
        }
    }
    bytes_put(q, 4, true, 0x01020304);
    ck_assert_mem_eq(q, "\1\2\3\4", 4);
    ck_assert_uint_eq(bytes_get(q, 4, false), 0x04030201);
}

SUITE(test_core_view_order, TESTS(compare, bits_are_sign_extended));
