#include "core/screen/card.h"

#include <stdio.h>
#include <string.h>

#define GROUP(mode, side, title)               {mode, CARD_##side, NULL, NULL, title},
#define ROW(mode, side, keys, commands, words) {mode, CARD_##side, keys, commands, words},
#define SIGN(mode, side, keys, words)          {mode, CARD_##side, keys, NULL, words},
static const struct card_row rows[] = {
#include "core/screen/card.def"
};
#undef GROUP
#undef ROW
#undef SIGN

enum { ROWS = sizeof rows / sizeof rows[0] };

const struct card_row *card_row(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

/* The command at *p, which is separated from the next by a bar; moves *p past it. 0: no more. */
static size_t next_command(const char **p, const char **command)
{
    size_t n = strcspn(*p, "|");
    *command = *p;
    *p += (*p)[n] == '|' ? n + 1 : n;
    return n;
}

static bool runs(const struct binding *b, enum key_mode mode, const char *command, size_t n)
{
    return b->mode == mode && strlen(b->command) == n && memcmp(b->command, command, n) == 0;
}

/* The i-th key of a mode that runs the command; false: there are fewer. */
static bool key_of(const struct keymap *m, enum key_mode mode, const char *command, size_t n,
                   size_t i, struct key *key)
{
    const struct binding *b;
    for (size_t row = 0; (b = keymap_row(m, row)) != NULL; row++) {
        if (runs(b, mode, command, n) && i-- == 0) {
            *key = b->key;
            return true;
        }
    }
    return false;
}

static bool same_keys(const struct keymap *a, const struct keymap *b, enum key_mode mode,
                      const char *command, size_t n)
{
    for (size_t i = 0;; i++) {
        struct key x = {0}, y = {0};
        bool more = key_of(a, mode, command, n, i, &x);
        if (more != key_of(b, mode, command, n, i, &y))
            return false;
        if (!more)
            return true;
        if (x.code != y.code || x.mods != y.mods)
            return false;
    }
}

static bool is_usual(const struct keymap *m, const struct keymap *usual, const struct card_row *row)
{
    const char *p = row->commands, *command;
    for (size_t n; (n = next_command(&p, &command)) > 0;)
        if (!same_keys(m, usual, row->mode, command, n))
            return false;
    return true;
}

void card_keys(const struct keymap *m, const struct keymap *usual, const struct card_row *row,
               char *out, size_t cap)
{
    const char *p = row->commands, *command;
    size_t at = 0;
    out[0] = '\0';
    if (row->commands == NULL || is_usual(m, usual, row)) {
        (void)snprintf(out, cap, "%s", row->keys != NULL ? row->keys : "");
        return;
    }
    for (size_t n; (n = next_command(&p, &command)) > 0;) {
        struct key key;
        for (size_t i = 0; key_of(m, row->mode, command, n, i, &key); i++) {
            char name[KEY_NAME_MAX];
            size_t length = key_name(key, name);
            if (at + length + 2 > cap)
                return;
            at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? " " : "", name);
        }
    }
}

bool card_has(enum key_mode mode, const char *command)
{
    size_t length = strlen(command);
    for (size_t i = 0; i < ROWS; i++) {
        const char *p = rows[i].commands, *one;
        if (rows[i].mode != mode || p == NULL)
            continue;
        for (size_t n; (n = next_command(&p, &one)) > 0;)
            if (n == length && memcmp(one, command, n) == 0)
                return true;
    }
    return false;
}
