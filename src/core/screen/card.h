/* The card: the first page of the help, which shows every key of a screen in two columns of groups
 * (card.def). Its words are written by hand; its keys are compared with the bindings in force.
 * Where the user has bound one of a row's commands to another key, the row spells out the keys that
 * run them now. Pure. */
#ifndef SHMLENS_CORE_SCREEN_CARD_H
#define SHMLENS_CORE_SCREEN_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/screen/keymap.h"

enum { CARD_KEYS = 11, CARD_WORDS = 26 }; /* columns of the two parts of a row */

enum card_side { CARD_LEFT, CARD_RIGHT };

/* A row. A heading has no keys and no commands; a sign has no commands. */
struct card_row {
    enum key_mode mode;
    enum card_side side;
    const char *keys, *commands, *words;
};

/* Row i of the card of all modes, in the order in which they are shown; NULL at the end. */
const struct card_row *card_row(size_t i);

/* The keys of a row as bound in `m`, at most cap - 1 bytes of UTF-8; cut at a key. `usual` is a map
 * without the user's bindings. Empty: none of its commands has a key. */
void card_keys(const struct keymap *m, const struct keymap *usual, const struct card_row *row,
               char *out, size_t cap);

/* Does a row of this mode have the command? */
bool card_has(enum key_mode mode, const char *command);

#endif
