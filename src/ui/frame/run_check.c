/* Lines are judged before anything is asked: their form, and what those that write would write. */
#include <stdio.h>
#include <string.h>

#include "core/progress.h"
#include "ui/frame/run_line.h"
#include "ui/inspect/inspect.h"
#include "ui/list/list.h"

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
    env->check->size = ui->s.sample.stat.size;
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

bool run_form(struct ui *ui, const char *line, char why[160])
{
    char writes[COMMAND_WRITES];
    return judge(ui, line, NULL, true, writes, why, 160);
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
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%s writes %s", name, writes);
    return false;
}
