/* The bytes that make a terminal show cells: those of ECMA-48, which nearly every terminal
 * understands, and few of them. Pure; term.c says what differs and sends the result. */
#ifndef SHMLENS_UI_TERM_PAINT_H
#define SHMLENS_UI_TERM_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/canvas.h"

/* How a style is set: parameters of `ESC [ ... m`. */
enum paint_attribute { PAINT_BOLD, PAINT_DIM, PAINT_UNDERLINE, PAINT_REVERSE, PAINT_ATTRIBUTES };
enum { PAINT_PARAMETER = 16 };

struct paint_look {
    bool on[PAINT_ATTRIBUTES];
    char fg[PAINT_PARAMETER], bg[PAINT_PARAMETER]; /* `38;5;214`; "": the terminal's own */
};

/* What the terminal calls them. */
struct paint_terms {
    char attribute[PAINT_ATTRIBUTES][PAINT_PARAMETER];
    bool utf8;
    bool erases;               /* `ESC [ n X` erases n cells */
    bool margins;              /* `ESC [ r` lets all rows scroll */
    int (*width)(uint32_t cp); /* columns that it gives a character */
};

struct paint {
    struct paint_terms terms;
    struct paint_look look[STYLES];
    char *text; /* to be sent */
    size_t length, capacity;
    bool failed;  /* no memory: what is sent is not whole */
    int cols;     /* of the terminal */
    int row, col; /* where the cursor of the terminal is; row -1: unknown */
    int style;    /* what it draws with; -1: unknown */
};

void paint_free(struct paint *p);

/* Forgets where the cursor is and what it draws with. */
void paint_forget(struct paint *p);

/* Before everything is drawn anew: nothing is known, and curses may have let only as many rows
 * scroll as the terminal had before it was resized. */
void paint_anew(struct paint *p);

/* Clears the screen. */
void paint_clear(struct paint *p);

/* The cells [from, to) of a row, of which those are skipped that are as in `old` (NULL: none is).
 * `cells`: of the whole row, which may be narrower than the terminal, or cut where it is wider. */
void paint_row(struct paint *p, int row, int cells, const struct cell *old, const struct cell *now,
               int from, int to);

/* Puts these around what is to be sent. */
void paint_between(struct paint *p, const char *before, const char *after);

/* Moves the cursor. */
void paint_cursor(struct paint *p, int row, int col);

#endif
