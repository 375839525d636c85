/* Keys and what they do: one table (keys.def), from which help, key bar and man page are
 * generated. A binding runs a command line, as typed at the `:` prompt. Pure. */
#ifndef SHMLENS_CORE_SCREEN_KEYMAP_H
#define SHMLENS_CORE_SCREEN_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

/* One key press. `code` is a Unicode code point for characters (a shifted letter is its capital),
 * or a KEY_* below; Ctrl-letter is { 'a'..'z', KEY_CTRL }; Tab, Enter, Esc, Backspace are KEY_*
 * codes. */
struct key {
    uint32_t code;
    uint32_t mods; /* KEY_CTRL | KEY_SHIFT | KEY_ALT */
};

enum { KEY_CTRL = 1, KEY_SHIFT = 2, KEY_ALT = 4 };

enum {
    KEY_BASE = 0x200000, /* above Unicode */
    KEY_ENTER_ = KEY_BASE,
    KEY_ESC_,
    KEY_TAB_,
    KEY_BACKSPACE_,
    KEY_DELETE_,
    KEY_INSERT_,
    KEY_UP_,
    KEY_DOWN_,
    KEY_LEFT_,
    KEY_RIGHT_,
    KEY_HOME_,
    KEY_END_,
    KEY_PGUP_,
    KEY_PGDN_,
    KEY_F1_, /* F1 to F12 are KEY_F1_ + 0..11 */
    KEY_LAST_ = KEY_F1_ + 12
};

/* One per screen; the keys of MODE_TREE (fields in place of bytes), and of MODE_WHO and MODE_MARKS,
 * the panels of users and of marks, come before those of their screen, and those of MODE_LESSON
 * before all while a lesson is open. */
enum key_mode {
    MODE_SEGMENTS,
    MODE_INSPECT,
    MODE_TREE,
    MODE_WHO,
    MODE_MARKS,
    MODE_CALLS,
    MODE_HELP,
    MODE_LAB,
    MODE_LESSON,
    MODE_COUNT
};

/* One row of the table; several rows may share a command (F5 and g). */
struct binding {
    uint8_t mode; /* enum key_mode */
    struct key key;
    const char *command; /* `goto`, `view next`, `poke`; as typed at the prompt */
    const char *note;    /* help: a few words; NULL: another key for the row before */
    const char *bar;     /* word in the key bar, NULL: none */
};

struct keymap; /* the defaults, overlaid with the user's bindings */

MUST_USE struct keymap *keymap_new(void);
void keymap_free(struct keymap *m);

/* Binds a key; an empty `command` unbinds it. NULL, or a reason why not. Strings are copied. The
 * key's old row is removed, and a twin inherits its words; the new row comes last, with the note of
 * the default that has the same command, or else the command as its note. Rows returned earlier are
 * no longer valid. */
MUST_USE const char *keymap_bind(struct keymap *m, enum key_mode mode, const char *key,
                                 const char *command);

/* The binding of a key in a mode; NULL: none. */
const struct binding *keymap_find(const struct keymap *m, enum key_mode mode, struct key key);

/* Row i of all rows in effect (defaults first); NULL at the end. */
const struct binding *keymap_row(const struct keymap *m, size_t i);

/* Names: `g`, `F5`, `^T`, `S-Left`, `M-x`, `Space`, `Enter`, `Esc`, `Tab`, `PgUp`, `Home`, ...
 * Prefixes come in the order `M-` `^` `S-`. Exact inverses (`^t` is read as `^T`); key_name of a
 * key without a name is empty, 0. */
MUST_USE bool key_parse(const char *name, struct key *out);
enum { KEY_NAME_MAX = 24 };
size_t key_name(struct key key, char out[KEY_NAME_MAX]);

const char *key_mode_name(enum key_mode mode);  /* `list`, `bytes`, `users`, ... */
const char *key_mode_title(enum key_mode mode); /* as a heading */
/* Also by the older words: `segments`, `inspect`, `tree`, `who`, `marks`. */
MUST_USE bool key_mode_find(const char *name, enum key_mode *out);

#endif
