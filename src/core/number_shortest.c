/* The shortest decimal of a binary float, without long arithmetic: the method that R. Giulietti
 * proves in "The Schubfach way to render doubles".
 *
 * All decimals that read back to v lie between the two points halfway to its neighbours. A power of
 * ten 10^k is chosen so that this interval holds at least one multiple of 10^k, and at most one of
 * 10^(k+1). The two ends and v itself, in quarters of 10^k, come from one product each with a power
 * of ten of 128 bits. Below a quarter only "more" matters, which is kept as the last bit. */
#include "core/number_shortest.h"

#include <string.h>

#include "core/number_powers.h"

/* floor(v / 2^shift), also of what is below zero. */
static int floor_shift(int64_t v, unsigned shift)
{
    const int64_t bias = INT64_C(1) << 40;
    return (int)(((v + bias) >> shift) - (bias >> shift));
}

/* The powers of ten and two below each other; right for every exponent of a double. */
static int ten_below_two(int e)
{
    return floor_shift((int64_t)e * 1262611, 22); /* log10(2) */
}

static int ten_below_three_quarters(int e)
{
    return floor_shift((int64_t)e * 1262611 - 524031, 22); /* and log10(3/4) */
}

static int two_below_ten(int e)
{
    return floor_shift((int64_t)e * 1741647, 19); /* log2(10) */
}

/* The 128 bits of a * b. */
static struct number_power product(uint64_t a, uint64_t b)
{
    uint64_t al = a & UINT32_MAX, ah = a >> 32, bl = b & UINT32_MAX, bh = b >> 32;
    uint64_t low = al * bl, one = ah * bl + (low >> 32), two = al * bh + (one & UINT32_MAX);
    return (struct number_power){ah * bh + (one >> 32) + (two >> 32),
                                 two << 32 | (low & UINT32_MAX)};
}

/* n times the power, in units of 2^128: the whole part, its last bit set when there is more. */
static uint64_t scaled(const struct number_power *power, uint64_t n)
{
    struct number_power high = product(power->high, n), low = product(power->low, n);
    uint64_t middle = high.low + low.high;
    uint64_t whole = high.high + (middle < high.low ? 1 : 0);
    return whole | (middle > 1 ? 1 : 0); /* 1: the power was rounded up */
}

/* What reads back, in quarters of 10^k. */
struct read_back {
    uint64_t least, middle, most;
};

/* The only multiple of 10^(k+1) in it; false: there is none. */
static bool shorter(const struct read_back *i, uint64_t *tens)
{
    uint64_t below = i->middle / 40;
    bool fits = i->least <= 40 * below, next = 40 * below + 40 <= i->most;
    *tens = below + (next ? 1 : 0);
    return below > 0 && fits != next;
}

static uint64_t nearest(const struct read_back *i)
{
    uint64_t below = i->middle / 4, half = 4 * below + 2;
    bool fits = i->least <= 4 * below, next = 4 * below + 4 <= i->most;
    if (fits != next)
        return below + (next ? 1 : 0);
    bool up = i->middle > half || (i->middle == half && below % 2 != 0);
    return below + (up ? 1 : 0);
}

struct short_decimal number_shortest(const struct binary_float *v)
{
    int k = v->even_spaced ? ten_below_two(v->exponent) : ten_below_three_quarters(v->exponent);
    const struct number_power *power = &number_powers[-k - NUMBER_POWER_MIN];
    int shift = v->exponent + two_below_ten(-k) + 1; /* 1 to 4 */
    uint64_t open = v->fraction % 2, quarters = 4 * v->fraction, tens;
    struct read_back i = {
        scaled(power, (quarters - (v->even_spaced ? 2 : 1)) << shift) + open,
        scaled(power, quarters << shift),
        scaled(power, (quarters + 2) << shift) - open,
    };
    if (shorter(&i, &tens))
        return (struct short_decimal){tens, k + 1};
    return (struct short_decimal){nearest(&i), k};
}

/* ---- digits ---- */

/* `00` to `99`. */
#define TEN(d) d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9"
static const char pairs[] =
    TEN("0") TEN("1") TEN("2") TEN("3") TEN("4") TEN("5") TEN("6") TEN("7") TEN("8") TEN("9");

unsigned number_digits(char *out, uint64_t v)
{
    char text[2 * NUMBER_DIGITS_MAX]; /* the digits end in the middle */
    unsigned at = NUMBER_DIGITS_MAX;
    while (v >= 100) {
        at -= 2;
        memcpy(text + at, pairs + 2 * (v % 100), 2);
        v /= 100;
    }
    text[--at] = pairs[2 * v + 1];
    if (v >= 10)
        text[--at] = pairs[2 * v];
    memcpy(out, text + at, NUMBER_DIGITS_MAX); /* so many at once is faster than the right number */
    return NUMBER_DIGITS_MAX - at;
}
