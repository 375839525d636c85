#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/mappers.h"
#include "backend/provider.h"

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

/* Moves the rows into a seg_who; the tags are gone then. */
static struct oserr take_rows(struct backend *be, const struct found *f, struct seg_who *who)
{
    void *m, *h = NULL;
    *who = (struct seg_who){.unreadable = f->unreadable};
    struct oserr e = sys_alloc(be, f->mappers_count * sizeof *who->mappers, &m);
    if (!oserr_is(e))
        e = sys_alloc(be, f->holders_count * sizeof *who->holders, &h);
    if (oserr_is(e)) {
        free(m);
        return e;
    }
    who->mappers = m;
    who->holders = h;
    for (size_t i = 0; i < f->mappers_count; i++)
        who->mappers[who->mappers_count++] = f->mappers[i].row;
    for (size_t i = 0; i < f->holders_count; i++)
        who->holders[who->holders_count++] = f->holders[i].row;
    return OSERR_NONE;
}

/* The first segment of the list that is the same object as segs[i]: a file system has links. */
static size_t first_name(const struct seg_survey *s, size_t i)
{
    const struct seg_stat *st = &s->segs[i].stat;
    size_t k = st->links > 1 ? 0 : i;
    while (k < i && (s->segs[k].stat.ino != st->ino || s->segs[k].stat.dev != st->dev))
        k++;
    return k;
}

/* The rows of one object are those of all its names. */
static void share_with_links(struct seg_survey *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct seg_info *first = &s->segs[first_name(s, i)];
        s->segs[i].who_first = first->who_first;
        s->segs[i].who_mappers = first->who_mappers;
        s->segs[i].who_holder_first = first->who_holder_first;
        s->segs[i].who_holders = first->who_holders;
    }
}

/* Which rows are whose: both lists ascend by tag, and the tag is the index of the segment. */
static void share_rows(const struct found *f, struct seg_survey *s)
{
    size_t m = 0, h = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct seg_info *info = &s->segs[i];
        for (info->who_first = m; m < f->mappers_count && f->mappers[m].tag == i; m++)
            info->who_mappers++;
        for (info->who_holder_first = h; h < f->holders_count && f->holders[h].tag == i; h++)
            info->who_holders++;
    }
    share_with_links(s);
}

static struct oserr ask_who(struct backend *be, struct seg_survey *s)
{
    void *mem;
    struct found f;
    struct oserr e = sys_alloc(be, s->count * sizeof(struct wanted), &mem);
    if (oserr_is(e))
        return e;
    struct wanted *w = mem;
    for (size_t i = 0; i < s->count; i++)
        w[i] = (struct wanted){s->segs[i].stat.dev, s->segs[i].stat.ino, first_name(s, i)};
    e = mappers_find(be, w, s->count, &f);
    if (!oserr_is(e))
        e = take_rows(be, &f, &s->who);
    if (!oserr_is(e))
        share_rows(&f, s);
    found_free(&f);
    free(mem);
    return e;
}

struct oserr seg_survey(struct backend *be, unsigned kinds, unsigned flags, struct seg_survey *out)
{
    struct listing l = {0};
    struct oserr fatal = OSERR_NONE;
    *out = (struct seg_survey){0};
    for (size_t i = 0; providers[i] != NULL && !oserr_is(fatal); i++) {
        if (providers[i]->list == NULL)
            continue;
        struct oserr e = providers[i]->list(be, kinds, &l);
        if (oserr_is(e))
            out->error[providers[i]->kind] = e;
        if (e.code == SEG_E_MEMORY)
            fatal = e;
    }
    out->segs = l.segs;
    out->count = l.count;
    if (l.count > 1)
        qsort(l.segs, l.count, sizeof *l.segs, compare_locators);
    provider_space(be, &out->fs_free, &out->fs_total);
    if (!oserr_is(fatal) && (flags & SEG_SURVEY_WHO) != 0)
        fatal = ask_who(be, out);
    if (oserr_is(fatal))
        seg_survey_free(out);
    return fatal;
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
    s->count = 0;
}

struct oserr seg_who_object(struct backend *be, struct seg_id id, struct seg_who *out)
{
    struct found f;
    struct wanted w = {id.dev, id.ino, 0};
    *out = (struct seg_who){0};
    struct oserr e = mappers_find(be, &w, 1, &f);
    if (!oserr_is(e))
        e = take_rows(be, &f, out);
    found_free(&f);
    return e;
}

struct oserr seg_who(struct seg *s, struct seg_who *out)
{
    return seg_who_object(s->be, seg_id_of(&s->last), out);
}

void seg_who_free(struct seg_who *w)
{
    free(w->mappers);
    free(w->holders);
    *w = (struct seg_who){0};
}
