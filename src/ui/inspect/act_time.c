/* Time travel: stepping between recorded changes, returning to live, the timeline. A step is a job:
 * the sampler's thread owns the history and looks up the time to go to. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { STEPS_MAX = HISTORY_STEPS_MAX - 1 };

bool inspect_is_past(struct ui *ui)
{
    if (ui->s.past == 0)
        return false;
    ui_say(ui, STYLE_ERROR, "the past is read-only; press . to return to live");
    return true;
}

void inspect_when(const struct ui *ui, int64_t past, char out[INSPECT_WHEN])
{
    const struct history_result *p = &ui->s.sample.past;
    char ago[INSPECT_AGO];
    out[0] = '\0';
    if (past == 0)
        return;
    inspect_ago((p->end != 0 ? p->end : ui->now) - past, ago);
    (void)snprintf(out, INSPECT_WHEN, " as of T-%s", ago);
}

bool inspect_live(struct ui *ui)
{
    struct session *s = &ui->s;
    if (s->past == 0 && !s->paused)
        return false;
    s->past = 0;
    s->paused = false;
    session_request_sample(s);
    ui_say(ui, STYLE_TEXT, "live again");
    return true;
}

void act_live(struct ui *ui, const char *arg)
{
    (void)arg;
    if (inspect_attached(ui) && !inspect_live(ui))
        ui_say(ui, STYLE_TEXT, "already live");
}

void act_timeline(struct ui *ui, const char *arg)
{
    (void)arg;
    ui->s.timeline = !ui->s.timeline;
    const struct history_result *p = &ui->s.sample.past;
    if (ui->s.timeline && p->kept)
        ui_say(ui, STYLE_TEXT, "history: %.1f of %u MiB (`set history MIB`), %" PRIu64 " changes",
               (double)p->about.bytes / (1 << 20), ui->s.set.history, p->about.changes);
}

/* ---- steps ---- */

static void went(struct ui *ui, const struct time_job *j)
{
    struct session *s = &ui->s;
    if (j->time == 0) {
        (void)inspect_live(ui);
        return;
    }
    if (s->past == 0)
        ui_say(ui, STYLE_TEXT, "in the past: [ ] step, < > step by this value, . returns to live");
    s->past = j->time;
    s->paused = false;
    session_request_sample(s);
}

static void step_finish(struct job *job, void *owner)
{
    struct time_job *j = (struct time_job *)job;
    struct ui *ui = j->user;
    (void)owner;
    ui->inspect->stepping--;
    if (job->cancelled)
        ui_say(ui, STYLE_WARN, "cancelled");
    else if (j->moved)
        went(ui, j);
    else if (ui->s.set.history == 0)
        ui_say(ui, STYLE_WARN, "history is off (`:set history 64` keeps 64 MiB of it)");
    else if (j->steps < 0)
        ui_say(ui, STYLE_WARN, "no earlier change of %s was seen",
               j->of_value ? "this value" : "what is on screen");
    else
        ui_say(ui, STYLE_TEXT, "already live");
    free(j);
}

/* The range whose changes are stepped through: the screen, or the value at the cursor. */
static void range_of(const struct ui *ui, struct time_job *j)
{
    const struct session *s = &ui->s;
    unsigned unit = ui->inspect->at.unit;
    j->offset = s->top;
    j->length = (uint64_t)s->rows * session_width(s);
    if (!j->of_value)
        return;
    bool cells = s->focus == FOCUS_CELLS;
    j->offset = cells ? inspect_unit_at(ui, s->cursor, unit) : s->cursor;
    j->length = cells ? unit : 1;
}

static void step(struct ui *ui, int steps, bool of_value)
{
    struct session *s = &ui->s;
    struct time_job *j = time_job_new(s->sampler, step_finish);
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    edit_mode_drop(ui);
    j->user = ui;
    j->steps = steps;
    j->of_value = of_value;
    range_of(ui, j);
    j->from = s->past != 0 ? s->past : s->paused ? s->sample.time : INT64_MAX;
    j->follows = ui->inspect->stepping++ > 0;
    inspect_post(ui, &j->job);
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
