/* Documents made from the tables: the man page and the completions of the shells, which are
 * templates in docs/ with placeholders. */
#include <stdio.h>
#include <string.h>

#include "cli/help_shells.h"
#include "cli/run.h"
#include "core/screen/keymap.h"

/* ---- keys: one line per binding, with all its keys ---- */

struct key_line {
    char keys[160];
    const char *note;
};

/* The line that begins at row *i; moves *i past it. */
static bool key_line(const struct keymap *m, enum key_mode mode, size_t *i, struct key_line *line)
{
    const struct binding *b = NULL;
    while ((b = keymap_row(m, *i)) != NULL && (b->mode != mode || b->note == NULL))
        (*i)++;
    if (b == NULL)
        return false;
    size_t used = 0;
    line->note = b->note;
    line->keys[0] = '\0';
    do {
        char name[KEY_NAME_MAX];
        (void)key_name(b->key, name);
        int n = snprintf(line->keys + used, sizeof line->keys - used, "%s%s", used == 0 ? "" : " ",
                         name);
        used += n > 0 && (size_t)n < sizeof line->keys - used ? (size_t)n : 0;
        b = keymap_row(m, ++*i);
    } while (b != NULL && b->mode == mode && b->note == NULL);
    return true;
}

/* ---- the man page ---- */

/* Text for roff, with what would be a request or an escape quoted. */
static void roff(struct out *o, const char *s)
{
    if (*s == '.' || *s == '\'')
        out_str(o, "\\&");
    for (; *s != '\0'; s++)
        if (*s == '\\')
            out_str(o, "\\e");
        else if (*s == '-')
            out_str(o, "\\-");
        else if (*s == '\'')
            out_str(o, "\\(aq");
        else if (*s == '^')
            out_str(o, "\\(ha");
        else if (*s == '`')
            out_str(o, "\\(ga");
        else
            out_bytes(o, s, 1);
}

static void man_options(struct out *o, const char *command)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(row[i].command, command) == 0 && row[i].help != NULL) {
            out_str(o, ".TP\n\\fB\\-\\-");
            roff(o, row[i].name);
            out_str(o, "\\fR");
            if (row[i].arg != NULL) {
                out_str(o, " \\fI");
                roff(o, row[i].arg);
                out_str(o, "\\fR");
            }
            out_str(o, "\n");
            roff(o, row[i].help);
            out_str(o, "\n");
        }
    }
}

static void man_ui_options(struct out *o)
{
    man_options(o, "ui");
}

static void man_commands(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    man_options(o, "every");
    for (size_t i = 0; i < count; i++) {
        out_str(o, ".SS ");
        roff(o, c[i].name);
        out_str(o, " ");
        roff(o, c[i].synopsis);
        out_str(o, "\n");
        roff(o, c[i].help);
        out_str(o, "\n");
        man_options(o, c[i].name);
    }
}

static void man_keys(struct out *o)
{
    struct keymap *m = keymap_new();
    for (int mode = 0; m != NULL && mode < MODE_COUNT; mode++) {
        struct key_line line;
        size_t i = 0;
        out_print(o, ".SS %s (%s)\n", key_mode_title((enum key_mode)mode),
                  key_mode_name((enum key_mode)mode));
        while (key_line(m, (enum key_mode)mode, &i, &line)) {
            out_str(o, ".TP\n\\fB");
            roff(o, line.keys);
            out_str(o, "\\fR\n");
            roff(o, line.note);
            out_str(o, "\n");
        }
    }
    keymap_free(m);
}

/* ---- templates ---- */

static void version(struct out *o)
{
    out_str(o, SHMLENS_VERSION);
}

static const struct {
    const char *name; /* @NAME@ in the template */
    void (*print)(struct out *o);
} placeholders[] = {
    {"VERSION", version},
    {"UI_OPTIONS", man_ui_options},
    {"COMMANDS", man_commands},
    {"KEYS", man_keys},
    {"VIEW_NAMES", help_view_names},
    {"SHELL_NAMES", help_shell_names},
    {"SHELL_VALUES", help_shell_values},
    {"SHELL_COMMANDS", help_shell_commands},
    {"SHELL_VALUED", help_shell_valued},
    {"FISH_COMMANDS", help_fish_commands},
};

/* Prints what the placeholder at p stands for; returns its length, 0: there is none at p. */
static size_t placeholder(struct out *o, const char *p)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++) {
        size_t n = strlen(placeholders[i].name);
        if (strncmp(p + 1, placeholders[i].name, n) == 0 && p[n + 1] == '@') {
            placeholders[i].print(o);
            return n + 2;
        }
    }
    return 0;
}

/* A placeholder alone on its line stands for whole lines. */
static void expand(struct out *o, const char *template)
{
    for (const char *p = template; *p != '\0';) {
        const char *at = strchr(p, '@');
        size_t n = at != NULL ? (size_t)(at - p) : strlen(p);
        bool line_starts = at != NULL && (at == template || at[-1] == '\n');
        out_bytes(o, p, n);
        p += n;
        n = at != NULL ? placeholder(o, p) : 0;
        if (n == 0 && at != NULL)
            out_bytes(o, p, n = 1);
        else if (line_starts && p[n] == '\n')
            n++;
        p += n;
    }
}

void help_document(struct out *o, const char *which)
{
    if (strcmp(which, "man") == 0)
        expand(o, help_man);
    else if (strcmp(which, "bash") == 0)
        expand(o, help_bash);
    else if (strcmp(which, "zsh") == 0)
        expand(o, help_zsh);
    else if (strcmp(which, "fish") == 0)
        expand(o, help_fish);
}
