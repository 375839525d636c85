#include "ui/frame/actions.h"
#include "core/locator.h"
#include "session/settings.h"
#include "ui/frame/run_line.h"
#include "ui/frame/ui.h"
#include "ui/inspect/inspect.h"

#include <stdio.h>
#include <string.h>

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

/* The actions of the frame (screens, menus, prompts, options, key bindings) and the table of all
 * actions. */

#define UNUSED_ARGS \
    (void)argc;     \
    (void)argv

void act_help(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui_push(ui, &screen_help);
}

void act_segments(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui_push(ui, &screen_segments);
}

void act_calls(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui_push(ui, &screen_calls);
}

void act_back(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui_back(ui);
}

void act_quit(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui->quit = true;
}

void act_redraw(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    if (ui->term != NULL)
        term_redraw(ui->term);
}

static void move(struct ui *ui, int argc, char **argv, bool extend)
{
    if (argc < 2)
        ui_say(ui, STYLE_ERROR, "%s: where to?", argv[0]);
    else if (ui_screen(ui)->move != NULL)
        ui_screen(ui)->move(ui, argv[1], extend);
}

void act_move(struct ui *ui, int argc, char **argv)
{
    move(ui, argc, argv, false);
}

void act_select(struct ui *ui, int argc, char **argv)
{
    move(ui, argc, argv, true);
}

void act_escape(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    const struct screen *screen = ui_screen(ui);
    if (screen == &screen_inspect) {
        (void)inspect_escape(ui);
    } else if (ui->who_panel) {
        ui->who_panel = ui->who_focus = false;
    } else if (screen == &screen_segments) {
        (void)segments_escape(ui);
    }
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
                       "%.24s  not possible for this kind", e->label);
        e->label = ui->option_label[i];
        if (inspect_menu[i].needs != SEG_CAP_REMOVE) /* rm explains what can be done instead */
            e->command = "";
    }
    ui_menu(ui, "Menu", ui->option, count);
}

void act_menu(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    static const struct menu_entry list_entries[] = {
        {"c  create a segment...", 'c', "prompt create"}, {"d  remove...", 'd', "remove"},
        {"l  list what can be cleaned up", 'l', "clean"}, {"o  options...", 'o', "options"},
        {"@  the log of OS calls", '@', "calls"},
    };
    if (ui_screen(ui) == &screen_segments)
        ui_menu(ui, "Menu", list_entries, sizeof list_entries / sizeof list_entries[0]);
    else
        menu_of_segment(ui);
}

/* The command behind option i: flips a switch, takes the next theme, otherwise prompts. */
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

void act_options(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    static const char letters[OPTION_ROWS] =
        "htwfamivoeclsury"; /* of the options, in their order */
    int count = 0;
    for (size_t i = 0; setting_name(i) != NULL && i < OPTION_ROWS && letters[i] != '\0'; i++) {
        char value[SETTINGS_VALUE];
        settings_value(&ui->s.set, i, value, sizeof value);
        (void)snprintf(ui->option_label[i], sizeof ui->option_label[i], "%c  %-10s %-8.40s %s",
                       letters[i], setting_name(i), value, setting_help(i));
        option_command(ui, i, value, ui->option_command[i], sizeof ui->option_command[i]);
        ui->option[i] =
            (struct menu_entry){ui->option_label[i], (uint32_t)letters[i], ui->option_command[i]};
        count++;
    }
    ui_menu(ui, "Options", ui->option, count);
}

/* ---- prompts ---- */

static void run_line(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    ui_run(ui, text);
}

/* The words from `first` on with blanks between, and one behind. */
static void join(int argc, char **argv, int first, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    for (int i = first; i < argc && at < cap; i++) {
        int n = snprintf(out + at, cap - at, "%s ", argv[i]);
        at += n > 0 ? (size_t)n : 0;
    }
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

static void prompt_create(struct ui *ui, int argc, char **argv)
{
    char initial[EDIT_MAX], usual[64] = "";
    join(argc, argv, 2, initial, sizeof initial);
    const char *demo = seg_demo_name(), *name = strstr(demo, "shmlens-demo");
    if (name != NULL) /* the prefix of names on this system */
        (void)snprintf(usual, sizeof usual, "%.*s", (int)(name - demo), demo);
    ui_ask(ui, "create NAME SIZE [--mode OCTAL] [--fill BYTE]: ", argc > 2 ? initial : usual,
           &ui->history[HISTORY_CREATE], create_named, NULL);
}

void act_prompt(struct ui *ui, int argc, char **argv)
{
    char initial[EDIT_MAX];
    const char *what = argc > 1 ? argv[1] : "command";
    join(argc, argv, 2, initial, sizeof initial);
    if (strcmp(what, "command") == 0) {
        ui_ask(ui, ":", initial, &ui->history[HISTORY_COMMAND], run_line, NULL);
        ui->prompt.completes = true;
    } else if (strcmp(what, "poke") == 0) {
        act_prompt_poke(ui, argc - 1, argv + 1);
    } else if (strcmp(what, "cas") == 0) {
        act_prompt_cas(ui, argc - 1, argv + 1);
    } else if (strcmp(what, "create") == 0) {
        prompt_create(ui, argc, argv);
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
    ui_pager(ui, "options", text);
}

void act_set(struct ui *ui, int argc, char **argv)
{
    char why[SETTINGS_WHY];
    if (argc == 1) {
        show_settings(ui);
        return;
    }
    const char *wrong =
        argc == 3 ? settings_set(&ui->s.set, argv[1], argv[2], why) : "set takes NAME VALUE";
    if (wrong != NULL) {
        ui_say(ui, STYLE_ERROR, "%s", wrong);
        return;
    }
    ui_apply(ui);
    ui_say(ui, STYLE_TEXT, "%s is %s", argv[1], argv[2]);
}

void act_bind(struct ui *ui, int argc, char **argv)
{
    char command[EDIT_MAX];
    enum key_mode mode;
    if (argc < 3 || !key_mode_find(argv[1], &mode)) {
        ui_say(ui, STYLE_ERROR, "bind MODE KEY [COMMAND], MODE is segments inspect calls or help");
        return;
    }
    join(argc, argv, 3, command, sizeof command);
    size_t n = strlen(command);
    if (n > 0)
        command[n - 1] = '\0';
    const char *wrong = keymap_bind(ui->keys, mode, argv[2], command);
    if (wrong != NULL)
        ui_say(ui, STYLE_ERROR, "%s: %s", argv[2], wrong);
    else
        ui_say(ui, STYLE_TEXT, "%s: %s", argv[2], n > 0 ? command : "does nothing");
}
