/* Searching: the sampler searches the segment, and the cursor goes to the match. Then all matches
 * are counted beside, which delays nothing: the message gets their number when it is known. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/find/find.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { PHRASE_MAX = 32 };

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

/* A count of matches, and the message that it completes. */
struct match_count {
    struct count_job job;
    int64_t asked;                             /* os_now's clock */
    char said[sizeof((struct ui *)0)->status]; /* the message so far */
    char tail[INSPECT_WHEN + PHRASE_MAX];      /* its end */
};

static void post_count(struct ui *ui, const struct match_count *c);

static void count_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct match_count *c = arg;
    const struct count_job *j = &c->job;
    bool changed = j->past == 0 && ui->s.sample.map.hot_time >= c->asked;
    const char *meanwhile = changed ? ", counted while bytes changed" : "";
    if (cancelled || strcmp(ui->status, c->said) != 0) /* something else was done meanwhile */
        return;
    if (!j->ended)
        post_count(ui, c);
    else if (j->number > 0)
        ui_say(ui, STYLE_TEXT, "match %u of %u%s at 0x%" PRIx64 "%s%s", j->number, j->count,
               j->more ? "+" : "", j->match, c->tail, meanwhile);
    else if (j->count > 0)
        ui_say(ui, STYLE_TEXT, "match at 0x%" PRIx64 ", of %u%s%s%s", j->match, j->count,
               j->more ? "+" : "", c->tail, meanwhile);
}

static void post_count(struct ui *ui, const struct match_count *c)
{
    struct sampler_job *job = sampler_job_new(ui->s.sampler, job_count, c, sizeof *c, count_done);
    if (job != NULL)
        job->job.aside = true;
    (void)inspect_post(ui, job);
}

static void found(struct ui *ui, const struct place_find *p)
{
    const struct find_job *j = &p->job;
    struct match_count c = {.job = {.match = j->offset, .past = j->past}, .asked = os_now()};
    char did[sizeof "search " + sizeof j->pattern];
    (void)snprintf(did, sizeof did, "search %s", j->pattern);
    lab_did(ui, did);
    inspect_go_exactly(ui, j->offset);
    ui->s.match = j->offset;
    ui->s.match_length = j->length;
    const char *round = !j->wrapped               ? ""
                        : j->kind == FIND_FORWARD ? " (wrapped to the start)"
                                                  : " (wrapped to the end)";
    (void)snprintf(c.tail, sizeof c.tail, "%s%s", round, p->when);
    ui_say(ui, STYLE_TEXT, "match at 0x%" PRIx64 "%s", j->offset, c.tail);
    (void)snprintf(c.said, sizeof c.said, "%s", ui->status);
    memcpy(c.job.pattern, j->pattern, sizeof c.job.pattern);
    post_count(ui, &c);
}

static void not_found(struct ui *ui, const struct place_find *p)
{
    if (p->job.unknown > 0)
        ui_say(ui, STYLE_WARN, "not found%s, where %" PRIu64 " byte%s not known: %s", p->when,
               p->job.unknown, p->job.unknown == 1 ? " is" : "s are", p->job.pattern);
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
    if (cancelled || !j->found)
        ui->s.match_length = 0; /* what is lit belongs to one pattern */
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

static void search(struct ui *ui, enum find_kind kind, uint64_t from)
{
    char cut[CALLS_CUT];
    calls_section(ui, "finding %s", calls_cut(ui->inspect->pattern, cut));
    inspect_find(ui, kind, from, search_done);
}

static void search_text(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    bool here = ui->s.match_length > 0 && ui->s.match == ui->s.cursor; /* on to the next one */
    bool on = text[0] == '\0' || (here && strcmp(text, ui->inspect->pattern) == 0);
    if (text[0] != '\0') {
        (void)snprintf(ui->inspect->pattern, sizeof ui->inspect->pattern, "%s", text);
        ui->s.match_length = 0;
    }
    if (ui->inspect->pattern[0] != '\0') /* empty: repeat the last search, as n does */
        search(ui, FIND_FORWARD, ui->s.cursor + (on ? 1 : 0));
}

/* From the match, or from the cursor if that has moved since. */
static void again(struct ui *ui, bool next)
{
    if (ui->inspect->pattern[0] == '\0')
        ui_say(ui, STYLE_ERROR, "nothing to find yet: press {search} first");
    else if (next)
        search(ui, FIND_FORWARD, ui->s.cursor + 1);
    else
        search(ui, FIND_BACKWARD, ui->s.cursor);
}

/* Is it a pattern? */
static bool search_right(struct ui *ui, const char *text, char why[160])
{
    char wrong[FIND_WHY_MAX] = "";
    (void)ui;
    if (text[0] == '\0') /* as before */
        return true;
    struct find *f = find_compile(text, wrong);
    if (f == NULL)
        (void)snprintf(why, 160, "find: %.150s", wrong);
    find_free(f);
    return f != NULL;
}

static void ask_pattern(struct ui *ui)
{
    prompt_ask(&ui->host, "find (text, i:text, x:de ?? ef, u32:9, f64:1.5, u16:hi, r:regex): ", "",
               &ui->history[HISTORY_SEARCH], search_text, NULL);
    ui->prompt.right = search_right;
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
        ask_pattern(ui);
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
    if (inspect_hidden(ui, "strip", "strip"))
        return;
    ui->s.set.strip = !ui->s.set.strip;
    ui_say(ui, STYLE_TEXT,
           ui->s.set.strip
               ? "overview strip, for this segment ({options}: for all)"
               : "no overview strip for this segment ({options}: for all); {strip} shows it");
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
    if (strcmp(arg, "value") == 0) { /* `follow value`, as the help calls it */
        act_visit(ui, "");
        return;
    }
    if (arg[0] != '\0' && strcmp(arg, "changes") != 0) {
        ui_say(ui, STYLE_ERROR, "follow: changes, or value");
        return;
    }
    if (!inspect_attached(ui))
        return;
    ui->s.follow = !ui->s.follow;
    ui->inspect->follow_from = 0;
    ui_say(ui, STYLE_TEXT, "%s",
           !ui->s.follow     ? "follow off"
           : ui->s.past != 0 ? "follow on, once live again"
                             : "follow on: the view jumps to each change");
}

void act_changed(struct ui *ui, const char *arg)
{
    (void)arg;
    if (!inspect_attached(ui))
        return;
    struct session *s = &ui->s;
    edit_mode_drop(ui);
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
        if ((s->typed || (p->offset + i >= s->top && p->offset + i < end)) &&
            p->arrays->changed[i] > newest)
            newest = p->arrays->changed[i];
    return newest;
}

/* The view must not jump while the user edits, selects, pauses or looks at the past. */
static bool may_follow(const struct ui *ui)
{
    const struct session *s = &ui->s;
    return s->follow && !s->only && !s->paused && s->past == 0 && !s->selecting &&
           !ui->inspect->typing.active && !(tree_on(ui) && ui->tree->editing) &&
           ui->prompt.kind == PROMPT_NONE && s->sample.seq != 0;
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
