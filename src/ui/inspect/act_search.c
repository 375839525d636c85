/* Finding: the pattern is looked for by the sampler; its place is highlighted. */
#include "ui/inspect/inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    act_go_to(ui, j->offset);
    ui->s.match = j->offset;
    ui->s.match_length = j->length;
    if (j->wrapped)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 ": %s%s", j->offset,
               j->kind == FIND_FORWARD ? "from the end on to the start"
                                       : "from the start back to the end",
               p->when);
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
        ui_say(ui, STYLE_WARN, "given up: %s", j->pattern);
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
    if (ui->inspect->pattern[0] != '\0') /* nothing typed: the same again, as n */
        inspect_find(ui, FIND_FORWARD, ui->s.cursor + (text[0] == '\0' ? 1 : 0), search_done);
}

/* From the match on, or from the cursor when it has moved away from it. */
static void again(struct ui *ui, bool next)
{
    if (ui->inspect->pattern[0] == '\0')
        ui_say(ui, STYLE_ERROR, "nothing was searched for yet: / or F7");
    else if (next)
        inspect_find(ui, FIND_FORWARD, ui->s.cursor + 1, search_done);
    else
        inspect_find(ui, FIND_BACKWARD, ui->s.cursor, search_done);
}

void act_search(struct ui *ui, int argc, char **argv)
{
    char text[PATTERN_MAX] = "";
    size_t n = 0;
    if (!act_attached(ui))
        return;
    if (argc == 2 && (strcmp(argv[1], "next") == 0 || strcmp(argv[1], "prev") == 0)) {
        again(ui, argv[1][0] == 'n');
        return;
    }
    for (int i = 1; i < argc && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i > 1 ? " " : "", argv[i]);
    if (argc > 1)
        search_text(ui, text, NULL);
    else
        ui_ask(ui, "find (text, x:de ad ?? ef, u32:100, r:regex): ", "",
               &ui->history[HISTORY_SEARCH], search_text, NULL);
}

/* Actions on the map of the whole segment: the strip, heat, following changes. */

enum { SECOND = 1000000000, DWELL = 8 * (SECOND / 10) /* a place is looked at for so long */ };

void act_strip(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    ui->s.set.strip = !ui->s.set.strip;
}

static void counts_reset(void *owner, void *arg, bool cancelled)
{
    (void)arg;
    if (!cancelled)
        ui_say(owner, STYLE_TEXT, "heat: counts start anew");
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
    (void)inspect_post(ui, sampler_job_new(ui->s.sampler, job_reset_counts, NULL, 0, counts_reset));
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
        if (p->offset + i >= s->top && p->offset + i < end && p->arrays->changed[i] > newest)
            newest = p->arrays->changed[i];
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
    const struct map_summary *map = &ui->s.sample.map;
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
    const struct map_summary *map = &s->sample.map;
    if (inspect_follow_next(ui) > ui->now || map->hot_time < ui->now - 2 * (int64_t)DWELL)
        return;
    if (session_shows(s, map->hot))
        return;
    act_go_to(ui, map->hot);
    ui->inspect->follow_from = ui->now + DWELL;
}
