/* What is kept between runs: the configuration is read, options changed in the UI and marks are
 * written beside each other in the state folder. */
#ifndef SHMLENS_UI_FRAME_STATE_FILES_H
#define SHMLENS_UI_FRAME_STATE_FILES_H

#include "ui/frame/ui.h"

/* Reads the configuration and then the kept options into the session's settings; says on the
 * message line what was not understood. Out of memory: nothing will be kept. */
void state_load(struct ui *ui);

/* From here on what changes is the user's doing (the command line's options are in force). */
void state_mark_user_changes(struct ui *ui);

/* Writes the options when some were changed since. */
void keep_options(struct ui *ui);

void keep_load_marks(struct ui *ui); /* of the attached locator */
void keep_marks(struct ui *ui);      /* writes them when they changed */

void keep_free(struct ui *ui); /* writes what is to be kept, and frees */

#endif
