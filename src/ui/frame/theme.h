/* Styles are meanings; a theme says how they look. */
#ifndef SHMLENS_UI_FRAME_THEME_H
#define SHMLENS_UI_FRAME_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/screen/canvas.h"

/* How one style looks. */
struct look {
    int16_t fg, bg;     /* of 256 colours; -1: the terminal's own */
    uint8_t fg16, bg16; /* of 16, if there are no 256; 255: the terminal's own */
    bool bold, dim, underline, reverse;
};

struct theme {
    const char *name;
    struct look look[STYLES];
};

extern const struct theme *const themes[]; /* NULL-terminated: dark, light, mono */

const struct theme *theme_find(const char *name); /* NULL: no such theme */

#endif
