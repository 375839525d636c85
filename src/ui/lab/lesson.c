/* A lesson while it is open: what the learner sees and did goes to the course, and what became of
 * it comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "session/looks.h"
#include "ui/frame/state_files.h"
#include "ui/inspect/inspect.h"
#include "ui/lab/lab.h"
#include "ui/tree/tree.h"

enum { SECOND = 1000000000 };
#define USERS_AFTER  (3 * INT64_C(1000000000))  /* ns: to read who uses the segment */
#define ASTRAY_AFTER (15 * INT64_C(1000000000)) /* ns: longer than a step takes to hold */

struct lab_state *lab_state(struct ui *ui, const char *folder)
{
    if (ui->lab != NULL)
        return ui->lab;
    struct lab_state *lab = calloc(1, sizeof *lab);
    if (lab != NULL && folder != NULL)
        lab->folder = strdup(folder);
    if (lab == NULL || (folder != NULL && lab->folder == NULL)) {
        free(lab);
        ui_say(ui, STYLE_ERROR, "out of memory");
        return NULL;
    }
    struct oserr e = shelf_open(&lab->shelf, lab->folder);
    if (oserr_is(e))
        ui_say_error(ui, "the lessons", e);
    else if (lab->shelf.why[0] != '\0')
        ui_say(ui, STYLE_WARN, "%s", lab->shelf.why);
    if (ui->keep != NULL && oserr_is(score_load(score_folder(lab->folder), &lab->score)))
        lab->score.count = 0;
    ui->lab = lab;
    return lab;
}

void lab_free(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    if (lab == NULL)
        return;
    course_free(lab->course);
    tree_stock_drop(lab->before);
    shelf_close(&lab->shelf);
    free(lab->folder);
    free(lab);
    ui->lab = NULL;
}

void lab_first(struct ui *ui, const char *lesson, const char *folder)
{
    struct lab_state *lab = lab_state(ui, folder);
    const struct lesson *l = lab != NULL ? shelf_find(&lab->shelf, lesson) : NULL;
    if (lab == NULL)
        return;
    ui->depth = 0;
    ui_push(ui, &screen_lab);
    if (l != NULL)
        lab_begin(ui, l, false);
}

bool lab_on(const struct ui *ui)
{
    return ui->lab != NULL && ui->lab->lesson != NULL && !ui->lab->closed;
}

bool lab_keys(const struct ui *ui)
{
    return lab_on(ui) && !ui->lab->tour;
}

static void start(struct ui *ui, const struct lesson *l, bool bare)
{
    struct lab_state *lab = ui->lab;
    struct oserr e;
    struct course_plan plan = {
        .lesson = l, .folder = lab->folder, .shelf = &lab->shelf, .bare = bare};
    lab->state = (struct course_state){.step = 0};
    lab->seen = (struct lab_seen){.step = 0};
    lab->hint = lab->solution = lab->attached = lab->closed = lab->typed = lab->resumed = false;
    lab->users.open = lab->users.read = false;
    lab->first = 0;
    lab->undo_base = lab->undo_last = ui->s.undo_count;
    lab->undo_of = ui->s.undo_id;
    lab->astray = false;
    lab->tour = !shelf_shown(l);
    if (ui->s.be == NULL) /* tests */
        return;
    lab->course = course_start(&plan, ui->s.wake, &e);
    if (lab->course == NULL)
        ui_say_error(ui, l->name, e);
    lab->lesson = lab->course != NULL ? l : NULL;
}

void lab_begin(struct ui *ui, const struct lesson *l, bool bare)
{
    struct lab_state *lab = ui->lab;
    lab_leave(ui);
    if (!shelf_playable(l)) {
        ui_say(ui, STYLE_WARN, "%s: not for this system", l->name);
    } else if (lab->course != NULL) {
        lab->next = l;
        lab->next_bare = bare;
    } else {
        start(ui, l, bare);
    }
}

/* Is what the lesson opens what the session has? */
static bool is_own(const struct ui *ui)
{
    char raw[LOCATOR_MAX];
    const char *open = ui->lab->lesson->open;
    return open == NULL || (ui->lab->attached && locator_typed(open, raw) == NULL &&
                            strcmp(raw, ui->s.locator) == 0);
}

/* Is the tour's own segment, with a writer, there already? */
static bool tour_runs(const struct ui *ui, const struct lesson *l)
{
    const struct lab_state *lab = ui->lab;
    bool runs = lab->course != NULL && lab->lesson == l && lab->state.opened;
    for (int i = 0; i < lab->state.peers; i++)
        runs = runs && lab->state.peer[i].pid != 0;
    return runs;
}

/* The demo's tour, with a writer of its own or beside the one that runs. Where it is on, the writer
 * stays: after Esc the tour continues where it was, else its steps begin again. */
bool lab_tour(struct ui *ui, bool bare, bool anew)
{
    struct lab_state *lab = lab_state(ui, NULL);
    const struct lesson *l = lab != NULL ? shelf_find(&lab->shelf, "demo") : NULL;
    if (l == NULL || !shelf_playable(l))
        return false;
    if (tour_runs(ui, l)) {
        lab->resumed = !anew && lab->closed && lab->state.step < l->steps;
        lab->closed = lab->hint = lab->solution = false;
        lab->attached = ui_screen(ui) == &screen_inspect && is_own(ui);
        lab->first = 0;
        if (!lab->resumed && lab->attached)
            looks_apply(&ui->s, &(struct looks){.count = 0});
        if (!lab->resumed)
            course_again(lab->course);
    } else {
        lab_begin(ui, l, bare);
    }
    return true;
}

bool lab_escape(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    bool shown = lab_on(ui) && lab->tour;
    if (!shown)
        return false;
    lab->closed = true;
    lab->seen.screens = 0; /* what was on the screen until now passes no step meanwhile */
    lab->seen.cursor = UINT64_MAX;
    lab->seen.view = NULL;
    if (lab->course != NULL)
        course_see(lab->course, &lab->seen);
    ui_say(ui, STYLE_TEXT, "tour ended; :tour %s it",
           lab->state.step < lab->lesson->steps ? "resumes" : "repeats");
    return true;
}

bool lab_toured(const struct ui *ui)
{
    return lab_on(ui) && ui->lab->tour && ui->lab->state.step >= ui->lab->lesson->steps;
}

void lab_leave(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    if (lab == NULL)
        return;
    if (lab->typed) {
        tree_return(ui, lab->before); /* without the lesson's */
        lab->before = NULL;
        lab->typed = false;
    }
    lab->lesson = lab->next = NULL;
    if (lab->course != NULL)
        course_end(lab->course);
}

void lab_did(struct ui *ui, const char *line)
{
    if (lab_on(ui))
        lab_seen_did(&ui->lab->seen, line);
}

bool lab_offer(const struct ui *ui, void (*each)(void *ctx, const char *name), void *ctx)
{
    const struct shelf *s = ui->lab != NULL ? &ui->lab->shelf : NULL;
    for (int i = 0; s != NULL && s->folder != NULL && i < s->count; i++)
        if (shelf_shown(s->lesson[i]))
            each(ctx, s->lesson[i]->name);
    return s != NULL && s->folder != NULL;
}

/* ---- what is on the screen ---- */

/* The panel of users was read: a key was pressed while it was open, or it is open for a while. */
static bool users_read(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    if (ui->who_panel && !lab->users.open) {
        lab->users.since = ui->now;
        lab->users.presses = ui->presses;
    }
    bool waits = ui->who_panel || lab->users.open;
    lab->users.open = ui->who_panel;
    if (waits && (ui->presses != lab->users.presses || ui->now >= lab->users.since + USERS_AFTER))
        lab->users.read = true;
    return lab->users.read;
}

static void see(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    const struct screen *screen = ui_screen(ui);
    bool inspects = screen == &screen_inspect && is_own(ui), tree = inspects && tree_on(ui);
    unsigned bits = 0;
    bits |= tree ? 1u << SCREEN_TREE : 0;
    bits |= users_read(ui) ? 1u << SCREEN_USERS : 0;
    bits |= screen == &screen_calls ? 1u << SCREEN_CALLS : 0;
    bits |= inspects && ui->s.set.strip ? 1u << SCREEN_MAP : 0;
    bits |= inspects && ui->s.past != 0 ? 1u << SCREEN_PAST : 0;
    bits |= screen == &screen_segments ? 1u << SCREEN_LIST : 0;
    bits |= inspects ? 1u << SCREEN_INSPECT : 0;
    lab->seen.screens = bits;
    lab->seen.cursor = inspects ? ui->s.cursor : UINT64_MAX;
    lab->seen.view = inspects && !tree ? inspect_view(ui)->name : NULL;
    course_see(lab->course, &lab->seen);
}

/* ---- what became of it ---- */

static void keep_score(struct ui *ui, int step, enum score_how how)
{
    struct lab_state *lab = ui->lab;
    struct score_entry e = {
        .step = step, .how = how, .when = ui->wall / SECOND, .folder = score_folder(lab->folder)};
    (void)snprintf(e.lesson, sizeof e.lesson, "%s", lab->lesson->name);
    if (lab->tour || ui->keep == NULL)
        return;
    struct oserr failed = score_add(&e);
    if (oserr_is(failed))
        ui_say_error(ui, "what was done is not kept", failed);
    else if (oserr_is(score_load(e.folder, &lab->score)))
        lab->score.count = 0;
}

/* Steps [from, to) were passed. */
static void passed(struct ui *ui, int from, int to, bool skipped)
{
    struct lab_state *lab = ui->lab;
    for (int i = from; i < to; i++)
        keep_score(ui, i, skipped ? SCORE_SKIPPED : lab->solution ? SCORE_SHOWN : SCORE_DONE);
    lab->seen.step = to;
    lab->seen.dids = 0;
    lab->seen.answer[0] = '\0';
    lab->hint = lab->solution = lab->users.open = lab->users.read = false;
    lab->first = 0;
    lab->undo_base = ui->s.undo_count;
    if (ui->status_until != INT64_MAX)
        ui_say(ui, STYLE_LIVE, "step %d of %d is done", to, lab->lesson->steps);
}

bool lab_done_before(const struct lab_state *lab, int step)
{
    return !lab->tour && score_find(&lab->score, lab->lesson->name, step) != NULL;
}

/* Does the step wait for values, some time after the learner has stored one in it? */
static bool is_astray(const struct ui *ui)
{
    const struct lab_state *lab = ui->lab;
    const struct lesson_step *step =
        lab->state.step < lab->lesson->steps ? &lab->lesson->step[lab->state.step] : NULL;
    bool waits = false;
    for (int i = 0; step != NULL && i < step->checks; i++)
        waits = waits || (step->check[i].kind == CHECK_WHERE && (lab->state.holds >> i & 1) == 0);
    return waits && ui->s.undo_count > lab->undo_base && ui->now - lab->stored > ASTRAY_AFTER;
}

int64_t lab_next(const struct ui *ui)
{
    const struct lab_state *lab = ui->lab;
    if (lab_on(ui) && lab->users.open && !lab->users.read)
        return lab->users.since + USERS_AFTER;
    if (!lab_on(ui) || lab->astray || ui->s.undo_count <= lab->undo_base)
        return INT64_MAX;
    int64_t due = lab->stored + ASTRAY_AFTER + 1;
    return due > ui->now ? due : INT64_MAX;
}

bool lab_look_at_stores(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    size_t count = ui->s.undo_count;
    bool before = lab->astray;
    if (!seg_id_equal(lab->undo_of,
                      ui->s.undo_id)) /* steps that were made before are no stores of now */
        lab->undo_base = lab->undo_last = count;
    lab->undo_of = ui->s.undo_id;
    lab->stored = count > lab->undo_last ? ui->now : lab->stored;
    lab->undo_last = count;
    lab->undo_base = count < lab->undo_base ? count : lab->undo_base;
    lab->astray = is_astray(ui);
    return lab->astray != before;
}

/* Shows what the lesson opens, once, from its start and as bytes, and reads its types. */
static void attach(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    char raw[LOCATOR_MAX];
    if (!lab->state.opened || locator_typed(lab->lesson->open, raw) != NULL)
        return;
    bool here = lab->tour && strcmp(ui->s.locator, raw) == 0;
    if (!lab->attached) {
        lab->attached = here || ui_attach(ui, raw, 0, 0);
        if (!lab->attached || here)
            return;
        if (lab->tour && !lab->resumed) {
            keep_demo(ui);
            tree_forget(ui);
            tree_forget_aside(ui);
        }
        if (lab->resumed)
            return;
        ui->s.set.view = view_find("hex");
        session_move_to(&ui->s, session_start(&ui->s), false);
    }
    if (lab->typed || lab->lesson->types == NULL || lab->tour)
        return;
    struct tree_stock *before = tree_stock_now(ui);
    tree_forget(ui);
    tree_forget_aside(ui);
    lab->typed = tree_read_text(ui, lab->lesson->types);
    if (lab->typed)
        lab->before = before;
    else
        tree_stock_drop(before);
}

static void ended(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    const struct lesson *next = lab->next;
    course_free(lab->course);
    lab->course = NULL;
    lab->next = NULL;
    if (next != NULL)
        start(ui, next, lab->next_bare);
}

bool lab_take(struct ui *ui)
{
    struct lab_state *lab = ui->lab;
    if (lab == NULL || lab->course == NULL)
        return false;
    int before = lab->state.step;
    bool fresh = course_take(lab->course, &lab->state);
    if (fresh && lab->state.ended) {
        ended(ui);
        return true;
    }
    if (lab->lesson == NULL)
        return false;
    if (lab->state.step < before)
        lab->seen = (struct lab_seen){.step = lab->state.step};
    else if (lab->state.step != before && !lab->closed)
        passed(ui, before, lab->state.step, lab->state.skipped);
    if (lab->state.problem[0] != '\0' && !lab->attached && !lab->closed) {
        ui_say(ui, STYLE_ERROR, "%s: %s", lab->lesson->name, lab->state.problem);
        lab_leave(ui); /* nothing of it is on the screen */
        return true;
    }
    if (lab->closed)
        return fresh;
    attach(ui);
    see(ui);
    return lab_look_at_stores(ui) || fresh;
}
