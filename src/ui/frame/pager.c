/* The pager: long output of a command, over the lower part of the screen. It holds a copy of the
 * text, split into lines, and takes the keys that scroll or close it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/prompt.h"

enum { PAGER_LINES = 200000, BOTTOM_ROWS = 2 };

struct pager {
    char title[160];
    char *text;        /* a copy; each line ends in NUL */
    const char **line; /* the start of each line */
    int count, top;
};

static int page_rows(const struct prompt_host *h)
{
    int body = h->canvas->rows - BOTTOM_ROWS - 1; /* without the title */
    int most = body * 2 / 3 > 4 ? body * 2 / 3 : body - 1;
    return (*h->pager)->count < most ? (*h->pager)->count : most;
}

void pager_close(struct prompt_host *h)
{
    struct pager *p = *h->pager;
    if (p == NULL)
        return;
    free(p->text);
    free(p->line);
    free(p);
    *h->pager = NULL;
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

void pager_open(struct prompt_host *h, const char *title, const char *text)
{
    size_t n = strlen(text);
    pager_close(h);
    struct pager *p = calloc(1, sizeof *p);
    if (p == NULL)
        return;
    p->text = malloc(n + 1);
    p->line = calloc(lines_of(text, n), sizeof *p->line);
    *h->pager = p;
    if (p->text == NULL || p->line == NULL) {
        pager_close(h);
        return;
    }
    memcpy(p->text, text, n + 1);
    for (size_t i = 0; i < n; i++)
        if (p->text[i] == '\t')
            p->text[i] = ' ';
    (void)text_escape_content(p->title, sizeof p->title, title, strlen(title));
    p->count = split(p, n);
}

static void scroll_to(struct prompt_host *h, int top)
{
    struct pager *p = *h->pager;
    int last = p->count - page_rows(h);
    p->top = top > last ? last : top;
    p->top = p->top < 0 ? 0 : p->top;
}

void pager_scroll(struct prompt_host *h, int lines)
{
    scroll_to(h, (*h->pager)->top + lines);
}

bool pager_key(struct prompt_host *h, struct key key)
{
    int page = page_rows(h), top = (*h->pager)->top;
    if (key.mods != 0)
        return false;
    switch (key.code) {
    case KEY_ESC_:
    case 'q':
    case KEY_F1_ + 9:
        pager_close(h);
        return true;
    case KEY_UP_:
    case 'k':
        scroll_to(h, top - 1);
        return true;
    case KEY_DOWN_:
    case 'j':
    case KEY_ENTER_:
        scroll_to(h, top + 1);
        return true;
    case KEY_PGUP_:
        scroll_to(h, top - page);
        return true;
    case KEY_PGDN_:
    case ' ':
        scroll_to(h, top + page);
        return true;
    case KEY_HOME_:
    case 'g':
        scroll_to(h, 0);
        return true;
    case KEY_END_:
    case 'G':
        scroll_to(h, (*h->pager)->count);
        return true;
    default:
        break;
    }
    if (key.code >= KEY_BASE || !h->writes(h->ui))
        return false;
    h->say(h->ui, STYLE_TEXT, "Esc closes this text first"); /* in edit mode the key would write */
    return true;
}

void pager_draw(struct prompt_host *h)
{
    struct canvas *c = h->canvas;
    struct pager *p = *h->pager;
    int rows = page_rows(h), bottom = c->rows - BOTTOM_ROWS, head = bottom - rows - 1;
    scroll_to(h, p->top);
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
