/* Actions of the list of segments. */
#include <stdio.h>
#include <string.h>

#include "core/locator.h"
#include "session/settings.h"
#include "ui/frame/actions.h"
#include "ui/frame/calls.h"
#include "ui/frame/run_line.h"
#include "ui/list/list.h"

bool segments_aim(struct ui *ui, struct aim *aim)
{
    *aim = (struct aim){0};
    segments_catch_up(ui);
    if (ui->segments->count == 0) /* the line is for no segment */
        return true;
    const struct seg_info *info = segments_seen(ui);
    if (info == NULL)
        return false;
    (void)snprintf(aim->locator, sizeof aim->locator, "%s", info->locator);
    aim->id = seg_id_of(&info->stat);
    return true;
}

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

/* The newest list must be the one that was seen, or others would be tagged. */
static void tag_many(struct ui *ui, const char *which)
{
    segments_catch_up(ui);
    if (strcmp(which, "all") == 0)
        segments_tag_all(ui);
    else if (strcmp(which, "others") == 0)
        segments_tag_others(ui);
    else if (strcmp(which, "none") == 0)
        segments_untag_all(ui->segments);
    else
        ui_say(ui, STYLE_ERROR, "tag: all, others or none");
}

void act_tag(struct ui *ui, const char *arg)
{
    if (arg[0] != '\0') {
        tag_many(ui, arg);
        return;
    }
    const struct seg_info *info = segments_take(ui);
    if (info == NULL)
        return;
    segments_toggle_tag(ui, info);
    segments_move_to(ui, ui->segments->at + 1);
    if (ui->segments->tags > 0)
        ui_say(ui, STYLE_TEXT, "%zu tagged: d removes the tagged (asks), U untags them",
               ui->segments->tags);
    else
        ui_say(ui, STYLE_TEXT, "none tagged");
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

const char *sort_order(const struct ui *ui, char buf[SORT_ORDER])
{
    const struct column *by = ui->segments->sort;
    bool down = by->falling != ui->segments->inverted;
    bool age = strcmp(by->name, "AGE") == 0, date = strcmp(by->name, "MTIME") == 0;
    (void)snprintf(buf, SORT_ORDER, "%s",
                   age || date ? (down == date ? "newest first" : "oldest first")
                   : by->right ? (down ? "largest first" : "smallest first")
                               : (down ? "z to a" : "a to z"));
    return buf;
}

/* `sorted by SIZE, largest first`. */
static void say_sorted(struct ui *ui)
{
    char order[SORT_ORDER];
    const char *by = ui->segments->sort->name;
    bool age = strcmp(by, "AGE") == 0 || strcmp(by, "MTIME") == 0;
    ui_say(ui, STYLE_TEXT, "sorted by %s, %s%s", column_title(ui->segments->sort),
           sort_order(ui, order), age ? " (later stores through a mapping do not move it)" : "");
}

/* A menu of the columns. */
static void sort_menu(struct ui *ui)
{
    size_t count = 0;
    const struct column *table = column_table(&count);
    for (size_t i = 0; i < count && i < MENU_ROWS; i++) {
        char word[COLUMN_WORD];
        (void)snprintf(ui->menu_label[i], sizeof ui->menu_label[i], "%c  %-8s %s", (char)('a' + i),
                       column_title(&table[i]), table[i].help);
        (void)snprintf(ui->option_command[i], sizeof ui->option_command[i], "sort %s",
                       column_word(&table[i], word));
        ui->menu[i] =
            (struct menu_entry){ui->menu_label[i], (uint32_t)('a' + i), ui->option_command[i]};
    }
    prompt_menu(&ui->host, "sort by", ui->menu, (int)(count < MENU_ROWS ? count : MENU_ROWS));
    ui->prompt.opened_by = "sort menu";
    ui->prompt.menu_at = (int)(ui->segments->sort - table);
}

void act_sort(struct ui *ui, const char *arg)
{
    if (strcmp(arg, "menu") == 0) {
        sort_menu(ui);
        return;
    }
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

/* Orphans, then idle segments as well, if there are any, then all again. */
void act_orphans(struct ui *ui, const char *arg)
{
    (void)arg;
    struct segments_state *st = ui->segments;
    const struct seg_who *who = &ui->s.walk.survey.who;
    char idle[VERDICT_TEXT], key[UI_PRESS];
    bool more = st->only == LIST_ORPHANS && st->hidden_idle > 0;
    st->only = st->only == LIST_ALL ? LIST_ORPHANS : more ? LIST_UNUSED : LIST_ALL;
    segments_rebuild(ui);
    if (st->only == LIST_ALL)
        ui_say(ui, STYLE_TEXT, "all segments");
    else if (st->only == LIST_UNUSED)
        ui_say(ui, STYLE_TEXT, "orphans, and %s",
               verdict_idle(who->unreadable, who->unowned, idle));
    else if (st->hidden_idle > 0)
        ui_say(ui, STYLE_TEXT, "orphans only; %zu idle hidden: %s shows them, too", st->hidden_idle,
               ui_press(ui, "orphans", key));
    else
        ui_say(ui, STYLE_TEXT, "orphans only: segments that no process uses");
}

void act_kinds(struct ui *ui, const char *arg)
{
    (void)arg;
    session_all_kinds(&ui->s, !ui->s.all_kinds);
    ui_say(ui, STYLE_TEXT,
           ui->s.all_kinds ? "all kinds, mapped files too" : "all kinds except mapped files");
}

/* ---- going to a name ---- */

/* Moves the cursor while the name is typed. */
static void go_to_name(struct ui *ui, const char *text, void *ctx)
{
    const struct segments_state *st = ui->segments;
    char shown[SHOWN_LOCATOR];
    bool gone = false;
    (void)ctx;
    segments_catch_up(ui);
    for (size_t i = 0; text[0] != '\0' && i < st->count; i++) {
        (void)locator_shown(segments_info(ui, st->row[i], &gone)->locator, shown, sizeof shown);
        if (!text_has(shown, text))
            continue;
        ui->segments->touched = true;
        segments_move_to(ui, (int)i);
        return;
    }
    if (text[0] != '\0')
        (void)snprintf(ui->prompt.hint, sizeof ui->prompt.hint, "no segment here has this name");
}

static void name_given(struct ui *ui, const char *text, void *ctx)
{
    ui->prompt.hint[0] = '\0';
    go_to_name(ui, text, ctx);
    if (ui->prompt.hint[0] != '\0')
        ui_say(ui, STYLE_WARN, "`%s`: %s", text, ui->prompt.hint);
}

void segments_goto(struct ui *ui, const char *part)
{
    if (part[0] != '\0') {
        name_given(ui, part, NULL);
        return;
    }
    prompt_ask(&ui->host, "go to a segment (a part of its name): ", "", NULL, name_given, NULL);
    ui->prompt.changed = go_to_name;
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
    if (st->filter[0] == '\0' && st->only == LIST_ALL)
        return false;
    st->only = LIST_ALL;
    drop_filter(ui, NULL);
    return true;
}

void act_filter(struct ui *ui, const char *arg)
{
    if (ui_screen(ui) == &screen_help) {
        help_filter(ui, arg);
        return;
    }
    if (ui_screen(ui) == &screen_calls) {
        calls_filter(ui, arg);
        return;
    }
    if (ui_screen(ui) == &screen_inspect) { /* there it is of the fields */
        char line[EDIT_MAX + 16];
        (void)snprintf(line, sizeof line, "tree filter%s%s", arg[0] != '\0' ? " " : "", arg);
        ui_run(ui, line);
        return;
    }
    if (arg[0] != '\0') {
        set_filter(ui, arg, NULL);
        return;
    }
    prompt_ask(&ui->host, "filter: ", ui->segments->filter, &ui->history[HISTORY_FILTER],
               set_filter, NULL);
    ui->prompt.changed = set_filter;
    ui->prompt.last = true;
    ui->prompt.drop = drop_filter;
}
