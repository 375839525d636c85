/* Undo and redo: one value as a compare-and-swap (edit_store.c), replaced matches as one for each
 * of their words, a range by comparing it first and then storing. When the segment has moved on,
 * the user is asked. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/kept_range.h"
#include "core/number.h"
#include "core/plural.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

/* ---- a range ---- */

struct range_step {
    struct range_job job;
    struct kept_range *range; /* held */
    enum store_why why;
};

static const char *verb(enum store_why why)
{
    return why == STORE_UNDO ? "undo" : "redo";
}

/* What is undone or redone next; NULL: nothing. */
static const struct undo_step *next_of(const struct session *s, enum store_why why)
{
    if (why == STORE_UNDO)
        return s->undo_count > 0 ? &s->undo[s->undo_count - 1] : NULL;
    return s->redo_count > 0 ? &s->undo[s->undo_count] : NULL;
}

static void post_range(struct ui *ui, struct kept_range *range, enum store_why why, bool force);

static void go_on_with_range(struct ui *ui, struct kept_range *range)
{
    edit_steps_go_on(ui, ui->inspect->range_why);
    post_range(ui, range, ui->inspect->range_why, true);
}

static void range_anyway(struct ui *ui, const char *text, void *ctx)
{
    const struct undo_step *u = next_of(&ui->s, ui->inspect->range_why);
    (void)text;
    (void)ctx;
    if (!ui->inspect->undo_busy && ui->s.edit && u != NULL && u->range != NULL &&
        u->range == ui->inspect->range_asked)
        go_on_with_range(ui, u->range);
}

static void ask_range(struct ui *ui, const struct range_step *r, const char *question)
{
    ui->inspect->range_asked = r->range;
    edit_ask_step(ui, r->why, question, range_anyway);
}

/* None of what was typed is there any more. */
static void typed_moved_on(struct ui *ui, const struct range_step *r)
{
    char question[160];
    (void)snprintf(question, sizeof question, "all %zu bytes typed at 0x%" PRIx64 " changed since",
                   r->job.length, r->job.offset);
    if (!edit_can_ask(ui)) {
        ui_say(ui, STYLE_WARN, "%s: no %s", question, verb(r->why));
        return;
    }
    ask_range(ui, r, question);
}

static void range_moved_on(struct ui *ui, const struct range_step *r)
{
    char question[160];
    edit_give_up(ui);
    if (r->range->typed) {
        typed_moved_on(ui, r);
        return;
    }
    if (!edit_can_ask(ui) && r->range->at != NULL) {
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 ": %" PRIu64 " of %zu match%s changed: no %s",
               r->job.first, r->job.differ, r->range->count, r->range->count == 1 ? "" : "es",
               verb(r->why));
        return;
    }
    if (!edit_can_ask(ui)) {
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 ": %" PRIu64 " of %zu byte%s changed: no %s",
               r->job.offset, r->job.differ, r->job.length, plural_s(r->job.length), verb(r->why));
        return;
    }
    if (r->range->at != NULL && r->range->count == 1)
        (void)snprintf(question, sizeof question, "the match at 0x%" PRIx64 " changed since",
                       r->job.first);
    else if (r->range->at != NULL)
        (void)snprintf(question, sizeof question,
                       "all %zu matches changed since (first 0x%" PRIx64 ")", r->range->count,
                       r->job.first);
    else
        (void)snprintf(
            question, sizeof question,
            "%" PRIu64 " of the %zu byte%s at 0x%" PRIx64 " changed since (first 0x%" PRIx64 ")",
            r->job.differ, r->job.length, plural_s(r->job.length), r->job.offset, r->job.first);
    ask_range(ui, r, question);
}

static void say_done(struct ui *ui, const struct range_step *r)
{
    const struct range_job *j = &r->job;
    const char *what = r->why == STORE_UNDO ? "put back" : "written again";
    char stay[64] = "";
    uint64_t differ = r->range->typed ? j->differ * j->each : j->differ;
    if (differ > 0)
        (void)snprintf(stay, sizeof stay, "; %" PRIu64 " had changed and stay%s", differ,
                       differ == 1 ? "s" : "");
    if (r->range->at == NULL)
        ui_say(ui, STYLE_TEXT, "%s 0x%" PRIx64 ": %zu byte%s %s (not atomic)", verb(r->why),
               j->offset, j->length, plural_s(j->length), what);
    else if (r->range->typed)
        ui_say(ui, differ > 0 ? STYLE_WARN : STYLE_TEXT, "%s 0x%" PRIx64 ": %zu typed byte%s %s%s",
               verb(r->why), j->offset, j->done, plural_s(j->done), what, stay);
    else if (r->range->count == 1)
        ui_say(ui, STYLE_TEXT, "%s 0x%" PRIx64 ": %zu byte%s %s", verb(r->why), j->offset,
               j->length, plural_s(j->length), what);
    else
        ui_say(ui, j->differ > 0 ? STYLE_WARN : STYLE_TEXT, "%s: %zu match%s %s%s", verb(r->why),
               j->done / j->each, j->done == j->each ? "" : "es", what, stay);
}

static void range_ended(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    struct range_step *r = arg;
    const struct range_job *j = &r->job;
    const struct undo_step *u = next_of(&ui->s, r->why);
    if (u == NULL || u->range != r->range) { /* it was forgotten meanwhile */
        edit_give_up(ui);
    } else if (j->stored) {
        edit_step_taken(ui, r->why, j->differ);
        say_done(ui, r);
        edit_next_step(ui);
    } else if (j->differ > 0 && !cancelled) {
        range_moved_on(ui, r);
    } else {
        edit_give_up(ui);
        if (!cancelled && j->left > 0)
            ui_say(ui, STYLE_ERROR, "%s: %zu of %zu byte%s of one match stored, and they stay so",
                   verb(r->why), j->left, j->each, plural_s(j->each));
        else if (!cancelled && j->done > 0)
            ui_say(ui, STYLE_ERROR, "%s: only %s%zu of %zu byte%s could be stored", verb(r->why),
                   j->at == NULL ? "the first " : "", j->done, j->length, plural_s(j->length));
        else if (!cancelled)
            ui_say_error(ui, verb(r->why), j->error);
    }
    kept_range_release(r->range);
    if (!ui->inspect->undo_busy)
        edit_steps_stopped(ui, r->why);
}

static void post_range(struct ui *ui, struct kept_range *range, enum store_why why, bool force)
{
    struct range_step r = {.range = kept_range_hold(range), .why = why};
    bool undo = why == STORE_UNDO;
    r.job = (struct range_job){.offset = range->offset,
                               .length = range->length,
                               .expect = undo ? range->value : range->old,
                               .value = undo ? range->old : range->value,
                               .at = range->at,
                               .each = range->each,
                               .force = force,
                               .backward = undo && range->typed};
    ui->inspect->undo_busy = true;
    session_move_to(&ui->s, range->offset, false);
    struct sampler_job *j = sampler_job_new(ui->s.sampler, job_range, &r, sizeof r, range_ended);
    if (j == NULL)
        kept_range_release(range);
    if (!inspect_post(ui, j))
        edit_give_up(ui);
}

/* ---- steps ---- */

static void step(struct ui *ui, enum store_why why, const struct undo_step *u)
{
    struct cell_store r = {.why = why};
    const struct poke_done *p = &u->one;
    const struct view *v = u->view != NULL ? u->view : inspect_view(ui);
    if (u->range != NULL) {
        post_range(ui, u->range, why, false);
        return;
    }
    r.view = u->view != NULL || (v->kind != VIEW_TEXT && v->unit == p->size) ? v : NULL;
    r.job.poke = (struct poke){.offset = p->offset, .size = p->size, .cas = true};
    memcpy(r.job.poke.expect, why == STORE_UNDO ? p->value : p->old, sizeof p->old);
    memcpy(r.job.poke.value, why == STORE_UNDO ? p->old : p->value, sizeof p->old);
    memcpy(r.job.poke.mask, p->mask, sizeof p->mask);
    ui->inspect->undo_busy = true;
    session_move_to(&ui->s, p->offset, false);
    edit_store(ui, &r);
}

/* `the poke at 0x10`. */
static void step_text(const struct undo_step *u, char *out, size_t cap)
{
    if (u->lost[0] != '\0')
        (void)snprintf(out, cap, "the %s", u->lost);
    else if (u->range == NULL)
        (void)snprintf(out, cap, "the poke at 0x%" PRIx64, u->one.offset);
    else if (u->range->typed)
        (void)snprintf(out, cap, "what was typed at 0x%" PRIx64, u->range->offset);
    else if (u->range->at != NULL)
        (void)snprintf(out, cap, "the replacement at 0x%" PRIx64, u->range->offset);
    else
        (void)snprintf(out, cap, "the %zu bytes at 0x%" PRIx64, u->range->length, u->range->offset);
}

/* The newest step cannot be undone: says so, and what is undone next. True: it was one. */
static bool passes_lost(struct ui *ui, enum store_why why)
{
    const struct undo_step *next = why == STORE_UNDO ? next_of(&ui->s, why) : NULL;
    char what[96], older[96] = "", key[UI_PRESS];
    if (next == NULL || next->lost[0] == '\0')
        return false;
    step_text(next, what, sizeof what);
    session_undo_skip(&ui->s, true);
    next = next_of(&ui->s, why);
    if (next != NULL)
        step_text(next, older, sizeof older);
    edit_give_up(ui);
    if (older[0] != '\0')
        ui_say(ui, STYLE_WARN, "%s cannot be undone; %s again takes back %s before it", what,
               edit_undo_key(ui, key), older);
    else
        ui_say(ui, STYLE_WARN, "%s cannot be undone; there is nothing older to undo", what);
    return true;
}

static void say_nothing(struct ui *ui, enum store_why why)
{
    const char *more = ui->inspect->steps.asked > 0 ? "more " : "";
    size_t gone = why == STORE_UNDO ? ui->s.undo_given_up : 0;
    if (gone > 0)
        ui_say(ui, STYLE_WARN,
               "nothing more to undo: %zu older step%s given up (64 MiB and %d steps are kept)",
               gone, gone == 1 ? " was" : "s were", UNDO_MAX);
    else
        ui_say(ui, STYLE_WARN, "nothing %sto %s", more, verb(why));
}

void edit_take_step(struct ui *ui, enum store_why why)
{
    const struct undo_step *next = next_of(&ui->s, why);
    bool can = inspect_attached(ui) && !inspect_is_past(ui);
    if (can && passes_lost(ui, why))
        return;
    if (can && next != NULL && ui->s.edit) {
        step(ui, why, next);
        return;
    }
    edit_give_up(ui);
    if (can && next != NULL)
        ui_edit_then(ui, verb(why));
    else if (can)
        say_nothing(ui, why);
}

void edit_step_taken(struct ui *ui, enum store_why why, uint64_t stay)
{
    session_undo_went(&ui->s, why == STORE_UNDO);
    ui->inspect->steps.taken++;
    ui->inspect->steps.stay += stay;
    lab_did(ui, verb(why));
}

/* `2 of 3 taken back` */
static void steps_text(const struct ui *ui, enum store_why why, char *out, size_t cap)
{
    const char *what = why == STORE_UNDO ? "taken back" : "done again";
    uint64_t stay = ui->inspect->steps.stay;
    int n =
        snprintf(out, cap, "%d of %d %s", ui->inspect->steps.taken, ui->inspect->steps.asked, what);
    if (stay > 0)
        (void)snprintf(out + n, cap - (size_t)n, "; %" PRIu64 " had changed and stay%s", stay,
                       stay == 1 ? "s" : "");
}

void edit_steps_stopped(struct ui *ui, enum store_why why)
{
    char said[sizeof ui->status], text[96];
    if (ui->inspect->steps.asked == 0)
        return;
    steps_text(ui, why, text, sizeof text);
    bool all = ui->inspect->steps.taken == ui->inspect->steps.asked;
    ui->inspect->steps.open = ui->prompt.kind == PROMPT_CONFIRM ? ui->inspect->steps.asked : 0;
    ui->inspect->steps.asked = 0;
    memcpy(said, ui->status, sizeof said);
    if (said[0] == '\0')
        ui->status_style = STYLE_TEXT;
    size_t n = strlen(ui->prompt.note);
    if (ui->prompt.kind == PROMPT_CONFIRM)
        (void)snprintf(ui->prompt.note + n, sizeof ui->prompt.note - n, "%s%s", n > 0 ? "; " : "",
                       text);
    else if (all || said[0] == '\0')
        ui_say(ui, ui->status_style, "%s", text);
    else
        ui_say(ui, ui->status_style, "%.300s: %s", text, said);
}

void edit_steps_go_on(struct ui *ui, enum store_why why)
{
    struct inspect_state *st = ui->inspect;
    int rest = st->steps.open - st->steps.taken - 1; /* after the one that was asked about */
    st->steps.asked = st->steps.open;
    st->steps.open = 0;
    if (st->steps.asked > 0)
        st->undo_more = why == STORE_UNDO ? -rest : rest;
}

void edit_steps_refused(struct ui *ui, void *ctx)
{
    struct inspect_state *st = ui->inspect;
    int open = st->steps.open, rest = open - st->steps.taken;
    (void)ctx;
    st->steps.open = 0;
    if (open == 0)
        ui_say(ui, STYLE_TEXT, "it stays as it is");
    else
        ui_say(ui, STYLE_WARN, "%d of %d taken; the one asked about%s", st->steps.taken, open,
               rest > 1 ? ", and those left, stay as they are" : " stays as it is");
}

/* A key that is not an answer: `s` forgets the step that others overtook, and continues with the
 * one before it. */
static void step_typed(struct ui *ui, struct key key, void *ctx)
{
    struct inspect_state *st = ui->inspect;
    enum store_why why = st->range_why;
    int open = st->steps.open, rest = open - st->steps.taken - 1;
    if (key.code != 's' || key.mods != 0 || st->undo_busy || !ui->s.edit ||
        next_of(&ui->s, why) == NULL) {
        edit_steps_refused(ui, ctx);
        return;
    }
    session_undo_skip(&ui->s, why == STORE_UNDO);
    st->steps.asked = open;
    st->steps.open = 0;
    if (open > 0)
        st->undo_more = why == STORE_UNDO ? -rest : rest;
    edit_take_step(ui, why);
    if (!st->undo_busy)
        edit_steps_stopped(ui, why);
}

void edit_ask_step(struct ui *ui, enum store_why why, const char *question,
                   void (*anyway)(struct ui *ui, const char *text, void *ctx))
{
    char text[256], ask[48];
    (void)snprintf(ask, sizeof ask, "%s anyway? s: skip [y/N]", verb(why));
    (void)snprintf(text, sizeof text, "%s: %s", question, ask);
    bool fits = canvas_width(text) < ui->canvas.cols && strlen(text) <= 140;
    ui->inspect->range_why = why;
    prompt_confirm(&ui->host, fits ? text : ask, anyway, NULL);
    if (!fits)
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%.150s", question);
    ui->prompt.drop = edit_steps_refused;
    ui->prompt.typed = step_typed;
}

/* Takes `arg` steps, or one; those asked for while a store is under way, when it has ended. */
static void take_steps(struct ui *ui, enum store_why why, const char *arg)
{
    struct inspect_state *st = ui->inspect;
    char line[32];
    uint64_t n = 1;
    if (arg != NULL && arg[0] != '\0' && (number_u64(arg, UNDO_MAX, &n) != NUM_OK || n == 0)) {
        ui_say(ui, STYLE_ERROR, "%s: how many steps, 1 to %d?", verb(why), UNDO_MAX);
        return;
    }
    if (!inspect_attached(ui))
        return;
    if (why == STORE_UNDO && n == 1 && !st->undo_busy && st->stores_pending == 0 &&
        inspect_restore_mark(ui)) /* in the past, too: nothing is stored */
        return;
    if (inspect_is_past(ui))
        return;
    int more = why == STORE_UNDO ? -(int)n : (int)n;
    if (!st->undo_busy) {
        st->steps.asked = n > 1 ? (int)n : 0;
        st->steps.open = 0; /* a question about older ones was not answered */
        st->steps.taken = 0;
        st->steps.stay = 0;
    }
    if (st->undo_busy || st->stores_pending > 0) {
        st->undo_more += more;
    } else if (next_of(&ui->s, why) == NULL) {
        st->steps.asked = 0;
        say_nothing(ui, why);
    } else if (passes_lost(ui, why)) {
        edit_steps_stopped(ui, why);
    } else if (!ui->s.edit) {
        (void)snprintf(line, sizeof line, "%s %d", verb(why), (int)n);
        ui_edit_then(ui, n > 1 ? line : verb(why));
    } else {
        st->undo_more += more < 0 ? more + 1 : more - 1;
        edit_take_step(ui, why);
    }
}

void act_undo(struct ui *ui, const char *arg)
{
    take_steps(ui, STORE_UNDO, arg);
}

void act_redo(struct ui *ui, const char *arg)
{
    take_steps(ui, STORE_REDO, arg);
}
