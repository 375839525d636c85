/* The two rows at the bottom of every screen: the message line (which also shows prompts and
 * progress) and the key bar. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/ui.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { MESSAGE_ROWS = 4, PROGRESS_AFTER = 200 * 1000000, BAR_CELLS = 20 };

const struct bar_word *bar_find(const struct ui *ui, int col)
{
    for (int i = 0; i < ui->bar_count; i++)
        if (col >= ui->bar[i].from && col < ui->bar[i].to)
            return &ui->bar[i];
    return NULL;
}

/* A word of the key bar as drawn: `F1Help`, `n New`. */
struct bar_text {
    char key[KEY_NAME_MAX];
    const char *word;
    bool gap; /* a blank between the two */
    bool stays;
    struct key press;
};

static int text_columns(const struct bar_text *t)
{
    return canvas_width(t->key) + (t->gap ? 1 : 0) + canvas_width(t->word);
}

/* What the segment is shown in, beside the mode of the keys. */
enum bar_when {
    WHEN_PAST = 1,
    WHEN_PAUSED = 2,
    WHEN_SELECTING = 4,
    WHEN_LOOKING = 8, /* selecting, and Esc would not leave edit mode */
    WHEN_EDITING = 16,
    WHEN_CELLS = 32, /* editing bytes, not fields */
    WHEN_PANEL = 64  /* not editing, and Tab goes into an open panel */
};

/* What works then and is not among the words that are always there, or not as the first. */
static const struct {
    unsigned when;
    const char *command, *word;
} extras[] = {
    {WHEN_SELECTING, "copy", "Copy"},      {WHEN_LOOKING, "escape", "Deselect"},
    {WHEN_PAST, "live", "Live"},           {WHEN_PAST, "step back", "Earlier"},
    {WHEN_PAST, "step on", "Later"},       {WHEN_PAST, "pause", "Play"},
    {WHEN_PAUSED, "pause", "Resume"},      {WHEN_EDITING, "undo", "Undo"},
    {WHEN_EDITING, "redo", "Redo"},        {WHEN_CELLS, "freeze", "Freeze"},
    {WHEN_CELLS, "move column", "Column"}, {WHEN_EDITING, "escape", "Done"},
    {WHEN_PANEL, "move column", "Panel"},
};
enum { EXTRAS = sizeof extras / sizeof extras[0] };

/* In the segment itself, not in one of its panels. */
static unsigned bar_when(const struct ui *ui)
{
    enum key_mode mode = ui_mode(ui);
    const struct session *s = &ui->s;
    if (ui_screen(ui) != &screen_inspect || (mode != MODE_INSPECT && mode != MODE_TREE))
        return 0;
    if (ui->pager != NULL)
        return 0;
    if (tree_typing(ui)) /* every other key belongs to the value */
        return 0;
    bool edits = session_editing(s), stands = s->past != 0 || s->paused;
    unsigned when = s->past != 0 ? WHEN_PAST : s->paused ? WHEN_PAUSED : 0;
    if (s->selecting)
        when |= edits ? WHEN_SELECTING : WHEN_SELECTING | WHEN_LOOKING;
    if (inspect_can_enter_panel(ui))
        when |= WHEN_PANEL;
    if (edits && !stands)
        when |= mode == MODE_INSPECT ? WHEN_EDITING | WHEN_CELLS : WHEN_EDITING;
    return when;
}

/* Is it a key that would be typed into the text where the cursor is? */
static bool would_type(const struct ui *ui, unsigned when, struct key key)
{
    return (when & WHEN_EDITING) != 0 && edit_types_text(ui) && key.mods == 0 &&
           key.code < KEY_BASE && key.code >= ' ';
}

static void make_text(struct bar_text *t, struct key key, const char *word)
{
    *t = (struct bar_text){.word = word, .gap = key.code < KEY_F1_, .press = key};
    (void)key_name(key, t->key);
}

/* A recording has no present: its end is where that leads. What plays is stopped. */
static const char *extra_word(const struct ui *ui, size_t k)
{
    if (session_recorded(&ui->s) && strcmp(extras[k].command, "live") == 0)
        return "End";
    return ui->s.playing && strcmp(extras[k].command, "pause") == 0 ? "Stop" : extras[k].word;
}

/* Would the key be refused here? The view is that of the bytes, a recording is never written. */
static bool is_refused(const struct ui *ui, const struct binding *b)
{
    if (ui->pager != NULL && !ui_over_text(b))
        return true;
    if (ui_screen(ui) != &screen_inspect)
        return false;
    if (tree_typing(ui) && b->key.mods == 0 && b->key.code < KEY_BASE)
        return true; /* it would be typed */
    return (tree_on(ui) && strcmp(b->command, "view next") == 0) ||
           (session_recorded(&ui->s) && strcmp(b->command, "edit") == 0);
}

/* The words for what the segment is shown in. */
static int bar_extras(const struct ui *ui, unsigned when, struct bar_text text[BAR_WORDS],
                      int count)
{
    const struct binding *b;
    for (size_t k = 0; k < EXTRAS; k++)
        for (size_t i = 0; (extras[k].when & when) != 0 && count < BAR_WORDS &&
                           (b = keymap_row(ui->keys, i)) != NULL;
             i++)
            if (b->mode == MODE_INSPECT && strcmp(b->command, extras[k].command) == 0 &&
                ui_binding(ui, b->key) == b && !would_type(ui, when, b->key)) {
                make_text(&text[count++], b->key, extra_word(ui, k));
                break;
            }
    return count;
}

/* Is the key there already? */
static bool is_there(const struct bar_text *text, int count, struct key key)
{
    for (int i = 0; i < count; i++)
        if (text[i].press.code == key.code && text[i].press.mods == key.mods)
            return true;
    return false;
}

/* Appends the words of one mode to those in `text`. */
static int bar_texts(const struct ui *ui, enum key_mode mode, struct bar_text text[BAR_WORDS],
                     int count)
{
    const struct binding *b;
    unsigned when = bar_when(ui);
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL && count < BAR_WORDS; i++) {
        if (b->mode != mode || b->bar == NULL || ui_binding(ui, b->key) != b ||
            is_there(text, count, b->key) || would_type(ui, when, b->key) || is_refused(ui, b))
            continue;
        struct bar_text *t = &text[count++];
        bool back = strcmp(b->command, "back") == 0;
        const char *leave =
            ui_mode(ui) == MODE_TREE ? "Leave" : "Back"; /* Esc leads to the bytes */
        make_text(t, b->key, back && ui->depth > 1 ? leave : b->bar);
        t->stays = back || strcmp(b->command, "help") == 0;
    }
    return count;
}

static int total_columns(const struct bar_text *text, int count)
{
    int columns = 0;
    for (int i = 0; i < count; i++)
        columns += text_columns(&text[i]) + 1;
    return columns - 1;
}

/* Drops words from the end until the rest fits; help and the way back always stay. */
static int fit(struct bar_text *text, int count, int cols)
{
    while (count > 1 && total_columns(text, count) > cols) {
        int i = count - 1;
        while (i > 0 && text[i].stays)
            i--;
        if (text[i].stays)
            break;
        memmove(&text[i], &text[i + 1], (size_t)(count - i - 1) * sizeof *text);
        count--;
    }
    return count;
}

static void draw_bar(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct bar_text text[BAR_WORDS];
    int count = 0, row = c->rows - 1, col = 0;
    char chip[BESIDE_CHIP];
    int cols = c->cols - (beside_chip(ui, chip) ? canvas_width(chip) + 1 : 0);
    if (tree_typing(ui)) {
        make_text(&text[count++], (struct key){.code = KEY_ENTER_}, "Store");
        make_text(&text[count++], (struct key){.code = KEY_ESC_}, "Cancel");
    }
    if (ui->pager != NULL)
        make_text(&text[count++], (struct key){.code = KEY_ESC_}, "Close");
    if (lab_keys(ui))
        count = bar_texts(ui, MODE_LESSON, text, count);
    count = bar_extras(ui, bar_when(ui), text, count);
    if (ui_mode(ui) != ui_screen(ui)->mode && !tree_typing(ui))
        count = bar_texts(ui, ui_mode(ui), text, count);
    count = fit(text, bar_texts(ui, ui_screen(ui)->mode, text, count), cols);
    canvas_fill(c, row, 0, c->cols, STYLE_TEXT, ' ');
    ui->bar_count = 0;
    canvas_text(c, row, cols + 1, c->cols, STYLE_EDIT, chip);
    for (int i = 0; i < count && col < cols; i++) {
        struct bar_word *word = &ui->bar[ui->bar_count++];
        word->from = col;
        word->key = text[i].press;
        col = canvas_text(c, row, col, c->cols, STYLE_KEY, text[i].key);
        if (text[i].gap)
            col = canvas_text(c, row, col, c->cols, STYLE_TEXT, " ");
        col = canvas_text(c, row, col, c->cols, STYLE_BAR, text[i].word);
        word->to = col;
        col++;
    }
}

/* Bytes of the text that fit into `cols` columns, ending at a blank if there is one. */
static size_t line_bytes(const char *text, int cols)
{
    size_t at = 0, blank = 0, n = strlen(text);
    int columns = 0;
    while (at < n) {
        struct text_char ch = text_decode(TEXT_UTF8, (const uint8_t *)text + at, n - at);
        columns += ch.valid && text_printable(ch.cp) ? text_width(ch.cp) : 1;
        if (columns > cols)
            return blank > 0 ? blank : at;
        at += ch.size;
        if (ch.cp == ' ')
            blank = at;
    }
    return n;
}

/* The message, on as many rows as it needs. */
static void draw_message(struct ui *ui, int row)
{
    struct canvas *c = &ui->canvas;
    size_t start[MESSAGE_ROWS], n = strlen(ui->status);
    int lines = 0;
    for (size_t at = 0; at < n && lines < MESSAGE_ROWS; lines++) {
        start[lines] = at;
        at += line_bytes(ui->status + at, c->cols);
    }
    for (int i = 0; i < lines; i++) {
        char line[sizeof ui->status];
        size_t end = i + 1 < lines ? start[i + 1] : n;
        (void)snprintf(line, sizeof line, "%.*s", (int)(end - start[i]), ui->status + start[i]);
        int at = row - lines + 1 + i;
        canvas_fill(c, at, 0, c->cols, STYLE_TEXT, ' ');
        canvas_text(c, at, 0, c->cols, ui->status_style, line);
    }
}

static bool draw_progress(struct ui *ui, int row)
{
    struct canvas *c = &ui->canvas;
    uint64_t done = 0, total = 0;
    int64_t since = 0;
    if (!ui_busy(ui, &done, &total, &since) || ui->now - since < PROGRESS_AFTER)
        return false;
    int col = canvas_text(c, row, 0, c->cols, STYLE_PROMPT, "working ");
    if (total > 0) {
        int filled = (int)((double)(done < total ? done : total) / (double)total * BAR_CELLS);
        canvas_fill(c, row, col, BAR_CELLS, STYLE_DIM, 0x2591);
        canvas_fill(c, row, col, filled, STYLE_LIVE, 0x2588);
        double percent = (double)(done < total ? done : total) * 100 / (double)total;
        col = canvas_print(c, row, col + BAR_CELLS + 1, c->cols, STYLE_PROMPT, "%3.0f %%", percent);
    } else {
        double seconds = (double)(ui->now - since) / 1e9;
        col = canvas_print(c, row, col, c->cols, STYLE_PROMPT, "%.1f s", seconds);
    }
    canvas_text(c, row, col + 2, c->cols, STYLE_DIM, "Esc cancels");
    return true;
}

void ui_draw_bottom(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    int row = c->rows - 2;
    draw_bar(ui);
    canvas_fill(c, row, 0, c->cols, STYLE_TEXT, ' ');
    bool says = ui->status[0] != '\0' && ui->now < ui->status_until;
    bool must = says && ui->status_until == INT64_MAX; /* more urgent than the progress of a job */
    if (ui->prompt.kind != PROMPT_NONE && ui->prompt.kind != PROMPT_MENU)
        prompt_draw(&ui->host, row);
    else if (!must && draw_progress(ui, row))
        return;
    else if (says)
        draw_message(ui, row);
    else if (ui_screen(ui)->idle != NULL)
        ui_screen(ui)->idle(ui, row);
}
