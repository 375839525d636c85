/* Menus: a box of entries above the message line. A letter, the arrows with Enter, or a click
 * chooses an entry, which runs its command line. */
#include <stdio.h>
#include <string.h>

#include "ui/frame/prompt.h"

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

void menu_key(struct prompt_host *h, struct key key)
{
    struct prompt *p = h->prompt;
    int last = p->menu_count - 1;
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
    else if (key.code == KEY_HOME_)
        p->menu_at = 0;
    else if (key.code == KEY_END_)
        p->menu_at = last;
    else if (key.code == 'q' || key.code == KEY_F1_ + 9 || key.code == KEY_F1_ + 8)
        p->kind = PROMPT_NONE;
}

static int widest(const struct prompt *p)
{
    int width = canvas_width(p->label);
    for (int i = 0; i < p->menu_count; i++) {
        int columns = canvas_width(p->menu[i].label);
        width = columns > width ? columns : width;
    }
    return width;
}

void menu_draw(struct prompt_host *h)
{
    struct canvas *c = h->canvas;
    struct prompt *p = h->prompt;
    int most = c->rows - 4; /* all but the title, the rule of the menu, message line and key bar */
    int rows = p->menu_count < most ? p->menu_count : most;
    int first = p->menu_at >= rows ? p->menu_at - rows + 1 : 0; /* entry in the first row */
    int width = widest(p) + 4 < c->cols ? widest(p) + 4 : c->cols;
    int top = c->rows - 1 - rows;
    canvas_fill(c, top - 1, 0, width, STYLE_HEADER, 0x2500);
    canvas_text(c, top - 1, 2, width - 1, STYLE_HEADER, p->label);
    for (int i = 0; i < rows; i++) {
        enum style style = first + i == p->menu_at ? STYLE_ROW : STYLE_TEXT;
        canvas_fill(c, top + i, 0, width, style, ' ');
        canvas_text(c, top + i, 2, width, style, p->menu[first + i].label);
    }
    c->cursor_row = c->cursor_col = -1;
    p->menu_row = top - first;
    p->menu_rows = rows;
    p->menu_cols = width;
}

bool menu_click(struct prompt_host *h, int row, int col)
{
    const struct prompt *p = h->prompt;
    int i = row - p->menu_row, first = h->canvas->rows - 1 - p->menu_rows;
    if (row < first || row > h->canvas->rows - 2 || col >= p->menu_cols || i < 0 ||
        i >= p->menu_count)
        return false;
    choose(h, i);
    return true;
}
