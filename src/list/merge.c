/* Merges two lists: names are read often, users seldom, and the list shows both as one. Named
 * segments come from the newer list of names; all other rows, and the users, come from the newer
 * scan. Both lists are sorted by locator. */
#include <stdlib.h>
#include <string.h>

#include "list/walker.h"

void segment_list_free(struct segment_list *l)
{
    seg_survey_free(&l->survey);
    *l = (struct segment_list){0};
}

static void info_free(struct seg_info *info)
{
    free(info->locator);
    free(info->name);
    info->locator = info->name = NULL;
}

static void take_who(struct seg_info *to, const struct seg_info *from)
{
    to->mappers = from->mappers;
    to->holders = from->holders;
    to->users = from->users;
    to->who_unasked = from->who_unasked;
}

/* Whether the row can be in a list of names: not if it is reached through a process. */
static bool is_name(const struct seg_info *info, unsigned kinds)
{
    return info->via == 0 && (kinds >> info->kind & 1) != 0;
}

/* Moves the row, with what it owns. */
static void move_row(struct seg_survey *to, struct seg_info *from)
{
    to->segs[to->count++] = *from;
    from->locator = from->name = NULL;
}

/* Rows of `kinds` that are names come from `names`, with the users that `scanned` knows; the other
 * rows come from `scanned`. */
static void merge_rows(struct seg_survey *out, struct segment_list *scanned,
                       struct segment_list *names, unsigned kinds)
{
    static const struct seg_info unknown = {.who_unasked = true};
    size_t i = 0, k = 0, n = scanned->survey.count, m = names->survey.count;
    struct seg_info *a = scanned->survey.segs, *b = names->survey.segs;
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : strcmp(a[i].locator, b[k].locator);
        if (order <= 0 && !is_name(&a[i], kinds)) {
            move_row(out, &a[i]);
        } else if (order >= 0 && is_name(&b[k], kinds)) {
            bool same = order == 0 && seg_id_equal(seg_id_of(&a[i].stat), seg_id_of(&b[k].stat));
            take_who(&b[k], same ? &a[i] : &unknown);
            move_row(out, &b[k]);
        }
        i += order <= 0;
        k += order >= 0;
    }
}

/* *out: the names of one list and the rest of the other. Both keep what was not taken. */
static bool combine(struct segment_list *scanned, struct segment_list *names, unsigned kinds,
                    struct segment_list *out)
{
    size_t room = scanned->survey.count + names->survey.count + 1;
    *out = *scanned;
    out->survey.count = 0;
    out->survey.segs = malloc(room * sizeof *out->survey.segs);
    if (out->survey.segs == NULL)
        return false;
    merge_rows(&out->survey, scanned, names, kinds);
    scanned->survey.who = scanned->survey.extra = (struct seg_who){0};
    out->names = names->names;
    out->kinds |= kinds;
    out->survey.fs_free = names->survey.fs_free;
    out->survey.fs_total = names->survey.fs_total;
    for (unsigned kind = 0; kind < SEG_KINDS; kind++)
        if ((kinds >> kind & 1) != 0)
            out->survey.error[kind] = names->survey.error[kind];
    return true;
}

static void drop_one(struct gone gone[GONE_MAX], size_t *count, size_t i)
{
    info_free(&gone[i].info);
    (*count)--;
    memmove(&gone[i], &gone[i + 1], (*count - i) * sizeof *gone);
}

/* Moves rows that `now` does not have to the vanished ones, and drops vanished ones that it has. */
static void note_gone(struct segment_list *old, const struct segment_list *now,
                      struct gone gone[GONE_MAX], size_t *count)
{
    int64_t time = now->names > now->time ? now->names : now->time;
    for (size_t i = 0; i < old->survey.count && *count < GONE_MAX; i++) {
        struct seg_info *info = &old->survey.segs[i];
        bool listed = (now->kinds >> info->kind & 1) != 0;
        if (info->locator == NULL || !listed || oserr_is(now->survey.error[info->kind]) ||
            seg_survey_find(&now->survey, info->locator) != NULL)
            continue;
        take_who(info, &(struct seg_info){.who_unasked = true});
        gone[(*count)++] = (struct gone){*info, time};
        info->locator = info->name = NULL;
    }
    for (size_t i = *count; i-- > 0;)
        if (seg_survey_find(&now->survey, gone[i].info.locator) != NULL)
            drop_one(gone, count, i);
}

bool segment_list_merge(struct segment_list *list, struct segment_list *fresh,
                        struct gone gone[GONE_MAX], size_t *count)
{
    struct segment_list now = *fresh;
    uint64_t seq = list->seq;
    struct segment_list *scanned = fresh->quick && seq != 0 ? list : fresh;
    struct segment_list *names = fresh->quick || fresh->names >= list->names ? fresh : list;
    if (scanned != names) {
        unsigned kinds = names == fresh ? fresh->kinds : seg_named_kinds();
        if (!combine(scanned, names, kinds, &now)) {
            segment_list_free(fresh);
            return false;
        }
    }
    if (seq != 0)
        note_gone(list, &now, gone, count);
    segment_list_free(list);
    if (scanned != names)
        segment_list_free(fresh);
    *fresh = (struct segment_list){0};
    now.seq = seq + 1;
    *list = now;
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
