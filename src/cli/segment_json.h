/* Segments as JSON. */
#ifndef SHMLENS_CLI_SEGMENT_JSON_H
#define SHMLENS_CLI_SEGMENT_JSON_H

#include <jansson.h>

#include "cli/out.h"
#include "list/segrow.h"

/* The object that ls --json and info --json print; NULL: out of memory. */
json_t *segment_json(const struct segrow *s);

/* Adds the users with their names: `mappers` and `holders`, but for this process. */
void segment_json_who(json_t *o, const struct segrow *s);

/* Prints an object or array on one line, streamed. */
bool json_print(struct out *o, const json_t *value);

#endif
