/* Options by name: the lines `set NAME VALUE` and `bind MODE KEY COMMAND` of the configuration and
 * of the options that persist between runs. Text in, text out: the caller reads and writes the
 * files. */
#ifndef SHMLENS_SESSION_SETTINGS_H
#define SHMLENS_SESSION_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/keymap.h"
#include "session/session.h"

enum {
    SETTINGS_WHY = 200,          /* bytes of a reason, with the NUL */
    SETTINGS_FAULTS = 300,       /* bytes of the faults of a file, with the NUL */
    SETTINGS_FILE_MAX = 1 << 20, /* largest file that is read */
    SETTINGS_PRINTED = 1024,     /* bytes that settings_print needs at most */
    SETTINGS_VALUE = 176,        /* bytes of a value, with the NUL */
};

/* The names that `set` knows, NULL at the end, and what each is (for help and completion). */
const char *setting_name(size_t i);
const char *setting_help(size_t i);
const char *setting_takes(size_t i); /* `1 to 1000`, `on or off` */

/* Sets one option. NULL, or why not: printable, in `why`; then nothing has changed. */
const char *settings_set(struct settings *s, const char *name, const char *value,
                         char why[SETTINGS_WHY]);

/* The value of option i as `set` takes it. */
void settings_value(const struct settings *s, size_t i, char *out, size_t cap);

/* Copies the options in `which` (bits). */
void settings_take(struct settings *to, const struct settings *from, uint32_t which);

/* The option of this name; SIZE_MAX: there is none. */
size_t setting_find(const char *name);

/* Options whose value differs between the two, as bits (bit i: option i). */
uint32_t settings_changed(const struct settings *a, const struct settings *b);

/* Reads a configuration: `set`, `bind`, comments, blank lines. What is understood is used, `seen`
 * (may be NULL) gets the bits of the options that were set. Returns the number of lines not
 * understood; `why` says what is wrong with them: `line 3: no such option: foo; line 5: ...`, and
 * how many more there are when it is full. */
size_t settings_read(struct settings *s, struct keymap *keys, const char *text, size_t n,
                     uint32_t *seen, char why[SETTINGS_FAULTS]);

/* `set NAME VALUE` lines of the options in `which`. Returns the length. */
size_t settings_print(const struct settings *s, uint32_t which, char out[SETTINGS_PRINTED]);

#endif
