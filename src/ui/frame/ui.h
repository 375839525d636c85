/* The terminal UI. Screens draw the session on a canvas; keys become command lines; prompts are
 * modes, not loops. Everything runs on the UI's thread, and only main.c and term/ know a terminal:
 * tests send events and read the canvas. */
#ifndef SHMLENS_UI_FRAME_UI_H
#define SHMLENS_UI_FRAME_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "core/screen/canvas.h"
#include "core/screen/keymap.h"
#include "core/screen/line_edit.h"
#include "session/session.h"
#include "ui/frame/prompt.h"
#include "ui/term/term.h"

struct ui;

/* A screen: draws the whole canvas but for the message line and key bar. */
struct screen {
    const char *name;
    enum key_mode mode;
    void (*draw)(struct ui *ui); /* the whole canvas, title included */

    /* A key before the key table sees it (typing); true: consumed. May be NULL. */
    bool (*key)(struct ui *ui, struct key key);

    void (*move)(struct ui *ui, const char *how, bool extend); /* `move HOW`, `select HOW` */
    void (*mouse)(struct ui *ui, const struct event *ev);
    void (*enter)(struct ui *ui);         /* became the top screen; may be NULL */
    void (*idle)(struct ui *ui, int row); /* the message line without a message; may be NULL */

    /* When to draw next if nothing happens (fading); may be NULL. */
    int64_t (*next)(struct ui *ui, int64_t now);
};

extern const struct screen screen_segments, screen_inspect, screen_calls, screen_help, screen_lab;

/* ---- the UI ---- */

enum { SCREEN_STACK = 8, HISTORIES = 7 };
enum ui_history {
    HISTORY_COMMAND,
    HISTORY_GOTO,
    HISTORY_SEARCH,
    HISTORY_POKE,
    HISTORY_CREATE,
    HISTORY_FILTER,
    HISTORY_TYPE
};

/* The panel of marks in the inspect screen. */
struct watch_panel {
    bool shown;
    bool focus; /* the cursor is in it, at its row `at` */
    size_t at;
    int rows; /* of marks, as drawn */
};

struct keep; /* options and marks that outlive the program; state_files.c */

/* A segment that a command line is for: of the list, as it was highlighted. */
struct aim {
    char locator[LOCATOR_MAX]; /* raw; empty: none */
    struct seg_id id;          /* the object; dev 0: not known */
};

enum { BAR_WORDS = 24, MENU_ROWS = 48, USERS_KEPT = 8 };

/* A word of the key bar: a click on these columns presses the key. */
struct bar_word {
    int from, to; /* columns [from, to) */
    struct key key;
};

struct ui {
    struct session s;
    struct canvas canvas;
    struct term *term; /* NULL in tests */
    struct keymap *keys;
    const struct screen *stack[SCREEN_STACK]; /* stack[depth - 1] is shown */
    int depth;
    struct prompt_host host; /* what prompt, menu and pager know of this */
    struct prompt prompt;
    struct line_history history[HISTORIES];
    char status[512]; /* the message line, printable UTF-8 */
    enum style status_style;
    unsigned said;        /* messages so far */
    unsigned presses;     /* keys so far */
    int64_t status_until; /* when it disappears, os_now's clock; INT64_MAX: at the next key */
    struct pager *pager;  /* NULL: none */
    bool who_panel;       /* o */
    bool who_focus;       /* the cursor is in it (Tab) */
    size_t who_at;        /* its row there (panel_who_user) */
    int who_rows;         /* rows of users that were drawn */
    struct watch_panel watch;
    struct { /* names of users asked for last */
        bool known;
        uint32_t uid;
        char name[33];
    } user[USERS_KEPT];
    int user_next;   /* which of them is replaced next */
    bool edit_first; /* --edit: turn edit mode on at the first attach */
    bool quit;
    int64_t now;                     /* time of this frame, os_now's clock; tests set it */
    int64_t wall;                    /* wall clock of this frame, ns */
    struct inspect_state *inspect;   /* screen_inspect's own, */
    struct tree_state *tree;         /* and that of its fields */
    struct segments_state *segments; /* screen_segments's own */
    struct calls_state *calls;
    struct help_state *help;
    struct lab_state *lab; /* the lab's; NULL: never opened */
    struct keep *keep;     /* NULL: no files are read or written (--no-config, tests) */
    struct beside *beside; /* beside.c's own: record and watch; NULL: never used */
    struct seg **made; /* what `create` made and only our handles keep alive; closed at the end */
    size_t made_count;

    /* How the lower rows were drawn. */
    struct bar_word bar[BAR_WORDS];
    int bar_count;
    struct menu_entry menu[MENU_ROWS]; /* the menu that is open, and its words */
    char menu_label[MENU_ROWS][128], option_command[MENU_ROWS][64];
    char pending[2 * EDIT_MAX]; /* ui_edit_then: the line that waits for the answer */
    char agreed[2 * EDIT_MAX];  /* the line that the user agreed to though it cannot be undone */
    bool unkept;                /* run_check: the line that was judged stores more than is kept */
    struct aim asked;           /* the segment that it is for, in the list */
    struct aim aim;             /* of the `:` prompt while its line runs */
};

/* Creates a UI with a canvas of this size in *ui, which is all zeros: from calloc, so that none of
 * its pages is touched before it is used. `be` is NULL in tests; `term` may be NULL. */
MUST_USE struct oserr ui_init(struct ui *ui, struct backend *be, struct term *term, int rows,
                              int cols);
void ui_free(struct ui *ui);

/* Draws the top screen, then pager, prompt and message onto ui->canvas (or says that it is too
 * small). */
void ui_draw(struct ui *ui);

/* Handles one event. */
void ui_event(struct ui *ui, const struct event *ev);

/* Runs a command line: an action of the UI (actions.def), or a command of commands.def on the
 * attached segment. */
void ui_run(struct ui *ui, const char *line);

void ui_push(struct ui *ui, const struct screen *screen);
void ui_back(struct ui *ui); /* one screen back; at the last one quits */
const struct screen *ui_screen(const struct ui *ui);

/* Whose keys come first: the screen's, or those of the panel with the cursor. */
enum key_mode ui_mode(const struct ui *ui);
bool ui_in_panel(const struct ui *ui); /* the keys go to a panel, not to the screen's own cursor */

/* act_menu.c: the first key that runs the command on this screen; empty: none. */
void ui_key_of(const struct ui *ui, const char *command, char name[KEY_NAME_MAX]);

/* The same for a hint: without such a key the command itself, `:tree`. Returns buf. */
enum { UI_PRESS = 32 };
const char *ui_press(const struct ui *ui, const char *command, char buf[UI_PRESS]);

/* A text in which `{COMMAND}` stands for such a key. All of it must come from the program. Returns
 * out. ui_hint_format: it is a format and stays one, a key `%` is `%%` in it. */
const char *ui_hint(const struct ui *ui, const char *text, char *out, size_t cap);
const char *ui_hint_format(const struct ui *ui, const char *format, char *out, size_t cap);

/* Does this binding work while a text lies over the screen? NULL: no. */
bool ui_over_text(const struct binding *b);

/* The binding of a key: in ui_mode, else in the screen's mode; NULL: none. */
const struct binding *ui_binding(const struct ui *ui, struct key key);

/* Shows a message, a format in which `{COMMAND}` is the key that runs it here (ui_hint), with
 * control characters escaped, until the next key; others than errors and warnings for 4 s at most.
 */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void ui_say(struct ui *ui, enum style style, const char *format, ...);

extern const char ui_read_only[];             /* asks to turn edit mode on: y or no */
void ui_not_edited(struct ui *ui, void *ctx); /* ... and no was said */

/* Did the last key drop what was half typed on the inspect screen? The message says what. */
bool inspect_dropped(const struct ui *ui);

/* Is the list what the user is at? Then commands are for the segment that is highlighted. */
bool ui_in_list(const struct ui *ui);

/* A locator for prompts and messages, at most UI_NAME - 1 bytes: a long one is cut in the middle.
 */
enum { UI_NAME = 64 };
void ui_name(const char *locator, char out[UI_NAME]);

/* Runs the line at once in edit mode; otherwise asks to turn edit mode on first. */
void ui_edit_then(struct ui *ui, const char *line);

/* Attaches to a raw locator and shows it; false: failed, and the message line says why. */
bool ui_attach(struct ui *ui, const char *locator, uint64_t range_offset, uint64_t range_length);

/* Applies changed options: theme, mouse, width. */
void ui_apply(struct ui *ui);

/* `what: what the system says (call: strerror)` on the message line. */
void ui_say_error(struct ui *ui, const char *what, struct oserr e);

/* Is a job running? How far is it, and since when (os_now's clock)? ui_cancel asks it to stop. */
bool ui_busy(struct ui *ui, uint64_t *done, uint64_t *total, int64_t *since);
void ui_cancel(struct ui *ui);

/* beside.c: takes what commands beside the screen have finished (true: draw); which of them run,
 * for the key bar; stops them at the end (false: one hangs, and still uses the session's wake). */
enum { BESIDE_CHIP = 64 };
bool beside_take(struct ui *ui);
bool beside_chip(const struct ui *ui, char out[BESIDE_CHIP]);
bool beside_free(struct ui *ui);

/* The lab (ui/lab): takes what became of the lesson that is open (true: draw); is one open; a line
 * was run, and not refused; the lessons of --lesson-dir (false: there is none); columns or rows
 * that it takes of the screen, at the right or at the bottom; draws there. */
bool lab_take(struct ui *ui);
bool lab_on(const struct ui *ui);
bool lab_keys(const struct ui *ui); /* does it take keys? The tour does not */
void lab_did(struct ui *ui, const char *line);

/* When to look again whether a step waits in spite of a store (ui->now's clock). */
int64_t lab_next(const struct ui *ui);
bool lab_offer(const struct ui *ui, void (*each)(void *ctx, const char *name), void *ctx);
int lab_side(const struct ui *ui);
int lab_below(const struct ui *ui);
void lab_draw(struct ui *ui);

/* The demo's tour along the bottom; `bare`: its writer runs already; `anew`:
 * from its first step, even if it was left at another. False: there is none here. Esc
 * (true: it was shown) closes it. */
bool lab_tour(struct ui *ui, bool bare, bool anew);
bool lab_escape(struct ui *ui);
bool lab_toured(const struct ui *ui); /* is its last step done? Then Esc means that first */

/* `shmlens lab`: the list of lessons as the first screen, and the lesson (empty: none). */
void lab_first(struct ui *ui, const char *lesson, const char *folder);
void lab_free(struct ui *ui); /* ends what the lesson started */

/* When to draw again if nothing happens, os_now's clock; INT64_MAX: never. */
int64_t ui_next(struct ui *ui);

/* complete.c: Tab at the `:` prompt, and where an offset is asked for. */
void ui_complete(struct ui *ui);
void ui_complete_offset(struct ui *ui);
void ui_complete_mark(struct ui *ui);

/* line_usage.c: after each edit at the `:` prompt: what its command takes, on the line above. */
void ui_usage(struct ui *ui, const char *text, void *ctx);

/* Calls `each` with the values of an option that has a list of them. */
void ui_setting_values(const struct ui *ui, const char *name,
                       void (*each)(void *ctx, const char *word), void *ctx);

/* act_menu.c: the value of option i that is in effect on the screen, and what is stored for
 * other segments where that differs, else an empty text; SETTINGS_VALUE bytes each. */
void ui_option(const struct ui *ui, size_t i, char *value, char *kept);

/* The word of the key bar at a column; NULL: none there. */
const struct bar_word *bar_find(const struct ui *ui, int col);

/* Parts that screens share: the title line, the two bottom lines (message or prompt; key bar). */
void ui_draw_bottom(struct ui *ui);
int ui_body_top(const struct ui *ui);    /* first row of the screen's own */
int ui_body_bottom(const struct ui *ui); /* one past its last */
bool ui_too_small(const struct ui *ui);  /* below 40x8: only a message is drawn */

/* Runs the terminal UI; returns the exit status. */
int ui_main(struct backend *be, const struct ui_options *options);

/* The states of the frame's own screens: ui_init makes them, ui_free frees them. */

/* NULL: out of memory. */
struct segments_state *segments_new(void);
void segments_free(struct segments_state *st);
struct calls_state *calls_new(void);

/* In the log of OS calls: what the user does from now on. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void calls_section(struct ui *ui, const char *format, ...);
void calls_looking(struct ui *ui); /* the section of the sampler's looks */

/* A name or a line for a section, escaped, and cut with an ellipsis. Returns out. */
enum { CALLS_CUT = 96 };
const char *calls_cut(const char *text, char out[CALLS_CUT]);
void calls_free(struct calls_state *st);
struct help_state *help_new(void);
void help_free(struct help_state *st);

/* `filter` in the help: shows what has this text; asks for one when it is empty. Esc there: true if
 * a filter was dropped. */
void help_filter(struct ui *ui, const char *text);
bool help_escape(struct ui *ui);

/* Adopts the newest survey, if there is a newer one. */
void segments_update(struct ui *ui);

/* Esc in the list: true if there was a filter to clear. */
bool segments_escape(struct ui *ui);

/* The segment that is highlighted; no locator: the list is empty. False, with a message: it has
 * vanished, or the list changed since it was drawn. */
bool segments_aim(struct ui *ui, struct aim *aim);

/* `goto` in the list: the first segment with this text in its name; asks for it when it is empty.
 */
void segments_goto(struct ui *ui, const char *part);

/* Moves the cursor of the list to this segment as soon as it is listed. */
void segments_point(struct ui *ui, const char *locator);

/* Where `move HOW` takes position `at` in a list of `count` rows, `rows` of which fit. */
int list_move(const char *how, int at, int count, int rows);

#endif
