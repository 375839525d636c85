/* A console of Windows that takes escape sequences: then frames are drawn by paint.h, each in one
 * call, and PDCurses, whose calls are one or more for each run of cells, is not started. */
#ifndef SHMLENS_UI_TERM_CONSOLE_SEQUENCES_H
#define SHMLENS_UI_TERM_CONSOLE_SEQUENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/frame/theme.h"
#include "ui/term/paint.h"

void sequences_enter(void); /* the alternate screen, without a cursor */
void sequences_leave(void); /* as it was before */
void sequences_cursor(bool shown);

/* The terminfo string of this name, of those that restore the screen; NULL: none. */
const char *sequences_capability(const char *name);

/* What such a console calls things. */
struct paint_terms sequences_terms(void);

/* `colour`: not without colours. */
struct paint_look sequences_look(struct drawn look, bool colour);

#endif
