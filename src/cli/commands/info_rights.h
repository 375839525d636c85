/* What info says of the rights of a section of Windows: owner, SDDL, what this process may. */
#ifndef SHMLENS_CLI_COMMANDS_INFO_RIGHTS_H
#define SHMLENS_CLI_COMMANDS_INFO_RIGHTS_H

#include "backend/rights.h"
#include "cli/segment_json.h"

/* Nothing where this kind has none. */
void info_rights_text(struct out *o, struct seg *s);
void info_rights_json(json_t *o, struct seg *s);

#endif
