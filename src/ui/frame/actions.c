/* The table of all actions, and those of the frame: screens, menus, prompts, options, key
 * bindings. */
#include "ui/frame/actions.h"

#include <stdio.h>
#include <string.h>

#include "core/locator.h"
#include "session/settings.h"
#include "ui/frame/run_line.h"
#include "ui/inspect/inspect.h"

static const struct action table[] = {
#define ACTION(name, args, help) {#name, args, help, act_##name},
#include "ui/frame/actions.def"
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
    if (screen == &screen_inspect)
        (void)inspect_escape(ui);
    else if (ui->who_panel)
        ui->who_panel = ui->who_focus = false;
    else if (screen == &screen_segments)
        (void)segments_escape(ui);
}

/* ---- menus ---- */

/* An entry of the inspect screen's menu, and the ability it needs. */
static const struct {
    struct menu_entry entry;
    unsigned needs; /* enum seg_caps */
} inspect_menu[] = {
    {{"c  create a segment...", 'c', "prompt create"}, 0},
    {{"r  resize this one...", 'r', "prompt command resize"}, SEG_CAP_RESIZE},
    {{"p  permissions (chmod)...", 'p', "prompt command chmod"}, SEG_CAP_CHMOD},
    {{"f  fill a range...", 'f', "prompt command fill"}, SEG_CAP_WRITE},
    {{"s  save to a file...", 's', "prompt command save"}, 0},
    {{"l  load from a file...", 'l', "prompt command load"}, SEG_CAP_WRITE},
    {{"i  information", 'i', "info"}, 0},
    {{"d  remove...", 'd', "rm"}, SEG_CAP_REMOVE},
};

/* Entries that this kind of segment does not support stay in the menu and say so. */
static void menu_of_segment(struct ui *ui)
{
    int count = 0;
    for (size_t i = 0; i < sizeof inspect_menu / sizeof inspect_menu[0]; i++) {
        struct menu_entry *e = &ui->option[count++];
        *e = inspect_menu[i].entry;
        if ((ui->s.caps & inspect_menu[i].needs) == inspect_menu[i].needs)
            continue;
        (void)snprintf(ui->option_label[i], sizeof ui->option_label[i],
                       "%.24s  not possible for this kind of segment", e->label);
        e->label = ui->option_label[i];
        if (inspect_menu[i].needs != SEG_CAP_REMOVE) /* rm explains what can be done instead */
            e->command = "";
    }
    prompt_menu(&ui->host, "Menu", ui->option, count);
}

void act_menu(struct ui *ui, const char *arg)
{
    (void)arg;
    static const struct menu_entry list_entries[] = {
        {"c  create a segment...", 'c', "prompt create"}, {"d  remove...", 'd', "remove"},
        {"l  list what can be cleaned up", 'l', "clean"}, {"o  options...", 'o', "options"},
        {"@  the log of OS calls", '@', "calls"},
    };
    if (ui_screen(ui) == &screen_segments)
        prompt_menu(&ui->host, "Menu", list_entries, sizeof list_entries / sizeof list_entries[0]);
    else
        menu_of_segment(ui);
}

/* The command of option i: flips a switch, takes the next theme, otherwise prompts. */
static void option_command(const struct ui *ui, size_t i, const char *value, char *out, size_t cap)
{
    const char *name = setting_name(i);
    const char *next = NULL;
    for (size_t k = 0; strcmp(name, "theme") == 0 && themes[k] != NULL; k++)
        if (strcmp(themes[k]->name, ui->s.set.theme) == 0)
            next = themes[k + 1] != NULL ? themes[k + 1]->name : themes[0]->name;
    if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0)
        next = strcmp(value, "on") == 0 ? "off" : "on";
    if (strcmp(name, "order") == 0)
        next = strcmp(value, "big") == 0 ? "little" : "big";
    if (next != NULL)
        (void)snprintf(out, cap, "set %s %s", name, next);
    else
        (void)snprintf(out, cap, "prompt command set %s", name);
}

void act_options(struct ui *ui, const char *arg)
{
    (void)arg;
    int count = 0;
    for (size_t i = 0; setting_name(i) != NULL && i < OPTION_ROWS; i++) {
        char value[SETTINGS_VALUE], letter = setting_letter(i);
        settings_value(&ui->s.set, i, value, sizeof value);
        (void)snprintf(ui->option_label[i], sizeof ui->option_label[i], "%c  %-10s %-8.40s %s",
                       letter, setting_name(i), value, setting_help(i));
        option_command(ui, i, value, ui->option_command[i], sizeof ui->option_command[i]);
        ui->option[i] =
            (struct menu_entry){ui->option_label[i], (uint32_t)letter, ui->option_command[i]};
        count++;
    }
    prompt_menu(&ui->host, "Options", ui->option, count);
}

/* ---- prompts ---- */

static void run_line(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    ui_run(ui, text);
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

static void ask_create(struct ui *ui, const char *initial)
{
    char usual[64] = "";
    const char *demo = seg_demo_name(), *name = strstr(demo, "shmlens-demo");
    if (name != NULL) /* the prefix of names on this system */
        (void)snprintf(usual, sizeof usual, "%.*s", (int)(name - demo), demo);
    prompt_ask(&ui->host, "create NAME SIZE [--mode OCTAL] [--fill BYTE]: ",
               initial[0] != '\0' ? initial : usual, &ui->history[HISTORY_CREATE], create_named,
               NULL);
}

void act_prompt(struct ui *ui, const char *arg)
{
    char what[16], initial[EDIT_MAX];
    const char *rest = action_word(arg, what, sizeof what);
    (void)snprintf(initial, sizeof initial, "%s%s", rest, rest[0] != '\0' ? " " : "");
    if (what[0] == '\0' || strcmp(what, "command") == 0) {
        prompt_ask(&ui->host, ":", initial, &ui->history[HISTORY_COMMAND], run_line, NULL);
        ui->prompt.complete = ui_complete;
    } else if (strcmp(what, "poke") == 0) {
        inspect_ask_poke(ui);
    } else if (strcmp(what, "cas") == 0) {
        inspect_ask_cas(ui);
    } else if (strcmp(what, "create") == 0) {
        ask_create(ui, initial);
    } else {
        ui_say(ui, STYLE_ERROR, "prompt: command, poke, cas or create");
    }
}

/* ---- options and keys ---- */

static void show_settings(struct ui *ui)
{
    char text[2048] = "";
    size_t at = 0;
    for (size_t i = 0; setting_name(i) != NULL && at < sizeof text; i++) {
        char value[SETTINGS_VALUE];
        settings_value(&ui->s.set, i, value, sizeof value);
        int n = snprintf(text + at, sizeof text - at, "set %-10s %-8s  %s\n", setting_name(i),
                         value, setting_help(i));
        at += n > 0 ? (size_t)n : 0;
    }
    pager_open(&ui->host, "options", text);
}

void act_set(struct ui *ui, const char *arg)
{
    char why[SETTINGS_WHY], name[EDIT_MAX], value[EDIT_MAX];
    if (arg[0] == '\0') {
        show_settings(ui);
        return;
    }
    const char *rest = action_word(action_word(arg, name, sizeof name), value, sizeof value);
    const char *wrong = value[0] != '\0' && rest[0] == '\0'
                            ? settings_set(&ui->s.set, name, value, why)
                            : "use `set NAME VALUE`; `:set` lists them";
    if (wrong != NULL) {
        ui_say(ui, STYLE_ERROR, "%s", wrong);
        return;
    }
    ui_apply(ui);
    ui_say(ui, STYLE_TEXT, "%s is %s", name, value);
}

void act_bind(struct ui *ui, const char *arg)
{
    char name[KEY_NAME_MAX], key[EDIT_MAX];
    enum key_mode mode;
    const char *command = action_word(action_word(arg, name, sizeof name), key, sizeof key);
    if (key[0] == '\0' || !key_mode_find(name, &mode)) {
        ui_say(ui, STYLE_ERROR, "bind MODE KEY [COMMAND], MODE is segments inspect calls or help");
        return;
    }
    const char *wrong = keymap_bind(ui->keys, mode, key, command);
    if (wrong != NULL)
        ui_say(ui, STYLE_ERROR, "%s: %s", key, wrong);
    else
        ui_say(ui, STYLE_TEXT, "%s: %s", key, command[0] != '\0' ? command : "does nothing");
}
