/* Searching: the sampler searches the segment; the match is selected on the screen. */
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void found(struct ui *ui, const struct look_job *j)
{
    inspect_go_to(ui, j->offset);
    ui->s.match = j->offset;
    ui->s.match_length = j->length;
    if (j->wrapped)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 " (wrapped to the %s)%s", j->offset,
               j->kind == LOOK_FORWARD ? "start" : "end", j->when);
    else
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 "%s", j->offset, j->when);
}

static void not_found(struct ui *ui, const struct look_job *j)
{
    if (j->unknown > 0)
        ui_say(ui, STYLE_WARN, "not found%s, where %" PRIu64 " bytes are not known: %s", j->when,
               j->unknown, j->pattern);
    else
        ui_say(ui, STYLE_WARN, "not found%s: %s", j->when, j->pattern);
}

static void search_finish(struct job *job, void *owner)
{
    struct look_job *j = (struct look_job *)job;
    struct ui *ui = j->user;
    char why[96];
    (void)owner;
    ui->inspect->looking--;
    if (job->cancelled) {
        ui_say(ui, STYLE_WARN, "cancelled: %s", j->pattern);
        look_job_free(j);
        return;
    }
    if (j->why[0] != '\0')
        ui_say(ui, STYLE_ERROR, "find: %s", j->why);
    else if (oserr_is(j->error))
        ui_say(ui, STYLE_ERROR, "find: %s: %s", j->error.call,
               oserr_text(j->error, why, sizeof why));
    else if (!j->found)
        not_found(ui, j);
    else
        found(ui, j);
    look_job_free(j);
}

static void search(struct ui *ui, enum look_kind kind, uint64_t from)
{
    struct look_job *j = look_job_new(ui->s.sampler, kind, from, search_finish);
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    (void)snprintf(j->pattern, sizeof j->pattern, "%s", ui->inspect->pattern);
    j->user = ui;
    j->past = ui->s.past;
    inspect_when(ui, j->past, j->when);
    j->follows = ui->inspect->looking++ > 0;
    inspect_post(ui, &j->job);
}

static void search_text(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (text[0] != '\0')
        (void)snprintf(ui->inspect->pattern, sizeof ui->inspect->pattern, "%s", text);
    if (ui->inspect->pattern[0] != '\0') /* empty: repeat the last search, as n does */
        search(ui, LOOK_FORWARD, ui->s.cursor + (text[0] == '\0' ? 1 : 0));
}

/* From the match, or from the cursor if that has moved since. */
static void again(struct ui *ui, bool next)
{
    if (ui->inspect->pattern[0] == '\0')
        ui_say(ui, STYLE_ERROR, "no search yet: press / first");
    else if (next)
        search(ui, LOOK_FORWARD, ui->s.cursor + 1);
    else
        search(ui, LOOK_BACKWARD, ui->s.cursor);
}

void act_search(struct ui *ui, const char *arg)
{
    if (!inspect_attached(ui))
        return;
    if (strcmp(arg, "next") == 0 || strcmp(arg, "prev") == 0)
        again(ui, arg[0] == 'n');
    else if (arg[0] != '\0')
        search_text(ui, arg, NULL);
    else
        prompt_ask(&ui->host, "find (text, x:de ad ?? ef, u32:100, r:regex): ", "",
                   &ui->history[HISTORY_SEARCH], search_text, NULL);
}

/* Actions on the map of the whole segment: overview strip, heat, follow, changed rows. Follow moves
 * the view to the newest change in the segment, but not while something changes on the screen, and
 * not for DWELL after its last jump. */

enum {
    SECOND = 1000000000,
    DWELL = 8 * (SECOND / 10) /* how long a place is shown before the view jumps again */
};

void act_strip(struct ui *ui, const char *arg)
{
    (void)arg;
    ui->s.set.strip = !ui->s.set.strip;
    session_request_sample(&ui->s);
}

static void forgotten(struct job *job, void *owner)
{
    struct look_job *j = (struct look_job *)job;
    (void)owner;
    if (!job->cancelled)
        ui_say(j->user, STYLE_TEXT, "heat counts reset");
    look_job_free(j);
}

void act_heat(struct ui *ui, const char *arg)
{
    if (arg[0] != '\0' && strcmp(arg, "reset") != 0) {
        ui_say(ui, STYLE_ERROR, "heat: nothing, or reset");
        return;
    }
    if (arg[0] == '\0') {
        ui->s.heat = !ui->s.heat;
        return;
    }
    if (!inspect_attached(ui))
        return;
    struct look_job *j = look_job_new(ui->s.sampler, LOOK_RESET_COUNTS, 0, forgotten);
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    j->user = ui;
    inspect_post(ui, &j->job);
}

void act_follow(struct ui *ui, const char *arg)
{
    (void)arg;
    if (!inspect_attached(ui))
        return;
    ui->s.follow = !ui->s.follow;
    ui->inspect->follow_from = 0;
    ui_say(ui, STYLE_TEXT, "%s",
           !ui->s.follow     ? "follow off"
           : ui->s.past != 0 ? "follow on, once live again (.)"
                             : "follow on: the view jumps to each change");
}

void act_changed(struct ui *ui, const char *arg)
{
    (void)arg;
    if (!inspect_attached(ui))
        return;
    struct session *s = &ui->s;
    edit_mode_commit(ui);
    if (s->past != 0) {
        ui_say(ui, STYLE_WARN,
               "not available in the past; c and C go through what had changed by then");
        return;
    }
    s->only = !s->only;
    session_request_sample(s);
    if (!s->only) {
        session_move_to(s, s->cursor, false);
        ui_say(ui, STYLE_TEXT, "all rows");
    } else if (s->sample.has_base) {
        ui_say(ui, STYLE_TEXT, "showing rows that differ from the baseline");
    } else {
        ui_say(ui, STYLE_TEXT, "showing rows changed in the last %g s (`:set recent %g`)",
               s->set.recent, s->set.recent);
    }
}

/* The newest change among the rows on the screen, 0: none. */
static int64_t newest_shown(const struct ui *ui)
{
    const struct session *s = &ui->s;
    const struct sample *p = &s->sample;
    uint64_t end = s->top + (uint64_t)s->rows * session_width(s);
    int64_t newest = 0; /* the sample covers the window; in changed-rows mode nothing follows */
    for (size_t i = 0; i < p->length; i++)
        if (p->offset + i >= s->top && p->offset + i < end && p->changed[i] > newest)
            newest = p->changed[i];
    return newest;
}

/* The view must not jump while the user edits, selects, pauses or looks at the past. */
static bool may_follow(const struct ui *ui)
{
    const struct session *s = &ui->s;
    return s->follow && !s->only && !s->paused && s->past == 0 && !s->selecting &&
           !ui->inspect->typing.active && ui->prompt.kind == PROMPT_NONE && s->sample.seq != 0;
}

int64_t inspect_follow_next(const struct ui *ui)
{
    const struct map_summary *map = &ui->s.sample.map;
    int64_t shown = newest_shown(ui), from = ui->inspect->follow_from;
    if (!may_follow(ui) || map->hot_time <= shown)
        return INT64_MAX;
    return shown + DWELL > from ? shown + DWELL : from;
}

/* Stays while something changes in the view, and a little longer; then jumps to the newest change
 * elsewhere. */
void inspect_follow(struct ui *ui)
{
    struct session *s = &ui->s;
    const struct map_summary *map = &s->sample.map;
    if (inspect_follow_next(ui) > ui->now || map->hot_time < ui->now - 2 * (int64_t)DWELL)
        return;
    if (session_shows(s, map->hot))
        return;
    inspect_go_to(ui, map->hot);
    ui->inspect->follow_from = ui->now + DWELL;
}
