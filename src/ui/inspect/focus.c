/* Where the keys go on the inspect screen: Tab goes round through the bytes, the panels that are
 * open and the text columns, S-Tab the other way. While somebody edits, only columns take typed
 * characters, so the panels are left out. */
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum stop { AT_CELLS, AT_USERS, AT_MARKS, AT_TEXT, AT_TEXT2, STOPS };

static enum stop where(const struct ui *ui)
{
    enum key_mode mode = ui_mode(ui);
    return mode == MODE_WHO             ? AT_USERS
           : mode == MODE_MARKS         ? AT_MARKS
           : ui->s.focus == FOCUS_TEXT  ? AT_TEXT
           : ui->s.focus == FOCUS_TEXT2 ? AT_TEXT2
                                        : AT_CELLS;
}

void inspect_focus(struct ui *ui, enum focus focus)
{
    ui->s.focus = focus;
    ui->s.cursor = session_cell(&ui->s, ui->s.cursor);
}

static bool is_there(const struct ui *ui, enum stop stop)
{
    const struct inspect_layout *at = &ui->inspect->at;
    if (stop == AT_USERS)
        return ui->who_panel && at->who_rows > 0 && !ui->s.edit;
    if (stop == AT_MARKS)
        return ui->watch.shown && at->marks_rows > 0 && !ui->s.edit;
    return stop == AT_CELLS || (!tree_on(ui) && at->texts > (int)(stop - AT_TEXT));
}

bool inspect_can_enter_panel(const struct ui *ui)
{
    return is_there(ui, AT_USERS) || is_there(ui, AT_MARKS);
}

void inspect_focus_next(struct ui *ui, bool back)
{
    enum stop from = where(ui), to = from;
    do
        to = (enum stop)((to + (back ? STOPS - 1 : 1)) % STOPS);
    while (!is_there(ui, to)); /* the cells always are */
    if (to == from && tree_on(ui))
        ui_say(ui, STYLE_TEXT, "no panel is open: {who} shows who uses this, {marks} the marks");
    ui->who_focus = to == AT_USERS;
    ui->watch.focus = to == AT_MARKS;
    if (to == AT_USERS || to == AT_MARKS)
        return; /* Esc goes back to the column */
    inspect_focus(ui, to == AT_TEXT ? FOCUS_TEXT : to == AT_TEXT2 ? FOCUS_TEXT2 : FOCUS_CELLS);
}
