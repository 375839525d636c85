/* The watch list: the marks of the segment with the values there, how often these change, and how
 * they went lately. The values come with each sample (live/gauges.h), wherever the window is. Also
 * the names of marks beside the rows of bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/inspect/inspect.h"

enum {
    LINE = 0x2500,
    LOWEST = 0x2581, /* the lowest of eight blocks */
    LEVELS = 8,
    NAME_LEAST = 4,
    NAME_MOST = 16,
    VALUE_LEAST = 8,
    RATE_COLS = 6,
    AGE_COLS = 7,
    VIEW_COLS = 7,
    COURSE_LEAST = 4,
    TEXT_BYTES = 24, /* of a text */
    SECOND = 1000000000
};

static const struct view *view_of(const struct ui *ui, const struct mark *mark)
{
    const struct view *v = mark->view[0] != '\0' ? view_find(mark->view) : NULL;
    return v != NULL ? v : inspect_view(ui);
}

static uint32_t size_of(const struct view *v)
{
    return v->kind == VIEW_TEXT ? TEXT_BYTES : v->unit;
}

int panel_marks_rows(const struct ui *ui)
{
    return 2 + (ui->s.marks.count > 0 ? (int)ui->s.marks.count : 1);
}

/* ---- one value ---- */

/* What the sample has of a mark. */
struct mark_reading {
    const struct view *view;
    const uint8_t *bytes, *state, *base;
    const int64_t *changed;
    const struct gauge_trend *trend;
    size_t size;     /* bytes within the segment; 0: not read yet, or not known */
    const char *why; /* size 0: why */
};

static struct mark_reading read_mark(const struct ui *ui, const struct mark *mark)
{
    const struct gauge_result *g = &ui->s.sample.arrays->gauges;
    struct mark_reading r = {.view = view_of(ui, mark), .why = ""};
    size_t i = gauge_find(g, mark->offset, size_of(r.view));
    if (ui->s.sample.seq == 0 || i == SIZE_MAX)
        return r;
    size_t first = g->first[i], least = r.view->kind == VIEW_TEXT ? 1 : r.view->unit;
    r.bytes = g->bytes + first;
    r.state = g->state + first;
    r.base = g->base + first;
    r.changed = g->changed + first;
    r.trend = &g->trend[i];
    while (r.size < g->at[i].size && r.state[r.size] <= BYTE_HOLE)
        r.size++;
    if (r.size >= least)
        return r;
    r.why = r.state[r.size] == BYTE_BEYOND ? "past the end" : "?";
    r.size = 0;
    return r;
}

/* A text up to its NUL, printable. */
static void text_value(const struct mark_reading *r, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->size && at + 8 < cap;) {
        uint8_t utf8[5];
        struct text_char c = text_decode(r->view->enc, r->bytes + i, r->size - i);
        size_t n = c.valid ? text_encode(TEXT_UTF8, c.cp, utf8) : 0;
        if (c.valid && c.cp == 0)
            return;
        if (n > 0)
            (void)text_escape(out + at, cap - at, (const char *)utf8, n);
        else
            (void)snprintf(out + at, cap - at, ".");
        at += strlen(out + at);
        i += c.size > 0 ? c.size : 1;
    }
}

static void value_text(const struct mark_reading *r, char *out, size_t cap)
{
    char value[VIEW_UNIT_MAX];
    if (r->size == 0) {
        (void)snprintf(out, cap, "%s", r->why);
    } else if (r->view->kind == VIEW_TEXT) {
        text_value(r, out, cap);
    } else {
        (void)view_format(r->view, r->bytes, value);
        (void)snprintf(out, cap, "%s", value);
    }
}

/* When it changed last; 0: not known. The history knows it more exactly than the map. */
static int64_t changed_at(const struct mark_reading *r)
{
    int64_t at = r->trend != NULL ? r->trend->changed : 0;
    for (size_t i = 0; i < r->size; i++)
        at = r->changed[i] > at ? r->changed[i] : at;
    return at;
}

static enum style value_style(const struct ui *ui, const struct mark_reading *r)
{
    int64_t now = inspect_now(ui), at = changed_at(r);
    if (r->size == 0)
        return STYLE_UNKNOWN;
    if (at != 0 && at > now - (int64_t)(ui->s.set.fresh * SECOND))
        return STYLE_FRESH;
    if (at != 0 && at > now - (int64_t)(ui->s.set.warm * SECOND))
        return STYLE_WARM;
    if (ui->s.sample.has_base && memchr(r->base, 1, r->size) != NULL)
        return STYLE_BASE;
    return r->state[0] == BYTE_HOLE ? STYLE_HOLE : STYLE_TEXT;
}

/* `4 ms`, `3.2 s`, `12 min`. */
static void age_text(int64_t ns, char out[16])
{
    double s = ns > 0 ? (double)ns / SECOND : 0;
    if (s < 0.9995)
        (void)snprintf(out, 16, "%.0f ms", s * 1000);
    else if (s < 99.95)
        (void)snprintf(out, 16, "%.1f s", s);
    else if (s < 6000)
        (void)snprintf(out, 16, "%.0f min", s / 60);
    else
        (void)snprintf(out, 16, "%.0f h", s / 3600);
}

/* ---- how it went ---- */

/* A value as a number that sorts as the view does; floats keep their own. */
static double number_of(const struct view *v, const uint8_t *p, uint64_t least)
{
    uint64_t bits = view_bits(v, p);
    if (v->kind == VIEW_FLOAT && v->unit == 4) {
        float f;
        uint32_t half = (uint32_t)bits;
        memcpy(&f, &half, sizeof f);
        return (double)f;
    }
    if (v->kind == VIEW_FLOAT) {
        double d;
        memcpy(&d, &bits, sizeof d);
        return d;
    }
    if (v->kind == VIEW_SIGNED)
        bits ^= UINT64_C(1) << 63;
    return bits < least ? -(double)(least - bits) : (double)(bits - least);
}

/* The whole number that others are counted from, so that large ones keep their differences. */
static uint64_t reference(const struct view *v, const uint8_t *p)
{
    return v->kind == VIEW_SIGNED ? view_bits(v, p) ^ UINT64_C(1) << 63 : view_bits(v, p);
}

/* Blocks whose height is the value, from the least to the greatest of those shown. */
static void draw_course(struct ui *ui, int row, int col, int cells, const struct mark_reading *r)
{
    const struct gauge_trend *t = r->trend;
    double value[TREND_CELLS], low = 0, high = 0;
    bool any = false;
    if (t == NULL || !t->kept || r->view->kind == VIEW_TEXT)
        return;
    cells = cells < TREND_CELLS ? cells : TREND_CELLS;
    uint64_t from = reference(r->view, t->cell[TREND_CELLS - 1]);
    for (int i = TREND_CELLS - cells; i < TREND_CELLS; i++) {
        value[i] = number_of(r->view, t->cell[i], from);
        bool counts = (t->known >> i & 1) != 0 && value[i] - value[i] == 0; /* finite */
        if (counts && (!any || value[i] < low))
            low = value[i];
        if (counts && (!any || value[i] > high))
            high = value[i];
        any = any || counts;
    }
    for (int i = TREND_CELLS - cells; any && i < TREND_CELLS; i++, col++) {
        double part = high > low ? (value[i] - low) / (high - low) : 0;
        if ((t->known >> i & 1) == 0 || !(part >= 0 && part <= 1))
            continue;
        uint32_t level = (uint32_t)(part * (LEVELS - 1) + 0.5);
        (void)canvas_char(&ui->canvas, row, col, ui->canvas.cols, STYLE_STRIP_WARM, LOWEST + level);
    }
}

/* ---- the panel ---- */

/* Columns, from left to right; the course gets what is left. */
struct columns {
    int name, name_end, offset, offset_end, value, value_end, view, rate, age, course, cells;
};

static struct columns place(const struct ui *ui, size_t from, size_t to)
{
    struct columns c = {.name = 2};
    int name = NAME_LEAST, value = VALUE_LEAST, offset = 6;
    char text[64];
    for (size_t i = from; i < to; i++) {
        const struct mark *mark = &ui->s.marks.at[i];
        const struct view *v = view_of(ui, mark);
        int n = (int)strlen(mark->name), wide = v->kind == VIEW_TEXT ? TEXT_BYTES : v->columns;
        name = n > name ? n : name;
        value = wide > value ? wide : value;
        n = snprintf(text, sizeof text, "0x%" PRIx64, mark->offset);
        offset = n > offset ? n : offset;
    }
    c.name_end = c.name + (name < NAME_MOST ? name : NAME_MOST);
    c.offset = c.name_end + 1;
    c.offset_end = c.offset + offset;
    c.value = c.offset_end + 1;
    int rest = VIEW_COLS + RATE_COLS + AGE_COLS + 4, room = ui->canvas.cols - c.value - rest;
    c.value_end = c.value + (value < room ? value : room > VALUE_LEAST ? room : VALUE_LEAST);
    c.view = c.value_end + 1;
    c.rate = c.view + VIEW_COLS + 1;
    c.age = c.rate + RATE_COLS + 1;
    c.course = c.age + AGE_COLS + 2;
    c.cells = ui->canvas.cols - c.course - 1;
    c.cells = c.cells < COURSE_LEAST ? 0 : c.cells < TREND_CELLS ? c.cells : TREND_CELLS;
    return c;
}

/* A text that ends at a column. */
static void draw_right(struct ui *ui, int row, int from, int end, enum style style,
                       const char *text)
{
    int width = canvas_width(text), limit = ui->canvas.cols;
    limit = end < limit ? end : limit;
    if (width <= end - from)
        (void)canvas_text(&ui->canvas, row, end - width, limit, style, text);
    else if (limit - from > 1) /* cut where it can be seen */
        (void)canvas_char(&ui->canvas, row,
                          canvas_text(&ui->canvas, row, from, limit - 1, style, text), limit, style,
                          0x2026);
}

static void draw_head(struct ui *ui, int row, const struct columns *c)
{
    struct canvas *v = &ui->canvas;
    char course[32];
    (void)canvas_text(v, row, c->name, c->name_end, STYLE_HEADER, "NAME");
    (void)canvas_text(v, row, c->offset, c->offset_end, STYLE_HEADER, "OFFSET");
    draw_right(ui, row, c->value, c->value_end, STYLE_HEADER, "VALUE");
    (void)canvas_text(v, row, c->view, c->rate - 1, STYLE_HEADER, "VIEW");
    draw_right(ui, row, c->rate, c->age - 1, STYLE_HEADER, "PER S");
    draw_right(ui, row, c->age, c->course - 2, STYLE_HEADER, "AGE");
    (void)snprintf(course, sizeof course, "LAST %.3g S", c->cells * (double)TREND_STEP / SECOND);
    if (c->cells >= (int)strlen(course))
        (void)canvas_text(v, row, c->course, v->cols, STYLE_HEADER, course);
}

static void draw_mark(struct ui *ui, int row, const struct columns *c, size_t i)
{
    const struct mark *mark = &ui->s.marks.at[i];
    const struct mark_reading r = read_mark(ui, mark);
    struct canvas *v = &ui->canvas;
    char text[128];
    bool here = ui->watch.focus && ui->watch.at == i;
    enum style plain = here ? STYLE_ROW : STYLE_TEXT;
    if (here) {
        canvas_fill(v, row, 0, v->cols, plain, ' ');
        (void)canvas_text(v, row, 0, 1, plain, ">");
    }
    (void)canvas_text(v, row, c->name, c->name_end, here ? plain : STYLE_LABEL, mark->name);
    (void)canvas_print(v, row, c->offset, c->offset_end, plain, "0x%" PRIx64, mark->offset);
    value_text(&r, text, sizeof text);
    draw_right(ui, row, c->value, c->value_end, here ? plain : value_style(ui, &r), text);
    (void)canvas_text(v, row, c->view, c->rate - 1, here ? plain : STYLE_DIM, r.view->name);
    if (r.size == 0)
        return;
    if (r.trend->kept) {
        (void)snprintf(text, sizeof text, "%.0f", r.trend->rate);
        draw_right(ui, row, c->rate, c->age - 1, plain, text);
    }
    int64_t at = changed_at(&r), now = inspect_now(ui);
    bool kept = at == 0 && r.trend->kept && r.trend->since > 0 &&
                r.trend->since < now; /* unchanged since then */
    if (at != 0 || kept) {
        text[0] = '>';
        age_text(now - (kept ? r.trend->since : at), text + kept);
        draw_right(ui, row, c->age, c->course - 2, plain, text);
    }
    if (c->cells > 0)
        draw_course(ui, row, c->course, c->cells, &r);
}

/* Asks the sampler for the values of these marks from now on. */
static void want(struct ui *ui, size_t from, size_t to)
{
    struct gauge_request *g = &ui->s.gauges;
    for (size_t i = from; i < to && g->count < GAUGES_MAX; i++) {
        const struct mark *mark = &ui->s.marks.at[i];
        const struct view *v = view_of(ui, mark);
        g->at[g->count++] = (struct gauge){mark->offset, size_of(v), .trend = v->kind != VIEW_TEXT};
    }
}

/* The rule above the list: which marks are shown of how many, and the keys. */
static void draw_rule(struct ui *ui, int row, size_t from, size_t to)
{
    struct canvas *c = &ui->canvas;
    size_t count = ui->s.marks.count;
    enum style line = ui->watch.focus ? STYLE_HEADER : STYLE_DIM;
    canvas_fill(c, row, 0, c->cols, line, LINE);
    int col = to - from < count ? canvas_print(c, row, 2, c->cols, STYLE_LABEL,
                                               " watch list %zu-%zu of %zu ", from + 1, to, count)
                                : canvas_print(c, row, 2, c->cols, STYLE_LABEL, " watch list ");
    char text[96];
    const char *hint =
        ui_hint(ui,
                ui->watch.focus ? " {marks go} goes there, {panel next}: next, {marks leave}: back "
                : count > 0     ? " {move column}: into it, {marks} closes "
                                : " {marks} closes ",
                text, sizeof text);
    int at = c->cols - canvas_width(hint) - 2;
    if (at > col)
        (void)canvas_text(c, row, at, c->cols, line, hint);
}

void panel_marks(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct watch_panel *w = &ui->watch;
    struct canvas *c = &ui->canvas;
    size_t count = ui->s.marks.count, rows = at->marks_rows > 2 ? (size_t)at->marks_rows - 2 : 0;
    int row = at->marks_top;
    char text[96];
    w->rows = (int)rows;
    if (w->at >= count)
        w->at = count > 0 ? count - 1 : 0;
    size_t from = w->focus && w->at >= rows && rows > 0 ? w->at - rows + 1 : 0;
    size_t to = from + rows < count ? from + rows : count;
    draw_rule(ui, row, from, to);
    want(ui, from, to);
    const struct columns columns = place(ui, from, to);
    if (count == 0 && rows > 0)
        (void)canvas_text(c, row + 1, 2, c->cols, STYLE_DIM,
                          ui_hint(ui,
                                  "no marks yet: {prompt mark} and a letter, or :mark NAME "
                                  "OFFSET VIEW",
                                  text, sizeof text));
    else if (at->marks_rows > 1)
        draw_head(ui, row + 1, &columns);
    for (size_t i = from; i < to; i++)
        draw_mark(ui, row + 2 + (int)(i - from), &columns, i);
}

/* ---- beside the rows ---- */

const struct mark *inspect_mark_at(const struct ui *ui, uint64_t offset)
{
    for (size_t i = 0; i < ui->s.marks.count; i++)
        if (ui->s.marks.at[i].offset == offset)
            return &ui->s.marks.at[i];
    return NULL;
}

void inspect_draw_names(struct ui *ui, int row, uint64_t offset, int col, int limit)
{
    const struct marks *m = &ui->s.marks;
    unsigned width = ui->inspect->at.width;
    for (size_t i = 0; i < m->count && col < limit; i++) {
        const struct mark *mark = &m->at[i];
        if (mark->offset < offset || mark->offset - offset >= width)
            continue;
        int end = canvas_print(&ui->canvas, row, col, limit, STYLE_LABEL, "%s", mark->name);
        if (end - col < (int)strlen(mark->name))
            (void)canvas_char(&ui->canvas, row, limit - 1, limit, STYLE_LABEL, 0x2026);
        col = end + 2;
    }
}
