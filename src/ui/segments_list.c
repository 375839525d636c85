/* Which segments are listed and in what order; where the cursor is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "ui/segments.h"

const char *const segments_columns[SORTS] = {"LOCATOR", "SIZE",  "RES",  "MODE",
                                             "OWNER",   "PROCS", "STATE"};

struct segments_state *segments_new(void)
{
    return calloc(1, sizeof(struct segments_state));
}

void segments_free(struct segments_state *st)
{
    if (st == NULL)
        return;
    segments_untag_all(st);
    free(st->row);
    free(st->seen);
    free(st);
}

struct segrow segments_row(const struct ui *ui, const struct seg_info *info)
{
    const struct seg_who *who = &ui->s.walk.survey.who;
    return (struct segrow){.kind = info->kind,
                           .locator = info->locator,
                           .name = info->name,
                           .owner = info->owner,
                           .stat = &info->stat,
                           .mappers = who->mappers + info->who_first,
                           .mappers_count = info->who_mappers,
                           .holders = who->holders + info->who_holder_first,
                           .holders_count = info->who_holders,
                           .unreadable = who->unreadable};
}

const struct seg_info *segments_at(const struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    if (st->count == 0 || st->seq != ui->s.walk.seq)
        return NULL;
    return &ui->s.walk.survey.segs[st->row[st->at]];
}

/* ---- order ---- */

/* What qsort compares by; it takes no context, and there is one list. */
static const struct ui *sorting;

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_states(const struct segrow *a, const struct segrow *b)
{
    const char *left[SEGROW_STATES], *right[SEGROW_STATES];
    size_t n = segrow_states(a, left), m = segrow_states(b, right);
    if (n == 0 || m == 0)
        return (n == 0) - (m == 0);
    return strcmp(left[0], right[0]);
}

static int compare_by(enum segments_sort sort, const struct seg_info *a, const struct seg_info *b)
{
    struct segrow left = segments_row(sorting, a), right = segments_row(sorting, b);
    switch (sort) {
    case SORT_SIZE:
        return compare_numbers(b->stat.size, a->stat.size); /* the largest first */
    case SORT_RES:
        return compare_numbers(b->stat.resident, a->stat.resident);
    case SORT_MODE:
        return compare_numbers(a->stat.mode, b->stat.mode);
    case SORT_OWNER:
        return strcmp(a->owner, b->owner);
    case SORT_PROCS:
        return compare_numbers(segrow_procs(&right), segrow_procs(&left));
    case SORT_STATE:
        return compare_states(&left, &right);
    case SORT_LOCATOR:
    case SORTS:
        break;
    }
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, k = *(const size_t *)b;
    const struct seg_info *segs = sorting->s.walk.survey.segs;
    int order = compare_by(sorting->segments->sort, &segs[i], &segs[k]);
    if (order == 0)
        order = compare_numbers(i, k); /* the survey is in the order of the locators */
    return sorting->segments->inverted ? -order : order;
}

/* ---- what is shown ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (i < n && lower(text[i]) == lower(part[i]))
            i++;
        if (i == n)
            return true;
    }
    return n == 0;
}

static bool is_shown(const struct ui *ui, const struct seg_info *info)
{
    const struct segments_state *st = ui->segments;
    struct segrow row = segments_row(ui, info);
    char shown[SHOWN_LOCATOR];
    if (!st->kinds && info->kind == SEG_FILE)
        return false;
    if (st->orphans && !segrow_is_orphan(&row))
        return false;
    if (st->filter[0] == '\0')
        return true;
    (void)locator_shown(info->locator, shown, sizeof shown);
    return contains(shown, st->filter) || contains(info->owner, st->filter);
}

static void count_totals(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    st->bytes = st->resident = st->orphan_bytes = 0;
    st->orphan_count = 0;
    for (size_t i = 0; i < survey->count; i++) {
        const struct seg_stat *stat = &survey->segs[i].stat;
        struct segrow row = segments_row(ui, &survey->segs[i]);
        st->bytes += stat->size;
        st->resident += stat->resident;
        if (!segrow_is_orphan(&row))
            continue;
        st->orphan_count++;
        st->orphan_bytes += stat->resident;
    }
}

/* ---- the cursor ---- */

void segments_move_to(struct ui *ui, int at)
{
    struct segments_state *st = ui->segments;
    int last = (int)st->count - 1;
    at = at > last ? last : at;
    st->at = at < 0 ? 0 : at;
    const struct seg_info *info = segments_at(ui);
    (void)snprintf(st->cursor, sizeof st->cursor, "%s", info != NULL ? info->locator : "");
}

/* The row of a locator, -1: it is not shown. */
static int row_of(const struct ui *ui, const char *locator)
{
    const struct segments_state *st = ui->segments;
    for (size_t i = 0; locator[0] != '\0' && i < st->count; i++)
        if (strcmp(ui->s.walk.survey.segs[st->row[i]].locator, locator) == 0)
            return (int)i;
    return -1;
}

static void restore_cursor(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    int wanted = row_of(ui, st->wanted), same = row_of(ui, st->cursor);
    if (wanted >= 0)
        st->wanted[0] = '\0';
    segments_move_to(ui, wanted >= 0 ? wanted : same >= 0 ? same : st->at);
}

void segments_point(struct ui *ui, const char *locator)
{
    (void)snprintf(ui->segments->wanted, sizeof ui->segments->wanted, "%s", locator);
}

/* ---- what is new ---- */

static uint64_t hash_of(const char *s)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *s != '\0'; s++)
        h = (h ^ (uint8_t)*s) * 1099511628211u;
    return h;
}

static int compare_seen(const void *a, const void *b)
{
    return compare_numbers(*(const uint64_t *)a, *(const uint64_t *)b);
}

static int64_t born(const struct segments_state *st, uint64_t hash)
{
    size_t low = 0, high = st->seen_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (st->seen[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < st->seen_count && st->seen[low].hash == hash ? st->seen[low].born : -1;
}

bool segments_is_new(const struct ui *ui, const char *locator)
{
    int64_t since = born(ui->segments, hash_of(locator));
    return since > 0 && ui->now - since < (int64_t)NEW_FOR * 1000000000;
}

/* Remembers who was there, and since when; at the first survey nobody is new. */
static void note_births(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    bool first = st->seen == NULL;
    void *room = malloc((survey->count + 1) * sizeof *st->seen);
    if (room == NULL)
        return;
    struct segments_state now = {.seen = room, .seen_count = survey->count};
    for (size_t i = 0; i < survey->count; i++) {
        uint64_t hash = hash_of(survey->segs[i].locator);
        int64_t since = first ? 0 : born(st, hash);
        now.seen[i].hash = hash;
        now.seen[i].born = since >= 0 ? since : ui->now;
    }
    qsort(now.seen, now.seen_count, sizeof *now.seen, compare_seen);
    free(st->seen);
    st->seen = now.seen;
    st->seen_count = now.seen_count;
}

/* ---- making the rows ---- */

void segments_rebuild(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    if (survey->count > st->room) {
        size_t *more = realloc(st->row, survey->count * sizeof *more);
        if (more == NULL)
            return;
        st->row = more;
        st->room = survey->count;
    }
    st->seq = ui->s.walk.seq;
    st->count = 0;
    for (size_t i = 0; i < survey->count; i++)
        if (is_shown(ui, &survey->segs[i]))
            st->row[st->count++] = i;
    st->hidden = survey->count - st->count;
    sorting = ui;
    if (st->count > 0)
        qsort(st->row, st->count, sizeof *st->row, compare_rows);
    restore_cursor(ui);
}

void segments_update(struct ui *ui)
{
    if (ui->segments->seq == ui->s.walk.seq)
        return;
    note_births(ui);
    count_totals(ui);
    segments_rebuild(ui);
}

/* ---- tags ---- */

static size_t tag_of(const struct segments_state *st, const char *locator)
{
    size_t i = 0;
    while (i < st->tags && strcmp(st->tag[i], locator) != 0)
        i++;
    return i;
}

bool segments_tagged(const struct segments_state *st, const char *locator)
{
    return tag_of(st, locator) < st->tags;
}

void segments_toggle_tag(struct ui *ui, const char *locator)
{
    struct segments_state *st = ui->segments;
    size_t i = tag_of(st, locator), n = strlen(locator) + 1;
    if (i < st->tags) {
        free(st->tag[i]);
        st->tag[i] = st->tag[--st->tags];
    } else if (st->tags == TAGS_MAX) {
        ui_say(ui, STYLE_WARN, "%d segments are tagged, that is all there can be", TAGS_MAX);
    } else {
        char *copy = malloc(n);
        if (copy == NULL)
            return;
        memcpy(copy, locator, n);
        st->tag[st->tags++] = copy;
    }
}

void segments_untag_all(struct segments_state *st)
{
    while (st->tags > 0)
        free(st->tag[--st->tags]);
}
