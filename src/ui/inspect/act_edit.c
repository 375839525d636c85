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

/* A change of access, and what it is for. */
struct access_ask {
    struct access_job job;
    char then[LINE_MAX]; /* line to run once writing is allowed; empty: none */
};

static void access_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct access_ask *a = arg;
    struct session *s = &ui->s;
    bool raise = a->job.access == SEG_WRITE, stale = raise && s->stale > 0;
    char why[96];
    s->raising -= raise;
    s->stale -= stale;
    if (cancelled || stale)
        return;
    s->edit = raise && !oserr_is(a->job.error);
    if (oserr_is(a->job.error) && session_recorded(s))
        ui_say(ui, STYLE_ERROR, "no editing: a recording is read-only");
    else if (oserr_is(a->job.error))
        ui_say(ui, STYLE_ERROR, "no editing: %s: %s", a->job.error.call,
               oserr_text(a->job.error, why, sizeof why));
    else if (s->edit && a->then[0] != '\0')
        ui_run(ui, a->then);
    else if (s->edit)
        ui_say(ui, STYLE_WARN,
               "edit mode: every value is written as you complete it (F4 or Esc ends)");
}

static void ask_access(struct ui *ui, enum seg_access access, const char *then)
{
    struct access_ask a = {.job = {.access = access}};
    if (then != NULL)
        (void)snprintf(a.then, sizeof a.then, "%s", then);
    struct sampler_job *j = sampler_job_new(ui->s.sampler, job_access, &a, sizeof a, access_done);
    if (j != NULL) {
        ui->s.raising += access == SEG_WRITE;
        j->job.uncancellable = access < SEG_WRITE; /* leaving edit mode takes effect at once */
    }
    (void)inspect_post(ui, j);
}

void inspect_edit_on(struct ui *ui, const char *then)
{
    if (!inspect_attached(ui) || inspect_is_past(ui))
        return;
    if (then != NULL && strlen(then) >= LINE_MAX)
        ui_say(ui, STYLE_ERROR,
               "the line is too long"); /* truncated, it would write other values */
    else if (ui->s.edit && then != NULL)
        ui_run(ui, then);
    else if (!ui->s.edit)
        ask_access(ui, SEG_WRITE, then);
}

void inspect_edit_off(struct ui *ui)
{
    size_t frozen = ui->s.sample.freeze.count;
    edit_mode_drop(ui);
    ui->s.edit = false;
    ui->s.stale = ui->s.raising;
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
    if (session_editing(&ui->s))
        inspect_edit_off(ui);
    else
        inspect_edit_on(ui, NULL);
}

/* ---- undo and redo ---- */

static void step(struct ui *ui, enum store_why why, const struct poke_done *p)
{
    struct cell_store r = {.why = why};
    const struct view *v = inspect_view(ui);
    r.view = v->kind != VIEW_TEXT && v->unit == p->size ? v : NULL;
    r.job.poke = (struct poke){.offset = p->offset, .size = p->size, .cas = true};
    memcpy(r.job.poke.expect, why == STORE_UNDO ? p->value : p->old, sizeof p->old);
    memcpy(r.job.poke.value, why == STORE_UNDO ? p->old : p->value, sizeof p->old);
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
    (void)snprintf(label, sizeof label, "%s at 0x%" PRIx64 " (%s): ", p->what, ui->s.cursor,
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
