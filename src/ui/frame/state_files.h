/* Files that outlive the program. The configuration is only read. Options changed in the UI, and
 * marks, are written to two files in the state folder as soon as they change. */
#ifndef SHMLENS_UI_FRAME_STATE_FILES_H
#define SHMLENS_UI_FRAME_STATE_FILES_H

#include "ui/frame/ui.h"

/* Reads the configuration and then the stored options into the session's settings; reports lines it
 * did not understand. Out of memory: nothing will be stored. */
void state_load(struct ui *ui);

/* From here on changes are the user's own (the command line's options are in effect). */
void state_mark_user_changes(struct ui *ui);

/* Stores the options if they changed. */
void keep_options(struct ui *ui);

void keep_load_marks(struct ui *ui); /* of the attached locator */
void keep_marks(struct ui *ui);      /* stores them if they changed */

void keep_free(struct ui *ui); /* stores what changed, and frees */

#endif
