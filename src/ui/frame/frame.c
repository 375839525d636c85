/* The frame around the screens: creates and frees the UI, keeps the stack of screens, shows
 * messages, draws frames, attaches to segments. */
#include "ui/frame/ui.h"

#include "backend/os.h"
#include "core/text.h"
#include "ui/frame/state_files.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND = 1000000000, SAID_FOR = 4, ROWS_LEAST = 8, COLS_LEAST = 40 };

/* What a prompt's host does (struct prompt_host). */
static void say(struct ui *ui, enum style style, const char *text)
{
    ui_say(ui, style, "%s", text);
}

struct oserr ui_init(struct ui *ui, struct backend *be, struct term *term, int rows, int cols)
{
    struct oserr e = session_init(&ui->s, be);
    if (oserr_is(e))
        return e;
    ui->s.owner = ui;
    ui->term = term;
    ui->host = (struct prompt_host){.ui = ui,
                                    .canvas = &ui->canvas,
                                    .prompt = &ui->prompt,
                                    .pager = &ui->pager,
                                    .run = ui_run,
                                    .say = say,
                                    .did = lab_did};
    ui->keys = keymap_new();
    ui->inspect = inspect_new();
    ui->tree = tree_new();
    ui->segments = segments_new();
    ui->calls = calls_new();
    ui->help = help_new();
    ui->now = os_now();
    ui->wall = os_wall();
    if (ui->keys == NULL || ui->inspect == NULL || ui->tree == NULL || ui->segments == NULL ||
        ui->calls == NULL || ui->help == NULL || !canvas_resize(&ui->canvas, rows, cols)) {
        ui_free(ui);
        return (struct oserr){"malloc", SEG_E_MEMORY};
    }
    ui->stack[ui->depth++] = &screen_segments;
    return OSERR_NONE;
}

void ui_free(struct ui *ui)
{
    keep_free(ui);
    lab_free(ui);
    ui->s.left_behind = !beside_free(ui) || ui->s.left_behind;
    session_free(&ui->s); /* pending jobs finish here: everything they refer to must still exist */
    for (size_t i = 0; i < ui->made_count; i++)
        seg_close(ui->made[i]);
    free(ui->made);
    pager_close(&ui->host);
    inspect_free(ui->inspect);
    tree_free(ui);
    segments_free(ui->segments);
    calls_free(ui->calls);
    help_free(ui->help);
    keymap_free(ui->keys);
    for (int i = 0; i < HISTORIES; i++)
        line_history_free(&ui->history[i]);
    canvas_free(&ui->canvas);
    ui->keys = NULL;
}

const struct screen *ui_screen(const struct ui *ui)
{
    return ui->stack[ui->depth - 1];
}

/* Whose keys come first while the cursor is in no panel. */
static enum key_mode screen_mode(const struct ui *ui)
{
    return ui_screen(ui) == &screen_inspect && tree_on(ui) ? MODE_TREE : ui_screen(ui)->mode;
}

enum key_mode ui_mode(const struct ui *ui)
{
    if (ui->who_panel && ui->who_focus)
        return MODE_WHO;
    return ui->watch.shown && ui->watch.focus ? MODE_MARKS : screen_mode(ui);
}

bool ui_in_panel(const struct ui *ui)
{
    enum key_mode mode = ui_mode(ui);
    return mode == MODE_WHO || mode == MODE_MARKS;
}

const struct binding *ui_binding(const struct ui *ui, struct key key)
{
    const struct binding *b = NULL;
    if (lab_keys(ui) && ui_screen(ui) != &screen_help && ui_screen(ui) != &screen_lab)
        b = keymap_find(ui->keys, MODE_LESSON, key);
    if (b == NULL)
        b = keymap_find(ui->keys, ui_mode(ui), key);
    if (b == NULL && screen_mode(ui) != ui_mode(ui))
        b = keymap_find(ui->keys, screen_mode(ui), key);
    return b != NULL ? b : keymap_find(ui->keys, ui_screen(ui)->mode, key);
}

static void entered(struct ui *ui)
{
    ui->who_panel = ui->who_focus = ui->watch.focus = false;
    pager_close(&ui->host);
    /* Who leaves a segment leaves edit mode: what comes back is read-only again. */
    if (ui_screen(ui) == &screen_segments && session_editing(&ui->s))
        inspect_edit_off(ui);
    if (ui_screen(ui)->enter != NULL)
        ui_screen(ui)->enter(ui);
}

void ui_push(struct ui *ui, const struct screen *screen)
{
    int at = 0;
    while (at < ui->depth && ui->stack[at] != screen)
        at++;
    /* Opened from the list: back leads there, whatever was opened first. */
    if (at < ui->depth && screen == &screen_inspect && ui_screen(ui) == &screen_segments)
        for (ui->depth--; at < ui->depth; at++)
            ui->stack[at] = ui->stack[at + 1];
    if (at < ui->depth)
        ui->depth = at + 1; /* it is on the stack: back to it */
    else if (ui->depth < SCREEN_STACK)
        ui->stack[ui->depth++] = screen;
    entered(ui);
}

void ui_back(struct ui *ui)
{
    if (ui->depth == 1) {
        ui->quit = true;
        return;
    }
    ui->depth--;
    entered(ui);
}

void ui_say(struct ui *ui, enum style style, const char *format, ...)
{
    char raw[sizeof ui->status], named[sizeof ui->status];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, ui_hint_format(ui, format, named, sizeof named), args);
    va_end(args);
    (void)text_escape_content(ui->status, sizeof ui->status, raw, strlen(raw));
    for (char *p = ui->status; *p != '\0'; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    bool stays = style == STYLE_ERROR || style == STYLE_WARN;
    if (ui->inspect != NULL)
        ui->inspect->asking = false; /* a question that cannot be read is not answered */
    ui->status_style = style;
    ui->said++;
    ui->status_until = stays ? INT64_MAX : ui->now + (int64_t)SAID_FOR * SECOND;
}

void ui_say_error(struct ui *ui, const char *what, struct oserr e)
{
    char text[160];
    oserr_text(e, text, sizeof text);
    ui_say(ui, STYLE_ERROR, "%s: %s (%s)", what, text, e.call);
}

int ui_body_top(const struct ui *ui)
{
    (void)ui;
    return 1;
}

int ui_body_bottom(const struct ui *ui)
{
    return ui->canvas.rows - 2 - lab_below(ui);
}

bool ui_too_small(const struct ui *ui)
{
    return ui->canvas.rows < ROWS_LEAST || ui->canvas.cols < COLS_LEAST;
}

void ui_draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    canvas_clear(c);
    if (ui_too_small(ui)) {
        canvas_text(c, 0, 0, c->cols, STYLE_WARN, "shmlens needs 40x8");
        ui->bar_count = 0;
        ui->prompt.menu_rows = 0;
        return;
    }
    canvas_narrow(c, c->stride - lab_side(ui));
    ui_screen(ui)->draw(ui);
    canvas_narrow(c, c->stride);
    lab_draw(ui);
    if (ui->prompt.renew != NULL)
        ui->prompt.renew(ui);
    if (ui->pager != NULL)
        pager_draw(&ui->host);
    ui_draw_bottom(ui);
    ui->prompt.menu_rows = 0;
    if (ui->prompt.kind == PROMPT_MENU)
        menu_draw(&ui->host);
}

int64_t ui_next(struct ui *ui)
{
    const struct screen *screen = ui_screen(ui);
    int64_t next = screen->next != NULL ? screen->next(ui, ui->now) : INT64_MAX;
    if (ui->status[0] != '\0' && ui->status_until < next)
        next = ui->status_until;
    if (lab_next(ui) < next)
        next = lab_next(ui);
    uint64_t done, total;
    int64_t since;
    char chip[BESIDE_CHIP];
    if (ui_busy(ui, &done, &total, &since) && ui->now + SECOND / 10 < next)
        next = ui->now + SECOND / 10;
    if (beside_chip(ui, chip) && ui->now + SECOND / 2 < next)
        next = ui->now + SECOND / 2;
    return next;
}

static struct worker *workers(struct ui *ui, int i)
{
    if (i == 0)
        return ui->s.sampler != NULL ? sampler_worker(ui->s.sampler) : NULL;
    return ui->s.walker != NULL ? walker_worker(ui->s.walker) : NULL;
}

bool ui_busy(struct ui *ui, uint64_t *done, uint64_t *total, int64_t *since)
{
    for (int i = 0; i < 2; i++)
        if (workers(ui, i) != NULL && worker_busy(workers(ui, i), done, total, since))
            return true;
    return false;
}

void ui_cancel(struct ui *ui)
{
    for (int i = 0; i < 2; i++)
        if (workers(ui, i) != NULL)
            worker_cancel(workers(ui, i));
}

bool ui_attach(struct ui *ui, const char *locator, uint64_t range_offset, uint64_t range_length)
{
    char before[LOCATOR_MAX], shown[200], cut[CALLS_CUT];
    (void)snprintf(before, sizeof before, "%s",
                   ui->s.locator[0] != '\0' ? ui->s.locator : ui->s.left);
    keep_place(ui);
    (void)locator_shown(locator, shown, sizeof shown);
    calls_section(ui, "opening %s, to look", calls_cut(shown, cut));
    struct oserr e = session_attach(&ui->s, locator, range_offset, range_length);
    if (oserr_is(e)) {
        ui_say_error(ui, shown, e);
        return false;
    }
    calls_looking(ui);
    if (strcmp(before, ui->s.locator) != 0)
        keep_load_place(ui);
    ui_push(ui, &screen_inspect);
    if (ui->edit_first)
        inspect_edit_on(ui, NULL);
    ui->edit_first = false;
    return true;
}

void ui_apply(struct ui *ui)
{
    if (ui->term != NULL) {
        term_theme(ui->term, theme_choose(ui->s.set.theme, term_light(ui->term)));
        term_mouse(ui->term, ui->s.set.mouse);
    }
    session_set_width(&ui->s, ui->s.set.width);
}

int list_move(const char *how, int at, int count, int rows)
{
    int page = rows > 1 ? rows - 1 : 1;
    if (strcmp(how, "up") == 0)
        at--;
    else if (strcmp(how, "down") == 0)
        at++;
    else if (strcmp(how, "page-up") == 0)
        at -= page;
    else if (strcmp(how, "page-down") == 0)
        at += page;
    else if (strcmp(how, "half-up") == 0)
        at -= page / 2;
    else if (strcmp(how, "half-down") == 0)
        at += page / 2;
    else if (strcmp(how, "start") == 0)
        at = 0;
    else if (strcmp(how, "end") == 0)
        at = count - 1;
    if (at >= count)
        at = count - 1;
    return at < 0 ? 0 : at;
}
