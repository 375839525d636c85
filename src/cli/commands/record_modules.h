/* The programs of which a recording is. */
#ifndef SHMLENS_CLI_COMMANDS_RECORD_MODULES_H
#define SHMLENS_CLI_COMMANDS_RECORD_MODULES_H

#include "cli/run.h"
#include "core/history/recording.h"

/* Finds the programs and libraries of the processes that map the run's segment now, into
 * h->module; none where that cannot be known. The caller frees with record_modules_free. */
void record_modules(struct command_run *r, struct rec_header *h);
void record_modules_free(struct rec_header *h);

#endif
