/* Floats: reading the forms of C, and writing the shortest decimal that reads back. The C
 * library rounds correctly; here it is asked for more and more digits until the result reads
 * back. */
#include "core/number.h"

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

/* A positive decimal: 0.DIGITS times ten to the (exponent + 1). */
struct decimal {
    char digits[20]; /* at most 17, without trailing zeros, NUL-terminated */
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
    for (const char *p = text; p < e && d->count < 17; p++)
        if (*p >= '0' && *p <= '9')
            d->digits[d->count++] = *p;
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
    d->digits[d->count] = '\0';
}

/* The digits of s, a decimal number; false: only zeros, more than 17 digits, or hex. */
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
            if (d->count == 17)
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
    d->digits[d->count] = '\0';
    return true;
}

/* All 17 digits as a number. */
static uint64_t whole(const struct decimal *d)
{
    uint64_t v = 0;
    for (int i = 0; i < 17; i++)
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
    nearest(fabs(v), 17, &d);
    nearest(fabs(below), 17, &less);
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

/* What differs between the two types. */
struct float_type {
    bool single;
    int sure;      /* a decimal of this many digits survives the type and back */
    int enough;    /* this many digits always read back */
    int plain;     /* decimal exponents below this are written without `e`: integers are exact */
    double normal; /* the smallest value of full precision */
};

static const struct float_type type_f64 = {false, DBL_DIG, 17, 16, DBL_MIN};
static const struct float_type type_f32 = {true, FLT_DIG, 9, 7, (double)FLT_MIN};

/* d.ddde+xx with every digit of the decimal. */
static size_t write_science(const struct decimal *d, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%c%s%se%c%02d", d->digits[0], d->count > 1 ? "." : "",
                     d->digits + 1, d->exponent < 0 ? '-' : '+', abs(d->exponent));
    return n < 0 ? 0 : (size_t)n;
}

static bool reads_back(const struct float_type *t, const struct decimal *d, double v)
{
    char text[SCIENCE_MAX];
    write_science(d, text, sizeof text);
    double back = t->single ? (double)read_f32(text, NULL) : read_f64(text, NULL);
    return back >= v && back <= v;
}

/* The next larger decimal of n digits; false if that carries out of the first digit. */
static bool next_up(struct decimal *d, int n)
{
    while (d->count < n)
        d->digits[d->count++] = '0';
    int i = n - 1;
    while (i > 0 && d->digits[i] == '9')
        i--;
    if (d->digits[i] == '9')
        return false;
    d->digits[i]++;
    d->count = i + 1;
    d->digits[d->count] = '\0';
    return true;
}

/* The shortest decimal that reads back. At a power of two the interval that reads back is twice as
 * wide above the value as below, so the nearest decimal of n digits may fail where the next larger
 * one succeeds. */
static void shortest(const struct float_type *t, double v, struct decimal *d)
{
    int unused;
    bool power = frexp(v, &unused) <= 0.5;
    for (int n = v < t->normal ? 1 : t->sure; n < t->enough; n++) {
        nearest(v, n, d);
        if (reads_back(t, d, v))
            return;
        if (power && next_up(d, n) && reads_back(t, d, v))
            return;
    }
    nearest(v, t->enough, d);
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

static size_t format(const struct float_type *t, double v, char buf[NUMBER_FLOAT_MAX])
{
    size_t n = 0;
    if (signbit(v))
        buf[n++] = '-';
    v = fabs(v);
    const char *word = isnan(v) ? "nan" : isinf(v) ? "inf" : v > 0 ? NULL : "0";
    if (word != NULL) {
        size_t length = strlen(word);
        memcpy(buf + n, word, length);
        n += length;
    } else {
        struct decimal d;
        shortest(t, v, &d);
        if (d.exponent >= -4 && d.exponent < t->plain)
            n += write_plain(&d, buf + n);
        else
            n += write_science(&d, buf + n, NUMBER_FLOAT_MAX - n);
    }
    buf[n] = '\0';
    return n;
}

size_t number_format_f64(double v, char buf[NUMBER_FLOAT_MAX])
{
    return format(&type_f64, v, buf);
}

size_t number_format_f32(float v, char buf[NUMBER_FLOAT_MAX])
{
    return format(&type_f32, (double)v, buf);
}
