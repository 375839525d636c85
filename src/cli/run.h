/* One run of a command: its arguments, and what every command does: report errors in the one form
 * of all messages, read offsets and views. */
#ifndef SHMLENS_CLI_RUN_H
#define SHMLENS_CLI_RUN_H

#include "backend/survey.h"
#include "cli/args.h"
#include "cli/command.h"
#include "core/locator.h"
#include "core/view.h"

/* The status of a command whose progress_yield said to stop: command_run cleans up, then dies of
 * the signal (in the shell) or reports it (in the UI). */
enum { EXIT_STOPPED = -1 };

struct command_run {
    struct command_env *env;
    const struct command *command;
    const struct args *args;
    struct seg *seg;         /* opened as the command needs it; NULL: not needed */
    bool seg_is_ours;        /* to be closed by command_run; otherwise it is the UI's */
    const char *const *word; /* the words after the locator */
    int words;
    bool stopped;          /* the back end was asked to stop, and did */
    uint64_t size;         /* of seg when it was opened */
    char raw[LOCATOR_MAX]; /* its locator, raw and canonical; empty: none yet */
};

/* ---- errors: each prints one line on env->err and returns EXIT_ERROR ---- */

/* A system call or the backend failed. `doing`: what could not be done, such as "read it". The
 * message says what it means and what can be done; raw NULL: about the run's segment. When it gave
 * up because it was asked to, nothing is printed and the run ends with EXIT_STOPPED. */
int run_fail(struct command_run *r, const char *raw, const char *doing, struct oserr e);

/* A store failed after `stored` bytes: reports why, and how many were written. */
int run_fail_partly(struct command_run *r, struct oserr e, uint64_t stored);

/* The error of one piece after `stored` bytes were written: "nothing was stored" would be wrong. */
struct oserr run_partly(struct oserr e, uint64_t stored);

#if defined(__GNUC__)
#define RUN_FORMAT(f, a) __attribute__((format(printf, f, a)))
#else
#define RUN_FORMAT(f, a)
#endif

/* Our own refusal, about the run's segment. The text must be printable. */
int run_error(struct command_run *r, const char *format, ...) RUN_FORMAT(2, 3);

/* What can be done about a segment that others have (SEG_E_IN_USE). */
const char *run_in_use(const char *raw);

/* ` (posix:/NAME, sysv:ID, ...)`: the locators that this system knows. */
void run_forms(struct out *err);

/* The same without exit status: something worth knowing. */
void run_note(struct command_run *r, const char *format, ...) RUN_FORMAT(2, 3);

/* A file that the user named failed: `PATH: CANNOT (call: why)`. Not reported, and EXIT_STOPPED,
 * when a stop was requested meanwhile. */
int run_file_failed(struct command_run *r, const char *path, const char *cannot, struct oserr e);

/* The command line is wrong: the same, with `; see shmlens COMMAND --help`. */
int run_usage(struct command_run *r, const char *format, ...) RUN_FORMAT(2, 3);

/* A word of the command line is wrong: `WHAT: WORD: why`; WORD is escaped. */
int run_bad_word(struct command_run *r, const char *what, const char *word, const char *why);

/* Begins and ends an error line piece by piece: `shmlens: COMMAND: ` and, if raw is not NULL,
 * `LOCATOR: `. */
struct out *run_error_begin(struct command_run *r, const char *raw);
void run_error_end(struct command_run *r);

/* ---- arguments: each reports its own errors and returns false ---- */

/* For a message about the words of `replace`, whose texts may have blanks: `; OLD is one, NEW is
 * two`, with what it took for them. Empty: another command, or there are no words. */
enum { RUN_TAKEN = 320 };
const char *run_taken(const struct command_run *r, const char *const *word, int words,
                      char buf[RUN_TAKEN]);

/* A word escaped for a message, cut if it is long. */
enum { RUN_SHOWN = 200 };
const char *run_shown(const char *raw, char buf[RUN_SHOWN]);

const char *run_option(const struct command_run *r, const char *name); /* NULL: not given */

/* `--as`; leaves *view alone if not given. */
bool run_view(struct command_run *r, const struct view **view);

/* The view of values: `--as`, or in the UI the view on the screen; an error if there is neither. */
bool run_value_view(struct command_run *r, const struct view **view);

bool run_offset(struct command_run *r, const char *word, uint64_t *offset);
bool run_number(struct command_run *r, const char *what, const char *word, uint64_t max,
                uint64_t *n);
bool run_byte(struct command_run *r, const char *what, const char *word, uint8_t *byte);

/* Options with a value; *out is left alone if not given. */
bool run_duration_option(struct command_run *r, const char *name, int64_t *ns);
bool run_count_option(struct command_run *r, const char *name, uint64_t *n);
bool run_hz_option(struct command_run *r, double *hz);
bool run_hz(const char *text, double *hz); /* above 0, at most UI_HZ_MAX; false: not a rate */
bool run_positive(const char *text, double max, double *out);

/* `--OPTION TIME` (at, to): moves the recording `seg`, whose locator is raw, to that time. Not
 * given: it stays at its end. An error for other kinds. */
bool run_at(struct command_run *r, const char *option, struct seg *seg, const char *raw);

/* One value of a view from one word, `size` bytes. */
bool run_value(struct command_run *r, const struct view *v, const char *what, const char *word,
               uint8_t *out, size_t cap, size_t *size);

/* A range from words [OFFSET [LENGTH]] starting at word `first`. */
struct range {
    uint64_t offset;
    uint64_t length;  /* clamped to the segment */
    uint64_t missing; /* bytes requested past the end */
    bool has_offset, has_length;
};
bool run_range(struct command_run *r, int first, struct range *range);

/* Reports which part of the range is past the end and returns EXIT_ERROR; EXIT_DONE if none is. */
int run_past_end(struct command_run *r, const struct range *range);

/* The arguments are right; was that all to be found out (command_env.check)? Then this says that so
 * many bytes would be written. */
bool run_only_checks(struct command_run *r, uint64_t offset, uint64_t length);

/* ---- opening ---- */

/* Turns a typed locator into raw, canonical form. */
bool run_locator(struct command_run *r, const char *typed, char raw[LOCATOR_MAX]);
bool run_open(struct command_run *r, const char *typed, enum seg_access access, struct seg **seg,
              char raw[LOCATOR_MAX]);

/* The run's progress as the back end knows it. */
struct seg_progress run_progress(const struct command_run *r);

/* From now on signals that ask to stop end the run tidily (command_run does this for commands that
 * need it from their start). */
void run_ends_tidily(const struct command_run *r);

/* Writes out what was printed so far; false: failed (command_run reports it). */
bool run_flush(struct command_run *r);

/* ---- the commands ---- */

#define COMMAND(name, synopsis, needs, min, max, help) int cmd_##name(struct command_run *r);
#define OPTION(command, name, arg, help)
#include "cli/commands.def"
#undef COMMAND
#undef OPTION

/* Reports those of the kinds (bits) that could not be listed; the others are used all the same.
 * EXIT_DONE or EXIT_ERROR. */
int run_report_kinds(struct command_run *r, const struct seg_survey *survey, unsigned kinds);

/* Help of everything; documents made from the tables (`help --man`, `--bash`, `--zsh`, `--fish`).
 */
void help_all(struct out *o);
extern const char help_man[], help_bash[], help_zsh[], help_fish[]; /* docs/, embedded by CMake */
void help_concepts(struct out *o);
void help_document(struct out *o, const char *which); /* `man`, `bash`, `zsh`, `fish` */

#endif
