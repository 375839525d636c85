/* Actions that go somewhere: an offset, a mark, the next change, the next data. */
#include <inttypes.h>
#include <string.h>

#include "core/number.h"
#include "ui/inspect/inspect.h"

bool act_attached(struct ui *ui)
{
    if (ui->s.locator[0] != '\0')
        return true;
    ui_say(ui, STYLE_ERROR, "nothing is attached: Enter in the list of segments attaches");
    return false;
}

void act_go_to(struct ui *ui, uint64_t offset)
{
    struct session *s = &ui->s;
    uint64_t width = session_width(s);
    edit_mode_commit(ui);
    bool visible = session_shows(s, offset);
    session_move_to(s, offset, false);
    if (visible || session_rows(s) != NULL)
        return;
    /* Somewhere else: with some of what is around it. */
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
        ui_say(ui, STYLE_ERROR, "`%s` is no offset: 0x40, 64, 4K, end-16, +16, -16, %%50, 'a",
               text);
        return;
    }
    if (status == NUM_RANGE) {
        ui_say(ui, STYLE_ERROR, "`%s` is outside of every segment", text);
        return;
    }
    act_go_to(ui, offset);
    if (offset > end || (offset == end && strncmp(text, "end", 3) != 0 && end > 0))
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " is past the end: this is the last byte", offset);
}

void act_goto(struct ui *ui, int argc, char **argv)
{
    if (!act_attached(ui))
        return;
    if (argc > 1)
        go_to_text(ui, argv[1], NULL);
    else
        ui_ask(ui, "go to: ", "", &ui->history[HISTORY_GOTO], go_to_text, NULL);
}

/* ---- marks ---- */

/* The number of a mark's letter, -1 (and says so) when it is none. */
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
        act_go_to(ui, ui->s.marks[i]);
}

static struct key key_of(const char *word)
{
    return (struct key){.code = word[1] == '\0' ? (unsigned char)word[0] : 0};
}

void act_mark(struct ui *ui, int argc, char **argv)
{
    if (!act_attached(ui))
        return;
    if (argc > 1)
        set_mark(ui, key_of(argv[1]), NULL);
    else
        ui_ask_key(ui, "set mark (a to z): ", set_mark, NULL);
}

void act_jump(struct ui *ui, int argc, char **argv)
{
    if (!act_attached(ui))
        return;
    if (argc > 1)
        jump_to(ui, key_of(argv[1]), NULL);
    else
        ui_ask_key(ui, "go to mark (a to z): ", jump_to, NULL);
}

/* ---- the next change, the next data ---- */

static void say_none(struct ui *ui, const struct place_find *p)
{
    if (p->job.kind == FIND_DATA_NEXT || p->job.kind == FIND_DATA_PREV)
        ui_say(ui, STYLE_WARN, "no data %s this%s",
               p->job.kind == FIND_DATA_NEXT ? "behind" : "before", p->when);
    else if (p->job.past != 0)
        ui_say(ui, STYLE_WARN, "no changed byte is known%s (with a baseline: none differs)",
               p->when);
    else
        ui_say(ui, STYLE_WARN, "no changed byte (with a baseline: none differs)");
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
        act_go_to(ui, j->offset);
    if (j->found && j->wrapped)
        ui_say(ui, STYLE_TEXT, "wrapped around%s", p->when);
    else if (j->found && j->past != 0)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 "%s", j->offset, p->when);
}

static void go_to_place(struct ui *ui, enum find_kind kind)
{
    if (act_attached(ui))
        inspect_find(ui, kind, ui->s.cursor, place_done);
}

static bool backwards(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "prev") == 0;
}

void act_change(struct ui *ui, int argc, char **argv)
{
    go_to_place(ui, backwards(argc, argv) ? FIND_CHANGE_PREV : FIND_CHANGE_NEXT);
}

void act_data(struct ui *ui, int argc, char **argv)
{
    go_to_place(ui, backwards(argc, argv) ? FIND_DATA_PREV : FIND_DATA_NEXT);
}
