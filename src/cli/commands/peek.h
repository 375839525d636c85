/* The forms in which peek prints a range: hexdump, numbers, raw bytes, text, JSON. Normally the
 * range is read while it is printed; if it must be from one moment, or is from the past, it is read
 * whole first (`held`). */
#ifndef SHMLENS_CLI_COMMANDS_PEEK_H
#define SHMLENS_CLI_COMMANDS_PEEK_H

#include "cli/run.h"
#include "core/hexdump.h"
#include "live/block.h"

/* What to print of the run's segment. */
struct peek {
    const struct view *view;
    uint64_t offset, length; /* within the segment; the length is a multiple of the unit */
    bool all;                /* text: beyond the first NUL */
    bool fold;               /* hex: repeated lines as * */
    uint8_t *held;           /* the range, read in advance; NULL: read while printing */
    uint8_t *state;          /* which of its bytes are known (enum seg_byte); NULL: all */
    uint64_t unknown;        /* number of unknown bytes */
};

/* Each returns an exit status; *shown is the number of bytes printed. */
int peek_dump(struct command_run *r, const struct peek *p, uint64_t *shown); /* as hexdump -C */
int peek_numbers(struct command_run *r, const struct peek *p,
                 uint64_t *shown); /* `0x40 123` lines */
int peek_raw(struct command_run *r, const struct peek *p, uint64_t *shown);

/* Reads n bytes as they were at one moment: under a sequence counter, or without one (NULL) the
 * same twice in a row. EXIT_NO: they changed during every reading, which was reported; p has the
 * last one. */
enum { PEEK_HELD = 64 * 1024 * 1024 }; /* bytes; a larger range never holds still */
int peek_settled(struct command_run *r, const struct seg_seqlock *lock, uint64_t offset, void *p,
                 size_t n, size_t *got);

/* Is one of the n bytes at an offset of the range unknown? */
bool peek_unknown(const struct peek *p, uint64_t offset, size_t n);

/* Makes the block reader take the range from what is held. */
void peek_give(const struct peek *p, struct aligned_buffer *b);

/* Text: decoded, unprintable bytes as \xNN, newline and tab unchanged; `json`: as the inside of a
 * JSON string. */
int peek_text(struct command_run *r, const struct peek *p, bool json, uint64_t *shown);

int peek_json(struct command_run *r, const struct peek *p, uint64_t *shown); /* the whole object */

/* One value as JSON: a number, or a string where JSON numbers are not exact (u64, i64, ptr) or do
 * not exist (NaN, infinities), and for hex. n: bytes at v (hex: any number). */
void json_value(struct out *o, const struct view *view, const uint8_t *v, size_t n);

/* The text of a text view, as peek_text prints it. `fields`: also blanks, newlines and tabs as
 * \xNN, so that it is one word. `json`: as the inside of a JSON string. */
void out_text_bytes(struct out *o, const struct view *view, const uint8_t *p, size_t n, bool fields,
                    bool json);

/* n bytes as lower-case hex digits without blanks. */
void out_hex(struct out *o, const uint8_t *p, size_t n);

/* ---- the dump, testable without a segment ---- */

enum { DUMP_ROW = HEXDUMP_ROW };

struct dump {
    struct out *out;
    bool fold;
    bool any;    /* a row was printed: `last` is valid */
    bool folded; /* a * stands for the rows since then */
    uint8_t last[DUMP_ROW];
};

/* Rows of 16 bytes (only the last may be shorter). */
void dump_rows(struct dump *d, uint64_t offset, const uint8_t *p, size_t n);

/* `rows` whole rows of zeros at offset, folded without comparing. */
void dump_zeros(struct dump *d, uint64_t offset, uint64_t rows);

/* The last line: the offset after the last byte. */
void dump_end(struct dump *d, uint64_t offset);

#endif
