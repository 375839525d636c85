/* The help: entries (help_text.c) that are laid out as lines of the screen's width and filtered as
 * the user types (screen_help.c). */
#ifndef SHMLENS_UI_FRAME_HELP_H
#define SHMLENS_UI_FRAME_HELP_H

#include <stddef.h>

#include "core/screen/card.h"
#include "ui/frame/ui.h"

enum { HELP_ENTRIES = 600, HELP_LINES = 2400, HELP_KEY_MAX = 40, HELP_TEXT_MAX = 480 };

enum help_kind {
    HELP_CARD,    /* a line of the card: two halves */
    HELP_HEADING, /* of a section */
    HELP_KEYS,    /* a key, sign or name, and what it does */
    HELP_TEXT     /* a paragraph */
};

/* Half a line of the card. */
struct help_half {
    const struct card_row *row; /* NULL: empty */
    char keys[HELP_KEY_MAX];
};

struct help_entry {
    enum help_kind kind;
    enum style style; /* of `key` */
    char key[HELP_KEY_MAX];
    char text[HELP_TEXT_MAX];
    char command[HELP_KEY_MAX]; /* what the key runs; empty: none is named */
    struct help_half half[2];   /* HELP_CARD */
};

/* A line of the screen: a part of an entry's text. */
struct help_line {
    uint16_t entry; /* HELP_ENTRIES: a blank line */
    uint16_t from, length;
};

struct help_state {
    struct help_entry entry[HELP_ENTRIES];
    size_t count;
    struct help_line line[HELP_LINES]; /* laid out for `columns` and `laid_filter` */
    int lines, top, columns;
    const struct screen *of; /* the screen it was opened from */
    char filter[HELP_KEY_MAX], laid_filter[HELP_KEY_MAX];
};

/* The word for what the help is about: `list`, `bytes`, `fields`, ...; as `:bind` takes it. */
const char *help_place(const struct ui *ui, const struct screen *of);

/* Fills the entries for that screen. */
void help_fill(struct ui *ui, const struct screen *of);

#endif
