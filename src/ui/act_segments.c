/* Actions of the list of segments. */
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "core/text.h"
#include "ui/actions.h"
#include "ui/run.h"
#include "ui/segments.h"

enum { WHO_NAMED = 3 };

#define UNUSED_ARGS \
    (void)argc;     \
    (void)argv

void act_open(struct ui *ui, int argc, char **argv)
{
    char raw[LOCATOR_MAX];
    if (argc > 1) {
        const char *why = locator_typed(argv[1], raw);
        if (why != NULL)
            ui_say(ui, STYLE_ERROR, "%s: %s", argv[1], why);
        else
            (void)ui_attach(ui, raw, 0, 0);
        return;
    }
    const struct seg_info *info = segments_at(ui);
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

void act_tag(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    const struct seg_info *info = segments_at(ui);
    if (info == NULL)
        return;
    segments_toggle_tag(ui, info->locator);
    segments_move_to(ui, ui->segments->at + 1);
}

static bool same_word(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if ((*a | 0x20) != (*b | 0x20))
            return false;
    return *a == *b;
}

void act_sort(struct ui *ui, int argc, char **argv)
{
    struct segments_state *st = ui->segments;
    int sort = (int)st->sort;
    if (argc < 2 || strcmp(argv[1], "next") == 0) {
        sort = (sort + 1) % SORTS;
    } else if (strcmp(argv[1], "prev") == 0) {
        sort = (sort + SORTS - 1) % SORTS;
    } else {
        for (sort = 0; sort < SORTS && !same_word(segments_columns[sort], argv[1]); sort++)
            ;
    }
    if (sort == SORTS) {
        ui_say(ui, STYLE_ERROR, "%s: no such column", argv[1]);
        return;
    }
    st->sort = (enum segments_sort)sort;
    segments_rebuild(ui);
    ui_say(ui, STYLE_TEXT, "sorted by %s", segments_columns[st->sort]);
}

void act_invert(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui->segments->inverted = !ui->segments->inverted;
    segments_rebuild(ui);
}

void act_orphans(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui->segments->orphans = !ui->segments->orphans;
    segments_rebuild(ui);
    ui_say(ui, STYLE_TEXT, ui->segments->orphans ? "only what nobody maps" : "all segments");
}

void act_kinds(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    ui->segments->kinds = !ui->segments->kinds;
    segments_rebuild(ui);
    ui_say(ui, STYLE_TEXT, ui->segments->kinds ? "all kinds, mapped files too" : "the usual kinds");
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

void act_filter(struct ui *ui, int argc, char **argv)
{
    if (argc > 1) {
        set_filter(ui, argv[1], NULL);
        return;
    }
    ui_ask(ui, "filter: ", ui->segments->filter, &ui->history[HISTORY_FILTER], set_filter, NULL);
    ui->prompt.changed = set_filter;
    ui->prompt.drop = drop_filter;
}

/* ---- removal ---- */

/* `2 processes have it: 312 writer, 400 reader`; empty: nobody is known to. */
static void who_text(const struct ui *ui, const struct seg_info *info, char *out, size_t cap)
{
    const struct seg_who *who = &ui->s.walk.survey.who;
    struct segrow row = segments_row(ui, info);
    size_t total = segrow_procs(&row), named = 0, at = 0;
    uint32_t last = os_pid();
    if (total == 0) {
        (void)snprintf(out, cap,
                       row.unreadable == 0 ? "nobody has it" : "nobody is seen to have it");
        return;
    }
    at = (size_t)snprintf(out, cap, "%zu process%s ha%s it:", total, total == 1 ? "" : "es",
                          total == 1 ? "s" : "ve");
    for (size_t i = 0; i < row.mappers_count + row.holders_count && named < WHO_NAMED; i++) {
        bool maps = i < row.mappers_count;
        size_t k = info->who_holder_first + i - row.mappers_count;
        uint32_t pid = maps ? row.mappers[i].pid : who->holders[k].pid;
        const char *raw = maps ? row.mappers[i].comm : who->holders[k].comm;
        char comm[64];
        if (pid == last || pid == os_pid() || at >= cap)
            continue;
        last = pid;
        named++;
        (void)text_escape(comm, sizeof comm, raw, strnlen(raw, sizeof who->holders->comm));
        at += (size_t)snprintf(out + at, cap - at, " %u %s", (unsigned)pid, comm);
    }
}

/* The name alone, behind the kind. */
static const char *name_of(const char *shown)
{
    const char *colon = strchr(shown, ':');
    return colon != NULL ? colon + 1 : shown;
}

static void remove_one(struct ui *ui, const char *raw)
{
    char name[LOCATOR_MAX * 4], line[LOCATOR_MAX * 4 + 16];
    ui_quote(raw, name, sizeof name);
    (void)snprintf(line, sizeof line, "rm --force -- %s", name);
    ui_run_walker(ui, line);
}

/* The answer for the segment in ui->pending. */
static void remove_answer(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    char shown[SHOWN_LOCATOR];
    (void)locator_shown(ui->pending, shown, sizeof shown);
    const char *name = name_of(shown);
    bool named = strcmp(text, shown) == 0 || strcmp(text, name) == 0 ||
                 (name[0] == '/' && strcmp(text, name + 1) == 0);
    if (strcmp(text, "yes") != 0 && !named)
        ui_say(ui, STYLE_TEXT, "nothing removed");
    else
        remove_one(ui, ui->pending);
}

static const struct seg_info *info_of(const struct ui *ui, const char *raw)
{
    for (size_t i = 0; i < ui->s.walk.survey.count; i++)
        if (strcmp(ui->s.walk.survey.segs[i].locator, raw) == 0)
            return &ui->s.walk.survey.segs[i];
    return NULL;
}

/* Who has it, as the newest survey knows: it may come while the question stands. */
static void remove_note(struct ui *ui)
{
    const struct seg_info *info = info_of(ui, ui->pending);
    if (info != NULL)
        who_text(ui, info, ui->prompt.note, sizeof ui->prompt.note);
    else
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "who has it is not known");
}

void ui_remove(struct ui *ui, const char *locator)
{
    char shown[SHOWN_LOCATOR], label[sizeof ui->prompt.label];
    if (strlen(locator) >= sizeof ui->pending) {
        ui_say(ui, STYLE_ERROR, "its name is too long to be typed here");
        return;
    }
    (void)locator_shown(locator, shown, sizeof shown);
    (void)snprintf(label, sizeof label, "remove %.100s? its name or yes: ", shown);
    (void)snprintf(ui->pending, sizeof ui->pending, "%s", locator);
    ui_ask(ui, label, "", NULL, remove_answer, NULL);
    ui->prompt.renew = remove_note;
    remove_note(ui);
}

static void remove_tagged(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    struct segments_state *st = ui->segments;
    if (strcmp(text, "yes") != 0) {
        ui_say(ui, STYLE_TEXT, "nothing removed");
        return;
    }
    for (size_t i = 0; i < st->tags; i++)
        remove_one(ui, st->tag[i]);
    segments_untag_all(st);
}

/* How many of the tagged ones somebody has. */
static size_t tagged_in_use(const struct ui *ui)
{
    size_t used = 0;
    for (size_t i = 0; i < ui->segments->tags; i++) {
        const struct seg_info *info = info_of(ui, ui->segments->tag[i]);
        if (info == NULL)
            continue;
        struct segrow row = segments_row(ui, info);
        used += segrow_procs(&row) > 0;
    }
    return used;
}

void act_remove(struct ui *ui, int argc, char **argv)
{
    UNUSED_ARGS;
    const struct seg_info *info = segments_at(ui);
    size_t tags = ui->segments->tags;
    if (tags > 0) {
        char label[sizeof ui->prompt.label];
        (void)snprintf(label, sizeof label,
                       "remove %zu tagged segment%s (%zu in use)? type yes: ", tags,
                       tags == 1 ? "" : "s", tagged_in_use(ui));
        ui_ask(ui, label, "", NULL, remove_tagged, NULL);
    } else if (info != NULL) {
        ui_remove(ui, info->locator);
    }
}
