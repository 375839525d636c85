/* The pager: long output of a command, over the lower part of the screen. It holds a copy of the
 * text, split into lines, and takes the keys that scroll or close it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/ui.h"

enum { PAGER_LINES = 200000 };

struct pager {
    char title[160];
    char *text;        /* a copy; each line ends in NUL */
    const char **line; /* the start of each line */
    int count, top;
};

static int page_rows(const struct ui *ui)
{
    int body = ui_body_bottom(ui) - ui_body_top(ui);
    int most = body * 2 / 3 > 4 ? body * 2 / 3 : body - 1;
    return ui->pager->count < most ? ui->pager->count : most;
}

void pager_close(struct ui *ui)
{
    if (ui->pager == NULL)
        return;
    free(ui->pager->text);
    free(ui->pager->line);
    free(ui->pager);
    ui->pager = NULL;
}

static int split(struct pager *p, size_t n)
{
    int count = 0;
    for (size_t at = 0; at < n && count < PAGER_LINES; count++) {
        char *end = memchr(p->text + at, '\n', n - at);
        p->line[count] = p->text + at;
        if (end == NULL)
            return count + 1;
        *end = '\0';
        at = (size_t)(end - p->text) + 1;
    }
    return count;
}

static size_t lines_of(const char *text, size_t n)
{
    size_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines < PAGER_LINES ? lines : PAGER_LINES;
}

void ui_pager(struct ui *ui, const char *title, const char *text)
{
    size_t n = strlen(text);
    pager_close(ui);
    struct pager *p = calloc(1, sizeof *p);
    if (p == NULL)
        return;
    p->text = malloc(n + 1);
    p->line = calloc(lines_of(text, n), sizeof *p->line);
    ui->pager = p;
    if (p->text == NULL || p->line == NULL) {
        pager_close(ui);
        return;
    }
    memcpy(p->text, text, n + 1);
    for (size_t i = 0; i < n; i++)
        if (p->text[i] == '\t')
            p->text[i] = ' ';
    (void)text_escape_content(p->title, sizeof p->title, title, strlen(title));
    p->count = split(p, n);
}

static void scroll_to(struct ui *ui, int top)
{
    struct pager *p = ui->pager;
    int last = p->count - page_rows(ui);
    p->top = top > last ? last : top;
    p->top = p->top < 0 ? 0 : p->top;
}

void pager_scroll(struct ui *ui, int lines)
{
    scroll_to(ui, ui->pager->top + lines);
}

bool pager_key(struct ui *ui, struct key key)
{
    int page = page_rows(ui), top = ui->pager->top;
    if (key.mods != 0)
        return false;
    switch (key.code) {
    case KEY_ESC_:
    case 'q':
    case KEY_F1_ + 9:
        pager_close(ui);
        return true;
    case KEY_UP_:
    case 'k':
        scroll_to(ui, top - 1);
        return true;
    case KEY_DOWN_:
    case 'j':
    case KEY_ENTER_:
        scroll_to(ui, top + 1);
        return true;
    case KEY_PGUP_:
        scroll_to(ui, top - page);
        return true;
    case KEY_PGDN_:
    case ' ':
        scroll_to(ui, top + page);
        return true;
    case KEY_HOME_:
    case 'g':
        scroll_to(ui, 0);
        return true;
    case KEY_END_:
    case 'G':
        scroll_to(ui, ui->pager->count);
        return true;
    default:
        break;
    }
    if (key.code >= KEY_BASE || !ui->s.edit)
        return false;
    ui_say(ui, STYLE_TEXT, "Esc closes this text first"); /* in edit mode the key would write */
    return true;
}

void pager_draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct pager *p = ui->pager;
    int rows = page_rows(ui), bottom = ui_body_bottom(ui), head = bottom - rows - 1;
    scroll_to(ui, p->top);
    canvas_fill(c, head, 0, c->cols, STYLE_HEADER, 0x2500);
    int col = canvas_print(c, head, 2, c->cols - 2, STYLE_HEADER, " %s ", p->title);
    if (p->count > rows)
        (void)canvas_print(c, head, col + 1, c->cols, STYLE_HEADER, " %d-%d of %d, Esc closes ",
                           p->top + 1, p->top + rows, p->count);
    else
        (void)canvas_text(c, head, col + 1, c->cols, STYLE_HEADER, " Esc closes ");
    for (int i = 0; i < rows; i++) {
        canvas_fill(c, head + 1 + i, 0, c->cols, STYLE_TEXT, ' ');
        canvas_text(c, head + 1 + i, 0, c->cols, STYLE_TEXT, p->line[p->top + i]);
    }
    c->cursor_row = c->cursor_col = -1;
}
