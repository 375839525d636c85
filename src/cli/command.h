/* Commands: one table (commands.def) of names, arguments, needs and help, and one way to run a line
 * of it. The shell, the `:` prompt and the keys all use it. */
#ifndef SHMLENS_CLI_COMMAND_H
#define SHMLENS_CLI_COMMAND_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "backend/segment.h"
#include "cli/out.h"
#include "core/progress.h"

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_ERROR = 2 };

/* Bits. */
enum command_needs {
    NEED_STAT = 1,   /* first argument is a locator: opened SEG_STAT (in the UI: the
                        attached segment, no argument) */
    NEED_READ = 2,   /* opened SEG_READ */
    NEED_WRITE = 4,  /* opened SEG_WRITE; in the UI edit mode is asked for first */
    NEED_SHELL = 8,  /* not at the `:` prompt (demo) */
    NEED_LATER = 16, /* the command opens it itself (wait --exists) */
    NEED_STOP = 32,  /* cleans up when asked to stop: signals are caught */
    NEED_NOW = 64,   /* about what happens from now on: not available in the past */
};

enum { POKES_KEPT = 256, WORDS_ANY = INT_MAX };

struct marks;      /* core/marks.h */
struct kept_range; /* core/kept_range.h */
struct view;
struct ui_options; /* cli/options.h */

/* What a command runs with. */
/* A command that writes, before the user is asked whether it may: its arguments are judged without
 * a segment. */
enum { COMMAND_WRITES = 80, COMMAND_LOST = 48 };
struct command_check {
    bool form;       /* only the number of words and the options are judged, of any command */
    const char *raw; /* the segment's locator, */
    uint64_t size;   /* and its size */
    /* What it would write, if that is more than one store: `32 bytes at 0x0`; else empty. No file
     * is opened for it: that may take long. */
    char writes[COMMAND_WRITES];
    bool unkept; /* and that cannot be undone: it is more than KEPT_RANGE_MOST */
};

struct command_env {
    struct backend *be;
    struct seg *seg; /* UI: the attached segment, which stays the caller's; NULL: named on the
                        command line */
    const struct seg_throttle *pace; /* of scans of the processes; NULL: in one go */
    struct out *out, *err;
    bool ui;           /* no stdin, no stdout; offsets may be relative; the locator is left out */
    bool named;        /* with ui: the locator was put into the line for the user, */
    struct seg_id is;  /* and must lead to this object; dev 0: to any */
    bool out_terminal; /* stdout is a terminal */
    int out_cols;      /* its width; 0: not known */

    /* Runs the terminal UI, for the demo; NULL: this build has none. */
    int (*ui_main)(struct backend *be, const struct ui_options *options);
    uint64_t cursor;             /* for relative offsets in the UI */
    const struct marks *marks;   /* the UI's, or NULL */
    const char *view;            /* UI: default view name of values; NULL: hex */
    struct command_check *check; /* UI: only judge the arguments; NULL: run it */
    const char *when; /* UI: `seg` shows a moment of the past: ` as of -3.2s`; NULL: now */

    const struct progress *progress; /* ends on SIGINT, or on Esc in the UI; never NULL */

    /* For the UI, while it runs: bytes that record has written, lines of watch, from the first look
     * on. NULL: not asked. */
    atomic_uint_least64_t *written;

    /* Results for the UI. */
    struct poke_done pokes[POKES_KEPT]; /* the first stores of this run */
    size_t pokes_count;                 /* stores made; may exceed POKES_KEPT */

    const char *undo;            /* the key of the UI that takes back what is written */
    const struct view *poked_as; /* how these show their values; NULL: as hex */
    struct kept_range *kept;     /* what a range held before: undo; now the caller's */
    const char *unkept;          /* why there is none; NULL: nothing to keep, or kept */
    bool agreed;                 /* the user has agreed that it cannot be undone, */
    bool asks;                   /* or is to be asked first, by what `err` has: nothing is stored */
    bool stored;                 /* something of what is not kept was, */
    char lost[COMMAND_LOST];     /* and this is what: `fill of 100 MiB at 0x0` */
    bool in_use;                 /* refused because others use it: --force does it all the same */

    /* A segment from `create` that only an open handle keeps alive: now the caller's. */
    struct seg *made;
};

struct command_run; /* one run of a command: cli/run.h */

struct command {
    const char *name;
    const char *synopsis; /* arguments as shown in help */
    unsigned needs;       /* enum command_needs */
    int min, max;         /* how many words it takes, including the locator */
    const char *help;     /* one sentence */
    int (*run)(struct command_run *r);
};

/* One option of one command. */
struct command_option {
    const char *command; /* its name; `every`: all commands; `ui`: the terminal UI */
    const char *name;    /* without the dashes */
    const char *arg;     /* the name of its value; NULL: takes none */
    const char *help;    /* a few words; NULL: not shown (documents of the build) */
};

const struct command_option *command_options(size_t *count);

/* Whether the row belongs to the command; rows of `every` belong to all of them
 * but `ui`. */
static inline bool command_has_option(const struct command_option *o, const char *command)
{
    return strcmp(o->command, command) == 0 ||
           (strcmp(o->command, "every") == 0 && strcmp(command, "ui") != 0);
}

/* The option of the command that `word` (`--name`) is, when it takes the next word as its value;
 * NULL: none. */
const struct command_option *command_open_option(const char *command, const char *word);

const struct command *command_table(size_t *count);
const struct command *command_find(const char *name);

/* The command that a mistyped name probably means; NULL: none is close. */
enum { COMMAND_NAME_MAX = 16 };
const char *command_like(const char *name);

/* Runs argv[0] with its arguments: parses options, opens the locator, checks values; returns the
 * exit status. Errors go to env->err in the one form of all errors. */
int command_run(struct command_env *env, int argc, char **argv);

/* The same for a line: words are separated by blanks, '...' and "..." quote, a backslash outside
 * quotes is literal (names have \xNN), and so is 'a, the name of a mark. Too many words or an open
 * quote is an error. */
int command_run_line(struct command_env *env, const char *line);

/* Splits a line into words in place; returns their number, or -1 and *why (static). */
enum { COMMAND_WORDS = 256 };
int command_words(char *line, char *words[COMMAND_WORDS], const char **why);

/* main() of the command line: `shmlens COMMAND ...` runs it, `shmlens [OPTIONS] [LOCATOR]` checks
 * the options and starts `ui` (NULL: this build has none, which is reported). */
int cli_main(struct backend *be, int argc, char **argv,
             int (*ui)(struct backend *, const struct ui_options *));

#define SHMLENS_VERSION "0.1.0"

#endif
