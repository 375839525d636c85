/* Options by name: the lines `set NAME VALUE` and `bind MODE KEY COMMAND` of the configuration and
 * of the options that persist between runs, and the marks of each locator. Text in, text out: the
 * caller reads and writes the files. */
#ifndef SHMLENS_SESSION_SETTINGS_H
#define SHMLENS_SESSION_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/keymap.h"
#include "session/session.h"

enum {
    SETTINGS_WHY = 200,          /* bytes of a reason, with the NUL */
    SETTINGS_FILE_MAX = 1 << 20, /* largest file that is read */
    SETTINGS_PRINTED = 1024,     /* bytes that settings_print needs at most */
    SETTINGS_VALUE = 176,        /* bytes of a value, with the NUL */
    MARKS_FILE_LINES = 2000,     /* lines in the file of marks; the oldest are dropped first */
};

/* The names that `set` knows, NULL at the end, and what each is (for help and completion). */
const char *setting_name(size_t i);
const char *setting_help(size_t i);
char setting_letter(size_t i); /* chooses it in the menu of options */

/* Sets one option. NULL, or why not: printable, in `why`; then nothing has changed. */
const char *settings_set(struct settings *s, const char *name, const char *value,
                         char why[SETTINGS_WHY]);

/* The value of option i as `set` takes it. */
void settings_value(const struct settings *s, size_t i, char *out, size_t cap);

/* Options whose value differs between the two, as bits (bit i: option i). */
uint32_t settings_changed(const struct settings *a, const struct settings *b);

/* Reads a configuration: `set`, `bind`, comments, blank lines. What is understood is used, `seen`
 * (may be NULL) gets the bits of the options that were set. Returns the number of lines not
 * understood; `why` says what is wrong with the first: `line 3: no such option: foo`. */
size_t settings_read(struct settings *s, struct keymap *keys, const char *text, size_t n,
                     uint32_t *seen, char why[SETTINGS_WHY]);

/* `set NAME VALUE` lines of the options in `which`. Returns the length. */
size_t settings_print(const struct settings *s, uint32_t which, char out[SETTINGS_PRINTED]);

/* Marks of one locator (as it is shown) from the text of the marks' file: lines
 * `LETTER OFFSET LOCATOR`. Other lines are skipped. */
void marks_read(const char *text, size_t n, const char *locator, uint64_t marks[MARKS],
                uint32_t *set);

/* The text with this locator's lines replaced, malloc'd; NULL: out of memory. */
char *marks_write(const char *text, size_t n, const char *locator, const uint64_t marks[MARKS],
                  uint32_t set, size_t *length);

#endif
