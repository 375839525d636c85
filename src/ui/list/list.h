/* The list of segments, between its parts: the rows, their order, what is tagged. */
#ifndef SHMLENS_UI_LIST_LIST_H
#define SHMLENS_UI_LIST_LIST_H

#include "list/columns.h"
#include "ui/frame/ui.h"

enum {
    TAGS_MAX = 4096,
    NEW_FOR = 3,  /* seconds that a new row is marked */
    GONE_FOR = 2, /* seconds that a vanished one stays, greyed */
    FILTER_MAX = 128,
    SHOWN_LOCATOR = 4 * LOCATOR_MAX
};

/* A tagged segment: the object that was tagged, not whatever has its name later. */
struct tag {
    char *locator; /* raw, malloc'd */
    struct seg_stat seen;
    bool goes; /* the user was told that it would be removed */
};

struct segments_state {
    uint64_t seq;             /* of the survey that the rows are of */
    size_t *row;              /* indexes for segments_info, in the order shown */
    size_t count, room;       /* rows shown, rows allocated */
    struct segrow *key;       /* of each index, while the rows are being sorted */
    size_t hidden;            /* rows that filter, orphans or kinds leave out */
    size_t hidden_idle;       /* of those, left out because nobody was seen but nothing is proved */
    int at, top;              /* cursor and first row shown */
    bool shifted;             /* the row at the cursor is another one than was drawn */
    bool touched;             /* a key was pressed: the cursor is where the user wants it */
    char cursor[LOCATOR_MAX]; /* raw locator of the row at the cursor; empty: none yet */
    char wanted[LOCATOR_MAX]; /* raw: the cursor goes there when it is listed; empty: nowhere */
    const struct column *sort; /* the rows are in this order, as the settings had it then */
    bool inverted;
    bool orphans;
    char filter[FILTER_MAX]; /* shown are rows with this text in a cell; empty: all */
    struct seg_stat asked;   /* of the segment whose removal the user is asked about, */
    bool asked_known;        /* when it was in the list */
    struct tag *tag;
    size_t tags, tags_room;
    struct { /* locators that came while we looked */
        uint64_t hash;
        int64_t born; /* os_now's clock */
    } * seen;         /* of every segment of the last survey, ascending by hash */
    size_t seen_count;
    unsigned seen_kinds; /* bits: listed then */
    uint64_t orphan_bytes, bytes, resident;
    size_t orphan_count;
    size_t vanished; /* rows among those shown that are not there any more */
    char *cell;      /* CELL_MAX bytes to make texts in */
};

/* The columns of one row, as the ls command has them. */
struct segrow segments_row(const struct ui *ui, const struct seg_info *info);

/* The row of an index in state->row: of the survey, or one that vanished (*gone). */
const struct seg_info *segments_info(const struct ui *ui, size_t index, bool *gone);

/* The row at the cursor, NULL: the list is empty, or what stood there has vanished. */
const struct seg_info *segments_at(const struct ui *ui);

/* The same for doing something with it: says so when it has vanished, or the list is another one
 * than was drawn. */
const struct seg_info *segments_take(struct ui *ui);

/* Takes the newest survey in between two frames; notes when the row at the cursor is another one
 * then than was drawn. */
void segments_catch_up(struct ui *ui);

/* The row of the survey with this raw locator, NULL: none. */
const struct seg_info *segments_find(const struct ui *ui, const char *locator);

/* Makes the rows again: after a survey, or when order or filter changed. */
void segments_rebuild(struct ui *ui);

void segments_move_to(struct ui *ui, int at); /* clamped */
bool segments_tagged(const struct segments_state *st, const char *locator);
void segments_toggle_tag(struct ui *ui, const struct seg_info *info);
void segments_untag_all(struct segments_state *st);
bool segments_is_new(const struct ui *ui, const struct seg_info *info);

/* The columns shown on a screen of so many columns. */
size_t segments_columns(const struct ui *ui, int cols, const struct column *out[COLUMNS_MAX]);

#endif
