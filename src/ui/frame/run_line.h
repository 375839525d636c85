/* Removal of a segment that the UI has by its locator. */
#ifndef SHMLENS_UI_FRAME_RUN_LINE_H
#define SHMLENS_UI_FRAME_RUN_LINE_H

#include "ui/frame/ui.h"

/* Asks for the name or `yes`, showing who uses the segment of this raw locator, and removes it. */
void ui_remove(struct ui *ui, const char *locator);

#endif
