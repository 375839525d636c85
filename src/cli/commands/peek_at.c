/* peek of what a segment was: read whole before anything is printed, with what is not known of it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/peek.h"

enum { HELD_MAX = 64 * 1024 * 1024 };

int peek_then(struct run *r, struct peek *p)
{
    struct seg_stat stat;
    if (p->length > HELD_MAX) {
        return run_error(r, "at most 64 MiB of the past can be printed: give a LENGTH");
    }
    p->held = malloc((size_t)p->length + 1);
    p->state = malloc((size_t)p->length + 1);
    if (p->held == NULL || p->state == NULL) {
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    }
    for (uint64_t at = 0; at < p->length;) {
        size_t n = p->length - at < SEG_SMALL ? (size_t)(p->length - at) : SEG_SMALL;
        struct oserr e = seg_sample(r->seg, p->offset + at, p->held + at, p->state + at, n, &stat);
        if (oserr_is(e)) {
            return run_fail(r, NULL, "read it", e);
        }
        if (!run_breathe(r, at, p->length)) {
            return EXIT_STOPPED;
        }
        at += n;
    }
    for (uint64_t i = 0; i < p->length; i++) {
        p->unknown += peek_unknown(p, p->offset + i, 1) ? 1 : 0;
    }
    bool shows = p->view->kind != VIEW_TEXT && run_option(r, "json") == NULL;
    if (p->unknown > 0 && !shows) {
        return run_fail(r, NULL, "read it", (struct oserr){"seg_read", SEG_E_UNKNOWN});
    }
    return EXIT_DONE;
}

bool peek_unknown(const struct peek *p, uint64_t offset, size_t n)
{
    const uint8_t *state = p->state == NULL ? NULL : p->state + (offset - p->offset);
    for (size_t i = 0; state != NULL && i < n; i++) {
        if (state[i] != SEG_BYTE_DATA && state[i] != SEG_BYTE_HOLE) {
            return true;
        }
    }
    return false;
}
