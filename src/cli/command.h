/* Commands: one table (commands.def) of name, arguments, needs and help, and the one way to run a
 * line of it. The shell, the `:` prompt and the keys all come through here. */
#ifndef SHMLENS_CLI_COMMAND_H
#define SHMLENS_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "cli/out.h"
#include "core/progress.h"

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_ERROR = 2 };

enum command_needs {                 /* bits */
                     NEED_STAT = 1,  /* first argument is a locator: opened SEG_STAT (in the UI: the
                                        attached segment, no argument) */
                     NEED_READ = 2,  /* opened SEG_READ */
                     NEED_WRITE = 4, /* opened SEG_WRITE; in the UI edit mode is asked for first */
                     NEED_SHELL = 8, /* not at the `:` prompt (demo) */
                     NEED_LATER = 16, /* the command opens it by itself (wait --exists) */
                     NEED_STOP = 32,  /* tidies up when asked to stop: signals are caught */
                     NEED_NOW = 64,   /* is about what happens from now on: not in the past */
};

enum { POKES_KEPT = 64 };

/* What a command runs with. */
struct command_env {
    struct backend *be;
    struct seg *seg; /* UI: the attached segment, stays the caller's; NULL: from the command line */
    struct out *out, *err;
    bool ui;               /* no stdin, no stdout; offsets may be relative; locator left out */
    bool out_terminal;     /* stdout is a terminal */
    uint64_t cursor;       /* for relative offsets in the UI */
    const uint64_t *marks; /* 26, or NULL */
    uint32_t marks_set;
    const char *view; /* UI: default view name of values; NULL: hex */
    const char *when; /* UI: `seg` is what the segment was (moment.h): ` as of T-3.2s`; NULL: now */

    const struct progress *progress; /* gives up on SIGINT, or Esc in the UI; never NULL */

    /* Results for the UI. */
    struct poke_done pokes[POKES_KEPT]; /* the last stores of this run, oldest first */
    size_t pokes_count; /* made, may exceed POKES_KEPT (then only the first are kept) */
    struct seg *made;   /* what `create` made and only an open handle keeps: now the caller's */
};

struct command_run; /* one run of a command: cli/run.h */

struct command {
    const char *name;
    const char *synopsis; /* arguments as help shows them */
    unsigned needs;       /* enum command_needs */
    int min, max;         /* how many words it takes, the locator included */
    const char *help;     /* one sentence */
    int (*run)(struct command_run *r);
};

/* One option of one command. */
struct command_option {
    const char *command; /* its name; `every`: all commands; `ui`: the terminal UI */
    const char *name;    /* without the dashes */
    const char *arg;     /* what its value is called; NULL: it takes none */
    const char *help;    /* a few words; NULL: not for people (documents of the build) */
};

const struct command_option *command_options(size_t *count);

/* Does this row belong to this command? (rows of `every` belong to all) */
bool command_has_option(const struct command_option *o, const char *command);

const struct command *command_table(size_t *count);
const struct command *command_find(const char *name);

/* Runs argv[0] with its arguments: options parsed, locator opened, values checked, exit status
 * returned, errors in the one form of all errors on env->err. */
int command_run(struct command_env *env, int argc, char **argv);

/* The same from a line: words separated by blanks, '...' and "..." quote, a backslash is itself
 * outside of quotes (names have \xNN). Too many words or an open quote is an error. */
int command_run_line(struct command_env *env, const char *line);

/* Words of a line, in place; returns their number, or -1 and *why (static). */
enum { COMMAND_WORDS = 256 };
int command_words(char *line, char *words[COMMAND_WORDS], const char **why);

/* Completions of the last word of `line[0, cursor)`: command names, option names, views, for the
 * `:` prompt. Calls `each` for every candidate (whole word). */
void command_complete(const char *line, size_t cursor, void (*each)(void *ctx, const char *word),
                      void *ctx);

/* main() for the command line: `shmlens COMMAND ...` runs it, `shmlens [OPTIONS] [LOCATOR]` checks
 * the options and starts `ui` (NULL: this build has none, which is said). */
struct ui_options;
int cli_main(struct backend *be, int argc, char **argv,
             int (*ui)(struct backend *, const struct ui_options *));

#define SHMLENS_VERSION "0.1.0"

#endif
