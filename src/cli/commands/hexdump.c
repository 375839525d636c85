/* Output in the form of hexdump -C, formatted directly into the output's buffer. */
#include <string.h>

#include "cli/commands/peek.h"

enum { ROW_MAX = 100, ROWS_AT_ONCE = 128 };

/* `de ` for every byte; entries have four bytes so that they can be copied as words. */
#define HEX_ROW(h)                                                                          \
    h "0 ", h "1 ", h "2 ", h "3 ", h "4 ", h "5 ", h "6 ", h "7 ", h "8 ", h "9 ", h "a ", \
        h "b ", h "c ", h "d ", h "e ", h "f "
static const char byte_text[256][4] = {HEX_ROW("0"), HEX_ROW("1"), HEX_ROW("2"), HEX_ROW("3"),
                                       HEX_ROW("4"), HEX_ROW("5"), HEX_ROW("6"), HEX_ROW("7"),
                                       HEX_ROW("8"), HEX_ROW("9"), HEX_ROW("a"), HEX_ROW("b"),
                                       HEX_ROW("c"), HEX_ROW("d"), HEX_ROW("e"), HEX_ROW("f")};
static const char digits[] = "0123456789abcdef";

static char shown(uint8_t byte)
{
    return (char)(byte >= 0x20 && byte < 0x7f ? byte : '.');
}

/* At least 8 digits, more if the offset needs them. */
static char *put_offset(char *q, uint64_t offset)
{
    int n = 8;
    while (n < 16 && offset >> (4 * n) != 0)
        n++;
    for (int i = n - 1; i >= 0; i--)
        *q++ = digits[(offset >> (4 * i)) & 15];
    return q;
}

static char *put_whole_row(char *q, uint64_t offset, const uint8_t *p)
{
    q = put_offset(q, offset);
    *q++ = ' ';
    *q++ = ' ';
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 8; i++) { /* the fourth byte is overwritten by the next entry */
            memcpy(q, byte_text[p[8 * half + i]], 4);
            q += 3;
        }
        *q++ = ' ';
    }
    *q++ = '|';
    for (int i = 0; i < DUMP_ROW; i++)
        *q++ = shown(p[i]);
    *q++ = '|';
    *q++ = '\n';
    return q;
}

static char *put_short_row(char *q, uint64_t offset, const uint8_t *p, size_t n)
{
    q = put_offset(q, offset);
    *q++ = ' ';
    *q++ = ' ';
    for (size_t i = 0; i < DUMP_ROW; i++) {
        memcpy(q, i < n ? byte_text[p[i]] : "   ", 3);
        q += 3;
        if (i % 8 == 7)
            *q++ = ' ';
    }
    *q++ = '|';
    for (size_t i = 0; i < n; i++)
        *q++ = shown(p[i]);
    *q++ = '|';
    *q++ = '\n';
    return q;
}

/* Up to ROWS_AT_ONCE whole rows. False: the output accepts no more. */
static bool put_rows(struct dump *d, uint64_t offset, const uint8_t *p, size_t rows)
{
    char *start = out_room(d->out, rows * ROW_MAX);
    char *q = start;
    const uint8_t *last = d->any ? d->last : NULL;
    if (start == NULL)
        return false;
    for (size_t i = 0; i < rows; i++, p += DUMP_ROW, offset += DUMP_ROW) {
        if (d->fold && last != NULL && memcmp(last, p, DUMP_ROW) == 0) {
            if (!d->folded) {
                *q++ = '*';
                *q++ = '\n';
                d->folded = true;
            }
            continue;
        }
        q = put_whole_row(q, offset, p);
        d->folded = false;
        last = p;
    }
    if (last != NULL && last != d->last)
        memcpy(d->last, last, DUMP_ROW);
    d->any = true;
    out_used(d->out, (size_t)(q - start));
    return true;
}

void dump_rows(struct dump *d, uint64_t offset, const uint8_t *p, size_t n)
{
    size_t most = d->out->fd < 0 ? 1 : ROWS_AT_ONCE; /* a text is filled up to its limit */
    while (n >= DUMP_ROW) {
        size_t rows = n / DUMP_ROW < most ? n / DUMP_ROW : most;
        if (!put_rows(d, offset, p, rows))
            return;
        p += rows * DUMP_ROW;
        n -= rows * DUMP_ROW;
        offset += rows * DUMP_ROW;
    }
    if (n > 0) {
        char *start = out_room(d->out, ROW_MAX);
        if (start != NULL)
            out_used(d->out, (size_t)(put_short_row(start, offset, p, n) - start));
    }
}

/* A row (n <= DUMP_ROW) with unknown bytes (unknown[i]), printed as `??`. */
static void dump_gaps(struct dump *d, uint64_t offset, const uint8_t *p, const bool *unknown,
                      size_t n)
{
    char *start = out_room(d->out, ROW_MAX);
    if (start == NULL)
        return;
    char *end = put_short_row(start, offset, p, n);
    char *text = end - 2 - n; /* between the bars */
    char *hex = put_offset(start, offset) + 2;
    for (size_t i = 0; i < n; i++) {
        if (unknown[i]) {
            memcpy(hex + 3 * i + i / 8, "??", 2);
            text[i] = '?';
        }
    }
    out_used(d->out, (size_t)(end - start));
    d->any = d->folded = false; /* the next row cannot repeat this one */
}

void dump_zeros(struct dump *d, uint64_t offset, uint64_t rows)
{
    static const uint8_t zeros[ROWS_AT_ONCE * DUMP_ROW];
    while (rows > 0) {
        size_t now = rows < ROWS_AT_ONCE ? (size_t)rows : ROWS_AT_ONCE;
        dump_rows(d, offset, zeros, now * DUMP_ROW);
        offset += now * DUMP_ROW;
        rows -= now;
        if (d->fold || d->out->cut || oserr_is(d->out->error))
            return; /* the * already covers the rest */
    }
}

void dump_end(struct dump *d, uint64_t offset)
{
    char *start = out_room(d->out, ROW_MAX);
    if (start != NULL) {
        char *q = put_offset(start, offset);
        *q++ = '\n';
        out_used(d->out, (size_t)(q - start));
    }
}

/* Whole rows within a hole at `at`; 0: none. */
static uint64_t hole_rows(struct seg *s, uint64_t at, uint64_t end, uint64_t *data_end)
{
    uint64_t start = 0;
    uint64_t stop = 0;
    enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
    struct oserr e = seg_extent(s, at, &start, &stop, &kind);
    *data_end = end;
    if (oserr_is(e) || stop <= at)
        return 0;
    stop = stop < end ? stop : end;
    if (kind == SEG_EXT_HOLE) {
        *data_end = end - at < DUMP_ROW ? end : at + DUMP_ROW;
        return (stop - at) / DUMP_ROW;
    }
    uint64_t part = (stop - at) % DUMP_ROW;
    *data_end = part == 0 || end - stop < DUMP_ROW ? stop : stop + (DUMP_ROW - part);
    *data_end = *data_end - at < DUMP_ROW ? end : *data_end;
    return 0;
}

/* Rows of data from *at to `stop`; *at moves on; a short read sets *stop to its end. */
static int dump_data(struct command_run *r, struct dump *d, struct aligned_buffer *b, uint64_t *at,
                     uint64_t *stop)
{
    while (*at < *stop && !d->out->cut && !oserr_is(d->out->error)) {
        const uint8_t *p = NULL;
        size_t got = 0;
        size_t asked = 0;
        struct oserr e =
            aligned_buffer_read(b, r->seg, *at, *stop - *at, DUMP_ROW, &p, &asked, &got);
        if (oserr_is(e))
            return run_fail(r, NULL, "read it", e);
        if (!progress_yield(r->env->progress, *at, *stop))
            return EXIT_STOPPED;
        dump_rows(d, *at, p, got);
        *at += got;
        if (got < asked) /* it shrank meanwhile */
            *stop = *at;
    }
    return EXIT_DONE;
}

/* Rows of the past from `at` to `end`, one by one. */
static uint64_t dump_then(struct dump *d, const struct peek *p, uint64_t at, uint64_t end)
{
    while (at < end && !d->out->cut && !oserr_is(d->out->error)) {
        bool unknown[DUMP_ROW], any = false;
        size_t n = end - at < DUMP_ROW ? (size_t)(end - at) : DUMP_ROW;
        const uint8_t *bytes = p->held + (at - p->offset);
        for (size_t i = 0; i < n; i++) {
            unknown[i] = peek_unknown(p, at + i, 1);
            any = any || unknown[i];
        }
        if (any)
            dump_gaps(d, at, bytes, unknown, n);
        else
            dump_rows(d, at, bytes, n);
        at += n;
    }
    return at;
}

int peek_dump(struct command_run *r, const struct peek *p, uint64_t *shown)
{
    struct aligned_buffer b;
    struct dump d = {.out = r->env->out, .fold = p->fold};
    uint64_t at = p->offset;
    uint64_t end = p->offset + p->length;
    int status = EXIT_DONE;
    struct oserr e = aligned_buffer_new(&b, BLOCK_RAW);
    if (oserr_is(e))
        return run_fail(r, NULL, "print it", e);
    peek_give(p, &b);
    if (p->unknown > 0)
        at = dump_then(&d, p, at, end);
    while (at < end && status == EXIT_DONE && !d.out->cut && !oserr_is(d.out->error)) {
        uint64_t stop = end;
        uint64_t rows = p->held != NULL ? 0 : hole_rows(r->seg, at, end, &stop);
        uint64_t wanted = stop;
        if (rows > 0) {
            dump_zeros(&d, at, rows);
            at += rows * DUMP_ROW;
        } else {
            status = dump_data(r, &d, &b, &at, &stop);
            end = stop < wanted ? stop : end;
        }
    }
    aligned_buffer_free(&b);
    if (at > p->offset && status == EXIT_DONE)
        dump_end(&d, at);
    *shown = at - p->offset;
    return status;
}
