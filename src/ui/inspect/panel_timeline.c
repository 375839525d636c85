/* The timeline: one row that shows how much changed in the segment over the whole history, when the
 * value at the cursor did, and where in it the moment shown is. */
#include <math.h>
#include <stdio.h>

#include "ui/inspect/inspect.h"

enum { LOWEST = 0x2581, LEVELS = 8, LEFT = 8, RIGHT = 5, SECOND = 1000000000 };

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
    (void)canvas_print(c, row, LEFT - 2 - canvas_width(ago), LEFT, STYLE_LABEL, "-%s", ago);
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
}
