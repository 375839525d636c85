/* The list of segments, which updates itself: columns, totals, the cursor. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"
#include "ui/inspect/inspect.h"
#include "ui/list/list.h"

enum {
    SAYS_LEAST = 16, /* columns in which it is worth saying something of the highlighted row */
    STEP_COLS = 4    /* of a key, where nothing is listed */
};

static int list_top(const struct ui *ui)
{
    return ui_body_top(ui) + 1;
}

/* Rows of the panel of users. An empty list has nothing that could have any. */
static int who_rows(const struct ui *ui)
{
    int body = ui_body_bottom(ui) - list_top(ui);
    int part = lab_below(ui) > 0 ? 2 : 3; /* beside a lesson below there are few rows */
    return ui->who_panel && ui->segments->count > 0 ? body / part + 1 : 0;
}

static int list_rows(const struct ui *ui)
{
    int rows = ui_body_bottom(ui) - who_rows(ui) - list_top(ui);
    return rows > 0 ? rows : 1;
}

/* Where a text begins in its column. */
static int start_of(const struct layout *at, size_t i, int width)
{
    int room = at->end[i] - at->from[i];
    return at->column[i]->right && width < room ? at->end[i] - width : at->from[i];
}

/* A text in its column, cut with an ellipsis if it does not fit. */
static void draw_cell(struct ui *ui, const struct layout *at, int row, size_t i, enum style style)
{
    const struct column *column = at->column[i];
    if (column_names(column))
        (void)canvas_field_name(&ui->canvas, row, at->from[i], at->end[i], style,
                                ui->segments->cell);
    else
        (void)canvas_field(&ui->canvas, row, at->from[i], at->end[i], column->right, style,
                           ui->segments->cell);
}

/* Accents in a row that has no style of its own: what may be removed is bright; what is the same in
 * all rows, or says nothing, is not. */
static void accent_cell(struct ui *ui, const struct layout *at, int row, size_t i)
{
    struct canvas *c = &ui->canvas;
    const char *text = ui->segments->cell, *name = at->column[i]->name;
    int cols = at->end[i] - at->from[i], from = at->from[i];
    if (strcmp(name, "STATE") == 0 && strncmp(text, "orphan", strlen("orphan")) == 0)
        canvas_style(c, row, from, (int)strlen("orphan"), STYLE_WARN);
    else if (strcmp(name, "LOCATOR") == 0)
        canvas_style(c, row, from, (int)strcspn(text, ":") + 1, STYLE_DIM);
    else if (layout_says_nothing(text) || strcmp(text, "?") == 0)
        canvas_style(c, row, from, cols, STYLE_DIM);
}

static enum style row_style(const struct ui *ui, const struct seg_info *info, bool cursor,
                            bool gone)
{
    if (cursor) /* bold alone while the keys go to the panel */
        return ui_in_panel(ui) ? STYLE_HEADER : STYLE_ROW;
    if (gone)
        return STYLE_GONE;
    if (segments_tagged(ui->segments, info->locator))
        return STYLE_TAGGED;
    return segments_is_new(ui, info) ? STYLE_NEW : STYLE_TEXT;
}

static void draw_row(struct ui *ui, const struct layout *at, int row, size_t index, bool cursor)
{
    struct canvas *c = &ui->canvas;
    bool gone = false;
    const struct seg_info *info = segments_info(ui, index, &gone);
    struct segrow s = segments_row(ui, info);
    enum style style = row_style(ui, info, cursor, gone);
    canvas_fill(c, row, 0, c->cols, style, ' ');
    canvas_text(c, row, 0, LIST_MARK_COLS, style,
                gone                                           ? "-"
                : segments_tagged(ui->segments, info->locator) ? "*"
                : segments_is_new(ui, info)                    ? "+"
                : cursor                                       ? ">"
                                                               : "");
    for (size_t i = 0; i < at->count; i++) {
        bool state = strcmp(at->column[i]->name, "STATE") == 0;
        bool procs = strcmp(at->column[i]->name, "PROCS") == 0;
        layout_cell(at, i, &s, ui->segments->cell);
        if (gone && (state || procs))
            (void)snprintf(ui->segments->cell, CELL_MAX, "%s", state ? "gone" : "");
        draw_cell(ui, at, row, i, style);
        if (style == STYLE_TEXT)
            accent_cell(ui, at, row, i);
    }
}

enum { TITLE_PARTS = 8, PART_MAX = 64 };

/* Drops parts, least important first, until the rest fits. */
static void fit_title(const struct canvas *c, char part[TITLE_PARTS][PART_MAX], bool hangs)
{
    /* free, resident, progress, gone, unreadable, orphans, tagged; who hangs says more */
    const int cheapest[] = {4, 1, 5, 7, hangs ? 2 : 3, hangs ? 3 : 2, 6};
    for (size_t k = 0; k < sizeof cheapest / sizeof cheapest[0]; k++) {
        int cols = 8;
        for (int i = 0; i < TITLE_PARTS; i++)
            cols += part[i][0] != '\0' ? canvas_width(part[i]) + 2 : 0;
        if (cols > c->cols)
            part[cheapest[k]][0] = '\0';
    }
}

/* How many processes could not be read; a single one is named. */
static void unreadable_part(const struct segment_list *w, char part[PART_MAX])
{
    const struct seg_who *who = &w->survey.who;
    char comm[COMM_SHOWN];
    size_t n = who->unreadable;
    if (w->hanging == 1)
        (void)snprintf(part, PART_MAX, "%zu process%s not read (%u hangs)", n, n == 1 ? "" : "es",
                       (unsigned)w->hanging_pid);
    else if (w->hanging > 1)
        (void)snprintf(part, PART_MAX, "%zu processes not read (%zu hang)", n, w->hanging);
    else if (n == 1 && who->unread.count == 1 && who->unread.row[0].comm[0] != '\0')
        (void)snprintf(part, PART_MAX, "%.*s (%" PRIu32 ") not read",
                       text_fit(comm_shown(who->unread.row[0].comm, comm), 24), comm,
                       who->unread.row[0].pid);
    else if (n > 0)
        (void)snprintf(part, PART_MAX, "%zu process%s not read", n, n == 1 ? "" : "es");
    else if (w->survey.who.unowned > 0)
        (void)snprintf(part, PART_MAX, "%zu open file%s of no process", w->survey.who.unowned,
                       plural_s(w->survey.who.unowned));
}

/* What could be removed: proved to be unused, or perhaps, and the memory that it takes. */
static void unused_part(const struct segments_state *st, char part[PART_MAX])
{
    char size[NUMBER_SIZE_MAX];
    size_t n = 0;
    (void)number_format_size(st->orphan_bytes, size);
    if (st->orphan_count > 0)
        n = (size_t)snprintf(part, PART_MAX, "%zu orphan%s (%s)", st->orphan_count,
                             plural_s(st->orphan_count), size);
    (void)number_format_size(st->idle_bytes, size);
    if (st->idle_count > 0)
        (void)snprintf(part + n, PART_MAX - n, "%s%zu idle (%s)", n > 0 ? ", " : "", st->idle_count,
                       size);
}

static void title_parts(const struct ui *ui, char part[TITLE_PARTS][PART_MAX])
{
    const struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    char size[NUMBER_SIZE_MAX];
    (void)number_format_size(st->bytes, size);
    if (st->hidden > 0) {
        (void)number_format_size(st->shown_bytes, size);
        (void)snprintf(part[0], PART_MAX, "%zu of %zu shown  %s", survey->count - st->hidden,
                       survey->count, size);
    } else {
        (void)snprintf(part[0], PART_MAX, "%zu segment%s  %s", survey->count,
                       plural_s(survey->count), size);
    }
    (void)number_format_size(segments_tagged_bytes(ui), size);
    if (st->tags > 0)
        (void)snprintf(part[6], PART_MAX, "%zu tagged  %s", st->tags, size);
    (void)number_format_size(st->resident, size);
    (void)snprintf(part[1], PART_MAX, "%s resident", size);
    unused_part(st, part[2]);
    if (st->vanished > 0)
        (void)snprintf(part[7], PART_MAX, "%zu gone", st->vanished);
    unreadable_part(&ui->s.walk, part[3]);
    (void)number_format_size(survey->fs_free, size);
    if (survey->fs_total > 0)
        (void)snprintf(part[4], PART_MAX, "/dev/shm %s free", size);
}

static void draw_title(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    char part[TITLE_PARTS][PART_MAX] = {"looking for segments..."};
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    int col = canvas_text(c, 0, 1, c->cols, STYLE_TITLE, "shmlens");
    if (ui->s.walk.seq != 0)
        title_parts(ui, part);
    if (ui->s.percent > 0)
        (void)snprintf(part[5], PART_MAX, "/proc %u %%", ui->s.percent);
    fit_title(&ui->canvas, part, ui->s.walk.hanging > 0);
    for (int i = 0; i < TITLE_PARTS; i++)
        if (part[i][0] != '\0')
            col = canvas_text(c, 0, col + 2, c->cols, STYLE_TITLE, part[i]);
}

static void draw_header(struct ui *ui, const struct layout *at)
{
    struct canvas *c = &ui->canvas;
    const struct segments_state *st = ui->segments;
    int row = list_top(ui) - 1;
    canvas_fill(c, row, 0, c->cols, STYLE_HEADER, ' ');
    for (size_t i = 0; i < at->count; i++) {
        bool down = at->column[i]->falling != st->inverted;
        const char *arrow = down ? "\xe2\x96\xbc" : "\xe2\x96\xb2";
        char text[32];
        (void)snprintf(text, sizeof text, "%s%s", column_title(at->column[i]),
                       st->sort == at->column[i] ? arrow : "");
        int col = start_of(at, i, canvas_width(text));
        canvas_text(c, row, col, at->end[i] + at->gap - 1,
                    st->sort == at->column[i] ? STYLE_KEY : STYLE_HEADER, text);
    }
}

/* What the state of the highlighted row means, in plain words. */
static void explain_row(const struct ui *ui, char *out, size_t cap)
{
    const struct seg_info *info = segments_at(ui);
    const char *names[SEGROW_STATES];
    char verdict[VERDICT_TEXT];
    if (info == NULL)
        return;
    struct segrow s = segments_row(ui, info);
    size_t n = (size_t)snprintf(out, cap, "%s", segments_verdict(ui, &s, verdict));
    size_t states = segrow_states(&s, names);
    for (size_t i = 0; i < states && n < cap; i++) {
        const char *meaning = state_meaning(names[i]);
        if (meaning != NULL)
            n += (size_t)snprintf(out + n, cap - n, "%s%s: %s", n > 0 ? "; " : "", names[i],
                                  meaning);
    }
}

/* The highlighted segment's name, if its row had to cut it. */
static bool name_was_cut(const struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    const struct layout at = layout_of(ui);
    bool gone = false;
    if (st->count == 0)
        return false;
    struct segrow row = segments_row(ui, segments_info(ui, st->row[st->at], &gone));
    for (size_t i = 0; i < at.count; i++) {
        bool names = strcmp(at.column[i]->name, "LOCATOR") == 0;
        column_shown(at.column[i], &row, st->cell);
        if (names && canvas_width(st->cell) > at.end[i] - at.from[i])
            return true;
    }
    return false;
}

/* The end of a name after an ellipsis: the beginning is in the row. Returns the column after it.
 */
static int draw_end(struct canvas *c, int row, int col, int limit, const char *text)
{
    col = canvas_char(c, row, col, limit, STYLE_TEXT, 0x2026);
    return canvas_text(c, row, col, limit, STYLE_TEXT, canvas_text_end(text, limit - col));
}

/* The whole name, where the row had no room for it. `*limit` is where the count of rows begins,
 * which gives way if the name needs its room, too. Returns the column after it. */
static int draw_name(struct ui *ui, int row, int col, int *limit)
{
    struct canvas *c = &ui->canvas;
    const char *name = ui->segments->cell;
    if (!name_was_cut(ui))
        return col;
    if (canvas_width(name) > *limit - col - 1)
        *limit = c->cols;
    if (canvas_width(name) > *limit - col - 1)
        return draw_end(c, row, col, *limit, name);
    return canvas_text(c, row, col, *limit, STYLE_TEXT, name) + 2;
}

/* Without a message: the filter or what the highlighted row says, and which rows of how many are on
 * the screen, in which order. */
static void draw_idle(struct ui *ui, int row)
{
    struct canvas *c = &ui->canvas;
    const struct segments_state *st = ui->segments;
    char text[96] = "", order[SORT_ORDER], row_says[2 * VERDICT_TEXT] = "";
    size_t last = (size_t)(st->top + list_rows(ui)), lasting = st->count - st->gone_shown;
    last = last < lasting ? last : lasting;
    if (st->count > 0)
        (void)snprintf(text, sizeof text, "%d-%zu of %zu, %s", st->top + 1, last, lasting,
                       sort_order(ui, order));
    int from = c->cols - canvas_width(text) - 1, limit = from;
    static const char *const only[] = {"", "orphans only  ", "orphans and idle only  "};
    int col = canvas_text(c, row, 1, from, STYLE_WARN, only[st->only]);
    if (st->filter[0] != '\0')
        col = canvas_print(c, row, col, from, STYLE_WARN, "filter \"%s\"  ", st->filter);
    col = draw_name(ui, row, col, &limit);
    explain_row(ui, row_says, sizeof row_says);
    if (row_says[0] != '\0' && limit - col > SAYS_LEAST)
        (void)canvas_field(c, row, col, limit - 1, false, STYLE_DIM, row_says);
    if (limit == from)
        (void)canvas_text(c, row, from, c->cols, STYLE_DIM, text);
}

/* What can be done where nothing is listed; `failed`: some kinds could not be, which was said. */
static void draw_first_steps(struct ui *ui, int row, bool failed)
{
    static const struct {
        const char *command, *words;
    } steps[] = {
        {"tour", "start the demo: a small program that writes, with a tour of 8 steps"},
        {"lab", "the lab: lessons on real processes"},
        {"prompt create", "create a segment"},
        {"kinds", "list mapped files too"},
        {"help", "help"},
    };
    struct canvas *c = &ui->canvas;
    int bottom = ui_body_bottom(ui);
    bool all = ui->s.all_kinds;
    const char *nothing = failed ? "Nothing else is listed."
                          : all  ? "No program that you may see shares memory at the moment."
                                 : "No shared memory that you may see, mapped files aside.";
    canvas_text(c, row, LIST_MARK_COLS, c->cols, STYLE_DIM, nothing);
    row += 2;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && row < bottom; i++) {
        char key[KEY_NAME_MAX];
        if (all && strcmp(steps[i].command, "kinds") == 0)
            continue;
        ui_key_of(ui, steps[i].command, key);
        canvas_text(c, row, 2 * LIST_MARK_COLS, c->cols, STYLE_KEY, key);
        canvas_text(c, row, 2 * LIST_MARK_COLS + STEP_COLS, c->cols, STYLE_TEXT, steps[i].words);
        row++;
    }
}

static void draw_empty(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    const struct seg_survey *survey = &ui->s.walk.survey;
    int row = list_top(ui) + 1;
    char why[160], idle[VERDICT_TEXT];
    for (int kind = 0; kind < SEG_KINDS; kind++)
        if (oserr_is(survey->error[kind]))
            (void)canvas_print(c, row++, LIST_MARK_COLS, c->cols, STYLE_ERROR, "%s: %s (%s)",
                               seg_kind_name((enum seg_kind)kind),
                               oserr_text(survey->error[kind], why, sizeof why),
                               survey->error[kind].call);
    bool failed = row > list_top(ui) + 1;
    if (ui->s.walk.seq == 0)
        return;
    if (ui->segments->hidden > 0)
        (void)canvas_print(c, row++, LIST_MARK_COLS, c->cols, STYLE_DIM,
                           "no match among %zu segments (Esc clears the filter)",
                           ui->segments->hidden);
    else
        draw_first_steps(ui, row, failed);
    if (ui->segments->hidden_idle > 0)
        (void)canvas_print(c, row, LIST_MARK_COLS, c->cols, STYLE_DIM, "%zu are %s",
                           ui->segments->hidden_idle,
                           verdict_idle(survey->who.unreadable, survey->who.unowned, idle));
}

static void scroll(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    int rows = list_rows(ui), last = (int)st->count - rows;
    if (st->at < st->top)
        st->top = st->at;
    if (st->at >= st->top + rows)
        st->top = st->at - rows + 1;
    st->top = st->top > last ? last : st->top;
    st->top = st->top < 0 ? 0 : st->top;
}

static void draw_who(struct ui *ui)
{
    struct seg_who who;
    bool known = segments_users(ui, &who);
    panel_who(ui, known ? &who : NULL, ui_body_bottom(ui) - who_rows(ui), ui_body_bottom(ui));
}

static void draw(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    segments_update(ui);
    struct layout at = layout_of(ui); /* columns depend on what is in them */
    st->shifted = false;
    scroll(ui);
    draw_title(ui);
    draw_header(ui, &at);
    if (st->count == 0)
        draw_empty(ui);
    for (int i = 0; i < list_rows(ui) && (size_t)(st->top + i) < st->count; i++)
        draw_row(ui, &at, list_top(ui) + i, st->row[st->top + i], st->top + i == st->at);
    if (who_rows(ui) > 0)
        draw_who(ui);
    else
        ui->who_focus = false;
}

static bool key(struct ui *ui, struct key pressed)
{
    (void)pressed;
    segments_catch_up(ui);
    ui->segments->touched = true;
    return false;
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    const struct segments_state *st = ui->segments;
    bool column = strncmp(how, "column", strlen("column")) == 0;
    if (column && ui->who_panel)
        ui_run(ui, "panel enter");
    else if (column)
        ui_say(ui, STYLE_TEXT,
               "{who} shows who uses this; {move column} then goes into that panel");
    else
        segments_move_to(ui, list_move(how, st->at, (int)st->count, list_rows(ui)));
}

/* A click on a header sorts by its column, a second one the other way. */
static void click_header(struct ui *ui, int col)
{
    const struct layout at = layout_of(ui);
    size_t i = 0;
    while (i < at.count && col >= at.end[i] + at.gap)
        i++;
    if (i == at.count)
        return;
    char line[32] = "invert";
    if (ui->segments->sort != at.column[i])
        (void)snprintf(line, sizeof line, "sort %s", at.column[i]->name);
    ui_run(ui, line);
}

static void mouse(struct ui *ui, const struct event *ev)
{
    struct segments_state *st = ui->segments;
    int row = ev->row - list_top(ui);
    segments_update(ui);
    st->touched = true;
    if (ev->mouse == MOUSE_PRESS && row == -1)
        click_header(ui, ev->col);
    else if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        segments_move_to(ui, st->at + (ev->mouse == MOUSE_WHEEL_UP ? -3 : 3));
    else if (ev->mouse == MOUSE_PRESS && row >= 0 && row < list_rows(ui) &&
             (size_t)(st->top + row) < st->count)
        segments_move_to(ui, st->top + row);
}

static void enter(struct ui *ui)
{
    if (ui->s.locator[0] != '\0')
        segments_point(ui, ui->s.locator);
    if (ui->s.walker != NULL)
        walker_hurry(ui->s.walker);
}

/* New rows lose their mark after a while. */
static int64_t next(struct ui *ui, int64_t now)
{
    (void)ui;
    return now + 1000000000;
}

const struct screen screen_segments = {.name = "segments",
                                       .mode = MODE_SEGMENTS,
                                       .draw = draw,
                                       .key = key,
                                       .move = move,
                                       .mouse = mouse,
                                       .enter = enter,
                                       .idle = draw_idle,
                                       .next = next};
