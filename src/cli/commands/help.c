/* help: the texts of --help, from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "cli/run.h"
#include "list/segrow.h"

#define DEMO_NAME_EVERYWHERE "/shmlens-demo" /* as written in commands.def */

/* Prints a text of the tables, with what differs on this system. */
static void print_here(struct out *o, const char *text)
{
    static const char all_kinds[] = "posix sysv memfd fd file sem";
    static const char demo[] = DEMO_NAME_EVERYWHERE;
    char kinds[KINDS_TEXT];
    const char *at = strstr(text, all_kinds);
    const char *name = at == NULL ? strstr(text, demo) : NULL;
    const char *word = at != NULL ? kind_names(kinds) : seg_demo_name();
    size_t n = at != NULL ? sizeof all_kinds - 1 : sizeof demo - 1;
    at = at != NULL ? at : name;
    if (at == NULL) {
        out_str(o, text);
        return;
    }
    out_bytes(o, text, (size_t)(at - text));
    out_str(o, word);
    out_str(o, at + n);
}

static void print_options(struct out *o, const char *command)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (command_has_option(&row[i], command) && row[i].help != NULL) {
            char left[64];
            (void)snprintf(left, sizeof left, "--%s%s%s", row[i].name,
                           row[i].arg == NULL ? "" : " ", row[i].arg == NULL ? "" : row[i].arg);
            out_print(o, "  %-22s ", left);
            print_here(o, row[i].help);
            out_str(o, "\n");
        }
    }
}

static void help_command(struct out *o, const struct command *c)
{
    out_print(o, "shmlens %s%s%s [OPTIONS]\n\n  %s\n\n", c->name, c->synopsis[0] == '\0' ? "" : " ",
              c->synopsis, c->help);
    print_options(o, c->name);
}

static void print_views(struct out *o)
{
    size_t count = 0;
    const struct view *v = view_table(&count);
    out_str(o, "\nViews (--as VIEW):");
    for (size_t i = 0; i < count; i++)
        out_print(o, "%s%s", i % 12 == 0 ? "\n  " : " ", v[i].name);
    out_str(o, "\n  without le or be: the byte order of this machine\n");
}

static const char naming[] =
    "  unprintable bytes of a name are \\xNN, a backslash is \\\\\n"
    "\nNumbers: 64 0x40 0b1000000 0o100 4K 1MiB; offsets also end, end-16; times 250ms 1.5s 2m\n"
    "Exit status: 0 done, 1 the condition was not met, 2 an error\n"
    "\nLooking changes nothing: holes stay holes, nothing is locked or stopped. While attached,\n"
    "shmlens keeps a removed segment alive; attaching to a System V segment counts as an attach\n"
    "and updates its times.\n";

void help_all(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    out_str(o, "shmlens " SHMLENS_VERSION ": look at live shared memory, and change it\n\n"
               "  shmlens [OPTIONS] [LOCATOR]   the terminal UI: the list, or the segment LOCATOR\n"
               "  shmlens COMMAND ...           one command, no UI\n\nOptions of the UI:\n");
    print_options(o, "ui");
    out_str(o, "\nCommands (shmlens COMMAND --help explains one):\n");
    for (size_t i = 0; i < count; i++) {
        char left[80];
        (void)snprintf(left, sizeof left, "%s %s", c[i].name, c[i].synopsis);
        if (strlen(left) > 34)
            out_print(o, "  %s\n  %-34s ", left, "");
        else
            out_print(o, "  %-34s ", left);
        print_here(o, c[i].help);
        out_str(o, "\n");
    }
    print_views(o);
    out_str(o, "\nA segment (LOCATOR):\n");
    for (size_t i = 0; seg_words_at(i) != NULL; i++)
        out_str(o, seg_words_at(i)->help);
    out_str(o, naming);
}

static const struct {
    const char *name, *args, *help;
} actions[] = {
#define ACTION(name, args, help) {#name, args, help},
#include "core/screen/actions.def"
#undef ACTION
};

static const struct {
    const char *name, *line;
} aliases[] = {
#define ALIAS(name, line) {#name, line},
#define ALONE(name, line)
#include "core/screen/aliases.def"
#undef ALIAS
#undef ALONE
};

/* What only the terminal UI has; false: that has none of this name either. */
static bool help_action(struct out *o, const char *name)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        out_print(o, ":%s%s%s\n\n  %s (in the terminal UI)\n", name,
                  actions[i].args[0] == '\0' ? "" : " ", actions[i].args, actions[i].help);
        return true;
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (strcmp(aliases[i].name, name) != 0)
            continue;
        out_print(o, ":%s\n\n  the same as `:%s` (in the terminal UI)\n", name, aliases[i].line);
        return true;
    }
    return false;
}

int cmd_help(struct command_run *r)
{
    const struct command *c = NULL;
    static const char *const documents[] = {"man", "bash", "zsh", "fish"};
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        if (run_option(r, documents[i]) != NULL) {
            help_document(r->env->out, documents[i]);
            return EXIT_DONE;
        }
    }
    if (r->args->words == 0) {
        help_all(r->env->out);
        return EXIT_DONE;
    }
    if (strcmp(r->args->word[0], "concepts") == 0) {
        help_concepts(r->env->out);
        return EXIT_DONE;
    }
    c = command_find(r->args->word[0]);
    if (c == NULL && help_action(r->env->out, r->args->word[0]))
        return EXIT_DONE;
    if (c == NULL)
        return run_bad_word(r, "COMMAND", r->args->word[0], "no such command");
    help_command(r->env->out, c);
    return EXIT_DONE;
}
