/* Which segments are listed, in which order, and where the cursor is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ui/list/list.h"

struct segments_state *segments_new(void)
{
    struct segments_state *st = calloc(1, sizeof *st);
    size_t count = 0;
    if (st == NULL)
        return NULL;
    st->sort = column_table(&count);
    st->cell = malloc(CELL_MAX);
    if (st->cell != NULL)
        return st;
    free(st);
    return NULL;
}

void segments_free(struct segments_state *st)
{
    if (st == NULL)
        return;
    segments_untag_all(st);
    free(st->tag);
    free(st->row);
    free(st->key);
    free(st->seen);
    free(st->cell);
    free(st);
}

/* Nanoseconds since it was proved that the row has no user; -1: it was not, or that is too old. */
static int64_t proved_ago(const struct ui *ui, const struct segrow *row)
{
    const struct segments_state *st = ui->segments;
    for (size_t i = 0; i < PROOFS_KEPT; i++) {
        int64_t ago = ui->now - st->proved[i].when;
        if (st->proved[i].when != 0 && ago < (int64_t)PROOF_HOLDS * 1000000000 &&
            seg_id_equal(st->proved[i].id, seg_id_of(row->stat)))
            return ago;
    }
    return -1;
}

struct segrow segments_row(const struct ui *ui, const struct seg_info *info)
{
    struct segrow row = segrow_of(&ui->s.walk.survey, info);
    row.now = ui->wall;
    row.proved = segrow_is_idle(&row) && proved_ago(ui, &row) >= 0;
    return row;
}

const struct seg_info *segments_info(const struct ui *ui, size_t index, bool *gone)
{
    const struct seg_survey *survey = &ui->s.walk.survey;
    *gone = index >= survey->count;
    return *gone ? &ui->s.gone[index - survey->count].info : &survey->segs[index];
}

const struct seg_info *segments_at(const struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    bool gone = false;
    if (st->count == 0 || st->seq != ui->s.walk.seq)
        return NULL;
    const struct seg_info *info = segments_info(ui, st->row[st->at], &gone);
    return gone ? NULL : info;
}

bool segments_users(const struct ui *ui, struct seg_who *who)
{
    const struct seg_info *info = segments_at(ui);
    const struct seg_survey *survey = &ui->s.walk.survey;
    *who = (struct seg_who){.unreadable = survey->who.unreadable,
                            .unowned = survey->who.unowned,
                            .unread = survey->who.unread};
    if (info == NULL || info->who_unasked)
        return false;
    *who = seg_info_who(survey, info);
    return true;
}

/* ---- what was proved ---- */

void segments_proved(struct ui *ui, struct seg_id id)
{
    struct segments_state *st = ui->segments;
    size_t i = 0;
    while (i + 1 < PROOFS_KEPT && !seg_id_equal(st->proved[i].id, id))
        i++; /* without room the oldest is lost */
    memmove(&st->proved[1], &st->proved[0], i * sizeof st->proved[0]);
    st->proved[0].id = id;
    st->proved[0].when = ui->now;
}

void segments_disproved(struct ui *ui, struct seg_id id)
{
    struct segments_state *st = ui->segments;
    for (size_t i = 0; i < PROOFS_KEPT; i++)
        if (seg_id_equal(st->proved[i].id, id))
            st->proved[i].when = 0;
}

const char *segments_verdict(const struct ui *ui, const struct segrow *row, char buf[VERDICT_TEXT])
{
    int64_t ago = row->proved ? proved_ago(ui, row) : -1;
    char when[32] = "just now";
    if (ago < 0 || !segrow_is_orphan(row))
        return segrow_verdict(row, buf);
    if (ago >= INT64_C(2000000000))
        (void)snprintf(when, sizeof when, "%d s ago", (int)(ago / 1000000000));
    (void)snprintf(buf, VERDICT_TEXT, "%s (asked %s)", verdict_orphan, when);
    return buf;
}

const struct seg_info *segments_find(const struct ui *ui, const char *locator)
{
    const struct seg_survey *survey = &ui->s.walk.survey;
    size_t low = 0, high = survey->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(survey->segs[middle].locator, locator);
        if (order == 0)
            return &survey->segs[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

size_t segments_columns(const struct ui *ui, int cols, const struct column *out[COLUMNS_MAX])
{
    size_t count = 0;
    if (ui->s.set.columns[0] != '\0' && columns_parse(ui->s.set.columns, out, &count))
        return count;
    return columns_usual(cols, out);
}

/* ---- order ---- */

/* A row while it is sorted, with what it is compared by: qsort passes no context. */
struct row_key {
    const struct segments_state *list;
    struct segrow row; /* filled unless the list is sorted by locator */
    const char *locator;
    size_t index; /* among those of the survey, which are sorted by locator */
    bool gone;    /* not of the survey: */
    bool last;    /* it is below the others, unless the cursor is on it */
};

static int compare_rows(const void *a, const void *b)
{
    const struct row_key *x = a, *y = b;
    const struct column *by = x->list->sort;
    size_t count = 0;
    int order = 0;
    if (x->last != y->last)
        return x->last ? 1 : -1;
    if (by != column_table(&count))
        order = by->falling ? by->compare(&y->row, &x->row) : by->compare(&x->row, &y->row);
    if (order == 0)
        order = text_natural(x->locator, y->locator);
    if (order == 0)
        order = (x->index > y->index) - (x->index < y->index);
    return x->list->inverted ? -order : order;
}

/* Sorts the rows shown. */
static void sort_rows(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    size_t columns = 0;
    bool first = st->sort == column_table(&columns);
    if (st->count == 0)
        return;
    for (size_t i = 0; i < st->count; i++) {
        struct row_key *key = &st->key[i];
        *key = (struct row_key){.list = st, .index = st->row[i]};
        const struct seg_info *info = segments_info(ui, key->index, &key->gone);
        key->locator = info->locator;
        key->last = key->gone && strcmp(info->locator, st->cursor) != 0;
        if (!first)
            key->row = segments_row(ui, info);
    }
    qsort(st->key, st->count, sizeof *st->key, compare_rows);
    for (size_t i = 0; i < st->count; i++)
        st->row[i] = st->key[i].index;
}

/* ---- what is shown ---- */

/* Does a name contain the text, raw or as shown? Most names are shown as they are. */
static bool name_has(const char *raw, const char *part, char *cell)
{
    if (text_has(raw, part))
        return true;
    const char *p = raw;
    while (*p > ' ' && *p < 0x7f && *p != '\\')
        p++;
    if (*p == '\0')
        return false;
    (void)text_escape(cell, CELL_MAX, raw, strlen(raw));
    return text_has(cell, part);
}

static bool cell_has(const struct segrow *row, const char *column, const char *part, char *cell)
{
    column_shown(column_find(column, strlen(column)), row, cell);
    return text_has(cell, part);
}

/* Is the text in the row's name, kind, owner, state or users? */
static bool matches(const struct ui *ui, const struct segrow *row)
{
    const char *filter = ui->segments->filter, *names[SEGROW_STATES];
    char *cell = ui->segments->cell;
    if (name_has(row->locator, filter, cell) || name_has(row->name, filter, cell) ||
        text_has(seg_kind_name(row->kind), filter) ||
        (row->owner != NULL && text_has(row->owner, filter)))
        return true;
    for (size_t n = segrow_states(row, names); n > 0; n--)
        if (text_has(names[n - 1], filter))
            return true;
    /* the first column shows `0x0052e2c1`, `memfd wl_shm` */
    if (row->kind != SEG_POSIX && cell_has(row, "LOCATOR", filter, cell))
        return true;
    return segrow_has_command(row, filter);
}

static bool is_shown(struct ui *ui, const struct seg_info *info)
{
    struct segments_state *st = ui->segments;
    struct segrow row = segments_row(ui, info);
    bool idle = segrow_is_idle(&row);
    if (st->only != LIST_ALL && !segrow_is_orphan(&row) && (st->only != LIST_UNUSED || !idle)) {
        st->hidden_idle += idle;
        return false;
    }
    return st->filter[0] == '\0' || matches(ui, &row);
}

static void count_totals(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    st->bytes = st->resident = st->orphan_bytes = st->idle_bytes = 0;
    st->orphan_count = st->idle_count = 0;
    for (size_t i = 0; i < survey->count; i++) {
        const struct seg_stat *stat = &survey->segs[i].stat;
        struct segrow row = segments_row(ui, &survey->segs[i]);
        st->bytes += stat->size;
        st->resident += stat->resident;
        if (segrow_users(&row) > 0)
            segments_disproved(ui, seg_id_of(stat));
        bool orphan = segrow_is_orphan(&row), idle = segrow_is_idle(&row);
        st->orphan_count += orphan;
        st->orphan_bytes += orphan ? stat->resident : 0;
        st->idle_count += idle;
        st->idle_bytes += idle ? stat->resident : 0;
    }
}

/* ---- the cursor ---- */

void segments_move_to(struct ui *ui, int at)
{
    struct segments_state *st = ui->segments;
    int last = (int)st->count - 1;
    bool gone = false;
    at = at > last ? last : at;
    st->at = at < 0 ? 0 : at;
    const struct seg_info *info = st->count > 0 ? segments_info(ui, st->row[st->at], &gone) : NULL;
    (void)snprintf(st->cursor, sizeof st->cursor, "%s", info != NULL ? info->locator : "");
}

/* The row of a locator; -1: not shown. */
static int row_of(const struct ui *ui, const char *locator)
{
    const struct segments_state *st = ui->segments;
    bool gone = false;
    for (size_t i = 0; locator[0] != '\0' && i < st->count; i++)
        if (strcmp(segments_info(ui, st->row[i], &gone)->locator, locator) == 0)
            return (int)i;
    return -1;
}

static void restore_cursor(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    if (st->count == 0) { /* what was highlighted is so again when it is shown again */
        st->at = 0;
        return;
    }
    int wanted = row_of(ui, st->wanted), same = row_of(ui, st->cursor);
    if (wanted >= 0) {
        st->wanted[0] = '\0';
        st->touched = true; /* it stays there */
    }
    segments_move_to(ui, wanted >= 0 ? wanted : !st->touched ? 0 : same >= 0 ? same : st->at);
}

void segments_point(struct ui *ui, const char *locator)
{
    (void)snprintf(ui->segments->wanted, sizeof ui->segments->wanted, "%s", locator);
}

/* ---- what is new ---- */

/* Hash of the name and the object: a different object under a known name is new. */
static uint64_t hash_of(const struct seg_info *info)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (const char *s = info->locator; *s != '\0'; s++)
        h = (h ^ (uint8_t)*s) * 1099511628211u;
    return (h ^ info->stat.ino) * 1099511628211u;
}

static int compare_seen(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
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

bool segments_is_new(const struct ui *ui, const struct seg_info *info)
{
    int64_t since = born(ui->segments, hash_of(info));
    return since > 0 && ui->now - since < (int64_t)NEW_FOR * 1000000000;
}

/* Notes when each segment was first seen; in the first survey none is new. */
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
        uint64_t hash = hash_of(&survey->segs[i]);
        bool known = !first && (st->seen_kinds >> survey->segs[i].kind & 1) != 0;
        int64_t since = known ? born(st, hash) : 0;
        now.seen[i].hash = hash;
        now.seen[i].born = since >= 0 ? since : ui->now;
    }
    qsort(now.seen, now.seen_count, sizeof *now.seen, compare_seen);
    free(st->seen);
    st->seen = now.seen;
    st->seen_count = now.seen_count;
    st->seen_kinds = ui->s.walk.kinds;
}

/* ---- making the rows ---- */

static bool make_room(struct segments_state *st, size_t rows)
{
    if (rows <= st->room)
        return true;
    size_t *more = realloc(st->row, rows * sizeof *more);
    if (more == NULL)
        return false;
    st->row = more;
    struct row_key *keys = realloc(st->key, rows * sizeof *keys);
    if (keys == NULL)
        return false;
    st->key = keys;
    st->room = rows;
    return true;
}

static const struct column *wanted_sort(const struct ui *ui)
{
    size_t count = 0;
    return ui->s.set.sort != NULL ? ui->s.set.sort : column_table(&count);
}

/* The newest of what vanished, and the one that was highlighted. */
static void add_gone(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    size_t newest = 0;
    for (size_t i = st->vanished; i-- > 0 && st->only == LIST_ALL;) {
        const struct seg_info *info = &ui->s.gone[i].info;
        bool highlighted = strcmp(info->locator, st->cursor) == 0;
        if ((newest == GONE_ROWS && !highlighted) || !is_shown(ui, info))
            continue;
        newest += !highlighted;
        st->row[st->count++] = ui->s.walk.survey.count + i;
        st->gone_shown++;
    }
}

/* Of the set of rows shown, in whatever order. */
static uint64_t hash_rows(const struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    uint64_t h = st->count;
    bool gone = false;
    for (size_t i = 0; i < st->count; i++)
        h += hash_of(segments_info(ui, st->row[i], &gone));
    return h;
}

void segments_rebuild(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    st->sort = wanted_sort(ui);
    st->inverted = ui->s.set.inverted;
    if (!make_room(st, survey->count + ui->s.gone_count))
        return;
    st->seq = ui->s.walk.seq;
    st->count = st->hidden_idle = 0;
    st->shown_bytes = 0;
    for (size_t i = 0; i < survey->count; i++) {
        if (!is_shown(ui, &survey->segs[i]))
            continue;
        st->row[st->count++] = i;
        st->shown_bytes += survey->segs[i].stat.size;
    }
    st->hidden = survey->count - st->count;
    st->vanished = ui->s.gone_count;
    st->gone_shown = 0;
    add_gone(ui);
    layout_forget(st, hash_rows(ui));
    sort_rows(ui);
    restore_cursor(ui);
}

void segments_recount(struct ui *ui)
{
    if (ui->segments->seq != ui->s.walk.seq)
        return; /* the next frame does */
    count_totals(ui);
    segments_rebuild(ui);
}

void segments_update(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    bool same = st->seq == ui->s.walk.seq;
    bool fewer = gone_drop(ui->s.gone, &ui->s.gone_count, ui->now - (int64_t)GONE_FOR * 1000000000);
    if (!same) {
        note_births(ui);
        count_totals(ui);
    }
    bool sorted = st->sort == wanted_sort(ui) && st->inverted == ui->s.set.inverted;
    if (!same || fewer || !sorted || st->vanished != ui->s.gone_count)
        segments_rebuild(ui);
}

void segments_catch_up(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    char seen[LOCATOR_MAX];
    memcpy(seen, st->cursor, sizeof seen);
    segments_update(ui);
    if (seen[0] != '\0' && strcmp(seen, st->cursor) != 0)
        st->shifted = true;
}

/* A survey may have arrived since the list was drawn: act only on the row that was seen. */
const struct seg_info *segments_seen(struct ui *ui)
{
    if (ui->segments->shifted) {
        ui_say(ui, STYLE_WARN, "the list just changed; press the key again");
        return NULL;
    }
    const struct seg_info *info = segments_at(ui);
    if (info == NULL)
        ui_say(ui, STYLE_WARN,
               ui->segments->count > 0 ? "that segment is gone" : "no segment is highlighted");
    return info;
}

const struct seg_info *segments_take(struct ui *ui)
{
    segments_catch_up(ui);
    return segments_seen(ui);
}
