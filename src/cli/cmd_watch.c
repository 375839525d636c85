/* watch: a private copy of the range, compared at every sample. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/watch.h"

enum { DEFAULT_HZ = 250, BEHIND_PERIODS = 4 };

#define NS_PER_S        INT64_C(1000000000)
#define BEHIND_AT_LEAST INT64_C(10000000) /* ns; a scheduler's hiccup is no gap */
#define REST_MOST       1e15              /* ns; eleven days, what fits the clock in any case */

static bool parse(struct run *r, struct watch *w)
{
    const char *cpu = run_option(r, "cpu");
    double hz = DEFAULT_HZ;
    *w = (struct watch){.r = r, .json = run_option(r, "json") != NULL, .duration = -1};
    if (!run_view(r, &w->view) || !run_range(r, 0, &w->range) || !run_hz_option(r, &hz) ||
        !run_count_option(r, "count", &w->count) || !run_duration_option(r, "for", &w->duration)) {
        return false;
    }
    if (cpu != NULL && !run_positive(cpu, 100, &w->cpu)) {
        (void)run_bad_word(r, "--cpu", cpu, "not a percentage (above 0, at most 100)");
        return false;
    }
    w->period = (int64_t)((double)NS_PER_S / hz);
    return true;
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

/* ---- what happens to the segment itself ---- */

/* What the segment has grown by belongs to a range that goes to its end. */
static void follow_growth(struct watch *w)
{
    uint64_t length = w->size > w->range.offset ? w->size - w->range.offset : 0;
    length -= length % w->unit;
    if (w->to_end && length > w->range.length && !watch_grow(w, length)) {
        run_note(w->r, "no memory to watch what it has grown by");
        w->to_end = false;
    }
}

static void report_state(struct watch *w)
{
    struct seg_stat st;
    struct oserr e = seg_refresh(w->r->seg, &st);
    if (oserr_is(e)) {
        if (!w->failed) {
            (void)run_fail(w->r, NULL, "look at it", e);
        }
        w->failed = true;
        return;
    }
    w->failed = false;
    if (st.size != w->size) {
        run_note(w->r, "%s to %" PRIu64 " bytes", st.size < w->size ? "shrunk" : "grown", st.size);
    }
    if (st.replaced && !w->last.replaced) {
        run_note(w->r, "replaced by a new segment of this name; this is still the old one");
    } else if (st.name_gone && !w->last.name_gone) {
        run_note(w->r, "unlinked; watching goes on while it is mapped");
    }
    w->size = st.size;
    w->last = st;
    follow_growth(w);
}

/* ---- the loop ---- */

static void report_gap(struct watch *w, int64_t now, int64_t behind)
{
    double t = (double)(now - w->start) / 1e9;
    if (w->json) {
        out_print(w->r->env->out, "{\"t\":%.6f,\"gap\":%.6f}\n", t, (double)behind / 1e9);
    } else {
        run_note(w->r, "%.6f sampling fell behind for %.6f s", t, (double)behind / 1e9);
    }
}

/* When to look next; with --cpu not before the work is paid for. */
static int64_t next_time(struct watch *w, int64_t due, int64_t began, int64_t ended)
{
    int64_t next = due + w->period;
    if (w->cpu > 0) {
        double pause = (double)(ended - began) * (100 / w->cpu - 1);
        int64_t rest = pause < REST_MOST ? (int64_t)pause : (int64_t)REST_MOST;
        next = ended + rest > next ? ended + rest : next;
    }
    int64_t behind = ended - next;
    if (behind > BEHIND_PERIODS * w->period && behind > BEHIND_AT_LEAST) {
        report_gap(w, ended, behind);
        next = ended;
    }
    return next;
}

static bool ended(const struct watch *w)
{
    const struct out *o = w->r->env->out;
    return (w->count > 0 && w->printed >= w->count) || o->cut || oserr_is(o->error);
}

static int loop(struct watch *w)
{
    int64_t due = w->start;
    int64_t stop = w->duration < 0 ? INT64_MAX : w->start + w->duration;
    while (!ended(w)) {
        int64_t began = os_now();
        if (began >= stop) {
            return w->count > 0 ? EXIT_NO : EXIT_DONE;
        }
        report_state(w);
        int status = watch_sample(w, began);
        if (status != EXIT_DONE) {
            return status;
        }
        due = next_time(w, due, began, os_now());
        bool written = run_flush(w->r); /* if not, command_run says why */
        if (os_stop_asked() ||
            (written && !ended(w) && !run_sleep(w->r, due < stop ? due : stop))) {
            return w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
        }
    }
    return EXIT_DONE;
}

int cmd_watch(struct run *r)
{
    struct watch w;
    if (!parse(r, &w) || !settle_range(r, &w)) {
        return EXIT_ERROR;
    }
    w.size = r->size;
    w.last = *seg_last(r->seg);
    struct oserr e = watch_new(&w);
    if (oserr_is(e)) {
        watch_free(&w);
        return run_error(r, "no memory for a copy of %" PRIu64 " bytes: watch a smaller range",
                         w.range.length);
    }
    w.start = os_now();
    int status = watch_sample(&w, w.start);
    w.seen = true;
    if (status == EXIT_DONE) {
        status = loop(&w);
    }
    watch_free(&w);
    return status;
}
