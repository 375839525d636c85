/* The command line of the program: runs a command, or checks the UI's options and starts the UI. */
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "cli/options.h"
#include "cli/run.h"
#include "core/number.h"
#include "core/text_codepage.h"
#include "time/recording.h"

/* The progress of a command without a UI: only a request to stop ends it. */
static bool cli_yield(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)done;
    (void)total;
    if (deadline != 0 && !os_sleep_until(deadline))
        return false;
    return !os_stop_asked();
}

/* Scans of the processes end as well. */
static enum seg_pace_answer cli_pace(void *ctx, const struct seg_at *at)
{
    (void)ctx;
    (void)at;
    return os_stop_asked() ? SEG_SCAN_STOP : SEG_SCAN_CONTINUE;
}

static int ui_error(struct out *err, const char *what, const char *word, const char *why)
{
    char shown[RUN_SHOWN];
    out_print(err, "shmlens: %s: %s: %s; see shmlens --help\n", what, run_shown(word, shown), why);
    out_push(err);
    return EXIT_ERROR;
}

/* Parses `--range OFFSET:LENGTH` for a segment of this size; UINT64_MAX while that is unknown. */
static bool parse_range(const char *text, uint64_t size, struct ui_options *o)
{
    char copy[80];
    struct offset_base base = {.size = size};
    const char *colon = strchr(text, ':');
    size_t n = strlen(text);
    if (colon == NULL || n >= sizeof copy)
        return false;
    memcpy(copy, text, n + 1);
    copy[colon - text] = '\0';
    return number_offset(copy, &base, &o->range_offset) == NUM_OK &&
           number_u64(colon + 1, INT64_MAX, &o->range_length) == NUM_OK && o->range_length > 0;
}

/* All files of --types; false: there are more than UI_TYPES_MAX. */
static bool parse_types(const struct args *a, struct ui_options *o)
{
    for (int i = 0; i < a->given_count; i++) {
        if (strcmp(a->given[i].name, "types") != 0)
            continue;
        if (o->types_count == UI_TYPES_MAX)
            return false;
        o->types[o->types_count++] = a->given[i].value;
    }
    return true;
}

static int parse_options(const struct args *a, struct ui_options *o, struct out *err)
{
    const char *s = NULL;
    uint64_t width = 0;
    char why[64];
    o->edit = args_get(a, "edit") != NULL;
    o->no_mouse = args_get(a, "no-mouse") != NULL;
    o->no_config = args_get(a, "no-config") != NULL;
    o->type = args_get(a, "type");
    if (!parse_types(a, o))
        return ui_error(err, "--types", "", "too many files");
    if ((s = args_get(a, "hz")) != NULL && !run_hz(s, &o->hz))
        return ui_error(err, "--hz", s, "not a rate (above 0, at most 10000)");
    if ((s = args_get(a, "view")) != NULL) {
        if (view_find(s) == NULL)
            return ui_error(err, "--view", s, "no such view");
        o->view = view_find(s)->name;
    }
    if ((s = args_get(a, "width")) != NULL) {
        if (number_u64(s, UI_WIDTH_MAX, &width) != NUM_OK || width == 0) {
            (void)snprintf(why, sizeof why, "not a row width (1 to %d bytes)", UI_WIDTH_MAX);
            return ui_error(err, "--width", s, why);
        }
        o->width = (unsigned)width;
    }
    if ((s = args_get(a, "range")) != NULL && !parse_range(s, UINT64_MAX, o))
        return ui_error(err, "--range", s, "not OFFSET:LENGTH");
    if ((s = args_get(a, "theme")) != NULL) {
        if (strcmp(s, "auto") != 0 && strcmp(s, "dark") != 0 && strcmp(s, "light") != 0 &&
            strcmp(s, "mono") != 0)
            return ui_error(err, "--theme", s, "no such theme (auto, dark, light, mono)");
        o->theme = s;
    }
    return EXIT_DONE;
}

/* The first word is neither a command nor a locator. */
static int unknown_word(struct out *err, const char *word)
{
    const char *like = command_like(word);
    if (command_find(word) != NULL) {
        out_print(err, "shmlens: %s: the command comes first, its options after it\n", word);
        out_push(err);
        return EXIT_ERROR;
    }
    char shown[RUN_SHOWN];
    out_print(err, "shmlens: %s: no such command", run_shown(word, shown));
    if (like != NULL) {
        out_print(err, " (did you mean %s?)\n", like);
    } else {
        out_str(err, ", and not a segment name");
        run_forms(err);
        out_str(err, "; see shmlens help\n");
    }
    out_push(err);
    return EXIT_ERROR;
}

/* Reports a locator that cannot be opened before the screen is taken over. */
static int check_locator(struct command_env *env, const char *typed, const char *range,
                         struct ui_options *o, char raw[LOCATOR_MAX])
{
    struct command_run r = {.env = env};
    struct seg *seg = NULL;
    if (!run_open(&r, typed, o->edit ? SEG_WRITE : SEG_READ, &seg, raw))
        return EXIT_ERROR;
    int status = EXIT_DONE;
    r.size = seg_last(seg)->size;
    memcpy(r.raw, raw, LOCATOR_MAX);
    if (range != NULL && !parse_range(range, r.size, o))
        status = run_error(&r, "--range starts before the segment");
    else if (o->range_length > 0 && o->range_offset >= r.size)
        status = run_error(&r, "--range starts past the end");
    seg_close(seg);
    o->locator = raw;
    return status;
}

static int start_ui(struct command_env *env, int argc, char **argv,
                    int (*ui)(struct backend *, const struct ui_options *))
{
    static char raw[LOCATOR_MAX];
    struct args args;
    struct ui_options o = {.locator = NULL};
    char why[ARGS_WHY];
    size_t count = 0;
    const struct command_option *options = command_options(&count);
    if (!args_parse(&args, options, count, "ui", argc - 1, argv + 1, why)) {
        out_print(env->err, "shmlens: %s; see shmlens --help\n", why);
        return EXIT_ERROR;
    }
    if (args_get(&args, "help") != NULL) {
        help_all(env->out);
        return EXIT_DONE;
    }
    if (args_get(&args, "version") != NULL) {
        out_str(env->out, "shmlens " SHMLENS_VERSION "\n");
        return EXIT_DONE;
    }
    int status = parse_options(&args, &o, env->err);
    if (status != EXIT_DONE)
        return status;
    if (args.words > 0 && locator_typed(args.word[0], raw) != NULL)
        return unknown_word(env->err, args.word[0]);
    if (args.words > 1)
        return ui_error(env->err, "too many arguments", args.word[1], "one LOCATOR at most");
    if (args.words == 1) {
        status = check_locator(env, args.word[0], args_get(&args, "range"), &o, raw);
        if (status != EXIT_DONE)
            return status;
    }
    if (!os_is_terminal(0) || !os_is_terminal(1)) {
        out_str(env->err, "shmlens: the terminal UI needs a terminal; see shmlens help\n");
        return EXIT_ERROR;
    }
    if (ui == NULL) {
        out_str(env->err, "shmlens: this build has no terminal UI; see shmlens help\n");
        return EXIT_ERROR;
    }
    return ui(env->be, &o);
}

int cli_main(struct backend *be, int argc, char **argv,
             int (*ui)(struct backend *, const struct ui_options *))
{
    struct out out;
    struct out err;
    text_codepages(os_codepage);
    out_fd(&out, 1);
    out_fd(&err, 2);
    static const struct progress progress = {cli_yield, NULL};
    static const struct seg_throttle pace = {cli_pace, NULL};
    static struct command_env env; /* large, and there is one per process */
    env = (struct command_env){.be = be,
                               .out = &out,
                               .err = &err,
                               .out_terminal = os_is_terminal(1),
                               .out_cols = os_terminal_cols(1),
                               .ui_main = ui,
                               .pace = &pace,
                               .progress = &progress};
    recording_install(be);
    int status = 0;
    if (argc > 2 && strcmp(argv[1], "--calls") == 0 && command_find(argv[2]) != NULL) {
        char *option = argv[1]; /* `shmlens --calls peek ...` is `shmlens peek --calls ...` */
        argv[1] = argv[2];
        argv[2] = option;
    }
    if (argc > 1 && command_find(argv[1]) != NULL)
        status = command_run(&env, argc - 1, argv + 1);
    else
        status = start_ui(&env, argc, argv, ui);
    if (!out_flush(&out) && status == EXIT_DONE && !os_stop_asked()) {
        out_str(&err, "shmlens: cannot write the output\n");
        status = EXIT_ERROR;
    }
    out_push(&err);
    out_free(&out);
    out_free(&err);
    return status;
}
