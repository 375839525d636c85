/* What the command line passes to the terminal UI: parsed and checked once, before the UI starts.
 */
#ifndef SHMLENS_CLI_OPTIONS_H
#define SHMLENS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_TYPES_MAX = 16 };

/* A member that is 0 or NULL was not given: the configuration or the default decides. */
struct ui_options {
    const char *locator;                 /* raw, canonical: open this segment; NULL: the list */
    bool edit;                           /* start in edit mode */
    double hz;                           /* samples a second, above 0 and at most UI_HZ_MAX */
    const char *view;                    /* name of a view known to view_find */
    unsigned width;                      /* bytes a row, 1 to UI_WIDTH_MAX */
    uint64_t range_offset, range_length; /* show only this part; length 0: all */
    const char *types[UI_TYPES_MAX];     /* files with types, */
    size_t types_count;
    const char *type;       /* and the one whose fields are shown; NULL: bytes */
    const char *theme;      /* `auto`, `dark`, `light` or `mono` */
    bool no_mouse;          /* leave the mouse to the terminal */
    bool no_config;         /* read no configuration, store no options */
    bool demo;              /* opened by the demo command: greet */
    bool tour;              /* with the demo's tour */
    const char *lab;        /* the lesson that is opened; empty: the list of them; NULL: none */
    const char *lesson_dir; /* lessons of this folder; NULL: those of the program */
    int64_t until;          /* end by itself at this time (os_now's clock); 0: never */
};

enum { UI_HZ_MAX = 10000, UI_WIDTH_MAX = 256 };

#endif
