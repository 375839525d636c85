/* Actions that change how the bytes are shown and how often they are sampled. */
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

/* Cells that begin where somebody asked for go on doing so; others begin at the start of the row.
 */
static void adopt_view(struct ui *ui, const struct view *v)
{
    struct session *s = &ui->s;
    bool shifted = session_shift(s) != 0;
    edit_mode_drop(ui);
    s->set.view = v;
    s->shift = 0;
    if (shifted)
        session_align(s, s->cursor);
    session_move_to(s, s->cursor, s->selecting);
}

/* What is chosen for the bytes shows nothing while fields are in their place: it is not changed
 * then, which is said. */
bool inspect_hidden(struct ui *ui, const char *command, const char *name)
{
    const struct binding *b;
    char key[KEY_NAME_MAX] = "";
    if (!tree_on(ui))
        return false;
    for (size_t i = 0; key[0] == '\0' && (b = keymap_row(ui->keys, i)) != NULL; i++)
        if (b->mode == MODE_INSPECT && b->key.mods == 0 && b->key.code < 0x7f &&
            strcmp(b->command, command) == 0)
            (void)key_name(b->key, key);
    ui_say(ui, STYLE_WARN, "%s is for the bytes: {tree} shows them", key[0] != '\0' ? key : name);
    return true;
}

static void choose_view(struct ui *ui, const struct view *v)
{
    adopt_view(ui, v);
    if (view_swapped(v) != v)
        ui->s.set.big = v->big;
    ui_say(ui, STYLE_TEXT, "%s: %s", v->name, v->help);
}

/* The next view in the table, skipping those of the other byte order. */
static const struct view *neighbour(const struct ui *ui, size_t step)
{
    size_t count = 0, i = 0;
    const struct view *table = view_table(&count), *now = inspect_view(ui);
    bool big = view_swapped(now) != now ? now->big : ui->s.set.big;
    while (i < count && &table[i] != now)
        i++;
    if (count == 0)
        return now;
    do
        i = (i + step) % count;
    while (view_swapped(&table[i]) != &table[i] && table[i].big != big);
    return &table[i];
}

void act_view(struct ui *ui, const char *arg)
{
    size_t count = 0;
    (void)view_table(&count);
    bool back = strcmp(arg, "prev") == 0;
    if (inspect_hidden(ui, back ? "view prev" : "view next", "view"))
        return;
    if (arg[0] == '\0' || strcmp(arg, "next") == 0) {
        choose_view(ui, neighbour(ui, 1));
    } else if (back) {
        choose_view(ui, neighbour(ui, count - 1));
    } else {
        const struct view *v = view_find(arg);
        if (v != NULL)
            choose_view(ui, v);
        else
            ui_say(ui, STYLE_ERROR, "no such view: %s", arg);
    }
}

void act_order(struct ui *ui, const char *arg)
{
    const struct view *v = inspect_view(ui), *other = view_swapped(v);
    bool big = strcmp(arg, "big") == 0;
    if (inspect_hidden(ui, "order", "order"))
        return;
    if (arg[0] != '\0' && !big && strcmp(arg, "little") != 0) {
        ui_say(ui, STYLE_ERROR, "order: little or big");
        return;
    }
    if (arg[0] != '\0' && (other != v ? v->big : ui->s.set.big) == big) {
        ui_say(ui, STYLE_TEXT, "%s-endian already", arg);
        return;
    }
    adopt_view(ui, other);
    ui->s.set.big = other != v ? other->big : !ui->s.set.big;
    ui_say(ui, STYLE_TEXT, "%s-endian%s%s", ui->s.set.big ? "big" : "little",
           other != v ? ": " : " (no effect on this view; inspector and UTF-16 use it)",
           other != v ? other->name : "");
}

void act_encoding(struct ui *ui, const char *arg)
{
    unsigned next = ((unsigned)ui->s.set.enc + 1) % TEXT_ENCODINGS;
    if (inspect_hidden(ui, "encoding", "encoding"))
        return;
    if (arg[0] != '\0') {
        const struct view *v = view_find(arg);
        if (v == NULL || v->kind != VIEW_TEXT) {
            ui_say(ui, STYLE_ERROR, "no such encoding: %s", arg);
            return;
        }
        next = (unsigned)v->enc;
    }
    ui->s.set.enc = (enum text_encoding)next;
    ui_say(ui, STYLE_TEXT, "text column: %s%s", view_text(ui->s.set.enc)->name,
           ui->inspect->at.texts == 2
               ? " (used below 96 columns; this terminal shows UTF-8 and UTF-16)"
               : "");
}

void act_phase(struct ui *ui, const char *arg)
{
    (void)arg;
    if (inspect_hidden(ui, "phase", "phase"))
        return;
    ui->s.phase = !ui->s.phase;
    ui_say(ui, STYLE_TEXT, "UTF-16 characters start at %s offsets", ui->s.phase ? "odd" : "even");
}

void act_inspector(struct ui *ui, const char *arg)
{
    (void)arg;
    if (inspect_hidden(ui, "inspector", "inspector"))
        return;
    ui->s.set.inspector = !ui->s.set.inspector;
    if (ui->s.set.inspector)
        ui_say(ui, STYLE_TEXT, "inspector, for this segment ({options}: for all)");
    else
        ui_say(ui, STYLE_TEXT,
               "no inspector for this segment ({options}: for all); {inspector} shows it");
}

void act_pause(struct ui *ui, const char *arg)
{
    (void)arg;
    if (!inspect_attached(ui))
        return;
    if (ui->s.past != 0 || (session_recorded(&ui->s) && !ui->s.sample.past.written)) {
        inspect_play(ui);
        return;
    }
    ui->s.paused = !ui->s.paused;
    ui_say(ui, STYLE_TEXT, "%s",
           ui->s.paused ? "display paused; other programs keep running" : "live again");
}

/* ---- how often ---- */

static const double rates[] = {1, 2, 5, 10, 25, 50, 60, 100, 250, 500, 1000};
enum { RATES = sizeof rates / sizeof rates[0] };

static double faster(double hz)
{
    for (size_t i = 0; i < RATES; i++)
        if (rates[i] > hz)
            return rates[i];
    return rates[RATES - 1];
}

static double slower(double hz)
{
    for (size_t i = RATES; i > 0; i--)
        if (rates[i - 1] < hz)
            return rates[i - 1];
    return rates[0];
}

void act_hz(struct ui *ui, const char *arg)
{
    double hz = ui->s.set.hz;
    if (arg[0] == '\0' || strcmp(arg, "up") == 0) {
        hz = faster(hz);
    } else if (strcmp(arg, "down") == 0) {
        hz = slower(hz);
    } else if (number_f64(arg, &hz) != NUM_OK || !(hz >= 1 && hz <= 1000)) {
        ui_say(ui, STYLE_ERROR, "hz is 1 to 1000 samples a second");
        return;
    }
    ui->s.set.hz = hz;
    ui_say(ui, STYLE_TEXT, "hz is %.4g (samples a second), of this segment for now", hz);
}
