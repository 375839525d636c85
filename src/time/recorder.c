#include "time/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

enum {
    MS = 1000000,
    GROW_EVERY = 50 * MS,     /* between two checks of a recording's file while it is being made */
    GROW_SELDOM = 1000 * MS,  /* and otherwise: somebody may be copying the file */
    TIMELINE_EVERY = 100 * MS /* between two updates of the timeline and of the value's history */
};

#define SPAN INT64_C(4000000000) /* ns that the ages of changes reach back */

struct recorder {
    struct seg *seg;
    struct history *past; /* NULL: none */
    size_t budget;        /* of `past` */
    bool recorded;        /* it is a recording: its events are the history */
    bool written;         /* and still being made */
    int64_t grow_due;     /* when its file is checked next */
    int64_t end;          /* the moment of its end, os_now's clock; 0: not a recording */
    uint64_t sweeps, size;
    uint64_t changes; /* in the history when the timeline was updated */
    int64_t made;     /* when that was */
    /* The moment that was shown last: copied while nothing differs, instead of made again. */
    int64_t time, since;
    struct history_window shown;   /* arrays of `room` elements, ours */
    int64_t strip_time;            /* the moment of the strip, 0: none, */
    uint64_t strip_from, strip_to; /* and the part of the segment */
    size_t room;
};

static void on_differs(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct recorder *r = ctx;
    if (r->past != NULL && !r->recorded) /* its own events say when */
        (void)history_add(r->past, time, offset, old, new, n);
}

static void on_hole(void *ctx, int64_t time, uint64_t offset, bool hole)
{
    struct recorder *r = ctx;
    if (r->past != NULL && !r->recorded)
        (void)history_hole(r->past, time, offset, PAGEMAP_PAGE, hole);
}

struct recorder *recorder_new(struct seg *seg, struct pagemap *pages)
{
    struct recorder *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->seg = seg;
    r->size = seg_last(seg)->size;
    r->recorded = seg_kind(seg) == SEG_REC;
    const struct pagemap_sink sink = {.ctx = r, .differs = on_differs, .hole = on_hole};
    if (pagemap_listen(pages, &sink))
        return r;
    free(r);
    return NULL;
}

static void drop_shown(struct recorder *r)
{
    free(r->shown.bytes);
    free(r->shown.state);
    free(r->shown.changed);
    r->shown = (struct history_window){0};
    r->room = 0;
    r->time = 0;
}

void recorder_free(struct recorder *r)
{
    if (r == NULL)
        return;
    history_free(r->past);
    drop_shown(r);
    free(r);
}

/* A different budget starts a new history. */
static void set_budget(struct recorder *r, size_t budget)
{
    if (r->budget == budget)
        return;
    history_free(r->past);
    r->past = budget > 0 ? history_new(budget) : NULL;
    r->budget = budget;
    if (r->past != NULL && r->recorded)
        r->end = recorder_recorded(r->seg, r->past, budget);
    r->sweeps = UINT64_MAX;
    r->time = 0;
}

/* ---- what is observed ---- */

static void observe(struct recorder *r, int64_t now, uint64_t sweeps, bool sweeping,
                    const struct history_window *w)
{
    uint64_t start = 0, end = 0, size = seg_last(r->seg)->size;
    seg_part(r->seg, &start, &end);
    if (size != r->size && !r->recorded) /* a recording has events for that */
        history_size(r->past, now, r->size, size);
    if (size < r->size && !r->recorded)
        history_unobserve(r->past, size, UINT64_MAX / 2 - size);
    r->size = size;
    if (!sweeping && !r->recorded) {
        history_unobserve(r->past, 0, w->offset);
        history_unobserve(r->past, w->offset + w->n, UINT64_MAX / 2 - w->offset - w->n);
    } else if (sweeps > 0 && sweeps != r->sweeps && end > start) {
        history_observe(r->past, now, start, end - start);
        r->sweeps = sweeps;
    }
    uint64_t to = w->offset + w->n < end ? w->offset + w->n : end;
    if (to > w->offset)
        history_observe(r->past, now, w->offset, to - w->offset);
}

/* ---- the moment ---- */

static bool make_room(struct recorder *r, size_t n)
{
    if (r->room >= n)
        return true;
    drop_shown(r);
    r->shown.bytes = malloc(n);
    r->shown.state = malloc(n);
    r->shown.changed = malloc(n * sizeof(int64_t));
    if (r->shown.bytes == NULL || r->shown.state == NULL || r->shown.changed == NULL) {
        drop_shown(r);
        return false;
    }
    r->room = n;
    return true;
}

static void copy(const struct history_window *to, const struct history_window *from)
{
    memcpy(to->bytes, from->bytes, from->n);
    memcpy(to->state, from->state, from->n);
    memcpy(to->changed, from->changed, from->n * sizeof *to->changed);
}

/* Nothing is known about it. */
static void show_nothing(const struct history_window *w)
{
    memset(w->bytes, 0, w->n);
    memset(w->state, BYTE_UNKNOWN, w->n);
    memset(w->changed, 0, w->n * sizeof *w->changed);
}

/* Replaces the window by the moment; true: it differs from the last time. */
static bool show(struct recorder *r, int64_t time, const struct history_window *w)
{
    struct history_about about;
    history_about(r->past, &about);
    bool known = time >= about.since;
    if (r->time == time && r->shown.offset == w->offset && r->shown.n == w->n &&
        (known || r->since == about.since)) {
        copy(w, &r->shown);
        return false;
    }
    struct history_view view = {w->offset, w->n, w->bytes, w->state, w->changed, SPAN};
    if (!history_at(r->past, time, &view) || !make_room(r, w->n)) {
        show_nothing(w);
        return true;
    }
    r->time = time;
    r->since = about.since;
    r->shown.offset = w->offset;
    r->shown.n = w->n;
    copy(&r->shown, w);
    return true;
}

/* ---- the timeline and the value ---- */

/* The current bytes of the value, from the window; false: they are not in it, or not known. */
static bool value_now(const struct history_window *w, const struct history_request *request,
                      uint8_t *now)
{
    if (request->size == 0 || request->size > HISTORY_UNIT_MAX || request->offset < w->offset ||
        request->offset - w->offset + request->size > w->n)
        return false;
    memcpy(now, w->bytes + (request->offset - w->offset), request->size);
    return memchr(w->state + (request->offset - w->offset), BYTE_UNKNOWN, request->size) == NULL;
}

static bool update_timeline(struct recorder *r, const struct history_request *request, int64_t now,
                            const struct history_window *w, struct history_result *out)
{
    uint8_t value[HISTORY_UNIT_MAX];
    struct history_about about;
    history_about(r->past, &about);
    bool other = out->cells != request->cells || out->offset != request->offset ||
                 out->size != request->size || out->time != request->time;
    if (!other &&
        (now < r->made + TIMELINE_EVERY || (about.changes == r->changes && request->cells == 0)))
        return false;
    r->made = now;
    r->changes = about.changes;
    out->about = about;
    out->offset = request->offset;
    out->size = request->size;
    out->values = 0;
    if (value_now(w, request, value))
        out->values =
            history_values(r->past, request->offset, request->size, value,
                           request->time != 0 ? request->time : INT64_MAX, VALUES_MAX, out->value);
    out->cells = request->cells < TIMELINE_MAX ? request->cells : TIMELINE_MAX;
    out->from = about.oldest > about.since ? about.oldest : about.since;
    out->to = r->end != 0 ? r->end : now;
    history_activity(r->past, out->from, out->to, out->cells, out->cell);
    return true;
}

bool recorder_follow(struct recorder *r, int64_t now)
{
    bool was = r->written;
    if (!r->recorded || now < r->grow_due)
        return false;
    r->end = recorder_grown(r->seg, r->past, r->end, &r->written);
    r->grow_due = now + (r->written ? GROW_EVERY : GROW_SELDOM);
    return r->written != was;
}

bool recorder_sample(struct recorder *r, const struct history_request *request, int64_t now,
                     uint64_t sweeps, bool sweeping, struct history_window *w,
                     struct history_result *out)
{
    set_budget(r, request->budget);
    out->written = r->written;
    out->kept = r->past != NULL;
    out->end = r->end;
    out->total = seg_last(r->seg)->size;
    if (r->past == NULL) {
        bool news = out->time != request->time || out->values > 0;
        out->time = request->time;
        out->values = out->cells = 0;
        if (request->time != 0)
            show_nothing(w);
        return news;
    }
    observe(r, now, sweeps, sweeping, w);
    if (request->time != 0)
        out->total = history_size_then(r->past, request->time, out->total);
    bool news = update_timeline(r, request, now, w, out);
    news = news || out->time != request->time;
    if (request->time != 0)
        news = show(r, request->time, w) || news;
    else if (r->room > 0)
        drop_shown(r);
    out->time = request->time;
    return news;
}

void recorder_strip(struct recorder *r, uint64_t from, uint64_t to, size_t cells,
                    struct history_result *out)
{
    if (out->time == 0 || r->past == NULL) {
        out->strip_cells = 0;
        r->strip_time = 0;
        return;
    }
    bool same = r->strip_time == out->time && r->strip_from == from && r->strip_to == to &&
                out->strip_cells == cells;
    if (same)
        return;
    history_newest(r->past, out->time - SPAN, out->time, from, to, cells, out->strip);
    out->strip_cells = cells;
    r->strip_time = out->time;
    r->strip_from = from;
    r->strip_to = to;
}

const struct history *recorder_history(const struct recorder *r)
{
    return r->past;
}

int64_t recorder_step(struct recorder *r, uint64_t offset, uint64_t n, int64_t from, int steps,
                      bool *moved)
{
    int64_t times[HISTORY_STEPS_MAX];
    bool back = steps < 0;
    size_t want = (size_t)(back ? -steps : steps);
    *moved = false;
    if (r->past == NULL || want == 0 || want >= HISTORY_STEPS_MAX)
        return from == INT64_MAX ? 0 : from;
    /* Going back, the first one found is the change that led to what is shown. */
    size_t found = history_steps(r->past, offset, n, from, back, back ? want + 1 : want, times);
    *moved = found > 0;
    if (back && found > want)
        return times[want];
    if (back && found > 0)
        return times[found - 1] - 1;
    if (back)
        return from == INT64_MAX ? 0 : from;
    *moved = from != INT64_MAX;
    return found > 0 ? times[found - 1] : 0;
}
