/* The states of the frame's own screens: ui_init makes them, ui_free frees them. */
#ifndef SHMLENS_UI_SCREENS_H
#define SHMLENS_UI_SCREENS_H

#include "ui/frame/ui.h"

/* NULL: out of memory. */
struct segments_state *segments_new(void);
void segments_free(struct segments_state *st);
struct calls_state *calls_new(void);
void calls_free(struct calls_state *st);
struct help_state *help_new(void);
void help_free(struct help_state *st);

/* The list as the newest survey has it (does nothing when it is the old one). */
void segments_update(struct ui *ui);

/* Esc in the list: true when there was a filter to end. */
bool segments_escape(struct ui *ui);

/* Puts the cursor of the list on this segment as soon as it is listed. */
void segments_point(struct ui *ui, const char *locator);

/* Scrolls a list of `count` rows, of which `rows` fit: how `move HOW` moves a position in it. */
int list_move(const char *how, int at, int count, int rows);

#endif
