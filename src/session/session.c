#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "session/looks.h"

enum { SECOND = 1000000000, MARGIN_BEFORE = 8, MARGIN_AFTER = 24, MARGIN_MATCH = 1024 };

void session_defaults(struct settings *set)
{
    *set = (struct settings){.hz = 250,
                             .theme = "auto",
                             .fresh = 0.5,
                             .warm = 2,
                             .mouse = true,
                             .inspector = true,
                             .ruler = true,
                             .view = view_find("hex"),
                             .enc = TEXT_UTF8,
                             .strip = true,
                             .cpu = CPU_DEFAULT,
                             .recent = 10,
                             .history = HISTORY_MIB};
    const uint16_t one = 1;
    uint8_t first = 0;
    memcpy(&first, &one, 1);
    set->big = first == 0;
}

struct oserr session_init(struct session *s, struct backend *be)
{
    s->be = be;
    s->rows = 1;
    struct oserr e = OSERR_NONE;
    session_defaults(&s->prefer);
    s->set = s->prefer;
    s->wake = os_wake_new();
    if (s->wake == NULL || !sample_alloc(&s->sample)) {
        os_wake_free(s->wake);
        return (struct oserr){"malloc", SEG_E_MEMORY};
    }
    if (be != NULL)
        s->walker = walker_start(s->wake, NULL, &e);
    if (oserr_is(e) && s->walker == NULL) {
        sample_free(&s->sample);
        os_wake_free(s->wake);
        return e;
    }
    return OSERR_NONE;
}

/* A job that hangs in a call is abandoned, so that the user need not wait. */
static bool stop_sampler(struct session *s)
{
    struct sampler *sampler = s->sampler;
    s->sampler = NULL;
    return sampler_stop_by(sampler, os_now() + SECOND, s->owner);
}

/* An abandoned thread may still use the walker; keep it reachable so that LeakSanitizer does not
 * report it. */
static struct walker *volatile left_walker;

void session_free(struct session *s)
{
    bool ended = stop_sampler(s);
    if (ended && !s->left_behind) /* else a hung scan of /proc may still use it */
        ended = walker_stop(s->walker, os_now() + SECOND / 5, s->owner);
    if (!ended || s->left_behind)
        left_walker = s->walker;
    session_undo_forget(s);
    segment_list_free(&s->walk);
    (void)gone_drop(s->gone, &s->gone_count, INT64_MAX);
    sample_free(&s->sample);
    if (ended && !s->left_behind) /* else an abandoned thread may still post it */
        os_wake_free(s->wake);
    *s = (struct session){0};
}

void session_begin(struct session *s)
{
    looks_apply(s, &(struct looks){.count = 0});
    s->top = s->cursor = session_start(s);
    s->marks.count = 0;
    s->match_length = 0;
    s->shift = 0;
    s->selecting = false;
    s->locked = false;
    s->focus = FOCUS_CELLS;
    s->only = s->follow = s->timeline = false;
    s->set.hz = s->prefer.hz;
}

/* How often /proc is read, and which object's users are asked for. */
static void ask_walker(struct session *s)
{
    if (s->walker != NULL)
        walker_want(s->walker, s->listing ? SECOND : 3LL * SECOND, s->id);
}

static void adopt(struct session *s, struct sampler *sampler, const struct seg_stat *stat,
                  const char *locator)
{
    bool same = strcmp(s->locator[0] != '\0' ? s->locator : s->left, locator) == 0;
    struct sample *old = &s->sample;
    s->left_behind = !stop_sampler(s) || s->left_behind;
    s->sampler = sampler;
    (void)snprintf(s->locator, sizeof s->locator, "%s", locator);
    s->id = seg_id_of(stat);
    s->edit = s->paused = false;
    s->raising = s->stale = 0;
    s->past = 0;
    s->playing = false;
    s->events_seen = 0;
    old->seq = old->events = old->changes = 0;
    old->length = 0;
    old->freeze.count = 0;
    old->settle = (struct settle_result){.any = false};
    old->stat = *stat;
    old->error = OSERR_NONE;
    if (!same)
        session_begin(s);
    session_undo_turn(s, s->id);
    session_move_to(s, s->cursor, s->selecting);
    session_request_sample(s);
    ask_walker(s);
}

struct oserr session_attach(struct session *s, const char *locator, uint64_t range_offset,
                            uint64_t range_length)
{
    struct seg *seg = NULL;
    struct oserr e = seg_open(s->be, locator, SEG_READ, &seg);
    if (!oserr_is(e) && range_length != 0)
        e = seg_limit(seg, range_offset, range_length);
    if (oserr_is(e)) {
        seg_close(seg);
        return e;
    }
    char name[LOCATOR_MAX];
    struct seg_stat stat = *seg_last(seg);
    unsigned caps = seg_caps(seg);
    (void)snprintf(name, sizeof name, "%s", seg_locator(seg));
    struct sampler *sampler = sampler_start(seg, s->set.hz, s->wake, &e);
    if (sampler == NULL)
        return e;
    s->range_offset = range_length != 0 ? range_offset : 0;
    s->range_length = range_length;
    s->caps = caps;
    adopt(s, sampler, &stat, name);
    return OSERR_NONE;
}

void session_detach(struct session *s)
{
    s->left_behind = !stop_sampler(s) || s->left_behind;
    s->sampler = NULL;
    if (s->locator[0] != '\0')
        memcpy(s->left, s->locator, sizeof s->left);
    s->locator[0] = '\0';
    s->id = (struct seg_id){0};
    s->edit = s->paused = false;
    s->raising = s->stale = 0;
    s->past = 0;
    s->playing = false;
    s->sample.seq = 0;
    s->sample.length = 0;
    s->sample.freeze.count = 0;
    ask_walker(s);
}

/* How much more than the screen is read at each side: `least`, or what a match there may need. */
static uint64_t margin(const struct session *s, uint64_t least)
{
    uint64_t match = s->match_length < MARGIN_MATCH ? s->match_length : MARGIN_MATCH;
    return match > least ? match : least;
}

/* The part of the segment that is read: the screen, and what characters and matches at its edges
 * need. */
static void wanted(const struct session *s, uint64_t *offset, size_t *length)
{
    uint64_t start = session_start(s), before = s->top - start, most = margin(s, MARGIN_BEFORE);
    if (before > most)
        before = most;
    uint64_t n = (uint64_t)s->rows * session_width(s) + before + margin(s, MARGIN_AFTER);
    *offset = s->top - before;
    if (s->range_length != 0 && *offset + n > s->range_offset + s->range_length)
        n = s->range_offset + s->range_length - *offset;
    *length = n < SAMPLE_MAX ? (size_t)n : SAMPLE_MAX;
}

/* What must be consistent: the selection when one load cannot read it, the whole window when a
 * sequence counter is set. */
static struct settle_request settle_wanted(const struct session *s)
{
    struct settle_request r = {.locked = s->locked, .lock = s->lock};
    if (s->selecting)
        session_selection(s, &r.from, &r.to);
    if (r.to - r.from <= 8 && r.from / 8 == (r.to - 1) / 8)
        r.from = r.to = 0;
    return r;
}

static struct rows_request rows_wanted(const struct session *s)
{
    uint64_t start = session_start(s), width = session_width(s);
    if (!s->only)
        return (struct rows_request){.on = false};
    return (struct rows_request){.on = true,
                                 .start = start,
                                 .width = (unsigned)width,
                                 .rows = s->rows < ROWS_MAX ? s->rows : ROWS_MAX,
                                 .top = s->top,
                                 .keep = s->cursor - (s->cursor - start) % width,
                                 .recent = (int64_t)(s->set.recent * SECOND)};
}

void session_request_sample(struct session *s)
{
    if (s->sampler == NULL)
        return;
    struct sample_request r = {.hz = s->set.hz,
                               .cells = s->set.strip ? s->rows : 0,
                               .cpu = s->set.cpu,
                               .settle = settle_wanted(s),
                               .past = {.budget = (size_t)s->set.history << 20,
                                        .time = s->past,
                                        .cells = s->time_cells,
                                        .offset = s->value_offset,
                                        .size = s->value_size},
                               .rows = rows_wanted(s),
                               .gauges = s->gauges};
    wanted(s, &r.offset, &r.length);
    if (s->typed) {
        r.spans = s->spans;
        r.guards = s->guards;
        r.rows = s->fields;
    }
    sampler_request(s->sampler, &r);
}

static void follow(const struct session *s)
{
    unsigned kinds = walker_kinds() | (s->all_kinds ? 1u << SEG_FILE : 0);
    if (s->walker != NULL)
        walker_list(s->walker, kinds, s->following);
}

void session_show_list(struct session *s, bool segments, bool users)
{
    if (s->following != segments) {
        s->following = segments;
        follow(s);
    }
    if (s->listing == (segments || users))
        return;
    s->listing = segments || users;
    ask_walker(s);
}

void session_stir(struct session *s)
{
    if (s->walker != NULL)
        walker_stir(s->walker);
}

void session_all_kinds(struct session *s, bool all)
{
    s->all_kinds = all;
    follow(s);
}

static bool take_sample(struct session *s)
{
    uint64_t offset = 0;
    size_t length = 0;
    wanted(s, &offset, &length);
    bool here = s->sample.seq != 0 && s->sample.offset == offset && s->sample.length == length;
    if (s->typed || (s->sample.spans.count > 0 && !s->sample.rows.on))
        here = s->typed && spans_equal(&s->sample.spans, &s->spans);
    else if (s->only || s->sample.rows.on)
        here = s->only && session_shows(s, s->cursor) && s->sample.rows.on;
    here = here && gauges_answered(&s->sample.arrays->gauges, &s->gauges);
    if (s->paused && here)
        return sampler_take_frozen(s->sampler, &s->sample);
    if (s->paused)
        return sampler_take_still(s->sampler, &s->sample, &s->gauges);
    return sampler_take(s->sampler, &s->sample);
}

/* The progress of a scan of /proc that takes long, in percent; 0: there is none. */
static unsigned pass_percent(struct walker *w)
{
    struct walk_progress p;
    if (!walker_progress(w, &p) || os_now() - p.since < SECOND / 2)
        return 0;
    unsigned percent = (unsigned)(p.done * 100 / p.total);
    return percent < 1 ? 1 : percent > 99 ? 99 : percent;
}

/* Says how long the sampler has been held by a call of the system, such as at a file of a network
 * that does not answer. Twice a second apart, since whoever stops us stops the sampler as well. */
static bool take_waits(struct session *s)
{
    int64_t now = os_now(), before = s->waits;
    int64_t over = s->sampler != NULL ? now - worker_due(sampler_worker(s->sampler)) : 0;
    if (over < SECOND)
        s->late = 0;
    else if (s->late == 0)
        s->late = now;
    s->waits = s->late != 0 && now - s->late >= SECOND / 2 ? over : 0;
    return s->waits / SECOND != before / SECOND;
}

bool session_take(struct session *s)
{
    bool news = take_waits(s);
    os_wake_clear(s->wake);
    if (s->sampler != NULL) {
        news = worker_take(sampler_worker(s->sampler), s->owner) || news;
        /* A job that has ended may have attached a different segment, or detached. */
        uint64_t events = s->sample.events, changes = s->sample.map.changes;
        session_request_sample(s);
        if (s->sampler != NULL)
            news = take_sample(s) || news;
        if (s->sample.events > events && s->walker != NULL) /* its users may have changed too */
            walker_hurry(s->walker);
        if (s->sample.map.changes != changes)
            session_stir(s);
    }
    if (s->walker != NULL) {
        news = worker_take(walker_worker(s->walker), s->owner) || news;
        struct segment_list fresh;
        while (walker_take(s->walker, &fresh))
            news = segment_list_merge(&s->walk, &fresh, s->gone, &s->gone_count) || news;
        unsigned percent = pass_percent(s->walker);
        news = news || percent != s->percent;
        s->percent = percent;
    }
    return news;
}

/* The row of the newest survey for the attached object; NULL: not in it. */
static const struct seg_info *row_of(const struct session *s)
{
    for (size_t i = 0; i < s->walk.survey.count; i++) {
        const struct seg_info *info = &s->walk.survey.segs[i];
        if (seg_id_equal(seg_id_of(&info->stat), s->id))
            return info;
    }
    return NULL;
}

bool session_users(const struct session *s, struct seg_who *out)
{
    const struct seg_info *info = row_of(s);
    *out = info != NULL ? seg_info_who(&s->walk.survey, info) : s->walk.survey.extra;
    return info != NULL || (s->walk.id.dev != 0 && seg_id_equal(s->walk.id, s->id));
}

bool session_who(const struct session *s, struct seg_users *users, size_t *unseen)
{
    struct seg_who w;
    if (!session_users(s, &w))
        return false;
    *users = seg_who_users(&w);
    *unseen = w.unreadable + w.unowned;
    return true;
}

bool session_editing(const struct session *s)
{
    return s->edit || s->raising > s->stale;
}

bool session_recorded(const struct session *s)
{
    return (s->caps & SEG_CAP_TIMES) != 0;
}
