/* Floats: reading the forms of C, and writing the shortest decimal that reads back. */
#include "core/number.h"
#include "core/number_shortest.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Is s this word, in any case? */
static bool is_word(const char *s, const char *word)
{
    while (*word != '\0' && lower(*s) == *word) {
        s++;
        word++;
    }
    return *s == '\0' && *word == '\0';
}

/* --- decimals --- */

/* So many fit in 64 bits: 17 tell two neighbours apart, and two more how far a decimal is from
 * each. */
enum { DECIMAL_DIGITS = 19 };

/* A positive decimal: 0.DIGITS times ten to the (exponent + 1). */
struct decimal {
    char digits[DECIMAL_DIGITS]; /* without trailing zeros */
    int count;
    int exponent; /* of the first digit */
};

enum { SCIENCE_MAX = 40 };

/* The decimal of n digits nearest to v. */
static void nearest(double v, int n, struct decimal *d)
{
    char text[SCIENCE_MAX];
    snprintf(text, sizeof text, "%.*e", n - 1, v);
    const char *e = strchr(text, 'e');
    d->exponent = (int)strtol(e + 1, NULL, 10);
    d->count = 0;
    for (const char *p = text; p < e && d->count < DECIMAL_DIGITS; p++)
        if (*p >= '0' && *p <= '9')
            d->digits[d->count++] = *p;
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

/* The digits of s, a decimal number; false: only zeros, more digits than that, or hex. */
static bool take_decimal(const char *s, struct decimal *d)
{
    bool point = false;
    int before =
        0; /* digits before the point, from the first that is not 0; negative: zeros after it */
    s += *s == '-' || *s == '+';
    d->count = 0;
    for (; *s == '.' || (*s >= '0' && *s <= '9'); s++) {
        if (*s == '.') {
            point = true;
        } else if (d->count > 0 || *s != '0') {
            before += point ? 0 : 1;
            if (d->count == DECIMAL_DIGITS)
                return false;
            d->digits[d->count++] = *s;
        } else if (point) {
            before--;
        }
    }
    if (d->count == 0 || (*s != '\0' && lower(*s) != 'e'))
        return false;
    d->exponent = before - 1 + (*s == '\0' ? 0 : (int)strtol(s + 1, NULL, 10));
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
    return true;
}

/* All digits as a number. */
static uint64_t whole(const struct decimal *d)
{
    uint64_t v = 0;
    for (int i = 0; i < DECIMAL_DIGITS; i++)
        v = v * 10 + (uint64_t)(i < d->count ? d->digits[i] - '0' : 0);
    return v;
}

/* Some C libraries' strtod (mingw-w64's) returns the neighbour below a power of two. The correct v;
 * `below` is that neighbour. */
static double settle(const char *s, double v, double below)
{
    struct decimal said, d, less;
    int exponent;
    double half = frexp(fabs(v), &exponent);
    if (half < 0.5 || half > 0.5 || !take_decimal(s, &said))
        return v;
    nearest(fabs(v), DECIMAL_DIGITS, &d);
    nearest(fabs(below), DECIMAL_DIGITS, &less);
    if (d.exponent != said.exponent || less.exponent != said.exponent)
        return v;
    uint64_t want = whole(&said), have = whole(&d), under = whole(&less);
    return want < have && have - want > (want > under ? want - under : under - want) ? below : v;
}

static double read_f64(const char *s, char **end)
{
    double v = strtod(s, end);
    return settle(s, v, nextafter(v, 0));
}

static float read_f32(const char *s, char **end)
{
    float v = strtof(s, end);
    return (float)settle(s, (double)v, (double)nextafterf(v, 0));
}

/* --- reading --- */

/* May strtod see it? It would also accept leading blanks and `nan(...)`, which are not numbers
 * here. */
static enum num_status float_form(const char *s)
{
    if (*s == '\0')
        return NUM_EMPTY;
    if (*s == '-' || *s == '+')
        s++;
    if ((*s >= '0' && *s <= '9') || *s == '.')
        return NUM_OK;
    if (is_word(s, "inf") || is_word(s, "infinity") || is_word(s, "nan"))
        return NUM_OK;
    return NUM_SYNTAX;
}

/* Overflow gives an infinity from digits; `inf` itself has none. */
static bool overflowed(const char *s, bool infinite)
{
    if (*s == '-' || *s == '+')
        s++;
    return infinite && lower(*s) != 'i';
}

enum num_status number_f64(const char *s, double *out)
{
    enum num_status status = float_form(s);
    if (status != NUM_OK)
        return status;
    char *end;
    double v = read_f64(s, &end);
    if (end == s || *end != '\0')
        return NUM_SYNTAX;
    if (overflowed(s, isinf(v)))
        return NUM_RANGE;
    *out = isnan(v) ? copysign((double)NAN, *s == '-' ? -1.0 : 1.0) : v;
    return NUM_OK;
}

enum num_status number_f32(const char *s, float *out)
{
    enum num_status status = float_form(s);
    if (status != NUM_OK)
        return status;
    char *end;
    float v = read_f32(s, &end);
    if (end == s || *end != '\0')
        return NUM_SYNTAX;
    if (overflowed(s, isinf(v)))
        return NUM_RANGE;
    *out = isnan(v) ? copysignf(NAN, *s == '-' ? -1.0F : 1.0F) : v;
    return NUM_OK;
}

/* --- writing --- */

/* The shortest decimal that reads back. */
static void shortest(const struct binary_float *v, struct decimal *d)
{
    struct short_decimal s = number_shortest(v);
    d->count = (int)number_digits(d->digits, s.digits);
    d->exponent = s.exponent + d->count - 1;
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

/* d.ddde+xx with every digit of the decimal. */
static size_t write_science(const struct decimal *d, char *out)
{
    size_t n = 0;
    unsigned e = (unsigned)abs(d->exponent);
    out[n++] = d->digits[0];
    if (d->count > 1) {
        out[n++] = '.';
        memcpy(out + n, d->digits + 1, (size_t)d->count - 1);
        n += (size_t)d->count - 1;
    }
    out[n++] = 'e';
    out[n++] = d->exponent < 0 ? '-' : '+';
    if (e >= 100)
        out[n++] = (char)('0' + e / 100);
    out[n++] = (char)('0' + e / 10 % 10);
    out[n++] = (char)('0' + e % 10);
    return n;
}

/* n zeros at out; returns n. */
static size_t zeros(char *out, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = '0';
    return n > 0 ? (size_t)n : 0;
}

/* Digits and point without an exponent. */
static size_t write_plain(const struct decimal *d, char *out)
{
    size_t n = 0;
    int whole = d->exponent + 1; /* digits before the point */
    if (whole <= 0) {
        out[n++] = '0';
        out[n++] = '.';
        n += zeros(out + n, -whole);
    }
    for (int i = 0; i < d->count; i++) {
        if (i == whole && whole > 0)
            out[n++] = '.';
        out[n++] = d->digits[i];
    }
    n += zeros(out + n, whole - d->count);
    return n;
}

/* What differs between the two types. */
struct float_type {
    unsigned bits; /* of the fraction as stored */
    unsigned last; /* the largest biased exponent */
    int least;     /* exponent of the smallest value */
    int plain;     /* decimal exponents below this are written without `e`: integers are exact */
};

static const struct float_type type_f64 = {DBL_MANT_DIG - 1, 2047, DBL_MIN_EXP - DBL_MANT_DIG, 16};
static const struct float_type type_f32 = {FLT_MANT_DIG - 1, 255, FLT_MIN_EXP - FLT_MANT_DIG, 7};

/* `bits`: the float as it is stored. */
static size_t format(const struct float_type *t, uint64_t bits, bool negative,
                     char buf[NUMBER_FLOAT_MAX])
{
    size_t n = 0;
    uint64_t fraction = bits & ((UINT64_C(1) << t->bits) - 1);
    unsigned biased = (unsigned)(bits >> t->bits) & t->last;
    if (negative)
        buf[n++] = '-';
    if (biased == t->last || (biased | fraction) == 0) {
        memcpy(buf + n, biased == 0 ? "0\0" : fraction == 0 ? "inf" : "nan", 3);
        n += biased == 0 ? 1 : 3;
    } else {
        struct decimal d;
        shortest(&(struct binary_float){fraction | (biased > 0 ? UINT64_C(1) << t->bits : 0),
                                        t->least + (biased > 0 ? (int)biased - 1 : 0),
                                        fraction != 0 || biased <= 1},
                 &d);
        n += d.exponent >= -4 && d.exponent < t->plain ? write_plain(&d, buf + n)
                                                       : write_science(&d, buf + n);
    }
    buf[n] = '\0';
    return n;
}

size_t number_format_f64(double v, char buf[NUMBER_FLOAT_MAX])
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return format(&type_f64, bits, bits >> 63 != 0, buf);
}

size_t number_format_f32(float v, char buf[NUMBER_FLOAT_MAX])
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return format(&type_f32, bits, bits >> 31 != 0, buf);
}
