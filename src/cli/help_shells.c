#include "cli/help_shells.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/complete.h"

enum { PLACES = 4 }; /* of a command's arguments that are completed */

/* Words go out with blanks between them. */
struct word_list {
    struct out *out;
    bool more;
};

static void print_word(void *ctx, const char *word)
{
    struct word_list *w = ctx;
    out_print(w->out, "%s%s", w->more ? " " : "", word);
    w->more = true;
}

/* What a token stands for: words, and @segments or @files. */
static void print_token(struct out *o, const char *token)
{
    struct word_list w = {o, false};
    enum complete_more more = complete_token(token, print_word, &w);
    if (more == COMPLETE_SEGMENTS)
        print_word(&w, "@segments");
    if (more == COMPLETE_FILES)
        print_word(&w, "@files");
}

void help_shell_names(struct out *o)
{
    struct word_list w = {o, false};
    (void)complete_token("COMMAND", print_word, &w);
}

void help_shell_valued(struct out *o)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0, printed = 0; i < count; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || (row[k].arg != NULL && strcmp(row[k].name, row[i].name) == 0);
        if (row[i].arg != NULL && !again)
            out_print(o, "%s--%s", printed++ > 0 ? " " : "", row[i].name);
    }
}

void help_view_names(struct out *o)
{
    struct word_list w = {o, false};
    (void)complete_token("VIEW", print_word, &w);
}

/* ---- bash and zsh ---- */

void help_shell_values(struct out *o)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (row[i].arg == NULL || row[i].help == NULL)
            continue;
        bool every = strcmp(row[i].command, "every") == 0;
        out_print(o, "    %s:--%s) offer=\"", every ? "*" : row[i].command, row[i].name);
        print_token(o, row[i].arg);
        out_str(o, "\" ;;\n");
    }
}

static void print_options(struct out *o, const char *command)
{
    struct word_list w = {o, false};
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        char dashed[40];
        if (!command_has_option(&row[i], command) || row[i].help == NULL)
            continue;
        (void)snprintf(dashed, sizeof dashed, "--%s", row[i].name);
        print_word(&w, dashed);
    }
}

static void print_case(struct out *o, const char *name, const char *synopsis)
{
    char token[TOKEN_MAX];
    out_print(o, "    %s) options=\"", name);
    print_options(o, name);
    out_str(o, "\"");
    for (size_t i = 0; i < PLACES && complete_nth(synopsis, i, token); i++) {
        out_print(o, " place%zu=\"", i + 1);
        print_token(o, token);
        out_str(o, "\"");
    }
    out_str(o, " ;;\n");
}

void help_shell_commands(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    for (size_t i = 0; i < count; i++)
        print_case(o, c[i].name, c[i].synopsis);
    print_case(o, "ui", "LOCATOR");
}

/* ---- fish ---- */

/* In single quotes, where only a quote and a backslash are special. */
static void fish_quoted(struct out *o, const char *text)
{
    out_str(o, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            out_str(o, "\\");
        out_bytes(o, text, 1);
    }
    out_str(o, "'");
}

/* -a 'WORDS', with the functions of the template for segments; -F for files, -f for none. */
static void fish_token(struct out *o, const char *token)
{
    struct word_list w = {o, false};
    out_str(o, " -a '");
    enum complete_more more = complete_token(token, print_word, &w);
    if (more == COMPLETE_SEGMENTS)
        print_word(&w, "(__shmlens_segments)");
    out_str(o, more == COMPLETE_FILES ? "' -F" : "' -f");
}

static void fish_options(struct out *o, const char *command)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (!command_has_option(&row[i], command) || row[i].help == NULL)
            continue;
        out_print(o, "complete -c shmlens -n '__shmlens_in %s' -l %s", command, row[i].name);
        if (row[i].arg != NULL) {
            out_str(o, " -r");
            fish_token(o, row[i].arg);
        }
        out_str(o, " -d ");
        fish_quoted(o, row[i].help);
        out_str(o, "\n");
    }
}

static void fish_places(struct out *o, const char *name, const char *synopsis)
{
    char token[TOKEN_MAX];
    for (size_t i = 0; i < PLACES && complete_nth(synopsis, i, token); i++) {
        out_print(o, "complete -c shmlens -n '__shmlens_in %s %zu'", name, i + 1);
        fish_token(o, token);
        out_str(o, "\n");
    }
}

void help_fish_commands(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    for (size_t i = 0; i < count; i++) {
        out_print(o, "complete -c shmlens -n '__shmlens_in ui 1' -a %s -d ", c[i].name);
        fish_quoted(o, c[i].help);
        out_str(o, "\n");
        fish_options(o, c[i].name);
        fish_places(o, c[i].name, c[i].synopsis);
    }
    fish_options(o, "ui");
    fish_places(o, "ui", "LOCATOR");
}
