/* The narrow end of curses: one screen of cells and what the terminal can do. There is one terminal
 * a process, so this keeps its state itself. Only term.c uses it. */
#ifndef SHMLENS_UI_TERM_CURSES_H
#define SHMLENS_UI_TERM_CURSES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/screen/canvas.h"
#include "ui/frame/theme.h"

/* Why a terminal of this name cannot be drawn on; NULL: it can. Touches nothing. */
const char *curses_unusable(const char *name);

/* Takes the screen, or false. The locale's character type must be set before. */
bool curses_open(const char *name);
void curses_close(void);
void curses_leave(void);  /* for a while: the terminal looks as it did before */
void curses_resume(void); /* and ours once more */

void curses_size(int *rows, int *cols);
void curses_resize(int rows, int cols);

/* Does a terminal of this name take private modes that it does not know quietly (mouse, paste,
 * synchronised updates)? */
bool curses_modern(const char *name);

bool curses_utf8(void);   /* the locale's characters are UTF-8 */
bool curses_colour(void); /* it has colours, and NO_COLOR is not set */

/* How a style looks from now on. */
void curses_style(enum style style, const struct look *look, bool colour);

/* One cell; `wide`: of two columns. A character that the terminal would not draw in these columns
 * is drawn as a question mark. */
void curses_put(int row, int col, const struct cell *cell, bool wide);
void curses_cursor(int row, int col); /* row -1: hidden */
void curses_erase(void);
void curses_invalidate(void); /* nothing is known of what the terminal shows */
void curses_flush(void);      /* sends what differs */

/* The bytes of a terminfo string into out; 0: it has none. */
size_t curses_capability(const char *name, char *out, size_t cap);

#endif
