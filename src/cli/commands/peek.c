#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/peek.h"

/* What is asked for, checked; false: it was reported. */
static bool prepare(struct run *r, struct peek *p, struct range *range, uint64_t *odd)
{
    const struct view *v = view_find("hex");
    if (!run_view(r, &v) || !run_at(r, "at", r->seg, NULL) || !run_range(r, 0, range)) {
        return false;
    }
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

static int print(struct run *r, const struct peek *p, bool raw, bool json, uint64_t *shown)
{
    return raw                          ? peek_raw(r, p, shown)
           : json                       ? peek_json(r, p, shown)
           : p->view->kind == VIEW_HEX  ? peek_dump(r, p, shown)
           : p->view->kind == VIEW_TEXT ? peek_text(r, p, false, shown)
                                        : peek_numbers(r, p, shown);
}

int cmd_peek(struct run *r)
{
    struct peek p;
    struct range range;
    uint64_t odd = 0;
    uint64_t shown = 0;
    bool raw = run_option(r, "raw") != NULL;
    bool json = run_option(r, "json") != NULL;
    if (raw && json) {
        return run_usage(r, "--raw or --json, not both");
    }
    if (raw && (r->env->ui || r->env->out_terminal)) {
        return run_usage(r, "--raw does not write to a terminal");
    }
    if (!prepare(r, &p, &range, &odd)) {
        return EXIT_ERROR;
    }
    uint64_t wanted = p.length;
    int status = r->env->when != NULL ? peek_then(r, &p) : peek_hold(r, &p);
    if (status == EXIT_DONE) {
        status = print(r, &p, raw, json, &shown);
    }
    free(p.held);
    free(p.state);
    if (status != EXIT_DONE) {
        return status;
    }
    if (odd != 0 && shown == wanted && range.missing == 0) {
        run_note(r, "the last %u bytes are no whole %s and were left out", (unsigned)odd,
                 p.view->name);
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
