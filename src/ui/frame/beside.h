/* `record` and `watch` run beside the screen, each on a thread of its own with a segment of its
 * own, until they end, the same command stops them, or the program ends: a recording is then
 * finished properly. */
#ifndef SHMLENS_UI_FRAME_BESIDE_H
#define SHMLENS_UI_FRAME_BESIDE_H

#include "ui/frame/run_line.h"

/* Does this command run beside the screen? Is it running? */
bool beside_is(const char *command);
bool beside_runs(const struct ui *ui, const char *command);

/* Starts a line that names a segment (run_post_named); asks a running one to stop. */
void beside_start(struct ui *ui, struct command_job *j, const char *command);
void beside_stop(struct ui *ui, const char *command);

#endif
