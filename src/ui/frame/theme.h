/* Styles are meanings; a theme says how they look. A terminal of few colours gets what it can show:
 * theme_drawn decides that, for every number of colours, so that nothing meant to be quiet becomes
 * loud or vanishes. */
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
    uint8_t quiet; /* of 8 colours: what is drawn for dark grey where there is no dim */
    struct look look[STYLES];
};

/* How it is drawn on a terminal: colours as the terminal numbers them, -1: its own. */
struct drawn {
    int16_t fg, bg;
    bool bold, dim, underline, reverse;
};

/* What a terminal can show. */
struct screen_caps {
    int colours; /* 0 or 1: none */
    bool dim;    /* it draws dim text */
};

struct drawn theme_drawn(const struct theme *t, enum style style, struct screen_caps caps);

extern const struct theme *const themes[]; /* NULL-terminated: dark, light, mono */

/* The theme of this name; `auto`: dark or light, for a background that is `light` or not. NULL: no
 * such theme. */
const struct theme *theme_choose(const char *name, bool light);

const struct theme *theme_find(const char *name); /* NULL: no such theme; `auto` is not a theme */

#endif
