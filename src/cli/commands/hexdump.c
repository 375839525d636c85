/* Output in the form of hexdump -C, formatted directly into the output's buffer. */
#include <string.h>

#include "cli/commands/peek.h"

enum { ROWS_AT_ONCE = 128 };

/* How many of the rows at p differ each from the one before it, which is `last` for the first. */
static size_t different_rows(const struct dump *d, const uint8_t *last, const uint8_t *p,
                             size_t rows)
{
    if (!d->fold)
        return rows;
    for (size_t i = 0; i < rows; i++, last = p, p += DUMP_ROW)
        if (last != NULL && memcmp(last, p, DUMP_ROW) == 0)
            return i;
    return rows;
}

/* Up to ROWS_AT_ONCE whole rows. False: the output accepts no more. */
static bool put_rows(struct dump *d, uint64_t offset, const uint8_t *p, size_t rows)
{
    char *start = out_room(d->out, rows * HEXDUMP_ROW_MAX);
    char *q = start;
    const uint8_t *last = d->any ? d->last : NULL;
    if (start == NULL)
        return false;
    for (size_t i = 0; i < rows;) {
        size_t run = different_rows(d, last, p + i * DUMP_ROW, rows - i);
        q = hexdump_rows(q, offset + i * DUMP_ROW, p + i * DUMP_ROW, run);
        i += run;
        last = run > 0 ? p + (i - 1) * DUMP_ROW : last;
        d->folded = d->folded && run == 0;
        if (i == rows)
            break;
        if (!d->folded) {
            *q++ = '*';
            *q++ = '\n';
            d->folded = true;
        }
        i++;
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
        char *start = out_room(d->out, HEXDUMP_ROW_MAX);
        if (start != NULL)
            out_used(d->out, (size_t)(hexdump_row(start, offset, p, n) - start));
    }
}

/* A row (n <= DUMP_ROW) with unknown bytes (unknown[i]), printed as `??`. */
static void dump_gaps(struct dump *d, uint64_t offset, const uint8_t *p, const bool *unknown,
                      size_t n)
{
    char *start = out_room(d->out, HEXDUMP_ROW_MAX);
    if (start == NULL)
        return;
    char *end = hexdump_row(start, offset, p, n);
    char *text = end - 2 - n; /* between the bars */
    char *hex = hexdump_offset(start, offset) + 2;
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
    char *start = out_room(d->out, HEXDUMP_ROW_MAX);
    if (start != NULL) {
        char *q = hexdump_offset(start, offset);
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
