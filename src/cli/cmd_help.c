#include <stdio.h>
#include <string.h>

#include "cli/run.h"

static void print_options(struct out *o, const char *command)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (command_has_option(&row[i], command) && row[i].help != NULL) {
            char left[64];
            (void)snprintf(left, sizeof left, "--%s%s%s", row[i].name,
                           row[i].arg == NULL ? "" : " ", row[i].arg == NULL ? "" : row[i].arg);
            out_print(o, "  %-22s %s\n", left, row[i].help);
        }
    }
}

void help_command(struct out *o, const struct command *c)
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
    for (size_t i = 0; i < count; i++) {
        out_print(o, "%s%s", i % 12 == 0 ? "\n  " : " ", v[i].name);
    }
    out_str(o, "\n  without le or be: the byte order of this machine\n");
}

static const char naming[] =
    "\nA segment (LOCATOR):\n"
    "  /NAME  posix:/NAME  /dev/shm/NAME   POSIX shared memory\n"
    "  sysv:ID  sysv:key=KEY               System V shared memory (create sysv:new: a private "
    "one)\n"
    "  fd:PID/FD                           what a process holds open: memfd, unlinked, a file\n"
    "  map:PID/ADDRESS                     what a process has mapped shared there (root only)\n"
    "  ns:PID/NAME                         POSIX, in the /dev/shm that the process sees\n"
    "  memfd:NAME                          to create: lives as long as it is held\n"
    "  file:PATH                           a file, mapped shared\n"
    "  rec:PATH                            a recording\n"
    "  bytes of a name that cannot be printed are \\xNN, a backslash is \\\\\n"
    "\nNumbers: 64 0x40 0b1000000 0o100 4K 1MiB; offsets also end, end-16; times 250ms 1.5s 2m\n"
    "Exit status: 0 done, 1 the answer is no, 2 an error\n"
    "\nLooking changes nothing: holes stay holes, nothing is locked or stopped. Being attached "
    "keeps\n"
    "a removed segment alive until it is let go; of a System V segment it counts as an attach, "
    "and\n"
    "moves its times.\n";

void help_all(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    out_str(o,
            "shmlens " SHMLENS_VERSION ": look at live shared memory, and change it\n\n"
            "  shmlens [OPTIONS] [LOCATOR]   the terminal UI: the list, or straight into LOCATOR\n"
            "  shmlens COMMAND ...           one command, no UI\n\nOptions of the UI:\n");
    print_options(o, "ui");
    out_str(o, "\nCommands (shmlens COMMAND --help says more):\n");
    for (size_t i = 0; i < count; i++) {
        char left[80];
        (void)snprintf(left, sizeof left, "%s %s", c[i].name, c[i].synopsis);
        if (strlen(left) > 34) {
            out_print(o, "  %s\n  %-34s %s\n", left, "", c[i].help);
        } else {
            out_print(o, "  %-34s %s\n", left, c[i].help);
        }
    }
    print_views(o);
    out_str(o, naming);
}

int cmd_help(struct run *r)
{
    const struct command *c = NULL;
    static const char *const documents[] = {"man", "bash", "markdown"};
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
    c = command_find(r->args->word[0]);
    if (c == NULL) {
        return run_bad_word(r, "COMMAND", r->args->word[0], "no such command");
    }
    help_command(r->env->out, c);
    return EXIT_DONE;
}
