/* Surveys: the list of every kind, one scan of the processes for all objects, and the two put
 * together. */
#include "backend/survey.h"

#include <stdlib.h>
#include <string.h>

#include "backend/provider.h"
#include "backend/sys.h"
#include "backend/users.h"

/* ---- the rows ---- */

struct oserr listing_add(struct backend *be, struct listing *l, enum seg_kind kind,
                         const char *locator, const char *name, const struct seg_stat *st)
{
    struct oserr e = sys_grow(be, (void **)&l->segs, &l->cap, l->count + 1, sizeof *l->segs);
    if (oserr_is(e))
        return e;
    struct seg_info *info = &l->segs[l->count];
    *info = (struct seg_info){.kind = kind, .stat = *st};
    e = sys_copy(be, locator, &info->locator);
    if (!oserr_is(e))
        e = sys_copy(be, name, &info->name);
    if (oserr_is(e)) {
        free(info->locator);
        return e;
    }
    if ((st->known & SEG_HAS_OWNER) == 0)
        info->owner[0] = '\0';
    else if (l->count > 0 && info[-1].owner[0] != '\0' && info[-1].stat.uid == st->uid)
        memcpy(info->owner, info[-1].owner, sizeof info->owner);
    else
        os_user_name(st->uid, info->owner);
    l->count++;
    return OSERR_NONE;
}

static int compare_locators(const void *a, const void *b)
{
    const struct seg_info *x = a, *y = b;
    return strcmp(x->locator, y->locator);
}

/* By locator, bytewise. */
static void sort_rows(struct listing *l)
{
    if (l->count > 1)
        qsort(l->segs, l->count, sizeof *l->segs, compare_locators);
}

/* ---- the survey ---- */

enum seg_pace_answer search_pace(const struct search *s, const struct seg_at *at)
{
    return s->pace == NULL ? SEG_SCAN_CONTINUE : s->pace->ask(s->pace->ctx, at);
}

static struct oserr list_kinds(struct backend *be, unsigned kinds, struct listing *l,
                               struct oserr error[SEG_KINDS])
{
    for (size_t i = 0; providers[i] != NULL; i++) {
        if (providers[i]->list == NULL)
            continue;
        struct oserr e = providers[i]->list(be, kinds, l);
        if (oserr_is(e))
            error[providers[i]->kind] = e;
        if (e.code == SEG_E_MEMORY)
            return e;
    }
    return OSERR_NONE;
}

/* Several names of one object count as one object. */
static struct oserr want_rows(struct backend *be, struct objects *o, const struct listing *l)
{
    struct oserr e = OSERR_NONE;
    for (size_t i = 0; i < l->count && !oserr_is(e); i++) {
        size_t number;
        e = objects_add(be, o, seg_id_of(&l->segs[i].stat), &number);
        if (!oserr_is(e))
            o->items[number].wanted = true;
    }
    return e;
}

/* Scans for the users of what is listed, for what only processes have, and for the users of the
 * extra object. That one is met like any other, and its rows are kept whatever its kind. */
static struct oserr scan(struct backend *be, const struct search *s, struct seg_id extra,
                         struct found *f)
{
    size_t number;
    struct oserr e = want_rows(be, s->objects, s->list);
    if (!oserr_is(e) && extra.dev != 0) {
        e = objects_add(be, s->objects, extra, &number);
        if (!oserr_is(e))
            s->objects->items[number].asked = true;
    }
    if (!oserr_is(e))
        e = scan_processes(be, s, f);
    if (!oserr_is(e))
        e = discover_rows(be, s);
    if (!oserr_is(e) && extra.dev != 0)
        s->objects->items[number].wanted = true;
    return e;
}

/* Name of the process that a row is reached through. */
static void name_via(const struct seg_who *who, struct seg_info *info)
{
    for (size_t i = 0; info->via != 0 && i < who->mappers_count; i++)
        if (who->mappers[i].pid == info->via)
            memcpy(info->via_comm, who->mappers[i].comm, sizeof info->via_comm);
    for (size_t i = 0; info->via != 0 && i < who->holders_count; i++)
        if (who->holders[i].pid == info->via)
            memcpy(info->via_comm, who->holders[i].comm, sizeof info->via_comm);
}

struct seg_who seg_info_who(const struct seg_survey *s, const struct seg_info *info)
{
    struct seg_who w = s->who;
    w.mappers = info->mappers.count == 0 ? NULL : w.mappers + info->mappers.first;
    w.mappers_count = info->mappers.count;
    w.holders = info->holders.count == 0 ? NULL : w.holders + info->holders.first;
    w.holders_count = info->holders.count;
    return w;
}

/* Gives each row of the list its users. */
static void share_users(const struct objects *o, struct seg_survey *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct seg_info *info = &s->segs[i];
        long n = objects_find(o, seg_id_of(&info->stat));
        if (n == OBJECT_NONE)
            continue;
        struct seg_who who = users_of(o, n, &s->who);
        info->mappers = (struct slice){(size_t)(who.mappers - s->who.mappers), who.mappers_count};
        info->holders = (struct slice){(size_t)(who.holders - s->who.holders), who.holders_count};
        info->users = o->items[n].users;
        info->stat.state |= o->items[n].huge ? SEG_ST_HUGETLB : 0U;
        name_via(&who, info);
    }
}

static struct oserr find_users(struct backend *be, const struct seg_ask *ask, struct listing *l,
                               struct seg_survey *out)
{
    struct objects o = {0};
    struct found f = {0};
    const struct search search = {.objects = &o,
                                  .list = l,
                                  .kinds = ask->kinds,
                                  .counts = (ask->flags & SEG_SURVEY_COUNTS) != 0,
                                  .pace = ask->pace};
    struct oserr e = scan(be, &search, ask->extra_id, &f);
    sort_rows(l);
    if (!oserr_is(e))
        e = users_group(be, &f, &o, &out->who);
    if (!oserr_is(e)) {
        out->segs = l->segs;
        out->count = l->count;
        share_users(&o, out);
        out->extra = users_of(&o, objects_find(&o, ask->extra_id), &out->who);
    }
    found_free(&f);
    objects_free(&o);
    return e;
}

struct oserr seg_survey_paced(struct backend *be, const struct seg_ask *ask, struct seg_survey *out)
{
    struct listing l = {0};
    bool who = (ask->flags & SEG_SURVEY_WHO) != 0;
    *out = (struct seg_survey){0};
    struct oserr e = list_kinds(be, ask->kinds, &l, out->error);
    if (!oserr_is(e) && who)
        e = find_users(be, ask, &l, out);
    else
        sort_rows(&l);
    out->segs = l.segs;
    out->count = l.count;
    if (!oserr_is(e))
        provider_space(be, &out->fs_free, &out->fs_total);
    for (size_t i = 0; i < out->count; i++)
        out->segs[i].who_unasked = !who;
    if (oserr_is(e))
        seg_survey_free(out);
    return e;
}

struct oserr seg_survey(struct backend *be, unsigned kinds, unsigned flags, struct seg_survey *out)
{
    return seg_survey_paced(be, &(struct seg_ask){.kinds = kinds, .flags = flags}, out);
}

/* *huge: it was seen to be of huge pages. */
static struct oserr who_object(struct backend *be, struct seg_id id, struct search ask,
                               struct seg_who *out, bool *huge)
{
    struct found f = {0};
    struct objects o = {0};
    size_t number;
    *out = (struct seg_who){0};
    *huge = false;
    struct oserr e = objects_add(be, &o, id, &number);
    if (!oserr_is(e)) {
        o.items[number].wanted = true;
        ask.objects = &o;
        e = scan_processes(be, &ask, &f);
    }
    if (!oserr_is(e))
        e = users_group(be, &f, &o, out);
    if (!oserr_is(e))
        *huge = o.items[number].huge;
    found_free(&f);
    objects_free(&o);
    return e;
}

struct oserr seg_who_object(struct backend *be, struct seg_id id, const struct seg_throttle *pace,
                            struct seg_who *out)
{
    bool huge;
    return who_object(be, id, (struct search){.pace = pace}, out, &huge);
}

static struct oserr maps_of(struct backend *be, struct seg_id id, const struct seg_throttle *pace,
                            struct seg_who *out, bool *huge)
{
    uint32_t pid;
    struct search ask = {.pace = pace, .mappers = true, .shared = true};
    struct oserr e = who_object(be, id, ask, out, huge);
    if (oserr_is(e) || out->holders_count > 0 || seg_who_pids(out, &pid, 1, NULL) > 0)
        return e; /* holders: mappings are not known here */
    seg_who_free(out);
    ask.shared = false;
    return who_object(be, id, ask, out, huge);
}

struct oserr seg_who_object_maps(struct backend *be, struct seg_id id,
                                 const struct seg_throttle *pace, struct seg_who *out)
{
    bool huge;
    return maps_of(be, id, pace, out, &huge);
}

static void note_huge(struct seg *s, bool huge)
{
    s->sticky_state |= huge ? SEG_ST_HUGETLB : 0U;
    s->last.state |= s->sticky_state;
}

struct oserr seg_who(struct seg *s, const struct seg_throttle *pace, struct seg_who *out)
{
    bool huge;
    struct oserr e =
        who_object(s->be, seg_id_of(&s->last), (struct search){.pace = pace}, out, &huge);
    note_huge(s, huge);
    return e;
}

struct oserr seg_who_maps(struct seg *s, const struct seg_throttle *pace, struct seg_who *out)
{
    bool huge;
    struct oserr e = maps_of(s->be, seg_id_of(&s->last), pace, out, &huge);
    note_huge(s, huge);
    return e;
}

struct oserr seg_replaceable(struct seg *s, const struct seg_throttle *pace, struct seg_who *who)
{
    struct oserr lease = s->kind->prove_unused != NULL ? s->kind->prove_unused(s)
                                                       : (struct oserr){"fcntl", SEG_E_UNSUPPORTED};
    *who = (struct seg_who){0};
    if (!oserr_is(lease))
        return OSERR_NONE;
    struct oserr e = seg_who(s, pace, who);
    if (oserr_is(e))
        return e;
    struct seg_users others = seg_who_users(who);
    bool used = lease.code == SEG_E_IN_USE || others.rw + others.ro + others.held > 0;
    return used ? (struct oserr){"fcntl", SEG_E_IN_USE} : OSERR_NONE;
}

struct seg_info *seg_survey_find(const struct seg_survey *s, const char *locator)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->segs[middle].locator, locator);
        if (order == 0)
            return &s->segs[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void seg_survey_free(struct seg_survey *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->segs[i].locator);
        free(s->segs[i].name);
    }
    free(s->segs);
    seg_who_free(&s->who);
    s->segs = NULL;
    s->extra = (struct seg_who){0};
    s->count = 0;
}
