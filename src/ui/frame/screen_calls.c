/* The log of OS calls, each as one could write it in C, in sections: what the user did. The screen
 * keeps a copy of the newest calls, so that drawing does not hold the log's lock. At first only
 * calls that matter for sharing memory are shown, with what they are for (calls_text.c). */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/plural.h"
#include "core/screen/wrap.h"
#include "core/text.h"
#include "list/segrow.h"
#include "ui/frame/calls.h"
#include "ui/inspect/inspect.h"

enum { SECTIONS_KEPT = 64, SECTION_TEXT = 120, CLOCK_COLS = 14, INDENT = 2, LINE = 0x2500 };
enum { LOOK_EVERY = 100 * 1000000, SHOWN_MAX = 4 * OSCALL_TEXT_MAX };
enum { FILTER_MAX = 64, COPY_MOST = 1024 * 1024 };
enum { REPEATED = 16 }; /* the newest entries, which may be made again */
enum { SERIES_KEPT = 32, SERIES_TEXT = 64, TIMES_COLS = 16 };

/* What the user did, and when. */
struct calls_part {
    int64_t time; /* wall clock */
    char text[SECTION_TEXT];
};

struct calls_state {
    struct oscall *call;                      /* a ring of CALLS_KEPT */
    size_t first, count;                      /* the oldest kept, and how many */
    struct calls_part section[SECTIONS_KEPT]; /* the oldest first */
    size_t sections;
    uint16_t row[CALLS_KEPT + SECTIONS_KEPT]; /* what is shown: a call, or SECTION + a section */
    struct { /* of each call that is shown, those that look like it and are not shown included */
        uint64_t times;
        int64_t last;   /* wall clock */
        uint16_t shown; /* the newest of them */
    } all_of[CALLS_KEPT];
    int rows;
    int at, top;             /* the cursor and the first row on the screen */
    bool follow;             /* stay at the newest */
    bool all;                /* not only the essential calls */
    char filter[FILTER_MAX]; /* only calls that have all of its words */
};

enum { SECTION = CALLS_KEPT };

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
    for (size_t i = st->count; i > 0 && call_at(st, i - 1)->seq >= call->seq; i--)
        if (call_at(st, i - 1)->seq == call->seq) {
            *call_at(st, i - 1) = *call; /* it has been repeated since */
            return;
        }
    if (st->count == CALLS_KEPT) {
        st->first = (st->first + 1) % CALLS_KEPT;
        st->count--;
    }
    *call_at(st, st->count++) = *call;
}

static void update(struct ui *ui)
{
    struct calls_state *st = ui->calls;
    struct oscall call;
    size_t known = st->count < REPEATED ? st->count : REPEATED;
    if (ui->s.be == NULL)
        return;
    uint64_t seq = known > 0 ? call_at(st, st->count - known)->seq : 1;
    while (backend_call(ui->s.be, &seq, &call))
        add(st, &call);
}

/* ---- rows ---- */

void calls_section(struct ui *ui, const char *format, ...)
{
    struct calls_state *st = ui->calls;
    char raw[SECTION_TEXT], text[SECTION_TEXT];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    (void)text_escape_content(text, sizeof text, raw, strlen(raw));
    if (st->sections > 0 && strcmp(st->section[st->sections - 1].text, text) == 0)
        return; /* the same once more */
    if (st->sections == SECTIONS_KEPT)
        memmove(st->section, st->section + 1, --st->sections * sizeof *st->section);
    struct calls_part *s = &st->section[st->sections++];
    s->time = os_wall();
    memcpy(s->text, text, sizeof s->text);
}

void calls_looking(struct ui *ui)
{
    double hz = ui->s.set.hz;
    calls_section(ui, "looking, %.4g time%s a second", hz, hz == 1 ? "" : "s");
}

const char *calls_cut(const char *text, char out[CALLS_CUT])
{
    static const char more[] = "\u2026";
    size_t room = CALLS_CUT - sizeof more + 1;
    if (text_escape_content(out, room, text, strlen(text)) >= room)
        memcpy(out + strlen(out), more, sizeof more);
    return out;
}

/* Has the call every word of the filter, in itself or in what it is for? */
static bool has_words(const char *filter, const char *text, const char *gloss)
{
    char word[FILTER_MAX];
    for (const char *p = filter + strspn(filter, " "); *p != '\0'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)n, p);
        if (!text_has(text, word) && (gloss == NULL || !text_has(gloss, word)))
            return false;
        p += n;
    }
    return true;
}

static bool is_shown(const struct calls_state *st, const struct oscall *call)
{
    const char *gloss = calls_gloss(call->text);
    return (st->all || gloss != NULL) && has_words(st->filter, call->text, gloss);
}

/* Looks at one object, `fstat(7`, wherever they are in the log. */
struct series {
    char head[SERIES_TEXT]; /* the call up to the end of its first argument, and the inode */
    const char *gloss;      /* what they ask */
    size_t call;            /* the first of them */
};

static void head_of(const char *text, char out[SERIES_TEXT])
{
    const char *inode = strstr(text, "  st_ino ");
    (void)snprintf(out, SERIES_TEXT, "%.*s%s", (int)strcspn(text, ",)"), text,
                   inode != NULL ? inode : "");
}

/* The number of a descriptor or id that this call made, or closed, so that from here on it means
 * another object. Its digits, *n of them. */
static const char *renewed(const char *text, size_t *n)
{
    static const char closed[] = "close(";
    const char *result = calls_result(text), *digits = result != NULL ? result + 4 : "";
    bool id = strncmp(text, "shmget(", 7) == 0;
    if (strncmp(text, closed, sizeof closed - 1) == 0)
        digits = text + sizeof closed - 1;
    else if (*digits == '0' && !id) /* success, or an address */
        digits = "";
    *n = strspn(digits, "0123456789");
    return digits;
}

static void end_series(struct series series[SERIES_KEPT], size_t *count, const char *text)
{
    size_t n = 0;
    const char *digits = renewed(text, &n);
    for (size_t i = *count; i-- > 0 && n > 0;) {
        const char *number = strchr(series[i].head, '(');
        if (number != NULL && strspn(number + 1, "0123456789") == n &&
            memcmp(number + 1, digits, n) == 0)
            series[i] = series[--*count];
    }
}

/* The sampler looks at the object all the time, between what the user does. These looks are one
 * row, where the first of them was made. Returns that call. */
static size_t lead_of(struct series series[SERIES_KEPT], size_t *count, const char *text, size_t i)
{
    char head[SERIES_TEXT];
    const char *gloss = calls_gloss(text);
    if (!calls_looks(text)) {
        end_series(series, count, text);
        return i;
    }
    head_of(text, head);
    for (size_t k = 0; k < *count; k++)
        if (series[k].gloss == gloss && strcmp(series[k].head, head) == 0)
            return series[k].call;
    if (*count < SERIES_KEPT) {
        memcpy(series[*count].head, head, sizeof head);
        series[*count].gloss = gloss;
        series[(*count)++].call = i;
    }
    return i;
}

/* Folds call number i into the one that it looks like; true: it has a row of its own. With a filter
 * each has one, so that it finds them all. */
static bool has_row(struct calls_state *st, struct series series[SERIES_KEPT], size_t *count,
                    size_t i)
{
    const struct oscall *call = call_at(st, i);
    bool folds = !st->all && st->filter[0] == '\0';
    size_t lead = folds ? lead_of(series, count, call->text, i) : i;
    if (lead == i)
        st->all_of[i].times = 0;
    st->all_of[lead].times += call->repeats;
    st->all_of[lead].last = call->last;
    st->all_of[lead].shown = (uint16_t)i;
    return lead == i;
}

/* The call whose text stands for that of row call i. */
static const struct oscall *shown_of(const struct calls_state *st, size_t i)
{
    return call_at(st, st->all_of[i].shown);
}

/* Sections come before the calls that began after them; with a filter only those that have some. */
static void make_rows(struct calls_state *st)
{
    struct series series[SERIES_KEPT];
    size_t k = 0, count = 0;
    bool filtered = st->filter[0] != '\0';
    st->rows = 0;
    for (size_t i = 0, told = 0; i < st->count; i++) {
        const struct oscall *call = call_at(st, i);
        for (; k < st->sections && st->section[k].time <= call->first; k++)
            if (!filtered)
                st->row[st->rows++] = (uint16_t)(SECTION + k);
        if (!has_row(st, series, &count, i) || !is_shown(st, call))
            continue;
        if (filtered && k > told)
            st->row[st->rows++] = (uint16_t)(SECTION + k - 1);
        told = k;
        st->row[st->rows++] = (uint16_t)i;
    }
    for (; k < st->sections && !filtered; k++)
        st->row[st->rows++] = (uint16_t)(SECTION + k);
}

static int rows_of(const struct ui *ui)
{
    return ui_body_bottom(ui) - ui_body_top(ui);
}

static void move_to(struct ui *ui, int at)
{
    struct calls_state *st = ui->calls;
    int rows = rows_of(ui), last = st->rows - 1;
    st->at = at > last ? last : at;
    st->at = st->at < 0 ? 0 : st->at;
    if (st->at < st->top)
        st->top = st->at;
    if (st->at >= st->top + rows)
        st->top = st->at - rows + 1;
    st->follow = st->at >= last;
}

/* ---- drawing ---- */

/* A call too long for its columns: its arguments are cut, then its result, never its name. */
static void draw_text(struct canvas *c, int row, int col, int limit, enum style style,
                      const char *text)
{
    const char *result = calls_result(text);
    char head[SHOWN_MAX];
    size_t n = calls_head(text);
    (void)snprintf(head, sizeof head, "%.*s", (int)n, text);
    int tail = result != NULL ? canvas_width(result) : 0, least = canvas_width(head) + 1;
    if (result == NULL || col + canvas_width(text) <= limit) {
        (void)canvas_field(c, row, col, limit, false, style, text);
        return;
    }
    int end = limit - tail - 1 > col + least ? limit - tail - 1 : col + least - 1;
    int at = canvas_text(c, row, col, end < limit ? end : limit, style, text);
    at = canvas_char(c, row, at, limit, style, 0x2026);
    if (at < limit)
        (void)canvas_field(c, row, at, limit, false, style, result);
}

static void draw_section(struct canvas *c, int row, const struct calls_part *s, enum style style)
{
    char clock[16], text[sizeof s->text + 2];
    os_clock_text(s->time, clock);
    (void)snprintf(text, sizeof text, " %s ", s->text);
    canvas_fill(c, row, 0, c->cols, style == STYLE_ROW ? style : STYLE_DIM, LINE);
    int from = c->cols - canvas_width(clock) - 4;
    (void)canvas_field(c, row, 2, from, false, style, text);
    (void)canvas_print(c, row, from, c->cols, STYLE_OFFSET, " %s ", clock);
}

static void plain_text(const struct oscall *call, char text[SHOWN_MAX])
{
    (void)text_escape_content(text, SHOWN_MAX, call->text, strlen(call->text));
}

static void draw_call(const struct ui *ui, struct canvas *c, int row, size_t i, enum style style)
{
    const struct oscall *call = call_at(ui->calls, i);
    uint64_t times = ui->calls->all_of[i].times;
    char clock[16], text[SHOWN_MAX], note[64];
    const char *gloss = calls_gloss(call->text);
    int col = INDENT;
    plain_text(shown_of(ui->calls, i), text);
    if (ui->calls->all) {
        os_clock_text(call->first, clock);
        canvas_text(c, row, 1, c->cols, style == STYLE_ROW ? style : STYLE_OFFSET, clock);
        col = CLOCK_COLS;
    }
    int room = c->cols - col - canvas_width(text) - TIMES_COLS;
    bool both = gloss != NULL && canvas_width(gloss) < room;
    if (times > 1)
        (void)snprintf(note, sizeof note, "%s%s%" PRIu64 " times", both ? gloss : "",
                       both ? "  " : "", times);
    else
        (void)snprintf(note, sizeof note, "%s", gloss != NULL ? gloss : "");
    int limit = c->cols - canvas_width(note) - (note[0] != '\0' ? 3 : 0);
    draw_text(c, row, col, limit, style, text);
    canvas_text(c, row, c->cols - canvas_width(note) - 1, c->cols,
                style == STYLE_ROW ? style : STYLE_DIM, note);
}

static void draw_row(struct ui *ui, int row, int i)
{
    struct calls_state *st = ui->calls;
    struct canvas *c = &ui->canvas;
    enum style style = i == st->at && !st->follow ? STYLE_ROW : STYLE_TEXT;
    if (style == STYLE_ROW)
        canvas_fill(c, row, 0, c->cols, style, ' ');
    if (st->row[i] >= SECTION)
        draw_section(c, row, &st->section[st->row[i] - SECTION], style);
    else
        draw_call(ui, c, row, st->row[i], style);
}

static void draw_title(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    const struct calls_state *st = ui->calls;
    uint64_t total = ui->s.be != NULL ? backend_call_count(ui->s.be) : 0;
    char essential[64], follows[64];
    const char *which = st->all                 ? "all"
                        : st->filter[0] != '\0' ? "essential"
                                                : ui_hint(ui, "essential ({essential} shows all)",
                                                          essential, sizeof essential);
    canvas_fill(c, 0, 0, c->cols, STYLE_TITLE, ' ');
    int col = canvas_print(c, 0, 1, c->cols, STYLE_TITLE,
                           "OS calls  %" PRIu64 " made, %zu kept  %s", total, st->count, which);
    col = canvas_text(c, 0, col + 2, c->cols, st->follow ? STYLE_LIVE : STYLE_PAUSED,
                      st->follow ? " LIVE "
                                 : ui_hint(ui, " {move end}: newest ", follows, sizeof follows));
    if (st->filter[0] != '\0')
        (void)canvas_print(c, 0, col + 2, c->cols, STYLE_TITLE, "with \"%s\" (Esc: all)",
                           st->filter);
}

/* A paragraph from that row on, within the columns; returns the row after it. */
static int draw_paragraph(struct ui *ui, int row, enum style style, const char *text)
{
    for (size_t skip = 0; *text != '\0' && row < ui_body_bottom(ui); text += skip) {
        char line[256];
        size_t n = wrap_line(text, ui->canvas.cols - 2, &skip);
        (void)snprintf(line, sizeof line, "%.*s", (int)n, text);
        (void)canvas_text(&ui->canvas, row++, 1, ui->canvas.cols, style, line);
    }
    return row;
}

/* Before the user did anything that asks the system for something. */
static void draw_nothing(struct ui *ui, int top)
{
    char key[UI_PRESS], text[160];
    bool some = ui->calls->count > 0;
    (void)snprintf(text, sizeof text, "None of the calls so far shares memory: %s shows all. ",
                   ui_press(ui, "essential", key));
    int row =
        draw_paragraph(ui, top + 1, STYLE_TEXT, some ? text : "No call was made for you yet.");
    row = draw_paragraph(ui, row, STYLE_DIM,
                         "What opens, makes, changes or removes a segment is logged here, in "
                         "sections by what you did: Enter in the list opens one.");
    (void)draw_paragraph(ui, row + 1, STYLE_DIM,
                         "The list is kept by threads of its own. They ask for the names and read "
                         "what every process maps: thousands of calls a second, which are left "
                         "out.");
}

static void draw(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct calls_state *st = ui->calls;
    char all[64];
    int top = ui_body_top(ui), rows = rows_of(ui);
    update(ui);
    make_rows(st);
    move_to(ui, st->follow ? st->rows : st->at);
    draw_title(ui);
    if (st->rows == 0 && st->filter[0] != '\0')
        (void)canvas_print(c, top, 1, c->cols, STYLE_DIM, "no call%s has \"%s\"%s",
                           st->all ? "" : " that shares memory", st->filter,
                           st->all ? "" : ui_hint(ui, " ({essential} shows all)", all, sizeof all));
    if (st->rows == 0 && st->filter[0] == '\0')
        draw_nothing(ui, top);
    for (int i = 0; i < rows && st->top + i < st->rows; i++)
        draw_row(ui, top + i, st->top + i);
}

static void move(struct ui *ui, const char *how, bool extend)
{
    (void)extend;
    struct calls_state *st = ui->calls;
    move_to(ui, list_move(how, st->at, st->rows, rows_of(ui)));
}

static void mouse(struct ui *ui, const struct event *ev)
{
    struct calls_state *st = ui->calls;
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        move_to(ui, st->at + (ev->mouse == MOUSE_WHEEL_UP ? -3 : 3));
    else if (ev->mouse == MOUSE_PRESS && ev->row >= ui_body_top(ui))
        move_to(ui, st->top + ev->row - ui_body_top(ui));
}

/* ---- what its keys do ---- */

void calls_toggle(struct ui *ui)
{
    ui->calls->all = !ui->calls->all;
    ui->calls->follow = true;
}

static void set_filter(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    (void)snprintf(ui->calls->filter, sizeof ui->calls->filter, "%s", text);
    ui->calls->follow = true;
}

static void drop_filter(struct ui *ui, void *ctx)
{
    set_filter(ui, "", ctx);
}

void calls_filter(struct ui *ui, const char *text)
{
    if (text[0] != '\0') {
        set_filter(ui, text, NULL);
        return;
    }
    prompt_ask(&ui->host, "calls with (words): ", ui->calls->filter, NULL, set_filter, NULL);
    ui->prompt.changed = set_filter;
    ui->prompt.last = true;
    ui->prompt.drop = drop_filter;
}

bool calls_escape(struct ui *ui)
{
    bool had = ui->calls->filter[0] != '\0';
    drop_filter(ui, NULL);
    return had;
}

void calls_whole(struct ui *ui)
{
    const struct calls_state *st = ui->calls;
    char text[SHOWN_MAX], all[SHOWN_MAX + 512], first[16], last[16];
    if (st->rows == 0 || st->row[st->at] >= SECTION) {
        ui_say(ui, STYLE_TEXT, "choose a call with the arrows: {whole} shows all of it");
        return;
    }
    const struct oscall *call = call_at(st, st->row[st->at]);
    const char *gloss = calls_gloss(call->text), *why = calls_why(call->text);
    plain_text(shown_of(st, st->row[st->at]), text);
    os_clock_text(call->first, first);
    os_clock_text(st->all_of[st->row[st->at]].last, last);
    (void)snprintf(all, sizeof all, "%s\n\n%s%s%s%sfirst %s, last %s, %" PRIu64 " time%s", text,
                   gloss != NULL ? gloss : "", gloss != NULL ? "\n" : "", why != NULL ? why : "",
                   why != NULL ? "\n" : "", first, last, st->all_of[st->row[st->at]].times,
                   plural_s(st->all_of[st->row[st->at]].times));
    pager_open(&ui->host, "the whole call", all, true);
}

/* A copy while it is made. */
struct calls_copied {
    struct calls_program program;
    struct calls_needs needs;
    bool shown[CALLS_KEPT], needed[CALLS_KEPT]; /* of the calls */
    int calls, others;                          /* so many are copied */
};

/* Marks what is shown, and what that needs. */
static void mark_needed(const struct calls_state *st, struct calls_copied *p)
{
    char line[SHOWN_MAX];
    for (int i = 0; i < st->rows; i++)
        if (st->row[i] < SECTION)
            p->shown[st->row[i]] = true;
    for (size_t i = st->count; i-- > 0;) {
        plain_text(call_at(st, i), line);
        p->needed[i] = calls_needs(&p->needs, line, p->shown[i]);
    }
}

static void copy_rows(const struct calls_state *st, struct calls_copied *p)
{
    for (int i = 0, next = 0; i < st->rows; i++) {
        char line[SHOWN_MAX];
        if (st->row[i] >= SECTION) {
            calls_program_section(&p->program, st->section[st->row[i] - SECTION].text);
            continue;
        }
        for (; next < st->row[i]; next++) {
            plain_text(call_at(st, (size_t)next), line);
            if (p->needed[next])
                calls_program_needed(&p->program, line);
            else
                calls_program_hidden(&p->program, line);
            p->others += p->needed[next];
        }
        plain_text(shown_of(st, (size_t)next++), line);
        calls_program_call(&p->program, line, st->all_of[next - 1].times);
        p->calls++;
    }
}

void calls_copy(struct ui *ui)
{
    const struct calls_state *st = ui->calls;
    struct calls_copied *p = calloc(1, sizeof *p);
    struct out text;
    char what[96], others[48] = "";
    out_text(&text, COPY_MOST);
    if (p != NULL) {
        calls_program_begin(&p->program, &text);
        mark_needed(st, p);
        copy_rows(st, p);
        calls_program_end(&p->program);
        if (p->others > 0)
            (void)snprintf(others, sizeof others, ", with %d needed,", p->others);
        (void)snprintf(what, sizeof what, "%d call%s%s as a C program", p->calls,
                       p->calls == 1 ? "" : "s", others);
    }
    if (p == NULL || text.cut || oserr_is(text.error) || text.buf == NULL)
        ui_say(ui, STYLE_ERROR, "out of memory");
    else if (p->calls == 0)
        ui_say(ui, STYLE_WARN, "no call is shown: there is nothing to copy");
    else
        inspect_copy_out(ui, text.buf, text.length, what);
    out_free(&text);
    free(p);
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
