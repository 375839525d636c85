/* watch: a private copy of the range, compared at every sample. */
#include "cli/watch/watch.h"
#include "backend/reel.h"

static bool parse(struct run *r, struct watch *w)
{
    *w = (struct watch){.r = r, .sink = &watch_lines, .json = run_option(r, "json") != NULL};
    return run_view(r, &w->view) && run_range(r, 0, &w->range) && watch_options(r, w) &&
           run_count_option(r, "count", &w->count);
}

/* The range in whole units; a numeric view with an OFFSET alone is one value. */
static bool settle_range(struct run *r, struct watch *w)
{
    bool numbers = w->view != NULL && w->view->kind != VIEW_HEX && w->view->kind != VIEW_TEXT;
    w->unit = w->view == NULL ? 1 : w->view->unit;
    w->to_end = !w->range.has_length && !(numbers && w->range.has_offset);
    if (numbers && w->range.has_offset && !w->range.has_length) {
        w->range.missing = w->range.length < w->unit ? w->unit - w->range.length : 0;
        w->range.length = w->unit;
    }
    if (w->range.missing > 0) {
        (void)run_past_end(r, &w->range);
        return false;
    }
    if (w->range.has_length && w->range.length % w->unit != 0) {
        (void)run_usage(r, "LENGTH must be a multiple of %zu bytes for %s", w->unit, w->view->name);
        return false;
    }
    if (w->range.length % w->unit != 0) {
        run_note(r, "the last %u bytes are no whole %s and are left out",
                 (unsigned)(w->range.length % w->unit), w->view->name);
        w->range.length -= w->range.length % w->unit;
    }
    return true;
}

int cmd_watch(struct run *r)
{
    struct watch w;
    bool recorded = seg_kind(r->seg) == SEG_REC;
    if (recorded) {
        struct oserr e = seg_seek(r->seg, 0);
        if (oserr_is(e)) {
            return run_fail(r, NULL, "read it", e);
        }
        r->size = seg_last(r->seg)->size;
    }
    if (!parse(r, &w) || !settle_range(r, &w)) {
        return EXIT_ERROR;
    }
    int status = recorded ? watch_recorded(&w) : watch_run(&w);
    return status == EXIT_NO && w.count == 0 ? EXIT_DONE : status;
}
