/* What a terminal can and cannot show, apart from any curses: which characters, which sequences. */
#ifndef SHMLENS_UI_TERM_TERM_CAPS_H
#define SHMLENS_UI_TERM_TERM_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/canvas.h"

/* The character of ASCII that stands for `cp` where the locale is not UTF-8. */
uint32_t ascii_for(uint32_t cp);

/* Does a terminal of this name take private modes it does not know quietly (mouse, paste,
 * synchronised updates)? Not so linux, vt*, ansi, dumb and other old ones. */
bool term_is_modern(const char *name);

/* The columns [*first, *last) of a row in which two canvases of the same size differ, widened so
 * that no wide character is cut; false: they are equal. */
bool row_difference(const struct cell *a, const struct cell *b, int cols, int *first, int *last);

/* Base64 of n bytes into out (room for (n + 2) / 3 * 4), for OSC 52. Returns the length. */
size_t base64(char *out, const void *bytes, size_t n);

#endif
