/* Actions that write or allow writing: edit mode, undo and redo, the poke prompts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/inspect/inspect.h"

enum { LINE_MAX = 2048 };

/* ---- edit mode on and off ---- */

/* What a change of access was for. */
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
            ui_say(ui, STYLE_WARN, "editing: what you type goes live at once (F4 ends it)");
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
    j->job.uncancellable = access < SEG_WRITE; /* who leaves edit mode has left it */
    inspect_post(ui, &j->job);
}

void inspect_edit_on(struct ui *ui, const char *then)
{
    if (!act_attached(ui))
        return;
    if (inspect_is_past(ui))
        return;
    if (ui->s.edit && then != NULL)
        ui_run(ui, then);
    else if (!ui->s.edit)
        ask_access(ui, SEG_WRITE, then);
}

void act_edit(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    edit_mode_drop(ui);
    if (!ui->s.edit) {
        inspect_edit_on(ui, NULL);
        return;
    }
    size_t frozen = ui->s.sample.freeze.count;
    ui->s.edit = false;
    sampler_release(ui->s.sampler); /* what runs on the segment may take long */
    ask_access(ui, SEG_READ, NULL);
    if (frozen > 0)
        ui_say(ui, STYLE_TEXT, "read-only again: %zu frozen value%s let go", frozen,
               frozen == 1 ? "" : "s");
    else
        ui_say(ui, STYLE_TEXT, "read-only again");
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

void act_undo(struct ui *ui, int argc, char **argv)
{
    const struct session *s = &ui->s;
    (void)argc;
    (void)argv;
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

void act_redo(struct ui *ui, int argc, char **argv)
{
    const struct session *s = &ui->s;
    (void)argc;
    (void)argv;
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

/* A line that is being put together; too long is remembered. */
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

/* One word, quoted so that it comes out of command_words as it is. */
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

/* Takes the view's name off the front of the text, when there is one and something follows it. */
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

/* A prompt for what to store at the cursor. */
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
    ui_ask(ui, label, "", &ui->history[HISTORY_POKE], p->accept, NULL);
}

static void value_allowed(struct ui *ui, const char *text, void *ctx)
{
    const struct value_prompt *p = ctx;
    (void)text;
    inspect_edit_on(ui, NULL);
    open_value(ui, p);
}

/* The value before the answer: it is asked again when it is complete. */
static void value_typed(struct ui *ui, struct key key, void *ctx)
{
    const struct value_prompt *p = ctx;
    open_value(ui, p);
    prompt_key(ui, key);
}

static void ask_value(struct ui *ui, const struct value_prompt *p)
{
    if (!act_attached(ui) || inspect_is_past(ui))
        return;
    if (ui->s.edit) {
        open_value(ui, p);
        return;
    }
    ui_confirm(ui, ui_read_only, value_allowed, (void *)(uintptr_t)p);
    ui->prompt.typed = value_typed;
}

void act_prompt_poke(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    ask_value(ui, &poke_prompt);
}

void act_prompt_cas(struct ui *ui, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    ask_value(ui, &cas_prompt);
}
