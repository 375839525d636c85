/* The timeline: a row that shows how much changed in the segment over the whole history, when the
 * value at the cursor did, and where in it the moment shown is; and a scale below it. */
#include <math.h>
#include <stdio.h>

#include "ui/inspect/inspect.h"

enum {
    LOWEST = 0x2581,
    LEVELS = 8,
    LEFT = 8,
    RIGHT = 5,
    TICK = 0x2502,
    TICK_COLS = 12, /* least columns from one tick to the next */
    SECOND = 1000000000
};

void inspect_ago(int64_t ns, char out[INSPECT_AGO])
{
    double s = ns > 0 ? (double)ns / SECOND : 0;
    if (s < 99.95)
        (void)snprintf(out, INSPECT_AGO, "%.1fs", s);
    else if (s < 6000)
        (void)snprintf(out, INSPECT_AGO, "%.0fm%02.0fs", floor(s / 60), floor(fmod(s, 60)));
    else
        (void)snprintf(out, INSPECT_AGO, "%.0fh%02.0fm", floor(s / 3600),
                       floor(fmod(s, 3600) / 60));
}

/* 0 to LEVELS - 1, by the logarithm: one byte, then four times as many for each level. */
static int level(uint64_t n)
{
    int up = (int)(log2((double)n) / 2);
    return up < LEVELS - 1 ? up : LEVELS - 1;
}

/* The cell of the moment shown; -1: live, or outside. */
static int place_of(const struct history_result *p)
{
    if (p->time == 0 || p->to <= p->from)
        return -1;
    double at = (double)(p->time - p->from) / (double)(p->to - p->from) * (double)p->cells;
    return at < 0 ? 0 : at >= (double)p->cells ? (int)p->cells - 1 : (int)at;
}

/* The round number of seconds between ticks; 0: not even two of them fit. */
static double tick_step(double seconds, int cells)
{
    static const double steps[] = {0.1, 0.2, 0.5, 1,    2,    5,    10,   20,    30,    60,
                                   120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i] / seconds * cells >= TICK_COLS)
            return steps[i] < seconds ? steps[i] : 0;
    return 0;
}

/* `-10s`, `-0.5s`, `-80s`, `-2m`, `-3h`: in the unit of the step, in which all of them are round;
 * of a recording, where it ends, counted from its start: `10s`. */
static void tick_text(double seconds, double step, bool ago, char out[INSPECT_AGO])
{
    const char *unit = step < 60 ? "s" : step < 3600 ? "m" : "h";
    double n = step < 60 ? seconds : step < 3600 ? seconds / 60 : seconds / 3600;
    (void)snprintf(out, INSPECT_AGO, "%s%.4g%s", ago ? "-" : "", n, unit);
}

/* A tick and its label right of it, every `step` back from the end (of a recording, on from its
 * start). A label that would touch the words at the end is left out. */
static void draw_scale(struct ui *ui, int row, int cells, const struct history_result *p)
{
    struct canvas *c = &ui->canvas;
    double seconds = (double)(p->to - p->from) / SECOND, step = tick_step(seconds, cells);
    bool ago = p->end == 0;
    for (int i = 1; step > 0 && i * step < seconds; i++) {
        double part = i * step / seconds;
        int col = LEFT + (int)((ago ? 1 - part : part) * cells);
        char text[INSPECT_AGO];
        tick_text(i * step, step, ago, text);
        if (col + 1 + canvas_width(text) > LEFT + cells)
            continue;
        col = canvas_char(c, row, col, c->cols, STYLE_DIM, TICK);
        (void)canvas_text(c, row, col, c->cols, STYLE_LABEL, text);
    }
}

void inspect_draw_timeline(struct ui *ui)
{
    const struct history_result *p = &ui->s.sample.past;
    struct canvas *c = &ui->canvas;
    int row = ui->inspect->at.time_row, room = c->cols - LEFT - RIGHT;
    char ago[INSPECT_AGO];
    room = room > TIMELINE_MAX ? TIMELINE_MAX : room;
    ui->s.time_cells = room > 0 ? (size_t)room : 0;
    if (!p->kept) {
        (void)canvas_text(c, row, 1, c->cols, STYLE_DIM, "history is off (`:set history 64`)");
        return;
    }
    if (p->cells == 0 || p->to <= p->from || p->from == 0) {
        (void)canvas_text(c, row, 1, c->cols, STYLE_DIM, "no change was seen yet");
        return;
    }
    inspect_ago((p->end != 0 ? p->end : ui->now) - p->from, ago);
    if (p->end != 0) /* a recording is counted from its start, as its clock is */
        (void)snprintf(ago, sizeof ago, "0s");
    (void)canvas_print(c, row, LEFT - 1 - canvas_width(ago) - (p->end == 0), LEFT, STYLE_LABEL,
                       "%s%s", p->end == 0 ? "-" : "", ago);
    int place = place_of(p), cells = (int)p->cells < room ? (int)p->cells : room;
    for (int i = 0; i < cells; i++) {
        enum style style = i == place       ? STYLE_CURSOR
                           : p->of_value[i] ? STYLE_FRESH
                           : p->cell[i] > 0 ? STYLE_TEXT
                                            : STYLE_DIM;
        uint32_t glyph = p->cell[i] > 0 ? (uint32_t)(LOWEST + level(p->cell[i])) : ' ';
        (void)canvas_char(c, row, LEFT + i, c->cols, style, glyph);
    }
    (void)canvas_text(c, row, LEFT + cells + 1, c->cols, STYLE_LABEL, p->end != 0 ? "end" : "now");
    if (ui->inspect->at.time_scale)
        draw_scale(ui, row + 1, cells, p);
}

int64_t inspect_timeline_hit(const struct ui *ui, int row, int col)
{
    const struct history_result *p = &ui->s.sample.past;
    const struct inspect_layout *at = &ui->inspect->at;
    bool inside = at->time_row > 0 && row >= at->time_row && row <= at->time_row + at->time_scale;
    int cells = (int)p->cells < (int)ui->s.time_cells ? (int)p->cells : (int)ui->s.time_cells;
    if (!inside || !p->kept || p->from == 0 || p->to <= p->from || col < LEFT)
        return 0;
    if (col >= LEFT + cells) /* `now`, or the end */
        return p->to;
    double part = ((double)(col - LEFT) + 0.5) / cells;
    return p->from + (int64_t)((double)(p->to - p->from) * part);
}
