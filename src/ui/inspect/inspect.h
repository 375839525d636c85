/* The inspect screen: the bytes of the attached segment, its panels, and edit mode. Its files share
 * one state (struct inspect_state) and one layout, which is computed anew for each frame before
 * anything is drawn. Nothing here reads the segment: the sampler's thread does, and work for it is
 * posted as jobs (inspect_post). */
#ifndef SHMLENS_UI_INSPECT_INSPECT_H
#define SHMLENS_UI_INSPECT_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/interpret.h"
#include "core/number.h"
#include "core/text.h"
#include "core/view.h"
#include "live/jobs.h"
#include "ui/frame/ui.h"

/* ---- for the frame ---- */

/* The screen's state: ui_init makes it, ui_free frees it. NULL: out of memory. */
struct inspect_state *inspect_new(void);
void inspect_free(struct inspect_state *st);

/* A store or command line on the sampler has ended; if it was the last one, undo and redo requested
 * meanwhile continue. */
void inspect_store_done(struct ui *ui);

/* Esc in the inspect screen: drops a half-typed value, else leaves edit mode, else clears the
 * selection and the match, else closes the panel, else dismisses a notice. False: there was nothing
 * to back out of. */
bool inspect_escape(struct ui *ui);

/* Opens the segment for writing and turns edit mode on; then runs the line `then` (NULL: none). On
 * failure says why and runs nothing. Both happen after this returns, when the sampler has answered.
 */
void inspect_edit_on(struct ui *ui, const char *then);

/* Draws the users of a segment in rows [top, bottom) of the canvas; `who` NULL: not known (yet).
 * panel_who_rows: how many rows it would like, headline included. */
void panel_who(struct ui *ui, const struct seg_who *who, int top, int bottom);
int panel_who_rows(const struct seg_who *who);

/* Which of its users row `row` shows: the others first, ourselves last. Below mappers_count: a
 * mapping, else a holder. */
size_t panel_who_user(const struct seg_who *who, size_t row);

/* ---- shared by the parts of the screen ---- */

enum { TEXT_COLUMNS = 2, STORE_MAX = 8, TYPED_MAX = VIEW_UNIT_MAX, PATTERN_MAX = FIND_PATTERN_MAX };

/* Where things are in this frame, in rows and columns of the canvas. */
struct inspect_layout {
    unsigned width; /* bytes of a row */
    unsigned unit;  /* bytes of a cell; 1 when the cells are text */
    unsigned shift; /* the first cell of a row begins so many bytes after its start */
    int digits;     /* of the offset column: 8 to 16 */
    int ruler;      /* its row; 0: not shown */
    int top, rows;  /* the rows of bytes */
    int cells, cells_end;
    int cell_cols;       /* columns of one cell, without the gap after it */
    unsigned cells_from; /* first byte of a row that is shown if a row does not fit; otherwise 0 */
    int texts;           /* text columns: 0 to TEXT_COLUMNS */
    int text[TEXT_COLUMNS], text_end[TEXT_COLUMNS];
    unsigned text_from[TEXT_COLUMNS]; /* as cells_from */
    enum text_encoding enc[TEXT_COLUMNS];
    int panel, panel_end, panel_top, panel_rows; /* inspector; rows 0: not shown */
    bool panel_side;                             /* right of the rows */
    int strip;       /* column of the overview strip, with the window's mark left of it; 0: none */
    int time_row;    /* the timeline; 0: not shown */
    bool time_scale; /* the row below it says how long ago that was */
    int who_top, who_rows;     /* the panel of processes; rows 0: not shown */
    int marks_top, marks_rows; /* the panel of marks; the same */
    int names, names_end;      /* names of marks, right of the rows; equal: no room */
};

/* Why a byte is highlighted, the strongest reason last. */
enum inspect_mark {
    MARK_NONE,
    MARK_BASE,
    MARK_HEAT1, /* as STYLE_HEAT1, ... */
    MARK_HEAT2,
    MARK_HEAT3,
    MARK_HEAT4,
    MARK_WARM,
    MARK_FRESH,
    MARK_FROZEN,
    MARK_FOUND, /* matches, */
    MARK_MATCH, /* and the one that the cursor went to */
    MARK_SELECT
};

/* What highlights depend on, computed once a frame. */
struct inspect_reasons {
    uint64_t select_from, select_to, match_from, match_to;
    const uint8_t *found; /* 1 for each byte of the sample in a match; NULL: none is looked for */
    uint64_t found_from, found_to;   /* matches outside of this are not lit */
    bool asked;                      /* they are what is asked about: lit in a selection, too */
    int64_t fresh_since, warm_since; /* changes after these are fresh, warm */
    bool base, heat;
};

/* One row of bytes while it is drawn. `bytes` and `state` point into the sample at `offset`; only
 * [from, to) of them exist there. */
struct inspect_row_bytes {
    uint64_t offset;
    unsigned from, to;    /* bytes of this row that the sample covers */
    unsigned cells_to;    /* bytes that its cells cover: shifted ones reach into the next row */
    const uint8_t *bytes; /* may be read in [bytes - before, bytes + to + after) */
    const uint8_t *state; /* enum byte_state */
    size_t before, after; /* bytes of the sample before the row and after `to` */
    uint8_t mark[WIDTH_MAX + STORE_MAX]; /* enum inspect_mark, to cells_to */
    char sign[WIDTH_MAX + STORE_MAX];    /* before the cell: `=` frozen, `~` torn; 0: none */
    unsigned cursor, cursor_end; /* the unit at the cursor, in this row; equal: not in this row */
};

/* A value on its way into the segment: typed, undone or redone. */
enum store_why { STORE_TYPED, STORE_UNDO, STORE_REDO };
struct cell_store {
    struct poke_job job; /* what the sampler does */
    enum store_why why;
    const struct view *view; /* how messages show the value; NULL: as hex */
    uint16_t bits;           /* of a bitfield, which has no view; 0: none */
    uint8_t bit;             /* its lowest one in the word that is stored */
    uint32_t part;           /* the same for the stores of one value; 0: it is the only one */
    uint32_t parts;          /* how many those are */
    uint32_t run;            /* of characters typed one after the other; 0: of none */
};

/* A value being typed in edit mode. */
struct typing {
    bool active;
    uint64_t offset;         /* of the unit */
    const struct view *view; /* never text: a character is complete at once */
    char text[TYPED_MAX];    /* what was typed so far */
    size_t length;
    bool seen_known;
    uint8_t seen[STORE_MAX]; /* on the screen when typing began */
};

/* The menu of frozen values, refreshed before each frame while it is open. */
enum { FROZEN_ROWS = FROZEN_MAX + 1, FROZEN_LABEL = 160, FROZEN_COMMAND = 32 };
struct frozen_menu {
    struct menu_entry entry[FROZEN_ROWS];
    char label[FROZEN_ROWS][FROZEN_LABEL], command[FROZEN_ROWS][FROZEN_COMMAND];
};

enum { TRAIL_MAX = 64 };

/* How often the value at the cursor changes: its changes since a moment at most a second ago. */
struct change_rate {
    struct seg_id id;
    uint64_t offset;
    unsigned unit;
    uint32_t count; /* changes seen by then */
    int64_t since;  /* os_now's clock */
    double hz;      /* over the second before that; 0: not known, or none */
};

/* The bytes that the inspector reads. When they change all the time, it shows 15 readings a second:
 * nobody reads more, and each is a line of digits that must be sent. */
struct readings {
    struct seg_id id;
    uint64_t offset;
    uint8_t bytes[INSPECT_BYTES]; /* as shown */
    size_t n;
    int64_t past;  /* the moment that is shown, 0: now */
    int64_t since; /* when others were shown before (os_now's clock) */
    int64_t due;   /* when newer ones, which there are, will be shown; 0: there are none */
};

/* When the baseline was set. */
struct baseline_time {
    struct seg_id id; /* of the object */
    int64_t wall;     /* wall clock, ns; 0: not by us */
};

/* The bytes of the sample that match the pattern searched last (found.c). */
struct found_bytes {
    struct find *find; /* `pattern` compiled; NULL: it is not one, or nothing was searched */
    char pattern[PATTERN_MAX];
    uint64_t seq;     /* of the sample that they are of, */
    int64_t time;     /* and its time */
    int64_t patience; /* ns that a frame may search for a regular expression */
    bool partly;      /* that was not enough: the next frame searches again, for longer */
    bool slow;        /* not even the longest was: not all matches are lit, */
    bool told;        /* which was said */
    uint8_t hit[SAMPLE_MAX];
};

enum { MARKS_DELETED = 16 }; /* marks that undo brings back */

struct inspect_state {
    struct inspect_layout at;
    struct typing typing;
    struct { /* characters typed one after the other: one step of undo */
        uint32_t number;
        bool open;     /* the last key typed one */
        uint64_t next; /* where the next one is neighbour to it */
        int64_t time;  /* when that was, ui->now's clock */
    } run;
    bool amid;                   /* edit mode: the last key typed into a cell */
    bool dropped;                /* the last key dropped what was half typed, as was said */
    bool slipped;                /* the last key was a slip, as the message line says */
    bool asking;                 /* `conflict` waits for Enter or any other key */
    struct cell_store *conflict; /* what another process was faster with: one, or parts of one */
    size_t conflicts, conflicts_room;
    uint32_t parts; /* values that were stored in parts so far */
    struct {
        uint32_t part, ended, stored; /* of the newest of them: stores that ended, and succeeded */
    } part;
    int undo_more;      /* undo (< 0) or redo (> 0) steps requested while a store is pending */
    int stores_pending; /* stores and command lines not ended yet: undo waits for them */
    bool undo_busy;
    struct {              /* `undo N`, `redo N` */
        int asked, taken; /* steps; asked 0: it was not that */
        int open;         /* `asked`, while a question about one of them is open; else 0 */
        uint64_t stay;    /* what of them had changed */
    } steps;
    struct { /* marks that were deleted, the newest last */
        struct mark mark;
        struct seg_id id; /* of this object, */
        size_t steps;     /* when so many stores could be undone */
    } deleted[MARKS_DELETED];
    size_t deleted_count;
    enum store_why range_why; /* whether the open question is about undo or redo of a range */
    const struct kept_range *range_asked; /* and which; only compared */
    bool play_soon;                       /* a recording, when it has been read */
    int looking;                          /* searches pending */
    int stepping;                         /* steps through time pending */
    char pattern[PATTERN_MAX];            /* last search; empty: none */
    struct found_bytes found;
    struct { /* `replace` asks whether matches within this become something else */
        bool open;
        uint64_t from, to;
        char pattern[PATTERN_MAX]; /* of the search before, and its match */
        uint64_t match;
        size_t match_length;
    } replacing;
    struct { /* `replace` one match after the other (act_replace.c) */
        bool on;
        bool all;      /* `a` was pressed: the rest without a question */
        bool seen;     /* there was a match */
        bool stop;     /* Esc was pressed while the sampler was at work */
        bool storing;  /* it stores a match, not only looks for the next */
        bool early;    /* `y` or `a` came before the question was seen: they do not count */
        char ahead[8]; /* `n` and `q` typed then, for the next questions */
        uint32_t run;  /* number of this run: jobs of earlier ones are ignored */
        uint64_t from; /* the next one begins there or later, */
        uint64_t to;   /* and ends before */
        uint64_t at;   /* the one that is asked about */
        uint8_t old[REPLACE_MOST], new[REPLACE_MOST];
        size_t n;                         /* bytes of them */
        char find[PATTERN_MAX];           /* OLD */
        char by[PATTERN_MAX];             /* NEW, as it was typed */
        unsigned replaced, skipped, lost; /* so far */
        bool grouped;                     /* by the answer `a`: what follows is one step of undo */
        unsigned steps;     /* of undo that this has made: at UNDO_MAX - 1 all the rest is one */
        unsigned together;  /* matches in that one */
        unsigned unchanged; /* replaced by what they were: nothing to undo */
        unsigned unkept;    /* replaced, but without undo: out of memory */
    } each;
    int64_t size_until;  /* when the notice of a size change disappears; 0: none */
    int64_t alone_until; /* Windows: until when we count as its only user */
    uint64_t size_event; /* number of the event shown in it */
    char notice[256];    /* second line of the title; empty: none */
    struct seg_id id;    /* the object all this belongs to */
    uint32_t owner_uid;  /* whose name `owner` is */
    bool owner_known;
    char owner[33];
    struct frozen_menu frozen;
    struct change_rate rate;
    struct readings readings;
    struct baseline_time base;
    int64_t follow_from;       /* the view does not jump before this (os_now's clock) */
    uint64_t trail[TRAIL_MAX]; /* where Enter followed values, the newest last */
    size_t trail_count;
    uint64_t doubted;                             /* where the value leads that was asked about */
    bool dragging;                                /* the mouse button went down on a byte */
    void (*post)(struct ui *ui, struct job *job); /* posts a job to the sampler; tests replace it */
};

/* layout.c: places everything on this canvas; also sets s.rows and s.fit. */
void inspect_arrange(struct ui *ui);
unsigned inspect_width_shown(struct ui *ui); /* bytes of a row there; 0: nothing is shown */
int inspect_cell_col(const struct inspect_layout *at, const struct view *v, unsigned byte);

/* The byte of the row at a column, and which column of the screen it belongs to; -1: none. */
int inspect_hit(const struct ui *ui, int col, enum focus *focus);

/* title.c: the title; the notice of what happened to the segment (true: there is one, on a row of
 * its own); marks its size change as seen. */
void inspect_draw_title(struct ui *ui);
bool inspect_notice(struct ui *ui);
bool inspect_notice_seen(struct ui *ui);

/* act_attach.c: detaches when no screen shows the segment and no work on it is left, because
 * whoever looks at a segment is a user of it: others could not remove it, and one without a name
 * would live on. True: it did. */
bool inspect_let_go(struct ui *ui);

/* found.c: 1 for each byte of the sample that is part of a match, while a match is shown; NULL:
 * none is. The arrays live until the next call. */
const uint8_t *inspect_found(const struct ui *ui);
void inspect_found_free(struct found_bytes *f);

/* The sample was changed by us: searches it again. And says, once, that not all are lit. */
void inspect_found_again(struct ui *ui);
void inspect_found_tell(struct ui *ui);

/* draw_rows.c: why byte i of a sample, which is at an offset, is highlighted. */
struct inspect_reasons inspect_reasons_of(const struct ui *ui);
enum inspect_mark inspect_mark_of(const struct inspect_reasons *r, const struct sample *p, size_t i,
                                  uint64_t at);

/* rows.c: all rows. cells.c: the cells of one row. */
void inspect_draw_rows(struct ui *ui);
void inspect_draw_cells(struct ui *ui, int row, const struct inspect_row_bytes *b);
enum style inspect_mark_style(enum inspect_mark mark, enum style plain);

/* A row as text in one encoding, one column per byte. */
struct inspect_text {
    int col, limit;        /* [col, limit); a wide character may reach one column further */
    unsigned first, width; /* bytes [first, width) of the row are shown */
    enum text_encoding enc;
    bool phase;        /* UTF-16 characters start at odd offsets */
    enum style cursor; /* of the byte at the cursor */
};

/* draw_text.c */
void inspect_draw_text(struct canvas *c, int row, const struct inspect_text *t,
                       const struct inspect_row_bytes *b);

/* panel_strip.c: the strip; the offset that row `row` of the canvas stands for (false: none); the
 * style of a byte that changed so often; the legend and the age of the map on the message line. */
void inspect_draw_strip(struct ui *ui);
bool inspect_strip_hit(const struct ui *ui, int row, int col, uint64_t *offset);
enum style inspect_heat_style(uint32_t count, enum style plain);
void inspect_draw_idle(struct ui *ui, int row);
int64_t inspect_strip_next(const struct ui *ui, int64_t now); /* when it will look different */

/* act_map.c: moves the view to the newest change if it follows; when it may do so next. */
void inspect_follow(struct ui *ui);
int64_t inspect_follow_next(const struct ui *ui);

/* panel_inspector.c. Below the rows it takes at least so many rows for all of its values on a
 * screen of `cols` columns, more if `room` allows, or fewer, even none, if it does not. */
enum { INSPECTOR_SIDE = 54 /* its columns beside the rows, with the line left of it */ };
void inspect_draw_inspector(struct ui *ui);
int inspector_rows_least(int cols);
int inspector_rows(int cols, int room);

/* panel_values.c: the table of values, in the order that is set (`big`) and in the other one;
 * beside the rows in [row, bottom), which returns the row after it. */
void inspect_values_below(struct ui *ui, const struct inspect *in, bool big);
int inspect_values_beside(struct ui *ui, const struct inspect *in, bool big, int row, int bottom);

/* panel_was.c: earlier values of the one at the cursor, newest first: in one row, as many as fit in
 * [col, limit), which returns the column after them; one a row, with their ages. */
int inspect_draw_was(struct ui *ui, int row, int col, int limit);
void inspect_draw_was_rows(struct ui *ui, int row, int bottom, int col, int limit);

/* draw_ruler.c: names of the view, the columns and the text columns, above the rows. */
void inspect_draw_ruler(struct ui *ui);

/* panel_marks.c: the watch list, and how many rows it would like, with headline and head; the names
 * of the marks in a row of bytes, in [col, limit); the mark at an offset, NULL: none. */
void panel_marks(struct ui *ui);
int panel_marks_rows(const struct ui *ui);

/* focus.c: the keys go to the next column or open panel, or to the one before. And is there a panel
 * on the screen that they can go to? */
void inspect_focus_next(struct ui *ui, bool back);
bool inspect_can_enter_panel(const struct ui *ui);
void inspect_draw_names(struct ui *ui, int row, uint64_t offset, int col, int limit);
const struct mark *inspect_mark_at(const struct ui *ui, uint64_t offset);

/* act_marks.c: asks for the letter of a mark to set at the cursor. */
void inspect_ask_mark(struct ui *ui);

/* The view and byte order in use; the time of the picture (frozen while paused). */
const struct view *inspect_view(const struct ui *ui);
int64_t inspect_now(const struct ui *ui);

/* Bytes of the value at the cursor: a value of the cells' view, a byte of a text. The cell that is
 * lit, the panel, p, P, ^T, the marks, typing and the steps in time are all of the value that
 * begins at the cursor's offset (session_cell). */
unsigned inspect_unit(const struct ui *ui);

/* edit_typing.c: typing. True: the key was taken. */
bool edit_mode_key(struct ui *ui, struct key key);

/* The text column with the cursor, from 0; -1: it is in the cells, or fields are shown. And moves
 * the cursor into a column. */
int inspect_text_column(const struct ui *ui);
void inspect_focus(struct ui *ui, enum focus focus);

/* Would a letter be typed into a text column now? */
bool edit_types_text(const struct ui *ui);

/* The key that undoes here, where some would be typed; without one the command. Returns buf. */
const char *edit_undo_key(const struct ui *ui, char buf[UI_PRESS]);
void edit_mode_drop(struct ui *ui);

/* Is the picture paused or past? Says so: what is typed would be compared with old bytes. */
bool inspect_stands(struct ui *ui);

/* What is for the bytes does nothing while fields are in their place, and says so: by the key of
 * `command` where it is one character, else by this name. */
bool inspect_hidden(struct ui *ui, const char *command, const char *name);

/* edit_store.c: one value into the segment as a compare-and-swap, then what follows from it. */
void edit_store(struct ui *ui, const struct cell_store *r);
void edit_conflict_key(struct ui *ui, struct key key);

/* For undo and redo: drops the steps that wait; runs the next one of those requested meanwhile. Can
 * the user be asked now? Not after moving on to something else or leaving edit mode: keys meant for
 * that must not write. */
void edit_give_up(struct ui *ui);
void edit_next_step(struct ui *ui);

/* act_marks.c: sets the mark again that was deleted last, if nothing was stored since. False: none
 * was. */
bool inspect_restore_mark(struct ui *ui);

/* act_undo.c: asks whether a step is to be taken though others overtook it: `QUESTION: undo
 * anyway?`.
 */
void edit_ask_step(struct ui *ui, enum store_why why, const char *question,
                   void (*anyway)(struct ui *ui, const char *text, void *ctx));

/* act_undo.c: takes one step back or on; nothing is under way. edit_step_taken: it was, but so much
 * of it had changed and stays. edit_steps_stopped: no further one follows; says how many were taken
 * if more than one was asked for. */
void edit_take_step(struct ui *ui, enum store_why why);
void edit_step_taken(struct ui *ui, enum store_why why, uint64_t stay);
void edit_steps_stopped(struct ui *ui, enum store_why why);

/* The answer to a question about a step that others overtook: yes, so that the steps asked for go
 * on after it; or no, which says what was taken back and what stays. */
void edit_steps_go_on(struct ui *ui, enum store_why why);
void edit_steps_refused(struct ui *ui, void *ctx);
bool edit_can_ask(const struct ui *ui);

/* act_time.c: true, with a message, if the past is shown, which cannot be written. And back to
 * live; false: already live. */
bool inspect_is_past(struct ui *ui);
bool inspect_live(struct ui *ui);

/* ` as of -3.2s` for a time in the past, empty for now (0). */
enum { INSPECT_WHEN = 48 };
void inspect_when(const struct ui *ui, int64_t past, char out[INSPECT_WHEN]);

/* A moment as it is typed: `-2m` before now (of a recording: before its end), of a recording also
 * `1.5s` from its start. False: it is not one. inspect_go_time goes there, or as far back as
 * changes are known. inspect_timeline_hit: the moment at a place of the timeline; 0: the place is
 * not in it. */
bool inspect_time(const struct ui *ui, const char *text, int64_t *moment);
void inspect_go_time(struct ui *ui, int64_t moment);
int64_t inspect_timeline_hit(const struct ui *ui, int row, int col);

/* clock.c: what time the picture is of, and how that is drawn; plays on from the moment shown (a
 * recording at its end: from its start), or stops; before each frame: the moment moves on. */
enum { INSPECT_CLOCK = 64 };
enum style inspect_clock(const struct ui *ui, char out[INSPECT_CLOCK]);
void inspect_play(struct ui *ui);
void inspect_play_on(struct ui *ui);

/* panel_timeline.c; and an age: `3.2s`, `2m05s`. */
enum { INSPECT_AGO = 32 };
void inspect_draw_timeline(struct ui *ui);
void inspect_ago(int64_t ns, char out[INSPECT_AGO]);

/* panel_inspector.c: an age in six columns: `  4 ms`, ` 1.2 s`, `15 min`. */
void inspect_age(int64_t ns, char out[INSPECT_AGO]);

/* When bytes changed last, and how often a second: `changed   4 ms ago,  240 times a second`.
 * Empty: no change was seen. Asked for one place at a time, since the rate is counted from then on.
 */
enum { INSPECT_CHANGED = 64 };
struct change_count {
    uint64_t offset;
    unsigned unit;  /* bytes */
    uint32_t count; /* changes that were seen so far */
};
void inspect_changed_text(const struct ui *ui, int64_t changed, const struct change_count *count,
                          char out[INSPECT_CHANGED]);

/* act_move.c: is something attached (says so when not); moves there, committing what is typed. */
bool inspect_attached(struct ui *ui);
void inspect_go_to(struct ui *ui, uint64_t offset);

/* The same for a place that somebody named: the cells are shifted so that one begins there. */
void inspect_go_exactly(struct ui *ui, uint64_t offset);

/* An offset as it is typed, relative to the cursor, by the name of a mark. */
MUST_USE enum num_status inspect_offset(const struct ui *ui, const char *text, uint64_t *out);

/* act_copy.c: hands a text to the clipboard and to the file `copy`; `what`: `4 bytes as hex`. */
void inspect_copy_out(struct ui *ui, const char *text, size_t n, const char *what);

/* act_freeze.c: the frozen value that covers this byte, NULL: none; `restored 312 times`. */
const struct frozen *inspect_frozen(const struct ui *ui, uint64_t offset);
void inspect_fights(const struct frozen *v, char out[48]);

/* act_edit.c: leaves edit mode; asks for a value to write at the cursor, or for two (OLD NEW). */
void inspect_edit_off(struct ui *ui);
void inspect_ask_poke(struct ui *ui);
void inspect_ask_cas(struct ui *ui);

/* Posts a job to the sampler, or finishes it as cancelled if nothing is attached. False: the job is
 * NULL (out of memory), which is reported. */
bool inspect_post(struct ui *ui, struct sampler_job *job);

/* act_replace.c: replaces the matches within [from, to), all of them or asking about each; OLD and
 * NEW are st->each's. */
void inspect_replace(struct ui *ui, uint64_t from, uint64_t to, bool all);

/* act_search.c: searches for a place, in the past if that is shown. `done` gets a place_find. */
struct place_find {
    struct find_job job;
    char when[INSPECT_WHEN]; /* in the past: ` as of -3.2s`, for messages */
};
void inspect_find(struct ui *ui, enum find_kind kind, uint64_t from, sampler_done *done);

#endif
