/* What info says of a recording beside what it says of every segment. */
#ifndef SHMLENS_CLI_INFO_RECORDING_H
#define SHMLENS_CLI_INFO_RECORDING_H

#include <jansson.h>

#include "cli/run.h"

/* Lines; none for another kind. */
void info_recording_text(struct run *r);

/* Adds `recording` to the object; not for another kind. */
void info_recording_json(struct run *r, json_t *o);

#endif
