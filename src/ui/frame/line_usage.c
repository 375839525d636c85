/* The text above the `:` line while that is typed: the arguments of its command or action, and
 * what the segment, the selection or the option has now. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "session/settings.h"
#include "ui/frame/actions.h"
#include "ui/frame/run_line.h"
#include "ui/list/list.h"

/* The arguments without the first locator, which is put in. */
static const char *arguments_of(const struct command *c)
{
    bool implied = (c->needs & (NEED_STAT | NEED_READ | NEED_WRITE)) != 0;
    size_t n = implied ? strcspn(c->synopsis, " ") : 0;
    return c->synopsis + n + strspn(c->synopsis + n, " ");
}

/* The state of the segment that the line is for; NULL: there is none. */
static const struct seg_stat *stat_of(const struct ui *ui)
{
    if (!ui_in_list(ui))
        return ui->s.locator[0] != '\0' ? &ui->s.sample.stat : NULL;
    const struct seg_info *info = segments_find(ui, ui->asked.locator);
    return info != NULL ? &info->stat : NULL;
}

/* `, now 65536 (64 KiB)`; empty: nothing is to be said. */
static void state_of(const struct ui *ui, const struct command *c, char *out, size_t cap)
{
    const struct seg_stat *stat = stat_of(ui);
    char size[NUMBER_SIZE_MAX];
    uint64_t from = 0, to = 0;
    out[0] = '\0';
    if (strcmp(c->name, "resize") == 0 && stat != NULL && (stat->known & SEG_HAS_SIZE) != 0) {
        (void)number_format_size(stat->size, size);
        (void)snprintf(out, cap, ", now %" PRIu64 " (%s)", stat->size, size);
    } else if (strcmp(c->name, "chmod") == 0 && stat != NULL && (stat->known & SEG_HAS_MODE) != 0) {
        (void)snprintf(out, cap, ", now %04o", (unsigned)stat->mode & 07777);
    } else if (strcmp(c->name, "record") == 0) {
        (void)snprintf(out, cap, ": a file to be made, which rec:FILE reads back");
    } else if (run_takes_selection(c->name) && ui->s.selecting && !ui_in_list(ui)) {
        session_selection(&ui->s, &from, &to);
        (void)snprintf(out, cap, "; without a range: the %" PRIu64 " selected bytes", to - from);
    }
}

/* `set NAME`: what it takes, and its value. */
static bool option_usage(struct ui *ui, const char *rest)
{
    char name[EDIT_MAX], value[SETTINGS_VALUE], kept[SETTINGS_VALUE];
    const char *more = action_word(rest, name, sizeof name);
    size_t i = setting_find(name);
    if (i == SIZE_MAX || (more[0] == '\0' && strchr(rest, ' ') == NULL))
        return false;
    ui_option(ui, i, value, kept);
    (void)snprintf(ui->prompt.hint, sizeof ui->prompt.hint, "%s is %s, now %s%s%s%s",
                   setting_name(i), setting_takes(i), value, kept[0] != '\0' ? " (for all: " : "",
                   kept, kept[0] != '\0' ? ")" : "");
    return true;
}

void ui_usage(struct ui *ui, const char *text, void *ctx)
{
    char word[EDIT_MAX], state[96], meant[EDIT_MAX + 32];
    const char *end = text + strspn(text, " ");
    end += strcspn(end, " ");
    if (end[0] != '\0' && action_alias(text, meant, sizeof meant - 1)) {
        size_t n = strlen(meant);
        (void)snprintf(meant + n, sizeof meant - n, " "); /* its arguments follow */
        text = meant;
    }
    const char *rest = action_word(text, word, sizeof word);
    const struct command *c = command_find(word);
    const struct action *a = action_find(word);
    struct prompt *p = &ui->prompt;
    (void)ctx;
    if (strlen(text) == strspn(text, " ") + strlen(word)) /* it is not yet complete */
        return;
    if (a != NULL && strcmp(word, "set") == 0 && option_usage(ui, rest))
        return;
    if (c == NULL) {
        (void)snprintf(p->hint, sizeof p->hint, "%s%s%s", a != NULL ? a->name : "",
                       a != NULL && a->args[0] != '\0' ? " " : "", a != NULL ? a->args : "");
        return;
    }
    state_of(ui, c, state, sizeof state);
    (void)snprintf(p->hint, sizeof p->hint, "%s %s%s", c->name, arguments_of(c), state);
}
