/* The pager: long output of a command, in a frame over the lower part of the screen. It holds a
 * copy of the text, split into lines, and takes the keys that scroll or close it. Lines that are
 * longer than the screen is wide are either wrapped (prose) or cut, and then scrolled sideways
 * (tables); `w` changes over. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/screen/wrap.h"
#include "core/text.h"
#include "ui/frame/prompt.h"

enum { PAGER_LINES = 200000, BOTTOM_ROWS = 2, SIDE_STEP = 16, EDGES = 2 };

/* Columns of the text, inside of the frame. */
static int text_columns(const struct prompt_host *h)
{
    return h->canvas->cols - EDGES;
}

/* A row of the pager: a line, or a part of one. */
struct pager_row {
    const char *text;
    size_t length;
};

struct pager {
    char title[160];
    char *text;        /* a copy; each line ends in NUL */
    const char **line; /* the start of each line */
    int lines;
    bool wraps;
    struct pager_row *row; /* laid out for `columns` and `laid_wraps` */
    int count, columns;
    bool laid_wraps;
    int widest; /* columns of the longest line */
    int top;    /* the row shown first, */
    int left;   /* from this column on */
};

static int page_rows(const struct prompt_host *h)
{
    int body = h->canvas->rows - BOTTOM_ROWS - EDGES;
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
    free(p->row);
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

/* Adds the rows of one line at row[n]; returns how many there are then. `row` NULL: only counts. */
static int lay_line(const struct pager *p, const char *line, struct pager_row *row, int n)
{
    size_t from = 0, skip = 0, length = strlen(line);
    if (!p->wraps) {
        if (row != NULL)
            row[n] = (struct pager_row){line, length};
        return n + 1;
    }
    do {
        size_t used = wrap_line(line + from, p->columns, &skip);
        if (row != NULL)
            row[n] = (struct pager_row){line + from, used};
        n++;
        from += skip;
    } while (from < length && skip > 0 && n < INT_MAX);
    return n;
}

/* Lays the rows out for this width. Without memory for them the old ones stay. */
static void lay_out(struct pager *p, int columns)
{
    int count = 0, n = 0;
    if (p->row != NULL && p->laid_wraps == p->wraps && (!p->wraps || p->columns == columns))
        return;
    p->columns = columns;
    for (int i = 0; i < p->lines; i++)
        count = lay_line(p, p->line[i], NULL, count);
    struct pager_row *row = calloc((size_t)count + 1, sizeof *row);
    if (row == NULL)
        return;
    for (int i = 0; i < p->lines; i++)
        n = lay_line(p, p->line[i], row, n);
    free(p->row);
    p->row = row;
    p->count = n;
    p->laid_wraps = p->wraps;
    p->left = p->wraps ? 0 : p->left;
}

void pager_open(struct prompt_host *h, const char *title, const char *text, bool wraps)
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
    p->lines = split(p, n);
    p->wraps = wraps;
    for (int i = 0; i < p->lines; i++) {
        int width = canvas_width(p->line[i]);
        p->widest = width > p->widest ? width : p->widest;
    }
    lay_out(p, text_columns(h));
    if (p->row == NULL)
        pager_close(h);
}

static void scroll_to(struct prompt_host *h, int top)
{
    struct pager *p = *h->pager;
    int last = p->count - page_rows(h);
    p->top = top > last ? last : top;
    p->top = p->top < 0 ? 0 : p->top;
}

/* Sideways, where lines are cut. */
static void scroll_side(struct prompt_host *h, int columns)
{
    struct pager *p = *h->pager;
    int last = p->widest - text_columns(h), left = p->left + columns;
    left = left > last ? last : left;
    p->left = p->wraps || left < 0 ? 0 : left;
}

void pager_show(struct prompt_host *h, int line)
{
    if (*h->pager != NULL)
        scroll_to(h, line - page_rows(h) / 2);
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
    case KEY_LEFT_:
    case 'h':
        scroll_side(h, -SIDE_STEP);
        return true;
    case KEY_RIGHT_:
    case 'l':
        scroll_side(h, SIDE_STEP);
        return true;
    case 'w':
        (*h->pager)->wraps = !(*h->pager)->wraps;
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
        return false;
    }
}

/* A row from column `left` on; what does not fit is marked at the edge. */
static void draw_row(struct canvas *c, int at, const struct pager *p, const struct pager_row *row)
{
    char text[4096];
    size_t length = row->length < sizeof text ? row->length : sizeof text - 1;
    memcpy(text, row->text, length);
    text[length] = '\0';
    canvas_fill(c, at, 1, c->cols - EDGES, STYLE_TEXT, ' ');
    (void)canvas_field(c, at, 1, c->cols - 1, false, STYLE_TEXT, text + wrap_skip(text, p->left));
}

static void draw_head(struct canvas *c, int at, const struct pager *p, int rows)
{
    int end = c->cols - 1;
    int col = canvas_print(c, at, 2, end - 1, STYLE_KEY, " %s ", p->title);
    if (p->count > rows)
        col = canvas_print(c, at, col + 1, end, STYLE_LABEL, " %d-%d of %d,", p->top + 1,
                           p->top + rows, p->count);
    if (p->widest > c->cols - EDGES)
        col = canvas_text(c, at, col, end, STYLE_LABEL,
                          p->wraps ? " w cuts lines," : " Left Right, w wraps,");
    (void)canvas_text(c, at, col, end, STYLE_LABEL, " Esc closes ");
}

void pager_draw(struct prompt_host *h)
{
    struct canvas *c = h->canvas;
    struct pager *p = *h->pager;
    lay_out(p, text_columns(h));
    int rows = page_rows(h), bottom = c->rows - BOTTOM_ROWS, head = bottom - rows - EDGES;
    scroll_to(h, p->top);
    canvas_frame(c, head, 0, rows + EDGES, c->cols, STYLE_LABEL);
    draw_head(c, head, p, rows);
    for (int i = 0; i < rows; i++)
        draw_row(c, head + 1 + i, p, &p->row[p->top + i]);
    c->cursor_row = c->cursor_col = -1;
}
