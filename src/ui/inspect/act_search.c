/* Searching: the sampler searches the segment; the match is selected on the screen. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

void inspect_find(struct ui *ui, enum find_kind kind, uint64_t from, sampler_done *done)
{
    struct place_find p = {.job = {.kind = kind, .from = from, .past = ui->s.past}};
    memcpy(p.job.pattern, ui->inspect->pattern, sizeof p.job.pattern);
    p.job.follows = ui->inspect->looking > 0;
    inspect_when(ui, p.job.past, p.when);
    struct sampler_job *j = sampler_job_new(ui->s.sampler, job_find, &p, sizeof p, done);
    ui->inspect->looking += j != NULL;
    (void)inspect_post(ui, j);
}

static void found(struct ui *ui, const struct place_find *p)
{
    const struct find_job *j = &p->job;
    inspect_go_to(ui, j->offset);
    ui->s.match = j->offset;
    ui->s.match_length = j->length;
    if (j->wrapped)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 " (wrapped to the %s)%s", j->offset,
               j->kind == FIND_FORWARD ? "start" : "end", p->when);
    else
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 "%s", j->offset, p->when);
}

static void not_found(struct ui *ui, const struct place_find *p)
{
    if (p->job.unknown > 0)
        ui_say(ui, STYLE_WARN, "not found%s, where %" PRIu64 " bytes are not known: %s", p->when,
               p->job.unknown, p->job.pattern);
    else
        ui_say(ui, STYLE_WARN, "not found%s: %s", p->when, p->job.pattern);
}

static void search_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct place_find *p = arg;
    const struct find_job *j = &p->job;
    char why[96];
    ui->inspect->looking--;
    if (cancelled)
        ui_say(ui, STYLE_WARN, "cancelled: %s", j->pattern);
    else if (j->why[0] != '\0')
        ui_say(ui, STYLE_ERROR, "find: %s", j->why);
    else if (oserr_is(j->error))
        ui_say(ui, STYLE_ERROR, "find: %s: %s", j->error.call,
               oserr_text(j->error, why, sizeof why));
    else if (!j->found)
        not_found(ui, p);
    else
        found(ui, p);
}

static void search_text(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (text[0] != '\0')
        (void)snprintf(ui->inspect->pattern, sizeof ui->inspect->pattern, "%s", text);
    if (ui->inspect->pattern[0] != '\0') /* empty: repeat the last search, as n does */
        inspect_find(ui, FIND_FORWARD, ui->s.cursor + (text[0] == '\0' ? 1 : 0), search_done);
}

/* From the match, or from the cursor if that has moved since. */
static void again(struct ui *ui, bool next)
{
    if (ui->inspect->pattern[0] == '\0')
        ui_say(ui, STYLE_ERROR, "no search yet: press / first");
    else if (next)
        inspect_find(ui, FIND_FORWARD, ui->s.cursor + 1, search_done);
    else
        inspect_find(ui, FIND_BACKWARD, ui->s.cursor, search_done);
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
}

static void counts_reset(void *owner, void *arg, bool cancelled)
{
    (void)arg;
    if (!cancelled)
        ui_say(owner, STYLE_TEXT, "heat counts reset");
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
    (void)inspect_post(ui, sampler_job_new(ui->s.sampler, job_reset_counts, NULL, 0, counts_reset));
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
        if (p->offset + i >= s->top && p->offset + i < end && p->arrays->changed[i] > newest)
            newest = p->arrays->changed[i];
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
