/* Actions that write, or that allow writing: edit mode, undo and redo, the poke prompts. Edit mode
 * needs the segment opened for writing, which only the sampler may do: a job asks for it, and what
 * should be written is run when the job has succeeded. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { LINE_MAX = 2048 };

/* ---- edit mode on and off ---- */

/* Why the access is being changed. */
struct access_wish {
    struct ui *ui;
    char then[LINE_MAX]; /* line to run once writing is allowed; empty: none */
};

static void access_finish(struct job *job, void *owner)
{
    struct look_job *j = (struct look_job *)job;
    struct access_wish *w = j->user;
    struct ui *ui = w->ui;
    char why[96];
    (void)owner;
    if (job->cancelled) {
        ui->s.edit = false;
    } else if (!j->found) {
        ui->s.edit = false;
        if (session_recorded(&ui->s))
            ui_say(ui, STYLE_ERROR, "no editing: a recording is read-only");
        else
            ui_say(ui, STYLE_ERROR, "no editing: %s: %s", j->error.call,
                   oserr_text(j->error, why, sizeof why));
    } else {
        ui->s.edit = j->from == SEG_WRITE;
        if (ui->s.edit && w->then[0] != '\0')
            ui_run(ui, w->then);
        else if (ui->s.edit)
            ui_say(ui, STYLE_WARN,
                   "edit mode: every value is written as you complete it (F4 or Esc ends)");
    }
    free(w);
    look_job_free(j);
}

static void ask_access(struct ui *ui, enum seg_access access, const char *then)
{
    struct access_wish *w = calloc(1, sizeof *w);
    struct look_job *j = look_job_new(ui->s.sampler, LOOK_ACCESS, (uint64_t)access, access_finish);
    if (w == NULL || j == NULL) {
        free(w);
        look_job_free(j);
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    w->ui = ui;
    if (then != NULL)
        (void)snprintf(w->then, sizeof w->then, "%s", then);
    j->user = w;
    j->job.uncancellable = access < SEG_WRITE; /* leaving edit mode takes effect at once */
    inspect_post(ui, &j->job);
}

void inspect_edit_on(struct ui *ui, const char *then)
{
    if (!inspect_attached(ui))
        return;
    if (inspect_is_past(ui))
        return;
    if (ui->s.edit && then != NULL)
        ui_run(ui, then);
    else if (!ui->s.edit)
        ask_access(ui, SEG_WRITE, then);
}

void inspect_edit_off(struct ui *ui)
{
    size_t frozen = ui->s.sample.freeze.count;
    edit_mode_drop(ui);
    ui->s.edit = false;
    sampler_release(ui->s.sampler); /* a command running on the segment may take long */
    ask_access(ui, SEG_READ, NULL);
    if (frozen > 0)
        ui_say(ui, STYLE_TEXT, "edit mode off; %zu frozen value%s released", frozen,
               frozen == 1 ? "" : "s");
    else
        ui_say(ui, STYLE_TEXT, "edit mode off");
}

void act_edit(struct ui *ui, const char *arg)
{
    (void)arg;
    edit_mode_drop(ui);
    if (ui->s.edit)
        inspect_edit_off(ui);
    else
        inspect_edit_on(ui, NULL);
}

/* ---- undo and redo ---- */

static void step(struct ui *ui, enum store_why why, const struct poke_done *p)
{
    struct cell_store r = {.why = why, .offset = p->offset, .size = p->size, .seen_known = true};
    const struct view *v = inspect_view(ui);
    r.view = v->kind != VIEW_TEXT && v->unit == p->size ? v : NULL;
    memcpy(r.seen, why == STORE_UNDO ? p->value : p->old, sizeof r.seen);
    memcpy(r.value, why == STORE_UNDO ? p->old : p->value, sizeof r.value);
    ui->inspect->undo_busy = true;
    session_move_to(&ui->s, p->offset, false);
    edit_store(ui, &r);
}

void act_undo(struct ui *ui, const char *arg)
{
    const struct session *s = &ui->s;
    (void)arg;
    if (inspect_is_past(ui))
        return;
    if (ui->inspect->undo_busy || ui->inspect->stores_pending > 0)
        ui->inspect->undo_more--;
    else if (s->undo_count == 0)
        ui_say(ui, STYLE_WARN, "nothing to undo");
    else if (!s->edit)
        ui_edit_then(ui, "undo");
    else
        step(ui, STORE_UNDO, &s->undo[s->undo_count - 1]);
}

void act_redo(struct ui *ui, const char *arg)
{
    const struct session *s = &ui->s;
    (void)arg;
    if (inspect_is_past(ui))
        return;
    if (ui->inspect->undo_busy || ui->inspect->stores_pending > 0)
        ui->inspect->undo_more++;
    else if (s->redo_count == 0)
        ui_say(ui, STYLE_WARN, "nothing to redo");
    else if (!s->edit)
        ui_edit_then(ui, "redo");
    else
        step(ui, STORE_REDO, &s->undo[s->undo_count]);
}

/* ---- the poke prompts ---- */

/* A command line under construction; `full`: it did not fit. */
struct line {
    char text[LINE_MAX];
    size_t length;
    bool full;
};

static void add(struct line *l, const char *text)
{
    size_t n = strlen(text);
    if (l->length + n + 1 > sizeof l->text) {
        l->full = true;
        return;
    }
    memcpy(l->text + l->length, text, n + 1);
    l->length += n;
}

/* Appends one word, quoted so that command_words returns it unchanged. */
static void add_word(struct line *l, const char *word)
{
    char c[2] = "";
    add(l, " \"");
    for (; *word != '\0'; word++) {
        c[0] = *word;
        add(l, *word == '"' ? "\"'\"'\"" : c);
    }
    add(l, "\"");
}

/* Takes the name of a view off the front of the text if more text follows it. */
static const struct view *take_view(const struct ui *ui, const char **text)
{
    char name[16];
    size_t n = strcspn(*text, " ");
    if (n < sizeof name && (*text)[n] == ' ' && (*text)[n + strspn(*text + n, " ")] != '\0') {
        memcpy(name, *text, n);
        name[n] = '\0';
        const struct view *v = view_find(name);
        if (v != NULL) {
            *text += n + strspn(*text + n, " ");
            return v;
        }
    }
    return inspect_view(ui);
}

static void run_poke(struct ui *ui, const struct view *v, const char *value, const char *expect)
{
    struct line l = {.length = 0};
    char head[96];
    uint64_t offset = ui->s.cursor;
    if (ui->s.focus == FOCUS_CELLS)
        offset = inspect_unit_at(ui, offset, ui->inspect->at.unit);
    (void)snprintf(head, sizeof head, "poke --as %s", v->name);
    add(&l, head);
    if (expect != NULL) {
        add(&l, " --expect");
        add_word(&l, expect);
    }
    (void)snprintf(head, sizeof head, " -- 0x%" PRIx64, offset);
    add(&l, head);
    if (v->kind == VIEW_TEXT) {
        add_word(&l, value);
    } else {
        add(&l, " ");
        add(&l, value);
    }
    if (l.full)
        ui_say(ui, STYLE_ERROR, "too long");
    else
        ui_edit_then(ui, l.text);
}

static void poke_text(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    text += strspn(text, " ");
    if (text[0] == '\0')
        return;
    const struct view *v = take_view(ui, &text);
    run_poke(ui, v, text, NULL);
}

static void cas_text(struct ui *ui, const char *text, void *ctx)
{
    char old[128];
    (void)ctx;
    text += strspn(text, " ");
    if (text[0] == '\0')
        return;
    const struct view *v = take_view(ui, &text);
    size_t n = strcspn(text, " "), gap = strspn(text + n, " ");
    if (gap == 0 || text[n + gap] == '\0' || n >= sizeof old) {
        ui_say(ui, STYLE_ERROR, "compare-and-swap takes two values: OLD NEW");
        return;
    }
    memcpy(old, text, n);
    old[n] = '\0';
    run_poke(ui, v, text + n + gap, old);
}

/* A prompt for a value to write at the cursor. */
struct value_prompt {
    const char *what;
    void (*accept)(struct ui *ui, const char *text, void *ctx);
};

static const struct value_prompt poke_prompt = {"poke", poke_text};
static const struct value_prompt cas_prompt = {"compare-and-swap OLD NEW", cas_text};

static void open_value(struct ui *ui, const struct value_prompt *p)
{
    char label[96];
    uint64_t offset = ui->s.cursor;
    if (ui->s.focus == FOCUS_CELLS)
        offset = inspect_unit_at(ui, offset, ui->inspect->at.unit);
    (void)snprintf(label, sizeof label, "%s at 0x%" PRIx64 " (%s): ", p->what, offset,
                   inspect_view(ui)->name);
    prompt_ask(&ui->host, label, "", &ui->history[HISTORY_POKE], p->accept, NULL);
}

static void value_allowed(struct ui *ui, const char *text, void *ctx)
{
    const struct value_prompt *p = ctx;
    (void)text;
    inspect_edit_on(ui, NULL);
    open_value(ui, p);
}

/* The user typed the value instead of answering: edit mode is asked for again when it is complete.
 */
static void value_typed(struct ui *ui, struct key key, void *ctx)
{
    const struct value_prompt *p = ctx;
    open_value(ui, p);
    prompt_key(&ui->host, key);
}

static void ask_value(struct ui *ui, const struct value_prompt *p)
{
    if (!inspect_attached(ui) || inspect_is_past(ui))
        return;
    if (ui->s.edit) {
        open_value(ui, p);
        return;
    }
    prompt_confirm(&ui->host, ui_read_only, value_allowed, (void *)(uintptr_t)p);
    ui->prompt.typed = value_typed;
}

void inspect_ask_poke(struct ui *ui)
{
    ask_value(ui, &poke_prompt);
}

void inspect_ask_cas(struct ui *ui)
{
    ask_value(ui, &cas_prompt);
}
