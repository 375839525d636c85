/* Command lines built by the UI itself. */
#ifndef SHMLENS_UI_FRAME_RUN_LINE_H
#define SHMLENS_UI_FRAME_RUN_LINE_H

#include "ui/frame/ui.h"

/* Quotes a raw locator as one word of a command line. */
void ui_quote(const char *raw, char *out, size_t cap);

/* Runs a command line on the lister thread: one that reads /proc or needs no open segment. */
void ui_run_walker(struct ui *ui, const char *line);

/* Asks for the name or `yes`, showing who uses the segment of this raw locator, and removes it. */
void ui_remove(struct ui *ui, const char *locator);

#endif
