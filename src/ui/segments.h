/* The list of segments, between its parts: the rows, their order, what is tagged. */
#ifndef SHMLENS_UI_SEGMENTS_H
#define SHMLENS_UI_SEGMENTS_H

#include "cli/segrow.h"
#include "ui/screens.h"

enum segments_sort {
    SORT_LOCATOR,
    SORT_SIZE,
    SORT_RES,
    SORT_MODE,
    SORT_OWNER,
    SORT_PROCS,
    SORT_STATE,
    SORTS
};

enum { TAGS_MAX = 256, NEW_FOR = 3, FILTER_MAX = 128, SHOWN_LOCATOR = 4 * LOCATOR_MAX };

struct segments_state {
    uint64_t seq;             /* of the survey that the rows are of */
    size_t *row;              /* indexes into the survey, in the order shown */
    size_t count, room;       /* rows shown, rows allocated */
    size_t hidden;            /* rows that filter, orphans or kinds leave out */
    int at, top;              /* cursor and first row shown */
    char cursor[LOCATOR_MAX]; /* raw locator of the row at the cursor; empty: none yet */
    char wanted[LOCATOR_MAX]; /* raw: the cursor goes there when it is listed; empty: nowhere */
    enum segments_sort sort;
    bool inverted, orphans, kinds;
    char filter[FILTER_MAX]; /* shown are rows with this text in locator or owner; empty: all */
    char *tag[TAGS_MAX];     /* raw locators, malloc'd */
    size_t tags;
    struct { /* locators that came while we looked */
        uint64_t hash;
        int64_t born; /* os_now's clock */
    } * seen;         /* of every segment of the last survey, ascending by hash */
    size_t seen_count;
    uint64_t orphan_bytes, bytes, resident;
    size_t orphan_count;
};

/* The columns of one row of the survey, as the ls command has them. */
struct segrow segments_row(const struct ui *ui, const struct seg_info *info);

/* The row at the cursor, NULL: the list is empty. */
const struct seg_info *segments_at(const struct ui *ui);

/* Makes the rows again: after a survey, or when order or filter changed. */
void segments_rebuild(struct ui *ui);

void segments_move_to(struct ui *ui, int at); /* clamped */
bool segments_tagged(const struct segments_state *st, const char *locator);
void segments_toggle_tag(struct ui *ui, const char *locator);
void segments_untag_all(struct segments_state *st);
bool segments_is_new(const struct ui *ui, const char *locator);

extern const char *const segments_columns[SORTS]; /* `LOCATOR`, `SIZE`, ... */

#endif
