/* Actions that write, or that allow writing: edit mode, the poke prompts. Edit mode
 * needs the segment opened for writing, which only the sampler may do: a job asks for it, and what
 * should be written is run when the job has succeeded. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plural.h"
#include "ui/frame/actions.h"
#include "ui/frame/run_line.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { THEN_MAX = 2048 };

/* ---- edit mode on and off ---- */

/* A change of access, and what it is for. */
struct access_ask {
    struct access_job job;
    char then[THEN_MAX]; /* line to run once writing is allowed; empty: none */
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
               "edit mode: every value is written as you complete it ({edit} or Esc ends)");
}

static void ask_access(struct ui *ui, enum seg_access access, const char *then)
{
    struct access_ask a = {.job = {.access = access}};
    if (then != NULL)
        (void)snprintf(a.then, sizeof a.then, "%s", then);
    calls_section(ui, "edit mode %s", access == SEG_WRITE ? "on" : "off");
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
    if (then != NULL && strlen(then) >= THEN_MAX)
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
    inspect_focus(ui, FOCUS_CELLS); /* a text column is for typing */
    ui->s.edit = false;
    ui->s.stale = ui->s.raising;
    sampler_release(ui->s.sampler); /* a command running on the segment may take long */
    ask_access(ui, SEG_READ, NULL);
    if (frozen > 0)
        ui_say(ui, STYLE_TEXT, "edit mode off; %zu frozen value%s released", frozen,
               plural_s(frozen));
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

/* ---- the poke prompts ---- */

/* A command line under construction; `full`: it did not fit. */
struct line {
    char text[THEN_MAX];
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
        ui_run(ui, l.text);
}

static void poke_text(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    text += strspn(text, " ");
    if (text[0] == '\0')
        return;
    if (tree_on(ui)) {
        tree_poke(ui, text, NULL);
        return;
    }
    const struct view *v = take_view(ui, &text);
    run_poke(ui, v, text, NULL);
}

/* Are both values of the view, and equally long? If not, says why. */
static bool are_values(struct ui *ui, const struct view *v, const char *old, const char *new)
{
    const struct {
        const char *name, *text;
    } value[] = {{"OLD", old}, {"NEW", new}};
    uint8_t bytes[sizeof(uint64_t)];
    size_t n[2] = {0};
    char why[VIEW_WHY_MAX];
    for (int i = 0; i < 2 && v->kind != VIEW_TEXT; i++) {
        const char *wrong = view_parse(v, value[i].text, bytes, sizeof bytes, &n[i], why);
        if (wrong != NULL) {
            ui_say(ui, STYLE_ERROR, "compare-and-swap: %s: %s", value[i].name, wrong);
            return false;
        }
    }
    if (n[0] != n[1])
        ui_say(ui, STYLE_ERROR, "compare-and-swap: OLD is %zu byte%s, NEW %zu", n[0],
               plural_s(n[0]), n[1]);
    return n[0] == n[1];
}

static void cas_text(struct ui *ui, const char *text, void *ctx)
{
    char old[128];
    (void)ctx;
    text += strspn(text, " ");
    if (text[0] == '\0')
        return;
    const struct view *v = tree_on(ui) ? NULL : take_view(ui, &text);
    size_t n = strcspn(text, " "), gap = strspn(text + n, " ");
    if (gap == 0 || text[n + gap] == '\0' || n >= sizeof old) {
        ui_say(ui, STYLE_ERROR, "compare-and-swap: it takes two values: OLD NEW");
        return;
    }
    memcpy(old, text, n);
    old[n] = '\0';
    if (v == NULL)
        tree_poke(ui, text + n + gap, old);
    else if (are_values(ui, v, old, text + n + gap))
        run_poke(ui, v, text + n + gap, old);
}

/* A prompt for a value to write at the cursor. */
struct value_prompt {
    const char *command, *what;
    void (*accept)(struct ui *ui, const char *text, void *ctx);
};

static const struct value_prompt poke_prompt = {"prompt poke", "poke", poke_text};
static const struct value_prompt cas_prompt = {"prompt cas", "compare-and-swap OLD NEW", cas_text};

/* The value at the cursor; empty when it is not known, or text. */
static void now_text(const struct ui *ui, const struct view *v, char out[VIEW_UNIT_MAX])
{
    uint8_t bytes[sizeof(uint64_t)];
    out[0] = '\0';
    if (v->kind != VIEW_TEXT && v->unit <= sizeof bytes &&
        session_bytes(&ui->s, ui->s.cursor, bytes, v->unit) == v->unit)
        (void)view_format(v, bytes, out);
}

/* `fill_in`: OLD of a compare-and-swap is there already, as the screen shows it. */
static void open_value(struct ui *ui, const struct value_prompt *p, bool fill_in)
{
    char label[160], field[128], now[VIEW_UNIT_MAX], old[VIEW_UNIT_MAX + 1] = "";
    now_text(ui, inspect_view(ui), now);
    tree_here(ui, field, sizeof field);
    if (tree_on(ui))
        tree_now(ui, now, sizeof now);
    if (tree_on(ui))
        (void)snprintf(label, sizeof label, "%s %.90s%s%s: ", p->what, field,
                       now[0] != '\0' ? ", now " : "", now);
    else
        (void)snprintf(label, sizeof label, "%s at 0x%" PRIx64 " (%s%s%s): ", p->what, ui->s.cursor,
                       inspect_view(ui)->name, now[0] != '\0' ? ", now " : "", now);
    if (fill_in && p == &cas_prompt && now[0] != '\0' && strpbrk(now, " \t") == NULL)
        (void)snprintf(old, sizeof old, "%s ", now);
    prompt_ask(&ui->host, label, old, &ui->history[HISTORY_POKE], p->accept, NULL);
}

static void value_allowed(struct ui *ui, const char *text, void *ctx)
{
    const struct value_prompt *p = ctx;
    (void)text;
    inspect_edit_on(ui, NULL);
    open_value(ui, p, true);
}

/* The user typed the value instead of answering: edit mode is asked for again when it is complete.
 */
static void value_typed(struct ui *ui, struct key key, void *ctx)
{
    const struct value_prompt *p = ctx;
    open_value(ui, p, false);
    prompt_key(&ui->host, key);
}

static void ask_value(struct ui *ui, const struct value_prompt *p)
{
    if (!inspect_attached(ui) || inspect_is_past(ui))
        return;
    if (ui->s.edit) {
        open_value(ui, p, true);
        return;
    }
    prompt_confirm(&ui->host, ui_read_only, value_allowed, (void *)(uintptr_t)p);
    char edit[UI_PRESS];
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note,
                   "y turns editing on, and then asks for the value; %s turns it off again",
                   ui_press(ui, "edit", edit));
    ui->prompt.again = true;
    ui->prompt.typed = value_typed;
    ui->prompt.drop = ui_not_edited;
}

void inspect_ask_poke(struct ui *ui)
{
    ask_value(ui, &poke_prompt);
}

void inspect_ask_cas(struct ui *ui)
{
    ask_value(ui, &cas_prompt);
}
