/* A thin layer over curses: one screen of cells, and what the terminal is able to do. A process has
 * one terminal, so the state is static. Only term.c uses it. */
#ifndef SHMLENS_UI_TERM_CURSES_H
#define SHMLENS_UI_TERM_CURSES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/screen/canvas.h"
#include "ui/frame/theme.h"
#include "ui/term/paint.h"

/* Why a terminal of this name cannot be drawn on (static); NULL: it can. Changes nothing. */
const char *curses_unusable(const char *name);

/* Takes over the screen; false: not possible. The locale's character type must be set before. */
bool curses_open(const char *name);
void curses_close(void);
void curses_leave(void);  /* temporarily: the terminal looks as before curses_open */
void curses_resume(void); /* takes the screen back after that */

void curses_size(int *rows, int *cols);
void curses_resize(int rows, int cols);

/* Does a terminal of this name silently ignore private modes it does not know (mouse, paste,
 * synchronised updates)? */
bool curses_modern(const char *name);

/* Is it said to go to the next row as soon as the last column is written? Many that are said to
 * (`ansi`) wait for the next character, so nobody knows where the cursor is then. */
bool curses_wraps(void);

/* What it can show: no colours where it has none, or NO_COLOR is set. */
struct screen_caps curses_caps(void);

/* Sets how a style is drawn. */
void curses_style(enum style style, struct drawn look);

/* One cell; `wide`: two columns. A character whose width the terminal would get wrong is drawn as a
 * question mark. */
void curses_put(int row, int col, const struct cell *cell, bool wide);
void curses_cursor(int row, int col); /* row -1: hidden */
void curses_erase(void);
void curses_invalidate(void); /* redraws everything with the next flush */
void curses_flush(void);      /* sends the difference */

/* Does the terminal do everything as ECMA-48 says, so that we may draw on it ourselves (paint.h)?
 * Then *terms says what it calls things, and curses_style, curses_put, curses_erase and
 * curses_flush are not needed. */
bool curses_ansi(struct paint_terms *terms);

/* The parameters of a look on such a terminal; false: it has others. */
bool curses_look(const struct paint_terms *terms, struct drawn look, struct paint_look *out);

/* The bytes of a terminfo string into out; 0: the terminal has none. */
size_t curses_capability(const char *name, char *out, size_t cap);

#endif
