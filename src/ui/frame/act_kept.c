/* What outlives the program for the attached segment: says it, and forgets it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plural.h"
#include "session/looks.h"
#include "session/types_file.h"
#include "ui/frame/actions.h"
#include "ui/frame/state_files.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { KEPT_TEXT = 16 * 1024 };

/* All of it. */
struct kept {
    const struct marks *marks;
    struct looks looks;
    struct kept_types types;
};

static bool is_nothing(const struct kept *k)
{
    return k->marks->count + k->looks.count + k->types.files + k->types.types == 0;
}

/* malloc'd; NULL: out of memory. */
static struct kept *kept_now(struct ui *ui)
{
    struct kept *k = calloc(1, sizeof *k);
    if (k == NULL)
        return NULL;
    k->marks = &ui->s.marks;
    tree_note_look(ui);
    looks_get(&ui->s, &k->looks);
    keep_load_types(ui, &k->types);
    return k;
}

static size_t put(char *text, size_t at, const char *what, const char *value, const char *more)
{
    int n = at < KEPT_TEXT ? snprintf(text + at, KEPT_TEXT - at, "%-10s %s%s%s\n", what, value,
                                      more[0] != '\0' ? " " : "", more)
                           : 0;
    return at + (n > 0 ? (size_t)n : 0);
}

static void show(struct ui *ui, const struct kept *k)
{
    char *text = malloc(KEPT_TEXT), name[UI_NAME], title[UI_NAME + 32], where[32];
    size_t at = 0;
    if (text == NULL)
        return;
    for (size_t i = 0; i < k->looks.count; i++)
        at = put(text, at, k->looks.at[i].name, k->looks.at[i].value, "");
    for (size_t i = 0; i < k->marks->count; i++) {
        const struct mark *m = &k->marks->at[i];
        char mark[MARK_NAME_MAX + 40];
        (void)snprintf(where, sizeof where, "0x%" PRIx64, m->offset);
        (void)snprintf(mark, sizeof mark, "%s at %s", m->name, where);
        at = put(text, at, "mark", mark, m->view);
    }
    for (size_t i = 0; i < k->types.files; i++)
        at = put(text, at, "types of", k->types.file[i], "");
    for (size_t i = 0; i < k->types.types; i++)
        at = put(text, at, "type", k->types.type[i], "");
    ui_name(ui->s.locator, name);
    (void)snprintf(title, sizeof title, "kept for %s (`:kept forget`)", name);
    pager_open(&ui->host, title, text, true);
    free(text);
}

static void forget(struct ui *ui, const char *text, void *ctx)
{
    char name[UI_NAME];
    (void)text;
    (void)ctx;
    if (!inspect_attached(ui))
        return;
    ui->s.marks.count = 0;
    if (tree_on(ui))
        tree_hide(ui); /* its look would be kept */
    looks_apply(&ui->s, &(struct looks){.count = 0});
    keep_place(ui);
    tree_forget_kept(ui);
    ui_name(ui->s.locator, name);
    ui_say(ui, STYLE_TEXT, "nothing is kept for %s any more", name);
}

static void stays(struct ui *ui, void *ctx)
{
    (void)ctx;
    ui_say(ui, STYLE_TEXT, "nothing forgotten");
}

static void ask(struct ui *ui, const struct kept *k)
{
    char name[UI_NAME], question[UI_NAME + 96];
    size_t marks = k->marks->count, types = k->types.files + k->types.types;
    ui_name(ui->s.locator, name);
    (void)snprintf(question, sizeof question, "forget %zu mark%s%s%s of %s?", marks,
                   plural_s(marks), types > 0 ? ", the types" : "", " and the looks", name);
    prompt_confirm(&ui->host, question, forget, NULL);
    ui->prompt.drop = stays;
}

void act_kept(struct ui *ui, const char *arg)
{
    bool forgets = strcmp(arg, "forget") == 0;
    if (arg[0] != '\0' && !forgets) {
        ui_say(ui, STYLE_ERROR, "kept: nothing, or forget");
        return;
    }
    if (!inspect_attached(ui))
        return;
    struct kept *k = kept_now(ui);
    if (k == NULL)
        return;
    if (is_nothing(k))
        ui_say(ui, STYLE_TEXT, "nothing is kept for this segment: its looks are as preferred");
    else if (forgets)
        ask(ui, k);
    else
        show(ui, k);
    free(k);
}
