/* Runs lines: those of keys, menus and the `:` prompt. A line is an action of the UI, run at once,
 * or a command, which becomes a job of the sampler (if it works on the attached segment) or of the
 * lister thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/kept_range.h"
#include "core/locator.h"
#include "core/text.h"
#include "session/command_job.h"
#include "ui/frame/actions.h"
#include "ui/frame/beside.h"
#include "ui/frame/run_line.h"
#include "ui/frame/ui.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { ALL_NEEDS = NEED_STAT | NEED_READ | NEED_WRITE | NEED_LATER };

void run_quote(const char *raw, char *out, size_t cap)
{
    char shown[LOCATOR_MAX * 4];
    size_t at = 0;
    (void)locator_shown(raw, shown, sizeof shown);
    if (cap < 3)
        return;
    out[at++] = '\'';
    for (const char *p = shown; *p != '\0' && at + 6 < cap; p++) {
        if (*p == '\'') {
            memcpy(out + at, "\\x27", 4);
            at += 4;
        } else {
            out[at++] = *p;
        }
    }
    out[at++] = '\'';
    out[at] = '\0';
}

/* ---- what a command printed ---- */

/* Removes the program's name at the front and the last newline. */
static void trim(struct out *o)
{
    static const char name[] = "shmlens: ";
    size_t n = sizeof name - 1;
    if (o->buf == NULL)
        return;
    while (o->length > 0 && o->buf[o->length - 1] == '\n')
        o->buf[--o->length] = '\0';
    if (o->length >= n && memcmp(o->buf, name, n) == 0) {
        memmove(o->buf, o->buf + n, o->length - n + 1);
        o->length -= n;
    }
}

static bool is_one_line(const struct ui *ui, const struct out *o)
{
    return o->length < sizeof ui->status / 2 && memchr(o->buf, '\n', o->length) == NULL;
}

/* Is this a line of that command? */
static bool runs(const char *line, const char *command)
{
    size_t n = strlen(command);
    return strncmp(line, command, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static void show(struct ui *ui, const struct command_job *j, enum style style, struct out *o)
{
    char title[256];
    char name[UI_NAME] = "";
    bool said = strstr(o->buf, j->when) != NULL;
    if (j->named[0] != '\0')
        ui_name(j->named, name);
    bool names = name[0] != '\0' && strstr(o->buf, name) == NULL;
    (void)snprintf(title, sizeof title, "%.200s%s", j->line, j->when);
    if (is_one_line(ui, o))
        ui_say(ui, style, "%s%s%s%s", names ? name : "", names ? ": " : "", o->buf,
               said ? "" : j->when);
    else
        pager_open(&ui->host, title, o->buf, runs(j->line, "help") || runs(j->line, "info"));
}

static enum style style_of(int status)
{
    return status == EXIT_ERROR ? STYLE_ERROR : status == EXIT_NO ? STYLE_WARN : STYLE_TEXT;
}

/* The line after its first word. */
static const char *rest_of(const char *line)
{
    line += strspn(line, " \t");
    line += strcspn(line, " \t");
    return line + strspn(line, " \t");
}

void run_show_result(struct ui *ui, struct command_job *j)
{
    trim(&j->out);
    trim(&j->err);
    if (j->in_use && j->err.buf != NULL) {
        struct aim aim = {.id = j->is};
        memcpy(aim.locator, j->named, sizeof aim.locator);
        run_ask_force(ui, j->line, &aim, j->err.buf);
        return;
    }
    if (run_ask_replace(ui, j))
        return;
    bool out = j->out.buf != NULL && j->out.length > 0;
    bool err = j->err.buf != NULL && j->err.length > 0;
    bool finds = runs(j->line, "find");
    char old[EDIT_MAX];
    if (out && strncmp(j->line, "create ", 7) == 0)
        ui_say(ui, STYLE_TEXT, "created %s%s", j->out.buf,
               j->made != NULL ? ": it lives as long as shmlens runs, or others have it" : "");
    else if (out)
        show(ui, j, STYLE_TEXT, &j->out);
    if (err)
        show(ui, j, style_of(j->status), &j->err);
    if (out && j->out.cut)
        ui_say(ui, STYLE_WARN, "output truncated after %zu bytes", j->out.limit);
    if (j->job.cancelled || j->status < 0)
        ui_say(ui, STYLE_WARN, "%s: %.200s",
               runs(j->line, "watch") || runs(j->line, "record") ? "stopped" : "cancelled",
               j->line);
    else if (j->status == EXIT_NO && !err && !out && runs(j->line, "replace"))
        ui_say(ui, STYLE_WARN, "not found, nothing replaced: %.*s",
               text_fit(run_replaced_text(j->line, old), 200), old);
    else if (j->status == EXIT_NO && !err && !out)
        ui_say(ui, STYLE_WARN, "%s: %.200s%s", finds ? "not found" : "condition not met",
               finds ? rest_of(j->line) : j->line, j->when);
    else if (j->status == EXIT_DONE && !err && !out)
        ui_say(ui, STYLE_TEXT, "done: %.200s%s", j->line, j->when);
    else if (j->status == EXIT_ERROR && !err)
        ui_say(ui, STYLE_ERROR, "failed: %.200s", j->line);
}

static void post(struct ui *ui, const char *line, struct sampler *sampler, const struct aim *aim);

/* The user has agreed that it cannot be undone. */
static void unkept_agreed(struct ui *ui, const char *text, void *ctx)
{
    char line[sizeof ui->agreed];
    (void)text;
    (void)ctx;
    memcpy(line, ui->agreed, sizeof line);
    if (ui->s.edit && ui->s.sampler != NULL && seg_id_equal(ui->s.id, ui->asked.id))
        post(ui, line, ui->s.sampler, NULL);
    else
        ui_say(ui, STYLE_WARN, "nothing written: edit mode has ended meanwhile");
}

static void unkept_refused(struct ui *ui, void *ctx)
{
    ui_not_edited(ui, ctx);
}

/* What the line stores cannot be undone: asks before it does. */
static void ask_unkept(struct ui *ui, struct command_job *j)
{
    trim(&j->err);
    if (ui->prompt.kind != PROMPT_NONE || ui_too_small(ui) ||
        strlen(j->line) >= sizeof ui->agreed) {
        ui_say(ui, STYLE_WARN, "%s: nothing written", j->err.buf);
        return;
    }
    (void)snprintf(ui->agreed, sizeof ui->agreed, "%s", j->line);
    ui->asked = (struct aim){.id = ui->s.id};
    prompt_confirm(&ui->host, j->err.buf, unkept_agreed, NULL);
    ui->prompt.drop = unkept_refused;
}

/* Steps that had to go for what was stored now: says so after the answer. */
static void say_given_up(struct ui *ui, size_t before)
{
    size_t n = ui->s.undo_given_up - before;
    char said[sizeof ui->status];
    if (n == 0 || ui->prompt.kind != PROMPT_NONE)
        return;
    memcpy(said, ui->status, sizeof said);
    ui_say(ui, STYLE_WARN, "%.300s; %zu older step%s can no longer be undone (64 MiB are kept)",
           said, n, n == 1 ? "" : "s");
}

/* A segment that only an open handle keeps alive stays open until the program ends. */
static void keep_made(struct ui *ui, struct command_job *j)
{
    struct seg **more = realloc(ui->made, (ui->made_count + 1) * sizeof(struct seg *));
    if (more == NULL)
        return; /* then it is freed with the job */
    ui->made = more;
    ui->made[ui->made_count++] = j->made;
    j->made = NULL;
}

/* Runs on the UI's thread. */
static void command_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct command_job *j = (struct command_job *)job;
    size_t pokes = j->pokes_count < POKES_KEPT ? j->pokes_count : POKES_KEPT;
    bool each = runs(j->line, "replace"); /* its matches are taken back one by one */
    for (size_t i = 0; each && i < pokes && j->sampler != NULL; i++)
        session_undo_push(&ui->s, &j->pokes[i], j->poked_as);
    size_t given_up = ui->s.undo_given_up;
    if (!each && j->sampler != NULL) /* not of another segment */
        session_undo_push_line(&ui->s, j->pokes, pokes, j->poked_as);
    if (j->sampler != NULL && j->kept != NULL && j->kept->length > 0) {
        session_undo_push_range(&ui->s, j->kept);
        j->kept = NULL;
    }
    if (j->sampler != NULL && j->lost[0] != '\0')
        session_undo_push_lost(&ui->s, j->lost);
    enum prompt_kind asked = ui->prompt.kind;
    if (j->asks)
        ask_unkept(ui, j);
    else
        run_show_result(ui, j);
    if (j->sampler != NULL)
        say_given_up(ui, given_up);
    if (j->status == EXIT_DONE && ui->prompt.kind == asked) /* else it asks before it is done */
        lab_did(ui, j->line);
    bool waited_for = j->sampler != NULL;
    if (j->made != NULL)
        keep_made(ui, j);
    command_job_free(j);
    if (waited_for)
        inspect_store_done(ui);
    if (ui->s.walker != NULL)
        walker_hurry(ui->s.walker); /* the list may have changed */
}

/* ---- starting one ---- */

/* What an offset or a value without a view means: where the user is. */
static void give_place(const struct ui *ui, struct command_job *j)
{
    const struct view *view = inspect_view(ui);
    j->cursor = ui->s.cursor;
    j->marks = ui->s.marks;
    (void)snprintf(j->view, sizeof j->view, "%s", view != NULL ? view->name : "");
    (void)edit_undo_key(ui, j->undo);
}

/* `aim` NULL: of the attached segment, or of none. */
static void post(struct ui *ui, const char *line, struct sampler *sampler, const struct aim *aim)
{
    char cut[CALLS_CUT];
    struct worker *worker = sampler != NULL        ? sampler_worker(sampler)
                            : ui->s.walker != NULL ? walker_worker(ui->s.walker)
                                                   : NULL;
    struct command_job *j =
        worker != NULL ? command_job_new(ui->s.be, sampler, line, command_done) : NULL;
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR,
               worker != NULL ? "out of memory" : "cannot run commands: no background thread");
        return;
    }
    calls_section(ui, "%s", calls_cut(line, cut));
    j->pace = ui->s.walker != NULL ? walker_pace(ui->s.walker) : NULL;
    if (aim != NULL) {
        memcpy(j->named, aim->locator, sizeof j->named);
        j->is = aim->id;
    }
    if (!ui_in_list(ui)) /* there these are of another segment, or of none */
        give_place(ui, j);
    j->agreed = sampler != NULL && strcmp(line, ui->agreed) == 0;
    ui->agreed[0] = '\0';
    j->past = sampler != NULL ? ui->s.past : 0;
    inspect_when(ui, j->past, j->when);
    bool now = runs(line, "info") || runs(line, "types") || runs(line, "locks");
    if (ui->s.past != 0 && !ui_in_list(ui) && now)
        (void)snprintf(j->when, sizeof j->when, " as it is now");
    if (sampler != NULL)
        ui->inspect->stores_pending++;
    if (aim != NULL && (runs(line, "record") || runs(line, "watch")))
        beside_start(ui, j, runs(line, "record") ? "record" : "watch");
    else
        worker_post(worker, &j->job);
}

/* Runs a command line on the lister thread: one that reads /proc or needs no open segment. */
static void run_walker(struct ui *ui, const char *line)
{
    post(ui, line, NULL, NULL);
}

void run_post_named(struct ui *ui, const char *line, const struct aim *aim)
{
    post(ui, line, NULL, aim);
}

static void removal_confirmed(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (strcmp(text, "yes") == 0)
        run_walker(ui, ui->pending);
    else
        ui_say(ui, STYLE_TEXT, "nothing removed");
}

/* `rm` at the prompt: the named segments, or the attached one. */
static void run_rm(struct ui *ui, const char *line, int words)
{
    char raw[LOCATOR_MAX], copy[EDIT_MAX + LOCATOR_MAX], names[128] = "";
    char *word[COMMAND_WORDS];
    const char *what = rest_of(line), *why = NULL;
    (void)snprintf(copy, sizeof copy, "%s", line);
    if (command_words(copy, word, &why) != words)
        return; /* it was split before */
    if (words == 1) {
        if (ui->s.locator[0] != '\0')
            ui_remove(ui, ui->s.locator);
        else
            ui_say(ui, STYLE_ERROR, "rm: which segment?");
        return;
    }
    if (words == 2 && word[1][0] == '/' && locator_typed(word[1], raw) == NULL) {
        ui_remove(ui, raw);
        return;
    }
    size_t room = sizeof ui->pending;
    if ((size_t)snprintf(ui->pending, room, "rm %s", what) >= room) {
        ui_say(ui, STYLE_ERROR,
               "the line is too long"); /* a truncated name could be another segment's */
        return;
    }
    char label[sizeof ui->prompt.label];
    for (int i = 1, at = 0; i < words && at < (int)sizeof names; i++) /* as they are understood */
        at += snprintf(names + at, sizeof names - (size_t)at, "%s%s", i > 1 ? " " : "", word[i]);
    (void)snprintf(label, sizeof label, "Remove %.100s? Type yes: ", names);
    prompt_ask(&ui->host, label, "", NULL, removal_confirmed, NULL);
}

/* A command that reads /proc, or runs beside the screen: it opens the attached segment by its name.
 */
static void run_on_walker(struct ui *ui, const char *line, const struct command *c)
{
    char whole[EDIT_MAX + LOCATOR_MAX], name[LOCATOR_MAX];
    struct aim aim = {.id = ui->s.id};
    run_quote(ui->s.locator, name, sizeof name);
    (void)snprintf(whole, sizeof whole, "%s %s %s", c->name, name, rest_of(line));
    (void)snprintf(aim.locator, sizeof aim.locator, "%s", ui->s.locator);
    run_post_named(ui, whole, &aim);
}

/* record without words stops what runs, or asks for a file. False: it is to be started. */
static bool stop_beside(struct ui *ui, const struct command *c, int words)
{
    if (words == 1 && c->min > 1 && beside_runs(ui, c->name))
        beside_stop(ui, c->name);
    else if (words == 1 && c->min > 1)
        act_prompt(ui, "command record");
    else if (ui->s.past != 0 && !ui_in_list(ui))
        ui_say(ui, STYLE_ERROR,
               "%s is about what happens from now on; press {live} to return to live", c->name);
    else
        return false;
    return true;
}

/* The log of changes is what the command watch prints. */
void act_log(struct ui *ui, const char *arg)
{
    char line[EDIT_MAX + LOCATOR_MAX];
    if (arg[0] == '\0' && beside_runs(ui, "watch")) {
        beside_stop(ui, "watch");
        return;
    }
    (void)snprintf(line, sizeof line, "watch%s%s", arg[0] != '\0' ? " " : "", arg);
    ui_run(ui, line);
}

/* Does it need a segment? `rm` without a name does. */
static bool needs_segment(const struct command *c, int words)
{
    return (c->needs & ALL_NEEDS) != 0 || (strcmp(c->name, "rm") == 0 && words == 1);
}

bool run_pokes_field(const struct ui *ui, const struct command *c, char *const *word, int words)
{
    return strcmp(c->name, "poke") == 0 && words == 3 && tree_means_field(ui, word[1]);
}

static void run_command(struct ui *ui, const char *line, const struct command *c, char *const *word,
                        int words)
{
    bool beside = beside_is(c->name);
    bool by_name = beside || strcmp(c->name, "info") == 0 || strcmp(c->name, "resize") == 0 ||
                   strcmp(c->name, "types") == 0 || /* they read what other processes hold */
                   strcmp(c->name, "locks") == 0;
    bool listed = ui_in_list(ui) && needs_segment(c, words);
    bool finds = strcmp(c->name, "find") == 0 && words == 2 && !listed;
    if (finds && strlen(word[1]) < sizeof ui->inspect->pattern) /* the next match is of that */
        (void)snprintf(ui->inspect->pattern, sizeof ui->inspect->pattern, "%s", word[1]);
    if (beside && stop_beside(ui, c, words))
        return;
    if ((c->needs & NEED_SHELL) != 0) {
        ui_say(ui, STYLE_ERROR, "%s runs from the shell: quit, then `shmlens %s`", c->name,
               c->name);
    } else if (listed) {
        run_in_list(ui, line, c);
    } else if ((c->needs & NEED_WRITE) != 0 && inspect_is_past(ui)) {
        return;
    } else if (run_pokes_field(ui, c, word, words)) {
        tree_poke_field(ui, line, word[1], word[2]);
    } else if (strcmp(c->name, "rm") == 0) {
        run_rm(ui, line, words);
    } else if ((c->needs & ALL_NEEDS) == 0) {
        run_walker(ui, line);
    } else if ((c->needs & NEED_WRITE) != 0 && ui->s.locator[0] != '\0' &&
               !run_may_write(ui, line, c->name)) {
        return;
    } else if (ui->s.sampler == NULL) {
        ui_say(ui, STYLE_ERROR, "%s: no segment is open: choose one in the list with Enter",
               c->name);
    } else if (by_name) {
        run_on_walker(ui, line, c);
    } else {
        post(ui, line, ui->s.sampler, NULL);
    }
}

/* ---- lines ---- */

/* Joins the words after the name with single blanks. */
static void run_action(struct ui *ui, const struct action *action, char **word, int words)
{
    char arg[EDIT_MAX + LOCATOR_MAX] = "";
    size_t n = 0;
    for (int i = 1; i < words && n < sizeof arg; i++)
        n += (size_t)snprintf(arg + n, sizeof arg - n, "%s%s", i > 1 ? " " : "", word[i]);
    action->run(ui, arg);
}

/* An action that was refused was not done, and one that asks first is with a yes. Those whose
 * answer comes from a job say themselves when they are done. */
static void run_and_note(struct ui *ui, const char *line, const struct action *action, char **word,
                         int words)
{
    unsigned said = ui->said;
    if (words > 1 && action->args[0] == '\0') {
        ui_say(ui, STYLE_ERROR, "%s: too many arguments", action->name);
        return;
    }
    run_action(ui, action, word, words);
    bool refused =
        ui->said != said && (ui->status_style == STYLE_ERROR || ui->status_style == STYLE_WARN);
    bool later = action->run == act_undo || action->run == act_redo || action->run == act_step ||
                 action->run == act_change || action->run == act_data || action->run == act_search;
    if (refused || later)
        return;
    size_t size = strlen(line) + 1;
    if (ui->prompt.kind != PROMPT_CONFIRM)
        lab_did(ui, line);
    else if (!ui->prompt.again && size <= sizeof ui->prompt.line)
        memcpy(ui->prompt.line, line, size);
}

/* A name that is both: alone it is the action; `types FILE` is too, while `types` with options, or
 * alone, asks what could lie in the segment. */
bool run_means_action(char *const *word, int words)
{
    if (strcmp(word[0], "types") == 0)
        return words > 1 && word[1][0] != '-';
    if (strcmp(word[0], "lab") == 0)
        return words < 2 || word[1][0] != '-';
    return words == 1;
}

static void say_no_command(struct ui *ui, const char *word)
{
    const char *like = command_like(word);
    if (like != NULL)
        ui_say(ui, STYLE_ERROR, "%s: no such command (did you mean %s?)", word, like);
    else
        ui_say(ui, STYLE_ERROR, "%s: no such command; {help} and then / finds one", word);
}

void ui_run(struct ui *ui, const char *line)
{
    char copy[EDIT_MAX + LOCATOR_MAX], meant[EDIT_MAX + LOCATOR_MAX];
    char *word[COMMAND_WORDS];
    const char *why = NULL;
    if (action_alias(line, meant, sizeof meant))
        line = meant;
    if ((size_t)snprintf(copy, sizeof copy, "%s", line) >= sizeof copy) {
        ui_say(ui, STYLE_ERROR, "the line is too long");
        return;
    }
    int words = command_words(copy, word, &why);
    if (words < 0)
        ui_say(ui, STYLE_ERROR, "%s", why);
    if (words < 1)
        return;
    char whole[EDIT_MAX + LOCATOR_MAX];
    if (run_on_selection(ui, line, word, words, whole, sizeof whole)) {
        ui_run(ui, whole);
        return;
    }
    const struct command *command = command_find(word[0]);
    const struct action *action = action_find(word[0]);
    if (action != NULL && (command == NULL || run_means_action(word, words)))
        run_and_note(ui, line, action, word, words);
    else if (command != NULL)
        run_command(ui, line, command, word, words);
    else
        say_no_command(ui, word[0]);
}

const char ui_read_only[] = "read-only: turn editing on? [y/N]";

static void edit_confirmed(struct ui *ui, const char *text, void *ctx)
{
    (void)text;
    (void)ctx;
    char line[sizeof ui->pending];
    (void)snprintf(line, sizeof line, "%s", ui->pending);
    inspect_edit_on(ui, line[0] != '\0' ? line : NULL);
}

void ui_not_edited(struct ui *ui, void *ctx)
{
    (void)ctx;
    ui->agreed[0] = '\0';
    ui_say(ui, STYLE_TEXT, "nothing written");
}

void ui_edit_then(struct ui *ui, const char *line)
{
    if (inspect_is_past(ui))
        return;
    if (ui->s.edit) {
        ui_run(ui, line);
        return;
    }
    if (session_editing(&ui->s)) { /* it was said yes already: the line waits for the access */
        inspect_edit_on(ui, line);
        return;
    }
    size_t room = sizeof ui->pending;
    if ((size_t)snprintf(ui->pending, room, "%s", line) >= room) {
        ui_say(ui, STYLE_ERROR,
               "the line is too long"); /* truncated, it would write other values */
        return;
    }
    prompt_confirm(&ui->host, ui_read_only, edit_confirmed, NULL);
    ui->prompt.again = true;
    ui->prompt.drop = ui_not_edited;
}
