/* peek of a range whose bytes belong together: read twice alike, or under its sequence counter. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/peek.h"

enum {
    HELD_MAX = 64 * 1024 * 1024, /* bytes; more never stand still for as long as reading takes */
    ROUNDS = 200,                /* of TRIES readings each, with a pause between */
    TRIES = 16,
    PAUSE_NS = 500000,
};

void peek_give(const struct peek *p, struct block *b)
{
    b->held = p->held;
    b->held_at = p->offset;
    b->held_n = (size_t)p->length;
}

/* `OFFSET` or `OFFSET:BYTES`. */
static bool parse_lock(struct run *r, const char *text, struct seg_seqlock *lock)
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
        (colon != NULL && !run_number(r, "BYTES", colon + 1, 8, &width))) {
        return false;
    }
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

static int hold(struct run *r, struct peek *p, const struct seg_seqlock *lock)
{
    bool settled = false;
    size_t got = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct oserr e = seg_read_settled(r->seg, lock, p->offset, p->held, (size_t)p->length,
                                          TRIES, &got, &settled);
        if (oserr_is(e)) {
            return run_fail(r, NULL, "read it", e);
        }
        if (settled) {
            p->length = got - got % p->view->unit;
            return EXIT_DONE;
        }
        if (!run_sleep(r, os_now() + PAUSE_NS)) {
            return EXIT_STOPPED;
        }
    }
    (void)run_error(r,
                    lock != NULL ? "the counter at 0x%" PRIx64 " never stood still and even while "
                                   "0x%" PRIx64 " bytes were read"
                                 : "0x%" PRIx64 ": no two readings of its 0x%" PRIx64
                                   " bytes in a row were the same",
                    lock != NULL ? lock->offset : p->offset, p->length);
    return EXIT_NO;
}

int peek_hold(struct run *r, struct peek *p)
{
    struct seg_seqlock lock;
    const char *text = run_option(r, "seqlock");
    bool settled = run_option(r, "settled") != NULL;
    if (text == NULL && !settled) {
        return EXIT_DONE;
    }
    if (text != NULL && settled) {
        return run_usage(r, "--seqlock says more than --settled: give one of them");
    }
    if (text != NULL && !parse_lock(r, text, &lock)) {
        return EXIT_ERROR;
    }
    if (p->length > HELD_MAX) {
        return run_error(r, "at most 64 MiB can be read at one moment: give a LENGTH");
    }
    p->held = malloc((size_t)p->length + 1);
    if (p->held == NULL) {
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    }
    return hold(r, p, text != NULL ? &lock : NULL);
}
