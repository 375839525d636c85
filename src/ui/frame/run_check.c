/* Lines are judged before anything is asked: their form, and what those that write would write. */
#include <stdio.h>
#include <string.h>

#include "core/progress.h"
#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/frame/beside.h"
#include "ui/frame/run_line.h"
#include "ui/inspect/inspect.h"
#include "ui/list/list.h"
#include "ui/tree/tree.h"

enum { SAID_MAX = 4096 };

static bool never_stop(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)deadline;
    (void)done;
    (void)total;
    return true;
}

/* The segment that the line is for. */
static void give_segment(const struct ui *ui, const struct aim *aim, struct command_env *env)
{
    const struct view *view = inspect_view(ui);
    if (aim != NULL) {
        const struct seg_info *info = segments_find(ui, aim->locator);
        env->named = true;
        env->check->raw = aim->locator;
        env->check->size = info != NULL ? info->stat.size : UINT64_MAX;
        return;
    }
    env->check->raw = ui->s.locator;
    env->check->size = ui->s.sample.seq != 0 ? ui->s.sample.stat.size : UINT64_MAX;
    env->cursor = ui->s.cursor;
    env->marks = &ui->s.marks;
    env->view = view != NULL ? view->name : NULL;
}

/* Judges a line, or only its form; *why gets the first line of what is wrong. */
static bool judge(struct ui *ui, const char *line, const struct aim *aim, bool form,
                  char writes[COMMAND_WRITES], char *why, size_t cap)
{
    struct out out, err;
    const struct progress progress = {.yield = never_stop};
    struct command_check check = {.form = form, .raw = ""};
    struct command_env env = {.be = ui->s.be,
                              .out = &out,
                              .err = &err,
                              .ui = true,
                              .check = &check,
                              .progress = &progress};
    out_text(&out, SAID_MAX);
    out_text(&err, SAID_MAX);
    give_segment(ui, aim, &env);
    bool right = command_run_line(&env, line) == EXIT_DONE;
    if (!right && err.buf != NULL)
        (void)snprintf(why, cap, "%.*s", (int)strcspn(err.buf, "\n"), err.buf);
    memcpy(writes, check.writes, sizeof check.writes);
    ui->unkept = check.unkept;
    out_free(&out);
    out_free(&err);
    return right;
}

bool run_check(struct ui *ui, const char *line, const struct aim *aim, char writes[COMMAND_WRITES])
{
    char why[sizeof ui->status] = "";
    bool right = judge(ui, line, aim, false, writes, why, sizeof why);
    if (!right)
        ui_say(ui, STYLE_ERROR, "%s", why);
    return right;
}

/* Of the line of the prompt, whose segment is left out: what it would write. */
static bool values_are_right(struct ui *ui, const char *line, char why[160])
{
    char writes[COMMAND_WRITES], whole[EDIT_MAX + LOCATOR_MAX];
    int verb = (int)strcspn(line, " ");
    if (!ui_in_list(ui))
        return judge(ui, line, NULL, false, writes, why, 160);
    if (ui->asked.locator[0] == '\0')
        return true;
    (void)snprintf(whole, sizeof whole, "%.*s LOCATOR%s", verb, line, line + verb);
    return judge(ui, whole, &ui->asked, false, writes, why, 160);
}

bool run_create_right(struct ui *ui, const char *line, char why[160])
{
    char copy[EDIT_MAX + LOCATOR_MAX], writes[COMMAND_WRITES];
    char *word[COMMAND_WORDS];
    const char *reason = NULL;
    (void)snprintf(copy, sizeof copy, "%s", line);
    if (command_words(copy, word, &reason) == 2 && word[1][0] != '-') {
        (void)snprintf(why, 160, "SIZE is missing, such as: %.*s 64K", text_fit(word[1], 100),
                       word[1]);
        return false;
    }
    return judge(ui, line, NULL, true, writes, why, 160) &&
           judge(ui, line, NULL, false, writes, why, 160);
}

/* A command of the prompt that runs with these words. */
static bool command_right(struct ui *ui, const char *line, const struct command *c, char **word,
                          int words, char why[160])
{
    char writes[COMMAND_WRITES];
    bool alone = words == 1 && (beside_is(c->name) || strcmp(c->name, "rm") == 0);
    bool field = run_pokes_field(ui, c, word, words);
    bool stands = ui->s.past != 0 || session_recorded(&ui->s); /* that is said instead */
    if (strcmp(c->name, "create") == 0)
        return run_create_right(ui, line, why);
    if (alone || field || (c->needs & NEED_SHELL) != 0 || (stands && !ui_in_list(ui)))
        return true;
    if ((c->needs & NEED_WRITE) != 0 && !ui_in_list(ui) && ui->s.sampler == NULL)
        return true;
    return judge(ui, line, NULL, true, writes, why, 160) &&
           ((c->needs & NEED_WRITE) == 0 || values_are_right(ui, line, why));
}

bool run_right(struct ui *ui, const char *text, char why[160])
{
    char copy[EDIT_MAX + LOCATOR_MAX], whole[EDIT_MAX + LOCATOR_MAX];
    char *word[COMMAND_WORDS];
    const char *reason = NULL, *line = text + strspn(text, " \t");
    char meant[EDIT_MAX + LOCATOR_MAX];
    if (action_alias(line, meant, sizeof meant))
        line = meant;
    (void)snprintf(copy, sizeof copy, "%s", line);
    int words = command_words(copy, word, &reason);
    if (words < 0)
        (void)snprintf(why, 160, "%s", reason);
    if (words < 1)
        return words == 0;
    const struct command *c = command_find(word[0]);
    if (c == NULL || (action_find(word[0]) != NULL && run_means_action(word, words)))
        return true;
    if (run_on_selection(ui, line, word, words, whole, sizeof whole))
        return run_right(ui, whole, why);
    return command_right(ui, line, c, word, words, why);
}

bool run_may_write(struct ui *ui, const char *line, const char *name)
{
    char writes[COMMAND_WRITES];
    if (!run_check(ui, line, NULL, writes))
        return false;
    if (ui->s.edit) /* that is the permission, and u takes it back */
        return true;
    ui_edit_then(ui, line);
    if (writes[0] != '\0' && ui->prompt.kind == PROMPT_CONFIRM)
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%s writes %s%s", name, writes,
                       ui->unkept ? "; it cannot be undone (more than 32 MiB)" : "");
    if (ui->unkept && ui->prompt.kind == PROMPT_CONFIRM) /* a yes is to both */
        (void)snprintf(ui->agreed, sizeof ui->agreed, "%s", line);
    return false;
}
