/* Actions of the list of segments. */
#include <stdio.h>
#include <string.h>

#include "core/locator.h"
#include "session/settings.h"
#include "ui/frame/actions.h"
#include "ui/frame/run_line.h"
#include "ui/list/list.h"

void act_open(struct ui *ui, const char *arg)
{
    char raw[LOCATOR_MAX];
    if (arg[0] != '\0') {
        const char *why = locator_typed(arg, raw);
        if (why != NULL)
            ui_say(ui, STYLE_ERROR, "%s: %s", arg, why);
        else
            (void)ui_attach(ui, raw, 0, 0);
        return;
    }
    const struct seg_info *info = segments_take(ui);
    if (info == NULL)
        return;
    bool same = ui->s.sampler != NULL && seg_id_equal(seg_id_of(&info->stat), ui->s.id) &&
                strcmp(info->locator, ui->s.locator) == 0;
    (void)snprintf(raw, sizeof raw, "%s", info->locator);
    if (same)
        ui_push(ui, &screen_inspect);
    else
        (void)ui_attach(ui, raw, 0, 0);
}

void act_tag(struct ui *ui, const char *arg)
{
    (void)arg;
    const struct seg_info *info = segments_take(ui);
    if (info == NULL)
        return;
    segments_toggle_tag(ui, info);
    segments_move_to(ui, ui->segments->at + 1);
}

/* The next column to sort by among those shown; the first one if the present one is not shown. */
static const struct column *next_sort(const struct ui *ui, bool back)
{
    const struct column *shown[COLUMNS_MAX];
    size_t count = segments_columns(ui, ui->canvas.cols, shown), i = 0;
    while (i < count && shown[i] != ui->segments->sort)
        i++;
    if (i == count)
        return shown[0];
    return shown[(i + (back ? count - 1 : 1)) % count];
}

/* `sorted by size, largest first`. */
static void say_sorted(struct ui *ui)
{
    const struct column *by = ui->segments->sort;
    bool down = by->falling != ui->segments->inverted;
    char name[16];
    size_t n = 0;
    for (; by->name[n] != '\0' && n + 1 < sizeof name; n++)
        name[n] = (char)(by->name[n] | 0x20);
    name[n] = '\0';
    const char *order = by->right     ? (down ? "largest first" : "smallest first")
                        : by->falling ? (down ? "newest first" : "oldest first")
                                      : (down ? "z to a" : "a to z");
    ui_say(ui, STYLE_TEXT, "sorted by %s, %s", name, order);
}

void act_sort(struct ui *ui, const char *arg)
{
    bool next = arg[0] == '\0' || strcmp(arg, "next") == 0;
    bool back = !next && strcmp(arg, "prev") == 0;
    const struct column *by = next || back ? next_sort(ui, back) : column_find(arg, strlen(arg));
    if (by == NULL) {
        char names[COLUMNS_TEXT];
        ui_say(ui, STYLE_ERROR, "unknown column: %s (any of %s)", arg, columns_names(names));
        return;
    }
    ui->s.set.sort = by;
    segments_rebuild(ui);
    say_sorted(ui);
}

void act_columns(struct ui *ui, const char *arg)
{
    char why[SETTINGS_WHY], names[COLUMNS_TEXT];
    const char *now = ui->s.set.columns[0] != '\0' ? ui->s.set.columns : "auto";
    if (arg[0] == '\0')
        ui_say(ui, STYLE_TEXT, "columns: %s (auto, or any of %s)", now, columns_names(names));
    else if (settings_set(&ui->s.set, "columns", arg, why) != NULL)
        ui_say(ui, STYLE_ERROR, "unknown column: %.100s (auto, or any of %s)", arg,
               columns_names(names));
}

void act_invert(struct ui *ui, const char *arg)
{
    (void)arg;
    ui->s.set.inverted = !ui->s.set.inverted;
    segments_rebuild(ui);
    say_sorted(ui);
}

void act_orphans(struct ui *ui, const char *arg)
{
    (void)arg;
    struct segments_state *st = ui->segments;
    st->orphans = !st->orphans;
    segments_rebuild(ui);
    if (!st->orphans)
        ui_say(ui, STYLE_TEXT, "all segments");
    else if (st->hidden_idle > 0)
        ui_say(ui, STYLE_TEXT, "orphans only; %zu idle segment%s hidden (not proved unused)",
               st->hidden_idle, st->hidden_idle == 1 ? "" : "s");
    else
        ui_say(ui, STYLE_TEXT, "orphans only");
}

void act_kinds(struct ui *ui, const char *arg)
{
    (void)arg;
    session_all_kinds(&ui->s, !ui->s.all_kinds);
    ui_say(ui, STYLE_TEXT,
           ui->s.all_kinds ? "all kinds, mapped files too" : "all kinds except mapped files");
}

/* ---- filter ---- */

static void set_filter(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    (void)snprintf(ui->segments->filter, sizeof ui->segments->filter, "%s", text);
    segments_rebuild(ui);
}

static void drop_filter(struct ui *ui, void *ctx)
{
    set_filter(ui, "", ctx);
}

bool segments_escape(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    if (st->filter[0] == '\0' && !st->orphans)
        return false;
    st->orphans = false;
    drop_filter(ui, NULL);
    return true;
}

void act_filter(struct ui *ui, const char *arg)
{
    if (arg[0] != '\0') {
        set_filter(ui, arg, NULL);
        return;
    }
    prompt_ask(&ui->host, "filter: ", ui->segments->filter, &ui->history[HISTORY_FILTER],
               set_filter, NULL);
    ui->prompt.changed = set_filter;
    ui->prompt.drop = drop_filter;
}
