/* What terminals can show, independent of any curses: which characters, which sequences. */
#ifndef SHMLENS_UI_TERM_TERM_CAPS_H
#define SHMLENS_UI_TERM_TERM_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/canvas.h"

/* The ASCII character drawn instead of `cp` outside UTF-8 locales. */
uint32_t ascii_for(uint32_t cp);

/* Does a terminal of this name silently ignore private modes it does not know (mouse, paste,
 * synchronised updates)? False for linux, vt*, ansi, dumb and other old ones. */
bool term_is_modern(const char *name);

/* Does COLORFGBG (`15;0`, `0;default;15`) say that the background is light? NULL: no. */
bool colorfgbg_light(const char *text);

/* The columns [*first, *last) of a row in which two canvases of the same size differ, widened so
 * that no wide character is cut; false: they are equal. */
bool row_difference(const struct cell *a, const struct cell *b, int cols, int *first, int *last);

#endif
