/* The inspect screen: the bytes of the attached segment, its panels, and edit mode. Its files share
 * one state (struct inspect_state) and one layout, which is computed anew for each frame before
 * anything is drawn. Nothing here reads the segment: the sampler's thread does, and work for it is
 * posted as jobs (inspect_post). */
#ifndef SHMLENS_UI_INSPECT_INSPECT_H
#define SHMLENS_UI_INSPECT_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* ---- shared by the parts of the screen ---- */

enum { TEXT_COLUMNS = 2, STORE_MAX = 8, TYPED_MAX = VIEW_UNIT_MAX, PATTERN_MAX = FIND_PATTERN_MAX };

/* Where things are in this frame, in rows and columns of the canvas. */
struct inspect_layout {
    unsigned width; /* bytes of a row */
    unsigned unit;  /* bytes of a cell; 1 when the cells are text */
    int digits;     /* of the offset column: 8 or 16 */
    int top, rows;  /* the rows of bytes */
    int cells, cells_end;
    int cell_cols;       /* columns of one cell, without the gap after it */
    unsigned cells_from; /* first byte of a row that is shown if a row does not fit; otherwise 0 */
    int texts;           /* text columns: 0 to TEXT_COLUMNS */
    int text[TEXT_COLUMNS], text_end[TEXT_COLUMNS];
    unsigned text_from[TEXT_COLUMNS]; /* as cells_from */
    enum text_encoding enc[TEXT_COLUMNS];
    int panel, panel_end, panel_top, panel_rows; /* inspector; rows 0: not shown */
    bool panel_side;                             /* on the right side, one value a line */
    int strip;    /* column of the overview strip, with the window's mark left of it; 0: none */
    int time_row; /* the timeline; 0: not shown */
    int who_top, who_rows; /* the panel of processes; rows 0: not shown */
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
    MARK_MATCH,
    MARK_SELECT
};

/* One row of bytes while it is drawn. `bytes` and `state` point into the sample at `offset`; only
 * [from, to) of them exist there. */
struct inspect_row_bytes {
    uint64_t offset;
    unsigned from, to;           /* bytes of this row that the sample covers */
    const uint8_t *bytes;        /* may be read in [bytes - before, bytes + to + after) */
    const uint8_t *state;        /* enum byte_state */
    size_t before, after;        /* bytes of the sample before the row and after `to` */
    uint8_t mark[WIDTH_MAX];     /* enum inspect_mark */
    char sign[WIDTH_MAX];        /* drawn before the cell: `=` frozen, `~` torn; 0: none */
    unsigned cursor, cursor_end; /* the unit at the cursor, in this row; equal: not in this row */
};

/* A value on its way into the segment: typed, undone or redone. */
enum store_why { STORE_TYPED, STORE_UNDO, STORE_REDO };
struct cell_store {
    struct poke_job job; /* what the sampler does */
    enum store_why why;
    const struct view *view; /* how messages show the value; NULL: as hex */
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

struct inspect_state {
    struct inspect_layout at;
    struct typing typing;
    bool asking; /* `conflict` waits for Enter or any other key */
    struct cell_store conflict;
    int undo_more;      /* undo (< 0) or redo (> 0) steps requested while a store is pending */
    int stores_pending; /* stores and command lines not ended yet: undo waits for them */
    bool undo_busy;
    int looking;               /* searches pending */
    int stepping;              /* steps through time pending */
    char pattern[PATTERN_MAX]; /* last search; empty: none */
    int64_t size_until;        /* when the notice of a size change disappears; 0: none */
    int64_t alone_until;       /* Windows: until when we count as its only user */
    uint64_t size_event;       /* number of the event shown in it */
    char notice[256];          /* second line of the title; empty: none */
    struct seg_id id;          /* the object all this belongs to */
    uint32_t owner_uid;        /* whose name `owner` is */
    bool owner_known;
    char owner[33];
    struct frozen_menu frozen;
    int64_t follow_from; /* the view does not jump before this (os_now's clock) */
    bool dragging;       /* the mouse button went down on a byte */
    void (*post)(struct ui *ui, struct job *job); /* posts a job to the sampler; tests replace it */
};

/* layout.c: places everything on this canvas; also sets s.rows and s.fit. */
void inspect_arrange(struct ui *ui);
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

/* panel_inspector.c */
void inspect_draw_inspector(struct ui *ui);

/* The view and byte order in use; the time of the picture (frozen while paused). */
const struct view *inspect_view(const struct ui *ui);
int64_t inspect_now(const struct ui *ui);

/* Bytes of the value at the cursor: a value of the cells' view, a byte of a text. The title, the
 * panel, p, P, ^T, the marks and the steps in time refer to the cursor's own offset, wherever the
 * cells begin. Only typing takes the whole cell, and moves the cursor to its start. */
unsigned inspect_unit(const struct ui *ui);

/* The start of the cell that contains `offset`; cells are aligned to the row. */
uint64_t inspect_cell_at(const struct ui *ui, uint64_t offset);

/* edit_typing.c: typing. True: the key was taken. */
bool edit_mode_key(struct ui *ui, struct key key);
void edit_mode_commit(struct ui *ui); /* writes a complete number, drops half a byte */
void edit_mode_drop(struct ui *ui);

/* edit_store.c: one value into the segment as a compare-and-swap, then what follows from it. */
void edit_store(struct ui *ui, const struct cell_store *r);
void edit_conflict_key(struct ui *ui, struct key key);

/* act_time.c: true, with a message, if the past is shown, which cannot be written. And back to
 * live; false: already live. */
bool inspect_is_past(struct ui *ui);
bool inspect_live(struct ui *ui);

/* ` as of T-3.2s` for a time in the past, empty for now (0). */
enum { INSPECT_WHEN = 48 };
void inspect_when(const struct ui *ui, int64_t past, char out[INSPECT_WHEN]);

/* panel_timeline.c; and an age: `3.2s`, `2m05s`. */
enum { INSPECT_AGO = 32 };
void inspect_draw_timeline(struct ui *ui);
void inspect_ago(int64_t ns, char out[INSPECT_AGO]);

/* act_move.c: is something attached (says so when not); moves there, committing what is typed. */
bool inspect_attached(struct ui *ui);
void inspect_go_to(struct ui *ui, uint64_t offset);

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

/* act_search.c: searches for a place, in the past if that is shown. `done` gets a place_find. */
struct place_find {
    struct find_job job;
    char when[INSPECT_WHEN]; /* in the past: ` as of T-3.2s`, for messages */
};
void inspect_find(struct ui *ui, enum find_kind kind, uint64_t from, sampler_done *done);

#endif
