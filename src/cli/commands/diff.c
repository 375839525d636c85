/* diff: compares two segments or files piece by piece; ranges that are holes in both are skipped.
 * (The page map is of no use here: it compares a segment with what it was before.) */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/peek.h"
#include "cli/run.h"
#include "core/bytes.h"
#include "core/plural.h"
#include "live/block.h"

struct pair {
    struct command_run *r;
    struct seg *seg[2];
    char raw[2][LOCATOR_MAX];
    uint64_t size[2];
    uint64_t data_to; /* one of them had data up to here when last asked */
    struct aligned_buffer block[2];
    uint8_t *state; /* what is known of a piece of the first; NULL: it is live */
    uint64_t unknown;
    bool json;
    bool differ;
};

enum { LINE_ROOM = 32 }; /* `0x`, 16 digits, two bytes, blanks and the end of the line */

/* As "0x%" PRIx64 " %02x %02x\n" prints it, but there may be millions of them. */
static size_t make_line(char line[LINE_ROOM], uint64_t offset, uint8_t a, uint8_t b)
{
    static const char digit[] = "0123456789abcdef";
    size_t n = 0;
    int shift = 60;
    while (shift > 0 && offset >> shift == 0)
        shift -= 4;
    line[n++] = '0';
    line[n++] = 'x';
    for (; shift >= 0; shift -= 4)
        line[n++] = digit[offset >> shift & 15];
    line[n++] = ' ';
    line[n++] = digit[a >> 4];
    line[n++] = digit[a & 15];
    line[n++] = ' ';
    line[n++] = digit[b >> 4];
    line[n++] = digit[b & 15];
    line[n++] = '\n';
    return n;
}

static void print_byte(struct pair *p, uint64_t offset, uint8_t a, uint8_t b)
{
    struct out *o = p->r->env->out;
    char line[LINE_ROOM];
    if (p->json)
        out_print(o, "{\"offset\":%" PRIu64 ",\"a\":\"%02x\",\"b\":\"%02x\"}\n", offset, a, b);
    else
        out_bytes(o, line, make_line(line, offset, a, b));
    p->differ = true;
}

static void compare(struct pair *p, uint64_t at, const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = bytes_difference(a, b, 0, n); i < n; i = bytes_difference(a, b, i + 1, n))
        print_byte(p, at + i, a[i], b[i]);
}

/* The end of the range from `at` that is a hole in both; `at` itself if one has data there. */
static uint64_t common_hole(struct pair *p, uint64_t at, uint64_t end)
{
    for (int i = 0; i < 2; i++) {
        uint64_t start = 0;
        uint64_t stop = 0;
        enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
        if (at < p->data_to)
            return at;
        struct oserr e = seg_extent(p->seg[i], at, &start, &stop, &kind);
        if (!oserr_is(e) && kind == SEG_EXT_DATA)
            p->data_to = stop;
        if (oserr_is(e) || kind != SEG_EXT_HOLE || stop <= at)
            return at;
        end = stop < end ? stop : end;
    }
    return end;
}

/* In the past: reads a piece of the first, and fills in the other's bytes where it is not known. */
static int compare_known(struct pair *p, uint64_t *at, uint64_t end)
{
    struct seg_stat stat;
    const uint8_t *b = NULL;
    uint8_t *a = p->block[0].page;
    size_t n = end - *at < SEG_SMALL ? (size_t)(end - *at) : SEG_SMALL;
    size_t got = 0;
    size_t asked = 0;
    struct oserr e = seg_sample(p->seg[0], *at, a, p->state, n, &stat);
    if (oserr_is(e))
        return run_fail(p->r, p->raw[0], "read it", e);
    e = aligned_buffer_read(&p->block[1], p->seg[1], *at, n, 1, &b, &asked, &got);
    if (oserr_is(e))
        return run_fail(p->r, p->raw[1], "read it", e);
    for (size_t i = 0; i < got; i++) {
        if (p->state[i] == SEG_BYTE_UNKNOWN) {
            a[i] = b[i];
            p->unknown++;
        }
    }
    compare(p, *at, a, b, got);
    *at = got > 0 ? *at + got : end;
    return progress_yield(p->r->env->progress, *at, end) ? EXIT_DONE : EXIT_STOPPED;
}

/* Compares one piece at *at; *at moves on, to `end` if one of them became shorter. */
static int compare_piece(struct pair *p, uint64_t *at, uint64_t end)
{
    const uint8_t *bytes[2];
    size_t got[2];
    for (int i = 0; i < 2; i++) {
        size_t asked = 0;
        struct oserr e = aligned_buffer_read(&p->block[i], p->seg[i], *at, end - *at, 1, &bytes[i],
                                             &asked, &got[i]);
        if (oserr_is(e))
            return run_fail(p->r, p->raw[i], "read it", e);
        if (got[i] < asked)
            p->size[i] = *at + got[i];
    }
    size_t n = got[0] < got[1] ? got[0] : got[1];
    compare(p, *at, bytes[0], bytes[1], n);
    *at = got[0] == got[1] && n > 0 ? *at + n : end;
    return progress_yield(p->r->env->progress, *at, end) ? EXIT_DONE : EXIT_STOPPED;
}

static int compare_all(struct pair *p)
{
    uint64_t end = p->size[0] < p->size[1] ? p->size[0] : p->size[1];
    uint64_t at = 0;
    int status = EXIT_DONE;
    const struct out *o = p->r->env->out;
    while (at < end && status == EXIT_DONE && !o->cut && !oserr_is(o->error)) {
        uint64_t hole = common_hole(p, at, end);
        if (hole > at)
            at = hole;
        else
            status = p->state != NULL ? compare_known(p, &at, end) : compare_piece(p, &at, end);
    }
    return status;
}

static int report_sizes(struct pair *p)
{
    if (p->size[0] == p->size[1])
        return p->differ ? EXIT_NO : EXIT_DONE;
    struct out *err = run_error_begin(p->r, NULL);
    out_locator(err, p->raw[0]);
    out_print(err, " has %" PRIu64 " byte%s, ", p->size[0], plural_s(p->size[0]));
    out_locator(err, p->raw[1]);
    out_print(err, " has %" PRIu64, p->size[1]);
    run_error_end(p->r);
    return EXIT_NO;
}

/* Compares the two and reports what was left out. */
static int compare_both(struct pair *p)
{
    struct command_run *r = p->r;
    struct oserr first = aligned_buffer_new(&p->block[0], BLOCK_RAW);
    struct oserr second = aligned_buffer_new(&p->block[1], BLOCK_RAW);
    int status = EXIT_DONE;
    p->state = r->env->when != NULL ? malloc(SEG_SMALL) : NULL;
    if (oserr_is(first) || oserr_is(second) || (p->state == NULL && r->env->when != NULL)) {
        status = run_fail(r, NULL, "read it", (struct oserr){"malloc", SEG_E_MEMORY});
    } else {
        status = compare_all(p);
        status = status == EXIT_DONE ? report_sizes(p) : status;
    }
    if (p->unknown > 0) {
        run_note(r, "%" PRIu64 " byte%s not known%s and %s not compared", p->unknown,
                 p->unknown == 1 ? " is" : "s are", r->env->when, p->unknown == 1 ? "was" : "were");
    }
    free(p->state);
    aligned_buffer_free(&p->block[0]);
    aligned_buffer_free(&p->block[1]);
    return status;
}

int cmd_diff(struct command_run *r)
{
    struct pair p = {.r = r, .seg = {r->seg, NULL}, .json = run_option(r, "json") != NULL};
    if (!run_open(r, r->word[0], SEG_READ, &p.seg[1], p.raw[1]))
        return EXIT_ERROR;
    if (!run_at(r, "at", r->seg, NULL) || !run_at(r, "to", p.seg[1], p.raw[1])) {
        seg_close(p.seg[1]);
        return EXIT_ERROR;
    }
    memcpy(p.raw[0], r->raw, sizeof p.raw[0]);
    p.size[0] = r->size;
    p.size[1] = seg_last(p.seg[1])->size;
    int status = compare_both(&p);
    seg_close(p.seg[1]);
    return status;
}
