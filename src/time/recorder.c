#include "time/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "time/recording.h"

enum {
    MS = 1000000,
    GROW_EVERY = 50 * MS,     /* between two checks of a recording's file while it is being made */
    GROW_SELDOM = 1000 * MS,  /* and otherwise: somebody may be copying the file */
    MARKS_EVERY = 500 * MS,   /* between two marks of the value's changes in the timeline */
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
    int64_t length;       /* ns from its start to its end */
    uint64_t sweeps, size;
    uint64_t changes; /* in the history when the timeline was updated */
    int64_t made;     /* when that was */
    int64_t marked;   /* when the changes of the value were marked in it */
    /* The moment that was shown last: copied while nothing differs, instead of made again. */
    int64_t time, since;
    struct history_window shown;   /* arrays of `room` elements, ours, */
    struct span_list shown_spans;  /* and what they are of */
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

static void note_length(struct recorder *r)
{
    struct rec_info info;
    recording_info(recording_of(r->seg), &info);
    r->length = info.end;
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
    if (r->recorded)
        note_length(r);
    r->sweeps = UINT64_MAX;
    r->time = 0;
}

/* ---- what is observed ---- */

/* What is not on the screen is not looked at. */
static void unobserve_rest(struct recorder *r, const struct span_list *spans)
{
    uint64_t from = 0;
    for (size_t i = 0; i < spans->count; i++) {
        history_unobserve(r->past, from, spans->at[i].offset - from);
        from = spans->at[i].offset + spans->at[i].length;
    }
    history_unobserve(r->past, from, UINT64_MAX / 2 - from);
}

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
        unobserve_rest(r, w->spans);
    } else if (sweeps > 0 && sweeps != r->sweeps && end > start) {
        history_observe(r->past, now, start, end - start);
        r->sweeps = sweeps;
    }
    for (size_t i = 0; i < w->spans->count; i++) {
        const struct span *p = &w->spans->at[i];
        uint64_t to = p->offset + p->length < end ? p->offset + p->length : end;
        if (to > p->offset)
            history_observe(r->past, now, p->offset, to - p->offset);
    }
}

void recorder_observe(struct recorder *r, int64_t now, uint64_t offset, uint64_t n)
{
    uint64_t start = 0, end = 0;
    seg_part(r->seg, &start, &end);
    end = end < offset + n ? end : offset + n;
    if (r->past != NULL && end > offset)
        history_observe(r->past, now, offset, end - offset);
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

/* Undoes what changed after the moment; false: out of memory. */
static bool undo(struct recorder *r, int64_t time, const struct history_window *w)
{
    for (size_t i = 0; i < w->spans->count; i++) {
        const struct span *p = &w->spans->at[i];
        struct history_view view = {
            p->offset, p->length, w->bytes + p->index, w->state + p->index, w->changed + p->index,
            SPAN};
        if (!history_at(r->past, time, &view))
            return false;
    }
    return true;
}

/* Replaces the window by the moment; true: it differs from the last time. */
static bool show(struct recorder *r, int64_t time, const struct history_window *w)
{
    struct history_about about;
    history_about(r->past, &about);
    bool known = time >= about.since;
    if (r->time == time && spans_equal(&r->shown_spans, w->spans) && r->shown.n == w->n &&
        (known || r->since == about.since)) {
        copy(w, &r->shown);
        return false;
    }
    if (!undo(r, time, w) || !make_room(r, w->n)) {
        show_nothing(w);
        return true;
    }
    r->time = time;
    r->since = about.since;
    r->shown_spans = *w->spans;
    r->shown.n = w->n;
    copy(&r->shown, w);
    return true;
}

/* ---- the timeline and the value ---- */

/* The current bytes of the value, from the window; false: they are not in it, or not known. */
static bool value_now(const struct history_window *w, const struct history_request *request,
                      uint8_t *now)
{
    if (request->size == 0 || request->size > HISTORY_UNIT_MAX)
        return false;
    size_t first = spans_index(w->spans, request->offset);
    if (first == SIZE_MAX ||
        spans_index(w->spans, request->offset + request->size - 1) != first + request->size - 1)
        return false;
    memcpy(now, w->bytes + first, request->size);
    return memchr(w->state + first, BYTE_UNKNOWN, request->size) == NULL;
}

/* Which parts of the timeline have a change of the value. */
static void mark_value(struct recorder *r, const struct history_request *request,
                       struct history_result *out)
{
    int64_t span = out->to - out->from, at = out->to, time = 0;
    memset(out->of_value, 0, sizeof out->of_value);
    while (out->cells > 0 && request->size > 0 && span > 0 && at > out->from &&
           history_steps(r->past, request->offset, request->size, at, true, 1, &time) > 0 &&
           time >= out->from) {
        double part = (double)(time - out->from) / (double)span * (double)out->cells;
        size_t i = part < (double)out->cells ? (size_t)part : out->cells - 1;
        out->of_value[i] = true;
        at = out->from + (int64_t)((double)i * (double)span / (double)out->cells) - 1;
        at = at < time ? at : time - 1;
    }
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
    if (other || now >= r->marked + MARKS_EVERY) {
        r->marked = now;
        mark_value(r, request, out);
    }
    return true;
}

bool recorder_follow(struct recorder *r, int64_t now)
{
    bool was = r->written;
    if (!r->recorded || now < r->grow_due)
        return false;
    r->end = recorder_grown(r->seg, r->past, r->end, &r->written);
    note_length(r);
    r->grow_due = now + (r->written ? GROW_EVERY : GROW_SELDOM);
    return r->written != was;
}

bool recorder_sample(struct recorder *r, const struct history_request *request, int64_t now,
                     uint64_t sweeps, bool sweeping, const struct history_window *w,
                     struct history_result *out)
{
    set_budget(r, request->budget);
    out->written = r->written;
    out->kept = r->past != NULL;
    out->end = r->end;
    out->length = r->length;
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
