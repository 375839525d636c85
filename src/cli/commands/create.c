/* create: makes a segment, all or nothing. */
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "cli/file_source.h"
#include "cli/run.h"
#include "core/number.h"

enum { FILL_SLICE = 4 * 1024 * 1024, HOLD_LOOK = 3600 };

/* What is to be created; all of it is checked before anything is made. */
struct create_request {
    uint64_t size;
    uint32_t mode;
    bool has_fill, has_from, hold;
    uint8_t fill;
    struct file_source from;
};

static bool parse_wish(struct command_run *r, struct create_request *w)
{
    const char *mode = run_option(r, "mode");
    const char *fill = run_option(r, "fill");
    *w = (struct create_request){.mode = 0600, .hold = run_option(r, "hold") != NULL};
    if (!run_number(r, "SIZE", r->word[1], INT64_MAX, &w->size))
        return false;
    if (w->size == 0) {
        (void)run_bad_word(r, "SIZE", r->word[1], "must be at least 1");
        return false;
    }
    if (mode != NULL && number_mode(mode, &w->mode) != NUM_OK) {
        (void)run_bad_word(r, "--mode", mode, "not an octal mode (0 to 7777)");
        return false;
    }
    if (fill != NULL && run_option(r, "from") != NULL) {
        (void)run_usage(r, "--fill and --from do not go together");
        return false;
    }
    if (w->hold && r->env->ui) {
        (void)run_usage(r, "--hold is for the shell");
        return false;
    }
    unsigned caps = seg_locator_caps(r->raw);
    if (mode != NULL && (caps & SEG_CAP_CHMOD) == 0) {
        (void)run_usage(r, "--mode: there are no such permissions here");
        return false;
    }
    w->has_fill = fill != NULL;
    return fill == NULL || run_byte(r, "--fill", fill, &w->fill);
}

static int fill_new(struct command_run *r, struct seg *s, struct create_request *w)
{
    if (w->has_from)
        return file_source_store(r, &w->from, s, 0);
    for (uint64_t at = 0; w->has_fill && at < w->size;) {
        uint64_t left = w->size - at;
        uint64_t done = 0;
        if (!progress_yield(r->env->progress, at, w->size))
            return EXIT_STOPPED;
        struct oserr e = seg_fill(s, at, left < FILL_SLICE ? left : FILL_SLICE, w->fill, &done);
        if (oserr_is(e))
            return run_fail(r, NULL, "fill it", e);
        at += done;
    }
    return EXIT_DONE;
}

/* Waits for SIGINT or SIGTERM, which end this properly. */
static int hold(struct command_run *r)
{
    while (progress_sleep(r->env->progress, os_now() + HOLD_LOOK * INT64_C(1000000000))) {
    }
    return EXIT_DONE;
}

/* Removes what could not be finished: the object that was created, never a different one that has
 * the name by now. */
static int undo(struct command_run *r, struct seg *s, int status)
{
    struct seg_stat st;
    struct oserr e = seg_refresh(s, &st);
    if ((seg_caps(s) & SEG_CAP_FLEETING) != 0)
        return status; /* closing is enough */
    if (!oserr_is(e) && !st.name_gone && !st.replaced) {
        const struct seg_removal what = {seg_locator(s), &st, SEG_RM_FORCE, NULL};
        e = seg_remove(r->env->be, &what, NULL);
        bool others = oserr_kind(e) == OSERR_K_MISSING || e.code == SEG_E_REPLACED;
        e = others ? OSERR_NONE : e;
    }
    return oserr_is(e) ? run_fail(r, NULL, "remove it again", e) : status;
}

/* A segment without a name lives as long as we hold it. */
static void check_hold(struct command_run *r, const struct seg *s, struct create_request *w)
{
    if ((seg_caps(s) & SEG_CAP_FLEETING) == 0)
        return;
    if (!w->hold && !r->env->ui) {
        run_note(r, "%s: kept until Ctrl-C, then freed",
                 seg_kind(s) == SEG_WIN ? "lives while a process holds it" : "has no name");
    }
    w->hold = !r->env->ui;
}

static int make(struct command_run *r, struct create_request *w)
{
    struct seg *s = NULL;
    struct oserr e = seg_create(r->env->be, r->raw, w->size, w->mode, &s);
    if (oserr_is(e))
        return run_fail(r, NULL, "create it", e);
    check_hold(r, s, w);
    int status = fill_new(r, s, w);
    if (status == EXIT_DONE) {
        out_locator(r->env->out, seg_locator(s));
        out_str(r->env->out, "\n");
        status = run_flush(r) ? EXIT_DONE : EXIT_ERROR; /* command_run reports it */
    }
    if (status != EXIT_DONE)
        status = undo(r, s, status);
    else if (w->hold)
        status = hold(r);
    bool fleeting = (seg_caps(s) & SEG_CAP_FLEETING) != 0;
    if (status == EXIT_DONE && r->env->ui && fleeting)
        r->env->made = s; /* one run creates one segment */
    else
        seg_close(s);
    return status;
}

int cmd_create(struct command_run *r)
{
    struct create_request w;
    const char *from = run_option(r, "from");
    if (!run_locator(r, r->word[0], r->raw) || !parse_wish(r, &w))
        return EXIT_ERROR;
    if (run_only_checks(r, 0, 0))
        return EXIT_DONE;
    if (from != NULL) {
        if (!file_source_open(r, from, w.size, &w.from))
            return !r->env->ui && os_stop_asked() ? EXIT_STOPPED : EXIT_ERROR;
        w.has_from = true;
    }
    int status = make(r, &w);
    if (w.has_from)
        file_source_close(&w.from);
    return status;
}
