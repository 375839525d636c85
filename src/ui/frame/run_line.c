/* Runs lines: those of keys, menus and the `:` prompt. A line is an action of the UI, run at once,
 * or a command, which becomes a job of the sampler (if it works on the attached segment) or of the
 * lister thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "session/command_job.h"
#include "ui/frame/actions.h"
#include "ui/frame/run_line.h"
#include "ui/frame/ui.h"
#include "ui/inspect/inspect.h"

enum { ALL_NEEDS = NEED_STAT | NEED_READ | NEED_WRITE | NEED_LATER };

/* Quotes a raw locator as one word of a command line. */
static void quote(const char *raw, char *out, size_t cap)
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

static void show(struct ui *ui, const struct command_job *j, enum style style, struct out *o)
{
    char title[256];
    bool said = strstr(o->buf, j->when) != NULL;
    (void)snprintf(title, sizeof title, "%.200s%s", j->line, j->when);
    if (is_one_line(ui, o))
        ui_say(ui, style, "%s%s", o->buf, said ? "" : j->when);
    else
        pager_open(&ui->host, title, o->buf);
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

/* Is this a line of that command? */
static bool runs(const char *line, const char *command)
{
    size_t n = strlen(command);
    return strncmp(line, command, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static void show_result(struct ui *ui, struct command_job *j)
{
    trim(&j->out);
    trim(&j->err);
    bool out = j->out.buf != NULL && j->out.length > 0;
    bool err = j->err.buf != NULL && j->err.length > 0;
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
    else if (j->status == EXIT_NO && !err && !out)
        ui_say(ui, STYLE_WARN, "%s: %.200s%s",
               runs(j->line, "find") ? "not found" : "condition not met",
               runs(j->line, "find") ? rest_of(j->line) : j->line, j->when);
    else if (j->status == EXIT_DONE && !err && !out)
        ui_say(ui, STYLE_TEXT, "done: %.200s%s", j->line, j->when);
    else if (j->status == EXIT_ERROR && !err)
        ui_say(ui, STYLE_ERROR, "failed: %.200s", j->line);
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
    for (size_t i = 0; i < pokes; i++)
        session_undo_push(&ui->s, &j->pokes[i]);
    show_result(ui, j);
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

static void post(struct ui *ui, const char *line, struct sampler *sampler)
{
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
    const struct view *view = inspect_view(ui);
    j->pace = ui->s.walker != NULL ? walker_pace(ui->s.walker) : NULL;
    j->cursor = ui->s.cursor;
    memcpy(j->marks, ui->s.marks, sizeof j->marks);
    j->marks_set = ui->s.marks_set;
    (void)snprintf(j->view, sizeof j->view, "%s", view != NULL ? view->name : "");
    j->past = sampler != NULL ? ui->s.past : 0;
    inspect_when(ui, j->past, j->when);
    if (ui->s.past != 0 && strncmp(line, "info ", 5) == 0)
        (void)snprintf(j->when, sizeof j->when, " as it is now");
    if (sampler != NULL)
        ui->inspect->stores_pending++;
    worker_post(worker, &j->job);
}

/* Runs a command line on the lister thread: one that reads /proc or needs no open segment. */
static void run_walker(struct ui *ui, const char *line)
{
    post(ui, line, NULL);
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
    char raw[LOCATOR_MAX];
    const char *what = rest_of(line);
    if (words == 1) {
        if (ui->s.locator[0] != '\0')
            ui_remove(ui, ui->s.locator);
        else
            ui_say(ui, STYLE_ERROR, "rm: which segment?");
        return;
    }
    if (words == 2 && what[0] == '/' && locator_typed(what, raw) == NULL) {
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
    (void)snprintf(label, sizeof label, "Remove %.100s? Type yes: ", what);
    prompt_ask(&ui->host, label, "", NULL, removal_confirmed, NULL);
}

/* A command that reads /proc; the attached segment is inserted where it takes one. */
static void run_on_walker(struct ui *ui, const char *line, const struct command *c)
{
    char whole[EDIT_MAX + LOCATOR_MAX], name[LOCATOR_MAX];
    if ((c->needs & ALL_NEEDS) == 0) {
        post(ui, line, NULL);
        return;
    }
    quote(ui->s.locator, name, sizeof name);
    (void)snprintf(whole, sizeof whole, "%s %s %s", c->name, name, rest_of(line));
    post(ui, whole, NULL);
}

static void run_command(struct ui *ui, const char *line, const struct command *c, int words)
{
    bool walks = strcmp(c->name, "info") == 0 || (c->needs & ALL_NEEDS) == 0;
    if ((c->needs & NEED_WRITE) != 0 && inspect_is_past(ui))
        return;
    if ((c->needs & NEED_SHELL) != 0) {
        ui_say(ui, STYLE_ERROR, "%s runs from the shell: quit, then `shmlens %s`", c->name,
               c->name);
    } else if (strcmp(c->name, "rm") == 0) {
        run_rm(ui, line, words);
    } else if ((c->needs & ALL_NEEDS) != 0 && ui->s.sampler == NULL) {
        ui_say(ui, STYLE_ERROR, "%s: no segment is open: choose one in the list with Enter",
               c->name);
    } else if ((c->needs & NEED_WRITE) != 0 && !ui->s.edit) {
        ui_edit_then(ui, line);
    } else if (walks) {
        run_on_walker(ui, line, c);
    } else {
        post(ui, line, ui->s.sampler);
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

void ui_run(struct ui *ui, const char *line)
{
    char copy[EDIT_MAX + LOCATOR_MAX];
    char *word[COMMAND_WORDS];
    const char *why = NULL;
    if ((size_t)snprintf(copy, sizeof copy, "%s", line) >= sizeof copy) {
        ui_say(ui, STYLE_ERROR, "the line is too long");
        return;
    }
    int words = command_words(copy, word, &why);
    if (words < 0)
        ui_say(ui, STYLE_ERROR, "%s", why);
    if (words < 1)
        return;
    const struct command *command = command_find(word[0]);
    const struct action *action = action_find(word[0]);
    const char *like = command_like(word[0]);
    if (action != NULL && (command == NULL || words == 1))
        run_action(ui, action, word, words);
    else if (command != NULL)
        run_command(ui, line, command, words);
    else
        ui_say(ui, STYLE_ERROR, "%s: no such command%s%s%s", word[0],
               like != NULL ? " (did you mean " : "; ? lists them", like != NULL ? like : "",
               like != NULL ? "?)" : "");
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
    if ((size_t)snprintf(ui->pending, room, "%s", line) >= room)
        ui_say(ui, STYLE_ERROR,
               "the line is too long"); /* truncated, it would write other values */
    else
        prompt_confirm(&ui->host, ui_read_only, edit_confirmed, NULL);
}
