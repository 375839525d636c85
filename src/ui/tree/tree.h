/* The tree: the inspect screen's bytes as the fields of the structs that lie there, in place of the
 * cells. The screen's own parts (title, panels, bottom rows) are drawn around it, and its keys
 * (MODE_TREE) come before those of the screen.
 *
 * What is known are types (struct tree_stock: files that were named, and layouts), and where some
 * of them lie. A view shows the types placed at one time, as rows that core/type/rows.h counts.
 * Following a pointer opens another view on top, and Backspace goes back. Which rows there are
 * depends on what is in the segment, and only the sampler reads that: the tree notes whatever it
 * wants to read while a frame is drawn, and those pieces (session.spans) come with the next sample.
 * So a field that comes into view is drawn without a value for the time of one sample.
 *
 * The cursor is the way to a row, and the line of the screen where that is; the cursor of the
 * session is in the bytes of that row. When something else moves that one (a mark, a search, the
 * next change), the tree goes to the row that has the byte. */
#ifndef SHMLENS_UI_TREE_TREE_H
#define SHMLENS_UI_TREE_TREE_H

#include "core/lock/find.h"
#include "core/type/path.h"
#include "core/type/rows.h"
#include "core/type/spec.h"
#include "core/type/value.h"
#include "session/types_file.h"
#include "ui/inspect/inspect.h"

enum {
    TREE_VIEWS = 16,    /* followed pointers; the oldest are forgotten */
    TREE_ROWS = 160,    /* on the screen, with some above and below */
    TREE_NEEDS = 768,   /* readings of one frame, before they are merged */
    TREE_SAMPLED = 256, /* bytes of a row that are sampled at most */
    TREE_TEXT = 512,    /* of a value on the screen */
    TREE_NAME = 512,    /* of what leads to a view */
    TREE_WINDOWS = 256, /* mappings of other processes */
    TREE_FILTER = 64,
    TREE_NAMES = 64, /* of processes */
    TREE_LOCKS = 64, /* on the screen whose owners are looked for */
    TREE_ASIDE = 8,  /* segments whose views are laid aside; the oldest are forgotten */
    FIND_SHOWN = 64, /* proposals in the menu of them, */
    FIND_ROWS = 104  /* and all of its rows */
};

/* Types that were read, shared by the views and by the jobs that place them. */
struct tree_stock;

/* Types placed in the segment. */
struct tree_view {
    struct tree_stock *stock;
    struct type_source source; /* reads what was sampled */
    struct type_rows *rows;
    struct type_placed placed[ROWS_ROOTS_MAX];
    size_t count;
    char name[TREE_NAME];  /* what leads here: `first->`; empty: nothing */
    char title[96];        /* of the type, and where it lies */
    struct row_way cursor; /* steps 0: at the cursor of the session */
    int line;              /* of the screen, where the cursor is */
    int names, types;      /* columns that names and types want */
};

/* Where things are, in rows and columns of the canvas. */
struct tree_layout {
    int top, rows;                     /* the rows of the tree; the header is above them */
    int name, value, type, bytes, end; /* columns; type, bytes: 0 when they are not shown */
    int width;                         /* bytes in a row of `bytes` */
    int rule;                          /* row of the line about the field at the cursor */
    int banner;                        /* row of what programs disagree about; 0: there is none */
};

/* A field that something is meant for, wherever the cursor goes meanwhile. */
struct tree_field {
    struct row_way way;
    uint64_t offset;
};

/* The name of a process, as it was asked for last. */
struct tree_name {
    uint32_t pid;        /* 0: none */
    int64_t seen, asked; /* os_now's clock: it was on the screen; 0: never */
    char text[64];       /* printable; empty: there is no such process, or not known yet */
};

/* A lock, and what is proved of it. */
struct tree_lock {
    uint64_t offset;
    enum lock_kind kind; /* LOCK_NONE: no lock */
    enum lock_libc libc;
    int64_t seen;    /* os_now's clock: it was on the screen; */
    int64_t known;   /* `text` was found out; 0: never */
    char text[192];  /* `held 812/815 ringd waiters 830`, printable */
    bool bad;        /* its owner is dead, or it is part of a deadlock */
    bool apart;      /* it does not work between processes */
    char alarm[192]; /* bad, as one look found it: the next one must find the same, */
    uint64_t proof;  /* and this: lock_ring_proof of its deadlock; 0: it is in none */
};

/* The menu of what may lie in the segment. */
struct tree_menu {
    struct menu_entry entry[FIND_ROWS];
    char label[FIND_ROWS][1024], command[FIND_ROWS][32];
    size_t count;
    uint64_t tagged; /* bits: proposals that Enter shows together */
};

/* A field whose writers are watched, or to be watched. */
struct tree_watched {
    uint64_t offset, size;
    char path[4 * TREE_NAME]; /* printable */
};

/* What the programs that map the segment mean by the types that are shown. */
struct tree_skew {
    char banner[512]; /* who disagrees about what first; empty: they do not */
    char *text;       /* every field that differs; NULL: nothing was compared */
    size_t text_n;
    size_t compared, differ; /* pairs of programs and types, and those that disagree */
    size_t fields;           /* that differ, in all of them */
    char notes[4400];        /* why something is not known, a line each; empty: all is */
    char failed[160];        /* why the comparison was not made; empty: it was */
};

/* The views of a segment that is not shown now, while the program runs. */
struct tree_aside {
    char locator[LOCATOR_MAX]; /* empty: none */
    struct tree_view *view[TREE_VIEWS];
    int depth;
    bool typed; /* fields were shown, not bytes */
};

struct tree_state {
    struct tree_stock *stock;    /* NULL: nothing was read yet */
    char locator[LOCATOR_MAX];   /* that the views are of */
    bool reading;                /* a job reads files */
    bool asking;                 /* a job reads debug information */
    struct type_spec *waiting;   /* for whom to ask; NULL: nothing waits */
    char waits_for[LOCATOR_MAX]; /* the segment where it goes */
    int64_t wait_until;
    bool placing;               /* a job finds out what lies where */
    bool show;                  /* when that ends, the tree is shown */
    char declare[EDIT_MAX];     /* what `type` places then; empty: nothing */
    bool finding;               /* a job looks for what may lie in the segment, */
    bool take;                  /* of which the one fact at 0 is taken at once */
    struct tree_stock *found;   /* what the last one found; NULL: nothing was looked for, */
    uint64_t found_at;          /* for a cursor there, */
    uint64_t found_users;       /* asking these processes */
    char found_of[LOCATOR_MAX]; /* and where */
    struct tree_menu menu;
    bool writers_allowed; /* the user said that writers may be slowed to see them */
    bool watching;        /* a job watches who stores into: */
    struct tree_watched watched;
    struct tree_skew skew;
    bool comparing;        /* a job compares the programs */
    uint64_t skew_key;     /* what `skew` was asked about; 0: nothing */
    struct seg_id skew_of; /* the object it is of */
    int64_t skew_next;     /* when they may be compared again */
    struct tree_view *view[TREE_VIEWS];
    int depth;                           /* view[depth - 1] is shown; 0: none */
    struct tree_aside aside[TREE_ASIDE]; /* the oldest first; those without a locator at the end */
    bool raw;
    bool only; /* fields that changed lately, or since the baseline; not those that are open */
    uint64_t only_top;        /* the list begins here */
    char filter[TREE_FILTER]; /* names that are shown; empty: all */

    struct tree_layout at;
    struct type_row row[TREE_ROWS];
    size_t got, first;   /* rows in it, and the first of them that is on the screen */
    uint64_t count, top; /* all rows; the number of the first on the screen */
    bool blind;          /* something that the rows depend on is not sampled yet */
    uint64_t synced;     /* the cursor of the session as the tree left it */
    bool reveal;         /* when it is moved, nodes are opened down to the field */
    struct span need[TREE_NEEDS];
    size_t needs;
    struct type_window window[TREE_WINDOWS];
    struct guard_list guards; /* of the fields that were drawn */
    struct tree_name name[TREE_NAMES];
    bool naming; /* a job asks for names */
    struct tree_lock lock[TREE_LOCKS];
    struct seg_id lock_of; /* the object they are in */
    bool judging;          /* a job looks for their owners, */
    int64_t lock_next;     /* and is not to do so again before this */
    bool alarmed;          /* it found what has to be confirmed soon */

    char kept_of[LOCATOR_MAX]; /* `kept` is what is kept for this locator */
    struct kept_types kept;
    bool recalling;                      /* it is being shown again: */
    size_t recalled;                     /* so many of its types are */
    char value[EDIT_MAX], old[EDIT_MAX]; /* a poke that waits for edit mode; `old` may be empty */
    struct tree_field poked;             /* where it goes: what the prompt named */
    bool editing;                        /* a value is typed at the cursor */
    bool untouched;                      /* it is still the one that was there */
    bool changed;                        /* the text is not what it was when typing began */
    struct edit edit;
    struct tree_field edited;      /* that one; it alone is stored into */
    bool seen;                     /* the bytes there were known when that began: */
    uint8_t before[TYPE_TEXT_MAX]; /* these */
    char path[PATH_TEXT_MAX];      /* to go to when its pointers are known; empty: nowhere */
    int64_t path_until;
};

/* ---- for the screen ---- */

struct tree_state *tree_new(void); /* NULL: out of memory */
void tree_free(struct ui *ui);

bool tree_on(const struct ui *ui);

/* Notes whether fields are shown, or will be when their types have been read, as a look of the
 * segment. Before the first frame of another segment the tree is still that of the one before, and
 * says nothing of it. tree_again: shows them if they were when this segment was left last. */
void tree_note_look(struct ui *ui);
void tree_again(struct ui *ui);

/* Drawing: first where everything is, in rows [top, bottom) of the canvas; then what is in it. */
void tree_arrange(struct ui *ui, int top, int bottom);
void tree_draw(struct ui *ui);

bool tree_typing(const struct ui *ui);        /* a value is typed at the cursor */
bool tree_key(struct ui *ui, struct key key); /* true: taken by a value that is typed */
void tree_move(struct ui *ui, const char *how);
void tree_mouse(struct ui *ui, const struct event *ev);

/* Esc: drops a value that is typed, or the filter. False: there was neither. */
bool tree_escape(struct ui *ui);
void tree_hide(struct ui *ui);

/* What steps through time refer to: the field at the cursor, or all that is on the screen. */
void tree_range(const struct ui *ui, bool of_value, uint64_t *offset, uint64_t *length);

/* The field at the cursor as one word, for freezing; 0: it is not one. */
uint32_t tree_word(const struct ui *ui, uint64_t *offset);

/* The poke prompts: `beat (u64)`; stores a value, with `old` only if that is there. */
void tree_here(struct ui *ui, char *out, size_t cap);

/* The value of that field as it would be typed; empty: it has none, it is not known, or it is too
 * long. */
void tree_now(struct ui *ui, char *out, size_t cap);
void tree_poke(struct ui *ui, const char *text, const char *old);
void tree_poke_kept(struct ui *ui); /* once edit mode is on */

/* Is `word` the path of a field that is shown, and no offset? `:poke PATH VALUE`, the line, stores
 * into it; a value that is right waits for edit mode. */
MUST_USE bool tree_means_field(const struct ui *ui, const char *word);
void tree_poke_field(struct ui *ui, const char *line, const char *path, const char *text);

/* tree_mark.c: the field that a path leads to. False: `why` says why not; empty: no types are
 * known. */
MUST_USE bool tree_node(const struct ui *ui, const char *text, struct type_node *node,
                        char why[TYPE_WHY_MAX]);

/* The same, and the view that shows its value (NULL: none
 * does). False: `why` says why not; empty: no types are known. And the view of a type by its name,
 * NULL: there is no such type, or no view shows it. */
MUST_USE bool tree_field(const struct ui *ui, const char *text, uint64_t *offset,
                         const struct view **view, char why[TYPE_WHY_MAX]);
const struct view *tree_type_view(const struct ui *ui, const char *name);

/* Goes to a path, `slots[3].name`. */
void tree_go_path(struct ui *ui, const char *path);

/* ---- shared by the parts of the tree ---- */

struct tree_view *tree_top(const struct ui *ui);

/* tree_state.c: notes what is to be sampled. The row at the cursor, asked anew; false: none. */
void tree_need(struct ui *ui, uint64_t offset, uint64_t n);
bool tree_cursor(const struct ui *ui, struct type_row *row);
void tree_to_row(struct ui *ui, uint64_t number);

/* Before a frame: finds the rows on the screen, and asks for what is in them. */
void tree_update(struct ui *ui);

/* Another view on top (`on_top`), or instead of all. False: out of memory. */
bool tree_open(struct ui *ui, struct tree_stock *stock, const struct types *t,
               const struct type_placed *placed, size_t n, const char *name, bool on_top);
void tree_back(struct ui *ui);
void tree_forget(struct ui *ui); /* all views */

/* Another segment is shown: lays the views of the one before aside, and takes those that this one
 * had. tree_forget_aside: they are of types that do not count any more. */
void tree_change_segment(struct ui *ui);
void tree_forget_aside(struct ui *ui);
void tree_refilter(struct ui *ui); /* after st->raw, st->filter changed */

/* tree_changed.c: the rows are those of changed fields; moves by so many of them. */
bool tree_lists(const struct ui *ui); /* is that shown? Of the past there is no list */
void tree_list_changed(struct ui *ui);
void tree_step_changed(struct ui *ui, int64_t by);
bool tree_same_way(const struct row_way *a, const struct row_way *b);

/* The path of a row, with what leads to its view. Like snprintf. */
size_t tree_path(const struct ui *ui, const struct row_way *way, char *out, size_t cap);

/* The name of a type, without `struct`, `union`, `enum`. Like snprintf. */
size_t tree_type_name(const struct types *t, type_id id, char *out, size_t cap);

/* What is known of bytes of the segment. */
enum tree_known { TREE_DATA, TREE_HOLE, TREE_UNKNOWN, TREE_BEYOND, TREE_NOT_YET };
enum tree_known tree_bytes(const struct ui *ui, uint64_t offset, size_t n, uint8_t *out,
                           size_t *index);

/* tree_value.c: a row's value for the screen, in about `room` columns. */
struct tree_value {
    char text[TREE_TEXT];
    enum style style;
    enum inspect_mark mark;
    uint32_t sign;  /* a character drawn before it; 0: none */
    bool written;   /* its writer was at it whenever it was read: nothing is known of it */
    int64_t newest; /* change, 0: none seen */
    uint32_t changes;
};
void tree_value(struct ui *ui, const struct type_row *row, const struct inspect_reasons *why,
                size_t room, struct tree_value *out);

/* tree_edit.c */
void tree_edit_start(struct ui *ui, const char *text); /* NULL: the present value */

/* Ends it: what was typed is dropped, and that is said. */
void tree_edit_end(struct ui *ui);

/* tree_types.c: reads the files that were named, and the layouts; then places what fits. */
void tree_read(struct ui *ui, const char *const *file, size_t n);
bool tree_read_text(struct ui *ui, const char *text); /* a layout file's; false: not now */

/* What is known now, for tree_return later; the caller's. NULL: nothing was read yet. */
struct tree_stock *tree_stock_now(struct ui *ui);

/* Takes what was known back in the place of what is. NULL: the layouts alone. */
void tree_return(struct ui *ui, struct tree_stock *before);
void tree_place(struct ui *ui);
void tree_declare(struct ui *ui, const char *text); /* NAME, NAME[N]@OFFSET */
void tree_stock_keep(struct tree_stock *s);
void tree_stock_drop(struct tree_stock *s); /* NULL is fine */

/* Adds one to the types of the view, instead of one that begins at the same place; types of another
 * set are shown on top. `stock` has the set. */
void tree_show(struct ui *ui, struct tree_stock *stock, const struct types *t,
               const struct type_placed *p);

/* The types that the user named; NULL: none were read. The proposals that a stock keeps, and takes
 * over. */
struct proposals;
const struct types *tree_stock_own(const struct tree_stock *s);
size_t tree_stock_layouts(const struct tree_stock *s);     /* how many layout files; NULL: none */
struct tree_stock *tree_stock_list(struct tree_stock *of); /* for proposals of its types too */
struct proposals *tree_stock_proposals(struct tree_stock *s);
void tree_stock_found(struct tree_stock *s, struct proposals *found);

/* tree_find.c: a job looks for what may lie here, and a menu shows it. False: it cannot run.
 * `silent`: the files that the user named place nothing here. `watch`: stores are looked at too.
 * The menu of what was found last; false: nothing was looked for in this segment. Shows the one
 * with this number, from 1, or those that are `tagged`; says why more is not known. */
bool tree_find(struct ui *ui, bool silent, bool watch);
bool tree_find_open(struct ui *ui);
void tree_take(struct ui *ui, const char *which);
bool tree_take_only(struct ui *ui); /* the one fact at 0, if it is to be taken; false: it is not */
void tree_note(struct ui *ui, const char *number);

/* Places a type whose types are known. */
void tree_place_spec(struct ui *ui, const struct type_spec *spec, const struct types *t,
                     type_id id);

/* What is left when no program knows a type: the layouts. `why`: what the programs said, or empty.
 */
void tree_declare_rest(struct ui *ui, const struct type_spec *spec, const char *why);

/* tree_names.c: the name of a process for a value, as far as it is known (see type_source); once
 * after a frame: asks for those that are not; when it is to be drawn again for them. */
size_t tree_process(void *ctx, uint64_t pid, char *out, size_t cap);
void tree_ask_names(struct ui *ui);
int64_t tree_next(const struct ui *ui, int64_t now);

/* tree_locks.c: what is proved of the lock that a row is; NULL: it is not one, or nothing is
 * known. Once after a frame: a job looks for owners and waiters of those that were drawn. When that
 * is to be done again. Takes what it found; `bad` is shown when two of them agree. */
const struct tree_lock *tree_lock_of(struct ui *ui, const struct type_node *node);
void tree_judge_locks(struct ui *ui);
int64_t tree_locks_next(const struct ui *ui, int64_t now);
void tree_lock_take(struct ui *ui, const struct tree_lock *found);

/* tree_skew.c: once a frame: compares the programs when there is something new to compare. And D:
 * shows what they disagree about. */
void tree_compare(struct ui *ui);
void tree_compare_forget(struct tree_state *st);
uint64_t tree_users(const struct ui *ui); /* which processes map it, as a number to compare */
void tree_differences(struct ui *ui);

/* May a menu or page take the keys now? Not while something is typed or shown that the user chose.
 */
bool tree_can_open(const struct ui *ui);

/* tree_writers.c: W: watches who stores into the field at the cursor, beside the screen; the first
 * time in a session it asks. */
void tree_writers(struct ui *ui);

/* tree_debug.c: asks the processes that map the segment, or waits until they are known or have
 * answered what they are asked now; one type waits, and another takes its place. False: there is
 * nobody to ask. */
bool tree_ask_debug(struct ui *ui, const struct type_spec *spec);

/* Says that a type that waited is dropped for a new one. */
void tree_replaced(struct ui *ui, const char *old, const char *name);

/* Once a frame: asks them as soon as they are known. */
void tree_poll(struct ui *ui);

/* The stock keeps an answer, which it takes over. False: out of memory. */
struct types_answer;
bool tree_stock_debug(struct tree_stock *s, struct types_answer *a);

/* tree_kept.c: what was taken for this segment is kept. tree_recall reads it again; false: nothing
 * is kept. tree_recall_next declares the next of its types, after each of them; false: there
 * was none left. */
void tree_keep_files(struct ui *ui, const char *const *file, size_t n);
void tree_keep_type(struct ui *ui, const struct type_spec *spec, uint64_t offset);
bool tree_recall(struct ui *ui);
bool tree_recall_next(struct ui *ui);
void tree_forget_kept(struct ui *ui); /* of the next run; what is shown stays */

/* A stock with these types alone, which it takes over; for tests. */
struct tree_stock *tree_stock_of(struct types *own);

#endif
