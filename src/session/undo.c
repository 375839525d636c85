/* The stack of what can be undone and redone: values, and ranges with their bytes. The steps of
 * segments that were attached before are kept for when they are attached again: the same objects,
 * whatever names they have. Ranges may take UNDO_BYTES; when they take more, the segment whose
 * steps were put away first is forgotten, and then the oldest steps of this one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/kept_range.h"
#include "session/session.h"

/* Forgets the steps [from, to) of those there are. */
static void forget(struct session *s, size_t from, size_t to)
{
    size_t count = s->undo_count + s->redo_count;
    for (size_t i = from; i < to; i++)
        kept_range_release(s->undo[i].range);
    memmove(s->undo + from, s->undo + to, (count - to) * sizeof *s->undo);
}

static void forget_oldest(struct session *s)
{
    forget(s, 0, 1);
    s->undo_count--;
    s->undo_given_up++;
}

/* ---- those of other segments ---- */

/* The steps of a segment that was attached before. */
struct undo_log {
    struct seg_id id;
    size_t undo_count, redo_count, given_up;
    struct undo_step step[]; /* undo_count + redo_count */
};

static void forget_log(struct session *s, size_t i)
{
    struct undo_log *log = s->undo_log[i];
    for (size_t k = 0; k < log->undo_count + log->redo_count; k++)
        kept_range_release(log->step[k].range);
    free(log);
    s->undo_logs--;
    memmove(s->undo_log + i, s->undo_log + i + 1, (s->undo_logs - i) * sizeof(struct undo_log *));
}

/* Gives its ranges and all other steps up, and remembers how many those were. */
static void empty_log(struct undo_log *log)
{
    for (size_t k = 0; k < log->undo_count + log->redo_count; k++)
        kept_range_release(log->step[k].range);
    log->given_up += log->undo_count;
    log->undo_count = log->redo_count = 0;
}

static void forget_own(struct session *s)
{
    forget(s, 0, s->undo_count + s->redo_count);
    s->undo_count = s->redo_count = s->undo_given_up = 0;
}

void session_undo_forget(struct session *s)
{
    forget_own(s);
    while (s->undo_logs > 0)
        forget_log(s, s->undo_logs - 1);
}

/* Puts the steps of the attached segment away. */
static void put_away(struct session *s)
{
    size_t count = s->undo_count + s->redo_count;
    struct undo_log *log = NULL;
    if ((count > 0 || s->undo_given_up > 0) && s->undo_id.dev != 0)
        log = malloc(sizeof *log + count * sizeof *log->step);
    if (log == NULL) {
        forget_own(s);
        return;
    }
    *log = (struct undo_log){s->undo_id, s->undo_count, s->redo_count, s->undo_given_up};
    memcpy(log->step, s->undo, count * sizeof *log->step); /* with their references */
    s->undo_count = s->redo_count = s->undo_given_up = 0;
    if (s->undo_logs == UNDO_LOGS)
        forget_log(s, UNDO_LOGS - 1);
    memmove(s->undo_log + 1, s->undo_log, s->undo_logs * sizeof(struct undo_log *));
    s->undo_log[0] = log;
    s->undo_logs++;
}

void session_undo_turn(struct session *s, struct seg_id id)
{
    if (id.dev != 0 && seg_id_equal(id, s->undo_id))
        return;
    put_away(s);
    s->undo_id = id;
    for (size_t i = 0; i < s->undo_logs; i++) {
        struct undo_log *log = s->undo_log[i];
        if (!seg_id_equal(log->id, id))
            continue;
        memcpy(s->undo, log->step, (log->undo_count + log->redo_count) * sizeof *log->step);
        s->undo_count = log->undo_count;
        s->redo_count = log->redo_count;
        s->undo_given_up = log->given_up;
        log->undo_count = log->redo_count = 0; /* their references are the session's again */
        forget_log(s, i);
        return;
    }
}

/* ---- those of this one ---- */

static size_t bytes_of(const struct undo_step *step, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += kept_range_bytes(step[i].range);
    return n;
}

/* That the steps of other segments take. */
static size_t bytes_away(const struct session *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->undo_logs; i++)
        n +=
            bytes_of(s->undo_log[i]->step, s->undo_log[i]->undo_count + s->undo_log[i]->redo_count);
    return n;
}

void session_undo_grew(struct session *s)
{
    for (size_t i = s->undo_logs;
         i > 0 && bytes_of(s->undo, s->undo_count) + bytes_away(s) > UNDO_BYTES; i--)
        empty_log(s->undo_log[i - 1]);
    while (bytes_of(s->undo, s->undo_count) > UNDO_BYTES)
        forget_oldest(s);
}

void session_redo_drop(struct session *s)
{
    forget(s, s->undo_count, s->undo_count + s->redo_count);
    s->redo_count = 0;
}

static void push(struct session *s, const struct undo_step *step)
{
    session_redo_drop(s);
    if (s->undo_count == UNDO_MAX)
        forget_oldest(s);
    s->undo[s->undo_count++] = *step;
    session_undo_grew(s);
}

/* What was there already was not changed: there is nothing to take back. */
static bool changed(const struct poke_done *p)
{
    return memcmp(p->old, p->value, p->size) != 0;
}

void session_undo_push(struct session *s, const struct poke_done *p, const struct view *view)
{
    if (changed(p))
        push(s, &(struct undo_step){.one = *p, .view = view});
}

/* Adds the units of text that were stored; false: out of memory, and none was added. */
static bool add_units(struct kept_range *k, const struct poke_done *p)
{
    size_t length = k->length, count = k->count;
    for (size_t i = 0; i < p->size; i += k->each) {
        if (!kept_matches_add(k, p->offset + i, p->old + i, p->value + i)) {
            k->length = length;
            k->count = count;
            return false;
        }
    }
    return true;
}

/* Makes the step of one character one of several; NULL: out of memory. */
static struct kept_range *spread(const struct undo_step *u)
{
    struct kept_range *k = kept_matches_new(text_unit(u->view->enc));
    if (k != NULL && add_units(k, &u->one)) {
        k->typed = true;
        return k;
    }
    kept_range_release(k);
    return NULL;
}

/* Adds a character to the last step if that is of the same run; false: it needs a step. */
static bool join(struct session *s, const struct poke_done *p, const struct view *view,
                 uint32_t run)
{
    struct undo_step *u = s->undo_count > 0 ? &s->undo[s->undo_count - 1] : NULL;
    if (run == 0 || u == NULL || u->run != run || u->view != view || s->redo_count > 0)
        return false;
    if (u->range != NULL)
        return u->range->length + p->size <= UNDO_TYPED && add_units(u->range, p);
    struct kept_range *k = spread(u);
    if (k == NULL || !add_units(k, p)) {
        kept_range_release(k);
        return false;
    }
    u->range = k;
    return true;
}

/* The largest unit that all of them are made of; 0: they cannot be one step. */
static size_t unit_of(const struct poke_done *p, size_t count)
{
    static const uint8_t none[sizeof p->mask] = {0};
    size_t unit = count > 0 ? p[0].size : 0;
    for (size_t i = 0; i < count; i++)
        unit = p[i].size < unit ? p[i].size : unit;
    for (size_t i = 0; i < count; i++)
        if (unit == 0 || p[i].size % unit != 0 || memcmp(p[i].mask, none, sizeof none) != 0)
            return 0;
    return unit;
}

void session_undo_push_line(struct session *s, const struct poke_done *p, size_t count,
                            const struct view *view)
{
    size_t unit = count > 1 ? unit_of(p, count) : 0;
    struct kept_range *k = unit > 0 ? kept_matches_new(unit) : NULL;
    bool whole = k != NULL;
    for (size_t i = 0; i < count && whole; i++)
        whole = !changed(&p[i]) || add_units(k, &p[i]);
    if (whole && k->count > 0) {
        k->typed = true;
        push(s, &(struct undo_step){.range = k});
        return;
    }
    kept_range_release(k);
    for (size_t i = 0; i < count && !whole; i++)
        session_undo_push(s, &p[i], view);
}

void session_undo_push_typed(struct session *s, const struct poke_done *p, const struct view *view,
                             uint32_t run)
{
    if (join(s, p, view, run))
        session_undo_grew(s);
    else if (changed(p))
        push(s, &(struct undo_step){.one = *p, .view = view, .run = run});
}

void session_undo_push_range(struct session *s, struct kept_range *range)
{
    if (range->length == 0 || memcmp(range->old, range->value, range->length) != 0)
        push(s, &(struct undo_step){.range = range});
    else
        kept_range_release(range);
}

void session_undo_push_lost(struct session *s, const char *what)
{
    struct undo_step step = {.one = {.size = 0}};
    (void)snprintf(step.lost, sizeof step.lost, "%s", what);
    push(s, &step);
}

void session_undo_skip(struct session *s, bool undo)
{
    size_t at = undo ? s->undo_count - 1 : s->undo_count;
    forget(s, at, at + 1);
    if (undo)
        s->undo_count--;
    else
        s->redo_count--;
}

void session_undo_went(struct session *s, bool undone)
{
    s->undo_count += undone ? (size_t)-1 : 1;
    s->redo_count += undone ? 1 : (size_t)-1;
}
