/* A terminal: shows a canvas and returns events. It composes four parts: curses (what the terminal
 * can do, and the least output that updates it), tty (descriptor, size, signals), input (bytes to
 * events) and term_caps (what each terminal supports). */
#ifndef SHMLENS_UI_TERM_TERM_H
#define SHMLENS_UI_TERM_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/os.h"
#include "core/screen/canvas.h"
#include "core/screen/keymap.h"
#include "ui/frame/theme.h"

struct term;

enum event_kind {
    EVENT_NONE,
    EVENT_KEY,
    EVENT_MOUSE,
    EVENT_RESIZE,
    EVENT_SUSPENDED,
    EVENT_HANGUP,
    EVENT_BACKGROUND, /* the terminal has said how light its background is */
    EVENT_ANSWERED /* it has said what it is, and will not say more; within the terminal's files */
};
enum mouse_kind {
    MOUSE_PRESS, /* of the first button */
    MOUSE_DRAG,
    MOUSE_RELEASE,
    MOUSE_MENU, /* a press of the right button */
    MOUSE_WHEEL_UP,
    MOUSE_WHEEL_DOWN
};

struct event {
    enum event_kind kind;
    struct key key;        /* EVENT_KEY */
    enum mouse_kind mouse; /* EVENT_MOUSE */
    int row, col;          /* EVENT_MOUSE: cell */
    bool pasted;           /* EVENT_KEY: part of a pasted text: may type, never commands */
    bool light;            /* EVENT_BACKGROUND */
};

/* Takes over the terminal (alternate screen, raw keys, mouse if wanted). NULL and a reason (static:
 * unknown TERM, cannot move the cursor, ...) on failure; the terminal is then untouched. Outside
 * UTF-8 locales all characters beyond ASCII are drawn as ASCII. */
struct term *term_open(bool mouse, const char **why);
void term_close(struct term *t); /* restores the terminal; NULL is fine */

int term_rows(const struct term *t);
int term_cols(const struct term *t);
void term_theme(struct term *t,
                const struct theme *theme); /* NO_COLOR and colourless terminals: mono */
void term_mouse(struct term *t, bool on);

/* Is the background light, as far as is known: by the terminal's answer, else by COLORFGBG; false:
 * dark, or nobody knows. term_learn waits for the answer until `deadline` at most; keys pressed
 * meanwhile are kept. One that comes later is an event. */
bool term_light(const struct term *t);
void term_learn(struct term *t, int64_t deadline);

/* Shows the canvas: sends only cells that differ, in one flush. */
void term_present(struct term *t, const struct canvas *c);
void term_redraw(struct term *t); /* the next present redraws everything */

/* Next event; waits until `deadline` (os_now's clock) or until `wake` is posted, then EVENT_NONE.
 */
struct event term_wait(struct term *t, struct os_wake *wake, int64_t deadline);

/* Copies the text (UTF-8) to the system's clipboard: directly, or through the terminal (OSC 52, at
 * most 74,994 bytes). NULL, or why not (static). */
const char *term_copy(struct term *t, const char *text, size_t n);

/* ^Z: gives the terminal back, stops us, takes it again; false: not possible on this system. */
bool term_suspend(struct term *t);

#endif
