/* Golden frames: the expectation is a picture of the screen, kept in tests/frames/NAME.txt as the
 * rows of text and then one style letter a cell ('a' + enum style, blank for plain text). With
 * SHMLENS_UPDATE_FRAMES=1 in the environment the files are written instead of compared. */
#ifndef SHMLENS_TESTS_SUPPORT_FRAMES_H
#define SHMLENS_TESTS_SUPPORT_FRAMES_H

#include "core/screen/canvas.h"

/* Fails the running test, printing the rows that differ, when the canvas is not as the file says.
 */
void frame_check(const struct canvas *c, const char *name);

/* Does some row of the canvas contain this text? Returns the row, -1: none. */
int frame_find(const struct canvas *c, const char *text);

#endif
