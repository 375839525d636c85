#include "ui/frame/theme.h"

#include <stddef.h>
#include <string.h>

/* LOOK(fg, bg, fg16, bg16, attributes...): -1 and OWN are the terminal's own. No meaning depends on
 * colour alone: what matters also differs in weight, underline or reverse, or by its characters. */
#define OWN 255
#define LOOK(fg, bg, f16, b16, ...)   \
    {                                 \
        fg, bg, f16, b16, __VA_ARGS__ \
    }
#define PLAIN     .bold = false
#define BOLD      .bold = true
#define DIM       .dim = true
#define UNDERLINE .underline = true
#define REVERSE   .reverse = true

static const struct theme dark = {
    "dark",
    {
        [STYLE_TEXT] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_DIM] = LOOK(242, -1, 8, OWN, PLAIN),
        [STYLE_TITLE] = LOOK(255, 236, 15, 4, BOLD),
        [STYLE_LIVE] = LOOK(120, 236, 10, 4, BOLD),
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
        [STYLE_BASE] = LOOK(117, 24, 15, 6, UNDERLINE),
        [STYLE_MATCH] = LOOK(16, 114, 0, 2, BOLD),
        [STYLE_SELECT] = LOOK(255, 60, 15, 5, PLAIN),
        [STYLE_CURSOR] = LOOK(16, 255, 0, 7, BOLD),
        [STYLE_CURSOR2] = LOOK(255, 239, 15, 8, UNDERLINE),
        [STYLE_TYPED] = LOOK(231, 160, 15, 1, BOLD, UNDERLINE),
        [STYLE_LABEL] = LOOK(109, -1, 6, OWN, PLAIN),
        [STYLE_HEADER] = LOOK(109, -1, 6, OWN, BOLD),
        [STYLE_ROW] = LOOK(255, 238, 15, 4, BOLD),
        [STYLE_TAGGED] = LOOK(221, -1, 11, OWN, BOLD),
        [STYLE_NEW] = LOOK(120, -1, 10, OWN, BOLD),
        [STYLE_GONE] = LOOK(242, -1, 8, OWN, PLAIN),
        [STYLE_KEY] = LOOK(255, -1, 15, OWN, BOLD),
        [STYLE_BAR] = LOOK(16, 73, 0, 6, PLAIN),
        [STYLE_PROMPT] = LOOK(255, -1, OWN, OWN, BOLD),
        [STYLE_FROZEN] = LOOK(195, 25, 15, 6, BOLD, UNDERLINE),
        [STYLE_HEAT1] = LOOK(67, -1, 4, OWN, PLAIN),
        [STYLE_HEAT2] = LOOK(114, -1, 2, OWN, UNDERLINE),
        [STYLE_HEAT3] = LOOK(221, -1, 11, OWN, BOLD, UNDERLINE),
        [STYLE_HEAT4] = LOOK(231, 160, 15, 1, BOLD),
        [STYLE_STRIP_QUIET] = LOOK(244, -1, 7, OWN, PLAIN),
        [STYLE_STRIP_WARM] = LOOK(172, -1, 3, OWN, PLAIN),
        [STYLE_STRIP_FRESH] = LOOK(220, -1, 11, OWN, BOLD),
        [STYLE_STRIP_HERE] = LOOK(255, -1, 15, OWN, BOLD),
    },
};

static const struct theme light = {
    "light",
    {
        [STYLE_TEXT] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_DIM] = LOOK(246, -1, 8, OWN, PLAIN),
        [STYLE_TITLE] = LOOK(16, 252, 0, 7, BOLD),
        [STYLE_LIVE] = LOOK(22, 252, 2, 7, BOLD),
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
        [STYLE_SELECT] = LOOK(16, 183, 0, 5, PLAIN),
        [STYLE_CURSOR] = LOOK(231, 16, 15, 0, BOLD),
        [STYLE_CURSOR2] = LOOK(16, 250, 0, 7, UNDERLINE),
        [STYLE_TYPED] = LOOK(231, 160, 15, 1, BOLD, UNDERLINE),
        [STYLE_LABEL] = LOOK(24, -1, 4, OWN, PLAIN),
        [STYLE_HEADER] = LOOK(24, -1, 4, OWN, BOLD),
        [STYLE_ROW] = LOOK(16, 253, 0, 7, BOLD),
        [STYLE_TAGGED] = LOOK(130, -1, 1, OWN, BOLD),
        [STYLE_NEW] = LOOK(28, -1, 2, OWN, BOLD),
        [STYLE_GONE] = LOOK(246, -1, 8, OWN, PLAIN),
        [STYLE_KEY] = LOOK(16, -1, 0, OWN, BOLD),
        [STYLE_BAR] = LOOK(231, 24, 15, 4, PLAIN),
        [STYLE_PROMPT] = LOOK(16, -1, OWN, OWN, BOLD),
        [STYLE_FROZEN] = LOOK(17, 159, 0, 6, BOLD, UNDERLINE),
        [STYLE_HEAT1] = LOOK(31, -1, 4, OWN, PLAIN),
        [STYLE_HEAT2] = LOOK(28, -1, 2, OWN, UNDERLINE),
        [STYLE_HEAT3] = LOOK(130, -1, 1, OWN, BOLD, UNDERLINE),
        [STYLE_HEAT4] = LOOK(231, 160, 15, 1, BOLD),
        [STYLE_STRIP_QUIET] = LOOK(246, -1, 8, OWN, PLAIN),
        [STYLE_STRIP_WARM] = LOOK(172, -1, 3, OWN, PLAIN),
        [STYLE_STRIP_FRESH] = LOOK(160, -1, 1, OWN, BOLD),
        [STYLE_STRIP_HERE] = LOOK(16, -1, 0, OWN, BOLD),
    },
};

static const struct theme mono = {
    "mono",
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
        [STYLE_FRESH] = LOOK(-1, -1, OWN, OWN, BOLD, REVERSE),
        [STYLE_WARM] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_BASE] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_MATCH] = LOOK(-1, -1, OWN, OWN, UNDERLINE, REVERSE),
        [STYLE_SELECT] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_CURSOR] = LOOK(-1, -1, OWN, OWN, REVERSE),
        [STYLE_CURSOR2] = LOOK(-1, -1, OWN, OWN, UNDERLINE),
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
        [STYLE_FROZEN] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_HEAT1] = LOOK(-1, -1, OWN, OWN, UNDERLINE),
        [STYLE_HEAT2] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_HEAT3] = LOOK(-1, -1, OWN, OWN, BOLD, UNDERLINE),
        [STYLE_HEAT4] = LOOK(-1, -1, OWN, OWN, BOLD, REVERSE),
        [STYLE_STRIP_QUIET] = LOOK(-1, -1, OWN, OWN, DIM),
        [STYLE_STRIP_WARM] = LOOK(-1, -1, OWN, OWN, PLAIN),
        [STYLE_STRIP_FRESH] = LOOK(-1, -1, OWN, OWN, BOLD),
        [STYLE_STRIP_HERE] = LOOK(-1, -1, OWN, OWN, BOLD),
    },
};

const struct theme *const themes[] = {&dark, &light, &mono, NULL};

const struct theme *theme_find(const char *name)
{
    for (size_t i = 0; themes[i] != NULL; i++)
        if (strcmp(themes[i]->name, name) == 0)
            return themes[i];
    return NULL;
}
