/* demo, among its own files: demo.c (the command), demo_segment.c, demo_writer.c, demo_replay.c. */
#ifndef SHMLENS_CLI_COMMANDS_DEMO_H
#define SHMLENS_CLI_COMMANDS_DEMO_H

#include "backend/survey.h"
#include "cli/run.h"

/* What is under the demo's name. */
enum demo_found { FOUND_NOTHING, FOUND_LIVE, FOUND_DEAD, FOUND_FOREIGN, FOUND_ERROR };

/* *seen: its state, unless it is nothing or could not be read (FOUND_ERROR: reported). */
enum demo_found demo_look(struct command_run *r, struct seg_stat *seen);

/* The first fields of the layout; false: they could not be read. */
bool demo_read_header(struct seg *s, char magic[8], uint32_t *pid);

/* Removes the demo's segment while it is the one that was seen. No error: it is gone, or the name
 * belongs to a different segment. */
MUST_USE struct oserr demo_remove(struct command_run *r, const struct seg_stat *seen,
                                  unsigned flags);

int demo_writer(struct command_run *r, int64_t until);

/* --replay: opens a recording (false: it was reported), and plays it until its end or `until`. */
bool demo_open_recording(struct command_run *r, const char *path, struct seg **out,
                         char raw[LOCATOR_MAX]);
int demo_replay(struct command_run *r, const char *path, int64_t until);

#endif
