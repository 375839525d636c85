/* The parts of the shells' completions that are made from the tables. bash and zsh get the same
 * `case` lines, fish a `complete` line for each word. */
#ifndef SHMLENS_CLI_HELP_SHELLS_H
#define SHMLENS_CLI_HELP_SHELLS_H

#include "cli/out.h"

/* With blanks between them. */
void help_shell_names(struct out *o); /* all commands */
void help_view_names(struct out *o);

void help_shell_values(struct out *o);   /* COMMAND:OPTION) what its value may be ;; */
void help_shell_commands(struct out *o); /* COMMAND) its options, and what fits at each place ;; */
void help_shell_valued(struct out *o);   /* --NAME of every option that takes a value */
void help_fish_commands(struct out *o);

#endif
