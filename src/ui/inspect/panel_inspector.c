/* The inspector: what the bytes at the cursor are, below the rows or beside them. The rule above
 * the values says where the cursor is, the mark that is there, and how long ago and how often the
 * value changed. The values are in panel_values.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/interpret.h"
#include "ui/inspect/inspect.h"

enum {
    LINE = 0x2500,
    BAR = 0x2502,
    SECOND = 1000000000,
    READINGS_EVERY = SECOND / 15, /* ns */
    WHERE = 128                   /* bytes of where_text */
};

void inspect_age(int64_t ns, char out[INSPECT_AGO])
{
    double s = ns > 0 ? (double)ns / SECOND : 0;
    if (s < 0.9995)
        (void)snprintf(out, INSPECT_AGO, "%3.0f ms", s * 1000);
    else if (s < 9.95)
        (void)snprintf(out, INSPECT_AGO, "%4.1f s", s);
    else if (s < 120)
        (void)snprintf(out, INSPECT_AGO, "%4.0f s", s);
    else if (s < 5970)
        (void)snprintf(out, INSPECT_AGO, "%.0f min", s / 60);
    else
        (void)snprintf(out, INSPECT_AGO, "%.0f h", s / 3600);
}

/* When a byte of the value at the cursor changed last, 0: no change was seen; *count: how often, as
 * far as it was seen. */
static int64_t last_change(const struct ui *ui, uint32_t *count)
{
    const struct sample *p = &ui->s.sample;
    int64_t newest = 0;
    *count = 0;
    for (unsigned i = 0; p->seq != 0 && i < inspect_unit(ui); i++) {
        size_t k = sample_index(p, ui->s.cursor + i);
        if (k == SIZE_MAX)
            break;
        newest = p->arrays->changed[k] > newest ? p->arrays->changed[k] : newest;
        *count = p->arrays->count[k] > *count ? p->arrays->count[k] : *count;
    }
    return newest;
}

/* Changes a second, counted over a second at a time; 0: not known, or none. */
static double changes_a_second(const struct ui *ui, const struct change_count *c)
{
    struct change_rate *r = &ui->inspect->rate;
    const struct session *s = &ui->s;
    int64_t now = s->sample.time;
    bool same = r->offset == c->offset && r->unit == c->unit && c->count >= r->count &&
                now >= r->since && seg_id_equal(r->id, s->id) && s->sample.past.time == 0;
    if (!same) {
        *r = (struct change_rate){
            .id = s->id, .offset = c->offset, .unit = c->unit, .count = c->count, .since = now};
    } else if (now - r->since >= SECOND) {
        r->hz = (double)(c->count - r->count) * SECOND / (double)(now - r->since);
        r->count = c->count;
        r->since = now;
    }
    return r->hz;
}

/* `changed   4 ms ago,  240 times a second`, each number in columns of its own. Where every sample
 * differs it may change more often than is seen: `over 250`. */
void inspect_changed_text(const struct ui *ui, int64_t changed, const struct change_count *count,
                          char out[INSPECT_CHANGED])
{
    double hz = changes_a_second(ui, count), looks = ui->s.sample.hz;
    char age[INSPECT_AGO];
    out[0] = '\0';
    if (changed == 0)
        return;
    inspect_age(inspect_now(ui) - changed, age);
    int n = snprintf(out, INSPECT_CHANGED, "changed %6s ago", age);
    if (hz >= 0.95)
        (void)snprintf(out + n, (size_t)(INSPECT_CHANGED - n), ", %s%4.0f time%s a second",
                       looks > 0 && hz > looks * 0.9 ? "over " : "", hz, hz < 1.5 ? "" : "s");
}

static void changed_text(const struct ui *ui, char out[INSPECT_CHANGED])
{
    struct change_count c = {.offset = ui->s.cursor, .unit = inspect_unit(ui)};
    int64_t changed = last_change(ui, &c.count);
    inspect_changed_text(ui, changed, &c, out);
}

/* Why there are no values. */
static const char *nothing_known(const struct ui *ui)
{
    uint8_t byte = 0, state = 0;
    int64_t changed = 0;
    bool base = false;
    if (session_end(&ui->s) <= session_start(&ui->s))
        return "no bytes";
    if (!session_byte(&ui->s, ui->s.cursor, &byte, &state, &changed, &base))
        return "reading";
    if (state == BYTE_UNKNOWN && ui->s.sample.past.time != 0)
        return "not known at that time";
    return state == BYTE_UNKNOWN ? "unknown: reading it would disturb it" : "past the end";
}

/* `0x40 (64)`, the mark that is there, and whether the byte was never written. */
static void where_text(const struct ui *ui, char out[WHERE])
{
    const struct session *s = &ui->s;
    uint8_t byte = 0, state = 0;
    int64_t changed = 0;
    bool base = false;
    bool known = session_byte(s, s->cursor, &byte, &state, &changed, &base);
    const struct mark *mark = inspect_mark_at(ui, s->cursor);
    (void)snprintf(out, WHERE, "0x%" PRIx64 " (%" PRIu64 ")%s%s%s", s->cursor, s->cursor,
                   mark != NULL ? "  " : "", mark != NULL ? mark->name : "",
                   known && state == BYTE_HOLE ? "  never written" : "");
}

/* Is the window torn (its bytes are not from one moment) or consistent? Empty: unknown. */
static void settle_text(const struct ui *ui, char out[64])
{
    const struct settle_result *t = &ui->s.sample.settle;
    out[0] = '\0';
    if (ui->s.locked && t->want.locked)
        (void)snprintf(out, 64,
                       t->busy ? "~ seqlock %" PRIu64 ": being written" : "seqlock %" PRIu64,
                       t->counter);
    else if (t->reads > 0 && t->torn > 0)
        (void)snprintf(out, 64, "changes while it is read: %.3g %% of the reads",
                       (double)t->torn * 100 / (double)t->reads);
    else if (t->any)
        (void)snprintf(out, 64, "changes while it is read");
    else if (t->reads > 0)
        (void)snprintf(out, 64, "did not change while it was read");
}

/* The state of the value at the cursor: frozen, torn or consistent. Empty: nothing to say. */
static void state_text(const struct ui *ui, char out[64])
{
    const struct frozen *v = inspect_frozen(ui, ui->s.cursor);
    char fights[48];
    out[0] = '\0';
    if (v == NULL) {
        settle_text(ui, out);
        return;
    }
    inspect_fights(v, fights);
    (void)snprintf(out, 64, "frozen, %s", fights);
}

static void draw_rule(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct canvas *c = &ui->canvas;
    char where[WHERE], changed[INSPECT_CHANGED], what[64];
    where_text(ui, where);
    changed_text(ui, changed);
    state_text(ui, what);
    canvas_fill(c, at->panel_top, 0, c->cols, STYLE_DIM, LINE);
    int col = canvas_print(c, at->panel_top, 2, c->cols, STYLE_LABEL, " %s ", where);
    if (what[0] != '\0')
        col = canvas_print(c, at->panel_top, col, c->cols, STYLE_WARN, "%s ", what);
    int width = canvas_width(changed) + 2;
    if (width > c->cols - 2 - col && strchr(changed, ',') != NULL) {
        *strchr(changed, ',') = '\0'; /* no room for how often */
        width = canvas_width(changed) + 2;
    }
    if (changed[0] != '\0' && width <= c->cols - 2 - col)
        (void)canvas_print(c, at->panel_top, c->cols - width - 2, c->cols, STYLE_TEXT, " %s ",
                           changed);
}

static void draw_beside(struct ui *ui, const struct inspect *in, bool big)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct canvas *c = &ui->canvas;
    char text[WHERE];
    int row = at->panel_top, bottom = row + at->panel_rows, col = at->panel + 2;
    for (int r = row; r < bottom; r++)
        (void)canvas_char(c, r, at->panel, c->cols, STYLE_DIM, BAR);
    where_text(ui, text);
    (void)canvas_text(c, row, col, at->panel_end, STYLE_LABEL, text);
    changed_text(ui, text);
    (void)canvas_text(c, row + 1, col, at->panel_end, STYLE_TEXT, text);
    state_text(ui, text);
    (void)canvas_text(c, row + 2, col, at->panel_end, STYLE_WARN, text);
    if (in->count == 0)
        return;
    row = inspect_values_beside(ui, in, big, row + 3, bottom);
    inspect_draw_was_rows(ui, row, bottom, col, at->panel_end);
}

/* Newer bytes wait for their turn; the first ones after a rest do not, nor those of a paused
 * picture, which shows one moment. */
static void steady(struct ui *ui, uint64_t offset, uint8_t bytes[INSPECT_BYTES], size_t n)
{
    struct readings *r = &ui->inspect->readings;
    bool same = r->offset == offset && r->n == n && r->past == ui->s.sample.past.time &&
                seg_id_equal(r->id, ui->s.id) && ui->now >= r->since;
    r->due = 0;
    if (same && memcmp(r->bytes, bytes, n) == 0)
        return;
    if (same && !ui->s.paused && ui->now - r->since < READINGS_EVERY) {
        r->due = r->since + READINGS_EVERY;
        memcpy(bytes, r->bytes, n);
        return;
    }
    *r = (struct readings){.id = ui->s.id,
                           .offset = offset,
                           .n = n,
                           .past = ui->s.sample.past.time,
                           .since = same ? ui->now : 0};
    memcpy(r->bytes, bytes, n);
}

void inspect_draw_inspector(struct ui *ui)
{
    const struct inspect_layout *at = &ui->inspect->at;
    struct inspect in = {.count = 0};
    uint8_t bytes[INSPECT_BYTES];
    const struct view *v = inspect_view(ui);
    bool big = view_swapped(v) != v ? v->big : ui->s.set.big;
    uint64_t from = ui->s.cursor;
    ui->s.value_offset = from;
    ui->s.value_size = inspect_unit(ui);
    size_t n = session_bytes(&ui->s, from, bytes, sizeof bytes);
    steady(ui, from, bytes, n);
    inspect_fill(&in, bytes, n, big);
    if (at->panel_side) {
        draw_beside(ui, &in, big);
    } else {
        draw_rule(ui);
        if (in.count > 0)
            inspect_values_below(ui, &in, big);
    }
    if (in.count == 0)
        (void)canvas_text(&ui->canvas, at->panel_top + (at->panel_side ? 3 : 1),
                          at->panel_side ? at->panel + 2 : 2, ui->canvas.cols, STYLE_DIM,
                          nothing_known(ui));
}
