#include "backend/listing.h"

#include <stdlib.h>
#include <string.h>

#include "backend/sys.h"

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

void listing_sort(struct listing *l)
{
    if (l->count > 1)
        qsort(l->segs, l->count, sizeof *l->segs, compare_locators);
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
