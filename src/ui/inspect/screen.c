/* The inspect screen: what is drawn, moving about, the mouse, when to draw again, and Esc. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum {
    WHEEL_ROWS = 3,
    HOLD = 2000000000 /* ns that a key keeps the view from following changes */,
    SECOND = 1000000000,
    TENTH = SECOND / 10
};

static void post_to_sampler(struct ui *ui, struct job *job)
{
    if (ui->s.sampler != NULL) {
        worker_post(sampler_worker(ui->s.sampler), job);
        return;
    }
    ui_say(ui, STYLE_ERROR, "no segment is open");
    job->cancelled = true;
    job->finish(job, ui);
}

struct inspect_state *inspect_new(void)
{
    struct inspect_state *st = calloc(1, sizeof *st);
    if (st != NULL)
        st->post = post_to_sampler;
    return st;
}

void inspect_free(struct inspect_state *st)
{
    if (st == NULL)
        return;
    inspect_found_free(&st->found);
    free(st->conflict);
    free(st);
}

bool inspect_post(struct ui *ui, struct sampler_job *job)
{
    if (job == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return false;
    }
    ui->inspect->post(ui, &job->job);
    return true;
}

const struct view *inspect_view(const struct ui *ui)
{
    return ui->s.set.view != NULL ? ui->s.set.view : view_find("hex");
}

int64_t inspect_now(const struct ui *ui)
{
    const struct session *s = &ui->s;
    const struct history_result *past = &s->sample.past;
    return past->time != 0  ? past->time
           : past->end != 0 ? past->end
           : s->paused      ? s->sample.time
                            : ui->now;
}

unsigned inspect_unit(const struct ui *ui)
{
    const struct view *v = inspect_view(ui);
    return ui->s.focus != FOCUS_CELLS || v->kind == VIEW_TEXT ? 1 : v->unit;
}

/* A different object than in the last frame: nothing half done belongs to it. */
static void notice_object(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    if (seg_id_equal(st->id, ui->s.id))
        return;
    st->id = ui->s.id;
    tree_change_segment(ui);
    tree_again(ui);
    st->typing.active = st->asking = st->undo_busy = st->dragging = false;
    st->play_soon = false;
    st->stores_pending = 0;
    st->undo_more = st->steps.asked = st->steps.open = 0;
    st->trail_count = 0;
}

static void draw(struct ui *ui)
{
    notice_object(ui);
    inspect_play_on(ui);
    tree_poll(ui);
    tree_compare(ui);
    inspect_arrange(ui);
    inspect_follow(ui);
    inspect_draw_title(ui);
    if (tree_on(ui)) {
        tree_draw(ui);
    } else {
        if (ui->inspect->at.ruler > 0)
            inspect_draw_ruler(ui);
        inspect_draw_rows(ui);
        inspect_draw_strip(ui);
    }
    ui->s.time_cells = ui->s.value_size = ui->s.gauges.count = 0; /* until they are drawn */
    if (ui->inspect->at.time_row > 0)
        inspect_draw_timeline(ui);
    const struct inspect_layout *at = &ui->inspect->at;
    if (at->panel_rows > 0)
        inspect_draw_inspector(ui);
    if (at->who_rows > 0) {
        struct seg_who w;
        bool known = session_users(&ui->s, &w);
        panel_who(ui, known ? &w : NULL, at->who_top, at->who_top + at->who_rows);
    }
    if (at->marks_rows > 0)
        panel_marks(ui);
    inspect_found_tell(ui);
    ui_draw_bottom(ui);
}

static bool key(struct ui *ui, struct key k)
{
    ui->inspect->dropped = false;
    notice_object(ui);
    if (ui->now + HOLD > ui->inspect->follow_from) /* the user is looking at something */
        ui->inspect->follow_from = ui->now + HOLD;
    if (ui->inspect->asking) {
        edit_conflict_key(ui, k);
        return true;
    }
    return tree_on(ui) ? tree_key(ui, k) : edit_mode_key(ui, k);
}

/* ---- moving ---- */

static void move_by_page(struct ui *ui, int64_t rows, bool extend)
{
    struct session *s = &ui->s;
    uint64_t start = session_start(s), end = session_end(s), width = session_width(s);
    uint64_t step = (uint64_t)(rows < 0 ? -rows : rows) * width, cursor = s->cursor, to = 0;
    uint64_t column = (cursor - start) % width;
    if (rows < 0)
        to = cursor - start < step ? start + column : cursor - step;
    else if (end > start && cursor + step >= end)
        to = end - 1;
    else
        to = cursor + step;
    if (session_rows(s) != NULL) {
        session_scroll(s, rows);
        return;
    }
    bool selecting = s->selecting;
    uint64_t anchor = selecting ? s->anchor : cursor;
    session_scroll(s, rows);
    session_move_to(s, to, false);
    if (extend) {
        s->selecting = true;
        s->anchor = anchor;
    }
}

/* One step sideways: a unit in the cells, a byte in a text column. Back, the byte before the cell
 * is in the cell before it, whole or cut. */
static int64_t step(const struct ui *ui, int steps)
{
    return steps < 0 ? -1 : (int64_t)inspect_unit(ui);
}

static void move_in_row(struct ui *ui, bool to_end, bool extend)
{
    struct session *s = &ui->s;
    uint64_t width = session_width(s), column = (s->cursor - session_start(s)) % width;
    uint64_t row = s->cursor - column;
    session_move_to(s, to_end ? row + width - 1 : row + session_shift(s), extend);
}

/* What a direction does. */
struct direction {
    const char *name;
    int rows;  /* up and down */
    int pages; /* in half pages */
    int steps; /* left and right */
};

static const struct direction directions[] = {
    {"left", 0, 0, -1},    {"right", 0, 0, 1},     {"up", -1, 0, 0},      {"down", 1, 0, 0},
    {"page-up", 0, -2, 0}, {"page-down", 0, 2, 0}, {"half-up", 0, -1, 0}, {"half-down", 0, 1, 0},
};

static bool move_direction(struct ui *ui, const char *how, bool extend)
{
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        const struct direction *d = &directions[i];
        if (strcmp(how, d->name) != 0)
            continue;
        int64_t page = ui->s.rows, half = (page + 1) / 2;
        if (d->pages != 0)
            move_by_page(ui, d->pages % 2 == 0 ? d->pages / 2 * page : d->pages * half, extend);
        else if (d->rows != 0)
            session_move(&ui->s, d->rows * (int64_t)session_width(&ui->s), extend);
        else
            session_move(&ui->s, step(ui, d->steps), extend);
        return true;
    }
    return false;
}

static void move(struct ui *ui, const char *how, bool extend)
{
    struct session *s = &ui->s;
    if (strcmp(how, "column") == 0 || strcmp(how, "column-back") == 0)
        inspect_focus_next(ui, how[6] == '-');
    else if (tree_on(ui))
        tree_move(ui, how);
    else if (strcmp(how, "row-start") == 0 || strcmp(how, "row-end") == 0)
        move_in_row(ui, how[4] == 'e', extend);
    else if (strcmp(how, "start") == 0)
        session_move_to(s, session_start(s), extend);
    else if (strcmp(how, "end") == 0)
        session_move_to(s, UINT64_MAX, extend);
    else if (!move_direction(ui, how, extend))
        ui_say(ui, STYLE_ERROR, "move: no such direction");
}

/* ---- the mouse: moves the cursor, selects, scrolls; never writes ---- */

static void press(struct ui *ui, const struct event *ev)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct session *s = &ui->s;
    enum focus focus = s->focus;
    bool drag = ev->mouse == MOUSE_DRAG;
    uint64_t place = 0;
    if (inspect_strip_hit(ui, ev->row, ev->col, &place)) {
        edit_mode_drop(ui);
        inspect_go_to(ui, place);
        return;
    }
    int row = ev->row - at->top, byte = inspect_hit(ui, ev->col, &focus);
    if (drag && !ui->inspect->dragging)
        return;
    if (row < 0 || row >= at->rows || byte < 0)
        return;
    uint64_t first = session_row(s, (size_t)row), to = first + (uint64_t)byte;
    if (first == UINT64_MAX || to >= session_end(s))
        return;
    edit_mode_drop(ui);
    if (!drag)
        s->focus = focus;
    ui->inspect->dragging = true;
    if (!drag || to != s->cursor)
        session_move_to(s, to, drag);
}

/* Nothing in the title can be pressed: a click never writes, and the title only shows a state. */
static void title_clicked(struct ui *ui)
{
    char edit[UI_PRESS], pause[UI_PRESS], view[UI_PRESS], who[UI_PRESS];
    ui_say(ui, STYLE_TEXT,
           "the title is not a menu: %s edits, %s pauses, %s is the view, %s who uses it",
           ui_press(ui, "edit", edit), ui_press(ui, "pause", pause),
           ui_press(ui, "view next", view), ui_press(ui, "who", who));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    ui->inspect->run.open = false;
    if (ev->mouse == MOUSE_PRESS && ev->row == 0) {
        ui->inspect->dragging = false;
        title_clicked(ui);
        return;
    }
    int64_t moment = ev->mouse == MOUSE_PRESS ? inspect_timeline_hit(ui, ev->row, ev->col) : 0;
    if (moment != 0) {
        ui->inspect->dragging = false;
        inspect_go_time(ui, moment);
        return;
    }
    if (tree_on(ui)) {
        tree_mouse(ui, ev);
        return;
    }
    switch (ev->mouse) {
    case MOUSE_PRESS:
        ui->inspect->dragging = false;
        press(ui, ev);
        break;
    case MOUSE_DRAG:
        press(ui, ev);
        break;
    case MOUSE_RELEASE:
        ui->inspect->dragging = false;
        break;
    case MOUSE_MENU: /* taken by the frame */
        break;
    case MOUSE_WHEEL_UP:
        session_scroll(&ui->s, -WHEEL_ROWS);
        break;
    case MOUSE_WHEEL_DOWN:
        session_scroll(&ui->s, WHEEL_ROWS);
        break;
    }
}

/* ---- when to draw again ---- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the next highlight fades to its next shade. */
static int64_t next_fading(const struct ui *ui, int64_t now)
{
    const struct sample *p = &ui->s.sample;
    int64_t fresh = (int64_t)(ui->s.set.fresh * SECOND), warm = (int64_t)(ui->s.set.warm * SECOND);
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < p->length; i++) {
        int64_t t = p->arrays->changed[i];
        if (t == 0 || t + warm <= now)
            continue;
        next = sooner(next, t + fresh > now ? t + fresh : t + warm);
    }
    return next;
}

static int64_t next(struct ui *ui, int64_t now)
{
    const struct session *s = &ui->s;
    int64_t at = INT64_MAX, changed = 0;
    uint8_t byte = 0, state = 0;
    bool base = false;
    if (ui->inspect->found.partly && s->match_length > 0 && !tree_on(ui) && !ui_too_small(ui))
        return now; /* the rows of bytes search on when they are drawn */
    if (s->sample.seq == 0 || s->paused)
        return at;
    if (s->playing)
        return now + SECOND / 30;
    if (s->past != 0) /* its age is shown */
        return now - s->past < 100 * (int64_t)SECOND ? now + TENTH : now + SECOND;
    at = next_fading(ui, now);
    at = sooner(at, inspect_strip_next(ui, now));
    if (s->set.inspector && ui->inspect->readings.due != 0)
        at = sooner(at, ui->inspect->readings.due);
    at = sooner(at, inspect_follow_next(ui));
    at = sooner(at, tree_next(ui, now));
    at = sooner(at, tree_locks_next(ui, now));
    if (ui->inspect->at.marks_rows > 0) /* ages are shown */
        at = sooner(at, now + TENTH);
    if (ui->inspect->size_until != 0)
        at = sooner(at, ui->inspect->size_until);
    if (s->set.inspector && session_byte(s, s->cursor, &byte, &state, &changed, &base) &&
        changed != 0)
        at = sooner(at, now - changed < (int64_t)10 * SECOND ? now + TENTH : now + SECOND);
    return at < now ? now : at;
}

/* ---- backing out ---- */

bool inspect_escape(struct ui *ui)
{
    struct session *s = &ui->s;
    if (ui->inspect->typing.active) {
        edit_mode_drop(ui);
    } else if (tree_on(ui) && tree_escape(ui)) {
        return true;
    } else if (session_editing(s)) {
        inspect_edit_off(ui);
    } else if (s->selecting || s->match_length != 0) {
        s->selecting = false;
        s->match_length = 0;
    } else if (ui->who_panel) {
        ui->who_panel = ui->who_focus = false;
    } else if (ui->watch.shown) {
        ui->watch.shown = ui->watch.focus = false;
    } else if (s->past != 0) {
        (void)inspect_live(ui);
    } else if (!inspect_notice_seen(ui)) {
        if (!tree_on(ui))
            return false;
        tree_hide(ui);
    }
    return true;
}

const struct screen screen_inspect = {
    .name = "inspect",
    .mode = MODE_INSPECT,
    .draw = draw,
    .key = key,
    .move = move,
    .mouse = mouse,
    .idle = inspect_draw_idle,
    .next = next,
};
