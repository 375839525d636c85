/* What the files of the command types share. */
#ifndef SHMLENS_CLI_COMMANDS_TYPES_H
#define SHMLENS_CLI_COMMANDS_TYPES_H

#include "cli/run.h"
#include "propose/propose.h"

/* types --compare: of the types in p, or of --type. An exit status. */
int types_compare(struct command_run *r, const struct propose_ask *ask, struct proposals *p);

/* `{"format":1,"locator":...,"KEY":[`. */
void types_json_begin(struct command_run *r, const char *key);

#endif
