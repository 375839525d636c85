/* The table of all actions, and those of the frame: screens, menus, prompts, options, key
 * bindings. */
#include "ui/frame/actions.h"

#include <stdio.h>
#include <string.h>

#include "core/locator.h"
#include "session/settings.h"
#include "ui/frame/calls.h"
#include "ui/frame/run_line.h"
#include "ui/frame/state_files.h"
#include "ui/inspect/inspect.h"

static const struct action table[] = {
#define ACTION(name, args, help) {#name, args, help, act_##name},
#include "core/screen/actions.def"
#undef ACTION
};

enum { ACTIONS = sizeof table / sizeof table[0] };

const struct action *action_table(size_t *count)
{
    *count = ACTIONS;
    return table;
}

const struct action *action_find(const char *name)
{
    for (size_t i = 0; i < ACTIONS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* ---- other names ---- */

static const struct action_alias aliases[] = {
#define ALIAS(name, line) {#name, line, false},
#define ALONE(name, line) {#name, line, true},
#include "core/screen/aliases.def"
#undef ALIAS
#undef ALONE
};

const struct action_alias *action_alias_table(size_t *count)
{
    *count = sizeof aliases / sizeof aliases[0];
    return aliases;
}

bool action_alias(const char *line, char *out, size_t cap)
{
    line += strspn(line, " \t");
    size_t n = strcspn(line, " \t");
    const char *rest = line + n + strspn(line + n, " \t");
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        const struct action_alias *a = &aliases[i];
        if (strlen(a->name) != n || memcmp(a->name, line, n) != 0 || (a->alone && rest[0] != '\0'))
            continue;
        int m = snprintf(out, cap, "%s%s%s", a->line, rest[0] != '\0' ? " " : "", rest);
        return m > 0 && (size_t)m < cap;
    }
    return false;
}

const char *action_word(const char *arg, char *word, size_t cap)
{
    size_t n = strcspn(arg, " ");
    (void)snprintf(word, cap, "%.*s", (int)n, arg);
    return arg + n + strspn(arg + n, " ");
}

/* ---- screens ---- */

void act_help(struct ui *ui, const char *arg)
{
    (void)arg;
    ui_push(ui, &screen_help);
}

void act_segments(struct ui *ui, const char *arg)
{
    (void)arg;
    bool inspecting = ui_screen(ui) == &screen_inspect;
    if (inspecting && ui->s.locator[0] != '\0') /* the cursor begins where one comes from */
        segments_point(ui, ui->s.locator);
    ui_push(ui, &screen_segments);
}

void act_calls(struct ui *ui, const char *arg)
{
    (void)arg;
    ui_push(ui, &screen_calls);
}

void act_back(struct ui *ui, const char *arg)
{
    (void)arg;
    ui_back(ui);
}

void act_quit(struct ui *ui, const char *arg)
{
    (void)arg;
    ui->quit = true;
}

void act_redraw(struct ui *ui, const char *arg)
{
    (void)arg;
    if (ui->term != NULL)
        term_redraw(ui->term);
}

static void move(struct ui *ui, const char *how, bool extend)
{
    if (how[0] == '\0')
        ui_say(ui, STYLE_ERROR, "%s: where to?", extend ? "select" : "move");
    else if (ui_screen(ui)->move != NULL)
        ui_screen(ui)->move(ui, how, extend);
}

void act_move(struct ui *ui, const char *arg)
{
    move(ui, arg, false);
}

void act_select(struct ui *ui, const char *arg)
{
    move(ui, arg, true);
}

void act_escape(struct ui *ui, const char *arg)
{
    (void)arg;
    const struct screen *screen = ui_screen(ui);
    if (screen == &screen_inspect) {
        if (!inspect_escape(ui))
            (void)lab_escape(ui);
    } else if (screen == &screen_help || screen == &screen_calls) {
        if (screen == &screen_help ? !help_escape(ui) : !calls_escape(ui))
            ui_back(ui);
    } else if (ui->who_panel) {
        ui->who_panel = ui->who_focus = false;
    } else if (screen == &screen_segments) {
        (void)segments_escape(ui);
    }
}

/* ---- prompts ---- */

/* In the list the line is for the segment that the prompt names. */
static void run_line(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    pager_close(&ui->host); /* of the line before */
    ui->aim = ui->asked;
    ui_run(ui, text);
    ui->aim = (struct aim){0};
}

static void ask_line(struct ui *ui, const char *initial)
{
    char name[UI_NAME], label[UI_NAME + 4] = ":";
    ui->asked = (struct aim){0};
    if (ui_in_list(ui) && !segments_aim(ui, &ui->asked))
        return;
    if (ui->asked.locator[0] != '\0') {
        ui_name(ui->asked.locator, name);
        (void)snprintf(label, sizeof label, "%s :", name);
    }
    prompt_ask(&ui->host, label, initial, &ui->history[HISTORY_COMMAND], run_line, NULL);
    ui->prompt.complete = ui_complete;
    ui->prompt.changed = ui_usage;
    ui->prompt.right = run_right;
    ui_usage(ui, initial, NULL);
}

static void create_named(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    char line[EDIT_MAX + 16];
    if (text[strspn(text, " ")] == '\0')
        return;
    (void)snprintf(line, sizeof line, "create %s", text);
    char first[LOCATOR_MAX], raw[LOCATOR_MAX];
    (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(text, " "), text);
    if (locator_typed(first, raw) == NULL)
        segments_point(ui, raw);
    ui_run(ui, line);
}

static bool create_right(struct ui *ui, const char *text, char why[160])
{
    char line[EDIT_MAX + 16];
    (void)snprintf(line, sizeof line, "create %s", text);
    return text[strspn(text, " ")] == '\0' || run_create_right(ui, line, why);
}

static void ask_create(struct ui *ui, const char *initial)
{
    char usual[64] = "";
    const char *demo = seg_demo_name(), *name = strstr(demo, "shmlens-demo");
    if (name != NULL) /* the prefix of names on this system */
        (void)snprintf(usual, sizeof usual, "%.*s", (int)(name - demo), demo);
    prompt_ask(&ui->host, "create NAME SIZE [--mode OCTAL] [--fill BYTE]: ",
               initial[0] != '\0' ? initial : usual, &ui->history[HISTORY_CREATE], create_named,
               NULL);
    ui->prompt.right = create_right;
}

void act_prompt(struct ui *ui, const char *arg)
{
    char what[16], initial[EDIT_MAX];
    const char *rest = action_word(arg, what, sizeof what);
    (void)snprintf(initial, sizeof initial, "%s%s", rest, rest[0] != '\0' ? " " : "");
    if (what[0] == '\0' || strcmp(what, "command") == 0)
        ask_line(ui, initial);
    else if (strcmp(what, "poke") == 0)
        inspect_ask_poke(ui);
    else if (strcmp(what, "cas") == 0)
        inspect_ask_cas(ui);
    else if (strcmp(what, "mark") == 0)
        inspect_ask_mark(ui);
    else if (strcmp(what, "create") == 0)
        ask_create(ui, initial);
    else
        ui_say(ui, STYLE_ERROR, "prompt: command, poke, cas, create or mark");
}

/* ---- options and keys ---- */

static void show_settings(struct ui *ui)
{
    char text[4096] = "";
    size_t at = 0;
    for (size_t i = 0; setting_name(i) != NULL && at < sizeof text; i++) {
        char value[SETTINGS_VALUE], kept[SETTINGS_VALUE];
        ui_option(ui, i, value, kept);
        int n = snprintf(text + at, sizeof text - at, "set %-10s %-8s  %s%s%s%s\n", setting_name(i),
                         value, kept[0] != '\0' ? "here; for all: " : "", kept,
                         kept[0] != '\0' ? "; " : "", setting_help(i));
        at += n > 0 ? (size_t)n : 0;
    }
    pager_open(&ui->host, "options", text, true);
}

/* Says what is wrong with an option; for an unknown name, which options there are. */
static void refuse_setting(struct ui *ui, const char *name, const char *wrong)
{
    char names[SETTINGS_WHY] = "";
    size_t n = 0;
    for (size_t i = 0; setting_name(i) != NULL && n < sizeof names; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, " %s", setting_name(i));
    if (setting_find(name) == SIZE_MAX && name[0] != '\0')
        ui_say(ui, STYLE_ERROR, "%s; there are:%s", wrong, names);
    else
        ui_say(ui, STYLE_ERROR, "%s", wrong);
}

void act_set(struct ui *ui, const char *arg)
{
    char why[SETTINGS_WHY], name[EDIT_MAX], value[EDIT_MAX];
    if (arg[0] == '\0') {
        show_settings(ui);
        return;
    }
    if (strcmp(arg, "defaults") == 0) {
        keep_defaults(ui);
        ui_apply(ui);
        ui_say(ui, STYLE_TEXT, "all options are as the configuration has them");
        return;
    }
    const char *rest = action_word(action_word(arg, name, sizeof name), value, sizeof value);
    const char *wrong = value[0] != '\0' && rest[0] == '\0'
                            ? settings_set(&ui->s.prefer, name, value, why)
                            : "use `set NAME VALUE`; `:set` lists them";
    if (wrong != NULL) {
        refuse_setting(ui, name, wrong);
        return;
    }
    (void)settings_set(&ui->s.set, name, value, why); /* it can be set: also for this segment */
    const char *listed = setting_name(setting_find(name));
    ui_apply(ui);
    unsigned shown = strcmp(name, "width") == 0 ? inspect_width_shown(ui) : 0;
    if (shown != 0 && shown != ui->s.set.width)
        ui_say(ui, STYLE_TEXT, "%s is %s; %u byte%s on this screen", listed, value, shown,
               shown == 1 ? " fits" : "s fit");
    else
        ui_say(ui, STYLE_TEXT, "%s is %s", listed, value);
}

static void bind_usage(struct ui *ui)
{
    char names[96] = "";
    for (int i = 0, n = 0; i < MODE_COUNT; i++)
        n += snprintf(names + n, sizeof names - (size_t)n, " %s", key_mode_name((enum key_mode)i));
    ui_say(ui, STYLE_ERROR, "bind SCREEN KEY [COMMAND]; SCREEN is one of:%s", names);
}

void act_bind(struct ui *ui, const char *arg)
{
    char name[KEY_NAME_MAX], key[EDIT_MAX];
    enum key_mode mode;
    const char *command = action_word(action_word(arg, name, sizeof name), key, sizeof key);
    if (key[0] == '\0' || !key_mode_find(name, &mode)) {
        bind_usage(ui);
        return;
    }
    const char *wrong = keymap_bind(ui->keys, mode, key, command);
    if (wrong != NULL)
        ui_say(ui, STYLE_ERROR, "%s: %s", key, wrong);
    else
        ui_say(ui, STYLE_TEXT, "%s: %s", key, command[0] != '\0' ? command : "does nothing");
}
