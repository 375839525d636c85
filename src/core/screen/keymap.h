/* Keys and what they do: one table (keys.def), from which help, key bar, man page and README are
 * printed. A binding's right side is a command line, the same that the `:` prompt takes. Pure. */
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

/* One a screen; MODE_WHO: the panel of processes, in front of the keys of the screen it is on. */
enum key_mode { MODE_SEGMENTS, MODE_INSPECT, MODE_WHO, MODE_CALLS, MODE_HELP, MODE_COUNT };

/* One row of the table; several rows may share a command (F5 and g). */
struct binding {
    uint8_t mode; /* enum key_mode */
    struct key key;
    const char *command; /* `goto`, `view next`, `poke`; what the prompt would run */
    const char
        *note; /* help: a few words; NULL: a twin of the row before it (same line of the help) */
    const char *bar; /* word in the key bar, NULL: not there */
};

struct keymap; /* defaults and the user's bindings over them */

MUST_USE struct keymap *keymap_new(void);
void keymap_free(struct keymap *m);

/* Binds a key; `command` empty: unbinds. NULL, or a reason why not. Strings are copied. The row of
 * the key so far goes, a twin takes over its words; the new row comes last, with the note of the
 * default that has its command, else with the command as its note. Rows handed out before are no
 * longer valid. */
MUST_USE const char *keymap_bind(struct keymap *m, enum key_mode mode, const char *key,
                                 const char *command);

/* The command of a key in a mode, NULL: none. */
const struct binding *keymap_find(const struct keymap *m, enum key_mode mode, struct key key);

/* Row i of all rows in effect (defaults first), NULL at the end. */
const struct binding *keymap_row(const struct keymap *m, size_t i);

/* Names: `g`, `F5`, `^T`, `S-Left`, `M-x`, `Space`, `Enter`, `Esc`, `Tab`, `PgUp`, `Home`, ...
 * Prefixes come in the order `M-` `^` `S-`. Exact inverses (`^t` is read as `^T`); key_name of what
 * no name is for is empty, 0. */
MUST_USE bool key_parse(const char *name, struct key *out);
enum { KEY_NAME_MAX = 24 };
size_t key_name(struct key key, char out[KEY_NAME_MAX]);

const char *key_mode_name(enum key_mode mode); /* `segments`, `inspect`, `who`, ... */
MUST_USE bool key_mode_find(const char *name, enum key_mode *out);

#endif
