/* The overview strip at the right edge: the whole segment from top to bottom, one cell per range of
 * equal size, drawn from the sampler's map of pages. Also the legend of heat and the age of the
 * map, which the message line shows while there is no message. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/cells.h"
#include "core/plural.h"
#include "ui/inspect/inspect.h"

enum { SECOND = 1000000000, HEATS = 4, LEGEND_GAP = 2 };

/* The least count of each heat. */
static const uint32_t heat_from[HEATS] = {1, 10, 100, 1000};
static const uint8_t heat_style[HEATS] = {STYLE_HEAT1, STYLE_HEAT2, STYLE_HEAT3, STYLE_HEAT4};

enum style inspect_heat_style(uint32_t count, enum style plain)
{
    enum style style = plain;
    for (int i = 0; i < HEATS && count >= heat_from[i]; i++)
        style = (enum style)heat_style[i];
    return style;
}

/* How one cell is drawn. */
struct strip_look {
    uint32_t glyph;
    enum style style;
};

/* Cell i of the map; in the past, with what had changed by then. Holes and data are always today's,
 * and counts include later changes, so the past shows no heat. */
static struct page_sum sum_of(const struct ui *ui, size_t i)
{
    const struct sample *p = &ui->s.sample;
    struct page_sum sum = p->map.cell[i];
    if (p->past.time != 0) {
        sum.changed = i < p->past.strip_cells ? p->past.strip[i] : 0;
        sum.count = 0;
    }
    return sum;
}

static struct strip_look look_of(const struct ui *ui, const struct page_sum *sum)
{
    static const struct strip_look looks[] = {
        [PAGE_UNSEEN] = {' ', STYLE_TEXT},
        [PAGE_HOLE] = {0xb7, STYLE_HOLE},
        [PAGE_ZERO] = {0x2591, STYLE_ZERO},
        [PAGE_DATA] = {0x2592, STYLE_STRIP_QUIET},
    };
    const struct settings *set = &ui->s.set;
    int64_t age = inspect_now(ui) - sum->changed;
    if (ui->s.heat && sum->count > 0)
        return (struct strip_look){sum->count >= heat_from[2] ? 0x2588 : 0x2593,
                                   inspect_heat_style(sum->count, STYLE_STRIP_QUIET)};
    if (sum->changed != 0 && age < (int64_t)(set->fresh * SECOND))
        return (struct strip_look){0x2588, STYLE_STRIP_FRESH};
    if (sum->changed != 0 && age < (int64_t)(set->warm * SECOND))
        return (struct strip_look){0x2593, STYLE_STRIP_WARM};
    return looks[sum->state];
}

/* The cell that contains an offset. */
static size_t cell_at(const struct map_summary *map, uint64_t offset)
{
    return cell_of(map->to - map->from, map->cells, offset > map->from ? offset - map->from : 0);
}

/* Marks the range of the window. */
static void draw_place(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct session *s = &ui->s;
    const struct map_summary *map = &s->sample.map;
    const struct rows_result *rows = session_rows(s);
    uint64_t top = rows != NULL ? session_row(s, 0) : s->top;
    uint64_t last = rows != NULL && rows->shown > 0
                        ? session_row(s, rows->shown - 1)
                        : s->top + (uint64_t)s->rows * session_width(s) - 1;
    size_t first = cell_at(map, top), end = cell_at(map, last < map->to ? last : map->to - 1);
    for (size_t i = first; i <= end; i++) {
        uint32_t glyph = first == end ? 0x25b6 : i == first ? 0x250c : i == end ? 0x2514 : 0x2502;
        (void)canvas_char(&ui->canvas, at->top + (int)i, at->strip - 1, ui->canvas.cols,
                          STYLE_STRIP_HERE, glyph);
    }
}

void inspect_draw_strip(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct map_summary *map = &ui->s.sample.map;
    size_t rows = at->rows < STRIP_MAX ? (size_t)at->rows : STRIP_MAX;
    if (at->strip == 0 || map->cells != rows || map->to <= map->from)
        return; /* no strip, or the map is still for another height */
    for (int r = 0; (size_t)r < map->cells; r++) {
        const struct page_sum sum = sum_of(ui, (size_t)r);
        struct strip_look look = look_of(ui, &sum);
        (void)canvas_char(&ui->canvas, at->top + r, at->strip, ui->canvas.cols, look.style,
                          look.glyph);
    }
    draw_place(ui);
}

bool inspect_strip_hit(const struct ui *ui, int row, int col, uint64_t *offset)
{
    const struct inspect_layout *at = &ui->inspect->at;
    const struct map_summary *map = &ui->s.sample.map;
    int r = row - at->top;
    if (at->strip == 0 || col < at->strip - 1 || col > at->strip || r < 0 || r >= at->rows ||
        (size_t)r >= map->cells)
        return false;
    *offset = map->from + cell_start(map->to - map->from, map->cells, (size_t)r);
    return true;
}

int64_t inspect_strip_next(const struct ui *ui, int64_t now)
{
    const struct map_summary *map = &ui->s.sample.map;
    int64_t fresh = (int64_t)(ui->s.set.fresh * SECOND), warm = (int64_t)(ui->s.set.warm * SECOND);
    int64_t next = INT64_MAX;
    if (ui->s.sample.past.time != 0) /* the past does not change */
        return next;
    for (size_t i = 0; ui->inspect->at.strip != 0 && i < map->cells; i++) {
        int64_t t = map->cell[i].changed;
        if (t == 0 || t + warm <= now)
            continue;
        int64_t then = t + fresh > now ? t + fresh : t + warm;
        next = then < next ? then : next;
    }
    return next;
}

/* `heat 1+ 10+ 100+ 1000+`, each number in the style of such bytes. */
static int draw_legend(struct ui *ui, int row)
{
    struct canvas *c = &ui->canvas;
    int col = canvas_text(c, row, 1, c->cols, STYLE_LABEL, "heat");
    if (ui->s.sample.past.time != 0)
        return canvas_text(c, row, col + 1, c->cols, STYLE_DIM,
                           "counts up to now; the past shows when, not how often");
    for (int i = 0; i < HEATS; i++)
        col =
            canvas_print(c, row, col + 1, c->cols, (enum style)heat_style[i], "%u+", heat_from[i]);
    return canvas_text(c, row, col + 1, c->cols, STYLE_DIM,
                       "changes seen per byte (`:heat reset` starts over)");
}

/* How much is selected; returns the column after it. */
static int draw_selection(struct ui *ui, int row)
{
    uint64_t from = 0, to = 0;
    session_selection(&ui->s, &from, &to);
    return canvas_print(&ui->canvas, row, 0, ui->canvas.cols, STYLE_SELECT,
                        " selected 0x%" PRIx64 " to 0x%" PRIx64 ": %" PRIu64 " byte%s (0x%" PRIx64
                        ") ",
                        from, to - 1, to - from, plural_s(to - from), to - from);
}

void inspect_draw_idle(struct ui *ui, int row)
{
    struct canvas *c = &ui->canvas;
    const struct map_summary *map = &ui->s.sample.map;
    const struct inspect_state *st = ui->inspect;
    char text[64] = "";
    int col = ui->s.selecting ? draw_selection(ui, row) : ui->s.heat ? draw_legend(ui, row) : 0;
    if (col == 0 && st->trail_count > 0)
        col = canvas_print(c, row, 1, c->cols, STYLE_DIM, "Backspace returns to 0x%" PRIx64,
                           st->trail[st->trail_count - 1]);
    if (ui->s.set.cpu <= 0)
        (void)snprintf(text, sizeof text, "whole-segment watch is off (`:set cpu 20`)");
    else if (map->sweeps == 0 && map->progress > 0)
        (void)snprintf(text, sizeof text, "whole segment %.0f %% read", map->progress * 100);
    else if (map->looked != 0 && !session_recorded(&ui->s) && ui->s.sample.past.time == 0)
        (void)snprintf(text, sizeof text, "whole segment seen %.1f s ago",
                       (double)(inspect_now(ui) - map->looked) / SECOND);
    int width = canvas_width(text);
    if (width > 0 && col + LEGEND_GAP + width < c->cols)
        (void)canvas_text(c, row, c->cols - 1 - width, c->cols, STYLE_DIM, text);
}
