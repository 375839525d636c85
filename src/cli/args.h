/* Splits one command line into words and options, by the rows of commands.def. */
#ifndef SHMLENS_CLI_ARGS_H
#define SHMLENS_CLI_ARGS_H

#include <stdbool.h>

#include "cli/command.h"

enum { ARGS_OPTIONS = 24, ARGS_WHY = 400 };

struct args {
    const char *const *word; /* everything that is not an option, in order: the front of argv */
    int words;
    struct {
        const char *name;  /* of the option's row */
        const char *value; /* "" for one that takes none */
    } given[ARGS_OPTIONS]; /* each at most once: the last one given wins; `types` as often as given
                            */
    int given_count;
};

/* Sorts argv[0, argc) into words and options, by those of `count` option rows that belong to
 * `command` (`ui` for the UI). The words are moved to the front of argv, which must outlive `a`.
 * `--name VALUE`, `--name=VALUE`; `--` ends the options; `-`, `-5`, `-inf` are words. False: `why`
 * says, printable, what is wrong. */
bool args_parse(struct args *a, const struct command_option *options, size_t count,
                const char *command, int argc, char **argv, char why[ARGS_WHY]);

/* The value of an option, "" for one without, NULL: not given. */
const char *args_get(const struct args *a, const char *name);

#endif
