/* Prompts: modes of the UI that take the keys until they are answered. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/ui.h"

static void open_prompt(struct ui *ui, enum prompt_kind kind, const char *label)
{
    memset(&ui->prompt, 0, sizeof ui->prompt);
    ui->prompt.kind = kind;
    ui->hint[0] = '\0';
    (void)text_escape_content(ui->prompt.label, sizeof ui->prompt.label, label, strlen(label));
}

void ui_ask(struct ui *ui, const char *label, const char *initial, struct line_history *history,
            void (*accept)(struct ui *ui, const char *text, void *ctx), void *ctx)
{
    open_prompt(ui, PROMPT_LINE, label);
    edit_set(&ui->prompt.edit, initial != NULL ? initial : "");
    ui->prompt.history = history;
    ui->prompt.accept = accept;
    ui->prompt.ctx = ctx;
}

void ui_confirm(struct ui *ui, const char *question,
                void (*accept)(struct ui *ui, const char *text, void *ctx), void *ctx)
{
    char label[sizeof ui->prompt.label];
    bool asks = strstr(question, "[y/N]") != NULL;
    (void)snprintf(label, sizeof label, "%.140s%s", question, asks ? "" : " [y/N]");
    open_prompt(ui, PROMPT_CONFIRM, label);
    ui->prompt.accept = accept;
    ui->prompt.ctx = ctx;
}

void ui_ask_key(struct ui *ui, const char *label,
                void (*accept)(struct ui *ui, struct key key, void *ctx), void *ctx)
{
    open_prompt(ui, PROMPT_KEY, label);
    ui->prompt.accept_key = accept;
    ui->prompt.ctx = ctx;
}

void ui_menu(struct ui *ui, const char *label, const struct menu_entry *entries, int count)
{
    open_prompt(ui, PROMPT_MENU, label);
    ui->prompt.menu = entries;
    ui->prompt.menu_count = count;
}

/* Closes the prompt; what it called back may open another one. */
static void drop(struct ui *ui)
{
    void (*dropped)(struct ui *, void *) = ui->prompt.drop;
    void *ctx = ui->prompt.ctx;
    ui->prompt.kind = PROMPT_NONE;
    ui->hint[0] = '\0';
    if (dropped != NULL)
        dropped(ui, ctx);
}

static void accept(struct ui *ui, const char *text)
{
    char line[EDIT_MAX];
    (void)snprintf(line, sizeof line, "%s", text);
    if (ui->prompt.history != NULL)
        line_history_add(ui->prompt.history, line);
    ui->prompt.kind = PROMPT_NONE;
    ui->hint[0] = '\0';
    if (ui->prompt.accept != NULL)
        ui->prompt.accept(ui, line, ui->prompt.ctx);
}

static void changed(struct ui *ui)
{
    ui->hint[0] = '\0';
    if (ui->prompt.changed != NULL)
        ui->prompt.changed(ui, ui->prompt.edit.text, ui->prompt.ctx);
}

static void line_key(struct ui *ui, struct key key)
{
    if (key.code == KEY_ENTER_)
        accept(ui, ui->prompt.edit.text);
    else if (key.code == KEY_TAB_ && ui->prompt.completes)
        prompt_complete(ui);
    else if (edit_key(&ui->prompt.edit, key, ui->prompt.history))
        changed(ui);
}

static void single_key(struct ui *ui, struct key key)
{
    void (*answer)(struct ui *, struct key, void *) = ui->prompt.accept_key;
    ui->prompt.kind = PROMPT_NONE;
    if (answer != NULL)
        answer(ui, key, ui->prompt.ctx);
}

static bool is_key(struct key key, char lower)
{
    return key.mods == 0 && (key.code == (uint32_t)lower || key.code == (uint32_t)(lower - 0x20));
}

static void confirm_key(struct ui *ui, struct key key)
{
    void (*typed)(struct ui *, struct key, void *) = ui->prompt.typed;
    if (is_key(key, 'y')) {
        accept(ui, "y");
    } else if (typed != NULL && key.mods == 0 && key.code > ' ' && key.code < KEY_BASE &&
               !is_key(key, 'n')) {
        ui->prompt.kind = PROMPT_NONE;
        typed(ui, key, ui->prompt.ctx);
    } else {
        drop(ui);
    }
}

static bool gives_up(struct key key)
{
    bool ctrl = key.mods == KEY_CTRL && (key.code == 'c' || key.code == 'g');
    return key.code == KEY_ESC_ || ctrl;
}

void prompt_key(struct ui *ui, struct key key)
{
    if (gives_up(key)) {
        drop(ui);
        return;
    }
    switch (ui->prompt.kind) {
    case PROMPT_LINE:
        line_key(ui, key);
        break;
    case PROMPT_CONFIRM:
        confirm_key(ui, key);
        break;
    case PROMPT_KEY:
        single_key(ui, key);
        break;
    case PROMPT_MENU:
        menu_key(ui, key);
        break;
    case PROMPT_NONE:
        break;
    }
}

void prompt_paste(struct ui *ui, struct key key)
{
    if (key.code == KEY_ENTER_ || key.code == KEY_TAB_)
        key = (struct key){' ', 0};
    if (key.code < KEY_BASE && key.mods == 0 && edit_key(&ui->prompt.edit, key, NULL))
        changed(ui);
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

void prompt_draw(struct ui *ui, int row)
{
    struct canvas *c = &ui->canvas;
    const struct prompt *p = &ui->prompt;
    int least = p->kind == PROMPT_LINE ? 12 : 0; /* columns the text has at least */
    int col = canvas_text(c, row, 0, c->cols - least, STYLE_PROMPT, p->label);
    const char *above = ui->hint[0] != '\0' ? ui->hint : p->note;
    if (above[0] != '\0') {
        canvas_fill(c, row - 1, 0, c->cols, STYLE_TEXT, ' ');
        enum style style = above == p->note ? STYLE_WARN : STYLE_DIM;
        bool fits = canvas_width(above) <= c->cols;
        int end = canvas_text(c, row - 1, 0, fits ? c->cols : c->cols - 1, style, above);
        if (!fits) /* there are more than these */
            (void)canvas_char(c, row - 1, end, c->cols, style, 0x2026);
    }
    c->cursor_row = row;
    c->cursor_col = col < c->cols ? col : c->cols - 1;
    if (p->kind != PROMPT_LINE)
        return;
    size_t from = first_shown(&p->edit, c->cols - col);
    canvas_text(c, row, col, c->cols, STYLE_TEXT, p->edit.text + from);
    c->cursor_col = col + columns_of(p->edit.text + from, p->edit.cursor - from);
}
