/* The inspect screen: the bytes of the attached segment, its panels, edit mode, and the actions
 * that keys.def names for it. The parts share one state (struct inspect_state) and one layout per
 * frame. */
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

/* A store or command line on the sampler has ended: undo and redo asked for meanwhile go on when
 * it was the last one. */
void inspect_store_done(struct ui *ui);

/* Esc in the inspect screen: drops what is half-typed, else leaves edit mode, else drops the
 * selection and the match, else closes the panel, else a notice. False: there was nothing to back
 * out of. */
bool inspect_escape(struct ui *ui);

/* Raises the access and turns edit mode on; then runs the line `then` (NULL: none). Failure says
 * why and runs nothing. Both happen after this returns, when the sampler has answered. */
void inspect_edit_on(struct ui *ui, const char *then);

/* Who maps and who holds a segment, in rows [top, bottom) of the canvas. `who` NULL: not known
 * (yet); size: of the segment, 0: unknown. How many rows it would like, its headline included. */
void panel_who(struct ui *ui, const struct seg_who *who, uint64_t size, int top, int bottom);
int panel_who_rows(const struct seg_who *who);

/* ---- actions (argv[0] is the action's name) ---- */

void act_goto(struct ui *ui, int argc, char **argv);     /* [OFFSET]: without one it asks */
void act_view(struct ui *ui, int argc, char **argv);     /* next | prev | NAME */
void act_search(struct ui *ui, int argc, char **argv);   /* [PATTERN] | next | prev */
void act_baseline(struct ui *ui, int argc, char **argv); /* sets it; again clears */
void act_pause(struct ui *ui, int argc, char **argv);
void act_step(struct ui *ui, int argc, char **argv); /* back|on [N] [value] */
void act_live(struct ui *ui, int argc, char **argv);
void act_timeline(struct ui *ui, int argc, char **argv);
void act_rate(struct ui *ui, int argc, char **argv);   /* up | down | N */
void act_change(struct ui *ui, int argc, char **argv); /* next | prev */
void act_data(struct ui *ui, int argc, char **argv);   /* next | prev */
void act_order(struct ui *ui, int argc, char **argv);
void act_encoding(struct ui *ui, int argc, char **argv); /* [NAME] */
void act_phase(struct ui *ui, int argc, char **argv);
void act_inspector(struct ui *ui, int argc, char **argv);
void act_edit(struct ui *ui, int argc, char **argv);
void act_freeze(struct ui *ui, int argc, char **argv);
void act_frozen(struct ui *ui, int argc, char **argv);
void act_seqlock(struct ui *ui, int argc, char **argv); /* OFFSET [BYTES] | off */
void act_thaw(struct ui *ui, int argc, char **argv);    /* OFFSET | all */
void act_strip(struct ui *ui, int argc, char **argv);
void act_heat(struct ui *ui, int argc, char **argv); /* [reset] */
void act_follow(struct ui *ui, int argc, char **argv);
void act_changed(struct ui *ui, int argc, char **argv);
void act_undo(struct ui *ui, int argc, char **argv);
void act_redo(struct ui *ui, int argc, char **argv);
void act_mark(struct ui *ui, int argc, char **argv); /* [LETTER]: without one it asks */
void act_jump(struct ui *ui, int argc, char **argv); /* [LETTER] */
void act_copy(struct ui *ui, int argc, char **argv); /* [hex | text | c] */
void act_reattach(struct ui *ui, int argc, char **argv);
void act_prompt_poke(struct ui *ui, int argc, char **argv);
void act_prompt_cas(struct ui *ui, int argc, char **argv);
void act_who(struct ui *ui, int argc, char **argv); /* the panel on or off */

/* ---- shared by the parts of the screen ---- */

enum { TEXT_COLUMNS = 2, STORE_MAX = 8, TYPED_MAX = VIEW_UNIT_MAX, PATTERN_MAX = FIND_PATTERN_MAX };

/* Where things are in this frame; canvas rows and columns. */
struct inspect_layout {
    unsigned width; /* bytes of a row */
    unsigned unit;  /* bytes of a cell; 1 when the cells are text */
    int digits;     /* of the offset column: 8 or 16 */
    int top, rows;  /* the rows of bytes */
    int cells, cells_end;
    int cell_cols;       /* columns of one cell, the gap behind it not counted */
    unsigned cells_from; /* first byte of a row that is shown, when a row does not fit; else 0 */
    int texts;           /* text columns: 0 to TEXT_COLUMNS */
    int text[TEXT_COLUMNS], text_end[TEXT_COLUMNS];
    unsigned text_from[TEXT_COLUMNS]; /* as cells_from */
    enum text_encoding enc[TEXT_COLUMNS];
    int panel, panel_end, panel_top, panel_rows; /* inspector; rows 0: not shown */
    bool panel_side;                             /* on the right side, one value a line */
    int strip;    /* column of the overview strip, the mark of the window to its left; 0: none */
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
    unsigned from, to;       /* bytes of this row that the sample covers */
    const uint8_t *bytes;    /* may be read in [bytes - before, bytes + to + after) */
    const uint8_t *state;    /* enum byte_state */
    size_t before, after;    /* bytes of the sample in front of the row and behind `to` */
    uint8_t mark[WIDTH_MAX]; /* enum inspect_mark */
    char sign[WIDTH_MAX];    /* drawn in front of the cell: `=` frozen, `~` unsettled; 0: none */
    unsigned cursor, cursor_end; /* the unit at the cursor, in this row; equal: not here */
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

/* The menu of frozen values: made anew for each frame while it is open. */
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
    int undo_more;      /* undo (< 0) or redo (> 0) steps asked for while something is under way */
    int stores_pending; /* stores and command lines that have not ended yet: undo waits for them */
    bool undo_busy;
    int looking;               /* looks for a place that are under way */
    int stepping;              /* steps through time that are under way */
    char pattern[PATTERN_MAX]; /* last one searched for; empty: none */
    int64_t size_until;        /* when the notice of a size change goes; 0: none */
    int64_t alone_until;       /* Windows: until when only our hold on it counts as seen */
    uint64_t size_event;       /* number of the event it tells of */
    char notice[256];          /* second line of the title; empty: none */
    struct seg_id id;          /* the object all this is about */
    uint32_t owner_uid;        /* whose name `owner` is */
    bool owner_known;
    char owner[33];
    struct frozen_menu frozen;
    int64_t follow_from; /* the view stays where it is until then (os_now's clock) */
    bool dragging;       /* the mouse button went down on a byte */
    void (*post)(struct ui *ui, struct job *job); /* gives a job to the sampler; tests replace it */
};

/* screen_inspect_layout.c: the places of everything on this canvas; sets s.rows and s.fit too. */
void inspect_arrange(struct ui *ui);
int inspect_cell_col(const struct inspect_layout *at, const struct view *v, unsigned byte);

/* The byte of the row at a column, and which column that is; -1: none. */
int inspect_hit(const struct ui *ui, int col, enum focus *focus);

/* screen_inspect_title.c: the title; the notice of what happened to the segment (true: there is
 * one, it takes a line of its own); its size change is known to the user. */
void inspect_draw_title(struct ui *ui);
bool inspect_notice(struct ui *ui);
bool inspect_notice_seen(struct ui *ui);

/* Its name has gone, or refers to another segment: it ends with its last user. */
bool inspect_nameless(const struct ui *ui);

/* act_attach.c: lets go of a segment without a name that no screen comes back to: left for the list
 * it would only be kept alive. True: it did. */
bool inspect_let_go(struct ui *ui);

/* screen_inspect_rows.c: all rows. screen_inspect_cells.c: the cells of one. */
void inspect_draw_rows(struct ui *ui);
void inspect_draw_cells(struct ui *ui, int row, const struct inspect_row_bytes *b);
enum style inspect_mark_style(enum inspect_mark mark, enum style plain);

/* A row as text in one encoding: a column a byte. */
struct inspect_text {
    int col, limit;        /* [col, limit); a wide character may reach one column further */
    unsigned first, width; /* bytes [first, width) of the row are shown */
    enum text_encoding enc;
    bool phase;        /* UTF-16 characters start at odd offsets */
    enum style cursor; /* of the byte at the cursor */
};

/* screen_inspect_text.c */
void inspect_draw_text(struct canvas *c, int row, const struct inspect_text *t,
                       const struct inspect_row_bytes *b);

/* panel_strip.c: the strip; the offset that its row `row` of the canvas stands for (false: none);
 * the style of a byte that changed so often; legend and age of the map on the message line. */
void inspect_draw_strip(struct ui *ui);
bool inspect_strip_hit(const struct ui *ui, int row, int col, uint64_t *offset);
enum style inspect_heat_style(uint32_t count, enum style plain);
void inspect_draw_idle(struct ui *ui, int row);
int64_t inspect_strip_next(const struct ui *ui, int64_t now); /* when it looks otherwise */

/* act_map.c: moves the view to the newest change when it follows; when it may do so next. */
void inspect_follow(struct ui *ui);
int64_t inspect_follow_next(const struct ui *ui);

/* panel_inspector.c */
void inspect_draw_inspector(struct ui *ui);

/* The view and byte order in force; the clock of the picture (frozen while paused). */
const struct view *inspect_view(const struct ui *ui);
int64_t inspect_now(const struct ui *ui);

/* Bytes of the value at the cursor: a value of the cells' view, a byte of a text. What the title,
 * the panel, p, P, ^T, the marks and the steps in time speak of begins at the cursor, wherever the
 * cells begin; only typing takes the cell that is seen, and moves the cursor to its start. */
unsigned inspect_unit(const struct ui *ui);

/* Where the cell at `offset` begins: cells are laid from the start of a row. */
uint64_t inspect_cell_at(const struct ui *ui, uint64_t offset);

/* edit_typing.c: typing. True: the key was taken. */
bool edit_mode_key(struct ui *ui, struct key key);
void edit_mode_commit(
    struct ui *ui); /* a number that is being typed goes live; a nibble is dropped */
void edit_mode_drop(struct ui *ui);

/* edit_store.c: one value into the segment as a compare-and-swap, then what follows from it. */
void edit_store(struct ui *ui, const struct cell_store *r);
void edit_conflict_key(struct ui *ui, struct key key);

/* act_time.c: is this the past? Then it cannot be written, and it says so. And back to now; false:
 * it is. */
bool inspect_is_past(struct ui *ui);
bool inspect_live(struct ui *ui);

/* ` as of T-3.2s` for a moment, empty for now (0). */
enum { INSPECT_WHEN = 48 };
void inspect_when(const struct ui *ui, int64_t past, char out[INSPECT_WHEN]);

/* panel_timeline.c; and how long ago something was: `3.2s`, `2m05s`. */
enum { INSPECT_AGO = 32 };
void inspect_draw_timeline(struct ui *ui);
void inspect_ago(int64_t ns, char out[INSPECT_AGO]);

/* act_move.c: is something attached (says so when not); moves there, committing what is typed. */
bool act_attached(struct ui *ui);
void act_go_to(struct ui *ui, uint64_t offset);

/* act_freeze.c: the frozen value that holds this byte, NULL: none; `put back 312 times`; how many
 * will be let go. */
const struct frozen *inspect_frozen(const struct ui *ui, uint64_t offset);
void inspect_fights(const struct frozen *v, char out[48]);

/* Gives a job to the sampler; when nothing is attached it ends as cancelled. False: the job is
 * NULL, out of memory, which is said. */
bool inspect_post(struct ui *ui, struct sampler_job *job);

/* act_search.c: a place is looked for, in the past when that is shown. `done` gets a place_find. */
struct place_find {
    struct find_job job;
    char when[INSPECT_WHEN]; /* in the past: ` as of T-3.2s`, for messages */
};
void inspect_find(struct ui *ui, enum find_kind kind, uint64_t from, sampler_done *done);

#endif
