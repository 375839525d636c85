/* The list of segments: the rows, their order, what is tagged. A row is an index into the lister's
 * newest survey (or into the segments that vanished a moment ago), so it is remade with every
 * survey; the cursor and the tags are kept by locator. */
#ifndef SHMLENS_UI_LIST_LIST_H
#define SHMLENS_UI_LIST_LIST_H

#include "list/columns.h"
#include "list/removal.h"
#include "ui/frame/ui.h"

enum {
    TAGS_MAX = 4096,
    NEW_FOR = 3,   /* seconds that a new row is marked */
    GONE_FOR = 2,  /* seconds that a vanished row stays, greyed, */
    GONE_ROWS = 3, /* below the others: the newest so many, and the title counts all */
    PROOFS_KEPT = 8,
    PROOF_HOLDS = 60, /* seconds; what was proved then is not what is now */
    FILTER_MAX = 128,
    SHOWN_LOCATOR = 4 * LOCATOR_MAX,
    LIST_MARK_COLS = 2 /* columns of the marks before each row */
};

/* A tagged segment: the object that was tagged, not whatever has its name later. */
struct tag {
    char *locator; /* raw, malloc'd */
    struct seg_stat seen;
    bool removed; /* the question to the user included it */
};

struct row_key;

struct segments_state {
    uint64_t seq;              /* of the survey the rows come from */
    size_t *row;               /* indexes for segments_info, in the order shown */
    size_t count, room;        /* rows shown, rows allocated */
    struct row_key *key;       /* the rows while they are sorted; rows.c */
    size_t hidden;             /* rows left out by filter, orphans or kinds */
    uint64_t shown_bytes;      /* sizes of the others */
    int wide[COLUMNS_MAX];     /* widest cell of each column of the table that was measured */
    unsigned measured, says;   /* bits: those measured in this survey; those that say something */
    uint64_t rows_hash;        /* of the set of rows that they were measured in; 0: none yet */
    size_t hidden_idle;        /* of those, idle ones: no user seen, but not proved unused */
    int at, top;               /* cursor and first row shown */
    bool shifted;              /* the row at the cursor is no longer the one that was drawn */
    bool touched;              /* by key or mouse: the cursor is where the user wants it */
    char cursor[LOCATOR_MAX];  /* raw locator of the row at the cursor; empty: none yet */
    char wanted[LOCATOR_MAX];  /* raw: the cursor moves there once it is listed; empty: nowhere */
    const struct column *sort; /* the order of the rows, from the settings at that time */
    bool inverted;
    enum list_only { LIST_ALL, LIST_ORPHANS, LIST_UNUSED } only; /* unused: idle ones, too */
    char filter[FILTER_MAX]; /* show only rows with this text in a cell; empty: all */
    struct {                 /* the segment whose removal is being confirmed */
        struct seg_stat seen;
        bool known;     /* seen is */
        unsigned turn;  /* counts the questions, so that an answer finds its own */
        bool looked;    /* the proof is known: `note` says it, */
        bool force;     /* and a yes is meant in spite of users, named or possible */
        char note[160]; /* printable */
    } asked;
    struct { /* objects that a look has proved to be unused, the newest first */
        struct seg_id id;
        int64_t when; /* os_now's clock; 0: none */
    } proved[PROOFS_KEPT];
    size_t released; /* removals at work for which the sampler has released it */
    struct tag *tag;
    size_t tags, tags_room;
    struct { /* when each segment was first seen */
        uint64_t hash;
        int64_t born; /* os_now's clock */
    } * seen;         /* all of the last survey, ascending by hash */
    size_t seen_count;
    unsigned seen_kinds; /* bits: kinds listed then */
    uint64_t orphan_bytes, idle_bytes, bytes, resident;
    size_t orphan_count, idle_count;
    size_t vanished;   /* segments that no longer exist, of which */
    size_t gone_shown; /* so many are shown */
    char *cell;        /* CELL_MAX bytes to format a cell in */
};

/* A look for a removal has proved that it is unused, or found that it is not. A user that is seen
 * later ends the proof. */
void segments_proved(struct ui *ui, struct seg_id id);
void segments_disproved(struct ui *ui, struct seg_id id);

/* Its state in words (segrow_verdict); of one that is an orphan because that was proved not long
 * ago, when. */
const char *segments_verdict(const struct ui *ui, const struct segrow *row, char buf[VERDICT_TEXT]);

/* ---- remove_job.c ---- */

/* Room for a removal of `count` segments. NULL: out of memory, or there is no walker. */
struct removal_job *removal_new(struct ui *ui, size_t count, unsigned flags,
                                void (*finish)(struct job *j, void *owner));

/* Starts it; false: out of memory. Its `finish` calls removal_ended before it frees the job. */
MUST_USE bool removal_post(struct ui *ui, struct removal_job *j);
void removal_ended(struct ui *ui, const struct removal_job *j);

/* ---- the rows ---- */

/* The row as the ls command has it. */
struct segrow segments_row(const struct ui *ui, const struct seg_info *info);

/* The segment of an index in state->row, from the survey or among the vanished (*gone). */
const struct seg_info *segments_info(const struct ui *ui, size_t index, bool *gone);

/* The row at the cursor; NULL: the list is empty, or that segment has vanished. */
const struct seg_info *segments_at(const struct ui *ui);

/* The users of that segment; false: not known. */
bool segments_users(const struct ui *ui, struct seg_who *who);

/* The same row, to act on it: NULL, with a message, if there is none, it has vanished or the list
 * changed since it was drawn. */
const struct seg_info *segments_take(struct ui *ui);
const struct seg_info *segments_seen(struct ui *ui); /* after segments_catch_up */

/* Adopts the newest survey between two frames; notes if that changed the row at the cursor. */
void segments_catch_up(struct ui *ui);

/* The segment of the survey with this raw locator; NULL: none. */
const struct seg_info *segments_find(const struct ui *ui, const char *locator);

/* Counts and shows anew, after a proof has changed what is an orphan. */
void segments_recount(struct ui *ui);

/* Remakes the rows, after a survey or a change of order or filter. */
void segments_rebuild(struct ui *ui);

void segments_move_to(struct ui *ui, int at); /* clamped */

/* The order in words: `a to z`, `largest first`. Returns buf. */
enum { SORT_ORDER = 24 };
const char *sort_order(const struct ui *ui, char buf[SORT_ORDER]);

/* tags.c: tags all that are shown; those that are not instead of those that are; sizes of the
 * tagged, of what is still there. */
void segments_tag_all(struct ui *ui);
void segments_tag_others(struct ui *ui);
uint64_t segments_tagged_bytes(const struct ui *ui);
bool segments_tagged(const struct segments_state *st, const char *locator);
void segments_toggle_tag(struct ui *ui, const struct seg_info *info);
void segments_untag_all(struct segments_state *st);
bool segments_is_new(const struct ui *ui, const struct seg_info *info);

/* The columns shown on a screen this wide. */
size_t segments_columns(const struct ui *ui, int cols, const struct column *out[COLUMNS_MAX]);

/* ---- layout.c ---- */

/* Where the columns are in this frame. */
struct layout {
    const struct column *column[COLUMNS_MAX];
    int from[COLUMNS_MAX], end[COLUMNS_MAX], width[COLUMNS_MAX];
    size_t count;
    int gap;
};
struct layout layout_of(const struct ui *ui);

/* `-` or 0: a column in which all cells are so says nothing. */
bool layout_says_nothing(const char *cell);

/* The text of column i of a row, in which what does not fit may be counted instead. It may still be
 * wider. */
void layout_cell(const struct layout *at, size_t i, const struct segrow *row, char cell[CELL_MAX]);

/* The cells have changed: widths may grow, and shrink if the set of rows has changed. */
void layout_forget(struct segments_state *st, uint64_t rows);

#endif
