/* Freezing values: the sampler writes a frozen value back whenever another process changes it. Here
 * are the actions that freeze and release values, and the menu of frozen ones. */
#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_SHOWN = 40, SECOND = 1000000000 };

const struct frozen *inspect_frozen(const struct ui *ui, uint64_t offset)
{
    const struct freeze *f = &ui->s.sample.freeze;
    size_t from = 0, to = 0;
    for (size_t i = 0; i < f->count; i++)
        if (frozen_within(&f->value[i], offset, 1, &from, &to))
            return &f->value[i];
    return NULL;
}

void inspect_fights(const struct frozen *v, char out[48])
{
    if (v->fights == 0)
        (void)snprintf(out, 48, "never restored");
    else if (v->fights == 1)
        (void)snprintf(out, 48, "restored once");
    else
        (void)snprintf(out, 48, "restored %" PRIu64 " times", v->fights);
}

/* The value in the view it was frozen in. */
static void value_text(const struct frozen *v, const uint8_t *p, char out[VALUE_SHOWN])
{
    const struct view *view = view_find(v->view);
    char text[VIEW_UNIT_MAX];
    if (view != NULL && view->kind != VIEW_TEXT && view->unit == v->size) {
        (void)view_format(view, p, text);
        (void)snprintf(out, VALUE_SHOWN, "%.39s", text);
        return;
    }
    for (uint32_t i = 0; i < v->size; i++)
        (void)snprintf(out + (size_t)2 * i, VALUE_SHOWN - (size_t)2 * i, "%02x", p[i]);
}

/* ---- one value ---- */

/* Reports on the message line what a freeze job did. */
static void freeze_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct freeze_job *j = arg;
    char shown[VALUE_SHOWN], fights[48];
    value_text(&j->value, j->value.value, shown);
    inspect_fights(&j->value, fights);
    if (cancelled)
        ui_say(ui, STYLE_WARN, "cancelled");
    else if (j->dropped > 1)
        ui_say(ui, STYLE_TEXT, "%zu frozen values released", j->dropped);
    else if (j->dropped == 1)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 " released; it was %s", j->value.offset, fights);
    else if (j->value.size == 0)
        ui_say(ui, STYLE_WARN, "nothing is frozen there");
    else if (j->error.code == SEG_E_MEMORY)
        ui_say(ui, STYLE_ERROR, "%d values are frozen already: release one first", FROZEN_MAX);
    else if (oserr_is(j->error))
        ui_say_error(ui, "not frozen", j->error);
    else
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " frozen at %s %s (^T releases, :frozen lists)",
               j->value.offset, j->value.view, shown);
}

/* Releases what is frozen in [offset, offset + n), or freezes `v` (NULL: nothing). */
static void post(struct ui *ui, uint64_t offset, uint64_t n, const struct frozen *v)
{
    struct freeze_job f = {.offset = offset, .length = n};
    if (v != NULL)
        f.value = *v;
    (void)inspect_post(ui, sampler_job_new(ui->s.sampler, job_freeze, &f, sizeof f, freeze_done));
}

/* The value at the cursor. */
static uint32_t unit_here(const struct ui *ui, uint64_t *offset)
{
    *offset = ui->s.cursor;
    return tree_on(ui) ? tree_word(ui, offset) : inspect_unit(ui);
}

void act_freeze(struct ui *ui, const char *arg)
{
    struct frozen v = {.size = 0};
    (void)arg;
    if (!inspect_attached(ui) || inspect_is_past(ui))
        return;
    if (!ui->s.edit) {
        ui_edit_then(ui, "freeze");
        return;
    }
    edit_mode_drop(ui);
    uint32_t unit = unit_here(ui, &v.offset);
    if (unit == 0) {
        ui_say(ui, STYLE_ERROR, "only a field of 1, 2, 4 or 8 aligned bytes can be frozen");
        return;
    }
    const struct frozen *old = inspect_frozen(ui, v.offset);
    if (old == NULL && v.offset % unit != 0) {
        ui_say(ui, STYLE_ERROR,
               "0x%" PRIx64 " is not a multiple of %u: no compare-and-swap there; freeze its bytes "
               "in the hex view",
               v.offset, unit);
        return;
    }
    if (old == NULL && session_bytes(&ui->s, v.offset, v.value, unit) != unit) {
        ui_say(ui, STYLE_ERROR, "0x%" PRIx64 ": its present value is not known yet", v.offset);
        return;
    }
    v.size = unit;
    (void)snprintf(v.view, sizeof v.view, "%s",
                   unit > 1 && unit == inspect_view(ui)->unit ? inspect_view(ui)->name : "hex");
    post(ui, v.offset, unit, &v);
}

void act_thaw(struct ui *ui, const char *arg)
{
    uint64_t offset = 0;
    struct offset_base base = {.size = session_end(&ui->s),
                               .cursor = ui->s.cursor,
                               .marks = &ui->s.marks,
                               .relative = true};
    if (!inspect_attached(ui))
        return;
    if (strcmp(arg, "all") == 0)
        post(ui, 0, UINT64_MAX, NULL);
    else if (number_offset(arg, &base, &offset) == NUM_OK)
        post(ui, offset, 1, NULL);
    else
        ui_say(ui, STYLE_ERROR, "thaw takes an OFFSET or `all`");
}

/* ---- the list ---- */

static void ago_text(int64_t ns, char out[32])
{
    double seconds = ns > 0 ? (double)ns / SECOND : 0;
    if (seconds < 120)
        (void)snprintf(out, 32, "%.1f s ago", seconds);
    else
        (void)snprintf(out, 32, "%.0f min ago", seconds / 60);
}

static void label(const struct ui *ui, const struct frozen *v, char out[FROZEN_LABEL])
{
    char value[VALUE_SHOWN], other[VALUE_SHOWN], fights[48], ago[32];
    value_text(v, v->value, value);
    inspect_fights(v, fights);
    int n = snprintf(out, FROZEN_LABEL, "0x%-8" PRIx64 " %-6s %-12s %s", v->offset, v->view, value,
                     fights);
    if (v->fights == 0 || n < 0 || n >= FROZEN_LABEL)
        return;
    value_text(v, v->other, other);
    ago_text(ui->now - v->last, ago);
    (void)snprintf(out + n, (size_t)(FROZEN_LABEL - n), ", from %s %s", other, ago);
}

/* Refreshes the rows of the menu. */
static void renew(struct ui *ui)
{
    const struct freeze *f = &ui->s.sample.freeze;
    struct frozen_menu *m = &ui->inspect->frozen;
    struct prompt *p = &ui->prompt;
    if (p->kind != PROMPT_MENU)
        return;
    for (size_t i = 0; i < f->count; i++) {
        label(ui, &f->value[i], m->label[i]);
        (void)snprintf(m->command[i], FROZEN_COMMAND, "thaw 0x%" PRIx64, f->value[i].offset);
        m->entry[i] = (struct menu_entry){m->label[i], 0, m->command[i]};
    }
    (void)snprintf(m->label[f->count], FROZEN_LABEL, "a  release all");
    (void)snprintf(m->command[f->count], FROZEN_COMMAND, "thaw all");
    m->entry[f->count] = (struct menu_entry){m->label[f->count], 'a', m->command[f->count]};
    p->menu_count = (int)f->count + 1;
    p->menu_at = p->menu_at < p->menu_count ? p->menu_at : p->menu_count - 1;
}

void act_frozen(struct ui *ui, const char *arg)
{
    (void)arg;
    if (!inspect_attached(ui))
        return;
    if (ui->s.sample.freeze.count == 0) {
        ui_say(ui, STYLE_TEXT,
               "nothing is frozen: ^T in edit mode freezes the value at the cursor");
        return;
    }
    prompt_menu(&ui->host, "Frozen values (Enter releases)", ui->inspect->frozen.entry, 1);
    ui->prompt.renew = renew;
    renew(ui);
}

/* The action that chooses the sequence counter (seqlock) under which the window is read. */

void act_seqlock(struct ui *ui, const char *arg)
{
    struct session *s = &ui->s;
    struct seg_seqlock lock = {.width = 4};
    uint64_t width = 4, end = session_end(s);
    struct offset_base base = {
        .size = end, .cursor = s->cursor, .marks = &s->marks, .relative = true};
    if (!inspect_attached(ui))
        return;
    if (strcmp(arg, "off") == 0) {
        s->locked = false;
        ui_say(ui, STYLE_TEXT, "seqlock off");
        return;
    }
    char offset[64];
    const char *bytes = action_word(arg, offset, sizeof offset);
    if (number_offset(offset, &base, &lock.offset) != NUM_OK ||
        (bytes[0] != '\0' && number_u64(bytes, 8, &width) != NUM_OK)) {
        ui_say(ui, STYLE_ERROR,
               "seqlock takes the OFFSET of a counter and its BYTES (4), or `off`");
        return;
    }
    lock.width = (uint32_t)width;
    bool word = width == 1 || width == 2 || width == 4 || width == 8;
    if (!word || lock.offset % width != 0 || lock.offset > end || end - lock.offset < width) {
        ui_say(ui, STYLE_ERROR,
               "no counter at 0x%" PRIx64 ": 1, 2, 4 or 8 bytes, at a multiple of that, inside",
               lock.offset);
        return;
    }
    s->lock = lock;
    s->locked = true;
    ui_say(ui, STYLE_TEXT, "seqlock at 0x%" PRIx64 " (`:seqlock off` ends it)", lock.offset);
}
