/* The help screen, generated from the same tables that define keys, commands and actions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "ui/frame/actions.h"

enum { LINES_MAX = 400, LINE_CELLS = 160, KEYS_CELLS = 40 };

struct help_line {
    bool heading;
    char key[KEYS_CELLS];
    char text[LINE_CELLS];
};

struct help_state {
    struct help_line line[LINES_MAX];
    int count, top;
    const struct screen *of; /* the screen it was opened from */
};

struct help_state *help_new(void)
{
    return calloc(1, sizeof(struct help_state));
}

void help_free(struct help_state *st)
{
    free(st);
}

static struct help_line *add(struct help_state *st, const char *key, const char *text)
{
    if (st->count == LINES_MAX)
        return NULL;
    struct help_line *line = &st->line[st->count++];
    memset(line, 0, sizeof *line);
    (void)snprintf(line->key, sizeof line->key, "%s", key);
    (void)snprintf(line->text, sizeof line->text, "%s", text);
    return line;
}

static void heading(struct help_state *st, const char *text)
{
    if (st->count > 0)
        (void)add(st, "", "");
    struct help_line *line = add(st, "", text);
    if (line != NULL)
        line->heading = true;
}

/* The keys of a mode; a binding without a note is another key for the line before. */
static void add_keys(struct ui *ui, enum key_mode mode)
{
    const struct binding *b;
    struct help_line *line = NULL;
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL; i++) {
        char name[KEY_NAME_MAX];
        if (b->mode != mode)
            continue;
        (void)key_name(b->key, name);
        if (b->note != NULL) {
            line = add(ui->help, name, b->note);
        } else if (line != NULL) {
            size_t n = strlen(line->key);
            (void)snprintf(line->key + n, sizeof line->key - n, " %s", name);
        }
    }
}

static void add_text(struct help_state *st, const char *title, const char *const *text)
{
    heading(st, title);
    for (; *text != NULL; text++)
        (void)add(st, "", *text);
}

static const char *const promise[] = {
    "Looking changes nothing: no memory is allocated for holes, no timestamp but",
    "atime changes, no lock is taken, no process is stopped. The exceptions:",
    "- attaching to a System V segment counts as an attach there;",
    "- on Windows every committed page counts as data;",
    "- while attached we keep a removed segment alive (KEEPING ALIVE).",
    "Until you turn on edit mode, segments are attached read-only. Dim dots are",
    "bytes that were never written; ? is unknown, since reading would disturb it.",
    NULL,
};

static const char *const map[] = {
    "The strip at the right edge is the whole segment from top to bottom:",
    "\u00b7 never written, \u2591 zeros, \u2592 data, \u2593 changed lately, \u2588 just now.",
    "The mark beside it is the window; a click goes there. The whole segment is",
    "re-read continuously within the CPU share of `set cpu`. \"seen 0.3 s ago\" is",
    "the age of the oldest page.",
    "Changed rows only (x): \u2026 after an offset: rows are skipped above it. ?:",
    "something in this page changed, but it is not known where: large segments are",
    "not copied whole, so the first change in a page that has not changed lately is",
    "only known by page.",
    NULL,
};

static void add_lines(struct help_state *st)
{
    size_t count = 0;
    heading(st, "Commands of the `:` line, on this segment");
    const struct command *commands = command_table(&count);
    for (size_t i = 0; i < count; i++)
        if ((commands[i].needs & NEED_SHELL) == 0)
            (void)add(st, commands[i].name, commands[i].help);
    heading(st, "More commands for the `:` line");
    const struct action *actions = action_table(&count);
    for (size_t i = 0; i < count; i++) {
        char text[LINE_CELLS];
        (void)snprintf(text, sizeof text, "%s%s%s", actions[i].args,
                       actions[i].args[0] != '\0' ? ": " : "", actions[i].help);
        if (command_find(actions[i].name) == NULL)
            (void)add(st, actions[i].name, text);
    }
}

static void enter(struct ui *ui)
{
    struct help_state *st = ui->help;
    char title[LINE_CELLS];
    st->of = ui->depth > 1 ? ui->stack[ui->depth - 2] : ui_screen(ui);
    st->count = st->top = 0;
    (void)snprintf(title, sizeof title, "Keys of the screen: %s", st->of->name);
    heading(st, title);
    add_keys(ui, st->of->mode);
    if (st->of->mode == MODE_INSPECT || st->of->mode == MODE_SEGMENTS) {
        heading(st, "Users panel (o, then Tab)");
        add_keys(ui, MODE_WHO);
    }
    add_text(st, "The whole segment", map);
    add_text(st, "What looking does", promise);
    add_lines(st);
}

static int rows_of(const struct ui *ui)
{
    return ui_body_bottom(ui) - ui_body_top(ui);
}

static void scroll_to(struct ui *ui, int top)
{
    int last = ui->help->count - rows_of(ui);
    top = top > last ? last : top;
    ui->help->top = top < 0 ? 0 : top;
}

static void draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    const struct help_state *st = ui->help;
    int top = ui_body_top(ui), rows = rows_of(ui);
    scroll_to(ui, st->top);
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    (void)canvas_print(c, 0, 1, c->cols, STYLE_TITLE, "shmlens %s  help  %d-%d of %d lines",
                       SHMLENS_VERSION, st->top + 1,
                       st->top + rows < st->count ? st->top + rows : st->count, st->count);
    for (int i = 0; i < rows && st->top + i < st->count; i++) {
        const struct help_line *line = &st->line[st->top + i];
        int col = 1;
        if (line->key[0] != '\0') {
            col = canvas_text(c, top + i, 3, c->cols, STYLE_KEY, line->key) + 1;
            col = col < 18 ? 18 : col;
        }
        canvas_text(c, top + i, col, c->cols, line->heading ? STYLE_HEADER : STYLE_TEXT,
                    line->text);
    }
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    scroll_to(ui, list_move(how, ui->help->top, ui->help->count, rows_of(ui)));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        scroll_to(ui, ui->help->top + (ev->mouse == MOUSE_WHEEL_UP ? -3 : 3));
}

const struct screen screen_help = {
    .name = "help", .mode = MODE_HELP, .draw = draw, .move = move, .mouse = mouse, .enter = enter};
