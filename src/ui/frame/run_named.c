/* Command lines on a segment that the UI names: in the list the one that is highlighted, which the
 * prompt shows and the line keeps even if the list changes meanwhile. They run on the lister's
 * thread with its locator in front, and only on the object that was meant. And the question before
 * a segment is cut that other processes map. */
#include <stdio.h>
#include <string.h>

#include "cli/run.h"
#include "core/locator.h"
#include "ui/frame/run_line.h"
#include "ui/list/list.h"

bool ui_in_list(const struct ui *ui)
{
    int i = ui->depth - 1;
    while (i > 0 && ui->stack[i] != &screen_segments && ui->stack[i] != &screen_inspect)
        i--;
    return ui->stack[i] == &screen_segments;
}

void ui_name(const char *locator, char out[UI_NAME])
{
    char shown[LOCATOR_MAX * 4];
    (void)locator_shown(locator, shown, sizeof shown);
    size_t n = strlen(shown), head = UI_NAME / 2 - 4, tail = n - (UI_NAME / 2 - 4);
    if (n < UI_NAME) {
        memcpy(out, shown, n + 1);
        return;
    }
    while (head > 0 && ((unsigned char)shown[head] & 0xc0) == 0x80)
        head--;
    while (tail < n && ((unsigned char)shown[tail] & 0xc0) == 0x80)
        tail++;
    (void)snprintf(out, UI_NAME, "%.*s\xe2\x80\xa6%s", (int)head, shown, shown + tail);
}

/* The command with the locator before its other words; false: too long. */
static bool put_name(struct ui *ui, const char *line, const struct aim *aim)
{
    size_t room = sizeof ui->pending, n = 0, verb = strcspn(line, " ");
    char word[LOCATOR_MAX * 4 + 3];
    run_quote(aim->locator, word, sizeof word);
    n = (size_t)snprintf(ui->pending, room, "%.*s %s%s", (int)verb, line, word, line + verb);
    if (n < room)
        return true;
    ui_say(ui, STYLE_ERROR, "the line is too long");
    return false;
}

static void run_pending(struct ui *ui, const char *text, void *ctx)
{
    (void)text;
    (void)ctx;
    char line[sizeof ui->pending];
    memcpy(line, ui->pending, sizeof line);
    run_post_named(ui, line, &ui->asked);
}

void run_in_list(struct ui *ui, const char *line, const struct command *c)
{
    struct aim aim = ui->aim; /* of the prompt that the line comes from */
    char name[UI_NAME], question[sizeof ui->prompt.label], writes[COMMAND_WRITES];
    line += strspn(line, " \t");
    if (aim.locator[0] == '\0' && !segments_aim(ui, &aim))
        return;
    if (aim.locator[0] == '\0') {
        ui_say(ui, STYLE_ERROR, "%s: no segment is highlighted", c->name);
        return;
    }
    ui->asked = aim;
    if (strcmp(c->name, "rm") == 0) {
        const struct seg_info *now = segments_find(ui, aim.locator);
        if (now != NULL && aim.id.dev != 0 && !seg_id_equal(seg_id_of(&now->stat), aim.id))
            ui_say(ui, STYLE_ERROR, "rm: another segment has this name now");
        else
            ui_remove(ui, aim.locator);
        return;
    }
    if (!put_name(ui, line, &aim))
        return;
    if ((c->needs & NEED_WRITE) == 0) {
        run_pending(ui, "", NULL);
        return;
    }
    if (!run_check(ui, ui->pending, &aim, writes))
        return;
    ui_name(aim.locator, name);
    (void)snprintf(question, sizeof question, "%s %s? It cannot be undone%s. [y/N]", c->name, name,
                   run_is_kept(c->name) ? " from the list" : "");
    prompt_confirm(&ui->host, question, run_pending, NULL);
    if (writes[0] != '\0')
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%s writes %s", c->name, writes);
}

/* ---- others use it: --force, if the user says so ---- */

static void forced(struct ui *ui, const char *text, void *ctx)
{
    pager_close(&ui->host);
    if (strcmp(text, "yes") == 0)
        run_pending(ui, text, ctx);
    else
        ui_say(ui, STYLE_TEXT, "not resized");
}

static void not_forced(struct ui *ui, void *ctx)
{
    (void)ctx;
    pager_close(&ui->host);
    ui_say(ui, STYLE_TEXT, "not resized");
}

void run_ask_force(struct ui *ui, const char *line, const struct aim *aim, const char *why)
{
    char name[UI_NAME], title[160], label[sizeof ui->prompt.label];
    size_t room = sizeof ui->pending;
    size_t verb = strcspn(line, " ");
    if (ui->prompt.kind != PROMPT_NONE || ui_too_small(ui) ||
        (size_t)snprintf(ui->pending, room, "%.*s --force%s", (int)verb, line, line + verb) >=
            room) {
        ui_say(ui, STYLE_ERROR, "%.400s", why);
        return;
    }
    ui->asked = *aim;
    ui_name(aim->locator, name);
    (void)snprintf(title, sizeof title, "%s is in use", name);
    (void)snprintf(label, sizeof label, "Shrink %s all the same? Type yes: ", name);
    pager_open(&ui->host, title, why, true);
    prompt_ask(&ui->host, label, "", NULL, forced, NULL);
    ui->prompt.drop = not_forced;
}
