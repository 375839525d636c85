/* Events: decides which part of the UI gets each one. The order is: suspend, pasted text, the open
 * prompt, the pager, the screen's own keys, the key table. */
#include <stdio.h>
#include <string.h>

#include "ui/frame/ui.h"

static bool is_ctrl(struct key key, char letter)
{
    return key.code == (uint32_t)letter && key.mods == KEY_CTRL;
}

static bool is_character(struct key key)
{
    return key.code < KEY_BASE && key.mods == 0;
}

/* Is the cursor in the screen itself, not in a panel? */
static bool in_screen(const struct ui *ui)
{
    return ui_mode(ui) == ui_screen(ui)->mode || ui_mode(ui) == MODE_TREE;
}

/* Pasted text goes only where text is typed; it never runs commands. */
static void paste(struct ui *ui, struct key key)
{
    const struct screen *screen = ui_screen(ui);
    if (ui->prompt.kind == PROMPT_LINE) {
        prompt_paste(&ui->host, key);
        return;
    }
    bool typing = ui->prompt.kind == PROMPT_NONE && ui->pager == NULL && session_editing(&ui->s) &&
                  screen == &screen_inspect && in_screen(ui) && is_character(key);
    if (typing && screen->key(ui, key))
        return;
    if (!typing)
        ui_say(ui, STYLE_WARN, "paste ignored: open a prompt first");
}

/* What a key does on the first other screen that uses it, in words of the help; NULL: none does. */
static const char *elsewhere(const struct ui *ui, struct key key, const char **where)
{
    static const struct {
        enum key_mode mode;
        const char *where;
    } screens[] = {{MODE_INSPECT, "among the bytes"},
                   {MODE_SEGMENTS, "in the list"},
                   {MODE_CALLS, "among the OS calls"}};
    const size_t count = sizeof screens / sizeof screens[0];
    size_t from = 0; /* the screen that one comes from is asked first */
    while (ui->depth > 1 && from < count && screens[from].mode != ui->stack[ui->depth - 2]->mode)
        from++;
    for (size_t i = 0; i <= count; i++) {
        size_t at = i == 0 ? from % count : i - 1;
        const struct binding *b = keymap_find(ui->keys, screens[at].mode, key), *row;
        for (size_t k = 0; b != NULL && (row = keymap_row(ui->keys, k)) != NULL; k++) {
            *where = screens[at].where;
            if (row->mode == b->mode && row->note != NULL && strcmp(row->command, b->command) == 0)
                return row->note;
        }
    }
    return NULL;
}

static void unknown_key(struct ui *ui, struct key key)
{
    const char *where = NULL, *what = elsewhere(ui, key, &where);
    char name[KEY_NAME_MAX];
    if (is_ctrl(key, 'c')) {
        ui_say(ui, STYLE_TEXT, "{quit} quits");
        return;
    }
    (void)key_name(key, name);
    if (ui_mode(ui) == MODE_INSPECT && keymap_find(ui->keys, MODE_TREE, key) != NULL) {
        ui_say(ui, STYLE_TEXT, "%s is for the fields: {tree} shows them", name);
        return;
    }
    if (what != NULL)
        ui_say(ui, STYLE_TEXT, "%s is not used on this screen; %s: %s", name, where, what);
    else if (ui_screen(ui) == &screen_help)
        ui_say(ui, STYLE_TEXT, "%s is not used on this screen", name);
    else
        ui_say(ui, STYLE_TEXT, "%s is not used on this screen ({help} shows the keys)", name);
}

/* When a key drops what was half typed, the message says so, whatever else the key does. The last
 * screen stays open then, since nobody could read the message otherwise. */
static void run_binding(struct ui *ui, const struct binding *b, struct key key)
{
    char dropped[sizeof ui->status], name[KEY_NAME_MAX];
    bool was = ui_screen(ui) == &screen_inspect && inspect_dropped(ui);
    memcpy(dropped, ui->status, sizeof dropped);
    (void)key_name(key, name);
    if (was && b != NULL && ui->depth == 1 && strcmp(b->command, "back") == 0) {
        ui_say(ui, STYLE_WARN, "%s; %s again quits", dropped, name);
        return;
    }
    if (b != NULL)
        ui_run(ui, b->command);
    else if (!was)
        unknown_key(ui, key);
    if (was && ui->prompt.kind != PROMPT_NONE && ui->prompt.note[0] == '\0')
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%.150s", dropped);
    else if (was && ui->prompt.kind == PROMPT_NONE && strcmp(ui->status, dropped) != 0)
        ui_say(ui, STYLE_WARN, "%s%s%s", dropped, ui->status[0] != '\0' ? "; " : "", ui->status);
}

/* Is the line this command, with or without arguments? */
static bool is_command(const char *line, const char *command)
{
    size_t n = strlen(command);
    return strncmp(line, command, n) == 0 && (line[n] == '\0' || line[n] == ' ');
}

/* A key that opens a menu closes it as well, unless it chooses an entry. */
static bool closes_menu(const struct ui *ui, struct key key)
{
    const struct prompt *p = &ui->prompt;
    const struct binding *b = ui_binding(ui, key);
    if (p->kind != PROMPT_MENU || p->opened_by == NULL || b == NULL)
        return false;
    for (int i = 0; i < p->menu_count; i++)
        if (key.mods == 0 && key.code == p->menu[i].letter)
            return false;
    return is_command(b->command, p->opened_by);
}

/* What a command has printed is in the way once another key acts. A line can be typed below it: it
 * is closed when that runs. The text of a lesson scrolls beside it. */
static void close_result(struct ui *ui, const struct binding *b)
{
    if (b != NULL && !is_command(b->command, "prompt command") &&
        !is_command(b->command, "redraw") && !is_command(b->command, "lesson"))
        pager_close(&ui->host);
}

bool ui_over_text(const struct binding *b)
{
    static const char *const works[] = {"prompt command", "redraw", "lesson", "help",
                                        "options",        "menu",   "quit"};
    for (size_t i = 0; b != NULL && i < sizeof works / sizeof works[0]; i++)
        if (is_command(b->command, works[i]))
            return true;
    return false;
}

/* Keys that are neither the text's nor for any screen do nothing to the screen under it. */
static bool is_not_for_text(struct ui *ui, struct key key)
{
    char name[KEY_NAME_MAX];
    if (ui->pager == NULL || ui_over_text(ui_binding(ui, key)))
        return false;
    (void)key_name(key, name);
    ui_say(ui, STYLE_TEXT, "%s is not for this text; Esc closes it", name);
    return true;
}

static void press(struct ui *ui, struct key key)
{
    const struct screen *screen = ui_screen(ui);
    uint64_t done, total;
    int64_t since;
    if (ui->pager != NULL && (pager_key(&ui->host, key) || is_not_for_text(ui, key)))
        return;
    if (key.code == KEY_ESC_ && ui_busy(ui, &done, &total, &since) &&
        ui->now - since > 200 * 1000000) {
        ui_cancel(ui);
        return;
    }
    bool typed = (in_screen(ui) || screen == &screen_segments) && ui->pager == NULL;
    if (typed && screen->key != NULL && screen->key(ui, key))
        return;
    bool edits = ui->s.edit && screen == &screen_inspect;
    if (key.code == KEY_ESC_ && lab_toured(ui) && !edits) {
        (void)lab_escape(ui);
        return;
    }
    const struct binding *b = ui_binding(ui, key);
    close_result(ui, b);
    run_binding(ui, b, key);
}

/* Terminal too small to draw: accept only quit, back and Esc. */
static void press_blindly(struct ui *ui, struct key key)
{
    const struct binding *b = ui_binding(ui, key);
    if (ui->prompt.kind != PROMPT_NONE) {
        if (key.code == KEY_ESC_)
            prompt_key(&ui->host, key);
    } else if (b != NULL && (strcmp(b->command, "quit") == 0 || strcmp(b->command, "back") == 0)) {
        ui_run(ui, b->command);
    }
}

static void key_event(struct ui *ui, const struct event *ev)
{
    ui->status[0] = '\0'; /* it was about the key before */
    if (is_ctrl(ev->key, 'z') && !ev->pasted) {
        if (ui->term != NULL && !term_suspend(ui->term))
            ui_say(ui, STYLE_TEXT, "^Z: this system stops no programs; {quit} quits");
    } else if (ui_too_small(ui)) {
        if (!ev->pasted)
            press_blindly(ui, ev->key);
    } else if (ev->pasted) {
        paste(ui, ev->key);
    } else if (closes_menu(ui, ev->key)) {
        prompt_key(&ui->host, (struct key){KEY_ESC_, 0});
    } else if (ui->prompt.kind != PROMPT_NONE) {
        prompt_key(&ui->host, ev->key);
    } else {
        press(ui, ev->key);
    }
}

static void wheel(struct ui *ui, const struct event *ev)
{
    if (ui->pager != NULL)
        pager_scroll(&ui->host, ev->mouse == MOUSE_WHEEL_UP ? -3 : 3);
    else if (ui_screen(ui)->mouse != NULL)
        ui_screen(ui)->mouse(ui, ev);
}

/* A mouse button, for the screen: a drag that leaves its rows still ends there. */
static void button(struct ui *ui, const struct event *ev)
{
    struct event inside = *ev;
    int last = ui_body_bottom(ui) - 1;
    if (ev->row > last) {
        if (ev->mouse == MOUSE_PRESS)
            return;
        inside.row = last;
    }
    ui_screen(ui)->mouse(ui, &inside);
}

/* The right button opens the menu as its key does, or says that there is none. */
static void second_button(struct ui *ui)
{
    const struct binding *b;
    for (size_t i = 0; ui->pager == NULL && (b = keymap_row(ui->keys, i)) != NULL; i++) {
        bool types = b->key.mods == 0 && b->key.code < KEY_BASE;
        if (b->mode != ui_screen(ui)->mode || types || strcmp(b->command, "menu") != 0)
            continue;
        key_event(ui, &(struct event){.kind = EVENT_KEY, .key = b->key});
        return;
    }
    ui_say(ui, STYLE_TEXT, "the second button opens no menu over a text: Esc closes it");
}

static void mouse_event(struct ui *ui, const struct event *ev)
{
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN) {
        if (ui->prompt.kind == PROMPT_NONE)
            wheel(ui, ev);
        return;
    }
    if (ui->prompt.kind == PROMPT_MENU) {
        if (ev->mouse == MOUSE_PRESS && !menu_click(&ui->host, ev->row, ev->col))
            prompt_key(&ui->host, (struct key){KEY_ESC_, 0});
        return;
    }
    if (ui->prompt.kind != PROMPT_NONE)
        return;
    if (ev->mouse == MOUSE_MENU) {
        second_button(ui);
        return;
    }
    const struct bar_word *word =
        ev->row == ui->canvas.rows - 1 && ev->mouse == MOUSE_PRESS ? bar_find(ui, ev->col) : NULL;
    if (word != NULL)
        key_event(ui, &(struct event){.kind = EVENT_KEY, .key = word->key});
    else if (ui->pager == NULL && ui_screen(ui)->mouse != NULL) /* nothing covers the screen */
        button(ui, ev);
}

void ui_event(struct ui *ui, const struct event *ev)
{
    if (ui->pager == NULL) /* what computes a layout does it as the screen is drawn */
        canvas_narrow(&ui->canvas, ui->canvas.stride - lab_side(ui));
    session_stir(&ui->s);
    switch (ev->kind) {
    case EVENT_KEY:
        ui->presses++;
        key_event(ui, ev);
        break;
    case EVENT_MOUSE:
        if (!ui_too_small(ui))
            mouse_event(ui, ev);
        break;
    case EVENT_RESIZE:
        if (ui->term != NULL &&
            !canvas_resize(&ui->canvas, term_rows(ui->term), term_cols(ui->term)))
            ui_say(ui, STYLE_ERROR, "out of memory for a screen of this size");
        break;
    case EVENT_HANGUP:
        ui->quit = true;
        break;
    case EVENT_BACKGROUND:
        ui_apply(ui);
        break;
    case EVENT_ANSWERED:
    case EVENT_SUSPENDED:
    case EVENT_NONE:
        break;
    }
    canvas_narrow(&ui->canvas, ui->canvas.stride);
}
