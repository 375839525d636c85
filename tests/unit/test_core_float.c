/* Floats as they are typed and printed: the exact inverse, for every exponent. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/number_powers.h"
#include "support/suite.h"

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t random64(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

TEST(floats_read)
{
    double d = 0;
    float f = 0;
    ck_assert_int_eq(number_f64("1.5", &d), NUM_OK);
    ck_assert_double_eq(d, 1.5);
    ck_assert_int_eq(number_f64("-.5e1", &d), NUM_OK);
    ck_assert_double_eq(d, -5);
    ck_assert_int_eq(number_f64("+2", &d), NUM_OK);
    ck_assert_double_eq(d, 2);
    ck_assert_int_eq(number_f64("0x1.8p1", &d), NUM_OK);
    ck_assert_double_eq(d, 3);
    ck_assert_int_eq(number_f64("0x10", &d), NUM_OK);
    ck_assert_double_eq(d, 16);
    ck_assert_int_eq(number_f64("-INF", &d), NUM_OK);
    ck_assert(isinf(d) && d < 0);
    ck_assert_int_eq(number_f64("infinity", &d), NUM_OK);
    ck_assert(isinf(d) && d > 0);
    ck_assert_int_eq(number_f64("nan", &d), NUM_OK);
    ck_assert(isnan(d) && !signbit(d));
    ck_assert_int_eq(number_f64("-nan", &d), NUM_OK);
    ck_assert(isnan(d) && signbit(d));
    ck_assert_int_eq(number_f64("-0", &d), NUM_OK);
    ck_assert(d >= 0 && signbit(d));
    ck_assert_int_eq(number_f64("1e-400", &d), NUM_OK);
    ck_assert_double_eq(d, 0);
    ck_assert_int_eq(number_f64("1e400", &d), NUM_RANGE);
    ck_assert_int_eq(number_f64("-1e400", &d), NUM_RANGE);
    ck_assert_int_eq(number_f64("", &d), NUM_EMPTY);
    ck_assert_int_eq(number_f32("3.4028235e38", &f), NUM_OK);
    ck_assert_float_eq(f, FLT_MAX);
    ck_assert_int_eq(number_f32("3.5e38", &f), NUM_RANGE);
    ck_assert_int_eq(number_f32("-nan", &f), NUM_OK);
    ck_assert(isnan(f) && signbit(f));
    static const char *const syntax[] = {" 1",  "1 ",     "1,5",   "1K",  "abc", "-",
                                         "+-1", "nan(1)", "0x",    "1e",  ".",   "--1",
                                         "in",  "infi",   "1.5.5", "0b1", "e5",  "1f"};
    for (size_t i = 0; i < COUNT(syntax); i++) {
        ck_assert_msg(number_f64(syntax[i], &d) == NUM_SYNTAX, "%s", syntax[i]);
        ck_assert_msg(number_f32(syntax[i], &f) == NUM_SYNTAX, "%s", syntax[i]);
    }
}

TEST(floats_print)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {100000, "100000"},
        {1e15, "1000000000000000"},
        {1e16, "1e+16"},
        {9007199254740993.0, "9007199254740992"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.25e-5, "1.25e-05"},
        {123.456, "123.456"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {0.1 + 0.2, "0.30000000000000004"},
        {0x1p-44, "5.684341886080802e-14"}, /* the nearest of 16 digits does not read back */
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
    };
    static const struct {
        float v;
        const char *text;
    } singles[] = {
        {0.1F, "0.1"},
        {3.14159274F, "3.1415927"},
        {1000000, "1000000"},
        {16777216, "1.6777216e+07"},
        {FLT_MAX, "3.4028235e+38"},
        {FLT_MIN, "1.1754944e-38"},
        {1e-45F, "1e-45"},
        {-2.5F, "-2.5"},
        {9.5367431640625e-07F, "9.536743e-07"},
    };
    char buf[NUMBER_FLOAT_MAX];
    for (size_t i = 0; i < COUNT(rows); i++) {
        ck_assert_uint_eq(number_format_f64(rows[i].v, buf), strlen(rows[i].text));
        ck_assert_str_eq(buf, rows[i].text);
    }
    for (size_t i = 0; i < COUNT(singles); i++) {
        ck_assert_uint_eq(number_format_f32(singles[i].v, buf), strlen(singles[i].text));
        ck_assert_str_eq(buf, singles[i].text);
    }
    number_format_f64((double)NAN, buf);
    ck_assert_str_eq(buf, "nan");
    number_format_f64(copysign((double)NAN, -1), buf);
    ck_assert_str_eq(buf, "-nan");
    number_format_f32(copysignf(NAN, -1), buf);
    ck_assert_str_eq(buf, "-nan");
}

/* The digits of a decimal, without sign, point, leading and trailing zeros and exponent. */
static int significant(const char *s)
{
    int n = 0, last = 0;
    for (; *s != '\0' && *s != 'e'; s++) {
        if (*s < '0' || *s > '9' || (*s == '0' && n == 0))
            continue;
        n++;
        if (*s != '0')
            last = n;
    }
    return last;
}

static void round_trip_f64(uint64_t bits)
{
    double v, back;
    char buf[NUMBER_FLOAT_MAX];
    char plain[64];
    memcpy(&v, &bits, sizeof v);
    if (isnan(v))
        return;
    size_t n = number_format_f64(v, buf);
    ck_assert_uint_eq(n, strlen(buf));
    ck_assert_msg(number_f64(buf, &back) == NUM_OK, "%s", buf);
    ck_assert_msg(memcmp(&v, &back, sizeof v) == 0, "%s", buf);
    if (isinf(v) || significant(buf) < 2)
        return;
    /* No decimal of one digit less reads back: not the nearest one. */
    snprintf(plain, sizeof plain, "%.*e", significant(buf) - 2, v);
    ck_assert_int_eq(number_f64(plain, &back) == NUM_OK && memcmp(&v, &back, sizeof v) == 0, 0);
}

static void round_trip_f32(uint32_t bits)
{
    float v, back;
    char buf[NUMBER_FLOAT_MAX];
    char plain[64];
    memcpy(&v, &bits, sizeof v);
    if (isnan(v))
        return;
    number_format_f32(v, buf);
    ck_assert_msg(number_f32(buf, &back) == NUM_OK, "%s", buf);
    ck_assert_msg(memcmp(&v, &back, sizeof v) == 0, "%s", buf);
    if (isinf(v) || significant(buf) < 2)
        return;
    snprintf(plain, sizeof plain, "%.*e", significant(buf) - 2, (double)v);
    ck_assert_int_eq(number_f32(plain, &back) == NUM_OK && memcmp(&v, &back, sizeof v) == 0, 0);
}

TEST(every_exponent_round_trips)
{
    for (uint64_t exponent = 0; exponent < 2048; exponent++) {
        round_trip_f64(exponent << 52);
        round_trip_f64(exponent << 52 | 1);
        round_trip_f64(exponent << 52 | (UINT64_MAX >> 12));
        for (int i = 0; i < 4; i++)
            round_trip_f64(exponent << 52 | (random64() & (UINT64_MAX >> 12)) |
                           (random64() & 1) << 63);
    }
    for (uint32_t exponent = 0; exponent < 256; exponent++) {
        round_trip_f32(exponent << 23);
        round_trip_f32(exponent << 23 | 1);
        round_trip_f32(exponent << 23 | (UINT32_MAX >> 9));
        for (int i = 0; i < 16; i++)
            round_trip_f32(exponent << 23 | ((uint32_t)random64() & (UINT32_MAX >> 9)) |
                           ((uint32_t)random64() & 1) << 31);
    }
    for (int i = 0; i < 64; i++)
        round_trip_f64(UINT64_C(1) << i);
}

/* ---- against the C library and long arithmetic ---- */

/* `text` without an exponent's `+` and zeros, its digits and their exponent: to compare two forms.
 */
static void pull_apart(const char *text, char digits[40], int *exponent)
{
    const char *e = strchr(text, 'e'), *end = e != NULL ? e : text + strlen(text);
    int n = 0, before = 0, leading = 0;
    bool point = false;
    for (const char *p = text; p < end; p++) {
        if (*p == '.') {
            point = true;
        } else if (*p >= '0' && *p <= '9' && (n > 0 || *p != '0')) {
            before += point ? 0 : 1;
            digits[n++] = *p;
        } else if (*p == '0' && point) {
            leading++;
        }
    }
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    *exponent =
        (before > 0 ? before - 1 : -leading - 1) + (e != NULL ? (int)strtol(e + 1, NULL, 10) : 0);
}

/* Of as many digits it is the one that the C library finds nearest, where that one reads back. */
static void nearest_f64(uint64_t bits)
{
    double v, back;
    char ours[NUMBER_FLOAT_MAX], theirs[64], a[40], b[40];
    int x, y;
    bits &= ~(UINT64_C(1) << 63);
    memcpy(&v, &bits, sizeof v);
    if (isnan(v) || isinf(v) || bits == 0)
        return;
    number_format_f64(v, ours);
    snprintf(theirs, sizeof theirs, "%.*e", significant(ours) - 1, v);
    if (number_f64(theirs, &back) != NUM_OK || memcmp(&v, &back, sizeof v) != 0)
        return; /* below a power of two, where only the next larger one does */
    pull_apart(ours, a, &x);
    pull_apart(theirs, b, &y);
    ck_assert_msg(strcmp(a, b) == 0 && x == y, "%s, not %s", ours, theirs);
}

TEST(of_the_shortest_the_nearest)
{
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random64();
        double quarters = (double)(random64() >> (i % 50)) / 4; /* ties */
        nearest_f64(bits);
        nearest_f64(bits & (UINT64_MAX >> 12)); /* below the normal ones */
        memcpy(&bits, &quarters, sizeof bits);
        nearest_f64(bits);
    }
}

enum { WORDS = 36 }; /* 32 bits each, the lowest first */

/* The 128 highest bits, rounded up. `inexact`: there is more below the last word. */
static struct number_power highest(const uint32_t *words, bool inexact)
{
    uint64_t high = 0, low = 0;
    int taken = 0;
    for (int bit = 32 * WORDS - 1; bit >= 0; bit--) {
        uint64_t now = words[bit / 32] >> (bit % 32) & 1;
        if (taken == 128) {
            inexact = inexact || now != 0;
        } else if (taken > 0 || now != 0) {
            high = high << 1 | low >> 63;
            low = low << 1 | now;
            taken++;
        }
    }
    for (; taken < 128; taken++) {
        high = high << 1 | low >> 63;
        low <<= 1;
    }
    low += inexact ? 1 : 0;
    return (struct number_power){high + (inexact && low == 0 ? 1 : 0), low};
}

static void check_power(int e, const uint32_t *words)
{
    struct number_power have = number_powers[e - NUMBER_POWER_MIN];
    struct number_power want = highest(words, e < 0);
    ck_assert_msg(have.high == want.high && have.low == want.low, "10^%d", e);
}

TEST(powers_of_ten)
{
    uint32_t up[WORDS] = {1}, down[WORDS] = {0};
    for (int e = 0; e <= NUMBER_POWER_MAX; e++) { /* 5^e: powers of two do not matter */
        check_power(e, up);
        uint64_t carry = 0;
        for (int i = 0; i < WORDS; i++) {
            carry += (uint64_t)up[i] * 5;
            up[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    down[WORDS - 1] = UINT32_C(1) << 31;
    for (int e = -1; e >= NUMBER_POWER_MIN; e--) {
        uint64_t rest = 0;
        for (int i = WORDS - 1; i >= 0; i--) {
            rest = rest << 32 | down[i];
            down[i] = (uint32_t)(rest / 5);
            rest %= 5;
        }
        check_power(e, down);
    }
}

SUITE(test_core_float, TESTS(floats_read, floats_print, every_exponent_round_trips,
                             of_the_shortest_the_nearest, powers_of_ten));
