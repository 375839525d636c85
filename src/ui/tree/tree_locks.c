/* What is proved of the locks on the screen: who holds them, who waits. A job gathers the evidence
 * (propose/locks.h) from the words of the sample and from the users that the list knows, once a
 * second while locks are drawn; it opens no segment and blocks nobody. A dead owner or a deadlock
 * is shown when the users, searched anew, leave no other answer, and when the next look, a tenth of
 * a second later, finds the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "propose/locks.h"
#include "ui/tree/tree.h"

#define PERIOD INT64_C(1000000000) /* ns between two looks, */
#define SOON   INT64_C(100000000)  /* to confirm an alarm, */
#define LASTS  INT64_C(4000000000) /* until what was found is not shown any more */

struct locks_job {
    struct job job;
    struct backend *be;
    const struct seg_throttle *pace;
    struct seg_id id;
    struct lock_places places;
    struct lock_bytes words[TREE_LOCKS];
    struct seg_who who; /* mappers and unreadable only */
    /* out */
    struct tree_lock found[TREE_LOCKS];
    size_t count; /* 0: it failed */
};

/* ---- the job ---- */

/* The deadlock that a lock is part of; 0: none that the next look can confirm. */
static uint64_t ring_of(const struct locks *l, size_t object)
{
    for (size_t i = 0; i < l->rings; i++)
        for (size_t k = 0; k < l->ring[i].n; k++)
            if (l->ring[i].step[k].object == object)
                return l->ring[i].proof;
    return 0;
}

/* Whoever is not seen may be a user that has come since the list was made: then the users are
 * searched anew, and all threads for their numbers. The words are older than that search, so
 * whoever they name was there by then. */
static struct oserr judge(struct locks_job *j, struct locks *l)
{
    struct locks_ask ask = {
        .words = j->words, .who = &j->who, .places = &j->places, .pace = j->pace, .quick = true};
    struct seg_who now;
    struct oserr e = locks_look(j->be, &ask, l);
    if (oserr_is(e) || !(locks_unseen(l) || locks_bad(l)))
        return e;
    locks_free(l);
    e = seg_who_object_maps(j->be, j->id, j->pace, &now);
    ask.who = &now;
    ask.quick = false;
    if (!oserr_is(e))
        e = locks_look(j->be, &ask, l);
    seg_who_free(&now);
    return e;
}

static void judge_run(struct job *job, const struct progress *p)
{
    struct locks_job *j = (struct locks_job *)job;
    struct locks l;
    (void)p;
    struct oserr e = judge(j, &l);
    j->count = oserr_is(e) ? 0 : j->places.count;
    for (size_t i = 0; i < j->count; i++) {
        const struct lock_object *o = &l.scene.object[i];
        struct tree_lock *f = &j->found[i];
        uint64_t ring = ring_of(&l, i);
        *f = (struct tree_lock){.offset = o->offset,
                                .kind = o->kind,
                                .apart = o->apart,
                                .bad = ring != 0 || lock_is_dead(o),
                                .proof = ring};
        size_t n = ring != 0 ? (size_t)snprintf(f->text, sizeof f->text, "deadlock, ") : 0;
        (void)locks_verdict(&l, i, f->text + n, sizeof f->text - n);
        if (f->text[0] == '\0') /* a condition */
            (void)snprintf(f->text, sizeof f->text, "no waiters seen");
    }
    locks_free(&l);
}

/* Not before the words were read again: those that an alarm is about are older than its evidence.
 */
static int64_t soon(const struct ui *ui)
{
    int64_t twice = (int64_t)(2e9 / (ui->s.set.hz < 1 ? 1 : ui->s.set.hz));
    return twice > SOON ? twice : SOON;
}

static void judge_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct locks_job *j = (struct locks_job *)job;
    struct tree_state *st = ui->tree;
    if (st != NULL) {
        st->judging = st->alarmed = false;
        for (size_t i = 0; seg_id_equal(j->id, ui->s.id) && i < j->count; i++)
            tree_lock_take(ui, &j->found[i]);
        st->lock_next = ui->now + (st->alarmed ? soon(ui) : PERIOD);
    }
    lock_places_free(&j->places);
    free(j->who.mappers);
    free(j);
}

void tree_lock_take(struct ui *ui, const struct tree_lock *found)
{
    struct tree_state *st = ui->tree;
    struct tree_lock *l = NULL;
    for (size_t i = 0; i < TREE_LOCKS && l == NULL; i++)
        if (st->lock[i].kind == found->kind && st->lock[i].offset == found->offset)
            l = &st->lock[i];
    if (l == NULL)
        return;
    if (found->bad && (strcmp(found->text, l->alarm) != 0 || found->proof != l->proof)) {
        memcpy(l->alarm, found->text, sizeof l->alarm); /* to be confirmed */
        l->proof = found->proof;
        st->alarmed = true;
        return;
    }
    if (!found->bad)
        l->alarm[0] = '\0';
    memcpy(l->text, found->text, sizeof l->text);
    l->bad = found->bad;
    l->apart = found->apart;
    l->known = ui->now;
}

/* ---- when ---- */

/* Nothing is known of the past, nor of a recording. */
static bool is_live(const struct ui *ui)
{
    return ui->s.sample.past.time == 0 && !session_recorded(&ui->s);
}

const struct tree_lock *tree_lock_of(struct ui *ui, const struct type_node *node)
{
    struct tree_state *st = ui->tree;
    enum lock_libc libc = LIBC_UNKNOWN;
    bool branch = node->kind == NODE_STRUCT || node->kind == NODE_UNION;
    enum lock_kind kind = branch && is_live(ui) && !st->raw
                              ? lock_kind_of(tree_top(ui)->source.t, node->type, &libc)
                              : LOCK_NONE;
    if (kind == LOCK_NONE)
        return NULL;
    if (!seg_id_equal(st->lock_of, ui->s.id)) {
        memset(st->lock, 0, sizeof st->lock);
        st->lock_of = ui->s.id;
        st->lock_next = 0;
    }
    struct tree_lock *l = st->lock, *old = l;
    for (size_t i = 0; i < TREE_LOCKS; i++) {
        l = &st->lock[i];
        if (l->kind == kind && l->offset == node->offset) {
            old = l;
            break;
        }
        old = l->seen < old->seen ? l : old;
    }
    if (old->kind != kind || old->offset != node->offset)
        *old = (struct tree_lock){.offset = node->offset, .kind = kind};
    old->libc = libc;
    old->seen = ui->now;
    return old->known != 0 && ui->now - old->known < LASTS && old->text[0] != '\0' ? old : NULL;
}

/* Those that were drawn in this frame, with their words. */
static void take_places(struct ui *ui, struct locks_job *j)
{
    static char none[] = "";
    const struct tree_state *st = ui->tree;
    bool good = true;
    size_t index;
    for (size_t i = 0; i < TREE_LOCKS && good; i++) {
        const struct tree_lock *l = &st->lock[i];
        const struct lock_place one = {l->offset, lock_size(l->kind), l->kind, l->libc, none};
        struct lock_bytes b = {{0}};
        if (l->kind != LOCK_NONE && l->seen == ui->now &&
            tree_bytes(ui, l->offset, lock_size(l->kind), b.at, &index) == TREE_DATA)
            good = lock_places_add_one(&j->places, &one);
    }
    for (size_t i = 0; i < j->places.count; i++)
        (void)tree_bytes(ui, j->places.at[i].offset, lock_size(j->places.at[i].kind),
                         j->words[i].at, &index);
}

static bool take_users(const struct ui *ui, struct locks_job *j)
{
    struct seg_who who;
    if (!session_users(&ui->s, &who))
        return false;
    j->who.mappers = calloc(who.mappers_count + 1, sizeof *j->who.mappers);
    if (j->who.mappers == NULL)
        return false;
    if (who.mappers_count > 0)
        memcpy(j->who.mappers, who.mappers, who.mappers_count * sizeof *who.mappers);
    j->who.mappers_count = who.mappers_count;
    j->who.unreadable = who.unreadable;
    return true;
}

static bool any_seen(const struct ui *ui)
{
    for (size_t i = 0; i < TREE_LOCKS; i++)
        if (ui->tree->lock[i].kind != LOCK_NONE && ui->tree->lock[i].seen == ui->now)
            return true;
    return false;
}

void tree_judge_locks(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (st->judging || ui->s.walker == NULL || ui->s.paused || !is_live(ui) ||
        ui->now < st->lock_next || !any_seen(ui))
        return;
    struct locks_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return;
    *j = (struct locks_job){.job = {.run = judge_run, .finish = judge_done, .aside = true},
                            .be = ui->s.be,
                            .pace = walker_pace(ui->s.walker),
                            .id = ui->s.id};
    take_places(ui, j);
    if (j->places.count == 0 || !take_users(ui, j)) {
        lock_places_free(&j->places);
        free(j);
        return;
    }
    st->judging = true;
    worker_post(walker_worker(ui->s.walker), &j->job);
}

int64_t tree_locks_next(const struct ui *ui, int64_t now)
{
    const struct tree_state *st = ui->tree;
    if (!tree_on(ui) || st->judging || ui->s.paused || !is_live(ui) || !any_seen(ui))
        return INT64_MAX;
    return st->lock_next > now ? st->lock_next : now + SOON;
}
