/* A thin layer over curses: one screen of cells, and what the terminal is able to do. A process has
 * one terminal, so the state is static. Only term.c uses it. */
#ifndef SHMLENS_UI_TERM_CURSES_H
#define SHMLENS_UI_TERM_CURSES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/screen/canvas.h"
#include "ui/frame/theme.h"

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

bool curses_colour(void); /* it has colours, and NO_COLOR is not set */

/* Sets how a style looks. */
void curses_style(enum style style, const struct look *look, bool colour);

/* One cell; `wide`: two columns. A character whose width the terminal would get wrong is drawn as a
 * question mark. */
void curses_put(int row, int col, const struct cell *cell, bool wide);
void curses_cursor(int row, int col); /* row -1: hidden */
void curses_erase(void);
void curses_invalidate(void); /* redraws everything with the next flush */
void curses_flush(void);      /* sends the difference */

/* The bytes of a terminfo string into out; 0: the terminal has none. */
size_t curses_capability(const char *name, char *out, size_t cap);

#endif
