#include "ui/frame/theme.h"

#include <stddef.h>
#include <string.h>

/* LOOK(fg, bg, fg16, bg16, attributes...): -1 and OWN are the terminal's own. No meaning depends on
 * colour alone: what matters also differs in weight, underline or reverse, or by its characters. */
#define OWN  255
#define GREY 8 /* bright black */
#define LOOK(fg, bg, f16, b16, ...)   \
    {                                 \
        fg, bg, f16, b16, __VA_ARGS__ \
    }
#define PLAIN     .bold = false
#define BOLD      .bold = true
#define DIM       .dim = true
#define UNDERLINE .underline = true
#define REVERSE   .reverse = true

/* Reversed own colours are seen on every background, also where the theme was made for a different
 * one. So the cursor is that, and nothing else is. */
#define CURSOR_LOOK LOOK(-1, -1, OWN, OWN, REVERSE)

static const struct theme dark = {
    "dark",
    4,
    {
        [STYLE_TEXT] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_DIM] = LOOK(242, -1, 8, OWN, PLAIN),
        [STYLE_TITLE] = LOOK(255, 236, 15, 4, BOLD),
        [STYLE_LIVE] = LOOK(120, 236, 0, 2, BOLD),
        [STYLE_PAUSED] = LOOK(16, 221, 0, 3, BOLD),
        [STYLE_EDIT] = LOOK(231, 160, 15, 1, BOLD),
        [STYLE_READONLY] = LOOK(250, 236, 7, 4, PLAIN),
        [STYLE_WARN] = LOOK(221, -1, 11, OWN, BOLD),
        [STYLE_ERROR] = LOOK(210, -1, 9, OWN, BOLD),
        [STYLE_OFFSET] = LOOK(73, -1, 6, OWN, PLAIN),
        [STYLE_ZERO] = LOOK(240, -1, 8, OWN, PLAIN),
        [STYLE_HOLE] = LOOK(238, -1, 8, OWN, PLAIN),
        [STYLE_UNKNOWN] = LOOK(139, -1, 5, OWN, PLAIN),
        [STYLE_INVALID] = LOOK(167, -1, 1, OWN, PLAIN),
        [STYLE_FRESH] = LOOK(16, 214, 0, 3, BOLD),
        [STYLE_WARM] = LOOK(214, -1, 11, OWN, UNDERLINE),
        [STYLE_BASE] = LOOK(117, 24, 0, 6, UNDERLINE),
        [STYLE_MATCH] = LOOK(16, 114, 0, 2, BOLD),
        [STYLE_FOUND] = LOOK(157, 22, 0, 2, UNDERLINE),
        [STYLE_SELECT] = LOOK(255, 60, 15, 5, PLAIN),
        [STYLE_CURSOR] = CURSOR_LOOK,
        [STYLE_CURSOR2] = LOOK(255, 239, 15, 8, UNDERLINE),
        [STYLE_TYPED] = LOOK(231, 160, 15, 1, BOLD, UNDERLINE),
        [STYLE_LABEL] = LOOK(109, -1, 6, OWN, PLAIN),
        [STYLE_HEADER] = LOOK(109, -1, 6, OWN, BOLD),
        [STYLE_ROW] = LOOK(255, 238, 15, 4, BOLD),
        [STYLE_TAGGED] = LOOK(221, -1, 11, OWN, BOLD),
        [STYLE_NEW] = LOOK(120, -1, 10, OWN, BOLD),
        [STYLE_GONE] = LOOK(242, -1, 8, OWN, PLAIN),
        [STYLE_KEY] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_BAR] = LOOK(16, 73, 0, 6, PLAIN),
        [STYLE_PROMPT] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_FROZEN] = LOOK(195, 25, 15, 4, BOLD, UNDERLINE),
        [STYLE_HEAT1] = LOOK(67, -1, 4, OWN, PLAIN),
        [STYLE_HEAT2] = LOOK(114, -1, 2, OWN, UNDERLINE),
        [STYLE_HEAT3] = LOOK(221, -1, 11, OWN, BOLD, UNDERLINE),
        [STYLE_HEAT4] = LOOK(231, 160, 15, 1, BOLD),
        [STYLE_STRIP_QUIET] = LOOK(244, -1, 7, OWN, PLAIN),
        [STYLE_STRIP_WARM] = LOOK(172, -1, 3, OWN, PLAIN),
        [STYLE_STRIP_FRESH] = LOOK(220, -1, 11, OWN, BOLD),
        [STYLE_STRIP_HERE] = LOOK(-1, -1, OWN, OWN, BOLD),
    },
};

static const struct theme light = {
    "light",
    6,
    {
        [STYLE_TEXT] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_DIM] = LOOK(246, -1, 8, OWN, PLAIN),
        [STYLE_TITLE] = LOOK(16, 252, 0, 7, BOLD),
        [STYLE_LIVE] = LOOK(22, 252, 0, 2, BOLD),
        [STYLE_PAUSED] = LOOK(16, 220, 0, 3, BOLD),
        [STYLE_EDIT] = LOOK(231, 160, 15, 1, BOLD),
        [STYLE_READONLY] = LOOK(238, 252, 0, 7, PLAIN),
        [STYLE_WARN] = LOOK(130, -1, 1, OWN, BOLD),
        [STYLE_ERROR] = LOOK(124, -1, 1, OWN, BOLD, UNDERLINE),
        [STYLE_OFFSET] = LOOK(24, -1, 4, OWN, PLAIN),
        [STYLE_ZERO] = LOOK(248, -1, 8, OWN, PLAIN),
        [STYLE_HOLE] = LOOK(250, -1, 8, OWN, PLAIN),
        [STYLE_UNKNOWN] = LOOK(96, -1, 5, OWN, PLAIN),
        [STYLE_INVALID] = LOOK(124, -1, 1, OWN, PLAIN),
        [STYLE_FRESH] = LOOK(16, 215, 0, 3, BOLD),
        [STYLE_WARM] = LOOK(130, -1, 1, OWN, UNDERLINE),
        [STYLE_BASE] = LOOK(16, 153, 0, 6, UNDERLINE),
        [STYLE_MATCH] = LOOK(16, 114, 0, 2, BOLD),
        [STYLE_FOUND] = LOOK(16, 194, 0, 2, UNDERLINE),
        [STYLE_SELECT] = LOOK(16, 183, 0, 5, PLAIN),
        [STYLE_CURSOR] = CURSOR_LOOK,
        [STYLE_CURSOR2] = LOOK(16, 250, 0, 7, UNDERLINE),
        [STYLE_TYPED] = LOOK(231, 160, 15, 1, BOLD, UNDERLINE),
        [STYLE_LABEL] = LOOK(24, -1, 4, OWN, PLAIN),
        [STYLE_HEADER] = LOOK(24, -1, 4, OWN, BOLD),
        [STYLE_ROW] = LOOK(16, 253, 0, 7, BOLD),
        [STYLE_TAGGED] = LOOK(130, -1, 1, OWN, BOLD),
        [STYLE_NEW] = LOOK(28, -1, 2, OWN, BOLD),
        [STYLE_GONE] = LOOK(246, -1, 8, OWN, PLAIN),
        [STYLE_KEY] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_BAR] = LOOK(231, 24, 15, 4, PLAIN),
        [STYLE_PROMPT] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_FROZEN] = LOOK(17, 159, 0, 6, BOLD, UNDERLINE),
        [STYLE_HEAT1] = LOOK(31, -1, 4, OWN, PLAIN),
        [STYLE_HEAT2] = LOOK(28, -1, 2, OWN, UNDERLINE),
        [STYLE_HEAT3] = LOOK(130, -1, 1, OWN, BOLD, UNDERLINE),
        [STYLE_HEAT4] = LOOK(231, 160, 15, 1, BOLD),
        [STYLE_STRIP_QUIET] = LOOK(246, -1, 8, OWN, PLAIN),
        [STYLE_STRIP_WARM] = LOOK(172, -1, 3, OWN, PLAIN),
        [STYLE_STRIP_FRESH] = LOOK(160, -1, 1, OWN, BOLD),
        [STYLE_STRIP_HERE] = LOOK(-1, -1, OWN, OWN, BOLD),
    },
};

static const struct theme mono = {
    "mono",
    OWN,
    {
        [STYLE_TEXT] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_DIM] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_TITLE] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_LIVE] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_PAUSED] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_EDIT] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_READONLY] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_WARN] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_ERROR] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_OFFSET] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_ZERO] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_HOLE] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_UNKNOWN] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_INVALID] = LOOK(-1, -1, OWN, OWN, UNDERLINE),
        [STYLE_FRESH] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_WARM] = LOOK(-1, -1, OWN, OWN, UNDERLINE),
        [STYLE_BASE] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_MATCH] = LOOK(-1, -1, OWN, OWN, UNDERLINE, REVERSE),
        [STYLE_FOUND] = LOOK(-1, -1, OWN, OWN, DIM, UNDERLINE, REVERSE),
        [STYLE_SELECT] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_CURSOR] = LOOK(-1, -1, OWN, OWN, BOLD, REVERSE),
        [STYLE_CURSOR2] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_TYPED] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE, REVERSE),
        [STYLE_LABEL] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_HEADER] = LOOK(-1, -1, OWN, OWN, UNDERLINE),
        [STYLE_ROW] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_TAGGED] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_NEW] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_GONE] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_KEY] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_BAR] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_PROMPT] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_FROZEN] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_HEAT1] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_HEAT2] = LOOK(-1, -1, OWN, OWN, UNDERLINE),
        [STYLE_HEAT3] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_HEAT4] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_STRIP_QUIET] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_STRIP_WARM] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_STRIP_FRESH] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_STRIP_HERE] = LOOK(-1, -1, OWN, OWN, BOLD),
    },
};

const struct theme *const themes[] = {&dark, &light, &mono, NULL};

/* One colour of a terminal with 8: bright ones are made bold, and dark grey, which would be a bold
 * black that is loud on one background and cannot be seen on the other, is left to the caller. */
static int16_t of_8(uint8_t colour, bool *bold)
{
    if (colour == OWN)
        return -1;
    *bold = *bold || colour > GREY;
    return (int16_t)(colour & 7);
}

static struct drawn drawn_of_8(const struct theme *t, const struct look *l, bool can_dim)
{
    struct drawn d = {-1, -1, l->bold, l->dim, l->underline, l->reverse};
    bool bright = false;
    d.bg = l->bg16 == GREY ? -1 : of_8(l->bg16, &bright);
    if (l->bg16 == GREY) { /* a quieter cursor */
        d.bold = d.underline = true;
        return d;
    }
    if (l->fg16 == GREY && can_dim)
        d.dim = true; /* and its own colour: many terminals do not dim a different one */
    else if (l->fg16 == GREY)
        d.fg = t->quiet;
    else
        d.fg = of_8(l->fg16, &d.bold);
    d.bold = d.bold && d.fg != 0; /* bold black is dark grey on many */
    return d;
}

struct drawn theme_drawn(const struct theme *t, enum style style, struct screen_caps caps)
{
    const struct look *l = &t->look[style];
    struct drawn d = {-1, -1, l->bold, l->dim, l->underline, l->reverse};
    if (caps.colours >= 256) {
        d.fg = l->fg;
        d.bg = l->bg;
    } else if (caps.colours >= 16) {
        d.fg = l->fg16 == OWN ? -1 : l->fg16;
        d.bg = l->bg16 == OWN ? -1 : l->bg16;
    } else if (caps.colours >= 8 && t != &mono) {
        d = drawn_of_8(t, l, caps.dim);
    }
    return d;
}

const struct theme *theme_find(const char *name)
{
    for (size_t i = 0; themes[i] != NULL; i++)
        if (strcmp(themes[i]->name, name) == 0)
            return themes[i];
    return NULL;
}

const struct theme *theme_choose(const char *name, bool light_background)
{
    if (strcmp(name, "auto") != 0)
        return theme_find(name);
    return light_background ? &light : &dark;
}
