/* Results of removals in words. */
#ifndef SHMLENS_CLI_REMOVAL_TEXT_H
#define SHMLENS_CLI_REMOVAL_TEXT_H

#include "cli/out.h"
#include "list/removal.h"

/* `still mapped by 12 writer, 13 reader, held open by 14 sh`: each process once, without us. */
void removal_users(struct out *o, const struct seg_who *who);

/* Why it was not removed, and what can be done. */
void removal_why(struct out *o, const char *locator, struct oserr e, const struct seg_who *who);

/* What remains after a removal by force. */
void removal_left_behind(struct out *o, const struct seg_who *who);

/* The results of a job, a line each. */
void removal_report(struct out *o, const struct removal_job *j);

/* How much memory is freed: `4 KiB`, `at least 4 KiB` when what some of them have is not known
 * (`unmeasured` of them), or `an unknown amount`. */
enum { REMOVAL_FREED = 48 };
void removal_freed(char out[REMOVAL_FREED], uint64_t bytes, size_t unmeasured);

#endif
