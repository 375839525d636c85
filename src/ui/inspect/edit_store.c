/* Writes one value into the segment: by compare-and-swap against what was on the screen where the
 * hardware has one, otherwise compared first and stored bytewise. If another process was faster,
 * the user is asked. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { LINE_MAX = 256, SHOWN_MAX = 64 };

static bool swappable(const struct cell_store *r)
{
    bool word = r->size == 1 || r->size == 2 || r->size == 4 || r->size == 8;
    return word && r->offset % r->size == 0;
}

static void hex_text(const uint8_t *p, size_t n, char out[SHOWN_MAX])
{
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, SHOWN_MAX - 2 * i, "%02x", p[i]);
}

/* A value as messages show it: in its view, a character as itself, otherwise hex. */
static void shown_text(const struct cell_store *r, const uint8_t *p, char out[SHOWN_MAX])
{
    const struct view *v = r->view;
    if (v != NULL && v->kind == VIEW_TEXT) {
        struct text_char c = text_decode(v->enc, p, r->size);
        uint8_t utf8[5] = {0};
        if (c.valid && c.size == r->size && text_printable(c.cp) && text_width(c.cp) > 0 &&
            text_encode(TEXT_UTF8, c.cp, utf8) > 0) {
            (void)snprintf(out, SHOWN_MAX, "'%s'", (const char *)utf8);
            return;
        }
    } else if (v != NULL && v->unit == r->size) {
        char text[VIEW_UNIT_MAX];
        (void)view_format(v, p, text);
        (void)snprintf(out, SHOWN_MAX, "%s", text);
        return;
    }
    hex_text(p, r->size, out);
}

/* The view used on the command line: the value's own if its text is exact, otherwise hex. */
static const struct view *line_view(const struct cell_store *r, char value[SHOWN_MAX],
                                    char seen[SHOWN_MAX])
{
    const struct view *v = r->view;
    if (v != NULL && v->kind != VIEW_TEXT && v->unit == r->size && v->kind != VIEW_HEX) {
        char text[VIEW_UNIT_MAX];
        (void)view_format(v, r->value, text);
        (void)snprintf(value, SHOWN_MAX, "%s", text);
        (void)view_format(v, r->seen, text);
        (void)snprintf(seen, SHOWN_MAX, "%s", text);
        if (strchr(value, 'n') == NULL && strchr(seen, 'n') == NULL) /* nan, inf */
            return v;
    }
    hex_text(r->value, r->size, value);
    hex_text(r->seen, r->size, seen);
    return view_find("hex");
}

/* Aborts this store and drops the undo/redo steps queued after it. */
static void give_up(const struct cell_store *r)
{
    if (r->why == STORE_TYPED)
        inspect_store_done(r->ui);
    r->ui->inspect->undo_busy = false;
    r->ui->inspect->undo_more = 0;
}

static void out_of_memory(struct ui *ui, enum store_why why)
{
    if (why == STORE_TYPED)
        inspect_store_done(ui);
    ui->inspect->undo_busy = false;
    ui->inspect->undo_more = 0;
    ui_say(ui, STYLE_ERROR, "out of memory: nothing was stored");
}

static void post_look(struct cell_store *r, void (*finish)(struct job *j, void *owner))
{
    struct look_job *j = look_job_new(r->ui->s.sampler, LOOK_BYTES, r->offset, finish);
    if (j == NULL) {
        out_of_memory(r->ui, r->why);
        free(r);
        return;
    }
    j->length = r->size;
    j->user = r;
    inspect_post(r->ui, &j->job);
}

/* ---- another process was faster ---- */

static void force(struct ui *ui)
{
    struct cell_store r = ui->inspect->conflict;
    r.force = true;
    edit_store(ui, &r);
}

static void undo_anyway(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (strcmp(text, "y") != 0 || ui->inspect->undo_busy || !ui->s.edit)
        return;
    ui->inspect->undo_busy = true;
    force(ui);
}

/* Can the user be asked now? Not after moving on to something else or leaving edit mode: keys meant
 * for that must not write. */
static bool can_ask(const struct ui *ui)
{
    return ui->s.edit && ui->prompt.kind == PROMPT_NONE && ui->pager == NULL &&
           ui_screen(ui) == &screen_inspect && !ui_too_small(ui);
}

/* The segment holds `actual` instead of what was seen: asks what to do. */
static void conflict(const struct cell_store *r, const uint8_t *actual)
{
    struct ui *ui = r->ui;
    struct inspect_state *st = ui->inspect;
    char is[SHOWN_MAX], want[SHOWN_MAX], was[SHOWN_MAX], question[256];
    shown_text(r, actual, is);
    shown_text(r, r->value, want);
    shown_text(r, r->seen, was);
    st->conflict = *r;
    memcpy(st->conflict.seen, actual, r->size);
    give_up(r);
    if (!can_ask(ui)) {
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " changed to %s from %s; %s was not written", r->offset,
               is, was, want);
        return;
    }
    if (r->why == STORE_TYPED) {
        st->typing.active = false;
        session_move_to(&ui->s, r->offset, false);
        ui_say(ui, STYLE_WARN,
               "0x%" PRIx64 " changed to %s while you typed %s. Enter writes %s, any other key "
               "cancels",
               r->offset, is, want, want);
        st->asking = true; /* until another message replaces it */
        return;
    }
    (void)snprintf(question, sizeof question, "0x%" PRIx64 " is now %s, not %s: %s anyway?",
                   r->offset, is, was, r->why == STORE_UNDO ? "undo" : "redo");
    prompt_confirm(&ui->host, question, undo_anyway, NULL);
}

void edit_conflict_key(struct ui *ui, struct key key)
{
    ui->inspect->asking = false;
    if (key.code == KEY_ENTER_ && ui->s.edit)
        force(ui);
    else
        ui_say(ui, STYLE_TEXT, "cancelled; nothing written");
}

/* Reads what is there after a compare-and-swap lost. */
static void lost_finish(struct job *job, void *owner)
{
    struct look_job *j = (struct look_job *)job;
    struct cell_store *r = j->user;
    (void)owner;
    if (!job->cancelled && j->found && j->length == r->size) {
        conflict(r, j->bytes);
    } else {
        give_up(r);
        if (!job->cancelled)
            ui_say(r->ui, STYLE_ERROR, "0x%" PRIx64 " is gone: nothing was stored", r->offset);
    }
    free(r);
    look_job_free(j);
}

/* ---- it was stored ---- */

/* Shows our value at once unless the sampler was faster; a frozen picture shows it in any case. */
static void patch_sample(struct ui *ui, const struct cell_store *r)
{
    struct sample *p = &ui->s.sample;
    size_t i = sample_index(p, r->offset), last = sample_index(p, r->offset + r->size - 1);
    if (p->seq == 0 || i == SIZE_MAX || last != i + r->size - 1)
        return;
    if (!ui->s.paused && memcmp(p->bytes + i, r->seen, r->size) != 0)
        return;
    memcpy(p->bytes + i, r->value, r->size);
    memset(p->state + i, BYTE_DATA, r->size);
}

/* The old value as the stores themselves saw it. */
static void take_old(struct cell_store *r, const struct command_job *j)
{
    size_t n = j->pokes_count < POKES_KEPT ? j->pokes_count : POKES_KEPT;
    for (size_t i = 0; i < n; i++) {
        const struct poke_done *p = &j->pokes[i];
        if (p->offset >= r->offset && p->offset + p->size <= r->offset + r->size)
            memcpy(r->seen + (p->offset - r->offset), p->old, p->size);
    }
}

static void stored(struct cell_store *r, const struct command_job *j)
{
    struct session *s = &r->ui->s;
    patch_sample(r->ui, r);
    take_old(r, j);
    if (r->why == STORE_TYPED) {
        struct poke_done p = {.offset = r->offset, .size = r->size, .atomic = swappable(r)};
        memcpy(p.old, r->seen, sizeof p.old);
        memcpy(p.value, r->value, sizeof p.value);
        session_undo_push(s, &p);
        if (r->force && s->cursor == r->offset)
            session_move_to(s, r->offset + r->size, false);
    } else if (r->why == STORE_UNDO && s->undo_count > 0) {
        s->undo_count--;
        s->redo_count++;
    } else if (r->why == STORE_REDO && s->redo_count > 0) {
        s->redo_count--;
        s->undo_count++;
    }
}

static void say_stored(const struct cell_store *r)
{
    char old[SHOWN_MAX], value[SHOWN_MAX];
    if (r->ui->inspect->asking) /* the question must stay readable */
        return;
    shown_text(r, r->seen, old);
    shown_text(r, r->value, value);
    static const char *const words[] = {"poke", "undo", "redo"};
    ui_say(r->ui, STYLE_TEXT, "%s 0x%" PRIx64 " %s %s: %s -> %s (%s)%s", words[r->why], r->offset,
           r->view != NULL ? r->view->name : "hex", value, old, value,
           swappable(r) ? "one store" : "not atomic", r->why == STORE_UNDO ? "" : "   undo: u");
}

/* Shows the first line of the error. */
static void say_failed(struct ui *ui, const struct command_job *j)
{
    char line[256];
    const char *text = j->err.buf != NULL ? j->err.buf : "it could not be stored";
    (void)snprintf(line, sizeof line, "%s", text);
    line[strcspn(line, "\n")] = '\0';
    ui_say(ui, STYLE_ERROR, "%s", line);
}

/* Runs the next of the undo or redo steps requested meanwhile. */
static void go_on(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    int more = st->undo_more;
    st->undo_busy = false;
    if (more == 0)
        return;
    st->undo_more -= more < 0 ? -1 : 1;
    more < 0 ? act_undo(ui, "") : act_redo(ui, "");
}

void inspect_store_done(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    if (st->stores_pending > 0 && --st->stores_pending == 0 && !st->undo_busy)
        go_on(ui);
}

static void poke_finish(struct job *job, void *owner)
{
    struct command_job *j = (struct command_job *)job;
    struct cell_store *r = j->user;
    struct ui *ui = r->ui;
    (void)owner;
    if (job->cancelled && j->pokes_count == 0) { /* otherwise it was stored despite the cancel */
        give_up(r);
    } else if (j->status == EXIT_NO) {
        post_look(r, lost_finish);
        r = NULL;
    } else if (j->status != EXIT_DONE) {
        give_up(r);
        say_failed(ui, j);
    } else {
        stored(r, j);
        say_stored(r);
        if (r->why != STORE_TYPED)
            go_on(ui);
        else
            inspect_store_done(ui);
    }
    free(r);
    command_job_free(j);
}

/* ---- the way in ---- */

static void post_poke(struct cell_store *r, bool swap)
{
    char line[LINE_MAX], value[SHOWN_MAX], seen[SHOWN_MAX];
    const struct view *v = line_view(r, value, seen);
    int n = snprintf(line, sizeof line, "poke 0x%" PRIx64 " %s --as %s", r->offset, value, v->name);
    if (swap && n > 0 && (size_t)n < sizeof line)
        (void)snprintf(line + n, sizeof line - (size_t)n, " --expect %s", seen);
    struct command_job *j = command_job_new(r->ui->s.be, r->ui->s.sampler, line, poke_finish);
    if (j == NULL) {
        out_of_memory(r->ui, r->why);
        free(r);
        return;
    }
    j->user = r;
    inspect_post(r->ui, &j->job);
}

/* What is there, before a store that cannot be a compare-and-swap or whose old value was never
 * seen. */
static void look_finish(struct job *job, void *owner)
{
    struct look_job *j = (struct look_job *)job;
    struct cell_store *r = j->user;
    (void)owner;
    if (job->cancelled || !j->found || j->length != r->size) {
        give_up(r);
        if (!job->cancelled)
            ui_say(r->ui, STYLE_ERROR, "0x%" PRIx64 " is gone: nothing was stored", r->offset);
        free(r);
        look_job_free(j);
        return;
    }
    if (!r->seen_known) {
        memcpy(r->seen, j->bytes, r->size);
        r->seen_known = true;
    }
    if (memcmp(r->seen, j->bytes, r->size) != 0) {
        conflict(r, j->bytes);
        free(r);
    } else {
        post_poke(r, swappable(r));
    }
    look_job_free(j);
}

void edit_store(struct ui *ui, const struct cell_store *request)
{
    struct cell_store *r = malloc(sizeof *r);
    if (request->why == STORE_TYPED)
        ui->inspect->stores_pending++;
    if (r == NULL) {
        out_of_memory(ui, request->why);
        return;
    }
    *r = *request;
    r->ui = ui;
    if (r->force)
        post_poke(r, false);
    else if (r->seen_known && swappable(r))
        post_poke(r, true);
    else
        post_look(r, look_finish);
}
