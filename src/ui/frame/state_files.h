/* Files that outlive the program. The configuration is only read. Options changed in the UI, and
 * what belongs to a segment (marks, looks), are written to two files in the state folder as soon as
 * they change. */
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

/* All options as the configuration has them, those of this segment too; what was set goes. */
void keep_defaults(struct ui *ui);

/* The marks and looks of the attached locator: reads them; stores what changed. keep_settle: the
 * looks in effect are not the user's changes. */
void keep_load_place(struct ui *ui);
void keep_place(struct ui *ui);
void keep_settle(struct ui *ui);

/* The attached segment is a demo that begins: with no marks, with the looks that are preferred, and
 * what it gets of them is kept for as long as the program runs. */
void keep_demo(struct ui *ui);

/* Types of the attached locator. */
struct kept_types;
void keep_load_types(struct ui *ui, struct kept_types *out); /* adds what is stored */
void keep_types(struct ui *ui, const struct kept_types *k);

void keep_free(struct ui *ui); /* stores what changed, and frees */

#endif
