/* Numbers as people type them and as they are printed: whole numbers with a base and a size suffix,
 * floats, offsets, durations, modes. Pure, and independent of the locale (the program never sets
 * LC_NUMERIC). */
#ifndef SHMLENS_CORE_NUMBER_H
#define SHMLENS_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/marks.h"

enum num_status {
    NUM_OK,
    NUM_EMPTY,  /* nothing was typed */
    NUM_SYNTAX, /* not a number of the required form (`12Q`, `0x`, `1 2`) */
    NUM_RANGE,  /* a number, but it does not fit the target */
};

/* A whole number before it is fitted into a type. */
struct number {
    uint64_t magnitude;
    bool negative; /* `-0` is 0 and not negative */
    bool hex;      /* written with 0x, 0b or 0o: may name a bit pattern (`0xff` as i8 is -1) */
};

/* Parses all of `s` (NUL-terminated, no surrounding blanks): `64 0x40 0b1000000 0o100 -5`, each
 * with an optional suffix `K M G T KiB MiB GiB TiB` (powers of 1024). `010` is ten. A leading `+`
 * is a syntax error. */
MUST_USE enum num_status number_parse(const char *s, struct number *out);

/* number_parse into one type; NUM_RANGE if negative or larger than `max`. */
MUST_USE enum num_status number_u64(const char *s, uint64_t max, uint64_t *out);

/* Octal mode `0` to `7777`, with or without a leading `0` or `0o`. */
MUST_USE enum num_status number_mode(const char *s, uint32_t *out);

/* `250us 250ms 1.5s 2m 1h 3d` in nanoseconds (fractions are cut), at most INT64_MAX; a unit is
 * required (except for `0`). */
MUST_USE enum num_status number_duration(const char *s, int64_t *ns);

/* What an offset expression may refer to. */
struct offset_base {
    uint64_t size;             /* of the segment, in bytes: `end`, `%50` */
    uint64_t cursor;           /* for `+16` and `-16` */
    const struct marks *marks; /* for `head`, `head+8`, `'a`; NULL: there are none */
    bool relative;             /* allow `+n -n %n 'a head` (the UI); otherwise only `n end end-n` */
};

/* An offset: a number, `end`, `end-16`, and if base->relative also `+16 -16 %50` (whole percents,
 * 0 to 100) and marks: `head`, `head+8`; after a quote also those of one letter, `'a`. May be at or
 * beyond the size: the caller decides. NUM_RANGE below 0 or above 2^64-1. */
MUST_USE enum num_status number_offset(const char *s, const struct offset_base *base,
                                       uint64_t *out);

/* Floats in C's forms (decimal, hex floats, `inf`, `infinity`, `nan`, signs; no size suffix, no
 * `nan(...)`). NUM_RANGE if the value overflows the type; one too small for it is 0. */
MUST_USE enum num_status number_f64(const char *s, double *out);
MUST_USE enum num_status number_f32(const char *s, float *out);

/* The shortest decimal that reads back to the same bits (except NaN payloads: `nan`, `-nan`; `inf`,
 * `-inf`). Without an exponent from 0.0001 up to where the type stops being exact for whole numbers
 * (1e16, 1e7), otherwise as `1.5e+20`. `buf` holds at least NUMBER_FLOAT_MAX bytes; returns the
 * length. */
enum { NUMBER_FLOAT_MAX = 32 };
size_t number_format_f64(double v, char buf[NUMBER_FLOAT_MAX]);
size_t number_format_f32(float v, char buf[NUMBER_FLOAT_MAX]);

/* A size for people: `56 B`, `4 KiB`, `64 MiB` where it is whole, else with a decimal below 100 of
 * its unit: `1.2 GiB`, `311 MiB`; at most 11 characters and the NUL. */
enum { NUMBER_SIZE_MAX = 16 };
size_t number_format_size(uint64_t bytes, char buf[NUMBER_SIZE_MAX]);

/* `rwxr-x---` of permission bits, with `s` and `t` as ls shows them. */
enum { NUMBER_MODE_MAX = 10 };
void number_format_mode(uint32_t mode, char buf[NUMBER_MODE_MAX]);

/* A time in UTC, proleptic Gregorian calendar. */
struct utc {
    int64_t year;   /* 0 is 1 BC */
    int month, day; /* from 1 */
    int hour, minute, second;
};
struct utc number_utc(int64_t seconds); /* of seconds since 1970 */

#endif
