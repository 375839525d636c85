/* What the files of the command `locks` share. */
#ifndef SHMLENS_CLI_COMMANDS_LOCKS_H
#define SHMLENS_CLI_COMMANDS_LOCKS_H

#include "cli/run.h"
#include "propose/locks.h"

/* One JSON object. An exit status. */
int locks_json(struct command_run *r, const struct lock_places *p, const struct locks *l);

#endif
