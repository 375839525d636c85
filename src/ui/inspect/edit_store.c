/* Writes one value into the segment, typed, undone or redone. The sampler gets it as a struct poke:
 * a compare-and-swap against what was on the screen where the hardware has one, otherwise compared
 * first and stored bytewise. The outcome goes to the undo stack and the message line; if another
 * process was faster, the user is asked. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { SHOWN_MAX = 64 };

static void hex_text(const uint8_t *p, size_t n, char out[SHOWN_MAX])
{
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, SHOWN_MAX - 2 * i, "%02x", p[i]);
}

/* A value as messages show it: in its view, a character as itself, otherwise hex. */
static void shown_text(const struct cell_store *r, const uint8_t *p, char out[SHOWN_MAX])
{
    const struct view *v = r->view;
    uint32_t size = r->job.poke.size;
    if (v != NULL && v->kind == VIEW_TEXT) {
        struct text_char c = text_decode(v->enc, p, size);
        uint8_t utf8[5] = {0};
        if (c.valid && c.size == size && text_printable(c.cp) && text_width(c.cp) > 0 &&
            text_encode(TEXT_UTF8, c.cp, utf8) > 0) {
            (void)snprintf(out, SHOWN_MAX, "'%s'", (const char *)utf8);
            return;
        }
    } else if (v != NULL && v->unit == size) {
        char text[VIEW_UNIT_MAX];
        (void)view_format(v, p, text);
        (void)snprintf(out, SHOWN_MAX, "%s", text);
        return;
    }
    hex_text(p, size, out);
}

/* Aborts this store and drops the undo/redo steps queued after it. */
static void give_up(struct ui *ui, const struct cell_store *r)
{
    if (r->why == STORE_TYPED)
        inspect_store_done(ui);
    ui->inspect->undo_busy = false;
    ui->inspect->undo_more = 0;
}

/* ---- another process was faster ---- */

static void force(struct ui *ui)
{
    struct cell_store r = ui->inspect->conflict;
    r.job.poke.cas = false;
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

/* The segment no longer holds what was seen: asks what to do. */
static void conflict(struct ui *ui, const struct cell_store *r)
{
    struct inspect_state *st = ui->inspect;
    const struct poke *p = &r->job.poke;
    char is[SHOWN_MAX], want[SHOWN_MAX], was[SHOWN_MAX], question[256];
    shown_text(r, r->job.done.old, is);
    shown_text(r, p->value, want);
    shown_text(r, p->expect, was);
    st->conflict = *r;
    memcpy(st->conflict.job.poke.expect, r->job.done.old, p->size);
    give_up(ui, r);
    if (!can_ask(ui)) {
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " changed to %s from %s; %s was not written", p->offset,
               is, was, want);
        return;
    }
    if (r->why == STORE_TYPED) {
        st->typing.active = false;
        session_move_to(&ui->s, p->offset, false);
        ui_say(ui, STYLE_WARN,
               "0x%" PRIx64 " changed to %s while you typed %s. Enter writes %s, any other key "
               "cancels",
               p->offset, is, want, want);
        st->asking = true; /* until another message replaces it */
        return;
    }
    (void)snprintf(question, sizeof question, "0x%" PRIx64 " is now %s, not %s: %s anyway?",
                   p->offset, is, was, r->why == STORE_UNDO ? "undo" : "redo");
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

/* ---- it was stored ---- */

/* Shows our value at once unless the sampler was faster; a frozen picture shows it in any case. */
static void patch_sample(struct ui *ui, const struct poke *r)
{
    struct sample *p = &ui->s.sample;
    size_t i = sample_index(p, r->offset), last = sample_index(p, r->offset + r->size - 1);
    if (p->seq == 0 || i == SIZE_MAX || last != i + r->size - 1)
        return;
    if (!ui->s.paused && memcmp(p->arrays->bytes + i, r->expect, r->size) != 0)
        return;
    memcpy(p->arrays->bytes + i, r->value, r->size);
    memset(p->arrays->state + i, BYTE_DATA, r->size);
}

static void say_stored(struct ui *ui, const struct cell_store *r)
{
    static const char *const words[] = {"poke", "undo", "redo"};
    char old[SHOWN_MAX], value[SHOWN_MAX];
    if (ui->inspect->asking) /* the question must stay readable */
        return;
    shown_text(r, r->job.done.old, old);
    shown_text(r, r->job.done.value, value);
    ui_say(ui, STYLE_TEXT, "%s 0x%" PRIx64 " %s %s: %s -> %s (%s)%s", words[r->why],
           r->job.done.offset, r->view != NULL ? r->view->name : "hex", value, old, value,
           r->job.done.atomic ? "one store" : "not atomic",
           r->why == STORE_UNDO ? "" : "   undo: u");
}

static void stored(struct ui *ui, const struct cell_store *r)
{
    struct session *s = &ui->s;
    const struct poke *p = &r->job.poke;
    patch_sample(ui, p);
    if (r->why == STORE_TYPED) {
        session_undo_push(s, &r->job.done);
        if (!p->cas && s->cursor == p->offset)
            session_move_to(s, p->offset + p->size, false);
    } else if (r->why == STORE_UNDO && s->undo_count > 0) {
        s->undo_count--;
        s->redo_count++;
    } else if (r->why == STORE_REDO && s->redo_count > 0) {
        s->redo_count--;
        s->undo_count++;
    }
    say_stored(ui, r);
}

/* Runs the next of the undo or redo steps requested meanwhile. */
static void next_step(struct ui *ui)
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
        next_step(ui);
}

static void say_failed(struct ui *ui, const struct cell_store *r)
{
    struct oserr e = r->job.error;
    if (e.code == SEG_E_READ_ONLY && !ui->s.edit)
        return; /* edit mode was refused, which has been said */
    if (e.code == SEG_E_BEYOND)
        ui_say(ui, STYLE_ERROR, "0x%" PRIx64 " is gone; nothing was stored", r->job.poke.offset);
    else
        ui_say_error(ui, "it could not be stored", e);
}

static void store_ended(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct cell_store *r = arg;
    if (r->job.stored) { /* even if it was cancelled meanwhile */
        stored(ui, r);
        if (r->why == STORE_TYPED)
            inspect_store_done(ui);
        else
            next_step(ui);
    } else if (r->job.lost && !cancelled) {
        conflict(ui, r);
    } else {
        give_up(ui, r);
        if (!cancelled)
            say_failed(ui, r);
    }
}

void edit_store(struct ui *ui, const struct cell_store *r)
{
    struct sampler_job *j = sampler_job_new(ui->s.sampler, job_poke, r, sizeof *r, store_ended);
    if (r->why == STORE_TYPED)
        ui->inspect->stores_pending++;
    if (!inspect_post(ui, j))
        give_up(ui, r);
}
