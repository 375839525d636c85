/* Actions that move the cursor: to an offset, a mark, the next change, the next data. */
#include <inttypes.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

bool inspect_attached(struct ui *ui)
{
    if (ui->s.locator[0] != '\0')
        return true;
    ui_say(ui, STYLE_ERROR, "no segment is open: choose one in the list with Enter");
    return false;
}

void inspect_go_to(struct ui *ui, uint64_t offset)
{
    struct session *s = &ui->s;
    uint64_t width = session_width(s);
    edit_mode_commit(ui);
    bool visible = session_shows(s, offset);
    session_move_to(s, offset, false);
    if (visible || session_rows(s) != NULL)
        return;
    /* A place off the screen is shown a third down, with some context above it. */
    int64_t row = (int64_t)((s->cursor - s->top) / width);
    session_scroll(s, row - (int64_t)(s->rows / 3));
}

/* ---- an offset ---- */

static void go_to_text(struct ui *ui, const char *text, void *ctx)
{
    struct session *s = &ui->s;
    uint64_t offset = session_start(s), end = session_end(s);
    struct offset_base base = {.size = end,
                               .cursor = s->cursor,
                               .marks = s->marks,
                               .marks_set = s->marks_set,
                               .relative = true};
    (void)ctx;
    enum num_status status = text[0] == '\0' ? NUM_OK : number_offset(text, &base, &offset);
    if (status == NUM_SYNTAX || status == NUM_EMPTY) {
        ui_say(ui, STYLE_ERROR, "`%s` is not an offset (try 0x40, 64, 4K, end-16, +16, %%50, 'a)",
               text);
        return;
    }
    if (status == NUM_RANGE) {
        ui_say(ui, STYLE_ERROR, "`%s` is larger than any segment", text);
        return;
    }
    inspect_go_to(ui, offset);
    if (offset > end || (offset == end && strncmp(text, "end", 3) != 0 && end > 0))
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " is past the end; moved to the last byte", offset);
}

void act_goto(struct ui *ui, const char *arg)
{
    if (!inspect_attached(ui))
        return;
    if (arg[0] != '\0')
        go_to_text(ui, arg, NULL);
    else
        prompt_ask(&ui->host, "go to: ", "", &ui->history[HISTORY_GOTO], go_to_text, NULL);
}

/* ---- marks ---- */

/* The index of a mark's letter; -1, with a message, if it is not a mark. */
static int mark_of(struct ui *ui, struct key key)
{
    if (key.mods == 0 && key.code >= 'a' && key.code <= 'z')
        return (int)(key.code - 'a');
    if (key.code != KEY_ESC_)
        ui_say(ui, STYLE_ERROR, "marks are a to z");
    return -1;
}

static void set_mark(struct ui *ui, struct key key, void *ctx)
{
    int i = mark_of(ui, key);
    (void)ctx;
    if (i < 0)
        return;
    ui->s.marks[i] = ui->s.cursor;
    ui->s.marks_set |= (uint32_t)1 << i;
    ui_say(ui, STYLE_TEXT, "mark %c is 0x%" PRIx64, 'a' + i, ui->s.cursor);
}

static void jump_to(struct ui *ui, struct key key, void *ctx)
{
    int i = mark_of(ui, key);
    (void)ctx;
    if (i < 0)
        return;
    if ((ui->s.marks_set >> i & 1) == 0)
        ui_say(ui, STYLE_ERROR, "mark %c is not set", 'a' + i);
    else
        inspect_go_to(ui, ui->s.marks[i]);
}

/* Calls `use` with the mark that `arg` names, or asks for one. */
static void with_mark(struct ui *ui, const char *arg, const char *question,
                      void (*use)(struct ui *ui, struct key key, void *ctx))
{
    struct key key = {.code = arg[0] != '\0' && arg[1] == '\0' ? (unsigned char)arg[0] : 0};
    if (!inspect_attached(ui))
        return;
    if (arg[0] != '\0')
        use(ui, key, NULL);
    else
        prompt_ask_key(&ui->host, question, use, NULL);
}

void act_mark(struct ui *ui, const char *arg)
{
    with_mark(ui, arg, "set mark (a to z): ", set_mark);
}

void act_jump(struct ui *ui, const char *arg)
{
    with_mark(ui, arg, "go to mark (a to z): ", jump_to);
}

/* ---- the next change, the next data ---- */

static void say_none(struct ui *ui, const struct place_find *p)
{
    if (p->job.kind == FIND_DATA_NEXT || p->job.kind == FIND_DATA_PREV)
        ui_say(ui, STYLE_WARN, "no more data %s here%s",
               p->job.kind == FIND_DATA_NEXT ? "after" : "before", p->when);
    else if (ui->s.sample.has_base)
        ui_say(ui, STYLE_WARN, "nothing differs from the baseline%s", p->when);
    else
        ui_say(ui, STYLE_WARN, "no changed bytes%s%s", p->job.past != 0 ? " known" : "", p->when);
}

static void place_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct place_find *p = arg;
    const struct find_job *j = &p->job;
    char why[96];
    ui->inspect->looking--;
    if (cancelled)
        return;
    if (oserr_is(j->error))
        ui_say(ui, STYLE_ERROR, "%s: %s", j->error.call, oserr_text(j->error, why, sizeof why));
    else if (!j->found)
        say_none(ui, p);
    else
        inspect_go_to(ui, j->offset);
    if (j->found && j->wrapped)
        ui_say(ui, STYLE_TEXT, "wrapped to the %s%s",
               j->kind == FIND_CHANGE_NEXT || j->kind == FIND_DATA_NEXT ? "start" : "end", p->when);
    else if (j->found && j->past != 0)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 "%s", j->offset, p->when);
}

static void go_to_place(struct ui *ui, enum find_kind kind)
{
    if (inspect_attached(ui))
        inspect_find(ui, kind, ui->s.cursor, place_done);
}

void act_change(struct ui *ui, const char *arg)
{
    go_to_place(ui, strcmp(arg, "prev") == 0 ? FIND_CHANGE_PREV : FIND_CHANGE_NEXT);
}

void act_data(struct ui *ui, const char *arg)
{
    go_to_place(ui, strcmp(arg, "prev") == 0 ? FIND_DATA_PREV : FIND_DATA_NEXT);
}
