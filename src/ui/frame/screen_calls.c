/* The log of OS calls, each as one could write it in C. The screen keeps a copy of the newest
 * calls, so that drawing does not hold the log's lock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/text.h"
#include "ui/frame/ui.h"

enum { CALLS_KEPT = 1000, LOOK_EVERY = 100 * 1000000, SHOWN_MAX = 4 * OSCALL_TEXT_MAX };

struct calls_state {
    struct oscall *call; /* a ring of CALLS_KEPT */
    size_t first, count; /* the oldest kept, and how many */
    int top;             /* first row shown, counted from the oldest */
    bool follow;         /* stay at the newest */
};

struct calls_state *calls_new(void)
{
    struct calls_state *st = calloc(1, sizeof *st);
    if (st == NULL)
        return NULL;
    st->follow = true;
    st->call = calloc(CALLS_KEPT, sizeof *st->call);
    if (st->call != NULL)
        return st;
    free(st);
    return NULL;
}

void calls_free(struct calls_state *st)
{
    if (st == NULL)
        return;
    free(st->call);
    free(st);
}

static struct oscall *call_at(const struct calls_state *st, size_t i)
{
    return &st->call[(st->first + i) % CALLS_KEPT];
}

static void add(struct calls_state *st, const struct oscall *call)
{
    if (st->count > 0 && call_at(st, st->count - 1)->seq == call->seq) {
        *call_at(st, st->count - 1) = *call; /* it has been repeated since */
        return;
    }
    if (st->count == CALLS_KEPT) {
        st->first = (st->first + 1) % CALLS_KEPT;
        st->count--;
        st->top -= st->top > 0 && !st->follow ? 1 : 0;
    }
    *call_at(st, st->count++) = *call;
}

static void update(struct ui *ui)
{
    struct calls_state *st = ui->calls;
    struct oscall call;
    if (ui->s.be == NULL)
        return;
    uint64_t seq = st->count > 0 ? call_at(st, st->count - 1)->seq : 1;
    while (backend_call(ui->s.be, &seq, &call))
        add(st, &call);
}

static int rows_of(const struct ui *ui)
{
    return ui_body_bottom(ui) - ui_body_top(ui);
}

static void scroll_to(struct ui *ui, int top)
{
    struct calls_state *st = ui->calls;
    int last = (int)st->count - rows_of(ui);
    st->top = top > last ? last : top;
    st->top = st->top < 0 ? 0 : st->top;
    st->follow = st->top >= last;
}

/* A call too long for the row: its arguments are cut, its result stays. */
static int draw_text(struct canvas *c, int row, int col, int limit, const char *text)
{
    const char *result = NULL;
    for (const char *p = text; (p = strstr(p, ") = ")) != NULL; p++)
        result = p;
    int tail = result != NULL ? canvas_width(result) + 1 : limit;
    if (col + canvas_width(text) <= limit || col + tail >= limit)
        return canvas_text(c, row, col, limit, STYLE_TEXT, text);
    col = canvas_text(c, row, col, limit - tail, STYLE_TEXT, text);
    col = canvas_char(c, row, col, limit, STYLE_DIM, 0x2026);
    return canvas_text(c, row, col, limit, STYLE_TEXT, result);
}

static void draw_call(struct ui *ui, int row, const struct oscall *call)
{
    struct canvas *c = &ui->canvas;
    char clock[16], text[SHOWN_MAX];
    os_clock_text(call->first, clock);
    (void)text_escape_content(text, sizeof text, call->text, strlen(call->text));
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '\n' || *p == '\t' ? ' ' : *p;
    int col = canvas_text(c, row, 1, c->cols, STYLE_OFFSET, clock);
    int limit = call->repeats > 1 ? c->cols - 18 : c->cols;
    col = draw_text(c, row, col + 2, limit > col ? limit : c->cols, text);
    if (call->repeats > 1)
        (void)canvas_print(c, row, col + 2, c->cols, STYLE_WARM, "... %llu times",
                           (unsigned long long)call->repeats);
}

static void draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct calls_state *st = ui->calls;
    int top = ui_body_top(ui), rows = rows_of(ui);
    update(ui);
    scroll_to(ui, st->follow ? (int)st->count : st->top);
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    uint64_t total = ui->s.be != NULL ? backend_call_count(ui->s.be) : 0;
    int col = canvas_print(c, 0, 1, c->cols, STYLE_TITLE, "OS calls  %llu made, %zu shown",
                           (unsigned long long)total, st->count);
    canvas_text(c, 0, col + 2, c->cols, st->follow ? STYLE_LIVE : STYLE_PAUSED,
                st->follow ? " LIVE " : " End follows ");
    for (int i = 0; i < rows && (size_t)(st->top + i) < st->count; i++)
        draw_call(ui, top + i, call_at(st, (size_t)(st->top + i)));
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    int rows = rows_of(ui);
    if (strcmp(how, "end") == 0)
        scroll_to(ui, (int)ui->calls->count);
    else
        scroll_to(ui, list_move(how, ui->calls->top, (int)ui->calls->count, rows));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        scroll_to(ui, ui->calls->top + (ev->mouse == MOUSE_WHEEL_UP ? -3 : 3));
}

static int64_t next(struct ui *ui, int64_t now)
{
    (void)ui;
    return now + LOOK_EVERY;
}

static void enter(struct ui *ui)
{
    ui->calls->follow = true;
}

const struct screen screen_calls = {.name = "calls",
                                    .mode = MODE_CALLS,
                                    .draw = draw,
                                    .move = move,
                                    .mouse = mouse,
                                    .enter = enter,
                                    .next = next};
