/* The forms in which peek prints a range. */
#ifndef SHMLENS_CLI_COMMANDS_PEEK_H
#define SHMLENS_CLI_COMMANDS_PEEK_H

#include "cli/run.h"
#include "live/block.h"

/* What to print of the run's segment. */
struct peek {
    const struct view *view;
    uint64_t offset, length; /* a part of the segment, a multiple of the unit */
    bool all;                /* text: not only up to the first NUL */
    bool fold;               /* hex: repeated lines as * */
    uint8_t *held;           /* the range, read before at one moment; NULL: read while printing */
    uint8_t *state;          /* what is known of it (enum seg_byte); NULL: all */
    uint64_t unknown;        /* bytes of it that are not */
};

/* Each returns an exit status; *shown says how many bytes were printed. */
int peek_dump(struct command_run *r, const struct peek *p, uint64_t *shown); /* as hexdump -C */
int peek_numbers(struct command_run *r, const struct peek *p,
                 uint64_t *shown); /* `0x40 123` lines */
int peek_raw(struct command_run *r, const struct peek *p, uint64_t *shown);

/* --settled, --seqlock: reads the range into p->held (the caller frees it) so that all of it was
 * there at one moment; EXIT_NO: it never came to that, which was said. */
int peek_hold(struct command_run *r, struct peek *p);

/* In the past (env->when): reads the range into p->held and p->state (the caller frees both). An
 * error when something in it is not known that the form cannot show. */
int peek_then(struct command_run *r, struct peek *p);

/* Is one of the n bytes at an offset of the range not known? */
bool peek_unknown(const struct peek *p, uint64_t offset, size_t n);

/* The pieces of the range come from what is held. */
void peek_give(const struct peek *p, struct aligned_buffer *b);

/* Text: decoded, what is not printable as \xNN, newline and tab as they are; `json`: as the inside
 * of a JSON string. */
int peek_text(struct command_run *r, const struct peek *p, bool json, uint64_t *shown);

int peek_json(struct command_run *r, const struct peek *p, uint64_t *shown); /* the whole object */

/* One value as JSON: a number, or a string where numbers are not exact (u64, i64, ptr) or do not
 * exist (NaN, infinities) and for hex. n: bytes at v (hex: any number of them). */
void json_value(struct out *o, const struct view *view, const uint8_t *v, size_t n);

/* Text of a text view as peek_text prints it. `fields`: blanks, newlines and tabs as \xNN too, so
 * that it is one word. `json`: as the inside of a JSON string. */
void out_text_bytes(struct out *o, const struct view *view, const uint8_t *p, size_t n, bool fields,
                    bool json);

/* n bytes as lower-case hex digits without blanks. */
void out_hex(struct out *o, const uint8_t *p, size_t n);

/* ---- the dump, testable without a segment ---- */

enum { DUMP_ROW = 16 };

struct dump {
    struct out *out;
    bool fold;
    bool any;    /* a row was printed: `last` is valid */
    bool folded; /* a * stands for the rows since */
    uint8_t last[DUMP_ROW];
};

/* Rows of 16 bytes (the last one may be shorter, then nothing may follow). */
void dump_rows(struct dump *d, uint64_t offset, const uint8_t *p, size_t n);

/* A row (n <= DUMP_ROW) of which some bytes are not known (unknown[i]): `??`. */
void dump_gaps(struct dump *d, uint64_t offset, const uint8_t *p, const bool *unknown, size_t n);

/* `rows` whole rows of zeros at offset, folded without looking. */
void dump_zeros(struct dump *d, uint64_t offset, uint64_t rows);

/* The line with the offset behind the last byte. */
void dump_end(struct dump *d, uint64_t offset);

#endif
