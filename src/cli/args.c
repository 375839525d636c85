#include "cli/args.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

enum { SHOWN = 160 };

/* `-5`, `-.5`, `-inf`, `-nan`: values, never options. */
static bool is_value(const char *s)
{
    const char *p = s + 1;
    if (*p == '.')
        p++;
    if (*p >= '0' && *p <= '9')
        return true;
    char low[4] = {0};
    for (int i = 0; i < 3 && s[1 + i] != '\0'; i++)
        low[i] = (char)(s[1 + i] | 0x20);
    return memcmp(low, "inf", 4) == 0 || memcmp(low, "nan", 4) == 0;
}

/* Rows of options, and the command whose are meant. */
struct option_rows {
    const struct command_option *row;
    size_t count;
    const char *command;
};

static const struct command_option *find_option(const struct option_rows *r, const char *name,
                                                size_t n)
{
    for (size_t i = 0; i < r->count; i++)
        if (command_has_option(&r->row[i], r->command) && strlen(r->row[i].name) == n &&
            memcmp(r->row[i].name, name, n) == 0)
            return &r->row[i];
    return NULL;
}

static bool complain(char why[ARGS_WHY], const char *option, size_t n, const char *what)
{
    char shown[SHOWN];
    (void)text_escape(shown, sizeof shown, option, n);
    (void)snprintf(why, ARGS_WHY, "%s: %s", shown, what);
    return false;
}

/* `--types` may repeat: each one counts. */
static bool add_option(struct args *a, const char *name, const char *value)
{
    bool repeats = strcmp(name, "types") == 0;
    for (int i = 0; i < a->given_count; i++) {
        if (!repeats && strcmp(a->given[i].name, name) == 0) {
            a->given[i].value = value;
            return true;
        }
    }
    if (a->given_count == ARGS_OPTIONS)
        return false;
    a->given[a->given_count].name = name;
    a->given[a->given_count++].value = value;
    return true;
}

/* The option at argv[*i]; moves *i to its value if that is a word of its own. */
static bool take_option(struct args *a, const struct option_rows *rows, int argc, char **argv,
                        int *i, char why[ARGS_WHY])
{
    const char *s = argv[*i];
    const char *equals = strchr(s, '=');
    size_t n = equals == NULL ? strlen(s) : (size_t)(equals - s);
    const struct command_option *o = NULL;
    if (s[1] == '-')
        o = find_option(rows, s + 2, n - 2);
    else if (strcmp(s, "-h") == 0)
        o = find_option(rows, "help", 4);
    if (o == NULL)
        return complain(why, s, n, "no such option");
    const char *value = "";
    if (o->arg == NULL && equals != NULL)
        return complain(why, s, n, "takes no value");
    if (o->arg != NULL) {
        if (equals == NULL && *i + 1 >= argc) {
            char what[SHOWN];
            (void)snprintf(what, sizeof what, "needs a value (%s)", o->arg);
            return complain(why, s, n, what);
        }
        value = equals == NULL ? argv[++*i] : equals + 1;
    }
    return add_option(a, o->name, value) || complain(why, s, n, "too many options");
}

bool args_parse(struct args *a, const struct command_option *rows, size_t count,
                const char *command, int argc, char **argv, char why[ARGS_WHY])
{
    const struct option_rows all = {rows, count, command};
    bool options = true;
    *a = (struct args){.word = (const char *const *)argv};
    for (int i = 0; i < argc; i++) {
        char *s = argv[i];
        if (options && strcmp(s, "--") == 0) {
            options = false;
        } else if (options && s[0] == '-' && s[1] != '\0' && !is_value(s)) {
            if (!take_option(a, &all, argc, argv, &i, why))
                return false;
        } else {
            argv[a->words++] = s; /* of this or an earlier argument, which is used up */
        }
    }
    return true;
}

const char *args_get(const struct args *a, const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < a->given_count; i++)
        if (strcmp(a->given[i].name, name) == 0)
            value = a->given[i].value;
    return value;
}
