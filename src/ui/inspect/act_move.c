/* Actions that move the cursor: to an offset, the next change, the next data. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

bool inspect_attached(struct ui *ui)
{
    bool listed = ui_in_list(ui); /* a segment that is still open is not meant */
    if (ui->s.locator[0] != '\0' && !listed)
        return true;
    ui_say(ui, STYLE_ERROR, "%s",
           listed ? "not in the list: Enter opens the highlighted segment first"
                  : "no segment is open: choose one in the list with Enter");
    return false;
}

void inspect_go_to(struct ui *ui, uint64_t offset)
{
    struct session *s = &ui->s;
    uint64_t width = session_width(s);
    edit_mode_drop(ui);
    bool visible = session_shows(s, offset);
    session_move_to(s, offset, false);
    if (visible || session_rows(s) != NULL)
        return;
    /* A place off the screen is shown a third down, with some context above it. */
    int64_t row = (int64_t)((s->cursor - s->top) / width);
    session_scroll(s, row - (int64_t)(s->rows / 3));
}

void inspect_go_exactly(struct ui *ui, uint64_t offset)
{
    edit_mode_drop(ui);
    session_align(&ui->s, offset);
    inspect_go_to(ui, offset);
}

/* ---- an offset ---- */

enum num_status inspect_offset(const struct ui *ui, const char *text, uint64_t *out)
{
    const struct session *s = &ui->s;
    struct offset_base base = {
        .size = session_end(s), .cursor = s->cursor, .marks = &s->marks, .relative = true};
    return number_offset(text, &base, out);
}

/* A hexadecimal number without 0x: `80h`, or digits one of which is a letter, as the column of
 * offsets has them: `1f`. What is a decimal number or a mark was read as that. */
static enum num_status bare_hex(const char *text, uint64_t *out)
{
    char prefixed[24];
    size_t n = strspn(text, "0123456789abcdefABCDEF");
    bool suffixed = (text[n] == 'h' || text[n] == 'H') && text[n + 1] == '\0';
    if (n == 0 || n > 16 || (text[n] != '\0' && !suffixed))
        return NUM_SYNTAX;
    (void)snprintf(prefixed, sizeof prefixed, "0x%.*s", (int)n, text);
    return number_u64(prefixed, UINT64_MAX, out);
}

/* Says in both ways where a plain number leads, and what else it could have meant. */
static void say_both(struct ui *ui, const char *text, uint64_t offset)
{
    if (offset > 9 && text[0] != '\0' && strspn(text, "0123456789") == strlen(text))
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 " (%s is decimal; 0x%s or %sh is hex)", offset, text,
               text, text);
    else if (text[0] != '\0' && strspn(text, "0123456789abcdefABCDEF") == strlen(text))
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 " (%" PRIu64 ")", offset, offset);
}

/* Where a text leads that is no field; false, with the reason: nowhere. */
static bool leads(struct ui *ui, const char *text, uint64_t *offset, char why[160])
{
    enum num_status status = text[0] == '\0' ? NUM_OK : inspect_offset(ui, text, offset);
    if (status == NUM_SYNTAX)
        status = bare_hex(text, offset);
    int n = text_fit(text, 60);
    if (status == NUM_RANGE)
        (void)snprintf(why, 160, "`%.*s` is larger than any segment", n, text);
    else if (status != NUM_OK)
        (void)snprintf(why, 160,
                       "`%.*s` is not an offset (try 0x40, 40h, 64, 4K, end-16, +16, %%50, a mark; "
                       "a time: -2m)",
                       n, text);
    return status == NUM_OK;
}

/* A field is looked for when that is done. */
static bool goto_right(struct ui *ui, const char *text, char why[160])
{
    uint64_t offset = 0;
    int64_t moment = 0;
    return tree_on(ui) || inspect_time(ui, text, &moment) || leads(ui, text, &offset, why);
}

static void go_to_text(struct ui *ui, const char *text, void *ctx)
{
    char why[160];
    const struct session *s = &ui->s;
    uint64_t offset = session_start(s), end = session_end(s);
    int64_t moment = 0;
    (void)ctx;
    enum num_status status = text[0] == '\0' ? NUM_OK : inspect_offset(ui, text, &offset);
    if (status == NUM_SYNTAX && inspect_time(ui, text, &moment)) {
        inspect_go_time(ui, moment);
        return;
    }
    if (tree_on(ui))
        ui->tree->reveal = true;
    if (tree_on(ui) && (status == NUM_SYNTAX || status == NUM_EMPTY)) {
        tree_go_path(ui, text);
        return;
    }
    if (!leads(ui, text, &offset, why)) {
        ui_say(ui, STYLE_ERROR, "%s", why);
        return;
    }
    inspect_go_exactly(ui, offset);
    say_both(ui, text, offset);
    if (offset < session_start(s))
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " is before the range; moved to its first byte",
               offset);
    else if (offset > end || (offset == end && strncmp(text, "end", 3) != 0 && end > 0))
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " is past the end%s; moved to the last byte", offset,
               s->range_length != 0 ? " of the range" : "");
    else if (s->cursor != offset && offset < end) /* rows that are no whole number of cells */
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " is inside this value", offset);
}

/* While it is typed, where it leads, in both notations: a number that could be meant in hex, like
 * the ruler beside it, says how that is typed. */
static void goto_hint(struct ui *ui, const char *text, void *ctx)
{
    char *hint = ui->prompt.hint;
    size_t cap = sizeof ui->prompt.hint;
    uint64_t offset = 0, end = session_end(&ui->s);
    (void)ctx;
    hint[0] = '\0';
    if (text[0] == '\0')
        return;
    int64_t moment = 0;
    enum num_status status = inspect_offset(ui, text, &offset);
    if (status == NUM_SYNTAX && inspect_time(ui, text, &moment)) {
        (void)snprintf(hint, cap, "a moment of the past, not an offset");
        return;
    }
    bool plain = status == NUM_OK && strspn(text, "0123456789") == strlen(text);
    if (status == NUM_SYNTAX && !tree_on(ui)) /* there it may be a field */
        status = bare_hex(text, &offset);
    if (status != NUM_OK)
        return;
    const char *past = offset > end ? ", past the end" : "";
    if (plain && offset > 9)
        (void)snprintf(hint, cap, "decimal: %s = 0x%" PRIx64 "%s; for hex type 0x%s or %sh", text,
                       offset, past, text, text);
    else
        (void)snprintf(hint, cap, "%s = 0x%" PRIx64 " (%" PRIu64 ")%s", text, offset, offset, past);
}

static void ask_offset(struct ui *ui)
{
    const char *label = tree_on(ui)
                            ? "go to (slots[3].name, .prio, 0x40, end-16, a mark; time: -2m): "
                            : "go to (0x40, 40h, 64, 4K, end-16, +16, %50, a mark; time: -2m): ";
    prompt_ask(&ui->host, label, "", &ui->history[HISTORY_GOTO], go_to_text, NULL);
    ui->prompt.complete = ui_complete_offset;
    ui->prompt.changed = goto_hint;
    ui->prompt.right = goto_right;
}

void act_goto(struct ui *ui, const char *arg)
{
    if (ui_screen(ui) == &screen_segments) {
        segments_goto(ui, arg);
        return;
    }
    if (!inspect_attached(ui))
        return;
    if (arg[0] != '\0')
        go_to_text(ui, arg, NULL);
    else
        ask_offset(ui);
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

static void went_to_place(struct ui *ui, const struct find_job *j)
{
    bool data = j->kind == FIND_DATA_NEXT || j->kind == FIND_DATA_PREV;
    bool back = j->kind == FIND_DATA_PREV || j->kind == FIND_CHANGE_PREV;
    char did[16];
    (void)snprintf(did, sizeof did, "%s %s", data ? "data" : "change", back ? "prev" : "next");
    inspect_go_to(ui, j->offset);
    lab_did(ui, did);
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
        went_to_place(ui, j);
    if (j->found && j->wrapped)
        ui_say(ui, STYLE_TEXT, "wrapped to the %s%s",
               j->kind == FIND_CHANGE_NEXT || j->kind == FIND_DATA_NEXT ? "start" : "end", p->when);
    else if (j->found && j->past != 0)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 "%s", j->offset, p->when);
    else if (j->found && tree_on(ui)) /* it may be in the field where the cursor is already */
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64, j->offset);
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
