/* watch, and the loop that it shares with record: when to look, and what happened to the
 * segment itself. */
#include "cli/watch/watch.h"

#include "cli/commands/typed.h"
#include "time/recording.h"

static bool parse(struct command_run *r, struct watch *w)
{
    *w = (struct watch){.r = r, .sink = &watch_lines, .json = run_option(r, "json") != NULL};
    return run_view(r, &w->view) && run_range(r, 0, &w->range) && watch_options(r, w) &&
           run_count_option(r, "count", &w->count);
}

/* Makes the range whole units; a numeric view with an OFFSET alone is one value. */
static bool fit_range(struct command_run *r, struct watch *w)
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

/* SIGINT is the proper end of a watch, wherever it arrives. */
static int ended(struct command_run *r, int status)
{
    bool stopped = status == EXIT_STOPPED || r->stopped;
    if (!stopped || (!r->env->ui && os_stop_signal() != 2))
        return status;
    r->stopped = false;
    return EXIT_DONE;
}

int cmd_watch(struct command_run *r)
{
    struct watch w;
    if (typed_wanted(r))
        return watch_typed(r);
    bool recorded = seg_kind(r->seg) == SEG_REC;
    if (recorded) {
        struct oserr e = recording_seek(r->seg, 0, r->env->progress);
        if (oserr_is(e))
            return ended(r, run_fail(r, NULL, "read it", e));
        r->size = seg_last(r->seg)->size;
    }
    if (!parse(r, &w) || !fit_range(r, &w))
        return EXIT_ERROR;
    int status = ended(r, recorded ? watch_recording(&w) : watch_run(&w));
    return status == EXIT_NO && w.count == 0 ? EXIT_DONE : status;
}

/* ---- options ---- */

enum { DEFAULT_HZ = 250, LATE_PERIODS = 4 };

#define NS_PER_S      INT64_C(1000000000)
#define LATE_AT_LEAST INT64_C(10000000) /* ns; a scheduler's hiccup is no gap */
#define REST_MOST     1e15              /* ns; eleven days, which fits the clock in any case */

bool watch_options(struct command_run *r, struct watch *w)
{
    const char *cpu = run_option(r, "cpu");
    double hz = DEFAULT_HZ;
    w->duration = -1;
    if (!run_hz_option(r, &hz) || !run_duration_option(r, "for", &w->duration))
        return false;
    if (cpu != NULL && !run_positive(cpu, 100, &w->cpu)) {
        (void)run_bad_word(r, "--cpu", cpu, "not a percentage (above 0, at most 100)");
        return false;
    }
    w->period = (int64_t)((double)NS_PER_S / hz);
    return true;
}

/* ---- what happens to the segment itself ---- */

/* A range up to the end of the segment grows with it. */
static void follow_growth(struct watch *w)
{
    uint64_t length = w->last.size > w->range.offset ? w->last.size - w->range.offset : 0;
    length -= length % w->unit;
    if (w->to_end && length > w->range.length)
        w->range.length = length;
}

static void look_at_state(struct watch *w, int64_t now)
{
    struct seg_stat st;
    struct oserr e = seg_refresh(w->r->seg, &st);
    if (oserr_is(e)) {
        if (!w->failed)
            (void)run_fail(w->r, NULL, "look at it", e);
        w->failed = true;
        return;
    }
    w->failed = false;
    w->sink->state(w, now - w->start, &st);
    w->last = st;
    follow_growth(w);
}

/* ---- the loop ---- */

/* When to look next; with --cpu not before the CPU debt is paid. */
static int64_t next_time(struct watch *w, int64_t due, int64_t ended)
{
    int64_t next = due + w->period;
    if (w->cpu > 0) {
        double pause = (double)w->owed * (100 / w->cpu - 1);
        int64_t rest = pause < REST_MOST ? (int64_t)pause : (int64_t)REST_MOST;
        next = ended + rest > next ? ended + rest : next;
    }
    w->owed = 0;
    return next;
}

/* Reports a gap when a look begins long after it was due, before what it finds. Returns the time
 * from which the next one is due. */
static int64_t report_gap(struct watch *w, int64_t due, int64_t began)
{
    int64_t missed = began - due;
    if (missed <= LATE_PERIODS * w->period || missed <= LATE_AT_LEAST) {
        w->missed = 0;
        return due;
    }
    if (missed / 3 * 2 > w->missed) { /* once while it lasts, and again when it gets worse */
        w->sink->gap(w, began - w->start, missed);
        w->missed = missed;
    } else if (missed < w->missed) {
        w->missed -= (w->missed - missed) / 4; /* a long one long ago hides no other */
    }
    return began;
}

static int loop(struct watch *w)
{
    int64_t due = os_now(); /* the first look is no gap, however long it took */
    int64_t stop = w->duration < 0 ? INT64_MAX : w->start + w->duration;
    while (!w->sink->ended(w)) {
        int64_t began = os_now();
        if (began >= stop)
            return EXIT_NO;
        due = report_gap(w, due, began);
        look_at_state(w, began);
        int status = watch_look(w, began);
        if (status != EXIT_DONE)
            return status;
        due = next_time(w, due, os_now());
        bool written = w->sink->flush(w);
        if (os_stop_asked() || (written && !w->sink->ended(w) &&
                                !progress_sleep(w->r->env->progress, due < stop ? due : stop)))
            return w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
    }
    return EXIT_DONE;
}

int watch_run(struct watch *w)
{
    w->last = *seg_last(w->r->seg);
    struct oserr e = watch_new(w);
    if (oserr_is(e)) {
        watch_free(w);
        return run_fail(w->r, NULL, "watch it", e);
    }
    w->start = os_now();
    int status = watch_look(w, w->start);
    if (status == EXIT_DONE && w->sink->begin != NULL)
        status = w->sink->begin(w);
    if (status == EXIT_DONE) {
        status = loop(w);
        if (w->sink->end != NULL)
            w->sink->end(w);
    }
    watch_free(w);
    return status;
}
