/* The help screen. Its first page is the card, in two columns; the sections follow, wrapped to the
 * width. A filter leaves the entries that have its text, under their headings. Lines are laid out
 * anew when the width or the filter changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/screen/wrap.h"
#include "list/segrow.h"
#include "ui/frame/actions.h"
#include "ui/frame/help.h"

enum {
    KEY_AT = 3,      /* columns: where keys begin, */
    TEXT_AT = 18,    /* and what they do */
    COMMAND_AT = 70, /* and the commands they run, */
    WIDE = 96,       /* from this width on */
    CARD_COLUMNS = 2 * (CARD_KEYS + 1 + CARD_WORDS) + 3
};

struct help_state *help_new(void)
{
    return calloc(1, sizeof(struct help_state));
}

void help_free(struct help_state *st)
{
    free(st);
}

/* ---- the filter ---- */

static bool shown(const struct help_entry *e, const char *filter)
{
    if (filter[0] == '\0')
        return true;
    return e->kind != HELP_CARD &&
           (text_has(e->key, filter) || text_has(e->text, filter) || text_has(e->command, filter));
}

/* Is an entry of the section that begins at `heading` shown? */
static bool section_shown(const struct help_state *st, size_t heading)
{
    if (st->filter[0] == '\0')
        return true;
    for (size_t i = heading; i < st->count; i++)
        if (i > heading && st->entry[i].kind == HELP_HEADING)
            break;
        else if (shown(&st->entry[i], st->filter))
            return true;
    return false;
}

/* ---- layout ---- */

static void put_line(struct help_state *st, size_t entry, size_t from, size_t length)
{
    if (st->lines < HELP_LINES)
        st->line[st->lines++] =
            (struct help_line){(uint16_t)entry, (uint16_t)from, (uint16_t)length};
}

/* Columns that the text of an entry may take. */
static int text_columns(const struct help_state *st, const struct help_entry *e)
{
    int from = e->kind == HELP_KEYS ? TEXT_AT : KEY_AT - 2;
    int to = e->command[0] != '\0' && st->columns >= WIDE ? COMMAND_AT - 2 : st->columns - 1;
    return to - from > 8 ? to - from : 8;
}

static void lay_entry(struct help_state *st, size_t i)
{
    const struct help_entry *e = &st->entry[i];
    size_t from = 0, skip = 0, length = strlen(e->text);
    do {
        size_t n = wrap_line(e->text + from, text_columns(st, e), &skip);
        put_line(st, i, from, n);
        from += skip;
    } while (from < length && skip > 0);
}

/* Does a heading of this line of the card have the text? */
static bool card_headed(const struct help_entry *e, const char *filter)
{
    for (int i = 0; i < 2; i++) {
        const struct card_row *row = e->half[i].row;
        if (row != NULL && row->keys == NULL && row->commands == NULL &&
            text_has(row->words, filter))
            return true;
    }
    return false;
}

/* The card, unless there is a filter that none of its headings has; a narrow screen shows its
 * halves one below the other. */
static size_t lay_card(struct help_state *st)
{
    size_t n = 0;
    bool shows = st->filter[0] == '\0';
    for (; n < st->count && st->entry[n].kind == HELP_CARD; n++)
        shows = shows || card_headed(&st->entry[n], st->filter);
    if (!shows)
        return n;
    for (size_t i = 0; i < n; i++)
        put_line(st, i, 0, 0);
    for (size_t i = 0; st->columns < CARD_COLUMNS && i < n; i++)
        if (st->entry[i].half[1].row != NULL)
            put_line(st, i, 1, 0);
    return n;
}

static void lay_out(struct help_state *st)
{
    st->lines = 0;
    bool whole = false; /* the heading has the text: all of its section is shown */
    for (size_t i = lay_card(st); i < st->count; i++) {
        bool heading = st->entry[i].kind == HELP_HEADING;
        if (heading)
            whole = shown(&st->entry[i], st->filter);
        if (heading ? !section_shown(st, i) : !whole && !shown(&st->entry[i], st->filter))
            continue;
        if (heading && st->lines > 0)
            put_line(st, HELP_ENTRIES, 0, 0);
        lay_entry(st, i);
    }
    memcpy(st->laid_filter, st->filter, sizeof st->filter);
}

static int rows_of(const struct ui *ui)
{
    return ui_body_bottom(ui) - ui_body_top(ui);
}

static void scroll_to(struct ui *ui, int top)
{
    int last = ui->help->lines - rows_of(ui);
    top = top > last ? last : top;
    ui->help->top = top < 0 ? 0 : top;
}

/* ---- drawing ---- */

static void draw_half(struct canvas *c, int row, int col, const struct help_half *half)
{
    if (half->row == NULL)
        return;
    if (half->row->keys == NULL && half->row->commands == NULL) {
        canvas_text(c, row, col, c->cols, STYLE_HEADER, half->row->words);
        return;
    }
    canvas_text(c, row, col + 1, col + 1 + CARD_KEYS, STYLE_KEY, half->keys);
    canvas_text(c, row, col + 2 + CARD_KEYS, c->cols, STYLE_TEXT, half->row->words);
}

static void draw_card(struct canvas *c, int row, const struct help_line *line,
                      const struct help_entry *e)
{
    int second = 2 + CARD_KEYS + CARD_WORDS + 2;
    if (c->cols < CARD_COLUMNS) {
        draw_half(c, row, 1, &e->half[line->from]);
        return;
    }
    draw_half(c, row, 1, &e->half[0]);
    draw_half(c, row, second, &e->half[1]);
}

static void draw_line(struct canvas *c, int row, const struct help_line *line,
                      const struct help_entry *e)
{
    char text[HELP_TEXT_MAX];
    int col = e->kind == HELP_KEYS ? TEXT_AT : KEY_AT - 2;
    (void)snprintf(text, sizeof text, "%.*s", (int)line->length, e->text + line->from);
    if (line->from == 0 && e->key[0] != '\0') {
        int room = col - 1 - canvas_width(e->key); /* a long one begins earlier */
        int at = room < 1 || e->kind != HELP_KEYS ? KEY_AT : room < KEY_AT ? room : KEY_AT;
        int end = canvas_text(c, row, at, c->cols, e->style, e->key) + 1;
        col = end > col ? end : col;
    }
    canvas_text(c, row, col, c->cols, e->kind == HELP_HEADING ? STYLE_HEADER : STYLE_TEXT, text);
    if (line->from == 0 && e->command[0] != '\0' && c->cols >= WIDE)
        canvas_text(c, row, COMMAND_AT, c->cols, STYLE_DIM, e->command);
}

static void draw_title(struct ui *ui, int rows)
{
    struct canvas *c = &ui->canvas;
    const struct help_state *st = ui->help;
    int last = st->top + rows < st->lines ? st->top + rows : st->lines;
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    int col =
        canvas_print(c, 0, 1, c->cols, STYLE_TITLE, "help: %s  %d-%d of %d", help_place(ui, st->of),
                     st->lines > 0 ? st->top + 1 : 0, last, st->lines);
    if (st->filter[0] != '\0')
        (void)canvas_print(c, 0, col + 2, c->cols, STYLE_TITLE, "with \"%s\" (Esc: all)",
                           st->filter);
    else
        (void)canvas_print(c, 0, col + 2, c->cols, STYLE_TITLE, "/ finds in the help");
    const char *version = "shmlens " SHMLENS_VERSION;
    int at = c->cols - 1 - canvas_width(version);
    if (at > 60)
        canvas_text(c, 0, at, c->cols, STYLE_TITLE, version);
}

static void draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct help_state *st = ui->help;
    int top = ui_body_top(ui), rows = rows_of(ui);
    if (st->columns != c->cols || strcmp(st->laid_filter, st->filter) != 0) {
        st->columns = c->cols;
        lay_out(st);
    }
    scroll_to(ui, st->top);
    draw_title(ui, rows);
    if (st->lines == 0)
        (void)canvas_print(c, top, 1, c->cols, STYLE_DIM, "nothing in the help has \"%s\"",
                           st->filter);
    for (int i = 0; i < rows && st->top + i < st->lines; i++) {
        const struct help_line *line = &st->line[st->top + i];
        if (line->entry == HELP_ENTRIES)
            continue;
        const struct help_entry *e = &st->entry[line->entry];
        if (e->kind == HELP_CARD)
            draw_card(c, top + i, line, e);
        else
            draw_line(c, top + i, line, e);
    }
}

/* ---- keys ---- */

static void set_filter(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    (void)snprintf(ui->help->filter, sizeof ui->help->filter, "%s", text);
    ui->help->top = 0;
}

static void drop_filter(struct ui *ui, void *ctx)
{
    set_filter(ui, "", ctx);
}

void help_filter(struct ui *ui, const char *text)
{
    if (text[0] != '\0') {
        set_filter(ui, text, NULL);
        return;
    }
    prompt_ask(&ui->host, "find in the help: ", ui->help->filter, NULL, set_filter, NULL);
    ui->prompt.changed = set_filter;
    ui->prompt.last = true;
    ui->prompt.drop = drop_filter;
}

bool help_escape(struct ui *ui)
{
    bool had = ui->help->filter[0] != '\0';
    drop_filter(ui, NULL);
    return had;
}

static void enter(struct ui *ui)
{
    struct help_state *st = ui->help;
    st->of = ui->depth > 1 ? ui->stack[ui->depth - 2] : ui_screen(ui);
    st->top = st->columns = 0;
    drop_filter(ui, NULL);
    help_fill(ui, st->of);
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    scroll_to(ui, list_move(how, ui->help->top, ui->help->lines, rows_of(ui)));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        scroll_to(ui, ui->help->top + (ev->mouse == MOUSE_WHEEL_UP ? -3 : 3));
}

const struct screen screen_help = {
    .name = "help", .mode = MODE_HELP, .draw = draw, .move = move, .mouse = mouse, .enter = enter};
