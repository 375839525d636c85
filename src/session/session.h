/* What is open and what the user is doing with it, without a screen: the newest sample of the
 * attached segment, window, cursor, view, selection, marks, undo, options. The UI's thread owns it.
 *
 * The session owns the two threads that do slow work: the sampler, one for each attached
 * segment, and the walker, which lists segments and who uses them. Once per frame session_take
 * finishes their jobs, tells the sampler what is on the screen and takes over the newest sample and
 * list. Everything in between is arithmetic on these and never blocks. */
#ifndef SHMLENS_SESSION_SESSION_H
#define SHMLENS_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/bytes.h"
#include "core/locator.h"
#include "core/marks.h"
#include "core/screen/line_edit.h"
#include "core/text.h"
#include "core/view.h"
#include "list/walker.h"
#include "live/sampler.h"

enum {
    UNDO_MAX = 256,
    UNDO_BYTES = 64 * 1024 * 1024, /* that ranges of all segments may take */
    UNDO_TYPED = 1024,             /* bytes typed in a row that are one step */
    UNDO_LOST = 48,                /* bytes of the name of what cannot be undone */
    UNDO_LOGS = 8,                 /* segments whose steps are kept, besides the attached one */
    WIDTH_MAX = 256,
    WIDTH_AUTO = 16,
    COLUMNS_SET = 160
};

/* Which column of the inspect screen the cursor types into. */
enum focus { FOCUS_CELLS, FOCUS_TEXT, FOCUS_TEXT2, FOCUS_COUNT };

struct column;

struct kept_range;

/* One step that can be undone: one value, or a range. */
struct undo_step {
    struct poke_done one;
    const struct view *view;  /* how messages show the value; NULL: as hex */
    struct kept_range *range; /* core/kept_range.h, one reference; NULL: one value */
    uint32_t run;             /* of characters that were typed in a row; 0: it is not that */
    char lost[UNDO_LOST];     /* what was stored then and cannot be undone; empty: it can be */
};

/* The steps of a segment that was attached before. */
struct undo_log;

/* Options that persist between runs ($XDG_STATE_HOME/shmlens/options, config: `set NAME VALUE`). */
/* What S does where no type is known: asks what may lie there and lists it; takes the one fact at
 * offset 0 at once; asks nothing. */
enum types_search { TYPES_LIST, TYPES_AUTO, TYPES_OFF };

struct settings {
    double hz;          /* samples a second, 1 to 1000; default 250 */
    char theme[8];      /* auto (by the background), dark, light, mono */
    unsigned width;     /* bytes a row, 1 to WIDTH_MAX; 0, the default: a power of two that fits */
    double fresh, warm; /* highlight: seconds; defaults 0.5 and 2 */
    bool mouse;
    bool inspector;          /* the panel is shown */
    bool ruler;              /* the row above the bytes is shown */
    const struct view *view; /* of the cells */
    bool big;                /* byte order of the cells and the inspector, where the view has one */
    enum text_encoding enc;  /* of the one text column under 96 columns */
    char columns[COLUMNS_SET]; /* of the list: names with commas; empty: what fits */
    const struct column *sort; /* the list is sorted by this (list/columns.h); NULL: the locator */
    bool inverted;             /* in reverse */
    bool strip;                /* the overview strip is shown */
    unsigned history;          /* MiB that the history of changes may take; 0: there is none */
    double cpu;                /* percent of a processor that watching the whole segment may take */
    enum types_search types;
    double recent; /* x shows rows that changed in the last so many seconds */
};

struct session {
    struct backend *be;
    struct os_wake *wake;
    void *owner;                /* passed to finished jobs: the UI */
    struct walker *walker;      /* NULL in tests */
    unsigned percent;           /* progress of a scan of /proc that takes long, 1 to 99; 0: none */
    struct segment_list walk;   /* newest survey */
    struct gone gone[GONE_MAX]; /* rows that vanished from it lately */
    size_t gone_count;
    struct sampler *sampler;   /* NULL: nothing attached (and in tests) */
    struct sample sample;      /* newest sample taken; frozen while paused */
    char locator[LOCATOR_MAX]; /* raw, canonical, of the attached segment; empty: none */
    char left[LOCATOR_MAX];    /* then the one whose place (cursor, marks) is still remembered */
    struct seg_id id;          /* of the attached object; dev 0: none */
    uint64_t range_offset, range_length; /* --range; length 0: the whole segment */
    uint64_t events_seen;                /* events of the sample that were shown to the user */

    bool left_behind; /* a hung sampler was abandoned, and still uses what it had */
    bool listing;     /* a list of segments or of users is on the screen (session_show_list) */
    bool following;   /* a list of segments is on the screen */
    bool all_kinds;   /* mapped files are listed too */

    uint64_t top;    /* offset of the first row shown; a whole number of rows from the start */
    unsigned caps;   /* enum seg_caps of the attached segment */
    unsigned rows;   /* rows that fit on the screen */
    unsigned shift;  /* session_align */
    unsigned fit;    /* bytes of a row that fit on the screen; 0: all of set.width do */
    uint64_t cursor; /* offset of the byte under the cursor */
    enum focus focus;
    bool selecting;
    bool phase; /* UTF-16 characters start at odd offsets */
    bool paused;
    int64_t late;   /* when no sample had come for a second, os_now's clock; 0: they come */
    int64_t waits;  /* how long then none has come, ns; 0: as long as one may expect */
    bool timeline;  /* the timeline is shown even in the present */
    bool heat;      /* how often bytes changed is shown instead of when */
    bool follow;    /* the view follows changes */
    bool only;      /* only rows that changed are shown */
    bool typed;     /* fields are shown, not bytes: these pieces are sampled */
    bool in_fields; /* a look: fields were shown when this segment was left */
    struct span_list spans;
    struct guard_list guards;   /* of them, those that are read under their counters */
    struct rows_request fields; /* on: where fields changed is listed too */
    bool edit;                  /* edit mode: the access is SEG_WRITE */
    int raising;                /* raises of the access that have not ended */
    int stale;       /* how many of these, the first, are from before the user left edit mode */
    bool locked;     /* :seqlock: a sequence counter is set */
    uint64_t anchor; /* the selection is from anchor to cursor, both included */
    int64_t past;    /* the moment that is shown, os_now's clock; 0: now */
    bool playing;    /* it moves on: since play_since, from play_from */
    int64_t play_from, play_since;
    size_t time_cells;           /* columns of the timeline; 0: it is not shown */
    uint64_t value_offset;       /* of the value whose history the inspector shows */
    size_t value_size;           /* 0: it shows none */
    struct gauge_request gauges; /* the values that the watch list shows */
    struct seg_seqlock lock;     /* a sequence counter, when `locked` */
    struct marks marks;
    uint64_t match; /* offset of the found match and its length; length 0: none */
    size_t match_length;

    /* A stack: [0, undo_count) can be undone, the redo_count after them redone. */
    struct undo_step undo[UNDO_MAX];
    size_t undo_count, redo_count;
    size_t undo_given_up;                 /* steps of it that had to go for newer ones */
    struct seg_id undo_id;                /* the object that they were made in; dev 0: none */
    struct undo_log *undo_log[UNDO_LOGS]; /* of others; the one attached last comes first */
    size_t undo_logs;

    struct settings set;    /* in effect: the preferences, and looks of this segment */
    struct settings prefer; /* what was set in Options, and what other segments begin with */
};

/* Fills defaults in *s, which is all zeros, and allocates the sample; starts the walker unless `be`
 * is NULL (tests). */
MUST_USE struct oserr session_init(struct session *s, struct backend *be);
void session_free(struct session *s); /* stops threads; never waits for a stuck /proc read */

/* The options as they are without a configuration. */
void session_defaults(struct settings *set);

/* Opens a raw locator and starts sampling it; what was attached before is detached only if that
 * succeeds. A new locator starts at the top, with no marks and with the looks that are preferred;
 * the same one (reattach) keeps the place. */
MUST_USE struct oserr session_attach(struct session *s, const char *locator, uint64_t range_offset,
                                     uint64_t range_length);

/* As of a segment that was never looked at: at its start, with no marks, with the looks that are
 * preferred. */
void session_begin(struct session *s);

/* Closes the segment: we are no user of it any more. The place is kept for the same locator. */
void session_detach(struct session *s);

/* Takes over what the threads have ready; true: something changed (draw). Jobs that have ended are
 * finished with `owner`. */
bool session_take(struct session *s);

/* Says what is on the screen: a list of segments (new names then appear at once), a list of users.
 * With either, /proc is read every second, else every three. Cheap to call for each frame. */
void session_show_list(struct session *s, bool segments, bool users);

/* A key was pressed: what is listed rarely while nothing happens is listed now. */
void session_stir(struct session *s);

/* List mapped files too, or the usual kinds. */
void session_all_kinds(struct session *s, bool all);

/* Tells the sampler what is on the screen (the window, its selection, the panels) and at what rate.
 * Called once a frame and when jobs have finished, never while moving; cheap when nothing changed.
 */
void session_request_sample(struct session *s);

/* Whether typed input is stored: in edit mode, also while the access is still being raised, for
 * which the store waits. */
bool session_editing(const struct session *s);

/* ---- pure arithmetic on the state ---- */

uint64_t session_start(const struct session *s); /* first offset that can be shown (range_offset) */
/* One past the last: the end of the segment or of the range. */
uint64_t session_end(const struct session *s);

/* Moves the cursor (clamped to [start, end-1]; start when empty), in the cells to the start of the
 * cell that holds it, and scrolls so that it is visible and the screen is full. `extend`: the
 * selection grows, else it is dropped. */
void session_move_to(struct session *s, uint64_t offset, bool extend);
void session_move(struct session *s, int64_t delta, bool extend);
void session_scroll(struct session *s, int64_t rows); /* the window; the cursor stays visible */
void session_set_width(struct session *s, unsigned width);

/* Cells of numbers may begin at any byte: so many bytes after the start of a row (0 where rows are
 * not whole numbers of cells). session_align moves them so that one begins at `offset`; the cursor
 * does not move. session_cell: where the cell that holds `offset` begins; in a text column or with
 * fields in place of cells, the offset itself. The cursor is always at the start of a cell while it
 * is in the cells. */
unsigned session_shift(const struct session *s);
void session_align(struct session *s, uint64_t offset);
uint64_t session_cell(const struct session *s, uint64_t offset);

/* Bytes of a row as it is shown: set.width, or less where the screen is too narrow for that
 * (WIDTH_AUTO before a screen has said what fits); and how the screen says what fits (0: what is
 * set). */
unsigned session_width(const struct session *s);
void session_fit(struct session *s, unsigned width);

/* With only changed rows: their list in the newest sample; NULL: the whole window is shown. */
const struct rows_result *session_rows(const struct session *s);

/* The offset of row `row` of the screen (UINT64_MAX: it is empty), and whether a byte is on the
 * screen. */
uint64_t session_row(const struct session *s, size_t row);
bool session_shows(const struct session *s, uint64_t offset);

/* The byte at an offset as the newest sample has it: false when the sample does not cover it. */
bool session_byte(const struct session *s, uint64_t offset, uint8_t *byte, uint8_t *state,
                  int64_t *changed, bool *base);
size_t session_bytes(const struct session *s, uint64_t offset, uint8_t *out,
                     size_t n); /* data bytes in a row there */

/* [*from, *to): the selection, or the one unit at the cursor. */
void session_selection(const struct session *s, uint64_t *from, uint64_t *to);

/* Adds a step, which drops what could be redone, unless nothing was changed; a character joins
 * the last step if that is of the same run of typing (not 0); the values of one line are one
 * step. A range's reference is the session's from then on. session_undo_went: the next step was
 * undone, or redone. session_undo_turn: from now on the steps are those of this object; those of
 * the one before are kept. session_undo_forget: all steps of all are forgotten. */
void session_undo_push(struct session *s, const struct poke_done *p, const struct view *view);
void session_undo_push_typed(struct session *s, const struct poke_done *p, const struct view *view,
                             uint32_t run);
void session_undo_push_line(struct session *s, const struct poke_done *p, size_t count,
                            const struct view *view);
void session_undo_push_range(struct session *s, struct kept_range *range);
void session_redo_drop(struct session *s); /* something else was done: nothing can be redone */
void session_undo_grew(struct session *s); /* the newest step did: older ones may have to go */
void session_undo_went(struct session *s, bool undone);
void session_undo_skip(struct session *s,
                       bool undo); /* forgets the next one to be undone, redone */
void session_undo_push_lost(struct session *s, const char *what); /* it cannot be undone */
void session_undo_turn(struct session *s, struct seg_id id);
void session_undo_forget(struct session *s);

/* The rows of the newest survey for the attached object, ourselves included. The arrays stay the
 * session's and live until the next session_take. False: not known yet. */
bool session_users(const struct session *s, struct seg_who *out);

/* How many processes other than ours use the attached object, and how much could not be
 * checked (seg_who.unreadable, unowned), according to the newest survey. False: not known yet. */
bool session_who(const struct session *s, struct seg_users *users, size_t *unseen);

bool session_recorded(const struct session *s); /* what is attached is a recording */

#endif
