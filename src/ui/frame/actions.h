/* The functions behind actions.def. Those of the inspect screen are declared in inspect.h. */
#ifndef SHMLENS_UI_FRAME_ACTIONS_H
#define SHMLENS_UI_FRAME_ACTIONS_H

#include "ui/frame/ui.h"

/* act_frame.c */
void act_help(struct ui *ui, int argc, char **argv);
void act_options(struct ui *ui, int argc, char **argv);
void act_segments(struct ui *ui, int argc, char **argv);
void act_calls(struct ui *ui, int argc, char **argv);
void act_menu(struct ui *ui, int argc, char **argv);
void act_back(struct ui *ui, int argc, char **argv);
void act_quit(struct ui *ui, int argc, char **argv);
void act_prompt(struct ui *ui, int argc, char **argv);
void act_redraw(struct ui *ui, int argc, char **argv);
void act_move(struct ui *ui, int argc, char **argv);
void act_select(struct ui *ui, int argc, char **argv);
void act_escape(struct ui *ui, int argc, char **argv);
void act_set(struct ui *ui, int argc, char **argv);
void act_bind(struct ui *ui, int argc, char **argv);

/* act_segments.c */
void act_open(struct ui *ui, int argc, char **argv);
void act_remove(struct ui *ui, int argc, char **argv);
void act_tag(struct ui *ui, int argc, char **argv);
void act_sort(struct ui *ui, int argc, char **argv);
void act_columns(struct ui *ui, int argc, char **argv);
void act_invert(struct ui *ui, int argc, char **argv);
void act_filter(struct ui *ui, int argc, char **argv);
void act_orphans(struct ui *ui, int argc, char **argv);
void act_kinds(struct ui *ui, int argc, char **argv);

/* panel_who.c */
void act_panel(struct ui *ui, int argc, char **argv);

#endif
