/* Actions on marks: setting, deleting and going to them, and the panel that lists them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

/* ---- setting ---- */

static void set(struct ui *ui, const struct mark *mark)
{
    if (!marks_set(&ui->s.marks, mark))
        ui_say(ui, STYLE_ERROR, "mark: there are %d marks already; delete one first", MARKS_MAX);
    else
        ui_say(ui, STYLE_TEXT, "mark %s is 0x%" PRIx64 "%s%s", mark->name, mark->offset,
               mark->view[0] != '\0' ? ", " : "", mark->view);
}

/* The letter of a key as a mark's name; false: it has none, which is said. */
static bool letter_of(struct ui *ui, struct key key, char name[2])
{
    bool letter = key.mods == 0 && key.code >= 'a' && key.code <= 'z';
    if (letter)
        (void)snprintf(name, 2, "%c", (char)key.code);
    else if (key.code != KEY_ESC_)
        ui_say(ui, STYLE_ERROR, "marks of one key are a to z");
    return letter;
}

static void set_letter(struct ui *ui, struct key key, void *ctx)
{
    struct mark mark = {.offset = ui->s.cursor};
    char name[2];
    (void)ctx;
    if (!letter_of(ui, key, name))
        return;
    const struct mark *was = marks_find(&ui->s.marks, name);
    if (was != NULL) /* it moves, and is shown as before */
        mark = *was;
    memcpy(mark.name, name, sizeof name);
    mark.offset = ui->s.cursor;
    set(ui, &mark);
}

void inspect_ask_mark(struct ui *ui)
{
    if (inspect_attached(ui))
        prompt_ask_key(&ui->host, "set mark (a to z): ", set_letter, NULL);
}

static void delete (struct ui *ui, const char *name)
{
    struct inspect_state *st = ui->inspect;
    const struct mark *found = name[0] != '\0' ? marks_find(&ui->s.marks, name) : NULL;
    if (found == NULL) {
        if (name[0] == '\0')
            ui_say(ui, STYLE_ERROR, "mark --delete: which one?");
        else
            ui_say(ui, STYLE_ERROR, "there is no mark %.100s", name);
        return;
    }
    if (st->deleted_count == MARKS_DELETED)
        memmove(st->deleted, st->deleted + 1, --st->deleted_count * sizeof st->deleted[0]);
    st->deleted[st->deleted_count].mark = *found;
    st->deleted[st->deleted_count].id = ui->s.id;
    st->deleted[st->deleted_count++].steps = ui->s.undo_count;
    char kept[MARK_NAME_MAX];
    (void)snprintf(kept, sizeof kept, "%s", name);
    (void)marks_delete(&ui->s.marks, kept);
    session_redo_drop(&ui->s);
    ui_say(ui, STYLE_TEXT, "mark %s deleted; {undo} brings it back", kept);
}

bool inspect_restore_mark(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    size_t i = st->deleted_count;
    while (i > 0 && !seg_id_equal(st->deleted[i - 1].id, ui->s.id))
        i--;
    if (i == 0 || st->deleted[i - 1].steps != ui->s.undo_count)
        return false;
    struct mark mark = st->deleted[i - 1].mark;
    memmove(st->deleted + i - 1, st->deleted + i, (st->deleted_count - i) * sizeof st->deleted[0]);
    st->deleted_count--;
    if (marks_find(&ui->s.marks, mark.name) != NULL)
        ui_say(ui, STYLE_WARN, "undo: mark %s was set again meanwhile, and stays", mark.name);
    else if (!marks_set(&ui->s.marks, &mark))
        ui_say(ui, STYLE_ERROR, "undo: there are %d marks already", MARKS_MAX);
    else
        ui_say(ui, STYLE_TEXT, "undo: mark %s is 0x%" PRIx64 " again", mark.name, mark.offset);
    return true;
}

/* An offset, or the path of a field, which has a view; false: it is neither, which is said. */
static bool place_of(struct ui *ui, const char *text, struct mark *mark)
{
    char why[TYPE_WHY_MAX] = "";
    const struct view *v = NULL;
    if (inspect_offset(ui, text, &mark->offset) == NUM_OK)
        return true;
    if (tree_field(ui, text, &mark->offset, &v, why)) {
        (void)snprintf(mark->view, sizeof mark->view, "%s", v != NULL ? v->name : "");
        return true;
    }
    if (why[0] != '\0')
        ui_say(ui, STYLE_ERROR, "mark: %s", why);
    else
        ui_say(ui, STYLE_ERROR,
               "mark: `%.100s` is not an offset (0x40, 64, end-16, +16, a mark) and no types are "
               "known (S, :types FILE)",
               text);
    return false;
}

/* NAME [OFFSET|PATH [VIEW|TYPE]]; a type may have blanks. */
static void set_named(struct ui *ui, const char *arg)
{
    char name[EDIT_MAX], place[EDIT_MAX];
    struct mark mark = {.offset = ui->s.cursor};
    const char *view = action_word(action_word(arg, name, sizeof name), place, sizeof place);
    if (!mark_name_ok(name)) {
        ui_say(ui, STYLE_ERROR,
               "mark: a name is up to %d letters, digits, _ and ., and begins with a letter",
               MARK_NAME_MAX - 1);
        return;
    }
    if (place[0] != '\0' && !place_of(ui, place, &mark))
        return;
    const struct view *v = view[0] == '\0' ? NULL : view_find(view);
    if (v == NULL && view[0] != '\0')
        v = tree_type_view(ui, view);
    if (v == NULL && view[0] != '\0') {
        ui_say(ui, STYLE_ERROR, "mark: no such view or type: %.100s (u32, f64, utf8, int, ...)",
               view);
        return;
    }
    memcpy(mark.name, name, strlen(name) + 1);
    if (v != NULL)
        (void)snprintf(mark.view, sizeof mark.view, "%s", v->name);
    set(ui, &mark);
}

void act_mark(struct ui *ui, const char *arg)
{
    static const char option[] = "--delete";
    size_t n = sizeof option - 1;
    if (!inspect_attached(ui))
        return;
    if (arg[0] == '\0')
        act_marks(ui, "enter");
    else if (strncmp(arg, option, n) == 0 && (arg[n] == ' ' || arg[n] == '\0'))
        delete (ui, arg + n + strspn(arg + n, " "));
    else
        set_named(ui, arg);
}

/* ---- going to one ---- */

static void jump(struct ui *ui, const char *name)
{
    const struct mark *mark = marks_find(&ui->s.marks, name);
    if (mark == NULL)
        ui_say(ui, STYLE_ERROR, "mark %.100s is not set", name);
    else
        inspect_go_exactly(ui, mark->offset);
}

/* `head, tail`, as many as fit. */
static void names_of(const struct ui *ui, char *out, size_t cap)
{
    const struct marks *m = &ui->s.marks;
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++) {
        bool last = n + strlen(m->at[i].name) + sizeof ", \u2026" + 2 > cap;
        n += (size_t)snprintf(out + n, cap - n, "%s%s", i > 0 ? ", " : "",
                              last ? "\u2026" : m->at[i].name);
        if (last)
            return;
    }
}

static bool name_right(struct ui *ui, const char *text, char why[160])
{
    char names[100];
    if (marks_find(&ui->s.marks, text) != NULL)
        return true;
    names_of(ui, names, sizeof names);
    (void)snprintf(why, 160, "no mark %.32s; there are %s", text, names);
    return false;
}

static void name_given(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    jump(ui, text);
}

static void ask_name(struct ui *ui, const char *begun)
{
    prompt_ask(&ui->host, "mark: ", begun, NULL, name_given, NULL);
    char names[100];
    names_of(ui, names, sizeof names);
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "marks: %s", names);
    ui->prompt.right = name_right;
    ui->prompt.complete = ui_complete_mark;
}

/* A mark of one letter is gone to at once, unless a longer name begins with that; for all others
 * the name is asked for. */
static void jump_to_letter(struct ui *ui, struct key key, void *ctx)
{
    const struct marks *m = &ui->s.marks;
    char name[2] = "";
    bool longer = false;
    (void)ctx;
    if (key.mods == 0 && key.code > ' ' && key.code < 0x7f)
        name[0] = (char)key.code;
    for (size_t i = 0; i < m->count; i++)
        longer = longer || (m->at[i].name[0] == name[0] && m->at[i].name[1] != '\0');
    if (mark_name_ok(name) && marks_find(m, name) != NULL && !longer)
        jump(ui, name);
    else if (mark_name_ok(name))
        ask_name(ui, name);
    else if (key.code == KEY_TAB_ || key.code == KEY_ENTER_)
        ask_name(ui, "");
    else if (key.code != KEY_ESC_)
        ui_say(ui, STYLE_ERROR, "no name of a mark begins so");
}

void act_jump(struct ui *ui, const char *arg)
{
    char key[UI_PRESS];
    if (!inspect_attached(ui))
        return;
    if (arg[0] != '\0')
        jump(ui, arg);
    else if (ui->s.marks.count == 0)
        ui_say(ui, STYLE_WARN, "no mark is set yet: %s and a letter set one here",
               ui_press(ui, "prompt mark", key));
    else
        prompt_ask_key(&ui->host, "go to mark (Tab: its name): ", jump_to_letter, NULL);
}

/* ---- the panel ---- */

/* The view after this one in the table; after the last one as the cells are shown. */
static void next_view(struct mark *mark)
{
    size_t count = 0, i = 0;
    const struct view *table = view_table(&count), *now = view_find(mark->view);
    if (mark->view[0] != '\0')
        while (i < count && &table[i++] != now)
            ;
    (void)snprintf(mark->view, sizeof mark->view, "%s", i < count ? table[i].name : "");
}

/* What is done with the mark at the cursor of the panel. */
static void use(struct ui *ui, const char *how)
{
    struct marks *marks = &ui->s.marks;
    if (ui->watch.at >= marks->count)
        return;
    struct mark mark = marks->at[ui->watch.at];
    if (strcmp(how, "go") == 0) {
        inspect_go_exactly(ui, mark.offset);
    } else if (strcmp(how, "delete") == 0) {
        delete (ui, mark.name);
    } else {
        next_view(&mark);
        ui_say(ui, STYLE_TEXT, "%s: %s", mark.name,
               mark.view[0] != '\0' ? mark.view : "as the cells");
        marks->at[ui->watch.at] = mark; /* in its place: the offset is the same */
    }
}

void act_marks(struct ui *ui, const char *arg)
{
    struct watch_panel *w = &ui->watch;
    if (!inspect_attached(ui))
        return;
    if (ui_screen(ui) != &screen_inspect) {
        ui_say(ui, STYLE_ERROR, "the watch list is for the bytes and the fields: open a segment");
    } else if (arg[0] == '\0') {
        w->shown = !w->shown;
        w->focus = false;
    } else if (strcmp(arg, "enter") == 0) {
        w->shown = w->focus = true;
        ui->who_focus = false;
    } else if (strcmp(arg, "leave") == 0) {
        w->focus = false;
    } else if (strcmp(arg, "go") == 0 || strcmp(arg, "delete") == 0 || strcmp(arg, "view") == 0) {
        use(ui, arg);
    } else {
        w->at = (size_t)list_move(arg, (int)w->at, (int)ui->s.marks.count, w->rows);
    }
}
