/* The list of segments, itself live: columns, totals, the cursor. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "core/number.h"
#include "ui/inspect.h"
#include "ui/segments.h"

enum {
    MARK_COLS = 2,
    SIZE_COLS = 8,
    MODE_COLS = 9,
    OWNER_COLS = 8,
    PROCS_COLS = 8,
    STATE_COLS = 8
};

/* Where the columns begin in this frame. */
struct layout {
    int locator_end, size_end, res_end, mode, owner, procs, state;
};

static struct layout arrange(const struct canvas *c)
{
    struct layout at;
    int wide = c->cols >= 96 ? 1 : 0; /* room for another blank between columns */
    at.state = c->cols - STATE_COLS - 2 * wide;
    at.procs = at.state - 1 - PROCS_COLS - wide;
    at.owner = at.procs - 1 - OWNER_COLS - wide;
    at.mode = at.owner - 1 - MODE_COLS - wide;
    at.res_end = at.mode - 1 - wide;
    at.size_end = at.res_end - 1 - SIZE_COLS - wide;
    at.locator_end = at.size_end - SIZE_COLS - 1 - wide;
    if (at.locator_end < MARK_COLS + 16) /* narrow: locator, size and state are what matters */
        at = (struct layout){.locator_end = c->cols - 20,
                             .size_end = c->cols - 11,
                             .res_end = -1,
                             .mode = -1,
                             .owner = -1,
                             .procs = -1,
                             .state = c->cols - STATE_COLS};
    return at;
}

static int list_top(const struct ui *ui)
{
    return ui_body_top(ui) + 1;
}

static int who_rows(const struct ui *ui)
{
    int body = ui_body_bottom(ui) - list_top(ui);
    return ui->who_panel ? body / 3 + 1 : 0;
}

static int list_rows(const struct ui *ui)
{
    int rows = ui_body_bottom(ui) - who_rows(ui) - list_top(ui);
    return rows > 0 ? rows : 1;
}

static void right_text(struct canvas *c, int row, int end, enum style style, const char *text)
{
    if (end >= 0)
        canvas_text(c, row, end - canvas_width(text), end, style, text);
}

static void mode_text(uint32_t mode, char out[MODE_COLS + 1])
{
    static const char letters[] = "rwxrwxrwx";
    for (int i = 0; i < MODE_COLS; i++)
        out[i] = (mode >> (MODE_COLS - 1 - i) & 1) != 0 ? letters[i] : '-';
    if ((mode & 04000) != 0)
        out[2] = 's';
    if ((mode & 02000) != 0)
        out[5] = 's';
    if ((mode & 01000) != 0)
        out[8] = 't';
    out[MODE_COLS] = '\0';
}

/* `2 rw 1 r`, `1 fd`, `-`; with `?` where processes could not be read. */
static void procs_text(const struct segrow *s, char *out, size_t cap)
{
    size_t rw = 0, ro = 0, held = 0;
    uint32_t me = os_pid(), last = 0;
    for (size_t i = 0; i < s->mappers_count; i++) {
        uint32_t pid = s->mappers[i].pid;
        if (pid == me || (i > 0 && s->mappers[i - 1].pid == pid))
            continue;
        bool write = false;
        for (size_t k = i; k < s->mappers_count && s->mappers[k].pid == pid; k++)
            write = write || s->mappers[k].write;
        *(write ? &rw : &ro) += 1;
    }
    for (size_t i = 0; i < s->holders_count; i++) {
        held += s->holders[i].pid != me && s->holders[i].pid != last;
        last = s->holders[i].pid;
    }
    if (rw > 0 && ro > 0)
        (void)snprintf(out, cap, "%zu rw %zu r", rw, ro);
    else if (rw + ro > 0)
        (void)snprintf(out, cap, "%zu %s", rw + ro, rw > 0 ? "rw" : "r");
    else if (held > 0)
        (void)snprintf(out, cap, "%zu fd", held);
    else
        (void)snprintf(out, cap, "%s", s->unreadable > 0 ? "?" : "-");
}

/* The states in words, for `room` columns; what a semaphore is matters more than who has it. */
static void state_text(const struct segrow *s, int room, char *out, size_t cap)
{
    const char *names[SEGROW_STATES];
    size_t n = segrow_states(s, names), at = 0;
    out[0] = '\0';
    if (s->kind == SEG_SEM)
        at = (size_t)snprintf(out, cap, "sem%s", n > 0 ? " " : "");
    if (at > 0 && room < 10) {
        out[3] = '\0';
        return;
    }
    for (size_t i = 0; i < n && at < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, "%s%s", names[i], i + 1 < n ? " " : "");
}

static enum style row_style(const struct ui *ui, const struct seg_info *info, bool cursor)
{
    if (cursor)
        return STYLE_ROW;
    if (segments_tagged(ui->segments, info->locator))
        return STYLE_TAGGED;
    return segments_is_new(ui, info->locator) ? STYLE_NEW : STYLE_TEXT;
}

/* The locator, cut in the middle with an ellipsis when it is too long: the end tells more. */
static void locator_cell(struct canvas *c, int row, int end, enum style style, const char *raw)
{
    char shown[SHOWN_LOCATOR];
    (void)locator_shown(raw, shown, sizeof shown);
    int room = end - MARK_COLS, width = canvas_width(shown);
    int col = canvas_text(c, row, MARK_COLS, width > room ? end - 1 : end, style, shown);
    if (width > room)
        (void)canvas_char(c, row, col, end, style, 0x2026);
}

static void draw_row(struct ui *ui, const struct layout *at, int row, const struct seg_info *info,
                     bool cursor)
{
    struct canvas *c = &ui->canvas;
    struct segrow s = segments_row(ui, info);
    enum style style = row_style(ui, info, cursor);
    char text[64];
    canvas_fill(c, row, 0, c->cols, style, ' ');
    bool tagged = segments_tagged(ui->segments, info->locator);
    canvas_text(c, row, 0, MARK_COLS, style,
                tagged                               ? "*"
                : segments_is_new(ui, info->locator) ? "+"
                : cursor                             ? ">"
                                                     : "");
    locator_cell(c, row, at->locator_end, style, info->locator);
    if ((info->stat.known & SEG_HAS_SIZE) != 0) {
        (void)number_format_size(info->stat.size, text);
        right_text(c, row, at->size_end, style, text);
    }
    if ((info->stat.known & SEG_HAS_RESIDENT) != 0) {
        (void)number_format_size(info->stat.resident, text);
        right_text(c, row, at->res_end, style, text);
    }
    state_text(&s, c->cols - at->state, text, sizeof text);
    canvas_text(c, row, at->state, c->cols, style, text);
    if (at->mode < 0)
        return;
    if ((info->stat.known & SEG_HAS_MODE) != 0) {
        mode_text(info->stat.mode, text);
        canvas_text(c, row, at->mode, at->owner, style, text);
    }
    canvas_text(c, row, at->owner, at->procs - 1, style, info->owner);
    procs_text(&s, text, sizeof text);
    canvas_text(c, row, at->procs, at->state - 1, style, text);
}

/* A part of the title, when there is room for all of it. */
static int title_part(struct ui *ui, int col, const char *text)
{
    struct canvas *c = &ui->canvas;
    if (col + 2 + canvas_width(text) > c->cols)
        return col;
    return canvas_text(c, 0, col + 2, c->cols, STYLE_TITLE, text);
}

static void draw_title(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    const struct segments_state *st = ui->segments;
    const struct seg_survey *survey = &ui->s.walk.survey;
    char size[NUMBER_SIZE_MAX], text[64];
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    int col = canvas_text(c, 0, 1, c->cols, STYLE_TITLE, "shmlens");
    if (ui->s.walk.seq == 0) {
        (void)title_part(ui, col, "looking for segments...");
        return;
    }
    (void)number_format_size(st->bytes, size);
    (void)snprintf(text, sizeof text, "%zu segment%s  %s", survey->count,
                   survey->count == 1 ? "" : "s", size);
    col = title_part(ui, col, text);
    (void)number_format_size(st->resident, size);
    (void)snprintf(text, sizeof text, "resident %s", size);
    col = title_part(ui, col, text);
    (void)number_format_size(st->orphan_bytes, size);
    (void)snprintf(text, sizeof text, "%zu orphan%s (%s)", st->orphan_count,
                   st->orphan_count == 1 ? "" : "s", size);
    col = st->orphan_count > 0 ? title_part(ui, col, text) : col;
    (void)snprintf(text, sizeof text, "%zu unreadable", survey->who.unreadable);
    col = survey->who.unreadable > 0 ? title_part(ui, col, text) : col;
    (void)number_format_size(survey->fs_free, size);
    (void)snprintf(text, sizeof text, "free %s", size);
    if (survey->fs_total > 0)
        (void)title_part(ui, col, text);
}

static void head(struct ui *ui, enum segments_sort sort, int col)
{
    struct canvas *c = &ui->canvas;
    const struct segments_state *st = ui->segments;
    char text[16];
    bool sorted = st->sort == sort;
    const char *arrow = !sorted ? "" : st->inverted ? "\xe2\x96\xb2" : "\xe2\x96\xbc";
    (void)snprintf(text, sizeof text, "%s%s", segments_columns[sort], arrow);
    bool right = sort == SORT_SIZE || sort == SORT_RES;
    if (col >= 0 && right)
        right_text(c, list_top(ui) - 1, col, STYLE_HEADER, text);
    else if (col >= 0)
        canvas_text(c, list_top(ui) - 1, col, c->cols, STYLE_HEADER, text);
}

static void draw_header(struct ui *ui, const struct layout *at)
{
    struct canvas *c = &ui->canvas;
    const struct segments_state *st = ui->segments;
    canvas_fill(c, list_top(ui) - 1, 0, c->cols, STYLE_HEADER, ' ');
    head(ui, SORT_LOCATOR, MARK_COLS);
    if (st->filter[0] != '\0' || st->orphans)
        (void)canvas_print(c, list_top(ui) - 1, MARK_COLS + 9, at->locator_end, STYLE_WARN, "%s%s",
                           st->orphans ? "orphans " : "", st->filter);
    head(ui, SORT_SIZE, at->size_end);
    head(ui, SORT_RES, at->res_end);
    head(ui, SORT_MODE, at->mode);
    head(ui, SORT_OWNER, at->owner);
    head(ui, SORT_PROCS, at->procs);
    head(ui, SORT_STATE, at->state);
}

static void draw_empty(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    const struct seg_survey *survey = &ui->s.walk.survey;
    int row = list_top(ui) + 1;
    char why[160];
    for (int kind = 0; kind < SEG_KINDS; kind++)
        if (oserr_is(survey->error[kind]))
            (void)canvas_print(c, row++, MARK_COLS, c->cols, STYLE_ERROR, "%s: %s (%s)",
                               seg_kind_name((enum seg_kind)kind),
                               oserr_text(survey->error[kind], why, sizeof why),
                               survey->error[kind].call);
    if (ui->s.walk.seq == 0)
        return;
    if (ui->segments->hidden > 0)
        (void)canvas_print(c, row, MARK_COLS, c->cols, STYLE_DIM,
                           "none of %zu segments is like that", ui->segments->hidden);
    else
        canvas_text(c, row, MARK_COLS, c->cols, STYLE_DIM, "there are no segments; n creates one");
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
    const struct seg_info *info = segments_at(ui);
    struct seg_who who = {0};
    if (info != NULL) {
        struct segrow row = segments_row(ui, info);
        const struct seg_who *all = &ui->s.walk.survey.who;
        who = (struct seg_who){.mappers = all->mappers + info->who_first,
                               .mappers_count = row.mappers_count,
                               .holders = all->holders + info->who_holder_first,
                               .holders_count = row.holders_count,
                               .unreadable = all->unreadable};
    }
    panel_who(ui, info != NULL ? &who : NULL, ui_body_bottom(ui) - who_rows(ui),
              ui_body_bottom(ui));
}

static void draw(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    struct layout at = arrange(&ui->canvas);
    segments_update(ui);
    scroll(ui);
    draw_title(ui);
    draw_header(ui, &at);
    if (st->count == 0)
        draw_empty(ui);
    for (int i = 0; i < list_rows(ui) && (size_t)(st->top + i) < st->count; i++)
        draw_row(ui, &at, list_top(ui) + i, &ui->s.walk.survey.segs[st->row[st->top + i]],
                 st->top + i == st->at);
    if (who_rows(ui) > 0)
        draw_who(ui);
}

/* A survey may have come since the list was drawn: a key is for the row that the user saw. */
static bool key(struct ui *ui, struct key pressed)
{
    char seen[LOCATOR_MAX];
    (void)pressed;
    memcpy(seen, ui->segments->cursor, sizeof seen);
    segments_update(ui);
    if (seen[0] == '\0' || strcmp(seen, ui->segments->cursor) == 0)
        return false;
    ui_say(ui, STYLE_WARN, "the list has just changed: once more");
    return true;
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    const struct segments_state *st = ui->segments;
    segments_move_to(ui, list_move(how, st->at, (int)st->count, list_rows(ui)));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    struct segments_state *st = ui->segments;
    int row = ev->row - list_top(ui);
    segments_update(ui);
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
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
        worker_hurry(walker_worker(ui->s.walker));
}

/* What is new stops being so. */
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
                                       .next = next};
