/* Walks put together: names are read often, /proc seldom, and the list shows both as one. */
#include <stdlib.h>
#include <string.h>

#include "list/walker.h"

void segment_list_free(struct segment_list *w)
{
    seg_survey_free(&w->survey);
    *w = (struct segment_list){0};
}

static void info_free(struct seg_info *info)
{
    free(info->locator);
    free(info->name);
    info->locator = info->name = NULL;
}

static void take_who(struct seg_info *to, const struct seg_info *from)
{
    to->who_first = from->who_first;
    to->who_mappers = from->who_mappers;
    to->who_holder_first = from->who_holder_first;
    to->who_holders = from->who_holders;
    to->users = from->users;
    to->who_unasked = from->who_unasked;
}

/* Is this a row that a list of names has? What is reached through a process is not. */
static bool is_name(const struct seg_info *info, unsigned kinds)
{
    return info->via == 0 && (kinds >> info->kind & 1) != 0;
}

/* A row changes its owner. */
static void move_row(struct seg_survey *to, struct seg_info *from)
{
    to->segs[to->count++] = *from;
    from->locator = from->name = NULL;
}

/* The rows of kinds that are names come from `names`, the others from `base`, in the order of
 * locators; who has them, as `base` knows. */
static void merge_rows(struct seg_survey *out, struct segment_list *base,
                       struct segment_list *names, unsigned kinds)
{
    size_t i = 0, k = 0, n = base->survey.count, m = names->survey.count;
    struct seg_info *a = base->survey.segs, *b = names->survey.segs;
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : strcmp(a[i].locator, b[k].locator);
        if (order <= 0 && !is_name(&a[i], kinds)) {
            move_row(out, &a[i]);
        } else if (order >= 0 && is_name(&b[k], kinds)) {
            b[k].who_first = b[k].who_mappers = b[k].who_holder_first = b[k].who_holders = 0;
            b[k].who_unasked = true;
            if (order == 0 && seg_id_equal(seg_id_of(&a[i].stat), seg_id_of(&b[k].stat)))
                take_who(&b[k], &a[i]);
            move_row(out, &b[k]);
        }
        i += order <= 0;
        k += order >= 0;
    }
}

/* *out: the names of one walk, all else of the other. Both keep what was not taken. */
static bool combine(struct segment_list *base, struct segment_list *names, unsigned kinds,
                    struct segment_list *out)
{
    size_t room = base->survey.count + names->survey.count + 1;
    *out = *base;
    out->survey.count = 0;
    out->survey.segs = malloc(room * sizeof *out->survey.segs);
    if (out->survey.segs == NULL)
        return false;
    merge_rows(&out->survey, base, names, kinds);
    base->survey.who = base->survey.also = (struct seg_who){0};
    out->names = names->names;
    out->kinds |= kinds;
    out->survey.fs_free = names->survey.fs_free;
    out->survey.fs_total = names->survey.fs_total;
    for (unsigned kind = 0; kind < SEG_KINDS; kind++)
        if ((kinds >> kind & 1) != 0)
            out->survey.error[kind] = names->survey.error[kind];
    return true;
}

/* Rows are in the order of their locators: *at only moves on. */
static bool listed(const struct segment_list *w, const char *locator, size_t *at)
{
    int order = 1;
    while (*at < w->survey.count && (order = strcmp(w->survey.segs[*at].locator, locator)) < 0)
        (*at)++;
    return *at < w->survey.count && order == 0;
}

static void note_gone(struct segment_list *old, const struct segment_list *now,
                      struct gone gone[GONE_MAX], size_t *count)
{
    size_t at = 0;
    for (size_t i = 0; i < old->survey.count && *count < GONE_MAX; i++) {
        struct seg_info *info = &old->survey.segs[i];
        bool looked = (now->kinds >> info->kind & 1) != 0;
        if (info->locator == NULL || !looked || oserr_is(now->survey.error[info->kind]) ||
            listed(now, info->locator, &at))
            continue;
        gone[(*count)++] = (struct gone){*info, now->names > now->time ? now->names : now->time};
        take_who(&gone[*count - 1].info, &(struct seg_info){.who_unasked = true});
        info->locator = info->name = NULL;
    }
}

static bool is_listed(const struct segment_list *w, const char *locator)
{
    size_t low = 0, high = w->survey.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(w->survey.segs[middle].locator, locator);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void drop_one(struct gone gone[GONE_MAX], size_t *count, size_t i)
{
    info_free(&gone[i].info);
    (*count)--;
    memmove(&gone[i], &gone[i + 1], (*count - i) * sizeof *gone);
}

bool segment_list_merge(struct segment_list *walk, struct segment_list *fresh,
                        struct gone gone[GONE_MAX], size_t *count)
{
    struct segment_list now = *fresh;
    uint64_t seq = walk->seq;
    bool fine = true, alone = seq == 0 || (!fresh->quick && walk->names <= fresh->names);
    if (!alone && fresh->quick)
        fine = combine(walk, fresh, fresh->kinds, &now);
    else if (!alone)
        fine = combine(fresh, walk, WALK_NAMES, &now);
    if (!fine) {
        segment_list_free(fresh);
        return false;
    }
    if (seq != 0)
        note_gone(walk, &now, gone, count);
    for (size_t i = *count; i-- > 0;)
        if (is_listed(&now, gone[i].info.locator))
            drop_one(gone, count, i);
    segment_list_free(walk);
    if (!alone)
        segment_list_free(fresh);
    *fresh = (struct segment_list){0};
    now.seq = seq + 1;
    *walk = now;
    return true;
}

bool gone_drop(struct gone gone[GONE_MAX], size_t *count, int64_t since)
{
    size_t before = *count;
    for (size_t i = *count; i-- > 0;)
        if (gone[i].time < since)
            drop_one(gone, count, i);
    return *count < before;
}
