/* Prompts: modes of the UI that take the keys until they are answered.
 *
 * Keys that were typed ahead answer a question, as in every program on a terminal: a script that
 * sends `d`, `yes` and Enter in one write means it. The exception is the replacement of one match
 * after the other (act_replace.c): there each answer is about another place. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/prompt.h"

static struct prompt *open_prompt(struct prompt_host *h, enum prompt_kind kind, const char *label)
{
    struct prompt *p = h->prompt;
    memset(p, 0, sizeof *p);
    p->kind = kind;
    (void)text_escape_content(p->label, sizeof p->label, label, strlen(label));
    return p;
}

void prompt_ask(struct prompt_host *h, const char *label, const char *initial,
                struct line_history *history,
                void (*accept)(struct ui *ui, const char *text, void *ctx), void *ctx)
{
    struct prompt *p = open_prompt(h, PROMPT_LINE, label);
    edit_set(&p->edit, initial);
    p->history = history;
    p->accept = accept;
    p->ctx = ctx;
}

void prompt_confirm(struct prompt_host *h, const char *question,
                    void (*accept)(struct ui *ui, const char *text, void *ctx), void *ctx)
{
    char label[sizeof h->prompt->label];
    bool asks = strstr(question, "[y/N]") != NULL;
    (void)snprintf(label, sizeof label, "%.140s%s", question, asks ? "" : " [y/N]");
    struct prompt *p = open_prompt(h, PROMPT_CONFIRM, label);
    p->accept = accept;
    p->ctx = ctx;
}

void prompt_ask_key(struct prompt_host *h, const char *label,
                    void (*accept)(struct ui *ui, struct key key, void *ctx), void *ctx)
{
    struct prompt *p = open_prompt(h, PROMPT_KEY, label);
    p->accept_key = accept;
    p->ctx = ctx;
}

void prompt_menu(struct prompt_host *h, const char *label, const struct menu_entry *entries,
                 int count)
{
    struct prompt *p = open_prompt(h, PROMPT_MENU, label);
    p->menu = entries;
    p->menu_count = count;
}

/* Closes the prompt; its callback may open a new one. */
static void drop(struct prompt_host *h)
{
    void (*dropped)(struct ui *, void *) = h->prompt->drop;
    h->prompt->kind = PROMPT_NONE;
    if (dropped != NULL)
        dropped(h->ui, h->prompt->ctx);
}

static void accept(struct prompt_host *h, const char *text)
{
    struct prompt *p = h->prompt;
    char line[EDIT_MAX];
    (void)snprintf(line, sizeof line, "%s", text);
    if (p->history != NULL)
        line_history_add(p->history, line);
    p->kind = PROMPT_NONE;
    if (p->line[0] != '\0')
        h->did(h->ui, p->line);
    if (p->accept != NULL)
        p->accept(h->ui, line, p->ctx);
}

static void changed(struct prompt_host *h)
{
    struct prompt *p = h->prompt;
    p->hint[0] = '\0';
    p->cycle = 0;
    if (p->refused)
        p->note[0] = '\0';
    p->refused = false;
    if (p->changed != NULL)
        p->changed(h->ui, p->edit.text, p->ctx);
}

/* A line that is wrong in itself stays to be mended: keys that follow are still for it. */
static void accept_line(struct prompt_host *h)
{
    struct prompt *p = h->prompt;
    char why[sizeof p->note] = "";
    if (p->right == NULL || p->right(h->ui, p->edit.text, why)) {
        accept(h, p->edit.text);
        return;
    }
    p->hint[0] = '\0';
    (void)text_escape_content(p->note, sizeof p->note, why, strlen(why));
    p->refused = true;
}

/* A character that is typed, or pasted. */
static bool is_character(struct key key)
{
    return key.code >= ' ' && key.code < KEY_BASE && key.mods == 0;
}

/* What is there from the last time makes room for what is typed; every other key keeps it. */
static void replace_last(struct prompt *p, struct key key)
{
    if (p->last && is_character(key))
        edit_set(&p->edit, "");
    p->last = false;
}

static void line_key(struct prompt_host *h, struct key key)
{
    struct prompt *p = h->prompt;
    if (key.code != KEY_ENTER_)
        replace_last(p, key);
    if (key.code == KEY_ENTER_)
        accept_line(h);
    else if (key.code == KEY_TAB_ && p->complete != NULL)
        p->complete(h->ui);
    else if (edit_key(&p->edit, key, p->history))
        changed(h);
}

static void single_key(struct prompt_host *h, struct key key)
{
    h->prompt->kind = PROMPT_NONE;
    if (h->prompt->accept_key != NULL)
        h->prompt->accept_key(h->ui, key, h->prompt->ctx);
}

static bool is_key(struct key key, char lower)
{
    return key.mods == 0 && (key.code == (uint32_t)lower || key.code == (uint32_t)(lower - 0x20));
}

static void confirm_key(struct prompt_host *h, struct key key)
{
    struct prompt *p = h->prompt;
    if (is_key(key, 'y')) {
        accept(h, "y");
    } else if (p->typed != NULL && key.mods == 0 && key.code > ' ' && key.code < KEY_BASE &&
               !is_key(key, 'n')) {
        p->kind = PROMPT_NONE;
        p->typed(h->ui, key, p->ctx);
    } else {
        drop(h);
    }
}

static bool cancels(struct key key)
{
    bool ctrl = key.mods == KEY_CTRL && (key.code == 'c' || key.code == 'g');
    return key.code == KEY_ESC_ || ctrl;
}

void prompt_key(struct prompt_host *h, struct key key)
{
    if (cancels(key)) {
        drop(h);
        return;
    }
    switch (h->prompt->kind) {
    case PROMPT_LINE:
        line_key(h, key);
        break;
    case PROMPT_CONFIRM:
        confirm_key(h, key);
        break;
    case PROMPT_KEY:
        single_key(h, key);
        break;
    case PROMPT_MENU:
        menu_key(h, key);
        break;
    case PROMPT_NONE:
        break;
    }
}

void prompt_paste(struct prompt_host *h, struct key key)
{
    if (key.code == KEY_ENTER_ || key.code == KEY_TAB_)
        key = (struct key){' ', 0};
    replace_last(h->prompt, key);
    if (key.code < KEY_BASE && key.mods == 0 && edit_key(&h->prompt->edit, key, NULL))
        changed(h);
}

/* Columns of the first n bytes. */
static int columns_of(const char *text, size_t n)
{
    char part[EDIT_MAX];
    (void)snprintf(part, sizeof part, "%.*s", (int)n, text);
    return canvas_width(part);
}

/* The part of the line that is drawn starts so far in that the cursor is inside. */
static size_t first_shown(const struct edit *e, int room)
{
    size_t from = 0;
    while (from < e->cursor && columns_of(e->text + from, e->cursor - from) >= room) {
        size_t n = e->length - from;
        from += text_decode(TEXT_UTF8, (const uint8_t *)e->text + from, n).size;
    }
    return from;
}

/* Draws a text on the line above, and what does not fit there as a line above that. */
static void draw_above(struct canvas *c, int row, enum style style, const char *text)
{
    size_t fits = 0, n = strlen(text);
    if (canvas_width(text) <= c->cols)
        fits = n;
    for (size_t i = 0; fits < n && i < n && columns_of(text, i) <= c->cols; i++)
        fits = text[i] == ' ' ? i : fits;
    if (fits > 0 && fits < n && row > 1) {
        char first[EDIT_MAX];
        (void)snprintf(first, sizeof first, "%.*s", (int)fits, text);
        canvas_fill(c, row - 1, 0, c->cols, STYLE_TEXT, ' ');
        (void)canvas_text(c, row - 1, 0, c->cols, style, first);
        text += fits + 1;
    }
    canvas_fill(c, row, 0, c->cols, STYLE_TEXT, ' ');
    bool whole = canvas_width(text) <= c->cols;
    int end = canvas_text(c, row, 0, whole ? c->cols : c->cols - 1, style, text);
    if (!whole) /* there is more than this */
        (void)canvas_char(c, row, end, c->cols, style, 0x2026);
}

/* Where the part of a text begins that has at most so many columns and is its end. */
static size_t end_of(const char *text, int room)
{
    size_t n = strlen(text), from = 0;
    while (canvas_width(text + from) > room)
        from += text_decode(TEXT_UTF8, (const uint8_t *)text + from, n - from).size;
    return from;
}

/* Bytes of its beginning that have at most so many columns. */
static size_t begin_of(const char *text, int room)
{
    size_t n = strlen(text), to = 0, size;
    while (to < n) {
        size = text_decode(TEXT_UTF8, (const uint8_t *)text + to, n - to).size;
        if (columns_of(text, to + size) > room)
            break;
        to += size;
    }
    return to;
}

/* The label. One that is too wide is cut in its middle, where names are: what is asked is at its
 * end. Returns the column after it. */
static int draw_label(struct canvas *c, int row, int room, const char *label)
{
    if (canvas_width(label) <= room)
        return canvas_text(c, row, 0, room, STYLE_PROMPT, label);
    size_t end = end_of(label, room * 3 / 5);
    char begin[sizeof((struct prompt *)NULL)->label];
    (void)snprintf(begin, sizeof begin, "%.*s",
                   (int)begin_of(label, room - 1 - canvas_width(label + end)), label);
    int col = canvas_text(c, row, 0, room, STYLE_PROMPT, begin);
    col = canvas_char(c, row, col, room, STYLE_PROMPT, 0x2026);
    return canvas_text(c, row, col, room, STYLE_PROMPT, label + end);
}

void prompt_draw(struct prompt_host *h, int row)
{
    struct canvas *c = h->canvas;
    const struct prompt *p = h->prompt;
    int least = p->kind == PROMPT_LINE ? 12 : 0; /* columns the text has at least */
    int col = draw_label(c, row, c->cols - least, p->label);
    const char *above = p->hint[0] != '\0' ? p->hint : p->note;
    if (above[0] != '\0')
        draw_above(c, row - 1, above == p->note ? STYLE_WARN : STYLE_DIM, above);
    h->prompt->drawn = true;
    c->cursor_row = row;
    c->cursor_col = col < c->cols ? col : c->cols - 1;
    if (p->kind != PROMPT_LINE)
        return;
    size_t from = first_shown(&p->edit, c->cols - col);
    canvas_text(c, row, col, c->cols, p->last ? STYLE_SELECT : STYLE_TEXT, p->edit.text + from);
    c->cursor_col = col + columns_of(p->edit.text + from, p->edit.cursor - from);
}
