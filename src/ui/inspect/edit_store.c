/* Writes one value into the segment, typed, undone or redone. The sampler gets it as a struct poke:
 * a compare-and-swap against what was on the screen where the hardware has one, otherwise compared
 * first and stored bytewise. The outcome goes to the undo stack and the message line; if another
 * process was faster, the user is asked. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { SHOWN_MAX = 64 };

static void hex_text(const uint8_t *p, size_t n, char out[SHOWN_MAX])
{
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, SHOWN_MAX - 2 * i, "%02x", p[i]);
}

static bool all_zero(const uint8_t *p, uint32_t size)
{
    while (size > 0 && p[size - 1] == 0)
        size--;
    return size == 0;
}

/* Characters without the NULs at their end, in quotes; false: some cannot be shown. */
static bool characters_text(const struct view *v, const uint8_t *p, uint32_t size,
                            char out[SHOWN_MAX])
{
    size_t n = (size_t)snprintf(out, SHOWN_MAX, "'");
    for (uint32_t at = 0; at < size;) {
        struct text_char c = text_decode(v->enc, p + at, size - at);
        uint8_t utf8[5] = {0};
        if (c.valid && c.cp == 0 && size > c.size && all_zero(p + at, size - at))
            break;
        if (!c.valid || !text_printable(c.cp) || text_width(c.cp) <= 0 ||
            text_encode(TEXT_UTF8, c.cp, utf8) == 0 || n + sizeof utf8 + 1 >= SHOWN_MAX)
            return false;
        n += (size_t)snprintf(out + n, SHOWN_MAX - n, "%s", (const char *)utf8);
        at += c.size;
    }
    (void)snprintf(out + n, SHOWN_MAX - n, "'");
    return true;
}

/* A value as messages show it: in its view, a character as itself, otherwise hex. */
static void shown_text(const struct cell_store *r, const uint8_t *p, char out[SHOWN_MAX])
{
    const struct view *v = r->view;
    uint32_t size = r->job.poke.size;
    if (r->bits != 0) {
        uint64_t word = bytes_get(p, size, false) >> r->bit;
        word &= r->bits < 64 ? (UINT64_C(1) << r->bits) - 1 : UINT64_MAX;
        (void)snprintf(out, SHOWN_MAX, "%" PRIu64, word);
        return;
    }
    if (v != NULL && v->kind == VIEW_TEXT) {
        if (characters_text(v, p, size, out))
            return;
    } else if (v != NULL && v->unit == size) {
        char text[VIEW_UNIT_MAX];
        (void)view_format(v, p, text);
        (void)snprintf(out, SHOWN_MAX, "%s", text);
        return;
    }
    hex_text(p, size, out);
}

void edit_give_up(struct ui *ui)
{
    ui->inspect->undo_busy = false;
    ui->inspect->undo_more = 0;
}

/* Aborts this store and drops the undo/redo steps queued after it. */
static void give_up(struct ui *ui, const struct cell_store *r)
{
    if (r->why == STORE_TYPED)
        inspect_store_done(ui);
    edit_give_up(ui);
}

/* ---- another process was faster ---- */

static void force(struct ui *ui)
{
    const struct inspect_state *st = ui->inspect;
    for (size_t i = 0; i < st->conflicts; i++) {
        struct cell_store r = st->conflict[i];
        r.job.poke.cas = false;
        r.part = 0;
        edit_store(ui, &r);
    }
}

/* Remembers what was lost; of a value stored in parts, all parts that were. False: out of memory.
 */
static bool add_conflict(struct inspect_state *st, const struct cell_store *r)
{
    if (r->part == 0 || st->conflicts == 0 || st->conflict[0].part != r->part)
        st->conflicts = 0;
    if (st->conflicts == st->conflicts_room) {
        size_t room = st->conflicts_room + 8;
        struct cell_store *more = realloc(st->conflict, room * sizeof *more);
        if (more == NULL)
            return false;
        st->conflict = more;
        st->conflicts_room = room;
    }
    struct cell_store *lost = &st->conflict[st->conflicts++];
    *lost = *r;
    memcpy(lost->job.poke.expect, r->job.done.old, r->job.poke.size);
    return true;
}

static void undo_anyway(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (strcmp(text, "y") != 0 || ui->inspect->undo_busy || !ui->s.edit)
        return;
    edit_steps_go_on(ui, ui->inspect->conflict[0].why);
    ui->inspect->undo_busy = true;
    force(ui);
}

bool edit_can_ask(const struct ui *ui)
{
    return ui->s.edit && ui->prompt.kind == PROMPT_NONE && ui->pager == NULL &&
           ui_screen(ui) == &screen_inspect && !ui_too_small(ui);
}

/* One of the stores of a value ended. True: all of them did. */
static bool part_ended(struct inspect_state *st, const struct cell_store *r)
{
    if (r->part == 0)
        return true;
    if (st->part.part != r->part) {
        st->part.part = r->part;
        st->part.ended = st->part.stored = 0;
    }
    st->part.stored += r->job.stored;
    return ++st->part.ended == r->parts;
}

/* `; 2 of 3 words were written`, of a value of several; else empty. */
static void written_text(const struct ui *ui, const struct cell_store *r, char out[96])
{
    const struct inspect_state *st = ui->inspect;
    char key[UI_PRESS];
    out[0] = '\0';
    if (r->part != 0 && r->part == st->part.part && st->part.stored > 0)
        (void)snprintf(out, 96, "; %u of %u words were written (%s takes them back one by one)",
                       (unsigned)st->part.stored, (unsigned)r->parts, edit_undo_key(ui, key));
}

/* Asks about what was lost of a typed value, of which `r` is the last. */
static void ask_typed(struct ui *ui, const struct cell_store *r)
{
    struct inspect_state *st = ui->inspect;
    char is[SHOWN_MAX], want[SHOWN_MAX];
    shown_text(r, r->job.done.old, is);
    shown_text(r, r->job.poke.value, want);
    st->typing.active = false;
    session_move_to(&ui->s, r->job.poke.offset, false);
    if (r->part != 0)
        ui_say(ui, STYLE_WARN,
               "%zu of %u words from 0x%" PRIx64 " on changed while you typed. Enter writes what "
               "you typed, any other key cancels",
               st->conflicts, (unsigned)r->parts, st->conflict[0].job.poke.offset);
    else
        ui_say(ui, STYLE_WARN,
               "0x%" PRIx64 " changed to %s while you typed %s. Enter writes %s, any other key "
               "cancels",
               r->job.poke.offset, is, want, want);
    st->asking = true; /* until another message replaces it */
}

/* The segment no longer holds what was seen, of one value, all stores of which have ended: asks
 * what to do. */
static void conflict(struct ui *ui, const struct cell_store *r, bool kept)
{
    const struct poke *p = &r->job.poke;
    char is[SHOWN_MAX], want[SHOWN_MAX], was[SHOWN_MAX], question[256], written[96];
    shown_text(r, r->job.done.old, is);
    shown_text(r, p->value, want);
    shown_text(r, p->expect, was);
    written_text(ui, r, written);
    if (kept && r->part != 0 && !edit_can_ask(ui)) {
        ui_say(ui, STYLE_WARN, "%zu of %u words from 0x%" PRIx64 " on changed: not written%s",
               ui->inspect->conflicts, (unsigned)r->parts, ui->inspect->conflict[0].job.poke.offset,
               written);
    } else if (!kept || !edit_can_ask(ui)) {
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " changed to %s from %s; %s was not written", p->offset,
               is, was, want);
    } else if (r->why == STORE_TYPED) {
        ask_typed(ui, r);
    } else {
        (void)snprintf(question, sizeof question, "0x%" PRIx64 " is now %s, not %s", p->offset, is,
                       was);
        edit_ask_step(ui, r->why, question, undo_anyway);
    }
}

void edit_conflict_key(struct ui *ui, struct key key)
{
    struct inspect_state *st = ui->inspect;
    char written[96] = "";
    st->asking = st->run.open = false;
    if (key.code == KEY_ENTER_ && ui->s.edit) {
        force(ui);
        return;
    }
    if (st->conflicts > 0)
        written_text(ui, &st->conflict[0], written);
    ui_say(ui, STYLE_TEXT, "cancelled%s", written[0] != '\0' ? written : "; nothing written");
}

/* ---- it was stored ---- */

/* Shows our value at once unless the sampler was faster; a frozen picture shows it in any case. */
static void patch_sample(struct ui *ui, const struct poke *r)
{
    struct sample *p = &ui->s.sample;
    static const uint8_t all[sizeof r->mask];
    if (memcmp(r->mask, all, sizeof all) != 0) /* the other bits are not ours */
        return;
    size_t i = sample_index(p, r->offset), last = sample_index(p, r->offset + r->size - 1);
    if (p->seq == 0 || i == SIZE_MAX || last != i + r->size - 1)
        return;
    if (!ui->s.paused && memcmp(p->arrays->bytes + i, r->expect, r->size) != 0)
        return;
    memcpy(p->arrays->bytes + i, r->value, r->size);
    memset(p->arrays->state + i, BYTE_DATA, r->size);
    inspect_found_again(ui);
}

static void say_stored(struct ui *ui, const struct cell_store *r)
{
    static const char *const words[] = {"poke", "undo", "redo"};
    char old[SHOWN_MAX], value[SHOWN_MAX], key[UI_PRESS];
    if (ui->inspect->asking || ui->inspect->slipped) /* what was said must stay readable */
        return;
    shown_text(r, r->job.done.old, old);
    shown_text(r, r->job.done.value, value);
    ui_say(ui, STYLE_TEXT, "%s 0x%" PRIx64 " %s %s: %s -> %s (%s)%s%s%s", words[r->why],
           r->job.done.offset,
           r->bits != 0      ? "bits"
           : r->view != NULL ? r->view->name
                             : "hex",
           value, old, value, r->job.done.atomic ? "one store" : "not atomic",
           r->why == STORE_UNDO ? "" : "; ", r->why == STORE_UNDO ? "" : edit_undo_key(ui, key),
           r->why == STORE_UNDO ? "" : " takes it back");
}

static void stored(struct ui *ui, const struct cell_store *r)
{
    struct session *s = &ui->s;
    const struct poke *p = &r->job.poke;
    patch_sample(ui, p);
    if (r->why == STORE_TYPED) {
        session_undo_push_typed(s, &r->job.done, r->view, r->run);
        if (!p->cas && s->cursor == p->offset && !s->typed)
            session_move_to(s, p->offset + p->size, false);
    } else if (r->why == STORE_UNDO ? s->undo_count > 0 : s->redo_count > 0) {
        edit_step_taken(ui, r->why, 0);
    }
    say_stored(ui, r);
}

void edit_next_step(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    int more = st->undo_more;
    st->undo_busy = false;
    if (more == 0)
        return;
    st->undo_more -= more < 0 ? -1 : 1;
    edit_take_step(ui, more < 0 ? STORE_UNDO : STORE_REDO);
}

void inspect_store_done(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    if (st->stores_pending > 0 && --st->stores_pending == 0 && !st->undo_busy)
        edit_next_step(ui);
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

/* Asks about the parts of a value that were lost, when all of its stores have `ended`. */
static void ask_parts(struct ui *ui, const struct cell_store *r, bool ended)
{
    const struct inspect_state *st = ui->inspect;
    if (r->part != 0 && ended && st->conflicts > 0 && st->conflict[0].part == r->part)
        conflict(ui, &st->conflict[st->conflicts - 1], true);
}

static void store_ended(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct cell_store *r = arg;
    struct inspect_state *st = ui->inspect;
    bool ended = part_ended(st, r), kept = true;
    if (r->job.stored) { /* even if it was cancelled meanwhile */
        stored(ui, r);
        if (r->why == STORE_TYPED)
            inspect_store_done(ui);
        else
            edit_next_step(ui);
    } else if (r->job.lost && !cancelled) {
        kept = add_conflict(st, r);
        give_up(ui, r);
        if (r->part == 0 || !kept)
            conflict(ui, r, kept);
    } else {
        give_up(ui, r);
        if (!cancelled)
            say_failed(ui, r);
    }
    ask_parts(ui, r, ended);
    if (r->why != STORE_TYPED && !st->undo_busy)
        edit_steps_stopped(ui, r->why);
}

void edit_store(struct ui *ui, const struct cell_store *r)
{
    static const char *const words[] = {"typed", "undo", "redo"};
    calls_section(ui, "%s at 0x%" PRIx64, words[r->why], r->job.poke.offset);
    struct sampler_job *j = sampler_job_new(ui->s.sampler, job_poke, r, sizeof *r, store_ended);
    if (r->why == STORE_TYPED)
        ui->inspect->stores_pending++;
    if (!inspect_post(ui, j)) {
        give_up(ui, r);
        ask_parts(ui, r, part_ended(ui->inspect, r));
    }
}
