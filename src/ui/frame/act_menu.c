/* The menus: F9 is a map of what a screen can do, with the key beside each entry; F2 are the
 * options, which change in place. */
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "session/looks.h"
#include "session/settings.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { WORDS_COLUMNS = 34 }; /* of an entry, before its key */

/* ---- F9 ---- */

/* An entry and the ability that it needs. Its letter is the key that does the same on the screen;
 * one without such a key may have a letter that is no key there. The rest is chosen with the
 * arrows.
 */
struct menu_row {
    char letter; /* without a key of its own; 0: none */
    const char *words, *command;
    unsigned needs; /* enum seg_caps */
};

static const struct menu_row inspect_menu[] = {
    {0, "create a segment...", "prompt create", 0},
    {'Z', "resize this one...", "prompt command resize", SEG_CAP_RESIZE},
    {'B', "permissions (chmod)...", "prompt command chmod", SEG_CAP_CHMOD},
    {'f', "fill a range...", "prompt command fill", SEG_CAP_WRITE},
    {'W', "save to a file...", "prompt command save", 0},
    {0, "load from a file...", "prompt command load", SEG_CAP_WRITE},
    {'K', "information", "info", 0},
    {'d', "remove...", "rm", SEG_CAP_REMOVE},
    {0, "go to an offset...", "goto", 0},
    {0, "find...", "search", 0},
    {0, "view of the cells", "view next", 0},
    {0, "byte order", "order", 0},
    {0, "encoding of the text", "encoding", 0},
    {0, "copy...", "copy", 0},
    {0, "set a mark...", "prompt mark", 0},
    {0, "watch list: marks and values", "marks", 0},
    {0, "edit mode", "edit", SEG_CAP_WRITE},
    {0, "poke: store a value here...", "prompt poke", SEG_CAP_WRITE},
    {0, "replace, one by one...", "replace", SEG_CAP_WRITE},
    {0, "undo", "undo", SEG_CAP_WRITE},
    {0, "freeze this value", "freeze", SEG_CAP_WRITE},
    {0, "pause, go on", "pause", 0},
    {0, "the past: one change back", "step back", 0},
    {0, "live again", "live", 0},
    {0, "timeline", "timeline", 0},
    {0, "baseline", "baseline", 0},
    {0, "changed rows only", "changed", 0},
    {0, "follow changes", "follow", 0},
    {0, "heat: how often", "heat", 0},
    {0, "inspector panel", "inspector", 0},
    {0, "overview strip", "strip", 0},
    {0, "fields", "tree", 0},
    {0, "record to a file, or stop it", "record", 0},
    {0, "log changes, or stop it", "log", 0},
    {0, "who uses it", "who", 0},
    {0, "OS calls", "calls", 0},
    {0, "the list of segments", "segments", 0},
    {0, "options...", "options", 0},
    {0, "help", "help", 0},
};

static const struct menu_row list_menu[] = {
    {0, "create a segment...", "prompt create", 0},
    {0, "remove...", "remove", 0},
    {'l', "list what can be cleaned up", "clean", 0},
    {0, "options...", "options", 0},
    {0, "OS calls", "calls", 0},
    {0, "the lab: lessons", "lab", 0},
    {0, "the demo, with a tour", "tour", 0},
    {'K', "information", "info", 0},
    {'Z', "resize this one...", "prompt command resize", 0},
    {'B', "permissions (chmod)...", "prompt command chmod", 0},
    {'W', "save to a file...", "prompt command save", 0},
    {0, "inspect it", "open", 0},
    {0, "record to a file, or stop it", "record", 0},
    {0, "log changes, or stop it", "log", 0},
    {0, "who uses it", "who", 0},
    {0, "tag, untag", "tag", 0},
    {0, "filter...", "filter", 0},
    {0, "sort by the next column", "sort next", 0},
    {0, "orphans only", "orphans", 0},
    {0, "all kinds: mapped files too", "kinds", 0},
    {0, "help", "help", 0},
};

/* Of the screens that are about no segment. */
static const struct menu_row other_menu[] = {
    {0, "create a segment...", "prompt create", 0},
    {0, "the list of segments", "segments", 0},
    {0, "OS calls", "calls", 0},
    {0, "the lab: lessons", "lab", 0},
    {0, "the demo, with a tour", "tour", 0},
    {0, "a command line...", "prompt command", 0},
    {0, "options...", "options", 0},
    {0, "help", "help", 0},
    {0, "back", "back", 0},
    {0, "quit", "quit", 0},
};

/* Does this key run the command where the user is? Another mode may come before the key's own, and
 * in a text column of edit mode characters are typed. */
static bool works(const struct ui *ui, const struct binding *b, const char *command)
{
    bool still = ui->s.past != 0 || ui->s.paused; /* then nothing is typed */
    bool types = b->key.mods == 0 && b->key.code < KEY_BASE && !still;
    const struct binding *first = ui_binding(ui, b->key);
    return first != NULL && strcmp(first->command, command) == 0 &&
           !(types && ui_screen(ui) == &screen_inspect && edit_types_text(ui));
}

void ui_key_of(const struct ui *ui, const char *command, char name[KEY_NAME_MAX])
{
    const struct binding *b;
    name[0] = '\0';
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL; i++) {
        if (strcmp(b->command, command) == 0 && works(ui, b, command)) {
            (void)key_name(b->key, name);
            return;
        }
    }
}

const char *ui_press(const struct ui *ui, const char *command, char buf[UI_PRESS])
{
    char key[KEY_NAME_MAX];
    ui_key_of(ui, command, key);
    if (key[0] != '\0')
        (void)snprintf(buf, UI_PRESS, "%s", key);
    else
        (void)snprintf(buf, UI_PRESS, ":%.*s", UI_PRESS - 2, command);
    return buf;
}

/* ui_hint, and ui_hint_format when the text is a format. */
static const char *hint(const struct ui *ui, const char *text, bool format, char *out, size_t cap)
{
    size_t at = 0;
    for (const char *p = text; *p != '\0' && at + 1 < cap; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        char command[UI_PRESS], press[UI_PRESS];
        if (end == NULL || (size_t)(end - p) > sizeof command) {
            out[at++] = *p;
            continue;
        }
        (void)snprintf(command, sizeof command, "%.*s", (int)(end - p) - 1, p + 1);
        for (const char *c = ui_press(ui, command, press); *c != '\0' && at + 2 < cap; c++) {
            out[at++] = *c;
            if (*c == '%' && format)
                out[at++] = '%';
        }
        p = end;
    }
    out[at] = '\0';
    return out;
}

const char *ui_hint(const struct ui *ui, const char *text, char *out, size_t cap)
{
    return hint(ui, text, false, out, cap);
}

const char *ui_hint_format(const struct ui *ui, const char *format, char *out, size_t cap)
{
    return hint(ui, format, true, out, cap);
}

/* The key of one character that runs this on the screen, whatever panel or text the keys go to now;
 * 0: there is none. */
static char letter_key(const struct ui *ui, const char *command)
{
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL; i++) {
        const struct binding *first = ui_binding(ui, b->key);
        bool one = b->key.mods == 0 && b->key.code > ' ' && b->key.code < 0x7f;
        if (one && strcmp(b->command, command) == 0 && first != NULL &&
            strcmp(first->command, command) == 0)
            return (char)b->key.code;
    }
    return 0;
}

/* Its letter in a menu: that key, or `other` where that is no key. */
static char letter_of(const struct ui *ui, const char *command, char other)
{
    char key = letter_key(ui, command);
    if (key != 0)
        return key;
    const struct binding *b = ui_binding(ui, (struct key){.code = (uint32_t)other});
    return b == NULL || b->command[0] == '\0' ? other : '\0';
}

/* Entries that this kind of segment does not support stay in the menu and say so. */
static void open_menu(struct ui *ui, const struct menu_row *rows, size_t count)
{
    for (size_t i = 0; i < count && i < MENU_ROWS; i++) {
        const struct menu_row *r = &rows[i];
        bool can = (ui->s.caps & r->needs) == r->needs;
        char key[KEY_NAME_MAX], letter = letter_of(ui, r->command, r->letter);
        ui_key_of(ui, r->command, key);
        (void)snprintf(ui->menu_label[i], sizeof ui->menu_label[i], "%c  %-*s%s",
                       letter != 0 ? letter : ' ', can ? WORDS_COLUMNS : 0, r->words,
                       can ? key : "  not possible for this kind of segment");
        bool runs = can || r->needs == SEG_CAP_REMOVE; /* rm explains what can be done instead */
        ui->menu[i] =
            (struct menu_entry){ui->menu_label[i], (uint32_t)letter, runs ? r->command : ""};
    }
    prompt_menu(&ui->host, "Menu", ui->menu, (int)count);
    ui->prompt.opened_by = "menu";
}

void act_menu(struct ui *ui, const char *arg)
{
    (void)arg;
    if (ui_screen(ui) == &screen_segments)
        open_menu(ui, list_menu, sizeof list_menu / sizeof list_menu[0]);
    else if (ui_screen(ui) == &screen_inspect)
        open_menu(ui, inspect_menu, sizeof inspect_menu / sizeof inspect_menu[0]);
    else
        open_menu(ui, other_menu, sizeof other_menu / sizeof other_menu[0]);
}

/* ---- F2 ---- */

void ui_option(const struct ui *ui, size_t i, char *value, char *kept)
{
    bool look = (looks_own() >> i & 1) != 0;
    settings_value(&ui->s.prefer, i, kept, SETTINGS_VALUE);
    settings_value(look && ui_in_list(ui) ? &ui->s.prefer : &ui->s.set, i, value, SETTINGS_VALUE);
    if (!look || strcmp(value, kept) == 0)
        kept[0] = '\0';
}

/* Looks for the value after, or before, the present one among those that it may have. */
struct turning {
    const char *now;
    char first[SETTINGS_VALUE], last[SETTINGS_VALUE], before[SETTINGS_VALUE], after[SETTINGS_VALUE];
    bool seen;
};

static void turn_past(void *ctx, const char *word)
{
    struct turning *t = ctx;
    if (t->first[0] == '\0')
        (void)snprintf(t->first, sizeof t->first, "%s", word);
    if (t->seen && t->after[0] == '\0')
        (void)snprintf(t->after, sizeof t->after, "%s", word);
    if (strcmp(word, t->now) == 0) {
        t->seen = true;
        memcpy(t->before, t->last, sizeof t->before);
    }
    (void)snprintf(t->last, sizeof t->last, "%s", word);
}

/* The next value of option i, or the previous one: the words that it may have go round, a number is
 * doubled or halved. Empty: it has none. */
static void next_value(const struct ui *ui, size_t i, int by, char *out, size_t cap)
{
    char value[SETTINGS_VALUE], kept[SETTINGS_VALUE];
    double number;
    ui_option(ui, i, value, kept);
    struct turning t = {.now = value};
    ui_setting_values(ui, setting_name(i), turn_past, &t);
    out[0] = '\0';
    if (t.seen && by > 0)
        (void)snprintf(out, cap, "%s", t.after[0] != '\0' ? t.after : t.first);
    else if (t.seen)
        (void)snprintf(out, cap, "%s", t.before[0] != '\0' ? t.before : t.last);
    else if (number_f64(value, &number) == NUM_OK)
        (void)snprintf(out, cap, "%g", by > 0 ? number * 2 : number / 2);
}

/* Enter flips a switch and takes the next word; where a value must be typed, it asks. */
static void option_command(const struct ui *ui, size_t i, char *out, size_t cap)
{
    static const char *const flips[] = {"on", "off", "little", "big"};
    char value[SETTINGS_VALUE], next[SETTINGS_VALUE];
    ui_option(ui, i, value, next);
    bool flip = strcmp(setting_name(i), "theme") == 0;
    for (size_t k = 0; k < sizeof flips / sizeof flips[0]; k++)
        flip = flip || strcmp(value, flips[k]) == 0;
    next_value(ui, i, 1, next, sizeof next);
    if (flip && next[0] != '\0')
        (void)snprintf(out, cap, "set %s %.24s", setting_name(i), next);
    else
        (void)snprintf(out, cap, "prompt command set %s", setting_name(i));
}

/* The letter of option i: its key among the bytes, where it has one, on every screen. */
static char option_letter(const struct ui *ui, size_t i)
{
    const struct binding *b;
    const char *command = strcmp(setting_name(i), "view") == 0 ? "view next" : setting_name(i);
    for (size_t k = 0; (b = keymap_row(ui->keys, k)) != NULL; k++) {
        bool one = b->key.mods == 0 && b->key.code > ' ' && b->key.code < 0x7f;
        if (one && b->mode == MODE_INSPECT && strcmp(b->command, command) == 0)
            return (char)b->key.code;
    }
    return '\0';
}

static int fill_options(struct ui *ui)
{
    int count = 0;
    for (size_t i = 0; setting_name(i) != NULL && i < MENU_ROWS; i++, count++) {
        char value[SETTINGS_VALUE], kept[SETTINGS_VALUE], letter = option_letter(ui, i);
        ui_option(ui, i, value, kept);
        (void)snprintf(ui->menu_label[i], sizeof ui->menu_label[i], "%c  %-10s %-8.40s %s%.20s%s%s",
                       letter != 0 ? letter : ' ', setting_name(i), value,
                       kept[0] != '\0' ? "here; for all: " : "", kept, kept[0] != '\0' ? "; " : "",
                       setting_help(i));
        option_command(ui, i, ui->option_command[i], sizeof ui->option_command[i]);
        ui->menu[i] =
            (struct menu_entry){ui->menu_label[i], (uint32_t)letter, ui->option_command[i]};
    }
    return count;
}

/* Left and Right: changes the option and leaves the menu open. */
static void turn_option(struct ui *ui, int entry, int by)
{
    char line[SETTINGS_VALUE + 32], value[SETTINGS_VALUE];
    next_value(ui, (size_t)entry, by, value, sizeof value);
    if (value[0] == '\0') {
        ui_say(ui, STYLE_TEXT, "Enter types a value for %s", setting_name((size_t)entry));
        return;
    }
    (void)snprintf(line, sizeof line, "set %s %s", setting_name((size_t)entry), value);
    ui_run(ui, line);
    (void)fill_options(ui);
}

void act_options(struct ui *ui, const char *arg)
{
    (void)arg;
    int count = fill_options(ui);
    prompt_menu(&ui->host, "Options of all segments (Left Right change)", ui->menu, count);
    ui->prompt.opened_by = "options";
    ui->prompt.turn = turn_option;
}
