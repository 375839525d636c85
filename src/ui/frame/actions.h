/* Actions: what keys, menus and the `:` line can run besides the commands. Each row of actions.def
 * names a function; this header declares them all, and nothing else does. */
#ifndef SHMLENS_UI_ACTIONS_H
#define SHMLENS_UI_ACTIONS_H

#include "ui/frame/ui.h"

/* `arg` is the rest of the line after the name: its words with single blanks between them, or "".
 */
#define ACTION(name, args, help) void act_##name(struct ui *ui, const char *arg);
#include "core/screen/actions.def"
#undef ACTION

struct action {
    const char *name, *args, *help;
    void (*run)(struct ui *ui, const char *arg);
};

const struct action *action_find(const char *name); /* NULL: no such action */
const struct action *action_table(size_t *count);

/* Another name for a line (aliases.def). */
struct action_alias {
    const char *name, *line;
    bool alone; /* with arguments the name is a command's */
};

const struct action_alias *action_alias_table(size_t *count);

/* Puts the line that this one means by another name into out; false: it is as it is. */
bool action_alias(const char *line, char *out, size_t cap);

/* Copies the first word of arg into word (cut to cap bytes); returns the text after it. */
const char *action_word(const char *arg, char *word, size_t cap);

#endif
