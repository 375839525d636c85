/* What the command line says to the terminal UI: parsed and checked once, before the UI starts. */
#ifndef SHMLENS_CLI_OPTIONS_H
#define SHMLENS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Everything that is 0 or NULL was not given: the configuration or the default decides. */
struct ui_options {
    const char *locator; /* raw, canonical: straight into this segment; NULL: the list */
    bool edit;           /* start in edit mode */
    double hz;           /* samples a second, above 0 and at most UI_HZ_MAX */
    const char *view;    /* name of a view that view_find knows */
    unsigned width;      /* bytes a row, 1 to UI_WIDTH_MAX */
    uint64_t range_offset, range_length; /* show only this part; length 0: all */
    const char *theme;                   /* `dark`, `light` or `mono` */
    bool no_mouse;                       /* leave the mouse to the terminal */
    bool no_config;                      /* read no configuration, keep no options */
    bool demo;                           /* opened by the demo command: greet */
    int64_t until;                       /* end by itself at this time of os_now; 0: never */
};

enum { UI_HZ_MAX = 10000, UI_WIDTH_MAX = 256 };

#endif
