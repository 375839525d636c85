/* One run of a command: what it was given, and the few things every command does: report errors in
 * the one form of all messages, read its offsets and views. */
#ifndef SHMLENS_CLI_RUN_H
#define SHMLENS_CLI_RUN_H

#include "cli/args.h"
#include "cli/command.h"
#include "core/locator.h"
#include "core/view.h"

/* What a command returns when its progress_yield said to give up: command_run tidies up and the
 * signal is passed on (the shell), or it says so (the UI). */
enum { EXIT_STOPPED = -1 };

struct command_run {
    struct command_env *env;
    const struct command *command;
    const struct args *args;
    struct seg *seg;         /* opened as the command needs; NULL: it needs none */
    bool seg_is_ours;        /* to be closed here; else it is the UI's */
    const char *const *word; /* the words behind the locator */
    int words;
    uint64_t size;         /* of seg, when it was opened */
    char raw[LOCATOR_MAX]; /* its locator, raw and canonical; empty: none yet */
};

/* ---- errors: each prints one line on env->err and returns EXIT_ERROR ---- */

/* A system call or the backend refused. `doing`: what could not be done, such as "read it". The
 * text says what it means and what can be done; raw NULL: the run's segment. */
int run_fail(struct command_run *r, const char *raw, const char *doing, struct oserr e);

/* A store failed after `stored` bytes: says why, and how many went in. Returns EXIT_ERROR. */
int run_fail_partly(struct command_run *r, struct oserr e, uint64_t stored);

/* The failure of one piece when `stored` bytes went in before it: not `nothing was stored`. */
struct oserr run_partly(struct oserr e, uint64_t stored);

#if defined(__GNUC__)
#define RUN_FORMAT(f, a) __attribute__((format(printf, f, a)))
#else
#define RUN_FORMAT(f, a)
#endif

/* Our own refusal, about the run's segment. The text must be printable. */
int run_error(struct command_run *r, const char *format, ...) RUN_FORMAT(2, 3);

/* The same without exit status: something worth knowing. */
void run_note(struct command_run *r, const char *format, ...) RUN_FORMAT(2, 3);

/* The command line is wrong: the same, and `; see shmlens COMMAND --help`. */
int run_usage(struct command_run *r, const char *format, ...) RUN_FORMAT(2, 3);

/* A word of the command line is wrong: `WHAT: WORD: why`; WORD is escaped. */
int run_bad_word(struct command_run *r, const char *what, const char *word, const char *why);

/* Starts and ends an error line by hand: `shmlens: COMMAND: ` and, raw not NULL, `LOCATOR: `. */
struct out *run_error_begin(struct command_run *r, const char *raw);
void run_error_end(struct command_run *r);

/* ---- arguments: each reports by itself and returns false ---- */

/* An escaped word for a message, cut when long. */
enum { RUN_SHOWN = 200 };
const char *run_shown(const char *raw, char buf[RUN_SHOWN]);

const char *run_option(const struct command_run *r, const char *name); /* NULL: not given */

/* `--as`; *view stays as it is when not given. */
bool run_view(struct command_run *r, const struct view **view);

/* The view that values are in: `--as`, or in the UI the view on screen; must be there. */
bool run_value_view(struct command_run *r, const struct view **view);

bool run_offset(struct command_run *r, const char *word, uint64_t *offset);
bool run_number(struct command_run *r, const char *what, const char *word, uint64_t max,
                uint64_t *n);
bool run_byte(struct command_run *r, const char *what, const char *word, uint8_t *byte);

/* Options with a value; *out stays as it is when not given. */
bool run_duration_option(struct command_run *r, const char *name, int64_t *ns);
bool run_count_option(struct command_run *r, const char *name, uint64_t *n);
bool run_hz_option(struct command_run *r, double *hz);
bool run_hz(const char *text, double *hz); /* above 0, at most UI_HZ_MAX; false: not a rate */
bool run_positive(const char *text, double max, double *out);

/* `--OPTION TIME` (at, to): shows the recording `seg`, whose locator is raw, as it was then. Not
 * given: it stays at its end. For others than recordings it is an error. */
bool run_at(struct command_run *r, const char *option, struct seg *seg, const char *raw);

/* One value of a view from one word, `size` bytes. */
bool run_value(struct command_run *r, const struct view *v, const char *what, const char *word,
               uint8_t *out, size_t cap, size_t *size);

/* A range from words [OFFSET [LENGTH]] starting at word `first`. */
struct range {
    uint64_t offset;
    uint64_t length;  /* clamped to the segment */
    uint64_t missing; /* bytes asked for past the end */
    bool has_offset, has_length;
};
bool run_range(struct command_run *r, int first, struct range *range);

/* Says which part of the range is past the end and returns EXIT_ERROR; EXIT_DONE when none is. */
int run_past_end(struct command_run *r, const struct range *range);

/* ---- opening ---- */

/* A typed locator into raw, canonical form. */
bool run_locator(struct command_run *r, const char *typed, char raw[LOCATOR_MAX]);
bool run_open(struct command_run *r, const char *typed, enum seg_access access, struct seg **seg,
              char raw[LOCATOR_MAX]);

/* What is printed so far goes out; false: it could not be written (command_run says so). */
bool run_flush(struct command_run *r);

/* ---- the commands ---- */

#define COMMAND(name, synopsis, needs, min, max, help) int cmd_##name(struct command_run *r);
#define OPTION(command, name, arg, help)
#include "cli/commands.def"
#undef COMMAND
#undef OPTION

/* Help of one command; documents made from the tables (`help --man`, `--bash`, `--markdown`). */
void help_command(struct out *o, const struct command *c);
void help_all(struct out *o);
void help_document(struct out *o, const char *which); /* `man`, `bash`, `markdown` */

/* The demo opens the UI through this; set by cli_main, NULL: there is none. */
struct ui_options;
void demo_set_ui(int (*ui)(struct backend *, const struct ui_options *));
int demo_writer(struct command_run *r, int64_t until);

/* Removes the demo's segment when it still is the one that was seen; no error: it is gone, or the
 * name is another's. */
MUST_USE struct oserr demo_remove(struct command_run *r, const struct seg_stat *seen,
                                  unsigned flags);

/* --replay: opens a recording (false: it was reported), and plays it until its end or `until`. */
bool demo_open_recording(struct command_run *r, const char *path, struct seg **out,
                         char raw[LOCATOR_MAX]);
int demo_replay(struct command_run *r, const char *path, int64_t until);

#endif
