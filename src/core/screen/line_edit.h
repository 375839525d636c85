/* A line editor over UTF-8: the text, cursor and history of prompts. Pure. */
#ifndef SHMLENS_CORE_SCREEN_LINE_EDIT_H
#define SHMLENS_CORE_SCREEN_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/keymap.h"

enum { EDIT_MAX = 1024, LINE_HISTORY_MAX = 100 };

struct edit {
    char text[EDIT_MAX];  /* valid UTF-8, NUL-terminated */
    size_t length;        /* bytes */
    size_t cursor;        /* byte index of a character's start, or length */
    int back;             /* position in the history: 0 is the line being typed */
    char draft[EDIT_MAX]; /* the line being typed, while the history is shown */
};

struct line_history {
    char *line[LINE_HISTORY_MAX]; /* malloc'd; line[0] is the newest */
    int count;
};

void edit_set(struct edit *e,
              const char *text); /* cursor at the end; cut at a character border if too long;
                                    invalid UTF-8 and controls become `?` */

/* Applies a key: characters insert; Left Right Home End ^A ^E Backspace ^H Delete ^D ^U ^K ^W ^B ^F
 * Up Down ^P ^N (the last four need a history). Combining marks move with their character. True:
 * the key was consumed. A paste arrives as characters; controls are ignored. */
bool edit_key(struct edit *e, struct key key, const struct line_history *h);

void line_history_add(
    struct line_history *h,
    const char *line); /* ignores empty lines; a repeated one moves to the front */
void line_history_free(struct line_history *h);

#endif
