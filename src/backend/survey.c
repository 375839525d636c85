#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/mappers.h"

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
    if (l->count > 0 && info[-1].stat.uid == st->uid)
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

void backend_pace(struct backend *be, const struct seg_throttle *pace)
{
    os_monitor_lock(be->lock);
    be->pace = pace;
    os_monitor_unlock(be->lock);
}

static const struct seg_throttle *pace_of(struct backend *be, const struct seg_throttle *own)
{
    os_monitor_lock(be->lock);
    const struct seg_throttle *pace = own != NULL ? own : be->pace;
    os_monitor_unlock(be->lock);
    return pace;
}

enum seg_pace_answer search_pace(const struct search *s, const struct seg_at *at)
{
    return s->pace == NULL ? SEG_SCAN_CONTINUE : s->pace->ask(s->pace->ctx, at);
}

/* ---- who has what ---- */

static int compare_mappers(const void *a, const void *b)
{
    const struct seg_mapper *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static int compare_holders(const void *a, const void *b)
{
    const struct seg_holder *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->fd < y->fd ? -1 : x->fd > y->fd;
}

/* The rows of all wanted objects. */
static void count_rows(const struct objects *o, size_t *mappers, size_t *holders)
{
    *mappers = *holders = 0;
    for (size_t i = 0; i < o->count; i++) {
        *mappers += o->items[i].wanted ? o->items[i].mappers : 0;
        *holders += o->items[i].wanted ? o->items[i].holders : 0;
    }
}

/* Where each object's rows go: number of rows becomes index of the first, then, while they are put
 * there, of the next. */
static void place_rows(struct objects *o)
{
    size_t m = 0, h = 0;
    for (size_t i = 0; i < o->count; i++) {
        struct object *item = &o->items[i];
        size_t mappers = item->wanted ? item->mappers : 0;
        size_t holders = item->wanted ? item->holders : 0;
        item->mappers = m;
        item->holders = h;
        m += mappers;
        h += holders;
    }
}

static void put_mapper(struct seg_mapper *row, const struct found *f, const struct found_mapper *m)
{
    const struct found_process *p = &f->processes[m->process];
    *row = (struct seg_mapper){
        .pid = p->pid,
        .uid = p->uid,
        .write = m->write,
        .read = m->read,
        .address = m->address,
        .offset = m->offset,
        .length = m->length,
    };
    memcpy(row->comm, p->comm, sizeof row->comm);
}

static void put_rows(const struct found *f, struct objects *o, struct seg_who *who)
{
    for (size_t i = 0; i < f->mappers_count; i++) {
        struct object *item = &o->items[f->mappers[i].tag];
        if (item->wanted)
            put_mapper(&who->mappers[item->mappers++], f, &f->mappers[i]);
    }
    for (size_t i = 0; i < f->holders_count; i++) {
        struct object *item = &o->items[f->holders[i].tag];
        if (!item->wanted)
            continue;
        const struct found_process *p = &f->processes[f->holders[i].process];
        struct seg_holder *row = &who->holders[item->holders++];
        *row = (struct seg_holder){
            .pid = p->pid, .uid = p->uid, .fd = f->holders[i].fd, .access = f->holders[i].access};
        memcpy(row->comm, p->comm, sizeof row->comm);
    }
}

static void sort_object(struct seg_mapper *m, size_t mappers, struct seg_holder *h, size_t holders)
{
    for (size_t i = 1; i < mappers; i++)
        if (compare_mappers(&m[i - 1], &m[i]) > 0) {
            qsort(m, mappers, sizeof *m, compare_mappers);
            break;
        }
    for (size_t i = 1; i < holders; i++)
        if (compare_holders(&h[i - 1], &h[i]) > 0) {
            qsort(h, holders, sizeof *h, compare_holders);
            break;
        }
}

/* Rows found, in the order of objects, then of processes; item->mappers and ->holders are behind
 * the last of each object then. */
static struct oserr take_rows(struct backend *be, const struct found *f, struct objects *o,
                              struct seg_who *who)
{
    void *m, *h = NULL;
    size_t mappers, holders;
    count_rows(o, &mappers, &holders);
    *who = (struct seg_who){.unreadable = f->unreadable};
    struct oserr e = sys_alloc(be, mappers * sizeof *who->mappers, &m);
    if (!oserr_is(e))
        e = sys_alloc(be, holders * sizeof *who->holders, &h);
    if (oserr_is(e)) {
        free(m);
        return e;
    }
    *who = (struct seg_who){m, mappers, h, holders, f->unreadable};
    place_rows(o);
    put_rows(f, o, who);
    size_t from_m = 0, from_h = 0;
    for (size_t i = 0; i < o->count; i++) {
        struct object *item = &o->items[i];
        sort_object(who->mappers + from_m, item->mappers - from_m, who->holders + from_h,
                    item->holders - from_h);
        from_m = item->mappers;
        from_h = item->holders;
    }
    return OSERR_NONE;
}

/* The name of the process that a row is reached through. */
static void name_via(const struct seg_survey *s, struct seg_info *info)
{
    const struct seg_mapper *m = s->who.mappers + info->who_first;
    const struct seg_holder *h = s->who.holders + info->who_holder_first;
    for (size_t i = 0; info->via != 0 && i < info->who_mappers; i++)
        if (m[i].pid == info->via)
            memcpy(info->via_comm, m[i].comm, sizeof info->via_comm);
    for (size_t i = 0; info->via != 0 && i < info->who_holders; i++)
        if (h[i].pid == info->via)
            memcpy(info->via_comm, h[i].comm, sizeof info->via_comm);
}

/* Rows of the object that was asked for besides. */
static void share_also(const struct objects *o, struct seg_id id, struct seg_survey *s)
{
    long n = objects_find(o, id);
    s->also.unreadable = s->who.unreadable;
    if (n == OBJECT_NONE)
        return;
    size_t first = n == 0 ? 0 : o->items[n - 1].mappers;
    size_t held = n == 0 ? 0 : o->items[n - 1].holders;
    s->also.mappers = s->who.mappers + first;
    s->also.mappers_count = o->items[n].mappers - first;
    s->also.holders = s->who.holders + held;
    s->also.holders_count = o->items[n].holders - held;
}

/* Which rows are whose. */
static void share_rows(const struct objects *o, struct seg_survey *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct seg_info *info = &s->segs[i];
        long n = objects_find(o, seg_id_of(&info->stat));
        if (n == OBJECT_NONE)
            continue;
        info->who_first = n == 0 ? 0 : o->items[n - 1].mappers;
        info->who_mappers = o->items[n].mappers - info->who_first;
        info->who_holder_first = n == 0 ? 0 : o->items[n - 1].holders;
        info->who_holders = o->items[n].holders - info->who_holder_first;
        info->users = o->items[n].users;
        info->stat.state |= o->items[n].huge ? SEG_ST_HUGETLB : 0U;
        name_via(s, info);
    }
}

/* All names of one object are one object. */
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

/* Who has what is listed, what only processes have, and who has the object that is asked for
 * besides: it is met like any other, and its rows are kept whatever it is. */
static struct oserr ask_who(struct backend *be, const struct search *s, struct seg_id also,
                            struct found *f)
{
    size_t number;
    struct oserr e = want_rows(be, s->objects, s->list);
    if (!oserr_is(e) && also.dev != 0) {
        e = objects_add(be, s->objects, also, &number);
        if (!oserr_is(e))
            s->objects->items[number].asked = true;
    }
    if (!oserr_is(e))
        e = scan_processes(be, s, f);
    if (!oserr_is(e))
        e = discover_rows(be, s);
    if (!oserr_is(e) && also.dev != 0)
        s->objects->items[number].wanted = true;
    return e;
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

struct oserr seg_survey(struct backend *be, unsigned kinds, unsigned flags, struct seg_survey *out)
{
    return seg_survey_paced(be, &(struct seg_ask){.kinds = kinds, .flags = flags}, out);
}

static void sort_rows(struct listing *l)
{
    if (l->count > 1)
        qsort(l->segs, l->count, sizeof *l->segs, compare_locators);
}

/* The list, with what only processes have, and who has it. */
static struct oserr find_who(struct backend *be, const struct seg_ask *ask, struct listing *l,
                             struct seg_survey *out)
{
    struct objects o = {0};
    struct found f = {0};
    struct search search = {&o, l, ask->kinds, (ask->flags & SEG_SURVEY_COUNTS) != 0,
                            pace_of(be, ask->pace)};
    struct oserr e = ask_who(be, &search, ask->also, &f);
    sort_rows(l);
    if (!oserr_is(e))
        e = take_rows(be, &f, &o, &out->who);
    if (!oserr_is(e)) {
        out->segs = l->segs;
        out->count = l->count;
        share_rows(&o, out);
        share_also(&o, ask->also, out);
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
        e = find_who(be, ask, &l, out);
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

void seg_survey_free(struct seg_survey *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->segs[i].locator);
        free(s->segs[i].name);
    }
    free(s->segs);
    seg_who_free(&s->who);
    s->segs = NULL;
    s->also = (struct seg_who){0};
    s->count = 0;
}

/* *huge: it was seen to be of huge pages. */
static struct oserr who_object(struct backend *be, struct seg_id id, struct seg_who *out,
                               bool *huge)
{
    struct found f = {0};
    struct objects o = {0};
    size_t number;
    *out = (struct seg_who){0};
    *huge = false;
    struct oserr e = objects_add(be, &o, id, &number);
    if (!oserr_is(e)) {
        o.items[number].wanted = true;
        e = scan_processes(be, &(struct search){.objects = &o, .pace = pace_of(be, NULL)}, &f);
    }
    if (!oserr_is(e))
        e = take_rows(be, &f, &o, out);
    if (!oserr_is(e))
        *huge = o.items[number].huge;
    found_free(&f);
    objects_free(&o);
    return e;
}

struct oserr seg_who_object(struct backend *be, struct seg_id id, struct seg_who *out)
{
    bool huge;
    return who_object(be, id, out, &huge);
}

struct oserr seg_who(struct seg *s, struct seg_who *out)
{
    bool huge;
    struct oserr e = who_object(s->be, seg_id_of(&s->last), out, &huge);
    s->sticky_state |= huge ? SEG_ST_HUGETLB : 0U;
    s->last.state |= s->sticky_state;
    return e;
}

struct oserr seg_replaceable(struct seg *s, struct seg_who *who)
{
    struct oserr lease = s->kind->prove_unused != NULL ? s->kind->prove_unused(s)
                                                       : (struct oserr){"fcntl", SEG_E_UNSUPPORTED};
    *who = (struct seg_who){0};
    if (!oserr_is(lease))
        return OSERR_NONE;
    struct oserr e = seg_who(s, who);
    if (oserr_is(e))
        return e;
    bool used = lease.code == SEG_E_IN_USE;
    for (size_t i = 0; i < who->mappers_count && !used; i++)
        used = who->mappers[i].pid != os_pid();
    for (size_t i = 0; i < who->holders_count && !used; i++)
        used = who->holders[i].pid != os_pid();
    return used ? (struct oserr){"fcntl", SEG_E_IN_USE} : OSERR_NONE;
}

/* Rows of one process stand together, and none both maps and holds. */
struct seg_users seg_who_users(const struct seg_who *w)
{
    struct object o = {0};
    uint32_t me = os_pid();
    for (size_t i = 0; i < w->mappers_count; i++)
        if (w->mappers[i].pid != me)
            object_used(&o, w->mappers[i].pid, w->mappers[i].write ? USE_WRITE : USE_READ);
    for (size_t i = 0; i < w->holders_count; i++)
        if (w->holders[i].pid != me)
            object_used(&o, w->holders[i].pid, objects_use(w->holders[i].access));
    return o.users;
}

void seg_who_free(struct seg_who *w)
{
    free(w->mappers);
    free(w->holders);
    *w = (struct seg_who){0};
}
