/* Actions on the map of the whole segment: the strip, heat, following changes. */
#include <string.h>

#include "ui/inspect/inspect.h"

enum { SECOND = 1000000000, DWELL = 8 * (SECOND / 10) /* a place is looked at for so long */ };

void act_strip(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    ui->s.set.strip = !ui->s.set.strip;
    session_look(&ui->s);
}

static void forgotten(struct job *job, void *taker)
{
    struct look_job *j = (struct look_job *)job;
    (void)taker;
    if (!job->cancelled)
        ui_say(j->user, STYLE_TEXT, "heat: counts start anew");
    look_job_free(j);
}

void act_heat(struct ui *ui, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "reset") != 0) {
        ui_say(ui, STYLE_ERROR, "heat: nothing, or reset");
        return;
    }
    if (argc < 2) {
        ui->s.heat = !ui->s.heat;
        return;
    }
    if (!act_attached(ui))
        return;
    struct look_job *j = look_job_new(ui->s.sampler, LOOK_COOL, 0, forgotten);
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    j->user = ui;
    inspect_post(ui, &j->job);
}

void act_follow(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!act_attached(ui))
        return;
    ui->s.follow = !ui->s.follow;
    ui->inspect->follow_from = 0;
    ui_say(ui, STYLE_TEXT, "%s",
           !ui->s.follow     ? "the view stays here"
           : ui->s.past != 0 ? "following, once this is live again (.)"
                             : "following: the view goes where changes happen");
}

void act_changed(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!act_attached(ui))
        return;
    struct session *s = &ui->s;
    edit_mode_commit(ui);
    if (s->past != 0) {
        ui_say(ui, STYLE_WARN, "the past is shown whole: c and C walk what had changed by then");
        return;
    }
    s->only = !s->only;
    session_look(s);
    if (!s->only) {
        session_move_to(s, s->cursor, false);
        ui_say(ui, STYLE_TEXT, "all rows");
    } else if (s->sample.has_base) {
        ui_say(ui, STYLE_TEXT, "only rows that differ from the baseline");
    } else {
        ui_say(ui, STYLE_TEXT, "only rows that changed in the last %g s (set recent)",
               s->set.recent);
    }
}

/* The newest change among the rows on the screen, 0: none. */
static int64_t newest_shown(const struct ui *ui)
{
    const struct session *s = &ui->s;
    const struct sample *p = &s->sample;
    uint64_t end = s->top + (uint64_t)s->rows * session_width(s);
    int64_t newest = 0; /* the sample is of the window: with changed rows only nothing follows */
    for (size_t i = 0; i < p->length; i++)
        if (p->offset + i >= s->top && p->offset + i < end && p->changed[i] > newest)
            newest = p->changed[i];
    return newest;
}

/* Nothing moves under the user's hands, nor in the past. */
static bool may_follow(const struct ui *ui)
{
    const struct session *s = &ui->s;
    return s->follow && !s->only && !s->paused && s->past == 0 && !s->selecting &&
           !ui->inspect->typing.active && ui->prompt.kind == PROMPT_NONE && s->sample.seq != 0;
}

int64_t inspect_follow_next(const struct ui *ui)
{
    const struct map_picture *map = &ui->s.sample.map;
    int64_t shown = newest_shown(ui), from = ui->inspect->follow_from;
    if (!may_follow(ui) || map->hot_time <= shown)
        return INT64_MAX;
    return shown + DWELL > from ? shown + DWELL : from;
}

/* The view stays while something changes in it, and for a while after; then it goes to the newest
 * change elsewhere. */
void inspect_follow(struct ui *ui)
{
    struct session *s = &ui->s;
    const struct map_picture *map = &s->sample.map;
    if (inspect_follow_next(ui) > ui->now || map->hot_time < ui->now - 2 * (int64_t)DWELL)
        return;
    if (session_shows(s, map->hot))
        return;
    act_go_to(ui, map->hot);
    ui->inspect->follow_from = ui->now + DWELL;
}
