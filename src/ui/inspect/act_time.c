/* Time travel: stepping between recorded changes, returning to live, the timeline. A step is a job:
 * the sampler's thread owns the history and looks up the time to go to. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/plural.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { STEPS_MAX = HISTORY_STEPS_MAX - 1 };

bool inspect_is_past(struct ui *ui)
{
    if (session_recorded(&ui->s))
        ui_say(ui, STYLE_ERROR, "a recording is read-only");
    else if (ui->s.past != 0)
        ui_say(ui, STYLE_ERROR, "the past is read-only; press {live} to return to live");
    return session_recorded(&ui->s) || ui->s.past != 0;
}

void inspect_when(const struct ui *ui, int64_t past, char out[INSPECT_WHEN])
{
    const struct history_result *p = &ui->s.sample.past;
    char ago[INSPECT_AGO];
    out[0] = '\0';
    if (past == 0)
        return;
    inspect_ago((p->end != 0 ? p->end : ui->now) - past, ago);
    (void)snprintf(out, INSPECT_WHEN, " as of -%s", ago);
}

bool inspect_live(struct ui *ui)
{
    struct session *s = &ui->s;
    if (s->past == 0 && !s->paused)
        return false;
    s->past = 0;
    s->paused = s->playing = false;
    ui_say(ui, STYLE_TEXT, session_recorded(s) ? "the end of the recording" : "live again");
    return true;
}

static const char *already(const struct session *s)
{
    return session_recorded(s) ? "this is the end of the recording" : "already live";
}

void act_live(struct ui *ui, const char *arg)
{
    (void)arg;
    if (inspect_attached(ui) && !inspect_live(ui))
        ui_say(ui, STYLE_TEXT, "%s", already(&ui->s));
}

void act_timeline(struct ui *ui, const char *arg)
{
    (void)arg;
    ui->s.timeline = !ui->s.timeline;
    const struct history_result *p = &ui->s.sample.past;
    if (!ui->s.timeline)
        ui_say(ui, STYLE_TEXT, "no timeline");
    else if (!p->kept)
        ui_say(ui, STYLE_TEXT, "timeline: no history is kept yet");
    else
        ui_say(ui, STYLE_TEXT, "history: %.1f of %u MiB (`set history MIB`), %" PRIu64 " change%s",
               (double)p->about.bytes / (1 << 20), ui->s.set.history, p->about.changes,
               plural_s(p->about.changes));
}

/* ---- a moment that is named ---- */

bool inspect_time(const struct ui *ui, const char *text, int64_t *moment)
{
    const struct history_result *p = &ui->s.sample.past;
    bool ago = text[0] == '-', recorded = session_recorded(&ui->s);
    int64_t ns = 0, end = p->end != 0 ? p->end : ui->now;
    if ((!ago && !recorded) || number_duration(text + ago, &ns) != NUM_OK)
        return false;
    if (!ago && ns > p->length)
        ns = p->length;
    *moment = ago ? end - ns : end - p->length + ns;
    return true;
}

/* Where one is, in the words of the step that comes first. */
static void say_past(struct ui *ui)
{
    ui_say(ui, STYLE_TEXT,
           "in the past: {step back} {step on} step, {step back value} {step on value} step by "
           "this value, {pause} plays, {live} %s",
           session_recorded(&ui->s) ? "goes to the end" : "returns to live");
}

void inspect_go_time(struct ui *ui, int64_t moment)
{
    struct session *s = &ui->s;
    const struct history_result *p = &s->sample.past;
    int64_t end = p->end != 0 ? p->end : ui->now;
    edit_mode_drop(ui);
    if (!p->kept || p->from == 0) {
        ui_say(ui, STYLE_WARN, "%s",
               s->set.history == 0 ? "history is off (`:set history 64` keeps 64 MiB of it)"
                                   : "no change was seen yet: there is no past to go to");
        return;
    }
    if (moment >= end) {
        act_live(ui, "");
        return;
    }
    bool early = moment < p->from;
    s->past = early ? p->from : moment;
    s->paused = s->playing = false;
    char ago[INSPECT_AGO];
    inspect_ago(end - s->past, ago);
    if (early)
        ui_say(ui, STYLE_WARN, "changes are known since -%s: moved there", ago);
    else
        say_past(ui);
}

/* ---- steps ---- */

struct time_step {
    struct time_job job;
    bool of_value; /* of the value at the cursor, not of what is on the screen */
};

static void went(struct ui *ui, const struct time_step *t)
{
    struct session *s = &ui->s;
    const struct time_job *j = &t->job;
    char did[32], number[16] = "";
    if (abs(j->steps) > 1)
        (void)snprintf(number, sizeof number, " %d", abs(j->steps));
    (void)snprintf(did, sizeof did, "step %s%s%s", j->steps < 0 ? "back" : "on", number,
                   t->of_value ? " value" : "");
    lab_did(ui, did);
    if (j->time == 0) {
        (void)inspect_live(ui);
        return;
    }
    if (s->past == 0)
        say_past(ui);
    s->past = j->time;
    s->paused = s->playing = false;
}

/* There is no earlier change: since when one would be known. */
static void say_first(struct ui *ui, const struct time_step *t)
{
    const char *what = t->of_value ? "this value" : "what is on screen";
    char clock[16] = "";
    bool dated = !session_recorded(&ui->s) && t->job.since < ui->now;
    if (dated)
        os_clock_text(ui->wall - (ui->now - t->job.since), clock);
    ui_say(ui, STYLE_WARN, "no earlier change of %s was seen%s%.8s", what,
           dated ? "; changes are known since " : "", clock);
}

static void step_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct time_step *t = arg;
    ui->inspect->stepping--;
    if (cancelled)
        ui_say(ui, STYLE_WARN, "cancelled");
    else if (t->job.moved)
        went(ui, t);
    else if (ui->s.set.history == 0)
        ui_say(ui, STYLE_WARN, "history is off (`:set history 64` keeps 64 MiB of it)");
    else if (t->job.steps < 0)
        say_first(ui, t);
    else
        ui_say(ui, STYLE_TEXT, "%s", already(&ui->s));
}

/* The range whose changes are stepped through: the screen, or the value at the cursor. */
static void range_of(const struct ui *ui, struct time_step *t)
{
    const struct session *s = &ui->s;
    if (tree_on(ui)) {
        tree_range(ui, t->of_value, &t->job.offset, &t->job.length);
        return;
    }
    t->job.offset = s->top;
    t->job.length = (uint64_t)s->rows * session_width(s);
    if (!t->of_value)
        return;
    t->job.offset = s->cursor;
    t->job.length = inspect_unit(ui);
}

static void step(struct ui *ui, int steps, bool of_value)
{
    struct session *s = &ui->s;
    struct time_step t = {.job = {.steps = steps}, .of_value = of_value};
    edit_mode_drop(ui);
    s->playing = false;
    range_of(ui, &t);
    t.job.from = s->past != 0 ? s->past : s->paused ? s->sample.time : INT64_MAX;
    t.job.follows = ui->inspect->stepping > 0;
    struct sampler_job *j = sampler_job_new(s->sampler, job_time, &t, sizeof t, step_done);
    ui->inspect->stepping += j != NULL;
    (void)inspect_post(ui, j);
}

/* back|on [N] [value] */
void act_step(struct ui *ui, const char *arg)
{
    char how[8], number[16];
    uint64_t n = 1;
    const char *rest = action_word(arg, how, sizeof how), *last = rest;
    bool back = strcmp(how, "back") == 0, good = back || strcmp(how, "on") == 0;
    if (rest[0] >= '0' && rest[0] <= '9') {
        last = action_word(rest, number, sizeof number);
        good = good && number_u64(number, STEPS_MAX, &n) == NUM_OK && n > 0;
    }
    bool of_value = strcmp(last, "value") == 0;
    if (!good || (last[0] != '\0' && !of_value))
        ui_say(ui, STYLE_ERROR, "step: back or on, how many (1 to %d), and `value`", STEPS_MAX);
    else if (inspect_attached(ui))
        step(ui, back ? -(int)n : (int)n, of_value);
}
