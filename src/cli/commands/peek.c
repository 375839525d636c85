/* peek: chooses what to read, and when, and hands the range to one of the forms of peek.h. */
#include "cli/commands/peek.h"
#include "backend/os.h"
#include "cli/commands/typed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 200, /* of TRIES reads each, with a pause between them */
    TRIES = 16,
    PAUSE_NS = 500000,
};

/* Checks what is asked for; false: an error was reported. */
static bool prepare(struct command_run *r, struct peek *p, struct range *range, uint64_t *odd)
{
    const struct view *v = view_find("hex");
    if (!run_view(r, &v) || !run_at(r, "at", r->seg, NULL) || !run_range(r, 0, range))
        return false;
    bool numbers = v->kind != VIEW_HEX && v->kind != VIEW_TEXT;
    if (numbers && range->has_offset && !range->has_length) {
        uint64_t left = range->length;
        range->length = left < v->unit ? left : v->unit;
        range->missing = v->unit - range->length;
    }
    if (range->has_length && (range->length + range->missing) % v->unit != 0) {
        (void)run_usage(r, "LENGTH must be a multiple of %u bytes for %s", v->unit, v->name);
        return false;
    }
    *odd = range->length % v->unit;
    *p = (struct peek){.view = v,
                       .offset = range->offset,
                       .length = range->length - *odd,
                       .all = run_option(r, "all") != NULL,
                       .fold = run_option(r, "no-fold") == NULL};
    return true;
}

static int print(struct command_run *r, const struct peek *p, bool raw, bool json, uint64_t *shown)
{
    return raw                          ? peek_raw(r, p, shown)
           : json                       ? peek_json(r, p, shown)
           : p->view->kind == VIEW_HEX  ? peek_dump(r, p, shown)
           : p->view->kind == VIEW_TEXT ? peek_text(r, p, false, shown)
                                        : peek_numbers(r, p, shown);
}

/* In the past: reads the range into p->held and p->state before anything is printed. An error if a
 * part of it is unknown and the form cannot show that. */
static int peek_then(struct command_run *r, struct peek *p)
{
    struct seg_stat stat;
    if (p->length > PEEK_HELD)
        return run_error(r, "at most 64 MiB of the past can be printed: give a LENGTH");
    p->held = malloc((size_t)p->length + 1);
    p->state = malloc((size_t)p->length + 1);
    if (p->held == NULL || p->state == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    for (uint64_t at = 0; at < p->length;) {
        size_t n = p->length - at < SEG_SMALL ? (size_t)(p->length - at) : SEG_SMALL;
        struct oserr e = seg_sample(r->seg, p->offset + at, p->held + at, p->state + at, n, &stat);
        if (oserr_is(e))
            return run_fail(r, NULL, "read it", e);
        if (!progress_yield(r->env->progress, at, p->length))
            return EXIT_STOPPED;
        at += n;
    }
    for (uint64_t i = 0; i < p->length; i++)
        p->unknown += peek_unknown(p, p->offset + i, 1) ? 1 : 0;
    bool shows = p->view->kind != VIEW_TEXT && run_option(r, "json") == NULL;
    if (p->unknown > 0 && !shows)
        return run_fail(r, NULL, "read it", (struct oserr){"seg_read", SEG_E_UNKNOWN});
    return EXIT_DONE;
}

bool peek_unknown(const struct peek *p, uint64_t offset, size_t n)
{
    const uint8_t *state = p->state == NULL ? NULL : p->state + (offset - p->offset);
    for (size_t i = 0; state != NULL && i < n; i++)
        if (state[i] != SEG_BYTE_DATA && state[i] != SEG_BYTE_HOLE)
            return true;
    return false;
}

/* peek of a consistent range: read twice with the same result, or under its sequence counter. */

void peek_give(const struct peek *p, struct aligned_buffer *b)
{
    b->held = p->held;
    b->held_at = p->offset;
    b->held_n = (size_t)p->length;
}

/* `OFFSET` or `OFFSET:BYTES`. */
static bool parse_lock(struct command_run *r, const char *text, struct seg_seqlock *lock)
{
    char offset[64];
    const char *colon = strchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
    uint64_t width = 4;
    if (n >= sizeof offset) {
        (void)run_bad_word(r, "--seqlock", text, "not an offset");
        return false;
    }
    memcpy(offset, text, n);
    offset[n] = '\0';
    if (!run_offset(r, offset, &lock->offset) ||
        (colon != NULL && !run_number(r, "BYTES", colon + 1, 8, &width)))
        return false;
    lock->width = (uint32_t)width;
    if ((width != 1 && width != 2 && width != 4 && width != 8) || lock->offset % width != 0) {
        (void)run_bad_word(r, "--seqlock", text,
                           "a counter has 1, 2, 4 or 8 bytes, at a multiple of that");
        return false;
    }
    if (lock->offset > r->size || r->size - lock->offset < width) {
        (void)run_bad_word(r, "--seqlock", text, "past the end");
        return false;
    }
    return true;
}

int peek_settled(struct command_run *r, const struct seg_seqlock *lock, uint64_t offset, void *p,
                 size_t n, size_t *got)
{
    bool settled = false;
    for (int i = 0; i < ROUNDS; i++) {
        struct oserr e = seg_read_consistent(r->seg, lock, offset, p, n, TRIES, got, &settled);
        if (oserr_is(e))
            return run_fail(r, NULL, "read it", e);
        if (settled)
            return EXIT_DONE;
        if (!progress_sleep(r->env->progress, os_now() + PAUSE_NS))
            return EXIT_STOPPED;
    }
    (void)run_error(r,
                    lock == NULL ? "0x%" PRIx64 ": no two readings of its 0x%" PRIx64
                                   " bytes in a row were the same"
                    : lock->two ? "the counter at 0x%" PRIx64 " never was equal to the one that "
                                  "ends a store while 0x%" PRIx64 " bytes were read"
                                : "the counter at 0x%" PRIx64 " never stood still and even while "
                                  "0x%" PRIx64 " bytes were read",
                    lock != NULL ? lock->offset : offset, (uint64_t)n);
    return EXIT_NO;
}

/* --settled, --seqlock: reads the range into p->held as it was at one moment; EXIT_NO: it changed
 * during every reading, which was reported. */
static int peek_hold(struct command_run *r, struct peek *p)
{
    struct seg_seqlock lock = {0};
    size_t got = 0;
    const char *text = run_option(r, "seqlock");
    bool settled = run_option(r, "settled") != NULL;
    if (text == NULL && !settled)
        return EXIT_DONE;
    if (text != NULL && settled)
        return run_usage(r, "--seqlock says more than --settled: give one of them");
    if (text != NULL && !parse_lock(r, text, &lock))
        return EXIT_ERROR;
    if (p->length > PEEK_HELD)
        return run_error(r, "at most 64 MiB can be read at one moment: give a LENGTH");
    p->held = malloc((size_t)p->length + 1);
    if (p->held == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    int status =
        peek_settled(r, text != NULL ? &lock : NULL, p->offset, p->held, (size_t)p->length, &got);
    if (status == EXIT_DONE)
        p->length = got - got % p->view->unit;
    return status;
}

int cmd_peek(struct command_run *r)
{
    struct peek p;
    struct range range;
    uint64_t odd = 0;
    uint64_t shown = 0;
    bool raw = run_option(r, "raw") != NULL;
    bool json = run_option(r, "json") != NULL;
    if (typed_wanted(r))
        return peek_typed(r);
    if (raw && json)
        return run_usage(r, "--raw or --json, not both");
    if (raw && (r->env->ui || r->env->out_terminal))
        return run_usage(r, "--raw does not write to a terminal");
    if (!prepare(r, &p, &range, &odd))
        return EXIT_ERROR;
    uint64_t wanted = p.length;
    int status = r->env->when != NULL ? peek_then(r, &p) : peek_hold(r, &p);
    if (status == EXIT_DONE)
        status = print(r, &p, raw, json, &shown);
    free(p.held);
    free(p.state);
    if (status != EXIT_DONE)
        return status;
    if (odd != 0 && shown == wanted && range.missing == 0) {
        run_note(r, "the last %u byte%s no whole %s and %s left out", (unsigned)odd,
                 odd == 1 ? " is" : "s are", p.view->name, odd == 1 ? "was" : "were");
    }
    if (p.unknown > 0) {
        run_note(r, "%" PRIu64 " byte%s not known%s (?)", p.unknown,
                 p.unknown == 1 ? " is" : "s are", r->env->when);
    }
    const struct out *o = r->env->out;
    bool said = o->cut || oserr_is(o->error); /* why less was shown */
    if (shown < wanted && range.has_offset && p.view->kind != VIEW_TEXT && !said) {
        return run_error(r, "it shrank to 0x%" PRIx64 " bytes meanwhile: the rest was not there",
                         p.offset + shown);
    }
    return run_past_end(r, &range);
}
