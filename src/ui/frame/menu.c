/* Menus: a framed box of entries above the key bar. A letter, the arrows with Enter, or a click
 * chooses an entry, which runs its command line. Another key says so in the lower edge. */
#include <stdio.h>
#include <string.h>

#include "ui/frame/prompt.h"

enum { EDGES = 2, BLANKS = 2 }; /* columns of the frame, and inside of it */

static void choose(struct prompt_host *h, int i)
{
    const struct menu_entry *entry = &h->prompt->menu[i];
    char line[256];
    (void)snprintf(line, sizeof line, "%s", entry->command);
    h->prompt->kind = PROMPT_NONE;
    if (line[0] == '\0')
        h->say(h->ui, STYLE_WARN, entry->label + 3);
    else
        h->run(h->ui, line);
}

static void say_unknown(struct prompt *p, struct key key)
{
    char name[KEY_NAME_MAX];
    (void)key_name(key, name);
    (void)snprintf(p->note, sizeof p->note, "%s is not in this menu", name);
}

void menu_key(struct prompt_host *h, struct key key)
{
    struct prompt *p = h->prompt;
    int last = p->menu_count - 1;
    p->note[0] = '\0';
    for (int i = 0; i < p->menu_count; i++)
        if (key.mods == 0 && key.code == p->menu[i].letter) {
            choose(h, i);
            return;
        }
    if (key.code == KEY_ENTER_ && p->menu_count > 0)
        choose(h, p->menu_at);
    else if (key.code == KEY_UP_ || (key.code == 'k' && key.mods == 0))
        p->menu_at = p->menu_at > 0 ? p->menu_at - 1 : last;
    else if (key.code == KEY_DOWN_ || key.code == KEY_TAB_ || (key.code == 'j' && key.mods == 0))
        p->menu_at = p->menu_at < last ? p->menu_at + 1 : 0;
    else if (p->turn != NULL && key.code == KEY_LEFT_)
        p->turn(h->ui, p->menu_at, -1);
    else if (p->turn != NULL && (key.code == KEY_RIGHT_ || key.code == ' '))
        p->turn(h->ui, p->menu_at, 1);
    else if (key.code == KEY_HOME_)
        p->menu_at = 0;
    else if (key.code == KEY_END_)
        p->menu_at = last;
    else if (key.code == 'q' || key.code == KEY_F1_ + 9 || key.code == KEY_F1_ + 8)
        p->kind = PROMPT_NONE;
    else
        say_unknown(p, key);
}

#define MENU_HINT "Enter chooses, Esc closes"

/* Columns inside of the frame: the entries, the title, what the lower edge says. */
static int widest(const struct prompt *p)
{
    int width = canvas_width(p->label), hint = canvas_width(MENU_HINT);
    width = width < hint ? hint : width;
    for (int i = 0; i < p->menu_count; i++) {
        int columns = canvas_width(p->menu[i].label);
        width = columns > width ? columns : width;
    }
    return width;
}

/* `▲ 3 ▼ 19 more` at the right of the upper edge: entries above and below those that are shown. */
static void draw_more(struct canvas *c, int row, int width, int above, int below)
{
    char text[64], up[24] = "", down[24] = "";
    if (above > 0)
        (void)snprintf(up, sizeof up, " \u25b2 %d", above);
    if (below > 0)
        (void)snprintf(down, sizeof down, " \u25bc %d", below);
    if (above + below == 0)
        return;
    (void)snprintf(text, sizeof text, "%s%s more ", up, down);
    canvas_text(c, row, width - canvas_width(text) - 1, width - 1, STYLE_LABEL, text);
}

void menu_draw(struct prompt_host *h)
{
    struct canvas *c = h->canvas;
    struct prompt *p = h->prompt;
    int most = c->rows - 4; /* all but the title, the edges of the menu and the key bar */
    int rows = p->menu_count < most ? p->menu_count : most;
    int first = p->menu_at >= rows ? p->menu_at - rows + 1 : 0; /* entry in the first row */
    int width = widest(p) + EDGES + BLANKS < c->cols ? widest(p) + EDGES + BLANKS : c->cols;
    int top = c->rows - 2 - rows;
    const char *hint = p->note[0] != '\0' ? p->note : MENU_HINT;
    canvas_frame(c, top - 1, 0, rows + 2, width, STYLE_LABEL);
    draw_more(c, top - 1, width, first, p->menu_count - first - rows);
    (void)canvas_print(c, top - 1, 1, width - 1, STYLE_KEY, " %s ", p->label);
    (void)canvas_print(c, top + rows, 1, width - 1, p->note[0] != '\0' ? STYLE_WARN : STYLE_LABEL,
                       " %s ", hint);
    for (int i = -1; i < rows; i++)
        canvas_clear_rest(c, top + i, width);
    canvas_fill(c, top + rows, width, c->cols - width, STYLE_TEXT, ' '); /* the message line */
    for (int i = 0; i < rows; i++) {
        enum style style = first + i == p->menu_at ? STYLE_ROW : STYLE_TEXT;
        canvas_fill(c, top + i, 1, width - EDGES, style, ' ');
        (void)canvas_field(c, top + i, 2, width - 2, false, style, p->menu[first + i].label);
    }
    c->cursor_row = c->cursor_col = -1;
    p->menu_row = top - first;
    p->menu_rows = rows;
    p->menu_cols = width;
}

bool menu_click(struct prompt_host *h, int row, int col)
{
    const struct prompt *p = h->prompt;
    int i = row - p->menu_row, first = h->canvas->rows - 2 - p->menu_rows;
    if (row < first || row > h->canvas->rows - 3 || col >= p->menu_cols || i < 0 ||
        i >= p->menu_count)
        return false;
    choose(h, i);
    return true;
}
