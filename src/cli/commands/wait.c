/* wait: samples until a condition holds. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/typed.h"
#include "cli/run.h"
#include "core/plural.h"
#include "core/type/condition.h"
#include "core/type/value.h"
#include "time/recording.h"

enum {
    DEFAULT_HZ = 250,
    VALUE_MAX = 4096,
    UNIT_MAX = 4,         /* bytes of a code unit */
    NEITHER = 2,          /* view_compare: one is NaN */
    STATE_NS = 100000000, /* between checks of the name, which is not what is waited for */
};

enum condition { EQUALS, NOT, ABOVE, BELOW, CHANGES, EXISTS, GONE, WHERE, CONDITIONS };
static const char *const condition_names[CONDITIONS] = {"equals",  "not",    "above", "below",
                                                        "changes", "exists", "gone",  "where"};

struct wait {
    enum condition what;
    const struct view *view;
    uint64_t offset;
    uint8_t value[VALUE_MAX]; /* the value to compare with; for `changes` the one at the start */
    size_t size;              /* its size in bytes */
    int64_t deadline;         /* os_now's clock, INT64_MAX: none */
    int64_t period;           /* ns */
    int64_t state_due;        /* when to check the name next, os_now's clock */
    bool ended;               /* of a recording: its end was reached */
    struct typed *typed;      /* with --type, and: */
    struct type_condition *where;
    struct type_node leaf; /* the field of PATH */
    char path[PATH_TEXT_MAX];
    uint8_t *bytes; /* two of it and a mask: what is waited for or was at the start, and is now */
    bool told;      /* it was reported that the name is gone or means another segment */
};

static bool parse_condition(struct command_run *r, struct wait *w)
{
    int given = 0;
    for (int i = 0; i < CONDITIONS; i++) {
        if (run_option(r, condition_names[i]) != NULL) {
            w->what = (enum condition)i;
            given++;
        }
    }
    if (given != 1) {
        (void)run_usage(r, "exactly one condition is needed: --equals --not --above --below "
                           "--changes --where --exists --gone");
        return false;
    }
    return true;
}

static bool parse_value(struct command_run *r, struct wait *w)
{
    if (r->words != 1) {
        (void)run_usage(r, "OFFSET is missing");
        return false;
    }
    if (!run_value_view(r, &w->view))
        return false;
    bool numbers = w->view->kind != VIEW_HEX && w->view->kind != VIEW_TEXT;
    if (!numbers && (w->what == ABOVE || w->what == BELOW)) {
        (void)run_usage(r, "--%s needs a view of numbers", condition_names[w->what]);
        return false;
    }
    w->size = w->view->unit;
    return w->what == CHANGES || run_value(r, w->view, "V", run_option(r, condition_names[w->what]),
                                           w->value, sizeof w->value, &w->size);
}

/* With --type: the words alone; the segment is not open yet. */
static bool parse_typed(struct command_run *r, struct wait *w)
{
    if (run_option(r, "as") != NULL) {
        (void)run_usage(r, "--type and --as do not go together");
        return false;
    }
    if (r->words != (w->what == WHERE ? 0 : 1)) {
        (void)run_usage(r, w->what == WHERE ? "--where has the fields itself: no PATH"
                                            : "PATH is missing");
        return false;
    }
    return true;
}

static bool parse(struct command_run *r, struct wait *w)
{
    int64_t timeout = -1;
    double hz = DEFAULT_HZ;
    *w = (struct wait){.view = NULL};
    if (!parse_condition(r, w) || !run_duration_option(r, "timeout", &timeout) ||
        !run_hz_option(r, &hz))
        return false;
    w->deadline = timeout < 0 ? INT64_MAX : os_now() + timeout;
    w->period = (int64_t)(1e9 / hz);
    if (w->what == WHERE && !typed_wanted(r)) {
        (void)run_usage(r, "--where needs --type T");
        return false;
    }
    if (w->what == EXISTS || w->what == GONE) {
        if (r->words != 0)
            (void)run_usage(r, "--%s takes no OFFSET", condition_names[w->what]);
        return r->words == 0;
    }
    return typed_wanted(r) ? parse_typed(r, w) : parse_value(r, w);
}

/* ---- conditions: EXIT_DONE it holds, EXIT_NO not yet, EXIT_ERROR reported ---- */

static int look_for_name(struct command_run *r, const struct wait *w)
{
    struct seg *s = NULL;
    struct oserr e = seg_open(r->env->be, r->raw, SEG_STAT, &s);
    bool there = !oserr_is(e);
    bool begins =
        e.code == SEG_E_DAMAGED || e.code == SEG_E_RECORDING; /* not a complete recording yet */
    if (there)
        seg_close(s);
    else if (begins && w->what == EXISTS)
        there = false;
    else if (oserr_kind(e) == OSERR_K_DENIED)
        there = true;
    else if (oserr_kind(e) != OSERR_K_MISSING)
        return run_fail(r, NULL, "look for it", e);
    return there == (w->what == EXISTS) ? EXIT_DONE : EXIT_NO;
}

/* Does a text, of which `got` bytes are here, end after n bytes: with a NUL code unit, or with the
 * segment? Without that RUNNING would be RUN. */
static bool text_ends(const struct wait *w, const uint8_t *now, size_t n, size_t got)
{
    static const uint8_t nul[UNIT_MAX];
    size_t unit = w->view->unit;
    bool said = n >= unit && memcmp(w->value + n - unit, nul, unit) == 0; /* --z */
    return said || got < n + unit || memcmp(now + n, nul, unit) == 0;
}

static bool holds(const struct wait *w, const uint8_t *now, size_t got)
{
    if (w->what == CHANGES)
        return memcmp(now, w->value, w->size) != 0;
    if (w->view->kind == VIEW_HEX || w->view->kind == VIEW_TEXT) {
        bool same = memcmp(now, w->value, w->size) == 0 &&
                    (w->view->kind == VIEW_HEX || text_ends(w, now, w->size, got));
        return same == (w->what == EQUALS);
    }
    int order = view_compare(w->view, now, w->value);
    if (order == NEITHER && view_compare(w->view, now, now) == NEITHER &&
        view_compare(w->view, w->value, w->value) == NEITHER)
        order = 0; /* waiting for NaN means any NaN */
    switch (w->what) {
    case EQUALS:
        return order == 0;
    case NOT:
        return order != 0;
    case ABOVE:
        return order == 1;
    case BELOW:
        return order < 0;
    case CHANGES:
    case EXISTS:
    case GONE:
    case WHERE:
    case CONDITIONS:
    default:
        return false;
    }
}

/* Reports once that the name no longer refers to this segment. */
static int look_at_state(struct command_run *r, struct wait *w)
{
    struct seg_stat st;
    int64_t now = os_now();
    if (now < w->state_due)
        return EXIT_NO;
    w->state_due = now + STATE_NS;
    struct oserr e = seg_refresh(r->seg, &st);
    if (oserr_is(e))
        return run_fail(r, NULL, "look at it", e);
    if ((st.replaced || st.name_gone) && !w->told) {
        run_note(r, st.replaced
                        ? "replaced by a new segment of this name; still waiting for the old one"
                        : "unlinked; still waiting while it is mapped");
        w->told = true;
    }
    return EXIT_NO;
}

static int look_at_value(struct command_run *r, struct wait *w)
{
    uint8_t now[VALUE_MAX + UNIT_MAX];
    size_t got = 0;
    bool text = w->view->kind == VIEW_TEXT && w->what != CHANGES;
    struct oserr e = seg_read(r->seg, w->offset, now, w->size + (text ? w->view->unit : 0), &got);
    if (oserr_is(e) && e.code != SEG_E_BEYOND)
        return run_fail(r, NULL, "read it", e);
    if (!oserr_is(e) && got >= w->size && holds(w, now, got))
        return EXIT_DONE;
    return look_at_state(r, w); /* it may have shrunk, and may grow again */
}

/* ---- with --type ---- */

enum { MOMENT_TRIES = 16 };

/* --where, of one moment: two readings of all its fields in a row are equal. */
static int look_at_condition(struct command_run *r, struct wait *w)
{
    uint64_t seen = 0, before = 0;
    for (int i = 0; i < MOMENT_TRIES; i++) {
        typed_refresh(w->typed);
        enum type_truth truth =
            type_condition_check(w->where, &w->typed->source, &w->typed->root, &seen);
        if (oserr_is(w->typed->error))
            return run_fail(r, NULL, "read it", w->typed->error);
        if (i > 0 && seen == before)
            return truth == TRUTH_YES ? EXIT_DONE : look_at_state(r, w);
        before = seen;
    }
    return look_at_state(r, w); /* it changes all the time: at the next look */
}

static bool field_holds(const struct wait *w)
{
    size_t n = (size_t)w->leaf.size;
    const uint8_t *now = w->bytes + n;
    struct type_value a, b;
    type_value_get(&w->typed->source, &w->leaf, now, &a);
    type_value_get(&w->typed->source, &w->leaf, w->bytes, &b);
    if (a.kind == VALUE_BYTES) {
        bool same = memcmp(now, w->bytes, n) == 0;
        if (w->leaf.text && w->what != CHANGES) { /* up to the NUL of what is asked for */
            size_t end = 0;
            while (end < n && memcmp(w->bytes + end, "\0\0\0\0", (size_t)w->leaf.stride) != 0)
                end += (size_t)w->leaf.stride;
            end = end < n ? end + (size_t)w->leaf.stride : n;
            same = memcmp(now, w->bytes, end) == 0;
        }
        return same == (w->what == EQUALS);
    }
    int order = type_value_compare(&a, &b);
    bool both_nan = order == NEITHER && type_value_compare(&a, &a) == NEITHER &&
                    type_value_compare(&b, &b) == NEITHER;
    order = both_nan ? 0 : order;
    return w->what == EQUALS  ? order == 0
           : w->what == ABOVE ? order == 1
           : w->what == BELOW ? order < 0
                              : order != 0;
}

static int look_at_field(struct command_run *r, struct wait *w)
{
    typed_refresh(w->typed);
    bool known = typed_read(w->typed, &w->leaf, w->bytes + w->leaf.size);
    if (oserr_is(w->typed->error))
        return run_fail(r, NULL, "read it", w->typed->error);
    return known && field_holds(w) ? EXIT_DONE : look_at_state(r, w);
}

/* The field and its value, or the condition. */
static bool open_typed(struct command_run *r, struct wait *w)
{
    char why[TYPE_WHY_MAX];
    if (!typed_open(w->typed, r))
        return false;
    if (w->what == WHERE) {
        const char *text = run_option(r, "where");
        if (strstr(text, "->") != NULL)
            typed_map(w->typed);
        w->where = type_condition_new(&w->typed->source, &w->typed->root, text, why);
        if (w->where == NULL)
            (void)run_error(r, "--where: %s", why);
        return w->where != NULL;
    }
    if (!typed_leaf(w->typed, r->word[0], &w->leaf, w->path))
        return false;
    size_t n = (size_t)w->leaf.size;
    w->bytes = calloc(3, n + 4);
    if (w->bytes == NULL || n > TYPE_TEXT_MAX) {
        (void)run_fail(r, NULL, "read it", (struct oserr){"malloc", SEG_E_MEMORY});
        return false;
    }
    if (w->what == CHANGES) {
        if (!typed_read(w->typed, &w->leaf, w->bytes))
            (void)run_error(r, "%s at 0x%" PRIx64 " is past the end", w->path, w->leaf.offset);
        return typed_read(w->typed, &w->leaf, w->bytes);
    }
    bool good =
        type_value_parse(&w->typed->source, &w->leaf, run_option(r, condition_names[w->what]),
                         w->bytes, w->bytes + 2 * n, why);
    struct type_value v;
    type_value_get(&w->typed->source, &w->leaf, w->bytes, &v);
    if (good && v.kind == VALUE_BYTES && (w->what == ABOVE || w->what == BELOW)) {
        (void)run_error(r, "--%s needs a field with a number", condition_names[w->what]);
        return false;
    }
    if (!good)
        (void)run_error(r, "--%s: %s", condition_names[w->what], why);
    return good;
}

static int look_at(struct command_run *r, struct wait *w)
{
    return w->where != NULL   ? look_at_condition(r, w)
           : w->typed != NULL ? look_at_field(r, w)
                              : look_at_value(r, w);
}

/* A recording: its samples one after the other, and more while it is still being made. */
static int look_at_recording(struct command_run *r, struct wait *w)
{
    struct recording *recorded = recording_of(r->seg);
    struct rec_info was;
    struct rec_info is;
    bool written = false;
    int64_t t = 0;
    recording_info(recorded, &was);
    struct oserr e = recording_grow(recorded, &written);
    recording_info(recorded, &is);
    int status = oserr_is(e) ? run_fail(r, NULL, "read it", e) : look_at(r, w);
    while (status == EXIT_NO && recording_next_time(recorded, &t)) {
        bool played = true;
        while (played && !oserr_is(e)) {
            struct rec_event ev;
            e = recording_step(recorded, t, &ev, &played);
        }
        e = oserr_is(e) ? e : seg_image_changed(r->seg);
        status = oserr_is(e) ? run_fail(r, NULL, "read it", e) : look_at(r, w);
    }
    if (status == EXIT_NO && !written && is.end == was.end) {
        (void)run_error(r, "the recording ends without that");
        w->ended = true;
    }
    return status;
}

static int look_once(struct command_run *r, struct wait *w)
{
    if (w->what == EXISTS || w->what == GONE)
        return look_for_name(r, w);
    return recording_of(r->seg) != NULL ? look_at_recording(r, w) : look_at(r, w);
}

static int wait_loop(struct command_run *r, struct wait *w)
{
    for (;;) {
        int status = look_once(r, w);
        int64_t now = os_now();
        if (status != EXIT_NO || w->ended)
            return status;
        if (now >= w->deadline) {
            (void)run_error(r, "timed out");
            return EXIT_NO;
        }
        int64_t next = now + w->period;
        if (!progress_sleep(r->env->progress, next < w->deadline ? next : w->deadline))
            return EXIT_STOPPED;
    }
}

/* Opens the segment and saves the value that `changes` compares with. */
static int wait_for_value(struct command_run *r, struct wait *w)
{
    size_t got = 0;
    if (r->seg == NULL) {
        struct oserr e = seg_open(r->env->be, r->raw, SEG_READ, &r->seg);
        if (oserr_is(e)) {
            r->seg = NULL;
            return run_fail(r, NULL, "read it", e);
        }
        r->seg_is_ours = true;
        r->size = seg_last(r->seg)->size;
    }
    if (w->typed != NULL)
        return open_typed(r, w) ? wait_loop(r, w) : EXIT_ERROR;
    if (!run_offset(r, r->word[0], &w->offset))
        return EXIT_ERROR;
    if (w->offset > r->size || r->size - w->offset < w->size) {
        return run_error(r,
                         "0x%" PRIx64
                         " and %zu byte%s from there are past the end: the segment has "
                         "%" PRIu64 " byte%s",
                         w->offset, w->size, plural_s(w->size), r->size, plural_s(r->size));
    }
    if (w->what == CHANGES) {
        struct oserr e = seg_read(r->seg, w->offset, w->value, w->size, &got);
        if (oserr_is(e))
            return run_fail(r, NULL, "read it", e);
    }
    return wait_loop(r, w);
}

int cmd_wait(struct command_run *r)
{
    struct wait w;
    if (!parse(r, &w))
        return EXIT_ERROR;
    if (w.what == EXISTS || w.what == GONE)
        return wait_loop(r, &w);
    w.typed = typed_wanted(r) ? calloc(1, sizeof *w.typed) : NULL;
    if (typed_wanted(r) && w.typed == NULL)
        return run_fail(r, NULL, "read it", (struct oserr){"malloc", SEG_E_MEMORY});
    int status = wait_for_value(r, &w);
    type_condition_free(w.where);
    free(w.bytes);
    if (w.typed != NULL)
        typed_close(w.typed);
    free(w.typed);
    return status;
}
