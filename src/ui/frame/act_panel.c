/* The actions of the panel of users: opening it, moving in it, going to the part of the segment
 * that a process maps. */
#include <inttypes.h>
#include <string.h>

#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/list/list.h"

/* Goes to the part of the segment that this mapping covers, and selects it. */
static void show_part(struct ui *ui, const struct seg_mapper *m)
{
    struct session *s = &ui->s;
    uint64_t end = m->offset + m->length < session_end(s) ? m->offset + m->length : session_end(s);
    ui->who_focus = false;
    inspect_go_to(ui, m->offset);
    if (end <= m->offset) {
        ui_say(ui, STYLE_WARN, "it maps a part past the end of the segment");
        return;
    }
    s->selecting = true;
    s->anchor = end - 1;
    ui_say(ui, STYLE_TEXT, "process %" PRIu32 " maps 0x%" PRIx64 " to 0x%" PRIx64, m->pid,
           m->offset, m->offset + m->length);
}

static void go(struct ui *ui, const struct seg_who *who)
{
    size_t user = panel_who_user(who, ui->who_at);
    if (user >= who->mappers_count) {
        bool known = who->holders[user - who->mappers_count].access == 0;
        ui_say(ui, STYLE_TEXT, "%s",
               known ? "it has the segment open but does not map it"
                     : "it has a handle; what it maps cannot be seen");
        return;
    }
    struct seg_mapper m = who->mappers[user]; /* attaching may replace the rows */
    if (ui_screen(ui) == &screen_segments) {
        act_open(ui, "");
        if (ui_screen(ui) != &screen_inspect)
            return;
        ui->who_panel = true;
    }
    show_part(ui, &m);
}

static bool shown_users(const struct ui *ui, struct seg_who *who)
{
    return ui_screen(ui) == &screen_inspect ? session_users(&ui->s, who) : segments_users(ui, who);
}

void act_panel(struct ui *ui, const char *arg)
{
    struct seg_who who = {0};
    bool known = shown_users(ui, &who);
    size_t total = known ? who.mappers_count + who.holders_count : 0;
    bool on = strcmp(arg, "next") == 0, back = strcmp(arg, "prev") == 0;
    if ((on || back) && ui_screen(ui) == &screen_inspect) {
        inspect_focus_next(ui, back);
    } else if (on || back || strcmp(arg, "leave") == 0) {
        ui->who_focus = false;
    } else if (ui_screen(ui) != &screen_inspect && ui_screen(ui) != &screen_segments) {
        ui_say(ui, STYLE_ERROR, "there is no such panel here");
    } else if (arg[0] == '\0' || strcmp(arg, "enter") == 0) {
        ui->who_panel = ui->who_focus = true;
        ui->watch.focus = false;
        ui->who_at = 0;
    } else if (strcmp(arg, "go") == 0 && total > 0) {
        go(ui, &who);
    } else {
        ui->who_at = (size_t)list_move(arg, (int)ui->who_at, (int)total, ui->who_rows);
    }
}

void act_who(struct ui *ui, const char *arg)
{
    (void)arg;
    if (!ui->who_panel && ui_screen(ui) == &screen_segments && segments_take(ui) == NULL)
        return;
    ui->who_panel = !ui->who_panel;
    ui->who_focus = false;
    ui->who_at = 0;
}
