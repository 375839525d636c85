#include "cli/command.h"

#include <inttypes.h>
#include <string.h>

#include "backend/os.h"
#include "cli/run.h"
#include "core/plural.h"
#include "core/text.h"

/* A command that is asked to stop may be in a call that a file server or a process never lets
 * return: it is killed then. Tidy ends take less. */
enum { LATE_SECONDS = 5 };

#define COMMAND(name, synopsis, needs, min, max, help) \
    {#name, synopsis, needs, min, max, help, cmd_##name},
#define OPTION(command, name, arg, help)
static const struct command commands[] = {
#include "cli/commands.def"
};
#undef COMMAND
#undef OPTION

#define COMMAND(name, synopsis, needs, min, max, help)
#define OPTION(command, name, arg, help) {#command, name, arg, help},
static const struct command_option options[] = {
#include "cli/commands.def"
};
#undef COMMAND
#undef OPTION

const struct command *command_table(size_t *count)
{
    *count = sizeof commands / sizeof commands[0];
    return commands;
}

const struct command_option *command_options(size_t *count)
{
    *count = sizeof options / sizeof options[0];
    return options;
}

const struct command_option *command_open_option(const char *command, const char *word)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (word[0] == '-' && word[1] == '-' && options[i].arg != NULL &&
            command_has_option(&options[i], command) && strcmp(options[i].name, word + 2) == 0)
            return &options[i];
    return NULL;
}

/* How many characters must be inserted, removed, replaced or swapped to make b of a. */
static size_t distance(const char *a, const char *b)
{
    size_t d[COMMAND_NAME_MAX][COMMAND_NAME_MAX], n = strlen(a), m = strlen(b);
    if (n >= COMMAND_NAME_MAX || m >= COMMAND_NAME_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i <= n; i++) {
        for (size_t k = 0; k <= m; k++) {
            size_t least = i == 0 ? k : d[i - 1][k] + 1;
            if (k > 0 && (i == 0 || d[i][k - 1] + 1 < least))
                least = i == 0 ? k : d[i][k - 1] + 1;
            if (i > 0 && k > 0 && d[i - 1][k - 1] + (a[i - 1] != b[k - 1]) < least)
                least = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                d[i - 2][k - 2] + 1 < least)
                least = d[i - 2][k - 2] + 1;
            d[i][k] = least;
        }
    }
    return d[n][m];
}

const char *command_like(const char *name)
{
    const char *best = NULL;
    size_t least = strlen(name) < 5 ? 2 : 3; /* a match must be closer */
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        size_t n = distance(name, commands[i].name);
        if (n < least) {
            least = n;
            best = commands[i].name;
        }
    }
    return best;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* ---- running ---- */

/* Its address identifies the thread. */
static _Thread_local char this_thread;

/* --calls: one line per call. Repeated calls are counted and printed once another call follows.
 * Calls that other threads make with the same backend are not the command's and must not touch its
 * output. */
struct calls {
    struct out *err;
    const char *thread; /* the thread of the command */
    char last[OSCALL_TEXT_MAX];
    uint64_t more; /* how often `last` was repeated */
};

static void print_text(const struct calls *c, const char *text)
{
    char shown[4 * OSCALL_TEXT_MAX];
    (void)text_escape_content(shown, sizeof shown, text, strlen(text));
    out_str(c->err, shown);
}

static void print_more(struct calls *c)
{
    if (c->more > 0) {
        print_text(c, c->last);
        out_print(c->err, "   ... %" PRIu64 " more time%s\n", c->more, plural_s(c->more));
    }
    c->more = 0;
}

static void print_call(void *ctx, const struct oscall *call)
{
    struct calls *c = ctx;
    if (c->thread != &this_thread)
        return;
    if (strcmp(c->last, call->text) == 0) {
        c->more++;
        return;
    }
    print_more(c);
    memcpy(c->last, call->text, sizeof c->last);
    print_text(c, call->text);
    out_str(c->err, "\n");
    out_push(c->err);
}

/* Opens the recording a second time, so that the one on the screen stays at its end wherever the
 * command goes. */
static bool attach_again(struct command_run *r, enum seg_access access)
{
    const struct seg_progress progress = run_progress(r);
    struct oserr e = seg_open_with_progress(r->env->be, r->raw, access, &progress, &r->seg);
    if (oserr_is(e)) {
        (void)run_fail(r, NULL, "read it", e);
        return false;
    }
    r->seg_is_ours = true;
    r->size = seg_last(r->seg)->size;
    return true;
}

/* Is what was opened the object that the user saw under this name? */
static bool is_meant(struct command_run *r)
{
    const struct command_env *env = r->env;
    if (env->is.dev == 0 || seg_id_equal(seg_id_of(seg_last(r->seg)), env->is))
        return true;
    (void)run_fail(r, NULL, "open it", (struct oserr){"open", SEG_E_REPLACED});
    return false;
}

/* The segment a command works on: the UI's, or the one named by its first word. */
static bool attach(struct command_run *r)
{
    const struct command *c = r->command;
    enum seg_access access = (c->needs & NEED_WRITE) != 0  ? SEG_WRITE
                             : (c->needs & NEED_READ) != 0 ? SEG_READ
                                                           : SEG_STAT;
    r->word = r->args->word;
    r->words = r->args->words;
    if ((c->needs & (NEED_STAT | NEED_READ | NEED_WRITE)) == 0)
        return true;
    if (r->env->check != NULL) {
        (void)snprintf(r->raw, sizeof r->raw, "%s", r->env->check->raw);
        r->size = r->env->check->size;
        r->word += r->env->named ? 1 : 0;
        r->words -= r->env->named ? 1 : 0;
        return true;
    }
    if (r->env->ui && r->env->seg != NULL) {
        const char *raw = seg_locator(r->env->seg);
        memcpy(r->raw, raw, strlen(raw) + 1);
        bool timed = args_get(r->args, "at") != NULL || args_get(r->args, "to") != NULL;
        if (seg_kind(r->env->seg) == SEG_REC && (r->env->when == NULL || timed))
            return attach_again(r, access);
        r->seg = r->env->seg;
        if (seg_get_access(r->seg) < access) {
            (void)run_error(r, "read-only: turn editing on first");
            return false;
        }
        r->size = seg_last(r->seg)->size;
        return true;
    }
    r->word++;
    r->words--;
    if ((c->needs & NEED_LATER) != 0)
        return run_locator(r, r->args->word[0], r->raw);
    if (!run_open(r, r->args->word[0], access, &r->seg, r->raw))
        return false;
    r->seg_is_ours = true;
    r->size = seg_last(r->seg)->size;
    return is_meant(r);
}

/* Checks the number of words. In the UI the locator is left out. */
static int check_words(struct command_run *r)
{
    const struct command *c = r->command;
    unsigned located = NEED_STAT | NEED_READ | NEED_WRITE;
    bool checks = r->env->check != NULL;
    bool implied = r->env->ui && (r->env->seg != NULL || r->env->named || checks) &&
                   ((c->needs & located) != 0 || strcmp(c->name, "rm") == 0);
    int left_out = implied && !r->env->named ? 1 : 0;
    const char *synopsis = c->synopsis;
    if (r->args->words >= c->min - left_out && r->args->words <= c->max - left_out)
        return EXIT_DONE;
    if (implied) {
        synopsis += strcspn(synopsis, " ");
        synopsis += strspn(synopsis, " ");
    }
    char taken[RUN_TAKEN];
    int first = left_out == 1 || r->env->named ? 0 : 1; /* of the words after the locator */
    return run_error(r, "%s; usage: %s%s%s%s%s",
                     r->args->words < c->min - left_out ? "missing argument" : "too many arguments",
                     r->env->ui ? "" : "shmlens ", c->name, synopsis[0] == '\0' ? "" : " ",
                     synopsis, run_taken(r, r->args->word + first, r->args->words - first, taken));
}

static int stopped(struct command_run *r)
{
    if (r->env->ui)
        return run_error(r, "stopped");
    out_push(r->env->out);
    os_die_of(os_stop_signal());
    return EXIT_ERROR;
}

void run_ends_tidily(const struct command_run *r)
{
    if (r->env->ui)
        return;
    os_catch_stop();
    if ((r->command->needs & NEED_SHELL) == 0) /* the demo's UI restores the terminal itself */
        os_stop_enforce(LATE_SECONDS);
}

static int run_command(struct command_run *r)
{
    struct command_env *env = r->env;
    int status = check_words(r);
    if (status != EXIT_DONE || (env->check != NULL && env->check->form))
        return status;
    if (env->ui && (r->command->needs & NEED_SHELL) != 0)
        return run_error(r, "runs from the shell: quit first");
    if (env->when != NULL && (r->command->needs & NEED_NOW) != 0)
        return run_error(r, "is about what happens from now on; `:live` returns to live");
    if ((r->command->needs & NEED_STOP) != 0)
        run_ends_tidily(r);
    status = attach(r) ? r->command->run(r) : EXIT_ERROR;
    status = r->stopped ? EXIT_STOPPED : status;
    if (r->seg_is_ours)
        seg_close(r->seg);
    if (!out_flush(env->out) && (env->ui || !os_stop_asked())) {
        struct oserr e = env->out->error;
        struct out *err = run_error_begin(r, NULL);
        char text[128];
        out_print(err, "cannot write the output (%s: %s)", e.call,
                  oserr_text(e, text, sizeof text));
        run_error_end(r);
        return EXIT_ERROR;
    }
    return status == EXIT_STOPPED ? stopped(r) : status;
}

int command_run(struct command_env *env, int argc, char **argv)
{
    struct args args;
    struct command_run r = {.env = env, .args = &args};
    struct calls calls = {.err = env->err, .thread = &this_thread};
    char why[ARGS_WHY];
    env->pokes_count = 0;
    env->in_use = false;
    env->poked_as = NULL;
    env->kept = NULL;
    env->unkept = NULL;
    if (argc < 1 || (r.command = command_find(argv[0])) == NULL) {
        char shown[RUN_SHOWN];
        struct out *err = run_error_begin(&r, NULL);
        out_print(err, "%s: no such command; see shmlens help",
                  run_shown(argc < 1 ? "" : argv[0], shown));
        run_error_end(&r);
        return EXIT_ERROR;
    }
    size_t count = 0;
    const struct command_option *rows = command_options(&count);
    if (!args_parse(&args, rows, count, argv[0], argc - 1, argv + 1, why))
        return run_usage(&r, "%s", why);
    if (args_get(&args, "help") != NULL) {
        args = (struct args){.word = &r.command->name, .words = 1};
        r.command = command_find("help");
        (void)r.command->run(&r);
        return out_flush(env->out) ? EXIT_DONE : EXIT_ERROR;
    }
    if (args_get(&args, "calls") != NULL)
        backend_on_call(env->be, print_call, &calls);
    int status = run_command(&r);
    if (args_get(&args, "calls") != NULL)
        backend_on_call(env->be, NULL, NULL);
    print_more(&calls);
    return status;
}

int command_run_line(struct command_env *env, const char *line)
{
    char copy[4096];
    char *words[COMMAND_WORDS];
    const char *why = "the line is too long";
    size_t n = strlen(line);
    int count = -1;
    if (n < sizeof copy) {
        memcpy(copy, line, n + 1);
        count = command_words(copy, words, &why);
    }
    if (count < 0) {
        out_print(env->err, "%s\n", why);
        return EXIT_ERROR;
    }
    return count == 0 ? EXIT_DONE : command_run(env, count, words);
}
