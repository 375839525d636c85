/* The shortest decimal of a binary float. */
#ifndef SHMLENS_CORE_NUMBER_SHORTEST_H
#define SHMLENS_CORE_NUMBER_SHORTEST_H

#include <stdbool.h>
#include <stdint.h>

/* fraction * 2^exponent; above 0. */
struct binary_float {
    uint64_t fraction; /* below 2^53 */
    int exponent;      /* -1074 to 971 */
    bool even_spaced;  /* its neighbours below and above are equally far: no power of two, or the
                          smallest exponent of its type */
};

/* digits * 10^exponent. */
struct short_decimal {
    uint64_t digits; /* at most 17, may end in zeros */
    int exponent;
};

/* Of the decimals that read back to v (to its type, rounded to the nearest, ties to even) those
 * with the fewest digits, and of these the one nearest to v. */
struct short_decimal number_shortest(const struct binary_float *v);

/* Writes v in decimal, without a NUL; returns how many digits. `out` has room for
 * NUMBER_DIGITS_MAX bytes, and those after the digits may be overwritten too. */
enum { NUMBER_DIGITS_MAX = 20 };
unsigned number_digits(char *out, uint64_t v);

#endif
