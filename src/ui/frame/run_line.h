/* Lines of commands: what their parts need of each other, and of the removal in the list. */
#ifndef SHMLENS_UI_FRAME_RUN_LINE_H
#define SHMLENS_UI_FRAME_RUN_LINE_H

#include "cli/command.h"
#include "session/command_job.h"
#include "ui/frame/ui.h"

/* Asks for the name or `yes`, showing who uses the segment of this raw locator, and removes it. */
void ui_remove(struct ui *ui, const char *locator);

/* A raw locator as one word of a command line. */
void run_quote(const char *raw, char *out, size_t cap);

/* Runs a line that names a segment, on the lister's thread, if the name still leads to that object.
 */
void run_post_named(struct ui *ui, const char *line, const struct aim *aim);

/* Is it `poke PATH VALUE` where fields are shown? That stores into the field. */
bool run_pokes_field(const struct ui *ui, const struct command *c, char *const *word, int words);

/* Shows what a command printed and how it ended. */
struct command_job;
void run_show_result(struct ui *ui, struct command_job *j);

/* run_named.c: a command that needs a segment, in the list. */
void run_in_list(struct ui *ui, const char *line, const struct command *c);

/* The command was refused because others use the segment, as `why` says: asks, and runs the line
 * with --force. */
void run_ask_force(struct ui *ui, const char *line, const struct aim *aim, const char *why);

/* run_selection.c: a line that takes a range and does not name one means the selection: the whole
 * line. False: it does not. `word`: those of the line. */
bool run_on_selection(const struct ui *ui, const char *line, char *const *word, int words,
                      char *out, size_t cap);

/* Does this command take the selection for a range that is left out? */
bool run_takes_selection(const char *command);

/* Can this command be undone among the bytes? */
bool run_is_kept(const char *command);

/* `replace` has found matches: asks, and replaces them. False: this was something else. */
bool run_ask_replace(struct ui *ui, const struct command_job *j);

/* OLD of a line of `replace`, with its view before it. Returns out. */
const char *run_replaced_text(const char *line, char out[EDIT_MAX]);

/* While matches may be replaced: lights those of a pattern within [from, to), and nothing else;
 * then what was searched for before is so again. */
void run_light(struct ui *ui, const char *pattern, uint64_t from, uint64_t to);
void run_unlight(struct ui *ui);

/* ---- run_check.c ---- */

/* Judges the arguments of a line that writes, of the attached segment or (with its name in front)
 * of `aim`. False, with a message: they are wrong. `writes`: as command_check has it. */
bool run_check(struct ui *ui, const char *line, const struct aim *aim, char writes[COMMAND_WRITES]);

/* Judges a line of the prompt as far as that can be done before it runs: does the command take
 * these words and options, and what it would write. No segment is looked at. False: *why says what
 * is wrong. */
bool run_right(struct ui *ui, const char *text, char why[160]);
bool run_create_right(struct ui *ui, const char *line, char why[160]); /* a line of `create` */

/* Is the first word, which is also a command, the action here? */
bool run_means_action(char *const *word, int words);

/* As run_check, for a line of the inspect screen; then asks for edit mode if that is off, and says
 * how many bytes would be written. False: not now. */
bool run_may_write(struct ui *ui, const char *line, const char *name);

#endif
